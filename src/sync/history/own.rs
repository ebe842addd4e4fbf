//! The removals and additions of a commit itself that it did not record.

use std::collections::BTreeSet;

use super::History;
use super::diff::Diff;
use super::dropped::is_known;
use crate::journal::EntryDate;
use crate::ledger::{
    self, Context, FileRef, Hash, Ledger, RemovalRow, RowKey, Source, State, Tombstone,
    without_hooks,
};
use crate::repo::{Commit, RepoError};
use crate::sync::versions::{self, Key, Versions};

impl History<'_> {
    /// The rows for what a commit itself removed, added and deleted and its ledger does
    /// not record; `diffs` are its changes against each parent.
    ///
    /// # Errors
    /// A commit, a file or a ledger cannot be read.
    pub(super) fn own(&self, commit: &Commit, diffs: &[Diff]) -> Result<Ledger, RepoError> {
        let mut rows = Ledger::default();
        let Some((first, others)) = diffs.split_first() else {
            return Ok(rows);
        };
        // In a merge, only entries that differ from every parent.
        let entries = first.texts.keys().filter(|(_, s)| *s == Source::Yaml);
        for key in entries {
            if others.iter().all(|d| d.texts.contains_key(key)) {
                let pairs = || diffs.iter().map(|d| &d.texts[key]);
                let mut versions = Versions {
                    parents: pairs().map(|pair| pair.old.clone()).collect(),
                    now: pairs().find_map(|pair| pair.now.clone()),
                    besides: pairs().map(|pair| pair.besides.clone()).collect(),
                    dropped_by_merge: false,
                };
                if versions.may_have_others() {
                    versions.now = self.places.file_of(commit.id, key.0)?;
                    (self.places).take_what_counts(&commit.parents, key.0, &mut versions)?;
                }
                rows.apply(self.entry(commit, key.0, &versions)?);
            }
        }
        if !others.is_empty() {
            for (key, versions) in self.dropped(commit, diffs)? {
                if !self.is_recorded(commit, key, &versions)? {
                    rows.apply(self.entry(commit, key.0, &versions)?);
                }
            }
        }
        Ok(rows)
    }

    /// Whether a deletion that a parent knows names the version that a merge dropped.
    fn is_recorded(
        &self,
        merge: &Commit,
        key: Key,
        versions: &Versions,
    ) -> Result<bool, RepoError> {
        for parent in &merge.parents {
            if is_known(&self.known(*parent, key.0)?, key, versions) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The rows for one entry, whose versions in the parents and in the commit are given.
    pub(super) fn entry(
        &self,
        commit: &Commit,
        entry: EntryDate,
        versions: &Versions,
    ) -> Result<Ledger, RepoError> {
        let key = (entry, Source::Yaml);
        let now = match &versions.now {
            Some(version) => match self.places.facts(key, version.blob)? {
                Some(facts) => Some((*facts).clone()),
                // An unreadable version tells nothing.
                None => return Ok(Ledger::default()),
            },
            None => None,
        };
        let mut before = Vec::new();
        for (parent, old) in commit.parents.iter().zip(&versions.parents) {
            let facts = |v| self.places.facts_before((*parent, v), key, now.as_ref());
            before.push(old.as_ref().map(facts).transpose()?);
        }
        versions::add_what_stood(
            self.repo,
            &commit.parents,
            (key, versions),
            now.as_ref(),
            &mut before,
        )?;
        let same_items = before
            .iter()
            .all(|b| b.as_ref().map(|f| &f.items) == now.as_ref().map(|f| &f.items));
        if same_items {
            return Ok(Ledger::default());
        }
        let mut known = Vec::new();
        for parent in &commit.parents {
            known.push(self.known(*parent, entry)?);
        }
        let parents = versions.compared(&before, &known);
        let gone = versions.last();
        let blob = gone.map(|v| v.blob.to_string()).unwrap_or_default();
        let id = commit.id.to_string();
        let made = ledger::derive(
            &parents,
            now.as_ref(),
            &Context {
                entry,
                source: Source::Yaml,
                machine: &commit.by,
                place: &id,
                at: &commit.at,
                found_by: Tombstone::FROM_HISTORY,
                current: &Ledger::default(),
                resolved_by_hand: false,
                kept_by_hand: None,
                removed: gone.map(|v| FileRef {
                    path: &v.path,
                    blob: &blob,
                }),
                squashed: None,
            },
        );
        let mut recorded = self.recorded(commit.id, entry)?;
        let puts_back = made.tombstones.values().any(|row| !row.state.is_active());
        if puts_back && self.has_an_old_state(commit, entry, &recorded)? {
            recorded.sync.clear();
        }
        let made = signed(made, &without_hooks(&commit.by));
        let is_told = |k: &_, row: &_| self.by_time.tells(commit.id, k, row);
        Ok(unrecorded(made, &recorded, &known, entry, is_told))
    }

    /// Whether the texts that a commit's ledger has and its parents' ledgers lack had
    /// been recorded earlier: then a revert of a revert put them back, and no hook
    /// recorded what else it did.
    fn has_an_old_state(
        &self,
        commit: &Commit,
        entry: EntryDate,
        recorded: &Ledger,
    ) -> Result<bool, RepoError> {
        let key = (entry, Source::Yaml);
        let Some(state) = recorded.sync.get(&key) else {
            return Ok(true);
        };
        let mut new = state.hashes.clone();
        for parent in &commit.parents {
            // Counters only rise. (In a walk of one entry history tells no states.)
            let before = self.state_at(*parent, key)?;
            if self.only.is_none() && before.is_none_or(|s| s.counter < state.counter) {
                continue;
            }
            let old = self.recorded_before(*parent, entry.year())?;
            if let Some(old) = old.get(&key) {
                new.retain(|hash| !old.contains(hash));
            }
        }
        Ok(new.is_empty())
    }
}

/// The rows, each with this label as its machine. Ids are made from the author alone.
fn signed(mut rows: Ledger, label: &str) -> Ledger {
    let tombstones = rows.tombstones.values_mut();
    let tombstones = tombstones.map(|row| (&mut row.state, &mut row.by));
    let deletions = rows.deletions.values_mut();
    let deletions = deletions.map(|row| (&mut row.state, &mut row.by));
    for (state, by) in tombstones.chain(deletions) {
        match state {
            State::Active => label.clone_into(by),
            State::Restored(restored) => label.clone_into(&mut restored.by),
        }
    }
    rows
}

/// Those of the derived rows that the commit's own ledger does not record.
///
/// A removal is recorded by a new row of the same item under any id: a rebase gives the
/// commit a new id and keeps the row. An addition is recorded by a raised sync state: its
/// rows were derived when the commit was made, perhaps on another parent, and removals
/// that they did not restore were not known then.
fn unrecorded(
    made: Ledger,
    recorded: &Ledger,
    known: &[Ledger],
    entry: EntryDate,
    is_told: impl Fn(&RowKey, &Tombstone) -> bool,
) -> Ledger {
    let mut out = made;
    out.sync.clear();
    // The counter alone does not tell: a rebase onto more edits keeps the old counter.
    let texts = |rows: &Ledger| -> BTreeSet<Hash> {
        let state = rows.sync.get(&(entry, Source::Yaml));
        let hashes = state.into_iter().flat_map(|s| &s.hashes);
        hashes.cloned().collect()
    };
    let now = texts(recorded);
    let raised = known
        .iter()
        .map(texts)
        .all(|before| now.iter().any(|hash| !before.contains(hash)));
    out.tombstones.retain(|key, row| {
        if !row.state.is_active() {
            let not_known = raised && recorded.undone_as_another(key, row, &is_told).is_none();
            return !not_known && row.is_beyond(recorded.tombstones.get(key));
        }
        let mut same = recorded.tombstones_of_item(entry, key.to_item());
        !same.any(|(k, _)| known.iter().all(|p| !p.tombstones.contains_key(k)))
    });
    out.deletions.retain(|key, row| {
        if !row.state.is_active() {
            return row.is_beyond(recorded.deletions.get(key));
        }
        // A rebase keeps the row and gives the commit another parent: the version named
        // in the row may not be in this history any more.
        let new = |k| known.iter().all(|p| !p.deletions.contains_key(k));
        let mut there = recorded.deletions.iter();
        !there.any(|(k, recorded)| new(k) && recorded.blob == row.blob)
    });
    out
}
