//! `palimpsest init`: sets a repository up.

use std::path::PathBuf;

use anyhow::{Context as _, bail};
use clap::Args;

use super::journal::wait_for_database;
use super::shown::safe;
use super::{Exit, Ui, migration};
use crate::journal::Layout;
use crate::repo::install::{Note, OWN_HOOKS, Plan, Step, has_journal};
use crate::repo::{MACHINE, Repo, RepoError};
use crate::sync::database_path::{database_path, may_index};
use crate::sync::health::{is_original, not_taken_over};
use crate::sync::migrate::{self, migrate};
use crate::sync::settings::load;
use crate::sync::{clock, documents, refresh};

/// Set a repository up: merge drivers, hooks, attributes, ignored paths, settings
///
/// Safe to run again. Hooks that are there are kept and run first. Nothing is
/// committed: what git tracks is left for you to look at and commit.
///
/// A database of the original program is kept in backups/ and taken out of git;
/// what only it knows is taken over into the ledger and note pages.
#[derive(Debug, Args)]
pub struct Init {
    /// A folder of the repository [default: the current folder]
    dir: Option<PathBuf>,
    /// Say what would be done, and change nothing
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Take over a copy of the original program's database, such as a backup
    #[arg(long, value_name = "FILE")]
    original: Option<PathBuf>,
}

