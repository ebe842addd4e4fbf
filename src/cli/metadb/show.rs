//! `metadb show ENTRY`: everything known of an entry.

use std::path::Path;

use anyhow::bail;
use clap::Args;
use serde_json::{Value, json};

use super::sync::{print_conflict, print_states};
use super::tombstone::{as_json, print_rows};
use super::{Journal, entry_typed, nearest};
use crate::cli::shown::{filled, joined, safe};
use crate::cli::{Exit, Ui};
use crate::journal::Settings;
use crate::store::{DeletedEntry, Shown, ShownEntry};
use crate::sync::refresh::Warning;
use crate::sync::settle;

/// Show an entry as the index has it
#[derive(Debug, Args)]
pub struct Show {
    /// The entry: 2024-11-01, 20241101 or its path
    entry: String,
    /// All that the index has: aliases, texts, other fields, sync states, removals, conflicts
    #[arg(long)]
    full: bool,
    #[arg(long)]
    json: bool,
}

impl Show {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let typed = entry_typed(&self.entry)?;
        let journal = match self.entry.contains('/') {
            true => Journal::find_by(Path::new(&self.entry))?,
            false => Journal::find()?,
        };
        let date = journal.entry(&typed)?;
        let store = journal.index(ui)?;
        let mut shown = store.show(date)?;
        let mut lost = None;
        if shown.as_ref().is_none_or(|shown| shown.content.is_none()) {
            lost = settle::lost(&journal.repo, journal.layout(), &store, Some(date))?.pop();
        }
        if lost.is_some() {
            shown = shown.or_else(|| Some(Shown::empty(date)));
        }
        let Some(mut shown) = shown else {
            bail!("no entry {date}{}", nearest(&store, date)?);
        };
        if let Some(entry) = shown.content.as_mut().filter(|e| e.deleted_at.is_none()) {
            let of_aliases = journal.warnings_of_aliases(&store, date, &entry.path)?;
            let text = |w: Warning| match w.at {
                Some(at) => format!("{at}: {}", w.what),
                None => w.what,
            };
            entry.warnings.extend(of_aliases.into_iter().map(text));
        }
        if self.json {
            let rows = shown.tombstones.iter();
            let rows = rows.map(|row| as_json(row, &journal.settings));
            let rows: Vec<Value> = rows.collect();
            let mut value = json!(shown);
            value["tombstones"] = json!(rows);
            if let (Some(value), Value::Object(lost)) = (value.as_object_mut(), json!(lost)) {
                value.extend(lost);
            }
            ui.json(&value)?;
        } else {
            print(ui, &shown, lost.as_ref(), self.full, &journal.settings)?;
        }
        Ok(Exit::Ok)
    }
}

fn print(
    ui: &Ui,
    shown: &Shown,
    lost: Option<&DeletedEntry>,
    full: bool,
    settings: &Settings,
) -> anyhow::Result<()> {
    ui.heading(format_args!("Entry {} (ID {})", shown.entry, shown.id))?;
    match (&shown.content, lost) {
        (Some(entry), _) => content(ui, &shown.entry, entry, full)?,
        (None, Some(gone)) => {
            let by = gone.deleted_by.as_deref().unwrap_or_default();
            let why = gone.deletion_reason.as_deref().unwrap_or_default();
            let (at, id) = (&gone.deleted_at, &shown.entry);
            field(
                ui,
                "State",
                &format!(
                    "deleted at {at} by {by} ({why}); its last version is not in this \
                     repository: metadb restore Entry {id} says what may bring it back"
                ),
            )?;
        }
        (None, None) => field(ui, "State", "no entry of this date is indexed")?,
    }
    if let Some(note) = &shown.wiki_note {
        if full {
            long(ui, "Wiki note", note)?;
        } else {
            field(ui, "Wiki note", note.lines().next().unwrap_or("(empty)"))?;
        }
    }
    let open = shown.conflicts.len();
    if !full {
        if open > 0 {
            field(
                ui,
                "Conflicts",
                &format!("{open}; look: metadb sync conflicts"),
            )?;
        }
        return Ok(());
    }
    ui.line("")?;
    ui.heading("Sync states")?;
    print_states(ui, &shown.sync)?;
    if !shown.tombstones.is_empty() {
        ui.line("")?;
        ui.heading("Removals")?;
        print_rows(ui, &shown.tombstones, settings)?;
    }
    if open > 0 {
        ui.line("")?;
        ui.heading("Conflicts")?;
        for conflict in &shown.conflicts {
            print_conflict(ui, conflict)?;
        }
    }
    Ok(())
}

