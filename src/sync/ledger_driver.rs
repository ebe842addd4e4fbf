//! The merge driver of the ledger's files: never a conflict, the same bytes from
//! both sides.

use std::fs;
use std::path::Path;

use super::driver::{DriverError, write};
use super::settings::LoadError;
use super::{history, settings};
use crate::journal::{EntryDate, Layout};
use crate::ledger::{self, Ledger, Source, SyncState};
use crate::merge::ThreeWay;
use crate::repo::{Lasts, ObjectId, Repo, RepoError};

/// Why history could not be asked.
#[derive(Debug, thiserror::Error)]
pub enum Unasked {
    #[error(transparent)]
    Repo(#[from] RepoError),
    /// The folders of the journal are unknown.
    #[error(transparent)]
    Settings(#[from] LoadError),
}

/// What the driver has to say about a merge of ledgers.
#[derive(Debug, Default)]
pub struct LedgerRemarks {
    /// Damaged lines that were kept, as `line: text`.
    pub damaged: Vec<String>,
    /// Why history could not be asked about the rows that only some of the sides have.
    pub without_history: Option<Unasked>,
}

/// Merges the three files that git made for the ledger at `path` and writes the result
/// over ours. In a rebase, it adds the items that the pick keeps out. Returns what to
/// tell the user.
///
/// # Errors
/// A file cannot be read or written; ours is unchanged then.
pub fn merge_ledger(
    files: ThreeWay<&Path>,
    path: Option<&str>,
) -> Result<LedgerRemarks, DriverError> {
    let mut sides = files.try_map(|path| match fs::read(path) {
        Ok(bytes) => Ok(ledger::parse(&bytes)),
        Err(source) => Err(DriverError::Read {
            path: path.to_owned(),
            source,
        }),
    })?;
    let mut without_history = None;
    let mut tried = |done: Result<(), Unasked>| match done {
        // Outside a repository there is no history that could say anything else.
        Ok(()) | Err(Unasked::Repo(RepoError::NoRepository(_))) => {}
        Err(error) => without_history = without_history.take().or(Some(error)),
    };
    if let Some(path) = path {
        tried(look_at_what_is_gone(path, &mut sides));
        // If history cannot be read, a conflict may be listed that is not one.
        tried(add_what_a_pick_began_with(path, &mut sides));
        tried(begin_where_both_did(path, &mut sides));
        tried(add_what_the_rebase_did(path, &mut sides));
    }
    let mut merged = ledger::merge(&sides.base, &sides.ours, &sides.theirs);
    if let Some(path) = path {
        let mut with = merged.clone();
        // Without this the merge is still complete; the end of the rebase looks again.
        let added = add_what_a_pick_keeps_out(path, &sides.theirs, &mut with);
        if added.is_ok() {
            merged = with;
        }
        tried(added);
    }
    write(files.ours, &ledger::format(&merged), Lasts::UntilRead)?;
    let shown = |c: &ledger::Corrupt| format!("{}: {}", c.line, String::from_utf8_lossy(&c.bytes));
    Ok(LedgerRemarks {
        damaged: merged.corrupt.iter().map(shown).collect(),
        without_history,
    })
}

/// Adds to the sides of a merge the rows that the base has and a side lacks without
/// having reverted them; all of those that it lacks if history cannot be read, since a
/// removal too many is listed and one that is lost lets its item back in silently. In a
/// pick, a patch or a stash, rows that ours never had are left alone.
///
/// # Errors
/// The repository or an object of history cannot be read.
fn look_at_what_is_gone(path: &str, sides: &mut ThreeWay<Ledger>) -> Result<(), Unasked> {
    let base = &sides.base;
    if ![&sides.ours, &sides.theirs]
        .iter()
        .any(|s| base.has_more_than(s))
    {
        return Ok(());
    }
    let repo = Repo::from_env()?;
    let merging = repo.merging()?;
    let mut read = Ok(());
    let ask = |side: &Ledger, commit| -> Result<Ledger, Unasked> {
        Ok(match ledger_of_path(&repo, path)? {
            Some((layout, _)) => history::lost_since(&repo, &layout, base, side, commit)?,
            None => Ledger::default(),
        })
    };
    if let Some(merging) = &merging {
        for (side, commit) in [
            (&mut sides.ours, merging.ours),
            (&mut sides.theirs, merging.theirs),
        ] {
            let lost = ask(side, commit).unwrap_or_else(|error| {
                read = Err(error);
                match merging.is_pick {
                    // There ours need not have had what the base has.
                    true => Ledger::default(),
                    false => base.more_than(side),
                }
            });
            *side = ledger::join(std::mem::take(side), lost);
        }
    }
    // Git does not say what a pick or a stash merges. A merge within a rebase looks the
    // same, and loses nothing: rows that ours took back there are gone from ours already.
    if merging.is_none_or(|merging| merging.is_pick) {
        ledger::without_what_ours_never_had(sides);
    }
    read
}

/// Adds to the base of a pick the sync states that history told there: a commit stores
/// them beside its own, and a state that it only stored is not an edit.
fn add_what_a_pick_began_with(path: &str, sides: &mut ThreeWay<Ledger>) -> Result<(), Unasked> {
    let both = raised_by_both(sides);
    if both.is_empty() {
        return Ok(());
    }
    let repo = Repo::from_env()?;
    let (Some(picking), Some((layout, _))) = (repo.picking()?, ledger_of_path(&repo, path)?) else {
        return Ok(());
    };
    if let [base] = picking.bases[..] {
        let mut told = history::rows_of(&repo, &layout, base)?.sync;
        for key in both {
            if let Some(state) = told.remove(&key) {
                sides.base.sync.insert(key, state);
            }
        }
    }
    Ok(())
}

/// Gives a pick the states of the commit that both sides come from, where ours has fewer
/// edits than the pick's parent: ours never had that one's, which a merge would take for one
/// that was reverted.
fn begin_where_both_did(path: &str, sides: &mut ThreeWay<Ledger>) -> Result<(), Unasked> {
    let mut both = raised_by_both(sides);
    let counter = |side: &Ledger, key: &_| side.sync.get(key).map_or(0, |state| state.counter);
    both.retain(|key| counter(&sides.ours, key) < counter(&sides.base, key));
    if both.is_empty() {
        return Ok(());
    }
    let repo = Repo::from_env()?;
    let (Some(picking), Some((layout, year))) = (repo.picking()?, ledger_of_path(&repo, path)?)
    else {
        return Ok(());
    };
    let [began] = repo.merge_bases(picking.ours, picking.theirs)?[..] else {
        return Ok(());
    };
    let mut began = year_known_at(&repo, &layout, began, year)?.sync;
    for key in both {
        match began.remove(&key) {
            Some(state) => sides.base.sync.insert(key, state),
            None => sides.base.sync.remove(&key),
        };
    }
    Ok(())
}

/// The rows of a year that are known at a commit: recorded and told.
fn year_known_at(
    repo: &Repo,
    layout: &Layout,
    commit: ObjectId,
    year: i32,
) -> Result<Ledger, RepoError> {
    let told = history::rows_of(repo, layout, commit)?.of_year(year);
    Ok(history::year_at(repo, layout, commit, year)?.with_told(told))
}

/// Adds to the base of a pick the states that ours got since the rebase began: by another
/// commit of the same branch, which had this pick's edit or was had by it, or by a person
/// who amends that branch. Only what the branch is rebased onto did not know of it. A state
/// that is in conflict stays so.
fn add_what_the_rebase_did(path: &str, sides: &mut ThreeWay<Ledger>) -> Result<(), Unasked> {
    let mut both = raised_by_both(sides);
    both.retain(|key| {
        let states = sides.as_ref().into_array().map(|side| side.sync.get(key));
        !states.into_iter().flatten().any(SyncState::is_conflict)
    });
    if both.is_empty() {
        return Ok(());
    }
    let repo = Repo::from_env()?;
    let (Some(picking), Some((layout, year))) = (repo.picking()?, ledger_of_path(&repo, path)?)
    else {
        return Ok(());
    };
    let Some(onto) = repo.rebases_one_line_onto(picking.theirs)? else {
        return Ok(());
    };
    let began = year_known_at(&repo, &layout, onto, year)?;
    for key in both {
        if let Some(state) = sides.ours.sync.get(&key) {
            let base = sides.base.sync.entry(key).or_default();
            base.take_as_known(state, began.sync.get(&key));
        }
    }
    Ok(())
}

/// The states that both sides changed, and not to the same.
fn raised_by_both(sides: &ThreeWay<Ledger>) -> Vec<(EntryDate, Source)> {
    let ThreeWay { base, ours, theirs } = sides.as_ref().map(|side| &side.sync);
    let both = theirs.iter().filter(|(key, state)| {
        let there = ours.get(key);
        base.get(key) != Some(state) && there != Some(state) && there != base.get(key)
    });
    both.map(|(key, _)| *key).collect()
}

fn add_what_a_pick_keeps_out(
    path: &str,
    theirs: &Ledger,
    merged: &mut Ledger,
) -> Result<(), Unasked> {
    let mut rows = merged.tombstones.values().chain(theirs.tombstones.values());
    if rows.all(|row| !row.state.is_active()) && merged.kept_out.is_empty() {
        return Ok(());
    }
    let repo = Repo::from_env()?;
    let (Some(picking), Some((layout, year))) = (repo.picking()?, ledger_of_path(&repo, path)?)
    else {
        return Ok(());
    };
    history::add_what_a_pick_keeps_out(&repo, &layout, &picking, year, theirs, merged)?;
    Ok(())
}

/// The layout, and the year whose ledger `path` is; `None` if it is not a ledger.
fn ledger_of_path(repo: &Repo, path: &str) -> Result<Option<(Layout, i32)>, LoadError> {
    let layout = settings::load(repo)?.layout;
    let year = layout.ledger_year(path);
    Ok(year.map(|year| (layout, year)))
}
