//! Values that merge as one: scalars, stamps, text.

use super::cut::shift;
use super::entry::{Context, MemberSides};
use super::member::Member;
use super::output::Out;
use super::{Stop, behind, frame, join, of_one_comment, stamp, texts};
use crate::journal::entry::{reading_time, words};
use crate::journal::rules::{Derived, Rule};
use crate::journal::yaml::{Style, Tree, Value};
use crate::merge::ThreeWay;

/// The bodies, for fields that are worked out from them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bodies<'c> {
    pub ours: &'c str,
    pub theirs: &'c str,
    /// `None` where the bodies conflict.
    pub merged: Option<&'c str>,
}

impl Bodies<'_> {
    /// Whether the merged body has something of both sides.
    pub fn are_joined(&self) -> bool {
        self.merged
            .is_some_and(|merged| merged != self.ours && merged != self.theirs)
    }
}

/// A value that both sides have, and the base's if it is there.
#[derive(Clone, Copy)]
struct Both<'m, 'a> {
    base: Option<&'m Member<'a>>,
    ours: &'m Member<'a>,
    theirs: &'m Member<'a>,
}

impl<'m, 'a> Both<'m, 'a> {
    fn of(sides: &MemberSides<'m, 'a>) -> Option<Self> {
        Some(Self {
            base: sides.base,
            ours: sides.ours?,
            theirs: sides.theirs?,
        })
    }

