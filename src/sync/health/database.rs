//! Faults of the database: whose file it is, whether it can be opened, and whether it is
//! whole.

use std::path::{Path, PathBuf};

use crate::journal::{Layout, settings};
use crate::repo::install::has_journal;
use crate::repo::{Finding, Repo, RepoError, shell_path};
use crate::store::{Store, StoreError, lone_log};
use crate::sync::database_path::database_path;

/// Checks the file at the database's path.
pub(super) fn check(
    repo: &Repo,
    layout: &Layout,
    wait: Option<u64>,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    let (database, journal) = (&layout.database, &layout.journal);
    if is_original(repo, layout, wait)? {
        found.push(not_taken_over(repo, layout));
        return Ok(());
    }
    let faults = match database_faults(repo, layout, wait) {
        Err(RepoError::NoDatabase { name, pathspec }) => {
            found.push(Finding::new(
                format!("{name}: tracked by git and no database of Palimpsest's; left as it is"),
                format!(
                    "git rm --cached {pathspec}, or name another file in palimpsest.toml (`database` \
                     in [paths])"
                ),
            ));
            return Ok(());
        }
        Err(RepoError::BesideDatabase { name, pathspec }) => {
            found.push(Finding::new(
                format!(
                    "{name}: tracked by git, and SQLite would take it for the database's journal; \
                     the database is not opened"
                ),
                format!("git rm {pathspec}, then commit"),
            ));
            return Ok(());
        }
        faults => faults?,
    };
    found.extend(faults.into_iter().map(|fault| {
        let mend = match &fault {
            Fault::Damaged(_) => format!(
                "yaml2sql sync --force {} (makes it anew from the files)",
                shell_path(journal)
            ),
            Fault::Held(_) => "wait until that is done, or end it".to_owned(),
            Fault::ReadOnly(_) => {
                let folder = folder_of(repo, database);
                to_write(&format!("{folder} {}", repo.from_here(database)))
            }
            Fault::NoPlace(_) => to_write(&folder_of(repo, database)),
            Fault::InTheWay(_) => aside(repo, database),
            Fault::Journal(_, journal) => format!(
                "{}, and look at where it came from",
                move_aside(repo, journal)
            ),
            Fault::NoLocks(_) => {
                let path = shell_path(database);
                format!("rm {path}, then ln -s FILE {path}")
            }
        };
        Finding::new(format!("{database}: {}", fault.what()), mend)
    }));
    Ok(())
}

/// The advice for what this user cannot write, as it is typed.
fn to_write(paths: &str) -> String {
    format!(
        "chmod u+w {paths}, or chown what is another user's (where the whole disk is read-only, \
         nothing is due)"
    )
}

/// The folder in which the database is, or in which it or a folder for it would be made, as
/// it is typed.
fn folder_of(repo: &Repo, database: &str) -> String {
    let place = repo.workdir().join(database);
    if place.is_symlink()
        && let Some(folder) = place.canonicalize().ok().as_deref().and_then(Path::parent)
    {
        return shell_path(&folder.to_string_lossy());
    }
    let above = database.match_indices('/').map(|(at, _)| &database[..at]);
    let there = above.filter(|folder| repo.workdir().join(folder).is_dir());
    repo.from_here(there.last().unwrap_or("."))
}

/// The advice for what stands in the database's place and cannot be opened or written. It
/// is moved and not removed: nobody can look into it.
fn aside(repo: &Repo, database: &str) -> String {
    if repo
        .staged_below(database)
        .is_ok_and(|paths| !paths.is_empty())
    {
        return format!(
            "name another file in {} (`database` in [paths])",
            settings::FILE
        );
    }
    format!(
        "{} (the next command makes it anew; its folder has to be writable)",
        move_aside(repo, database.as_ref())
    )
}

/// The command that moves a file aside, given absolutely or from the top of the work tree.
fn move_aside(repo: &Repo, file: &Path) -> String {
    let file = repo.workdir().join(file).to_string_lossy().into_owned();
    let free = (1..).map(|n| format!("{file}.aside-{n}"));
    let mut free = free.filter(|name| Path::new(name).symlink_metadata().is_err());
    // The numbers do not end.
    let name = free.next().unwrap_or_default();
    let typed = |path: &str| match Path::new(path).strip_prefix(repo.workdir()) {
        Ok(path) => repo.from_here(&path.to_string_lossy()),
        // Outside the work tree, where a link leads.
        Err(_) => shell_path(path),
    };
    format!("mv {} {}", typed(&file), typed(&name))
}

