//! `wiki2sql`: index the wiki's notes.

use clap::{Args, Subcommand, ValueEnum};

use super::journal::Journal;
use super::refreshed::{self, Of};
use super::{Exit, Ui};
use crate::journal::PathKind;
use crate::journal::layout::below;
use crate::sync::refresh::{Options, Scope};

/// Index the wiki's notes on entries
#[derive(Debug, Args)]
pub struct Wiki2sql {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Index every note that changed
    Import {
        /// Which notes
        #[arg(value_enum)]
        what: Notes,
        /// Say what would be done, write nothing
        #[arg(long)]
        dry_run: bool,
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Notes {
    /// Notes on entries
    Entries,
}

impl Wiki2sql {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let Command::Import {
            what: Notes::Entries,
            dry_run,
            json,
        } = &self.command;
        let journal = Journal::find()?;
        let options = Options {
            dry_run: *dry_run,
            or_in_memory: *dry_run,
            ..Options::new(Scope::All)
        };
        let (store, mut report) = journal.refresh(ui, options)?;
        let conflicts = refreshed::conflicts(&store, *dry_run)?;
        store.leave();
        let is_note = |path: &str| matches!(journal.layout().classify(path), PathKind::Note(_));
        report.failed.retain(|f| is_note(&f.path));
        let wiki = journal.layout().wiki.as_str();
        report.undated.retain(|path| below(path, wiki).is_some());
        refreshed::print(ui, &report, &conflicts, Of::Notes, *dry_run, *json)
    }
}
