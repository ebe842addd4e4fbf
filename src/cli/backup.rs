//! `palimpsest backup-full`, `backup-list-full` and `restore-full`: the whole
//! journal in one file, and back.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use chrono::Utc;
use clap::Args;
use serde_json::json;

use super::exit::Usage;
use super::journal::{Journal, wait_for_database};
use super::refreshed::say_behind;
use super::shown::{age, counted, safe, size};
use super::ui::told;
use super::{Exit, Ui};
use crate::repo::{Repo, RepoError};
use crate::sync::backup::{
    Backup, FOLDER, Manifest, Name, Opened, Options, Taken, listed, place_for, take,
};
use crate::sync::refresh::{Options as Refresh, RefreshError, Scope, refresh};
use crate::sync::{clock, settings};

/// The suffix of the backup that is taken before one is restored over a journal.
const BEFORE: &str = "before-restore";

/// What is said where the index cannot be made. It is derived, and no reason to go without a
/// backup, least of all then.
const WITHOUT: &str = "the backup is without the index";

/// Back the journal up: entries, notes, ledger, settings and database in one archive
///
/// Writes backups/full_data/palimpsest-data-full_YYYYMMDD_HHMMSS[_S].tar.gz (the
/// time is UTC) and reads it again to verify it. Git's history is not in it: that
/// is in every clone. A file whose name is not UTF-8, or that may not be read, cannot
/// be in it: it is named, and the exit code is 1.
// `[_S]` is a part of the help's text, and no link.
#[allow(rustdoc::broken_intra_doc_links)]
#[derive(Debug, Args)]
pub struct BackupFull {
    /// Added to the name: letters, digits, `-` and `_`
    #[arg(long, value_name = "S")]
    suffix: Option<String>,
    /// Remove all but the newest N backups of the same suffix, this one counted
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: Option<u32>,
}

impl BackupFull {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let now = clock::now().with_timezone(&Utc);
        Name::new(now, self.suffix.as_deref()).map_err(|e| Usage(e.to_string()))?;
        let journal = Journal::find()?;
        for finding in journal.repo.damaged() {
            ui.warn(safe(&finding.to_string()));
        }
        let store = unless_damaged(ui, WITHOUT, journal.index(ui))?;
        let options = Options {
            suffix: self.suffix.as_deref(),
            keep: self.keep.map(|n| n as usize),
            machine: journal.repo.machine()?,
            now,
        };
        let taken = take(&journal.repo, journal.layout(), store.as_ref(), &options)?;
        say_taken(ui, &journal.repo, &taken)?;
        for old in &taken.removed {
            ui.line(format_args!(
                "removed {}",
                safe(&below(&journal.repo, old).display().to_string())
            ))?;
        }
        if taken.kept_older {
            ui.note("older backups stay: they may have what this one lacks");
        }
        Ok(Exit::ok_if(taken.missing.is_empty()))
    }
}

/// What was made of the index; nothing where what git has cannot be read, and `what` of that is said.
fn unless_damaged<T, E: Into<anyhow::Error>>(
    ui: &Ui,
    what: &str,
    made: Result<T, E>,
) -> anyhow::Result<Option<T>> {
    match made.map_err(Into::into) {
        Err(error) if is_of_git(&error) => {
            ui.warn(format_args!("{what}: {}", safe(&told(&error))));
            Ok(None)
        }
        made => made.map(Some),
    }
}

/// Whether git's index, a branch or an object of history cannot be read.
fn is_of_git(error: &anyhow::Error) -> bool {
    let of_refresh = |error: &RefreshError| matches!(error, RefreshError::Repo(e) if e.is_of_git());
    error.chain().any(|cause| {
        cause.downcast_ref().is_some_and(RepoError::is_of_git)
            || cause.downcast_ref().is_some_and(of_refresh)
    })
}

/// List the backups, oldest first: name, when it was made, size and age
#[derive(Debug, Args)]
pub struct BackupListFull {
    #[arg(long)]
    json: bool,
}

