//! Edits of an entry by hand, by dice.

use serde_json::Value;

use super::list::{List, rewrite, write};
use super::op::below;
use super::page::{KEYS, Page, said, token, words};
use crate::dice::Dice;

/// The fields that are sets, with names that more than one machine thinks of.
pub const POOLS: [(&str, [&str; 4]); 7] = [
    ("people", ["Bob", "Ann", "Cleo", "Dov"]),
    ("tags", ["sea", "fog", "salt", "rain"]),
    ("events", ["regatta", "market", "storm", "choir"]),
    ("city", ["Lisbon", "Porto", "Faro", "Beja"]),
    (
        "related_entries",
        ["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"],
    ),
    ("themes", ["distance", "ferry", "silence", "debt"]),
    ("locations", ["Quay", "Mole", "Pier", "Slip"]),
];

/// One person: by her first name alone, and in the spellings that tell her full name.
pub const SPELLINGS: [&str; 5] = [
    "Ida",
    "Ida Moss",
    "Ida (Ida Moss)",
    "@Pip (Ida Moss)",
    "{name: Ida, full_name: Ida Moss}",
];

/// The text of a new entry.
pub fn new_entry(date: &str, dice: &mut Dice, number: u32) -> String {
    let mark = token(number);
    let mut text = format!("---\ndate: {date}\nmood: calm\nweather: fair\n");
    text += "people: [Bob, Ann]\ntags:\n  - sea\n  - fog\ncity: Lisbon\nevents: []\n";
    text += "notes: |\n  first line\n  second line\n  third line\n";
    text += "locations:\n  - Quay\n  - Mole\nupdated: 2026-01-01\n";
    text += "gear: {lamp: old, rope: new}\nmanuscript:\n  status: draft\n  themes: [ferry]\n";
    if dice.roll(2) == 0 {
        text +=
            "related_entries: [2020-01-01]\npoems:\n  - title: Fog Study\n    content: one line\n";
    }
    let paragraph = |word| format!("{word} of {mark}.\n\n");
    let paragraphs = ["First", "Second", "Third", "Fourth"].map(paragraph);
    let body = paragraphs.concat() + "The end.\n";
    if dice.roll(2) == 0 {
        text += &format!("word_count: {}\n", words(&body));
    }
    format!("{text}---\n{body}")
}

/// One edit, which writes no mark but `q<number>z`.
pub fn edit(text: &str, dice: &mut Dice, number: u32) -> String {
    let mut page = Page::cut(text);
    match dice.roll(22) {
        21 => status(&mut page, dice, number),
        20 => spelling(&mut page, dice),
        0..=1 => scalar(&mut page, dice, number),
        2 => stamp(&mut page, number),
        3 => notes(&mut page, dice, number),
        4..=9 => items(&mut page, dice, number),
        10 => locations(&mut page, dice, number),
        11..=12 => keyed(&mut page, dice, number),
        13 => gear(&mut page, dice, number),
        14..=15 => restyle(&mut page, dice),
        16 => comment(&mut page, dice, number),
        _ => body(&mut page, dice, number),
    }
    page.text()
}

fn scalar(page: &mut Page, dice: &mut Dice, number: u32) {
    let key = dice.of(&["mood", "weather", "epigraph"]);
    let value = match dice.roll(3) {
        0 => dice.of(&["good", "tired", "calm"]).to_owned(),
        _ => format!("as {}", token(number)),
    };
    let quote = dice.of(&["", "\"", "'"]);
    let gone = dice.roll(8) == 0 && page.get(key).is_some();
    let line = format!("{key}: {quote}{value}{quote}");
    page.set(key, if gone { vec![] } else { vec![line] });
}

/// What becomes of the entry, beside its themes.
fn status(page: &mut Page, dice: &mut Dice, number: u32) {
    let line = match dice.roll(2) {
        0 => format!("  status: {}", dice.of(&["draft", "kept", "final"])),
        _ => format!("  status: as {}", token(number)),
    };
    let lines = page.get("manuscript").map(|s| s.lines.clone());
    let mut lines = lines.unwrap_or_else(|| vec!["manuscript:".to_owned()]);
    lines.retain(|l| !l.starts_with('#'));
    match lines.iter().position(|l| l.starts_with("  status:")) {
        Some(at) => lines[at] = line,
        None => lines.insert(1, line),
    }
    page.set("manuscript", lines);
}

fn stamp(page: &mut Page, number: u32) {
    let line = format!(
        "updated: 20{}-0{}-11",
        // A year has four digits, whatever the number.
        26 + number / 90 % 70,
        1 + number / 10 % 9
    );
    page.set("updated", vec![line]);
}

