//! An order for merged items that does not depend on which side is which.

use std::collections::HashSet;
use std::hash::Hash;

use super::ThreeWay;
use super::anchors::{Anchors, groups, places};
use super::gap::{Row, in_gap};

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
    let anchors = Anchors::of(&lists);
    let anchors = anchors.joined().unwrap_or_else(|| anchors.as_in_base());
    let at = places(&anchors);
    let between = sides.map(|side| groups(side.iter().map(|row| (row, row.item())), &at));
    let all = sides.map(|side| side.iter().collect::<HashSet<_>>());

    let mut result = Vec::with_capacity(keep.len());
    for group in 0..=anchors.len() {
        if group > 0 {
            result.push(anchors[group - 1].clone());
        }
        let rows = between.as_ref().map(|groups| &groups[group][..]);
        let own = in_gap(&rows, &all, |k| keep.contains(k));
        result.extend(own.into_iter().cloned());
    }
    result
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
