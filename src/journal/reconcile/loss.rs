//! Comments, which no rule may lose: what a person wrote there has no other place.

use std::collections::HashSet;
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
            Piece::Text(text) => strike(&mut wanted, text),
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
