//! Conflicts that give each side's whole version of what they cover.
//!
//! A side may move text from one entry to another: the comment above an entry that it took
//! out stands above the next one then, and so does an entry that it commented out. Where
//! one of the two is a conflict and the other is not, a choice would lose that text or
//! have it twice. Such a conflict is widened to both.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use super::Stop;
use super::collection::Part;
use super::entry::{self, Context, Entries};
use super::member::Member;
use super::output::{Meaning, Piece};
use super::report::Decision;
use super::torn::{Counts, Texts, table};
use crate::journal::yaml::Value;
use crate::merge::ThreeWay;

/// A member of a collection, or the lines at either end of the frontmatter, with what the
/// merge made of it.
pub struct Spot<'m, 'a> {
    pub id: &'m str,
    pub is: Is<'m, 'a>,
    /// Its place on each side.
    pub at: ThreeWay<Option<usize>>,
    /// `None` where it is gone.
    pub part: Option<Part>,
}

/// What a spot is on the three sides.
pub enum Is<'m, 'a> {
    Member(Entries<'m, 'a>),
    End(ThreeWay<&'m str>),
}

impl Spot<'_, '_> {
    fn texts(&self, column: usize) -> ThreeWay<String> {
        match &self.is {
            Is::Member(sides) => sides.map(|m| m.map(|m| m.lines_at(column)).unwrap_or_default()),
            Is::End(texts) => texts.map(str::to_owned),
        }
    }

    fn is_marked(&self) -> bool {
        let mut pieces = self.part.iter().flat_map(|part| &part.pieces);
        pieces.any(|piece| matches!(piece, Piece::Conflict(_)))
    }
}

/// The lines above the first field and below the last one that belong to no field.
pub struct Ends<'t> {
    pub heads: ThreeWay<&'t str>,
    pub tails: ThreeWay<&'t str>,
}

/// What stands around the merged members of a collection.
pub struct Around<'s, 'm, 'a> {
    pub ids: &'m ThreeWay<Vec<String>>,
    pub members: &'s ThreeWay<HashMap<&'m str, &'m Member<'a>>>,
    /// Those that a removal keeps out of either choice.
    pub kept_out: &'s HashSet<&'m str>,
    pub ends: Option<Ends<'m>>,
}

impl<'m, 'a> Around<'_, 'm, 'a> {
    /// The spots of the members, merged as `parts` and in this order, and of the ends.
    pub fn spots(
        &self,
        cx: &mut Context,
        order: &[&'m str],
        mut parts: HashMap<&'m str, Box<Part>>,
    ) -> Result<Vec<Spot<'m, 'a>>, Stop> {
        let places = self.ids.as_ref().map(|ids| -> HashMap<&str, usize> {
            let all = ids.iter().map(String::as_str);
            all.zip(1..).collect()
        });
        let spot = |id, part: Option<Box<Part>>| Spot {
            id,
            is: Is::Member(self.members.as_ref().map(|m| m.get(id).copied())),
            at: places.as_ref().map(|places| places.get(id).copied()),
            part: part.map(|part| *part),
        };
        let mut end = |texts: ThreeWay<&'m str>, at: ThreeWay<usize>| {
            let part = Part {
                pieces: vec![entry::trivia(cx, texts)?],
                flow: None,
                key: None,
                meaning: Meaning::Same(Value::Null),
            };
            Ok(Spot {
                id: "#",
                is: Is::End(texts),
                at: at.map(Some),
                part: Some(part),
            })
        };
        let mut spots = Vec::with_capacity(parts.len() + 2);
        if let Some(ends) = &self.ends {
            spots.push(end(ends.heads, ThreeWay::new(0, 0, 0))?);
        }
        // The order gives back each id once.
        let merged = order.iter().map(|id| spot(id, parts.remove(id)));
        spots.extend(merged);
        if let Some(ends) = &self.ends {
            let behind = self.ids.as_ref().map(|ids| ids.len() + 1);
            spots.push(end(ends.tails, behind)?);
        }
        let mut known: HashSet<&str> = order.iter().chain(self.kept_out).copied().collect();
        let ThreeWay { base, ours, theirs } = self.ids;
        let all = base.iter().chain(ours).chain(theirs).map(String::as_str);
        spots.extend(all.filter(|id| known.insert(id)).map(|id| spot(id, None)));
        Ok(spots)
    }
}

