//! Lists whose order means something: merged in order, place by place.

use std::collections::{HashMap, HashSet};

use super::Stop;
use super::alike::{Items, NoneAlike};
use super::collection::{Part, Place, part};
use super::cut::spaces;
use super::entry::{Context, Entries};
use super::member::Member;
use super::names::{Names, names, of_each_side};
use super::output::{Meaning, Piece};
use super::removals::removed_from;
use super::report::Decision;
use super::view::{Form, View};
use crate::journal::rules::Rule;
use crate::journal::yaml::Value;
use crate::merge::{Chunk, ThreeWay, identify, sequence};

/// The longest list that is merged in order. Comparing costs the product of
/// length and difference, and nobody orders more by hand.
const MAX_ITEMS: usize = 5_000;

/// What an item of the base is that a side has no more as it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// One that is much like it.
    Alike,
    /// None: which of several it became cannot be told.
    None,
}

/// Merges the items of three lists in order. A place that both sides changed is
/// a conflict of that place alone, in a block list; of the whole list in a flow one.
pub fn parts(
    cx: &mut Context,
    views: &ThreeWay<Option<View>>,
    place: &Place,
    edited: Edited,
) -> Result<Vec<Part>, Stop> {
    let members = views
        .as_ref()
        .map(|v| v.as_ref().map_or(&[][..], |v| &v.members[..]));
    if [members.base, members.ours, members.theirs]
        .iter()
        .any(|m| m.len() > MAX_ITEMS)
    {
        return Err(Stop::Conflict);
    }
    let values = views
        .as_ref()
        .map(|v| v.as_ref().map(View::meanings).unwrap_or_default());
    let named = match edited {
        Edited::Alike => of_each_side(&members),
        Edited::None => None,
    };
    let ids = ids(&values, named.as_ref(), edited);
    let chunks = sequence(ids.as_ref().map(Vec::as_slice)).ok_or(Stop::Conflict)?;
    // Who says that the order means something has two additions at one place decided.
    let strict = cx.rules.named(place.path) == Some(&Rule::Sequence);
    let names = if strict { None } else { names(&members, &ids) };
    let mut fates = fates(&members, &values, &ids);
    fates.add_removed(cx, place.path, &members, &ids);
    let lists = Lists {
        fates,
        members,
        values: &values,
        ids: &ids,
        names,
    };
    let mut out = Vec::new();
    let mut index = 0;
    for chunk in &chunks {
        match chunk {
            Chunk::Same(at) => {
                let sides = ThreeWay::new(
                    at.base.map(|i| &lists.members.base[i]),
                    at.ours.map(|i| &lists.members.ours[i]),
                    at.theirs.map(|i| &lists.members.theirs[i]),
                );
                index = at.base.unwrap_or(index);
                out.extend(one(cx, sides, place, index)?);
                index += usize::from(at.base.is_some());
            }
            Chunk::Changed(at) => {
                let index = at.base.first().copied().unwrap_or(index);
                changed(cx, &lists, at, place, index, &mut out)?;
            }
        }
    }
    Ok(out)
}