impl BackupListFull {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let repo = Repo::from_env()?;
        let now = clock::now().with_timezone(&Utc);
        let backups = listed(&repo)?;
        if self.json {
            let rows = backups.iter().map(|backup| {
                let Backup { name, path, .. } = backup;
                json!({
                    "name": name.to_string(),
                    "path": path.to_string_lossy(),
                    "created": clock::stamp(name.time.fixed_offset()),
                    "suffix": name.suffix,
                    "size_bytes": backup.size,
                    "age_seconds": (now - name.time).num_seconds(),
                    "tracked": backup.is_tracked,
                })
            });
            ui.json(&rows.collect::<Vec<_>>())?;
            return Ok(Exit::Ok);
        }
        if backups.is_empty() {
            ui.line("No backups found; `palimpsest backup-full` makes one")?;
            return Ok(Exit::Ok);
        }
        let row = |backup: &Backup| {
            let time = backup.name.time;
            vec![
                backup.name.to_string(),
                time.format("%Y-%m-%d %H:%M:%S UTC").to_string(),
                size(backup.size),
                age(now - time),
            ]
        };
        ui.table(
            &["name", "created", "size", "age"],
            backups.iter().map(row).collect(),
        )?;
        for Backup { name, .. } in backups.iter().filter(|b| b.is_tracked == Some(true)) {
            ui.warn(format_args!(
                "{name}: tracked by git, so that it may be anybody's who can push"
            ));
        }
        if backups.iter().any(|backup| backup.is_tracked.is_none()) {
            ui.warn("git's index cannot be read, so that it is not known which of them git tracks");
        }
        Ok(Exit::Ok)
    }
}

/// Restore a backup: over this journal, after a backup of it, or into a new folder
///
/// The archive is verified as a whole before anything is changed. Restored over a
/// journal, entries, notes and ledger become those of the backup, also where that
/// means that a file goes; git's history stays as it is, and what changed is for
/// you to look at and commit. In the middle of a merge, a rebase or a pick it is
/// refused: git could not take that back any more.
#[derive(Debug, Args)]
pub struct RestoreFull {
    /// The archive, or the name of one in backups/full_data
    file: PathBuf,
    /// A new or empty folder to restore into
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

impl RestoreFull {
    pub fn run(&self, ui: &Ui) -> anyhow::Result<Exit> {
        match &self.into {
            Some(dir) => self.beside(ui, dir),
            None => self.over(ui),
        }
    }

    fn beside(&self, ui: &Ui, dir: &Path) -> anyhow::Result<Exit> {
        let here = std::env::current_dir().context("the current folder")?;
        let dir = here.join(dir);
        let archive = self.archive(Repo::from_env().ok().as_ref())?;
        let opened = Opened::open(&archive, place_for(&dir)?)?;
        let files = counted(opened.manifest.files.len(), "file", "files");
        let manifest = opened.manifest.clone();
        let database = opened
            .lacks_database
            .then(|| opened.layout.database.clone());
        opened.become_folder(&dir)?;
        let shown = safe(&dir.display().to_string()).into_owned();
        ui.line(format_args!("restored {files} into {shown}"))?;
        say_unread(ui, &manifest);
        if let Some(database) = database {
            ui.warn(format_args!(
                "{}: damaged in the backup, and left out; where this is a journal, the next \
                 command makes it anew",
                safe(&database)
            ));
        }
        ui.line("to use it as a journal of its own: go there, `git init`, `palimpsest init`")?;
        Ok(Exit::Ok)
    }

