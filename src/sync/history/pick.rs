//! The items that the picks of a rebase keep out. A rebase drops the commits that had
//! such an item, so that nothing can be compared with them later. Git calls the ledger's
//! driver at each pick, which records the item in the commit that the pick becomes.

use std::collections::BTreeSet;

use super::merges::side;
use super::{History, known_at};
use crate::journal::{EntryDate, Item, Layout};
use crate::ledger::{self, KeptOutRow, Ledger, RowKey, State};
use crate::repo::{Merging, ObjectId, Repo, RepoError};

type Items = BTreeSet<Item>;

/// Adds to `merged`, the ledger of a year in a pick, the items that removals on the
/// branch keep out of the pick. `theirs` is the ledger of the picked commit.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub fn add_what_a_pick_keeps_out(
    repo: &Repo,
    layout: &Layout,
    picking: &Merging,
    year: i32,
    theirs: &Ledger,
    merged: &mut Ledger,
) -> Result<(), RepoError> {
    let [base] = picking.bases[..] else {
        return Ok(());
    };
    let history = History::unwalked(repo, layout);
    let below: Vec<&str> = history.below.iter().map(String::as_str).collect();
    let mut entries = BTreeSet::new();
    for change in repo.changes(Some(base), Some(picking.theirs), &below)? {
        if let Some(entry) = layout.entry_date(&change.path)
            && entry.year() == year
        {
            entries.insert(entry);
        }
    }
    for entry in entries {
        history.add_picked(base, picking, entry, theirs, merged)?;
    }
    Ok(())
}

impl History<'_> {
    fn add_picked(
        &self,
        base: ObjectId,
        picking: &Merging,
        entry: EntryDate,
        theirs: &Ledger,
        merged: &mut Ledger,
    ) -> Result<(), RepoError> {
        let blob = |commit| -> Result<Option<ObjectId>, RepoError> {
            Ok(self.places.file_of(commit, entry)?.map(|file| file.blob))
        };
        let items = |commit| -> Result<Items, RepoError> {
            let facts = self.facts_at(commit, entry)?;
            Ok(facts.map(|f| f.items.clone()).unwrap_or_default())
        };
        if blob(base)? == blob(picking.ours)? {
            // Git takes the picked file as it is: items in it against a removal are
            // listed as such.
            let again = undone_here(entry, theirs, merged);
            if !again.is_empty() {
                let (picked, there) = (items(picking.theirs)?, items(picking.ours)?);
                removed_again(again, (&picked, &there), picking.ours, merged);
            }
            return Ok(());
        }
        let (before, picked, there) = (items(base)?, items(picking.theirs)?, items(picking.ours)?);
        // A later commit of the same branch that removes the item agrees with the
        // removal.
        for ((key, from), kept) in &mut merged.kept_out {
            let item = key.to_item();
            let gone = before.contains(&item) && !picked.contains(&item);
            if key.entry == entry && gone && !theirs.tombstones.contains_key(key) {
                kept.settled |= self.is_of_branch(from, picking.theirs)?;
            }
        }
        let mut added = Items::new();
        for item in picked.difference(&there) {
            let anew = || self.is_spelled_anew((base, picking.theirs), entry, item);
            if !before.contains(item) || anew()? {
                added.insert(item.clone());
            }
        }
        if added.is_empty() {
            return Ok(());
        }
        let below = known_at(self.repo, self.layout, picking.ours, entry)?;
        let rows = ledger::join(merged.of_entry(entry), below);
        let knew = known_at(self.repo, self.layout, picking.theirs, entry)?;
        for (key, row) in rows.tombstones {
            let is_told = |k: &_, row: &_| self.by_time.tells(picking.ours, k, row);
            let undone =
                knew.knows_undone(&key) || knew.undone_as_another(&key, &row, is_told).is_some();
            if row.state.is_active() && !undone && added.contains(&key.to_item()) {
                let row = (key, side(picking.theirs));
                merged
                    .kept_out
                    .entry(row)
                    .or_insert(KeptOutRow { settled: false });
            }
        }
        Ok(())
    }

    /// Whether a side, by its name in rows, is a commit of the branch with this tip.
    pub(super) fn is_of_branch(&self, side: &str, tip: ObjectId) -> Result<bool, RepoError> {
        let commit = self.repo.commit_named(side)?;
        Ok(commit.is_some_and(|commit| self.repo.is_in(commit, tip)))
    }
}

/// The removals of an entry that a picked commit brings, and that are known and undone where
/// it is picked to.
fn undone_here(entry: EntryDate, theirs: &Ledger, merged: &Ledger) -> Vec<RowKey> {
    let brought = theirs.tombstones_of(entry);
    let undone = brought.filter(|(key, row)| {
        let there = merged.tombstones.get(*key);
        let is_undone = there.is_some_and(|now| !now.state.is_active() && now.is_one_with(row));
        row.state.is_active() && is_undone
    });
    undone.map(|(key, _)| key.clone()).collect()
}

/// Lists what a pick removes once more, although somebody who knew of that removal put it
/// back: `there` has it, and the `picked` version does not, which git takes without asking a
/// driver.
fn removed_again(
    again: Vec<RowKey>,
    (picked, there): (&Items, &Items),
    ours: ObjectId,
    merged: &mut Ledger,
) {
    for key in again {
        let item = key.to_item();
        if !there.contains(&item) || picked.contains(&item) {
            continue;
        }
        if let Some(row) = merged.tombstones.get_mut(&key) {
            row.state = State::Active;
        }
        let kept = merged.kept_out.entry((key, side(ours)));
        kept.or_insert(KeptOutRow { settled: false });
    }
}
