//! Parts of a ledger, and a ledger with what history tells besides.

use std::collections::BTreeSet;

use super::{Ledger, join};
use crate::journal::EntryDate;

impl Ledger {
    /// The years that rows are about.
    #[must_use]
    pub fn years(&self) -> BTreeSet<i32> {
        self.entries().into_iter().map(EntryDate::year).collect()
    }

    /// The same, without the rows of other years.
    #[must_use]
    pub fn of_year(&self, year: i32) -> Self {
        let mut part = self.clone();
        part.retain_entries(|entry| entry.year() == year);
        part
    }

    /// Drops the rows of all but these entries.
    pub fn retain_entries(&mut self, keep: impl Fn(EntryDate) -> bool) {
        self.tombstones.retain(|key, _| keep(key.entry));
        self.deletions.retain(|(entry, _), _| keep(*entry));
        self.kept_out.retain(|(key, _), _| keep(key.entry));
        self.sync.retain(|(entry, _), _| keep(*entry));
    }

    /// The ledger with the rows that history tells besides. Of two sync states the later one
    /// counts: history's, unless a person decided on top of it.
    #[must_use]
    pub fn with_told(self, mut told: Self) -> Self {
        let states = std::mem::take(&mut told.sync);
        let mut all = join(self, told);
        for (key, state) in states {
            let later = all
                .sync
                .get(&key)
                .is_some_and(|s| s.counter > state.counter);
            if !later {
                all.sync.insert(key, state);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::super::questions::tests::of_each_kind;
    use super::super::tests::{day, hash, state};
    use super::super::{Source, SyncState};
    use super::*;

    #[test]
    fn a_year_has_the_rows_of_its_entries() {
        let (old, new) = (of_each_kind("2024-11-01"), of_each_kind("2025-01-02"));
        let mut both = old.clone();
        both.apply(new.clone());
        assert_eq!(both.years(), [2024, 2025].into());
        assert_eq!(both.of_year(2024), old);
        assert_eq!(both.of_year(2025), new);
        assert!(both.of_year(2026).is_empty() && !old.is_empty());
    }

    #[test]
    fn the_later_state_counts_and_of_two_equally_late_ones_the_told_one() {
        let ledger = |state: &SyncState| Ledger {
            sync: [((day("2024-11-01"), Source::Yaml), state.clone())].into(),
            ..Ledger::default()
        };
        let recorded = |counter| state(counter, &[hash("0a", "laptop", counter, false)]);
        let told = ledger(&state(2, &[hash("0b", "phone", 2, false)]));
        for early in [1, 2] {
            let all = ledger(&recorded(early)).with_told(told.clone());
            assert_eq!(all, told, "{early}");
        }
        let all = ledger(&recorded(3)).with_told(told.clone());
        let states: Vec<u64> = all.sync.values().map(|state| state.counter).collect();
        assert_eq!(states, [3]);
        assert_eq!(Ledger::default().with_told(told.clone()), told);
    }
}
