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
    /// made at: [`place`](Self::place), and the one without a mark.
    ///
    /// # Errors
    /// The configuration cannot be read.
    pub fn places(&self, parent: Option<ObjectId>) -> Result<[String; 2], RepoError> {
        Ok([self.place(parent)?, place(parent, None)])
    }
}

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
