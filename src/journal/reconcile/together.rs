//! Keys of the top that are merged together, since a value moved between them: by line
//! where that provably says what both sides did, and else as one conflict.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use super::Stop;
use super::above::above;
use super::agreed::is_agreed;
use super::collection::Part;
use super::entry::Context;
use super::member::{Member, Side};
use super::moved::Group;
use super::output::{Meaning, Piece};
use super::removals::rule_where_kept_out;
use super::report::Decision;
use super::top::Top;
use super::view::View;
use crate::journal::yaml::{Node, Tree, Value};
use crate::merge::ThreeWay;

/// The members of some keys by their ids, on each side in its order.
type Members<'m, 'a> = ThreeWay<Vec<(&'m str, &'m Member<'a>)>>;

/// Merged members by their ids.
type Parts<'m> = Vec<(&'m str, Box<Part>)>;

/// All keys of the top that are merged together.
#[derive(Default)]
pub struct Wholes<'m, 'a> {
    pub ids: HashSet<&'m str>,
    /// Those that the merge does not take apart, by the one of them in whose place they
    /// stand.
    pub all: HashMap<&'m str, Whole<'m, 'a>>,
}

/// Members that are one conflict, or as in the base of a virtual one.
pub struct Whole<'m, 'a> {
    pub ids: HashSet<&'m str>,
    pub members: ThreeWay<Vec<&'m Member<'a>>>,
    pub parts: Vec<Part>,
}

impl<'m, 'a> Wholes<'m, 'a> {
    /// Merges the members of a group of keys, out of all those of the top. The parts are
    /// those that stand in a place of their own.
    ///
    /// # Errors
    /// [`Stop::Refuse`] where one of them refers to another one, or is referred to.
    pub fn merge(
        &mut self,
        cx: &mut Context,
        group: &Group,
        all: &ThreeWay<(&'m Vec<String>, &'m View<'a>)>,
    ) -> Result<Parts<'m>, Stop> {
        let is_meant = |m: &Member| {
            let key = m.key.and_then(Node::scalar);
            key.is_some_and(|key| group.keys.contains(key))
        };
        let all = all.map(|(ids, view)| ids.iter().map(String::as_str).zip(&view.members));
        let meant = all.clone().into_array().into_iter().flatten();
        let meant = meant.filter(|(_, m)| is_meant(m));
        let ids: HashSet<&str> = meant.map(|(id, _)| id).collect();
        let members =
            all.map(|side| -> Vec<_> { side.filter(|(id, _)| ids.contains(id)).collect() });
        let mut nodes = members.as_ref().into_array().into_iter().flatten();
        if nodes.any(|(_, m)| m.value.has_anchor_or_alias()) {
            return Err(Stop::Refuse(format!(
                "one side moved {group}, beside an anchor or an alias, and the other changed it"
            )));
        }
        self.ids.extend(&ids);
        if let Some(parts) = by_line(cx, group, &members)? {
            return Ok(parts);
        }
        let (place, whole) = as_one(cx, &members, ids);
        self.all.insert(place, whole);
        Ok(Vec::new())
    }
}

/// The members as git merges their lines; `None` where that is a conflict, or is not
/// provably what both sides did.
fn by_line<'m>(
    cx: &mut Context,
    group: &Group,
    members: &Members<'m, '_>,
) -> Result<Option<Parts<'m>>, Stop> {
    let lines = members
        .as_ref()
        .map(|side| -> String { side.iter().map(|(_, m)| m.lines_at(0)).collect() });
    let Some(text) = cx.by_line(lines.as_ref().map(String::as_str))? else {
        return Ok(None);
    };
    let Ok(tree) = Tree::parse(&text) else {
        return Ok(None);
    };
    let side = Side {
        text: &text,
        tree: &tree,
    };
    let Ok(mut top) = Top::of(side) else {
        return Ok(None);
    };
    top.give_head_to_first();
    if !top.tail.is_empty() {
        return Ok(None);
    }
    let of_sides = members
        .as_ref()
        .map(|side| -> Vec<&Member> { side.iter().map(|(_, m)| *m).collect() });
    let merged: Vec<&Member> = top.view.members.iter().collect();
    if !is_agreed(&group.moves, &of_sides, &merged, cx.merger.rules) {
        return Ok(None);
    }
    let ids: HashMap<String, &str> = [&members.theirs, &members.ours]
        .into_iter()
        .flatten()
        .filter_map(|(id, m)| Some((m.key?.identity()?, *id)))
        .collect();
    let base: HashMap<&str, &Member> = members.base.iter().copied().collect();
    let mut parts = Vec::new();
    for merged in merged {
        let key = merged.key.and_then(Node::identity).unwrap_or_default();
        let Some(id) = ids.get(&key).copied() else {
            return Ok(None);
        };
        let base = base.get(id).copied();
        let sides = ThreeWay::new(base, Some(merged), Some(merged));
        let path = [id.to_owned()];
        if cx.merger.several_bases || rule_where_kept_out(cx, &sides, &path).is_some() {
            return Ok(None);
        }
        let lead = above(merged.lead_at(0).into_owned(), base, 0);
        let pieces = vec![lead, Piece::Text(merged.core_at(0))];
        parts.push((id, Box::new(said(merged, pieces))));
    }
    for (id, _) in &parts {
        cx.report.note(&[(*id).to_owned()], None, Decision::Merged);
    }
    Ok(Some(parts))
}

