//! The place of a removal, which tells it from the same removal made elsewhere: the
//! commit that it is made on, and this clone, since two machines may have the same name.

use std::hash::{BuildHasher, Hasher, RandomState};

use super::{ObjectId, Repo, RepoError};

impl Repo {
    /// The place of a commit on top of `parent`, which goes into the ids of its removals.
    /// In a clone without a mark (an earlier version ran `init`) it is the commit alone.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn commit_place(&self, parent: Option<ObjectId>) -> Result<String, RepoError> {
        Ok(place(parent, self.clone_mark()?.as_deref()))
    }

    /// All places of commits on top of `parent` whose rows may have been left here: of
    /// aborted commits ([`commit_place`](Self::commit_place), with and without the
    /// clone's mark), and of commits that `git reset` undid, which leaves their rows
    /// staged or in the work tree.
    ///
    /// # Errors
    /// The configuration or history cannot be read.
    pub fn commit_places(&self, parent: Option<ObjectId>) -> Result<Vec<String>, RepoError> {
        let mark = self.clone_mark()?;
        let undone = self.undone(parent)?;
        let places = [parent].into_iter().chain(undone);
        let both = places.flat_map(|at| [place(at, mark.as_deref()), place(at, None)]);
        Ok(both.collect())
    }

    /// The parents of the newest commits that `git reset` removed from on top of
    /// `parent`. None during a rebase, a pick or a squash: those bring the rows of their
    /// own commits along. None either if `ORIG_HEAD` does not descend from `parent`, as
    /// after a merge or a rebase, which also set it.
    fn undone(&self, parent: Option<ObjectId>) -> Result<Vec<Option<ObjectId>>, RepoError> {
        // `ORIG_HEAD` may name a missing commit.
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

/// Limit on the commits undone by a reset whose rows are recognised.
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
