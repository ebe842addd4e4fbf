//! Deletions of entries that a squashed branch alone had: made there, and deleted there. The
//! version that such a row names is in no history, so nobody could bring it back. An entry
//! that stands on another branch may come in with it, and its deletion stays.

use crate::journal::{EntryDate, Layout};
use crate::ledger::Ledger;
use crate::repo::{ObjectId, Repo, RepoError};
use crate::sync::history;

/// A deletion's key, and the version that it names.
type Row = ((EntryDate, String), String);

/// Takes these deletions out of `ledger`, as far as `known` lacks them. `head` is the commit
/// that the branch is squashed onto.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub(super) fn leave_out_deletions(
    repo: &Repo,
    layout: &Layout,
    head: ObjectId,
    known: &Ledger,
    ledger: &mut Ledger,
) -> Result<(), RepoError> {
    let Some(branches) = repo.branch_tips() else {
        return Ok(());
    };
    // All of them in one commit after the other: its whole journal is listed once for them.
    let there = |commit, rows: &[Row]| {
        let entries = rows.iter().map(|(key, _)| &key.0).collect();
        history::entries_there(repo, layout, &[commit], &entries)
    };
    let mut of_branch: Vec<Row> = Vec::new();
    for (key, row) in &ledger.deletions {
        if row.state.is_active() && !known.deletions.contains_key(key) {
            of_branch.push((key.clone(), row.blob.clone()));
        }
    }
    let here = there(head, &of_branch)?;
    of_branch.retain(|(key, _)| !here.contains(&key.0));
    let removed = history::Removed::new(repo, layout);
    let mut lost = Vec::new();
    for row in of_branch {
        if !removed.is_of_history(&row.1)? {
            lost.push(row);
        }
    }
    for tip in branches {
        // A branch that cannot be read may have any of them.
        let Ok(stands) = there(tip, &lost) else {
            return Ok(());
        };
        lost.retain(|(key, _)| !stands.contains(&key.0));
    }
    for (key, _) in lost {
        ledger.deletions.remove(&key);
    }
    Ok(())
}
