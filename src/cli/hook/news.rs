//! What a hook says of the news that came in with a pull, a merge or a rebase.

use std::collections::BTreeSet;

use crate::cli::Ui;
use crate::cli::shown::{left, more, safe};
use crate::journal::Layout;
use crate::repo::{ObjectId, Repo, RepoError, shell_path};
use crate::sync::incoming::{self, Incoming};
use crate::sync::refresh;

/// Limit on the entries and files of each kind that are named.
const MOST: usize = 5;

/// Names the items that merges kept out, with the commands that settle each; those of an entry
/// that is named for a conflict stand beside it in the listing.
pub fn say_kept_out(ui: &Ui, incoming: &Incoming) {
    let items = incoming.kept_out.iter();
    let items: Vec<_> = items
        .filter(|item| !incoming.conflicts.contains(&item.entry))
        .collect();
    for item in items.iter().take(MOST) {
        ui.note(safe(&item.say_kept_out()));
    }
    if let Some(more) = more(items.len(), MOST, "more item", "more items") {
        ui.note(format_args!("{more} kept out: `metadb sync conflicts`"));
    }
}

/// Names the entries that went or came back.
pub fn say_deletions(ui: &Ui, incoming: &Incoming) {
    for (entry, by) in incoming.gone.iter().take(MOST) {
        ui.note(format_args!(
            "entry {entry} was deleted by {}; back: `metadb restore Entry {entry}`",
            safe(by)
        ));
    }
    for entry in incoming.back.iter().take(MOST) {
        ui.note(format_args!(
            "entry {entry}, which had been deleted, is back"
        ));
    }
    for (entry, by) in incoming.kept.iter().take(MOST) {
        let by = by.as_ref().map(|by| format!(" by {}", safe(by)));
        ui.note(format_args!(
            "entry {entry} was deleted{}, and stays: this side added or edited it",
            by.unwrap_or_else(|| " on the other side".to_owned())
        ));
    }
    for (all, one, many) in [
        (
            incoming.kept.len(),
            "more entry was deleted there, and stays",
            "more entries were deleted there, and stay",
        ),
        (
            incoming.gone.len(),
            "more entry was deleted",
            "more entries were deleted",
        ),
        (
            incoming.back.len(),
            "more entry is back",
            "more entries are back",
        ),
    ] {
        if let Some(more) = more(all, MOST, one, many) {
            ui.note(more);
        }
    }
}

/// Names the unreadable files that came in since `before`: another client committed them
/// without the checks.
pub fn say_what_cannot_be_read(
    ui: &Ui,
    repo: &Repo,
    before: ObjectId,
    failed: &[refresh::Failure],
) -> Result<(), RepoError> {
    if failed.is_empty() {
        return Ok(());
    }
    let changes = repo.changes(Some(before), repo.head()?, &[])?;
    let came_in: BTreeSet<&str> = changes.iter().map(|c| c.path.as_str()).collect();
    let failed: Vec<_> = failed
        .iter()
        .filter(|f| came_in.contains(f.path.as_str()))
        .collect();
    for failure in failed.iter().take(MOST) {
        ui.note(safe(&failure.to_string()));
    }
    if let Some(more) = left(failed.len(), MOST) {
        ui.note(format_args!("{more} more cannot be read"));
    }
    Ok(())
}

/// Names the readable pages in which conflict markers came in since `before`.
pub fn say_markers(
    ui: &Ui,
    repo: &Repo,
    layout: &Layout,
    before: ObjectId,
    failed: &[refresh::Failure],
) -> Result<(), RepoError> {
    let mut marked = incoming::marked(repo, layout, before)?;
    marked.retain(|path, _| failed.iter().all(|failed| failed.path != *path));
    for (path, line) in marked.iter().take(MOST) {
        ui.note(format_args!(
            "{}:{line}: conflict markers came in; look: `palimpsest resolve {}`",
            safe(path),
            safe(&shell_path(path))
        ));
    }
    let (one, many) = ("more page has some", "more pages have some");
    if let Some(more) = more(marked.len(), MOST, one, many) {
        ui.note(more);
    }
    Ok(())
}
