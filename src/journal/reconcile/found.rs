//! Matching the items of a list in order across the three sides.

use std::collections::{HashMap, HashSet};

use super::alike::{Items, NoneAlike};
use super::names::Names;
use super::sequence::Edited;
use crate::journal::yaml::Value;
use crate::merge::{Alike as _, ThreeWay, identify};

/// A number for each item, the same on all sides that have it. An item of the base,
/// unchanged or edited, is matched by its place there, an item that both sides added by
/// its value. An item that occurs more than once may be so on purpose: each occurrence is
/// an item of its own.
pub fn ids(
    values: &ThreeWay<Vec<Value>>,
    names: Option<&Names>,
    edited: Edited,
) -> ThreeWay<Vec<usize>> {
    let base = &values.base;
    let mut ours = vec![Known::Nothing; values.ours.len()];
    let mut theirs = vec![Known::Nothing; values.theirs.len()];
    if let Some(names) = names {
        ours = of_the_name(&names.base, &names.ours);
        theirs = of_the_name(&names.base, &names.theirs);
    }
    let find = |ours: &[Known], theirs: &[Known]| {
        (
            find(base, &values.ours, edited, ours),
            find(base, &values.theirs, edited, theirs),
        )
    };
    let mut found = find(&ours, &theirs);
    let mut shared = shared(values);
    let is_by_place = is_by_place(values);
    shared.retain(|&at| !are_two(values, at, (&found.0, &found.1), &is_by_place));
    if !shared.is_empty() {
        for &(o, t) in &shared {
            let known = one_edit((o, &found.0), (t, &found.1), &is_by_place)
                .map_or(Known::Added, Known::Is);
            (ours[o], theirs[t]) = (known, known);
        }
        found = find(&ours, &theirs);
    }
    // A shared addition has the number that it has on ours.
    let on_ours: HashMap<usize, usize> = shared.into_iter().map(|(o, t)| (t, o)).collect();
    let added_by_ours = |at: usize| base.len() + at;
    let added_by_theirs = |at: usize| match on_ours.get(&at) {
        Some(ours) => added_by_ours(*ours),
        None => base.len() + values.ours.len() + at,
    };
    let numbers = |found: Vec<Option<usize>>, added: &dyn Fn(usize) -> usize| -> Vec<usize> {
        let all = found.into_iter().enumerate();
        all.map(|(at, found)| found.unwrap_or_else(|| added(at)))
            .collect()
    };
    let mut ids = ThreeWay::new(
        (0..base.len()).collect(),
        numbers(found.0, &added_by_ours),
        numbers(found.1, &added_by_theirs),
    );
    for value in lost_on_both(values, &ids) {
        pair(value, values, &mut ids);
    }
    ids
}

/// The values of the base that both sides have more often than the merge would keep: of
/// equal items each side kept another one, so that each seems to be removed, or edited, by
/// the other side. None if both edited the list at its places: then each kept its own.
pub fn lost_on_both<'v>(
    values: &'v ThreeWay<Vec<Value>>,
    ids: &ThreeWay<Vec<usize>>,
) -> Vec<&'v Value> {
    if ids.ours == ids.base && ids.theirs == ids.base {
        return Vec::new();
    }
    let by_id = |values: &'v [Value], ids: &[usize]| -> HashMap<usize, &'v Value> {
        ids.iter().copied().zip(values).collect()
    };
    let ours = by_id(&values.ours, &ids.ours);
    let theirs = by_id(&values.theirs, &ids.theirs);
    let base = |id: &usize| values.base.get(*id);
    let stays = |id: &usize, value: &Value, other: &HashMap<usize, &Value>| match other.get(id) {
        Some(now) => *now == value || base(id) != Some(value),
        None => base(id) != Some(value),
    };
    // How often each value stands on ours, on theirs, and in the merge.
    let mut counts: HashMap<&Value, (usize, usize, usize)> = HashMap::new();
    for value in &values.base {
        counts.entry(value).or_default();
    }
    for (id, value) in &ours {
        if let Some(count) = counts.get_mut(value) {
            count.0 += 1;
            count.2 += usize::from(stays(id, value, &theirs));
        }
    }
    for (id, value) in &theirs {
        if let Some(count) = counts.get_mut(value) {
            count.1 += 1;
            let counted = ours.get(id) == Some(value);
            count.2 += usize::from(!counted && stays(id, value, &ours));
        }
    }
    let lost = counts
        .into_iter()
        .filter(|(_, (o, t, merged))| merged < o.min(t));
    lost.map(|(value, _)| value).collect()
}

