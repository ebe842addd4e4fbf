//! Keys that one side renamed while the other side edited their values, and items whose
//! naming key one side changed.

use std::collections::{HashMap, HashSet};

use super::entry;
use super::identity::{MAX_COMPARED, MAX_PAIRS, naming};
use super::interner::{Interner, common};
use super::likeness::{Shape, Shapes};
use super::loss;
use super::member::Member;
use super::view::View;
use crate::journal::Table;
use crate::journal::rules::Rule;
use crate::journal::yaml::Value;
use crate::merge::ThreeWay;

/// Gives base and the other side the new name of a key that one side renamed, so that the
/// other side's edits of its list or map are merged there. A key counts as renamed if the
/// side has, in its place, a key that nobody else has, with exactly base's value, or with
/// a list of which half is base's.
///
/// Scalars are left alone: two fields that say `true` have nothing to do with each other.
/// So are two names that are both known: people that one side put down as cities are no
/// people under another name. `city` and `cities` are two names of one table, and their
/// value is a list even if it is written as a scalar. Keys that `is_apart` says keep their
/// names.
pub fn follow(
    ids: &mut ThreeWay<Vec<String>>,
    views: &ThreeWay<View>,
    is_known: impl Fn(&str) -> bool,
    is_apart: impl Fn(&str) -> bool,
) {
    let named = ids.as_ref().zip(views.as_ref());
    let values = named.map(|(ids, view)| values(ids, view, &is_known));
    let comments = named.map(|(ids, view)| comments(ids, view));
    let took_out_some = |side: &HashMap<String, Vec<&str>>| -> HashSet<String> {
        let had = comments.base.iter();
        let less = had.filter(|(id, had)| side.get(*id).is_some_and(|has| is_part(has, had)));
        less.map(|(id, _)| id.clone()).collect()
    };
    let without = (
        took_out_some(&comments.ours),
        took_out_some(&comments.theirs),
    );
    let ThreeWay { base, ours, theirs } = ids;
    let by_ours = renames(
        (base, &values.base),
        (ours, &values.ours),
        (theirs, &values.theirs),
        &without.1,
    );
    let by_theirs = renames(
        (base, &values.base),
        (theirs, &values.theirs),
        (ours, &values.ours),
        &without.0,
    );
    for (renames, other) in [(by_ours, theirs), (by_theirs, ours)] {
        for (from, to) in renames {
            if is_known(&from) && is_known(&to) && !is_one_table(&from, &to) {
                continue;
            }
            if is_apart(&from) || is_apart(&to) {
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

/// The comments of each list or map, in one order.
fn comments<'a>(ids: &[String], view: &View<'a>) -> HashMap<String, Vec<&'a str>> {
    let all = ids.iter().zip(&view.members).map(|(id, m)| {
        let mut all = loss::comments(m.side, &m.range);
        all.sort_unstable();
        (id.clone(), all)
    });
    all.collect()
}

/// Whether the second of two sorted lists has all that the first has, and more.
fn is_part(part: &[&str], whole: &[&str]) -> bool {
    let mut rest = whole.iter();
    part.len() < whole.len() && part.iter().all(|it| rest.any(|other| other == it))
}

/// Whether two keys are names of one table.
fn is_one_table(a: &str, b: &str) -> bool {
    Table::of_field(a).is_some_and(|table| Table::of_field(b) == Some(table))
}

/// A single scalar as a list of one.
fn lone(member: &Member) -> Option<Value> {
    member.value.scalar().filter(|_| !member.is_none())?;
    Some(Value::Seq(vec![member.meaning()]))
}

/// The value of each member, without a tag or an anchor; `None` if it is empty, or not a list
/// or map. A city that the table knows may be a list of one.
fn values(ids: &[String], view: &View, is_known: &impl Fn(&str) -> bool) -> Vec<Option<Value>> {
    let is_city = |id: &str| is_known(id) && Table::of_field(id) == Some(Table::Cities);
    let members = ids.iter().zip(&view.members);
    let of = |(id, member): (&String, &Member)| match member.meaning().bare() {
        Value::Seq(items) if items.is_empty() => None,
        Value::Map(pairs) if pairs.is_empty() => None,
        value @ (Value::Seq(_) | Value::Map(_)) => Some(value),
        _ if is_city(id) => lone(member),
        _ => None,
    };
    members.map(of).collect()
}

type Side<'s> = (&'s [String], &'s [Option<Value>]);

/// The keys that `side` renamed and whose value `other` changed, or of which it took
/// comments out: from and to.
fn renames(
    base: Side,
    side: Side,
    other: Side,
    without_comments: &HashSet<String>,
) -> Vec<(String, String)> {
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
    let lists = new.iter().flat_map(|(value, ids)| {
        let lists = ids.iter().map(|id| (*id, *value));
        lists.filter(|(_, value)| matches!(value, Value::Seq(_)))
    });
    let lists: Vec<(&String, &Value)> = lists.collect();
    let halves = halves(&gone, &lists);
    let mut twins: HashMap<&Value, usize> = HashMap::new();
    for (_, value) in filled(base) {
        *twins.entry(value).or_default() += 1;
    }
    let unchanged: HashSet<(&String, &Value)> = filled(other).collect();
    let mut found = Vec::new();
    for &(from, value) in &gone {
        let is_unchanged = unchanged.contains(&(from, value)) && !without_comments.contains(from);
        if twins[value] > 1 || is_unchanged {
            continue;
        }
        // With two copies, or two fields with this value, nothing says which was renamed.
        match new.get(value).map(Vec::as_slice) {
            Some([to]) => found.push((from.clone(), (*to).clone())),
            Some(_) => {}
            None => {
                if let Some((to, list)) = halves.get(from)
                    && !twins.contains_key(list)
                {
                    found.push((from.clone(), (*to).clone()));
                }
            }
        }
    }
    found
}

/// Limit on the pairs of lists, one that is gone and a new one, that are compared: a person
/// renames a few keys at once.
const MAX_LISTS: usize = 400;

/// By key, the only list of `new` that shares half of the items of the longer one with a
/// list of `gone`, which is the only such one for it.
fn halves<'v>(
    gone: &[(&'v String, &'v Value)],
    new: &[(&'v String, &'v Value)],
) -> HashMap<&'v String, (&'v String, &'v Value)> {
    if gone.len() * new.len() > MAX_LISTS {
        return HashMap::new();
    }
    let mut items = Interner::default();
    let mut numbered = |value: &'v Value| match value {
        Value::Seq(list) => Some(items.sorted(list)),
        _ => None,
    };
    let was: Vec<_> = gone.iter().map(|(_, value)| numbered(value)).collect();
    let now: Vec<_> = new.iter().map(|(_, value)| numbered(value)).collect();
    let is_half = |was: &[usize], now: &[usize]| 2 * common(was, now) >= was.len().max(now.len());
    let mut pairs = Vec::new();
    for (from, was) in was.iter().enumerate() {
        for (to, now) in now.iter().enumerate() {
            let both = was.as_ref().zip(now.as_ref());
            if both.is_some_and(|(was, now)| is_half(was, now)) {
                pairs.push((from, to));
            }
        }
    }
    let once = |(from, to): &&(usize, usize)| {
        pairs.iter().filter(|(f, _)| f == from).count() == 1
            && pairs.iter().filter(|(_, t)| t == to).count() == 1
    };
    let only = pairs.iter().filter(once);
    only.map(|&(from, to)| (gone[from].0, new[to])).collect()
}

