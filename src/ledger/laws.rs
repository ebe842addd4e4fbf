//! Laws of the ledger, over ledgers that grew from one another.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::tests::{day, deletion, hash, key, removals, restored, tombstone};
use super::*;
use crate::journal::EntryDate;

/// What may happen to a ledger, one line at a time.
#[derive(Debug, Clone)]
enum Step {
    Remove(usize, usize),
    Restore(usize, usize, usize),
    Keep(usize, usize),
    Shorten(usize, usize),
    Edit(usize, usize),
    Settle(usize),
    Delete(usize),
    KeepOut(usize, usize, bool),
    Unknown(usize),
    Damage(usize),
}

const DAYS: [&str; 3] = ["2024-01-01", "2024-11-01", "2025-02-28"];

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..3usize, 0..4usize).prop_map(|(d, i)| Step::Remove(d, i)),
        3 => (0..3usize, 0..4usize, 0..2usize).prop_map(|(d, i, by)| Step::Restore(d, i, by)),
        1 => (0..3usize, 0..4usize).prop_map(|(d, i)| Step::Keep(d, i)),
        1 => (0..3usize, 0..4usize).prop_map(|(d, i)| Step::Shorten(d, i)),
        4 => (0..3usize, 0..3usize).prop_map(|(d, text)| Step::Edit(d, text)),
        1 => (0..3usize).prop_map(Step::Settle),
        1 => (0..3usize).prop_map(Step::Delete),
        1 => (0..3usize, 0..4usize, any::<bool>()).prop_map(|(d, i, s)| Step::KeepOut(d, i, s)),
        1 => (0..3usize).prop_map(Step::Unknown),
        1 => (0..3usize).prop_map(Step::Damage),
    ]
}

fn grow(mut ledger: Ledger, steps: &[Step], by: &str) -> Ledger {
    let bob = |d: usize, i: usize| key(DAYS[d], "Bob", &i.to_string());
    for step in steps {
        match *step {
            Step::Remove(d, i) => {
                ledger.tombstones.entry(bob(d, i)).or_insert_with(tombstone);
            }
            Step::Restore(d, i, who) => {
                if let Some(row) = ledger.tombstones.get_mut(&bob(d, i)) {
                    row.state = restored(Restored::METADB, ["laptop", "desktop"][who]);
                }
            }
            Step::Keep(d, i) => {
                if let Some(row) = ledger.tombstones.get_mut(&bob(d, i)) {
                    row.permanent = true;
                }
            }
            Step::Shorten(d, i) => {
                if let Some(row) = ledger.tombstones.get_mut(&bob(d, i)) {
                    row.shorten();
                }
            }
            Step::Edit(d, text) => raise(&mut ledger, d, &format!("0{text}"), by, false),
            Step::Settle(d) => raise(&mut ledger, d, "0f", by, true),
            Step::Delete(d) => {
                let row = Deletion {
                    by: by.into(),
                    ..deletion()
                };
                ledger.deletions.insert((day(DAYS[d]), by.into()), row);
            }
            Step::KeepOut(d, i, settled) => {
                let row = ledger.kept_out.entry((bob(d, i), "51de".into()));
                row.or_insert(KeptOutRow { settled }).settled |= settled;
            }
            Step::Unknown(i) => {
                let line = format!("{{\"v\":9,\"kind\":\"k{i}\"}}");
                ledger.opaque.insert(line);
            }
            Step::Damage(i) => {
                let bytes = format!("junk {i}").into_bytes();
                if ledger.corrupt.iter().all(|c| c.bytes != bytes) {
                    ledger.corrupt.push(Corrupt { line: 0, bytes });
                }
            }
        }
    }
    // Line numbers as they are once written and read.
    parse(&format(&ledger))
}

fn raise(ledger: &mut Ledger, d: usize, text: &str, by: &str, settled: bool) {
    let row = ledger
        .sync
        .entry((day(DAYS[d]), Source::Yaml))
        .or_insert_with(|| super::tests::state(0, &[]));
    row.resolved += u64::from(row.is_conflict());
    row.counter += 1;
    row.hashes = vec![hash(text, by, row.counter, settled)];
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 0..12)
}