/// A number for each item, the same on the sides that have it: what the base has, as it
/// is or edited, by its place there; what both sides added by what it says. What stands
/// more than once may be meant so: each of those is an item of its own.
fn ids(
    values: &ThreeWay<Vec<Value>>,
    names: Option<&Names>,
    edited: Edited,
) -> ThreeWay<Vec<usize>> {
    let base = &values.base;
    let mut ours = vec![Known::Nothing; values.ours.len()];
    let mut theirs = vec![Known::Nothing; values.theirs.len()];
    if let Some(names) = names {
        ours = of_the_name(&names.base, &names.ours);
        theirs = of_the_name(&names.base, &names.theirs);
    }
    let mut found = (
        find(base, &values.ours, edited, &ours),
        find(base, &values.theirs, edited, &theirs),
    );
    let shared = shared(values);
    if !shared.is_empty() {
        for &(o, t) in &shared {
            let known = one_edit((o, &found.0), (t, &found.1)).map_or(Known::Added, Known::Is);
            (ours[o], theirs[t]) = (known, known);
        }
        found = (
            find(base, &values.ours, edited, &ours),
            find(base, &values.theirs, edited, &theirs),
        );
    }
    // A shared addition has the number that it has on ours.
    let on_ours: HashMap<usize, usize> = shared.into_iter().map(|(o, t)| (t, o)).collect();
    let added_by_ours = |at: usize| base.len() + at;
    let added_by_theirs = |at: usize| match on_ours.get(&at) {
        Some(ours) => added_by_ours(*ours),
        None => base.len() + values.ours.len() + at,
    };
    let numbers = |found: Vec<Option<usize>>, added: &dyn Fn(usize) -> usize| -> Vec<usize> {
        let all = found.into_iter().enumerate();
        all.map(|(at, found)| found.unwrap_or_else(|| added(at)))
            .collect()
    };
    ThreeWay::new(
        (0..base.len()).collect(),
        numbers(found.0, &added_by_ours),
        numbers(found.1, &added_by_theirs),
    )
}

/// What both sides have and the base has not, by its places on ours and on theirs.
fn shared(values: &ThreeWay<Vec<Value>>) -> Vec<(usize, usize)> {
    let old: HashSet<&Value> = values.base.iter().collect();
    let (ours, theirs) = (once(&values.ours), once(&values.theirs));
    let all = ours.into_iter().filter(|(value, _)| !old.contains(value));
    all.filter_map(|(value, at)| Some((at?, (*theirs.get(value)?)?)))
        .collect()
}

/// The item of the base that both sides edited alike, where they have one: both found it
/// there, or one did and the other has nothing else that it could be.
fn one_edit(
    (ours, found_ours): (usize, &[Option<usize>]),
    (theirs, found_theirs): (usize, &[Option<usize>]),
) -> Option<usize> {
    match (found_ours[ours], found_theirs[theirs]) {
        (Some(one), Some(other)) => (one == other).then_some(one),
        (Some(one), None) if !found_theirs.contains(&Some(one)) => Some(one),
        (None, Some(one)) if !found_ours.contains(&Some(one)) => Some(one),
        _ => None,
    }
}

/// What is known of an item of a side before it is looked for in the base.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Known {
    Nothing,
    Is(usize),
    Added,
}

/// The items of a side that have the name of one of the base.
fn of_the_name(base: &[String], side: &[String]) -> Vec<Known> {
    let places: HashMap<&str, usize> = base.iter().map(String::as_str).zip(0..).collect();
    let of = |name: &String| places.get(name.as_str()).copied();
    side.iter()
        .map(|name| of(name).map_or(Known::Nothing, Known::Is))
        .collect()
}

/// What an item is found by: what it says, or what is known.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Key<'v> {
    Says(&'v Value),
    Is(usize),
}

/// For each item of a side the one of the base that it is.
fn find(base: &[Value], side: &[Value], edited: Edited, known: &[Known]) -> Vec<Option<usize>> {
    let mut before: Vec<Key> = base.iter().map(Key::Says).collect();
    let mut now: Vec<Key> = side.iter().map(Key::Says).collect();
    for (at, known) in known.iter().enumerate() {
        if let Known::Is(of) = *known {
            (before[of], now[at]) = (Key::Is(of), Key::Is(of));
        }
    }
    let added: Vec<bool> = known.iter().map(|known| *known == Known::Added).collect();
    match edited {
        Edited::Alike => identify(&before, &now, &Items::new(base, side), &added),
        Edited::None => identify(&before, &now, &NoneAlike, &added),
    }
}

/// Where each value of a list stands; `None` if in several places.
fn once(values: &[Value]) -> HashMap<&Value, Option<usize>> {
    let mut places = HashMap::new();
    for (at, value) in values.iter().enumerate() {
        let place = places.entry(value);
        place.and_modify(|at| *at = None).or_insert(Some(at));
    }
    places
}