fn notes(page: &mut Page, dice: &mut Dice, number: u32) {
    let mut lines: Vec<String> = match page.get("notes") {
        Some(s) => s
            .lines
            .iter()
            .filter(|l| l.starts_with("  "))
            .cloned()
            .collect(),
        None => Vec::new(),
    };
    let new = format!("  a note {}", token(number));
    let at = below(dice, lines.len() + 1);
    match dice.roll(3) {
        0 if at < lines.len() => lines[at] = new,
        1 if at < lines.len() && lines.len() > 1 => {
            lines.remove(at);
        }
        _ => lines.insert(at, new),
    }
    lines.insert(0, "notes: |".into());
    page.set("notes", lines);
}

fn items(page: &mut Page, dice: &mut Dice, number: u32) {
    let (field, pool) = POOLS[[0, 0, 0, 1, 1, 2, 3, 4, 5][below(dice, 9)]];
    let item = match (dice.roll(3), field) {
        (0, _) | (_, "related_entries") => pool[below(dice, 4)].to_owned(),
        _ => format!("N{}", token(number)),
    };
    let there = names(page, field);
    if dice.roll(5) < 2 && !there.is_empty() {
        let gone = there[below(dice, there.len())].clone();
        take(page, field, &gone);
    } else {
        give(page, field, &item, dice);
    }
}

/// The items of a field, in order.
pub fn names(page: &Page, field: &str) -> Vec<String> {
    let Some(said) = said(&page.text()) else {
        return Vec::new();
    };
    let value = match field {
        "themes" => said.fields.get("manuscript").and_then(|m| m.get("themes")),
        field => said.fields.get(field),
    };
    match value {
        Some(Value::Array(list)) => list.iter().filter_map(text_of).collect(),
        Some(one) => text_of(one).into_iter().collect(),
        None => Vec::new(),
    }
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Object(map) => KEYS.iter().find_map(|key| text_of(map.get(*key)?)),
        value => value.as_str().map(str::to_owned),
    }
}

/// Adds an item that is not there, in the list's style.
pub fn give(page: &mut Page, field: &str, item: &str, dice: &mut Dice) {
    let there = names(page, field);
    if there.iter().any(|i| i == item) {
        return;
    }
    let at = below(dice, there.len() + 1);
    let quoted = item.starts_with('@') || (dice.roll(4) == 0 && !item.starts_with('{'));
    let item = match quoted {
        true => format!("\"{item}\""),
        false => item.to_owned(),
    };
    rewrite(page, field, |list| match list {
        List::Flow(items) => items.insert(at.min(items.len()), item),
        List::Block(dash, items) => {
            let at = at.min(items.len());
            items.insert(at, vec![format!("{dash}- {item}")]);
        }
    });
}

/// Takes an item out.
pub fn take(page: &mut Page, field: &str, item: &str) {
    let Some(at) = names(page, field).iter().position(|i| i == item) else {
        return;
    };
    rewrite(page, field, |list| match list {
        List::Flow(items) => {
            items.remove(at);
        }
        List::Block(_, items) => {
            items.remove(at);
        }
    });
}

/// Somebody is spelled in another way, comes, or goes.
pub fn spelling(page: &mut Page, dice: &mut Dice) {
    let is_her = |name: &&String| name.contains("Ida");
    let there: Vec<String> = names(page, "people")
        .iter()
        .filter(is_her)
        .cloned()
        .collect();
    for name in &there {
        take(page, "people", name);
    }
    if there.is_empty() || dice.roll(4) > 0 {
        give(page, "people", dice.of(&SPELLINGS), dice);
    }
}

fn locations(page: &mut Page, dice: &mut Dice, number: u32) {
    let there = names(page, "locations");
    if dice.roll(3) == 0 && !there.is_empty() {
        take(page, "locations", &there[below(dice, there.len())]);
    } else if dice.roll(3) == 0 {
        let pool = POOLS[6].1;
        give(page, "locations", dice.of(&pool), dice);
    } else {
        give(page, "locations", &format!("L{}", token(number)), dice);
    }
}

