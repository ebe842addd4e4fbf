//! An order for merged items that does not depend on which side is which.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::ThreeWay;
use super::gap::{Row, in_gap};
use super::sequence::{has_a_turned_pair, joined};

/// Limit on the items compared pair by pair if both sides moved some; more of them stay
/// in base's order.
const MAX_MOVED: usize = 5_000;

/// Puts the kept items of three lists in one order.
///
/// The items that both sides have are the anchors. They stand in the order of the side
/// that reordered them; if both did, with the moves of both, or in base's order if no
/// order has all moves. Items that both added stand among them, at the earlier of their
/// two places. Between two anchors each side's own items keep their order; between those
/// of different sides the base's rows decide, and at one place the smaller first item.
/// The result is the same with the sides swapped.
///
/// Items are unique within each list; items that are not in `keep` are left out.
#[must_use]
pub fn order<K: Ord + Hash + Clone>(sides: ThreeWay<&[Row<K>]>, keep: &HashSet<K>) -> Vec<K> {
    let lists = sides.map(|side| {
        let items = side.iter().filter_map(Row::item);
        items.filter(|k| keep.contains(*k)).collect::<Vec<_>>()
    });
    let anchors = anchors(&lists);
    let position = positions(&anchors);
    // Group 0 stands before the first anchor, group n behind anchor n - 1.
    let (base, ours, theirs) = (
        groups(sides.base, &position),
        groups(sides.ours, &position),
        groups(sides.theirs, &position),
    );
    let all = sides.map(|side| side.iter().collect::<HashSet<_>>());

    let mut result = Vec::with_capacity(keep.len());
    for group in 0..=anchors.len() {
        if group > 0 {
            result.push(anchors[group - 1].clone());
        }
        let rows = ThreeWay::new(&base[group][..], &ours[group], &theirs[group]);
        let own = in_gap(&rows, &all, |k| keep.contains(k));
        result.extend(own.into_iter().cloned());
    }
    result
}

/// The items that both sides have, in the order on which the result is built.
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
    let base = only(&lists.base, &set(&ours));
    let in_base = set(&base);
    let moved = (only(&ours, &in_base), only(&theirs, &in_base));
    if let Some(known) = ThreeWay::new(&base, &moved.0, &moved.1).trivial() {
        return with_added(known, &ours, &theirs);
    }
    let both = (ours.len() <= MAX_MOVED)
        .then(|| joined(&base, &on_both(&base, &moved.0, &moved.1)))
        .flatten()
        .map(|known| with_added(&known, &ours, &theirs))
        // Items that both added may close a circle.
        .filter(|order| !has_a_turned_pair(&on_both(order, &ours, &theirs)));
    both.unwrap_or_else(|| with_added(&base, &ours, &theirs))
}

/// The positions of the items on ours and theirs.
fn on_both<K: Eq + Hash>(items: &[&K], ours: &[&K], theirs: &[&K]) -> Vec<(usize, usize)> {
    let (ours, theirs) = (positions(ours), positions(theirs));
    items.iter().map(|k| (ours[k], theirs[k])).collect()
}

