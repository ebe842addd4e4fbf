//! Files of the index that the work tree leaves out on purpose: outside a sparse
//! checkout, or marked with `git update-index --skip-worktree`.

use std::collections::BTreeSet;

use super::typed::{literal, pathspec};
use super::{Index, Repo, RepoError, Skipped, shell_path};

impl Repo {
    /// Whether the index may have a file that the work tree lacks; false only if neither
    /// the index nor HEAD, which is quicker to ask, has it. In a merge, a sparse checkout
    /// may have a file in the index before HEAD has it.
    #[must_use]
    pub fn may_be_staged(&self, path: &str) -> bool {
        let at_head = || self.blob_at(self.head().ok()??, path).ok();
        if !self.is_sparse() && at_head().is_some_and(|found| found.is_none()) {
            return false;
        }
        self.index_file().is_none_or(|index| {
            let at = index.from(path.as_bytes(), 0..index.len());
            at < index.len() && index.path(at) == path.as_bytes()
        })
    }

    /// The index's content of a file that is left out of the work tree; `None` if it is
    /// not left out, or not a file.
    ///
    /// # Errors
    /// The object cannot be read.
    pub fn read_left_out(&self, index: &Index, path: &str) -> Result<Option<Vec<u8>>, RepoError> {
        if !index.is_left_out(path) {
            return Ok(None);
        }
        self.read_staged(index, path)
    }

    /// The index's content of a file; `None` if it has none.
    ///
    /// # Errors
    /// The object cannot be read.
    pub fn read_staged(&self, index: &Index, path: &str) -> Result<Option<Vec<u8>>, RepoError> {
        let file = index.staged(path).and_then(super::Blob::file);
        file.map(|id| self.read_blob(id)).transpose()
    }

    /// The work tree's content of a file or, if it is left out, the index's; `None` if
    /// neither has it.
    ///
    /// # Errors
    /// It is, or lies behind, a symbolic link, or cannot be read.
    pub fn read_tracked(&self, path: &str) -> Result<Option<Vec<u8>>, RepoError> {
        match self.read_work_file(path)? {
            None => self.read_left_out(&self.index()?, path),
            there => Ok(there),
        }
    }

    /// Whether a file is left out of the work tree, and is really absent there.
    ///
    /// # Errors
    /// The index cannot be read, or the file is behind a symbolic link.
    pub fn is_left_out(&self, path: &str) -> Result<bool, RepoError> {
        Ok(self.work_file(path)?.is_none() && self.index()?.is_left_out(path))
    }

    /// The command that brings a left-out file into the work tree, with its folder in a
    /// checkout of folders.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn command_to_take_in(&self, path: &str) -> Result<String, RepoError> {
        let is_set = |key| Ok::<_, RepoError>(self.config(key)?.as_deref() == Some("true"));
        let is_sparse = is_set("core.sparseCheckout")?;
        let by_folder = is_set("core.sparseCheckoutCone")?;
        let git = self.git_at_top();
        Ok(match path.rsplit_once('/') {
            _ if is_sparse && !by_folder => {
                let pattern = shell_path(&format!("/{}", literal(path)));
                format!("{git} sparse-checkout add {pattern}")
            }
            Some((folder, _)) if is_sparse => {
                format!("{git} sparse-checkout add {}", shell_path(folder))
            }
            // Files at the top are always a part of a sparse checkout of folders.
            _ => {
                let (word, pathspec) = (shell_path(path), pathspec(path, true));
                format!("{git} update-index --no-skip-worktree {word} && {git} restore {pathspec}")
            }
        })
    }

    /// The paths in these folders that the work tree leaves out; none if git's index cannot
    /// be read.
    #[must_use]
    pub fn left_out_in(&self, folders: &[&str]) -> BTreeSet<String> {
        let tracked = self.tracked();
        let of = |folder: &&str| tracked.of_folder(folder, 0..tracked.len());
        let in_folders = folders.iter().flat_map(of);
        let left_out = in_folders.filter(|at| tracked.is_left_out(*at));
        left_out
            .filter_map(|at| String::from_utf8(tracked.path(at).to_owned()).ok())
            .collect()
    }

    /// The files below a folder that are left out of the work tree, sorted, and those
    /// that are not read. A file that is present all the same is among them.
    #[must_use]
    pub fn left_out_below(&self, index: &Index, folder: &str) -> (Vec<String>, Vec<Skipped>) {
        let prefix = match folder {
            "." => Vec::new(),
            folder => format!("{folder}/").into_bytes(),
        };
        let (mut files, mut skipped) = (Vec::new(), Vec::new());
        for (path, is_file) in index.all_left_out() {
            if !path.starts_with(&prefix) {
                continue;
            }
            match String::from_utf8(path) {
                Ok(path) if is_file => files.push(path),
                Ok(path) => skipped.push(Skipped::Symlink(path)),
                Err(path) => skipped.push(Skipped::NotUtf8(
                    String::from_utf8_lossy(path.as_bytes()).into_owned(),
                )),
            }
        }
        (files, skipped)
    }

    /// Whether a sparse checkout may leave files out of the work tree.
    #[must_use]
    pub fn is_sparse(&self) -> bool {
        self.git_dir().join("info/sparse-checkout").exists()
    }

    /// Clears the mark of left-out files that were written to the work tree. With it, git
    /// would ignore the new content.
    ///
    /// # Errors
    /// Git cannot write the index.
    pub fn take_in(&self, paths: &[String]) -> Result<(), RepoError> {
        if paths.is_empty() {
            return Ok(());
        }
        let lines: String = paths.iter().map(|path| format!("{path}\0")).collect();
        self.update_index(&["--no-skip-worktree", "--stdin"], lines.as_bytes())
    }
}
