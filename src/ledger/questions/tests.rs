//! Questions, case by case.

use super::*;
use crate::ledger::tests::{day, deletion, hash, key, restored, state, tombstone};
use crate::ledger::{Corrupt, KeptOutRow, Restored};

#[test]
fn an_item_is_kept_out_while_any_row_is_active() {
    let mut ledger = Ledger::default();
    let restored = || restored(Restored::METADB, "laptop");
    for (item, id, state) in [
        ("Bob", "1", restored()),
        ("Bob", "2", State::Active),
        ("Eve", "3", restored()),
    ] {
        let row = Tombstone {
            state,
            ..tombstone()
        };
        ledger.tombstones.insert(key("2024-11-01", item, id), row);
    }
    let other = key("2024-11-02", "Zoe", "4");
    ledger.tombstones.insert(other, tombstone());
    let out = ledger.removed_items(day("2024-11-01"));
    assert_eq!(
        out.into_iter().collect::<Vec<_>>(),
        [(Table::People, ItemKey::new("Bob"))]
    );
    assert_eq!(ledger.of_entry(day("2024-11-02")).tombstones.len(), 1);
}

/// A row of each kind about an entry.
pub fn of_each_kind(entry: &str) -> Ledger {
    let removal = key(entry, "Bob", "1");
    let text = state(1, &[hash("0a", "laptop", 1, false)]);
    Ledger {
        kept_out: [(
            (removal.clone(), "51de".into()),
            KeptOutRow { settled: false },
        )]
        .into(),
        tombstones: [(removal, tombstone())].into(),
        deletions: [((day(entry), "2".into()), deletion())].into(),
        sync: [((day(entry), Source::Yaml), text)].into(),
        ..Ledger::default()
    }
}

#[test]
fn rows_are_laid_over_others_and_told_apart_by_their_entry() {
    let (one, other) = (of_each_kind("2024-11-01"), of_each_kind("2024-11-02"));
    let mut both = one.clone();
    both.apply(other.clone());
    assert_eq!(both.of_entry(day("2024-11-01")), one);
    assert_eq!(both.of_entry(day("2024-11-02")), other);
}

#[test]
fn a_person_settles_what_an_active_removal_kept_out() {
    let mut ledger = of_each_kind("2024-11-01");
    let removal = key("2024-11-01", "Bob", "1");
    assert_eq!(ledger.to_settle(), [&removal].into());
    let mut settled = ledger.clone();
    let rows = settled.kept_out.values_mut();
    rows.for_each(|kept| kept.settled = true);
    assert!(settled.to_settle().is_empty());
    for row in ledger.tombstones.values_mut() {
        row.state = restored(Restored::METADB, "laptop");
    }
    assert!(ledger.to_settle().is_empty());
}

#[test]
fn lines_that_no_row_is_read_from_are_laid_over_others_too() {
    let unread = |number: usize| Ledger {
        opaque: [format!("{{\"v\":{number}}}")].into(),
        corrupt: vec![Corrupt {
            line: number,
            bytes: b"{".to_vec(),
        }],
        ..Ledger::default()
    };
    let mut both = unread(8);
    both.apply(unread(9));
    assert_eq!((both.opaque.len(), both.corrupt.len()), (2, 2));
}

#[test]
fn a_ledger_has_more_than_one_that_lacks_its_removals_or_deletions() {
    let all = of_each_kind("2024-11-01");
    let none = Ledger::default();
    let more = all.more_than(&none);
    assert_eq!(
        (&more.tombstones, &more.deletions),
        (&all.tombstones, &all.deletions)
    );
    assert!(more.sync.is_empty() && more.kept_out.is_empty());
    assert!(all.has_more_than(&none));
    assert!(!all.has_more_than(&all) && !none.has_more_than(&all));
    let states_alone = Ledger {
        tombstones: none.tombstones.clone(),
        deletions: none.deletions.clone(),
        ..all
    };
    assert!(!states_alone.has_more_than(&none));
}

#[test]
fn a_deletion_that_was_undone_is_not_active_any_more() {
    let mut ledger = of_each_kind("2024-11-01");
    let is_deleted = |ledger: &Ledger| ledger.active_deletions_of(day("2024-11-01")).count();
    assert_eq!(is_deleted(&ledger), 1);
    for row in ledger.deletions.values_mut() {
        row.state = restored(Restored::METADB, "laptop");
    }
    assert_eq!(is_deleted(&ledger), 0);
}

#[test]
fn what_a_removal_kept_out_is_settled_once_no_ledger_has_the_removal() {
    let mut ledger = of_each_kind("2024-11-01");
    assert_eq!(ledger.to_settle().len(), 1);
    ledger.tombstones.clear();
    assert!(ledger.to_settle().is_empty());
}
