//! Removals that come with rows of their own, from where they were made: in a copy of the
//! files, with a pick that stopped, or with one that only stages (`git cherry-pick -n`).

use std::collections::{BTreeMap, BTreeSet};

use super::rows::CommitContext;
use crate::journal::EntryDate;
use crate::ledger::{self, Deletion, Ledger, Restored, RowKey, State, Tombstone};
use crate::repo::RepoError;
use crate::sync::leftovers::left_over_alone;

impl CommitContext<'_> {
    /// The removals that the real index brings besides those `known`, if git works with a
    /// temporary one: `git commit FILE` leaves the rows of a pick staged there. `here` is
    /// the temporary index's version of the ledger; `only` limits the entries.
    pub(super) fn beside(
        &self,
        (path, here): (&str, Option<&[u8]>),
        known: &Ledger,
        only: Option<&BTreeSet<EntryDate>>,
    ) -> Result<Ledger, RepoError> {
        let index = self.repo.index_beside()?;
        let Some(blob) = index.and_then(|index| index.staged(path)?.file()) else {
            return Ok(Ledger::default());
        };
        let bytes = self.repo.shared_blob(blob)?;
        if here == Some(&*bytes) {
            return Ok(Ledger::default());
        }
        let is_asked = |entry: EntryDate| only.is_none_or(|only| only.contains(&entry));
        let mut brought = ledger::parse(&bytes).more_than(known);
        brought.tombstones.retain(|key, _| is_asked(key.entry));
        brought.deletions.retain(|(entry, _), _| is_asked(*entry));
        self.not_left_over(known, &brought)
    }

    /// The removals of `edited` that `known` lacks, without those that a commit which came to
    /// nothing left there.
    pub(super) fn not_left_over(
        &self,
        known: &Ledger,
        edited: &Ledger,
    ) -> Result<Ledger, RepoError> {
        let head = self.parents.first().copied();
        let left = left_over_alone(self.repo, self.layout, head, (known, edited))?;
        Ok(edited.more_than(known).without(&left))
    }
}

/// The derived `rows` without the removals for which the staged ledger (`current`) brings a
/// row of its own: under another id, or, with what was decided of it, under the same one,
/// where the same commit is made once more. If only the real index brings one (`beside`), it
/// comes in their place.
pub(super) fn as_brought(
    mut rows: Ledger,
    known: &Ledger,
    current: &Ledger,
    beside: &Ledger,
) -> Ledger {
    let mut instead = Ledger::default();
    rows.tombstones.retain(|key, row| {
        let brought = |of| same_removals(of, known, key);
        let itself = current.tombstones.get(key).map(|there| &there.state);
        let is_itself = !known.tombstones.contains_key(key) && itself.is_some_and(is_brought);
        if !row.state.is_active() || is_itself || !brought(current).is_empty() {
            return !row.state.is_active();
        }
        let there = brought(beside);
        let stays = there.is_empty();
        instead.tombstones.extend(there);
        stays
    });
    rows.deletions.retain(|key, row| {
        let brought = |of| same_deletions(of, known, (key, row));
        let itself = current.deletions.get(key).map(|there| &there.state);
        let is_itself = !known.deletions.contains_key(key) && itself.is_some_and(is_brought);
        if !row.state.is_active() || is_itself || !brought(current).is_empty() {
            return !row.state.is_active();
        }
        let there = brought(beside);
        let stays = there.is_empty();
        instead.deletions.extend(there);
        stays
    });
    rows.apply(instead);
    rows
}

/// The derived `rows` with those of a `branch` in place of the ones that have the same id: on
/// the commit at which the branch began, these are the branch's own removals.
pub(super) fn of_branch(mut rows: Ledger, branch: &Ledger) -> Ledger {
    for (key, row) in &mut rows.tombstones {
        let there = branch.tombstones.get(key);
        if let Some(there) = there.filter(|t| t.state.is_active() && row.state.is_active()) {
            row.clone_from(there);
        }
    }
    for (key, row) in &mut rows.deletions {
        let there = branch.deletions.get(key);
        if let Some(there) = there.filter(|t| t.state.is_active() && row.state.is_active()) {
            row.clone_from(there);
        }
    }
    rows
}

/// Whether a staged row in this state is brought along. What was restored in any other way
/// than by a decision was so before the item was removed.
fn is_brought(state: &State) -> bool {
    state.is_active() || state.is_restored_by(Restored::METADB)
}

/// The active removals of the same item under other ids that `known` lacks. (Rows that an
/// aborted commit left are not in the staged ledger, or have this id.)
fn same_removals(of: &Ledger, known: &Ledger, key: &RowKey) -> BTreeMap<RowKey, Tombstone> {
    let same = of.tombstones_of_item(key.entry, key.to_item());
    let rows = same.filter(|(other, row)| {
        row.state.is_active() && *other != key && !known.tombstones.contains_key(other)
    });
    rows.map(|(key, row)| (key.clone(), row.clone())).collect()
}

/// The active deletions of the same version under other ids that `known` lacks.
fn same_deletions(
    of: &Ledger,
    known: &Ledger,
    (key, row): (&(EntryDate, String), &Deletion),
) -> BTreeMap<(EntryDate, String), Deletion> {
    let rows = of.deletions_of(key.0).filter(|(other, there)| {
        there.state.is_active()
            && *other != key
            && there.blob == row.blob
            && !known.deletions.contains_key(other)
    });
    rows.map(|(key, row)| (key.clone(), row.clone())).collect()
}
