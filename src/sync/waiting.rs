//! The note of the entries with something that a person should look at. A refresh of the
//! index writes it, and `pre-commit` reads it in place of the index, which may be locked,
//! of another version, or come with a clone; git's own directory is never cloned.
//!
//! The note only says where to look: one that is missing, or of earlier, misses something.

use std::collections::BTreeSet;

use crate::journal::EntryDate;
use crate::repo::Repo;
use crate::store::Store;

/// The note: a date in each line.
const NOTE: &str = "waiting";

/// Writes the note, if it changed.
pub(super) fn note(repo: &Repo, store: &Store) {
    let Ok(entries) = store.waiting() else {
        return;
    };
    let lines = entries.iter().map(|entry| format!("{entry}\n"));
    let text: String = lines.collect();
    if text != repo.noted_here(NOTE) {
        // A commit names less without it.
        let _ = repo.note_here(NOTE, &text);
    }
}

/// The entries in the note.
pub(super) fn noted(repo: &Repo) -> BTreeSet<EntryDate> {
    let note = repo.noted_here(NOTE);
    note.lines().filter_map(EntryDate::from_iso).collect()
}
