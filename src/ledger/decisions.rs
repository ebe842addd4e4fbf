//! A person's decisions in a ledger file, told apart from rows that an aborted commit
//! left there. They are recognised by the rows alone; nothing is remembered.

use std::collections::{BTreeMap, BTreeSet};

use super::{Deletion, Ledger, RemovalRow, Restored, State, SyncState, Tombstone, removal_id};

/// `known` (HEAD's ledger; in a merge commit what the merge makes of the
/// parents') with the decisions that `edited`, a version of the same file, adds.
///
/// The removals with an id in `left` are left out: they are computed anew (see
/// [`made_at`]). A row that `edited` lacks stays: a stale copy lacks lines, too, so leaving
/// one out does not restore a removal. A row of a known id with another item or entry is that
/// known one, in which somebody replaced a name in all files: no removal was made of it.
#[must_use]
pub fn decisions(known: &Ledger, edited: &Ledger, left: &BTreeSet<String>) -> Ledger {
    let items = known.tombstones.keys();
    let items = items.filter(|key| !edited.tombstones.contains_key(key));
    let files = known.deletions.keys();
    let files = files.filter(|key| !edited.deletions.contains_key(key));
    let lost = items.map(|key| &key.id).chain(files.map(|(_, id)| id));
    with_decisions(known, edited, left, &lost.map(String::as_str).collect())
}

/// See [`decisions`]; `lost` has the ids of known rows that `edited` lacks.
fn with_decisions(
    known: &Ledger,
    edited: &Ledger,
    left: &BTreeSet<String>,
    lost: &BTreeSet<&str>,
) -> Ledger {
    let mut out = known.clone();
    for (key, row) in &edited.tombstones {
        match out.tombstones.get_mut(key) {
            Some(was) => {
                was.permanent |= row.permanent;
                decide(&mut was.state, &row.state);
                if row.shortened && was.state.is_active() {
                    was.shorten();
                }
            }
            None if lost.contains(key.id.as_str()) => {}
            None if is_derived(row) && left.contains(&key.id) => {}
            None => {
                out.tombstones.insert(key.clone(), row.clone());
            }
        }
    }
    for (key, row) in &edited.deletions {
        match out.deletions.get_mut(key) {
            Some(was) => decide(&mut was.state, &row.state),
            None if lost.contains(key.1.as_str()) => {}
            None if row.state.is_active() && left.contains(&key.1) => {}
            None => {
                out.deletions.insert(key.clone(), row.clone());
            }
        }
    }
    for (key, row) in &edited.sync {
        let counter = known.sync.get(key).map_or(0, |s| s.counter);
        if row.counter > counter && is_settled(row) {
            out.sync.insert(*key, row.clone());
        }
    }
    for (key, row) in &edited.kept_out {
        if !out.kept_out.contains_key(key) && lost.contains(key.0.id.as_str()) {
            continue;
        }
        let known = out.kept_out.entry(key.clone()).or_insert(*row);
        known.settled |= row.settled;
    }
    out.opaque.extend(edited.opaque.iter().cloned());
    // A person mends a damaged line by deleting it.
    out.corrupt.clone_from(&edited.corrupt);
    out
}

/// `known` (the merge of old commits) with what `later`, a version of the same file on top of
/// them, says beyond it: decisions, restorations, later sync states, and rows of its own. What
/// one of the merged `sides` says as well is not later. Damaged lines are those of `known`.
#[must_use]
pub fn with_later(known: &Ledger, mut later: Ledger, sides: [&Ledger; 2]) -> Ledger {
    (later.tombstones).retain(|key, row| {
        let is_of = |side: &&Ledger| side.tombstones.get(key) == Some(row);
        !known.tombstones.contains_key(key) || !sides.iter().any(is_of)
    });
    later.deletions.retain(|key, row| {
        let is_of = |side: &&Ledger| side.deletions.get(key) == Some(row);
        !known.deletions.contains_key(key) || !sides.iter().any(is_of)
    });
    let mut out = with_decisions(known, &later, &BTreeSet::new(), &BTreeSet::new());
    out.corrupt.clone_from(&known.corrupt);
    for (key, row) in &later.tombstones {
        let was = out.tombstones.get_mut(key);
        if let Some(was) = was.filter(|was| row.is_beyond(Some(was))) {
            was.state = row.state.clone();
        }
    }
    for (key, row) in &later.deletions {
        let was = out.deletions.get_mut(key);
        if let Some(was) = was.filter(|was| row.is_beyond(Some(was))) {
            was.state = row.state.clone();
        }
    }
    for (key, row) in &later.sync {
        let counter = known.sync.get(key).map_or(0, |s| s.counter);
        if row.counter > counter {
            out.sync.insert(*key, row.clone());
        }
    }
    out
}

