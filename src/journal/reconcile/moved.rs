//! Lists, maps and texts that one side moved to another place while the other side changed
//! them where they were. A key that a side lacks counts as empty there, and what stands in
//! a new place as new: merged by field, what the other side took out would be back.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fmt;

use super::Stop;
use super::identity::MAX_PAIRS;
use super::known_again::{New, has_all, is_known_again};
use super::member::Side;
use super::output::Pick;
use super::over_lists::over_lists;
use super::values::{Path, Values};
use crate::journal::Table;
use crate::journal::rules::Rules;
use crate::journal::yaml::Value;
use crate::merge::ThreeWay;

/// Keys of the top that are merged together: values moved between them.
#[derive(Debug)]
pub struct Group {
    pub keys: BTreeSet<String>,
    pub moves: Vec<Move>,
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self
            .moves
            .iter()
            .map(|it| format!("`{}`", it.from.join(".")));
        f.write_str(&from.collect::<Vec<_>>().join(", "))
    }
}

/// A value that a side moved and that the other side changed or took out.
#[derive(Debug)]
pub struct Move {
    pub side: Pick,
    pub from: Vec<String>,
    /// `None` where several new places have what may be this value, or where it went into
    /// an item of a list, or out of one.
    pub to: Option<Vec<String>>,
}

/// The keys between which one side moved a value that the other side changed or took out,
/// with those that anything else moved to or from: a choice of one side must have it once.
/// [`follow`](super::renamed::follow) merges one that was renamed within its map and
/// edited; two names that are both known are two fields.
///
/// # Errors
/// [`Stop::Refuse`] where too much that is gone and new has something in common to compare
/// all of it.
pub fn groups(sides: ThreeWay<Side>, rules: &Rules) -> Result<Vec<Group>, Stop> {
    let ThreeWay { base, ours, theirs } = sides.map(Values::of);
    let mut groups: Vec<Group> = Vec::new();
    for (pick, side, other) in [(Pick::Ours, &ours, &theirs), (Pick::Theirs, &theirs, &ours)] {
        for (from, places) in moved(&base, side, other, rules)? {
            let keys = places.iter().copied().chain([from]);
            let group = Group {
                keys: keys.map(|path| path[0].to_owned()).collect(),
                moves: vec![Move {
                    side: pick,
                    from: owned(from),
                    to: place_of(from, &places).map(owned),
                }],
            };
            join(&mut groups, group);
        }
        for (from, to) in over_lists(&base, side, other)? {
            let keys = [from[0], to[0]].map(str::to_owned).into();
            // An item has no name.
            let mut from = owned(&from);
            from.retain(|key| !key.is_empty());
            let moves = vec![Move {
                side: pick,
                from,
                to: None,
            }];
            join(&mut groups, Group { keys, moves });
        }
    }
    if groups.is_empty() {
        return Ok(groups);
    }
    let mut ways = BTreeSet::new();
    for side in [&ours, &theirs] {
        ways.extend(ways_between(&base, side)?);
    }
    loop {
        let before = ways.len();
        ways.retain(|&(from, to)| {
            let touches = |group: &Group| group.keys.contains(from) || group.keys.contains(to);
            let is_touching = groups.iter().any(touches);
            if is_touching {
                let keys = [from, to].map(str::to_owned).into();
                let moves = Vec::new();
                join(&mut groups, Group { keys, moves });
            }
            !is_touching
        });
        if ways.len() == before {
            return Ok(groups);
        }
    }
}

/// Adds a group, as one with those that share a key with it.
fn join(groups: &mut Vec<Group>, mut group: Group) {
    let shared = groups.extract_if(.., |other| !other.keys.is_disjoint(&group.keys));
    for other in shared.collect::<Vec<_>>() {
        group.keys.extend(other.keys);
        group.moves.extend(other.moves);
    }
    groups.push(group);
}

/// The keys of the top between which a side may have moved anything.
fn ways_between<'a>(
    base: &Values<'a>,
    side: &Values<'a>,
) -> Result<BTreeSet<(&'a str, &'a str)>, Stop> {
    let gone = base.where_that(|path| !side.has(path));
    let new = side.where_that(|path| !base.has(path));
    let alike = New::of(new.iter().map(|(_, is)| is));
    let mut named: HashMap<Option<&&str>, BTreeSet<&str>> = HashMap::new();
    for (to, is) in &new {
        if is_known_again(is) {
            named.entry(to.last()).or_default().insert(to[0]);
        }
    }
    let mut ways = BTreeSet::new();
    let mut compared = 0;
    for (from, was) in &gone {
        let is_known = is_known_again(was);
        let alike = alike.alike(was);
        compared += alike.len();
        for it in alike {
            let to = new[it.at].0;
            if it.is_like && (is_known || from.last() == to.last()) {
                ways.insert((from[0], to[0]));
            }
        }
        let named = named.get(&from.last()).filter(|_| is_known);
        ways.extend(named.into_iter().flatten().map(|&to| (from[0], to)));
        if compared.max(ways.len()) > MAX_PAIRS {
            return Err(too_many());
        }
    }
    ways.retain(|(from, to)| from != to);
    Ok(ways)
}

