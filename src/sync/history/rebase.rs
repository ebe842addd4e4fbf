//! What a rebase kept out and no pick could store, since git asked no ledger
//! driver there (`pick`): it is noted in the git directory when the rebase ends,
//! until a commit stores it.

use std::collections::{BTreeMap, BTreeSet};

use super::marks::Marks;
use super::{History, beyond, year_at, years_of};
use crate::journal::Layout;
use crate::ledger::{self, Ledger};
use crate::repo::{ObjectId, Repo, RepoError};

const NOTE: &str = "kept-out.jsonl";

/// Compares the branch before a rebase with what became of it, as a merge of the
/// two would be.
///
/// # Errors
/// History cannot be read, or the note not be written.
pub fn keep_what_a_rebase_kept_out(
    repo: &Repo,
    layout: &Layout,
    before: ObjectId,
    now: ObjectId,
) -> Result<(), RepoError> {
    let tips = [now, before];
    let history = History::since((repo, layout), &Marks::read(repo, layout), &tips, None)?;
    let Some(bases) = repo.parted(before, now)? else {
        return Ok(());
    };
    let mut found = history.kept_out(now, before, &bases, &history.found(now))?;
    let mut stored = BTreeSet::new();
    for year in years_of(&found) {
        for ((key, side), _) in history.year_at(now, year)?.kept {
            if history.is_of_branch(&side, before)? {
                stored.insert(key);
            }
        }
    }
    found.kept.retain(|(key, _), _| !stored.contains(key));
    if found.is_empty() {
        return Ok(());
    }
    let noted = ledger::parse(repo.noted(NOTE).as_bytes());
    let noted = ledger::format(&ledger::join(noted, found));
    repo.note(NOTE, &String::from_utf8_lossy(&noted))
}

/// Adds what is noted, as far as the removals are in `tip`'s ledger and it is not
/// stored there yet.
pub(super) fn add_noted(
    repo: &Repo,
    layout: &Layout,
    tip: ObjectId,
    rows: &mut Ledger,
) -> Result<(), RepoError> {
    let noted = ledger::parse(repo.noted(NOTE).as_bytes());
    if noted.is_empty() {
        return Ok(());
    }
    let mut years = BTreeMap::new();
    for year in years_of(&noted) {
        years.insert(year, year_at(repo, layout, tip, year)?);
    }
    let mut noted = beyond(&noted, &years);
    noted.kept.retain(|(key, _), _| {
        let year = years.get(&key.entry.year());
        year.is_some_and(|y| y.tombstones.contains_key(key)) || rows.tombstones.contains_key(key)
    });
    rows.kept.extend(noted.kept);
    Ok(())
}
