//! Rows that no hook recorded: history tells them, and a later commit stores them.

use super::{Deletion, Ledger, RowKey, State, Tombstone};
use crate::journal::EntryDate;

const NO_HOOKS: &str = " (no hooks)";

/// The name in a row that no hook recorded: history knows a commit's author, not its
/// machine.
#[must_use]
pub fn without_hooks(author: &str) -> String {
    format!("{author}{NO_HOOKS}")
}

/// Whether a name in a row is one of [`without_hooks`].
#[must_use]
pub fn is_without_hooks(by: &str) -> bool {
    by.ends_with(NO_HOOKS)
}

/// A name without the ending of [`without_hooks`], which the name of a machine must not have.
#[must_use]
pub fn with_hooks(name: &str) -> &str {
    name.trim_end_matches(NO_HOOKS)
}

impl State {
    fn is_told(&self) -> bool {
        matches!(self, Self::Restored(restored) if is_without_hooks(&restored.by))
    }
}

impl Tombstone {
    /// Whether history told the removal, or its restoration. A shortened row has no
    /// source, and counts as recorded.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.source == Self::FROM_HISTORY || self.state.is_told()
    }
}

impl Deletion {
    /// Whether history told the deletion, or its restoration.
    #[must_use]
    pub fn is_told(&self) -> bool {
        is_without_hooks(&self.by) || self.state.is_told()
    }
}

impl Ledger {
    /// The deletion that says who deleted an entry: one that a hook recorded, before one
    /// that history told of a merge, which may only have followed it. Git takes another
    /// file for the entry, moved, and drops what the other side edited.
    #[must_use]
    pub fn deleted_by(&self, entry: EntryDate) -> Option<&Deletion> {
        let deletions = self.active_deletions_of(entry);
        deletions.max_by_key(|row| (!row.is_told(), &row.at, &row.blob))
    }

    /// The removals that are active here and were undone under another id since `before`,
    /// the ledger known earlier. A rebase gives a removal told by history a new id, and
    /// carries along decisions on the old one. For `is_told` see
    /// [`undone_as_another`](Self::undone_as_another).
    #[must_use]
    pub fn undone_since(
        &self,
        before: &Self,
        is_told: impl Fn(&RowKey, &Tombstone) -> bool,
    ) -> Self {
        let mut out = Self::default();
        let undone = self.tombstones.iter();
        let undone =
            undone.filter(|(key, row)| !row.state.is_active() && !before.knows_undone(key));
        let since = Self {
            tombstones: undone.map(|(k, r)| (k.clone(), r.clone())).collect(),
            ..Self::default()
        };
        if since.tombstones.is_empty() {
            return out;
        }
        for (key, row) in self.tombstones.iter().filter(|(_, r)| r.state.is_active()) {
            if let Some(state) = since.undone_as_another(key, row, &is_told) {
                let state = state.clone();
                let row = row.clone();
                out.tombstones
                    .insert(key.clone(), Tombstone { state, ..row });
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::super::Restored;
    use super::super::tests::{key, removals, restored, tombstone};
    use super::*;

    fn ledger(rows: &[(RowKey, &Tombstone)]) -> Ledger {
        let rows = rows.iter();
        removals(rows.map(|(key, row)| (key.clone(), (*row).clone())))
    }

    #[test]
    fn a_told_removal_is_undone_with_the_one_that_it_was_before() {
        let active = Tombstone {
            source: Tombstone::FROM_HISTORY.into(),
            ..tombstone()
        };
        let undone = Tombstone {
            state: restored(Restored::METADB, "desktop"),
            ..active.clone()
        };
        let [old, new] = ["1", "2"].map(|id| key("2024-11-01", "Bob", id));
        let gone = |_: &RowKey, _: &Tombstone| false;
        let now = ledger(&[(old.clone(), &undone), (new.clone(), &active)]);
        let both = ledger(&[(new.clone(), &undone)]);
        let before = ledger(&[(new.clone(), &active)]);
        assert_eq!(now.undone_since(&before, gone), both);
        assert_eq!(
            now.undone_since(&ledger(&[(old.clone(), &active)]), gone),
            both
        );
        // Two people made both, in one second, and one of them was undone.
        let is_there = |key: &RowKey, _: &Tombstone| *key == old;
        let others = Tombstone {
            by: "tablet (no hooks)".into(),
            ..undone.clone()
        };
        let of_two = ledger(&[(old.clone(), &others), (new.clone(), &active)]);
        assert_eq!(of_two.undone_since(&before, is_there), Ledger::default());
        // One person's commit was picked, or rebased, and is there in both forms.
        assert_eq!(now.undone_since(&before, is_there), both);
        // What was undone before is only stored, and the item went once more since.
        let before = ledger(&[(old.clone(), &undone)]);
        assert_eq!(now.undone_since(&before, gone), Ledger::default());
        // Another removal, of another time.
        let other = Tombstone {
            at: "2026-11-25T00:00:00Z".into(),
            ..active
        };
        let now = ledger(&[(old, &undone), (new, &other)]);
        assert_eq!(
            now.undone_since(&Ledger::default(), gone),
            Ledger::default()
        );
    }
}