impl Init {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let repo = Repo::of_folder(self.dir.as_deref())?;
        if repo.is_not_checked_out()? {
            // The journal would not be seen, and what is written here would stop git.
            bail!(
                "{}: nothing is checked out here yet; `git checkout` first, or `git reset` where \
                 the files are there and the index is gone, then run this again",
                repo.workdir().display()
            );
        }
        let layout = load(&repo)?.layout;
        database_path(&repo, &layout)?;
        let migrated = self.migrate(ui, &repo, &layout)?;
        // What another one kept meanwhile would be written over.
        let lock = match self.dry_run {
            true => None,
            false => Some(repo.lock_setup()?),
        };
        let mut plan = repo.plan_install(&layout, &program_to_call()?)?;
        if migrated.as_ref().is_some_and(|m| m.untracked) {
            // A dry run leaves the database in git, and has reported what would happen to
            // it.
            plan.notes
                .retain(|note| !matches!(note, Note::DatabaseTracked(_)));
        }
        // One that takes a database over is committed before the pull, with the drivers.
        let waits = migrated.is_some() || migrate::waits_for_commit(&repo, &layout)?;
        let left_to_pull = !waits && repo.leave_to_pull(&mut plan)?;
        // Who runs it on a branch that parted earlier wants it there.
        let left_to_branch = !left_to_pull
            && migrated.is_none()
            && !repo.is_on_branch()
            && repo.leave_to_branch(&mut plan)?;
        self.carry_out(ui, &repo, &plan)?;
        drop(lock);
        let outcome = Exit::ok_if(!plan.leaves_something());
        let is_set_up = outcome == Exit::Ok && plan.steps.is_empty() && !left_to_branch;
        if self.dry_run {
            if is_set_up && migrated.is_none() {
                ui.line("everything is set up already")?;
            }
            return Ok(outcome);
        }
        if let Some(barred) = repo.barred_hooks()? {
            ui.warn(barred);
        }
        let merges = documents::merges(&repo, &layout)?;
        for note in merges.none.into_iter().chain(merges.others) {
            ui.line(format_args!("note: {note}"))?;
        }
        ui.line(format_args!(
            "this machine is called {} (to change it: git config {MACHINE} NAME)",
            repo.machine()?
        ))?;
        if is_set_up {
            ui.line("everything is set up already")?;
        }
        let to_pull = repo.setup_to_pull()?;
        let to_pull = to_pull.as_ref().filter(|_| !waits);
        if let Some(to_pull) = to_pull.filter(|p| p.stops || !left_to_pull) {
            ui.line(format_args!("note: {}", to_pull.finding))?;
        }
        if may_index(&repo, &layout) {
            if left_to_pull || left_to_branch {
                // Until the pull, or the branch, brings the line of .gitignore.
                repo.exclude_database(&layout)?;
            }
            repo.exclude_backups()?;
            Self::index(ui, &repo, &layout)?;
        }
        let brought = to_pull.map_or(&[][..], |to_pull| &to_pull.paths);
        // What stands in the way is to be mended first, and may be what would be committed.
        if outcome == Exit::Ok {
            Self::say_what_to_commit(ui, &repo, &layout, migrated.as_ref(), brought)?;
        }
        Ok(outcome)
    }

    /// Takes the steps of a plan, unless this is a dry run, and prints them with its notes.
    fn carry_out(&self, ui: &Ui, repo: &Repo, plan: &Plan) -> anyhow::Result<()> {
        let verb = match self.dry_run {
            true => "would set",
            false => "set",
        };
        if !self.dry_run {
            for step in &plan.steps {
                repo.apply(step)
                    .map_err(|error| where_hooks_cannot_be(repo, step, error))?;
            }
        }
        for line in plan.lines() {
            ui.line(format_args!("{verb} {line}"))?;
        }
        for note in &plan.notes {
            ui.line(format_args!("note: {note}"))?;
        }
        Ok(())
    }

    /// Names the command that commits what the other machines need, and does not get from
    /// there by a pull.
    fn say_what_to_commit(
        ui: &Ui,
        repo: &Repo,
        layout: &Layout,
        migrated: Option<&migrate::Outcome>,
        brought: &[&str],
    ) -> anyhow::Result<()> {
        let pages = migrate::pages_to_commit(repo, migrated)?;
        let mut left = repo.uncommitted_setup(layout, &pages)?;
        left.to_add.retain(|path| !brought.contains(&path.as_str()));
        let folders = [layout.ledger.as_str(), &layout.wiki];
        let mut others = repo.uncommitted_below(&folders)?;
        others.retain(|path| !left.to_add.contains(path));
        let mut add = shortened(&left.to_add, &folders, &others);
        // A ledger that comes before the first commit is about entries that come with it: a
        // commit that adds them later would count as an edit of each.
        let is_ledger = |path: &String| layout.ledger_year(path).is_some();
        if repo.head()?.is_none() && left.to_add.iter().any(is_ledger) {
            let there = |folder: &&String| repo.workdir().join(folder).is_dir();
            let entries = [&layout.journal, &layout.wiki].into_iter().filter(there);
            add.extend(entries.cloned());
        }
        let add: Vec<String> = add.iter().map(|path| repo.pathspec(path)).collect();
        let way = repo.way_to_top().map(|way| format!("{way} && "));
        let way = way.unwrap_or_default();
        let add = (!add.is_empty()).then(|| format!("git add {}", add.join(" ")));
        if left.is_empty() {
            if has_journal(repo, layout) {
                ui.line("nothing to commit here")?;
            }
        } else if let Some(word) = repo.waits_for() {
            // Only who settled all conflicts can end it.
            let end = match (word, repo.index()?.unmerged().is_empty()) {
                (_, false) => None,
                ("merge", true) => Some("git commit".to_owned()),
                (_, true) => Some(format!("git {word} --continue")),
            };
            let steps: Vec<String> = add.into_iter().chain(end).collect();
            match steps.is_empty() {
                true => ui.line(format_args!(
                    "the end of the {word} commits what the other machines need too"
                ))?,
                false => ui.line(format_args!(
                    "now end the {word} with what the other machines need too: {way}{}",
                    steps.join(" && ")
                ))?,
            }
        } else {
            let add = add.map(|add| format!("{add} && ")).unwrap_or_default();
            ui.line(format_args!(
                "now commit what the other machines need too: \
                 {way}{add}git commit -m 'Use Palimpsest'"
            ))?;
        }
        Ok(())
    }

    /// Takes over the data of the original program's database, and reports it.
    fn migrate(
        &self,
        ui: &Ui,
        repo: &Repo,
        layout: &Layout,
    ) -> anyhow::Result<Option<migrate::Outcome>> {
        // The commands that name a backup take paths from the top.
        let at_top = |file: &PathBuf| {
            let from_top = repo.workdir().join(file);
            match !file.exists() && from_top.exists() {
                true => from_top,
                false => file.clone(),
            }
        };
        let original = self.original.as_ref().map(at_top);
        if !has_journal(repo, layout) {
            if let Some(file) = &self.original {
                bail!(
                    "{}: no journal here to take it over into; expected entries in `{}`",
                    file.display(),
                    layout.journal
                );
            }
            if is_original(repo, layout, wait_for_database(ui))? {
                ui.line(format_args!("note: {}", not_taken_over(repo, layout)))?;
            }
            return Ok(None);
        }
        let options = migrate::Options {
            original: original.as_deref(),
            dry_run: self.dry_run,
            first: !repo.is_installed()?,
            now: clock::now(),
        };
        let outcome = migrate(repo, layout, &options)?;
        if let Some(outcome) = &outcome {
            migration::print(ui, outcome, self.dry_run)?;
        }
        Ok(outcome)
    }

    /// Fills the index for the first time. An unreadable file does not stop it.
    fn index(ui: &Ui, repo: &Repo, layout: &Layout) -> anyhow::Result<()> {
        let options = refresh::Options {
            wait: wait_for_database(ui),
            ..refresh::Options::new(refresh::Scope::All)
        };
        let (_, report) = refresh::refresh(repo, layout, &options)?;
        for skipped in &report.skipped {
            ui.warn(safe(&skipped.to_string()));
        }
        for failure in &report.failed {
            ui.warn(failure);
        }
        Ok(())
    }
}

