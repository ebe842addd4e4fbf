//! The entries and notes that a commit changes, with their versions in its parents.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::{Entry, EntryDate, EntryError, Facts, Layout, Note, PathKind};
use crate::ledger::{Ledger, Parent, Source};
use crate::repo::{Blob, Change, ObjectId, Repo, RepoError};

/// A file that holds a version of an entry or a note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileAt {
    pub path: String,
    pub blob: ObjectId,
}

/// An entry's frontmatter or note, before and now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Versions {
    /// One for each parent of the commit.
    pub parents: Vec<Option<FileAt>>,
    pub now: Option<FileAt>,
    /// What each parent has of the entry besides: the other files of its date that the commit
    /// changes or removes.
    pub besides: Vec<Vec<FileAt>>,
    /// The merge drops an entry that a side added: only that side counts.
    pub dropped_by_merge: bool,
}

impl Versions {
    /// A version that a parent has: the last one, if the change removes the file.
    pub fn last(&self) -> Option<&FileAt> {
        self.parents.iter().flatten().next()
    }

    /// Whether a merge has the file of an entry where not every parent has it. Such a parent
    /// may have a file of its own elsewhere, which did not change against it.
    pub fn may_have_others(&self) -> bool {
        let is_at = |path: &str| {
            let mut there = self.parents.iter().map(Option::as_ref);
            there.all(|version| version.is_some_and(|v| v.path == path))
        };
        self.parents.len() > 1 && self.now.as_ref().is_some_and(|now| !is_at(&now.path))
    }

    /// The parents that count, with the entry's facts and the rows known in each; both
    /// are in the order of the commit's parents.
    pub fn compared<'a>(&self, facts: &'a [Option<Facts>], rows: &'a [Ledger]) -> Vec<Parent<'a>> {
        let all = facts.iter().zip(rows);
        all.filter(|(facts, _)| !self.dropped_by_merge || facts.is_some())
            .map(|(facts, rows)| Parent {
                facts: facts.as_ref(),
                rows,
            })
            .collect()
    }
}

pub(super) type Key = (EntryDate, Source);

/// The changes of the commit itself: entries that differ from its parent, or in a merge
/// from every parent, and those that a person resolved there. `changes` has the
/// differences from each parent, or from nothing in a first commit.
pub(super) fn own_changes(
    layout: &Layout,
    changes: &[Vec<Change>],
    is_first: bool,
    resolved_paths: &[String],
) -> BTreeMap<Key, Versions> {
    let diffs: Vec<BTreeMap<Key, Pair>> = changes.iter().map(|c| by_key(layout, c)).collect();
    let mut keys: BTreeSet<Key> = diffs.iter().flat_map(|d| d.keys().copied()).collect();
    keys.retain(|key| diffs.iter().all(|d| d.contains_key(key)));
    keys.extend(
        resolved_paths
            .iter()
            .filter_map(|path| key_of(layout, path)),
    );
    keys.into_iter()
        .map(|key| {
            // Unchanged against one parent: that parent has the current version.
            let now = diffs.iter().find_map(|d| Some(d.get(&key)?.now.clone()));
            let now = now.flatten();
            let before = |d: &BTreeMap<Key, Pair>| d.get(&key).map_or(&now, |p| &p.old).clone();
            let before = diffs.iter().map(before).collect();
            let parents = if is_first { vec![] } else { before };
            let besides = |d: &BTreeMap<Key, Pair>| d.get(&key).map(|p| p.besides.clone());
            let versions = Versions {
                besides: diffs
                    .iter()
                    .map(|d| besides(d).unwrap_or_default())
                    .collect(),
                parents,
                now,
                ..Versions::default()
            };
            (key, versions)
        })
        .collect()
}

