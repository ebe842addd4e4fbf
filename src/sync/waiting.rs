//! The note of the entries with something that a person should look at. A refresh of the
//! index writes it, and `pre-commit` reads it in place of the index, which may be locked,
//! of another version, or come with a clone; git's own directory is never cloned.
//!
//! The note only says where to look: one that is missing, or of earlier, misses something.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::journal::EntryDate;
use crate::ledger::{self, ByEntry, changed_entries};
use crate::repo::Repo;
use crate::store::Store;

/// The note: a date in each line.
const NOTE: &str = "waiting";

/// Writes the note, if it changed.
pub(super) fn note(repo: &Repo, store: &Store) {
    let Ok(mut entries) = store.waiting() else {
        return;
    };
    entries.extend(decided_in_work_tree(repo, store));
    let lines = entries.iter().map(|entry| format!("{entry}\n"));
    let text: String = lines.collect();
    if text != repo.noted_here(NOTE) {
        // A commit names less without it.
        let _ = repo.note_here(NOTE, &text);
    }
}

/// The entries that wait for a person in HEAD's ledgers, and in the work tree's no more: a
/// decision counts once it is committed.
fn decided_in_work_tree(repo: &Repo, store: &Store) -> BTreeSet<EntryDate> {
    let mut found = BTreeSet::new();
    for year in store.known_ledgers().unwrap_or_default().into_values() {
        let Some(work) = year.work else {
            continue;
        };
        let id = year.head.parse().ok();
        let head = id.and_then(|id| repo.shared_blob(id).ok());
        let head = head.unwrap_or_else(|| Rc::from([]));
        let told = ledger::parse(year.told.as_bytes());
        let changed = changed_entries(&head, &work);
        let (head, work) = (ByEntry::of(head), ByEntry::of(work.into()));
        found.extend(changed.into_iter().filter(|entry| {
            let with_told = |rows: ledger::Ledger| rows.with_told(told.of_entry(*entry));
            let before = with_told(head.rows_of(*entry));
            let after = with_told(work.rows_of(*entry)).removed_items(*entry);
            before.conflicts().next().is_some()
                || !before.to_settle().is_empty()
                || !before.removed_items(*entry).is_subset(&after)
        }));
    }
    found
}

/// The entries in the note.
pub(super) fn noted(repo: &Repo) -> BTreeSet<EntryDate> {
    let note = repo.noted_here(NOTE);
    note.lines().filter_map(EntryDate::from_iso).collect()
}
