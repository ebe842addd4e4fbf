//! Keys that one side renamed while the other side edited their values.

use std::collections::{HashMap, HashSet};

use super::view::View;
use crate::journal::yaml::Value;
use crate::merge::ThreeWay;

/// Gives base and the other side the new name of a key that one side renamed, so that the
/// other side's edits of its list or map are merged there. A key counts as renamed if the
/// side has, in its place, a key that nobody else has, with exactly base's value.
///
/// Scalars are left alone: two fields that say `true` have nothing to do with each other.
/// So are two names that are both known: people that one side put down as cities are no
/// people under another name.
pub fn follow(
    ids: &mut ThreeWay<Vec<String>>,
    views: &ThreeWay<Option<View>>,
    is_known: impl Fn(&str) -> bool,
) {
    let values = views.as_ref().map(values);
    let ThreeWay { base, ours, theirs } = ids;
    let by_ours = renames(
        (base, &values.base),
        (ours, &values.ours),
        (theirs, &values.theirs),
    );
    let by_theirs = renames(
        (base, &values.base),
        (theirs, &values.theirs),
        (ours, &values.ours),
    );
    for (renames, other) in [(by_ours, theirs), (by_theirs, ours)] {
        for (from, to) in renames {
            if is_known(&from) && is_known(&to) {
                continue;
            }
            for id in base.iter_mut().chain(other.iter_mut()) {
                if *id == from {
                    id.clone_from(&to);
                }
            }
        }
    }
}

/// The value of each member; `None` if it is empty, or not a list or map.
fn values(view: &Option<View>) -> Vec<Option<Value>> {
    let members = view.iter().flat_map(|v| &v.members);
    let of = |value: Value| match &value {
        Value::Seq(items) if !items.is_empty() => Some(value),
        Value::Map(pairs) if !pairs.is_empty() => Some(value),
        _ => None,
    };
    members.map(|m| of(m.meaning())).collect()
}

type Side<'s> = (&'s [String], &'s [Option<Value>]);

/// The keys that `side` renamed and whose value `other` changed: from and to.
fn renames(base: Side, side: Side, other: Side) -> Vec<(String, String)> {
    let by_id = |of: Side<'_>| -> HashSet<String> { of.0.iter().cloned().collect() };
    let there = ThreeWay::new(by_id(base), by_id(side), by_id(other));
    // A list that the other side emptied has nothing to take along.
    let edited: HashSet<&String> = filled(other).map(|(id, _)| id).collect();
    let gone: Vec<(&String, &Value)> = filled(base)
        .filter(|(id, _)| !there.ours.contains(*id) && edited.contains(*id))
        .collect();
    if gone.is_empty() {
        return Vec::new();
    }
    let mut new: HashMap<&Value, Vec<&String>> = HashMap::new();
    for (id, value) in filled(side) {
        if !there.base.contains(id) && !there.theirs.contains(id) {
            new.entry(value).or_default().push(id);
        }
    }
    let mut twins: HashMap<&Value, usize> = HashMap::new();
    for (_, value) in filled(base) {
        *twins.entry(value).or_default() += 1;
    }
    let unchanged: HashSet<(&String, &Value)> = filled(other).collect();
    let mut found = Vec::new();
    for (from, value) in gone {
        // With two copies, or two fields with this value, nothing says which was renamed.
        if let (Some([to]), 1) = (new.get(value).map(Vec::as_slice), twins[value])
            && !unchanged.contains(&(from, value))
        {
            found.push((from.clone(), (*to).clone()));
        }
    }
    found
}

fn filled<'s>(side: Side<'s>) -> impl Iterator<Item = (&'s String, &'s Value)> {
    let members = side.0.iter().zip(side.1);
    members.filter_map(|(id, value)| Some((id, value.as_ref()?)))
}
