//! The items that a merge kept out: one side had added the item, the result lacks it, and
//! an active removal keeps it out. That side did not know the removal, or had the item in
//! its file against it.

use std::rc::Rc;

use super::History;
use super::told::Told;
use crate::journal::{EntryDate, Facts, Item};
use crate::ledger::{self, Deletion, KeptOutRow, Ledger, Restored, State, without_hooks};
use crate::repo::{Commit, ObjectId, RepoError};

/// The number of hex digits that name a side. It is part of the ledger's format.
const SIDE: usize = 12;

/// The name of a side in the rows of items kept out of it.
pub(super) fn side(commit: ObjectId) -> String {
    commit.to_string().chars().take(SIDE).collect()
}

impl History<'_> {
    /// Adds to `told` the rows of a merge commit besides its own changes. If history is
    /// cut off above the merge base, nothing counts as lost or kept out.
    pub(super) fn add_of_merge(&self, merge: &Commit, told: &mut Told) -> Result<(), RepoError> {
        let mut sides = Some(Vec::new());
        for from in &merge.parents {
            let mut bases = Vec::new();
            for other in merge.parents.iter().filter(|p| *p != from) {
                match self.repo.parted(*from, *other)? {
                    Some(known) => bases.extend(known),
                    None => sides = None,
                }
            }
            if let Some(sides) = &mut sides {
                sides.push((*from, bases));
            }
        }
        if sides.is_some() {
            told.add(self.lost(merge)?);
        }
        told.add(self.still_there(merge, told)?);
        if sides.is_some() {
            told.add(self.removed_again(merge, told)?);
        }
        for (from, bases) in sides.into_iter().flatten() {
            told.add(self.kept_out(merge.id, from, &bases, told)?);
        }
        Ok(())
    }

    /// The items of the side `from` that a merge kept out. `merged` is the result,
    /// `found` the rows that history tells there besides its ledger, `bases` the commits
    /// at which `from` parted from the other sides.
    pub(super) fn kept_out(
        &self,
        merged: ObjectId,
        from: ObjectId,
        bases: &[ObjectId],
        found: &Told,
    ) -> Result<Ledger, RepoError> {
        let mut out = Ledger::default();
        let mut years = found.years();
        years.extend(self.ledger_changes(from, merged)?.into_keys());
        let side = side(from);
        for year in years {
            let now = ledger::join(self.year_at(merged, year)?, found.of_year(year));
            let knew = ledger::join(self.year_at(from, year)?, self.found(from).of_year(year));
            for (key, row) in &now.tombstones {
                // The side knew the removal and has the item all the same: it stood in
                // the file against it, and was listed so until now.
                let keeps = row.state.is_active() && !knew.knows_undone(key);
                if !keeps || self.only.is_some_and(|only| only != key.entry) {
                    continue;
                }
                let item = key.to_item();
                let has = |facts: Option<Rc<Facts>>| facts.map(|f| f.items.contains(&item));
                if has(self.facts_at(merged, key.entry)?) == Some(false)
                    && has(self.facts_at(from, key.entry)?) == Some(true)
                    && self.added_since(bases, from, (key.entry, &item), &knew)?
                {
                    let key = (key.clone(), side.clone());
                    out.kept_out.insert(key, KeptOutRow { settled: false });
                }
            }
        }
        Ok(out)
    }

    /// All rows known at a merge, of the years that differ from a side or that history tells
    /// something of.
    pub(super) fn rows_of_merge(
        &self,
        merge: &Commit,
        found: &Told,
    ) -> Result<Vec<(i32, Ledger)>, RepoError> {
        let mut years = found.years();
        for side in &merge.parents {
            years.extend(self.ledger_changes(*side, merge.id)?.into_keys());
        }
        let rows = years.into_iter().map(|year| {
            let rows = ledger::join(self.year_at(merge.id, year)?, found.of_year(year));
            Ok((year, rows))
        });
        rows.collect()
    }

    /// Deletions of entries whose file the merge kept, as restored rows: a person took
    /// the other side's edit.
    pub(super) fn still_there(&self, merge: &Commit, found: &Told) -> Result<Ledger, RepoError> {
        let mut out = Ledger::default();
        for (_, now) in self.rows_of_merge(merge, found)? {
            for (key, row) in now.deletions {
                let there = || self.places.file_of(merge.id, key.0);
                if row.state.is_active() && there()?.is_some() {
                    let state = State::Restored(Restored {
                        at: merge.at.clone(),
                        by: without_hooks(&merge.by),
                        how: Restored::RE_ADDED.into(),
                    });
                    out.deletions.insert(key, Deletion { state, ..row });
                }
            }
        }
        Ok(out)
    }

    /// Whether the side added the item after it parted from the others (also after a
    /// removal of its own), or changed its spelling.
    pub(super) fn added_since(
        &self,
        bases: &[ObjectId],
        from: ObjectId,
        (entry, item): (EntryDate, &Item),
        knew: &Ledger,
    ) -> Result<bool, RepoError> {
        let restored = |rows: &Ledger| {
            let rows = rows.tombstones_of_item(entry, item.clone());
            rows.filter(|(_, row)| !row.state.is_active()).count()
        };
        for base in bases {
            let there = self.facts_at(*base, entry)?;
            let was_there = there.is_some_and(|facts| facts.items.contains(item));
            if was_there
                && restored(&self.known(*base, entry)?) >= restored(knew)
                && !self.is_spelled_anew((*base, from), entry, item)?
            {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
