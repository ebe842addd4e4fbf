//! `palimpsest uninstall`: takes back what `init` did and git does not track.

use std::path::PathBuf;

use clap::Args;

use super::init::program;
use super::shown::safe;
use super::{Exit, Ui};
use crate::repo::install::{Removed, is_installed_around, unset_around};
use crate::repo::{Repo, RepoError};
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
        let dir = self.dir.as_deref();
        let repo = Repo::of_folder(dir);
        if let Err(error @ RepoError::Unsupported { .. }) = &repo
            && is_installed_around(dir)
        {
            ui.warn(error);
            for key in unset_around(dir)? {
                ui.line(Removed::Config(key))?;
            }
            if is_installed_around(dir) {
                anyhow::bail!(
                    "git's configuration still has the drivers; `git config --local --list` shows \
                     it, and `git config --remove-section merge.palimpsest` why"
                );
            }
            ui.line("left the hooks, which do nothing now, and the database")?;
            return Ok(Exit::Ok);
        }
        let repo = repo?;
        let layout = match load(&repo) {
            Ok(settings) => Some(settings.layout),
            Err(error) => {
                let error = error.to_string();
                ui.warn(format_args!("{}; a database is left", safe(&error)));
                None
            }
        };
        let database = layout.as_ref().map(|l| repo.inside(&l.database));
        let derived = database
            .transpose()?
            .is_some_and(|path| Store::is_at(&path));
        let _lock = repo.lock_setup()?;
        let removed = repo.uninstall(layout.as_ref(), &program()?, derived)?;
        for what in &removed {
            ui.line(what)?;
        }
        if removed.is_empty() {
            ui.line("nothing is installed here")?;
        }
        Ok(Exit::Ok)
    }
}
