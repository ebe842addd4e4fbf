//! Comments, which no rule may lose: they stand nowhere else. Nor may one come back that a
//! side removed, or appear twice because each side put something new below it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::entry::MemberSides;
use super::member::{Member, Side};
use super::output::Piece;
use crate::merge::ThreeWay;

/// Limit on the `#` of one line behind which a comment is looked for.
const MAX_HASHES: usize = 32;

/// Limit on the lines of two texts that are compared line by line: comparing costs length
/// times difference, and nobody writes more by hand.
const MAX_LINES: usize = 10_000;

/// Whether `pieces` lack a comment that a side added or that all sides have.
pub fn of_comments(sides: &MemberSides, pieces: &[Piece]) -> bool {
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

/// Whether a comment stands more often in `pieces` than a merge of its counts gives: it
/// stands twice, or came back. Between brackets, behind a value and behind a key [`once`]
/// takes none out. Where a conflict is, a choice has what its side has.
pub fn has_too_many(sides: &MemberSides, pieces: &[Piece]) -> bool {
    let mut members = sides.into_array().into_iter().flatten();
    if members.all(|m| m.nested.is_some()) {
        return false;
    }
    let is_none = |m: Option<&Member>| m.is_none_or(Member::is_none);
    let is_emptied = is_none(sides.ours) || is_none(sides.theirs);
    let texts = sides.map(|m| m.map_or("", |m| &m.side.text[m.range.clone()]));
    let counts = texts.map(signs);
    let merged = pieces.iter().filter_map(|piece| match piece {
        Piece::Text(text) | Piece::Above(text) => Some(text.as_str()),
        Piece::Conflict(_) => None,
    });
    let merged: String = merged.collect();
    let merged = signs(&merged);
    let all = sides.map(|m| m.map(|m| comments(m.side, &m.range)).unwrap_or_default());
    let no_items = sides.map(|m| m.map(of_no_item).unwrap_or_default());
    all.into_array().into_iter().flatten().any(|comment| {
        let of = |counts: &HashMap<&str, usize>| counts.get(comment).copied().unwrap_or(0);
        let on = counts.as_ref().map(of);
        let both = (on.ours + on.theirs).saturating_sub(on.base);
        // Behind two new items it is two comments.
        let is_behind =
            on.base == 0 && !no_items.ours.contains(comment) && !no_items.theirs.contains(comment);
        let most = if is_behind {
            both
        } else {
            on.trivial().unwrap_or(both)
        };
        // A side that emptied the value had no place left for its comments.
        let least = if is_emptied {
            on.ours.max(on.theirs)
        } else {
            0
        };
        of(&merged) > most.max(least)
    })
}

/// The comments of a member that stand behind no item of it: on a line of their own, or on
/// the line of its key.
fn of_no_item<'a>(m: &Member<'a>) -> HashSet<&'a str> {
    let line = |at: usize| m.side.text[..at].rfind('\n').map_or(0, |end| end + 1);
    let key = m.key.map(|key| line(key.span.start));
    let there = ranges_of_comments(m.side, &m.range);
    let of_none = there.filter(|c| {
        let start = line(c.start);
        Some(start) == key || m.side.text[start..c.start].trim().is_empty()
    });
    of_none.map(|c| m.side.text[c.clone()].trim_end()).collect()
}

/// How often each text stands behind a `#` up to the end of its line.
fn signs(text: &str) -> HashMap<&str, usize> {
    let mut counts = HashMap::new();
    for line in text.lines() {
        for (at, _) in line.match_indices('#').take(MAX_HASHES) {
            *counts.entry(line[at..].trim_end()).or_default() += 1;
        }
    }
    counts
}

/// The comments in a range of a side's text, in their order.
pub fn comments<'a>(side: Side<'a>, range: &Range<usize>) -> Vec<&'a str> {
    let all = ranges_of_comments(side, range);
    all.map(|c| side.text[c.clone()].trim_end()).collect()
}

/// Where they stand. A list may have many thousands, and each of its items asks.
fn ranges_of_comments<'a>(
    side: Side<'a>,
    range: &Range<usize>,
) -> impl Iterator<Item = &'a Range<usize>> {
    let all = &side.tree.comments;
    let from = all.partition_point(|c| c.start < range.start);
    let end = range.end;
    all[from..].iter().take_while(move |c| c.start < end)
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

/// Removes comments of the base from the lines above entries that have others than in the
/// base: those that one side removed, which the other has above another entry because it
/// removed the one below, and those that are there twice, since each side has them above
/// its own new entry.
pub fn once(pieces: &mut [Piece], texts: ThreeWay<&str>) {
    let mut all = HashMap::new();
    let mut movable = HashSet::new();
    let mut marked = HashSet::new();
    for piece in pieces.iter() {
        match piece {
            Piece::Text(text) => add(&mut all, text),
            Piece::Above(text) => {
                add(&mut all, text);
                movable.extend(own_lines(text));
            }
            Piece::Conflict(c) => {
                let texts = c.as_ref().into_array().into_iter();
                marked.extend(texts.flat_map(|text| own_lines(text)));
            }
        }
    }
    let counts = texts.as_ref().map(|text| {
        let mut counts = HashMap::new();
        if !movable.is_empty() {
            add(&mut counts, text);
        }
        counts
    });
    // What no side added, however the comments moved.
    let least = |line: &str| {
        let of = counts
            .as_ref()
            .map(|c| c.get(line).copied().unwrap_or_default());
        (of.ours + of.theirs).saturating_sub(of.base)
    };
    movable.retain(|line| {
        let known = counts.base.contains_key(line) && !marked.contains(line);
        known && all[line] > least(line)
    });
    if movable.is_empty() {
        return;
    }
    let Some(due) = due(&movable, &texts) else {
        return;
    };
    let mut surplus: HashMap<String, Surplus> = HashMap::new();
    for (line, due) in due {
        let lines = all[line].saturating_sub(due);
        if lines > 0 {
            let gone = due == 0;
            surplus.insert(line.to_owned(), Surplus { lines, gone });
        }
    }
    for piece in pieces.iter_mut().rev() {
        if let Piece::Above(text) = piece
            && !surplus.is_empty()
        {
            *text = without(text, &mut surplus);
        }
    }
}

