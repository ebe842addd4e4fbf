//! Lists whose order means something: merged in order, place by place.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::collection::{Part, Place, part};
use super::entry::{Context, MemberSides};
use super::found::{ids, lost_on_both};
use super::member::Member;
use super::names::{Names, names, of_each_side};
use super::output::{Meaning, Piece};
use super::removals::removed_from;
use super::report::Decision;
use super::view::{Form, View};
use super::whole::{Is, Spot, widened};
use super::{Stop, loss};
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
/// a conflict of that place alone, in a block list; of the whole list in a flow one. `tails`
/// are lines below the last items that are no part of these.
pub fn parts(
    cx: &mut Context,
    views: &ThreeWay<View>,
    place: &Place,
    edited: Edited,
    tails: Option<ThreeWay<&str>>,
) -> Result<Vec<Part>, Stop> {
    let mut lists = Lists::of(cx, views, place.path, edited)?;
    let chunks = sequence(lists.ids.as_ref().map(Vec::as_slice)).ok_or(Stop::Conflict)?;
    lists.add_removed(cx, place.path);
    let mut spots = Vec::new();
    let mut index = 0;
    for chunk in &chunks {
        match chunk {
            Chunk::Same(at) => {
                let sides = lists.items(*at);
                index = at.base.unwrap_or(index);
                spots.push(Spot {
                    id: index.to_string().into(),
                    is: Is::Member(sides),
                    at: *at,
                    parts: one(cx, sides, place, index)?.into_iter().collect(),
                });
                index += usize::from(at.base.is_some());
            }
            Chunk::Changed(at) => {
                let index = at.base.first().copied().unwrap_or(index);
                if let Some(taken) = lists.taken(at) {
                    spots.extend(lists.spots(cx, at, taken, place, index)?);
                    continue;
                }
                spots.push(Spot {
                    id: index.to_string().into(),
                    is: Is::Run(lists.runs(at)),
                    at: at.as_ref().map(|at| at.first().copied()),
                    parts: lists.changed(cx, at, place, index)?,
                });
            }
        }
    }
    if let Some(tails) = tails {
        let behind = lists.members.map(<[_]>::len);
        spots.push(Spot::end(cx, tails, behind)?);
    }
    Ok(widened(cx, spots, place.path, place.entry_column()))
}

/// The three lists.
struct Lists<'m, 't> {
    members: ThreeWay<&'m [Member<'t>]>,
    values: ThreeWay<Vec<Value>>,
    /// See [`ids`].
    ids: ThreeWay<Vec<usize>>,
    /// See [`names`].
    names: Option<Names>,
    /// Whether nothing tells what became of an item: one that is new may be it, edited.
    unclear: bool,
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
    fn of(
        members: &ThreeWay<&[Member]>,
        values: &ThreeWay<Vec<Value>>,
        ids: &ThreeWay<Vec<usize>>,
    ) -> Self {
        let places = ids.as_ref().map(|ids| -> HashMap<usize, usize> {
            let all = ids.iter().enumerate();
            all.map(|(at, id)| (*id, at)).collect()
        });
        let mut fates = Self::default();
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
    sides: MemberSides,
    place: &Place,
    index: usize,
) -> Result<Option<Part>, Stop> {
    let mut path = place.path.to_vec();
    path.push(index.to_string());
    part(cx, sides, place, &path)
}

impl<'m, 't> Lists<'m, 't> {
    fn of(
        cx: &Context,
        views: &'m ThreeWay<View<'t>>,
        path: &[String],
        edited: Edited,
    ) -> Result<Self, Stop> {
        let members = views.as_ref().map(|v| &v.members[..]);
        if members.into_array().iter().any(|m| m.len() > MAX_ITEMS) {
            return Err(Stop::Conflict);
        }
        let values = views.as_ref().map(View::meanings);
        let named = match edited {
            Edited::Alike => of_each_side(&members),
            Edited::None => None,
        };
        let ids = ids(&values, named.as_ref(), edited);
        if !lost_on_both(&values, &ids).is_empty() {
            return Err(Stop::Conflict);
        }
        // If settings name this a sequence, two additions at one place are a conflict,
        // never sorted.
        let strict = cx.merger.rules.of_values(path) == Some(&Rule::Sequence);
        let names = if strict { None } else { names(&members, &ids) };
        Ok(Self {
            fates: Fates::of(&members, &values, &ids),
            members,
            values,
            ids,
            names,
            unclear: edited == Edited::None,
        })
    }

    /// Adds the fates of items that one side removed although the base lacks them.
    fn add_removed(&mut self, cx: &Context, path: &[String]) {
        let (members, ids, fates) = (&self.members, &self.ids, &mut self.fates);
        for (members, ids, others) in [
            (members.ours, &ids.ours, &ids.theirs),
            (members.theirs, &ids.theirs, &ids.ours),
        ] {
            let others: HashSet<&usize> = others.iter().collect();
            for (member, id) in members.iter().zip(ids) {
                if others.contains(id) || fates.gone.contains(id) || fates.contested.contains(id) {
                    continue;
                }
                match removed_from(cx, member, path) {
                    Some(was) if was.contains(&member.meaning()) => fates.gone.insert(*id),
                    Some(_) => fates.contested.insert(*id),
                    None => continue,
                };
            }
        }
    }

