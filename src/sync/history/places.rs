//! The paths of entries in commits: mostly in the folder of their year, but they may be
//! anywhere in the journal's folder.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::journal::settings::FILE;
use crate::journal::{EntryDate, Facts, Layout, Settings};
use crate::repo::{Blob, ObjectId, Repo, RepoError};
use crate::sync::versions::{FileAt, Key};

use super::known_facts::KnownFacts;

/// Cache size: a walk asks again for nearby commits.
const MOST_LISTED: usize = 64;

/// Files of entries that are not at their usual path.
type Unusual = BTreeMap<EntryDate, FileAt>;

pub(super) struct Places<'a> {
    pub(super) repo: &'a Repo,
    layout: &'a Layout,
    /// The unusual files by commit and journal folder, from a listing of the whole
    /// journal.
    unusual: RefCell<BTreeMap<(ObjectId, String), Rc<Unusual>>>,
    /// By the settings file of a commit: the layout, if its journal is not where it is
    /// now.
    elsewhere: RefCell<BTreeMap<Option<ObjectId>, Option<Rc<Layout>>>>,
    facts: KnownFacts,
}

/// The entries of which any of the commits has a file.
///
/// # Errors
/// A commit cannot be read.
pub fn entries_there(
    repo: &Repo,
    layout: &Layout,
    commits: &[ObjectId],
    entries: &BTreeSet<&EntryDate>,
) -> Result<BTreeSet<EntryDate>, RepoError> {
    let places = Places::new(repo, layout);
    let mut there = BTreeSet::new();
    for commit in commits {
        for entry in entries.iter().copied() {
            if places.file_of(*commit, *entry)?.is_some() {
                there.insert(*entry);
            }
        }
    }
    Ok(there)
}

/// A commit's file of an entry.
///
/// # Errors
/// The commit cannot be read.
pub(in crate::sync) fn file_of(
    repo: &Repo,
    layout: &Layout,
    commit: ObjectId,
    entry: EntryDate,
) -> Result<Option<FileAt>, RepoError> {
    Places::new(repo, layout).file_of(commit, entry)
}

/// A commit's files of these entries, if its journal is in another folder than now.
/// Without that, each of them would count as new.
///
/// # Errors
/// The commit cannot be read.
pub(in crate::sync) fn moved_from(
    repo: &Repo,
    layout: &Layout,
    commit: ObjectId,
    entries: &BTreeSet<EntryDate>,
) -> Result<BTreeMap<EntryDate, FileAt>, RepoError> {
    Places::new(repo, layout).moved_from(commit, entries)
}

impl<'a> Places<'a> {
    pub fn new(repo: &'a Repo, layout: &'a Layout) -> Self {
        Self {
            repo,
            layout,
            unusual: RefCell::default(),
            elsewhere: RefCell::default(),
            facts: KnownFacts::default(),
        }
    }

    /// The facts of a version; `None` if it cannot be read as an entry or a note.
    pub fn facts(&self, key: Key, blob: ObjectId) -> Result<Option<Rc<Facts>>, RepoError> {
        self.facts.of(self.repo, key, blob)
    }

    /// A commit's file of an entry; of several, the one at the usual path. The journal
    /// may have been in another folder then.
    pub fn file_of(&self, commit: ObjectId, entry: EntryDate) -> Result<Option<FileAt>, RepoError> {
        if let Some(version) = self.file_in(self.layout, commit, entry)? {
            return Ok(Some(version));
        }
        match self.elsewhere(commit)? {
            Some(layout) => self.file_in(&layout, commit, entry),
            None => Ok(None),
        }
    }

    /// See [`moved_from`].
    pub fn moved_from(
        &self,
        commit: ObjectId,
        entries: &BTreeSet<EntryDate>,
    ) -> Result<BTreeMap<EntryDate, FileAt>, RepoError> {
        let mut found = BTreeMap::new();
        if entries.is_empty() {
            return Ok(found);
        }
        let Some(layout) = self.elsewhere(commit)? else {
            return Ok(found);
        };
        for entry in entries {
            if let Some(version) = self.file_in(&layout, commit, *entry)? {
                found.insert(*entry, version);
            }
        }
        Ok(found)
    }

