//! Removals that come with rows of their own, from where they were made: in a copy of the
//! files, with a pick that stopped, or with one that only stages (`git cherry-pick -n`).

use std::collections::{BTreeMap, BTreeSet};

use super::rows::CommitContext;
use crate::journal::EntryDate;
use crate::ledger::{self, Deletion, Ledger, RemovalRow, Restored, State};
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
        brought.retain_entries(is_asked);
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
    let (mut instead, sides) = (Ledger::default(), [current, beside]);
    rows.tombstones.retain(|key, row| {
        let there = [&known.tombstones, &current.tombstones];
        let same = sides.map(|of| of.tombstones_of_item(key.entry, key.to_item()));
        stays((key, row), there, same, &mut instead.tombstones)
    });
    rows.deletions.retain(|key, row| {
        let there = [&known.deletions, &current.deletions];
        let is_same = |(_, other): &(_, &Deletion)| other.blob == row.blob;
        let same = sides.map(|of| of.deletions_of(key.0).filter(is_same));
        stays((key, row), there, same, &mut instead.deletions)
    });
    rows.apply(instead);
    rows
}

/// Whether a derived row stays, by the rows of the `same` item, or version, in the staged
/// ledger and in the real index; those that the latter alone brings go to `instead`. (Rows
/// that an aborted commit left are not in the staged ledger, or have this id.)
fn stays<'r, K: Ord + Clone + 'r, R: RemovalRow + 'r>(
    (key, row): (&K, &R),
    [known, current]: [&BTreeMap<K, R>; 2],
    same: [impl Iterator<Item = (&'r K, &'r R)>; 2],
    instead: &mut BTreeMap<K, R>,
) -> bool {
    if !row.state().is_active() {
        return true;
    }
    let is_new = |key: &K| !known.contains_key(key);
    let [staged, beside] = same.map(|rows| {
        let others = rows
            .filter(|(other, there)| there.state().is_active() && *other != key && is_new(other));
        others.collect::<Vec<_>>()
    });
    let itself = current.get(key).filter(|_| is_new(key));
    if !staged.is_empty() || itself.is_some_and(|there| is_brought(there.state())) {
        return false;
    }
    let stays = beside.is_empty();
    let beside = beside.into_iter();
    instead.extend(beside.map(|(key, row)| (key.clone(), row.clone())));
    stays
}

/// The derived `rows` with those of a `branch` in place of the ones that have the same id: on
/// the commit at which the branch began, these are the branch's own removals.
pub(super) fn of_branch(mut rows: Ledger, branch: &Ledger) -> Ledger {
    take_active(&mut rows.tombstones, &branch.tombstones);
    take_active(&mut rows.deletions, &branch.deletions);
    rows
}

fn take_active<K: Ord, R: RemovalRow>(rows: &mut BTreeMap<K, R>, branch: &BTreeMap<K, R>) {
    for (key, row) in rows {
        let there = branch.get(key).filter(|there| there.state().is_active());
        if let Some(there) = there.filter(|_| row.state().is_active()) {
            row.clone_from(there);
        }
    }
}

/// Whether a staged row in this state is brought along. What was restored in any other way
/// than by a decision was so before the item was removed.
fn is_brought(state: &State) -> bool {
    state.is_active() || state.is_restored_by(Restored::METADB)
}
