//! The report of a refresh, as text or JSON.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::shown::{counted, left, safe};
use super::{Exit, Ui};
use crate::journal::EntryDate;
use crate::repo::RepoError;
use crate::store::{Store, StoreError};
use crate::sync::refresh::{EntryChange, RefreshError, Report, What, Why};
use crate::sync::settle::to_let_in;

/// Limit on the listed changes; more are counted, and `--json` has them all.
const LISTED: usize = 100;

/// Limit on the named files without a date; `--json` has them all, too.
const UNDATED: usize = 5;

/// Names the `conflicts`, prints the changes of entries or notes and their counts; returns
/// the exit code.
pub fn print(
    ui: &Ui,
    report: &Report,
    conflicts: &BTreeSet<EntryDate>,
    of: Of,
    dry_run: bool,
    json: bool,
) -> anyhow::Result<Exit> {
    say_conflicts(ui, conflicts.iter().copied());
    for failure in &report.failed {
        ui.note(safe(&failure.to_string()));
    }
    if json {
        let mut value = as_json(report, of, dry_run);
        let entries = conflicts.iter().map(ToString::to_string);
        value["conflicts"] = entries.collect();
        ui.json(&value)?;
    } else {
        text(ui, report, of, dry_run)?;
    }
    Ok(Exit::ok_if(report.failed.is_empty()))
}

/// Says why the index was not brought up to date, where what a command is about was done.
pub fn say_behind(ui: &Ui, error: &RefreshError) {
    let next = match error {
        RefreshError::Repo(RepoError::Object { .. })
        | RefreshError::Store(StoreError::NoLocks { .. }) => "",
        _ => ", and will be with the next command",
    };
    ui.warn(format_args!("the index is not up to date{next}: {error}"));
}

/// Names entries in conflict between two machines, and how to look at them.
pub fn say_conflicts(ui: &Ui, entries: impl ExactSizeIterator<Item = EntryDate>) {
    let count = entries.len();
    for entry in entries.take(LISTED) {
        ui.remark(format_args!("Conflict detected for entry {entry}"));
    }
    if let Some(more) = left(count, LISTED) {
        ui.remark(format_args!("… and {more} more"));
    }
    if count > 0 {
        ui.note("each was edited on both sides; look: `metadb sync conflicts`");
    }
}

/// The entries in conflict between two machines, in the text or the note: all, as long as
/// nobody has settled them, also those that a hook or a listing indexed before. A dry run
/// asks for none.
pub fn conflicts(store: &Store, dry_run: bool) -> anyhow::Result<BTreeSet<EntryDate>> {
    Ok(match dry_run {
        true => BTreeSet::new(),
        false => store.edited_on_both()?,
    })
}

/// The subject of the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    Entries,
    Notes,
}

impl Of {
    fn changes(self, report: &Report) -> &[EntryChange] {
        match self {
            Self::Entries => &report.entries,
            Self::Notes => &report.notes,
        }
    }

    fn unchanged(self, report: &Report) -> usize {
        match self {
            Self::Entries => report.unchanged_entries,
            Self::Notes => report.unchanged_notes,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Entries => "Entries",
            Self::Notes => "Notes",
        }
    }
}

fn text(ui: &Ui, report: &Report, of: Of, dry_run: bool) -> anyhow::Result<()> {
    for warning in report.warnings.iter().filter(|_| of == Of::Entries) {
        ui.warn(safe(&warning.to_string()));
    }
    for skipped in &report.skipped {
        ui.note(safe(&skipped.to_string()));
    }
    // For a first index nothing is listed, since everything is new.
    let first = report.fresh.is_some() && of.changes(report).len() > 10;
    let listed: &[EntryChange] = if first { &[] } else { of.changes(report) };
    for change in listed.iter().take(LISTED) {
        let what = change.what.word();
        ui.line(format_args!(
            "{}  {what:9}  {}",
            change.date,
            safe(&change.path)
        ))?;
        for line in items(change) {
            ui.line(format_args!("  {line}"))?;
        }
    }
    if let Some(more) = left(listed.len(), LISTED) {
        ui.line(format_args!("… and {more} more"))?;
    }
    if !report.undated.is_empty() {
        let files = counted(report.undated.len(), "file", "files");
        let named = report.undated.iter().take(UNDATED).map(|path| safe(path));
        let named = named.collect::<Vec<_>>().join(", ");
        let more = left(report.undated.len(), UNDATED);
        let more = more.map_or_else(String::new, |more| format!(" and {more} more"));
        ui.line(format_args!(
            "{files} skipped: not named YYYY-MM-DD.md after a day that exists ({named}{more})"
        ))?;
    }
    let counts: Vec<String> = counts(report, of)
        .iter()
        .map(|(w, n)| format!("{n} {w}"))
        .collect();
    let dry = if dry_run {
        " (dry run, nothing was written)"
    } else {
        ""
    };
    ui.line(format_args!("{}: {}{dry}", of.word(), counts.join(", ")))?;
    Ok(())
}

