//! Sync states: their merge, and the state after a commit whose own ledger may not have
//! it, from the state before, the ledgers and the text.

use std::collections::BTreeSet;

use super::line::LARGEST;
use super::{Hash, SyncState};
use crate::merge::ThreeWay;

/// Merges the state of one entry and source: if both sides raised it, both texts stay.
/// `None` only if no side has the state.
#[must_use]
pub fn merge_states(row: ThreeWay<Option<&SyncState>>) -> Option<SyncState> {
    if let Some(Some(state)) = row.trivial() {
        return Some(state.clone());
    }
    let none = SyncState::default();
    let base = row.base.unwrap_or(&none);
    // A side that lacks the base's state, or has one from before it (a revert put
    // it back), has nothing to say about it.
    let grown = |s: &&SyncState| s.counter >= base.counter;
    let ours = row.ours.filter(grown).unwrap_or(base);
    let theirs = row.theirs.filter(grown).unwrap_or(base);
    let raised = |s: &SyncState| s.counter > base.counter || !new_hashes(s, base).is_empty();
    let settling = |s: &SyncState| {
        let new = new_hashes(s, base);
        base.is_conflict() && !new.is_empty() && new.iter().all(|h| h.settled)
    };
    let hashes = match (raised(ours), raised(theirs)) {
        (true, false) => ours.hashes.clone(),
        (false, true) => theirs.hashes.clone(),
        // An edit on top of the base's conflict settles it as well, since the editor had
        // both texts; it tells more than the settling.
        _ => match (settling(ours), settling(theirs)) {
            (true, false) => theirs.hashes.clone(),
            (false, true) => ours.hashes.clone(),
            _ => both_hashes(base, ours, theirs),
        },
    };
    Some(SyncState {
        hashes,
        counter: ours.counter.max(theirs.counter),
        resolved: ours.resolved.max(theirs.resolved),
    })
}

/// Joins the states of one entry and source that stand on several lines, as a merge
/// without the driver leaves them. The same as merging them one after the other, at the
/// cost of one.
#[must_use]
pub(super) fn join_states(states: &[SyncState]) -> SyncState {
    let says = |s: &&SyncState| s.counter > 0 || !s.hashes.is_empty();
    let mut saying = states.iter().filter(says);
    let hashes = match saying.next() {
        None => Vec::new(),
        Some(first) if saying.all(|s| s == first) => first.hashes.clone(),
        Some(_) => each_text_once(states.iter().flat_map(|s| &s.hashes).cloned()),
    };
    SyncState {
        hashes,
        counter: states.iter().map(|s| s.counter).max().unwrap_or(0),
        resolved: states.iter().map(|s| s.resolved).max().unwrap_or(0),
    }
}

impl SyncState {
    /// Takes the texts that `side` has and `began` lacks for known here, so that a merge
    /// does not count them as another's.
    pub fn take_as_known(&mut self, side: &Self, began: Option<&Self>) {
        let before = began.into_iter().chain([&*self]);
        let known: BTreeSet<_> = before.flat_map(identities).collect();
        let new = side.hashes.iter().filter(|h| !known.contains(&identity(h)));
        let new: Vec<Hash> = new.cloned().collect();
        self.hashes.extend(new);
    }
}

fn new_hashes<'a>(side: &'a SyncState, base: &SyncState) -> Vec<&'a Hash> {
    let known = identities(base);
    let hashes = side.hashes.iter();
    hashes.filter(|h| !known.contains(&identity(h))).collect()
}

const fn identity(hash: &Hash) -> (&String, u64) {
    (&hash.hash, hash.counter)
}

/// The texts of a state. A state may come with any number of them.
fn identities(state: &SyncState) -> BTreeSet<(&String, u64)> {
    state.hashes.iter().map(identity).collect()
}

/// (ours and theirs) less what either dropped; each text once.
fn both_hashes(base: &SyncState, ours: &SyncState, theirs: &SyncState) -> Vec<Hash> {
    let [was, is_ours, is_theirs] = [base, ours, theirs].map(identities);
    let kept = |h: &&Hash| {
        let text = identity(h);
        !was.contains(&text) || (is_ours.contains(&text) && is_theirs.contains(&text))
    };
    let both = ours.hashes.iter().chain(&theirs.hashes);
    each_text_once(both.filter(kept).cloned())
}

/// The first record of each text, sorted.
fn each_text_once(hashes: impl Iterator<Item = Hash>) -> Vec<Hash> {
    let mut hashes: Vec<Hash> = hashes.collect();
    hashes.sort();
    hashes.dedup_by(|later, first| later.hash == first.hash);
    hashes
}

