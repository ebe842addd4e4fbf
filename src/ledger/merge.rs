//! The merge of ledgers: row by row, the same from both sides, without a clock,
//! and never a conflict of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::states::merge_states;
use super::{Corrupt, Deletion, KeptOutRow, Ledger, Restored, State, Tombstone};
use crate::merge::ThreeWay;

/// Merges two ledgers that grew from a base. Rows never vanish: a row that the base has
/// and a side lacks was taken back there, and counts as restored. A row that history told
/// stays as it is: the commit that stored it did not remove the item, so that reverting
/// this commit puts nothing back.
#[must_use]
pub fn merge(base: &Ledger, ours: &Ledger, theirs: &Ledger) -> Ledger {
    let all = ThreeWay::new(base, ours, theirs);
    Ledger {
        tombstones: rows(all.map(|l| &l.tombstones), tombstone),
        deletions: rows(all.map(|l| &l.deletions), deletion),
        sync: rows(all.map(|l| &l.sync), merge_states),
        kept_out: rows(all.map(|l| &l.kept_out), kept_out),
        opaque: set(all.map(|l| l.opaque.clone())),
        corrupt: corrupt(all),
    }
}

/// Merges the ledgers of several merge bases into one, like git's virtual base.
#[must_use]
pub fn merge_bases(bases: impl IntoIterator<Item = Ledger>) -> Ledger {
    let none = Ledger::default();
    let merged = bases.into_iter().reduce(|a, b| merge(&none, &a, &b));
    merged.unwrap_or_default()
}

/// Joins two ledgers without a common ancestor: the files of several years, or
/// a row that stands twice.
#[must_use]
pub fn join(mut into: Ledger, from: Ledger) -> Ledger {
    join_rows(&mut into.tombstones, from.tombstones, tombstone);
    join_rows(&mut into.deletions, from.deletions, deletion);
    join_rows(&mut into.sync, from.sync, merge_states);
    join_rows(&mut into.kept_out, from.kept_out, kept_out);
    into.opaque.extend(from.opaque);
    into.corrupt.extend(from.corrupt);
    into
}

fn join_rows<K: Ord, V>(
    into: &mut BTreeMap<K, V>,
    from: BTreeMap<K, V>,
    one: impl Fn(ThreeWay<Option<&V>>) -> Option<V>,
) {
    for (key, row) in from {
        let there = into.get(&key);
        let joined = there.and_then(|there| one(ThreeWay::new(None, Some(there), Some(&row))));
        into.insert(key, joined.unwrap_or(row));
    }
}

/// Merges each row that stands on any side.
fn rows<K: Ord + Clone, V>(
    all: ThreeWay<&BTreeMap<K, V>>,
    one: impl Fn(ThreeWay<Option<&V>>) -> Option<V>,
) -> BTreeMap<K, V> {
    let sides = all.into_array().into_iter();
    let keys: BTreeSet<&K> = sides.flat_map(BTreeMap::keys).collect();
    keys.into_iter()
        .filter_map(|key| Some((key.clone(), one(all.map(|side| side.get(key)))?)))
        .collect()
}

/// Merges a removal; `None` only if no side has it.
fn tombstone(row: ThreeWay<Option<&Tombstone>>) -> Option<Tombstone> {
    if let Some(Some(row)) = row.trivial() {
        return Some(row.clone());
    }
    let sides = present(row);
    let told = row.base.is_some_and(Tombstone::is_told);
    let states = row.map(|r| r.map(|r| (&r.state, r.at.as_str(), r.by.as_str())));
    let state = state(states, told);
    // A cleanup shortens the row, unless somebody keeps it listed for good. A restored row
    // is kept in its long form.
    let form = |r: &&Tombstone| match state {
        State::Active => (r.permanent && !r.shortened, r.shortened),
        State::Restored(_) => (!r.shortened, false),
    };
    let first = sides.iter().map(form).max()?;
    let form: Vec<&&Tombstone> = sides.iter().filter(|r| form(r) == first).collect();
    Some(Tombstone {
        at: form.iter().map(|r| &r.at).min()?.clone(),
        by: form.iter().map(|r| &r.by).min()?.clone(),
        source: form.iter().map(|r| &r.source).min()?.clone(),
        state,
        permanent: sides.iter().any(|r| r.permanent),
        shortened: form.first()?.shortened,
    })
}

