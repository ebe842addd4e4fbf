//! What a revert in progress takes back of a ledger: the decisions of the commit that it
//! reverts. Without this the staged file would count as an older copy, which takes nothing
//! away.

use std::collections::BTreeSet;

use crate::journal::Layout;
use crate::ledger::{Ledger, Restored, RowKey, State};
use crate::repo::{Repo, RepoError};

/// A year's ledger in the commit that is reverted.
pub(super) struct Reverted {
    there: Ledger,
    /// In that commit's parent.
    before: Ledger,
}

impl Reverted {
    /// `None` if no revert waits for its commit.
    ///
    /// # Errors
    /// The commit, its parent or the file in them cannot be read.
    pub fn of(repo: &Repo, path: &str) -> Result<Option<Self>, RepoError> {
        let Some(commit) = repo.reverting()? else {
            return Ok(None);
        };
        let rows = |commit| -> Result<Ledger, RepoError> {
            let file = repo.read_at(commit, path)?;
            Ok(super::year::rows_of(file.as_deref()))
        };
        let parent = repo.commit_named(&format!("{commit}^"))?;
        Ok(Some(Self {
            there: rows(commit)?,
            before: parent.map_or_else(|| Ok(Ledger::default()), rows)?,
        }))
    }

    /// Takes back in `current` what a person decided in that commit about a removal or an item
    /// kept out, where `known` has it still, and the staged file what was before. `stands` says
    /// whether an item is in its entry: then nobody removes it.
    ///
    /// # Errors
    /// As `stands` has them.
    pub fn take_back(
        &self,
        known: &Ledger,
        staged: &Ledger,
        current: &mut Ledger,
        stands: impl Fn(&RowKey) -> Result<bool, RepoError>,
    ) -> Result<(), RepoError> {
        for (key, was) in &self.before.tombstones {
            let Some(decided) = self.there.tombstones.get(key).filter(|row| *row != was) else {
                continue;
            };
            let is_as_staged = known.tombstones.get(key) == Some(decided)
                && staged.tombstones.get(key) == Some(was);
            // What an entry's own change restored follows from the entry now.
            let is_by_a_person = decided.state.is_restored_by(Restored::METADB);
            let is_decision = decided.state == was.state || is_by_a_person;
            if is_as_staged && is_decision && (!was.state.is_active() || !stands(key)?) {
                current.tombstones.insert(key.clone(), was.clone());
            }
        }
        for (key, was) in &self.before.kept_out {
            let decided = self.there.kept_out.get(key).filter(|row| *row != was);
            if decided.is_some()
                && known.kept_out.get(key) == decided
                && staged.kept_out.get(key) == Some(was)
            {
                current.kept_out.insert(key.clone(), *was);
            }
        }
        Ok(())
    }

    /// The items about which the staged file takes back a decision that stays: git names one
    /// commit alone where it reverts several.
    pub fn stays(staged: &Ledger, current: &Ledger) -> BTreeSet<String> {
        let mut items = BTreeSet::new();
        for (key, was) in &staged.tombstones {
            if let Some(now) = current.tombstones.get(key)
                && (now.permanent && !was.permanent
                    || was.state.is_active() && now.state.is_restored_by(Restored::METADB))
            {
                items.insert(key.item.to_string());
            }
        }
        for (key, was) in &staged.kept_out {
            let now = current.kept_out.get(key);
            if now.is_some_and(|now| now.settled && !was.settled) {
                items.insert(key.0.item.to_string());
            }
        }
        items
    }
}

/// Leaves a removal or a deletion of `known` active in `current` although git's merge of the
/// ledgers took it for reverted, if the staged entry still lacks what it removed: a person
/// keeps a part of what a commit did, and reverts the rest.
///
/// # Errors
/// The index, or a file in it, cannot be read.
pub(super) fn leave_out(
    (repo, layout): (&Repo, &Layout),
    known: &Ledger,
    current: &mut Ledger,
) -> Result<(), RepoError> {
    let is_taken_back = |was: &State, now: Option<&State>| {
        was.is_active() && now.is_some_and(|now| now.is_restored_by(Restored::REVERTED))
    };
    let items = known.tombstones.iter().filter(|(key, was)| {
        let now = current.tombstones.get(key);
        is_taken_back(&was.state, now.map(|row| &row.state))
    });
    let items: Vec<&RowKey> = items.map(|(key, _)| key).collect();
    let files = known.deletions.iter().filter(|(key, was)| {
        let now = current.deletions.get(key);
        is_taken_back(&was.state, now.map(|row| &row.state))
    });
    let files: Vec<_> = files.map(|(key, _)| key).collect();
    let entries = items.iter().map(|key| key.entry);
    let entries: BTreeSet<_> = entries.chain(files.iter().map(|key| key.0)).collect();
    if entries.is_empty() {
        return Ok(());
    }
    let staged = super::facts_of_staged(repo, layout, &entries)?;
    for key in items {
        let facts = staged.get(&key.entry).and_then(Option::as_ref);
        if let Some(now) = current.tombstones.get_mut(key)
            && facts.is_none_or(|facts| !facts.items.contains(&key.to_item()))
        {
            now.state = State::Active;
        }
    }
    for key in files {
        if let Some(now) = current.deletions.get_mut(key)
            && !staged.contains_key(&key.0)
        {
            now.state = State::Active;
        }
    }
    Ok(())
}
