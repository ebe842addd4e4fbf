//! Which members of the three sides are the same: by the key that names them and, if
//! several have the same key, by their values.

use std::collections::{HashMap, HashSet};

use super::member::Member;
use super::same_key::{Item, names};
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
pub(super) const NUMBERED: char = '\u{0}';

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
/// key, or one that no key names, and nothing says which members those are now.
pub fn ids(views: &ThreeWay<View>, rule: &Rule) -> Option<ThreeWay<Vec<String>>> {
    let members = views.as_ref().map(|v| &v.members[..]);
    let mut ids = members.map(|side| side.iter().map(|m| id(m, rule)).collect::<Vec<_>>());
    if may_be_edited(&members, &ids, rule) {
        return None;
    }
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

/// Whether neither side has a map of the base as it was, and the sides have different new ones
/// that no key names: one may be the old one, edited, which was removed or edited otherwise
/// on the other side.
fn may_be_edited(members: &ThreeWay<&[Member]>, ids: &ThreeWay<Vec<String>>, rule: &Rule) -> bool {
    let has = ids
        .as_ref()
        .map(|ids| -> HashSet<&str> { ids.iter().map(String::as_str).collect() });
    let new = members.zip(ids.as_ref()).map(|(members, ids)| {
        let unnamed = members.iter().zip(ids);
        let unnamed =
            unnamed.filter(|(m, id)| is_unnamed(m, rule) && !has.base.contains(id.as_str()));
        unnamed.map(|(_, id)| id.as_str()).collect::<HashSet<_>>()
    });
    let is_gone = |(member, id): (&Member, &String)| {
        member.value.pairs().is_some()
            && !has.ours.contains(id.as_str())
            && !has.theirs.contains(id.as_str())
    };
    new.ours != new.theirs && members.base.iter().zip(&ids.base).any(is_gone)
}

/// Whether no key tells any of these items apart.
pub fn nothing_names(views: &ThreeWay<View>, rule: &Rule) -> bool {
    let mut members = views
        .as_ref()
        .into_array()
        .into_iter()
        .flat_map(|v| &v.members);
    members.all(|member| is_unnamed(member, rule))
}

/// Whether a member is a map that no key tells from others.
fn is_unnamed(member: &Member, rule: &Rule) -> bool {
    let is_map = member.key.is_none() && member.value.pairs().is_some();
    is_map && naming(member.value, rule).is_none()
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
