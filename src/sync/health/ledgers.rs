//! Faults of the ledger's files, and of the history that tells what they lack.

use super::objects::{File, Unreadable};
use crate::journal::Layout;
use crate::journal::markers::conflict_markers;
use crate::ledger;
use crate::repo::{Finding, Repo, RepoError, shell_path};
use crate::sync::behind::Behind;
use crate::sync::history;

/// Checks the lines of the ledger's files, whether each file is there, and whether history
/// can be read. `behind` are the files that are behind HEAD.
pub(super) fn check(
    repo: &Repo,
    layout: &Layout,
    behind: &[Behind],
    told: &mut Unreadable,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    in_the_work_tree(repo, layout, found)?;
    gone(repo, layout, behind, found)?;
    unread_history(repo, layout, told, found)
}

fn in_the_work_tree(
    repo: &Repo,
    layout: &Layout,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    for file in repo.work_files(&layout.ledger)?.files {
        if layout.ledger_year(&file.path).is_none() {
            continue;
        }
        let bytes = repo.read_work_file(&file.path)?.unwrap_or_default();
        if let Some(markers) = conflict_markers(&bytes) {
            found.push(Finding::new(
                format!("{}:{}: conflict markers", file.path, markers.line),
                format!("palimpsest resolve {}", shell_path(&file.path)),
            ));
            continue;
        }
        let ledger = ledger::parse(&bytes);
        if !ledger.opaque.is_empty() {
            let lines = match ledger.opaque.len() {
                1 => "1 line".to_owned(),
                n => format!("{n} lines"),
            };
            found.push(Finding::new(
                format!(
                    "{}: {lines} of a newer program, kept and not used here",
                    file.path
                ),
                "update Palimpsest on this machine",
            ));
        }
        for corrupt in ledger.corrupt {
            found.push(Finding::new(
                format!("{}:{}: no ledger line", file.path, corrupt.line),
                format!("take the line out of {}, and commit it", file.path),
            ));
        }
    }
    Ok(())
}

/// Ledgers that the index has and the work tree lacks. One that lacks only because it
/// stayed behind a commit is reported with those.
fn gone(
    repo: &Repo,
    layout: &Layout,
    behind: &[Behind],
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    let index = repo.index()?;
    for path in repo.staged_below(&layout.ledger)? {
        let is_ledger = layout.ledger_year(&path).is_some();
        let is_told = behind.iter().any(|file| file.path == path);
        if is_ledger
            && !is_told
            && index.staged(&path).is_some()
            && !index.is_left_out(&path)
            && repo.work_file(&path)?.is_none()
        {
            found.push(Finding::new(
                format!("{path}: gone from the work tree"),
                format!("git restore {}", repo.pathspec(&path)),
            ));
        }
    }
    Ok(())
}

/// Reports an object of history without which the hooks and the listings know nothing.
fn unread_history(
    repo: &Repo,
    layout: &Layout,
    told: &mut Unreadable,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    let Some(head) = repo.head()? else {
        return Ok(());
    };
    match history::rows_of(repo, layout, head) {
        Err(error) => told.tell(repo, &File::InHistory, error, found),
        Ok(_) => Ok(()),
    }
}