/// The three lists.
struct Lists<'m, 't> {
    members: ThreeWay<&'m [Member<'t>]>,
    values: &'m ThreeWay<Vec<Value>>,
    /// See [`ids`].
    ids: &'m ThreeWay<Vec<usize>>,
    /// See [`names`].
    names: Option<Names>,
    fates: Fates,
}

/// What becomes of the items that not both sides have: of those of the base, and of those
/// that the base of several lacks and one of those had.
#[derive(Default)]
struct Fates {
    /// One side removed it and the other left it as it was, here or at another place:
    /// no place is its to stay in.
    gone: HashSet<usize>,
    /// One side removed it and the other edited it.
    contested: HashSet<usize>,
    /// Both sides removed it.
    removed: HashSet<usize>,
}

impl Fates {
    fn add_removed(
        &mut self,
        cx: &Context,
        path: &[String],
        members: &ThreeWay<&[Member]>,
        ids: &ThreeWay<Vec<usize>>,
    ) {
        let sides = [
            (members.ours, &ids.ours, &ids.theirs),
            (members.theirs, &ids.theirs, &ids.ours),
        ];
        for (members, ids, others) in sides {
            let others: HashSet<&usize> = others.iter().collect();
            for (member, id) in members.iter().zip(ids) {
                if others.contains(id) || self.gone.contains(id) || self.contested.contains(id) {
                    continue;
                }
                match removed_from(cx, member, path) {
                    Some(was) if was.contains(&member.meaning()) => self.gone.insert(*id),
                    Some(_) => self.contested.insert(*id),
                    None => continue,
                };
            }
        }
    }
}

fn fates(
    members: &ThreeWay<&[Member]>,
    values: &ThreeWay<Vec<Value>>,
    ids: &ThreeWay<Vec<usize>>,
) -> Fates {
    let places = ids.as_ref().map(|ids| -> HashMap<usize, usize> {
        let all = ids.iter().enumerate();
        all.map(|(at, id)| (*id, at)).collect()
    });
    let mut fates = Fates::default();
    for id in 0..members.base.len() {
        let (stays, value) = match (places.ours.get(&id), places.theirs.get(&id)) {
            (Some(_), Some(_)) => continue,
            (Some(at), None) => (&members.ours[*at], &values.ours[*at]),
            (None, Some(at)) => (&members.theirs[*at], &values.theirs[*at]),
            (None, None) => {
                fates.removed.insert(id);
                continue;
            }
        };
        if *value == values.base[id] && as_it_was(stays, &members.base[id]) {
            fates.gone.insert(id);
        } else {
            fates.contested.insert(id);
        }
    }
    fates
}

/// Whether an item is the same but for the quotes of a scalar and blank lines above.
fn as_it_was(now: &Member, base: &Member) -> bool {
    let around = |m: &Member| {
        let lead = m.lead_at(0);
        let comments = lead.lines().filter(|l| !l.trim().is_empty());
        (
            comments.map(str::to_owned).collect::<Vec<_>>(),
            m.suffix.trim().to_owned(),
        )
    };
    let scalar = now.value.scalar().is_some() && !now.prefix.contains('#');
    let same = scalar || now.core_at(0) == base.core_at(0);
    now.same_text(base) || (same && around(now) == around(base))
}

fn one(
    cx: &mut Context,
    sides: Entries,
    place: &Place,
    index: usize,
) -> Result<Option<Part>, Stop> {
    let mut path = place.path.to_vec();
    path.push(index.to_string());
    part(cx, sides, place, &path)
}

