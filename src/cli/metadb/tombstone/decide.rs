//! A person's decisions on removals: let an item in again, keep a removal for good, or
//! drop expired ones from the listings.

use anyhow::bail;
use clap::Args;
use serde_json::json;

use super::super::entry_typed;
use super::{Journal, say_commit, table};
use crate::cli::shown::{counted, in_yaml, safe};
use crate::cli::{Exit, Ui};
use crate::journal::entry::Person;
use crate::journal::{EntryDate, ItemKey, Table};
use crate::store::ConflictKind;
use crate::sync::{clock, settle};

/// Which removal is meant.
#[derive(Debug, Args)]
struct Which {
    /// Such as entry_people
    #[arg(value_parser = table)]
    table: Table,
    /// The entry: 2024-11-01, 20241101 or its path
    entry: String,
    /// The item's name, as listed
    #[arg(allow_hyphen_values = true)]
    name: String,
}

/// A removal that was found.
struct Found {
    entry: EntryDate,
    item: ItemKey,
    /// The entry's file.
    path: String,
    /// Whether the item stands in it all the same.
    stands: bool,
}

impl Which {
    /// Finds the removal by its item's name, as listed or as in a file.
    fn find(&self, ui: &Ui, journal: &Journal) -> anyhow::Result<Found> {
        let table = self.table;
        let entry = journal.entry(&entry_typed(&self.entry)?)?;
        let store = journal.index(ui)?;
        let mut keys = vec![ItemKey::new(&self.name)];
        if table == Table::People {
            keys.extend(Person::parse(&self.name).map(|p| p.key));
        }
        if let (Table::Related, Ok(related)) = (table, self.name.parse::<EntryDate>()) {
            keys.push(ItemKey::new(&related.to_string()));
        }
        let items = store.removed_items(table, entry)?;
        // Control characters are listed, and may be typed, in an escaped spelling.
        let exact = items.iter().find(|i| keys.iter().any(|k| k == *i));
        let item = exact.or_else(|| items.iter().find(|i| safe(i.as_str()) == self.name));
        let item = item.cloned();
        let Some(item) = item else {
            bail!(
                "no active removal of `{}` in {table} of {entry}; \
                 `metadb tombstone list --table {table}` has what there is",
                self.name
            );
        };
        let shown = store.show(entry)?;
        let mut conflicts = shown.iter().flat_map(|s| &s.conflicts);
        let stands = conflicts.any(|c| {
            matches!(&c.kind, ConflictKind::StillInFile { removal }
                if removal.table == table.name() && removal.item == item.as_str())
        });
        let path = shown.and_then(|s| s.content).map(|c| c.path);
        let path = path.unwrap_or_else(|| journal.layout().entry_path(entry));
        Ok(Found {
            entry,
            item,
            path,
            stands,
        })
    }
}

/// Let a removed item in again; says what to add to the entry's file
#[derive(Debug, Args)]
pub struct Remove {
    #[command(flatten)]
    which: Which,
    #[arg(long)]
    json: bool,
}

impl Remove {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let journal = Journal::find()?;
        let Found {
            entry,
            item,
            path,
            stands,
        } = self.which.find(ui, &journal)?;
        let (table, name) = (self.which.table, &self.which.name);
        let by = journal.decider()?;
        let of = (table, item.clone());
        let count = settle::restore_item(&journal.repo, journal.layout(), entry, &of, &by)?;
        let key = match table {
            Table::Themes => "manuscript: themes",
            other => other.field(),
        };
        let add = format!(
            "under `{key}:` in {path}, add: {}",
            written(table, &item, name)
        );
        if count == 0 {
            bail!("the removal of `{name}` is not committed yet: to take it back, {add}");
        }
        journal.index(ui)?;
        let file = journal.layout().ledger_path(entry.year());
        if self.json {
            let (add_to, add_under) = match stands {
                true => (None, None),
                false => (Some(&path), Some(key)),
            };
            ui.json(&json!({
                "table": table.name(), "entry": entry.to_string(), "item": item.as_str(),
                "restored": count, "changed": [file], "add_to": add_to, "add_under": add_under,
            }))?;
            return Ok(Exit::Ok);
        }
        ui.line(format_args!(
            "Restored: {} ({}) may stand in {entry} again",
            safe(item.as_str()),
            table.noun()
        ))?;
        match stands {
            true => ui.line(format_args!("It stands in {} already", safe(&path)))?,
            false => ui.line(format_args!(
                "The entry's file is as it was; to have it there: {}",
                safe(&add)
            ))?,
        }
        // The removal has the item's words alone.
        if table == Table::References && !stands {
            ui.line("If it was a description: `description:` in place of `content:`")?;
        }
        say_commit(ui, &journal.repo, &[file])?;
        Ok(Exit::Ok)
    }
}

