//! `palimpsest ledger-driver`: the merge driver of `data/ledger`, for git.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;

use super::hook::is_off;
use super::{Exit, Ui};
use crate::merge::ThreeWay;
use crate::repo::RepoError;
use crate::sync::ledger_driver::{Unasked, merge_ledger};

/// Merge a ledger file (git calls this)
#[derive(Debug, Args)]
#[command(hide = true)]
pub struct LedgerDriver {
    /// The common ancestor (%O)
    base: PathBuf,
    /// Our version (%A); the result is written here
    ours: PathBuf,
    /// Their version (%B)
    theirs: PathBuf,
    /// The file's path in the repository (%P)
    #[arg(short = 'p', long = "path", allow_hyphen_values = true)]
    path: Option<OsString>,
}

impl LedgerDriver {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        if is_off() {
            return self.gits_own();
        }
        let files = ThreeWay::new(&self.base, &self.ours, &self.theirs).map(PathBuf::as_path);
        let path = self.path.as_ref().map(|path| path.to_string_lossy());
        let shown = path.as_deref().unwrap_or("the ledger");
        let remarks = merge_ledger(files, path.as_deref())?;
        for line in remarks.damaged {
            ui.warn(format_args!(
                "{shown}: no ledger line, kept as it is: line {line}"
            ));
        }
        if let Some(error) = remarks.without_history {
            let next = match error {
                Unasked::Repo(RepoError::Object { .. }) => {
                    "run `git fsck`, and look at `metadb tombstone list` before you commit"
                }
                _ => "look at `metadb tombstone list` before you commit",
            };
            ui.warn(format_args!(
                "{shown}: merged without history: {error}; {next}"
            ));
        }
        Ok(Exit::Ok)
    }

    fn gits_own(&self) -> anyhow::Result<Exit> {
        let status = Command::new("git")
            .arg("merge-file")
            .args([&self.ours, &self.base, &self.theirs].map(|p: &PathBuf| -> &Path { p }))
            .status()?;
        Ok(match status.code() {
            Some(0) => Exit::Ok,
            Some(1..=127) => Exit::Conflict,
            _ => Exit::Failed,
        })
    }
}
