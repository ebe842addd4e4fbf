//! Conflict markers in a text.

use std::collections::BTreeSet;

use super::page::key_of;

/// The fields that markers stand in; the body is "".
pub fn marked(text: &str) -> BTreeSet<String> {
    // Those of a file that both sides moved, each to another place, are longer by one.
    let longer = |mark: char| mark.to_string().repeat(8);
    let text = ['<', '=', '>'].iter().fold(text.to_owned(), |text, mark| {
        text.replace(&longer(*mark), &longer(*mark)[1..])
    });
    let mut found = BTreeSet::new();
    let mut key = None;
    let (mut inside, mut fences) = (false, 0);
    for line in text.lines() {
        let marker = ["<<<<<<< ", "=======", ">>>>>>> "]
            .iter()
            .any(|m| line.starts_with(m));
        if line == "---" {
            fences += 1;
        }
        if fences == 1
            && let Some(new) = key_of(line)
        {
            key = Some(new);
        }
        if line.starts_with("<<<<<<< ") {
            inside = true;
        } else if inside && !marker && !line.starts_with('#') {
            match fences {
                1 => found.extend(key.clone()),
                _ => found.extend([String::new()]),
            }
        }
        if line.starts_with(">>>>>>> ") {
            inside = false;
            if found.is_empty() {
                found.insert("#".into());
            }
        }
    }
    found
}

/// A text with one side of each hunk: `ours` says which, by its number. Hunks of a file
/// that moved and met another one have longer markers, inside those of the others.
pub fn choose(text: &str, mut ours: impl FnMut(usize) -> bool) -> String {
    let inner = choose_of(8, text, &mut ours);
    choose_of(7, &inner, &mut ours)
}

fn choose_of(length: usize, text: &str, ours: &mut impl FnMut(usize) -> bool) -> String {
    let (mut out, mut hunk, mut place, mut take) = (String::new(), 0, 0, false);
    for line in text.split_inclusive('\n') {
        let is = |mark: &str| {
            let rest = line.strip_prefix(&*mark.repeat(length));
            rest.is_some_and(|rest| !rest.starts_with(mark))
        };
        if is("<") {
            take = ours(hunk);
            (hunk, place) = (hunk + 1, 1);
        } else if place == 1 && is("=") {
            place = 2;
        } else if place == 2 && is(">") {
            place = 0;
        } else if place == 0 || (place == 1) == take {
            out += line;
        }
    }
    out
}
