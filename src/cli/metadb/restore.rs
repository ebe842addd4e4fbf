//! `metadb restore Entry ID`: bring a deleted entry's file back.

use anyhow::bail;
use clap::Args;

use super::{Journal, entry_named};
use crate::cli::shown::safe;
use crate::cli::{Exit, Ui};
use crate::sync::refresh::{Options, Scope};
use crate::sync::settle::{self, Return};

/// Bring the file of a deleted entry back
#[derive(Debug, Args)]
pub struct Restore {
    /// `Entry` and the entry: 2024-11-01, 20241101 or its path
    #[arg(required = true, num_args = 1..=2, value_names = ["Entry", "ID"])]
    entry: Vec<String>,
}

impl Restore {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let Some(date) = entry_named(&self.entry)? else {
            bail!("which entry? Expected `metadb restore Entry 2024-11-01`");
        };
        let journal = Journal::find()?;
        let store = journal.index(ui)?;
        let shown = store.show(date)?.and_then(|s| s.content);
        drop(store);
        let path = shown.as_ref().map(|s| s.path.as_str());
        match settle::restore_entry(&journal.repo, journal.layout(), date, path)? {
            Return::Written { path, removed } => {
                journal.refresh(ui, Options::new(Scope::All))?;
                ui.line(format_args!("Restored {path}"))?;
                for (table, item) in removed {
                    ui.line(format_args!(
                        "In it: {} {}, removed before; the commit puts it back, unless you take \
                         it out of the file first",
                        table.noun(),
                        safe(item.as_str())
                    ))?;
                }
                ui.line(format_args!(
                    "Commit it if it was removed in a commit: git add {} && git commit",
                    journal.repo.pathspec(&path)
                ))?;
                Ok(Exit::Ok)
            }
            Return::NotDeleted(path) => bail!("{date} is not deleted: {path} is there"),
            Return::LeftOut(path) => bail!(
                "{date} is not deleted: the work tree leaves {path} out (a sparse checkout); to \
                 have it there: {}",
                journal.repo.command_to_take_in(&path)?
            ),
            Return::Unknown => bail!("no deleted entry {date} is known here"),
            Return::Lost { blob, .. } if journal.repo.is_shallow() => bail!(
                "{date} was deleted, and its last version (git object {blob}) is not in this \
                 shallow clone; `git fetch --unshallow`, then the same again"
            ),
            Return::Lost {
                blob,
                is_of_history: false,
            } => bail!(
                "{date} was deleted, and its last version (git object {blob}) is in no commit \
                 here: a rebase or a pick left it behind. The clone that it was deleted in may \
                 still have it: there, `metadb restore Entry {date}`, commit and push"
            ),
            Return::Lost { blob, .. } => bail!(
                "{date} was deleted, and its last version (git object {blob}) is not in this \
                 repository, or damaged; `palimpsest doctor` says what brings it back, or push \
                 from a machine that has it"
            ),
        }
    }
}
