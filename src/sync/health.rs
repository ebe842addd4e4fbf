//! Faults of a repository's setup, each with the command that mends it.

mod copies;
mod database;
mod hooks;
mod ledgers;
mod moved;
mod objects;
mod setup;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::backup;
use super::behind::{Behind, behind, deleted, given_up};
use super::resolve::{Chosen, MarkedPage, ResolveError, Resolver, settle_submodule};
use super::versions::{Key, facts, key_of};
use crate::journal::markers::markers_of_front;
use crate::journal::{Layout, Settings};
use crate::ledger::Source;
use crate::repo::install::has_journal;
use crate::repo::{Blob, Finding, Repo, RepoError, is_submodule, shell_path};
pub use database::{Fault, database_faults, is_original, not_taken_over};
pub use moved::left_by_a_move;
use objects::Unreadable;
use setup::{in_the_way, paths, pull};

/// Git's default limit on loose objects (`gc.auto`).
const MOST_LOOSE: u64 = 6700;

/// Every fault of the setup, of the files and of the database, in the order in which a
/// person should mend them; each function below looks for one kind. `program` is the
/// program that the setup should call, `wait` the number of seconds to wait for one that
/// holds the database, by default a few.
///
/// # Errors
/// The repository cannot be read.
pub fn check(
    repo: &Repo,
    settings: &Settings,
    program: &Path,
    wait: Option<u64>,
) -> Result<Vec<Finding>, RepoError> {
    let mut found = repo.damaged();
    if !found.is_empty() {
        found.push(Finding::new(
            "nothing else was checked: the rest needs it",
            "mend that, then palimpsest doctor",
        ));
        return Ok(found);
    }
    let mut told = objects::check(repo, &settings.layout, &mut found)?;
    others(repo, settings, program, wait, &mut told, &mut found)?;
    if told.is_needed {
        found.push(Finding::new(
            "not all was checked: the rest needs an object that cannot be read",
            "mend that, then palimpsest doctor",
        ));
    }
    Ok(found)
}

/// The checks that may need the objects in `told`, which cannot be read.
fn others(
    repo: &Repo,
    settings: &Settings,
    program: &Path,
    wait: Option<u64>,
    told: &mut Unreadable,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    let layout = &settings.layout;
    hooks::check(repo, program, found)?;
    for (key, _) in repo.outdated_drivers(program)? {
        found.push(Finding::new(
            format!("git config {key}: missing, or for another program"),
            "palimpsest init",
        ));
    }
    if repo.has_lost_its_driver()? {
        found.push(Finding::new(
            "until then the hooks do nothing: no commit is checked or recorded",
            "palimpsest init",
        ));
    }
    pull(repo, found)?;
    if has_journal(repo, layout) {
        in_the_way(repo, layout, found);
    }
    let checked = paths(repo, layout, wait, found);
    told.or_tell(repo, checked, found)?;
    // Once: it walks over history.
    let behind = or_denied(behind(repo, layout), found);
    let behind = told.or_tell(repo, behind, found)?.flatten();
    let behind = behind.unwrap_or_default();
    let checked = ledgers::check(repo, layout, &behind, told, found);
    told.or_tell(repo, or_denied(checked, found), found)?;
    let checked = or_denied(database::check(repo, layout, wait, found), found);
    told.or_tell(repo, checked, found)?;
    let checked = or_denied(behind_head(repo, layout, &behind, found), found);
    told.or_tell(repo, checked, found)?;
    let checked = markers(repo, settings, told, found);
    told.or_tell(repo, checked, found)?;
    let checked = or_denied(unreadable(repo, layout, told, found), found);
    told.or_tell(repo, checked, found)?;
    let checked = or_denied(twins(repo, layout, found), found);
    told.or_tell(repo, checked, found)?;
    let checked = or_denied(copies::check(repo, layout, found), found);
    told.or_tell(repo, checked, found)?;
    let checked = or_denied(moved::check(repo, layout, found), found);
    told.or_tell(repo, checked, found)?;
    let checked = leftovers(repo, layout, found);
    told.or_tell(repo, checked, found)?;
    growth(repo, found)?;
    Ok(())
}

