//! Copies that a service which syncs files left.

use std::collections::BTreeSet;

use crate::journal::Layout;
use crate::journal::copies::{copied_from, is_copied_database};
use crate::repo::{Finding, Repo, RepoError};

/// Reports copies that a service which syncs files left beside an entry, a note or a ledger,
/// and those of the database that git has.
pub(super) fn check(
    repo: &Repo,
    layout: &Layout,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    let head = repo.head()?;
    let mut tracked = BTreeSet::new();
    let mut paths = BTreeSet::new();
    for folder in [&layout.journal, &layout.wiki, &layout.ledger] {
        tracked.extend(repo.staged_below(folder)?);
        let files = repo.readable_own_files(folder)?.files;
        paths.extend(files.into_iter().map(|file| file.path));
    }
    paths.extend(tracked.iter().cloned());
    let remove = |path: &str, is_tracked: bool| -> Result<String, RepoError> {
        Ok(match (is_tracked, repo.blob_at(head, path)?.is_some()) {
            (true, true) => format!("git rm {}, and commit", repo.pathspec(path)),
            // Git removes no file that is staged and in no commit, unless it has to.
            (true, false) => format!("git rm -f {}", repo.pathspec(path)),
            (false, _) => format!("rm {}", repo.from_here(path)),
        })
    };
    for path in &paths {
        if let Some(original) = copied_from(layout, path).filter(|of| paths.contains(of)) {
            let remove = remove(path, tracked.contains(path))?;
            found.push(Finding::new(
                format!("{path}: by its name a copy of {original}, and not read"),
                format!("put what is missing into {original}, then {remove}"),
            ));
        }
    }
    let beside = layout
        .database
        .rsplit_once('/')
        .map_or(".", |(folder, _)| folder);
    for path in repo.staged_below(beside)? {
        if is_copied_database(layout, &path) {
            let what = format!("{path}: by its name a copy of {}", layout.database);
            let what = format!("{what}, the index, which each machine makes for itself");
            found.push(Finding::new(what, remove(&path, true)?));
        }
    }
    Ok(())
}