/// Puts the items that both sides added, in different orders, among those of base. Two
/// items that both sides have in the same order come out in that order.
pub(super) fn with_added<'a, K: Ord + Hash>(
    known: &[&'a K],
    ours: &[&'a K],
    theirs: &[&'a K],
) -> Vec<&'a K> {
    let known_at = positions(known);
    // For each item of a list, the last known item that it stands behind.
    let behind = |list: &[&'a K]| -> HashMap<&'a K, usize> {
        let mut last = 0;
        list.iter()
            .map(|k| {
                last = known_at.get(k).map_or(last, |at| last.max(at + 1));
                (*k, last)
            })
            .collect()
    };
    let (groups, places) = (
        [behind(ours), behind(theirs)],
        [positions(ours), positions(theirs)],
    );
    let mut added: Vec<_> = ours
        .iter()
        .filter(|k| !known_at.contains_key(*k))
        .map(|&k| {
            // An item that moved far is sorted before those it passed.
            let (a, b) = (places[0][k], places[1][k]);
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

fn positions<'a, K: Eq + Hash>(list: &[&'a K]) -> HashMap<&'a K, usize> {
    list.iter().enumerate().map(|(i, k)| (*k, i)).collect()
}

/// A list's rows that are no anchors, grouped by the anchor that they stand behind.
fn groups<'a, K: Eq + Hash>(
    list: &'a [Row<K>],
    anchors: &HashMap<&K, usize>,
) -> Vec<Vec<&'a Row<K>>> {
    let mut groups = vec![Vec::new(); anchors.len() + 1];
    let mut group = 0;
    for row in list {
        match row.item().and_then(|item| anchors.get(item)) {
            Some(&anchor) => group = anchor + 1,
            None => groups[group].push(row),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters are items, other signs lines.
    fn run(base: &str, ours: &str, theirs: &str) -> String {
        let keys = |s: &str| {
            let row = |c: char| match c.is_alphabetic() {
                true => Row::Item(c),
                false => Row::Line(c),
            };
            s.chars().map(row).collect::<Vec<_>>()
        };
        let (b, o, t) = (keys(base), keys(ours), keys(theirs));
        let keep: HashSet<char> = o
            .iter()
            .chain(&t)
            .filter(|k| !b.contains(k) || (o.contains(k) && t.contains(k)))
            .filter_map(Row::item)
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
        assert_eq!(run("AB", "AS", "ABC"), "ASC");
        assert_eq!(run("ABC", "AC", "AB"), "A");
    }

    #[test]
    fn a_replaced_item_leaves_the_new_one_in_its_place() {
        assert_eq!(run("abc", "zbc", "axc"), "zxc");
        assert_eq!(run("abc", "axc", "zbc"), "zxc");
        assert_eq!(run("abcd", "zbcd", "abxd"), "zbxd");
        // Beside one that stayed.
        assert_eq!(run("ab", "zab", "xb"), "zxb");
        assert_eq!(run("ab", "azb", "xb"), "xzb");
        // All of three, against the one between.
        assert_eq!(run("abcd", "zyxd", "aucd"), "zuyxd");
        // Of two that became one nobody can tell which it is.
        assert_eq!(run("abcd", "zd", "aucd"), "zud");
        assert_eq!(run("ab", "ca", "bd"), "cd");
    }

    #[test]
    fn what_stands_below_a_line_stays_below_it() {
        assert_eq!(run("a#d", "axm#d", "a#cd"), "axmcd");
        assert_eq!(run("a #d", "a =m #d", "a #cd"), "amcd");
        // A blank line goes with what follows it.
        assert_eq!(run("a d", "a m d", "a cd"), "amcd");
        // A line above begins something new.
        assert_eq!(run("a #d", "az #d", "a =m #d"), "azmd");
        assert_eq!(run("a #d", "az =n #d", "a =m #d"), "azmnd");
        // Behind the last item.
        assert_eq!(run("a #", "az #", "a #b"), "azb");
        // In the place of an edited line.
        assert_eq!(run("a#d", "a=cd", "axm#d"), "axmcd");
    }

    #[test]
    fn one_sides_order_is_kept() {
        assert_eq!(run("ABC", "CBA", "ABCD"), "CDBA");
        // Nothing is agreed on: by code point.
        assert_eq!(run("", "ba", "ab"), "ab");
    }

    #[test]
    fn moves_of_both_sides_are_kept_where_one_order_has_them() {
        assert_eq!(run("ABCDE", "BACDE", "ABCED"), "BACED");
        // What both moved alike stays moved, whatever else one of them did.
        assert_eq!(run("ABCDE", "BACDE", "BACED"), "BACED");
        assert_eq!(run("ABC", "CBA", "BCA"), "CBA");
        // In a circle: A behind B, B behind C, and A before C.
        assert_eq!(run("ABC", "BAC", "ACB"), "ABC");
    }

    #[test]
    fn what_both_added_at_different_places_stands_once_at_the_earlier() {
        assert_eq!(run("AB", "xAB", "ABx"), "xAB");
        assert_eq!(run("AB", "AxyB", "AByx"), "AxyB");
        assert_eq!(run("", "xAB", "AByx"), "xABy");
        assert_eq!(run("", "zabc", "abcz"), "zabc");
    }

    #[test]
    fn what_both_added_in_one_order_keeps_it_whatever_else_moved() {
        assert_eq!(run("", "dtpc", "dptc"), "dptc");
        assert_eq!(run("", "ztpc", "zptc"), "zptc");
        assert_eq!(run("A", "AzyxB", "AzxyB"), "AzxyB");
        assert_eq!(run("AB", "BzyA", "ABzy"), "BzyA");
        assert_eq!(run("ABC", "CBAuv", "AuBCv"), "CBAuv");
        // Own additions stay beside what they stand behind.
        assert_eq!(run("", "dtTpc", "dpPtc"), "dpPtTc");
    }

    #[test]
    fn two_items_in_one_order_on_both_sides_come_out_in_it() {
        // All orders of five items against all, the first of which may be base's.
        let all = permutations(5);
        for ours in &all {
            for theirs in &all {
                for known in 0..=5 {
                    let base: String = ('a'..'f').take(known).collect();
                    let merged = run(&base, ours, theirs);
                    let at = |s: &str, k: char| s.find(k).unwrap();
                    let pair = |s: &str, x, y| at(s, x) < at(s, y);
                    let own = |s: &str| s.chars().filter(|k| base.contains(*k)).collect::<String>();
                    // Where both moved what base has, in a circle, base's order stands.
                    let moved = own(ours) != base && own(theirs) != base;
                    if moved && own(ours) != own(theirs) && own(&merged) == base {
                        continue;
                    }
                    for (x, y) in ('a'..'f').flat_map(|x| ('a'..'f').map(move |y| (x, y))) {
                        if pair(ours, x, y) && pair(theirs, x, y) {
                            assert!(pair(&merged, x, y), "{base} {ours} {theirs}");
                        }
                    }
                }
            }
        }
    }

    fn permutations(n: usize) -> Vec<String> {
        let mut all = vec![String::new()];
        for k in ('a'..).take(n) {
            all = all
                .iter()
                .flat_map(|p| (0..=p.len()).map(move |at| format!("{}{k}{}", &p[..at], &p[at..])))
                .collect();
        }
        all
    }
}
