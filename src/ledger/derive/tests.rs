//! What is derived from two versions, case by case.

use super::*;
use crate::journal::ItemKey;
use crate::ledger::tests::{day, hash, key, state, tombstone};

fn facts(people: &[&str]) -> Facts {
    Facts {
        items: people
            .iter()
            .map(|p| (Table::People, ItemKey::new(p)))
            .collect(),
        hash: people.join(","),
    }
}

fn context(current: &Ledger) -> Context<'_> {
    Context {
        entry: day("2024-11-01"),
        source: Source::Yaml,
        machine: "laptop",
        place: "c0ffee",
        at: "2026-11-23T09:30:00Z",
        found_by: "yaml",
        current,
        resolved_by_hand: false,
        kept_by_hand: None,
        removed: None,
        squashed: None,
    }
}

fn items(ledger: &Ledger) -> Vec<(&str, bool)> {
    ledger
        .tombstones
        .iter()
        .map(|(k, r)| (k.item.as_str(), r.state.is_active()))
        .collect()
}

#[test]
fn what_a_squash_brings_is_put_back_if_its_tip_took_the_removal_back() {
    let (before, now) = (facts(&["Al"]), facts(&["Al", "Bob"]));
    let mut rows = Ledger::default();
    rows.tombstones
        .insert(key("2024-11-01", "Bob", "1"), tombstone());
    let mut undone = rows.clone();
    for row in undone.tombstones.values_mut() {
        row.state = re_added(&context(&rows));
    }
    let head = Parent {
        facts: Some(&before),
        rows: &rows,
    };
    let without = Ledger::default();
    for (tip, known, active) in [
        (&now, &without, None),
        (&now, &rows, None),
        (&now, &undone, Some(false)),
        // It is the committer's who put it in.
        (&before, &without, Some(false)),
    ] {
        let tip = Parent {
            facts: Some(tip),
            rows: known,
        };
        let squash = Context {
            squashed: Some(tip),
            ..context(&rows)
        };
        let out = derive(&[head], Some(&now), &squash);
        let found = items(&out).first().map(|(_, active)| *active);
        assert_eq!(found, active);
    }
}

#[test]
fn a_removed_item_gives_a_row_whose_id_anyone_can_make_again() {
    let (before, rows) = (facts(&["Al", "Bob"]), Ledger::default());
    let parent = Parent {
        facts: Some(&before),
        rows: &rows,
    };
    let out = derive(&[parent], Some(&facts(&["Al"])), &context(&rows));
    assert_eq!(items(&out), [("Bob", true)]);
    let id = &out.tombstones.keys().next().unwrap().id;
    assert_eq!(
        *id,
        removal_id(
            "laptop",
            "c0ffee",
            day("2024-11-01"),
            Some(Table::People),
            "Bob"
        )
    );
    assert_eq!(id.len(), 16);
    assert_ne!(
        *id,
        removal_id(
            "desktop",
            "c0ffee",
            day("2024-11-01"),
            Some(Table::People),
            "Bob"
        )
    );
    assert_eq!(out.sync.values().next().unwrap().counter, 1);
}

#[test]
fn adding_an_item_again_restores_the_rows_that_the_parent_knew() {
    let (before, now) = (facts(&["Al"]), facts(&["Al", "Bob"]));
    let mut rows = Ledger::default();
    for id in ["1", "2"] {
        rows.tombstones
            .insert(key("2024-11-01", "Bob", id), tombstone());
    }
    rows.tombstones
        .insert(key("2024-11-01", "Eve", "3"), tombstone());
    rows.tombstones
        .insert(key("2024-11-02", "Bob", "4"), tombstone());
    let knew = Parent {
        facts: Some(&before),
        rows: &rows,
    };
    let out = derive(&[knew], Some(&now), &context(&rows));
    assert_eq!(items(&out), [("Bob", false), ("Bob", false)]);
    let nothing = Ledger::default();
    let unaware = Parent {
        facts: Some(&before),
        rows: &nothing,
    };
    assert_eq!(items(&derive(&[unaware], Some(&now), &context(&rows))), []);
}

#[test]
fn a_gone_file_is_a_deletion_and_its_return_restores_it() {
    let (before, rows) = (facts(&["Al", "Bob"]), Ledger::default());
    let parent = Parent {
        facts: Some(&before),
        rows: &rows,
    };
    let gone = Context {
        removed: Some(FileRef {
            path: "journal/md/2024/2024-11-01.md",
            blob: "b10b",
        }),
        ..context(&rows)
    };
    let out = derive(&[parent], None, &gone);
    assert_eq!(
        (out.tombstones.len(), out.sync.len(), out.deletions.len()),
        (0, 0, 1)
    );
    assert_eq!(out.deletions.values().next().unwrap().blob, "b10b");
    let absent = Parent {
        facts: None,
        rows: &out,
    };
    let back = derive(&[absent], Some(&before), &context(&out));
    let restored = back.deletions.values().next().unwrap();
    assert!(!restored.state.is_active());
    // Nor does the page's change touch the row, nor a second edit of the file.
    let page = Context {
        source: Source::Wiki,
        ..context(&out)
    };
    let note = derive(&[absent], Some(&before), &page);
    assert!(note.deletions.is_empty());
    let known = Parent {
        facts: Some(&before),
        rows: &back,
    };
    let edited = derive(&[known], Some(&facts(&["Al"])), &context(&back));
    assert!(edited.deletions.is_empty());
}

