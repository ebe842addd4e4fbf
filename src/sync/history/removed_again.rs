//! What a merge removes again although a person had put it back. A removal was picked,
//! squashed or rewritten onto one side, and was undone on the other one just as the merge
//! base has the file: then git sees one side's change alone, and takes it without asking a
//! driver. The row of that removal is restored in the merged ledger, so that no row says
//! who removed what is gone: the merge did.

use std::collections::{BTreeMap, BTreeSet};

use super::History;
use super::told::Told;
use crate::journal::{EntryDate, Item};
use crate::ledger::{self, Ledger};
use crate::repo::{Commit, RepoError};
use crate::sync::versions::Versions;

/// The removals of one entry that one side of a merge had undone, and another one had not.
#[derive(Default)]
struct Undone {
    items: BTreeSet<Item>,
    /// The whole entry was deleted.
    entry: bool,
}

impl History<'_> {
    /// Removals and deletions by the merge, of what the side that had undone one still has
    /// and the merge lacks. `found` has the rows that history tells there besides its
    /// ledger.
    pub(super) fn removed_again(&self, merge: &Commit, found: &Told) -> Result<Ledger, RepoError> {
        let mut years = found.years();
        for side in &merge.parents {
            years.extend(self.ledger_changes(*side, merge.id)?.into_keys());
        }
        let mut out = Ledger::default();
        for year in years {
            let now = ledger::join(self.year_at(merge.id, year)?, found.of_year(year));
            let mut sides = Vec::new();
            for side in &merge.parents {
                let told = self.found(*side).of_year(year);
                sides.push(ledger::join(self.year_at(*side, year)?, told));
            }
            for (nth, side) in sides.iter().enumerate() {
                for (entry, undone) in undone(side, &sides, &now) {
                    if self.only.is_none_or(|only| only == entry) {
                        out.apply(self.removed_of(merge, nth, entry, &undone)?);
                    }
                }
            }
        }
        Ok(out)
    }

    /// What the merge lacks of an entry that its side `nth` has.
    fn removed_of(
        &self,
        merge: &Commit,
        nth: usize,
        entry: EntryDate,
        undone: &Undone,
    ) -> Result<Ledger, RepoError> {
        let side = self.places.file_of(merge.parents[nth], entry)?;
        let now = self.places.file_of(merge.id, entry)?;
        let same = side.as_ref().map(|v| v.blob) == now.as_ref().map(|v| v.blob);
        if side.is_none() || same {
            return Ok(Ledger::default());
        }
        let mut parents = vec![None; merge.parents.len()];
        parents[nth] = side;
        let versions = Versions {
            parents,
            now,
            left_out: true,
        };
        let mut rows = self.entry(merge, entry, &versions)?;
        rows.sync.clear();
        rows.tombstones
            .retain(|key, row| row.state.is_active() && undone.items.contains(&key.to_item()));
        rows.deletions
            .retain(|_, row| row.state.is_active() && undone.entry);
        Ok(rows)
    }
}

/// By entry, the removals that `side` has undone, that another side has active, and without
/// which no removal of the same is active in the merge.
fn undone(side: &Ledger, sides: &[Ledger], now: &Ledger) -> BTreeMap<EntryDate, Undone> {
    let mut all: BTreeMap<EntryDate, Undone> = BTreeMap::new();
    for (key, row) in &side.tombstones {
        let is_active = |rows: &Ledger| {
            let row = rows.tombstones.get(key);
            row.is_some_and(|row| row.state.is_active())
        };
        if !row.state.is_active() && sides.iter().any(is_active) {
            let mut removals = now.tombstones_of(key.entry);
            let is_removed = removals.any(|(other, row)| {
                row.state.is_active() && other.table == key.table && other.item == key.item
            });
            if !is_removed {
                let undone = all.entry(key.entry).or_default();
                undone.items.insert(key.to_item());
            }
        }
    }
    for (key, row) in &side.deletions {
        let is_active = |rows: &Ledger| {
            let row = rows.deletions.get(key);
            row.is_some_and(|row| row.state.is_active())
        };
        let is_deleted = || now.active_deletions_of(key.0).next().is_some();
        if !row.state.is_active() && sides.iter().any(is_active) && !is_deleted() {
            all.entry(key.0).or_default().entry = true;
        }
    }
    all
}
