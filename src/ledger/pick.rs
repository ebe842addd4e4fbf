//! Merges whose base is not an ancestor of ours: a pick, a patch or a stash.

use std::collections::BTreeMap;

use super::{Deletion, Ledger, Tombstone};
use crate::merge::ThreeWay;

/// Drops from a pick's base the removals that ours lacks and the picked commit did not
/// change. In a merge the base is an ancestor of both sides, so that a row which ours
/// lacks was taken back there. A picked commit's parent need not be an ancestor: ours may
/// never have had that removal, and must not seem to have taken it back.
///
/// If the picked commit decided about such a removal (put back, kept for good), its
/// decision counts for ours, too. A row that it took back stays in the base, so that the
/// merge restores it.
pub fn without_what_ours_never_had(sides: &mut ThreeWay<Ledger>) {
    let ThreeWay { base, ours, theirs } = sides;
    leave_out(
        &mut base.tombstones,
        &ours.tombstones,
        &mut theirs.tombstones,
        |row: &Tombstone| (row.state.clone(), row.permanent),
    );
    leave_out(
        &mut base.deletions,
        &ours.deletions,
        &mut theirs.deletions,
        |row: &Deletion| row.state.clone(),
    );
}

fn leave_out<K: Ord + Clone, V, D: PartialEq>(
    base: &mut BTreeMap<K, V>,
    ours: &BTreeMap<K, V>,
    theirs: &mut BTreeMap<K, V>,
    decision: impl Fn(&V) -> D,
) {
    base.retain(|key, row| {
        let Some(picked) = theirs.get(key) else {
            return true;
        };
        if ours.contains_key(key) {
            return true;
        }
        if decision(picked) == decision(row) {
            theirs.remove(key);
        }
        false
    });
}

#[cfg(test)]
mod tests {
    use super::super::tests::{key, removals, restored, tombstone};
    use super::super::{Restored, merge};
    use super::*;

    const IDS: [&str; 5] = ["alike", "cleaned", "put back", "kept", "reverted"];

    fn with_rows(ids: &[&str]) -> Ledger {
        let row = |id: &&str| (key("2024-11-01", "Bob", id), tombstone());
        removals(ids.iter().map(row))
    }

    /// The picked commit does what each id says with a removal below it.
    fn sides(ours: Ledger) -> ThreeWay<Ledger> {
        let (base, mut theirs) = (with_rows(&IDS), with_rows(&IDS[..4]));
        for (key, row) in &mut theirs.tombstones {
            match key.id.as_str() {
                "cleaned" => row.shortened = true,
                "put back" => row.state = restored(Restored::METADB, "laptop"),
                "kept" => row.permanent = true,
                _ => {}
            }
        }
        ThreeWay::new(base, ours, theirs)
    }

    fn picked(mut sides: ThreeWay<Ledger>) -> Ledger {
        without_what_ours_never_had(&mut sides);
        merge(&sides.base, &sides.ours, &sides.theirs)
    }

    #[test]
    fn a_removal_that_ours_never_had_is_not_taken_back() {
        let merged = picked(sides(Ledger::default()));
        let found: Vec<_> = merged
            .tombstones
            .iter()
            .map(|(key, row)| (key.id.as_str(), row.state.is_active(), row.permanent))
            .collect();
        assert_eq!(
            found,
            [
                ("kept", true, true),
                ("put back", false, false),
                ("reverted", false, false)
            ]
        );
    }

    #[test]
    fn a_removal_that_ours_has_merges_as_ever() {
        let sides = sides(with_rows(&IDS));
        let merged = merge(&sides.base, &sides.ours, &sides.theirs);
        assert_eq!(picked(sides), merged);
    }
}
