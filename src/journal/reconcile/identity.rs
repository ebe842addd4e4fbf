//! Which members of the three sides are the same: by the key that names them and, if
//! several have the same key, by their values.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use super::likeness::{Shape, Shapes};
use super::member::Member;
use super::view::View;
use crate::journal::rules::{IDENTIFYING, Rule};
use crate::journal::yaml::{Node, Value};
use crate::merge::ThreeWay;

/// Limit on pairs compared per key; above it, duplicates are not matched.
pub(super) const MAX_PAIRS: usize = 10_000;

/// Limit on the size of all pairs together; above it, they are not compared either.
pub(super) const MAX_COMPARED: usize = 10_000_000;

/// The mark between a key that several members have and the number of one of them. Text
/// that people write does not have it.
const NUMBERED: char = '\u{0}';

/// The mark between a value's form for people and all that tells it from others, in the id of
/// a member without a key.
const WHOLE: char = '\u{1}';

/// Limit on the letters of a value that are shown.
const SHOWN: usize = 40;

/// An id as it is told to people: the second item of one title is `Fog (2)`.
pub fn shown(id: &str) -> String {
    let (name, number) = match id.split_once(NUMBERED) {
        Some((name, number)) => (name, Some(number)),
        None => (id, None),
    };
    let name = name.split(WHOLE).next().unwrap_or_default();
    match number {
        Some(number) => format!("{name} ({number})"),
        None => name.to_owned(),
    }
}

/// The id of a member that only its value tells from others.
fn whole(value: &Value) -> String {
    let text = value.to_string();
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!("{shown}{WHOLE}{value:?}")
}

/// Names each member, in the order of its side. Members with the same name are the same,
/// and no name occurs twice on a side. `None` if both sides changed base's members of one
/// key and nothing says which members those are now.
pub fn ids(views: &ThreeWay<View>, rule: &Rule) -> Option<ThreeWay<Vec<String>>> {
    let members = views.as_ref().map(|v| &v.members[..]);
    let mut ids = members.map(|side| side.iter().map(|m| id(m, rule)).collect::<Vec<_>>());
    for (id, at) in shared(&ids) {
        let shared = members.zip(at.as_ref());
        let items = shared.map(|(members, at)| items(members, at, rule));
        let names = at.zip(names(&id, &items)?).into_array();
        let sides = [&mut ids.base, &mut ids.ours, &mut ids.theirs];
        for (ids, (at, names)) in sides.into_iter().zip(names) {
            for (at, name) in at.into_iter().zip(names) {
                ids[at] = name;
            }
        }
    }
    Some(ids)
}

/// The ids that several members of one side have, with the members' positions.
fn shared(ids: &ThreeWay<Vec<String>>) -> HashMap<String, ThreeWay<Vec<usize>>> {
    let sides = [&ids.base, &ids.ours, &ids.theirs];
    let mut twice: HashSet<&str> = HashSet::new();
    for side in sides {
        let mut seen = HashSet::with_capacity(side.len());
        twice.extend(
            side.iter()
                .map(String::as_str)
                .filter(|id| !seen.insert(*id)),
        );
    }
    let mut shared: HashMap<String, ThreeWay<Vec<usize>>> = HashMap::new();
    for (n, side) in sides.into_iter().enumerate() {
        let of_several = side.iter().enumerate();
        for (at, id) in of_several.filter(|(_, id)| twice.contains(id.as_str())) {
            let places = shared.entry(id.clone()).or_default();
            [&mut places.base, &mut places.ours, &mut places.theirs][n].push(at);
        }
    }
    shared
}

fn id(member: &Member, rule: &Rule) -> String {
    if let Some(key) = member.key {
        let value = || whole(&Value::of(key, member.side.text));
        return key.identity().unwrap_or_else(value);
    }
    let named = || naming(member.value, rule).map(|(_, name)| name);
    match member.value.identity() {
        // A mentioned date may have its context behind it.
        Some(scalar) if by_date(rule) => leading_date(&scalar).to_owned(),
        Some(scalar) => scalar,
        None => named().unwrap_or_else(|| whole(&member.meaning())),
    }
}

/// The key that tells a map apart from the others, and its value.
pub fn naming<'k>(value: &Node, rule: &'k Rule) -> Option<(&'k str, String)> {
    let of = |key: &'k str| Some((key, value.get(key)?.identity()?));
    match rule {
        Rule::KeyedList(keys) => keys.iter().find_map(|k| of(k)),
        _ => ["full_name", "name"]
            .into_iter()
            .chain(IDENTIFYING)
            .find_map(of),
    }
}

fn by_date(rule: &Rule) -> bool {
    matches!(rule, Rule::KeyedList(keys) if keys.iter().any(|k| k == "date"))
}