/// The new place of a value: the only one that is like it, or the only one of its name.
fn place_of<'p, 'a>(from: &Path, places: &[&'p Path<'a>]) -> Option<&'p Path<'a>> {
    let is_named_so = |to: &&&Path| to.last() == from.last();
    let mut named = places.iter().filter(is_named_so);
    match (places, named.next(), named.next()) {
        ([only], ..) | (_, Some(only), None) => Some(only),
        _ => None,
    }
}

fn owned(path: &Path) -> Vec<String> {
    path.iter().map(|&key| key.to_owned()).collect()
}

/// The values that `side` has in a new place, and that `other` does not have as they were:
/// from, and the places that have what may be the value.
///
/// # Errors
/// [`Stop::Refuse`] as in [`groups`].
fn moved<'v, 'a>(
    base: &'v Values<'a>,
    side: &'v Values<'a>,
    other: &Values,
    rules: &Rules,
) -> Result<Vec<(&'v Path<'a>, Vec<&'v Path<'a>>)>, Stop> {
    let mut found: Vec<(&Path, Vec<&Path>)> = Vec::new();
    let gone = base.that(|path| !side.has(path));
    if gone.is_empty() {
        return Ok(found);
    }
    let mut new = side.that(|path| !base.has(path));
    new.extend(grown(base, side, &gone));
    if new.is_empty() {
        return Ok(found);
    }
    let alike = New::of(new.iter().map(|(_, is)| is));
    let mut compared = 0;
    let astray = astray(base, other, &new);
    // Only keys that are nowhere else are merged as one that was renamed.
    let is_followed = |from: &Path, to: &Path| {
        let is_elsewhere = side.names(from) || base.names(to) || other.names(to);
        !is_elsewhere
    };
    // Those that are merged, with all that is in them.
    let mut done: BTreeSet<&[&str]> = BTreeSet::new();
    // What leads to a value comes before it.
    for (from, was) in &gone {
        if (1..from.len()).any(|depth| done.contains(&from[..depth])) {
            continue;
        }
        let now = other.value(from);
        let is_as_was = is_as_was(side, from, was, now.as_ref());
        if is_as_was && astray.is_empty() {
            continue;
        }
        let alike = alike.alike(was);
        compared += alike.len();
        if compared > MAX_PAIRS {
            return Err(too_many());
        }
        let mut places = Vec::new();
        for it in alike {
            let (to, _) = &new[it.at];
            // Under its own name it may have been edited too, as long as anything of it is
            // left.
            if !it.is_like && from.last() != to.last() {
                continue;
            }
            // All that is in the new place, also what was there before.
            let Some(is) = &side.value(to) else {
                continue;
            };
            // Whatever the two are called, one went into the other.
            let has_gone_over = base.has(to) && has_all(was, is);
            let is_within = parent(from) == parent(to);
            let is_place = match other.value(to) {
                // Both sides moved it, or the other side put something of its own there.
                Some(there) => {
                    let is_same = !is_within || has_gone_over || !are_two_fields(rules, from, to);
                    is_same
                        && match now.as_ref() {
                            // One new item may have come from anywhere.
                            None if base.has(to) && !has_gone_over => false,
                            None => is_contested(was, is, &there),
                            Some(now) => !is_as_was && is_taken_out(was, is, [now, &there]),
                        }
                }
                None if !is_within => !is_as_was || astray.contains(to),
                None if now.as_ref().is_some_and(is_known_again) && is_followed(from, to) => {
                    // What is in one that the other side left is asked for by itself.
                    if !is_as_was {
                        done.insert(from);
                    }
                    false
                }
                None => {
                    let is_field = matches!(was, Value::Text(_)) || are_two_fields(rules, from, to);
                    !is_as_was && !is_field
                }
            };
            if is_place {
                places.push(*to);
            }
        }
        if !places.is_empty() {
            done.insert(from);
            found.push((*from, places));
        }
    }
    Ok(found)
}

