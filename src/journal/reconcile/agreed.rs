//! Whether a merged text says what both sides did, where each side's moves are followed in
//! what the other side has.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

use super::loss::comments;
use super::member::Member;
use super::moved::Move;
use super::output::Pick;
use crate::journal::rules::{Rule, Rules};
use crate::journal::yaml::{Kind, Node, Value};
use crate::merge::ThreeWay;

/// What stands under each path of keys, maps and what is empty aside.
type Leaves = BTreeMap<Vec<String>, Value>;

/// Whether `merged` has at each path what a merge of the sides gives there, and no comment
/// less or more. What cannot be told counts as no.
pub fn is_agreed(
    moves: &[Move],
    sides: &ThreeWay<Vec<&Member>>,
    merged: &[&Member],
    rules: &Rules,
) -> bool {
    let agreed = || {
        let [ours, theirs] = [Pick::Ours, Pick::Theirs].map(|side| of_side(moves, side));
        let (ours, theirs) = (ours?, theirs?);
        let both: Vec<_> = ours.iter().chain(&theirs).copied().collect();
        if is_contradiction(&both) {
            return None;
        }
        let sides = ThreeWay::new(
            followed(&both, leaves(&sides.base)?)?,
            followed(&theirs, leaves(&sides.ours)?)?,
            followed(&ours, leaves(&sides.theirs)?)?,
        );
        let merged = leaves(merged)?;
        let all = sides.as_ref().into_array().into_iter().chain([&merged]);
        let paths: BTreeSet<&Vec<String>> = all.flat_map(BTreeMap::keys).collect();
        let is_so = |path: &Vec<String>| {
            let there = sides.as_ref().map(|side| side.get(path));
            // These are worked out from the body.
            let is_derived = matches!(rules.named(path), Some(Rule::Derived(_)));
            !is_derived && is_merge_of(&there, merged.get(path))
        };
        Some(paths.into_iter().all(is_so))
    };
    let said = |side: &[&Member]| -> Vec<String> {
        let all = side.iter().flat_map(|m| comments(m.side, &m.range));
        all.map(str::to_owned).collect()
    };
    let comments = sides.as_ref().map(|side| said(side));
    let comments = comments.as_ref().map(Vec::as_slice);
    agreed().unwrap_or(false) && are_counts_of(&comments, &said(merged))
}

/// A move: from and to.
type Way<'m> = (&'m [String], &'m [String]);

/// A side's moves; `None` where one is not known.
fn of_side(moves: &[Move], side: Pick) -> Option<Vec<Way<'_>>> {
    let of_it = moves.iter().filter(|it| it.side == side);
    of_it
        .map(|it| Some((&it.from[..], it.to.as_deref()?)))
        .collect()
}

/// Whether two moves differ of which one takes the other's value along.
fn is_contradiction(moves: &[Way]) -> bool {
    let both = |a: &Way| moves.iter().any(|b| a != b && b.0.starts_with(a.0));
    moves.iter().any(both)
}

/// The leaves once these moves are made; `None` if something stands there.
fn followed(moves: &[Way], leaves: Leaves) -> Option<Leaves> {
    let mut made = Leaves::new();
    for (path, value) in leaves {
        let way = moves.iter().find(|(from, _)| path.starts_with(from));
        let path = match way {
            Some((from, to)) => [to, &path[from.len()..]].concat(),
            None => path,
        };
        if made.insert(path, value).is_some() {
            return None;
        }
    }
    Some(made)
}

/// `None` for keys that are no scalars, or stand twice.
fn leaves(members: &[&Member]) -> Option<Leaves> {
    let mut leaves = Leaves::new();
    let mut open: Vec<(Vec<String>, &Node, &str)> = Vec::new();
    for m in members {
        open.push((vec![m.key?.identity()?], m.value, m.side.text));
    }
    while let Some((path, node, text)) = open.pop() {
        match &node.kind {
            Kind::Map { pairs, .. } if node.properties_end.is_none() => {
                for pair in pairs {
                    let path = [&path[..], &[pair.key.identity()?]].concat();
                    open.push((path, &pair.value, text));
                }
            }
            _ if node.is_empty() => {}
            _ => {
                if leaves.insert(path, Value::of(node, text)).is_some() {
                    return None;
                }
            }
        }
    }
    Some(leaves)
}