/// What a check gives. One that meets a file or folder that may not be read or written
/// gives a finding, and the others go on.
fn or_denied<T>(
    checked: Result<T, RepoError>,
    found: &mut Vec<Finding>,
) -> Result<Option<T>, RepoError> {
    let error = match checked {
        Ok(checked) => return Ok(Some(checked)),
        Err(error) => error,
    };
    let Some(finding) = error.denied() else {
        return Err(error);
    };
    if !found.contains(&finding) {
        found.push(finding);
    }
    Ok(None)
}

/// Reports growth that git's own housekeeping should have taken care of.
fn growth(repo: &Repo, found: &mut Vec<Finding>) -> Result<(), RepoError> {
    let (count, kib) = repo.loose_objects()?;
    let most = repo.config("gc.auto")?.and_then(|n| n.parse().ok());
    if count > most.filter(|n| *n > 0).unwrap_or(MOST_LOOSE) {
        found.push(Finding::new(
            format!("{count} loose objects in the repository, {kib} KiB: git gc is due"),
            "git gc",
        ));
    }
    Ok(())
}

fn behind_head(
    repo: &Repo,
    layout: &Layout,
    behind: &[Behind],
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    for file in behind {
        found.push(Finding::new(
            format!(
                "{}: as it was before HEAD: left by a commit that was killed, or put back",
                file.path
            ),
            file.mend(repo),
        ));
    }
    for path in given_up(repo, layout, behind)? {
        found.push(Finding::new(
            format!(
                "{path}: rows of a commit that was given up are staged; a pull may stop for them"
            ),
            format!(
                "commit what you edited, or git restore --staged {}",
                repo.pathspec(&path)
            ),
        ));
    }
    for (path, command) in deleted(repo, layout, behind)? {
        found.push(Finding::new(
            format!("{path}: its deletion is staged; a commit of it writes it again"),
            command,
        ));
    }
    Ok(())
}

/// The finding for a page with markers.
fn of_markers(repo: &Repo, page: &MarkedPage) -> Finding {
    let path = &page.path;
    let Some(line) = page.line else {
        return Finding::new(
            format!("{path}: conflict markers are staged, the file has none any more"),
            format!("git add {}, if it is as it should be", repo.pathspec(path)),
        );
    };
    let word = shell_path(path);
    let mend = match page.can_take_a_side {
        true => format!("palimpsest resolve {word}, or edit it; then commit it"),
        false => format!(
            "edit it (an example goes into a code block), or palimpsest resolve --ours --unknown \
             {word}; then commit it, an example with `--no-verify`"
        ),
    };
    Finding::new(format!("{path}:{line}: conflict markers"), mend)
}

/// Reports markers in entries and notes that are not in conflict any more: somebody added
/// or committed them. A file that cannot be opened is a finding of its own.
fn markers(
    repo: &Repo,
    settings: &Settings,
    told: &mut Unreadable,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    let resolver = Resolver {
        repo,
        settings,
        chosen: Chosen::default(),
    };
    match resolver.marked_pages() {
        Ok(pages) => found.extend(pages.iter().map(|page| of_markers(repo, page))),
        Err(ResolveError::Repo(error @ RepoError::Object { .. })) => {
            told.tell(repo, &objects::File::InHistory, error, found)?;
        }
        Err(error) => {
            let denied = match &error {
                ResolveError::Repo(error) => error.denied(),
                _ => None,
            };
            let mend = match &error {
                ResolveError::Repo(RepoError::Symlink(_)) => {
                    "put a folder or file of its own there, or name another folder in palimpsest.toml"
                }
                ResolveError::Repo(RepoError::Io { .. }) => {
                    "make the file readable, and run this again"
                }
                _ => "mend that, then palimpsest doctor",
            };
            let Finding { what, mend } =
                denied.unwrap_or_else(|| Finding::new(error.to_string(), mend));
            let what = format!("{what}: entries and notes were not searched for conflict markers");
            found.push(Finding::new(what, mend));
        }
    }
    Ok(())
}

