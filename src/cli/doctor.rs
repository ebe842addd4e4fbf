//! `palimpsest doctor`: the faults of the setup, and the commands that mend them.

use std::path::PathBuf;

use clap::Args;

use super::hook::{OFF_SWITCH, is_off};
use super::init::program_to_call;
use super::journal::wait_for_database;
use super::{Exit, Ui};
use crate::repo::{Finding, Repo};
use crate::sync::mend::mend;
use crate::sync::settings::load;
use crate::sync::{clock, documents, health};

/// Check the setup, the ledger and leftovers; say the command that mends each
#[derive(Debug, Args)]
pub struct Doctor {
    /// A folder of the repository [default: the current folder]
    dir: Option<PathBuf>,
    /// Mend what needs no decision, and say what was done
    ///
    /// Hooks, drivers, attributes and ignored paths are set, a tracked database is
    /// taken out of git's index, a damaged one made anew, ledger files that stayed
    /// behind a commit follow it, and what a killed process left more than an hour
    /// ago is removed.
    #[arg(long)]
    fix: bool,
}

impl Doctor {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let repo = Repo::of_folder(self.dir.as_deref())?;
        let settings = load(&repo)?;
        let layout = &settings.layout;
        let program = program_to_call()?;
        let wait = wait_for_database(ui);
        if self.fix {
            for line in mend(&repo, layout, &program, clock::now(), wait)? {
                ui.line(format_args!("mended: {line}"))?;
            }
        }
        if is_off() {
            ui.line(format_args!(
                "note: {OFF_SWITCH}=0 is set here: hooks and drivers do nothing for what this shell starts"
            ))?;
        }
        if let Some(note) = repo.shared_hooks()? {
            ui.line(format_args!("note: {note}"))?;
        }
        let findings = health::check(&repo, &settings, &program, wait)?;
        if repo.damaged().is_empty() {
            for note in documents::merges(&repo, layout)?.others {
                ui.line(format_args!("note: {note}"))?;
            }
        }
        if let Some(way) = repo.way_to_top().filter(|_| !findings.is_empty()) {
            ui.line(format_args!("note: the commands are for its top: {way}"))?;
        }
        for (mend, whats) in by_mend(&findings) {
            for what in whats {
                ui.line(what)?;
            }
            ui.line(format_args!("    mend: {mend}"))?;
        }
        if findings.is_empty() {
            ui.line("everything is in order")?;
        }
        Ok(Exit::ok_if(findings.is_empty()))
    }
}

/// The mends in the order of the findings, each with all that it mends.
fn by_mend(findings: &[Finding]) -> Vec<(&str, Vec<&str>)> {
    let mut mends: Vec<(&str, Vec<&str>)> = Vec::new();
    for Finding { what, mend } in findings {
        match mends.iter_mut().find(|(there, _)| there == mend) {
            Some((_, whats)) => whats.push(what),
            None => mends.push((mend, vec![what])),
        }
    }
    mends
}
