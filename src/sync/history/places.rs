//! The paths of entries and notes in commits: mostly in the folder of their year, but they
//! may be anywhere in the journal's folder, or the wiki's.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::journal::settings::FILE;
use crate::journal::{EntryDate, Facts, Layout, Settings};
use crate::ledger::Source;
use crate::repo::{Blob, Change, ObjectId, Repo, RepoError};
use crate::sync::versions::{FileAt, Key, Versions, by_key, key_of};

use super::known_facts::KnownFacts;

/// Cache size: a walk asks again for nearby commits.
const MOST_LISTED: usize = 64;

/// Files of entries, or of notes, that are not at their usual path.
type Unusual = BTreeMap<EntryDate, FileAt>;

/// Where commits have the files of their entries and notes.
pub(in crate::sync) struct Places<'a> {
    pub(super) repo: &'a Repo,
    layout: &'a Layout,
    /// The unusual files by commit and folder, from a listing of the whole folder.
    unusual: RefCell<BTreeMap<(ObjectId, Source, String), Rc<Unusual>>>,
    /// By the settings file of a commit: the layout, if its journal or its wiki is not
    /// where it is now.
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
    file_of_key(repo, layout, commit, (entry, Source::Yaml))
}

/// A commit's file of an entry or a note.
///
/// # Errors
/// The commit cannot be read.
pub(in crate::sync) fn file_of_key(
    repo: &Repo,
    layout: &Layout,
    commit: ObjectId,
    key: Key,
) -> Result<Option<FileAt>, RepoError> {
    Places::new(repo, layout).file_of_key(commit, key)
}

/// A commit's files of these entries and notes, if its journal or its wiki is in another
/// folder than now. Without that, each of them would count as new.
///
/// # Errors
/// The commit cannot be read.
pub(in crate::sync) fn moved_from(
    repo: &Repo,
    layout: &Layout,
    commit: ObjectId,
    keys: &BTreeSet<Key>,
) -> Result<BTreeMap<Key, FileAt>, RepoError> {
    Places::new(repo, layout).moved_from(commit, keys)
}

/// The files of entries and notes that these changes against a commit take out of its journal
/// or its wiki, if that is in another folder than now.
///
/// # Errors
/// The commit cannot be read.
pub(in crate::sync) fn gone_elsewhere(
    repo: &Repo,
    layout: &Layout,
    commit: ObjectId,
    changes: &[Change],
) -> Result<BTreeMap<Key, FileAt>, RepoError> {
    let places = Places::new(repo, layout);
    let mut found = BTreeMap::new();
    for source in [Source::Yaml, Source::Wiki] {
        let Some(layout) = places.elsewhere(commit, source)? else {
            continue;
        };
        let gone = by_key(&layout, changes).into_iter();
        let gone = gone.filter(|(key, pair)| key.1 == source && pair.now.is_none());
        found.extend(gone.filter_map(|(key, pair)| Some((key, pair.old?))));
    }
    Ok(found)
}