    /// The item at a place on each side.
    fn items(&self, at: ThreeWay<Option<usize>>) -> MemberSides<'m, 't> {
        let sides = self.members.zip(at);
        sides.map(|(members, at)| at.map(|at| &members[at]))
    }

    /// The items at several places on each side.
    fn runs(&self, at: &ThreeWay<Vec<usize>>) -> ThreeWay<Vec<&'m Member<'t>>> {
        let sides = self.members.zip(at.as_ref());
        sides.map(|(members, at)| at.iter().map(|i| &members[*i]).collect())
    }

    /// The items of a place of which these are taken, and those that go.
    fn spots(
        &self,
        cx: &mut Context,
        at: &ThreeWay<Vec<usize>>,
        taken: Vec<MemberSides<'m, 't>>,
        place: &Place,
        index: usize,
    ) -> Result<Vec<Spot<'m, 't>>, Stop> {
        let mut spots = Vec::new();
        let spot = |sides: MemberSides<'m, 't>, at, part: Option<Part>| Spot {
            id: index.to_string().into(),
            is: Is::Member(sides),
            at,
            parts: part.into_iter().collect(),
        };
        let mut rest = at.clone();
        for sides in taken {
            let find = |members: &[Member], at: &mut Vec<usize>, m: Option<&Member>| {
                let found = at
                    .iter()
                    .position(|i| m.is_some_and(|m| std::ptr::eq(m, &members[*i])));
                found.map(|found| at.remove(found))
            };
            let at = ThreeWay::new(
                None,
                find(self.members.ours, &mut rest.ours, sides.ours),
                find(self.members.theirs, &mut rest.theirs, sides.theirs),
            );
            let part = one(cx, sides, place, index)?;
            spots.push(spot(sides, at, part));
        }
        let gone = |one: ThreeWay<Option<usize>>| spot(self.items(one), one, None);
        let mut by_id: BTreeMap<usize, ThreeWay<Option<usize>>> = BTreeMap::new();
        for i in rest.base {
            by_id.entry(self.ids.base[i]).or_default().base = Some(i);
        }
        for i in rest.ours {
            by_id.entry(self.ids.ours[i]).or_default().ours = Some(i);
        }
        for i in rest.theirs {
            by_id.entry(self.ids.theirs[i]).or_default().theirs = Some(i);
        }
        spots.extend(by_id.into_values().map(gone));
        Ok(spots)
    }

    /// The items to take at a place, if only one side has items of its own there, or if
    /// all items have names. `None` if a person has to decide.
    fn taken(&self, at: &ThreeWay<Vec<usize>>) -> Option<Vec<MemberSides<'m, 't>>> {
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
        let alone = |members: &'m [Member<'t>], at: &[usize]| -> Vec<MemberSides<'m, 't>> {
            let all = at.iter().map(|at| Some(&members[*at]));
            all.map(|m| ThreeWay::new(None, m, m)).collect()
        };
        let of_ours = ours.iter().map(|at| &self.values.ours[*at]);
        if of_ours.eq(theirs.iter().map(|at| &self.values.theirs[*at])) {
            let pairs = ours.iter().zip(&theirs);
            let both = pairs.map(|(o, t)| ThreeWay::new(None, Some(*o), Some(*t)));
            return Some(both.map(|at| self.items(at)).collect());
        }
        match (&ours[..], &theirs[..]) {
            // Without names, an item that one side wrote may stand for one that the other
            // removed.
            _ if (self.unclear || self.names.is_none())
                && at.base.iter().any(|id| fates.removed.contains(id)) =>
            {
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

    /// A place that both sides changed: one conflict, with each side's items on its own
    /// pick.
    fn changed(
        &self,
        cx: &mut Context,
        at: &ThreeWay<Vec<usize>>,
        place: &Place,
        index: usize,
    ) -> Result<Vec<Part>, Stop> {
        let Form::Block { .. } = place.form else {
            return Err(Stop::Conflict);
        };
        let mut parts = Vec::new();
        if cx.merger.virtual_base {
            for member in at.base.iter().map(|i| &self.members.base[*i]) {
                let sides = ThreeWay::new(None, Some(member), Some(member));
                parts.extend(one(cx, sides, place, index)?);
            }
            return Ok(parts);
        }
        let mut path = place.path.to_vec();
        path.push(index.to_string());
        cx.report.note(&path, None, Decision::Conflict);
        let column = place.entry_column();
        let lines = |items: Vec<&Member>| items.iter().map(|m| m.lines_at(column)).collect();
        let mut pieces = vec![Piece::Conflict(self.runs(at).map(lines))];
        let value =
            |values: &[Value], at: &[usize], i: usize| at.get(i).map(|i| values[*i].clone());
        for i in 0..at.ours.len().max(at.theirs.len()) {
            parts.push(Part {
                pieces: std::mem::take(&mut pieces),
                flow: None,
                key: None,
                meaning: Meaning::Differ {
                    ours: value(&self.values.ours, &at.ours, i),
                    theirs: value(&self.values.theirs, &at.theirs, i),
                },
            });
        }
        Ok(parts)
    }
}
