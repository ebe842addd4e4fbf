//! Where commits have the files of entries: mostly in the folder of their year,
//! and anywhere below the journal's.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::journal::{EntryDate, Layout, PathKind};
use crate::repo::{Blob, ObjectId, Repo, RepoError};
use crate::sync::commit::versions::Version;

/// Files of entries that are not at their usual place.
type Unusual = BTreeMap<EntryDate, Version>;

pub(super) struct Places<'a> {
    pub(super) repo: &'a Repo,
    layout: &'a Layout,
    /// By commit: the whole journal is listed for it.
    unusual: RefCell<BTreeMap<ObjectId, Rc<Unusual>>>,
}

/// Those of the entries that any of the commits has a file of.
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

impl<'a> Places<'a> {
    pub fn new(repo: &'a Repo, layout: &'a Layout) -> Self {
        Self {
            repo,
            layout,
            unusual: RefCell::default(),
        }
    }

    /// The file that a commit has of an entry; of several the one at the usual place.
    pub fn file_of(
        &self,
        commit: ObjectId,
        entry: EntryDate,
    ) -> Result<Option<Version>, RepoError> {
        let path = self.layout.entry_path(entry);
        if let Some(blob) = self.repo.blob_at(commit, &path)?.and_then(Blob::file) {
            return Ok(Some(Version { path, blob }));
        }
        Ok(self.unusual(commit)?.get(&entry).cloned())
    }

    /// The folder of all entries, as a limit for comparisons.
    pub fn anywhere(&self) -> Vec<String> {
        let journal = &self.layout.journal;
        let whole = journal == ".";
        (!whole).then(|| journal.clone()).into_iter().collect()
    }

    /// Where an entry can stand in a history that has these ends.
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

    fn unusual(&self, commit: ObjectId) -> Result<Rc<Unusual>, RepoError> {
        if let Some(known) = self.unusual.borrow().get(&commit) {
            return Ok(Rc::clone(known));
        }
        let below = self.anywhere();
        let below: Vec<&str> = below.iter().map(String::as_str).collect();
        let mut found = Unusual::new();
        for change in self.repo.changes(None, Some(commit), &below)? {
            if let PathKind::Entry(entry) = self.layout.classify(&change.path)
                && let Some(blob) = change.new.and_then(Blob::file)
                && change.path != self.layout.entry_path(entry)
            {
                let path = change.path;
                found.entry(entry).or_insert(Version { path, blob });
            }
        }
        let found = Rc::new(found);
        self.unusual.borrow_mut().insert(commit, Rc::clone(&found));
        Ok(found)
    }
}
