//! Matching the items of an edited list with those of the list before.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// Limit on a stretch that is searched for similar items: items before times items now.
/// Nobody edits and inserts more in one place by hand.
const MAX_PAIRS: usize = 40_000;

/// The shares, in thousandths, above which an item counts as edited, and as edited and
/// moved: then one line in three may differ.
const HALF: u32 = 500;
const MOSTLY: u32 = 660;

/// The similarity of two different items, by index into base and side.
pub trait Alike {
    /// The share, in thousandths, of one item that is in the other.
    fn share(&self, base: usize, side: usize) -> u32;
    /// The same for two items between the same unmoved items, for which less may be
    /// enough.
    fn near(&self, base: usize, side: usize) -> u32 {
        self.share(base, side)
    }
    /// Whether one may be the other edited, if they have the same place.
    fn in_place(&self, base: usize, side: usize) -> bool;
}

/// For each item of `side`, the item of `base` that it is: unchanged, at the same place
/// or another, or edited. Edited items are, between two unmoved items, those that are at
/// least half alike, or two thirds in another order; then, if both have as many left
/// there, those at the same place; and at any place, those that are two thirds alike.
///
/// Where items are equal, the shortest way to the new list may put an item in here and take
/// one out there, for an edit between them. If an edit of each item at its place costs no
/// more, that is what it was.
///
/// An item known to be `added` is not an edited one. No item of `base` is matched twice,
/// and the result depends on the arguments alone.
#[must_use]
pub fn identify<K: Hash + Ord>(
    base: &[K],
    side: &[K],
    alike: &dyn Alike,
    added: &[bool],
) -> Vec<Option<usize>> {
    let script = capture_diff_slices(Algorithm::Myers, base, side);
    let kept = script.iter().map(|op| match op {
        DiffOp::Equal { len, .. } => *len,
        _ => 0,
    });
    if !added.contains(&true) && is_edited_in_place(base, side, alike, kept.sum()) {
        return (0..base.len()).map(Some).collect();
    }
    let mut found = vec![None; side.len()];
    let mut free: Vec<bool> = vec![true; base.len()];
    let mut gaps: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    let (mut b, mut s) = (0, 0);
    for op in script {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        {
            gaps.push((b..old_index, s..new_index));
            for i in 0..len {
                found[new_index + i] = Some(old_index + i);
                free[old_index + i] = false;
            }
            (b, s) = (old_index + len, new_index + len);
        }
    }
    gaps.push((b..base.len(), s..side.len()));
    moved(base, side, &mut found, &mut free);
    for (before, now) in gaps {
        let before: Vec<usize> = before.filter(|&i| free[i]).collect();
        let now: Vec<usize> = now.filter(|&i| found[i].is_none() && !added[i]).collect();
        for (i, j) in edited(&before, &now, alike) {
            found[j] = Some(i);
            free[i] = false;
        }
    }
    let before: Vec<usize> = (0..base.len()).filter(|&i| free[i]).collect();
    let now: Vec<usize> = (0..side.len())
        .filter(|&i| found[i].is_none() && !added[i])
        .collect();
    for (i, j) in moved_and_edited(&before, &now, &|i, j| alike.share(i, j)) {
        found[j] = Some(i);
    }
    found
}

/// Whether a list with equal items was edited at its places alone: no more of them differ than
/// the shortest script, which leaves `kept` items, takes out.
fn is_edited_in_place<K: Hash + Ord>(
    base: &[K],
    side: &[K],
    alike: &dyn Alike,
    kept: usize,
) -> bool {
    let places = 0..base.len();
    if base.len() != side.len() {
        return false;
    }
    let differ: Vec<usize> = places.filter(|&at| base[at] != side[at]).collect();
    if differ.len() > base.len() - kept {
        return false;
    }
    let (before, now) = (counts(base), counts(side));
    let has_moved = |at: &usize| before[&base[*at]] == 1 && now.get(&base[*at]) == Some(&1);
    (before.len() < base.len() || now.len() < side.len())
        && !differ.iter().any(has_moved)
        && differ.iter().all(|&at| alike.in_place(at, at))
}

