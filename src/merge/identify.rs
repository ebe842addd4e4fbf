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
mod tests;
