//! What a conflict holds as a whole or not at all: the lines above an entry, and the entry.

use std::borrow::Cow;

use super::collection::Part;
use super::cut::spaces;
use super::member::Member;
use super::output::Piece;
use super::texts;
use super::torn::Texts;
use super::whole::{Is, Spot};
use crate::merge::ThreeWay;

/// The lines above an entry, an entry, or both where the merge did not take them apart.
pub struct Unit<'m, 'a> {
    pub id: Cow<'m, str>,
    /// Whether it has an entry, not lines alone.
    pub is_value: bool,
    /// Whether it is the lines at an end of the frontmatter.
    pub is_end: bool,
    /// The entries of ours and of theirs.
    pub said: [Vec<&'m Member<'a>>; 2],
    /// Its place on each side.
    pub at: ThreeWay<Option<usize>>,
    pub texts: Texts,
    pub has: Has,
}

/// What the merge made of a unit.
pub enum Has {
    /// It is gone.
    Nothing,
    /// The lines above an entry, or at an end.
    Lines(Piece),
    Parts(Vec<Part>),
}

impl Has {
    fn pieces(&self) -> impl Iterator<Item = &Piece> {
        let (lines, parts) = match self {
            Self::Nothing => (None, None),
            Self::Lines(piece) => (Some(piece), None),
            Self::Parts(parts) => (None, Some(parts)),
        };
        let parts = parts.into_iter().flatten();
        lines.into_iter().chain(parts.flat_map(|p| &p.pieces))
    }
}

impl<'m, 'a> Unit<'m, 'a> {
    /// The units of a spot, in their order.
    pub fn of(spot: Spot<'m, 'a>, column: usize) -> Vec<Self> {
        let Spot {
            id,
            is,
            at,
            mut parts,
        } = spot;
        let unit = |said, texts: ThreeWay<String>, behind: usize, has: Has| Self {
            id: id.clone(),
            is_value: !matches!(is, Is::End(_)),
            is_end: matches!(is, Is::End(_)),
            said,
            at: at.map(|at| at.map(|at| 2 * at + behind)),
            texts: Texts::of(texts, has.pieces()),
            has,
        };
        let lines = |m: &Member| m.lines_at(column);
        let sides = match &is {
            Is::Member(sides) => *sides,
            Is::Run(runs) => {
                let texts = runs
                    .as_ref()
                    .map(|run| run.iter().map(|m| lines(m)).collect::<String>());
                let said = [runs.ours.clone(), runs.theirs.clone()];
                let has = match parts.is_empty() {
                    true => Has::Nothing,
                    false => Has::Parts(parts),
                };
                return vec![unit(said, texts, 1, has)];
            }
            Is::End(texts) => {
                let mut pieces = parts.pop().map(|part| part.pieces).unwrap_or_default();
                let has = pieces.pop().map_or(Has::Nothing, Has::Lines);
                let no_one = [Vec::new(), Vec::new()];
                return vec![unit(no_one, texts.map(str::to_owned), 0, has)];
            }
        };
        let said = [sides.ours, sides.theirs].map(|m| m.into_iter().collect());
        let leads = texts(&sides, |m| m.lead_at(column)).map(Option::unwrap_or_default);
        let core = |m: &Member| format!("{}{}", spaces(column), m.core_at(column));
        let cores = sides.map(|m| m.map(core).unwrap_or_default());
        let above = |has: Has| Self {
            is_value: false,
            ..unit([Vec::new(), Vec::new()], leads.clone(), 0, has)
        };
        match parts.pop() {
            None => vec![above(Has::Nothing), unit(said, cores, 1, Has::Nothing)],
            // The lines above come first, unless they are in the conflict of the entry.
            Some(mut part) if part.pieces.len() > 1 => {
                let lines = above(Has::Lines(part.pieces.remove(0)));
                vec![lines, unit(said, cores, 1, Has::Parts(vec![part]))]
            }
            Some(part) => {
                let texts = sides.map(|m| m.map(lines).unwrap_or_default());
                vec![unit(said, texts, 1, Has::Parts(vec![part]))]
            }
        }
    }

    /// Whether a conflict is in it.
    pub fn is_marked(&self) -> bool {
        let mut pieces = self.has.pieces();
        pieces.any(|piece| matches!(piece, Piece::Conflict(_)))
    }

    /// Whether a conflict may take it in: nothing of an entry in it merged without one.
    pub fn can_be_taken_in(&self) -> bool {
        match self.has {
            Has::Nothing | Has::Lines(_) => true,
            Has::Parts(_) => self
                .has
                .pieces()
                .all(|piece| matches!(piece, Piece::Conflict(_))),
        }
    }

    /// Whether the merge took it out.
    pub const fn is_gone(&self) -> bool {
        matches!(self.has, Has::Nothing)
    }

    /// Whether it is lines that the other side alone changed.
    pub fn is_lines_of_the_other(&self, side: usize) -> bool {
        matches!(self.has, Has::Lines(_)) && self.texts.base == self.texts.sides[side]
    }
}