/// The finding for a database of the original program that waits for `init`.
#[must_use]
pub fn not_taken_over(repo: &Repo, layout: &Layout) -> Finding {
    let log = repo
        .inside(&layout.database)
        .ok()
        .and_then(|path| lone_log(&path));
    let what = match log {
        None => "a database of the original program, not taken over yet",
        Some(_) => {
            "gone, and beside its place is the log of another program, which may hold what \
             the original wrote last"
        }
    };
    let what = format!("{}: {what}", layout.database);
    let mend = match has_journal(repo, layout) {
        true => "palimpsest init".to_owned(),
        false => format!(
            "there are no entries in {}: name the journal's folder in {} (`journal` in [paths]), \
             then palimpsest init",
            layout.journal,
            settings::FILE
        ),
    };
    Finding::new(what, mend)
}

/// Whether the file at the database's path is the original program's, or what is left of it
/// there. `wait` is the number of seconds to wait for a program that holds it, by default a
/// few.
///
/// # Errors
/// The settings' path leaves the repository.
pub fn is_original(repo: &Repo, layout: &Layout, wait: Option<u64>) -> Result<bool, RepoError> {
    // Files beside a database change it when it is opened.
    let path = match database_path(repo, layout) {
        Err(e) if e.refuses_database() => return Ok(false),
        _ => repo.inside(&layout.database)?,
    };
    let opened = Store::open_or_pretend(&path, wait);
    Ok(matches!(
        opened,
        Err(StoreError::Original { .. } | StoreError::LoneLog { .. })
    ))
}

/// A fault of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It can be made anew in its place.
    Damaged(String),
    /// Another process keeps it locked.
    Held(String),
    /// It can be read alone.
    ReadOnly(String),
    /// Its folder cannot be written: there is none, or it cannot be changed.
    NoPlace(String),
    /// It cannot be opened or written at all, or is no file.
    InTheWay(String),
    /// The journal beside it, at this path, is none of its own: SQLite would obey it, or
    /// cannot write it.
    Journal(String, PathBuf),
    /// Its file system has no locks.
    NoLocks(String),
}

impl Fault {
    fn what(&self) -> &str {
        match self {
            Self::Damaged(what)
            | Self::Held(what)
            | Self::ReadOnly(what)
            | Self::NoPlace(what)
            | Self::InTheWay(what)
            | Self::Journal(what, _)
            | Self::NoLocks(what) => what,
        }
    }
}

/// The faults of the database. A missing one, or one of another version, is fine: the
/// next reader makes it. `wait` is as for [`is_original`].
///
/// # Errors
/// The settings' path leaves the repository, also by a link that git tracks.
pub fn database_faults(
    repo: &Repo,
    layout: &Layout,
    wait: Option<u64>,
) -> Result<Vec<Fault>, RepoError> {
    let path = database_path(repo, layout)?;
    // The caller names the file.
    let named = format!("{}: ", path.display());
    let told = |e: StoreError| e.to_string().replacen(&named, "", 1);
    let problems = Store::problems_at(&path, wait);
    if !path.exists() && !matches!(problems, Err(StoreError::JournalFolder { .. })) {
        let leads_nowhere = path.is_symlink();
        return Ok(match leads_nowhere {
            true => vec![Fault::InTheWay(
                "a symbolic link to a file that is not there".to_owned(),
            )],
            false if !Store::can_be_made(&path) => vec![Fault::NoPlace(
                "it cannot be made, and listings use an index in memory".to_owned(),
            )],
            false => Vec::new(),
        });
    }
    Ok(match problems {
        Ok(problems) => {
            let damaged = problems.into_iter().map(Fault::Damaged);
            // SQLite needs a journal beside it to write it.
            let real = path.canonicalize().unwrap_or(path);
            let no_place = (!Store::can_be_made(&real)).then(|| {
                let what = "its folder cannot be written, so that it cannot be brought up to date";
                Fault::NoPlace(what.to_owned())
            });
            damaged.chain(no_place).collect()
        }
        Err(error @ StoreError::Locked { .. }) => vec![Fault::Held(told(error))],
        Err(error @ StoreError::ReadOnly { .. }) => vec![Fault::ReadOnly(told(error))],
        Err(
            ref error @ (StoreError::Journal { ref journal }
            | StoreError::JournalFolder { ref journal }),
        ) => {
            // SQLite looks for it where links lead.
            let at = match path.is_symlink() {
                true => journal.clone(),
                false => {
                    let name = journal.to_string_lossy();
                    let ending = name
                        .rsplit_once('-')
                        .map_or("journal", |(_, ending)| ending);
                    format!("{}-{ending}", layout.database).into()
                }
            };
            vec![Fault::Journal(error.to_string(), at)]
        }
        Err(error @ StoreError::NoLocks { .. }) => vec![Fault::NoLocks(told(error))],
        // The command that mends it is named anyway.
        Err(error) if error.is_corrupt() => {
            vec![Fault::Damaged("the database is damaged".to_owned())]
        }
        Err(error) => vec![Fault::InTheWay(told(error))],
    })
}
