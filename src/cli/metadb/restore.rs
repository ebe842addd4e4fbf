//! `metadb restore Entry ID`: bring a deleted entry's file back.

use std::cmp::Reverse;

use anyhow::{anyhow, bail};
use clap::Args;

use super::{Journal, entry_named};
use crate::cli::exit::Usage;
use crate::cli::shown::safe;
use crate::cli::{Exit, Ui};
use crate::repo::{RepoError, Trouble};
use crate::store::DeletedEntry;
use crate::sync::refresh::{Options, Scope};
use crate::sync::settle::{self, DeletionWas, Return};

/// Bring the file of a deleted entry back, or list the deleted entries
#[derive(Debug, Args)]
pub struct Restore {
    /// `Entry` and the entry: 2024-11-01, 20241101 or its path
    #[arg(num_args = 1..=2, value_names = ["Entry", "ID"])]
    entry: Vec<String>,
    /// The deleted entries, the one deleted last first
    #[arg(long, conflicts_with = "entry")]
    list: bool,
    /// The list as JSON
    #[arg(long, requires = "list")]
    json: bool,
}

impl Restore {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        if self.list {
            return self.list(ui);
        }
        let Some(typed) = entry_named(&self.entry)? else {
            let what = "which entry? Expected `metadb restore Entry 2024-11-01`; \
                        `metadb restore --list` names the deleted ones";
            return Err(Usage(what.to_owned()).into());
        };
        let journal = Journal::find()?;
        let date = journal.entry(&typed)?;
        let store = journal.index(ui)?;
        let shown = store.show(date)?.and_then(|s| s.content);
        drop(store);
        let path = shown.as_ref().map(|s| s.path.as_str());
        let back = settle::restore_entry(&journal.repo, journal.layout(), date, path);
        match back.map_err(what_brings_it_back)? {
            Return::Written {
                path,
                deletion,
                removed,
            } => {
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
                match deletion {
                    DeletionWas::InWorkTree => {
                        ui.line("As git's index has it: the deletion was not staged")?;
                    }
                    DeletionWas::Staged => {
                        ui.line("Its deletion was staged, and is not any more")?;
                    }
                    DeletionWas::Committed => ui.line(format_args!(
                        "Commit it if it was removed in a commit: git add {} && git commit",
                        journal.repo.pathspec(&path)
                    ))?,
                }
                Ok(Exit::Ok)
            }
            Return::NotDeleted(path) => match journal.why_not_own(&path)? {
                Some(why) => bail!("{path} is there, and {why}"),
                None => bail!("{date} is not deleted: {path} is there"),
            },
            Return::LeftOut(path) => bail!(
                "{date} is not deleted: the work tree leaves {path} out (a sparse checkout); to \
                 have it there: {}",
                journal.repo.command_to_take_in(&path)?
            ),
            Return::Unknown => bail!(
                "no deleted entry {date} is known here; `metadb restore --list` has those that are"
            ),
            Return::Lost { blob, .. } if journal.repo.is_shallow() => bail!(
                "{date} was deleted, and its last version (git object {blob}) is not in this \
                 shallow clone; `git fetch --unshallow`, then the same again"
            ),
            Return::Lost {
                blob,
                is_of_history: false,
            } => bail!(
                "{date} was deleted, and its last version (git object {blob}) is in no commit \
                 here: a rebase or a pick left it behind, or this repository began without it. \
                 The clone that it was deleted in may still have it: there, `metadb restore \
                 Entry {date}`, commit and push"
            ),
            Return::Lost { blob, .. } => bail!(
                "{date} was deleted, and its last version (git object {blob}) is not in this \
                 repository; `palimpsest doctor` says what brings it back, or push \
                 from a machine that has it"
            ),
        }
    }

    /// Lists the deleted entries.
    fn list(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let journal = Journal::find()?;
        let store = journal.index(ui)?;
        let mut deleted = store.deleted()?;
        let lost = settle::lost(&journal.repo, journal.layout(), &store, None)?;
        if !lost.is_empty() {
            deleted.extend(lost);
            // As the index sorts them.
            let order = |e: &DeletedEntry| (e.deleted_at.clone(), e.entry.clone());
            deleted.sort_by_key(|e| (!e.deleted_at.is_empty(), Reverse(order(e))));
        }
        if self.json {
            ui.json(&deleted)?;
            return Ok(Exit::Ok);
        }
        if deleted.is_empty() {
            ui.line("No entry is deleted")?;
            return Ok(Exit::Ok);
        }
        let rows = deleted.into_iter().map(|row| {
            let at = match row.deleted_at.as_str() {
                "" => "not committed yet".to_owned(),
                _ => row.deleted_at,
            };
            let by = row.deleted_by.unwrap_or_default();
            let mut reason = row.deletion_reason.unwrap_or_default();
            if row.missing {
                reason += "; its last version is not here";
            }
            vec![row.entry, at, by, reason, row.path]
        });
        ui.table(
            &["ENTRY", "DELETED", "BY", "REASON", "FILE"],
            rows.collect(),
        )?;
        Ok(Exit::Ok)
    }
}

/// The error for a version that is here and damaged names what helps.
fn what_brings_it_back(error: RepoError) -> anyhow::Error {
    match error.object() {
        Some((_, Trouble::Damaged(_))) => {
            anyhow!("{error}; `palimpsest doctor` says what brings it back")
        }
        _ => error.into(),
    }
}
