//! What a merge removes again although a person had put it back. A removal was picked,
//! squashed or rewritten onto one side, and was undone on the other one just as the merge
//! base has the file: then git sees one side's change alone, and takes it without asking a
//! driver. The row of that removal is restored in the merged ledger, so that no row says
//! who removed what is gone: the merge did.

use std::collections::{BTreeMap, BTreeSet};

use super::History;
use super::told::Told;
use crate::journal::{EntryDate, Item};
use crate::ledger::{self, Ledger, RemovalRow, State, removal_id};
use crate::repo::{Commit, RepoError};
use crate::sync::versions::Versions;

/// The removals of one entry that one side of a merge had undone, and another one had not:
/// the ids of all rows about the same that are known in the merge.
#[derive(Default)]
struct Undone {
    items: BTreeMap<Item, String>,
    /// The whole entry was deleted.
    entry: Option<String>,
}

impl History<'_> {
    /// Removals and deletions by the merge, of what the side that had undone one still has
    /// and the merge lacks. `found` has the rows that history tells there besides its
    /// ledger.
    pub(super) fn removed_again(&self, merge: &Commit, found: &Told) -> Result<Ledger, RepoError> {
        let mut out = Ledger::default();
        for (year, now) in self.rows_of_merge(merge, found)? {
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
            dropped_by_merge: true,
            ..Versions::default()
        };
        let made = self.entry(merge, entry, &versions)?;
        let mut rows = Ledger::default();
        // Two merges of the same give the same row, so that whoever puts it back has undone
        // both: its id is made from those that it repeats.
        for (mut key, row) in made.tombstones {
            if let (State::Active, Some(ids)) = (&row.state, undone.items.get(&key.to_item())) {
                key.id = removal_id("", ids, entry, Some(key.table), key.item.as_str());
                rows.tombstones.insert(key, row);
            }
        }
        for row in made.deletions.into_values() {
            if let (State::Active, Some(ids)) = (&row.state, &undone.entry) {
                let id = removal_id("", ids, entry, None, "");
                rows.deletions.insert((entry, id), row);
            }
        }
        Ok(rows)
    }
}

/// By entry, the removals that `side` has undone, that another side has active, and without
/// which no removal of the same is active in the merge.
fn undone(side: &Ledger, sides: &[Ledger], now: &Ledger) -> BTreeMap<EntryDate, Undone> {
    let mut all: BTreeMap<EntryDate, Undone> = BTreeMap::new();
    for (key, row) in &side.tombstones {
        let mut there = sides.iter().filter_map(|rows| rows.tombstones.get(key));
        if there.any(|there| row.is_beyond(Some(there))) {
            let same = now.tombstones_of_item(key.entry, key.to_item());
            if let Some(ids) = ids(same.map(|(k, row)| (&k.id, &row.state))) {
                let undone = all.entry(key.entry).or_default();
                undone.items.insert(key.to_item(), ids);
            }
        }
    }
    for (key, row) in &side.deletions {
        let mut there = sides.iter().filter_map(|rows| rows.deletions.get(key));
        let same = now.deletions_of(key.0);
        if there.any(|there| row.is_beyond(Some(there)))
            && let Some(ids) = ids(same.map(|((_, id), row)| (id, &row.state)))
        {
            all.entry(key.0).or_default().entry = Some(ids);
        }
    }
    all
}

/// The ids of rows that are all undone; none if one is active.
fn ids<'r>(rows: impl Iterator<Item = (&'r String, &'r State)>) -> Option<String> {
    let ids = rows.map(|(id, state)| (!state.is_active()).then_some(id.as_str()));
    let ids: BTreeSet<&str> = ids.collect::<Option<_>>()?;
    Some(ids.into_iter().collect::<Vec<_>>().join(" "))
}
