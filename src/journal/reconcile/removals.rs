//! The effect of known removals in a merge: on the items of a set, and on items that
//! git's own merge of several bases lacks.

use std::collections::HashSet;

use super::Stop;
use super::entry::{Context, MemberSides, Ruling};
use super::loss;
use super::member::{Member, Side};
use super::shape;
use crate::journal::rules::Rule;
use crate::journal::yaml::{Node, Value};
use crate::merge::ThreeWay;

/// The item's sides, if it is in (ours ∪ theirs) less what either removed and less what a
/// tombstone keeps out. An item that was put back on top of its removal counts as new.
/// Items that all three have are not asked about: a tombstone there is a matter for
/// `metadb sync conflicts`, not for a merge that did not touch it.
pub fn in_set<'m, 'a>(
    cx: &mut Context,
    sides: MemberSides<'m, 'a>,
    path: &[String],
) -> Result<Option<MemberSides<'m, 'a>>, Stop> {
    let Some(member) = sides.ours.or(sides.theirs) else {
        return Ok(None);
    };
    let in_both = sides.ours.is_some() && sides.theirs.is_some();
    if in_both && sides.base.is_some() {
        return Ok(Some(sides));
    }
    let ruling = (cx.merger.rulings)(path, member.side.tree, member.value);
    // Git's merge of several bases may have the item as no side had it.
    if !in_both
        && cx.merger.several_bases
        && let Some(Ruling::Removed(was)) = &ruling
        && was.contains(&member.meaning())
    {
        return Ok(None);
    }
    if sides.base.is_some() {
        let is_name = member.value.scalar().is_some() || member.value.is_null();
        return Ok(match ruling {
            Some(Ruling::PutBack) => Some(MemberSides {
                base: None,
                ..sides
            }),
            _ if is_name && !loss::of_comments(&sides, &[]) => None,
            // An edit, or a comment that a side wrote there, is left to the merge of the
            // item; changes around it are not.
            _ => Some(sides),
        });
    }
    match ruling {
        Some(Ruling::KeptOut(table, item)) => {
            cx.report.kept_out.push((table, item));
            Ok(None)
        }
        Some(Ruling::Removed(was)) => match was.contains(&member.meaning()) {
            true => Ok(None),
            false => Err(Stop::Conflict),
        },
        _ => Ok(Some(sides)),
    }
}

/// Whether an item that only one side has is dropped, since the other removed it,
/// although the base does not have it. An item that differs from that of every merge base
/// was edited here and removed there, which a person has to decide.
pub fn is_removed(cx: &Context, sides: &MemberSides, path: &[String]) -> Result<bool, Stop> {
    let Some(only) = sides.ours.xor(sides.theirs) else {
        return Ok(false);
    };
    match removed_from(cx, only, path) {
        Some(was) if was.contains(&only.meaning()) => Ok(true),
        // With an item of the base the merge of the item finds that itself.
        Some(_) if sides.base.is_none() => Err(Stop::Conflict),
        _ => Ok(false),
    }
}

/// The values that the merge bases had for an item that the other side removed.
pub fn removed_from(cx: &Context, only: &Member, path: &[String]) -> Option<Vec<Value>> {
    if !cx.merger.several_bases {
        return None;
    }
    match (cx.merger.rulings)(path, only.side.tree, only.value)? {
        Ruling::Removed(was) => Some(was),
        _ => None,
    }
}

/// The rule to merge an entry by, item by item, even if only one side changed it. That is
/// needed if a tombstone keeps out an item that not all three sides have, in a set or in
/// a map's set, or if the merge of several bases lacks an item that one side removed, in
/// any list.
pub fn rule_where_kept_out(cx: &Context, sides: &MemberSides, path: &[String]) -> Option<Rule> {
    let found = sides.map(|m| m.map(|m| (m.side, m.value)));
    match shape::named(cx.merger.rules, path, sides)? {
        Rule::Set => has_kept_out(cx, found, path).then_some(Rule::Set),
        Rule::Map => has_kept_out_within(cx, found, path).then_some(Rule::Map),
        Rule::Sequence | Rule::KeyedList(_) if has_removed(cx, found, path) => {
            let rule = shape::rule(cx.merger.rules, path, sides);
            matches!(rule, Rule::Sequence | Rule::KeyedList(_)).then_some(rule)
        }
        _ => None,
    }
}

/// Each side's value, with the text that it stands in.
type Values<'a> = ThreeWay<Option<(Side<'a>, &'a Node)>>;

fn has_kept_out(cx: &Context, sides: Values, path: &[String]) -> bool {
    let ids = |side: Option<(Side, &Node)>| -> HashSet<_> {
        let list = side.map(|(_, node)| list_of(node)).unwrap_or_default();
        list.iter().filter_map(|node| node.identity()).collect()
    };
    let all = sides.map(ids);
    [(sides.ours, &all.theirs), (sides.theirs, &all.ours)]
        .into_iter()
        .filter_map(|(side, others)| Some((side?, others)))
        .any(|((side, value), others)| {
            list_of(value).into_iter().any(|node| {
                let has = |ids: &HashSet<_>| node.identity().is_some_and(|id| ids.contains(&id));
                let ask = || (cx.merger.rulings)(path, side.tree, node);
                match (has(&all.base), has(others)) {
                    // An item of the base was not added here: it stays on all sides,
                    (true, true) => false,
                    // or goes, unless it was put back.
                    (true, false) => ask() == Some(Ruling::PutBack),
                    (false, _) => {
                        matches!(ask(), Some(Ruling::KeptOut(..) | Ruling::Removed(_)))
                    }
                }
            })
        })
}

fn has_removed(cx: &Context, sides: Values, path: &[String]) -> bool {
    let removed = |(side, value): (Side, &Node)| {
        let ask = |node: &&Node| (cx.merger.rulings)(path, side.tree, node);
        let mut rulings = list_of(value).into_iter().filter_map(|node| ask(&node));
        rulings.any(|ruling| matches!(ruling, Ruling::Removed(_)))
    };
    let sides = [sides.ours, sides.theirs];
    cx.merger.several_bases && sides.into_iter().flatten().any(removed)
}

fn has_kept_out_within(cx: &Context, sides: Values, path: &[String]) -> bool {
    let deleted = sides.base.is_some() && (sides.ours.is_none() || sides.theirs.is_none());
    let mut all = sides.into_array().into_iter().flatten();
    if deleted || !all.all(|(_, n)| n.pairs().is_some() || n.is_null()) {
        // An entry that goes, or changes its kind, has no items to ask about.
        return false;
    }
    let changed = [sides.ours, sides.theirs].into_iter().flatten();
    let pairs = changed.flat_map(|(_, n)| n.pairs().unwrap_or_default());
    let keys: HashSet<&str> = pairs.filter_map(|p| p.key.scalar()).collect();
    keys.into_iter().any(|key| {
        let inner = [path, &[key.to_owned()]].concat();
        let values = sides.map(|v| v.and_then(|(side, n)| Some((side, n.get(key)?))));
        cx.merger.rules.named(&inner) == Some(&Rule::Set) && has_kept_out(cx, values, &inner)
    })
}

/// The items of a list; a single scalar is a list of one.
fn list_of(node: &Node) -> Vec<&Node> {
    match node.items() {
        Some(items) => items.iter().map(|i| &i.node).collect(),
        None if node.is_null() || node.scalar().is_none() => Vec::new(),
        None => vec![node],
    }
}
