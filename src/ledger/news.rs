//! The changes told by rows that no ledger holds yet: which entries, and by whom.

use std::collections::{BTreeMap, BTreeSet};

use super::{Hash, Ledger, State};
use crate::journal::EntryDate;

/// The entries with changes in `known` that none of the `recorded` ledgers holds, with
/// the names of those who made them.
#[must_use]
pub fn news(known: &Ledger, recorded: &[&Ledger]) -> BTreeMap<EntryDate, BTreeSet<String>> {
    let mut changed: BTreeMap<EntryDate, BTreeSet<String>> = BTreeMap::new();
    let mut add = |entry, by: &str| {
        changed.entry(entry).or_default().insert(by.to_owned());
    };
    for (key, row) in &known.tombstones {
        let there = recorded.iter().filter_map(|l| l.tombstones.get(key));
        let there: Vec<&State> = there.map(|r| &r.state).collect();
        if let Some(by) = made_by(&row.state, &row.by, &there) {
            add(key.entry, by);
        }
    }
    for (key, row) in &known.deletions {
        let there = recorded.iter().filter_map(|l| l.deletions.get(key));
        let there: Vec<&State> = there.map(|r| &r.state).collect();
        // A merge that followed a recorded deletion changed nothing by itself.
        let mut by_hooks = recorded.iter().filter_map(|l| l.deleted_by(key.0));
        let followed = row.state.is_active() && by_hooks.any(|by| !by.is_told());
        if let Some(by) = made_by(&row.state, &row.by, &there).filter(|_| !followed) {
            add(key.0, by);
        }
    }
    for (key, state) in &known.sync {
        let there = recorded.iter().filter_map(|l| l.sync.get(key));
        let there: BTreeSet<&Hash> = there.flat_map(|s| &s.hashes).collect();
        for hash in state.hashes.iter().filter(|h| !there.contains(h)) {
            add(key.0, &hash.by);
        }
    }
    changed
}

/// The entries deleted since `old`, with the one who deleted each, and the entries
/// deleted in `old` that are so no longer.
#[must_use]
pub fn deletions_since(
    old: &Ledger,
    new: &Ledger,
) -> (BTreeMap<EntryDate, String>, BTreeSet<EntryDate>) {
    let (mut gone, mut back) = (BTreeMap::new(), BTreeSet::new());
    for ((entry, _), row) in &new.deletions {
        let was = old.active_deletions_of(*entry).next().is_some();
        let is = new.active_deletions_of(*entry).next().is_some();
        match (was, is) {
            (false, true) if row.state.is_active() => {
                let by = new.deleted_by(*entry).unwrap_or(row);
                gone.insert(*entry, by.by.clone());
            }
            (true, false) => {
                back.insert(*entry);
            }
            _ => {}
        }
    }
    (gone, back)
}

/// The entries of which `new` has deletions that `old` lacks, and all of them undone, with
/// the one who deleted each. Of several, nothing tells which was the last: one may have been
/// undone before, by whoever made it.
#[must_use]
pub fn undone_in_coming(old: &Ledger, new: &Ledger) -> BTreeMap<EntryDate, Option<String>> {
    let deletions = new.deletions.iter();
    let new_ones = deletions.filter(|(key, row)| {
        !row.state.is_active()
            && !old.deletions.contains_key(*key)
            && new.active_deletions_of(key.0).next().is_none()
    });
    let mut entries: BTreeMap<EntryDate, Option<String>> = BTreeMap::new();
    for ((entry, _), row) in new_ones {
        let by = entries
            .entry(*entry)
            .or_insert_with(|| Some(row.by.clone()));
        by.take_if(|by| *by != row.by);
    }
    entries
}

