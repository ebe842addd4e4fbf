//! What came in with a pull, a merge or a rebase.

use crate::journal::{EntryDate, Layout};
use crate::ledger::{self, Ledger};
use crate::repo::{Blob, ObjectId, Repo, RepoError};

/// The conflicts that came in between two commits: states of the ledger that are
/// a conflict now and were not this one before, by entry.
///
/// # Errors
/// A commit or a ledger cannot be read.
pub fn conflicts_between(
    repo: &Repo,
    layout: &Layout,
    before: Option<ObjectId>,
    now: ObjectId,
) -> Result<Vec<EntryDate>, RepoError> {
    let mut entries = Vec::new();
    for change in repo.changes(before, Some(now), &[layout.ledger.as_str()])? {
        let read = |blob: Option<Blob>| match blob.and_then(Blob::file) {
            Some(id) => repo.read_blob(id).map(|bytes| ledger::parse(&bytes)),
            None => Ok(Ledger::default()),
        };
        let (old, new) = (read(change.old)?, read(change.new)?);
        let came_in = new
            .conflicts()
            .filter(|(entry, source, state)| old.sync.get(&(*entry, *source)) != Some(*state));
        entries.extend(came_in.map(|(entry, _, _)| entry));
    }
    entries.sort();
    entries.dedup();
    Ok(entries)
}
