//! The text of an entry as its writer sees it: fields in lines, and a body. Made to
//! edit by hand what stands there, in the style in which it stands.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The lines of one field, with the comments right above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    pub key: String,
    pub lines: Vec<String>,
}

#[derive(Debug, Clone)]
pub struct Page {
    pub segments: Vec<Segment>,
    pub body: String,
}

impl Page {
    /// Cuts a text; one without frontmatter is all body.
    pub fn cut(text: &str) -> Self {
        let none = || Self {
            segments: Vec::new(),
            body: text.to_owned(),
        };
        let Some(rest) = text.strip_prefix("---\n") else {
            return none();
        };
        let Some((front, body)) = rest.split_once("\n---\n") else {
            return none();
        };
        let mut segments: Vec<Segment> = Vec::new();
        let mut above: Vec<String> = Vec::new();
        for line in front.lines() {
            if line.starts_with('#') {
                above.push(line.to_owned());
            } else if let Some(key) = key_of(line) {
                let mut lines = std::mem::take(&mut above);
                lines.push(line.to_owned());
                segments.push(Segment { key, lines });
            } else if let Some(last) = segments.last_mut() {
                last.lines.append(&mut above);
                last.lines.push(line.to_owned());
            }
        }
        if let Some(last) = segments.last_mut() {
            last.lines.append(&mut above);
        }
        Self {
            segments,
            body: body.to_owned(),
        }
    }

    pub fn text(&self) -> String {
        let lines = self.segments.iter().flat_map(|s| &s.lines);
        let front: String = lines.map(|l| format!("{l}\n")).collect();
        format!("---\n{front}---\n{}", self.body)
    }

    pub fn get(&self, key: &str) -> Option<&Segment> {
        self.segments.iter().find(|s| s.key == key)
    }

    /// Puts these lines for the field's own, its comments kept; none take it out.
    pub fn set(&mut self, key: &str, lines: Vec<String>) {
        let at = self.segments.iter().position(|s| s.key == key);
        match at {
            Some(at) if lines.is_empty() => {
                self.segments.remove(at);
            }
            Some(at) => {
                let there = &mut self.segments[at].lines;
                there.retain(|l| l.starts_with('#'));
                there.extend(lines);
            }
            None if lines.is_empty() => {}
            None => self.segments.push(Segment {
                key: key.to_owned(),
                lines,
            }),
        }
    }
}

/// The key that a line of frontmatter starts a field with.
pub fn key_of(line: &str) -> Option<String> {
    let first = line.chars().next()?;
    let (key, rest) = line.split_once(':')?;
    let starts = first.is_ascii_lowercase() && (rest.is_empty() || rest.starts_with(' '));
    starts.then(|| key.to_owned())
}

/// The line ends of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ends {
    Lf,
    Crlf,
    Mixed,
}

impl Ends {
    fn of(text: &str) -> Self {
        let (all, crlf) = (text.matches('\n').count(), text.matches("\r\n").count());
        match crlf {
            0 => Self::Lf,
            crlf if crlf == all => Self::Crlf,
            _ => Self::Mixed,
        }
    }
}

/// What a file says, read once.
#[derive(Debug, Clone)]
pub struct File {
    /// With LF, whatever stands there.
    pub text: String,
    pub ends: Ends,
    pub tokens: BTreeSet<u32>,
    /// `None` where the frontmatter cannot be read, or in a note.
    pub said: Option<Said>,
}

#[derive(Debug, Clone)]
pub struct Said {
    pub page: Page,
    pub fields: BTreeMap<String, Value>,
    /// As they stand in the file: what a merge of texts tells apart.
    pub items: BTreeSet<(String, String)>,
    /// The same by the name that removals know: one for all spellings of a person.
    pub names: BTreeSet<(String, String)>,
}

impl Said {
    /// What stands for an item, at each of its places.
    pub fn values(&self, field: &str, name: &str) -> Vec<&Value> {
        let value = match field {
            "themes" => self.fields.get("manuscript").and_then(|v| v.get("themes")),
            field => self.fields.get(field),
        };
        let all = match value {
            Some(Value::Array(list)) => list.iter().collect(),
            value => Vec::from_iter(value),
        };
        let is_it = |value: &&Value| {
            let items = items_of(field, value);
            items
                .iter()
                .any(|(field, item)| known_as(field, item) == name)
        };
        all.into_iter().filter(is_it).collect()
    }
}

impl File {
    /// Whichever line ends it has; they are no part of what it says.
    pub fn read(text: &str) -> Self {
        let ends = Ends::of(text);
        let text = text.replace("\r\n", "\n");
        Self {
            ends,
            tokens: tokens(&text),
            said: said(&text),
            text,
        }
    }
}

pub fn said(text: &str) -> Option<Said> {
    let rest = text.strip_prefix("---\n")?;
    let (front, _) = rest.split_once("\n---\n")?;
    let fields: BTreeMap<String, Value> = serde_saphyr::from_str(front).ok()?;
    let mut items = BTreeSet::new();
    for (field, value) in &fields {
        items.extend(items_of(field, value));
    }
    let names = items
        .iter()
        .map(|(field, item)| (field.clone(), known_as(field, item)))
        .collect();
    Some(Said {
        page: Page::cut(text),
        fields,
        items,
        names,
    })
}

/// The name that removals know an item by: of a person with a full name, that one.
pub fn known_as(field: &str, item: &str) -> String {
    match (field, item.split_once('(')) {
        ("people", Some((_, full))) => full.trim_end_matches(')').to_owned(),
        _ => item.to_owned(),
    }
}

/// The fields whose items a removal can keep out, with the table of each.
pub const TABLES: [(&str, &str); 10] = [
    ("city", "entry_cities"),
    ("dates", "entry_dates"),
    ("events", "entry_events"),
    ("locations", "entry_locations"),
    ("people", "entry_people"),
    ("poems", "entry_poems"),
    ("references", "entry_references"),
    ("related_entries", "entry_related"),
    ("tags", "entry_tags"),
    ("themes", "entry_themes"),
];

/// What an item that is a map is told apart by.
pub const KEYS: [&str; 5] = ["full_name", "date", "title", "content", "name"];

pub fn items_of(field: &str, value: &Value) -> Vec<(String, String)> {
    if field == "manuscript" {
        return value
            .get("themes")
            .map_or_else(Vec::new, |v| items_of("themes", v));
    }
    if !TABLES.iter().any(|(name, _)| *name == field) {
        return Vec::new();
    }
    let one = |item: &Value| -> Option<(String, String)> {
        let text = match item {
            Value::Object(map) => KEYS.iter().find_map(|key| map.get(*key)?.as_str())?,
            item => item.as_str()?,
        };
        Some((field.to_owned(), text.to_owned()))
    };
    match value {
        Value::Array(list) => list.iter().filter_map(one).collect(),
        item => one(item).into_iter().collect(),
    }
}

/// The words of a body (one without headings).
pub fn words(body: &str) -> u64 {
    body.split_whitespace().count() as u64
}

/// The marks `q17z` in a text: each is written by one operation alone.
pub fn tokens(text: &str) -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    for part in text.split('q').skip(1) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        if part[digits.len()..].starts_with('z')
            && let Ok(number) = digits.parse()
        {
            found.insert(number);
        }
    }
    found
}

pub fn token(number: u32) -> String {
    format!("q{number}z")
}
