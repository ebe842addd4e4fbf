//! What tells the items of a list apart whose order means nothing that anyone said.

use std::collections::{BTreeMap, BTreeSet};

use super::member::Member;
use crate::journal::rules::{IDENTIFYING, NAMING};
use crate::journal::yaml::Node;
use crate::merge::ThreeWay;

/// How many of the identifying keys hold what a single scalar may stand for: a person
/// is a name, or a map with one.
const NAMES: usize = 6;

/// The name of each item, if one key of the maps tells all items of all sides apart,
/// and no item of one side has the name of another one on the other.
pub fn names(
    members: &ThreeWay<&[Member]>,
    ids: &ThreeWay<Vec<usize>>,
) -> Option<ThreeWay<Vec<String>>> {
    let all = [members.base, members.ours, members.theirs];
    let mut all = all.into_iter().flatten();
    let keys: Vec<&str> = if all.any(|m| m.value.scalar().is_some()) {
        IDENTIFYING[..NAMES].to_vec()
    } else {
        IDENTIFYING.iter().chain(&NAMING).copied().collect()
    };
    keys.iter().find_map(|key| by(key, members, ids))
}

fn by(
    key: &str,
    members: &ThreeWay<&[Member]>,
    ids: &ThreeWay<Vec<usize>>,
) -> Option<ThreeWay<Vec<String>>> {
    let name = |m: &Member| match m.value.pairs() {
        Some(_) => m.value.get(key).and_then(Node::identity),
        None => m.value.identity(),
    };
    let mut bearer: BTreeMap<String, usize> = BTreeMap::new();
    let mut named = |members: &[Member], ids: &[usize]| -> Option<Vec<String>> {
        let names: Vec<String> = members.iter().map(name).collect::<Option<_>>()?;
        let unique = names.iter().collect::<BTreeSet<_>>().len() == names.len();
        let own = names.iter().zip(ids);
        let own = own
            .filter(|(name, id)| *bearer.entry((*name).clone()).or_insert(**id) == **id)
            .count();
        (unique && own == names.len()).then_some(names)
    };
    Some(ThreeWay::new(
        named(members.base, &ids.base)?,
        named(members.ours, &ids.ours)?,
        named(members.theirs, &ids.theirs)?,
    ))
}