/// The parts of a block collection whose entries stand in `column`, its conflicts widened.
/// The spots with a part come first, in the order of the result.
pub fn widened(cx: &mut Context, spots: Vec<Spot>, path: &[String], column: usize) -> Vec<Part> {
    if cx.virtual_base || !spots.iter().any(Spot::is_marked) {
        return spots.into_iter().filter_map(|spot| spot.part).collect();
    }
    let texts: Vec<Texts> = spots
        .iter()
        .map(|spot| Texts::of(spot.texts(column), &spot.part))
        .collect();
    let stretches = stretches(&spots, &texts);
    for spot in stretches.iter().flatten().map(|at| &spots[*at]) {
        let path = match spot.is {
            Is::Member(_) => [path, &[spot.id.to_owned()]].concat(),
            Is::End(_) => vec![spot.id.to_owned()],
        };
        cx.report.forget(&path);
        let sides = spot.texts(column);
        if sides.ours != sides.theirs {
            cx.report.note(&path, None, Decision::Conflict);
        }
    }
    let mut wide: Vec<Option<Vec<Part>>> = stretches
        .iter()
        .map(|stretch| Some(one_conflict(&spots, &texts, stretch)))
        .collect();
    let mut out = Vec::new();
    for (at, part) in spots.into_iter().map(|spot| spot.part).enumerate() {
        let Some(part) = part else { continue };
        match stretches.iter().position(|s| s.contains(&at)) {
            // All of it stands where its first spot does.
            Some(stretch) => out.extend(wide[stretch].take().into_iter().flatten()),
            None => out.push(part),
        }
    }
    out
}

/// Limit on how often a conflict is widened; beyond it the whole collection is one. Nobody
/// moves as much by hand.
const MAX_WIDENED: usize = 200;

/// The spots that have to be one conflict, by index.
fn stretches(spots: &[Spot], texts: &[Texts]) -> Vec<BTreeSet<usize>> {
    let table = table(texts);
    let orders = Orders::of(spots);
    let mut stretches: Vec<BTreeSet<usize>> = Vec::new();
    let mut widened = 0;
    loop {
        let mut has_grown = false;
        for counts in table.values() {
            let is_whole = |spot: &usize| stretches.iter().any(|s| s.contains(spot));
            let all = Counts::sum(counts.values());
            let torn = (0..2).any(|side| {
                let there = counts.iter().map(|(spot, c)| match is_whole(spot) {
                    true => c.sides[side],
                    false => c.there[side],
                });
                all.is_torn(side, there.sum())
            });
            let changed = counts.iter().filter(|(_, c)| c.is_changed());
            let changed: BTreeSet<usize> = changed.map(|(spot, _)| *spot).collect();
            let is_marked = |spot: &usize| spots[*spot].is_marked() || is_whole(spot);
            if !torn || !changed.iter().any(is_marked) {
                continue;
            }
            let mut wider = orders.closed(changed);
            while let Some(other) = stretches
                .iter()
                .position(|s| !s.is_disjoint(&wider) && !s.is_superset(&wider))
            {
                wider.extend(stretches.swap_remove(other));
                wider = orders.closed(wider);
            }
            if !stretches.iter().any(|s| s.is_superset(&wider)) {
                stretches.push(wider);
                has_grown = true;
                widened += 1;
                if widened > MAX_WIDENED {
                    return vec![(0..spots.len()).collect()];
                }
            }
        }
        if !has_grown {
            return stretches;
        }
    }
}

/// The spots in the order of each side and of the result.
struct Orders<'s, 'm, 'a> {
    spots: &'s [Spot<'m, 'a>],
    sides: [Vec<usize>; 2],
    result: Vec<usize>,
}

