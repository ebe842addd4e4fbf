//! The maker of each side's version, for the question which one to take.

use super::{OpenPath, Resolver};
use crate::ledger::{self, Hash};
use crate::repo::{Commit, ObjectId, RepoError};
use crate::sync::versions::{facts, key_of};

/// The maker of a version of a file, and the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Maker {
    /// The machine or, if no hook recorded it, the commit's author.
    pub by: String,
    /// RFC 3339.
    pub at: String,
}

impl Resolver<'_> {
    /// The makers of our and of their version, if git says which commits it merges.
    ///
    /// # Errors
    /// An object of history is missing or damaged, or git fails; see [`RepoError`].
    pub fn makers(&self, open: &OpenPath) -> Result<(Option<Maker>, Option<Maker>), RepoError> {
        let Some(merging) = &open.merging else {
            return Ok((None, None));
        };
        let (ours, theirs) = (open.sides.ours.as_deref(), open.sides.theirs.as_deref());
        let maker = |tip, version| -> Result<Option<Maker>, RepoError> {
            for path in [Some(&open.path), open.former.as_ref()]
                .into_iter()
                .flatten()
            {
                if let Some(maker) = self.maker(path, tip, version)? {
                    return Ok(Some(maker));
                }
            }
            Ok(None)
        };
        Ok((maker(merging.ours, ours)?, maker(merging.theirs, theirs)?))
    }

    fn maker(
        &self,
        path: &str,
        tip: ObjectId,
        version: Option<&[u8]>,
    ) -> Result<Option<Maker>, RepoError> {
        let Some(last) = self.repo.commits_of(tip, path)?.first().copied() else {
            return Ok(None);
        };
        let commit = self.repo.commit(last)?;
        let machine = match version {
            Some(version) => self.recorded(path, &commit, version)?,
            None => None,
        };
        Ok(Some(Maker {
            by: machine.unwrap_or(commit.by),
            at: commit.at,
        }))
    }

    /// The machine that recorded a version in a commit's ledger, if this commit did.
    fn recorded(
        &self,
        path: &str,
        commit: &Commit,
        version: &[u8],
    ) -> Result<Option<String>, RepoError> {
        let Some(key) = key_of(self.layout(), path) else {
            return Ok(None);
        };
        let Ok(facts) = facts(key, version) else {
            return Ok(None);
        };
        let file = self.layout().ledger_path(key.0.year());
        let hashes = |commit: ObjectId| -> Result<Vec<Hash>, RepoError> {
            let text = self.repo.read_at(commit, &file)?.unwrap_or_default();
            let state = ledger::parse(&text).sync.remove(&key);
            Ok(state.map(|state| state.hashes).unwrap_or_default())
        };
        let before = match commit.parents.first() {
            Some(parent) => hashes(*parent)?,
            None => Vec::new(),
        };
        let mut new = hashes(commit.id)?.into_iter();
        let recorded = new.find(|h| h.hash == facts.hash && !before.contains(h));
        Ok(recorded.map(|h| h.by))
    }
}
