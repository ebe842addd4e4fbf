//! Three-way merging of lists whose order means something.

use std::collections::HashMap;
use std::hash::Hash;

use super::ThreeWay;
use super::order::with_added;

/// A stretch of three lists, by index into each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chunk {
    /// An item that both sides have; the base has it, too, unless both added it.
    Same(ThreeWay<Option<usize>>),
    /// The stretch between two such items, if it is not empty: items that only one side
    /// has, and items that a side removed.
    Changed(ThreeWay<Vec<usize>>),
}

/// Cuts three lists at the items that both sides have, in the order that joins both
/// sides' moves: if a side turned two items of the base round, they stand as on that
/// side, and an item that both added stands at the earlier of its two places. Any other
/// item of a list stays behind the item that it follows there. `None` if no order joins
/// the moves.
///
/// Items are unique within each list. The result is the same with the sides swapped.
#[must_use]
pub fn sequence<K: Hash + Ord>(sides: ThreeWay<&[K]>) -> Option<Vec<Chunk>> {
    let places = sides.map(places);
    let anchors = anchors(&sides, &places)?;
    let at = anchors
        .iter()
        .map(|k| places.as_ref().map(|side| side.get(k).copied()));
    let at: Vec<ThreeWay<Option<usize>>> = at.collect();
    let behind = ThreeWay::new(
        behind(at.iter().map(|at| at.base), sides.base.len()),
        behind(at.iter().map(|at| at.ours), sides.ours.len()),
        behind(at.iter().map(|at| at.theirs), sides.theirs.len()),
    );
    let between = |group: usize| {
        let items = behind.as_ref().map(|groups| groups[group].clone());
        let all = [&items.base, &items.ours, &items.theirs];
        let any = all.iter().any(|items| !items.is_empty());
        any.then_some(Chunk::Changed(items))
    };
    let mut chunks = Vec::new();
    chunks.extend(between(0));
    for (i, at) in at.iter().enumerate() {
        chunks.push(Chunk::Same(*at));
        chunks.extend(between(i + 1));
    }
    Some(chunks)
}

type Places<'k, K> = HashMap<&'k K, usize>;

fn places<K: Hash + Eq>(list: &[K]) -> Places<'_, K> {
    list.iter().enumerate().map(|(i, k)| (k, i)).collect()
}

/// The items that both sides have, in one order.
fn anchors<'k, K: Hash + Ord>(
    sides: &ThreeWay<&'k [K]>,
    places: &ThreeWay<Places<'k, K>>,
) -> Option<Vec<&'k K>> {
    let shared = |list: &'k [K], other: &Places<K>| -> Vec<&'k K> {
        list.iter().filter(|k| other.contains_key(k)).collect()
    };
    let ours = shared(sides.ours, &places.theirs);
    let theirs = shared(sides.theirs, &places.ours);
    if ours == theirs {
        return Some(ours);
    }
    let old = |list: &[&'k K]| -> (Vec<&'k K>, Vec<&'k K>) {
        let all = list.iter().copied();
        all.partition(|k| places.base.contains_key(k))
    };
    let ((ours_old, ours_new), (theirs_old, theirs_new)) = (old(&ours), old(&theirs));
    if ours_new != theirs_new {
        return None;
    }
    let both = |k: &&K| places.ours.contains_key(k) && places.theirs.contains_key(k);
    let base = sides.base.iter().filter(both).collect();
    let orders = ThreeWay::new(base, ours_old, theirs_old);
    if let Some(known) = orders.clone().trivial() {
        return Some(with_added(&known, &ours, &theirs));
    }
    let anchors = with_added(
        &joined(&orders.base, &at_on_both(&orders.base, places))?,
        &ours,
        &theirs,
    );
    // If both moved items, items that both added may close a circle.
    (!has_a_turned_pair(&at_on_both(&anchors, places))).then_some(anchors)
}

fn at_on_both<K: Hash + Eq>(items: &[&K], places: &ThreeWay<Places<K>>) -> Vec<(usize, usize)> {
    let at = |k: &&K| (places.ours[*k], places.theirs[*k]);
    items.iter().map(at).collect()
}

/// Whether two items stand the other way round than on both ours and theirs. `at` has
/// their places there.
pub(super) fn has_a_turned_pair(at: &[(usize, usize)]) -> bool {
    at.iter()
        .enumerate()
        .any(|(i, a)| at[i + 1..].iter().any(|b| a.0 > b.0 && a.1 > b.1))
}

/// The order of the items that all three have, if both sides moved some: each pair stands
/// as on the side that turned it round. `at` has the places of base's items on ours and
/// theirs. `None` if the pairs form a circle.
pub(super) fn joined<'k, K: Hash + Eq>(
    base: &[&'k K],
    at: &[(usize, usize)],
) -> Option<Vec<&'k K>> {
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

