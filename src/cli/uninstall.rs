//! `palimpsest uninstall`: takes back what `init` did and git does not track.

use std::path::PathBuf;

use clap::Args;

use super::init::program;
use super::{Exit, Ui};
use crate::repo::Repo;
use crate::store::Store;
use crate::sync::settings::load;

/// Take back what git does not track: hooks, drivers, the database
///
/// Hooks that stood there before are restored. Tracked files stay: git's own
/// merge takes over, and other machines go on using Palimpsest.
#[derive(Debug, Args)]
pub struct Uninstall {
    /// A folder of the repository [default: the current folder]
    dir: Option<PathBuf>,
}

impl Uninstall {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let repo = Repo::of_folder(self.dir.as_deref())?;
        let layout = load(&repo)?.layout;
        let derived = Store::is_at(&repo.inside(&layout.database)?);
        let removed = repo.uninstall(&layout, &program()?, derived)?;
        for what in &removed {
            ui.line(what)?;
        }
        if removed.is_empty() {
            ui.line("nothing is installed here")?;
        }
        Ok(Exit::Ok)
    }
}