/// Takes the items of this value that only one side has, in their order, for the same.
fn pair(value: &Value, values: &ThreeWay<Vec<Value>>, ids: &mut ThreeWay<Vec<usize>>) {
    let alone = |values: &[Value], ids: &[usize], others: &[usize]| -> Vec<usize> {
        let all = values.iter().zip(ids).enumerate();
        all.filter(|(_, (it, id))| *it == value && !others.contains(id))
            .map(|(at, _)| at)
            .collect()
    };
    let ours = alone(&values.ours, &ids.ours, &ids.theirs);
    let theirs = alone(&values.theirs, &ids.theirs, &ids.ours);
    for (ours, theirs) in ours.into_iter().zip(theirs) {
        let one = ids.ours[ours].min(ids.theirs[theirs]);
        (ids.ours[ours], ids.theirs[theirs]) = (one, one);
    }
}

/// The items that both sides have and the base lacks, by their places on ours and on
/// theirs.
fn shared(values: &ThreeWay<Vec<Value>>) -> Vec<(usize, usize)> {
    let old: HashSet<&Value> = values.base.iter().collect();
    let (ours, theirs) = (once(&values.ours), once(&values.theirs));
    let all = ours.into_iter().filter(|(value, _)| !old.contains(value));
    all.filter_map(|(value, at)| Some((at?, (*theirs.get(value)?)?)))
        .collect()
}

/// The item of the base that both sides edited alike, where they have one: both found it
/// there, or one did and the other has nothing else that it could be. Of items that are what
/// they are by their place, it is the one at the same place.
fn one_edit(
    (ours, found_ours): (usize, &[Option<usize>]),
    (theirs, found_theirs): (usize, &[Option<usize>]),
    is_by_place: &impl Fn(usize) -> bool,
) -> Option<usize> {
    let is_free = |one: usize, found: &[Option<usize>]| {
        !found.contains(&Some(one)) || ours == theirs && is_by_place(one)
    };
    match (found_ours[ours], found_theirs[theirs]) {
        (Some(one), Some(other)) => (one == other).then_some(one),
        (Some(one), None) if is_free(one, found_theirs) => Some(one),
        (None, Some(one)) if is_free(one, found_ours) => Some(one),
        _ => None,
    }
}

/// The share that an edited item has in common with what it was, in thousandths.
const EDITED: u32 = 500;

/// Whether an item of the base is what it is by its place: a number, or one of several that
/// are equal.
fn is_by_place(values: &ThreeWay<Vec<Value>>) -> impl Fn(usize) -> bool {
    let places = once(&values.base);
    let base = values.base.iter();
    let all: Vec<bool> = base
        .map(|value| matches!(value, Value::Typed(_)) || places[value].is_none())
        .collect();
    move |at| all[at]
}

/// Whether a value that both sides have is of two items, each of which one side edited: what
/// stands in the place of another one, and has little of it, may be an addition. In the place
/// of one that is what it is by its place, it is an edit, and also where the other side added
/// the value elsewhere and kept the item.
fn are_two(
    values: &ThreeWay<Vec<Value>>,
    (ours, theirs): (usize, usize),
    (found_ours, found_theirs): (&[Option<usize>], &[Option<usize>]),
    is_by_place: &impl Fn(usize) -> bool,
) -> bool {
    let has_to_do = |base: usize, side: &[Value], at: usize| {
        let (base, side) = (&values.base[base..=base], &side[at..=at]);
        Items::new(base, side).near(0, 0) >= EDITED
    };
    match (found_ours[ours], found_theirs[theirs]) {
        (Some(one), Some(other)) if one != other => {
            let both =
                has_to_do(one, &values.ours, ours) && has_to_do(other, &values.theirs, theirs);
            both || is_by_place(one) || is_by_place(other)
        }
        (Some(one), None) => {
            ours != theirs && found_theirs.contains(&Some(one)) && is_by_place(one)
        }
        (None, Some(one)) => ours != theirs && found_ours.contains(&Some(one)) && is_by_place(one),
        _ => false,
    }
}

/// The match of a side's item that is known before it is searched in the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    Is(usize),
    Added,
}

