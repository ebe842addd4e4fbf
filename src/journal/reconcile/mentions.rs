//! Comments that say in other words what an entry said: who comments one out often writes
//! the reason behind it, or the old value in a sentence.

use std::collections::{BTreeMap, HashSet};

use super::member::Member;
use super::torn::{Counts, bare};
use super::unit::Unit;
use crate::journal::yaml::{Node, Value};

/// Limit on the pairs of an entry that is gone and a new comment; above it, they are not
/// compared: nobody comments out more by hand.
const MAX_PAIRS: usize = 500_000;

/// For each entry that is gone because one side took it out, and of which new comments of
/// that side speak, where the entry and the comment stand: as of a line that went from the
/// one to the other.
pub fn table(units: &[Unit]) -> Vec<BTreeMap<usize, Counts>> {
    let mut table = Vec::new();
    for side in 0..2 {
        let is_taken_out = |unit: &Unit| {
            let [ours, theirs] = &unit.said;
            let (mine, other) = if side == 0 {
                (ours, theirs)
            } else {
                (theirs, ours)
            };
            unit.is_gone() && !unit.texts.base.is_empty() && mine.is_empty() && !other.is_empty()
        };
        let gone = units
            .iter()
            .enumerate()
            .filter(|(_, unit)| is_taken_out(unit));
        let gone: Vec<(usize, &Unit)> = gone.collect();
        if gone.is_empty() {
            continue;
        }
        let comments = new_comments(units, side);
        if gone.len() * comments.len() > MAX_PAIRS {
            continue;
        }
        for (at, unit) in gone {
            let names: Vec<String> = unit.said[1 - side].iter().flat_map(|m| names(m)).collect();
            let speaks = |comment: &str| names.iter().any(|name| has_word(comment, name));
            let speaking = comments.iter().filter(|(_, comment)| speaks(comment));
            // One outside of all conflicts is in each choice.
            let is_first = |place: &usize| (units[*place].is_marked(), *place);
            if let Some(place) = speaking.map(|(place, _)| *place).min_by_key(is_first) {
                table.push(row(units, side, at, place));
            }
        }
    }
    table
}

/// An entry that stands at `at` for the base and the other side, and for this side in words
/// at `place`.
fn row(units: &[Unit], side: usize, at: usize, place: usize) -> BTreeMap<usize, Counts> {
    let mut entry = Counts {
        base: 1,
        ..Counts::default()
    };
    entry.sides[1 - side] = 1;
    let mut comment = Counts::default();
    comment.sides[side] = 1;
    comment.there[side] = 1;
    comment.there[1 - side] = usize::from(!units[place].is_marked());
    BTreeMap::from([(at, entry), (place, comment)])
}

/// The comments that this side alone has, in small letters, by unit.
fn new_comments(units: &[Unit], side: usize) -> Vec<(usize, String)> {
    let known = units.iter().flat_map(|unit| {
        let known = [&unit.texts.base, &unit.texts.sides[1 - side]];
        known.into_iter().flat_map(|text| comments(text))
    });
    let known: HashSet<&str> = known.collect();
    let all = units
        .iter()
        .enumerate()
        .flat_map(|(at, unit)| comments(&unit.texts.sides[side]).map(move |comment| (at, comment)));
    all.filter(|(_, comment)| !known.contains(comment))
        .map(|(at, comment)| (at, comment.to_lowercase()))
        .collect()
}

fn comments(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().map(str::trim);
    lines.filter(|line| line.starts_with('#')).map(bare)
}

/// The words, in small letters, by which a comment speaks of an entry: its key or a text in
/// its value; of an item without a key any value in it.
fn names(member: &Member) -> Vec<String> {
    let mut names = Vec::new();
    names.extend(member.key.and_then(Node::scalar).map(str::to_lowercase));
    add_values(&member.meaning(), member.key.is_none(), &mut names);
    names.retain(|name| !name.trim().is_empty());
    names
}

fn add_values(value: &Value, with_numbers: bool, names: &mut Vec<String>) {
    match value {
        Value::Text(text) => names.push(text.trim().to_lowercase()),
        Value::Typed(_) if with_numbers => names.push(value.to_string().to_lowercase()),
        Value::Seq(items) => {
            for item in items {
                add_values(item, with_numbers, names);
            }
        }
        Value::Map(pairs) => {
            for (_, value) in pairs {
                add_values(value, with_numbers, names);
            }
        }
        Value::With(_, value) => add_values(value, with_numbers, names),
        Value::Null | Value::Alias(_) | Value::Typed(_) => {}
    }
}

/// Whether a text has a word, not as a part of a longer one. A script without spaces
/// between words has no such parts.
fn has_word(text: &str, word: &str) -> bool {
    let is_of_word = |c: char| c.is_lowercase() || c.is_numeric() || c == '_';
    let is_end = |inner: Option<char>, outer: Option<char>| {
        !(inner.is_some_and(is_of_word) && outer.is_some_and(is_of_word))
    };
    text.match_indices(word).any(|(at, _)| {
        let (before, behind) = (&text[..at], &text[at + word.len()..]);
        is_end(word.chars().next(), before.chars().next_back())
            && is_end(word.chars().next_back(), behind.chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_not_found_within_a_longer_one() {
        for text in ["no draft", "draft: true", "(draft)", "redraft, draft"] {
            assert!(has_word(text, "draft"), "{text}");
        }
        for text in ["drafts", "redraft", "draft_of", "draft2", ""] {
            assert!(!has_word(text, "draft"), "{text}");
        }
        assert!(has_word("東京は後で", "東京"));
        assert!(has_word("see https://a.org/b?c", "https://a.org/b"));
        assert!(!has_word("naïveté", "naïvet"));
    }
}