fn deletion(row: ThreeWay<Option<&Deletion>>) -> Option<Deletion> {
    if let Some(Some(row)) = row.trivial() {
        return Some(row.clone());
    }
    let sides = present(row);
    let told = row.base.is_some_and(Deletion::is_told);
    let states = row.map(|r| r.map(|r| (&r.state, r.at.as_str(), r.by.as_str())));
    Some(Deletion {
        at: sides.iter().map(|r| &r.at).min()?.clone(),
        by: sides.iter().map(|r| &r.by).min()?.clone(),
        reason: sides.iter().map(|r| &r.reason).min()?.clone(),
        path: sides.iter().map(|r| &r.path).min()?.clone(),
        blob: sides.iter().map(|r| &r.blob).min()?.clone(),
        state: state(states, told),
    })
}

/// Merges a row of an item kept out: settled on one side is settled.
fn kept_out(row: ThreeWay<Option<&KeptOutRow>>) -> Option<KeptOutRow> {
    let sides = present(row);
    Some(KeptOutRow {
        settled: sides.iter().any(|r| r.settled),
    })
}

/// Merges the state of a removal: restored wins; of two restorations the smaller one. A
/// side that lacks a row of the base took it back, unless history `told` it; the
/// restoration gets the base's time and machine, so that all machines write the same.
fn state(row: ThreeWay<Option<(&State, &str, &str)>>, told: bool) -> State {
    let lacks = row.ours.is_none() || row.theirs.is_none();
    let taken_back = row.base.is_some() && lacks && !told;
    let reverted = row.base.filter(|_| taken_back).map(|(_, at, by)| Restored {
        at: at.into(),
        by: by.into(),
        how: Restored::REVERTED.into(),
    });
    let sides = [row.ours, row.theirs];
    let base_alone = sides.iter().all(Option::is_none).then_some(row.base);
    sides
        .into_iter()
        .chain(base_alone)
        .flatten()
        .filter_map(|(state, _, _)| match state {
            State::Restored(restored) => Some(restored.clone()),
            State::Active => None,
        })
        .min()
        .or(reverted)
        .map_or(State::Active, State::Restored)
}

/// (ours and theirs) less what either removed.
fn set<T: Ord + Clone>(sides: ThreeWay<BTreeSet<T>>) -> BTreeSet<T> {
    let ThreeWay { base, ours, theirs } = sides;
    ours.union(&theirs)
        .filter(|x| !base.contains(x) || (ours.contains(x) && theirs.contains(x)))
        .cloned()
        .collect()
}

fn corrupt(sides: ThreeWay<&Ledger>) -> Vec<Corrupt> {
    if let Some(lines) = sides.map(|l| &l.corrupt).trivial() {
        return lines.clone();
    }
    let lines = set(sides.map(|l| l.corrupt.iter().map(|c| &c.bytes).collect()));
    let mut first: BTreeMap<&Vec<u8>, usize> = BTreeMap::new();
    for line in sides.ours.corrupt.iter().chain(&sides.theirs.corrupt) {
        let at = first.entry(&line.bytes).or_insert(line.line);
        *at = line.line.min(*at);
    }
    lines
        .into_iter()
        .map(|bytes| Corrupt {
            line: first.get(bytes).copied().unwrap_or(0),
            bytes: bytes.clone(),
        })
        .collect()
}

