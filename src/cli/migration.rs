//! The output of `init` on a database of the original program.

use super::Ui;
use super::shown::{counted, left, safe};
use crate::sync::migrate::Outcome;

/// Limit on the lines of a kind; more are counted, and the report has them all.
const LISTED: usize = 5;

/// Prints what is taken over, done or planned, and what is not.
pub fn print(ui: &Ui, outcome: &Outcome, dry_run: bool) -> anyhow::Result<()> {
    let (would, is) = match dry_run {
        true => ("would be ", "would be"),
        false => ("", "is"),
    };
    let file = safe(&outcome.file);
    match outcome.damage.first() {
        None => ui.line(format_args!("{file}: a database of the original program"))?,
        Some(what) => ui.warn(format_args!(
            "{file}: damaged ({}); {}",
            safe(what),
            match outcome.is_unreadable {
                true => "nothing of it can be taken over",
                false => "what can be read of it is taken over",
            }
        )),
    }
    match &outcome.backup {
        Some(backup) => ui.line(format_args!("  it is kept as {backup}"))?,
        None if !outcome.stays => ui.line("  it would be kept in backups/")?,
        None => {}
    }
    if outcome.untracked {
        ui.line(format_args!("  it {is} out of git with the next commit"))?;
    }
    let report = &outcome.report;
    for taken in [
        counted(report.tombstones, "tombstone", "tombstones"),
        counted(report.deletions, "deletion", "deletions"),
    ] {
        if !taken.starts_with("0 ") {
            let ledgers = outcome.ledgers.join(", ");
            ui.line(format_args!("  {taken} {would}taken over into {ledgers}"))?;
        }
    }
    if report.known > 0 {
        let known = counted(report.known, "row", "rows");
        ui.line(format_args!(
            "  {known} of the ledger said the same already"
        ))?;
    }
    for page in outcome.pages.iter().take(LISTED) {
        ui.line(format_args!("  note {would}written: {page}"))?;
    }
    more(ui, outcome.pages.len(), "  ")?;
    for section in report.sections(outcome.backup.as_ref().unwrap_or(&outcome.file)) {
        ui.line(format_args!("  {}:", safe(&section.title)))?;
        for line in section.lines.iter().take(LISTED) {
            ui.line(format_args!("    {}", safe(line)))?;
        }
        more(ui, section.lines.len(), "    ")?;
    }
    if let Some(page) = &outcome.page {
        ui.line(format_args!("  the report, with the texts: {page}"))?;
    }
    outcome
        .others
        .iter()
        .try_for_each(|other| print(ui, other, dry_run))
}

fn more(ui: &Ui, all: usize, indent: &str) -> std::io::Result<()> {
    match left(all, LISTED) {
        None => Ok(()),
        Some(more) => ui.line(format_args!("{indent}and {more} more")),
    }
}
