//! Migration from the original program: its database is kept as a backup and taken out of
//! git, and data that is only in it is taken over into files.
//!
//! `look` reads the repository, `plan` decides (pure), `place` names the backup, `sides`
//! finds the other database of a merge in conflict, `report` is for people. This module
//! copies, writes, and removes the database last: an interrupted run begins again.

mod look;
mod place;
mod plan;
mod report;
mod sides;

use std::collections::BTreeSet;
use std::iter;
use std::path::Path;

use chrono::{DateTime, FixedOffset};

pub use report::{Report, Section};

use crate::journal::Layout;
use crate::ledger;
use crate::repo::{Repo, RepoError};
use crate::store::{self, AtPlace, Held, Original, StoreError};
use crate::sync::settle::ledger_file;
use place::Place;

/// The options of a migration.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// A file other than the one at the database's path; it stays where it is.
    pub original: Option<&'a Path>,
    /// Whether to report what would be done, and change nothing.
    pub dry_run: bool,
    /// Whether this machine is set up for the first time: a missing database may have
    /// been removed by a pull, and `ORIG_HEAD` has it.
    pub first: bool,
    pub now: DateTime<FixedOffset>,
}

/// The outcome of a migration, done or planned. Paths are from the top of the work tree.
#[derive(Debug, Default)]
pub struct Outcome {
    /// The file that was read.
    pub file: String,
    /// Whether it stays where it is: somebody named it, or it is in git.
    pub stays: bool,
    /// The path at which the original's database is kept.
    pub backup: Option<String>,
    /// The damage that SQLite found.
    pub damage: Vec<String>,
    /// Whether it is too damaged for anything to be taken over.
    pub is_unreadable: bool,
    /// Whether it was in git's index.
    pub untracked: bool,
    pub ledgers: Vec<String>,
    pub pages: Vec<String>,
    /// The path of the full report, with the texts of notes.
    pub page: Option<String>,
    pub report: Report,
    /// Those of the further databases of a merge that stopped over them.
    pub others: Vec<Outcome>,
}

/// The error of a failed migration; the original's database is where it was.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error(transparent)]
    Repo(#[from] RepoError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "{0}: no database of the original program; expected one with the tables \
             entries and association_tombstones"
    )]
    NotOriginal(String),
}

/// Takes over the data of the original program's database; `None` if there is none at the
/// database's path.
///
/// # Errors
/// A program is writing the database, or a file cannot be read or written.
pub fn migrate(
    repo: &Repo,
    layout: &Layout,
    options: &Options<'_>,
) -> Result<Option<Outcome>, MigrateError> {
    if let Some(file) = options.original {
        let name = file.display().to_string();
        return given(repo, layout, (file, name), options).map(Some);
    }
    let path = repo.inside(&layout.database)?;
    if let Some(log) = store::lone_log(&path) {
        return left_behind(repo, layout, &log, options).map(Some);
    }
    if options.first && !path.exists() {
        return pulled_away(repo, layout, None, options);
    }
    if options.dry_run {
        let mut would = dry_run(repo, layout, &path)?;
        if let Some(would) = &mut would {
            would.others = sides::others(repo, layout, None)?;
        }
        return Ok(would);
    }
    let place = Place::new(repo, options.now);
    let mut outcome = Outcome {
        file: layout.database.clone(),
        ..Outcome::default()
    };
    match AtPlace::look(&path)? {
        AtPlace::Nothing => return Ok(None),
        AtPlace::Damaged => {
            too_damaged(&mut outcome);
            outcome.backup = Some(place.keep_files(&path)?);
            out_of_git(repo, layout, &place, &mut outcome)?;
            store::remove_files(&path)?;
        }
        AtPlace::Original(held) => {
            let original = keep(&held, &path, &place, &mut outcome)?;
            if let Some(original) = original {
                write(repo, layout, original, &place, &mut outcome)?;
            }
            out_of_git(repo, layout, &place, &mut outcome)?;
            held.remove()?;
        }
    }
    Ok(Some(outcome))
}

/// Notes that nothing of the database can be read.
fn too_damaged(outcome: &mut Outcome) {
    let what = "not a database that can be read".to_owned();
    outcome.damage.insert(0, what);
    outcome.is_unreadable = true;
}

