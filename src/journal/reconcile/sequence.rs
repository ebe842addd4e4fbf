//! Lists whose order means something: merged in order, place by place.

use std::collections::{HashMap, HashSet};

use super::collection::{Part, Place, part};
use super::entry::{Context, Entries};
use super::found::{ids, lost_on_both};
use super::member::Member;
use super::names::{Names, names, of_each_side};
use super::output::{Meaning, Piece};
use super::removals::removed_from;
use super::report::Decision;
use super::view::{Form, View};
use super::{Stop, loss, torn};
use crate::journal::rules::Rule;
use crate::journal::yaml::Value;
use crate::merge::{Chunk, ThreeWay, sequence};

/// The longest list that is merged in order. Comparing costs length times difference, and
/// nobody orders more by hand.
const MAX_ITEMS: usize = 5_000;

/// What to match a base item with, if a side no longer has it unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edited {
    /// A similar item.
    Alike,
    /// Nothing: which of several items it became cannot be told.
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
    if !lost_on_both(&values, &ids).is_empty() {
        return Err(Stop::Conflict);
    }
    let chunks = sequence(ids.as_ref().map(Vec::as_slice)).ok_or(Stop::Conflict)?;
    // If settings name this a sequence, two additions at one place are a conflict, never
    // sorted.
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
    let mut pieces = out.iter().flat_map(|part| &part.pieces);
    if pieces.any(|piece| matches!(piece, Piece::Conflict(_))) {
        let column = place.entry_column();
        let all = |members: &[Member]| {
            members
                .iter()
                .map(|m| m.lines_at(column))
                .collect::<String>()
        };
        if torn::is_torn(lists.members.map(all), &out) {
            return Err(Stop::Conflict);
        }
    }
    Ok(out)
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

/// The fates of items that not both sides have: items of the base, and items of one of
/// several bases that the merge of the bases lacks.
#[derive(Default)]
struct Fates {
    /// One side removed it and the other left it unchanged, here or at another place: it
    /// goes everywhere.
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
        let base = &values.base[id];
        let same = value == base || value.clone().sorted() == base.clone().sorted();
        if same && as_it_was(stays, &members.base[id]) {
            fates.gone.insert(id);
        } else {
            fates.contested.insert(id);
        }
    }
    fates
}

/// Whether an item of the same meaning is unchanged, apart from the form that it is
/// written in: it has the comments that it had.
fn as_it_was(now: &Member, base: &Member) -> bool {
    let [now_has, had] = [now, base].map(|m| {
        let mut all = loss::comments(m.side, &m.range);
        all.sort_unstable();
        all
    });
    now.same_text(base) || now_has == had
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
    /// The items to take at a place, if only one side has items of its own there, or if
    /// all items have names. `None` if a person has to decide.
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
            // Without names, an item that one side wrote may stand for one that the other
            // removed.
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
        at.iter().map(|i| members[*i].lines_at(column)).collect()
    };
    let mut path = place.path.to_vec();
    path.push(index.to_string());
    cx.report.note(&path, None, Decision::Conflict);
    // One conflict for the whole place, with each side's items on its own pick.
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
