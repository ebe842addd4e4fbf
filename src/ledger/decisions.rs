//! What a person decided in a ledger file, told apart from rows that an aborted
//! commit left there. Recognised by the rows themselves, never by remembering.

use super::merge::{deletion, tombstone};
use super::{Deletion, Ledger, Restored, State, SyncState, Tombstone, removal_id};
use crate::merge::ThreeWay;

/// `known` (HEAD's ledger; in a merge commit what the merge makes of the
/// parents') with the decisions that `edited`, a version of the same file, adds.
///
/// Rows that this machine would derive on top of `parent` are left out: they are
/// computed anew. A row that `edited` lacks stays: leaving out a line is what a
/// stale copy does, and no way to restore a removal.
#[must_use]
pub fn decisions(known: &Ledger, edited: &Ledger, machine: &str, parent: &str) -> Ledger {
    let mut out = known.clone();
    for (key, row) in &edited.tombstones {
        let item = key.item.as_str();
        let own = || removal_id(machine, parent, key.entry, Some(key.table), item) == key.id;
        let decided = match known.tombstones.get(key) {
            Some(was) if re_added(&was.state, &row.state) => None,
            Some(was) => tombstone(ThreeWay::new(None, Some(was), Some(row))),
            None if is_derived(row) && own() => None,
            None => Some(row.clone()),
        };
        out.tombstones
            .extend(decided.map(|row: Tombstone| (key.clone(), row)));
    }
    for (key, row) in &edited.deletions {
        let own = || removal_id(machine, parent, key.0, None, &row.path) == key.1;
        let decided = match known.deletions.get(key) {
            Some(was) if re_added(&was.state, &row.state) => None,
            Some(was) => deletion(ThreeWay::new(None, Some(was), Some(row))),
            None if row.state.is_active() && own() => None,
            None => Some(row.clone()),
        };
        out.deletions
            .extend(decided.map(|row: Deletion| (key.clone(), row)));
    }
    for (key, row) in &edited.sync {
        let counter = known.sync.get(key).map_or(0, |s| s.counter);
        if row.counter > counter && is_settled(row) {
            out.sync.insert(*key, row.clone());
        }
    }
    out.opaque.extend(edited.opaque.iter().cloned());
    // A person mends a damaged line by taking it out.
    out.corrupt.clone_from(&edited.corrupt);
    out
}

const fn is_derived(row: &Tombstone) -> bool {
    row.state.is_active() && !row.permanent && !row.shortened
}

fn re_added(was: &State, now: &State) -> bool {
    matches!(now, State::Restored(r) if r.how == Restored::RE_ADDED) && was.is_active()
}

/// The newest text of the state was recorded by settling a conflict.
fn is_settled(row: &SyncState) -> bool {
    row.hashes
        .iter()
        .any(|h| h.settled && h.counter == row.counter)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{day, hash, key, state, tombstone as row};
    use super::super::{RowKey, Source};
    use super::*;
    use crate::journal::{ItemKey, Table};

    fn with(rows: &[(RowKey, Tombstone)]) -> Ledger {
        Ledger {
            tombstones: rows.iter().cloned().collect(),
            ..Ledger::default()
        }
    }

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
            state: State::Restored(Restored {
                at: "2026-11-24T00:00:00Z".into(),
                by: "laptop".into(),
                how: how.into(),
            }),
            ..row()
        }
    }

    fn decide(known: &Ledger, edited: &Ledger) -> Ledger {
        decisions(known, edited, "laptop", "c0ffee")
    }

    #[test]
    fn a_row_that_an_aborted_commit_left_is_computed_anew() {
        let left = with(&[(derived_here("Bob"), row())]);
        assert_eq!(decide(&Ledger::default(), &left), Ledger::default());
        // Another machine's, or one of an earlier commit, is a row.
        let other = with(&[(key("2024-11-01", "Bob", "1"), row())]);
        assert_eq!(decide(&Ledger::default(), &other), other);
        // So is one that a person made permanent.
        let permanent = Tombstone {
            permanent: true,
            ..row()
        };
        let kept = with(&[(derived_here("Bob"), permanent)]);
        assert_eq!(decide(&Ledger::default(), &kept), kept);
    }

    #[test]
    fn a_decision_counts_and_a_derived_restoration_does_not() {
        let known = with(&[(key("2024-11-01", "Bob", "1"), row())]);
        let by_hand = with(&[(key("2024-11-01", "Bob", "1"), restored(Restored::METADB))]);
        assert_eq!(decide(&known, &by_hand), by_hand);
        let found = with(&[(key("2024-11-01", "Bob", "1"), restored(Restored::RE_ADDED))]);
        assert_eq!(decide(&known, &found), known);
    }

    #[test]
    fn a_stale_copy_takes_nothing_away() {
        let known = with(&[(key("2024-11-01", "Bob", "1"), restored(Restored::METADB))]);
        assert_eq!(decide(&known, &Ledger::default()), known);
        let older = with(&[(key("2024-11-01", "Bob", "1"), row())]);
        assert_eq!(decide(&known, &older), known);
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
        assert_eq!(decide(&known, &edited), known);
        assert_eq!(decide(&known, &settled), settled);
        assert_eq!(decide(&settled, &known), settled);
    }
}
