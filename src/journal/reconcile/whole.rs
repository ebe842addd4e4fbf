//! Conflicts in which no choice loses what its side has.
//!
//! A side may move text from one entry to another: the comment above an entry that it took
//! out stands above the next one then, and so does an entry that it commented out. Where
//! one of the two is a conflict and the other is not, a choice would lose that text. Such
//! a conflict is widened to it, and to nothing that merged without one.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use super::Stop;
use super::above::trivia;
use super::collection::Part;
use super::entry::{Context, MemberSides};
use super::member::Member;
use super::output::{Meaning, Piece};
use super::report::Decision;
use super::stretches::{Place, stretches};
use super::together::{Whole, Wholes};
use super::unit::{Has, Unit};
use crate::journal::yaml::Value;
use crate::merge::ThreeWay;

/// A member of a collection, or a run of them, or the lines at either end of the
/// frontmatter, with what the merge made of it.
pub struct Spot<'m, 'a> {
    pub id: Cow<'m, str>,
    pub is: Is<'m, 'a>,
    /// Its place on each side.
    pub at: ThreeWay<Option<usize>>,
    /// None where it is gone.
    pub parts: Vec<Part>,
}

impl<'m> Spot<'m, '_> {
    /// The lines at an end, which is at these places.
    pub fn end(
        cx: &mut Context,
        texts: ThreeWay<&'m str>,
        at: ThreeWay<usize>,
    ) -> Result<Self, Stop> {
        Ok(Self {
            id: "#".into(),
            is: Is::End(texts),
            at: at.map(Some),
            parts: vec![Part::of_lines(vec![trivia(cx, texts)?])],
        })
    }
}

/// What a spot is on the three sides.
pub enum Is<'m, 'a> {
    Member(MemberSides<'m, 'a>),
    /// What stands between two items that both sides have, in a list in order.
    Run(ThreeWay<Vec<&'m Member<'a>>>),
    End(ThreeWay<&'m str>),
}

/// The lines above the first entry and below the last one that belong to no entry.
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
    /// The spots of the members, merged as `parts` or `together` and in this order, and of
    /// the ends.
    pub fn spots(
        &self,
        cx: &mut Context,
        order: &[&'m str],
        mut parts: HashMap<&'m str, Box<Part>>,
        mut together: Wholes<'m, 'a>,
    ) -> Result<Vec<Spot<'m, 'a>>, Stop> {
        let places = self.ids.as_ref().map(|ids| -> HashMap<&str, usize> {
            let all = ids.iter().map(String::as_str);
            all.zip(1..).collect()
        });
        let spot = |id: &'m str, part: Option<Box<Part>>| Spot {
            id: id.into(),
            is: Is::Member(self.members.as_ref().map(|m| m.get(id).copied())),
            at: places.as_ref().map(|places| places.get(id).copied()),
            parts: part.map(|part| *part).into_iter().collect(),
        };
        let mut spots = Vec::with_capacity(parts.len() + 2);
        if let Some(ends) = &self.ends {
            spots.push(Spot::end(cx, ends.heads, ThreeWay::new(0, 0, 0))?);
        }
        let run = |id: &'m str, whole: Whole<'m, 'a>| Spot {
            id: id.into(),
            is: Is::Run(whole.members),
            at: places.as_ref().map(|places| {
                let there = whole.ids.iter().filter_map(|id| places.get(id).copied());
                there.min()
            }),
            parts: whole.parts,
        };
        // The order gives back each id once.
        let merged = order.iter().map(|id| match together.all.remove(id) {
            Some(whole) => run(id, whole),
            None => spot(id, parts.remove(id)),
        });
        spots.extend(merged);
        if let Some(ends) = &self.ends {
            let behind = self.ids.as_ref().map(|ids| ids.len() + 1);
            spots.push(Spot::end(cx, ends.tails, behind)?);
        }
        let known = order.iter().chain(self.kept_out).chain(&together.ids);
        let mut known: HashSet<&str> = known.copied().collect();
        let ThreeWay { base, ours, theirs } = self.ids;
        let all = base.iter().chain(ours).chain(theirs).map(String::as_str);
        spots.extend(all.filter(|id| known.insert(id)).map(|id| spot(id, None)));
        Ok(spots)
    }
}