/// How often each item stands in a list.
fn counts<K: Hash + Eq>(list: &[K]) -> HashMap<&K, usize> {
    let mut counts = HashMap::new();
    for item in list {
        *counts.entry(item).or_default() += 1;
    }
    counts
}

/// Matches items that went at one place and came at another, once each.
fn moved<K: Hash + Ord>(base: &[K], side: &[K], found: &mut [Option<usize>], free: &mut [bool]) {
    let once = |list: &mut dyn Iterator<Item = (usize, _)>| {
        let mut places: HashMap<_, Option<usize>> = HashMap::new();
        for (at, item) in list {
            let place = places.entry(item);
            place.and_modify(|at| *at = None).or_insert(Some(at));
        }
        places
    };
    let went = once(&mut base.iter().enumerate().filter(|(i, _)| free[*i]));
    let came = once(&mut side.iter().enumerate().filter(|(i, _)| found[*i].is_none()));
    for (item, to) in came {
        if let (Some(to), Some(Some(from))) = (to, went.get(item)) {
            found[to] = Some(*from);
            free[*from] = false;
        }
    }
}

/// The pairs of items of a stretch that are edited ones: in order, in another one, and
/// those at one place.
fn edited(before: &[usize], now: &[usize], alike: &dyn Alike) -> Vec<(usize, usize)> {
    let mut in_order = most_alike(before, now, alike);
    let mut found: Vec<(usize, usize)> = in_order
        .iter()
        .map(|(i, j)| (before[*i], now[*j]))
        .collect();
    let old = |found: &[(usize, usize)]| found.iter().map(|(i, _)| *i).collect::<HashSet<_>>();
    let new = |found: &[(usize, usize)]| found.iter().map(|(_, j)| *j).collect::<HashSet<_>>();
    let rest = |list: &[usize], found: &HashSet<usize>| -> Vec<usize> {
        let all = list.iter().copied();
        all.filter(|i| !found.contains(i)).collect()
    };
    let left = (rest(before, &old(&found)), rest(now, &new(&found)));
    found.extend(moved_and_edited(&left.0, &left.1, &|i, j| alike.near(i, j)));
    let (old, new) = (old(&found), new(&found));
    in_order.push((before.len(), now.len()));
    let (mut b, mut n) = (0, 0);
    for (i, j) in in_order {
        let (before, now) = (rest(&before[b..i], &old), rest(&now[n..j], &new));
        if before.len() == now.len() {
            let by_place = before.into_iter().zip(now);
            found.extend(by_place.filter(|(i, j)| alike.in_place(*i, *j)));
        }
        (b, n) = (i + 1, j + 1);
    }
    found
}

/// The pairs that share most of what they have, and with nothing else as much.
fn moved_and_edited(
    before: &[usize],
    now: &[usize],
    share: &dyn Fn(usize, usize) -> u32,
) -> Vec<(usize, usize)> {
    if before.len() * now.len() > MAX_PAIRS {
        return Vec::new();
    }
    // The most that each has with any, and whether with one alone.
    let mut most = (vec![(0, 0); before.len()], vec![(0, 0); now.len()]);
    let count = |most: &mut (u32, usize), share: u32, with: usize| match share.cmp(&most.0) {
        Ordering::Greater => *most = (share, with),
        Ordering::Equal => most.1 = usize::MAX,
        Ordering::Less => {}
    };
    for (i, b) in before.iter().enumerate() {
        for (j, n) in now.iter().enumerate() {
            let share = share(*b, *n);
            count(&mut most.0[i], share, j);
            count(&mut most.1[j], share, i);
        }
    }
    let pairs = most.0.iter().enumerate().filter(|(i, (share, j))| {
        *share >= MOSTLY && most.1.get(*j).is_some_and(|(_, with)| with == i)
    });
    pairs.map(|(i, (_, j))| (before[i], now[*j])).collect()
}

/// The pairs, in order, that share the most of all, as far as no other choice shares as
/// much: of two items that are as much alike nobody can tell which one was edited.
fn most_alike(before: &[usize], now: &[usize], alike: &dyn Alike) -> Vec<(usize, usize)> {
    let (rows, columns) = (before.len(), now.len());
    if rows == 0 || columns == 0 || rows * columns > MAX_PAIRS {
        return Vec::new();
    }
    let mut shares = Shares::of(before, now, alike);
    let (most, mut pairs) = shares.best();
    if rows != columns || pairs.len() != rows {
        pairs.retain(|&(i, j)| {
            let share = std::mem::take(&mut shares.of[i * columns + j]);
            let (other, _) = shares.best();
            shares.of[i * columns + j] = share;
            other < most
        });
    }
    pairs
}

