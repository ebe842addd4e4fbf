//! `palimpsest check --staged`: what pre-commit checks, for other hook managers.

use std::ffi::OsString;

use clap::Args;

use super::shown::safe;
use super::{Exit, Ui};
use crate::repo::Repo;
use crate::sync::settings::load;
use crate::sync::{clock, commit};

/// Check what is staged, as the pre-commit hook does, and write nothing
///
/// For other hook managers (pre-commit, lefthook, husky): exits with 1 where the
/// hook would refuse. The rows of the ledger are left out of the commit then, and
/// derived from history later; to have them in it, call `palimpsest hook pre-commit`
/// (not as a hook of the pre-commit framework, which allows no change of what is staged).
#[derive(Debug, Args)]
pub struct Check {
    /// Look at the index
    #[arg(long, required = true)]
    staged: bool,

    /// Passed over: all that is staged is checked
    #[arg(value_name = "FILE")]
    _files: Vec<OsString>,
}

impl Check {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let repo = Repo::from_env()?;
        let settings = load(&repo)?;
        let report = commit::check_staged(&repo, &settings, &clock::stamp(clock::now()))?;
        for line in report.to_string().lines() {
            ui.line(safe(line))?;
        }
        Ok(Exit::ok_if(!report.is_refused()))
    }
}
