//! Lists, maps and texts that one side moved to another place while the other side changed
//! them where they were. A key that a side lacks counts as empty there, and what stands in
//! a new place as new: merged by field, what the other side took out would be back.

use std::collections::{BTreeMap, BTreeSet};

use super::Stop;
use super::identity::MAX_PAIRS;
use super::interner::{Interner, common};
use super::member::Side;
use crate::journal::Table;
use crate::journal::rules::Rules;
use crate::journal::yaml::{Kind, Node, Value};
use crate::merge::ThreeWay;

/// The keys that lead to a value, through maps alone.
type Path<'a> = Vec<&'a str>;

/// The values of one side that stand under a key, whatever they are.
struct Values<'a> {
    text: &'a str,
    nodes: BTreeMap<Path<'a>, &'a Node>,
}

/// Leaves to git a merge in which one side moved a value that the other side changed or took
/// out. [`follow`](super::renamed::follow) merges one that was renamed within its map and
/// edited; two names that are both known are two fields.
pub fn refuse(sides: ThreeWay<Side>, rules: &Rules) -> Result<(), Stop> {
    let ThreeWay { base, ours, theirs } = sides.map(Values::of);
    for (side, other) in [(&ours, &theirs), (&theirs, &ours)] {
        if let Some((from, to)) = moved(&base, side, other, rules) {
            return Err(Stop::Refuse(format!(
                "one side moved `{}` to `{}`, and the other changed it",
                from.join("."),
                to.join(".")
            )));
        }
    }
    Ok(())
}

/// A value that `side` has in a new place, and that `other` does not have as it was: from
/// and to.
fn moved<'v>(
    base: &'v Values,
    side: &'v Values,
    other: &Values,
    rules: &Rules,
) -> Option<(&'v Path<'v>, &'v Path<'v>)> {
    let new = side.that(|path| !base.nodes.contains_key(path) && !other.nodes.contains_key(path));
    if new.is_empty() {
        return None;
    }
    let gone = base.that(|path| !side.nodes.contains_key(path));
    if gone.len() * new.len() > MAX_PAIRS {
        return None;
    }
    let mut renamed: BTreeSet<&[&str]> = BTreeSet::new();
    // What leads to a value comes before it.
    for (from, was) in &gone {
        if (1..from.len()).any(|depth| renamed.contains(&from[..depth])) {
            continue;
        }
        let now = other.value(from);
        for (to, _) in new.iter().filter(|(_, is)| is_like(was, is)) {
            if parent(from) != parent(to) {
                if now.as_ref() != Some(was) {
                    return Some((from, to));
                }
            } else if now.as_ref().is_some_and(is_known_again) {
                renamed.insert(from);
            } else if !matches!(was, Value::Text(_)) && !are_two_fields(rules, from, to) {
                return Some((from, to));
            }
        }
    }
    None
}

impl<'a> Values<'a> {
    fn of(side: Side<'a>) -> Self {
        let mut nodes = BTreeMap::new();
        let root = side.tree.root.as_ref();
        let mut open: Vec<(Path, &Node)> =
            root.map(|node| (Path::new(), node)).into_iter().collect();
        while let Some((path, node)) = open.pop() {
            if let Kind::Map { pairs, .. } = &node.kind {
                for pair in pairs {
                    if let Kind::Scalar { value, .. } = &pair.key.kind {
                        let mut path = path.clone();
                        path.push(value);
                        open.push((path, &pair.value));
                    }
                }
            }
            if !path.is_empty() {
                nodes.insert(path, node);
            }
        }
        Self {
            text: side.text,
            nodes,
        }
    }

    fn value(&self, path: &Path) -> Option<Value> {
        Some(Value::of(self.nodes.get(path)?, self.text))
    }

    /// Those at such places that can be known again elsewhere.
    fn that(&self, is_meant: impl Fn(&Path) -> bool) -> Vec<(&Path<'a>, Value)> {
        let there = self.nodes.iter().filter(|(path, _)| is_meant(path));
        let values = there.map(|(path, node)| (path, Value::of(node, self.text)));
        values.filter(|(_, value)| is_known_again(value)).collect()
    }
}

/// Whether a value says enough to be known again in another place: two fields that say
/// `true`, or are empty, have nothing to do with each other.
fn is_known_again(value: &Value) -> bool {
    match value {
        Value::Seq(items) => !items.is_empty(),
        Value::Map(pairs) => !pairs.is_empty(),
        Value::Text(text) => text.trim().contains(char::is_whitespace),
        _ => false,
    }
}

/// Whether two values are equal, or lists that share half of the items of the longer one.
fn is_like(was: &Value, is: &Value) -> bool {
    let (Value::Seq(was_items), Value::Seq(items)) = (was, is) else {
        return was == is;
    };
    let mut numbers = Interner::default();
    let (was, is) = (numbers.sorted(was_items), numbers.sorted(items));
    2 * common(&was, &is) >= was.len().max(is.len())
}

fn parent<'p, 'a>(path: &'p Path<'a>) -> &'p [&'a str] {
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
