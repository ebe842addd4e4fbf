//! The questions that are asked of a ledger's rows.

use std::collections::{BTreeMap, BTreeSet};

use super::{Deletion, Ledger, RowKey, Source, State, SyncState, Tombstone};
use crate::journal::{EntryDate, Item, ItemKey, Table};

/// The rows whose key `other` lacks.
fn lacking<K: Ord + Clone, R: Clone>(
    rows: &BTreeMap<K, R>,
    other: &BTreeMap<K, R>,
) -> BTreeMap<K, R> {
    let lacking = rows.iter().filter(|(key, _)| !other.contains_key(key));
    lacking
        .map(|(key, row)| (key.clone(), row.clone()))
        .collect()
}

impl Ledger {
    /// Whether the ledger has no lines.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self == &Self::default()
    }

    /// Whether it has removals or deletions that `other` lacks.
    #[must_use]
    pub fn has_more_than(&self, other: &Self) -> bool {
        !self.more_than(other).is_empty()
    }

    /// The removals and deletions that `other` lacks.
    #[must_use]
    pub fn more_than(&self, other: &Self) -> Self {
        Self {
            tombstones: lacking(&self.tombstones, &other.tombstones),
            deletions: lacking(&self.deletions, &other.deletions),
            ..Self::default()
        }
    }

    /// Without the removals and deletions of these ids.
    #[must_use]
    pub fn without(mut self, ids: &BTreeSet<String>) -> Self {
        self.tombstones.retain(|key, _| !ids.contains(&key.id));
        self.deletions.retain(|(_, id), _| !ids.contains(id));
        self
    }

    /// The entries that rows are about.
    #[must_use]
    pub fn entries(&self) -> BTreeSet<EntryDate> {
        let tombstones = self.tombstones.keys().map(|k| k.entry);
        let deletions = self.deletions.keys().map(|k| k.0);
        let sync = self.sync.keys().map(|k| k.0);
        let kept_out = self.kept_out.keys().map(|(k, _)| k.entry);
        tombstones
            .chain(deletions)
            .chain(sync)
            .chain(kept_out)
            .collect()
    }

    /// The removals of one entry, by table, item and id.
    pub fn tombstones_of(&self, entry: EntryDate) -> impl Iterator<Item = (&RowKey, &Tombstone)> {
        let first = RowKey {
            entry,
            table: Table::ALL[0],
            item: ItemKey::new(""),
            id: String::new(),
        };
        self.tombstones
            .range(first..)
            .take_while(move |(key, _)| key.entry == entry)
    }

    /// The removals of one item of an entry, by id.
    pub fn tombstones_of_item(
        &self,
        entry: EntryDate,
        (table, item): Item,
    ) -> impl Iterator<Item = (&RowKey, &Tombstone)> {
        let of_entry = self.tombstones_of(entry);
        of_entry.filter(move |(key, _)| key.table == table && key.item == item)
    }

    /// Whether it has this removal, and as undone.
    #[must_use]
    pub fn knows_undone(&self, key: &RowKey) -> bool {
        let row = self.tombstones.get(key);
        row.is_some_and(|row| !row.state.is_active())
    }

    /// The state that undoes, under another id, a removal told by history, if there is
    /// one: a rebase gives the telling commit a new id, and who renames the authors of all
    /// of history gives it another name, but both keep its time. A removal of somebody else
    /// that `is_told` under its own id as well is a second one of the same second, and no
    /// earlier name; one of the same author was picked or rebased while its first commit
    /// stayed.
    #[must_use]
    pub fn undone_as_another(
        &self,
        key: &RowKey,
        row: &Tombstone,
        is_told: impl Fn(&RowKey, &Tombstone) -> bool,
    ) -> Option<&State> {
        if row.source != Tombstone::FROM_HISTORY {
            return None;
        }
        let mut rows = self.tombstones_of_item(key.entry, key.to_item());
        let found = rows.find(|(other, there)| {
            other.id != key.id
                && !there.state.is_active()
                && (&there.source, &there.at) == (&row.source, &row.at)
                && (there.by == row.by || !is_told(other, there))
        });
        found.map(|(_, there)| &there.state)
    }

    /// The deletions of one entry's file.
    pub fn deletions_of(
        &self,
        entry: EntryDate,
    ) -> impl Iterator<Item = (&(EntryDate, String), &Deletion)> {
        self.deletions
            .range((entry, String::new())..)
            .take_while(move |((date, _), _)| *date == entry)
    }

    /// The deletions of one entry's file that nobody undid.
    pub fn active_deletions_of(&self, entry: EntryDate) -> impl Iterator<Item = &Deletion> {
        let all = self.deletions_of(entry).map(|(_, row)| row);
        all.filter(|row| row.state.is_active())
    }

    /// The items that are removed from an entry: those with at least one active removal.
    #[must_use]
    pub fn removed_items(&self, entry: EntryDate) -> BTreeSet<Item> {
        self.tombstones_of(entry)
            .filter(|(_, row)| row.state.is_active())
            .map(|(key, _)| key.to_item())
            .collect()
    }

    /// The active removals that kept an item out of a merge, for a person to settle.
    #[must_use]
    pub fn to_settle(&self) -> BTreeSet<&RowKey> {
        let open = self.kept_out.iter().filter(|(_, kept)| !kept.settled);
        open.map(|((key, _), _)| key)
            .filter(|key| {
                let row = self.tombstones.get(*key);
                row.is_some_and(|r| r.state.is_active())
            })
            .collect()
    }

    /// The states that hold two different texts, each an unresolved conflict.
    pub fn conflicts(&self) -> impl Iterator<Item = (EntryDate, Source, &SyncState)> {
        self.sync
            .iter()
            .filter(|(_, state)| state.is_conflict())
            .map(|((entry, source), state)| (*entry, *source, state))
    }

    /// Writes `rows` over this ledger: rows of equal keys are replaced, others stay.
    pub fn apply(&mut self, rows: Self) {
        self.tombstones.extend(rows.tombstones);
        self.deletions.extend(rows.deletions);
        self.sync.extend(rows.sync);
        self.kept_out.extend(rows.kept_out);
        self.opaque.extend(rows.opaque);
        self.corrupt.extend(rows.corrupt);
    }

    /// The rows of one entry alone.
    #[must_use]
    pub fn of_entry(&self, entry: EntryDate) -> Self {
        Self {
            tombstones: self
                .tombstones_of(entry)
                .map(|(k, r)| (k.clone(), r.clone()))
                .collect(),
            deletions: self
                .deletions_of(entry)
                .map(|(k, r)| (k.clone(), r.clone()))
                .collect(),
            sync: self
                .sync
                .range((entry, Source::Yaml)..=(entry, Source::Wiki))
                .map(|(k, r)| (*k, r.clone()))
                .collect(),
            kept_out: self
                .kept_out
                .iter()
                .filter(|((key, _), _)| key.entry == entry)
                .map(|(k, r)| (k.clone(), *r))
                .collect(),
            ..Self::default()
        }
    }
}

#[cfg(test)]
pub(super) mod tests;