/// One commit's change of a state.
#[derive(Debug, Clone, Copy)]
pub struct StateChange<'a> {
    /// The state before, recorded or told by history; in a merge commit the merge of the
    /// parents' states.
    pub known: Option<&'a SyncState>,
    /// The states in the parents' ledgers.
    pub before: &'a [SyncState],
    /// Whether it is a merge commit.
    pub is_merge: bool,
    /// The state in the commit's ledger.
    pub recorded: Option<&'a SyncState>,
    /// The hash of the text that the commit holds.
    pub hash: Option<&'a str>,
}

/// The state after the commit, if its ledger has a new one: an edit or a decision was
/// recorded there, or a rebase or a cherry-pick brought along a row recorded elsewhere.
/// `None` if the ledger has nothing new: the state from before, or an older one that a
/// revert put back.
#[must_use]
pub fn recorded_by(change: &StateChange<'_>) -> Option<SyncState> {
    let recorded = change.recorded?;
    let floor = change.before.iter().map(|s| s.counter).max();
    if recorded.counter < floor.unwrap_or(0) {
        return None;
    }
    let seen = change.before.iter().chain(change.known);
    let seen: BTreeSet<_> = seen.flat_map(identities).collect();
    let new = recorded.hashes.iter();
    let new: Vec<&Hash> = new.filter(|h| !seen.contains(&identity(h))).collect();
    if new.is_empty() {
        return None;
    }
    let counter = change.known.map_or(0, |s| s.counter);
    if !change.is_merge && change.known == change.before.first() {
        return Some(recorded.clone());
    }
    // Made on top of the commit's parents, by somebody who had every known text.
    let by_text = new.iter().any(|h| Some(h.hash.as_str()) == change.hash);
    let on_top = recorded.counter > counter && (change.is_merge || new.iter().any(|h| h.settled));
    if !recorded.is_conflict() && (by_text || on_top) {
        return Some(SyncState {
            counter: recorded.counter.max(raised(counter)),
            ..recorded.clone()
        });
    }
    if change.is_merge {
        return None;
    }
    merge_states(ThreeWay::new(
        change.before.first(),
        change.known,
        Some(recorded),
    ))
}

/// A counter raised by one. At the largest that a ledger has, which only a forged row comes
/// to, it stays: the text's hash still tells that the state is another.
#[must_use]
pub fn raised(counter: u64) -> u64 {
    (counter + 1).min(LARGEST)
}

