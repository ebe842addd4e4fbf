//! The rows that a commit's history tells besides its ledger. Most commits tell the same
//! rows as their parent, and most others add to one entry: equal parts are shared.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::journal::EntryDate;
use crate::ledger::{self, Ledger};

/// Rows other than sync states, by year and entry.
#[derive(Debug, Clone, Default)]
pub(super) struct Told(BTreeMap<i32, RowsByEntry>);

type RowsByEntry = Rc<BTreeMap<EntryDate, Rc<Ledger>>>;

impl Told {
    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The years with rows.
    pub fn years(&self) -> BTreeSet<i32> {
        self.0.keys().copied().collect()
    }

    /// The rows of one entry.
    pub fn of_entry(&self, entry: EntryDate) -> Ledger {
        let year = self.0.get(&entry.year());
        let rows = year.and_then(|year| year.get(&entry));
        rows.map(|rows| (**rows).clone()).unwrap_or_default()
    }

    /// The rows of one year.
    pub fn of_year(&self, year: i32) -> Ledger {
        let entries = self.0.get(&year).into_iter().flat_map(|year| year.values());
        let mut all = Ledger::default();
        for rows in entries {
            append(&mut all, (**rows).clone());
        }
        all
    }

    /// All rows, as one ledger.
    pub fn all(&self) -> Ledger {
        let mut all = Ledger::default();
        for year in self.0.keys() {
            append(&mut all, self.of_year(*year));
        }
        all
    }

    /// Adds rows; a row that is there already is joined as ledgers are.
    pub fn add(&mut self, rows: Ledger) {
        for (entry, rows) in by_entry(rows) {
            self.add_to(entry, &Rc::new(rows));
        }
    }

    /// Adds the rows of another one, as [`add`](Self::add) does; shared parts cost
    /// nothing.
    pub fn join(&mut self, other: &Self) {
        for (year, theirs) in &other.0 {
            let same = |ours: &RowsByEntry| Rc::ptr_eq(ours, theirs);
            match self.0.get(year) {
                None => drop(self.0.insert(*year, Rc::clone(theirs))),
                Some(ours) if same(ours) => {}
                Some(_) => {
                    for (entry, rows) in &**theirs {
                        self.add_to(*entry, rows);
                    }
                }
            }
        }
    }

    fn add_to(&mut self, entry: EntryDate, rows: &Rc<Ledger>) {
        let year = self.0.entry(entry.year()).or_default();
        let joined = match year.get(&entry) {
            Some(there) if Rc::ptr_eq(there, rows) => return,
            Some(there) => Rc::new(ledger::join((**there).clone(), (**rows).clone())),
            None => Rc::clone(rows),
        };
        Rc::make_mut(year).insert(entry, joined);
    }
}

/// Adds the rows of other entries.
fn append(into: &mut Ledger, mut rows: Ledger) {
    into.tombstones.append(&mut rows.tombstones);
    into.deletions.append(&mut rows.deletions);
    into.kept.append(&mut rows.kept);
}

fn by_entry(rows: Ledger) -> BTreeMap<EntryDate, Ledger> {
    let mut out: BTreeMap<EntryDate, Ledger> = BTreeMap::new();
    for (key, row) in rows.tombstones {
        let entry = out.entry(key.entry).or_default();
        entry.tombstones.insert(key, row);
    }
    for (key, row) in rows.deletions {
        out.entry(key.0).or_default().deletions.insert(key, row);
    }
    for (key, row) in rows.kept {
        out.entry(key.0.entry).or_default().kept.insert(key, row);
    }
    out
}
