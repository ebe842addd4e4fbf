//! Lists whose order means something: merged in order, place by place.

mod twice;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use self::twice::{Twice, put_twice};
use super::Stop;
use super::collection::{Part, Place, part};
use super::cut::spaces;
use super::entry::{Context, Entries};
use super::member::Member;
use super::output::{Meaning, Piece};
use super::report::Decision;
use super::view::{Form, View};
use crate::journal::yaml::Value;
use crate::merge::{Chunk, ThreeWay, sequence};

/// The longest list that is merged in order. Comparing costs the product of
/// length and difference, and nobody orders more by hand.
const MAX_ITEMS: usize = 5_000;

/// How a map merges that both sides changed in one place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Maps {
    /// It is one map: per key.
    PerKey,
    /// It may be two: as a whole.
    Whole,
}

/// Merges the items of three lists in order. A place that both sides changed is
/// a conflict of that place alone, in a block list; of the whole list in a flow one.
pub fn parts(
    cx: &mut Context,
    views: &ThreeWay<Option<View>>,
    place: &Place,
    maps: Maps,
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
    let places = values.as_ref().map(|v| places(v));
    let mut lists = Lists {
        gone: removed_items(&members, &places),
        members,
        values: &values,
        places,
        twice: BTreeMap::new(),
        maps,
    };
    let chunks = sequence(values.as_ref().map(Vec::as_slice));
    lists.twice = put_twice(&lists, &chunks);
    let mut out = Vec::new();
    for chunk in &chunks {
        match chunk {
            Chunk::Same(at) => {
                for i in 0..at.base.len() {
                    let sides = ThreeWay::new(
                        Some(&lists.members.base[at.base.start + i]),
                        Some(&lists.members.ours[at.ours.start + i]),
                        Some(&lists.members.theirs[at.theirs.start + i]),
                    );
                    out.extend(one(cx, sides, place, at.base.start + i)?);
                }
            }
            Chunk::Changed(at) => changed(cx, &lists, at, place, &mut out)?,
        }
    }
    Ok(out)
}

/// Where each value of a list stands; `None` if in several places.
type Places<'v> = BTreeMap<&'v Value, Option<usize>>;

fn places(values: &[Value]) -> Places<'_> {
    let mut places = Places::new();
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
    places: ThreeWay<Places<'m>>,
    /// See [`removed_items`].
    gone: BTreeSet<Value>,
    /// See [`put_twice`].
    twice: BTreeMap<&'m Value, Twice>,
    maps: Maps,
}

