//! What differs between two commits. A folder that is the same in both is one
//! object and is not read, so that a comparison costs what changed.

use std::collections::BTreeMap;

use super::{Blob, BlobKind, Change, ObjectId, Repo, RepoError};

/// Folders still to be compared: their trees, and where they stand.
type Pair = (Option<git2::Oid>, Option<git2::Oid>, String);

/// What stands at a name in two trees.
type Sides = (Option<Entry>, Option<Entry>);

/// What stands at a name in one tree.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Entry {
    id: git2::Oid,
    kind: Option<git2::ObjectType>,
    mode: u32,
}

impl Entry {
    fn folder(self) -> Option<git2::Oid> {
        (self.kind == Some(git2::ObjectType::Tree)).then_some(self.id)
    }

    /// A submodule is none.
    fn blob(self) -> Option<Blob> {
        (self.kind == Some(git2::ObjectType::Blob)).then(|| Blob {
            id: ObjectId(self.id),
            kind: BlobKind::of_mode(self.mode),
        })
    }
}

impl Repo {
    /// What differs between two commits below the given folders or files (all
    /// paths if none are given), sorted by path. `None` is a tree without files:
    /// `changes(None, head, …)` lists everything. Unchanged folders are not read.
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
        let tree = |id: ObjectId| self.tree(id).map(|tree| tree.id());
        let (from, to) = (from.map(tree).transpose()?, to.map(tree).transpose()?);
        // A list, not a recursion: how deep folders lie is not ours to say.
        let mut folders: Vec<Pair> = vec![(from, to, String::new())];
        while let Some((old, new, folder)) = folders.pop() {
            if old == new {
                continue;
            }
            for (name, (old, new)) in self.names(old, new)? {
                // An entry's path is ASCII; a path that is no UTF-8 is none of ours.
                let Ok(name) = String::from_utf8(name) else {
                    continue;
                };
                if old == new {
                    continue;
                }
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
                    folders.push((trees.0, trees.1, path));
                }
            }
        }
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }

    /// The names in two trees, with what stands there.
    fn names(
        &self,
        old: Option<git2::Oid>,
        new: Option<git2::Oid>,
    ) -> Result<BTreeMap<Vec<u8>, Sides>, RepoError> {
        let mut names: BTreeMap<Vec<u8>, Sides> = BTreeMap::new();
        for (id, is_old) in [(old, true), (new, false)] {
            let Some(id) = id else { continue };
            let tree = self.git.find_tree(id);
            let tree = tree.map_err(|source| RepoError::Object {
                id: ObjectId(id),
                source,
            })?;
            for entry in &tree {
                let sides = names.entry(entry.name_bytes().to_vec()).or_default();
                let side = if is_old { &mut sides.0 } else { &mut sides.1 };
                *side = Some(Entry {
                    id: entry.id(),
                    kind: entry.kind(),
                    mode: entry.filemode().cast_unsigned(),
                });
            }
        }
        Ok(names)
    }
}

/// Whether a path is one of these, or below one.
fn is_below(path: &str, folders: &[&str]) -> bool {
    let within = |folder: &&str| {
        let rest = path.strip_prefix(folder.trim_end_matches('/'));
        matches!(*folder, "" | ".") || rest.is_some_and(|r| r.is_empty() || r.starts_with('/'))
    };
    folders.is_empty() || folders.iter().any(within)
}

/// Whether one of these lies below a path.
fn leads_to(path: &str, folders: &[&str]) -> bool {
    let leads = |folder: &&str| {
        folder
            .strip_prefix(path)
            .is_some_and(|r| r.starts_with('/'))
    };
    folders.iter().any(leads)
}
