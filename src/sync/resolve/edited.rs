//! A half of a conflict that somebody edited between the markers.

use crate::journal::hunks::{Hunk, Hunks};

/// Whether somebody edited a half of a conflict that a driver marked until the merge has none
/// there, or a smaller one: back to what the base has, for one. Then the other half would be
/// taken, whatever a person chooses. `made` is the merge that stopped, `merged` that with the
/// halves of now.
pub(super) fn is_edited_within(hunks: &Hunks, made: &Hunks, merged: &Hunks) -> bool {
    let place = |hunk: &Hunk| (hunk.in_front, hunk.field.clone());
    let is_in = |hunks: &Hunks, hunk: &Hunk| hunks.iter().any(|h| place(h) == place(hunk));
    // A client without drivers marks whole lists, and lines of several fields: there, what both
    // added is united.
    let is_made = |hunk: &Hunk| {
        let lines = [&hunk.ours, &hunk.theirs].into_iter();
        let mut keys: Vec<&[u8]> = lines.flat_map(|half| keys_of(half)).collect();
        keys.sort_unstable();
        keys.dedup();
        is_in(made, hunk) && (!hunk.in_front || keys.len() < 2)
    };
    // Two halves that are alike are settled.
    let differ: Vec<&Hunk> = hunks.iter().filter(|h| h.ours != h.theirs).collect();
    let is_gone = |hunk: &&Hunk| {
        let is_it = |m: &Hunk| (&m.ours, &m.theirs) == (&hunk.ours, &hunk.theirs);
        !merged.iter().any(|m| place(m) == place(hunk) && is_it(m))
    };
    hunks.iter().all(is_made) && differ.iter().any(is_gone)
}

/// The keys that lines of frontmatter begin with, at the top.
fn keys_of(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = lines.split(|&b| b == b'\n');
    let at_top = lines.filter(|line| line.first().is_some_and(|b| !b" \t-#".contains(b)));
    at_top.filter_map(|line| {
        let end = line
            .windows(2)
            .position(|two| matches!(two, b": " | b":\r"));
        let end = end.or_else(|| line.ends_with(b":").then(|| line.len() - 1));
        end.map(|end| &line[..end])
    })
}
