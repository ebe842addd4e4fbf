//! The items that the picks of a rebase keep out. A rebase drops the commits that had
//! such an item, so that nothing can be compared with them later. Git calls the ledger's
//! driver at each pick, which records the item in the commit that the pick becomes.

use std::collections::BTreeSet;

use super::merges::side;
use super::{History, known_at};
use crate::journal::{EntryDate, Item, Layout};
use crate::ledger::{self, KeptOutRow, Ledger, RowKey, Source, State, Tombstone, removal_id};
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
            let (picked, there) = (items(picking.theirs)?, items(picking.ours)?);
            let changed: Items = picked.symmetric_difference(&there).cloned().collect();
            let mut brought = theirs.tombstones_of(entry);
            if brought.any(|(key, _)| changed.contains(&key.to_item())) {
                self.add_repeated((base, picking), (entry, &there), &changed, theirs, merged)?;
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

    /// Adds what a pick removes once more, although somebody who knew of that removal put it
    /// back, and undoes that where a later pick puts the item back. Of the items `changed` by
    /// the pick, it removes those that are `there`.
    fn add_repeated(
        &self,
        (base, picking): (ObjectId, &Merging),
        (entry, there): (EntryDate, &Items),
        changed: &Items,
        theirs: &Ledger,
        merged: &mut Ledger,
    ) -> Result<(), RepoError> {
        let ours = known_at(self.repo, self.layout, picking.ours, entry)?;
        let known = ledger::join(merged.of_entry(entry), ours.clone());
        for (key, row) in put_back_again(&known, theirs) {
            let item = key.to_item();
            if changed.contains(&item) && !there.contains(&item) {
                merged.tombstones.insert(key, row);
            }
        }
        let mut again = undone_there(entry, theirs, &ours);
        again.retain(|key| changed.contains(&key.to_item()) && there.contains(&key.to_item()));
        if !again.is_empty() {
            // Who took the putting back back meant that.
            let began = known_at(self.repo, self.layout, base, entry)?;
            again.retain(|key| !began.knows_undone(key));
        }
        removed_again(again, &known, theirs, (picking.ours, merged));
        Ok(())
    }

    /// Whether a side, by its name in rows, is a commit of the branch with this tip.
    pub(super) fn is_of_branch(&self, side: &str, tip: ObjectId) -> Result<bool, RepoError> {
        let commit = self.repo.commit_named(side)?;
        Ok(commit.is_some_and(|commit| self.repo.is_in(commit, tip)))
    }
}

/// The removals of an entry that `theirs` brings, and that are known and undone in `ours`.
pub(super) fn undone_there(entry: EntryDate, theirs: &Ledger, ours: &Ledger) -> Vec<RowKey> {
    let brought = theirs.tombstones_of(entry);
    let undone = brought.filter(|(key, row)| {
        let there = ours.tombstones.get(*key);
        let is_undone = there.is_some_and(|now| !now.state.is_active() && now.is_one_with(row));
        row.state.is_active() && is_undone
    });
    undone.map(|(key, _)| key.clone()).collect()
}

/// Lists what a pick removes once more: git takes the picked version without asking a driver.
/// It is a removal of its own, as history may tell that the one which came again was undone.
fn removed_again(
    again: Vec<RowKey>,
    known: &Ledger,
    theirs: &Ledger,
    (ours, merged): (ObjectId, &mut Ledger),
) {
    for mut key in again {
        let Some(row) = theirs.tombstones.get(&key) else {
            continue;
        };
        // Two rebases of the same give the same row.
        let mut row = row.clone();
        Source::Yaml.name().clone_into(&mut row.source);
        key.id = id_of_repeated(known, &key, None);
        merged.tombstones.entry(key.clone()).or_insert(row);
        let kept = merged.kept_out.entry((key, side(ours)));
        kept.or_insert(KeptOutRow { settled: false });
    }
}

/// The id of the removal that repeats all those that are known of an item, but for the one
/// with the id `without`.
fn id_of_repeated(known: &Ledger, key: &RowKey, without: Option<&str>) -> String {
    let same = known.tombstones_of_item(key.entry, key.to_item());
    let ids = same.map(|(k, _)| k.id.as_str());
    let ids: Vec<&str> = ids.filter(|id| Some(*id) != without).collect();
    let ids = ids.join(" ");
    removal_id("", &ids, key.entry, Some(key.table), key.item.as_str())
}

/// The repeated removals of [`removed_again`], undone where the branch that brought them
/// undoes, in a later commit with the ledger `theirs`, those that they repeat.
fn put_back_again(known: &Ledger, theirs: &Ledger) -> Vec<(RowKey, Tombstone)> {
    let mut again = Vec::new();
    for (key, row) in &known.tombstones {
        let same = theirs.tombstones_of_item(key.entry, key.to_item());
        let states: Option<Vec<&State>> = same
            .map(|(_, there)| (!there.state.is_active()).then_some(&there.state))
            .collect();
        let state = states.unwrap_or_default().into_iter().min();
        let is_new = row.state.is_active() && !theirs.tombstones.contains_key(key);
        if let Some(state) = state.filter(|_| is_new)
            && id_of_repeated(known, key, Some(&key.id)) == key.id
        {
            let state = state.clone();
            again.push((
                key.clone(),
                Tombstone {
                    state,
                    ..row.clone()
                },
            ));
        }
    }
    again
}