/// Whether a value is the merge of three: as one, or of lists by how often each item is
/// there. A missing and an empty list mean the same.
fn is_merge_of(sides: &ThreeWay<Option<&Value>>, merged: Option<&Value>) -> bool {
    if let Some(wanted) = sides.trivial() {
        return merged == wanted;
    }
    let items = |value: Option<&Value>| match value {
        None => Some(Vec::new()),
        Some(Value::Seq(items)) => Some(items.clone()),
        Some(_) => None,
    };
    let lists = sides.try_map(|side| items(side).ok_or(()));
    match (lists, items(merged)) {
        (Ok(lists), Some(merged)) => are_counts_of(&lists.as_ref().map(Vec::as_slice), &merged),
        _ => false,
    }
}

/// Whether each item is there as often as a merge of three lists has it.
fn are_counts_of<T: Eq + Hash>(sides: &ThreeWay<&[T]>, merged: &[T]) -> bool {
    let mut counts: HashMap<&T, (ThreeWay<usize>, usize)> = HashMap::new();
    for item in sides.base {
        counts.entry(item).or_default().0.base += 1;
    }
    for item in sides.ours {
        counts.entry(item).or_default().0.ours += 1;
    }
    for item in sides.theirs {
        counts.entry(item).or_default().0.theirs += 1;
    }
    for item in merged {
        counts.entry(item).or_default().1 += 1;
    }
    let mut all = counts.into_values();
    all.all(|(sides, merged)| sides.trivial() == Some(merged))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(keys: &str) -> Vec<String> {
        keys.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn each_item_is_there_as_often_as_a_merge_of_the_lists_has_it() {
        let are = |[base, ours, theirs, merged]: [&[&str]; 4]| {
            are_counts_of(&ThreeWay::new(base, ours, theirs), merged)
        };
        for right in [
            [&["rain"][..], &["rain", "fog"], &["rain"], &["fog", "rain"]],
            [&["rain", "fog"], &["rain"], &["fog"], &[]],
            [&["rain"], &["rain", "rain"], &["rain"], &["rain", "rain"]],
            [&[], &["fog"], &["fog"], &["fog"]],
        ] {
            assert!(are(right), "{right:?}");
        }
        for wrong in [
            [&["rain"][..], &["rain", "fog"], &["rain"], &["rain"]],
            [&["rain"], &[], &["rain"], &["rain"]],
            [&[], &["fog"], &[], &["fog", "fog"]],
            [&["rain"], &["rain"], &["rain"], &[]],
        ] {
            assert!(!are(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn a_list_is_the_merge_of_three_and_a_missing_one_is_empty() {
        let list = |items: &[&str]| {
            let items = items.iter().map(|item| Value::Text((*item).to_owned()));
            Value::Seq(items.collect())
        };
        let (rain, fog) = (list(&["rain"]), list(&["fog"]));
        let both = list(&["rain", "fog"]);
        let sides = ThreeWay::new(None, Some(&rain), Some(&fog));
        assert!(is_merge_of(&sides, Some(&both)));
        assert!(!is_merge_of(&sides, Some(&rain)));
        let text = Value::Text("rain".into());
        let sides = ThreeWay::new(None, Some(&text), Some(&fog));
        assert!(!is_merge_of(&sides, Some(&both)));
    }

    #[test]
    fn two_moves_differ_of_which_one_takes_the_others_value_along() {
        let [harbour, quay, pier] = ["harbour", "harbour.quay", "pier"].map(path);
        let of_map = (&harbour[..], &pier[..]);
        let of_list = (&quay[..], &pier[..]);
        let of_another = (&pier[..], &quay[..]);
        assert!(is_contradiction(&[of_map, of_list]));
        assert!(is_contradiction(&[of_list, of_map]));
        assert!(!is_contradiction(&[of_map]));
        assert!(!is_contradiction(&[of_map, of_map, of_another]));
    }
}
