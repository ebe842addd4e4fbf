//! Comments below the last entry of a list or a map that are no part of it.

use std::collections::HashSet;

use super::cut::shift;
use super::member::Member;
use super::view::View;
use crate::journal::yaml::Layout;
use crate::merge::ThreeWay;

/// The views without the comments below their last entries, and these in the `column` of
/// the result. `None` where they are that entry's, as in nearly all merges.
///
/// As part of the last entry they would come above what the other side puts behind it, or
/// in the middle of what it puts into it; and what one side did with them could not be told
/// from what it did with the entry.
pub fn cut<'a>(
    views: &ThreeWay<View<'a>>,
    column: usize,
) -> Option<(ThreeWay<View<'a>>, ThreeWay<String>)> {
    let has_sign = |view: &View| {
        let last = view.members.last();
        last.is_some_and(|m| m.body.contains('#') || m.suffix.contains('#'))
    };
    if !views.as_ref().into_array().into_iter().any(has_sign) {
        return None;
    }
    let cut_at = |left: usize| {
        let mut cut = views.clone();
        let ThreeWay { base, ours, theirs } = &mut cut;
        let [base, ours, theirs] =
            [base, ours, theirs].map(|view| without_tail(view, left, column));
        let tails = ThreeWay::new(base, ours, theirs);
        let tail = tails.as_ref().map(String::as_str).trivial();
        (tail.is_some() && tails != ThreeWay::default()).then_some((cut, tails))
    };
    // What stands left of the entries is about none of them.
    let whole = cut_at(0);
    let whole = whole.filter(|(cut, tails)| {
        !is_of_last(cut, tails) && !is_above_a_gone(cut, tails) && !is_moved_and_gone(cut, tails)
    });
    whole.or_else(|| cut_at(1))
}

/// Takes off and gives back the lines at the end that would be above a next entry, if there
/// is a comment among them, and stand `left` columns from it or more.
fn without_tail(view: &mut View, left: usize, column: usize) -> String {
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
        words.is_empty() || (words.starts_with('#') && line.len() - words.len() + left <= m.column)
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

/// Whether comments that one side put at the end may be about the entry above them: the
/// other side put an entry there, too, and nothing tells which comes first.
fn is_of_last(views: &ThreeWay<View>, tails: &ThreeWay<String>) -> bool {
    let known = &views.base.members;
    let has_new_end = |view: &View, tail: &str| {
        let last = view.members.last().map(name);
        let is_known = last.is_none_or(|last| known.iter().any(|m| name(m) == last));
        !tail.contains('#') && !is_known
    };
    !tails.base.contains('#')
        && (has_new_end(&views.ours, &tails.ours) || has_new_end(&views.theirs, &tails.theirs))
}

/// Whether a side moved such a comment above an entry that the other side took out. As
/// lines of the end it would be a new comment of that entry there, which is a conflict.
fn is_above_a_gone(views: &ThreeWay<View>, tails: &ThreeWay<String>) -> bool {
    let comments = comments(tails.base.lines());
    if comments.is_empty() {
        return false;
    }
    let names = views.as_ref().map(|view| -> HashSet<&str> {
        let all = view.members.iter();
        all.map(name).collect()
    });
    let is_above = |view: &View, other: &HashSet<&str>| {
        view.members.iter().any(|m| {
            let mut above = m.lead.lines().map(str::trim);
            let is_gone = names.base.contains(name(m)) && !other.contains(name(m));
            is_gone && above.any(|line| comments.contains(line))
        })
    };
    is_above(&views.ours, &names.theirs) || is_above(&views.theirs, &names.ours)
}

/// Whether a side moved a comment to the end or away from it that the other side took out: it
/// is one comment, which the lines of the end alone do not tell. Where the entry below it is
/// new, or gone, the comment did not move.
fn is_moved_and_gone(views: &ThreeWay<View>, tails: &ThreeWay<String>) -> bool {
    let sets = views.as_ref().zip(tails.as_ref());
    let [base, ours, theirs] = sets
        .map(|(view, tail)| {
            let above = view.members.iter().flat_map(|m| m.lead.lines());
            (view, comments(above), comments(tail.lines()))
        })
        .into_array();
    let above_one_of = |view: &View, other: &View, line: &str| {
        let known: HashSet<&str> = other.members.iter().map(name).collect();
        let mut members = view.members.iter();
        members.any(|m| known.contains(name(m)) && comments(m.lead.lines()).contains(line))
    };
    [(&ours, &theirs), (&theirs, &ours)]
        .into_iter()
        .any(|(side, other)| {
            let mut away = base.2.intersection(&side.1);
            let mut here = base.1.intersection(&side.2);
            let is_gone = |line: &str| !other.1.contains(line) && !other.2.contains(line);
            away.any(|line| is_gone(line) && above_one_of(side.0, base.0, line))
                || here.any(|line| is_gone(line) && above_one_of(base.0, side.0, line))
        })
}

fn comments<'l>(lines: impl Iterator<Item = &'l str>) -> HashSet<&'l str> {
    lines
        .map(str::trim)
        .filter(|line| line.starts_with('#'))
        .collect()
}

/// The key of an entry, or the first line of an item.
fn name<'m>(m: &'m Member) -> &'m str {
    let line = || m.body.lines().next().unwrap_or_default().trim();
    m.key
        .map_or_else(line, |key| &m.side.text[key.span.clone()])
}