/// The parts of a block collection whose entries stand in `column`, its conflicts widened.
/// The spots with a part come in the order of the result.
pub fn widened(cx: &mut Context, spots: Vec<Spot>, path: &[String], column: usize) -> Vec<Part> {
    let parts = spots.iter().flat_map(|spot| &spot.parts);
    let mut pieces = parts.flat_map(|part| &part.pieces);
    if cx.merger.virtual_base || !pieces.any(|piece| matches!(piece, Piece::Conflict(_))) {
        let mut out = Written::default();
        for mut spot in spots {
            match spot.is {
                Is::End(_) => out
                    .above
                    .extend(spot.parts.drain(..).flat_map(|p| p.pieces)),
                _ => out.parts(spot.parts),
            }
        }
        return out.end();
    }
    let units = spots.into_iter().flat_map(|spot| Unit::of(spot, column));
    let units: Vec<Unit> = units.collect();
    let stretches = stretches(&units);
    for stretch in &stretches {
        report(cx, &units, &stretch.units, path);
    }
    let mut wide: Vec<Option<Wide>> = stretches
        .iter()
        .map(|stretch| Some(one_conflict(&units, &stretch.units)))
        .collect();
    let mut of = vec![None; units.len()];
    let mut behind: HashMap<Option<usize>, Vec<usize>> = HashMap::new();
    for (at, stretch) in stretches.iter().enumerate() {
        match stretch.place {
            Place::First => behind.entry(None).or_default().push(at),
            Place::Behind(unit) => behind.entry(Some(unit)).or_default().push(at),
            Place::OfItsUnits => {}
        }
        for unit in &stretch.units {
            of[*unit] = Some(at);
        }
    }
    let mut out = Written::default();
    for at in behind.remove(&None).into_iter().flatten() {
        out.put(wide[at].take());
    }
    for (i, unit) in units.into_iter().enumerate() {
        match (of[i], unit.has) {
            (_, Has::Nothing) => continue,
            // All of it stands where its first unit does.
            (Some(stretch), _) => out.put(wide[stretch].take()),
            (None, Has::Lines(piece)) => out.above.push(piece),
            (None, Has::Parts(parts)) => out.parts(parts),
        }
        for at in behind.remove(&Some(i)).into_iter().flatten() {
            out.put(wide[at].take());
        }
    }
    out.end()
}

/// Says that the entries of a stretch conflict.
fn report(cx: &mut Context, units: &[Unit], stretch: &BTreeSet<usize>, path: &[String]) {
    let is_said = stretch
        .iter()
        .any(|i| units[*i].is_value || units[*i].is_marked());
    for unit in stretch.iter().map(|i| &units[*i]) {
        let path = match unit.is_end {
            false => [path, &[unit.id.to_string()]].concat(),
            true => vec![unit.id.to_string()],
        };
        let [ours, theirs] = &unit.texts.sides;
        if unit.is_value {
            cx.report.forget(&path);
        } else if is_said {
            continue;
        } else {
            cx.report.forget_only(&path);
        }
        if ours != theirs {
            cx.report.note(&path, None, Decision::Conflict);
        }
    }
}

/// The parts of a collection so far, and the lines that stand above the next one.
#[derive(Default)]
struct Written {
    parts: Vec<Part>,
    above: Vec<Piece>,
}

impl Written {
    fn parts(&mut self, mut parts: Vec<Part>) {
        if let Some(first) = parts.first_mut() {
            first.pieces.splice(0..0, self.above.drain(..));
        }
        self.parts.extend(parts);
    }

    fn put(&mut self, wide: Option<Wide>) {
        let Some(wide) = wide else { return };
        self.above.push(wide.piece);
        self.parts(wide.parts);
    }

    fn end(mut self) -> Vec<Part> {
        // Without a line at its end, a collection may be empty.
        self.above.retain(
            |piece| !matches!(piece, Piece::Text(text) | Piece::Above(text) if text.is_empty()),
        );
        match self.parts.last_mut() {
            _ if self.above.is_empty() => {}
            Some(last) => last.pieces.append(&mut self.above),
            None => self.parts.push(Part::of_lines(self.above)),
        }
        self.parts
    }
}

/// One conflict, and the parts that it has on either side, without their text.
struct Wide {
    piece: Piece,
    parts: Vec<Part>,
}

/// One conflict with each side's versions of these units, in its order.
fn one_conflict(units: &[Unit], stretch: &BTreeSet<usize>) -> Wide {
    let in_order = |place: &dyn Fn(&Unit) -> Option<usize>| -> Vec<usize> {
        let there = stretch.iter().copied();
        let mut there: Vec<usize> = there.filter(|i| place(&units[*i]).is_some()).collect();
        there.sort_by_key(|i| place(&units[*i]));
        there
    };
    let base = in_order(&|unit| unit.at.base);
    let sides = [
        in_order(&|unit| unit.at.ours),
        in_order(&|unit| unit.at.theirs),
    ];
    let text = |side: usize| {
        let all = sides[side].iter();
        all.map(|i| &*units[*i].texts.sides[side]).collect()
    };
    let piece = Piece::Conflict(ThreeWay::new(
        base.iter().map(|i| &*units[*i].texts.base).collect(),
        text(0),
        text(1),
    ));
    let said = |side: usize| -> Vec<(Option<Value>, Value)> {
        let members = sides[side].iter().flat_map(|i| &units[*i].said[side]);
        let key = |m: &Member| m.key.map(|key| Value::of(key, m.side.text));
        members.map(|m| (key(m), m.meaning())).collect()
    };
    let (ours, theirs) = (said(0), said(1));
    let part = |i: usize| {
        let key = |said: &[(Option<Value>, Value)]| said.get(i).and_then(|(key, _)| key.clone());
        let value = |said: &[(Option<Value>, Value)]| said.get(i).map(|(_, value)| value.clone());
        let keys = (key(&ours), key(&theirs));
        Part {
            pieces: Vec::new(),
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
    let parts = (0..ours.len().max(theirs.len())).map(part).collect();
    Wide { piece, parts }
}