/// Takes over a restoration that a person decided, or a merge found reverted. One that was
/// found in a commit is found again if it holds, and the first recorded one stays.
fn decide(was: &mut State, now: &State) {
    if was.is_active() && !now.is_active() && !now.is_restored_by(Restored::RE_ADDED) {
        *was = now.clone();
    }
}

const fn is_derived(row: &Tombstone) -> bool {
    row.state.is_active() && !row.permanent && !row.shortened
}

/// Which of the `places` this machine made each of these removals at, by the removals' ids;
/// one that was made at none of them is not in the result. Of equal places the first counts.
#[must_use]
pub fn made_at(rows: &Ledger, machine: &str, places: &[&str]) -> BTreeMap<String, usize> {
    let derived = |(_, row): &(_, &Tombstone)| is_derived(row) && row.by == machine;
    let tombstones = rows.tombstones.iter().filter(derived);
    let tombstones = tombstones.map(|(k, _)| (&k.id, k.entry, Some(k.table), k.item.as_str()));
    let active = |(_, row): &(_, &Deletion)| row.state.is_active() && row.by == machine;
    let deletions = rows.deletions.iter().filter(active);
    let deletions = deletions.map(|((entry, id), row)| (id, *entry, None, row.path.as_str()));

    let mut found = BTreeMap::new();
    // Rows are many at a few places: those where one was found come first.
    let mut order: Vec<usize> = (0..places.len()).collect();
    let mut known = 0;
    for (id, entry, table, item) in tombstones.chain(deletions) {
        let is_here = |at: &usize| removal_id(machine, places[*at], entry, table, item) == *id;
        if let Some(nth) = order.iter().position(is_here) {
            found.insert(id.clone(), order[nth]);
            if nth >= known {
                order[known..=nth].rotate_right(1);
                known += 1;
            }
        }
    }
    found
}

