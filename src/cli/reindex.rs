//! `palimpsest reindex`: makes the database anew.

use clap::Args;

use super::journal::Journal;
use super::shown::{counted, safe};
use super::{Exit, Ui};
use crate::sync::refresh::{Options, Scope, What};

/// Make the database anew from files, ledger and history, with the same rows
///
/// Never needed in daily use: every command brings the database up to date, and
/// one that is damaged or gone is made anew by itself.
#[derive(Debug, Args)]
pub struct Reindex {}

impl Reindex {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let journal = Journal::find()?;
        let options = Options {
            force: true,
            ..Options::new(Scope::All)
        };
        let (store, report) = journal.refresh(ui, options)?;
        for failure in &report.failed {
            ui.note(safe(&failure.to_string()));
        }
        let found = store.check()?;
        found.iter().for_each(|line| ui.warn(safe(line)));
        ui.line(format_args!(
            "{} made anew: {} ({} deleted), {}, {} that cannot be read",
            journal.layout().database,
            counted(
                report.entries.len() + report.former_entries,
                "entry",
                "entries"
            ),
            report.count(What::Deleted),
            counted(report.notes.len() + report.former_notes, "note", "notes"),
            counted(report.failed.len(), "file", "files"),
        ))?;
        Ok(Exit::ok_if(report.failed.is_empty() && found.is_empty()))
    }
}
