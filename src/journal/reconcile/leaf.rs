//! Values that merge as one: scalars, stamps.

use super::entry::{Context, MemberSides};
use super::member::Member;
use super::output::Out;
use super::{Stop, frame, of_one_comment, stamp, text, texts};
use crate::journal::entry::{reading_time, words};
use crate::journal::rules::{Derived, Rule};
use crate::journal::yaml::{Style, Value};
use crate::merge::ThreeWay;

/// The bodies, for fields that are worked out from them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bodies<'c> {
    pub ours: &'c str,
    pub theirs: &'c str,
    /// `None` where the bodies conflict.
    pub merged: Option<&'c str>,
}

/// A value that both sides have, and the base's if it is there.
#[derive(Clone, Copy)]
pub struct Both<'m, 'a> {
    pub base: Option<&'m Member<'a>>,
    pub ours: &'m Member<'a>,
    pub theirs: &'m Member<'a>,
}

impl<'m, 'a> Both<'m, 'a> {
    fn of(sides: &MemberSides<'m, 'a>) -> Option<Self> {
        Some(Self {
            base: sides.base,
            ours: sides.ours?,
            theirs: sides.theirs?,
        })
    }

    pub const fn sides(self) -> MemberSides<'m, 'a> {
        ThreeWay::new(self.base, Some(self.ours), Some(self.theirs))
    }

    /// The entry with the value of `pick` and what either side changed around it.
    fn framed(self, pick: &Member, column: usize) -> Result<Out, Stop> {
        let (sides, Self { base, ours, theirs }) = (self.sides(), self);
        let value = pick.meaning();
        let other = if std::ptr::eq(pick, ours) {
            theirs
        } else {
            ours
        };
        if other.value.scalar().is_none()
            && other.has_comments_in_value()
            && base.is_none_or(|b| b.body_at(column) != other.body_at(column))
            && pick.body_at(column) != other.body_at(column)
        {
            // Comments inside the value that is not taken would be lost.
            return Err(Stop::Conflict);
        }
        // The text before the value can be joined if the value starts at one place: on its
        // line, below it, or nowhere. Behind a dash further lines stand in line with the
        // first.
        let place = |m: &Member| (m.nested.is_some(), m.compact(), m.body.is_empty());
        let fits = !pick.compact() || ours.body_at(column) == theirs.body_at(column);
        let prefix = if place(ours) == place(theirs) && fits {
            let alike = sides.map(|m| m.filter(|m| place(m) == place(pick)));
            frame::prefix(&sides, &alike, column).ok_or(Stop::Conflict)?
        } else {
            pick.prefix_at(column).into_owned()
        };
        let body = match pick.value.is_block_scalar() {
            true => text::with_comment(&sides, pick, column).ok_or(Stop::Conflict)?,
            false => pick.body_at(column).into_owned(),
        };
        if pick.nested.is_some() {
            // A block collection has no end of line of its own; what the other side
            // wrote there would be lost.
            let kept = |m: &Member| m.suffix.trim().to_owned();
            if !kept(other).is_empty() && base.is_none_or(|b| kept(b) != kept(other)) {
                return Err(Stop::Conflict);
            }
            return Ok(Out::text(format!("{prefix}{body}"), value));
        }
        let mut suffix = suffix(&sides, column).ok_or(Stop::Conflict)?;
        if pick.value.is_block_scalar() {
            // Whatever stands behind a block scalar's last line would be part of its text.
            suffix = suffix.trim_start_matches([' ', '\t']).to_owned();
            if !suffix.starts_with('\n') {
                return Err(Stop::Conflict);
            }
        }
        Ok(Out::text(format!("{prefix}{body}{suffix}"), value))
    }

    /// Whether the merged body is that of a side whose number stands: of one that changed
    /// the number, or of any if none did.
    fn has_number_of(self, bodies: Bodies) -> bool {
        let changed = |m: &Member| self.base.is_none_or(|base| base.meaning() != m.meaning());
        let (ours, theirs) = (changed(self.ours), changed(self.theirs));
        let is_merged = |body| bodies.merged == Some(body);
        is_merged(bodies.ours) && (ours || !theirs) || is_merged(bodies.theirs) && (theirs || !ours)
    }

    /// Works a field out again from the merged body, if both sides' values were worked out
    /// from their own bodies in the same way and written in the same form.
    fn derived(self, cx: &Context, what: Derived, column: usize) -> Option<Out> {
        let merged = cx.bodies.merged?;
        let write = FORMS.iter().find(|write| {
            [(self.ours, cx.bodies.ours), (self.theirs, cx.bodies.theirs)]
                .iter()
                .all(|(m, body)| {
                    m.value.style() == Some(Style::Plain)
                        && m.value.scalar() == Some(&write(what, body))
                })
        })?;
        let body = write(what, merged);
        let sides = self.sides();
        let prefix = frame::prefix(&sides, &sides, column)?;
        let suffix = suffix(&sides, column)?;
        let value = Value::plain(&body);
        Some(Out::text(format!("{prefix}{body}{suffix}"), value))
    }
}

