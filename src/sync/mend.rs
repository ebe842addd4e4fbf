//! Mending a setup: the faults that need no decision by a person.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, FixedOffset, TimeDelta};

use super::behind::behind;
use super::database_path::{database_path, disown};
use super::health::{Fault, database_faults, is_original, written_to};
use super::refresh::{self, Options, RefreshError, Scope};
use crate::journal::Layout;
use crate::repo::install::has_journal;
use crate::repo::{Repo, RepoError};

/// The error of a mend that failed.
#[derive(Debug, thiserror::Error)]
pub enum MendError {
    #[error(transparent)]
    Repo(#[from] RepoError),
    #[error(transparent)]
    Refresh(#[from] RefreshError),
    #[error("{path}: {source}", path = path.display())]
    Remove {
        path: PathBuf,
        source: std::io::Error,
    },
}

/// Sets up what `init` would, takes a tracked database out of the index, makes a damaged
/// one anew, brings ledger files that stayed behind a commit to HEAD's, and removes
/// leftovers of processes that were killed more than an hour before `now`. `wait` is as for
/// [`is_original`]. Returns what
/// was done, a line each.
///
/// # Errors
/// Something cannot be read or written; mends made before that stand.
pub fn mend(
    repo: &Repo,
    layout: &Layout,
    program: &Path,
    now: DateTime<FixedOffset>,
    wait: Option<u64>,
) -> Result<Vec<String>, MendError> {
    let _lock = repo.lock_setup()?;
    let mut done = Vec::new();
    // A person decides what becomes of that, and the rest needs it.
    if !repo.damaged().is_empty() {
        return Ok(done);
    }
    let theirs = database_path(repo, layout).is_err_and(|e| e.refuses_database());
    if !theirs {
        // The line in .gitignore would be for somebody's own file.
        let mut plan = repo.plan_install(layout, program)?;
        let is_left = repo.leave_to_pull(&mut plan)? || repo.leave_to_branch(&mut plan)?;
        if is_left && has_journal(repo, layout) {
            repo.exclude_database(layout)?;
        }
        for step in &plan.steps {
            repo.apply(step)?;
        }
        if has_journal(repo, layout) {
            repo.exclude_backups()?;
        }
        done.extend(plan.lines().into_iter().map(|line| format!("set {line}")));
    }
    // `init` takes over the original's database: it has more to report than a line.
    if !theirs && !is_original(repo, layout, wait)? {
        mend_database(repo, layout, wait, &mut done)?;
    }
    for file in behind(repo, layout)? {
        file.catch_up(repo)?;
        done.push(format!("{}: as HEAD has it", file.path));
    }
    remove_leftovers(repo, layout, now, &mut done)?;
    Ok(done)
}

/// Takes a tracked database out of the index, and makes a damaged one anew.
fn mend_database(
    repo: &Repo,
    layout: &Layout,
    wait: Option<u64>,
    done: &mut Vec<String>,
) -> Result<(), MendError> {
    let database = &layout.database;
    if repo.tracks(database)? {
        disown(repo, layout);
        repo.unstage(&[database])?;
        done.push(format!(
            "{database}: not tracked any longer, the file stays; commit that"
        ));
    }
    let is_damaged = |fault: &Fault| matches!(fault, Fault::Damaged(_));
    if has_journal(repo, layout) && database_faults(repo, layout, wait)?.iter().any(is_damaged) {
        let options = Options {
            force: true,
            wait,
            ..Options::new(Scope::All)
        };
        refresh::refresh(repo, layout, &options)?;
        done.push(format!("{database}: made anew"));
    }
    Ok(())
}

/// Removes what processes left that were killed more than an hour before `now`.
fn remove_leftovers(
    repo: &Repo,
    layout: &Layout,
    now: DateTime<FixedOffset>,
    done: &mut Vec<String>,
) -> Result<(), MendError> {
    for path in repo.leftovers(&written_to(layout))? {
        let is_lock = path.extension().is_some_and(|e| e == "lock");
        if !is_lock && is_older(&path, now) {
            let error = |source| MendError::Remove {
                path: path.clone(),
                source,
            };
            if path.is_dir() {
                fs::remove_dir_all(&path).map_err(error)?;
            } else {
                fs::remove_file(&path).map_err(error)?;
            }
            done.push(format!(
                "{}: removed, left by a process that was killed",
                path.display()
            ));
        }
    }
    Ok(())
}

/// Whether a file was last written more than an hour before `now`: a merge that
/// still runs writes its files anew.
fn is_older(path: &Path, now: DateTime<FixedOffset>) -> bool {
    let modified: Option<SystemTime> = fs::metadata(path).and_then(|m| m.modified()).ok();
    modified.is_some_and(|at| DateTime::<chrono::Utc>::from(at) < now - TimeDelta::hours(1))
}