/// Whether the newest text of a state was recorded by settling a conflict.
fn is_settled(row: &SyncState) -> bool {
    row.hashes
        .iter()
        .any(|h| h.settled && h.counter == row.counter)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{self, day, deletion, hash, key, removals, state, tombstone as row};
    use super::super::{Deletion, KeptOutRow, RowKey, Source};
    use super::*;
    use crate::journal::{ItemKey, Table};

    fn derived_here(item: &str) -> RowKey {
        let entry = day("2024-11-01");
        RowKey {
            entry,
            table: Table::People,
            item: ItemKey::new(item),
            id: removal_id("laptop", "c0ffee", entry, Some(Table::People), item),
        }
    }

    fn restored(how: &str) -> Tombstone {
        Tombstone {
            state: tests::restored(how, "laptop"),
            ..row()
        }
    }

    fn decided(known: &Ledger, edited: &Ledger) -> Ledger {
        let left = made_at(edited, "laptop", &["f00d", "c0ffee"]);
        decisions(known, edited, &left.into_keys().collect())
    }

    #[test]
    fn a_row_that_an_aborted_commit_left_is_computed_anew() {
        let left = removals([(derived_here("Bob"), row())]);
        assert_eq!(decided(&Ledger::default(), &left), Ledger::default());
        // Another machine's, or one of an earlier commit, is a row.
        let other = removals([(key("2024-11-01", "Bob", "1"), row())]);
        assert_eq!(decided(&Ledger::default(), &other), other);
        // So is one that a person made permanent.
        let permanent = Tombstone {
            permanent: true,
            ..row()
        };
        let kept = removals([(derived_here("Bob"), permanent)]);
        assert_eq!(decided(&Ledger::default(), &kept), kept);
    }

    #[test]
    fn the_place_of_each_removal_is_found() {
        let entry = day("2024-11-01");
        let places = ["a", "b", "c", "d"];
        let at = |item: &str, place: &str| {
            let id = removal_id("laptop", place, entry, Some(Table::People), item);
            (key("2024-11-01", item, &id), row())
        };
        let mut rows = removals([at("A", "d"), at("B", "b"), at("C", "d"), at("D", "b")]);
        let ids: Vec<String> = rows.tombstones.keys().map(|key| key.id.clone()).collect();
        let expected: BTreeMap<_, _> = ids.into_iter().zip([3, 1, 3, 1]).collect();
        rows.tombstones.extend([at("E", "elsewhere")]);
        assert_eq!(made_at(&rows, "laptop", &places), expected);
        assert_eq!(made_at(&rows, "pc", &places), BTreeMap::new());
    }

    #[test]
    fn a_decision_counts_and_a_derived_restoration_does_not() {
        let known = removals([(key("2024-11-01", "Bob", "1"), row())]);
        let by_hand = removals([(key("2024-11-01", "Bob", "1"), restored(Restored::METADB))]);
        assert_eq!(decided(&known, &by_hand), by_hand);
        let found = removals([(key("2024-11-01", "Bob", "1"), restored(Restored::RE_ADDED))]);
        assert_eq!(decided(&known, &found), known);
        // Nor does an earlier one replace the one that was recorded.
        let mut later = found.clone();
        for row in later.tombstones.values_mut() {
            if let State::Restored(r) = &mut row.state {
                r.at = "2026-12-01T00:00:00Z".into();
            }
        }
        assert_eq!(decided(&later, &found), later);
    }

    #[test]
    fn a_stale_copy_takes_nothing_away() {
        let known = removals([(key("2024-11-01", "Bob", "1"), restored(Restored::METADB))]);
        assert_eq!(decided(&known, &Ledger::default()), known);
        let older = removals([(key("2024-11-01", "Bob", "1"), row())]);
        assert_eq!(decided(&known, &older), known);
    }

    #[test]
    fn a_name_replaced_in_a_row_is_no_removal_of_another_one() {
        let listed = (
            (key("2024-11-01", "Robert", "1"), "51de".into()),
            KeptOutRow { settled: false },
        );
        let known = removals([(key("2024-11-01", "Bob", "1"), row())]);
        let edited = Ledger {
            kept_out: [listed].into(),
            ..removals([(key("2024-11-01", "Robert", "1"), row())])
        };
        assert_eq!(decided(&known, &edited), known);
        let of = |entry: &str| Ledger {
            deletions: [((day(entry), "2".to_owned()), deletion())].into(),
            ..Ledger::default()
        };
        let known = of("2024-11-01");
        assert_eq!(decided(&known, &of("2024-11-02")), known);
    }

    #[test]
    fn what_a_person_keeps_stays_kept() {
        let of = |permanent| {
            let row = Tombstone { permanent, ..row() };
            removals([(key("2024-11-01", "Bob", "1"), row)])
        };
        for (known, edited) in [(false, true), (true, false), (true, true)] {
            assert_eq!(decided(&of(known), &of(edited)), of(true));
        }
        assert_eq!(decided(&of(false), &of(false)), of(false));
    }

    #[test]
    fn what_a_person_settled_stays_settled() {
        let of = |settled| Ledger {
            kept_out: [(
                (key("2024-11-01", "Bob", "1"), "51de".into()),
                KeptOutRow { settled },
            )]
            .into(),
            ..Ledger::default()
        };
        for (known, edited) in [(false, true), (true, false), (true, true)] {
            assert_eq!(decided(&of(known), &of(edited)), of(true));
        }
    }

    #[test]
    fn a_deletion_that_an_aborted_commit_left_is_computed_anew() {
        let entry = day("2024-11-01");
        let of = |id: &str, state| {
            let row = Deletion {
                state,
                ..deletion()
            };
            Ledger {
                deletions: [((entry, id.to_owned()), row)].into(),
                ..Ledger::default()
            }
        };
        let here = removal_id("laptop", "c0ffee", entry, None, "p");
        let none = Ledger::default();
        assert_eq!(decided(&none, &of(&here, State::Active)), none);
        let other = of("1", State::Active);
        assert_eq!(decided(&none, &other), other);
        let restored = of(&here, restored(Restored::METADB).state);
        assert_eq!(decided(&none, &restored), restored);
    }

    #[test]
    fn of_the_sync_states_only_a_settled_one_is_a_decision() {
        let ledger = |s: SyncState| Ledger {
            sync: [((day("2024-11-01"), Source::Yaml), s)].into(),
            ..Ledger::default()
        };
        let known = ledger(state(
            2,
            &[hash("0a", "a", 2, false), hash("0b", "b", 2, false)],
        ));
        let edited = ledger(state(3, &[hash("0c", "laptop", 3, false)]));
        let settled = ledger(state(3, &[hash("0c", "laptop", 3, true)]));
        assert_eq!(decided(&known, &edited), known);
        assert_eq!(decided(&known, &settled), settled);
        assert_eq!(decided(&settled, &known), settled);
        // One of the same count decides nothing about what came in beside it.
        let both = ledger(state(
            3,
            &[hash("0c", "laptop", 3, true), hash("0d", "b", 3, false)],
        ));
        assert_eq!(decided(&both, &settled), both);
    }

    /// A ledger with one removal and one deletion, both in this state.
    fn in_state(state: State) -> Ledger {
        let row = Tombstone {
            state: state.clone(),
            ..row()
        };
        let gone = Deletion {
            state,
            ..deletion()
        };
        Ledger {
            deletions: [((day("2024-11-01"), "2".to_owned()), gone)].into(),
            ..removals([(key("2024-11-01", "Bob", "1"), row)])
        }
    }

    #[test]
    fn what_a_merged_side_says_is_not_later_unless_the_merge_lacks_it() {
        let [active, by_hand, found] = [
            State::Active,
            tests::restored(Restored::METADB, "laptop"),
            tests::restored(Restored::RE_ADDED, "laptop"),
        ]
        .map(in_state);
        for later in [&by_hand, &found] {
            let made = |known, sides| with_later(known, later.clone(), sides);
            assert_eq!(made(&active, [&active, &active]), *later);
            assert_eq!(made(&active, [later, &active]), active);
            assert_eq!(made(&active, [&active, later]), active);
            let none = Ledger::default();
            assert_eq!(made(&none, [&none, &none]), *later);
            assert_eq!(made(&none, [later, &none]), *later);
        }
        // The first restoration stays, and no row takes one back.
        for later in [&found, &active] {
            let made = with_later(&by_hand, later.clone(), [&active, &active]);
            assert_eq!(made, by_hand);
        }
    }

    #[test]
    fn a_later_count_is_taken_and_damage_is_that_of_the_merge() {
        let ledger = |counter, text: &str, damaged: &[u8]| Ledger {
            sync: [(
                (day("2024-11-01"), Source::Yaml),
                state(counter, &[hash(text, "laptop", counter, false)]),
            )]
            .into(),
            ..super::super::parse(damaged)
        };
        let known = ledger(2, "0a", b"{\"of the merge\n");
        let sides = [&known, &known];
        let same = ledger(2, "0b", b"{\"of a client\n");
        assert_eq!(with_later(&known, same, sides), known);
        let later = ledger(3, "0b", b"");
        let made = with_later(&known, later, sides);
        assert_eq!(made, ledger(3, "0b", b"{\"of the merge\n"));
    }
}