/// For a list of this length, the indices in front of the first of the items at these
/// places (group 0), and behind each of them (group n + 1).
fn behind(at: impl ExactSizeIterator<Item = Option<usize>>, len: usize) -> Vec<Vec<usize>> {
    let mut groups = vec![Vec::new(); at.len() + 1];
    let group_at: HashMap<usize, usize> = at
        .enumerate()
        .filter_map(|(group, at)| Some((at?, group + 1)))
        .collect();
    let mut group = 0;
    for i in 0..len {
        match group_at.get(&i) {
            Some(item) => group = *item,
            None => groups[group].push(i),
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(base: &str, ours: &str, theirs: &str) -> Option<String> {
        let lists = ThreeWay::new(base, ours, theirs).map(|s| s.chars().collect::<Vec<_>>());
        let chunks = sequence(lists.as_ref().map(Vec::as_slice))?;
        let text = |list: &[char], at: &[usize]| at.iter().map(|&i| list[i]).collect::<String>();
        let chunk = |chunk: &Chunk| match chunk {
            Chunk::Same(at) => lists.ours[at.ours.unwrap()].to_string(),
            Chunk::Changed(at) => format!(
                "({}|{}|{})",
                text(&lists.base, &at.base),
                text(&lists.ours, &at.ours),
                text(&lists.theirs, &at.theirs)
            ),
        };
        Some(chunks.iter().map(chunk).collect())
    }

    #[test]
    fn cuts_where_the_sides_differ() {
        assert_eq!(run("abc", "axbc", "ab").unwrap(), "a(|x|)b(c|c|)");
        assert_eq!(run("abc", "abc", "abc").unwrap(), "abc");
        // What both removed is a change.
        assert_eq!(run("abc", "ac", "ac").unwrap(), "a(b||)c");
        assert_eq!(run("", "x", "y").unwrap(), "(|x|y)");
        assert_eq!(run("ab", "axyb", "axzb").unwrap(), "ax(|y|z)b");
    }

    #[test]
    fn an_item_goes_along_with_the_side_that_moved_it() {
        assert_eq!(run("abc", "cab", "abc").unwrap(), "cab");
        assert_eq!(run("abc", "cab", "abxc").unwrap(), "cab(||x)");
        assert_eq!(run("abcd", "bacd", "abdc").unwrap(), "badc");
    }

    #[test]
    fn two_moves_are_joined_where_one_order_has_both() {
        assert_eq!(run("abc", "cab", "acb").unwrap(), "cab");
        assert_eq!(run("abc", "ycab", "acb").unwrap(), "(|y|)cab");
        assert_eq!(run("abcd", "bcda", "bacd").unwrap(), "bcda");
        // a before c, c before b, b before a.
        assert_eq!(run("abc", "bac", "acb"), None);
    }

    #[test]
    fn what_both_added_stands_once_at_the_earlier_place() {
        assert_eq!(run("abc", "axbc", "abcx").unwrap(), "axbc");
        assert_eq!(run("abc", "abcx", "baxy").unwrap(), "b(c|c|)ax(||y)");
        assert_eq!(run("ab", "axyb", "ayxb"), None);
        // Behind b, and before c, which goes before b and a.
        assert_eq!(run("abc", "axcb", "bxca"), None);
    }

    #[test]
    fn the_side_does_not_matter() {
        let mut lists = vec![String::new()];
        for k in "abcd".chars() {
            let longer: Vec<String> = lists
                .iter()
                .flat_map(|l| (0..=l.len()).map(move |at| format!("{}{k}{}", &l[..at], &l[at..])))
                .collect();
            lists.extend(longer);
        }
        for (ours, theirs) in lists.iter().flat_map(|o| lists.iter().map(move |t| (o, t))) {
            let same = |s: String| s.chars().filter(|c| c.is_alphabetic()).collect::<String>();
            let (one, other) = (run("abc", ours, theirs), run("abc", theirs, ours));
            assert_eq!(one.is_some(), other.is_some(), "{ours} {theirs}");
            let cut = |s: &str| {
                let mut parts = s.split(['(', ')']);
                let mut out = Vec::new();
                while let Some(items) = parts.next() {
                    out.push(same(items.to_owned()));
                    if let Some(sides) = parts.next() {
                        let mut sides: Vec<_> = sides.split('|').skip(1).collect();
                        sides.sort_unstable();
                        out.push(sides.concat());
                    }
                }
                out
            };
            let (one, other) = (one.unwrap_or_default(), other.unwrap_or_default());
            assert_eq!(cut(&one), cut(&other), "{ours} {theirs}");
        }
    }
}
