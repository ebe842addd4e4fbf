//! The files of entries that commits removed, and the deletion that names an entry's last
//! version.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::iter;

use super::places::{Places, anywhere, folder};
use super::seen::watched_folders;
use crate::journal::{EntryDate, Layout};
use crate::ledger::{Deletion, Ledger, Source, is_without_hooks};
use crate::repo::{Blob, ObjectId, Repo, RepoError};

/// The versions of entries that HEAD's history replaced and removed; history is looked at
/// once, at the first entry that has several deletions.
pub struct Removed<'a> {
    repo: &'a Repo,
    layout: &'a Layout,
    versions: OnceCell<Versions>,
}

impl<'a> Removed<'a> {
    /// The versions in this repository.
    #[must_use]
    pub const fn new(repo: &'a Repo, layout: &'a Layout) -> Self {
        Self {
            repo,
            layout,
            versions: OnceCell::new(),
        }
    }

    /// The deletion of an entry that names its last version. Of several deletions, those
    /// count whose version a commit of HEAD's history removed, since a version that a
    /// rebase left behind exists on one machine alone. Of those, it is the one whose
    /// version was not edited further, and of several again the last one by the rows'
    /// times: the order of commits changes with each merge.
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
        let versions = self.versions()?;
        let mut in_history = active.clone();
        in_history.retain(|row| versions.removes(&row.blob));
        let last: Vec<&Deletion> = in_history
            .iter()
            .copied()
            .filter(|row| {
                let mut others = in_history.iter();
                !others.any(|other| versions.led_to(&row.blob, &other.blob))
            })
            .collect();
        // A text that was edited and put back leads to itself.
        let candidates = if last.is_empty() { in_history } else { last };
        let newest = candidates
            .into_iter()
            .max_by_key(|row| (&row.at, &row.blob));
        let told = || {
            active
                .iter()
                .min_by_key(|row| !is_without_hooks(&row.by))
                .copied()
        };
        Ok(newest.or_else(told))
    }

    /// Whether a commit of HEAD's history replaced or removed this version.
    ///
    /// # Errors
    /// An object of history is missing or damaged, or git fails; see [`RepoError`].
    pub fn is_of_history(&self, blob: &str) -> Result<bool, RepoError> {
        Ok(self.versions()?.0.contains_key(blob))
    }

    fn versions(&self) -> Result<&Versions, RepoError> {
        if let Some(versions) = self.versions.get() {
            return Ok(versions);
        }
        let mut versions = Versions::default();
        let tips: Vec<ObjectId> = self.repo.head()?.into_iter().collect();
        let places = Places::new(self.repo, self.layout);
        let now = anywhere(self.layout);
        for commit in self.repo.commits(&tips, &[])? {
            for parent in &commit.parents {
                let mut former = Vec::new();
                for at in [*parent, commit.id] {
                    former.extend(places.elsewhere(at, Source::Yaml)?);
                }
                let then = former.iter().map(|then| folder(then, Source::Yaml));
                let below = now.iter().map(String::as_str);
                // For a journal that is the whole repository there is no limit.
                let below: Vec<&str> = match now.is_empty() {
                    true => Vec::new(),
                    false => below.chain(then).collect(),
                };
                let changes = self.repo.changes(Some(*parent), Some(commit.id), &below)?;
                // An entry that moved is the one that it was.
                let entry = |path: &str| {
                    let former = former.iter().map(|then| &**then);
                    let mut layouts = iter::once(self.layout).chain(former);
                    layouts.find_map(|layout| layout.entry_date(path))
                };
                let there = changes.iter();
                let there = there.filter_map(|c| Some((entry(&c.path)?, c.new?)));
                let there: BTreeMap<EntryDate, Blob> = there.collect();
                for change in &changes {
                    let Some(old) = change.old else {
                        continue;
                    };
                    let moved = || there.get(&entry(&change.path)?).copied();
                    let new = change.new.or_else(moved).map(|blob| blob.id.to_string());
                    versions
                        .0
                        .entry(old.id.to_string())
                        .or_default()
                        .insert(new);
                }
            }
        }
        Ok(self.versions.get_or_init(|| versions))
    }
}

/// The versions that commits replaced, each with those that came in its place; `None` where
/// the file was removed.
#[derive(Default)]
struct Versions(HashMap<String, BTreeSet<Option<String>>>);

impl Versions {
    fn removes(&self, blob: &str) -> bool {
        self.0.get(blob).is_some_and(|next| next.contains(&None))
    }

    /// Whether edits led from one version to the other.
    fn led_to(&self, from: &str, to: &str) -> bool {
        let mut seen = BTreeSet::from([from]);
        let mut open = vec![from];
        while let Some(blob) = open.pop() {
            let next = self.0.get(blob).into_iter().flatten();
            for new in next.filter_map(Option::as_deref) {
                if seen.insert(new) {
                    open.push(new);
                }
            }
        }
        from != to && seen.contains(to)
    }
}

/// The path for the last version of a deleted entry. A ledger comes with the repository: a
/// path in it counts only if it is one of that entry.
#[must_use]
pub fn last_path(layout: &Layout, entry: EntryDate, row: &Deletion) -> String {
    match layout.entry_date(&row.path) == Some(entry) {
        true => row.path.clone(),
        false => layout.entry_path(entry),
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
