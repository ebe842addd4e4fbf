//! What the next commit will hold, told by how it differs from its parents.
//!
//! Git itself compares: it knows from the index which folders are as a commit has
//! them, so that it looks at what changed, and it reads every kind of index.

use std::collections::BTreeSet;

use super::{Blob, BlobKind, Change, ObjectId, Repo, RepoError};

/// The most names that git is asked for one by one.
const FEW: usize = 64;

impl Repo {
    /// What differs between a commit (a tree without files for `None`) and the index,
    /// sorted by path. Unmerged paths are not in it; see [`super::Index::unmerged`].
    ///
    /// # Errors
    /// Git cannot read the commit or the index.
    pub fn staged_against(&self, commit: Option<ObjectId>) -> Result<Vec<Change>, RepoError> {
        // Of a tree without files git knows the id, whether or not it is stored.
        const EMPTY: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
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
            // An entry's path is ASCII; a path that is no UTF-8 is none of ours.
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
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(changes)
    }

    /// The staged paths below a folder whose file name is one of these, sorted.
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
        let mut args = vec![
            "--no-literal-pathspecs".to_owned(),
            "ls-files".to_owned(),
            "-z".to_owned(),
            "--".to_owned(),
        ];
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

/// One side of a raw line: no blob where the mode is zero.
fn blob(mode: &str, id: &str) -> Option<Blob> {
    let mode = u32::from_str_radix(mode, 8).ok().filter(|m| *m != 0)?;
    Some(Blob {
        id: id.parse().ok()?,
        kind: BlobKind::of_mode(mode),
    })
}

/// A name as a pattern that means it alone.
fn literal(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        if "*?[\\".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