fn counts(report: &Report, of: Of) -> [(&'static str, usize); 6] {
    let count = |what| of.changes(report).iter().filter(|c| c.what == what).count();
    let unchanged = of.unchanged(report) + count(What::Unchanged);
    [
        ("created", count(What::Created)),
        ("updated", count(What::Updated)),
        ("unchanged", unchanged),
        ("deleted", count(What::Deleted)),
        ("restored", count(What::Restored)),
        ("failed", report.failed.len()),
    ]
}

/// One line for each item that was added or removed, or that stays out.
fn items(change: &EntryChange) -> Vec<String> {
    let mut lines = Vec::new();
    for (table, item, why) in &change.removed {
        let why = match why {
            Why::Pending => "removed; its tombstone is pending until the commit".to_owned(),
            Why::RemovedBy { machine, at } => {
                format!("removed by {} at {}", safe(machine), safe(at))
            }
            Why::NotInFile => "no longer in the entry".to_owned(),
        };
        lines.push(format!(
            "- {} ({}): {why}",
            safe(item.as_str()),
            table.noun()
        ));
    }
    for (table, item) in &change.added {
        lines.push(format!(
            "+ {} ({}): added",
            safe(item.as_str()),
            table.noun()
        ));
    }
    for (table, item) in &change.kept_out {
        lines.push(format!(
            "! {} ({}): kept out, it was removed; `{}` lets it in",
            safe(item.as_str()),
            table.noun(),
            safe(&to_let_in(table, change.date, item.as_str()))
        ));
    }
    lines
}

fn as_json(report: &Report, of: Of, dry_run: bool) -> Value {
    let change = |c: &EntryChange| {
        let items =
            |items: &mut dyn Iterator<Item = &(crate::journal::Table, crate::journal::ItemKey)>| {
                let items = items.map(|(t, i)| json!({"table": t.name(), "item": i.as_str()}));
                items.collect::<Vec<_>>()
            };
        let removed = c.removed.iter().map(|(t, i, why)| {
            let (why, by, at) = match why {
                Why::Pending => ("pending", None, None),
                Why::RemovedBy { machine, at } => ("tombstone", Some(machine), Some(at)),
                Why::NotInFile => ("not_in_file", None, None),
            };
            json!({"table": t.name(), "item": i.as_str(), "why": why, "by": by, "at": at})
        });
        json!({
            "entry": c.date.to_string(),
            "id": c.date.number(),
            "path": c.path,
            "what": c.what.word(),
            "added": items(&mut c.added.iter()),
            "removed": removed.collect::<Vec<_>>(),
            "kept_out": items(&mut c.kept_out.iter()),
        })
    };
    let counts: serde_json::Map<String, Value> = counts(report, of)
        .iter()
        .map(|(w, n)| ((*w).to_owned(), json!(n)))
        .collect();
    let failed = report
        .failed
        .iter()
        .map(|f| json!({"path": f.path, "problem": f.problem}));
    json!({
        "dry_run": dry_run,
        "counts": counts,
        "changes": of.changes(report).iter().map(change).collect::<Vec<_>>(),
        "failed": failed.collect::<Vec<_>>(),
        "warnings": texts(&report.warnings),
        "skipped": texts(&report.skipped),
        "undated": report.undated,
    })
}

/// The texts of a list's items.
fn texts<T: ToString>(list: &[T]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}