/// Whether a commit's journal or wiki is in another folder than now.
///
/// # Errors
/// The commit cannot be read.
pub(in crate::sync) fn has_moved_since(
    repo: &Repo,
    layout: &Layout,
    commit: ObjectId,
) -> Result<bool, RepoError> {
    let places = Places::new(repo, layout);
    let is_elsewhere = |source| Ok::<_, RepoError>(places.elsewhere(commit, source)?.is_some());
    Ok(is_elsewhere(Source::Yaml)? || is_elsewhere(Source::Wiki)?)
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

    /// A commit's file of an entry; see [`Places::file_of_key`].
    pub fn file_of(&self, commit: ObjectId, entry: EntryDate) -> Result<Option<FileAt>, RepoError> {
        self.file_of_key(commit, (entry, Source::Yaml))
    }

    /// A commit's file of an entry or a note; of several, the one at the usual path. The
    /// folder may have been another one then.
    pub fn file_of_key(&self, commit: ObjectId, key: Key) -> Result<Option<FileAt>, RepoError> {
        if let Some(version) = self.file_in(self.layout, commit, key)? {
            return Ok(Some(version));
        }
        match self.elsewhere(commit, key.1)? {
            Some(layout) => self.file_in(&layout, commit, key),
            None => Ok(None),
        }
    }

    /// Takes the files of an entry that count in these parents of a merge, instead of those
    /// that changed.
    ///
    /// # Errors
    /// A commit cannot be read.
    pub fn take_what_counts(
        &self,
        parents: &[ObjectId],
        entry: EntryDate,
        versions: &mut Versions,
    ) -> Result<(), RepoError> {
        for (parent, version) in parents.iter().zip(&mut versions.parents) {
            if let Some(file) = self.file_of(*parent, entry)? {
                *version = Some(file);
            }
        }
        Ok(())
    }

    /// See [`moved_from`].
    pub fn moved_from(
        &self,
        commit: ObjectId,
        keys: &BTreeSet<Key>,
    ) -> Result<BTreeMap<Key, FileAt>, RepoError> {
        let mut found = BTreeMap::new();
        for source in [Source::Yaml, Source::Wiki] {
            let mut of_source = keys.iter().filter(|(_, of)| *of == source).peekable();
            if of_source.peek().is_none() {
                continue;
            }
            let Some(layout) = self.elsewhere(commit, source)? else {
                continue;
            };
            for key in of_source {
                if let Some(version) = self.file_in(&layout, commit, *key)? {
                    found.insert(*key, version);
                }
            }
        }
        Ok(found)
    }

    fn file_in(
        &self,
        layout: &Layout,
        commit: ObjectId,
        (entry, source): Key,
    ) -> Result<Option<FileAt>, RepoError> {
        let path = usual_path(layout, (entry, source));
        if let Some(blob) = self.repo.blob_at(commit, &path)?.and_then(Blob::file) {
            return Ok(Some(FileAt { path, blob }));
        }
        let unusual = self.unusual(layout, commit, source)?;
        Ok(unusual.get(&entry).cloned())
    }

    /// The layout by a commit's own settings, if its journal, or its wiki, is not where it
    /// is now.
    pub fn elsewhere(
        &self,
        commit: ObjectId,
        source: Source,
    ) -> Result<Option<Rc<Layout>>, RepoError> {
        let moved = |layout: &Rc<Layout>| folder(layout, source) != folder(self.layout, source);
        let file = self.repo.blob_at(commit, FILE)?.and_then(Blob::file);
        if let Some(known) = self.elsewhere.borrow().get(&file) {
            return Ok(known.clone().filter(moved));
        }
        let text = file.map(|id| self.repo.read_blob(id)).transpose()?;
        let layout = match layout_of(&text.unwrap_or_default()) {
            Some(layout) => layout,
            None => self.last_readable_layout(commit)?,
        };
        let now = self.layout;
        let layout = Some(layout).filter(|l| (&l.journal, &l.wiki) != (&now.journal, &now.wiki));
        let layout = layout.map(Rc::new);
        self.elsewhere.borrow_mut().insert(file, layout.clone());
        Ok(layout.filter(moved))
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

    fn unusual(
        &self,
        layout: &Layout,
        commit: ObjectId,
        source: Source,
    ) -> Result<Rc<Unusual>, RepoError> {
        let at = folder(layout, source);
        let known_by = (commit, source, at.to_owned());
        if let Some(known) = self.unusual.borrow().get(&known_by) {
            return Ok(Rc::clone(known));
        }
        let below: Vec<&str> = (at != ".").then_some(at).into_iter().collect();
        let mut found = Unusual::new();
        for change in self.repo.changes(None, Some(commit), &below)? {
            if let Some(key) = key_of(layout, &change.path).filter(|(_, of)| *of == source)
                && let Some(blob) = change.new.and_then(Blob::file)
                && change.path != usual_path(layout, key)
            {
                let path = change.path;
                found.entry(key.0).or_insert(FileAt { path, blob });
            }
        }
        let found = Rc::new(found);
        let mut known = self.unusual.borrow_mut();
        if known.len() >= MOST_LISTED {
            known.clear();
        }
        known.insert(known_by, Rc::clone(&found));
        Ok(found)
    }
}

/// The folder of all entries, or of all notes.
pub(super) fn folder(layout: &Layout, source: Source) -> &str {
    match source {
        Source::Yaml => &layout.journal,
        Source::Wiki => &layout.wiki,
    }
}

fn usual_path(layout: &Layout, (entry, source): Key) -> String {
    match source {
        Source::Yaml => layout.entry_path(entry),
        Source::Wiki => layout.note_path(entry),
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
