//! The sync states that history tells: who changed which text, in turn or at once. A
//! recorded change is taken from the commit's ledger, any other from the commit itself.
//! Two sides of a merge that both changed a text since they parted are a conflict,
//! recorded or not.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::History;
use super::diff::Diff;
use super::start::DEEPEST;
use super::texts::LedgerText;
use crate::journal::Document;
use crate::journal::digest::{NO_TEXT, text_hash};
use crate::ledger::{
    self, Hash, Ledger, Source, StateChange, SyncState, after_edit, merge_states, without_hooks,
};
use crate::merge::ThreeWay;
use crate::repo::{Blob, Commit, ObjectId, RepoError};
use crate::sync::versions::{FileAt, Key, Pair};

/// States that differ from what the commit's own ledger holds.
pub(super) type States = BTreeMap<Key, SyncState>;

/// The commits where two sides parted: several if they had merged crosswise.
pub(super) struct Base {
    commits: Vec<ObjectId>,
    /// The bases of the first commit and each of the others.
    below: Vec<Base>,
}

impl History<'_> {
    /// The states after a commit that has one parent. `states` are the parent's.
    pub(super) fn states_after(
        &self,
        commit: &Commit,
        parent: ObjectId,
        diff: &Diff,
        mut states: States,
    ) -> Result<States, RepoError> {
        let open = states.keys().copied();
        let open = open.filter(|(entry, _)| diff.years.contains(&entry.year()));
        let mut keys: BTreeSet<Key> = open.chain(diff.texts.keys().copied()).collect();
        keys.extend(fallen(diff));
        for key in keys {
            let before = self.recorded_state(parent, key)?;
            let recorded = match diff.years.contains(&key.0.year()) {
                true => self.recorded_state(commit.id, key)?,
                false => before.clone(),
            };
            let known = states.remove(&key).or_else(|| before.clone());
            let pair = diff.texts.get(&key);
            let now = pair.and_then(|p| p.now.as_ref());
            let hash = now.map(|v| self.hash(key, v)).transpose()?;
            // A recorded deletion of the file has the hash of an empty text.
            let gone = || pair.map(|_| NO_TEXT);
            let said = ledger::recorded_by(&StateChange {
                known: known.as_ref(),
                before: before.as_slice(),
                is_merge: false,
                recorded: recorded.as_ref(),
                hash: hash.as_deref().or_else(gone),
            });
            let is_old = match (&recorded, &known) {
                (Some(recorded), Some(known)) if said.is_some() => {
                    self.was_recorded_before(recorded, known, parent, key)?
                }
                _ => false,
            };
            let after = match (said.filter(|_| !is_old), pair) {
                (Some(state), _) => Some(state),
                (None, None) => known,
                (None, Some(pair)) => {
                    self.after_change(commit, key, pair, hash.as_deref(), known)?
                }
            };
            if let Some(after) = after.filter(|a| recorded.as_ref() != Some(a)) {
                states.insert(key, after);
            }
        }
        Ok(states)
    }

    /// The state after a change of a file that the commit's ledger does not record, by
    /// somebody who had the state before. `hash` is that of the file now.
    fn after_change(
        &self,
        commit: &Commit,
        key: Key,
        pair: &Pair,
        hash: Option<&str>,
        known: Option<SyncState>,
    ) -> Result<Option<SyncState>, RepoError> {
        let was = pair.old.as_ref().map(|v| self.hash(key, v)).transpose()?;
        let is_edit = match &pair.now {
            // An unreadable version tells nothing.
            Some(now) => was.as_deref() != hash && self.places.facts(key, now.blob)?.is_some(),
            // Deleting the file settles the conflict: both texts were there.
            None => known.as_ref().is_some_and(SyncState::is_conflict),
        };
        if !is_edit {
            return Ok(known);
        }
        let (hash, by) = (hash.unwrap_or(NO_TEXT), without_hooks(&commit.by));
        Ok(Some(after_edit(known.as_ref(), hash, &by, &commit.at)))
    }

    /// Whether a commit's ledger holds nothing new of a text: a revert of a revert puts
    /// an old row back beside later edits.
    fn was_recorded_before(
        &self,
        recorded: &SyncState,
        known: &SyncState,
        parent: ObjectId,
        key: Key,
    ) -> Result<bool, RepoError> {
        // Counters only rise: a new text has one of its own.
        let known_texts: BTreeSet<&Hash> = known.hashes.iter().collect();
        let new = |hash: &&Hash| !known_texts.contains(hash);
        if recorded
            .hashes
            .iter()
            .filter(new)
            .any(|h| h.counter > known.counter)
        {
            return Ok(false);
        }
        let before = self.recorded_before(parent, key.0.year())?;
        let before = before.get(&key);
        let is_before = |hash: &Hash| before.is_some_and(|texts| texts.contains(hash));
        let mut hashes = recorded.hashes.iter();
        Ok(hashes.all(|hash| known_texts.contains(hash) || is_before(hash)))
    }

    /// The states after a merge commit.
    pub(super) fn states_of_merge(&self, commit: &Commit) -> Result<States, RepoError> {
        let mut states = self.merged_states(&commit.parents)?;
        for (key, known) in &mut states {
            let Some(recorded) = self.recorded_state(commit.id, *key)? else {
                continue;
            };
            if recorded == *known {
                continue;
            }
            let mut before = Vec::new();
            for parent in &commit.parents {
                before.extend(self.recorded_state(*parent, *key)?);
                before.extend(self.state_at(*parent, *key)?);
            }
            let version = self.places.file_of_key(commit.id, *key)?;
            let hash = match version {
                Some(version) => self.hash(*key, &version)?,
                None => NO_TEXT.to_owned(),
            };
            let said = ledger::recorded_by(&StateChange {
                known: Some(known),
                before: &before,
                is_merge: true,
                recorded: Some(&recorded),
                hash: Some(&hash),
            });
            *known = said.unwrap_or_else(|| known.clone());
        }
        let mut differing = States::new();
        for (key, state) in states {
            if self.recorded_state(commit.id, key)?.as_ref() != Some(&state) {
                differing.insert(key, state);
            }
        }
        Ok(differing)
    }

    /// The merge of the parents' states: those that may differ from the states in every
    /// parent's ledger.
    pub(super) fn merged_states(&self, parents: &[ObjectId]) -> Result<States, RepoError> {
        let Some((first, others)) = parents.split_first() else {
            return Ok(States::new());
        };
        let mut keys: BTreeSet<Key> = BTreeSet::new();
        let mut bases = Vec::new();
        for other in others {
            keys.extend(self.differing_states(*first, *other)?);
            if self.repo.parted(*first, *other)?.is_none() {
                // This clone cannot know the common base: the recorded states stand.
                return Ok(States::new());
            }
            bases.push(self.base_of(*first, *other, DEEPEST)?);
        }
        for parent in parents {
            keys.extend(self.states.get(parent).iter().flat_map(|s| s.keys()));
        }
        let mut merged = States::new();
        for key in keys {
            let mut state = self.state_at(*first, key)?;
            for (other, base) in others.iter().zip(&bases) {
                let there = self.state_at(*other, key)?;
                state = match (state, there) {
                    (Some(ours), Some(theirs)) if base.commits.is_empty() => {
                        self.of_unrelated((*first, ours), (*other, theirs), key)?
                    }
                    (state, there) => {
                        let base = self.state_of_base(base, key)?;
                        let sides = ThreeWay::new(base.as_ref(), state.as_ref(), there.as_ref());
                        merge_states(sides)
                    }
                };
            }
            merged.extend(state.map(|state| (key, state)));
        }
        Ok(merged)
    }

    /// The merge of a state from two histories without a common commit. A new branch
    /// (`git checkout --orphan`) begins with the texts of another one and records them as
    /// its own: a text that the other side had before is not a concurrent edit.
    fn of_unrelated(
        &self,
        (one, ours): (ObjectId, SyncState),
        (other, theirs): (ObjectId, SyncState),
        key: Key,
    ) -> Result<Option<SyncState>, RepoError> {
        let is_former = |state: &SyncState, tip: ObjectId| -> Result<bool, RepoError> {
            let before = self.recorded_before(tip, key.0.year())?;
            let before = before.get(&key).into_iter().flatten();
            let before: BTreeSet<&str> = before.map(|b| b.hash.as_str()).collect();
            let mut hashes = state.hashes.iter();
            Ok(hashes.all(|h| before.contains(h.hash.as_str())))
        };
        let merged = merge_states(ThreeWay::new(None, Some(&ours), Some(&theirs)));
        let hashes = match (is_former(&ours, other)?, is_former(&theirs, one)?) {
            (true, false) => theirs.hashes,
            (false, true) => ours.hashes,
            _ => return Ok(merged),
        };
        Ok(merged.map(|merged| SyncState { hashes, ..merged }))
    }

    fn base_of(&self, a: ObjectId, b: ObjectId, deepest: usize) -> Result<Base, RepoError> {
        let commits = self.repo.merge_bases(a, b)?;
        let mut below = Vec::new();
        if let Some((first, others)) = commits.split_first().filter(|_| deepest > 0) {
            for other in others {
                below.push(self.base_of(*first, *other, deepest - 1)?);
            }
        }
        Ok(Base { commits, below })
    }

    /// The state of a base; several bases are merged first, like git's virtual base.
    fn state_of_base(&self, base: &Base, key: Key) -> Result<Option<SyncState>, RepoError> {
        let Some((first, others)) = base.commits.split_first() else {
            return Ok(None);
        };
        let mut state = self.state_at(*first, key)?;
        for (other, below) in others.iter().zip(&base.below) {
            let below = self.state_of_base(below, key)?;
            let other = self.state_at(*other, key)?;
            state = merge_states(ThreeWay::new(
                below.as_ref(),
                state.as_ref(),
                other.as_ref(),
            ));
        }
        Ok(state)
    }

    /// The states whose lines differ between two commits' ledgers.
    fn differing_states(&self, a: ObjectId, b: ObjectId) -> Result<BTreeSet<Key>, RepoError> {
        let mut keys = BTreeSet::new();
        for change in self.ledger_changes(a, b)?.into_values() {
            let (old, new) = (self.text(change.old)?, self.text(change.new)?);
            let (old, new) = ledger::apart(&old, &new);
            keys.extend(old.sync.into_keys().chain(new.sync.into_keys()));
        }
        Ok(keys)
    }

    /// The state after a commit, recorded or told.
    pub(super) fn state_at(
        &self,
        commit: ObjectId,
        key: Key,
    ) -> Result<Option<SyncState>, RepoError> {
        match self.states.get(&commit).and_then(|s| s.get(&key)) {
            Some(state) => Ok(Some(state.clone())),
            None => self.recorded_state(commit, key),
        }
    }

    fn recorded_state(&self, commit: ObjectId, key: Key) -> Result<Option<SyncState>, RepoError> {
        Ok(self.recorded(commit, key.0)?.sync.remove(&key))
    }

    /// A ledger file's text.
    pub(super) fn text(&self, blob: Option<Blob>) -> Result<Rc<str>, RepoError> {
        Ok(Rc::clone(&self.ledger_text(blob)?.text))
    }

    /// A ledger file's text; the last few are cached, since neighbouring commits share
    /// them.
    pub(super) fn ledger_text(&self, blob: Option<Blob>) -> Result<Rc<LedgerText>, RepoError> {
        const KEPT: usize = 8;
        let Some(id) = blob.and_then(Blob::file) else {
            return Ok(Rc::new(LedgerText::of(b"")));
        };
        let mut texts = self.texts.borrow_mut();
        if let Some(at) = texts.iter().position(|(of, _)| *of == id) {
            let found = texts.remove(at);
            texts.push(found.clone());
            return Ok(found.1);
        }
        let bytes = self.repo.read_blob(id)?;
        let text = LedgerText::of(&bytes);
        let text = Rc::new(text);
        if texts.len() >= KEPT {
            texts.remove(0);
        }
        texts.push((id, Rc::clone(&text)));
        Ok(text)
    }

    /// The hash as the facts of a text have it, also of an unreadable one.
    fn hash(&self, key: Key, version: &FileAt) -> Result<String, RepoError> {
        if key.1 == Source::Wiki
            && let Some(facts) = self.places.facts(key, version.blob)?
        {
            return Ok(facts.hash.clone());
        }
        let bytes = self.repo.read_blob(version.blob)?;
        Ok(match key.1 {
            Source::Wiki => text_hash(&bytes),
            Source::Yaml => text_hash(Document::split(&bytes).frontmatter),
        })
    }
}

/// The states whose counter a commit's ledger lets fall: an older copy of it says
/// nothing. (A revert of a settled conflict does, and lists it again.)
fn fallen(diff: &Diff) -> BTreeSet<Key> {
    let mut fallen = BTreeSet::new();
    for (before, after) in &diff.ledgers {
        let falls = before.sync.iter().filter(|(key, state)| {
            let now = after.sync.get(key);
            now.is_none_or(|now| now.counter < state.counter && !now.is_conflict())
        });
        fallen.extend(falls.map(|(key, _)| *key));
    }
    fallen
}

/// The rows of these states.
pub(super) fn rows(states: States) -> Ledger {
    Ledger {
        sync: states,
        ..Ledger::default()
    }
}
