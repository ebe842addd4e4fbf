//! What came in with a pull, a merge or a rebase.

use std::collections::{BTreeMap, BTreeSet};

use super::history;
use crate::journal::{EntryDate, Layout, PathKind};
use crate::ledger::{self, Ledger, SyncState};
use crate::repo::{Blob, ObjectId, Repo, RepoError};

/// The conflicts that came in between two commits: states, recorded or told by
/// history, that are a conflict now and were not this one before, by entry.
///
/// # Errors
/// A commit or a ledger cannot be read.
pub fn conflicts_between(
    repo: &Repo,
    layout: &Layout,
    before: Option<ObjectId>,
    now: ObjectId,
) -> Result<Vec<EntryDate>, RepoError> {
    let told = history::rows_of(repo, layout, now)?;
    let mut changed: BTreeMap<i32, Blobs> = BTreeMap::new();
    for change in repo.changes(before, Some(now), &[layout.ledger.as_str()])? {
        if let PathKind::Ledger(year) = layout.classify(&change.path) {
            changed.insert(year, (change.old, change.new));
        }
    }
    for (entry, _) in told.sync.keys() {
        let path = layout.ledger_path(entry.year());
        if let std::collections::btree_map::Entry::Vacant(year) = changed.entry(entry.year()) {
            let same = repo.blob_at(now, &path)?;
            year.insert((same, same));
        }
    }
    let read = |blob: Option<Blob>| match blob.and_then(Blob::file) {
        Some(id) => repo.read_blob(id).map(|bytes| ledger::parse(&bytes)),
        None => Ok(Ledger::default()),
    };
    let mut told_before = None;
    let mut entries = BTreeSet::new();
    for (year, (old, new)) in changed {
        let new = history::with(read(new)?, history::of_year(&told, year));
        let mut conflicts = new.conflicts().peekable();
        if conflicts.peek().is_none() {
            continue;
        }
        let told_before = match (&mut told_before, before) {
            (Some(told), _) => &*told,
            (none, Some(before)) => none.insert(history::rows_of(repo, layout, before)?),
            (none, None) => none.insert(Ledger::default()),
        };
        let old = history::with(read(old)?, history::of_year(told_before, year));
        let knew = |key| old.sync.get(&key).map(texts);
        entries.extend(conflicts.filter_map(|(entry, source, state)| {
            (knew((entry, source)) != Some(texts(state))).then_some(entry)
        }));
    }
    Ok(entries.into_iter().collect())
}

/// A ledger file before and now.
type Blobs = (Option<Blob>, Option<Blob>);

fn texts(state: &SyncState) -> Vec<&str> {
    state.hashes.iter().map(|h| h.hash.as_str()).collect()
}