/// Merges a value that both sides changed, as one value. The result is the whole
/// entry without its lead, its first line starting at the key.
pub fn merge(cx: &Context, sides: &MemberSides, rule: &Rule, column: usize) -> Result<Out, Stop> {
    let both = Both::of(sides).ok_or(Stop::Conflict)?;
    let Both { base, ours, theirs } = both;
    // Equal numbers too may both be wrong for what the bodies became together.
    if let Rule::Derived(what) = rule
        && let Some(out) = both.derived(cx, *what, column)
    {
        return Ok(out);
    }
    // A key without a value and no key are the same: no value before and after is no
    // change.
    let meanings = sides.map(|m| m.filter(|m| !m.is_none()).map(Member::meaning));
    if meanings.ours == meanings.theirs || same_item(ours, theirs) {
        // The same value: a change of spelling on one side alone is kept.
        let bodies = ThreeWay::new(
            base.filter(|b| meanings.base == meanings.ours || same_item(b, ours))
                .map(|b| b.body_at(column)),
            Some(ours.body_at(column)),
            Some(theirs.body_at(column)),
        );
        let pick = match bodies.trivial().flatten() {
            Some(body) if body == ours.body_at(column) => ours,
            Some(_) => theirs,
            None if ours.body_at(column) <= theirs.body_at(column) => ours,
            None => theirs,
        };
        return both.framed(pick, column);
    }
    if meanings.ours == meanings.base {
        return both.framed(theirs, column);
    }
    if meanings.theirs == meanings.base {
        return both.framed(ours, column);
    }
    match rule {
        Rule::Stamp => {
            let (Some(a), Some(b)) = (ours.value.scalar(), theirs.value.scalar()) else {
                return Err(Stop::Conflict);
            };
            let later = match stamp::later(a, b) {
                Some(std::cmp::Ordering::Less) => theirs,
                Some(_) => ours,
                None => return Err(Stop::Conflict),
            };
            // A tag that the other side gave or took would be lost.
            let tag = |m: &Member| m.value.properties(m.side.text);
            match sides.map(|m| m.and_then(tag)).trivial() == Some(tag(later)) {
                true => both.framed(later, column),
                false => Err(Stop::Conflict),
            }
        }
        Rule::Text => text::merge(cx, both, column),
        _ => Err(Stop::Conflict),
    }
}

/// Whether two items are the same, compared like item keys: after Unicode normalisation,
/// with surrounding space trimmed.
fn same_item(a: &Member, b: &Member) -> bool {
    let text = |m: &Member| match m.meaning() {
        Value::Text(_) | Value::Typed(_) if m.key.is_none() => m.value.identity(),
        _ => None,
    };
    text(a).is_some() && text(a) == text(b)
}

/// Whether an entry is a number that has to be worked out again, even if one side alone
/// changed it or both changed it alike: what stands is then no number of the merged body.
/// One that refers to another entry, or is referred to, stays as it is.
pub fn is_worked_out_again(cx: &Context, sides: &MemberSides, path: &[String]) -> bool {
    let Some(both) = Both::of(sides) else {
        return false;
    };
    let mut members = sides.into_array().into_iter().flatten();
    if members.any(|m| m.value.has_anchor_or_alias()) {
        return false;
    }
    match cx.merger.rules.named(path) {
        Some(Rule::Derived(what)) if !both.has_number_of(cx.bodies) => {
            both.derived(cx, *what, 0).is_some()
        }
        _ => false,
    }
}

/// A form in which a program writes a number that it worked out from a body.
pub type Form = fn(Derived, &str) -> String;

/// The forms in which programs write a derived number: `0.5`, `0.50`, and `2.0`
/// where the first writes `2`.
pub const FORMS: [Form; 3] = [
    |what, body| match what {
        Derived::WordCount => words(body).to_string(),
        Derived::ReadingTime => reading_time(words(body)).to_string(),
    },
    |_, body| format!("{:.2}", reading_time(words(body))),
    |_, body| format!("{:?}", reading_time(words(body))),
];

/// The text behind a value, merged three-way. If both sides changed it, its comment
/// decides: a side without a comment removed one only if base had it. `None` if both
/// sides wrote different comments.
pub fn suffix(sides: &MemberSides, column: usize) -> Option<String> {
    let inline = sides.map(|m| m.filter(|m| m.nested.is_none()));
    let whole = texts(&inline, |m| m.suffix_at(column));
    match whole.clone().trivial() {
        Some(Some(suffix)) => Some(suffix),
        _ => of_one_comment(&whole),
    }
}
