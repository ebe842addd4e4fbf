//! The facts of an entry before it became unreadable: somebody committed a broken
//! version, or conflict markers.

use std::collections::BTreeSet;

use super::places::Places;
use crate::journal::digest::text_hash;
use crate::journal::{EntryDate, Facts, Layout};
use crate::ledger::{self, Source};
use crate::repo::{Blob, ObjectId, Repo, RepoError};
use crate::sync::versions::{FileAt, Key};

/// Limit on the commits searched for a readable version.
const MOST: usize = 20_000;

/// The facts of a commit's `version` of an entry or a note. For an unreadable one, they
/// are those of the last readable versions before it.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub(in crate::sync) fn facts_before(
    repo: &Repo,
    layout: &Layout,
    (commit, version): (ObjectId, &FileAt),
    key: Key,
    now: Option<&Facts>,
) -> Result<Facts, RepoError> {
    Places::new(repo, layout).facts_before((commit, version), key, now)
}

/// The last readable version before a commit's `version`, which cannot be read; on both
/// sides of a merge that took neither side's version, the first parent's. None if there
/// is none, if history is cut off, or if it goes back too far.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub(in crate::sync) fn readable_before(
    repo: &Repo,
    layout: &Layout,
    (commit, version): (ObjectId, &FileAt),
    entry: EntryDate,
) -> Result<Option<FileAt>, RepoError> {
    let key = (entry, Source::Yaml);
    let found = Places::new(repo, layout).last_readable((commit, version), key, 1)?;
    Ok(found.into_iter().next().map(|(version, _)| version))
}

impl Places<'_> {
    pub(super) fn facts_before(
        &self,
        (commit, version): (ObjectId, &FileAt),
        key: Key,
        now: Option<&Facts>,
    ) -> Result<Facts, RepoError> {
        if let Some(facts) = self.facts(key, version.blob)? {
            return Ok((*facts).clone());
        }
        let before = match key.1 {
            Source::Yaml => self.last_readable((commit, version), key, usize::MAX)?,
            Source::Wiki => Vec::new(),
        };
        let before: Vec<Facts> = before.into_iter().map(|(_, facts)| facts).collect();
        Ok(Facts {
            items: ledger::items_of_unreadable(&before, now),
            hash: text_hash(&self.repo.read_blob(version.blob)?),
        })
    }

    /// The last readable versions before an unreadable one, with their facts: a single
    /// version, or one on each side of a merge that took neither side's version, and no
    /// more than are `wanted`. None if history is cut off, or goes back too far.
    fn last_readable(
        &self,
        (commit, version): (ObjectId, &FileAt),
        key: Key,
        wanted: usize,
    ) -> Result<Vec<(FileAt, Facts)>, RepoError> {
        let mut found = Vec::new();
        let (mut seen, mut broken) = (BTreeSet::new(), BTreeSet::from([version.blob]));
        let mut next = vec![(commit, version.clone())];
        while let Some((commit, version)) = next.pop() {
            if found.len() >= wanted {
                break;
            }
            if !seen.insert(commit) {
                continue;
            }
            if !broken.contains(&version.blob) {
                match self.facts(key, version.blob)? {
                    Some(facts) => {
                        found.push((version, (*facts).clone()));
                        continue;
                    }
                    None => broken.insert(version.blob),
                };
            }
            let commit = self.repo.commit(commit)?;
            if commit.is_cut_off || seen.len() > MOST {
                return Ok(Vec::new());
            }
            let mut before = Vec::new();
            for parent in commit.parents {
                let there = self.file_near(parent, key.0, &version.path)?;
                before.extend(there.map(|there| (parent, there)));
            }
            match before.iter().find(|(_, v)| v.blob == version.blob) {
                Some(same) => next.push(same.clone()),
                // The first parent's side comes first.
                None => next.extend(before.into_iter().rev()),
            }
        }
        Ok(found)
    }

    /// A commit's file of an entry, at `path` or else wherever it is.
    fn file_near(
        &self,
        commit: ObjectId,
        entry: EntryDate,
        path: &str,
    ) -> Result<Option<FileAt>, RepoError> {
        match self.repo.blob_at(commit, path)?.and_then(Blob::file) {
            Some(blob) => Ok(Some(FileAt {
                path: path.to_owned(),
                blob,
            })),
            None => self.file_of(commit, entry),
        }
    }
}
