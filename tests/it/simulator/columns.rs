//! What the index says of each entry beside its items: it is what the files say.

use std::collections::BTreeSet;

use rusqlite::Connection;
use serde_json::Value;

use super::model::{date_of, path_of};
use super::page::{Said, tokens, words};
use super::settle::rows;
use super::world::{Outcome, World, fail};

/// An entry, a column and what stands there.
type Cell = (String, String, String);

/// Fields that have no table of their own.
const OTHERS: [&str; 4] = ["mood", "weather", "gear", "updated"];

impl World<'_> {
    pub fn columns(&self) -> Outcome {
        let desk = &self.desks[0];
        let database = Connection::open(desk.machine.path("data/palimpsest.db")).unwrap();
        let node = self.model.node(self.head(0));
        let mut wanted = BTreeSet::new();
        for (path, (_, file)) in &node.files {
            let date = date_of(path);
            let cells = match &file.said {
                Some(said) => cells(said),
                None => Vec::new(),
            };
            let cells = cells
                .into_iter()
                .map(|(column, value)| (date.clone(), column, value));
            wanted.extend(cells);
            if path.starts_with("wiki/") {
                wanted.insert((date, "note".into(), format!("{:?}", file.tokens)));
            }
        }
        // What a removal keeps out of the index stands in the file all the same.
        let is_known = |cell: &Cell| {
            let table = ["dates", "poems", "references"].contains(&cell.1.as_str());
            let removed = |item: &super::model::Item| {
                item.0 == cell.0 && item.1 == cell.1 && node.is_active(item)
            };
            !table || !(node.fog.contains(&cell.0) || node.rows.keys().any(removed))
        };
        wanted.retain(is_known);
        let found: BTreeSet<Cell> = found(&database)
            .into_iter()
            .filter(|cell| {
                is_known(cell) && (cell.1 == "note" || node.said(&path_of(&cell.0)).is_some())
            })
            .collect();
        if found != wanted {
            let more: Vec<_> = found.difference(&wanted).collect();
            let less: Vec<_> = wanted.difference(&found).collect();
            return fail(
                "the index says something else than the files",
                format!("too much: {more:?}\nmissing: {less:?}"),
            );
        }
        Ok(())
    }
}

fn text(value: Option<&Value>) -> String {
    let text = value.and_then(Value::as_str).unwrap_or_default();
    text.trim_end().to_owned()
}

/// What the files say of an entry, by column.
fn cells(said: &Said) -> Vec<(String, String)> {
    let stated = said.fields.get("word_count").and_then(Value::as_u64);
    let count = stated.unwrap_or_else(|| words(&said.page.body));
    let mut all = vec![("words".to_owned(), count.to_string())];
    for key in ["epigraph", "notes"] {
        all.push((key.to_owned(), text(said.fields.get(key))));
    }
    if let Some(map) = said.fields.get("manuscript") {
        all.push(("status".to_owned(), text(map.get("status"))));
    }
    for key in OTHERS {
        if let Some(value) = said.fields.get(key) {
            all.push((key.to_owned(), value.to_string()));
        }
    }
    for (field, keys) in [
        ("dates", ["date", "context"]),
        ("poems", ["title", "content"]),
        ("references", ["content", "speaker"]),
    ] {
        for item in said
            .fields
            .get(field)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            let values = keys.map(|key| text(item.get(key)));
            all.push((field.to_owned(), values.join(" | ").trim_end().to_owned()));
        }
    }
    all
}

/// What the index says, by entry and column.
fn found(database: &Connection) -> Vec<Cell> {
    let mut all = Vec::new();
    for (column, sql) in [
        (
            "words",
            "SELECT entry, word_count FROM entries WHERE deleted_at IS NULL",
        ),
        (
            "epigraph",
            "SELECT entry, coalesce(epigraph, '') FROM entries WHERE deleted_at IS NULL",
        ),
        (
            "notes",
            "SELECT entry, coalesce(notes, '') FROM entries WHERE deleted_at IS NULL",
        ),
        (
            "status",
            "SELECT entry, coalesce(status, '') FROM manuscript",
        ),
        (
            "dates",
            "SELECT entry, date || ' | ' || coalesce(context, '') FROM entry_dates WHERE position >= 0",
        ),
        (
            "poems",
            "SELECT entry, poem || ' | ' || coalesce(content, '') FROM entry_poems",
        ),
        (
            "references",
            "SELECT entry, coalesce(content, '') || ' | ' || coalesce(speaker, '') FROM entry_references",
        ),
        ("note", "SELECT entry, note FROM entry_notes"),
    ] {
        for row in rows(database, sql) {
            let value = match column {
                "note" => format!("{:?}", tokens(&row[1])),
                "words" => row[1]
                    .trim_start_matches("Integer(")
                    .trim_end_matches(')')
                    .to_owned(),
                _ => row[1].trim_end().to_owned(),
            };
            all.push((row[0].clone(), column.to_owned(), value));
        }
    }
    for row in rows(database, "SELECT entry, field, value FROM other_fields") {
        if OTHERS.contains(&row[1].as_str()) {
            let value: Value = serde_json::from_str(&row[2]).unwrap();
            all.push((row[0].clone(), row[1].clone(), value.to_string()));
        }
    }
    all
}
