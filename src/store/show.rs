//! Everything that the index has of one entry.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Conflict, Sql, Store, StoreError, SyncRow, TombstoneRow};
use crate::journal::EntryDate;

/// An entry, a note without an entry, or the ledger's rows of an entry that is gone.
#[derive(Debug, Clone, Serialize)]
pub struct Shown {
    /// `2024-11-01`
    pub entry: String,
    /// `20241101`
    pub id: u32,
    #[serde(flatten)]
    pub content: Option<ShownEntry>,
    pub wiki_note: Option<String>,
    pub sync: Vec<SyncRow>,
    pub tombstones: Vec<TombstoneRow>,
    pub conflicts: Vec<Conflict>,
}

/// The content of an entry. Items of lists are canonical names.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ShownEntry {
    pub path: String,
    pub hash: String,
    pub word_count: i64,
    pub reading_time: f64,
    pub epigraph: Option<String>,
    pub epigraph_attribution: Option<String>,
    pub notes: Option<String>,
    /// Differs from HEAD.
    pub pending: bool,
    /// Empty while the removal is not committed.
    pub deleted_at: Option<String>,
    pub deleted_by: Option<String>,
    pub deletion_reason: Option<String>,
    pub cities: Vec<String>,
    /// `Quay (Porto)`, or without the city.
    pub locations: Vec<Value>,
    pub people: Vec<String>,
    /// The aliases of these people, by name.
    pub aliases: BTreeMap<String, Vec<String>>,
    pub events: Vec<String>,
    pub tags: Vec<String>,
    pub related_entries: Vec<String>,
    pub dates: Vec<Value>,
    pub references: Vec<Value>,
    pub poems: Vec<Value>,
    pub manuscript: Option<Value>,
    pub other: Map<String, Value>,
    pub warnings: Vec<String>,
}

/// An entry whose file was deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeletedEntry {
    pub entry: String,
    /// Of the last version.
    pub path: String,
    /// Empty while the deletion is not committed.
    pub deleted_at: String,
    pub deleted_by: Option<String>,
    pub deletion_reason: Option<String>,
    /// Its last version is not in this repository. The index has none of these.
    pub missing: bool,
}

impl Shown {
    /// An entry of which the index has nothing.
    #[must_use]
    pub fn empty(date: EntryDate) -> Self {
        Self {
            entry: date.to_string(),
            id: date.number(),
            content: None,
            wiki_note: None,
            sync: Vec::new(),
            tombstones: Vec::new(),
            conflicts: Vec::new(),
        }
    }
}

impl Store {
    /// The deleted entries, those first whose deletion is not committed, then the one
    /// deleted last.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn deleted(&self) -> Result<Vec<DeletedEntry>, StoreError> {
        let sql = "SELECT entry, path, deleted_at, deleted_by, deletion_reason FROM entries
            WHERE deleted_at IS NOT NULL ORDER BY deleted_at <> '', deleted_at DESC, entry DESC";
        self.read(|c| {
            let mut rows = c.prepare(sql)?;
            let rows = rows.query_map([], |r| {
                Ok(DeletedEntry {
                    entry: r.get(0)?,
                    path: r.get(1)?,
                    deleted_at: r.get(2)?,
                    deleted_by: r.get(3)?,
                    deletion_reason: r.get(4)?,
                    missing: false,
                })
            })?;
            rows.collect()
        })
    }

    /// Everything known of an entry; `None` if nothing is.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn show(&self, date: EntryDate) -> Result<Option<Shown>, StoreError> {
        let entry = date.to_string();
        let content = self.read(|c| content(c, &entry))?;
        let wiki_note = self.read(|c| {
            c.query_row(
                "SELECT note FROM entry_notes WHERE entry = ?1",
                [&entry],
                |r| r.get(0),
            )
            .optional()
        })?;
        let shown = Shown {
            id: date.number(),
            sync: self.sync_states_of(date)?,
            tombstones: self.tombstones_of(date)?,
            conflicts: self.conflicts(Some(date))?,
            entry,
            content,
            wiki_note,
        };
        let known = shown.content.is_some()
            || shown.wiki_note.is_some()
            || !shown.sync.is_empty()
            || !shown.tombstones.is_empty();
        Ok(known.then_some(shown))
    }

    /// The date of the entry nearest to a missing one, as a suggestion.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn nearest(&self, date: EntryDate) -> Result<Option<String>, StoreError> {
        self.read(|c| {
            c.query_row(
                "SELECT entry FROM entries ORDER BY abs(julianday(entry) - julianday(?1)), entry LIMIT 1",
                [date.to_string()],
                |r| r.get(0),
            )
            .optional()
        })
    }
}