/// Reports entries and notes that cannot be read, apart from those with markers in their
/// frontmatter, which `markers` reports.
fn unreadable(
    repo: &Repo,
    layout: &Layout,
    told: &Unreadable,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    let head = repo.head()?;
    let folders = [
        (&layout.journal, Source::Yaml),
        (&layout.wiki, Source::Wiki),
    ];
    for (folder, source) in folders {
        // A folder that may not be read was reported above.
        for file in repo.readable_own_files(folder)?.files {
            // A folder may be in the other one.
            let Some(key) = key_of(layout, &file.path).filter(|key| key.1 == source) else {
                continue;
            };
            // A file that cannot be opened was reported above.
            let Ok(Some(mut bytes)) = repo.read_work_file(&file.path) else {
                continue;
            };
            if let Some(id) = repo.blob_at(head, &file.path)?.and_then(Blob::file) {
                match repo.as_stored(&file.path, bytes, id) {
                    Ok((_, stored)) => bytes = stored,
                    Err(error) if told.is_told(&error) => continue,
                    // A filter of somebody's that fails is no reason to check nothing else.
                    Err(RepoError::Conversion { path, reason }) => {
                        found.push(Finding::new(
                            format!("{path}: git cannot convert it: {reason}"),
                            "mend the filter that its attributes name",
                        ));
                        continue;
                    }
                    Err(error) => return Err(error),
                }
            }
            if let Err(error) = facts(key, &bytes)
                && markers_of_front(&bytes).is_none()
            {
                found.push(Finding::new(
                    format!("{}:{error}", file.path),
                    "edit it, and commit it",
                ));
            }
        }
    }
    Ok(())
}

/// Reports two files of one date, as when a client without hooks puts the day elsewhere.
fn twins(repo: &Repo, layout: &Layout, found: &mut Vec<Finding>) -> Result<(), RepoError> {
    let mut files: BTreeMap<Key, BTreeSet<String>> = BTreeMap::new();
    for folder in [&layout.journal, &layout.wiki] {
        for file in repo.readable_own_files(folder)?.files {
            if let Some(key) = key_of(layout, &file.path) {
                files.entry(key).or_default().insert(file.path);
            }
        }
    }
    let twins = files.into_iter().filter(|(_, files)| files.len() > 1);
    found.extend(twins.map(|((date, source), files)| {
        let what = match source {
            Source::Yaml => "entry",
            Source::Wiki => "note",
        };
        let files = files.into_iter().collect::<Vec<_>>().join(", ");
        Finding::new(
            format!("{files}: all of them are the {what} of {date}"),
            "put what is missing into one of them, remove the others (git rm, or rm where git does \
             not know them), and commit",
        )
    }));
    Ok(())
}

fn leftovers(repo: &Repo, layout: &Layout, found: &mut Vec<Finding>) -> Result<(), RepoError> {
    let unmerged = repo.index()?.unmerged();
    let stages = match unmerged.is_empty() {
        true => BTreeMap::new(),
        false => repo.unmerged_stages()?,
    };
    // A tracked database was reported as such.
    for path in unmerged.iter().filter(|path| **path != layout.database) {
        let pathspec = repo.pathspec(path);
        let mend = match stages.get(path).filter(|stages| is_submodule(stages)) {
            Some(stages) => settle_submodule(repo, path, stages),
            None => format!(
                "palimpsest resolve {}, or edit it and git add {pathspec}",
                shell_path(path)
            ),
        };
        found.push(Finding::new(format!("{path}: in conflict"), mend));
    }
    for path in repo.leftovers(&written_to(layout))? {
        let rm = if path.is_dir() { "rm -r" } else { "rm" };
        found.push(Finding::new(
            format!("{}: left by a process that was killed", path.display()),
            format!(
                "if no git or palimpsest is running: {rm} {}",
                shell_path(&path.to_string_lossy())
            ),
        ));
    }
    Ok(())
}

/// The folders of the work tree that this program writes files to.
pub(super) fn written_to(layout: &Layout) -> [&str; 4] {
    [
        &layout.journal,
        &layout.wiki,
        &layout.ledger,
        backup::FOLDER,
    ]
}
