//! Several items of one key in a keyed list: no edit comes to stand in another item
//! than the one that it was made in.

use palimpsest::merge::ThreeWay;

use super::merge;

/// What a side makes of an item.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Edit {
    Keep,
    Remove,
    /// A key more.
    Extend,
    Reword,
}

const EDITS: [Edit; 4] = [Edit::Keep, Edit::Remove, Edit::Extend, Edit::Reword];

/// The items of a side: each edited, and a new one at `added`.
fn side(name: char, items: &[&str], edits: &[Edit], added: Option<usize>) -> String {
    let mut out = String::from("---\ndates:\n");
    let new = format!("- date: 2030-11-05\n  context: new {name}\n");
    for (at, (item, edit)) in items.iter().zip(edits).enumerate() {
        if added == Some(at) {
            out += &new;
        }
        let context = match edit {
            Edit::Remove => continue,
            Edit::Reword => format!("{item} as {name} says"),
            _ => (*item).to_owned(),
        };
        out += &format!("- date: 2030-11-05\n  context: {context}\n");
        if *edit == Edit::Extend {
            out += &format!("  people: [{name}{item}]\n");
        }
    }
    if added == Some(items.len()) {
        out += &new;
    }
    out + "---\n"
}

/// What a clean merge got wrong.
fn wrong(items: &[&str], sides: &ThreeWay<String>, merged: &str) -> Option<String> {
    for item in merged.split("- date").skip(1) {
        let context = item
            .split("context: ")
            .nth(1)
            .and_then(|c| c.lines().next());
        let of = context
            .and_then(|c| c.split(' ').next())
            .unwrap_or_default();
        let people = item
            .split("people: [")
            .nth(1)
            .and_then(|p| p.split(']').next());
        let mut people = people.into_iter().flat_map(|p| p.split(", "));
        if let Some(person) = people.find(|p| &p[1..] != of) {
            return Some(format!("{person} in the item of {of}"));
        }
    }
    for (now, other) in [(&sides.ours, &sides.theirs), (&sides.theirs, &sides.ours)] {
        let lost = |said: &&str| {
            let stays = !sides.base.contains(*said) || other.contains(*said);
            stays && !merged.contains(*said)
        };
        // Keys and the date say of no item that it is there: all have them.
        let names = |s: &&str| s.contains("new ") || items.iter().any(|item| s.contains(item));
        let mut said = now.split([':', '[', ']', '\n']).filter(names);
        if let Some(said) = said.find(lost) {
            return Some(format!("lost: {said}"));
        }
    }
    let count = |text: &str, item: &str| text.matches(&format!(": {item}")).count();
    let twice = items.iter().find(|item| {
        let at_most = count(&sides.ours, item).max(count(&sides.theirs, item));
        count(merged, item) > at_most
    });
    twice.map(|item| format!("twice: {item}"))
}

#[test]
fn an_edit_stays_in_the_item_that_it_was_made_in() {
    let items = ["call", "letter"];
    let mut all = Vec::new();
    for first in EDITS {
        for second in EDITS {
            for added in [None, Some(0)] {
                all.push(([first, second], added));
            }
        }
    }
    let base = side('b', &items, &[Edit::Keep; 2], None);
    let mut failures = Vec::new();
    let mut conflicts = 0;
    for (n, (ours, ours_added)) in all.iter().enumerate() {
        for (theirs, theirs_added) in &all[n..] {
            let sides = ThreeWay::new(
                base.clone(),
                side('o', &items, ours, *ours_added),
                side('t', &items, theirs, *theirs_added),
            );
            let bytes = sides.as_ref().map(|t| t.as_bytes());
            let (merged, swapped) = (merge(bytes), merge(bytes.swapped()));
            let text = String::from_utf8_lossy(&merged.bytes).into_owned();
            let mut found = None;
            if merged.conflict != swapped.conflict {
                found = Some("the side matters".to_owned());
            } else if merged.conflict {
                conflicts += 1;
            } else if merged.bytes != swapped.bytes {
                found = Some("the side matters for the bytes".to_owned());
            } else {
                found = wrong(&items, &sides, &text);
            }
            if let Some(found) = found {
                failures.push(format!(
                    "{found}\n=== ours\n{}=== theirs\n{}=== merged\n{text}",
                    sides.ours, sides.theirs
                ));
            }
        }
    }
    // A merge that left everything to a person would have nothing wrong in it. Most
    // of the 528 pairs change one item on both sides, or leave open which one it is.
    assert!(conflicts <= 370, "{conflicts} conflicts");
    assert!(
        failures.is_empty(),
        "{} failed:\n{}",
        failures.len(),
        failures[..failures.len().min(5)].join("\n\n")
    );
}

#[test]
fn a_second_item_of_one_title_is_told_by_its_number() {
    let poem = |mood: &str| format!("- title: Fog\n  form: haiku\n  mood: {mood}\n");
    let doc = |second: &str| format!("---\npoems:\n{}{second}---\n", poem("calm"));
    let second = |mood: &str, year: u16| format!("{}  year: {year}\n", poem(mood));
    let (base, ours, theirs) = (
        doc(&second("grey", 2029)),
        doc(&second("grey", 2030)),
        doc(&second("grey", 2031)),
    );
    let merged = merge(ThreeWay::new(
        base.as_bytes(),
        ours.as_bytes(),
        theirs.as_bytes(),
    ));
    let conflicts: Vec<String> = merged.report.conflicts().collect();
    assert_eq!(conflicts, ["poems.Fog (2).year"]);
}
