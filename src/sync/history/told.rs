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
    into.kept_out.append(&mut rows.kept_out);
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
    for (key, row) in rows.kept_out {
        out.entry(key.0.entry)
            .or_default()
            .kept_out
            .insert(key, row);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> EntryDate {
        EntryDate::from_iso(text).unwrap()
    }

    /// A row of each kind about an entry.
    fn rows(entry: &str, by: &str) -> Ledger {
        let day = format!(r#""v":1,"entry":"{entry}""#);
        let what = format!(r#""state":"active","at":"2026-11-28T18:26:53Z","by":"{by}""#);
        let item = r#""table":"entry_people","item":"Bob","id":"7fdd00f434dc4eb4""#;
        let gone = r#""id":"d0","reason":"file removed","path":"x.md","blob":"b1""#;
        let lines = [
            format!(r#"{{"kind":"tombstone",{day},{item},{what},"source":"yaml"}}"#),
            format!(r#"{{"kind":"deletion",{day},{gone},{what}}}"#),
            format!(r#"{{"kind":"kept_out",{day},{item},"side":"{by}","settled":false}}"#),
        ];
        let rows = ledger::parse(lines.join("\n").as_bytes());
        let counts = [
            rows.tombstones.len(),
            rows.deletions.len(),
            rows.kept_out.len(),
        ];
        assert_eq!(counts, [1, 1, 1]);
        rows
    }

    fn told(all: &[&Ledger]) -> Told {
        let mut told = Told::default();
        for rows in all {
            told.add((*rows).clone());
        }
        told
    }

    fn together(all: &[&Ledger]) -> Ledger {
        let all = all.iter().map(|rows| (*rows).clone());
        all.fold(Ledger::default(), ledger::join)
    }

    #[test]
    fn rows_are_found_by_entry_and_by_year() {
        let rows = ["2023-05-01", "2024-11-01", "2024-11-02"].map(|entry| rows(entry, "laptop"));
        let told = told(&[&rows[0], &together(&[&rows[1], &rows[2]])]);
        assert_eq!(told.years(), BTreeSet::from([2023, 2024]));
        assert_eq!(told.of_entry(date("2024-11-02")), rows[2]);
        assert_eq!(told.of_entry(date("2024-11-03")), Ledger::default());
        assert_eq!(told.of_year(2024), together(&[&rows[1], &rows[2]]));
        assert_eq!(told.of_year(2022), Ledger::default());
        assert_eq!(told.all(), together(&[&rows[0], &rows[1], &rows[2]]));
        assert!(!told.is_empty() && Told::default().is_empty());
    }

    #[test]
    fn what_two_commits_tell_is_joined_as_ledgers_are() {
        let (one, other) = (rows("2024-11-01", "laptop"), rows("2024-11-01", "desktop"));
        let beside = rows("2024-11-02", "laptop");
        let elsewhere = rows("2023-05-01", "laptop");
        let mut ours = told(&[&one]);
        ours.join(&told(&[&other, &beside, &elsewhere]));
        assert_eq!(ours.of_entry(date("2024-11-01")), together(&[&one, &other]));
        assert_eq!(ours.all(), together(&[&one, &other, &beside, &elsewhere]));
        // With itself nothing changes, and parts that are shared stay shared.
        let before = ours.clone();
        ours.join(&before);
        assert_eq!(ours.all(), before.all());
        assert!(Rc::ptr_eq(&ours.0[&2024], &before.0[&2024]));
        let mut more = before.clone();
        more.add(rows("2024-11-03", "laptop"));
        let of = |told: &Told, entry| Rc::clone(&told.0[&2024][&date(entry)]);
        more.join(&before);
        assert!(Rc::ptr_eq(
            &of(&more, "2024-11-01"),
            &of(&before, "2024-11-01")
        ));
    }
}
