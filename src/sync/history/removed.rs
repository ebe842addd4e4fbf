//! The files of entries that commits removed, to tell which deletion of an entry counts.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use super::recorded::watched_folders;
use crate::journal::{EntryDate, Layout};
use crate::ledger::{Deletion, Ledger, is_without_hooks};
use crate::repo::{ObjectId, Repo, RepoError};

/// The file versions that HEAD's history removed; git is asked once, and only if needed.
pub struct Removed<'a> {
    repo: &'a Repo,
    layout: &'a Layout,
    blobs: OnceCell<BTreeSet<String>>,
}

impl<'a> Removed<'a> {
    /// A value that has not asked git yet.
    #[must_use]
    pub const fn new(repo: &'a Repo, layout: &'a Layout) -> Self {
        Self {
            repo,
            layout,
            blobs: OnceCell::new(),
        }
    }

    /// The deletion of an entry that names its last version. Of several deletions, those
    /// count whose version a commit of HEAD's history removed, since a version that a
    /// rebase left behind exists on one machine alone. Of those, it is the last one by
    /// the rows' times: the order of commits changes with each merge.
    ///
    /// # Errors
    /// An object of history is missing or damaged, or git fails; see [`RepoError`].
    pub fn deletion_of<'r>(
        &self,
        rows: &'r Ledger,
        entry: EntryDate,
    ) -> Result<Option<&'r Deletion>, RepoError> {
        let active: Vec<&Deletion> = rows.active_deletions_of(entry).collect();
        if let [] | [_] = active[..] {
            return Ok(active.first().copied());
        }
        // The path in a row comes from the ledger's author; the blob is enough.
        let removed = self.blobs()?;
        let in_history = active.iter().filter(|row| removed.contains(&*row.blob));
        let in_history = in_history.max_by_key(|row| (&row.at, &row.blob));
        let told = || active.iter().min_by_key(|row| !is_without_hooks(&row.by));
        Ok(in_history.or_else(told).copied())
    }

    fn blobs(&self) -> Result<&BTreeSet<String>, RepoError> {
        if let Some(blobs) = self.blobs.get() {
            return Ok(blobs);
        }
        let removed = self.repo.removed_files(&self.layout.journal)?;
        let blobs = removed.into_iter().map(|(_, blob)| blob).collect();
        Ok(self.blobs.get_or_init(|| blobs))
    }
}

/// The entries whose file was removed by a commit that is in the history of only one of
/// two commits.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub fn removed_between(
    repo: &Repo,
    layout: &Layout,
    one: ObjectId,
    other: ObjectId,
) -> Result<BTreeSet<EntryDate>, RepoError> {
    let mut commits = repo.commits(&[one], &[other])?;
    commits.extend(repo.commits(&[other], &[one])?);
    let mut entries = BTreeSet::new();
    for commit in commits {
        let [parent] = commit.parents[..] else {
            continue;
        };
        for change in repo.changes(Some(parent), Some(commit.id), &watched_folders(layout))? {
            if let (Some(entry), None) = (layout.entry_date(&change.path), change.new) {
                entries.insert(entry);
            }
        }
    }
    Ok(entries)
}
