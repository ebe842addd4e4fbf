//! Texts, which merge by line: block scalars, and values in quotes or plain over several
//! lines.

use super::cut::{shift, spaces};
use super::entry::{Context, MemberSides};
use super::leaf::{Both, suffix};
use super::member::Member;
use super::output::Out;
use super::{Stop, behind, frame, join, join_present, texts};
use crate::journal::yaml::{Style, Tree, Value};

/// Characters that are text to YAML 1.2. Readers of YAML 1.1 (PyYAML, ruamel) end a line at
/// them where they are not written as escapes, which only quotes can.
const BREAKS: [char; 3] = ['\u{85}', '\u{2028}', '\u{2029}'];

/// Merges a text that both sides changed.
pub fn merge(cx: &Context, both: Both, column: usize) -> Result<Out, Stop> {
    let both = Both {
        base: both.base.filter(|base| !base.is_none()),
        ..both
    };
    let is_block = |m: &Member| m.value.is_block_scalar();
    let styles = both.sides().map(|m| m.and_then(|m| m.value.style()));
    match (is_block(both.ours), is_block(both.theirs)) {
        (true, true) if both.base.is_none_or(is_block) => both.text(cx, column),
        (false, false) if styles.ours == styles.theirs && styles.ours == styles.base => {
            both.quoted(cx, column)
        }
        _ => both.said(cx, column),
    }
}

/// The value that is taken, a block scalar: with the comment behind its header that
/// merging those of the sides gives. `None` if both sides changed it.
pub fn with_comment(sides: &MemberSides, pick: &Member, column: usize) -> Option<String> {
    let header = |m: &Member| {
        let (marks, comment, _) = of_header(&m.body);
        (marks.len(), comment.to_owned())
    };
    let texts = sides.map(|m| m.filter(|m| m.value.is_block_scalar()));
    let comment = behind(&texts.map(|m| m.map(|m| header(m).1)))?;
    let (marks, old) = header(pick);
    let mut body = pick.body_at(column).into_owned();
    body.replace_range(marks..marks + old.len(), &comment);
    Some(body)
}

/// The marks of a block scalar (`|`, `>-` …), what stands behind them with the space
/// before it, and the lines of the text.
fn of_header(body: &str) -> (&str, &str, &str) {
    let (header, lines) = body.split_once('\n').unwrap_or((body, ""));
    let marks = header.split('#').next().unwrap_or_default().trim_end();
    (marks, &header[marks.len()..], lines)
}

impl Both<'_, '_> {
    /// Merges block scalars by line.
    fn text(self, cx: &Context, column: usize) -> Result<Out, Stop> {
        let sides = self.sides();
        let parts = sides.try_map(|m| match m {
            Some(m) => BlockText::of(m).map(Some),
            None => Ok(None),
        })?;
        let marks = parts.as_ref().map(|p| p.as_ref().map(|p| p.marks));
        let form = |marks: &str| marks.chars().find(|c| ['|', '>'].contains(c));
        if marks.ours.map(form) != marks.theirs.map(form) {
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

    /// Merges texts of which some are block scalars and some are not: by the lines that
    /// they say, written as the block scalar of a side is.
    fn said(self, cx: &Context, column: usize) -> Result<Out, Stop> {
        let sides = self.sides();
        let literal = sides.map(|m| m.filter(|m| m.value.style() == Some(Style::Literal)));
        let written = [literal.ours, literal.theirs].into_iter().flatten();
        let indents = written.map(|m| Ok(BlockText::of(m)?.indent));
        let indents = indents.collect::<Result<Vec<_>, Stop>>()?;
        let indent = indents.into_iter().flatten().min().ok_or(Stop::Conflict)?;
        let has_comment = |m: &Member| m.suffix.contains('#') || m.comment_before(0).is_some();
        for m in sides.into_array().into_iter().flatten() {
            let header = m.body.lines().next().filter(|_| m.value.is_block_scalar());
            // It would stand behind the value in one form, and behind its header in another.
            if has_comment(m) || header.is_some_and(|header| header.contains('#')) {
                return Err(Stop::Conflict);
            }
        }
        let said = sides.try_map(|m| match m.map(|m| (m.value.scalar(), m.meaning())) {
            None => Ok(""),
            Some((Some(text), Value::Text(_))) => Ok(text),
            // A number, or a text with a tag.
            Some(_) => Err(Stop::Conflict),
        })?;
        let text = cx.by_line(said)?.ok_or(Stop::Conflict)?;
        if text.contains(BREAKS) {
            return Err(Stop::Conflict);
        }
        let (marks, lines) = match text.strip_suffix('\n') {
            Some(lines) => ("|", lines),
            None => ("|-", text.as_str()),
        };
        let at = spaces(column + indent);
        let lines = lines.lines().map(|line| match line {
            "" => String::from("\n"),
            line => format!("\n{at}{line}"),
        });
        let body = format!("{marks}{}", lines.collect::<String>());
        let (value, _) = read_alone(&body, column).map_err(|_| Stop::Conflict)?;
        if value != Value::text(&text) {
            // Some texts need more marks, and some no block scalar can say.
            return Err(Stop::Conflict);
        }
        let prefix = frame::prefix(&sides, &literal, column).ok_or(Stop::Conflict)?;
        let suffix = join_present(&texts(&literal, |m| m.suffix_at(column)));
        let suffix = suffix.ok_or(Stop::Conflict)?;
        Ok(Out::text(format!("{prefix}{body}{suffix}"), value))
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
        let (marks, comment, lines) = of_header(&member.body);
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
