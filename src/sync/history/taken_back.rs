//! Commits that took rows back which history alone tells: a revert of the commit that
//! stored them. What those tell of was done before, and is none of what was reverted.

use super::own::is_label;
use crate::journal::{Layout, PathKind};
use crate::ledger::{self, Ledger, State, Tombstone};
use crate::repo::{Blob, Commit, Repo, RepoError};

/// Whether a commit's ledger lacks rows of its parent's, or has them in an older
/// state, that the history before it tells again. What a merge lost it tells itself
/// (`lost`).
pub(super) fn takes_back(repo: &Repo, layout: &Layout, commit: &Commit) -> Result<bool, RepoError> {
    let [parent] = commit.parents[..] else {
        return Ok(false);
    };
    let read = |blob: Option<Blob>| match blob.and_then(Blob::file) {
        Some(id) => repo.read_blob(id),
        None => Ok(Vec::new()),
    };
    for change in repo.changes(Some(parent), Some(commit.id), &[&layout.ledger])? {
        if let PathKind::Ledger(_) = layout.classify(&change.path)
            && lacks(&read(change.old)?, &read(change.new)?)
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether rows of `old` that history tells are not in `new`, or not any more restored.
fn lacks(old: &[u8], new: &[u8]) -> bool {
    let (old, new) = between_what_is_the_same(old, new);
    let is_less = |old: &State, new: Option<&State>| match new {
        Some(new) => new.is_active() && !old.is_active(),
        None => true,
    };
    let tombstone = |row: &Tombstone| {
        // A shortened row does not say who found it.
        row.shortened || row.source == Tombstone::FROM_HISTORY || is_told(&row.state)
    };
    let mut tombstones = old.tombstones.iter();
    let mut deletions = old.deletions.iter();
    tombstones.any(|(key, row)| {
        tombstone(row) && is_less(&row.state, new.tombstones.get(key).map(|r| &r.state))
    }) || deletions.any(|(key, row)| {
        let told = is_label(&row.by) || is_told(&row.state);
        told && is_less(&row.state, new.deletions.get(key).map(|r| &r.state))
    }) || old.kept.keys().any(|key| !new.kept.contains_key(key))
}

fn is_told(state: &State) -> bool {
    matches!(state, State::Restored(restored) if is_label(&restored.by))
}

/// The rows of two ledger files without the lines that both start and end with: most
/// commits change a line or two.
fn between_what_is_the_same(old: &[u8], new: &[u8]) -> (Ledger, Ledger) {
    let lines = |bytes| -> Vec<&[u8]> { <[u8]>::split_inclusive(bytes, |b| *b == b'\n').collect() };
    let (old, new) = (lines(old), lines(new));
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (old, new) = (&old[same..], &new[same..]);
    let ends = old.iter().rev().zip(new.iter().rev());
    let same = ends.take_while(|(a, b)| a == b).count();
    let rows = |lines: &[&[u8]]| ledger::parse(&lines[..lines.len() - same].concat());
    (rows(old), rows(new))
}
