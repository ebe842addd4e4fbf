//! `metadb tombstone`: the removals, and the way back.

mod decide;

use chrono::{DateTime, FixedOffset};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::sync::group;
use super::{Journal, say_commit};
use crate::cli::{Exit, Ui};
use crate::journal::{Settings, Table};
use crate::ledger::Tombstone;
use crate::store::{PENDING, TombstoneRow};
use crate::sync::clock;

/// Look at what was removed from entries, and let it back in
#[derive(Debug, Args)]
pub struct TombstoneCommand {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The removals, newest first
    List {
        /// Of one table only, such as entry_people
        #[arg(long, value_parser = table)]
        table: Option<Table>,
        /// At most so many
        #[arg(long)]
        limit: Option<usize>,
        #[arg(long)]
        json: bool,
    },
    /// Counts by table and source
    Stats {
        #[arg(long)]
        json: bool,
    },
    Cleanup(decide::Cleanup),
    Keep(decide::Keep),
    Remove(decide::Remove),
}

fn table(name: &str) -> Result<Table, String> {
    Table::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Table::ALL.iter().map(|t| t.name()).collect();
        format!("no such table; expected one of {}", names.join(", "))
    })
}

impl TombstoneCommand {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        match &self.command {
            Command::List { table, limit, json } => list(ui, *table, *limit, *json),
            Command::Stats { json } => stats(ui, *json),
            Command::Cleanup(cleanup) => cleanup.run(ui),
            Command::Keep(keep) => keep.run(ui),
            Command::Remove(remove) => remove.run(ui),
        }
    }
}

fn list(ui: &Ui, table: Option<Table>, limit: Option<usize>, json: bool) -> anyhow::Result<Exit> {
    let journal = Journal::find()?;
    let mut rows = journal.index(ui)?.tombstones(table)?;
    let all = rows.len();
    rows.truncate(limit.unwrap_or(all));
    if json {
        ui.json(
            &rows
                .iter()
                .map(|r| as_json(r, &journal.settings))
                .collect::<Vec<_>>(),
        )?;
        return Ok(Exit::Ok);
    }
    if all == 0 {
        ui.line("No tombstones found")?;
        return Ok(Exit::Ok);
    }
    if !rows.is_empty() {
        print_rows(ui, &rows, &journal.settings)?;
    }
    if rows.len() < all {
        ui.line(format_args!("{} of {all} shown", rows.len()))?;
    }
    Ok(Exit::Ok)
}

/// Removals as a table, one a line.
pub(super) fn print_rows(
    ui: &Ui,
    rows: &[TombstoneRow],
    settings: &Settings,
) -> anyhow::Result<()> {
    let cells = rows.iter().map(|row| {
        // A removal that was cleaned up before it was kept for good has only its key.
        let [by, at, source] =
            [&row.by, &row.at, &row.source].map(|cell| if cell.is_empty() { "-" } else { cell });
        [
            &row.table,
            &row.entry,
            &row.item,
            at,
            by,
            &reason(row),
            source,
            &expires(row, settings),
        ]
        .map(|cell| cell.to_owned())
        .to_vec()
    });
    let heading = [
        "TABLE", "ENTRY", "NAME", "REMOVED", "BY", "REASON", "SOURCE", "EXPIRES",
    ];
    ui.table(&heading, cells.collect())?;
    Ok(())
}

fn reason(row: &TombstoneRow) -> String {
    match (row.state.as_str(), row.pending) {
        ("restored", _) => {
            let how = row.restored_how.as_deref().unwrap_or_default();
            let pending = if row.pending {
                ", not committed yet"
            } else {
                ""
            };
            format!("restored ({how}){pending}")
        }
        // Committed by a client that recorded nothing.
        (_, true) if row.source == Tombstone::FROM_HISTORY => {
            "pending: the next commit here stores it".to_owned()
        }
        (_, true) if row.id == PENDING => "pending: removed, not committed yet".to_owned(),
        (_, true) => "removed from the entry; a change of its row is not committed yet".to_owned(),
        (_, false) => "removed from the entry".to_owned(),
    }
}

fn end(row: &TombstoneRow, settings: &Settings) -> Option<DateTime<FixedOffset>> {
    let days = settings.lifetime_days(Table::from_name(&row.table)?);
    // A shortened row has no time.
    let end = Tombstone::end_of_lifetime(&row.at, days);
    // One that was put back keeps nothing out, and `cleanup` leaves it alone.
    end.filter(|_| !row.permanent && row.state != "restored")
}

fn expires(row: &TombstoneRow, settings: &Settings) -> String {
    match end(row, settings) {
        Some(end) => end.format("%Y-%m-%d").to_string(),
        // Nor does a lifetime end that is longer than the calendar.
        None if row.state == "restored" => "-".to_owned(),
        None if row.permanent || !row.at.is_empty() => "never".to_owned(),
        None => "-".to_owned(),
    }
}

/// A removal with its reason and its end, as the list has them.
pub(super) fn as_json(row: &TombstoneRow, settings: &Settings) -> Value {
    let mut value = json!(row);
    value["reason"] = json!(reason(row));
    value["expires"] = json!(expires(row, settings));
    value
}

fn stats(ui: &Ui, json: bool) -> anyhow::Result<Exit> {
    let journal = Journal::find()?;
    let store = journal.index(ui)?;
    let stats = store.tombstone_stats()?;
    let now = clock::now();
    let rows = store.tombstones(None)?;
    let expired = rows
        .iter()
        .filter(|r| end(r, &journal.settings).is_some_and(|end| end <= now))
        .count();
    if json {
        let mut value = json!(stats);
        value["expired"] = json!(expired);
        ui.json(&value)?;
        return Ok(Exit::Ok);
    }
    ui.heading("Tombstone statistics")?;
    ui.line(format_args!("Total tombstones: {}", stats.total))?;
    ui.line(format_args!("Expired tombstones: {expired}"))?;
    if stats.pending > 0 {
        ui.line(format_args!("Not committed yet: {}", stats.pending))?;
    }
    group(ui, "By table", &stats.by_table)?;
    group(ui, "By source", &stats.by_source)?;
    Ok(Exit::Ok)
}
