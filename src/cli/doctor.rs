//! `palimpsest doctor`: what is wrong with the setup, and what mends it.

use std::path::{Path, PathBuf};

use clap::Args;

use super::init::program;
use super::{Exit, Ui};
use crate::repo::Repo;
use crate::sync::health;
use crate::sync::settings::load;

/// Check the setup, the ledger and leftovers; say the command that mends each
#[derive(Debug, Args)]
pub struct Doctor {
    /// A folder of the repository [default: the current folder]
    dir: Option<PathBuf>,
}

impl Doctor {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let repo = Repo::discover(self.dir.as_deref().unwrap_or(Path::new(".")))?;
        let findings = health::check(&repo, &load(repo.workdir())?.layout, &program()?)?;
        for finding in &findings {
            ui.line(format_args!("{}\n    mend: {}", finding.what, finding.mend))?;
        }
        if findings.is_empty() {
            ui.line("everything is in order")?;
            return Ok(Exit::Ok);
        }
        Ok(Exit::Failed)
    }
}
