//! `metadb`: shows what is known of the entries, and settles what is open.

mod restore;
mod settle;
mod show;
mod sync;
mod tombstone;

use clap::{Args, Subcommand};

use super::journal::{Journal, TypedEntry, entry_named, entry_typed};
use super::{Exit, Ui};
use crate::journal::EntryDate;
use crate::repo::Repo;
use crate::store::Store;
use crate::sync::settle::goes_along_with;

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

/// The end of a message that nothing is known of a day: the nearest one that has an entry.
pub(super) fn nearest(store: &Store, date: EntryDate) -> anyhow::Result<String> {
    let near = store.nearest(date)?;
    Ok(near.map_or_else(String::new, |near| format!("; the nearest is {near}")))
}

/// Reports that changed ledger files are to be committed, and how.
pub(super) fn say_commit(ui: &Ui, repo: &Repo, files: &[String]) -> anyhow::Result<()> {
    let mut left = Vec::new();
    for file in files {
        match goes_along_with(repo, file)? {
            Some(word) => ui.line(format_args!(
                "Changed {file}; it is staged, and goes along with the commit of the {word}"
            ))?,
            None => left.push(file.as_str()),
        }
    }
    if left.is_empty() {
        return Ok(());
    }
    let typed: Vec<String> = left.iter().map(|file| repo.pathspec(file)).collect();
    let when = match repo.waits_for() {
        Some(word) => format!("once the {word} is committed"),
        None if left.len() == 1 => "commit it".to_owned(),
        None => "commit them together".to_owned(),
    };
    // Git commits no file by its name alone that it does not know yet.
    let index = repo.index()?;
    let is_new = left.iter().any(|file| index.staged(file).is_none());
    let typed = typed.join(" ");
    let add = match is_new {
        true => format!("git add {typed} && "),
        false => String::new(),
    };
    ui.line(format_args!(
        "Changed {}; {when}: {add}git commit -m 'Settle' {typed}",
        left.join(" "),
    ))?;
    Ok(())
}
