//! Removals that a commit's ledger holds as its own although the item stands in its file:
//! they were recorded when the commit was made, and it was amended since by a client
//! without hooks, which took the removal back.

use std::collections::BTreeSet;

use super::History;
use super::diff::Diff;
use super::taken_back::apart;
use crate::journal::{EntryDate, Facts};
use crate::ledger::{self, Ledger, Restored, Source, State, SyncState, without_hooks};
use crate::repo::{Commit, ObjectId, RepoError};

impl History<'_> {
    /// The removals that the commit was amended to be without, restored. Its sync state
    /// says that it is so: it names one text, made on top of what the parent has, and the
    /// commit has another one. What a pick brings along knew other edits, or has theirs
    /// beside its own.
    pub(super) fn amended(&self, commit: &Commit, diffs: &[Diff]) -> Result<Ledger, RepoError> {
        let mut out = Ledger::default();
        let ([parent], [diff]) = (&commit.parents[..], diffs) else {
            return Ok(out);
        };
        for (before, after) in &diff.ledgers {
            let (old, new) = apart(&self.text(*before)?, &self.text(*after)?);
            let mut new = new.tombstones;
            new.retain(|key, row| {
                let recorded = row.state.is_active() && !row.shortened && !row.is_told();
                recorded && !old.tombstones.contains_key(key)
            });
            let entries: BTreeSet<EntryDate> = new.keys().map(|key| key.entry).collect();
            for entry in entries {
                if self.only.is_none_or(|only| only == entry) {
                    let rows = new.iter().filter(|(key, _)| key.entry == entry);
                    let rows = Ledger {
                        tombstones: rows.map(|(k, row)| (k.clone(), row.clone())).collect(),
                        ..Ledger::default()
                    };
                    out = ledger::join(out, self.amended_in(entry, commit, *parent, rows)?);
                }
            }
        }
        Ok(out)
    }

    fn amended_in(
        &self,
        entry: EntryDate,
        commit: &Commit,
        parent: ObjectId,
        mut rows: Ledger,
    ) -> Result<Ledger, RepoError> {
        let facts = |commit| self.facts_at(commit, entry);
        let (Some(now), Some(old)) = (facts(commit.id)?, facts(parent)?) else {
            return Ok(Ledger::default());
        };
        rows.tombstones.retain(|key, _| {
            let item = (key.table, key.item.clone());
            now.items.contains(&item) && old.items.contains(&item)
        });
        if rows.tombstones.is_empty() {
            return Ok(rows);
        }
        let key = (entry, Source::Yaml);
        let state = |mut rows: Ledger| rows.sync.remove(&key);
        let made = state(self.recorded(commit.id, entry)?);
        let known = self.known(parent, entry)?;
        let by = state(known.clone()).and_then(|before| amended_by(&before, &old, made?, &now));
        rows.tombstones.retain(|key, row| {
            let is_its_own = by.as_ref() == Some(&row.by);
            is_its_own && !known.tombstones.contains_key(key)
        });
        for row in rows.tombstones.values_mut() {
            row.state = State::Restored(Restored {
                at: commit.at.clone(),
                by: without_hooks(&commit.by),
                how: Restored::RE_ADDED.into(),
            });
        }
        Ok(rows)
    }
}

/// Who recorded the text that a commit had before it was amended; `None` where the state
/// says nothing of that.
fn amended_by(before: &SyncState, old: &Facts, made: SyncState, now: &Facts) -> Option<String> {
    let is_known = before.hashes.iter().any(|h| h.hash == old.hash);
    let [text] = &made.hashes[..] else {
        return None;
    };
    let is_amended = made.counter == before.counter + 1 && text.hash != now.hash;
    (is_known && is_amended && !before.hashes.contains(text)).then(|| text.by.clone())
}
