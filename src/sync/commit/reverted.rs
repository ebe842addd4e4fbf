//! What a revert in progress takes back of a ledger: the decisions of the commit that it
//! reverts. Without this the staged file would count as an older copy, which takes nothing
//! away.

use crate::ledger::Ledger;
use crate::repo::{Repo, RepoError};

/// A year's ledger in the commit that is reverted.
pub(super) struct Reverted {
    there: Ledger,
    /// In that commit's parent.
    before: Ledger,
}

impl Reverted {
    /// `None` if no revert waits for its commit.
    ///
    /// # Errors
    /// The commit, its parent or the file in them cannot be read.
    pub fn of(repo: &Repo, path: &str) -> Result<Option<Self>, RepoError> {
        let Some(commit) = repo.reverting()? else {
            return Ok(None);
        };
        let rows = |commit| -> Result<Ledger, RepoError> {
            let file = repo.read_at(commit, path)?;
            Ok(super::year::rows_of(file.as_deref()))
        };
        let parent = repo.commit_named(&format!("{commit}^"))?;
        Ok(Some(Self {
            there: rows(commit)?,
            before: parent.map_or_else(|| Ok(Ledger::default()), rows)?,
        }))
    }

    /// Takes back in `current` what that commit decided of a removal or of an item kept out,
    /// where `known` has it still, and the staged file what was before.
    pub fn take_back(&self, known: &Ledger, staged: &Ledger, current: &mut Ledger) {
        for (key, was) in &self.before.tombstones {
            let decided = self.there.tombstones.get(key);
            if decided.is_some_and(|row| row != was)
                && known.tombstones.get(key) == decided
                && staged.tombstones.get(key) == Some(was)
            {
                current.tombstones.insert(key.clone(), was.clone());
            }
        }
        for (key, was) in &self.before.kept_out {
            let decided = self.there.kept_out.get(key);
            if decided.is_some_and(|row| row != was)
                && known.kept_out.get(key) == decided
                && staged.kept_out.get(key) == Some(was)
            {
                current.kept_out.insert(key.clone(), *was);
            }
        }
    }

    /// The rows that the revert has nothing to do with.
    pub fn without_its_own(&self, mut rows: Ledger) -> Ledger {
        let (there, before) = (&self.there, &self.before);
        let tombstones = |key: &_| there.tombstones.get(key) == before.tombstones.get(key);
        rows.tombstones.retain(|key, _| tombstones(key));
        let deletions = |key: &_| there.deletions.get(key) == before.deletions.get(key);
        rows.deletions.retain(|key, _| deletions(key));
        rows.sync
            .retain(|key, _| there.sync.get(key) == before.sync.get(key));
        rows
    }
}
