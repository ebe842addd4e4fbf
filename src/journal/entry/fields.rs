//! Reading an entry's file, key by key.

use std::borrow::Cow;

use serde_json::Map;

use super::item::{frontmatter_of, related};
use super::mention::{DateItem, MentionedDate};
use super::reader::Reader;
use super::{
    Entry, EntryError, Location, Manuscript, Person, Poem, Reference, Warning, reading_time, words,
};
use crate::journal::digest::text_hash;
use crate::journal::document::{FIRST_LINE, Fences};
use crate::journal::note::utf8;
use crate::journal::yaml::{Node, Place, Tree, YamlError};
use crate::journal::{Document, EntryDate, ItemKey};

type Result<T, E = EntryError> = std::result::Result<T, E>;

impl Entry {
    /// Reads the file of the entry of `date` (from the file's name).
    ///
    /// # Errors
    /// Place and reason if the frontmatter is missing, has no end, is not UTF-8 or not a
    /// YAML map, has no date or one other than the file's name, or has a field whose
    /// items cannot be told.
    pub fn read(date: EntryDate, bytes: &[u8]) -> Result<Self> {
        let document = Document::split(bytes);
        if !document.has_frontmatter() {
            return Err(no_frontmatter(date, bytes));
        }
        let offset = document.open.len();
        let text = utf8(document.frontmatter, offset, bytes)?;
        let tree = Tree::parse(text).map_err(in_file)?;
        let reader = Reader::new(text, &tree);
        let root = match &tree.root {
            Some(root) if root.pairs().is_some() => root,
            Some(root) if !root.is_null() => {
                let what = "the frontmatter is no map; expected lines such as `date: 2024-11-01`";
                return Err(reader.error(root, what));
            }
            _ => return Err(no_date(date)),
        };
        let mut entry = Self::empty(date, text_hash(document.frontmatter));
        entry.fields(&reader, root)?;
        // Nearly all are UTF-8, and to know just that is quicker.
        let body = match std::str::from_utf8(document.body) {
            Ok(body) => Cow::Borrowed(body),
            Err(_) => String::from_utf8_lossy(document.body),
        };
        entry.count(&body, &Stated::of(&reader, root)?);
        entry.warnings = reader.into_warnings();
        if matches!(body, Cow::Owned(_)) {
            let start = bytes.len() - document.body.len();
            if let Err(EntryError { at, what }) = utf8(document.body, start, bytes) {
                entry.warnings.push(Warning { at, what });
            }
        }
        Ok(entry)
    }

    /// The date that a file's frontmatter names, whatever else is in it; `None` if it
    /// cannot be read or names none.
    #[must_use]
    pub fn named_date(bytes: &[u8]) -> Option<EntryDate> {
        let (_, tree) = frontmatter_of(bytes)?;
        tree.root.as_ref()?.get("date")?.scalar()?.parse().ok()
    }

    fn empty(date: EntryDate, hash: String) -> Self {
        Self {
            date,
            hash,
            word_count: 0,
            reading_time: 0.0,
            epigraph: None,
            epigraph_attribution: None,
            notes: None,
            cities: Vec::new(),
            locations: Vec::new(),
            people: Vec::new(),
            dates: Vec::new(),
            own_date_left_out: false,
            events: Vec::new(),
            tags: Vec::new(),
            related: Vec::new(),
            references: Vec::new(),
            poems: Vec::new(),
            manuscript: None,
            other: Map::new(),
            warnings: Vec::new(),
        }
    }

