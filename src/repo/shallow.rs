//! Where history is cut off: shallow clones.

use std::fs;

use super::{ObjectId, Repo, RepoError};

impl Repo {
    /// The commits whose parents are not in this clone, as git notes them: a line each;
    /// empty in a clone that has all of history.
    #[must_use]
    pub fn cut_offs(&self) -> String {
        fs::read_to_string(self.common_dir().join("shallow")).unwrap_or_default()
    }

    pub(super) fn is_cut_off(&self, commit: ObjectId) -> bool {
        let id = commit.to_string();
        self.cut_offs().lines().any(|line| line.trim() == id)
    }

    /// All best common ancestors of two commits, none for unrelated histories; `None`
    /// where history is cut off above them, so that nobody knows here.
    ///
    /// # Errors
    /// History cannot be read.
    pub fn parted(&self, a: ObjectId, b: ObjectId) -> Result<Option<Vec<ObjectId>>, RepoError> {
        let bases = self.merge_bases(a, b)?;
        if self.cut_offs().is_empty() {
            return Ok(Some(bases));
        }
        let above = self.commits(&[a, b], &bases)?;
        Ok(above.iter().all(|c| !c.is_cut_off).then_some(bases))
    }
}
