//! An order for merged items that does not depend on which side is which.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::ThreeWay;

/// Puts the kept items of three lists in one order.
///
/// What both sides have are anchors: in the order of the side that reordered
/// them, in base's order if both did. Between two anchors each side's own items
/// keep their order, and the side whose first one is smaller goes first. The
/// result is the same with the sides swapped.
///
/// Items are unique within each list; items that are not in `keep` are left out.
#[must_use]
pub fn order<K: Ord + Hash + Clone>(sides: ThreeWay<&[K]>, keep: &HashSet<K>) -> Vec<K> {
    let lists = sides.map(|side| {
        side.iter()
            .filter(|k| keep.contains(*k))
            .collect::<Vec<_>>()
    });
    let anchors = anchors(&lists);
    let position: HashMap<&K, usize> = anchors.iter().enumerate().map(|(i, k)| (*k, i)).collect();

    // Group 0 stands before the first anchor, group n behind anchor n - 1.
    let mut ours = groups(&lists.ours, &position);
    let mut theirs = groups(&lists.theirs, &position);
    settle_shared(&mut ours, &mut theirs);

    let mut result = Vec::with_capacity(keep.len());
    for group in 0..=anchors.len() {
        if group > 0 {
            result.push(anchors[group - 1].clone());
        }
        result.extend(join(&ours[group], &theirs[group]).into_iter().cloned());
    }
    result
}

/// The items on whose order the result is built.
fn anchors<'a, K: Ord + Hash>(lists: &ThreeWay<Vec<&'a K>>) -> Vec<&'a K> {
    let only = |list: &[&'a K], others: &HashSet<&K>| -> Vec<&'a K> {
        list.iter()
            .copied()
            .filter(|k| others.contains(k))
            .collect()
    };
    let set = |list: &[&'a K]| -> HashSet<&'a K> { list.iter().copied().collect() };
    let ours = only(&lists.ours, &set(&lists.theirs));
    let theirs = only(&lists.theirs, &set(&lists.ours));
    if ours == theirs {
        return ours;
    }
    // What both added, at different places, is no anchor.
    let base = only(&lists.base, &set(&ours));
    let in_base = set(&base);
    let (ours, theirs) = (only(&ours, &in_base), only(&theirs, &in_base));
    ThreeWay::new(&base, &ours, &theirs)
        .trivial()
        .unwrap_or(&base)
        .clone()
}

/// A side's own items by the anchor they stand behind.
fn groups<'a, K: Eq + Hash>(list: &[&'a K], anchors: &HashMap<&K, usize>) -> Vec<Vec<&'a K>> {
    let mut groups = vec![Vec::new(); anchors.len() + 1];
    let mut group = 0;
    for key in list {
        match anchors.get(key) {
            Some(&anchor) => group = anchor + 1,
            None => groups[group].push(*key),
        }
    }
    groups
}

/// An item that both sides added in different groups stands in the earlier one.
fn settle_shared<K: Eq + Hash>(ours: &mut [Vec<&K>], theirs: &mut [Vec<&K>]) {
    fn places<'a, K: Eq + Hash>(groups: &[Vec<&'a K>]) -> HashMap<&'a K, usize> {
        groups
            .iter()
            .enumerate()
            .flat_map(|(i, g)| g.iter().map(move |k| (*k, i)))
            .collect()
    }
    let (in_ours, in_theirs) = (places(ours), places(theirs));
    for (i, group) in ours.iter_mut().enumerate() {
        group.retain(|k| in_theirs.get(k).is_none_or(|&j| i <= j));
    }
    for (i, group) in theirs.iter_mut().enumerate() {
        group.retain(|k| in_ours.get(k).is_none_or(|&j| i <= j));
    }
}

/// Both sides' items of one group.
fn join<'a, K: Ord + Hash>(ours: &[&'a K], theirs: &[&'a K]) -> Vec<&'a K> {
    let in_theirs: HashSet<&K> = theirs.iter().copied().collect();
    let in_ours: HashSet<&K> = ours.iter().copied().collect();
    let shared: Vec<&K> = ours
        .iter()
        .copied()
        .filter(|k| in_theirs.contains(k))
        .collect();
    if !theirs
        .iter()
        .filter(|k| in_ours.contains(*k))
        .eq(shared.iter())
    {
        let mut all: Vec<&K> = ours.iter().chain(theirs).copied().collect();
        all.sort();
        all.dedup();
        return all;
    }
    let mut result = Vec::new();
    let is_shared: HashSet<&K> = shared.iter().copied().collect();
    let mut left = ours.split(|k| is_shared.contains(k));
    let mut right = theirs.split(|k| is_shared.contains(k));
    for i in 0..=shared.len() {
        // Both are split at the same shared items, so each has a part for every gap.
        let (a, b) = (left.next().unwrap_or(&[]), right.next().unwrap_or(&[]));
        let (first, second) = if b.first() < a.first() && !b.is_empty() || a.is_empty() {
            (b, a)
        } else {
            (a, b)
        };
        result.extend(first.iter().chain(second).copied());
        result.extend(shared.get(i));
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(base: &str, ours: &str, theirs: &str) -> String {
        let keys = |s: &str| s.chars().collect::<Vec<_>>();
        let (b, o, t) = (keys(base), keys(ours), keys(theirs));
        let keep: HashSet<char> = o
            .iter()
            .chain(&t)
            .filter(|k| !b.contains(k) || (o.contains(k) && t.contains(k)))
            .copied()
            .collect();
        let merged = order(ThreeWay::new(&b[..], &o, &t), &keep);
        assert_eq!(
            merged,
            order(ThreeWay::new(&b[..], &t, &o), &keep),
            "swapped"
        );
        assert_eq!(merged.len(), keep.len());
        merged.into_iter().collect()
    }

    #[test]
    fn additions_stand_behind_their_anchor_smaller_first() {
        assert_eq!(run("A", "AC", "AD"), "ACD");
        assert_eq!(run("A", "AZ", "AD"), "ADZ");
        assert_eq!(run("AB", "AxB", "ABy"), "AxBy");
        assert_eq!(run("", "ba", "dc"), "badc");
        assert_eq!(run("AB", "NAB", "MAB"), "MNAB");
    }

    #[test]
    fn removed_items_leave_their_neighbours_in_place() {
        assert_eq!(run("AB", "AS", "ABC"), "ACS");
        assert_eq!(run("ABC", "AC", "AB"), "A");
    }

    #[test]
    fn one_sides_order_is_kept() {
        assert_eq!(run("ABC", "CBA", "ABCD"), "CDBA");
        assert_eq!(run("ABC", "CBA", "BCA"), "ABC");
        // Nothing is agreed on: by code point.
        assert_eq!(run("", "xAB", "AByx"), "ABxy");
    }

    #[test]
    fn what_both_added_at_different_places_stands_once_at_the_earlier() {
        assert_eq!(run("AB", "xAB", "ABx"), "xAB");
        assert_eq!(run("AB", "AxyB", "AByx"), "AxyB");
    }
}
