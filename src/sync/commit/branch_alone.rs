//! Deletions of entries that a squashed branch alone had: made there, and deleted there. The
//! version that such a row names is in no history, so nobody could bring it back. An entry
//! that stands on another branch may come in with it, and its deletion stays.

use crate::journal::Layout;
use crate::ledger::Ledger;
use crate::repo::{ObjectId, Repo, RepoError};
use crate::sync::history;

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
    let removed = history::Removed::new(repo, layout);
    let Some(branches) = repo.branch_tips() else {
        return Ok(());
    };
    let stands = |entry| {
        let there = |tip: &ObjectId| history::file_of(repo, layout, *tip, entry);
        branches.iter().any(|tip| !matches!(there(tip), Ok(None)))
    };
    let mut of_branch = Vec::new();
    for (key, row) in &ledger.deletions {
        if row.state.is_active()
            && !known.deletions.contains_key(key)
            && history::file_of(repo, layout, head, key.0)?.is_none()
            && !removed.is_of_history(&row.blob)?
            && !stands(key.0)
        {
            of_branch.push(key.clone());
        }
    }
    for key in of_branch {
        ledger.deletions.remove(&key);
    }
    Ok(())
}