    const fn sides(self) -> MemberSides<'m, 'a> {
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
            && other.body.contains('#')
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
        let body = pick.body_at(column);
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

    /// Merges block scalars by line.
    fn text(self, cx: &Context, column: usize) -> Result<Out, Stop> {
        let sides = self.sides();
        let parts = sides.try_map(|m| match m {
            Some(m) => BlockText::of(m).map(Some),
            None => Ok(None),
        })?;
        let marks = parts.as_ref().map(|p| p.as_ref().map(|p| p.marks));
        let form = |marks: &str| marks.chars().find(|c| ['|', '>'].contains(c));
        let mut others = [marks.base, marks.theirs].into_iter().flatten();
        if others.any(|m| Some(form(m)) != marks.ours.map(form)) {
            // `|` and `>` write the same lines in two ways.
            return Err(Stop::Conflict);
        }
        let marks = marks.trivial().flatten().ok_or(Stop::Conflict)?;
        let comment = |p: &BlockText| p.comment.to_owned();
        let comment = behind(&parts.as_ref().map(|p| p.as_ref().map(comment)));
        let comment = comment.ok_or(Stop::Conflict)?;
        let indent = parts.as_ref().map(|p| p.as_ref().and_then(|p| p.indent));
        let number = number_in(marks);
        let indent = match (indent.ours, indent.theirs) {
            _ if let Some(number) = number => number,
            (Some(ours), Some(theirs)) => indent.trivial().flatten().unwrap_or(ours.min(theirs)),
            // Blank lines alone stand anywhere.
            (one, other) => one.or(other).unwrap_or(0),
        };
        // Where they are to stand: to the left of that, spaces at their start would be lost.
        let at = column + indent;
        let lines = parts.map(|p| p.map(|p| p.lines_at(at)).unwrap_or_default());
        let text = cx.by_line(lines.as_ref().map(String::as_str))?;
        let text = text.ok_or(Stop::Conflict)?;
        let first = widths(&text).next();
        if number.is_none() && first.is_some_and(|width| width > at) {
            // Without a number the first line would take the indentation of all.
            return Err(Stop::Conflict);
        }
        let body = format!("{marks}{comment}\n{text}");
        let body = body.strip_suffix('\n').unwrap_or(&body);
        let (value, _) = read_alone(body, column).map_err(Stop::Refuse)?;
        let prefix = frame::prefix(&sides, &sides, column).ok_or(Stop::Conflict)?;
        let suffix = join(&texts(&sides, |m| m.suffix_at(column))).ok_or(Stop::Conflict)?;
        Ok(Out::text(format!("{prefix}{body}{suffix}"), value))
    }

    /// Merges scalars without a header, quoted or plain, by line as they are written. All
    /// sides must be of one style.
    fn quoted(self, cx: &Context, column: usize) -> Result<Out, Stop> {
        let sides = self.sides();
        let styles = sides.map(|m| m.and_then(|m| m.value.style()));
        let style = styles.ours.ok_or(Stop::Conflict)?;
        if styles.base != Some(style) || styles.theirs != Some(style) {
            return Err(Stop::Conflict);
        }
        let lines = sides.map(|m| m.map_or(String::new(), |m| format!("{}\n", m.body_at(column))));
        let merged = cx.by_line(lines.as_ref().map(String::as_str))?;
        let merged = merged.ok_or(Stop::Conflict)?;
        let body = merged.trim_end_matches('\n');
        // Lines of two sides may be no scalar, or another one, together.
        let (value, read) = read_alone(body, column).map_err(|_| Stop::Conflict)?;
        if read != Some(style) {
            return Err(Stop::Conflict);
        }
        let prefix = frame::prefix(&sides, &sides, column).ok_or(Stop::Conflict)?;
        let suffix = suffix(&sides, column).ok_or(Stop::Conflict)?;
        Ok(Out::text(format!("{prefix}{body}{suffix}"), value))
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
            match stamp::later(a, b) {
                Some(std::cmp::Ordering::Less) => both.framed(theirs, column),
                Some(_) => both.framed(ours, column),
                None => Err(Stop::Conflict),
            }
        }
        _ if ours.value.is_block_scalar()
            && theirs.value.is_block_scalar()
            && *rule != Rule::Scalar =>
        {
            let base = base.filter(|b| b.value.is_block_scalar());
            Both { base, ..both }.text(cx, column)
        }
        Rule::Text => both.quoted(cx, column),
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
/// changed it or both changed it alike: the body is that of neither side. One that refers
/// to another entry, or is referred to, stays as it is.
pub fn is_worked_out_again(cx: &Context, sides: &MemberSides, path: &[String]) -> bool {
    let Some(both) = Both::of(sides) else {
        return false;
    };
    let mut members = sides.into_array().into_iter().flatten();
    if members.any(|m| m.value.has_anchor_or_alias()) {
        return false;
    }
    match cx.merger.rules.named(path) {
        Some(Rule::Derived(what)) if cx.bodies.are_joined() => both.derived(cx, *what, 0).is_some(),
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
fn suffix(sides: &MemberSides, column: usize) -> Option<String> {
    let inline = sides.map(|m| m.filter(|m| m.nested.is_none()));
    let whole = texts(&inline, |m| m.suffix_at(column));
    match whole.clone().trivial() {
        Some(Some(suffix)) => Some(suffix),
        _ => of_one_comment(&whole),
    }
}

/// The meaning and the style of a scalar that was put together of lines, read on its own.
fn read_alone(body: &str, column: usize) -> Result<(Value, Option<Style>), String> {
    let probe = format!("k: {}\n", shift(body, column, 0, false));
    let tree = Tree::parse(&probe).map_err(|e| e.to_string())?;
    let pairs = tree.root.as_ref().and_then(|r| r.pairs());
    match pairs {
        Some([pair]) => Ok((Value::of(&pair.value, &probe), pair.value.style())),
        _ => Err("the lines of a text are no text together".to_owned()),
    }
}

/// The number that the header of a text gives for its indentation.
fn number_in(marks: &str) -> Option<usize> {
    let digit = marks.chars().find_map(|c| c.to_digit(10))?;
    usize::try_from(digit).ok()
}

struct BlockText<'a> {
    /// `|`, `>-` …
    marks: &'a str,
    /// What stands behind them, with the space before it.
    comment: &'a str,
    lines: &'a str,
    /// The column that the text stands in; `None` if there are no lines but blank ones.
    at: Option<usize>,
    /// How much deeper than the key that is.
    indent: Option<usize>,
}

impl<'a> BlockText<'a> {
    fn of<'m: 'a>(member: &'m Member) -> Result<Self, Stop> {
        let (header, lines) = member.body.split_once('\n').unwrap_or((&member.body, ""));
        let marks = header.split('#').next().unwrap_or_default().trim_end();
        let comment = &header[marks.len()..];
        // A first line that is indented more than the text needs a number for the text.
        let at = match number_in(marks) {
            Some(number) => Some(member.column + number),
            None => widths(lines).min(),
        };
        // The parser has seen that they stand deeper.
        let indent = at.map(|at| at.checked_sub(member.column).ok_or(Stop::Conflict));
        Ok(Self {
            marks,
            comment,
            lines,
            at,
            indent: indent.transpose()?,
        })
    }

    /// The lines of the text in this column, each with its end.
    fn lines_at(&self, column: usize) -> String {
        let mut text = shift(self.lines, self.at.unwrap_or(column), column, true).into_owned();
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

/// The indentation of the lines that are not blank.
fn widths(lines: &str) -> impl Iterator<Item = usize> {
    // To YAML a line of other space than this is text.
    let filled = lines
        .lines()
        .filter(|l| !l.trim_end_matches([' ', '\r']).is_empty());
    filled.map(|l| l.len() - l.trim_start_matches(' ').len())
}