impl<'m, 't> Lists<'m, 't> {
    /// What is taken where one side alone has something of its own, or where all that
    /// they have has names. `None` where a person has to decide.
    fn taken(&self, at: &ThreeWay<Vec<usize>>) -> Option<Vec<Entries<'m, 't>>> {
        let fates = &self.fates;
        let staying = |ids: &[usize], at: &[usize]| -> Vec<usize> {
            let all = at.iter().copied();
            all.filter(|at| !fates.gone.contains(&ids[*at])).collect()
        };
        let ours = staying(&self.ids.ours, &at.ours);
        let theirs = staying(&self.ids.theirs, &at.theirs);
        let contested = |ids: &[usize], at: &[usize]| {
            let mut ids = at.iter().map(|at| ids[*at]);
            ids.any(|id| fates.contested.contains(&id))
        };
        if contested(&self.ids.ours, &ours) || contested(&self.ids.theirs, &theirs) {
            return None;
        }
        let alone = |members: &'m [Member<'t>], at: &[usize]| -> Vec<Entries<'m, 't>> {
            let all = at.iter().map(|at| Some(&members[*at]));
            all.map(|m| ThreeWay::new(None, m, m)).collect()
        };
        let values = |values: &'m [Value], at: &[usize]| -> Vec<&'m Value> {
            at.iter().map(|at| &values[*at]).collect()
        };
        if values(&self.values.ours, &ours) == values(&self.values.theirs, &theirs) {
            let pairs = ours.iter().zip(&theirs);
            let members = &self.members;
            let both = pairs.map(|(o, t)| (&members.ours[*o], &members.theirs[*t]));
            return Some(
                both.map(|(o, t)| ThreeWay::new(None, Some(o), Some(t)))
                    .collect(),
            );
        }
        match (&ours[..], &theirs[..]) {
            // What one side wrote may stand for what the other took out, if no name tells.
            _ if self.names.is_none() && at.base.iter().any(|id| fates.removed.contains(id)) => {
                None
            }
            (ours, []) => Some(alone(self.members.ours, ours)),
            ([], theirs) => Some(alone(self.members.theirs, theirs)),
            (ours, theirs) => {
                let names = self.names.as_ref()?;
                let first = |names: &[String], at: &[usize]| names[at[0]].clone();
                let ours_first = first(&names.ours, ours) < first(&names.theirs, theirs);
                let ours = alone(self.members.ours, ours);
                let theirs = alone(self.members.theirs, theirs);
                let (one, other) = if ours_first {
                    (ours, theirs)
                } else {
                    (theirs, ours)
                };
                Some(one.into_iter().chain(other).collect())
            }
        }
    }
}

fn changed(
    cx: &mut Context,
    lists: &Lists,
    at: &ThreeWay<Vec<usize>>,
    place: &Place,
    index: usize,
    out: &mut Vec<Part>,
) -> Result<(), Stop> {
    if let Some(taken) = lists.taken(at) {
        for sides in taken {
            out.extend(one(cx, sides, place, index)?);
        }
        return Ok(());
    }
    let Form::Block { .. } = place.form else {
        return Err(Stop::Conflict);
    };
    if cx.virtual_base {
        for member in at.base.iter().map(|i| &lists.members.base[*i]) {
            let sides = ThreeWay::new(None, Some(member), Some(member));
            out.extend(one(cx, sides, place, index)?);
        }
        return Ok(());
    }
    let column = place.entry_column();
    let lines = |members: &[Member], at: &[usize]| -> String {
        let text = |m: &Member| {
            let (lead, core) = (m.lead_at(column), m.core_at(column));
            format!("{lead}{}{core}", spaces(column))
        };
        at.iter().map(|i| text(&members[*i])).collect()
    };
    let mut path = place.path.to_vec();
    path.push(index.to_string());
    cx.report.note(&path, None, Decision::Conflict);
    // One conflict for the place, and each side's items on its own pick.
    let mut pieces = vec![Piece::Conflict(ThreeWay::new(
        lines(lists.members.base, &at.base),
        lines(lists.members.ours, &at.ours),
        lines(lists.members.theirs, &at.theirs),
    ))];
    let value = |values: &[Value], at: &[usize], i: usize| at.get(i).map(|i| values[*i].clone());
    for i in 0..at.ours.len().max(at.theirs.len()) {
        out.push(Part {
            pieces: std::mem::take(&mut pieces),
            flow: None,
            key: None,
            meaning: Meaning::Differ {
                ours: value(&lists.values.ours, &at.ours, i),
                theirs: value(&lists.values.theirs, &at.theirs, i),
            },
        });
    }
    Ok(())
}
