//! What tells a removal made here from one made of the same entry elsewhere: the commit
//! that it is made on, the branch, and this clone. Two machines may have one name, and
//! one machine two branches from one commit.

use std::hash::{BuildHasher, Hasher, RandomState};

use super::{ObjectId, Repo, RepoError};

impl Repo {
    /// Where a commit on top of `parent` is made: goes into the ids of its removals. In a
    /// clone without a mark (`init` was run by an earlier version) the commit alone.
    ///
    /// # Errors
    /// HEAD or the configuration cannot be read.
    pub fn place(&self, parent: Option<ObjectId>) -> Result<String, RepoError> {
        let clone = self.clone_mark()?;
        let branch = match &clone {
            Some(_) => self.branch()?,
            None => None,
        };
        Ok(place(parent, clone.as_deref(), branch.as_deref()))
    }

    /// All places on top of `parent` that a commit which was aborted here may have been
    /// made at, whichever branch it was for; [`place`](Self::place) is among them.
    ///
    /// # Errors
    /// A branch or the configuration cannot be read.
    pub fn places(&self, parent: Option<ObjectId>) -> Result<Vec<String>, RepoError> {
        // Also what an earlier version left.
        let mut places = vec![place(parent, None, None)];
        let Some(clone) = self.clone_mark()? else {
            return Ok(places);
        };
        let of = |branch: Option<&str>| place(parent, Some(&clone), branch);
        places.push(of(None));
        places.extend(self.branch()?.as_deref().map(|branch| of(Some(branch))));
        let branches = self.git.references_glob("refs/heads/*");
        let mut branches = branches.map_err(RepoError::git("list the branches"))?;
        // A name that is no UTF-8 is no branch that `branch` gives.
        places.extend(branches.names().flatten().map(|name| of(Some(name))));
        Ok(places)
    }

    /// The full name of the branch that HEAD is on, also one without a commit.
    fn branch(&self) -> Result<Option<String>, RepoError> {
        let head = self.git.find_reference("HEAD");
        let head = head.map_err(RepoError::git("read HEAD"))?;
        Ok(head.symbolic_target().ok().flatten().map(str::to_owned))
    }
}

fn place(parent: Option<ObjectId>, clone: Option<&str>, branch: Option<&str>) -> String {
    let parent = parent.map_or_else(|| "0".repeat(40), |id| id.to_string());
    match clone {
        Some(clone) => format!("{parent} {clone} {}", branch.unwrap_or_default()),
        None => parent,
    }
}

/// A new mark of a clone, 16 hex digits that no other has.
#[must_use]
pub fn new_clone_mark() -> String {
    // The keys of the standard library's hashes come from the system's randomness.
    format!("{:016x}", RandomState::new().build_hasher().finish())
}