/// The error of a step, with what to do where the folder of the hooks cannot be written,
/// as one that an administrator set for all.
fn where_hooks_cannot_be(repo: &Repo, step: &Step, error: RepoError) -> anyhow::Error {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    let is_denied = matches!(&error, RepoError::Io { source, .. }
        if matches!(source.kind(), PermissionDenied | ReadOnlyFilesystem));
    let Step::Hook { path, .. } = step else {
        return error.into();
    };
    if !is_denied {
        return error.into();
    }
    let folder = path.parent().unwrap_or(path).display();
    let own = match repo.config("core.hooksPath") {
        Ok(Some(_)) => format!(", or give this repository hooks of its own (`{OWN_HOOKS}`)"),
        _ => String::new(),
    };
    anyhow::anyhow!(
        "{folder}: the hooks cannot be written there, and nothing else was set; make the folder \
         writable{own}, then run this again"
    )
}

/// Limit on the paths of a folder; more are named as the folder.
const NAMED: usize = 3;

/// Paths for a command line, shortened: a folder stands for many files in it, if git
/// would add only those with it. `others` are the further files that git would add.
fn shortened(paths: &[String], folders: &[&str], others: &[String]) -> Vec<String> {
    let is_below = |p: &String, f: &str| p.strip_prefix(f).is_some_and(|r| r.starts_with('/'));
    let fits = |f: &&str| {
        let below = |p: &&String| is_below(p, f);
        paths.iter().filter(below).count() > NAMED && !others.iter().any(|p| is_below(p, f))
    };
    let mut short: Vec<String> = Vec::new();
    for path in paths {
        let slashes = path.match_indices('/').map(|(at, _)| &path[..at]);
        let within = |f: &&str| {
            folders
                .iter()
                .any(|top| f == top || is_below(&(*f).into(), top))
        };
        let folder = slashes.filter(within).find(fits);
        let path = folder.unwrap_or(path);
        if !short.iter().any(|p| p == path) {
            short.push(path.to_owned());
        }
    }
    short
}

/// This program, as an absolute path.
pub fn program() -> anyhow::Result<PathBuf> {
    std::env::current_exe().context("cannot tell where this program is installed")
}

/// The same, for a setup that is to call it.
pub fn program_to_call() -> anyhow::Result<PathBuf> {
    let program = program()?;
    if program.to_str().is_none() {
        // Git's configuration and the hooks would get another path.
        bail!(
            "{}: the path of this program is not UTF-8, so that no hook or driver could call it; \
             install it elsewhere",
            program.display()
        );
    }
    Ok(program)
}
