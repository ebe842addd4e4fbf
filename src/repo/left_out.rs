//! Files that the index has and the work tree leaves out on purpose: those outside a
//! sparse checkout, or marked with `git update-index --skip-worktree`.

use super::{Index, Repo, RepoError, Skipped};

impl Repo {
    /// Whether the index may have a file that is not in the work tree: false only
    /// where neither it nor, what is quicker to ask, HEAD has it. A sparse
    /// checkout may have a file in the index before HEAD has it: in a merge.
    #[must_use]
    pub fn may_be_staged(&self, path: &str) -> bool {
        let is_sparse = self.git_dir().join("info/sparse-checkout").exists();
        let at_head = || self.blob_at(self.head().ok()??, path).ok();
        if !is_sparse && at_head().is_some_and(|found| found.is_none()) {
            return false;
        }
        self.index_file().is_none_or(|index| {
            let at = index.from(path.as_bytes(), 0..index.len());
            at < index.len() && index.path(at) == path.as_bytes()
        })
    }

    /// The content of a file that is left out of the work tree, as the index has it;
    /// `None` if it is not left out, or is no file.
    ///
    /// # Errors
    /// The object cannot be read.
    pub fn read_left_out(&self, index: &Index, path: &str) -> Result<Option<Vec<u8>>, RepoError> {
        if !index.is_left_out(path) {
            return Ok(None);
        }
        self.read_staged(index, path)
    }

    /// The content of a file as the index has it; `None` if it has none.
    ///
    /// # Errors
    /// The object cannot be read.
    pub fn read_staged(&self, index: &Index, path: &str) -> Result<Option<Vec<u8>>, RepoError> {
        let file = index.staged(path).and_then(super::Blob::file);
        file.map(|id| self.read_blob(id)).transpose()
    }

    /// The content of a file of the work tree or, where it is left out of it, of the
    /// index; `None` if neither has it.
    ///
    /// # Errors
    /// It is, or lies behind, a symbolic link, or cannot be read.
    pub fn read_tracked(&self, path: &str) -> Result<Option<Vec<u8>>, RepoError> {
        match self.read_work_file(path)? {
            None => self.read_left_out(&self.index()?, path),
            there => Ok(there),
        }
    }

    /// Whether a file is left out of the work tree, and does not stand there all the same.
    ///
    /// # Errors
    /// The index cannot be read, or the file is behind a symbolic link.
    pub fn is_left_out(&self, path: &str) -> Result<bool, RepoError> {
        Ok(self.work_file(path)?.is_none() && self.index()?.is_left_out(path))
    }

    /// The command that brings a file at the top into the work tree which is left out
    /// of it.
    ///
    /// # Errors
    /// Git cannot say.
    pub fn command_to_take_in(&self, path: &str) -> Result<String, RepoError> {
        let is_set = |key| Ok::<_, RepoError>(self.config(key)?.as_deref() == Some("true"));
        // Files at the top are always a part of a sparse checkout of folders.
        let by_pattern = is_set("core.sparseCheckout")? && !is_set("core.sparseCheckoutCone")?;
        let git = self.git_at_top();
        Ok(match by_pattern {
            true => format!("{git} sparse-checkout add /{path}"),
            false => {
                format!("{git} update-index --no-skip-worktree {path} && {git} restore {path}")
            }
        })
    }

    /// The files below a folder that are left out of the work tree, sorted, and what of
    /// them is not read. One that stands there all the same is among them.
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

    /// Lets files that were written where they had been left out count again: git
    /// would take each for what the index has.
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
