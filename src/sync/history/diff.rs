//! The changes of a commit against one parent, as far as history needs them.

use std::collections::{BTreeMap, BTreeSet};

use super::History;
use super::places::folder;
use super::seen::watched_folders;
use crate::journal::Layout;
use crate::ledger::{self, Ledger, Source};
use crate::repo::{Change, Commit, ObjectId, Repo, RepoError};
use crate::sync::versions::{Key, Pair, by_key};

/// The ledger files that differ between two commits, by year; all of the second's if
/// there is no first.
///
/// # Errors
/// A tree cannot be read.
pub fn ledger_changes(
    repo: &Repo,
    layout: &Layout,
    from: Option<ObjectId>,
    to: ObjectId,
) -> Result<BTreeMap<i32, Change>, RepoError> {
    let changes = repo.changes(from, Some(to), &[layout.ledger.as_str()])?;
    let by_year = |change: Change| Some((layout.ledger_year(&change.path)?, change));
    Ok(changes.into_iter().filter_map(by_year).collect())
}

/// The changed entries and notes, and the years whose ledger changed.
#[derive(Debug, Default)]
pub(super) struct Diff {
    pub texts: BTreeMap<Key, Pair>,
    pub years: BTreeSet<i32>,
    /// Of a commit of one parent: the rows of these years' ledgers that stand before it
    /// alone, and after it alone.
    pub ledgers: Vec<(Ledger, Ledger)>,
}

impl History<'_> {
    /// The ledger files that differ between two commits, by year.
    pub(super) fn ledger_changes(
        &self,
        from: ObjectId,
        to: ObjectId,
    ) -> Result<BTreeMap<i32, Change>, RepoError> {
        ledger_changes(self.repo, self.layout, Some(from), to)
    }

    /// Compares a commit with one of its parents. A file that moved is not a change, nor
    /// is the loss of one of two files of a date.
    ///
    /// # Errors
    /// A tree cannot be read.
    pub(super) fn diff(&self, parent: ObjectId, commit: &Commit) -> Result<Diff, RepoError> {
        let layout = self.layout;
        let below: Vec<&str> = match self.only {
            Some(_) => self.below.iter().map(String::as_str).collect(),
            None => watched_folders(layout),
        };
        let changes = self.repo.changes(Some(parent), Some(commit.id), &below)?;
        let (mut years, mut ledgers) = (BTreeSet::new(), Vec::new());
        for change in &changes {
            if let Some(year) = layout.ledger_year(&change.path) {
                years.insert(year);
                if commit.parents.len() == 1 {
                    let (old, new) = (self.text(change.old)?, self.text(change.new)?);
                    ledgers.push(ledger::apart(&old, &new));
                }
            }
        }
        let mut texts = by_key(layout, &changes);
        for (key, there) in self.changes_elsewhere(parent, commit.id)? {
            let pair = texts.entry(key).or_default();
            pair.old = pair.old.take().or(there.old);
            pair.now = pair.now.take().or(there.now);
            if let (Some(old), Some(now)) = (&pair.old, &pair.now)
                && old.blob == now.blob
            {
                texts.remove(&key);
            }
        }
        texts.retain(|(entry, _), _| self.only.is_none_or(|only| only == *entry));
        // The journal or the wiki moved: what looks new was in another folder.
        // (`commit::own` has both rules for the commit that is being made.)
        let new = texts.iter().filter(|(_, pair)| pair.old.is_none());
        let new = new.map(|(key, _)| *key).collect();
        for (key, version) in self.places.moved_from(parent, &new)? {
            let is_same = texts.get(&key).and_then(|pair| pair.now.as_ref());
            match is_same.is_some_and(|now| now.blob == version.blob) {
                true => drop(texts.remove(&key)),
                false => texts.entry(key).or_default().old = Some(version),
            }
        }
        // If one of two files of a date is gone, the entry is still there.
        let gone = texts.iter_mut();
        for ((entry, source), pair) in gone.filter(|(_, pair)| pair.now.is_none()) {
            if *source == Source::Yaml {
                pair.now = self.places.file_of(commit.id, *entry)?;
            }
        }
        Ok(Diff {
            texts,
            years,
            ledgers,
        })
    }

    /// What differs in the folders of the journal and of the wiki that the commits' own
    /// settings name, if those are others than now.
    fn changes_elsewhere(
        &self,
        parent: ObjectId,
        commit: ObjectId,
    ) -> Result<BTreeMap<Key, Pair>, RepoError> {
        let mut found: BTreeMap<Key, Pair> = BTreeMap::new();
        for source in [Source::Yaml, Source::Wiki] {
            let then = self.places.elsewhere(parent, source)?;
            let now = self.places.elsewhere(commit, source)?;
            let mut of = |layout: &Layout, is_then: bool, is_now: bool| {
                let below = [folder(layout, source)];
                let changes = self.repo.changes(Some(parent), Some(commit), &below)?;
                for (key, pair) in by_key(layout, &changes) {
                    // Settings that are lost delete nothing: the file is where it was.
                    let stays = !is_now && pair.now.is_some();
                    if key.1 == source && !stays {
                        let kept = found.entry(key).or_default();
                        kept.old = kept.old.take().or(pair.old.filter(|_| is_then));
                        kept.now = kept.now.take().or(pair.now.filter(|_| is_now));
                    }
                }
                Ok::<_, RepoError>(())
            };
            match (then, now) {
                (Some(then), Some(now)) if folder(&then, source) == folder(&now, source) => {
                    of(&then, true, true)?;
                }
                (then, now) => {
                    then.map(|then| of(&then, true, false)).transpose()?;
                    now.map(|now| of(&now, false, true)).transpose()?;
                }
            }
        }
        // A file that comes into a folder which no longer is the journal's, say.
        found.retain(|_, pair| pair.old.is_some() || pair.now.is_some());
        Ok(found)
    }
}
