//! The content of the next commit, as its differences from the parents.
//!
//! The index knows which folders equal those of a commit, so that only changed ones are
//! compared. An index of an unusual kind is left to git.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Range;

use super::cache_tree::TOP;
use super::index_file::IndexFile;
use super::object::mode;
use super::objects::{RawId, TreeEntry, entries, object_id, order_of};
use super::typed::literal;
use super::{Blob, BlobKind, Change, ObjectId, Repo, RepoError};

/// Limit on the names that git is asked for one by one.
const FEW: usize = 64;

/// The id of the empty tree, which git knows whether or not it is stored.
const EMPTY: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

impl Repo {
    /// The differences between a commit (an empty tree for `None`) and the index, sorted
    /// by path. Unmerged paths are not among them; see [`super::Index::unmerged`].
    ///
    /// # Errors
    /// Git cannot read the commit or the index.
    pub fn staged_against(&self, commit: Option<ObjectId>) -> Result<Vec<Change>, RepoError> {
        let mut changes = match self.compared(commit)? {
            Some(changes) => changes,
            None => self.compared_by_git(commit)?,
        };
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }

    /// The same, compared here; `None` if only git can compare.
    pub(super) fn compared(
        &self,
        commit: Option<ObjectId>,
    ) -> Result<Option<Vec<Change>>, RepoError> {
        let Some(index) = self.index_file() else {
            return Ok(None);
        };
        let tree = commit.map(|id| self.tree_of(id)).transpose()?;
        let mut changes = Vec::new();
        // A list, not a recursion: depth is under an attacker's control.
        let mut folders = vec![Folder {
            tree,
            known: index.folders.is_some().then_some(TOP),
            path: Vec::new(),
            staged: 0..index.len(),
        }];
        while let Some(folder) = folders.pop() {
            if is_as_known(&index, &folder) {
                continue;
            }
            let bytes = folder
                .tree
                .map(|id| Ok::<_, RepoError>((id, self.tree_bytes(id)?)));
            let bytes = bytes.transpose()?;
            let old = match &bytes {
                Some((id, bytes)) => entries(*id, bytes)?,
                None => Vec::new(),
            };
            if !folder.compare(&index, &old, &mut folders, &mut changes) {
                return Ok(None);
            }
        }
        Ok(Some(changes))
    }

    pub(super) fn compared_by_git(
        &self,
        commit: Option<ObjectId>,
    ) -> Result<Vec<Change>, RepoError> {
        let commit = commit.map_or_else(|| EMPTY.to_owned(), |id| id.to_string());
        let out = self.run_git(
            &[
                "diff-index",
                "--cached",
                "--raw",
                "-z",
                "--no-abbrev",
                "--no-renames",
                "--ignore-submodules=all",
                "--ita-invisible-in-index",
                &commit,
                "--",
            ],
            b"",
        )?;
        let mut parts = out.split(|&b| b == 0);
        let mut changes = Vec::new();
        while let (Some(about), Some(path)) = (parts.next(), parts.next()) {
            // See `changes` in `trees`.
            let (Ok(about), Ok(path)) = (std::str::from_utf8(about), std::str::from_utf8(path))
            else {
                continue;
            };
            let words: Vec<&str> = about.trim_start_matches(':').split(' ').collect();
            let [old_mode, mode, old, new, status] = words[..] else {
                continue;
            };
            if status != "U" {
                changes.push(Change {
                    path: path.to_owned(),
                    old: blob(old_mode, old),
                    new: blob(mode, new),
                });
            }
        }
        Ok(changes)
    }

    /// The staged paths below a folder whose file name is one of these, sorted. A file that is
    /// only announced is not among them.
    ///
    /// # Errors
    /// Git cannot read the index.
    pub fn staged_named(
        &self,
        folder: &str,
        names: &BTreeSet<String>,
    ) -> Result<Vec<String>, RepoError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        if let Some(index) = self.index_file() {
            return Ok(named(&index, folder, names));
        }
        // What is only announced (`git add -N`) is not staged; `git ls-files` names it, too.
        let args = [
            "--no-literal-pathspecs",
            "diff-index",
            "--cached",
            "--name-only",
            "-z",
            "--ita-invisible-in-index",
            EMPTY,
            "--",
        ];
        let mut args = args.map(str::to_owned).to_vec();
        let below = match folder.trim_end_matches('/') {
            "" | "." => String::new(),
            folder => format!("{}/", literal(folder)),
        };
        if names.len() <= FEW {
            let spec = |name: &String| format!(":(top,glob){below}**/{}", literal(name));
            args.extend(names.iter().map(spec));
        } else {
            args.push(format!(":(top,glob){below}**"));
        }
        let out = self.run_git(&args, b"")?;
        let mut paths: Vec<String> = out
            .split(|&b| b == 0)
            .filter_map(|path| String::from_utf8(path.to_vec()).ok())
            .filter(|path| names.contains(path.rsplit('/').next().unwrap_or(path)))
            .collect();
        paths.dedup();
        Ok(paths)
    }
}