/// The state after an edit by somebody who had the state before.
#[must_use]
pub fn after_edit(known: Option<&SyncState>, hash: &str, by: &str, at: &str) -> SyncState {
    let settles = known.is_some_and(SyncState::is_conflict);
    let text = Hash {
        hash: hash.into(),
        by: by.into(),
        at: at.into(),
        counter: raised(known.map_or(0, |s| s.counter)),
        settled: false,
    };
    let resolved = known.map_or(0, |s| s.resolved);
    SyncState::of_one(text, if settles { raised(resolved) } else { resolved })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{hash, state};
    use super::*;

    fn one(text: &str, by: &str, counter: u64) -> SyncState {
        state(counter, &[hash(text, by, counter, false)])
    }

    fn both(a: &SyncState, b: &SyncState) -> SyncState {
        state(
            a.counter.max(b.counter),
            &[a.hashes[0].clone(), b.hashes[0].clone()],
        )
    }

    fn after(
        known: &SyncState,
        before: &SyncState,
        recorded: &SyncState,
        hash: &str,
    ) -> Option<SyncState> {
        recorded_by(&StateChange {
            known: Some(known),
            before: std::slice::from_ref(before),
            is_merge: false,
            recorded: Some(recorded),
            hash: Some(hash),
        })
    }

    #[test]
    fn a_counter_never_grows_out_of_what_a_ledger_has() {
        let forged = SyncState {
            resolved: LARGEST,
            ..state(
                LARGEST,
                &[hash("0a", "x", 1, false), hash("0b", "x", LARGEST, false)],
            )
        };
        let edited = after_edit(Some(&forged), "0c", "laptop", "2024-11-01T00:00:00Z");
        assert_eq!((edited.counter, edited.resolved), (LARGEST, LARGEST));
        assert_eq!(edited.hashes[0].counter, LARGEST);
        let unaware = one("0d", "laptop", LARGEST);
        let recorded = after(&edited, &one("0a", "x", 1), &unaware, "0d");
        assert_eq!(recorded.map(|s| s.counter), Some(LARGEST));
    }

    #[test]
    fn a_row_that_says_nothing_new_is_silence() {
        let (first, second) = (one("0a", "laptop", 1), one("0b", "phone", 2));
        assert_eq!(after(&first, &first, &first, "0b"), None);
        // What was told is stored by another entry's commit.
        assert_eq!(after(&second, &first, &second, "0b"), None);
        // A revert puts the older row back.
        assert_eq!(after(&second, &second, &first, "0a"), None);
    }

    #[test]
    fn what_was_recorded_on_top_of_all_that_was_known_is_one_text() {
        let (first, phone) = (one("0a", "laptop", 1), one("0b", "phone", 2));
        let own = one("0c", "laptop", 3);
        assert_eq!(after(&phone, &first, &own, "0c"), Some(own.clone()));
        // By a program that did not know of the phone's edit, but stood on it.
        let unaware = one("0c", "laptop", 2);
        let counted = SyncState {
            counter: 3,
            ..unaware.clone()
        };
        assert_eq!(after(&phone, &first, &unaware, "0c"), Some(counted));
        let settled = state(3, &[hash("0c", "laptop", 3, true)]);
        let conflict = both(&one("0d", "laptop", 2), &phone);
        assert_eq!(after(&conflict, &first, &settled, "0e"), Some(settled));
    }

    #[test]
    fn a_row_that_a_rebase_brought_along_did_not_know() {
        let (first, phone) = (one("0a", "laptop", 1), one("0b", "phone", 2));
        let own = one("0c", "laptop", 2);
        let conflict = after(&phone, &first, &own, "0d").unwrap();
        assert_eq!(conflict, both(&phone, &own));
        // And the next one of the same branch.
        let next = one("0e", "laptop", 3);
        let again = after(&conflict, &own, &next, "0f").unwrap();
        assert_eq!((again.is_conflict(), again.counter), (true, 3));
        // A row that settled another conflict is no higher than the phone's.
        let phone = one("0b", "phone", 3);
        let settled = state(3, &[hash("0c", "laptop", 3, true)]);
        let beside = after(&phone, &first, &settled, "0e").unwrap();
        assert_eq!(beside, both(&phone, &settled));
    }

    #[test]
    fn a_conflict_of_the_count_that_was_known_is_recorded() {
        let upstream = one("0a", "desktop", 2);
        let conflict = both(&upstream, &one("0b", "laptop", 2));
        let stored = after(&upstream, &upstream, &conflict, "0b");
        assert_eq!(stored, Some(conflict));
    }

    #[test]
    fn a_merge_is_what_it_makes_of_its_parents_unless_somebody_edited_there() {
        let first = [one("0a", "laptop", 2), one("0b", "desktop", 2)];
        let merge = both(&first[0], &first[1]);
        let by = |recorded: &SyncState| {
            recorded_by(&StateChange {
                known: Some(&merge),
                before: &first,
                is_merge: true,
                recorded: Some(recorded),
                hash: None,
            })
        };
        assert_eq!(by(&first[0]), None);
        assert_eq!(by(&merge), None);
        let by_hand = one("0c", "desktop", 3);
        assert_eq!(by(&by_hand), Some(by_hand.clone()));
        // Two texts that neither parent had are nobody's edit.
        let others = both(&one("0d", "laptop", 3), &one("0e", "desktop", 3));
        let took_one_side = StateChange {
            known: Some(&first[0]),
            before: &first,
            is_merge: true,
            recorded: Some(&others),
            hash: None,
        };
        assert_eq!(recorded_by(&took_one_side), None);
    }

    #[test]
    fn an_edit_by_somebody_who_had_both_settles() {
        let conflict = both(&one("0a", "laptop", 2), &one("0b", "phone", 2));
        let edited = after_edit(Some(&conflict), "0c", "phone", "");
        assert_eq!((edited.counter, edited.resolved), (3, 1));
        assert!(!edited.is_conflict());
        assert_eq!(after_edit(None, "0c", "phone", "").counter, 1);
    }

    #[test]
    fn states_of_several_lines_are_joined_only_where_two_say_something_else() {
        let [first, second] = ["0b", "0a"].map(|text| hash(text, "laptop", 2, false));
        let as_written = state(2, &[first.clone(), second.clone()]);
        let sorted = state(2, &[second.clone(), first.clone()]);
        let nothing = state(0, &[]);
        let all = [&as_written, &nothing, &as_written].map(Clone::clone);
        assert_eq!(join_states(&all), as_written);
        for other in [state(2, &[]), state(0, std::slice::from_ref(&first))] {
            let all = [&as_written, &as_written, &other].map(Clone::clone);
            assert_eq!(join_states(&all), sorted);
        }
        let of_no_count = state(0, &as_written.hashes);
        let all = [of_no_count, state(2, &[])];
        assert_eq!(join_states(&all), sorted);
        assert_eq!(join_states(&[]), nothing);
    }
}
