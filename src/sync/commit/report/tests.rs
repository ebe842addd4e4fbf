//! The report in words, case by case.

use super::*;

#[test]
fn what_a_script_did_to_many_entries_is_counted() {
    let entry = |n: u8| EntryDate::from_iso(&format!("2024-11-{n:02}")).unwrap();
    let report = |all: u8| {
        let items = || (1..=all).map(|n| (entry(n), Table::Tags, ItemKey::new("fog")));
        let entries = || (1..=all).map(entry);
        let report = PreCommit {
            removed: items().collect(),
            restored: items().collect(),
            deleted: entries().collect(),
            returned: entries().collect(),
            settled: entries().map(|entry| (entry, Source::Yaml)).collect(),
            ..PreCommit::default()
        };
        report.to_string()
    };
    assert_eq!(report(20).lines().count(), 100);
    assert!(!report(20).contains("more"), "{}", report(20));
    let counted = "\
recorded: 2 more items removed: `metadb tombstone list`
recorded: 2 more items put back
recorded: 2 more entries deleted: `metadb restore --list`
recorded: 2 more entries are back
settles 2 more conflicts
";
    assert!(report(22).ends_with(counted), "{}", report(22));
    assert_eq!(report(22).lines().count(), 105);
}

#[test]
fn one_more_and_several_more_are_told_apart() {
    let entry = |n: u8| EntryDate::from_iso(&format!("2024-11-{n:02}")).unwrap();
    let kept = |n| KeptOutItem {
        entry: entry(n),
        table: Table::Tags,
        item: ItemKey::new("fog"),
    };
    let report = |all: u8| {
        let report = PreCommit {
            told: (1..=all).map(|n| (entry(n), BTreeSet::new())).collect(),
            unresolved: (1..=all).map(|n| (entry(n), Source::Yaml)).collect(),
            still_in_file: (1..=all).map(kept).collect(),
            kept_out: (1..=all).map(kept).collect(),
            ..PreCommit::default()
        };
        report.to_string()
    };
    assert!(!report(5).contains("more"), "{}", report(5));
    for (all, told) in [
        (
            6,
            [
                "recorded: 1 more entry was changed without hooks\n",
                "\n1 more conflict: `metadb",
                "\n1 more item stands in a file against a removal: `metadb",
                "\n1 more item kept out: `metadb",
            ],
        ),
        (
            7,
            [
                "recorded: 2 more entries were changed without hooks\n",
                "\n2 more conflicts: `metadb",
                "\n2 more items stand in files against a removal: `metadb",
                "\n2 more items kept out: `metadb",
            ],
        ),
    ] {
        for line in told {
            assert!(report(all).contains(line), "{line:?} in {}", report(all));
        }
    }
}
