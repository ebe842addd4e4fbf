//! Comments, which no rule may lose: they stand nowhere else. Nor may one appear twice
//! because each side put something new below it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::entry::Entries;
use super::member::{Member, Side};
use super::output::Piece;
use crate::merge::ThreeWay;

/// Limit on the `#` of one line behind which a comment is looked for.
const MAX_HASHES: usize = 32;

/// Whether `pieces` lack a comment that a side added or that all sides have.
pub fn of_comments(sides: &Entries, pieces: &[Piece]) -> bool {
    let found = sides.map(|m| -> HashSet<&str> {
        let all = m.map(|m: &Member| comments(m.side, &m.range));
        all.unwrap_or_default().into_iter().collect()
    });
    let mut wanted = wanted(&found);
    for piece in pieces {
        if wanted.is_empty() {
            return false;
        }
        match piece {
            Piece::Text(text) | Piece::Above(text) => strike(&mut wanted, text),
            Piece::Conflict(texts) => {
                strike(&mut wanted, &texts.ours);
                strike(&mut wanted, &texts.theirs);
            }
        }
    }
    !wanted.is_empty()
}

/// The comments in a range of a side's text, in their order.
pub fn comments<'a>(side: Side<'a>, range: &Range<usize>) -> Vec<&'a str> {
    let all = &side.tree.comments;
    let from = all.partition_point(|c| c.start < range.start);
    all[from..]
        .iter()
        .take_while(|c| c.start < range.end)
        .map(|c| side.text[c.clone()].trim_end())
        .collect()
}

/// The comments that a side added, and those that both kept.
fn wanted<'a>(found: &ThreeWay<HashSet<&'a str>>) -> HashSet<&'a str> {
    let new = found.ours.union(&found.theirs);
    new.copied()
        .filter(|c| !found.base.contains(c) || (found.ours.contains(c) && found.theirs.contains(c)))
        .collect()
}

/// Takes out the comments that stand in a text.
fn strike(wanted: &mut HashSet<&str>, text: &str) {
    for line in text.lines() {
        for (at, _) in line.match_indices('#').take(MAX_HASHES) {
            wanted.remove(line[at..].trim_end());
        }
    }
}

/// Removes repeated comments from the lines above new entries: comments that the result
/// has more often than it should, since each side has the comment above its own new
/// entry. Only comments of the base that both sides put something below are removed; the
/// same words above an entry that both removed do not count.
pub fn once(pieces: &mut [Piece], texts: ThreeWay<&str>) {
    let counts = texts.as_ref().map(|t| count(t));
    let mut surplus: HashMap<String, usize> = HashMap::new();
    for piece in pieces.iter() {
        if let Piece::Above(text) = piece {
            surplus.extend(count(text).into_keys().map(|l| (l.to_owned(), 0)));
        }
    }
    if surplus.is_empty() {
        return;
    }
    for piece in pieces.iter() {
        let (Piece::Text(text) | Piece::Above(text)) = piece else {
            continue;
        };
        for (line, n) in count(text) {
            surplus.entry(line.to_owned()).and_modify(|s| *s += n);
        }
    }
    let marked: String = pieces
        .iter()
        .filter_map(|p| match p {
            Piece::Conflict(c) => Some([&*c.base, &c.ours, &c.theirs].concat()),
            _ => None,
        })
        .collect();
    let marked = count(&marked);
    let taken = taken_over(&texts);
    surplus.retain(|line, n| {
        let of = counts
            .as_ref()
            .map(|c| c.get(line.as_str()).copied().unwrap_or_default());
        let both = (of.ours + of.theirs).saturating_sub(of.base);
        let taken = taken.get(line.as_str()).copied().unwrap_or_default();
        *n = n
            .saturating_sub(both.max(of.ours).max(of.theirs))
            .min(taken);
        *n > 0 && !marked.contains_key(line.as_str())
    });
    for piece in pieces.iter_mut().rev() {
        if let Piece::Above(text) = piece
            && !surplus.is_empty()
        {
            *text = without(text, &mut surplus);
        }
    }
}

/// A comment with the nearest lines around it that are not comments; `None` at either
/// end.
type Placed<'t> = (Option<&'t str>, &'t str, Option<&'t str>);

/// How often each comment of the base has something new below it on both sides: the line
/// above it is the same, and the entry that it stood above is still there, but not next
/// to it.
fn taken_over<'t>(texts: &ThreeWay<&'t str>) -> HashMap<&'t str, usize> {
    let placed = texts.as_ref().map(|t| placed(t));
    let entries = texts
        .as_ref()
        .map(|t| t.lines().filter_map(entry_of).collect::<HashSet<_>>());
    // How often a side has a comment of the base below the same line and above another.
    let moved = |side: &HashMap<Placed<'t>, usize>| {
        let mut moved: HashMap<(Option<&str>, &str), usize> = HashMap::new();
        for (at, n) in side {
            let was = placed.base.get(at).copied().unwrap_or_default();
            *moved.entry((at.0, at.1)).or_default() += n.saturating_sub(was);
        }
        moved
    };
    let (ours, theirs) = (moved(&placed.ours), moved(&placed.theirs));
    let mut taken: HashMap<&str, usize> = HashMap::new();
    for (at, n) in &placed.base {
        let (above, comment, below) = *at;
        let of = |side: &HashMap<Placed, usize>, moved: &HashMap<_, usize>, all: &HashSet<_>| {
            let kept = side.get(at).copied().unwrap_or_default();
            let moved = moved.get(&(above, comment)).copied().unwrap_or_default();
            match below.is_none_or(|below| all.contains(below)) {
                true => n.saturating_sub(kept).min(moved),
                false => 0,
            }
        };
        let both = of(&placed.ours, &ours, &entries.ours);
        *taken.entry(comment).or_default() +=
            both.min(of(&placed.theirs, &theirs, &entries.theirs));
    }
    taken
}

/// How often each comment with a line of its own stands at a place.
fn placed(text: &str) -> HashMap<Placed<'_>, usize> {
    let mut found = HashMap::new();
    let (mut above, mut block) = (None, Vec::new());
    for line in text.lines().map(Some).chain([None]) {
        let below = line.and_then(entry_of);
        if below.is_some() || line.is_none() {
            for comment in block.drain(..) {
                *found.entry((above, comment, below)).or_default() += 1;
            }
            above = below;
        } else if let Some(line) = line.map(str::trim).filter(|l| !l.is_empty()) {
            block.push(line);
        }
    }
    found
}

/// A line that is neither blank nor a comment, cut before the value of its key.
fn entry_of(line: &str) -> Option<&str> {
    let line = line.trim();
    let entry = line.split(": ").next().unwrap_or(line);
    let is_entry = !line.is_empty() && !line.starts_with('#');
    is_entry.then(|| entry.trim_end_matches(':'))
}

/// How often each comment has a line of its own.
fn count(text: &str) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for line in text.lines().map(str::trim).filter(|l| l.starts_with('#')) {
        *counts.entry(line).or_default() += 1;
    }
    counts
}

/// The lines without the surplus ones; nothing if only blank lines are left.
fn without(text: &str, surplus: &mut HashMap<String, usize>) -> String {
    let mut taken = false;
    let mut is_surplus = |line: &&str| match surplus.get_mut(line.trim()) {
        Some(n) if *n > 0 => {
            *n -= 1;
            taken = true;
            true
        }
        _ => false,
    };
    let lines = text.split_inclusive('\n');
    let rest: String = lines.filter(|line| !is_surplus(line)).collect();
    match taken && rest.trim().is_empty() {
        true => String::new(),
        false => rest,
    }
}
