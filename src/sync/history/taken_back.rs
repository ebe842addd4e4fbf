//! Rows told by history that a commit took out of the ledger again: a revert of the
//! commit that had stored them. The removals themselves are older, and were not reverted.

use super::History;
use super::diff::Diff;
use crate::ledger::{self, Ledger, RemovalRow};
use crate::repo::{Commit, RepoError};

impl History<'_> {
    /// Whether a commit took back rows that this walk does not tell. Rows lost by a merge
    /// are found by `lost`.
    pub(super) fn lacks_what_was_taken_back(
        &self,
        commit: &Commit,
        diffs: &[Diff],
    ) -> Result<bool, RepoError> {
        let [diff] = diffs else {
            return Ok(false);
        };
        let found = self.found(commit.id);
        for (before, after) in &diff.ledgers {
            let mut gone = taken_back(before.clone(), after);
            if let Some(entry) = self.only {
                gone = gone.of_entry(entry);
            }
            let mut told = Ledger::default();
            for entry in gone.entries() {
                told = ledger::join(told, found.of_entry(entry));
            }
            if gone.has_more_than(&told)
                || gone.kept_out.keys().any(|k| !told.kept_out.contains_key(k))
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Rows told by history that a ledger file had before a commit and lacks after it, or has
/// no longer as restored.
fn taken_back(mut before: Ledger, after: &Ledger) -> Ledger {
    before.tombstones.retain(|key, row| {
        // A shortened row does not say who found it.
        let told = row.shortened || row.is_told();
        told && row.is_beyond(after.tombstones.get(key))
    });
    (before.deletions).retain(|key, row| row.is_told() && row.is_beyond(after.deletions.get(key)));
    before
        .kept_out
        .retain(|key, _| !after.kept_out.contains_key(key));
    before.sync.clear();
    before
}