/// The members of base that one side has changed and the other lacks, where the other has
/// a new member that is like it: it may be the same one under another name, so that what
/// the first side did to it is not done with. Members whose place is taken by nothing, or
/// by something unlike them, were removed.
pub fn rekeyed<'i>(
    ids: &'i ThreeWay<Vec<String>>,
    members: &ThreeWay<HashMap<&'i str, &'i Member>>,
    rule: &Rule,
) -> HashSet<&'i str> {
    let mut found = HashSet::new();
    for (lacking, theirs, having) in [
        (&ids.ours, &members.ours, &members.theirs),
        (&ids.theirs, &members.theirs, &members.ours),
    ] {
        let changed: Vec<(&str, &Member)> = members
            .base
            .iter()
            .filter(|(id, _)| !theirs.contains_key(*id))
            .filter_map(|(id, base)| {
                let now = having.get(id)?;
                (!base.is_none() && !entry::goes(now, base)).then_some((*id, *base))
            })
            .collect();
        if changed.is_empty() {
            continue;
        }
        let new: Vec<&Member> = lacking
            .iter()
            .filter(|id| !members.base.contains_key(id.as_str()))
            .filter(|id| !having.contains_key(id.as_str()))
            .filter_map(|id| theirs.get(id.as_str()).copied())
            .collect();
        found.extend(like_a_new_one(&changed, &new, rule));
    }
    found
}

/// Those of the old members that are like one of the new ones; all of them if there is too
/// much to compare.
fn like_a_new_one<'i>(
    old: &[(&'i str, &Member)],
    new: &[&Member],
    rule: &Rule,
) -> HashSet<&'i str> {
    if old.len() * new.len() > MAX_PAIRS {
        return old.iter().map(|(id, _)| *id).collect();
    }
    let said = |m: &Member| (m.meaning(), named_by(m, rule));
    let olds: Vec<_> = old.iter().map(|(_, m)| said(m)).collect();
    let news: Vec<_> = new.iter().map(|m| said(m)).collect();
    let mut shapes = Shapes::default();
    let olds = olds.iter().map(|(value, key)| shapes.of(value, *key));
    let olds: Vec<Option<Shape>> = olds.collect();
    let news = news
        .iter()
        .filter_map(|(value, key)| shapes.of(value, *key));
    let news: Vec<Shape> = news.collect();
    let size = |shape: &Shape| shape.size;
    let work = olds.iter().flatten().map(size).sum::<usize>() * news.len()
        + news.iter().map(size).sum::<usize>() * olds.len();
    let is_like = |was: &Option<Shape>| {
        let was = was.as_ref();
        was.is_some_and(|was| news.iter().any(|now| was.has_to_do_with(now)))
    };
    let all = old.iter().zip(&olds);
    all.filter(|(_, was)| work > MAX_COMPARED || is_like(was))
        .map(|((id, _), _)| *id)
        .collect()
}

/// The key of a map that names it.
fn named_by<'r>(member: &Member, rule: &'r Rule) -> Option<&'r str> {
    match member.key {
        Some(_) => None,
        None => naming(member.value, rule).map(|(key, _)| key),
    }
}

fn filled<'s>(side: Side<'s>) -> impl Iterator<Item = (&'s String, &'s Value)> {
    let members = side.0.iter().zip(side.1);
    members.filter_map(|(id, value)| Some((id, value.as_ref()?)))
}
