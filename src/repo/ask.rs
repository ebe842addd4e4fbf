//! Questions about paths that git answers best itself.

use std::fs;
use std::path::PathBuf;

use super::{Repo, RepoError};

impl Repo {
    /// The value of an attribute at a path; `None` where it is unspecified.
    ///
    /// # Errors
    /// Git cannot say.
    pub fn attribute(&self, name: &str, path: &str) -> Result<Option<String>, RepoError> {
        let out = self.run_git(&["check-attr", "-z", name, "--", path], b"")?;
        let out = String::from_utf8_lossy(&out);
        let value = out.split('\0').nth(2).unwrap_or_default();
        Ok((value != "unspecified").then(|| value.to_owned()))
    }

    /// Whether git ignores a path.
    ///
    /// # Errors
    /// Git cannot say.
    pub fn is_ignored(&self, path: &str) -> Result<bool, RepoError> {
        match self.run_git(&["check-ignore", "-q", "--", path], b"") {
            Ok(_) => Ok(true),
            Err(RepoError::Command { stderr, .. }) if stderr.is_empty() => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// Files that a git that was killed leaves: `index.lock`, and `.merge_file_*`
    /// at the top of the work tree.
    ///
    /// # Errors
    /// The top of the work tree cannot be listed.
    pub fn leftovers(&self) -> Result<Vec<PathBuf>, RepoError> {
        let lock = self.git_dir().join("index.lock");
        let mut left: Vec<PathBuf> = lock.exists().then_some(lock).into_iter().collect();
        let top = fs::read_dir(self.workdir()).map_err(RepoError::io(self.workdir()))?;
        for entry in top.flatten() {
            if entry
                .file_name()
                .to_string_lossy()
                .starts_with(".merge_file_")
            {
                left.push(entry.path());
            }
        }
        left.sort();
        Ok(left)
    }

    /// How many loose objects there are, and their size in KiB.
    ///
    /// # Errors
    /// Git cannot count them.
    pub fn loose_objects(&self) -> Result<(u64, u64), RepoError> {
        let out = self.run_git(&["count-objects", "-v"], b"")?;
        let out = String::from_utf8_lossy(&out);
        let number = |name: &str| {
            let value = out.lines().find_map(|l| l.strip_prefix(name));
            value.and_then(|v| v.trim().parse().ok()).unwrap_or(0)
        };
        Ok((number("count:"), number("size:")))
    }
}
