//! Lists whose order means something: merged in order, place by place.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

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

/// Merges the items of three lists in order. A place that both sides changed is
/// a conflict of that place alone, in a block list; of the whole list in a flow one.
pub fn parts(
    cx: &mut Context,
    views: &ThreeWay<Option<View>>,
    place: &Place,
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
    let gone = removed_items(&members, &values);
    let mut out = Vec::new();
    for chunk in sequence(values.as_ref().map(Vec::as_slice)) {
        match chunk {
            Chunk::Same(at) => {
                for i in 0..at.base.len() {
                    let sides = ThreeWay::new(
                        Some(&members.base[at.base.start + i]),
                        Some(&members.ours[at.ours.start + i]),
                        Some(&members.theirs[at.theirs.start + i]),
                    );
                    out.extend(one(cx, sides, place, at.base.start + i)?);
                }
            }
            Chunk::Changed(at) => changed(cx, &members, &values, &at, place, &gone, &mut out)?,
        }
    }
    Ok(out)
}

/// The items that one side removed and the other left as they were, here or at another
/// place: no place is theirs to stay in.
fn removed_items(members: &ThreeWay<&[Member]>, values: &ThreeWay<Vec<Value>>) -> BTreeSet<Value> {
    // Where a value stands; `None` if in several places.
    let places = values.as_ref().map(|values| {
        let mut places: BTreeMap<&Value, Option<usize>> = BTreeMap::new();
        for (at, value) in values.iter().enumerate() {
            let place = places.entry(value);
            place.and_modify(|at| *at = None).or_insert(Some(at));
        }
        places
    });
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

/// Whether an item is the same but for the quotes of a scalar.
fn as_it_was(now: &Member, base: &Member) -> bool {
    let around = |m: &Member| (m.lead_at(0).into_owned(), m.suffix.trim().to_owned());
    let scalar = now.value.scalar().is_some() && !now.prefix.contains('#');
    now.same_text(base) || (scalar && around(now) == around(base))
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

/// What is taken where one side alone changed something, unless the other changed
/// comments there; as both sides spell it where both have it.
fn taken<'m, 't>(
    members: ThreeWay<&'m [Member<'t>]>,
    values: &ThreeWay<&[Value]>,
    gone: &BTreeSet<Value>,
) -> Option<Vec<(&'m Member<'t>, &'m Member<'t>)>> {
    let staying = |members: &'m [Member<'t>], values: &[Value]| -> Vec<(&'m Member<'t>, Value)> {
        let all = members.iter().zip(values.iter().cloned());
        all.filter(|(_, value)| !gone.contains(value)).collect()
    };
    let base = staying(members.base, values.base);
    let ours = staying(members.ours, values.ours);
    let theirs = staying(members.theirs, values.theirs);
    let alike = |a: &[(&Member, Value)], b: &[(&Member, Value)]| {
        a.iter()
            .map(|(_, value)| value)
            .eq(b.iter().map(|(_, value)| value))
    };
    let same = |a: &[(&Member, Value)], b: &[(&Member, Value)]| {
        alike(a, b) && a.iter().zip(b).all(|((a, _), (b, _))| a.same_text(b))
    };
    let (ours, theirs) = if alike(&ours, &theirs) {
        (ours, theirs)
    } else if same(&theirs, &base) {
        (ours.clone(), ours)
    } else if same(&ours, &base) {
        (theirs.clone(), theirs)
    } else {
        return None;
    };
    let pairs = ours.into_iter().zip(theirs);
    Some(
        pairs
            .map(|((ours, _), (theirs, _))| (ours, theirs))
            .collect(),
    )
}

fn changed(
    cx: &mut Context,
    members: &ThreeWay<&[Member]>,
    values: &ThreeWay<Vec<Value>>,
    at: &ThreeWay<Range<usize>>,
    place: &Place,
    gone: &BTreeSet<Value>,
    out: &mut Vec<Part>,
) -> Result<(), Stop> {
    let ours = &members.ours[at.ours.clone()];
    let theirs = &members.theirs[at.theirs.clone()];
    let base = &members.base[at.base.clone()];
    let slices = ThreeWay::new(
        &values.base[at.base.clone()],
        &values.ours[at.ours.clone()],
        &values.theirs[at.theirs.clone()],
    );
    if let Some(taken) = taken(ThreeWay::new(base, ours, theirs), &slices, gone) {
        for (ours, theirs) in taken {
            let sides = ThreeWay::new(None, Some(ours), Some(theirs));
            out.extend(one(cx, sides, place, at.base.start)?);
        }
        return Ok(());
    }
    if let ([b], [o], [t]) = (base, ours, theirs)
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
