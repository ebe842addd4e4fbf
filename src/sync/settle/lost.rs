//! Deleted entries whose last version is not in this repository: a shallow clone, a journal
//! that was restored into a new repository. The index has no text of them, and the ledger
//! says that they were there.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::journal::{EntryDate, Layout};
use crate::repo::Repo;
use crate::store::{DeletedEntry, Store};
use crate::sync::history;
use crate::sync::refresh::{RefreshError, without_last_version};

/// Those of the deleted entries that an index, which was just brought up to date, lacks; of
/// one date, or of all.
///
/// # Errors
/// The index, the ledger or history cannot be read.
pub fn lost(
    repo: &Repo,
    layout: &Layout,
    store: &Store,
    only: Option<EntryDate>,
) -> Result<Vec<DeletedEntry>, RefreshError> {
    let (mut years, mut found) = (BTreeMap::new(), Vec::new());
    let mut without = without_last_version(store)?;
    without.retain(|entry| only.is_none_or(|only| only == *entry));
    for entry in without {
        if store.show(entry)?.is_some_and(|e| e.content.is_some()) {
            continue;
        }
        let year = entry.year();
        let rows = match years.entry(year) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => free.insert(super::known(repo, layout, year)?),
        };
        let Some(row) = rows.deleted_by(entry) else {
            continue;
        };
        let path = history::last_path(layout, entry, row);
        // A new file of the date, which cannot be read, is no deleted entry.
        let is_free = |path: &str| repo.work_file(path).is_ok_and(|file| file.is_none());
        if is_free(&path) && is_free(&layout.entry_path(entry)) {
            found.push(DeletedEntry {
                entry: entry.to_string(),
                path,
                deleted_at: row.at.clone(),
                deleted_by: Some(row.by.clone()),
                deletion_reason: Some(row.reason.clone()),
                missing: true,
            });
        }
    }
    Ok(found)
}
