//! The order of what two sides have between two items that both have.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::ThreeWay;

/// A row of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Row<K> {
    /// An item.
    Item(K),
    /// A line between the items: a comment, or a blank line.
    Line(K),
}

impl<K> Row<K> {
    /// The item, if it is one.
    pub const fn item(&self) -> Option<&K> {
        match self {
            Self::Item(item) => Some(item),
            Self::Line(_) => None,
        }
    }
}

/// Puts the rows that the sides have at one place in one order, and gives back the items
/// that `is_own` accepts.
///
/// Where the base has rows there, they tell which of two items comes first: an item stands
/// between those that its side still has, and in the place of one that it replaced. Of
/// those at one place the ones with no line of their own above come first, as the line
/// begins something new; then the side's whose first one is smaller.
///
/// `all` has the rows of the whole lists.
pub(super) fn in_gap<'a, K: Ord + Hash>(
    rows: &ThreeWay<&[&'a Row<K>]>,
    all: &ThreeWay<HashSet<&Row<K>>>,
    is_own: impl Fn(&K) -> bool,
) -> Vec<&'a K> {
    let own = |side: &[&'a Row<K>]| -> Vec<&'a K> {
        let items = side.iter().filter_map(|row| row.item());
        items.filter(|item| is_own(item)).collect()
    };
    let alone = (own(rows.ours), own(rows.theirs));
    if alone.0.is_empty() || alone.1.is_empty() {
        return [alone.0, alone.1].concat();
    }
    let mut runs: Vec<(Place, Vec<&'a K>)> = Vec::new();
    for (side, all) in [(rows.ours, &all.ours), (rows.theirs, &all.theirs)] {
        let mut last = None;
        for (place, row) in places(rows.base, side, all).into_iter().zip(side) {
            let Row::Item(item) = row else { continue };
            if !is_own(item) {
                continue;
            }
            match runs.last_mut() {
                Some((_, run)) if last == Some(place) => run.push(item),
                _ => runs.push((place, vec![item])),
            }
            last = Some(place);
        }
    }
    runs.sort();
    runs.into_iter().flat_map(|(_, run)| run).collect()
}

/// The place of a row: behind how many rows of the base and as many gaps between them,
/// and whether it is, or stands below, a line that the base does not have there.
type Place = (usize, bool);

fn places<K: Ord + Hash>(base: &[&Row<K>], side: &[&Row<K>], all: &HashSet<&Row<K>>) -> Vec<Place> {
    if side.is_empty() {
        return Vec::new();
    }
    let mut was = still_there(base, side);
    let mut found = Vec::with_capacity(side.len());
    let (mut behind, mut at) = (0, 0);
    while at < side.len() {
        if let Some(known) = was[at] {
            found.push((2 * known + 1, false));
            (behind, at) = (known + 1, at + 1);
            continue;
        }
        let end = (at..side.len())
            .find(|&i| was[i].is_some())
            .unwrap_or(side.len());
        let until = was.get(end).copied().flatten().unwrap_or(base.len());
        let missing: Vec<usize> = (behind..until)
            .filter(|&i| !all.contains(base[i]))
            .collect();
        let new: Vec<usize> = (at..end).collect();
        for (from, to) in replaced(base, &missing, side, &new) {
            was[to] = Some(from);
        }
        let mut below_new = false;
        for i in new {
            if let Some(known) = was[i] {
                found.push((2 * known + 1, false));
                (behind, below_new) = (known + 1, false);
            } else {
                below_new |= matches!(side[i], Row::Line(_));
                found.push((2 * behind, below_new));
            }
        }
        at = end;
    }
    found
}

/// The rows of the base, between two that a side still has, in whose place new ones
/// stand: items where they are as many, and lines alike; or one kind in the place of the
/// other, as where an entry is commented out or put to use.
fn replaced<K>(
    base: &[&Row<K>],
    missing: &[usize],
    side: &[&Row<K>],
    new: &[usize],
) -> Vec<(usize, usize)> {
    let of = |kind: bool| -> Vec<(usize, usize)> {
        let is_of = |row: &Row<K>| row.item().is_some() == kind;
        let missing = missing.iter().copied().filter(|&i| is_of(base[i]));
        let new = new.iter().copied().filter(|&i| is_of(side[i]));
        match missing.clone().count() == new.clone().count() {
            true => missing.zip(new).collect(),
            false => Vec::new(),
        }
    };
    let are = |kind: bool, rows: &[&Row<K>], at: &[usize]| {
        at.iter().all(|&i| rows[i].item().is_some() == kind)
    };
    let turned = |from| are(from, base, missing) && are(!from, side, new);
    if missing.len() == new.len() && (turned(true) || turned(false)) {
        return missing.iter().copied().zip(new.iter().copied()).collect();
    }
    let items = of(true);
    let mut all = [items.clone(), of(false)].concat();
    all.sort_unstable();
    match all.is_sorted_by_key(|(_, new)| *new) {
        true => all,
        false => items,
    }
}

/// For each row of a side, the row of the base that it is, in rising order.
fn still_there<K: Ord + Hash>(base: &[&Row<K>], side: &[&Row<K>]) -> Vec<Option<usize>> {
    let mut before = all_places(base);
    let now = all_places(side);
    let once = |row: &&Row<K>| match (now[row].len(), before.get(row).map(Vec::as_slice)) {
        (1, Some([place])) => Some(*place),
        _ => None,
    };
    let mut was: Vec<Option<usize>> = side.iter().map(once).collect();
    keep_rising(&mut was);
    // The place behind the last known row above each one.
    let mut from = 0;
    let above = was.iter().map(|known| {
        let above = from;
        from = known.map_or(from, |known| known + 1);
        above
    });
    let above: Vec<usize> = above.collect();
    // Lines that stand there more than once, blank ones above all, go with what follows
    // them.
    let mut until = base.len();
    for at in (0..side.len()).rev() {
        if let Some(known) = was[at] {
            until = known;
        } else if let (Row::Line(_), Some(free)) = (side[at], before.get_mut(&side[at])) {
            while free.last().is_some_and(|&last| last >= until) {
                free.pop();
            }
            was[at] = free.last().copied().filter(|&last| last >= above[at]);
            until = was[at].unwrap_or(until);
        }
    }
    was
}

fn all_places<'a, K: Eq + Hash>(rows: &[&'a Row<K>]) -> HashMap<&'a Row<K>, Vec<usize>> {
    let mut all: HashMap<_, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        all.entry(*row).or_default().push(at);
    }
    all
}

/// Leaves the longest rising sequence of the places.
fn keep_rising(places: &mut [Option<usize>]) {
    // The place that ends the best sequence of each length, with its index, and for each
    // index the one before it in its sequence.
    let mut ends: Vec<(usize, usize)> = Vec::new();
    let mut before = vec![None; places.len()];
    for (at, place) in places.iter().enumerate() {
        let Some(place) = *place else { continue };
        let len = ends.partition_point(|(end, _)| *end < place);
        before[at] = len.checked_sub(1).map(|last| ends[last].1);
        match ends.get_mut(len) {
            Some(end) => *end = (place, at),
            None => ends.push((place, at)),
        }
    }
    let mut kept = vec![false; places.len()];
    let mut at = ends.last().map(|(_, at)| *at);
    while let Some(i) = at {
        kept[i] = true;
        at = before[i];
    }
    for (place, kept) in places.iter_mut().zip(kept) {
        *place = place.filter(|_| kept);
    }
}