/// The one who made or restored a removal, unless a ledger has it in this state.
fn made_by<'a>(now: &'a State, by: &'a str, there: &[&State]) -> Option<&'a str> {
    match now {
        State::Active => there.is_empty().then_some(by),
        State::Restored(restored) => {
            let known = there.iter().any(|state| !state.is_active());
            (!known).then_some(restored.by.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{day, deletion, hash, key, restored, state, tombstone};
    use super::super::{Deletion, Restored, Source, without_hooks};
    use super::*;

    fn told(known: &Ledger, recorded: &Ledger) -> Vec<String> {
        let changed = news(known, &[recorded]).into_iter();
        let line = |(entry, by): (EntryDate, BTreeSet<String>)| {
            let by: Vec<String> = by.into_iter().collect();
            format!("{entry} {}", by.join(" "))
        };
        changed.map(line).collect()
    }

    #[test]
    fn removals_restorations_and_edits_are_told_until_a_ledger_holds_them() {
        let mut known = Ledger::default();
        let removal = key("2024-11-01", "Bob", "1");
        known.tombstones.insert(removal.clone(), tombstone());
        let sync = (day("2024-11-02"), Source::Yaml);
        let edits = [
            hash("0a", "phone", 2, false),
            hash("0b", "tablet", 2, false),
        ];
        known.sync.insert(sync, state(2, &edits));
        assert_eq!(
            told(&known, &Ledger::default()),
            ["2024-11-01 laptop", "2024-11-02 phone tablet"]
        );
        let mut recorded = known.clone();
        assert_eq!(told(&known, &recorded), [""; 0]);
        recorded.sync.insert(sync, state(2, &edits[..1]));
        assert_eq!(told(&known, &recorded), ["2024-11-02 tablet"]);
        recorded.sync = known.sync.clone();
        for row in known.tombstones.values_mut() {
            row.state = restored(Restored::RE_ADDED, "phone");
        }
        assert_eq!(told(&known, &recorded), ["2024-11-01 phone"]);
    }

    fn deletions(rows: &[(&str, &Deletion)]) -> Ledger {
        let rows = rows.iter();
        let of_one =
            |(id, row): &(&str, &Deletion)| ((day("2024-11-01"), (*id).to_owned()), (*row).clone());
        Ledger {
            deletions: rows.map(of_one).collect(),
            ..Ledger::default()
        }
    }

    fn by(name: &str) -> Deletion {
        Deletion {
            by: name.to_owned(),
            ..deletion()
        }
    }

    fn undone(name: &str) -> Deletion {
        Deletion {
            state: restored(Restored::RE_ADDED, "desk"),
            ..by(name)
        }
    }

    #[test]
    fn a_merge_that_followed_a_deletion_which_a_hook_recorded_is_no_news() {
        let recorded = by("laptop");
        let followed = by(&without_hooks("phone"));
        let known = deletions(&[("1", &recorded), ("2", &followed)]);
        assert_eq!(told(&known, &deletions(&[("1", &recorded)])), [""; 0]);
        assert_eq!(
            told(&known, &deletions(&[])),
            ["2024-11-01 laptop phone (no hooks)"]
        );
        // Nothing that history told says that another one only followed.
        let other = by(&without_hooks("tablet"));
        assert_eq!(
            told(&known, &deletions(&[("3", &other)])),
            ["2024-11-01 laptop phone (no hooks)"]
        );
        // Whoever put it back changed something.
        let back = deletions(&[("1", &recorded), ("2", &undone("phone"))]);
        assert_eq!(
            told(&back, &deletions(&[("1", &recorded)])),
            ["2024-11-01 desk"]
        );
    }

    #[test]
    fn the_one_who_deleted_an_entry_is_the_one_whose_hook_recorded_it() {
        let (recorded, followed) = (by("laptop"), by(&without_hooks("phone")));
        let new = deletions(&[("1", &recorded), ("2", &followed)]);
        let entry = day("2024-11-01");
        let (gone, back) = deletions_since(&Ledger::default(), &new);
        assert_eq!(gone, [(entry, "laptop".to_owned())].into());
        assert!(back.is_empty());
        let put_back = deletions(&[("1", &undone("laptop")), ("2", &undone("phone"))]);
        let (gone, back) = deletions_since(&new, &put_back);
        assert!(gone.is_empty());
        assert_eq!(back, [entry].into());
    }

    #[test]
    fn an_entry_came_back_with_what_came_in_if_all_that_is_new_is_undone() {
        let entry = day("2024-11-01");
        let none = Ledger::default();
        let one = deletions(&[("1", &undone("laptop"))]);
        assert_eq!(
            undone_in_coming(&none, &one),
            [(entry, Some("laptop".to_owned()))].into()
        );
        assert!(undone_in_coming(&one, &one).is_empty());
        let again = deletions(&[("1", &undone("laptop")), ("2", &by("phone"))]);
        assert!(undone_in_coming(&none, &again).is_empty());
        let by_two = deletions(&[("1", &undone("laptop")), ("2", &undone("phone"))]);
        assert_eq!(undone_in_coming(&none, &by_two), [(entry, None)].into());
        let by_one = deletions(&[("1", &undone("laptop")), ("2", &undone("laptop"))]);
        assert_eq!(
            undone_in_coming(&none, &by_one),
            [(entry, Some("laptop".to_owned()))].into()
        );
    }
}
