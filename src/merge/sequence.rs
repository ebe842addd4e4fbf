//! Three-way merging of lists whose order means something.

use std::hash::Hash;

use super::ThreeWay;
use super::anchors::{Anchors, groups, places};

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
    let lists = sides.map(|side| side.iter().collect::<Vec<&K>>());
    let anchors = Anchors::of(&lists);
    if !anchors.are_added_in_one_order() {
        return None;
    }
    let anchors = anchors.joined()?;
    let at = places(&anchors);
    let between = sides.map(|side| groups(side.iter().enumerate().map(|(i, k)| (i, Some(k))), &at));
    let changed = |group: usize| {
        let items = between.as_ref().map(|groups| groups[group].clone());
        let is_any = items
            .as_ref()
            .into_array()
            .iter()
            .any(|items| !items.is_empty());
        is_any.then_some(Chunk::Changed(items))
    };
    let on = lists.as_ref().map(|list| places(list));
    let mut chunks = Vec::new();
    chunks.extend(changed(0));
    for (i, k) in anchors.iter().enumerate() {
        chunks.push(Chunk::Same(on.as_ref().map(|side| side.get(k).copied())));
        chunks.extend(changed(i + 1));
    }
    Some(chunks)
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
