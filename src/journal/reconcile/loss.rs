//! Comments, which no rule may lose: what a person wrote there has no other place. Nor
//! may one come to stand twice because each side put something new below it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::entry::Entries;
use super::member::{Member, Side};
use super::output::Piece;
use crate::merge::ThreeWay;

/// More `#` on one line than a comment is looked for behind.
const MAX_HASHES: usize = 32;

/// Whether `pieces` lack a comment that a side added or that all sides have.
pub fn of_comments(sides: &Entries, pieces: &[Piece]) -> bool {
    let found = sides.map(|m| {
        m.map(|m: &Member| comments(m.side, &m.range))
            .unwrap_or_default()
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

/// The comments in a range of a side's text.
fn comments<'a>(side: Side<'a>, range: &Range<usize>) -> HashSet<&'a str> {
    let all = &side.tree.comments;
    let from = all.partition_point(|c| c.start < range.start);
    all[from..]
        .iter()
        .take_while(|c| c.start < range.end)
        .map(|c| side.text[c.clone()].trim_end())
        .collect()
}

/// What a side added, and what both kept.
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

/// Takes the comments out of the lines above new entries that stand more often in the
/// result than in both sides together: each side has the comment above its own entry.
pub fn once(pieces: &mut [Piece], texts: ThreeWay<&str>) {
    let counts = texts.map(count);
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
    surplus.retain(|line, n| {
        let of = counts
            .as_ref()
            .map(|c| c.get(line.as_str()).copied().unwrap_or_default());
        let both = (of.ours + of.theirs).saturating_sub(of.base);
        *n = n.saturating_sub(both.max(of.ours).max(of.theirs));
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

/// How often each comment has a line for itself.
fn count(text: &str) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for line in text.lines().map(str::trim).filter(|l| l.starts_with('#')) {
        *counts.entry(line).or_default() += 1;
    }
    counts
}

/// The lines but for those that are too many, and no blank lines alone.
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