#[test]
fn a_file_that_one_parent_never_had_is_not_deleted_by_the_merge() {
    let (had, rows) = (facts(&["Al"]), Ledger::default());
    let parents = [Some(&had), None].map(|facts| Parent { facts, rows: &rows });
    let gone = Context {
        removed: Some(FileRef {
            path: "journal/md/2024/2024-11-01.md",
            blob: "b10b",
        }),
        ..context(&rows)
    };
    assert!(derive(&parents, None, &gone).is_empty());
    assert!(derive(&[], None, &gone).is_empty());
}

#[test]
fn a_merge_commit_records_what_differs_from_every_parent() {
    let (a, b, none) = (
        facts(&["Al", "Bob"]),
        facts(&["Al", "Eve"]),
        Ledger::default(),
    );
    let parents = [&a, &b].map(|f| Parent {
        facts: Some(f),
        rows: &none,
    });
    // Bob and Eve are gone from one parent each: the merge's work, not a removal.
    let out = derive(&parents, Some(&facts(&["Zoe"])), &context(&none));
    assert_eq!(items(&out), [("Al", true)]);
    assert!(out.sync.is_empty());
}

#[test]
fn an_edit_raises_the_counter_and_settles_a_conflict() {
    let before = facts(&["Al"]);
    let mut rows = Ledger::default();
    let both = [
        hash("0a", "laptop", 4, false),
        hash("0b", "desktop", 4, false),
    ];
    rows.sync
        .insert((day("2024-11-01"), Source::Yaml), state(4, &both));
    let parent = Parent {
        facts: Some(&before),
        rows: &rows,
    };
    assert!(derive(&[parent], Some(&before), &context(&rows)).is_empty());
    let gone = derive(&[parent], None, &context(&rows));
    let state = gone.sync.values().next().unwrap();
    assert_eq!(
        (state.counter, state.resolved, state.is_conflict()),
        (5, 1, false)
    );
    let out = derive(&[parent], Some(&facts(&[])), &context(&rows));
    let state = out.sync.values().next().unwrap();
    assert_eq!(
        (state.counter, state.resolved, state.is_conflict()),
        (5, 1, false)
    );
}

#[test]
fn a_first_commit_goes_on_from_the_states_that_it_comes_with() {
    let key = (day("2024-11-01"), Source::Yaml);
    let derived = |before: &SyncState| {
        let mut rows = Ledger::default();
        rows.sync.insert(key, before.clone());
        let out = derive(&[], Some(&facts(&["Al"])), &context(&rows));
        out.sync.get(&key).map(|state| state.counter)
    };
    let of = |text: &str, by: &str, counter| state(counter, &[hash(text, by, counter, false)]);
    // The same text, by whomever.
    assert_eq!(derived(&of("Al", "desktop", 4)), None);
    assert_eq!(derived(&of("Al", "laptop", 1)), None);
    // Another one since, also on top of a decision.
    assert_eq!(derived(&of("Bob", "desktop", 4)), Some(5));
    assert_eq!(derived(&of("Bob", "desktop", 1)), Some(2));
    assert_eq!(
        derived(&state(4, &[hash("Bob", "laptop", 4, true)])),
        Some(5)
    );
    // What a first commit that came to nothing left.
    assert_eq!(derived(&of("Bob", "laptop", 1)), Some(1));
    // An open conflict stays, whatever the text is.
    let both = [
        hash("Al", "laptop", 4, false),
        hash("Bob", "desktop", 4, false),
    ];
    assert_eq!(derived(&state(4, &both)), None);
    let others = [
        hash("Bob", "laptop", 1, false),
        hash("Eve", "desktop", 1, false),
    ];
    assert_eq!(derived(&state(1, &others)), None);
}

#[test]
fn a_conflict_resolved_by_hand_is_settled_by_its_merge_commit() {
    let (a, b, none) = (facts(&["Al"]), facts(&["Bob"]), Ledger::default());
    let mut merged = Ledger::default();
    let both = [
        hash("0a", "laptop", 2, false),
        hash("0b", "desktop", 2, false),
    ];
    merged
        .sync
        .insert((day("2024-11-01"), Source::Yaml), state(2, &both));
    let parents = [&a, &b].map(|f| Parent {
        facts: Some(f),
        rows: &none,
    });
    let resolved = Context {
        resolved_by_hand: true,
        ..context(&merged)
    };
    // Also where the person took one side as it stands.
    for text in [&a, &facts(&["Al", "Bob"])] {
        let out = derive(&parents, Some(text), &resolved);
        assert_eq!(out.sync.values().next().unwrap().resolved, 1);
    }
    assert!(
        derive(&parents, Some(&a), &context(&merged))
            .sync
            .is_empty()
    );
}

#[test]
fn a_version_that_cannot_be_read_had_what_all_before_it_had() {
    let items = |before: &[Facts], now: Option<&Facts>| items_of_unreadable(before, now);
    let (one, other) = (facts(&["Al", "Bob"]), facts(&["Al", "Eve"]));
    let now = facts(&["Eve", "Flo"]);
    // Nothing is known of before.
    assert_eq!(items(&[], Some(&now)), now.items);
    assert_eq!(items(&[], None), [].into());
    // Al and Bob went, Eve and Flo are new.
    assert_eq!(items(std::slice::from_ref(&one), Some(&now)), one.items);
    // Al went; Eve stood on one side, and Bob did not stand on both.
    let sides = [one, other];
    assert_eq!(items(&sides, Some(&now)), facts(&["Al", "Eve"]).items);
    assert_eq!(items(&sides, None), facts(&["Al"]).items);
}
