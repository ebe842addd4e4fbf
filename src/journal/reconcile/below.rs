//! Comments below the last entry of a list or a map that are no part of it.

use std::collections::HashSet;

use super::collection::rows;
use super::cut::shift;
use super::view::View;
use crate::journal::yaml::Layout;
use crate::merge::{Row, ThreeWay};

/// The views without the comments below their last entries, and these in the `column` of
/// the result. `None` where they are that entry's, as in nearly all merges.
///
/// Where a side took out the last entry, the comment above it stands below the one before:
/// what the other side put above the comment would come below it along with that one.
pub fn cut<'a>(
    views: &ThreeWay<View<'a>>,
    column: usize,
) -> Option<(ThreeWay<View<'a>>, ThreeWay<String>)> {
    let has_sign = |view: &View| {
        let last = view.members.last();
        last.is_some_and(|m| m.body.contains('#') || m.suffix.contains('#'))
    };
    if !has_sign(&views.ours) && !has_sign(&views.theirs) {
        return None;
    }
    let mut cut = views.clone();
    let ThreeWay { base, ours, theirs } = &mut cut;
    let [base, ours, theirs] = [base, ours, theirs].map(|view| without_tail(view, column));
    let tails = ThreeWay::new(base, ours, theirs);
    is_left(&cut, &tails).then_some((cut, tails))
}

/// Takes off and gives back the lines at the end that would be above a next entry, if there
/// is a comment among them.
fn without_tail(view: &mut View, column: usize) -> String {
    let last = view.members.last_mut();
    let Some(m) = last.filter(|m| m.layout == Layout::Block) else {
        return String::new();
    };
    let (text, first) = match m.nested {
        Some(_) => (&mut m.body, 0),
        None => {
            let end = m.suffix.find('\n').map_or(m.suffix.len(), |at| at + 1);
            (&mut m.suffix, end)
        }
    };
    let is_below = |line: &&str| {
        let words = line.trim_start();
        words.is_empty() || (words.starts_with('#') && line.len() - words.len() <= m.column)
    };
    let lines = text[first..].split_inclusive('\n').rev();
    let len: usize = lines.take_while(is_below).map(str::len).sum();
    let (rest, tail) = text.split_at(text.len() - len);
    if !tail.contains('#') {
        return String::new();
    }
    let tail = shift(tail, m.column, column, true).into_owned();
    *text = rest.to_owned().into();
    m.range.end -= len;
    if let Some(lines) = &mut m.nested {
        lines.end -= len;
    }
    tail
}

/// Whether the comments are those that the base has above an entry which is gone from there,
/// and no side has anything new below them.
fn is_left(views: &ThreeWay<View>, tails: &ThreeWay<String>) -> bool {
    let tails = tails.as_ref().map(String::as_str);
    let Some(tail) = tails.trivial().filter(|tail| !tail.is_empty()) else {
        return false;
    };
    let ids = views.as_ref().map(|view| -> Vec<String> {
        let all = view.members.iter();
        all.map(|m| [m.prefix.trim(), m.body.trim()].concat())
            .collect()
    });
    let sides = ids.as_ref().zip(views.as_ref()).zip(tails);
    let sides = sides.map(|((ids, view), tail)| rows(ids, view, tail));
    let known: HashSet<_> = sides.base.iter().collect();
    let mut lines = tail.lines().map(|line| Row::Line(line.trim()));
    let Some(line) = lines.find(|row| known.contains(row) && *row != Row::Line("")) else {
        return false;
    };
    let Ok(below) = sides.as_ref().try_map(|rows| below(rows, &line).ok_or(())) else {
        return false;
    };
    let last = ids.as_ref().map(|ids| ids.last().map(String::as_str));
    // The last entry there now has to be one that stays.
    let is_apart = |end: Option<&str>, other: &[String]| match end {
        Some(end) if Some(end) == last.base || below.base.contains(end) => Some(false),
        Some(end) if known.contains(&Row::Item(end)) && !other.iter().any(|id| id == end) => None,
        _ => Some(true),
    };
    let are_apart = [
        is_apart(last.ours, &ids.theirs),
        is_apart(last.theirs, &ids.ours),
    ];
    are_apart.contains(&Some(true))
        && !are_apart.contains(&None)
        && below.ours.is_subset(&below.base)
        && below.theirs.is_subset(&below.base)
}

/// The entries below a comment; `None` if it is not there.
fn below<'r>(rows: &[Row<&'r str>], line: &Row<&'r str>) -> Option<HashSet<&'r str>> {
    let at = rows.iter().position(|row| row == line)?;
    let items = rows[at..].iter().filter_map(Row::item);
    Some(items.copied().collect())
}