impl<'s, 'm, 'a> Orders<'s, 'm, 'a> {
    fn of(spots: &'s [Spot<'m, 'a>]) -> Self {
        let by = |place: &dyn Fn(usize) -> Option<usize>| {
            let mut all: Vec<usize> = (0..spots.len()).filter(|i| place(*i).is_some()).collect();
            all.sort_by_key(|i| place(*i));
            all
        };
        Self {
            spots,
            sides: [by(&|i| spots[i].at.ours), by(&|i| spots[i].at.theirs)],
            result: by(&|i| spots[i].part.is_some().then_some(i)),
        }
    }

    /// The spots, and all that stand between them on a side or in the result. Where one of
    /// them is new on a side, what it took the place of belongs to the other side's version.
    fn closed(&self, mut spots: BTreeSet<usize>) -> BTreeSet<usize> {
        loop {
            let before = spots.len();
            for order in self.sides.iter().chain([&self.result]) {
                spots.extend(&order[within(order, &spots)]);
            }
            for side in 0..2 {
                let on = |i: usize| [self.spots[i].at.ours, self.spots[i].at.theirs][side];
                let is_new = |i: &usize| self.spots[*i].at.base.is_none() && on(*i).is_some();
                if !spots.iter().any(is_new) {
                    continue;
                }
                let order = &self.sides[1 - side];
                let at = within(order, &spots);
                let is_gone = |i: &&usize| {
                    let spot = &self.spots[**i];
                    spot.part.is_none() && spot.at.base.is_some() && on(**i).is_none()
                };
                spots.extend(order[..at.start].iter().rev().take_while(is_gone));
                spots.extend(order[at.end..].iter().take_while(is_gone));
            }
            if spots.len() == before {
                return spots;
            }
        }
    }
}

/// From the first of the spots in an order to the last one.
fn within(order: &[usize], spots: &BTreeSet<usize>) -> Range<usize> {
    let first = order.iter().position(|i| spots.contains(i));
    let last = order.iter().rposition(|i| spots.contains(i));
    first
        .zip(last)
        .map_or(0..0, |(first, last)| first..last + 1)
}

/// One conflict with each side's versions of these spots, in its order.
fn one_conflict(spots: &[Spot], texts: &[Texts], stretch: &BTreeSet<usize>) -> Vec<Part> {
    let in_order = |place: &dyn Fn(&Spot) -> Option<usize>| -> Vec<usize> {
        let there = stretch.iter().copied();
        let mut there: Vec<usize> = there.filter(|i| place(&spots[*i]).is_some()).collect();
        there.sort_by_key(|i| place(&spots[*i]));
        there
    };
    let base = in_order(&|spot| spot.at.base);
    let sides = [
        in_order(&|spot| spot.at.ours),
        in_order(&|spot| spot.at.theirs),
    ];
    let text = |side: usize| {
        sides[side]
            .iter()
            .map(|i| &*texts[*i].sides[side])
            .collect()
    };
    let mut pieces = vec![Piece::Conflict(ThreeWay::new(
        base.iter().map(|i| &*texts[*i].base).collect(),
        text(0),
        text(1),
    ))];
    let said = |side: usize| -> Vec<(Option<Value>, Value)> {
        let members = sides[side].iter().filter_map(|i| match &spots[*i].is {
            Is::Member(sides) => [sides.ours, sides.theirs][side],
            Is::End(_) => None,
        });
        let key = |m: &Member| m.key.map(|key| Value::of(key, m.side.text));
        members.map(|m| (key(m), m.meaning())).collect()
    };
    let (ours, theirs) = (said(0), said(1));
    let part = |i: usize| {
        let key = |said: &[(Option<Value>, Value)]| said.get(i).and_then(|(key, _)| key.clone());
        let value = |said: &[(Option<Value>, Value)]| said.get(i).map(|(_, value)| value.clone());
        let keys = (key(&ours), key(&theirs));
        Part {
            pieces: std::mem::take(&mut pieces),
            flow: None,
            key: (keys != (None, None)).then_some(Meaning::Differ {
                ours: keys.0,
                theirs: keys.1,
            }),
            meaning: Meaning::Differ {
                ours: value(&ours),
                theirs: value(&theirs),
            },
        }
    };
    (0..ours.len().max(theirs.len()).max(1)).map(part).collect()
}