    fn over(&self, ui: &Ui) -> anyhow::Result<Exit> {
        let repo = Repo::from_env().context("to restore into a new folder, add `--into DIR`")?;
        if repo.is_in_the_middle() || !repo.index()?.unmerged().is_empty() {
            bail!(
                "{}: git is in the middle of a merge, a rebase or a pick, which it could not \
                 take back after this; end it or take it back first (`git status` says how), or \
                 restore beside it with `--into DIR`",
                repo.workdir().display()
            );
        }
        let archive = self.archive(Some(&repo))?;
        let opened = Opened::open(&archive, repo.git_dir())?;
        opened.check_places(&repo)?;
        let layout = match settings::load(&repo) {
            Ok(settings) => {
                opened.check_folders(&settings.layout)?;
                settings.layout
            }
            // That may be the reason for restoring.
            Err(_) => opened.layout.clone(),
        };
        Opened::check_nothing_else(&repo, &layout)?;
        let looking = Refresh {
            wait: wait_for_database(ui),
            ..Refresh::new(Scope::All)
        };
        let made = refresh(&repo, &layout, &looking);
        let store = unless_damaged(ui, WITHOUT, made)?.map(|(store, _)| store);
        let options = Options {
            suffix: Some(BEFORE),
            keep: None,
            machine: repo.machine()?,
            now: clock::now().with_timezone(&Utc),
        };
        let before = take(&repo, &layout, store.as_ref(), &options)?;
        drop(store);
        say_taken(ui, &repo, &before)?;
        opened.check_kept(&repo, &before)?;
        let done = opened.write_over(&repo, &before)?;
        ui.line(format_args!(
            "restored the journal of {} ({}): {} written, {} removed, {} unchanged",
            safe(&opened.manifest.created),
            safe(&opened.manifest.machine),
            counted(done.written, "file", "files"),
            done.removed,
            done.unchanged,
        ))?;
        if !done.not_in_git.is_empty() {
            ui.warn(format_args!(
                "{}: neither HEAD nor git's index has what stood there; it is in {}",
                named(&done.not_in_git),
                safe(&below(&repo, &before.place).display().to_string())
            ));
        }
        if !done.left_out.is_empty() {
            ui.warn(format_args!(
                "{}: not in the backup, and left out of this work tree, so that nothing of it was \
                 changed; `git rm --sparse PATH` takes one out",
                named(&done.left_out)
            ));
        }
        say_unread(ui, &opened.manifest);
        if !done.kept.is_empty() {
            ui.warn(format_args!(
                "{}: not in the backup, and left as it is, because that lacks files",
                named(&done.kept)
            ));
        }
        if !done.taken_in.is_empty() {
            ui.warn(format_args!(
                "{}: had been left out of this work tree; `git add --sparse PATH` adds one, which \
                 `git add` and `git commit -a` do not",
                named(&done.taken_in)
            ));
        }
        // Not before it is said what was written over: another program may hold the database.
        let anew = Refresh {
            force: true,
            ..looking
        };
        if let Err(error) = refresh(&repo, &opened.layout, &anew) {
            say_behind(ui, &error);
        }
        ui.line("look at it with `git status`; it is committed like any edit")?;
        Ok(Exit::Ok)
    }

    /// The path of the archive: as given, among the backups, or from the top of the work
    /// tree, as messages name it.
    fn archive(&self, repo: Option<&Repo>) -> anyhow::Result<PathBuf> {
        let in_repo = |folder: &str| repo.map(|r| r.workdir().join(folder).join(&self.file));
        let places = [Some(self.file.clone()), in_repo(FOLDER), in_repo("")];
        let Some(archive) = places.into_iter().flatten().find(|place| place.is_file()) else {
            bail!(
                "{}: no such file; `palimpsest backup-list-full` lists the backups",
                self.file.display()
            );
        };
        Ok(archive)
    }
}

/// Names what could not be read when a backup was made.
fn say_unread(ui: &Ui, manifest: &Manifest) {
    if !manifest.unread.is_empty() {
        ui.warn(format_args!(
            "{}: not in the backup, since it could not be read when that was made",
            named(&manifest.unread)
        ));
    }
}

/// Paths for a message: the first ones, and how many more.
fn named(paths: &[String]) -> String {
    const NAMED: usize = 5;
    let first: Vec<_> = paths.iter().take(NAMED).map(|p| safe(p)).collect();
    match paths.len().saturating_sub(NAMED) {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

fn say_taken(ui: &Ui, repo: &Repo, taken: &Taken) -> anyhow::Result<()> {
    let place = below(repo, &taken.place);
    let missing = match taken.missing.len() {
        0 => String::new(),
        n => format!("; {} could not be", counted(n, "more file", "more files")),
    };
    ui.line(format_args!(
        "backed up {} in {} ({}, verified){missing}",
        counted(taken.files.len(), "file", "files"),
        place.display(),
        size(taken.size)
    ))?;
    for skipped in taken.missing.iter().chain(&taken.skipped) {
        ui.warn(safe(skipped));
    }
    if let Some(database) = &taken.damaged_database {
        ui.warn(format_args!(
            "the backup is without the index: {} is damaged; `palimpsest reindex` makes it anew",
            safe(database)
        ));
    }
    if repo.exclude_backups().unwrap_or(false) {
        ui.note(".gitignore does not keep backups/ out of git here: .git/info/exclude does now");
    }
    if !repo.ignores_backups().unwrap_or(true) {
        ui.warn("git does not ignore backups/ here; `palimpsest init` sets that");
    }
    Ok(())
}

/// A path from the top of the work tree.
fn below<'p>(repo: &Repo, path: &'p Path) -> &'p Path {
    path.strip_prefix(repo.workdir()).unwrap_or(path)
}