    fn fields<'a>(&mut self, reader: &Reader<'a>, root: &'a Node) -> Result<()> {
        let Some(date) = root.get("date").filter(|d| !reader.resolve(d).is_null()) else {
            return Err(no_date(self.date));
        };
        self.check_date(reader, date)?;
        for pair in root.pairs().unwrap_or_default() {
            let value = reader.resolve(&pair.value);
            match reader.key(pair) {
                Some(key) => self.field(reader, key, value)?,
                None => self.keep(reader, &reader.json_key(pair, 0)?, value)?,
            }
        }
        // A flat list belongs to the one city that the entry names.
        if let [city] = self.cities.as_slice() {
            for location in &mut self.locations {
                location.city.get_or_insert_with(|| city.clone());
            }
        }
        Ok(())
    }

    fn field<'a>(&mut self, reader: &Reader<'a>, key: &str, value: &'a Node) -> Result<()> {
        match key {
            "date" => {}
            "word_count" | "reading_time" => {
                if number(reader, value)?.is_none() && !value.is_empty() {
                    let what = format!("`{key}` is no number of 0 or more; worked out instead");
                    reader.warn(value, what);
                    self.keep(reader, key, value)?;
                }
            }
            "epigraph" => self.epigraph = reader.text_in(key, value, &mut self.other)?,
            "epigraph_attribution" => {
                self.epigraph_attribution = reader.text_in(key, value, &mut self.other)?
            }
            "notes" => self.notes = reader.text_in(key, value, &mut self.other)?,
            "city" | "cities" => merge_into(&mut self.cities, keys(reader, key, value)?),
            "locations" => self.locations = Location::read(reader, value)?,
            "people" => {
                for item in reader.list(key, value)? {
                    self.people.extend(Person::read(reader, item)?);
                }
            }
            "dates" => self.dates(reader, value)?,
            "events" => self.events = keys(reader, key, value)?,
            "tags" => self.tags = keys(reader, key, value)?,
            "related_entries" => {
                let mut items = Vec::new();
                for (node, text) in reader.texts(key, value)? {
                    let item = related(&ItemKey::new(text));
                    if EntryDate::from_iso(item.as_str()).is_none() {
                        reader.warn(node, format!("`{text}` is no date of an entry"));
                    }
                    items.push(item);
                }
                merge_into(&mut self.related, items);
            }
            "references" => {
                for item in one_or_many(reader, key, value)? {
                    self.references.extend(Reference::read(reader, item)?);
                }
            }
            "poems" => {
                for item in one_or_many(reader, key, value)? {
                    self.poems.extend(Poem::read(reader, item)?);
                }
            }
            "manuscript" => self.manuscript = Manuscript::read(reader, value)?,
            _ => self.keep(reader, key, value)?,
        }
        Ok(())
    }

    fn keep<'a>(&mut self, reader: &Reader<'a>, key: &str, value: &'a Node) -> Result<()> {
        self.other.insert(key.to_owned(), reader.json(value)?);
        Ok(())
    }

    fn dates<'a>(&mut self, reader: &Reader<'a>, value: &'a Node) -> Result<()> {
        for item in one_or_many(reader, "dates", value)? {
            match MentionedDate::read(reader, item)? {
                Some(DateItem::NotOwn) => self.own_date_left_out = true,
                Some(DateItem::Mention(date)) => self.dates.push(date),
                None => {}
            }
        }
        Ok(())
    }

    fn check_date<'a>(&self, reader: &Reader<'a>, node: &'a Node) -> Result<()> {
        let text = reader.text(node)?;
        let what = match (text, text.and_then(|t| EntryDate::from_iso(t.trim()))) {
            (_, Some(date)) if date == self.date => return Ok(()),
            (None, _) => "`date` is no date".to_owned(),
            (_, Some(date)) => format!("`date` is {date}"),
            (Some(text), None) => format!("`{text}` is no date"),
        };
        let expected = format!("expected {}, the date in the file's name", self.date);
        Err(reader.error(node, format!("{what}; {expected}")))
    }

    /// Sets the counts: the entry's own numbers, else those of its body.
    fn count(&mut self, body: &str, stated: &Stated) {
        let counted = match (stated.words, stated.minutes) {
            (Some(_), Some(_)) => 0,
            _ => words(body),
        };
        self.word_count = stated.words.map_or(counted, |n| n.round() as u64);
        self.reading_time = stated.minutes.unwrap_or_else(|| reading_time(counted));
    }
}

/// The counts that an entry has written down itself.
struct Stated {
    words: Option<f64>,
    minutes: Option<f64>,
}

impl Stated {
    fn of<'a>(reader: &Reader<'a>, root: &'a Node) -> Result<Self> {
        let get = |key| match root.get(key) {
            Some(node) => number(reader, node),
            None => Ok(None),
        };
        Ok(Self {
            words: get("word_count")?,
            minutes: get("reading_time")?,
        })
    }
}

/// A finite number of 0 or more that fits into a column of the index.
fn number<'a>(reader: &Reader<'a>, node: &'a Node) -> Result<Option<f64>> {
    let number = reader
        .text(node)?
        .and_then(|t| t.trim().parse::<f64>().ok());
    Ok(number.filter(|n| (0.0..1e15).contains(n)))
}

fn keys<'a>(reader: &Reader<'a>, key: &str, value: &'a Node) -> Result<Vec<ItemKey>> {
    let mut keys = Vec::new();
    merge_into(&mut keys, reader.names(key, value)?);
    Ok(keys)
}

/// Appends what is not there yet, in order.
fn merge_into(keys: &mut Vec<ItemKey>, more: Vec<ItemKey>) {
    // Of a few, looking at each is quicker than a set.
    if keys.len() + more.len() < 16 {
        for key in more {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        return;
    }
    let mut seen: std::collections::HashSet<ItemKey> = keys.iter().cloned().collect();
    keys.extend(more.into_iter().filter(|k| seen.insert(k.clone())));
}

/// The items of a list of maps; a single map counts as one.
fn one_or_many<'a>(reader: &Reader<'a>, key: &str, value: &'a Node) -> Result<Vec<&'a Node>> {
    let value = reader.resolve(value);
    if value.pairs().is_some() {
        return Ok(vec![value]);
    }
    reader.list(key, value)
}

fn no_frontmatter(date: EntryDate, bytes: &[u8]) -> EntryError {
    let what = match Document::fences(bytes) {
        Fences::Unclosed => "the frontmatter has no end; expected a second line `---`".to_owned(),
        // Text of another encoding has its fence in other bytes.
        _ if let Err(error) = utf8(bytes, 0, bytes) => return error,
        _ => {
            format!("no frontmatter; expected a first line `---`, then `date: {date}`, then `---`")
        }
    };
    let at = Place { line: 1, column: 1 };
    EntryError { at, what }
}

fn no_date(date: EntryDate) -> EntryError {
    EntryError {
        at: Place {
            line: FIRST_LINE,
            column: 1,
        },
        what: format!("no `date`; expected `date: {date}`, as in the file's name"),
    }
}

/// An error of the frontmatter, with its place counted in the file.
fn in_file(error: YamlError) -> EntryError {
    EntryError {
        at: Place {
            line: error.at.line + FIRST_LINE - 1,
            column: error.at.column,
        },
        what: error.what,
    }
}
