//! `metadb sync`: sync states and the conflicts between machines.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::bail;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::settle::resolve;
use super::tombstone::{as_json, print_rows};
use super::{Journal, TypedEntry, entry_named, nearest};
use crate::cli::shown::{counted, safe};
use crate::cli::{Exit, Ui};
use crate::journal::EntryDate;
use crate::store::{Conflict, ConflictKind, HashRow, SyncRow, TombstoneRow};
use crate::sync::settle::to_let_in;

/// Look at sync states, and settle conflicts between machines
#[derive(Debug, Args)]
pub struct Sync {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// How many entries are tracked and in conflict; or all about one entry
    Status {
        /// `Entry` and the entry: 2024-11-01, 20241101 or its path
        #[arg(num_args = 0..=2, value_names = ["Entry", "ID"])]
        entry: Vec<String>,
        #[arg(long)]
        json: bool,
    },
    /// What a person should look at
    Conflicts {
        #[arg(long)]
        json: bool,
    },
    /// Settle an entry's conflict, for all machines: what stands now is right
    Resolve {
        /// `Entry` and the entry: 2024-11-01, 20241101 or its path
        #[arg(num_args = 0..=2, value_names = ["Entry", "ID"], required_unless_present = "all")]
        entry: Vec<String>,
        /// Settle the conflicts of all entries
        #[arg(long, conflicts_with = "entry")]
        all: bool,
        #[arg(long)]
        json: bool,
    },
    /// Counts by type, source and machine
    Stats {
        #[arg(long)]
        json: bool,
    },
}

impl Sync {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        match &self.command {
            Command::Status { entry, json } => match entry_named(entry)? {
                None => status(ui, *json),
                Some(typed) => status_of(ui, &typed, *json),
            },
            Command::Conflicts { json } => conflicts(ui, *json),
            Command::Resolve { entry, json, .. } => {
                resolve(ui, entry_named(entry)?.as_ref(), *json)
            }
            Command::Stats { json } => stats(ui, *json),
        }
    }
}

fn status(ui: &Ui, json: bool) -> anyhow::Result<Exit> {
    let store = Journal::find()?.index(ui)?;
    let stats = store.sync_stats()?;
    let conflicts = store.conflicts(None)?.len();
    if json {
        ui.json(&json!({"total": stats.total, "active_conflicts": conflicts}))?;
        return Ok(Exit::Ok);
    }
    ui.heading("Sync status")?;
    ui.line(format_args!("Total entities tracked: {}", stats.total))?;
    ui.line(format_args!("Active conflicts: {conflicts}"))?;
    Ok(Exit::Ok)
}

fn status_of(ui: &Ui, typed: &TypedEntry, json: bool) -> anyhow::Result<Exit> {
    let journal = Journal::find()?;
    let date = journal.entry(typed)?;
    let store = journal.index(ui)?;
    let Some(shown) = store.show(date)? else {
        bail!("nothing is known of {date}{}", nearest(&store, date)?);
    };
    if json {
        let removals = shown.tombstones.iter();
        let removals = removals.map(|row| as_json(row, &journal.settings));
        let removals: Vec<_> = removals.collect();
        ui.json(&json!({
            "entry": shown.entry,
            "id": shown.id,
            "sync": shown.sync,
            "tombstones": removals,
            "conflicts": shown.conflicts,
        }))?;
        return Ok(Exit::Ok);
    }
    ui.heading(format_args!("Entry ID: {} ({})", shown.id, shown.entry))?;
    print_states(ui, &shown.sync)?;
    if shown.sync.is_empty() && shown.content.is_some() {
        ui.line("  It is recorded by the next commit that changes it.")?;
    }
    if !shown.tombstones.is_empty() {
        ui.line("Removals:")?;
        print_rows(ui, &shown.tombstones, &journal.settings)?;
    }
    for conflict in &shown.conflicts {
        print_conflict(ui, conflict)?;
    }
    Ok(Exit::Ok)
}

fn conflicts(ui: &Ui, json: bool) -> anyhow::Result<Exit> {
    let store = Journal::find()?.index(ui)?;
    let conflicts = store.conflicts(None)?;
    if json {
        let conflicts: Vec<_> = conflicts.iter().map(conflict_as_json).collect();
        ui.json(&conflicts)?;
        return Ok(Exit::Ok);
    }
    if conflicts.is_empty() {
        ui.line("No unresolved conflicts found")?;
        return Ok(Exit::Ok);
    }
    ui.heading(format_args!("Unresolved conflicts ({})", conflicts.len()))?;
    for conflict in &conflicts {
        print_conflict(ui, conflict)?;
    }
    Ok(Exit::Ok)
}

/// A conflict as JSON, with its entry's number.
fn conflict_as_json(conflict: &Conflict) -> Value {
    let mut value = json!(conflict);
    value["id"] = json!(number(conflict));
    value
}

/// The number of a conflict's entry.
fn number(conflict: &Conflict) -> u32 {
    let date = conflict.entry.parse::<EntryDate>();
    date.map_or(0, EntryDate::number)
}

