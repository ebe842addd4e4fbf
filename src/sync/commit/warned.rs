//! What a commit goes through with, and a person is warned of.

use crate::journal::copies::{copied_from, is_copied_database};
use crate::journal::{EntryDate, Layout, PathKind};
use crate::ledger;
use crate::repo::install::{HOOK_NAMES, is_hook_of_init};
use crate::repo::{Blob, BlobKind, Change, Finding, Repo, RepoError};

/// The warning for a page that a filter or encoding stores differently.
pub(super) fn filtered(path: &str, attribute: &str) -> String {
    format!(
        "{path}: git stores other bytes than those in the work tree (attribute `{attribute}`), \
         and what it stores is checked and merged; what is encrypted there can be neither: take \
         the journal out of that line of .gitattributes"
    )
}

/// The warning for one marker of a conflict in a file that was in conflict. It may be text.
pub(super) fn left_marker(path: &str, line: usize) -> String {
    format!(
        "{path}:{line}:1: one marker of a conflict, which may be text; if it is not, take it out \
         and commit that"
    )
}

/// The warning for a journal begun after `palimpsest init`: its rows are recorded, and
/// nothing merges them.
pub(super) fn not_set_up(
    repo: &Repo,
    layout: &Layout,
    changes: &[Change],
) -> Result<Option<String>, RepoError> {
    let mut paths = changes.iter().map(|change| &change.path);
    let entry = paths.find_map(|path| Some((layout.entry_date(path)?, path)));
    let Some((date, path)) = entry else {
        return Ok(None);
    };
    // Git is asked only if the file that `palimpsest init` writes does not show it.
    let ledger = layout.ledger_path(date.year());
    let is_set_up =
        !repo.own_attributes(layout)?.is_empty() || repo.attribute("merge", &ledger)?.is_some();
    if is_set_up {
        return Ok(None);
    }
    if let Some(Finding { what, mend }) = repo.from_before_setup()? {
        return Ok(Some(format!("{what}; {mend}")));
    }
    Ok(Some(format!(
        "{path}: an entry of a journal that `palimpsest init` has not seen; run it once more: \
         until then nothing merges {ledger}, and in other clones nothing keeps {} out of git",
        layout.database
    )))
}

/// The warning for a page that is named like an entry, after a day that no calendar has.
pub(super) fn no_day(path: &str) -> Option<String> {
    EntryDate::is_no_day(path).then(|| {
        format!(
            "{path}: no calendar has this day, so the page is no entry, and is neither checked \
             nor indexed; rename it"
        )
    })
}

/// The warning for a copy that a service which syncs files left beside an entry, a note, a
/// ledger or the database: it is no part of the journal, and what it alone has is in no
/// listing.
pub(super) fn copy(
    repo: &Repo,
    layout: &Layout,
    changes: &[Change],
    path: &str,
) -> Result<Option<String>, RepoError> {
    if is_copied_database(layout, path) {
        return Ok(Some(format!(
            "{path}: by its name a copy of {}, the index, which each machine makes for itself; it \
             is committed, and never read: `git rm {}`, and commit",
            layout.database,
            repo.pathspec(path)
        )));
    }
    let Some(original) = copied_from(layout, path) else {
        return Ok(None);
    };
    // A ledger that the commit moves there is written again.
    let is_ledger = matches!(layout.classify(&original), PathKind::Ledger(_));
    let comes_back = is_ledger && changes.iter().any(|change| change.path == original);
    let is_there = comes_back || repo.index()?.has(&original);
    Ok(is_there.then(|| {
        format!(
            "{path}: by its name a copy of {original}, as services that sync files leave them; \
             it is committed, but not read: put what is missing into {original}, then \
             `git rm {}`, and commit",
            repo.pathspec(path)
        )
    }))
}

/// The warning for a symbolic link in place of an entry, a note or a ledger.
pub(super) fn link(change: &Change) -> Option<String> {
    let is_link = change.new.is_some_and(|new| new.kind == BlobKind::Symlink);
    is_link.then(|| {
        format!(
            "{}: a symbolic link; it is committed, but not read",
            change.path
        )
    })
}

/// The warning for a hook that `init` wrote, where hooks are tracked: it has a path of this
/// machine, and others get it in place of their own.
pub(super) fn hook(repo: &Repo, change: &Change) -> Result<Option<String>, RepoError> {
    let name = change.path.rsplit('/').next().unwrap_or_default();
    let Some(id) = change.new.and_then(Blob::file) else {
        return Ok(None);
    };
    if !HOOK_NAMES.contains(&name) || !is_hook_of_init(&repo.read_blob(id)?) {
        return Ok(None);
    }
    Ok(Some(format!(
        "{}: the hook that `palimpsest init` wrote for this machine; others get it in place of \
         theirs. `palimpsest doctor` says how everybody's hook calls the program",
        change.path
    )))
}

/// The warnings for the lines of a ledger that cannot be read.
pub(super) fn damaged(path: &str, bytes: &[u8]) -> Vec<String> {
    let corrupt = ledger::parse(bytes).corrupt;
    let say = |c: &ledger::Corrupt| format!("{path}:{}: no ledger line; kept as it is", c.line);
    corrupt.iter().map(say).collect()
}
