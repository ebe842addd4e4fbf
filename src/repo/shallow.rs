//! Shallow clones: where history is cut off.

use std::fs;

use super::{ObjectId, Repo, RepoError};

impl Repo {
    /// The commits whose parents are not in this clone, as git lists them, one a line;
    /// empty in a full clone, and where the list cannot be read.
    #[must_use]
    pub fn cut_offs(&self) -> String {
        fs::read_to_string(self.common_dir().join("shallow")).unwrap_or_default()
    }

    pub(super) fn is_cut_off(&self, commit: ObjectId) -> bool {
        let id = commit.to_string();
        self.cut_offs().lines().any(|line| line.trim() == id)
    }

    /// All best common ancestors of two commits, none for unrelated histories; `None` if
    /// history is cut off above them, so that this clone cannot know.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn parted(&self, a: ObjectId, b: ObjectId) -> Result<Option<Vec<ObjectId>>, RepoError> {
        let bases = self.merge_bases(a, b)?;
        if self.cut_offs().is_empty() {
            return Ok(Some(bases));
        }
        let above = self.commits(&[a, b], &bases)?;
        Ok(above.iter().all(|c| !c.is_cut_off).then_some(bases))
    }
}
