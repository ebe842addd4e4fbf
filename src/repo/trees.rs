//! The differences between two commits. A folder that is equal in both is one object and
//! is not read, so that a comparison costs only what changed.

use std::cmp::Ordering;
use std::collections::HashMap;

use super::object::mode;
use super::objects::{TreeEntry, entries, object_id, order_of};
use super::{Blob, BlobKind, Change, ObjectId, Repo, RepoError};
use crate::journal::layout::{below, is_at_or_below};

/// Limit on the changes that are kept for another asker.
const FEW: usize = 1_000;

/// Limit on the names compared in folders that are, in both commits, the same as one that
/// was compared already. No file system holds as many copies of a folder as a few small
/// trees can stand for, each the same tree under ten names: beyond the limit, what they
/// hold counts under the first of their paths alone.
const MOST_REPEATED: usize = 100_000;

/// Limit on the folders in a path, git's own (`core.maxTreeDepth`).
const DEEPEST: usize = 2_048;

/// The last answer to what differs between two commits: after a commit, several ask what
/// it changed, and commits never change.
pub(super) struct Compared {
    ends: (Option<ObjectId>, Option<ObjectId>),
    below: Vec<String>,
    changes: Vec<Change>,
}

impl Compared {
    fn is_of(&self, ends: (Option<ObjectId>, Option<ObjectId>), below: &[&str]) -> bool {
        self.ends == ends && self.below == below
    }
}

/// A folder's trees in two commits.
type Trees = (Option<git2::Oid>, Option<git2::Oid>);

/// A folder still to be compared: its trees, its path, and how many folders that has.
type Pair = (Trees, String, usize);

/// The entries of a name in two trees.
type Sides = (Option<Entry>, Option<Entry>);

/// The entry of a name in one tree.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    id: git2::Oid,
    mode: u32,
}

impl Entry {
    fn of(entry: &TreeEntry<'_>) -> Self {
        Self {
            id: object_id(entry.id),
            mode: entry.mode,
        }
    }

    fn folder(self) -> Option<git2::Oid> {
        mode::is_folder(self.mode).then_some(self.id)
    }

    /// The entry as a blob; `None` for a folder or a submodule.
    fn blob(self) -> Option<Blob> {
        let kind = BlobKind::of_mode(self.mode);
        (kind != BlobKind::Other).then_some(Blob {
            id: ObjectId(self.id),
            kind,
        })
    }
}

impl Repo {
    /// The differences between two commits below the given folders or files (all paths if
    /// none are given), sorted by path. `None` is a tree without files: `changes(None,
    /// head, …)` lists everything. Unchanged folders are not read. Of folders that repeat
    /// one another more often than any work tree does, the first alone is compared.
    ///
    /// # Errors
    /// A commit or a tree cannot be read.
    pub fn changes(
        &self,
        from: Option<ObjectId>,
        to: Option<ObjectId>,
        below: &[&str],
    ) -> Result<Vec<Change>, RepoError> {
        let mut changes = Vec::new();
        if from == to {
            return Ok(changes);
        }
        if let Some(compared) = &*self.caches.compared_last.borrow()
            && compared.is_of((from, to), below)
        {
            return Ok(compared.changes.clone());
        }
        let ends = (from, to);
        let tree = |id: ObjectId| self.tree_of(id);
        let (from, to) = (from.map(tree).transpose()?, to.map(tree).transpose()?);
        // A list, not a recursion: depth is under an attacker's control.
        let mut folders: Vec<Pair> = vec![((from, to), String::new(), 0)];
        let mut known: HashMap<Trees, usize> = HashMap::new();
        let mut repeated = 0;
        while let Some((trees, folder, depth)) = folders.pop() {
            if trees.0 == trees.1 || depth > DEEPEST {
                continue;
            }
            if let Some(names) = known.get(&trees) {
                if repeated + names > MOST_REPEATED {
                    continue;
                }
                repeated += names;
            }
            let differing = self.differing(trees.0, trees.1)?;
            if is_below(&folder, below) {
                known.insert(trees, differing.len());
            }
            for (name, (old, new)) in differing {
                // A path that is not UTF-8 is no entry's: no settings can name its folder.
                // Other pages of such a name are left out.
                let Ok(name) = String::from_utf8(name) else {
                    continue;
                };
                let path = match folder.as_str() {
                    "" => name,
                    folder => format!("{folder}/{name}"),
                };
                let blobs = (old.and_then(Entry::blob), new.and_then(Entry::blob));
                if blobs.0 != blobs.1 && is_below(&path, below) {
                    changes.push(Change {
                        path: path.clone(),
                        old: blobs.0,
                        new: blobs.1,
                    });
                }
                if is_below(&path, below) || leads_to(&path, below) {
                    let trees = (old.and_then(Entry::folder), new.and_then(Entry::folder));
                    folders.push((trees, path, depth + 1));
                }
            }
        }
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        if from.is_some() && changes.len() <= FEW {
            *self.caches.compared_last.borrow_mut() = Some(Compared {
                ends,
                below: below.iter().map(|&folder| folder.to_owned()).collect(),
                changes: changes.clone(),
            });
        }
        Ok(changes)
    }

    /// The names under which two trees differ, with their entries. A file and a folder of
    /// the same name count as two.
    fn differing(
        &self,
        old: Option<git2::Oid>,
        new: Option<git2::Oid>,
    ) -> Result<Vec<(Vec<u8>, Sides)>, RepoError> {
        let bytes = |id: Option<git2::Oid>| id.map(|id| self.tree_bytes(id)).transpose();
        let (old_bytes, new_bytes) = (bytes(old)?, bytes(new)?);
        let read = |id: Option<git2::Oid>, bytes| match (id, bytes) {
            (Some(id), Some(bytes)) => entries(id, bytes),
            _ => Ok(Vec::new()),
        };
        let (olds, news) = (
            read(old, old_bytes.as_deref())?,
            read(new, new_bytes.as_deref())?,
        );
        let (mut olds, mut news) = (olds.iter().peekable(), news.iter().peekable());
        let mut names = Vec::new();
        loop {
            let order = match (olds.peek(), news.peek()) {
                (None, None) => return Ok(names),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(a), Some(b)) => order_of(a, b),
            };
            let was = olds.next_if(|_| order.is_le());
            let is = news.next_if(|_| order.is_ge());
            let same = |(was, is): (&TreeEntry<'_>, &TreeEntry<'_>)| was == is;
            if let Some(any) = was.or(is)
                && !was.zip(is).is_some_and(same)
            {
                let sides = (was.map(Entry::of), is.map(Entry::of));
                names.push((any.name.to_vec(), sides));
            }
        }
    }
}

/// Whether a path is one of these, or below one.
fn is_below(path: &str, folders: &[&str]) -> bool {
    folders.is_empty() || folders.iter().any(|folder| is_at_or_below(path, folder))
}

/// Whether one of the folders lies below a path.
fn leads_to(path: &str, folders: &[&str]) -> bool {
    folders.iter().any(|folder| below(folder, path).is_some())
}
