//! `palimpsest init`: everything that a repository needs.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;

use super::hook::may_index;
use super::{Exit, Ui};
use crate::journal::Layout;
use crate::repo::install::has_journal;
use crate::repo::{MACHINE, Repo};
use crate::sync::refresh;
use crate::sync::settings::load;

/// Set a repository up: merge drivers, hooks, attributes, ignored paths, settings
///
/// Safe to run again. Hooks that are there are kept and run first. Nothing is
/// committed: what git tracks is left for you to look at and commit.
#[derive(Debug, Args)]
pub struct Init {
    /// A folder of the repository [default: the current folder]
    dir: Option<PathBuf>,
    /// Say what would be done, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
}

impl Init {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let repo = Repo::discover(self.dir.as_deref().unwrap_or(Path::new(".")))?;
        let layout = load(repo.workdir())?.layout;
        let plan = repo.plan_install(&layout, &program()?)?;
        let verb = match self.dry_run {
            true => "would set",
            false => "set",
        };
        if !self.dry_run {
            for step in &plan.steps {
                repo.apply(step)?;
            }
        }
        for line in plan.lines() {
            ui.line(format_args!("{verb} {line}"))?;
        }
        for note in &plan.notes {
            ui.line(format_args!("note: {note}"))?;
        }
        if self.dry_run {
            return Ok(Exit::Ok);
        }
        ui.line(format_args!(
            "this machine is called {} (to change it: git config {MACHINE} NAME)",
            repo.machine()?
        ))?;
        if plan.steps.is_empty() {
            ui.line("everything is set up already")?;
        }
        if may_index(&repo, &layout) {
            Self::index(ui, &repo, &layout)?;
        }
        let left = repo.uncommitted_setup()?;
        if !left.is_empty() {
            let left = left.join(" ");
            ui.line(format_args!(
                "now commit what the other machines need too: \
                 git add {left} && git commit -m 'Use Palimpsest'"
            ))?;
        } else if has_journal(&repo, &layout) {
            ui.line("nothing to commit here")?;
        }
        Ok(Exit::Ok)
    }
}

impl Init {
    /// The first index. A file that cannot be read is no reason to stop.
    fn index(ui: &Ui, repo: &Repo, layout: &Layout) -> anyhow::Result<()> {
        let options = refresh::Options::new(refresh::Scope::All);
        let (_, report) = refresh::refresh(repo, layout, &options)?;
        for failure in &report.failed {
            ui.warn(failure);
        }
        Ok(())
    }
}

/// This program, as an absolute path.
pub fn program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("cannot tell where this program is installed")
}