/// An item in the spelling for the entry's file.
fn written(table: Table, item: &ItemKey, typed: &str) -> String {
    match table {
        // `Ana-Lirio` (a name) and `Ana Lirio` (a full name) are the same item.
        Table::People if Person::parse(typed).is_some_and(|p| p.key == *item) => in_yaml(typed),
        Table::References => format!("content: {}", in_yaml(item.as_str())),
        Table::Poems => format!("title: {}", in_yaml(item.as_str())),
        _ => in_yaml(item.as_str()),
    }
}

/// Keep a removal listed for good: it never expires
#[derive(Debug, Args)]
pub struct Keep {
    #[command(flatten)]
    which: Which,
    #[arg(long)]
    json: bool,
}

impl Keep {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let journal = Journal::find()?;
        let Found { entry, item, .. } = self.which.find(ui, &journal)?;
        let (table, name) = (self.which.table, &self.which.name);
        let of = (table, item.clone());
        let kept = settle::keep_item(&journal.repo, journal.layout(), entry, &of)?;
        if kept.there == 0 {
            bail!("the removal of `{name}` is not committed yet: commit it, then keep it");
        }
        journal.index(ui)?;
        let file = journal.layout().ledger_path(entry.year());
        if self.json {
            let changed: Vec<&String> = (kept.changed > 0).then_some(&file).into_iter().collect();
            ui.json(&json!({
                "table": table.name(), "entry": entry.to_string(), "item": item.as_str(),
                "kept": kept.there, "changed": changed,
            }))?;
            return Ok(Exit::Ok);
        }
        let shown = format!("{} ({})", safe(item.as_str()), table.noun());
        if kept.changed == 0 {
            ui.line(format_args!("{shown} in {entry}: kept for good already"))?;
            return Ok(Exit::Ok);
        }
        ui.line(format_args!(
            "Kept for good: the removal of {shown} from {entry} never expires"
        ))?;
        say_commit(ui, &journal.repo, &[file])?;
        Ok(Exit::Ok)
    }
}

/// Drop expired removals from the listings; they go on keeping their items out
///
/// An expired removal is shortened to its key in the ledger. No merge comes out
/// differently for it. Asks nothing, so it can run from cron.
#[derive(Debug, Args)]
pub struct Cleanup {
    /// Say how many there are, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    #[arg(long)]
    json: bool,
}

impl Cleanup {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let journal = Journal::find()?;
        if !self.dry_run {
            // What stops the index stops this before anything is changed.
            journal.index(ui)?;
        }
        let cleaned =
            settle::cleanup(&journal.repo, &journal.settings, clock::now(), self.dry_run)?;
        if !cleaned.changed.is_empty() {
            journal.index(ui)?;
        }
        let count = cleaned.count;
        let expired = counted(count, "expired tombstone", "expired tombstones");
        if self.json {
            ui.json(&json!({
                "expired": count, "dry_run": self.dry_run, "changed": cleaned.changed,
            }))?;
            return Ok(Exit::Ok);
        }
        if self.dry_run {
            ui.line(format_args!("Dry run: would shorten {expired}"))?;
            return Ok(Exit::Ok);
        }
        ui.line(format_args!("Cleaned up {expired}"))?;
        if count > 0 {
            say_commit(ui, &journal.repo, &cleaned.changed)?;
        }
        Ok(Exit::Ok)
    }
}
