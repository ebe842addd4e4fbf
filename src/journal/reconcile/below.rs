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
    let whole =
        whole.filter(|(cut, tails)| !is_of_last(cut, tails) && !is_moved_and_gone(cut, tails));
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

/// Whether a side moved a comment to the end, or from there above an entry, and the other side
/// took out the comment or that entry: the lines of the end alone do not tell that it is one
/// comment. Where the entry below it is new, or gone, it did not move.
fn is_moved_and_gone(views: &ThreeWay<View>, tails: &ThreeWay<String>) -> bool {
    struct Side<'s> {
        members: &'s [Member<'s>],
        names: HashSet<&'s str>,
        end: HashSet<&'s str>,
        comments: HashSet<&'s str>,
    }
    let sides = views.as_ref().zip(tails.as_ref()).map(|(view, tail)| {
        let above = view.members.iter().flat_map(|m| m.lead.lines());
        let end = comments(tail.lines());
        Side {
            members: &view.members,
            names: view.members.iter().map(name).collect(),
            comments: comments(above).union(&end).copied().collect(),
            end,
        }
    });
    // Whether one of the comments at an end stands above an entry of `at`, which is `known`
    // at that end as well, and is gone.
    let is_torn = |at: &Side, known: &Side, is_gone: &dyn Fn(&str, &str) -> bool| {
        at.members.iter().any(|m| {
            let mut above = m.lead.lines().map(str::trim);
            known.names.contains(name(m))
                && above.any(|line| known.end.contains(line) && is_gone(name(m), line))
        })
    };
    let ThreeWay { base, ours, theirs } = &sides;
    [(ours, theirs), (theirs, ours)]
        .into_iter()
        .any(|(side, other)| {
            let has = |line: &str| other.comments.contains(line);
            is_torn(side, base, &|name, line| {
                !other.names.contains(name) || !has(line)
            }) || is_torn(base, side, &|_, line| !has(line))
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