/// `2030-11-05` of `2030-11-05 (letter)`; the text itself if it starts otherwise.
fn leading_date(text: &str) -> &str {
    match text.get(..10) {
        Some(date) if crate::journal::EntryDate::from_iso(date).is_some() => date,
        _ => text,
    }
}

/// One of several members with the same key.
struct Item<'k> {
    /// Its value, or the meaning of its own key.
    says: Value,
    /// The key that is the same in all of them.
    key: Option<&'k str>,
}

fn items<'k>(members: &[Member], at: &[usize], rule: &'k Rule) -> Vec<Item<'k>> {
    let item = |member: &Member| {
        let text = || member.value.identity().map(Value::Text);
        let says = match member.key {
            Some(key) => Value::of(key, member.side.text),
            None => text().unwrap_or_else(|| member.meaning()),
        };
        let key = naming(member.value, rule).map(|(key, _)| key);
        Item { says, key }
    };
    at.iter().map(|&at| item(&members[at])).collect()
}

/// Names the members of one key: the first of base is named by the key alone, the others
/// by the key and a number.
fn names(id: &str, items: &ThreeWay<Vec<Item>>) -> Option<ThreeWay<Vec<String>>> {
    let mut ours = Matches::new(&items.base, &items.ours);
    let mut theirs = Matches::new(&items.base, &items.theirs);
    let pairs = ours.alike_on(&theirs);
    let edited = (ours.edited(), theirs.edited());
    for &(o, t) in &pairs {
        ours.paired[o] = true;
        theirs.paired[t] = true;
        // Both edited one item alike, or added the same.
        if edited.0[o] == edited.1[t] {
            ours.join(edited.0[o], o);
            theirs.join(edited.1[t], t);
        }
    }
    ours.join_edited(&edited.0);
    theirs.join_edited(&edited.1);
    if ours.unclear(&theirs) || theirs.unclear(&ours) {
        return None;
    }
    let name = |n: usize| match n {
        0 => id.to_owned(),
        n => format!("{id}{NUMBERED}{}", n + 1),
    };
    // New ones are numbered in the order of their values: the side does not matter.
    let added = [ours.added(), theirs.added()];
    let mut sorted: Vec<_> = added.iter().flat_map(|side| side.keys()).copied().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let named = |side: &Matches, added: &BTreeMap<(&Value, usize), usize>| {
        let known = side.base_of.iter().map(|b| b.map(name).unwrap_or_default());
        let mut names: Vec<String> = known.collect();
        for (new, &at) in added {
            let rank = sorted.partition_point(|s| s < new);
            names[at] = name(items.base.len() + rank);
        }
        names
    };
    Some(ThreeWay::new(
        (0..items.base.len()).map(name).collect(),
        named(&ours, &added[0]),
        named(&theirs, &added[1]),
    ))
}

/// A side's members matched with those of base.
struct Matches<'i> {
    base: &'i [Item<'i>],
    own: &'i [Item<'i>],
    /// For each of the side's members, the member of base that it is.
    base_of: Vec<Option<usize>>,
    /// For each member of base, the side's member that it is now.
    own_of: Vec<Option<usize>>,
    /// The members of base that are unchanged.
    kept: Vec<bool>,
    /// The members of base matched only because another one stands in their place.
    replaced: Vec<bool>,
    /// The side's members that the other side has with the same value, and base does not
    /// have.
    paired: Vec<bool>,
}