/// How often the result may have each of these comments: those that neither side took
/// away from where the base has them, and those that a side has anywhere else. `None` for
/// texts that are too long to be compared.
fn due<'t>(
    comments: &HashSet<&'t str>,
    texts: &ThreeWay<&'t str>,
) -> Option<HashMap<&'t str, usize>> {
    let lines = texts.as_ref().map(|text| Lines::of(text));
    let [base, ours, theirs] = [&lines.base, &lines.ours, &lines.theirs];
    if base.all.len() + ours.all.len().max(theirs.all.len()) > MAX_LINES {
        return None;
    }
    let mut due: HashMap<&str, usize> = comments.iter().map(|line| (*line, 0)).collect();
    for line in ours.all.iter().chain(&theirs.all) {
        due.entry(line).and_modify(|n| *n += 1);
    }
    let stay = (base.that_stay_on(ours), base.that_stay_on(theirs));
    for (at, line) in base.all.iter().enumerate() {
        // What stays on both sides was counted twice. What one side took away counts for
        // none, unless it went with the entry below: the other may have it for another.
        let is_less = match (stay.0.contains(&at), stay.1.contains(&at)) {
            (true, true) => true,
            (true, false) => theirs.has(base.around[at][1]),
            (false, true) => ours.has(base.around[at][1]),
            // Both took out the entries above and below it. It is one comment still, if no
            // other says the same.
            (false, false) => {
                let is_left = |side: &Lines| base.around[at].iter().any(|of| side.has(*of));
                let is_one = [base, ours, theirs].iter().all(|side| side.has_once(line));
                is_one && !is_left(ours) && !is_left(theirs)
            }
        };
        if is_less {
            due.entry(line).and_modify(|n| *n -= 1);
        }
    }
    Some(due)
}

/// The lines of a text.
struct Lines<'t> {
    all: Vec<&'t str>,
    /// The nearest entry above each line, and below it; `None` at either end.
    around: Vec<[Option<&'t str>; 2]>,
    entries: HashSet<&'t str>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t str) -> Self {
        let all: Vec<&str> = text.lines().map(str::trim).collect();
        let mut around = vec![[None; 2]; all.len()];
        let mut last = None;
        for (line, around) in all.iter().zip(&mut around) {
            around[0] = last;
            last = entry_of(line).or(last);
        }
        last = None;
        for (line, around) in all.iter().zip(&mut around).rev() {
            around[1] = last;
            last = entry_of(line).or(last);
        }
        let entries = all.iter().copied().filter_map(entry_of).collect();
        Self {
            all,
            around,
            entries,
        }
    }

    /// Whether an entry is there; so is the end.
    fn has(&self, entry: Option<&str>) -> bool {
        entry.is_none_or(|entry| self.entries.contains(entry))
    }

    fn has_once(&self, line: &str) -> bool {
        self.all.iter().filter(|other| **other == line).count() == 1
    }

    /// The lines, by index, that a side has at their place: below the same entry, or above
    /// it.
    fn that_stay_on(&self, side: &Self) -> HashSet<usize> {
        let mut stay = HashSet::new();
        for op in capture_diff_slices(Algorithm::Myers, &self.all, &side.all) {
            let DiffOp::Equal {
                old_index,
                new_index,
                len,
            } = op
            else {
                continue;
            };
            stay.extend((0..len).map(|i| old_index + i).filter(|at| {
                let (was, now) = (self.around[*at], side.around[at - old_index + new_index]);
                was[0] == now[0] || was[1] == now[1]
            }));
        }
        stay
    }
}

/// A line that is neither blank nor a comment, cut before the value of its key.
fn entry_of(line: &str) -> Option<&str> {
    let entry = line.split(": ").next().unwrap_or(line);
    let is_entry = !line.is_empty() && !line.starts_with('#');
    is_entry.then(|| entry.trim_end_matches(':'))
}

/// The comments with a line of their own.
fn own_lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|l| l.starts_with('#'))
}

/// Counts them.
fn add<'t>(counts: &mut HashMap<&'t str, usize>, text: &'t str) {
    for line in own_lines(text) {
        *counts.entry(line).or_default() += 1;
    }
}

/// How many lines of a comment are to go, and whether none is to stay.
struct Surplus {
    lines: usize,
    gone: bool,
}

/// The lines without the surplus ones; nothing if only blank lines are left of lines that
/// stand elsewhere.
fn without(text: &str, surplus: &mut HashMap<String, Surplus>) -> String {
    let (mut elsewhere, mut gone) = (false, false);
    let mut is_surplus = |line: &&str| match surplus.get_mut(line.trim()) {
        Some(it) if it.lines > 0 => {
            it.lines -= 1;
            gone |= it.gone;
            elsewhere |= !it.gone;
            true
        }
        _ => false,
    };
    let lines = text.split_inclusive('\n');
    let rest: String = lines.filter(|line| !is_surplus(line)).collect();
    match elsewhere && !gone && rest.trim().is_empty() {
        true => String::new(),
        false => rest,
    }
}