/// The items that one side removed and the other left as they were, here or at another
/// place: no place is theirs to stay in.
fn removed_items(members: &ThreeWay<&[Member]>, places: &ThreeWay<Places>) -> BTreeSet<Value> {
    let mut gone = BTreeSet::new();
    for (value, at) in &places.base {
        let (ours, theirs) = (places.ours.get(value), places.theirs.get(value));
        let stays = match (ours, theirs) {
            (Some(Some(at)), None) => &members.ours[*at],
            (None, Some(Some(at))) => &members.theirs[*at],
            _ => continue,
        };
        if at.is_some_and(|at| as_it_was(stays, &members.base[at])) {
            gone.insert((*value).clone());
        }
    }
    gone
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
    /// What is taken where one side alone changed something, unless the other changed
    /// comments there or more of the writing than quotes.
    fn taken(&self, at: &ThreeWay<Range<usize>>) -> Option<Vec<Entries<'m, 't>>> {
        let stays = |value: &Value| {
            // The other side has it further up.
            let above = self
                .twice
                .get(value)
                .is_some_and(|t| t.ours < at.ours.start || t.theirs < at.theirs.start);
            !above && !self.gone.contains(value)
        };
        let staying = |members: &'m [Member<'t>], values: &'m [Value], at: &Range<usize>| {
            let all = members[at.clone()].iter().zip(&values[at.clone()]);
            let all = all.filter(|(_, value)| stays(value));
            all.collect::<Vec<(&'m Member<'t>, &'m Value)>>()
        };
        let (members, values) = (&self.members, self.values);
        let mut base = staying(members.base, &values.base, &at.base);
        // Both took these from here.
        base.retain(|(_, value)| !self.twice.contains_key(value));
        let ours = staying(members.ours, &values.ours, &at.ours);
        let theirs = staying(members.theirs, &values.theirs, &at.theirs);
        let alike = |a: &[(&Member, &Value)], b: &[(&Member, &Value)]| {
            a.iter().map(|(_, v)| v).eq(b.iter().map(|(_, v)| v))
        };
        let same = |a: &[(&Member, &Value)], b: &[(&Member, &Value)]| {
            alike(a, b) && a.iter().zip(b).all(|((a, _), (b, _))| as_it_was(a, b))
        };
        if alike(&ours, &theirs) {
            let pairs = ours.into_iter().zip(theirs);
            let both = |((ours, _), (theirs, _))| ThreeWay::new(None, Some(ours), Some(theirs));
            return Some(pairs.map(both).collect());
        }
        let alone = |member, value| match self.twice.get(value) {
            Some(t) => {
                let (ours, theirs) = (&members.ours[t.ours], &members.theirs[t.theirs]);
                ThreeWay::new(None, Some(ours), Some(theirs))
            }
            None => ThreeWay::new(None, Some(member), Some(member)),
        };
        let taken = if same(&theirs, &base) {
            let sides =
                |(ours, value)| match self.elsewhere(value, &self.places.theirs, members.theirs) {
                    Some((base, theirs)) => ThreeWay::new(Some(base), Some(ours), Some(theirs)),
                    None => alone(ours, value),
                };
            ours.into_iter().map(sides).collect()
        } else if same(&ours, &base) {
            let sides =
                |(theirs, value)| match self.elsewhere(value, &self.places.ours, members.ours) {
                    Some((base, ours)) => ThreeWay::new(Some(base), Some(ours), Some(theirs)),
                    None => alone(theirs, value),
                };
            theirs.into_iter().map(sides).collect()
        } else {
            return None;
        };
        Some(taken)
    }

    /// The base's and a side's item of this value, wherever they stand, if each stands
    /// once and they are the same but for quotes: so written it goes along where the
    /// other side moved it.
    fn elsewhere(
        &self,
        value: &Value,
        places: &Places,
        members: &'m [Member<'t>],
    ) -> Option<(&'m Member<'t>, &'m Member<'t>)> {
        let at = |places: &Places| places.get(value).copied().flatten();
        let base = &self.members.base[at(&self.places.base)?];
        let side = &members[at(places)?];
        as_it_was(side, base).then_some((base, side))
    }
}

fn changed(
    cx: &mut Context,
    lists: &Lists,
    at: &ThreeWay<Range<usize>>,
    place: &Place,
    out: &mut Vec<Part>,
) -> Result<(), Stop> {
    if let Some(taken) = lists.taken(at) {
        for sides in taken {
            out.extend(one(cx, sides, place, at.base.start)?);
        }
        return Ok(());
    }
    let ours = &lists.members.ours[at.ours.clone()];
    let theirs = &lists.members.theirs[at.theirs.clone()];
    let base = &lists.members.base[at.base.clone()];
    let slices = ThreeWay::new(
        &lists.values.base[at.base.clone()],
        &lists.values.ours[at.ours.clone()],
        &lists.values.theirs[at.theirs.clone()],
    );
    if let ([b], [o], [t]) = (base, ours, theirs)
        && lists.maps == Maps::PerKey
        && [b, o, t].iter().all(|m| m.value.pairs().is_some())
    {
        // One map that both sides changed in its place: per key.
        out.extend(one(
            cx,
            ThreeWay::new(Some(b), Some(o), Some(t)),
            place,
            at.base.start,
        )?);
        return Ok(());
    }
    let Form::Block { .. } = place.form else {
        return Err(Stop::Conflict);
    };
    let at_column = place.entry_column();
    let lines = |members: &[Member]| -> String {
        members
            .iter()
            .map(|m| {
                format!(
                    "{}{}{}",
                    m.lead_at(at_column),
                    spaces(at_column),
                    m.core_at(at_column)
                )
            })
            .collect()
    };
    if cx.virtual_base {
        for member in base {
            let sides = ThreeWay::new(None, Some(member), Some(member));
            out.extend(one(cx, sides, place, at.base.start)?);
        }
        return Ok(());
    }
    let mut path = place.path.to_vec();
    path.push(at.base.start.to_string());
    cx.report.note(&path, None, Decision::Conflict);
    // One conflict for the place, and each side's items on its own pick.
    let mut pieces = vec![Piece::Conflict(ThreeWay::new(
        lines(base),
        lines(ours),
        lines(theirs),
    ))];
    let longest = ours.len().max(theirs.len());
    for i in 0..longest {
        out.push(Part {
            pieces: std::mem::take(&mut pieces),
            flow: None,
            key: None,
            meaning: Meaning::Differ {
                ours: slices.ours.get(i).cloned(),
                theirs: slices.theirs.get(i).cloned(),
            },
        });
    }
    Ok(())
}