impl<'i> Matches<'i> {
    /// Matches the members whose value is unchanged.
    fn new(base: &'i [Item<'i>], own: &'i [Item<'i>]) -> Self {
        let mut matches = Self {
            base,
            own,
            base_of: vec![None; own.len()],
            own_of: vec![None; base.len()],
            kept: vec![false; base.len()],
            replaced: vec![false; base.len()],
            paired: vec![false; own.len()],
        };
        let mut left: HashMap<&Value, VecDeque<usize>> = HashMap::new();
        for (at, item) in base.iter().enumerate() {
            left.entry(&item.says).or_default().push_back(at);
        }
        for (at, item) in own.iter().enumerate() {
            let found = left.get_mut(&item.says).and_then(VecDeque::pop_front);
            matches.join(found, at);
            if let Some(b) = found {
                matches.kept[b] = true;
            }
        }
        matches
    }

    fn join(&mut self, base: Option<usize>, own: usize) {
        if let Some(b) = base {
            self.base_of[own] = Some(b);
            self.own_of[b] = Some(own);
        }
    }

    /// The side's members not matched with base so far, by their values; equal ones are
    /// told apart by a number.
    fn added(&self) -> BTreeMap<(&'i Value, usize), usize> {
        let mut counts: HashMap<&Value, usize> = HashMap::new();
        let new = self
            .own
            .iter()
            .enumerate()
            .filter(|(at, _)| self.base_of[*at].is_none());
        new.map(|(at, item)| {
            let n = counts.entry(&item.says).or_default();
            *n += 1;
            ((&item.says, *n), at)
        })
        .collect()
    }

    /// The members that both sides have with the same value and base does not have.
    fn alike_on(&self, other: &Self) -> Vec<(usize, usize)> {
        let theirs = other.added();
        let ours = self.added().into_iter();
        ours.filter_map(|(says, at)| Some((at, *theirs.get(&says)?)))
            .collect()
    }

    /// For each of the side's members, the member of base that it is an edit of: the two
    /// have more in common than in difference, and neither has as much in common with
    /// another one. If one of each is left, less will do.
    fn edited(&self) -> Vec<Option<usize>> {
        let mut found = vec![None; self.own.len()];
        let open = |of: &[Option<usize>]| -> Vec<usize> {
            (0..of.len()).filter(|&at| of[at].is_none()).collect()
        };
        let (base, own) = (open(&self.own_of), open(&self.base_of));
        if base.len() * own.len() > MAX_PAIRS {
            return found;
        }
        let mut all = Shapes::default();
        let mut shapes = |items: &'i [Item<'i>], open: &[usize]| -> HashMap<usize, Shape> {
            let shape = |&at: &usize| Some((at, all.of(&items[at].says, items[at].key)?));
            open.iter().filter_map(shape).collect()
        };
        let (olds, news) = (shapes(self.base, &base), shapes(self.own, &own));
        let size = |shapes: &HashMap<usize, Shape>| shapes.values().map(|s| s.size).sum::<usize>();
        if size(&olds) * news.len() + size(&news) * olds.len() > MAX_COMPARED {
            return found;
        }
        if let ([b], [o]) = (&base[..], &own[..]) {
            let both = olds.get(b).zip(news.get(o));
            found[*o] = both.and_then(|(old, new)| old.has_to_do_with(new).then_some(*b));
            return found;
        }
        let likeness = |b: usize, o: usize| olds.get(&b)?.likeness(news.get(&o)?);
        for &o in &own {
            let best = only_best(&base, |b| likeness(b, o));
            if let Some(b) = best
                && only_best(&own, |o| likeness(b, o)) == Some(o)
            {
                found[o] = Some(b);
            }
        }
        found
    }

    /// Matches the members that only this side edited, or put in the place of one of
    /// base.
    fn join_edited(&mut self, edited: &[Option<usize>]) {
        for (own, &base) in edited.iter().enumerate() {
            if !self.paired[own] && base.is_none_or(|b| self.own_of[b].is_none()) {
                self.join(base, own);
            }
        }
        let before = |at: usize| at.checked_sub(1);
        for own in 0..self.own.len() {
            if self.paired[own] || self.base_of[own].is_some() {
                continue;
            }
            // The base member after its neighbour's, if the other neighbour's follows
            // that.
            let base = match before(own) {
                None => Some(0),
                Some(above) => self.base_of[above].map(|b| b + 1),
            };
            let Some(base) = base.filter(|&b| b < self.base.len()) else {
                continue;
            };
            let below = |of: &[Option<usize>], at: usize, end: usize| match of.get(at + 1) {
                Some(of) => *of,
                None => Some(end),
            };
            if self.own_of[base].is_none()
                && below(&self.base_of, own, self.base.len()) == Some(base + 1)
                && below(&self.own_of, base, self.own.len()) == Some(own + 1)
            {
                self.join(Some(base), own);
                self.replaced[base] = true;
            }
        }
    }

    /// Whether base has a member that the other side changed or removed, and that may be
    /// a different one of this side's now.
    fn unclear(&self, other: &Self) -> bool {
        let mut own = self.base_of.iter().zip(&self.paired);
        let open = own.any(|(base, paired)| base.is_none() && !paired);
        (0..self.base.len()).any(|b| {
            let lacks = open && self.own_of[b].is_none();
            !other.kept[b] && (lacks || self.replaced[b])
        })
    }
}

/// The one of `of` with the highest score, if only one has it.
fn only_best<S: Ord>(of: &[usize], score: impl Fn(usize) -> Option<S>) -> Option<usize> {
    let mut scores: Vec<_> = of.iter().filter_map(|&at| Some((score(at)?, at))).collect();
    scores.sort_unstable();
    match &scores[..] {
        [.., (second, _), (first, _)] if second == first => None,
        [.., (_, at)] => Some(*at),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_item_that_only_its_value_tells_from_others_is_told_by_its_beginning() {
        let text = |length: usize| Value::Text("é".repeat(length));
        assert_eq!(shown(&whole(&text(SHOWN))), "é".repeat(SHOWN));
        assert_eq!(shown(&whole(&text(SHOWN + 1))), "é".repeat(SHOWN) + "…");
    }
}