fn content(c: &Connection, entry: &str) -> Sql<Option<ShownEntry>> {
    let sql = "SELECT path, hash, word_count, reading_time, epigraph, epigraph_attribution, notes,
        pending, deleted_at, deleted_by, deletion_reason FROM entries WHERE entry = ?1";
    let shown = c.query_row(sql, [entry], |r| {
        Ok(ShownEntry {
            path: r.get(0)?,
            hash: r.get(1)?,
            word_count: r.get(2)?,
            reading_time: r.get(3)?,
            epigraph: r.get(4)?,
            epigraph_attribution: r.get(5)?,
            notes: r.get(6)?,
            pending: r.get(7)?,
            deleted_at: r.get(8)?,
            deleted_by: r.get(9)?,
            deletion_reason: r.get(10)?,
            ..ShownEntry::default()
        })
    });
    let Some(mut shown) = shown.optional()? else {
        return Ok(None);
    };
    shown.cities = names(c, "entry_cities", "city", entry)?;
    shown.people = names(c, "entry_people", "person", entry)?;
    shown.aliases = aliases(c, entry)?;
    shown.events = names(c, "entry_events", "event", entry)?;
    shown.tags = names(c, "entry_tags", "tag", entry)?;
    shown.related_entries = names(c, "entry_related", "related", entry)?;
    shown.warnings = names(c, "warnings", "text", entry)?;
    shown.locations = objects(c, "location, city", "entry_locations", entry)?;
    shown.references = objects(
        c,
        "content, description, mode, speaker, source, source_type, source_author, source_url, other",
        "entry_references",
        entry,
    )?;
    shown.poems = objects(
        c,
        "poem, content, revision_date, other",
        "entry_poems",
        entry,
    )?;
    shown.dates = dates(c, entry)?;
    shown.manuscript = manuscript(c, entry)?;
    let mut fields =
        c.prepare("SELECT field, value FROM other_fields WHERE entry = ?1 ORDER BY position")?;
    for field in fields.query_map([entry], |r| Ok((r.get(0)?, r.get::<_, String>(1)?)))? {
        let (field, value) = field?;
        shown.other.insert(field, parsed(&value));
    }
    Ok(Some(shown))
}

fn names(c: &Connection, table: &str, column: &str, entry: &str) -> Sql<Vec<String>> {
    let sql = format!("SELECT {column} FROM {table} WHERE entry = ?1 ORDER BY position");
    c.prepare(&sql)?.query_map([entry], |r| r.get(0))?.collect()
}

fn aliases(c: &Connection, entry: &str) -> Sql<BTreeMap<String, Vec<String>>> {
    let mut rows = c.prepare(
        "SELECT DISTINCT a.person, a.alias FROM aliases a JOIN entry_people p USING (person)
         WHERE p.entry = ?1 ORDER BY a.person, a.alias",
    )?;
    let mut by_person: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows.query_map([entry], |r| Ok((r.get(0)?, r.get(1)?)))? {
        let (person, alias) = row?;
        by_person.entry(person).or_default().push(alias);
    }
    Ok(by_person)
}

/// Rows as JSON objects, without NULL values.
fn objects(c: &Connection, columns: &str, table: &str, entry: &str) -> Sql<Vec<Value>> {
    let sql = format!("SELECT {columns} FROM {table} WHERE entry = ?1 ORDER BY position");
    c.prepare(&sql)?
        .query_map([entry], |r| object(r).map(Value::Object))?
        .collect()
}

fn object(row: &Row<'_>) -> Sql<Map<String, Value>> {
    let mut map = Map::new();
    for (at, column) in row.as_ref().column_names().into_iter().enumerate() {
        let text: Option<String> = row.get(at)?;
        let Some(text) = text else { continue };
        let value = if column == "other" {
            parsed(&text)
        } else {
            Value::String(text)
        };
        map.insert(column.to_owned(), value);
    }
    Ok(map)
}

fn dates(c: &Connection, entry: &str) -> Sql<Vec<Value>> {
    let mut rows = c.prepare(
        "SELECT position, date, context FROM entry_dates WHERE entry = ?1 ORDER BY position",
    )?;
    let mut with = [
        (
            "people",
            "SELECT DISTINCT person FROM entry_date_people WHERE entry = ?1 AND position = ?2",
        ),
        (
            "locations",
            "SELECT location FROM entry_date_locations WHERE entry = ?1 AND position = ?2",
        ),
    ]
    .into_iter()
    .map(|(key, sql)| Ok((key, c.prepare(sql)?)))
    .collect::<Sql<Vec<_>>>()?;
    let mut found = Vec::new();
    let mut rows = rows.query([entry])?;
    while let Some(row) = rows.next()? {
        let position: i64 = row.get(0)?;
        let mut map = Map::new();
        map.insert("date".to_owned(), Value::String(row.get(1)?));
        if let Some(context) = row.get(2)? {
            map.insert("context".to_owned(), Value::String(context));
        }
        for (key, names) in &mut with {
            let names: Vec<String> = names
                .query_map(rusqlite::params![entry, position], |r| r.get(0))?
                .collect::<Sql<_>>()?;
            if !names.is_empty() {
                map.insert((*key).to_owned(), names.into());
            }
        }
        found.push(Value::Object(map));
    }
    Ok(found)
}

fn manuscript(c: &Connection, entry: &str) -> Sql<Option<Value>> {
    let sql = "SELECT status, CASE edited WHEN 1 THEN 'true' WHEN 0 THEN 'false' END AS edited,
        notes, other FROM manuscript WHERE entry = ?1";
    let Some(mut map) = c.query_row(sql, [entry], object).optional()? else {
        return Ok(None);
    };
    if let Some(Value::String(edited)) = map.get("edited") {
        let edited = edited == "true";
        map.insert("edited".to_owned(), Value::Bool(edited));
    }
    let themes = names(c, "entry_themes", "theme", entry)?;
    if !themes.is_empty() {
        map.insert("themes".to_owned(), themes.into());
    }
    Ok(Some(Value::Object(map)))
}

fn parsed(json: &str) -> Value {
    // `update` wrote it as JSON; anything else is shown as text.
    serde_json::from_str(json).unwrap_or_else(|_| Value::String(json.to_owned()))
}
