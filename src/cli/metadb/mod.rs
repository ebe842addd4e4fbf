//! `metadb`: look at what is known of the entries, and settle what is open.

mod restore;
mod show;
mod sync;
mod tombstone;

use clap::{Args, Subcommand};

use super::journal::{Journal, entry_named, entry_typed};
use super::{Exit, Ui};
use crate::repo::Repo;

/// Look at entries, sync states and removals, and settle what is open
#[derive(Debug, Args)]
pub struct Metadb {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Show(show::Show),
    Sync(sync::Sync),
    Tombstone(tombstone::TombstoneCommand),
    Restore(restore::Restore),
}

impl Metadb {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        match &self.command {
            Command::Show(show) => show.run(ui),
            Command::Sync(sync) => sync.run(ui),
            Command::Tombstone(tombstone) => tombstone.run(ui),
            Command::Restore(restore) => restore.run(ui),
        }
    }
}

/// What to do once ledger files were changed.
pub(super) fn say_commit(ui: &Ui, repo: &Repo, files: &[String]) -> anyhow::Result<()> {
    let typed: Vec<String> = files.iter().map(|file| repo.pathspec(file)).collect();
    ui.line(format_args!(
        "Changed {}; commit it: git commit -m 'Settle' {}",
        files.join(" "),
        typed.join(" ")
    ))?;
    Ok(())
}
