//! Rows of commits that came to nothing: one that was given up in the editor leaves its
//! rows staged, and one that was reset leaves them, too.

use std::collections::{BTreeMap, BTreeSet};

use super::history;
use crate::journal::Layout;
use crate::ledger::{self, Ledger};
use crate::repo::{CommitPlaces, ObjectId, Repo, RepoError};

/// The ids of the removals in `edited`, a version of a year's ledger, that are leftovers:
/// `known` lacks them, and this machine made them for a commit that came to nothing. A row
/// that a commit which stayed has is none, since it came with that commit's files.
///
/// # Errors
/// The configuration, history or a ledger cannot be read.
pub(super) fn left_over(
    repo: &Repo,
    layout: &Layout,
    parent: Option<ObjectId>,
    (known, edited): (&Ledger, &Ledger),
) -> Result<BTreeSet<String>, RepoError> {
    left_at(repo, layout, (known, edited), || repo.commit_places(parent))
}

/// The same, but a row that was made on top of `parent` itself is none either if a commit
/// that stayed has it: a branch that begins there may have been squashed, picked or copied
/// onto it. For rows that are derived anew anyway.
///
/// # Errors
/// The configuration, history or a ledger cannot be read.
pub(super) fn left_over_alone(
    repo: &Repo,
    layout: &Layout,
    parent: Option<ObjectId>,
    (known, edited): (&Ledger, &Ledger),
) -> Result<BTreeSet<String>, RepoError> {
    let places = || Ok(repo.commit_places(parent)?.with_those_made_here());
    left_at(repo, layout, (known, edited), places)
}

fn left_at<'r>(
    repo: &'r Repo,
    layout: &Layout,
    (known, edited): (&Ledger, &Ledger),
    places: impl FnOnce() -> Result<CommitPlaces<'r>, RepoError>,
) -> Result<BTreeSet<String>, RepoError> {
    let new = edited.more_than(known);
    if new.is_empty() {
        return Ok(BTreeSet::new());
    }
    let places = places()?;
    let made_at = ledger::made_at(&new, &repo.machine()?, &places.names());
    let mut left: BTreeSet<String> = made_at.keys().cloned().collect();
    let mut of_place: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (id, nth) in made_at {
        of_place.entry(nth).or_default().push(id);
    }
    for (nth, ids) in of_place {
        for commit in places.stayed(nth) {
            // Mostly the newest commit of a branch has all its rows.
            if ids.iter().any(|id| left.contains(id)) {
                match recorded(repo, layout, commit, &new) {
                    Ok(theirs) => left.retain(|id| !theirs.contains(id)),
                    // Git no longer has the commit. Its rows are better kept than lost.
                    Err(_) => left.retain(|id| !ids.contains(id)),
                }
            }
        }
    }
    Ok(left)
}

/// The ids of the removals in a commit's ledgers of the years that `rows` are about.
fn recorded(
    repo: &Repo,
    layout: &Layout,
    commit: ObjectId,
    rows: &Ledger,
) -> Result<BTreeSet<String>, RepoError> {
    let mut ids = BTreeSet::new();
    for year in rows.years() {
        let there = history::year_at(repo, layout, commit, year)?;
        ids.extend(there.tombstones.into_keys().map(|key| key.id));
        ids.extend(there.deletions.into_keys().map(|(_, id)| id));
    }
    Ok(ids)
}
