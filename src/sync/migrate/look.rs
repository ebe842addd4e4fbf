//! The repository's files and history for the dates in the original.

use std::collections::BTreeSet;

use super::plan::{EntryHere, Here};
use crate::journal::{Entry, EntryDate, Layout, Note, PathKind};
use crate::ledger;
use crate::repo::{Blob, Repo, RepoError};
use crate::store::Original;
use crate::sync::settle::ledger_file;

pub(super) fn look(repo: &Repo, layout: &Layout, original: &Original) -> Result<Here, RepoError> {
    let mut here = Here::default();
    let entries = original.entries.iter().map(|e| e.date);
    let dates: BTreeSet<EntryDate> = entries
        .chain(original.removals.iter().map(|r| r.entry))
        .collect();
    for folder in [&layout.journal, &layout.wiki] {
        for file in repo.own_files(folder)?.files {
            match layout.classify(&file.path) {
                PathKind::Entry(date) if dates.contains(&date) => {
                    let bytes = repo.read_work_file(&file.path)?.unwrap_or_default();
                    let entry = entry_here(date, &bytes);
                    // With two files of one date, neither counts as the entry.
                    let only = !here.entries.contains_key(&date);
                    here.entries.insert(date, entry.filter(|_| only));
                }
                PathKind::Note(date) if dates.contains(&date) => {
                    let bytes = repo.read_work_file(&file.path)?.unwrap_or_default();
                    let note = Note::read(&bytes).ok().map(|n| n.text);
                    here.pages.insert(date, note);
                }
                _ => {}
            }
        }
    }
    // A page outside the journal (git ignores it) is still somebody's.
    for date in &dates {
        if !here.pages.contains_key(date) {
            let note = match repo.read_work_file(&layout.note_path(*date)) {
                Ok(None) => continue,
                Ok(Some(bytes)) => Note::read(&bytes).ok().map(|n| n.text),
                Err(RepoError::Symlink(_)) => None,
                Err(error) => return Err(error),
            };
            here.pages.insert(*date, note);
        }
    }
    in_git(repo, layout, original, &dates, &mut here)?;
    for year in dates.iter().map(|d| d.year()).collect::<BTreeSet<_>>() {
        let ledger = ledger::parse(&ledger_file(repo, layout, year)?);
        here.ledgers.insert(year, ledger);
    }
    Ok(here)
}

fn entry_here(date: EntryDate, bytes: &[u8]) -> Option<EntryHere> {
    let entry = Entry::read(date, bytes).ok()?;
    Some(EntryHere {
        items: entry.facts().items,
        notes: entry.notes,
    })
}

/// Adds the files of HEAD and its history that the work tree lacks.
fn in_git(
    repo: &Repo,
    layout: &Layout,
    original: &Original,
    dates: &BTreeSet<EntryDate>,
    here: &mut Here,
) -> Result<(), RepoError> {
    let Some(head) = repo.head()? else {
        return Ok(());
    };
    for change in repo.changes(None, Some(head), &[&layout.journal, &layout.wiki])? {
        let read = || match change.new.and_then(Blob::file) {
            Some(id) => repo.read_blob(id),
            None => Ok(Vec::new()),
        };
        match layout.classify(&change.path) {
            PathKind::Entry(date) if dates.contains(&date) && !here.entries.contains_key(&date) => {
                here.committed.insert(date, entry_here(date, &read()?));
            }
            PathKind::Note(date) if dates.contains(&date) && !here.pages.contains_key(&date) => {
                let note = Note::read(&read()?).ok().map(|n| n.text);
                here.pages.insert(date, note);
            }
            _ => {}
        }
    }
    let gone =
        |date: &EntryDate| !here.entries.contains_key(date) && !here.committed.contains_key(date);
    let deleted = original.entries.iter().filter(|e| e.deleted.is_some());
    let mut wanted: BTreeSet<EntryDate> = deleted.map(|e| e.date).filter(gone).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    // The newest deletion comes first.
    for (path, blob) in repo.removed_files(&layout.journal)? {
        if let PathKind::Entry(date) = layout.classify(&path)
            && wanted.remove(&date)
        {
            here.last.insert(date, (path, blob));
        }
    }
    Ok(())
}