/// Matches a side's items with those of the base by name.
fn of_the_name(base: &[String], side: &[String]) -> Vec<Known> {
    let places: HashMap<&str, usize> = base.iter().map(String::as_str).zip(0..).collect();
    let of = |name: &String| places.get(name.as_str()).copied();
    side.iter()
        .map(|name| of(name).map_or(Known::Nothing, Known::Is))
        .collect()
}

/// The key by which an item is matched: its value, or its known match.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Key<'v> {
    Says(&'v Value),
    Is(usize),
}

/// For each item of a side, the item of the base that it is.
fn find(base: &[Value], side: &[Value], edited: Edited, known: &[Known]) -> Vec<Option<usize>> {
    let mut before: Vec<Key> = base.iter().map(Key::Says).collect();
    let mut now: Vec<Key> = side.iter().map(Key::Says).collect();
    for (at, known) in known.iter().enumerate() {
        if let Known::Is(of) = *known {
            (before[of], now[at]) = (Key::Is(of), Key::Is(of));
        }
    }
    let added: Vec<bool> = known.iter().map(|known| *known == Known::Added).collect();
    match edited {
        Edited::Alike => identify(&before, &now, &Items::new(base, side), &added),
        Edited::None => identify(&before, &now, &NoneAlike, &added),
    }
}