fn named(index: &IndexFile, folder: &str, names: &BTreeSet<String>) -> Vec<String> {
    let all = 0..index.len();
    let below = match folder.trim_end_matches('/') {
        "" | "." => all,
        folder => {
            let folder = format!("{folder}/").into_bytes();
            let first = index.from(&folder, all.clone());
            first..index.after(&folder, first..all.end)
        }
    };
    let path = |number| std::str::from_utf8(index.path(number)).ok();
    let is_named = |path: &&str| names.contains(path.rsplit('/').next().unwrap_or(path));
    below
        .filter_map(path)
        .filter(is_named)
        .map(str::to_owned)
        .collect()
}

/// A folder still to be compared.
struct Folder {
    tree: Option<git2::Oid>,
    /// Its number in the index's cache of folders.
    known: Option<usize>,
    /// Empty, or with a slash at its end.
    path: Vec<u8>,
    /// Its entries in the index.
    staged: Range<usize>,
}

/// Whether the index's cache says that a folder equals the tree.
fn is_as_known(index: &IndexFile, folder: &Folder) -> bool {
    let known = folder.known.zip(index.folders.as_ref());
    let known = known.and_then(|(number, folders)| folders.folder(number).tree);
    known.is_some_and(|(count, tree)| count == folder.staged.len() && Some(tree) == folder.tree)
}

impl Folder {
    /// Adds the differences between the tree's entries and the index's, and the folders
    /// that may have some. `false` if something cannot be compared here: submodules.
    fn compare(
        &self,
        index: &IndexFile,
        old: &[TreeEntry<'_>],
        folders: &mut Vec<Self>,
        changes: &mut Vec<Change>,
    ) -> bool {
        let (mut old, mut at) = (old.iter().peekable(), self.staged.start);
        loop {
            let new = (at < self.staged.end).then(|| self.right_below(index, at));
            let order = match (old.peek(), new) {
                (None, None) => return true,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(old), Some(new)) => order_of(old, &new),
            };
            let old = old.next_if(|_| order.is_le());
            let new = new.filter(|_| order.is_ge());
            let Some(any) = old.copied().or(new) else {
                return true;
            };
            if any.is_folder() {
                let path = [&self.path, any.name, b"/"].concat();
                let end = match new {
                    Some(_) => index.after(&path, at..self.staged.end),
                    None => at,
                };
                let known = self.known.zip(index.folders.as_ref());
                folders.push(Self {
                    tree: old.map(|old| object_id(old.id)),
                    known: known.and_then(|(number, folders)| folders.below(number, any.name)),
                    path,
                    staged: at..end,
                });
                at = end;
                continue;
            }
            at += usize::from(new.is_some());
            let same = |(old, new): (&TreeEntry<'_>, TreeEntry<'_>)| {
                usual(old.mode) == usual(new.mode) && old.id == new.id
            };
            if old.zip(new).is_some_and(same) {
                continue;
            }
            let blob = |entry: TreeEntry<'_>| Blob {
                id: ObjectId(object_id(entry.id)),
                kind: BlobKind::of_mode(entry.mode),
            };
            let (old, new) = (old.copied().map(blob), new.map(blob));
            if [old, new]
                .iter()
                .flatten()
                .any(|b| b.kind == BlobKind::Other)
            {
                return false;
            }
            // See `changes` in `trees`.
            if let Ok(path) = String::from_utf8([&self.path, any.name].concat()) {
                changes.push(Change { path, old, new });
            }
        }
    }

    /// The file or folder of an index entry right below this folder.
    fn right_below<'a>(&self, index: &'a IndexFile, number: usize) -> TreeEntry<'a> {
        let entry = index.entry(number);
        let below = &entry.path[self.path.len()..];
        match below.iter().position(|&b| b == b'/') {
            Some(slash) => TreeEntry {
                mode: mode::FOLDER,
                name: &below[..slash],
                id: &NOTHING,
            },
            None => TreeEntry {
                mode: entry.mode,
                name: below,
                id: entry.id,
            },
        }
    }
}

/// The id of a folder in the index, which has none there.
const NOTHING: RawId = [0; 20];

/// A mode in today's form: old trees have others.
const fn usual(mode: u32) -> u32 {
    match mode::kind(mode) {
        mode::ANY_FILE if mode & 0o100 == 0 => mode::FILE,
        mode::ANY_FILE => mode::EXECUTABLE,
        kind => kind,
    }
}

/// One side of a raw line; `None` if the mode is zero.
fn blob(mode: &str, id: &str) -> Option<Blob> {
    let mode = u32::from_str_radix(mode, 8).ok().filter(|m| *m != 0)?;
    Some(Blob {
        id: id.parse().ok()?,
        kind: BlobKind::of_mode(mode),
    })
}
