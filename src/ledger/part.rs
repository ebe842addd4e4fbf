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