    fn file_in(
        &self,
        layout: &Layout,
        commit: ObjectId,
        entry: EntryDate,
    ) -> Result<Option<FileAt>, RepoError> {
        let path = layout.entry_path(entry);
        if let Some(blob) = self.repo.blob_at(commit, &path)?.and_then(Blob::file) {
            return Ok(Some(FileAt { path, blob }));
        }
        Ok(self.unusual(layout, commit)?.get(&entry).cloned())
    }

    /// The layout by a commit's own settings, if its journal is not where it is now.
    fn elsewhere(&self, commit: ObjectId) -> Result<Option<Rc<Layout>>, RepoError> {
        let file = self.repo.blob_at(commit, FILE)?.and_then(Blob::file);
        if let Some(known) = self.elsewhere.borrow().get(&file) {
            return Ok(known.clone());
        }
        let text = file.map(|id| self.repo.read_blob(id)).transpose()?;
        let layout = match layout_of(&text.unwrap_or_default()) {
            Some(layout) => layout,
            None => self.last_readable_layout(commit)?,
        };
        let layout = Some(layout).filter(|layout| layout.journal != self.layout.journal);
        let layout = layout.map(Rc::new);
        self.elsewhere.borrow_mut().insert(file, layout.clone());
        Ok(layout)
    }

    /// The layout before a commit's settings became unreadable: those name no folder, and
    /// the journal stayed where it was.
    fn last_readable_layout(&self, commit: ObjectId) -> Result<Layout, RepoError> {
        for at in self.repo.commits_of(commit, FILE)? {
            let text = self.repo.read_at(at, FILE)?;
            if let Some(layout) = layout_of(&text.unwrap_or_default()) {
                return Ok(layout);
            }
        }
        // Nothing was set before.
        Ok(Settings::default().layout)
    }

    /// The folder of all entries, as a limit for comparisons.
    pub fn anywhere(&self) -> Vec<String> {
        anywhere(self.layout)
    }

    /// The paths where an entry can be in a history with these ends.
    pub fn below(
        &self,
        entry: EntryDate,
        ends: impl Iterator<Item = ObjectId>,
    ) -> Result<Vec<String>, RepoError> {
        let usual = self.layout.entry_path(entry);
        for commit in ends {
            let file = self.file_of(commit, entry)?;
            if file.is_some_and(|file| file.path != usual) {
                return Ok(self.anywhere());
            }
        }
        Ok(vec![usual])
    }

    fn unusual(&self, layout: &Layout, commit: ObjectId) -> Result<Rc<Unusual>, RepoError> {
        let key = (commit, layout.journal.clone());
        if let Some(known) = self.unusual.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let below = anywhere(layout);
        let below: Vec<&str> = below.iter().map(String::as_str).collect();
        let mut found = Unusual::new();
        for change in self.repo.changes(None, Some(commit), &below)? {
            if let Some(entry) = layout.entry_date(&change.path)
                && let Some(blob) = change.new.and_then(Blob::file)
                && change.path != layout.entry_path(entry)
            {
                let path = change.path;
                found.entry(entry).or_insert(FileAt { path, blob });
            }
        }
        let found = Rc::new(found);
        let mut known = self.unusual.borrow_mut();
        if known.len() >= MOST_LISTED {
            known.clear();
        }
        known.insert(key, Rc::clone(&found));
        Ok(found)
    }
}

/// The layout by the text of settings; `None` if they cannot be read.
fn layout_of(text: &[u8]) -> Option<Layout> {
    Some(Settings::of_file(text).ok()?.layout)
}

/// The folder of all entries, as a limit for comparisons.
pub(super) fn anywhere(layout: &Layout) -> Vec<String> {
    let whole = layout.journal == ".";
    (!whole)
        .then(|| layout.journal.clone())
        .into_iter()
        .collect()
}