/// The lists of texts that both have and that have more of lists that are gone in `side`: each
/// with that and with all else that is new, as if it was a new list. Such a list may have gone
/// into it.
fn grown<'v, 'a>(
    base: &Values,
    side: &'v Values<'a>,
    gone: &[(&Path, Value)],
) -> Vec<(&'v Path<'a>, Value)> {
    let went: HashSet<&Value> = gone
        .iter()
        .filter_map(|(_, was)| parts_of(was))
        .flatten()
        .collect();
    let grown = |(path, now): (&'v Path<'a>, Value)| {
        let (Value::Seq(now), Some(Value::Seq(was))) = (now, base.value(path)) else {
            return None;
        };
        let was: HashSet<&Value> = was.iter().collect();
        let is_text = |item: &Value| matches!(item, Value::Text(_) | Value::Typed(_));
        let has_more = now
            .iter()
            .any(|item| !was.contains(item) && went.contains(item));
        let items = now.into_iter();
        let items = items.filter(|item| !was.contains(item) || went.contains(item));
        let items: Vec<Value> = items.collect();
        (has_more && items.iter().all(is_text)).then_some((path, Value::Seq(items)))
    };
    let there = side.that(|path| base.has(path)).into_iter();
    there.filter_map(grown).collect()
}

/// The places that a map leads to which `other` took out, or made something else of: what
/// came there is only in a choice of the side that has it. A map that `other` moved on is
/// looked for where it is now.
fn astray<'v, 'a>(
    base: &Values,
    other: &Values,
    new: &[(&'v Path<'a>, Value)],
) -> BTreeSet<&'v Path<'a>> {
    let is_gone = |map: &[&str]| {
        let now = other.nodes.get(map);
        now.is_none_or(|node| node.pairs().is_none()) && base.value(map) != other.value(map)
    };
    let new_there = other.that(|path| !base.has(path));
    let like = New::of(new_there.iter().map(|(_, is)| is));
    // Within its map only one that is as it was is merged under its new key.
    let is_moved_on = |map: &[&str]| {
        let Some(was) = base.value(map) else {
            return false;
        };
        let mut alike = like.alike(&was).into_iter().filter(|it| it.is_like);
        alike.any(|it| {
            let (to, is) = &new_there[it.at];
            parent(to) != parent(map) || *is == was
        })
    };
    let above = |to: &'v Path<'a>| (1..to.len()).map(|depth| &to[..depth]);
    let mut maps: BTreeSet<&[&str]> = new.iter().flat_map(|(to, _)| above(to)).collect();
    maps.retain(|map| is_gone(map) && !is_moved_on(map));
    let places = new.iter().map(|(to, _)| *to);
    places
        .filter(|to| above(to).any(|map| maps.contains(map)))
        .collect()
}

/// Whether what is gone from a place is not changed there. A key that stays, empty, has what
/// the other side put into it.
pub fn is_as_was(side: &Values, from: &Path, was: &Value, now: Option<&Value>) -> bool {
    now.is_some_and(|now| was == now || side.names(from) && has_all(was, now))
}

pub fn too_many() -> Stop {
    Stop::Refuse("one side moved too many values to compare them".into())
}

/// Whether one of two versions of a value lacks what the value had and the other has: as
/// two new ones they would have it again.
fn is_contested(was: &Value, is: &Value, there: &Value) -> bool {
    let (is, there) = (parts_of(is), parts_of(there));
    let mut parts = parts_of(was).into_iter().flatten();
    match (is, there) {
        (Some(is), Some(there)) => parts.any(|part| is.contains(part) != there.contains(part)),
        _ => false,
    }
}

/// Whether a moved value has something that it had before, and that the other side has in
/// neither place.
fn is_taken_out(was: &Value, is: &Value, other: [&Value; 2]) -> bool {
    let is = parts_of(is).unwrap_or_default();
    let other: HashSet<&Value> = other.into_iter().filter_map(parts_of).flatten().collect();
    let mut parts = parts_of(was).into_iter().flatten();
    parts.any(|part| is.contains(part) && !other.contains(part))
}

/// The items of a list, or the keys of a map.
fn parts_of(value: &Value) -> Option<HashSet<&Value>> {
    match value {
        Value::Seq(items) => Some(items.iter().collect()),
        Value::Map(pairs) => Some(pairs.iter().map(|(key, _)| key).collect()),
        _ => None,
    }
}

fn parent<'p, 'a>(path: &'p [&'a str]) -> &'p [&'a str] {
    path.split_last().map_or(&[], |(_, above)| above)
}

/// Whether two names are both known, and not as two names of one table.
fn are_two_fields(rules: &Rules, from: &Path, to: &Path) -> bool {
    let is_known = |path: &Path| {
        let path: Vec<String> = path.iter().map(|&key| key.to_owned()).collect();
        rules.named(&path).is_some()
    };
    let table = |path: &Path| path.last().and_then(|name| Table::of_field(name));
    let is_one = table(from).is_some() && table(from) == table(to);
    is_known(from) && is_known(to) && !is_one
}