/// One conflict with each side's members as they are, or in a virtual base those of the
/// base, and the id in whose place it stands.
fn as_one<'m, 'a>(
    cx: &mut Context,
    members: &Members<'m, 'a>,
    ids: HashSet<&'m str>,
) -> (&'m str, Whole<'m, 'a>) {
    let ThreeWay { base, ours, theirs } = members;
    let has = |side: &[(&str, _)], id: &str| side.iter().any(|(other, _)| *other == id);
    // Where a key stands that most sides have, which is the same with the sides swapped.
    let there = ours.iter().chain(theirs).map(|(id, _)| *id);
    let first = there.max_by_key(|id| {
        let both = has(ours, id) && has(theirs, id);
        let place = base.iter().position(|(other, _)| other == id);
        (both, place.map(Reverse), Reverse(*id))
    });
    let members: ThreeWay<Vec<&Member>> = members
        .as_ref()
        .map(|side| side.iter().map(|(_, m)| *m).collect());
    let parts = match cx.merger.virtual_base {
        true => {
            let all = members.base.iter();
            let lines = |m: &Member| vec![Piece::Text(m.lines_at(0))];
            all.map(|m| said(m, lines(m))).collect()
        }
        false => marked(&members),
    };
    let decision = match cx.merger.virtual_base {
        true => Decision::Base,
        false => Decision::Conflict,
    };
    let of_id = |side: &[(&str, &Member)], id: &str| {
        let mut there = side.iter().filter(|(other, _)| *other == id);
        there.next().map(|(_, m)| m.lines_at(0))
    };
    let mut changed: Vec<&str> = ids.iter().copied().collect();
    changed.retain(|id| of_id(ours, id) != of_id(theirs, id));
    changed.sort_unstable();
    for id in changed {
        cx.report.note(&[id.to_owned()], None, decision);
    }
    let whole = Whole {
        ids,
        members,
        parts,
    };
    (first.unwrap_or_default(), whole)
}

/// A member in these lines.
fn said(m: &Member, pieces: Vec<Piece>) -> Part {
    Part {
        pieces,
        flow: None,
        key: key_of(m).map(Meaning::Same),
        meaning: Meaning::Same(m.meaning()),
    }
}

/// The parts of one conflict; its lines stand in the first.
fn marked(members: &ThreeWay<Vec<&Member>>) -> Vec<Part> {
    let lines = |side: &Vec<&Member>| side.iter().map(|m| m.lines_at(0)).collect();
    let mut pieces = vec![Piece::Conflict(members.as_ref().map(lines))];
    let (ours, theirs) = (&members.ours, &members.theirs);
    let part = |i: usize| Part {
        pieces: std::mem::take(&mut pieces),
        flow: None,
        key: Some(Meaning::Differ {
            ours: ours.get(i).and_then(|m| key_of(m)),
            theirs: theirs.get(i).and_then(|m| key_of(m)),
        }),
        meaning: Meaning::Differ {
            ours: ours.get(i).map(|m| m.meaning()),
            theirs: theirs.get(i).map(|m| m.meaning()),
        },
    };
    (0..ours.len().max(theirs.len())).map(part).collect()
}

fn key_of(m: &Member) -> Option<Value> {
    m.key.map(|key| Value::of(key, m.side.text))
}
