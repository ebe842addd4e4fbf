//! Rows that a commit lost. A merge took one side's ledger whole (`-s ours`, or a client
//! that resolves the ledger with one side), where the driver keeps the rows of both. A
//! commit of one parent has an older copy of the ledger: from a backup, from a service
//! that syncs files, or by `git checkout OLD -- .` without hooks.

use std::collections::{BTreeMap, BTreeSet};

use super::diff::Diff;
use super::{History, beyond};
use crate::ledger::{self, Ledger, Restored, State};
use crate::repo::{Commit, ObjectId, RepoError};

impl History<'_> {
    /// The rows that the merge of the parents' ledgers holds and the commit's own ledger
    /// lacks, or holds in an older state. A row that a side reverted is not lost, and
    /// stands as the commit has it: leaving out a line does not restore a removal.
    pub(super) fn lost(&self, merge: &Commit) -> Result<Ledger, RepoError> {
        let mut years = BTreeSet::new();
        for side in &merge.parents {
            years.extend(self.ledger_changes(*side, merge.id)?.into_keys());
        }
        let mut out = Ledger::default();
        for year in years {
            out = ledger::join(out, self.lost_of_year(merge, year)?);
        }
        Ok(out)
    }

    fn lost_of_year(&self, merge: &Commit, year: i32) -> Result<Ledger, RepoError> {
        let now = BTreeMap::from([(year, self.year_at(merge.id, year)?)]);
        let mut sides = Vec::new();
        for side in &merge.parents {
            let told = self.found(*side).of_year(year);
            sides.push(ledger::join(self.year_at(*side, year)?, told));
        }
        let lost = |rows: &Ledger| {
            let mut rows = beyond(rows, &now);
            rows.sync.clear();
            rows.opaque.clear();
            rows.corrupt.clear();
            rows
        };
        if sides.iter().all(|side| lost(side).is_empty()) {
            return Ok(Ledger::default());
        }
        let mut whole = sides[0].clone();
        for (side, rows) in merge.parents.iter().zip(&sides).skip(1) {
            let base = self.base_year(merge.parents[0], *side, year)?;
            whole = ledger::merge(&base, &whole, rows);
        }
        let mut lost = lost(&whole);
        let is_lost = |state: &State| !state.is_restored_by(Restored::REVERTED);
        lost.tombstones.retain(|_, row| is_lost(&row.state));
        lost.deletions.retain(|_, row| is_lost(&row.state));
        Ok(lost)
    }

    /// The removals and deletions that a commit of one parent takes out of the ledger,
    /// although it does not put back what they removed. Where it does, as a revert does,
    /// the row was taken back with it.
    pub(super) fn lost_alone(&self, commit: &Commit, diffs: &[Diff]) -> Result<Ledger, RepoError> {
        let mut lost = Ledger::default();
        let ([parent], [diff]) = (&commit.parents[..], diffs) else {
            return Ok(lost);
        };
        for (before, after) in &diff.ledgers {
            for (key, row) in &before.tombstones {
                let is_looked_at = self.only.is_none_or(|only| only == key.entry);
                let is_gone = row.state.is_active() && !after.tombstones.contains_key(key);
                if is_looked_at && is_gone {
                    let item = key.to_item();
                    let has = |at| -> Result<bool, RepoError> {
                        let facts = self.facts_at(at, key.entry)?;
                        Ok(facts.is_some_and(|facts| facts.items.contains(&item)))
                    };
                    if !has(commit.id)? || has(*parent)? {
                        lost.tombstones.insert(key.clone(), row.clone());
                    }
                }
            }
            for (key, row) in &before.deletions {
                let is_looked_at = self.only.is_none_or(|only| only == key.0);
                let is_gone = row.state.is_active() && !after.deletions.contains_key(key);
                if is_looked_at && is_gone && self.places.file_of(commit.id, key.0)?.is_none() {
                    lost.deletions.insert(key.clone(), row.clone());
                }
            }
        }
        Ok(lost)
    }

    /// The ledger that two commits grew from.
    fn base_year(&self, one: ObjectId, other: ObjectId, year: i32) -> Result<Ledger, RepoError> {
        let mut bases = Vec::new();
        for base in self.repo.merge_bases(one, other)? {
            bases.push(self.year_at(base, year)?);
        }
        Ok(ledger::merge_bases(bases))
    }
}