/// The shares of each pair of some items and others, if they are large enough.
struct Shares {
    rows: usize,
    columns: usize,
    of: Vec<u32>,
}

impl Shares {
    fn of(before: &[usize], now: &[usize], alike: &dyn Alike) -> Self {
        let all = before.iter().flat_map(|b| now.iter().map(|n| (*b, *n)));
        let enough = |share: u32| if share >= HALF { share } else { 0 };
        Self {
            rows: before.len(),
            columns: now.len(),
            of: all.map(|(b, n)| enough(alike.near(b, n))).collect(),
        }
    }

    /// The greatest sum of shares in order, and pairs that have it.
    fn best(&self) -> (u32, Vec<(usize, usize)>) {
        let (rows, columns) = (self.rows, self.columns);
        // The best sum for what stands behind each pair of places.
        let at = |i: usize, j: usize| i * (columns + 1) + j;
        let mut best = vec![0; (rows + 1) * (columns + 1)];
        for i in (0..rows).rev() {
            for j in (0..columns).rev() {
                let paired = match self.of[i * columns + j] {
                    0 => 0,
                    share => share + best[at(i + 1, j + 1)],
                };
                best[at(i, j)] = paired.max(best[at(i + 1, j)]).max(best[at(i, j + 1)]);
            }
        }
        let mut pairs = Vec::new();
        let (mut i, mut j) = (0, 0);
        while i < rows && j < columns {
            let share = self.of[i * columns + j];
            if share > 0 && best[at(i, j)] == share + best[at(i + 1, j + 1)] {
                pairs.push((i, j));
                (i, j) = (i + 1, j + 1);
            } else if best[at(i, j)] == best[at(i + 1, j)] {
                i += 1;
            } else {
                j += 1;
            }
        }
        (best[0], pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words are alike by their letters in place; those of one letter are anything.
    struct Letters<'a>(&'a [&'a str], &'a [&'a str]);

    impl Alike for Letters<'_> {
        fn share(&self, base: usize, side: usize) -> u32 {
            let (a, b) = (self.0[base], self.1[side]);
            let same = a.chars().zip(b.chars()).filter(|(a, b)| a == b).count();
            // 1000 at most.
            (2000 * same / (a.len() + b.len())) as u32
        }

        fn in_place(&self, base: usize, side: usize) -> bool {
            self.0[base].len() == 1 || self.share(base, side) > 0
        }
    }

    fn run(base: &str, side: &str) -> String {
        let split = |s: &'static str| s.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>();
        let (base, side) = (split(base.to_owned().leak()), split(side.to_owned().leak()));
        let found = identify(
            &base,
            &side,
            &Letters(&base, &side),
            &vec![false; side.len()],
        );
        let names = found.iter().map(|i| i.map_or("-", |i| base[i]));
        names.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_stayed_or_moved_is_itself() {
        assert_eq!(run("a b c", "a x b c"), "a - b c");
        assert_eq!(run("a b c", "c a b"), "c a b");
        assert_eq!(run("a b", "a b a"), "a b -");
    }

    #[test]
    fn an_edited_item_is_found_beside_inserted_ones() {
        assert_eq!(run("quay moor", "gull quai moor"), "- quay moor");
        assert_eq!(run("quay moor", "quai gull moor"), "quay - moor");
        assert_eq!(run("quay moor", "quai moos"), "quay moor");
        assert_eq!(run("quay", "gull fens"), "- -");
        // As much alike as one another.
        assert_eq!(run("quay quab", "quax"), "-");
        assert_eq!(run("quay", "quax quab"), "- -");
        assert_eq!(run("quay quab", "quax quad"), "quay quab");
    }

    #[test]
    fn half_of_an_item_is_enough_between_items_that_stayed() {
        assert_eq!(run("quay", "gull quxx"), "- quay");
        assert_eq!(run("quay", "gull qxxx"), "- -");
        assert_eq!(run("quay moor", "quai gull moxx"), "quay - moor");
        assert_eq!(run("quay moor fens", "moxx fexx"), "moor fens");
        assert_eq!(
            run("quay moor fens", "gull quxx bird moxx lamp fexx"),
            "- quay - moor - fens"
        );
        // Of two that are half alike it is the one that is more so.
        assert_eq!(run("harbours", "harboxxx harbzzzz"), "harbours -");
        assert_eq!(run("harbours harbzzzz", "harboxxx"), "harbours");
        // Two that changed places are no more alike than one.
        assert_eq!(run("quay bird moor", "moxx quxx"), "- -");
        // All together share the most, in order.
        assert_eq!(run("quay moor", "moxx quxx moox"), "- quay moor");
        // And two thirds at another place.
        assert_eq!(run("quay gull", "gull quxx"), "gull -");
        // Of one pair nobody can tell, and the others stand.
        assert_eq!(
            run("quay moor fens fent", "quai gull moxx fenx"),
            "quay - moor -"
        );
        assert_eq!(run("fens quay quab", "quax bird moor"), "- - -");
    }

    #[test]
    fn the_place_counts_behind_an_edited_item_and_behind_many_that_stayed() {
        assert_eq!(run("quay z", "quai y"), "quay z");
        assert_eq!(run("m n o a b c z e", "u v w a b c y e"), "m n o a b c z e");
        // What stood there before and moved is none that is left.
        assert_eq!(run("a m n x", "m n a y"), "m n a x");
        assert_eq!(run("quay moor quax", "moor quax quai"), "moor quax quay");
    }

    #[test]
    fn an_item_that_moved_and_was_edited_is_found_if_no_other_is_as_much_alike() {
        assert_eq!(run("quay moor fens", "moor fens quai"), "moor fens quay");
        assert_eq!(
            run("quay moor fens", "moor quai fens quab"),
            "moor - fens -"
        );
        assert_eq!(run("quay moor fens", "moor fens gull"), "moor fens -");
    }

    #[test]
    fn two_that_were_turned_round_and_edited_are_told_by_what_they_share() {
        assert_eq!(run("quay moor", "moos quai"), "moor quay");
        assert_eq!(run("quay a moor", "moos x quai"), "moor a quay");
    }

    #[test]
    fn where_as_many_are_left_the_place_counts() {
        assert_eq!(run("a b c", "x b y"), "a b c");
        assert_eq!(run("a b", "x y"), "a b");
        assert_eq!(run("a b", "x"), "-");
        assert_eq!(run("quay", "fens"), "-");
    }

    #[test]
    fn of_equal_items_one_that_is_another_at_its_place_was_edited() {
        assert_eq!(run("n n n n", "y n n n"), "n n n n");
        assert_eq!(run("a b a b", "a b b b"), "a b a b");
        // One that was taken out here and put in there.
        assert_eq!(run("a b a c", "b a c d"), "b a c -");
        assert_eq!(run("a a b", "a b c"), "a b -");
        // Two that changed their places.
        assert_eq!(run("h c c p", "p c c h"), "p c c h");
    }

    #[test]
    fn equal_items_before_or_now_are_enough_for_an_edit_at_its_place() {
        assert_eq!(run("n n", "y n"), "n n");
        assert_eq!(run("n n", "n y"), "n n");
        assert_eq!(run("a b c", "a a c"), "a b c");
        assert_eq!(run("a b c", "b b c"), "a b c");
        // One that stood once, and is like the others now.
        assert_eq!(run("n y n n", "n n n n"), "n y n n");
    }

    #[test]
    fn equal_items_are_no_edit_at_its_place_if_that_says_less() {
        // One alone that changed its place says more.
        assert_eq!(run("a a b b", "a b b a"), "a b b a");
        // One that stood once changed its place, and another one came.
        assert_eq!(run("h c c p", "p c c x"), "p c c -");
        // Another one is no edit, be it beside one that may be.
        assert_eq!(run("quay n n", "fens n n"), "- n n");
        assert_eq!(run("quay n a n", "fens y a n"), "- n a n");
    }
}