/// Prints a conflict, and how to settle it.
pub(super) fn print_conflict(ui: &Ui, conflict: &Conflict) -> anyhow::Result<()> {
    let entry = &conflict.entry;
    ui.line(format_args!("Entry ID: {} ({entry})", number(conflict)))?;
    match &conflict.kind {
        ConflictKind::BothEdited { state } => {
            state_lines(ui, state)?;
            let kind = "both edited, before either had the other's edit";
            line(ui, "Kind", kind)?;
            let edited = match (state.pending, state.source.as_str()) {
                (false, _) => "",
                (true, "wiki") => "; so does committing your edit of the note",
                (true, _) => "; so does committing your edit of the frontmatter",
            };
            let look = format!("look: metadb show {entry} --full");
            let settle = format!("then settle it: metadb sync resolve Entry {entry}{edited}");
            line(ui, "To do", &format!("{look}; {settle}"))
        }
        ConflictKind::KeptOut { removal } => {
            removal_lines(ui, removal)?;
            let (table, item) = (&removal.table, &removal.item);
            let by = match removal.by.as_str() {
                // A cleaned-up row has only its key.
                "" => String::new(),
                by => format!(" by {by}"),
            };
            let kind = format!(
                "kept out: {item} ({table}) was removed{by}, and added by someone who did not know"
            );
            line(ui, "Kind", &kind)?;
            let let_in = to_let_in(table, entry, item);
            let agree = format!("agree with the removal: metadb sync resolve Entry {entry}");
            line(ui, "To do", &format!("let it in: {let_in}; or {agree}"))
        }
        ConflictKind::StillInFile { removal } => {
            removal_lines(ui, removal)?;
            let (table, item) = (&removal.table, &removal.item);
            let kind =
                format!("still in the file: {item} ({table}) was removed, and is not indexed");
            line(ui, "Kind", &kind)?;
            let let_in = to_let_in(table, entry, item);
            let take_out = "take it out of the file, as palimpsest resolve does";
            line(ui, "To do", &format!("{take_out}; or let it in: {let_in}"))
        }
    }
}

/// Prints when and by whom the texts of a conflict were written.
fn state_lines(ui: &Ui, state: &SyncRow) -> anyhow::Result<()> {
    let last = state.hashes.iter().map(|h| h.at.as_str()).max();
    let machines: BTreeSet<&str> = state.hashes.iter().map(|h| h.by.as_str()).collect();
    let machines = machines.into_iter().collect::<Vec<_>>().join(", ");
    let hashes = state.hashes.iter();
    let hashes = hashes.map(|h| format!("{} ({})", short(&h.hash), h.by));
    let hashes = hashes.collect::<Vec<_>>().join(", ");
    line(ui, "Last synced", last.unwrap_or_default())?;
    line(ui, "Sync source", &state.source)?;
    line(ui, "Machine", &machines)?;
    line(ui, "Hash", &hashes)
}

/// The same for a removal.
fn removal_lines(ui: &Ui, removal: &TombstoneRow) -> anyhow::Result<()> {
    line(ui, "Last synced", &removal.at)?;
    line(ui, "Sync source", &removal.source)?;
    line(ui, "Machine", &removal.by)?;
    line(ui, "Hash", &short(&removal.id))
}

fn line(ui: &Ui, name: &str, value: &str) -> anyhow::Result<()> {
    let value = if value.is_empty() { "-" } else { value };
    ui.line(format_args!("  {name}: {}", safe(value)))?;
    Ok(())
}

/// 12 characters of a hash.
fn short(hash: &str) -> String {
    let start: String = hash.chars().take(12).collect();
    format!("{start}…")
}

/// Prints the sync states of an entry.
pub(super) fn print_states(ui: &Ui, states: &[SyncRow]) -> anyhow::Result<()> {
    for state in states {
        let kind = match (state.conflict, state.pending) {
            (true, _) => "in conflict",
            (false, true) => "edited, not committed yet",
            (false, false) => "in step",
        };
        let changes = counted(
            usize::try_from(state.counter).unwrap_or(0),
            "change",
            "changes",
        );
        let settled = counted(
            usize::try_from(state.resolved).unwrap_or(0),
            "conflict",
            "conflicts",
        );
        ui.line(format_args!(
            "  {}: {kind}; {changes} recorded, {settled} settled",
            state.source
        ))?;
        for HashRow {
            hash,
            by,
            at,
            settled,
            ..
        } in &state.hashes
        {
            let how = if *settled { " (settled)" } else { "" };
            ui.line(format_args!(
                "    {} by {} at {}{how}",
                short(&safe(hash)),
                safe(by),
                safe(at)
            ))?;
        }
    }
    if states.is_empty() {
        ui.line("  No sync state is recorded yet.")?;
    }
    Ok(())
}

fn stats(ui: &Ui, json: bool) -> anyhow::Result<Exit> {
    let stats = Journal::find()?.index(ui)?.sync_stats()?;
    if json {
        ui.json(&stats)?;
        return Ok(Exit::Ok);
    }
    ui.heading("Sync state statistics")?;
    ui.line(format_args!("Total entities tracked: {}", stats.total))?;
    ui.line(format_args!("Conflicts (unresolved): {}", stats.unresolved))?;
    ui.line(format_args!("Conflicts (resolved): {}", stats.resolved))?;
    for (title, counts) in [
        ("By entity type", &stats.by_type),
        ("By sync source", &stats.by_source),
        ("By machine", &stats.by_machine),
    ] {
        group(ui, title, counts)?;
    }
    Ok(Exit::Ok)
}

/// A titled group of counts.
pub(super) fn group(ui: &Ui, title: &str, counts: &BTreeMap<String, i64>) -> anyhow::Result<()> {
    if counts.is_empty() {
        return Ok(());
    }
    ui.line("")?;
    ui.heading(format_args!("{title}:"))?;
    for (name, count) in counts {
        let name = if name.is_empty() {
            "(not recorded yet)"
        } else {
            name
        };
        ui.line(format_args!("  {}: {count}", safe(name)))?;
    }
    Ok(())
}
