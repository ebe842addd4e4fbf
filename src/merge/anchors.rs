//! The items that both sides of a merge have: the anchors on which the order of a merged
//! list is built.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::ThreeWay;

/// Limit on the items compared pair by pair if both sides moved some; more of them are
/// not joined.
const MAX_MOVED: usize = 5_000;

/// The items that both sides have, in the order of each; of the base those of them that
/// it has, too.
pub(super) struct Anchors<'k, K> {
    lists: ThreeWay<Vec<&'k K>>,
}

impl<'k, K: Ord + Hash> Anchors<'k, K> {
    pub(super) fn of(lists: &ThreeWay<Vec<&'k K>>) -> Self {
        let ours = only(&lists.ours, &set(&lists.theirs));
        let theirs = only(&lists.theirs, &set(&lists.ours));
        let base = only(&lists.base, &set(&ours));
        Self {
            lists: ThreeWay { base, ours, theirs },
        }
    }

    /// Whether the items that both sides added stand in one order on both.
    pub(super) fn are_added_in_one_order(&self) -> bool {
        let known = set(&self.lists.base);
        let added = |list: &'_ [&'k K]| -> Vec<&'k K> {
            let all = list.iter().copied();
            all.filter(|k| !known.contains(k)).collect()
        };
        added(&self.lists.ours) == added(&self.lists.theirs)
    }

    /// The order that has the moves of both sides. If a side turned two items of the base
    /// round, they stand as on that side; an item that both added stands at the earlier of
    /// its two places. `None` if no order has all that.
    pub(super) fn joined(&self) -> Option<Vec<&'k K>> {
        let ThreeWay { base, ours, theirs } = &self.lists;
        if ours == theirs {
            return Some(ours.clone());
        }
        let known = set(base);
        let of_base = self.lists.as_ref().map(|list| only(list, &known));
        if let Some(order) = of_base.as_ref().trivial() {
            return Some(self.with_added(order));
        }
        if ours.len() > MAX_MOVED {
            return None;
        }
        let order = self.with_added(&joined(
            base,
            &on_both(base, &of_base.ours, &of_base.theirs),
        )?);
        // Items that both added may close a circle.
        (!has_a_turned_pair(&on_both(&order, ours, theirs))).then_some(order)
    }

    /// The order of the base, with what both sides added in it.
    pub(super) fn as_in_base(&self) -> Vec<&'k K> {
        self.with_added(&self.lists.base)
    }

    /// Puts the items that both sides added, in different orders, among those of base. Two
    /// items that both sides have in the same order come out in that order.
    fn with_added(&self, known: &[&'k K]) -> Vec<&'k K> {
        let ThreeWay { ours, theirs, .. } = &self.lists;
        let known_at = places(known);
        // For each item of a list, the last known item that it stands behind.
        let behind = |list: &[&'k K]| -> HashMap<&'k K, usize> {
            let mut last = 0;
            list.iter()
                .map(|k| {
                    last = known_at.get(k).map_or(last, |at| last.max(at + 1));
                    (*k, last)
                })
                .collect()
        };
        let groups = [behind(ours), behind(theirs)];
        let at = [places(ours), places(theirs)];
        let mut added: Vec<_> = ours
            .iter()
            .filter(|k| !known_at.contains_key(*k))
            .map(|&k| {
                // An item that moved far is sorted before those it passed.
                let (a, b) = (at[0][k], at[1][k]);
                let group = groups[0][k].min(groups[1][k]);
                (group, a.min(b), Reverse(a.max(b)), k)
            })
            .collect();
        added.sort();
        let mut added = added.into_iter().peekable();
        let mut result = Vec::with_capacity(ours.len());
        for group in 0..=known.len() {
            result.extend(group.checked_sub(1).map(|at| known[at]));
            while let Some((.., k)) = added.next_if(|(at, ..)| *at == group) {
                result.push(k);
            }
        }
        result
    }
}

/// Whether two items stand the other way round than on both ours and theirs. `at` has
/// their places there.
fn has_a_turned_pair(at: &[(usize, usize)]) -> bool {
    at.iter()
        .enumerate()
        .any(|(i, a)| at[i + 1..].iter().any(|b| a.0 > b.0 && a.1 > b.1))
}

/// The order of the items that all three have, if both sides moved some: each pair stands
/// as on the side that turned it round. `at` has the places of base's items on ours and
/// theirs. `None` if the pairs form a circle.
fn joined<'k, K>(base: &[&'k K], at: &[(usize, usize)]) -> Option<Vec<&'k K>> {
    let mut before = vec![0; base.len()];
    for (j, b) in at.iter().enumerate() {
        for (i, a) in at[..j].iter().enumerate() {
            let turned = a.0 > b.0 || a.1 > b.1;
            before[if turned { i } else { j }] += 1;
        }
    }
    // Each item's place is the number of items before it; two with the same place mean a
    // circle.
    let mut order = vec![None; base.len()];
    for (item, before) in base.iter().zip(before) {
        order[before] = Some(*item);
    }
    order.into_iter().collect()
}

/// The places of the items on ours and theirs.
fn on_both<K: Eq + Hash>(items: &[&K], ours: &[&K], theirs: &[&K]) -> Vec<(usize, usize)> {
    let (ours, theirs) = (places(ours), places(theirs));
    items.iter().map(|k| (ours[k], theirs[k])).collect()
}

/// The items of a list that are among others.
fn only<'k, K: Eq + Hash>(list: &[&'k K], others: &HashSet<&K>) -> Vec<&'k K> {
    let all = list.iter().copied();
    all.filter(|k| others.contains(k)).collect()
}

fn set<'k, K: Eq + Hash>(list: &[&'k K]) -> HashSet<&'k K> {
    list.iter().copied().collect()
}

/// The place of each item in a list.
pub(super) fn places<'k, K: Eq + Hash>(list: &[&'k K]) -> HashMap<&'k K, usize> {
    list.iter().enumerate().map(|(i, k)| (*k, i)).collect()
}

/// The members of a list that are no anchors, by the anchor that they stand behind: group
/// 0 in front of the first one, group n behind anchor n - 1.
pub(super) fn groups<'k, K: Eq + Hash + 'k, T>(
    list: impl Iterator<Item = (T, Option<&'k K>)>,
    anchors: &HashMap<&K, usize>,
) -> Vec<Vec<T>> {
    let mut groups: Vec<Vec<T>> = Vec::new();
    groups.resize_with(anchors.len() + 1, Vec::new);
    let mut group = 0;
    for (member, key) in list {
        match key.and_then(|key| anchors.get(key)) {
            Some(&anchor) => group = anchor + 1,
            None => groups[group].push(member),
        }
    }
    groups
}
