//! The merge driver of the ledger's files: never a conflict, the same bytes from
//! both sides.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::driver::{DriverError, write};
use super::{history, settings};
use crate::journal::{EntryDate, PathKind};
use crate::ledger::{self, Ledger};
use crate::merge::ThreeWay;
use crate::repo::{Repo, RepoError};

/// Merges the three files that git made for the ledger at `path` and writes the
/// result over ours. In a rebase it also holds what the pick keeps out. Gives what
/// there is to say: damaged lines that were kept, as `line: text`.
///
/// # Errors
/// A file cannot be read or written; ours is unchanged then.
pub fn merge_ledger(
    files: ThreeWay<&Path>,
    path: Option<&str>,
) -> Result<Vec<String>, DriverError> {
    let sides = files.try_map(|path| match fs::read(path) {
        Ok(bytes) => Ok(ledger::parse(&bytes)),
        Err(source) => Err(DriverError::Read {
            path: path.to_owned(),
            source,
        }),
    })?;
    let mut sides = sides;
    if let Some(path) = path {
        // Where it cannot be known, a row that is gone counts as reverted.
        let _ = add_what_a_merge_lost(path, &mut sides);
    }
    let mut merged = ledger::merge(&sides.base, &sides.ours, &sides.theirs);
    if let Some(path) = path {
        let mut with = merged.clone();
        // Without it the merge is whole; the end of the rebase looks again.
        if add_what_a_pick_keeps_out(path, &sides.theirs, &mut with).is_ok() {
            merged = with;
        }
    }
    write(files.ours, &ledger::format(&merged))?;
    let shown = |c: &ledger::Corrupt| format!("{}: {}", c.line, String::from_utf8_lossy(&c.bytes));
    Ok(merged.corrupt.iter().map(shown).collect())
}

/// Adds to the sides the rows that the base has and that a merge on the way from it
/// lost: those were not reverted.
fn add_what_a_merge_lost(path: &str, sides: &mut ThreeWay<Ledger>) -> Result<(), RepoError> {
    let gone = |side: &Ledger| entries_of_rows_without(&sides.base, side);
    let (ours, theirs) = (gone(&sides.ours), gone(&sides.theirs));
    if ours.is_empty() && theirs.is_empty() {
        return Ok(());
    }
    let repo = Repo::from_env()?;
    let Some(merging) = repo.merging()? else {
        return Ok(());
    };
    let layout = settings::load(repo.workdir()).unwrap_or_default().layout;
    if !matches!(layout.classify(path), PathKind::Ledger(_)) {
        return Ok(());
    }
    for (side, commit, entries) in [
        (&mut sides.ours, merging.ours, ours),
        (&mut sides.theirs, merging.theirs, theirs),
    ] {
        for entry in entries {
            let mut told = history::rows_between(&repo, &layout, &merging.bases, commit, entry)?;
            told.tombstones
                .retain(|key, _| sides.base.tombstones.contains_key(key));
            told.deletions
                .retain(|key, _| sides.base.deletions.contains_key(key));
            told.kept.clear();
            told.sync.clear();
            *side = ledger::join(std::mem::take(side), told);
        }
    }
    Ok(())
}

/// The entries whose removals or deletions a side lacks.
fn entries_of_rows_without(base: &Ledger, side: &Ledger) -> BTreeSet<EntryDate> {
    let removals = base.tombstones.keys();
    let removals = removals.filter(|key| !side.tombstones.contains_key(key));
    let deletions = base.deletions.keys();
    let deletions = deletions.filter(|key| !side.deletions.contains_key(key));
    let entries = removals.map(|key| key.entry);
    entries.chain(deletions.map(|key| key.0)).collect()
}

fn add_what_a_pick_keeps_out(
    path: &str,
    theirs: &Ledger,
    merged: &mut Ledger,
) -> Result<(), RepoError> {
    let known = |key| theirs.tombstones.contains_key(key);
    let mut rows = merged.tombstones.iter();
    if rows.all(|(key, row)| !row.state.is_active() || known(key)) && merged.kept.is_empty() {
        return Ok(());
    }
    let repo = Repo::from_env()?;
    let Some(picking) = repo.picking()? else {
        return Ok(());
    };
    // Wrong settings are named elsewhere.
    let settings = settings::load(repo.workdir()).unwrap_or_default();
    match settings.layout.classify(path) {
        PathKind::Ledger(year) => history::add_what_a_pick_keeps_out(
            &repo,
            &settings.layout,
            &picking,
            year,
            theirs,
            merged,
        ),
        _ => Ok(()),
    }
}