fn content(ui: &Ui, id: &str, e: &ShownEntry, full: bool) -> anyhow::Result<()> {
    field(ui, "File", &e.path)?;
    let state = match (&e.deleted_at, e.pending) {
        (Some(at), _) if at.is_empty() => Some("deleted, not committed yet".to_owned()),
        (Some(at), _) => {
            let by = e.deleted_by.as_deref().unwrap_or_default();
            let why = e.deletion_reason.as_deref().unwrap_or_default();
            Some(format!(
                "deleted at {at} by {by} ({why}); back: metadb restore Entry {id}"
            ))
        }
        (None, true) => Some("edited, not committed yet".to_owned()),
        (None, false) => None,
    };
    if let Some(state) = state {
        field(ui, "State", &state)?;
    }
    field(
        ui,
        "Words",
        &format!("{} ({} min)", e.word_count, e.reading_time),
    )?;
    list(ui, "City", &e.cities)?;
    let places = e
        .locations
        .iter()
        .map(|l| match (text(l, "location"), text(l, "city")) {
            (place, "") => place.to_owned(),
            (place, city) => format!("{place} ({city})"),
        });
    list(ui, "Locations", &places.collect::<Vec<_>>())?;
    list(ui, "People", &e.people)?;
    list(ui, "Events", &e.events)?;
    list(ui, "Tags", &e.tags)?;
    list(ui, "Related", &e.related_entries)?;
    if !full {
        return Ok(());
    }
    for (person, aliases) in &e.aliases {
        field(ui, "Aliases", &format!("{} ({person})", aliases.join(", ")))?;
    }
    for (name, value) in [
        ("Epigraph", &e.epigraph),
        ("Epigraph by", &e.epigraph_attribution),
        ("Notes", &e.notes),
    ] {
        if let Some(value) = value {
            long(ui, name, value)?;
        }
    }
    list(ui, "Dates", &e.dates.iter().map(date).collect::<Vec<_>>())?;
    objects(ui, "References", &e.references)?;
    objects(ui, "Poems", &e.poems)?;
    if let Some(manuscript) = &e.manuscript {
        objects(ui, "Manuscript", std::slice::from_ref(manuscript))?;
    }
    for (name, value) in &e.other {
        long(ui, name, &plain(value))?;
    }
    for warning in &e.warnings {
        field(ui, "Warning", &format!("{}:{warning}", e.path))?;
    }
    field(ui, "Hash", &e.hash)
}

/// A mentioned date with everything known of it; names in its context are not repeated.
fn date(d: &Value) -> String {
    let context = text(d, "context");
    let words = || context.split(|c: char| c.is_whitespace() || ",.;:!?()".contains(c));
    let others = |key: &str, mark: char| {
        let names = d.get(key).and_then(Value::as_array).into_iter().flatten();
        let is_in_it = |name: &&str| {
            let mention = format!("{mark}{}", name.replace(' ', "-"));
            words().any(|word| word == mention)
        };
        let names: Vec<&str> = names
            .filter_map(Value::as_str)
            .filter(|name| !is_in_it(name))
            .collect();
        (!names.is_empty()).then(|| format!("{key}: {}", names.join(", ")))
    };
    let said = (!context.is_empty()).then(|| context.to_owned());
    let all = [said, others("people", '@'), others("locations", '#')];
    let all: Vec<String> = all.into_iter().flatten().collect();
    match all.is_empty() {
        true => text(d, "date").to_owned(),
        false => format!("{} ({})", text(d, "date"), all.join("; ")),
    }
}

fn field(ui: &Ui, name: &str, value: &str) -> anyhow::Result<()> {
    // A field's name may be long, and its value a block of one line.
    let name = filled(&safe(&format!("{name}:")), 14);
    ui.line(format_args!("  {name} {}", safe(value.trim_end())))?;
    Ok(())
}

fn list(ui: &Ui, name: &str, items: &[String]) -> anyhow::Result<()> {
    match items {
        [] => Ok(()),
        items => field(ui, name, &joined(items)),
    }
}

fn long(ui: &Ui, name: &str, value: &str) -> anyhow::Result<()> {
    if value.lines().count() < 2 {
        return field(ui, name, value);
    }
    ui.line(format_args!("  {}:", safe(name)))?;
    ui.text(4, value)?;
    Ok(())
}

fn objects(ui: &Ui, name: &str, objects: &[Value]) -> anyhow::Result<()> {
    for object in objects {
        ui.line(format_args!("  {name}:"))?;
        let fields = object.as_object().into_iter().flatten();
        for (key, value) in fields {
            let value = plain(value);
            if value.lines().count() > 1 {
                ui.line(format_args!("    {}:", safe(key)))?;
                ui.text(6, &value)?;
            } else {
                ui.line(format_args!("    {}: {}", safe(key), safe(&value)))?;
            }
        }
    }
    Ok(())
}

fn text<'a>(object: &'a Value, key: &str) -> &'a str {
    object.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(|i| !i.is_object() && !i.is_array()) => {
            items.iter().map(plain).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}
