//! Removals that a commit undoes under an earlier id: a rebase, or a rewriting of all of
//! history, gives the commit, and so the removal that history tells of it, a new id, but
//! carries along rows that name the old one. A removal whose own commit is in this history
//! is none of these: somebody else made it in the same second.

use std::collections::BTreeSet;

use super::History;
use super::diff::Diff;
use super::told::Told;
use crate::journal::EntryDate;
use crate::ledger::{self, Ledger};
use crate::repo::{Commit, RepoError};

impl History<'_> {
    /// The removals of `found`, or in the commit's ledger, that the commit undid in this
    /// way. A row already undone at its parent is only stored by the commit.
    pub(super) fn undone_as_another(
        &self,
        commit: &Commit,
        diffs: &[Diff],
        found: &Told,
    ) -> Result<Ledger, RepoError> {
        let mut out = Ledger::default();
        let ([parent], [diff]) = (&commit.parents[..], diffs) else {
            return Ok(out);
        };
        for (_, now) in &diff.ledgers {
            let now = now.tombstones.iter();
            let now = now.filter(|(_, row)| row.is_told() && !row.state.is_active());
            let entries: BTreeSet<EntryDate> = now.map(|(key, _)| key.entry).collect();
            for entry in entries {
                if self.only.is_none_or(|only| only == entry) {
                    let knew = self.known(*parent, entry)?;
                    let known = self.recorded(commit.id, entry)?;
                    let known = ledger::join(known, found.of_entry(entry));
                    let is_told = |k: &_, row: &_| self.by_time.tells(commit.id, k, row);
                    out = ledger::join(out, known.undone_since(&knew, is_told));
                }
            }
        }
        Ok(out)
    }
}
