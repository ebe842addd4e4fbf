//! What tells a removal made here from one made of the same entry elsewhere: the commit
//! that it is made on, and this clone, since two machines may have one name.

use std::hash::{BuildHasher, Hasher, RandomState};

use super::{ObjectId, Repo, RepoError};

impl Repo {
    /// Where a commit on top of `parent` is made: goes into the ids of its removals. In a
    /// clone without a mark (`init` was run by an earlier version) the commit alone.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn place(&self, parent: Option<ObjectId>) -> Result<String, RepoError> {
        Ok(place(parent, self.clone_mark()?.as_deref()))
    }

    /// The places on top of `parent` that a commit which was aborted here may have been
    /// made at: [`place`](Self::place), and the one without a mark; and those of commits
    /// that `git reset` undid, whose rows it leaves staged or in the work tree.
    ///
    /// # Errors
    /// The configuration or history cannot be read.
    pub fn places(&self, parent: Option<ObjectId>) -> Result<Vec<String>, RepoError> {
        let mark = self.clone_mark()?;
        let undone = self.undone(parent)?;
        let places = [parent].into_iter().chain(undone);
        let both = places.flat_map(|at| [place(at, mark.as_deref()), place(at, None)]);
        Ok(both.collect())
    }

    /// The parents of the newest commits that `git reset` took off `parent`. None while git
    /// puts commits on others, or a branch into one commit: those bring the rows of their
    /// own commits along. Nor where `ORIG_HEAD` does not stand on `parent`: it stays after
    /// each merge and rebase, and a branch may begin anew.
    fn undone(&self, parent: Option<ObjectId>) -> Result<Vec<Option<ObjectId>>, RepoError> {
        // What it names may be gone.
        let before = self.commit_named("ORIG_HEAD").ok().flatten();
        let (Some(parent), Some(before)) = (parent, before) else {
            return Ok(Vec::new());
        };
        let is_reset = before != parent && self.is_in(parent, before);
        if !is_reset || self.is_in_the_middle() || self.squashing()?.is_some() {
            return Ok(Vec::new());
        }
        let undone = self.commits(&[before], &[parent]).unwrap_or_default();
        let newest = undone.iter().rev().take(MOST_UNDONE);
        Ok(newest
            .map(|commit| commit.parents.first().copied())
            .collect())
    }
}

/// How many commits that a reset undid are told apart from what a person decided.
const MOST_UNDONE: usize = 1_000;

fn place(parent: Option<ObjectId>, clone: Option<&str>) -> String {
    let parent = parent.map_or_else(|| "0".repeat(40), |id| id.to_string());
    match clone {
        Some(clone) => format!("{parent} {clone}"),
        None => parent,
    }
}

/// A new mark of a clone, 16 hex digits that no other has.
#[must_use]
pub fn new_clone_mark() -> String {
    // The keys of the standard library's hashes come from the system's randomness.
    format!("{:016x}", RandomState::new().build_hasher().finish())
}