/// Lists of maps: a new one, one that goes, or one of which a key changes.
fn keyed(page: &mut Page, dice: &mut Dice, number: u32) {
    let mark = token(number);
    let field = dice.of(&["dates", "poems", "references"]);
    let there = names(page, field);
    let new = match field {
        "dates" => vec![
            format!(
                "  - date: {}-{:02}-{:02}",
                1900 + number / 300,
                1 + number / 25 % 12,
                1 + number % 25
            ),
            format!("    context: walk {mark}"),
        ],
        "poems" => vec![
            format!("  - title: Poem {mark}"),
            "    content: a line".into(),
        ],
        _ => vec![
            format!("  - content: Said {mark}"),
            "    mode: direct".into(),
        ],
    };
    match dice.roll(3) {
        0 if !there.is_empty() => take(page, field, &there[below(dice, there.len())]),
        1 if !there.is_empty() => {
            let at = below(dice, there.len());
            rewrite(page, field, |list| {
                if let List::Block(_, items) = list
                    && let Some(line) = items[at].get_mut(1)
                {
                    *line = match field {
                        "dates" => format!("    context: again {mark}"),
                        "poems" => format!("    content: line {mark}"),
                        _ => format!("    speaker: Bram {mark}"),
                    };
                }
            });
        }
        _ => {
            let empty = there.is_empty();
            rewrite(page, field, |list| {
                if empty {
                    *list = List::Block("  ".into(), Vec::new());
                }
                if let List::Block(_, items) = list {
                    items.push(new);
                }
            });
        }
    }
}

fn gear(page: &mut Page, dice: &mut Dice, number: u32) {
    let Some(said) = said(&page.text()) else {
        return;
    };
    let mut map = match said.fields.get("gear") {
        Some(Value::Object(map)) => map.clone(),
        _ => serde_json::Map::new(),
    };
    let key = dice.of(&["lamp", "rope", "oar", "flask"]);
    if dice.roll(4) == 0 && map.len() > 1 {
        map.remove(key);
    } else {
        map.insert(key.into(), Value::String(format!("as {}", token(number))));
    }
    let lines = |sep: &str| -> Vec<String> {
        let one = |(k, v): (&String, &Value)| format!("{sep}{k}: {}", v.as_str().unwrap_or("none"));
        map.iter().map(one).collect()
    };
    let flow = page
        .get("gear")
        .is_none_or(|s| s.lines.iter().any(|l| l.contains('{')));
    let new = match flow {
        true => vec![format!("gear: {{{}}}", lines("").join(", "))],
        false => [vec!["gear:".to_owned()], lines("  ")].concat(),
    };
    page.set("gear", new);
}

/// The same items in brackets or in lines, with quotes or without.
fn restyle(page: &mut Page, dice: &mut Dice) {
    let field = dice.of(&["people", "tags", "events", "city", "related_entries"]);
    let there = names(page, field);
    let commented = page
        .get(field)
        .is_some_and(|s| s.lines.iter().any(|l| l.contains('#')));
    if there.is_empty() || commented {
        return;
    }
    let quote = dice.of(&["", "", "\"", "'"]);
    let item = |i: &String| match i.starts_with('@') {
        true => format!("\"{i}\""),
        false => format!("{quote}{i}{quote}"),
    };
    let items: Vec<String> = there.iter().map(item).collect();
    let dash = dice.of(&["flow", "", "  ", "    "]);
    let list = match dash {
        "flow" => List::Flow(items),
        dash => {
            let lines = items.into_iter().map(|i| vec![format!("{dash}- {i}")]);
            List::Block(dash.into(), lines.collect())
        }
    };
    page.set(field, write(field, &list));
}

fn comment(page: &mut Page, dice: &mut Dice, number: u32) {
    let mark = token(number);
    let at = below(dice, page.segments.len());
    let segment = &mut page.segments[at];
    let list = ["people", "tags", "events", "city"].contains(&segment.key.as_str());
    let items: Vec<usize> = (0..segment.lines.len())
        .filter(|n| {
            segment.lines[*n].trim_start().starts_with("- ") && !segment.lines[*n].contains('#')
        })
        .collect();
    if list && !items.is_empty() && dice.roll(2) == 0 {
        let line = &mut segment.lines[items[below(dice, items.len())]];
        line.push_str(&format!("  # {mark}"));
    } else {
        segment.lines.insert(0, format!("# {mark}"));
    }
}

fn body(page: &mut Page, dice: &mut Dice, number: u32) {
    let mut paragraphs: Vec<String> = page.body.split("\n\n").map(str::to_owned).collect();
    let last = paragraphs.len() - 1;
    let at = below(dice, paragraphs.len());
    let new = format!("Then {}.", token(number));
    match dice.roll(4) {
        0 if last > 2 && at < last => {
            paragraphs.remove(at);
        }
        1 if at < last => paragraphs[at] = new,
        _ => paragraphs.insert(at, new),
    }
    page.body = paragraphs.join("\n\n");
    // A program counts the words, mostly.
    if page.get("word_count").is_some() && dice.roll(6) > 0 {
        let line = format!("word_count: {}", words(&page.body));
        page.set("word_count", vec![line]);
    }
}
