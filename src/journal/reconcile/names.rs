//! The names that tell the items of a list apart if no setting gives its order a meaning.

use std::collections::{BTreeMap, BTreeSet};

use super::member::Member;
use crate::journal::rules::{IDENTIFYING, NAMING};
use crate::journal::yaml::Node;
use crate::merge::ThreeWay;

/// The number of identifying keys whose value alone may stand for the item: a person is a
/// name, or a map with one.
const NAMES: usize = 6;

/// The names of the items of all sides.
pub type Names = ThreeWay<Vec<String>>;

/// The name of each item, by the first key of the maps that tells the items of each side
/// apart. Items with the same name on two sides are the same item.
pub fn of_each_side(members: &ThreeWay<&[Member]>) -> Option<Names> {
    keys(members).into_iter().find_map(|key| by(key, members))
}

/// The name of each item, if one key of the maps tells all items of all sides apart, and
/// no name belongs to different items on two sides.
pub fn names(members: &ThreeWay<&[Member]>, ids: &ThreeWay<Vec<usize>>) -> Option<Names> {
    let mut all = keys(members).into_iter();
    all.find_map(|key| by(key, members).filter(|names| of_one_item_each(names, ids)))
}

fn keys(members: &ThreeWay<&[Member]>) -> Vec<&'static str> {
    let mut all = members.into_array().into_iter().flatten();
    if all.any(|m| m.value.scalar().is_some()) {
        IDENTIFYING[..NAMES].to_vec()
    } else {
        IDENTIFYING.iter().chain(&NAMING).copied().collect()
    }
}

fn by(key: &str, members: &ThreeWay<&[Member]>) -> Option<Names> {
    let name = |m: &Member| match m.value.pairs() {
        Some(_) => m.value.get(key).and_then(Node::identity),
        None => m.value.identity(),
    };
    let named = |members: &[Member]| -> Option<Vec<String>> {
        let names: Vec<String> = members.iter().map(name).collect::<Option<_>>()?;
        let unique = names.iter().collect::<BTreeSet<_>>().len() == names.len();
        unique.then_some(names)
    };
    members.try_map(|side| named(side).ok_or(())).ok()
}

fn of_one_item_each(names: &Names, ids: &ThreeWay<Vec<usize>>) -> bool {
    let sides = names.as_ref().zip(ids.as_ref()).into_array().into_iter();
    let mut bearer: BTreeMap<&str, usize> = BTreeMap::new();
    sides
        .flat_map(|(names, ids)| names.iter().zip(ids))
        .all(|(name, id)| *bearer.entry(name).or_insert(*id) == *id)
}