/// Reads a copy of the database in which SQLite found damage, or none; nothing where the
/// damage is such that nothing can be read.
fn read(copy: &Path, outcome: &mut Outcome) -> Result<Option<Original>, StoreError> {
    match store::read_original(copy) {
        Ok(original) => Ok(Some(original)),
        // A disk that is full, say, is no damage: the database stays where it is.
        Err(StoreError::Corrupt { .. }) if !outcome.damage.is_empty() => {
            too_damaged(outcome);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The name of the note on written pages, for later runs.
const PAGES: &str = "taken-over-pages";

/// The pages taken over and not committed yet: those of this run, and those of earlier
/// runs, which only the note tells from a person's own.
///
/// # Errors
/// The repository cannot be read, or its note cannot be written.
pub fn pages_to_commit(repo: &Repo, outcome: Option<&Outcome>) -> Result<Vec<String>, RepoError> {
    let noted = repo.noted(PAGES);
    let outcomes = outcome
        .into_iter()
        .flat_map(|o| iter::once(o).chain(&o.others));
    let new = outcomes.flat_map(|o| o.pages.iter().cloned());
    let all: BTreeSet<String> = noted.lines().map(str::to_owned).chain(new).collect();
    let head = repo.head()?;
    let mut pages = Vec::new();
    for page in all {
        let is_committed = repo.blob_at(head, &page)?.is_some();
        if !is_committed && repo.work_file(&page)?.is_some() {
            pages.push(page);
        }
    }
    let text = pages.join("\n");
    if text != noted {
        repo.note(PAGES, &text)?;
    }
    Ok(pages)
}

/// Whether a migration waits for its commit, as far as a pull would stop for it.
///
/// # Errors
/// Git fails; see [`RepoError`].
pub fn waits_for_commit(repo: &Repo, layout: &Layout) -> Result<bool, RepoError> {
    let left = repo.uncommitted_setup(layout, &[])?;
    let is_ledger = |path: &String| layout.ledger_year(path).is_some();
    Ok(left.database_out || left.to_add.iter().any(is_ledger))
}

/// Copies the database to its backup, and reads that. The bytes of a damaged one are
/// kept, and read as far as possible.
fn keep(
    held: &Held,
    path: &Path,
    place: &Place<'_>,
    outcome: &mut Outcome,
) -> Result<Option<Original>, MigrateError> {
    let (backup, damage) = place.keep(held)?;
    if damage.is_empty() {
        let original = store::read_original(&place.full(&backup)?)?;
        outcome.backup = Some(backup);
        return Ok(Some(original));
    }
    store::remove_files(&place.full(&backup)?)?;
    outcome.damage = damage;
    outcome.backup = Some(place.keep_files(path)?);
    let folder = place::folder()?;
    let copy = folder.path().join("original.db");
    store::copy_files(path, &copy)?;
    Ok(read(&copy, outcome)?)
}

fn write(
    repo: &Repo,
    layout: &Layout,
    original: Original,
    place: &Place<'_>,
    outcome: &mut Outcome,
) -> Result<(), MigrateError> {
    let plan = decide(repo, layout, original, outcome)?;
    for (year, rows) in plan.rows {
        let mut ledger = ledger::parse(&ledger_file(repo, layout, year)?);
        ledger.apply(rows);
        repo.write_work_file(&layout.ledger_path(year), &ledger::format(&ledger))?;
    }
    for (path, text) in &plan.pages {
        repo.write_work_file(path, text.as_bytes())?;
    }
    let file = outcome.backup.as_ref().unwrap_or(&outcome.file);
    if !outcome.report.sections(file).is_empty() {
        let page = place.write_page(&outcome.report.page(file))?;
        outcome.page = Some(page);
    }
    Ok(())
}

/// Makes the plan, with its report in `outcome`.
fn decide(
    repo: &Repo,
    layout: &Layout,
    original: Original,
    outcome: &mut Outcome,
) -> Result<plan::Plan, RepoError> {
    let here = look::look(repo, layout, &original)?;
    let mut plan = plan::plan(layout, original, &here);
    outcome.report = std::mem::take(&mut plan.report);
    outcome.ledgers = plan.rows.keys().map(|y| layout.ledger_path(*y)).collect();
    outcome.pages = plan.pages.keys().cloned().collect();
    Ok(plan)
}

/// Removes the database from the index. Where a merge left it in conflict, the index alone
/// has the other side's, which is taken over before.
fn out_of_git(
    repo: &Repo,
    layout: &Layout,
    place: &Place<'_>,
    outcome: &mut Outcome,
) -> Result<(), MigrateError> {
    outcome.others = sides::others(repo, layout, Some(place))?;
    outcome.untracked = repo.tracks(&layout.database)?;
    if outcome.untracked {
        repo.unstage(&[&layout.database])?;
    }
    Ok(())
}

/// Plans from a copy: opening the file itself may write files beside it.
fn dry_run(repo: &Repo, layout: &Layout, path: &Path) -> Result<Option<Outcome>, MigrateError> {
    if !path.is_file() {
        return Ok(None);
    }
    let mut outcome = Outcome {
        file: layout.database.clone(),
        untracked: repo.tracks(&layout.database)?,
        ..Outcome::default()
    };
    let folder = place::folder()?;
    let copy = folder.path().join("original.db");
    store::copy_files(path, &copy)?;
    let original = match AtPlace::look(&copy)? {
        AtPlace::Nothing => return Ok(None),
        AtPlace::Damaged => {
            too_damaged(&mut outcome);
            None
        }
        AtPlace::Original(held) => {
            outcome.damage = held.copy(&folder.path().join("read.db"))?;
            drop(held);
            read(&copy, &mut outcome)?
        }
    };
    if let Some(original) = original {
        decide(repo, layout, original, &mut outcome)?;
    }
    Ok(Some(outcome))
}

/// Keeps a log whose database is gone, and takes over what it holds if the last pull removed
/// that database. SQLite would delete it.
fn left_behind(
    repo: &Repo,
    layout: &Layout,
    log: &Path,
    options: &Options<'_>,
) -> Result<Outcome, MigrateError> {
    let taken = pulled_away(repo, layout, Some(log), options)?;
    let mut outcome = taken.unwrap_or_else(|| Outcome {
        file: format!("{}-wal", layout.database),
        damage: vec!["a log of SQLite's whose database is gone".to_owned()],
        is_unreadable: true,
        ..Outcome::default()
    });
    outcome.stays = false;
    if !options.dry_run {
        outcome.backup = Some(Place::new(repo, options.now).keep_log(log)?);
        store::remove_files(&repo.inside(&layout.database)?)?;
    }
    Ok(outcome)
}

/// Takes over from a database that the last pull removed, if it has anything new, also in
/// the log that the pull left.
fn pulled_away(
    repo: &Repo,
    layout: &Layout,
    log: Option<&Path>,
    options: &Options<'_>,
) -> Result<Option<Outcome>, MigrateError> {
    let before = repo.commit_named("ORIG_HEAD")?;
    let Some(bytes) = repo.read_at(before, &layout.database)? else {
        return Ok(None);
    };
    let folder = place::folder()?;
    let file = folder.path().join("pulled.db");
    std::fs::write(&file, bytes).map_err(place::error(&file))?;
    if let Some(log) = log {
        let beside = folder.path().join("pulled.db-wal");
        std::fs::copy(log, &beside).map_err(place::error(log))?;
    }
    let named = || (file.as_path(), format!("ORIG_HEAD:{}", layout.database));
    let dry = Options {
        dry_run: true,
        ..*options
    };
    match given(repo, layout, named(), &dry) {
        Ok(would) if would.ledgers.is_empty() && would.pages.is_empty() => Ok(None),
        // The log is of another version, say.
        Ok(would) if log.is_some() && !would.damage.is_empty() => Ok(None),
        Ok(would) if options.dry_run => Ok(Some(would)),
        Ok(_) => given(repo, layout, named(), options).map(Some),
        // This program's, or already damaged in its commit.
        Err(MigrateError::NotOriginal(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Takes over from a file that stays where it is; `name` is for the report.
fn given(
    repo: &Repo,
    layout: &Layout,
    (file, name): (&Path, String),
    options: &Options<'_>,
) -> Result<Outcome, MigrateError> {
    let mut outcome = Outcome {
        file: name,
        stays: true,
        ..Outcome::default()
    };
    let folder = place::folder()?;
    let copy = folder.path().join("original.db");
    store::copy_files(file, &copy)?;
    let AtPlace::Original(held) = AtPlace::look(&copy)? else {
        return Err(MigrateError::NotOriginal(outcome.file));
    };
    outcome.damage = held.copy(&folder.path().join("read.db"))?;
    drop(held);
    let original = store::read_original(&copy)?;
    if options.dry_run {
        decide(repo, layout, original, &mut outcome)?;
    } else {
        let place = Place::new(repo, options.now);
        write(repo, layout, original, &place, &mut outcome)?;
    }
    Ok(outcome)
}