proptest! {
    #[test]
    fn formatting_and_parsing_are_inverse(a in steps()) {
        let ledger = grow(Ledger::default(), &a, "laptop");
        let bytes = format(&ledger);
        prop_assert_eq!(&parse(&bytes), &ledger);
        prop_assert_eq!(format(&parse(&bytes)), bytes);
    }

    #[test]
    fn a_part_is_read_and_written_as_the_whole(
        a in steps(), b in steps(), which in prop::collection::vec(any::<bool>(), 3),
    ) {
        let ledger = grow(Ledger::default(), &a, "laptop");
        let bytes = format(&ledger);
        if let Some(lines) = Lines::of(&bytes.clone().into()) {
            prop_assert!(ledger.opaque.is_empty() && ledger.corrupt.is_empty());
            let to_settle = ledger.to_settle().into_iter().map(|key| key.entry);
            let conflicts = ledger.conflicts().map(|(entry, _, _)| entry);
            let open = lines.open();
            prop_assert!(to_settle.chain(conflicts).all(|entry| open.contains(&entry)));

            let days = DAYS.iter().map(|d| day(d)).zip(&which);
            let entries: BTreeSet<EntryDate> = days.filter(|(_, w)| **w).map(|(d, _)| d).collect();
            let of = |ledger: &Ledger| {
                let rows = entries.iter().map(|entry| ledger.of_entry(*entry));
                rows.fold(Ledger::default(), join)
            };
            prop_assert_eq!(lines.rows_of(&entries), of(&ledger));
            let rows = of(&grow(ledger.clone(), &b, "desktop"));
            let mut all = ledger;
            all.apply(rows.clone());
            prop_assert_eq!(lines.with(&entries, &rows), format(&all));
        } else {
            prop_assert!(!(ledger.opaque.is_empty() && ledger.corrupt.is_empty()));
        }
    }

    #[test]
    fn garbage_is_kept_and_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let once = format(&parse(&bytes));
        prop_assert_eq!(format(&parse(&once)), once);
    }

    #[test]
    fn garbled_lines_never_panic(a in steps(), cut in 0..400usize, byte in any::<u8>()) {
        let mut bytes = format(&grow(Ledger::default(), &a, "laptop"));
        if let Some(b) = bytes.get_mut(cut) {
            *b = byte;
        }
        let once = format(&parse(&bytes));
        prop_assert_eq!(format(&parse(&once)), once);
    }

    #[test]
    fn a_plain_line_is_read_as_any_line(
        a in steps(),
        cut in 0..400usize,
        by in prop::sample::select(vec!["0", "\"", "\\", "{", "}", ":", ",", "\t", "\n", "}x", ",\"why\":1}"]),
        at_an_end in any::<bool>(),
    ) {
        let bytes = format(&grow(Ledger::default(), &a, "laptop"));
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        let ends: Vec<usize> = text.match_indices("}\n").map(|(at, _)| at).collect();
        let at = match ends.get(cut % ends.len().max(1)) {
            Some(end) if at_an_end => *end,
            _ => cut,
        };
        if text.get(at..=at).is_some() {
            text.replace_range(at..=at, by);
        }
        for text in text.lines() {
            let Some((entry, source)) = plain::entry(text) else {
                prop_assert!(plain::sync(text).is_none());
                continue;
            };
            let line::Line::Row(row) = line::read(text) else {
                return Err(TestCaseError::fail(format!("no row: {text}")));
            };
            prop_assert_eq!(row.entries(), [entry].into());
            prop_assert!(row.kept_out.is_empty() && row.conflicts().next().is_none());
            let state = source.map(|source| (entry, source));
            prop_assert_eq!(row.sync.keys().next().copied(), state);
            let plain = plain::sync(text).into_iter().collect();
            prop_assert_eq!(row.sync, plain);
        }
    }

    #[test]
    fn the_merge_is_the_same_from_both_sides_and_loses_no_row(
        b in steps(), o in steps(), t in steps(),
    ) {
        let base = grow(Ledger::default(), &b, "laptop");
        let ours = grow(base.clone(), &o, "laptop");
        let theirs = grow(base.clone(), &t, "desktop");
        let out = merge(&base, &ours, &theirs);
        prop_assert_eq!(format(&out), format(&merge(&base, &theirs, &ours)));
        for side in [&base, &ours, &theirs] {
            prop_assert!(side.tombstones.keys().all(|k| out.tombstones.contains_key(k)));
            prop_assert!(side.deletions.keys().all(|k| out.deletions.contains_key(k)));
            prop_assert!(side.sync.keys().all(|k| out.sync.contains_key(k)));
        }
    }

    #[test]
    fn a_merge_with_one_change_is_that_change(b in steps(), x in steps()) {
        let base = grow(Ledger::default(), &b, "laptop");
        let side = grow(base.clone(), &x, "desktop");
        prop_assert_eq!(&merge(&base, &side, &base), &side);
        prop_assert_eq!(&merge(&base, &side, &side), &side);
    }

    #[test]
    fn expiry_never_changes_a_merge(
        b in steps(), o in steps(), t in steps(), which in prop::collection::vec(any::<bool>(), 3),
    ) {
        let base = grow(Ledger::default(), &b, "laptop");
        let ours = grow(base.clone(), &o, "laptop");
        let theirs = grow(base.clone(), &t, "desktop");
        let states = |ledger: &Ledger| {
            let active = |(k, r): (&RowKey, &Tombstone)| (k.clone(), r.state.is_active());
            ledger.tombstones.iter().map(active).collect::<Vec<_>>()
        };
        let clean = |ledger: &Ledger, which: bool| {
            let mut ledger = ledger.clone();
            let rows = ledger.tombstones.values_mut();
            rows.filter(|r| which && r.state.is_active()).for_each(Tombstone::shorten);
            ledger
        };
        let out = merge(&base, &ours, &theirs);
        let cleaned = merge(
            &clean(&base, which[0]),
            &clean(&ours, which[1]),
            &clean(&theirs, which[2]),
        );
        prop_assert_eq!(states(&cleaned), states(&out));
        prop_assert_eq!(cleaned.sync, out.sync);
    }
}

/// One row, kept for good or shortened by several machines.
#[test]
fn forms_of_a_row_join_in_any_order() {
    let forms = [(false, false), (true, false), (false, true), (true, true)];
    let all = forms.map(|(permanent, short)| {
        let mut row = tombstone();
        row.permanent = permanent;
        if short {
            row.shorten();
        }
        removals([(key("2024-11-01", "Bob", "1"), row)])
    });
    let both = |a: &Ledger, b: &Ledger| merge(&Ledger::default(), a, b);
    for n in 0..64 {
        let (a, b, c) = (&all[n % 4], &all[n / 4 % 4], &all[n / 16]);
        assert_eq!(both(&both(a, b), c), both(a, &both(b, c)));
        assert_eq!((both(a, b), both(a, a)), (both(b, a), a.clone()));
    }
}