/// The versions of a row on the sides, or the base's where both lack it.
fn present<V>(row: ThreeWay<Option<&V>>) -> Vec<&V> {
    let sides: Vec<&V> = [row.ours, row.theirs].into_iter().flatten().collect();
    if sides.is_empty() {
        row.base.into_iter().collect()
    } else {
        sides
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{
        self, day, hash, key, removals, state as sync_state, tombstone as row,
    };
    use super::super::{Source, SyncState, parse};
    use super::*;

    fn restored(how: &str, by: &str) -> Tombstone {
        Tombstone {
            state: tests::restored(how, by),
            ..row()
        }
    }

    fn merged(
        base: Option<Tombstone>,
        ours: Option<Tombstone>,
        theirs: Option<Tombstone>,
    ) -> Tombstone {
        let ledger = |row: Option<Tombstone>| {
            let rows = row.into_iter();
            removals(rows.map(|r| (key("2024-11-01", "Bob", "1"), r)))
        };
        let [b, o, t] = [base, ours, theirs].map(ledger);
        let out = merge(&b, &o, &t);
        assert_eq!(out, merge(&b, &t, &o));
        out.tombstones.into_values().next().unwrap()
    }

    #[test]
    fn a_removal_that_either_side_has_stays() {
        assert_eq!(merged(None, Some(row()), None), row());
        assert_eq!(merged(None, Some(row()), Some(row())), row());
    }

    #[test]
    fn restored_wins_over_active_and_the_smaller_of_two_restorations() {
        let (a, b) = (restored("metadb", "a"), restored("metadb", "b"));
        assert_eq!(merged(Some(row()), Some(a.clone()), Some(row())), a);
        assert_eq!(merged(None, Some(a.clone()), Some(row())), a);
        assert_eq!(merged(Some(row()), Some(b), Some(a.clone())), a);
    }

    #[test]
    fn a_row_that_a_side_took_back_counts_as_restored() {
        let out = merged(Some(row()), None, Some(row()));
        let State::Restored(restored) = out.state else {
            panic!("{out:?}")
        };
        assert_eq!(restored.how, Restored::REVERTED);
        assert_eq!((restored.at, restored.by), (row().at, row().by));
        assert!(!merged(Some(row()), None, None).state.is_active());
    }

    #[test]
    fn a_row_that_history_told_is_taken_back_by_nobody_who_lacks_it() {
        let told = Tombstone {
            source: Tombstone::FROM_HISTORY.into(),
            ..row()
        };
        let all = [
            (Some(told.clone()), None),
            (None, Some(told.clone())),
            (None, None),
        ];
        for (ours, theirs) in all {
            assert_eq!(merged(Some(told.clone()), ours, theirs), told);
        }
    }

    #[test]
    fn a_cleanup_shortens_a_row_that_the_other_side_does_not_keep_for_good() {
        let (mut kept, mut short) = (row(), row());
        kept.permanent = true;
        short.shorten();
        let both = |ours: &Tombstone| merged(Some(row()), Some(ours.clone()), Some(short.clone()));
        assert_eq!(both(&row()), short);
        assert_eq!(both(&kept), kept);
        let back = merged(Some(row()), Some(restored("metadb", "a")), Some(short));
        assert!(!back.shortened && !back.at.is_empty());
    }

    fn state_of(base: &SyncState, ours: &SyncState, theirs: &SyncState) -> SyncState {
        let ledger = |state: &SyncState| Ledger {
            sync: [((day("2024-11-01"), Source::Yaml), state.clone())].into(),
            ..Ledger::default()
        };
        let (b, o, t) = (ledger(base), ledger(ours), ledger(theirs));
        let out = merge(&b, &o, &t);
        assert_eq!(out, merge(&b, &t, &o));
        out.sync.into_values().next().unwrap()
    }

    #[test]
    fn one_edit_is_no_conflict_and_two_are() {
        let base = sync_state(1, &[hash("00", "desktop", 1, false)]);
        let ours = sync_state(2, &[hash("0a", "laptop", 2, false)]);
        let theirs = sync_state(2, &[hash("0b", "desktop", 2, false)]);
        assert_eq!(state_of(&base, &ours, &base), ours);
        let both = state_of(&base, &ours, &theirs);
        assert_eq!(
            both.hashes.iter().map(|h| &*h.by).collect::<Vec<_>>(),
            ["laptop", "desktop"]
        );
        assert_eq!((both.is_conflict(), both.counter), (true, 2));
        // The same text on both sides is no conflict.
        let same = sync_state(2, &[hash("0a", "desktop", 2, false)]);
        assert_eq!(state_of(&base, &ours, &same).hashes.len(), 1);
    }

    #[test]
    fn a_settled_conflict_stays_settled() {
        let conflict = sync_state(
            2,
            &[
                hash("0a", "laptop", 2, false),
                hash("0b", "desktop", 2, false),
            ],
        );
        let settled = SyncState {
            resolved: 1,
            ..sync_state(3, &[hash("0c", "laptop", 3, true)])
        };
        let edited = SyncState {
            resolved: 1,
            ..sync_state(3, &[hash("0d", "desktop", 3, false)])
        };
        assert_eq!(state_of(&conflict, &settled, &conflict), settled);
        assert_eq!(state_of(&conflict, &settled, &edited), edited);
        // Both edited on top of it: a new, genuine conflict.
        let other = SyncState {
            resolved: 1,
            ..sync_state(3, &[hash("0e", "laptop", 3, false)])
        };
        let again = state_of(&conflict, &edited, &other);
        assert_eq!((again.hashes.len(), again.resolved), (2, 1));
    }

    #[test]
    fn an_edit_that_did_not_know_of_the_conflict_is_one_again() {
        // Desktop never saw the conflict that laptop settled.
        let base = sync_state(2, &[hash("0b", "desktop", 2, false)]);
        let settled = sync_state(3, &[hash("0c", "laptop", 3, true)]);
        let edited = sync_state(3, &[hash("0d", "desktop", 3, false)]);
        assert!(state_of(&base, &settled, &edited).is_conflict());
    }

    #[test]
    fn a_side_that_went_back_says_nothing_about_a_settled_conflict() {
        let before = sync_state(1, &[hash("00", "laptop", 1, false)]);
        let conflict = sync_state(
            2,
            &[
                hash("0a", "laptop", 2, false),
                hash("0b", "desktop", 2, false),
            ],
        );
        let settled = sync_state(3, &[hash("0c", "laptop", 3, true)]);
        assert_eq!(state_of(&conflict, &before, &settled), settled);
    }

    #[test]
    fn a_text_that_one_side_replaced_is_gone_from_the_conflict() {
        let (a, b) = (
            hash("0a", "laptop", 2, false),
            hash("0b", "desktop", 2, false),
        );
        let conflict = sync_state(2, &[a.clone(), b.clone()]);
        // A third machine's text came in here; there, somebody replaced both.
        let c = hash("0c", "tablet", 2, false);
        let d = hash("0d", "desktop", 3, false);
        let out = state_of(
            &conflict,
            &sync_state(2, &[a, b, c.clone()]),
            &sync_state(3, std::slice::from_ref(&d)),
        );
        assert_eq!(out.hashes, [c, d]);
    }

    #[test]
    fn lines_that_are_not_understood_merge_as_a_set() {
        let v2 = |n: &str| format!("{{\"v\":2,\"kind\":\"{n}\"}}\n");
        let base = parse(format!("{}{}junk\n", v2("a"), v2("b")).as_bytes());
        let ours = parse(format!("{}junk\nworse\n", v2("a")).as_bytes());
        let theirs = parse(format!("{}{}{}", v2("a"), v2("b"), v2("c")).as_bytes());
        let out = merge(&base, &ours, &theirs);
        assert_eq!(out, merge(&base, &theirs, &ours));
        assert_eq!(out.opaque.len(), 2);
        // It keeps its line, which is where it is shown and written.
        assert_eq!(
            (&*out.corrupt[0].bytes, out.corrupt[0].line),
            (&b"worse"[..], 3)
        );
    }
}