/// The place of each value in a list; `None` if it has several.
fn once(values: &[Value]) -> HashMap<&Value, Option<usize>> {
    let mut places = HashMap::new();
    for (at, value) in values.iter().enumerate() {
        let place = places.entry(value);
        place.and_modify(|at| *at = None).or_insert(Some(at));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(words: &str) -> Vec<Value> {
        let words = words.split_whitespace();
        words
            .map(|word| Value::Text(word.replace('_', " ")))
            .collect()
    }

    fn lists(base: &str, ours: &str, theirs: &str) -> ThreeWay<Vec<Value>> {
        ThreeWay::new(base, ours, theirs).map(list)
    }

    /// The numbers of the items of ours and of theirs.
    fn numbers(base: &str, ours: &str, theirs: &str) -> (Vec<usize>, Vec<usize>) {
        let ids = ids(&lists(base, ours, theirs), None, Edited::None);
        (ids.ours, ids.theirs)
    }

    /// The same where an item may be another one edited.
    fn edited(base: &str, ours: &str, theirs: &str) -> (Vec<usize>, Vec<usize>) {
        let ids = ids(&lists(base, ours, theirs), None, Edited::Alike);
        (ids.ours, ids.theirs)
    }

    /// What both sides have and the merge would not, if the items have these numbers.
    fn lost(sides: [&str; 3], ours: &[usize], theirs: &[usize]) -> Vec<Value> {
        let values = lists(sides[0], sides[1], sides[2]);
        let base = (0..values.base.len()).collect();
        let ids = ThreeWay::new(base, ours.to_vec(), theirs.to_vec());
        lost_on_both(&values, &ids).into_iter().cloned().collect()
    }

    #[test]
    fn equal_items_of_which_each_side_kept_another_are_one() {
        assert_eq!(numbers("a b a", "a b", "b a"), (vec![0, 1], vec![1, 0]));
        // Beside them stands what a side added, and what both sides have.
        assert_eq!(
            numbers("a b a", "n a b", "b m a"),
            (vec![3, 0, 1], vec![1, 7, 0])
        );
        // As many as both have are one, the first of each.
        assert_eq!(
            numbers("a b a a", "a b", "b a a"),
            (vec![0, 1], vec![1, 0, 3])
        );
        // Nothing is lost that both sides have.
        assert_eq!(numbers("a b a", "a b", "a b"), (vec![0, 1], vec![0, 1]));
    }

    #[test]
    fn an_item_that_both_sides_have_is_lost_if_each_seems_to_have_removed_it() {
        let a = list("a");
        assert_eq!(lost(["a b a", "a b", "b a"], &[0, 1], &[1, 2]), a);
        // Another one that all have is one, not two.
        let sides = ["a a a", "a a", "a a"];
        assert_eq!(lost(sides, &[0, 1], &[0, 2]), a);
        assert_eq!(lost(sides, &[0, 1], &[0, 1]), []);
        // One side alone has a second.
        assert_eq!(lost(["a a", "a a", "a"], &[0, 1], &[0]), []);
        assert_eq!(lost(["a a", "a", "a a"], &[0], &[0, 1]), []);
    }

    #[test]
    fn an_item_that_the_other_side_edited_is_lost_too() {
        let sides = ["a a b", "a x", "y a"];
        assert_eq!(lost(sides, &[0, 1], &[0, 1]), list("a"));
        // But not if each has its place.
        assert_eq!(lost(["a a", "a x", "y a"], &[0, 1], &[0, 1]), []);
        assert_eq!(lost(["a a", "x a", "a"], &[0, 1], &[0]), list("a"));
        assert_eq!(lost(["a a", "a", "x a"], &[0], &[0, 1]), list("a"));
        // An edit that makes an item such a one keeps it.
        assert_eq!(lost(["a b", "b", "a b"], &[0], &[0, 1]), []);
        assert_eq!(lost(["a b", "a b", "b"], &[0, 1], &[0]), []);
        assert_eq!(lost(["a b", "b", "b"], &[0], &[1]), []);
    }

    #[test]
    fn an_item_that_a_side_added_again_is_not_lost() {
        assert_eq!(lost(["a b", "b a", "a b"], &[1, 2], &[0, 1]), []);
        assert_eq!(lost(["a b", "a b", "b a"], &[0, 1], &[1, 4]), []);
    }

    #[test]
    fn what_both_sides_have_is_one_edited_item_if_neither_has_that_elsewhere() {
        assert_eq!(edited("p q", "x q", "x q"), (vec![0, 1], vec![0, 1]));
        // Theirs alone has two where one was, and cannot tell by itself.
        assert_eq!(edited("p q", "x q", "x y q"), (vec![0, 1], vec![0, 5, 1]));
        assert_eq!(edited("p q", "x y q", "x q"), (vec![0, 3, 1], vec![0, 1]));
        // Each put it in the place of another one.
        assert_eq!(edited("p q", "x q", "p x"), (vec![2, 1], vec![0, 2]));
        // Each made it of another one.
        let of_two = edited("at_p c at_q", "at_x c at_q", "at_p c at_x");
        assert_eq!(of_two, (vec![0, 1, 2], vec![0, 1, 2]));
        // In a list with equal items the place counts, also for what has nothing in common.
        assert_eq!(
            edited("t t t t", "d t t t", "t t d t"),
            (vec![0, 1, 2, 3], vec![0, 1, 2, 3])
        );
        assert_eq!(
            edited("n n n", "y n n", "n n n y"),
            (vec![0, 1, 2], vec![0, 1, 2, 9])
        );
        // What only stands in a list with equal items does not.
        assert_eq!(
            edited("a b a r", "a b a s", "a b a r s"),
            (vec![0, 1, 2, 7], vec![0, 1, 2, 3, 7])
        );
        // The same edit, above an item that theirs added.
        assert_eq!(
            edited("n n n n", "y n n n", "y n n n n"),
            (vec![0, 1, 2, 3], vec![0, 1, 2, 3, 12])
        );
        // One edit, below which theirs alone added another item.
        assert_eq!(
            edited("p q q", "x q q", "x y q q"),
            (vec![0, 1, 2], vec![0, 7, 1, 2])
        );
        // One side put it beside the one that the other side made it of.
        let (old, new) = ("quay_at_low_tide m", "quay_at_high_tide m");
        let both = "quay_at_low_tide m quay_at_high_tide";
        assert_eq!(edited(old, new, both), (vec![2, 1], vec![0, 1, 2]));
        assert_eq!(edited(old, both, new), (vec![0, 1, 4], vec![4, 1]));
        // Also above it, where the other side has it at the same place.
        let above = "quay_at_high_tide quay_at_low_tide m";
        assert_eq!(edited(old, new, above), (vec![2, 1], vec![2, 0, 1]));
        assert_eq!(edited(old, above, new), (vec![2, 0, 1], vec![2, 1]));
        // Each put it in the place of another one, and one of these is one of several.
        let each = (vec![0, 1, 2], vec![0, 1, 2]);
        assert_eq!(edited("p q q", "x q q", "p x q"), each);
        assert_eq!(edited("p q q", "p x q", "x q q"), each);
        // One edit of one of several, where the other side removed another one.
        assert_eq!(edited("n n", "n x", "x"), (vec![0, 1], vec![1]));
        assert_eq!(edited("n n", "x", "n x"), (vec![1], vec![0, 1]));
    }
}
