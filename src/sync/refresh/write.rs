//! Writes the decision for a date, and reports the changes.

use std::collections::BTreeSet;

use super::RefreshError;
use super::apply::Apply;
use super::read::FileState;
use super::report::{EntryChange, Warning, What, Why};
use super::state::{Indexed, IndexedEntry};
use crate::journal::{EntryDate, Item, ItemKey, Table};
use crate::store::{Before, EntryRow, NoteRow};

impl Apply<'_, '_, '_> {
    /// Writes an entry's rows if they changed, and reports the change.
    ///
    /// # Errors
    /// The database cannot be read or written.
    pub(super) fn write_entry(
        &mut self,
        date: EntryDate,
        before: &Before,
        indexed: &Indexed,
        file: FileState,
    ) -> Result<(), RefreshError> {
        let row = indexed.entry.as_ref().map(row);
        self.update.put_entry(before, row.as_ref())?;
        match &indexed.entry {
            Some(_) if file.broken => self.report.former_entries += 1,
            Some(it) => self.report_entry(date, before, (indexed, it), file.touched),
            None => {}
        }
        Ok(())
    }

    fn report_entry(
        &mut self,
        date: EntryDate,
        before: &Before,
        (indexed, it): (&Indexed, &IndexedEntry),
        touched: bool,
    ) {
        let (was, is_deleted) = (before.is_deleted(), it.deleted.is_some());
        for warning in &it.entry.warnings {
            self.report.warnings.push(Warning {
                path: it.path.clone(),
                at: Some(warning.at),
                what: warning.what.clone(),
            });
        }
        // Items of a first load are not reported.
        let (before, now) = match self.fill {
            true => (BTreeSet::new(), BTreeSet::new()),
            false => {
                let facts = it.entry.facts().items;
                let now = facts.difference(&it.kept_out).cloned().collect();
                (before.items(), now)
            }
        };
        let what = match (was, is_deleted) {
            (None, false) => What::Created,
            (None | Some(false), true) => What::Deleted,
            (Some(true), false) => What::Restored,
            (Some(true), true) => What::Unchanged,
            (Some(false), false) if touched || before != now => What::Updated,
            (Some(false), false) => What::Unchanged,
        };
        if what == What::Unchanged && !self.asked.contains(&date) {
            self.report.unchanged_entries += usize::from(!is_deleted);
            return;
        }
        let (added, removed) = match self.fill || is_deleted {
            true => Default::default(),
            false => (
                now.difference(&before).cloned().collect(),
                removed(date, indexed, &before, &now),
            ),
        };
        self.report.entries.push(EntryChange {
            date,
            path: it.path.clone(),
            what,
            added,
            removed,
            kept_out: it.kept_out.clone(),
        });
    }

    /// Writes a note if it changed, and reports the change.
    ///
    /// # Errors
    /// The database cannot be read or written.
    pub(super) fn write_note(
        &mut self,
        date: EntryDate,
        before: &Before,
        indexed: &Indexed,
        file: FileState,
    ) -> Result<(), RefreshError> {
        let was = before.has_note();
        let note = indexed.note.as_ref();
        let row = note.map(|it| NoteRow {
            note: &it.note,
            path: &it.path,
            pending: it.pending,
        });
        self.update.put_note(before, row.as_ref())?;
        if file.broken {
            self.report.former_notes += usize::from(note.is_some());
            return Ok(());
        }
        let what = match (was, note.is_some()) {
            (false, false) => return Ok(()),
            (false, true) => What::Created,
            (true, false) => What::Deleted,
            (true, true) if file.touched => What::Updated,
            (true, true) => {
                self.report.unchanged_notes += 1;
                return Ok(());
            }
        };
        self.report.notes.push(EntryChange {
            date,
            path: note.map_or_else(|| self.layout.note_path(date), |it| it.path.clone()),
            what,
            added: BTreeSet::new(),
            removed: Vec::new(),
            kept_out: BTreeSet::new(),
        });
        Ok(())
    }
}

fn row(it: &IndexedEntry) -> EntryRow<'_> {
    EntryRow {
        entry: &it.entry,
        path: &it.path,
        pending: it.pending,
        deleted: it.deleted.as_ref(),
        kept_out: &it.kept_out,
    }
}

/// The items no longer indexed, and those that the next commit will record as removed.
fn removed(
    date: EntryDate,
    indexed: &Indexed,
    before: &BTreeSet<Item>,
    now: &BTreeSet<Item>,
) -> Vec<(Table, ItemKey, Why)> {
    let ledger = &indexed.ledger;
    let pending: BTreeSet<_> = ledger
        .new
        .iter()
        .map(|k| (k.table, k.item.clone()))
        .collect();
    let gone: BTreeSet<_> = before
        .difference(now)
        .cloned()
        .chain(pending.iter().cloned())
        .collect();
    let why = |item: &Item| {
        if pending.contains(item) {
            return Why::Pending;
        }
        let mut rows = ledger.rows.tombstones_of_item(date, item.clone());
        let row = rows.find(|(_, row)| row.state.is_active());
        row.map_or(Why::NotInFile, |(_, row)| Why::RemovedBy {
            machine: row.by.clone(),
            at: row.at.clone(),
        })
    };
    gone.into_iter()
        .map(|item| {
            let why = why(&item);
            (item.0, item.1, why)
        })
        .collect()
}