/// Adds the items of the version that is left of two files of a date to those of a parent
/// that had both: nobody puts back what stood in one of them already. `before` has the facts of
/// the versions in these parents.
///
/// # Errors
/// A commit cannot be read.
pub(super) fn add_what_stood(
    repo: &Repo,
    parents: &[ObjectId],
    (key, versions): (Key, &Versions),
    now: Option<&Facts>,
    before: &mut [Option<Facts>],
) -> Result<(), RepoError> {
    let (Some(left), Some(now)) = (&versions.now, now) else {
        return Ok(());
    };
    for (facts_before, besides) in before.iter_mut().zip(&versions.besides) {
        let Some(facts_before) = facts_before else {
            continue;
        };
        for file in besides {
            // An unreadable version tells nothing.
            if let Ok(stood) = facts(key, &repo.read_blob(file.blob)?) {
                let stays = stood.items.intersection(&now.items);
                facts_before.items.extend(stays.cloned());
            }
        }
    }
    for ((parent, old), facts) in parents.iter().zip(&versions.parents).zip(before) {
        let (Some(old), Some(facts)) = (old, facts) else {
            continue;
        };
        if old.path != left.path
            && repo.blob_at(*parent, &left.path)?.and_then(Blob::file) == Some(left.blob)
        {
            facts.items.extend(now.items.iter().cloned());
        }
    }
    Ok(())
}

/// The entries that only some parents of a merge have, and the merge lacks. `diffs` has
/// the differences from each parent.
pub(super) fn dropped(diffs: &[&BTreeMap<Key, Pair>]) -> BTreeMap<Key, Versions> {
    let gone = |d: &BTreeMap<Key, Pair>| {
        let gone = d.iter().filter(|((_, source), pair)| {
            *source == Source::Yaml && pair.old.is_some() && pair.now.is_none()
        });
        gone.map(|(key, _)| *key).collect::<Vec<Key>>()
    };
    let keys: BTreeSet<Key> = diffs.iter().flat_map(|d| gone(d)).collect();
    let keys = keys.into_iter();
    // A parent without a difference lacks the entry, too.
    let keys = keys.filter(|key| diffs.iter().any(|d| !d.contains_key(key)));
    let versions = |key: &Key| Versions {
        parents: diffs
            .iter()
            .map(|d| d.get(key).and_then(|pair| pair.old.clone()))
            .collect(),
        dropped_by_merge: true,
        ..Versions::default()
    };
    keys.map(|key| (key, versions(&key))).collect()
}

/// An entry's file before and now.
#[derive(Debug, Default)]
pub(super) struct Pair {
    pub old: Option<FileAt>,
    pub now: Option<FileAt>,
    /// The other files of its date before.
    pub besides: Vec<FileAt>,
}

/// Changed files by entry. A file that moved within the journal is one changed entry.
pub(super) fn by_key(layout: &Layout, changes: &[Change]) -> BTreeMap<Key, Pair> {
    let mut pairs: BTreeMap<Key, Pair> = BTreeMap::new();
    for change in changes {
        let Some(key) = key_of(layout, &change.path) else {
            continue;
        };
        let pair = pairs.entry(key).or_default();
        let version = |blob: Option<Blob>| {
            let blob = blob.and_then(Blob::file)?;
            Some(FileAt {
                path: change.path.clone(),
                blob,
            })
        };
        match (version(change.old), &pair.old) {
            (Some(old), None) => pair.old = Some(old),
            (Some(old), Some(_)) => pair.besides.push(old),
            (None, _) => {}
        }
        pair.now = pair.now.take().or_else(|| version(change.new));
    }
    pairs
}

/// The entry and text that a path holds.
pub(super) fn key_of(layout: &Layout, path: &str) -> Option<Key> {
    match layout.classify(path) {
        PathKind::Entry(date) => Some((date, Source::Yaml)),
        PathKind::Note(date) => Some((date, Source::Wiki)),
        _ => None,
    }
}

/// The facts of a version.
pub(super) fn facts((date, source): Key, bytes: &[u8]) -> Result<Facts, EntryError> {
    match source {
        Source::Yaml => Entry::read(date, bytes).map(|entry| entry.facts()),
        Source::Wiki => Note::read(bytes).map(|note| note.facts()),
    }
}
