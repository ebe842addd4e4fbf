//! What a merge left for a person, or what a client without drivers made of one:
//! found, merged again with the drivers' own functions, and written.
//!
//! `find` collects the open paths, `bases` tells a merge commit's base, `propose`
//! merges one anew, `makers` says who made the sides; nothing is written before
//! [`Resolver::finish`], which keeps what stood there. `take_out` is for items that
//! stand in a file against a removal.

mod bases;
mod find;
mod makers;
mod propose;
mod take_out;

use std::path::PathBuf;

use crate::journal::{Entry, Layout, Note, PathKind, Settings};
use crate::merge::ThreeWay;
use crate::repo::{Merging, ObjectId, Repo, RepoError};

use super::driver::DriverError;

pub use find::is_chosen;
pub use makers::Maker;
pub use propose::Proposal;

/// A path that may need a person, or a better merge.
#[derive(Debug, Clone)]
pub struct Open {
    /// From the top of the work tree.
    pub path: String,
    pub origin: Origin,
    sides: ThreeWay<Option<Vec<u8>>>,
    /// The base that a client without drivers had, where git makes one itself.
    line_base: Option<Vec<u8>>,
    /// The work tree's file, as git would store it.
    work: Option<Vec<u8>>,
    /// The other side added the same bytes under another name: both moved the file.
    moved_twice: bool,
    merging: Option<Merging>,
}

/// How a path came to be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// In conflict in the index.
    Unmerged,
    /// Added with its markers; the index still knows the sides.
    Added,
    /// Part of the merge commit that HEAD is.
    Committed,
    /// Left with markers by this merge commit, further down.
    Earlier(ObjectId),
    /// There are markers in the file, and nothing else is known.
    Markers,
}

/// What was done with a path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finished {
    /// The result is staged; else it waits in the work tree.
    pub staged: bool,
    /// Where the file is kept as it stood before.
    pub aside: Option<PathBuf>,
}

/// A path that could not be merged again or written.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error(transparent)]
    Repo(#[from] RepoError),
    #[error("{path}: {source}")]
    Merge { path: String, source: DriverError },
}

/// Finds, merges and writes, in one repository.
pub struct Resolver<'a> {
    pub repo: &'a Repo,
    pub settings: &'a Settings,
}

impl Resolver<'_> {
    fn layout(&self) -> &Layout {
        &self.settings.layout
    }

    /// Writes the result for a path, `None` to remove it. One without markers is
    /// staged if the path was in conflict, or goes along with the next commit.
    ///
    /// # Errors
    /// The file or the index cannot be written.
    pub fn finish(
        &self,
        open: &Open,
        result: Option<&[u8]>,
        is_settled: bool,
    ) -> Result<Finished, ResolveError> {
        let repo = self.repo;
        let mut done = Finished::default();
        let there = repo.read_work_file(&open.path)?;
        let other = open.work.as_deref() != result;
        if let Some(old) = there.as_deref().filter(|_| other) {
            done.aside = Some(repo.keep_aside(&open.path, old)?);
        }
        let stage = is_settled
            && (open.origin == Origin::Unmerged
                || match there.as_deref() {
                    Some(work) => self.goes_along(&open.path, work)?,
                    None => false,
                });
        match result {
            Some(bytes) => {
                let text = repo.to_check_out(&open.path, bytes)?;
                repo.write_work_file(&open.path, &text)?;
                if stage {
                    repo.add(&open.path)?;
                }
            }
            None => {
                repo.remove_work_file(&open.path)?;
                if stage {
                    repo.unstage(&[&open.path])?;
                }
            }
        }
        done.staged = stage;
        Ok(done)
    }

    /// Writes a file that was in no conflict; it is staged if it goes along with the
    /// next commit as it stood.
    ///
    /// # Errors
    /// The file or the index cannot be written.
    pub fn write_over(&self, path: &str, old: &[u8], new: &[u8]) -> Result<Finished, ResolveError> {
        let staged = self.goes_along(path, old)?;
        let aside = Some(self.repo.keep_aside(path, old)?);
        self.repo.write_work_file(path, new)?;
        if staged {
            self.repo.add(path)?;
        }
        Ok(Finished { staged, aside })
    }

    /// Whether a file of the work tree is part of the next commit as it stands: it is
    /// staged and not committed, or a merge waits for its commit.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn goes_along(&self, path: &str, work: &[u8]) -> Result<bool, RepoError> {
        let repo = self.repo;
        let Some(staged) = repo.index()?.staged(path) else {
            return Ok(false);
        };
        if !repo.is_stored_as(path, work, staged.id)? {
            return Ok(false);
        }
        let committed = match repo.head()? {
            Some(head) => repo.blob_at(head, path)?,
            None => None,
        };
        let merges = || -> Result<bool, RepoError> {
            Ok(!repo.merge_heads()?.is_empty() || repo.waiting_merge()?.is_some())
        };
        Ok(committed != Some(staged) || merges()?)
    }

    /// Whether a text is what a file of its name should hold.
    #[must_use]
    pub fn is_readable(&self, path: &str, bytes: &[u8]) -> bool {
        match self.layout().classify(path) {
            PathKind::Entry(date) => Entry::read(date, bytes).is_ok(),
            PathKind::Note(_) => Note::read(bytes).is_ok(),
            _ => true,
        }
    }
}
