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
    let mut rows = match noted(repo) {
        Some(note) if note.is_in(repo, before) || note.is_in(repo, now) => note.rows,
        _ => Ledger::default(),
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
    rows = ledger::join(rows, found);
    match rows.is_empty() {
        true => Ok(()),
        false => note(repo, now, &rows),
    }
}

/// An amended commit stands for the one that was noted.
///
/// # Errors
/// The note cannot be written.
pub fn keep_noted_through_an_amend(
    repo: &Repo,
    before: ObjectId,
    now: ObjectId,
) -> Result<(), RepoError> {
    match noted(repo) {
        Some(found) if found.at == Some(before) => note(repo, now, &found.rows),
        _ => Ok(()),
    }
}

/// What is noted, and for which history.
struct Noted {
    /// What the rebase ended with; not known of a note by an earlier version.
    at: Option<ObjectId>,
    rows: Ledger,
}

impl Noted {
    /// A branch that was thrown away says nothing.
    fn is_in(&self, repo: &Repo, tip: ObjectId) -> bool {
        self.at.is_none_or(|at| repo.is_in(at, tip))
    }
}

fn noted(repo: &Repo) -> Option<Noted> {
    let text = repo.noted(NOTE);
    let (first, rest) = text.split_once('\n').unwrap_or_default();
    let at = first.parse().ok();
    let rows = ledger::parse(at.map_or(text.as_str(), |_| rest).as_bytes());
    (!rows.is_empty()).then_some(Noted { at, rows })
}

fn note(repo: &Repo, at: ObjectId, rows: &Ledger) -> Result<(), RepoError> {
    let rows = ledger::format(rows);
    let text = format!("{at}\n{}", String::from_utf8_lossy(&rows));
    repo.note(NOTE, &text)
}

/// Adds what is noted, as far as the removals are in `tip`'s ledger and it is not
/// stored there yet.
pub(super) fn add_noted(
    repo: &Repo,
    layout: &Layout,
    tip: ObjectId,
    rows: &mut Ledger,
) -> Result<(), RepoError> {
    let Some(noted) = noted(repo).filter(|noted| noted.is_in(repo, tip)) else {
        return Ok(());
    };
    let mut years = BTreeMap::new();
    for year in years_of(&noted.rows) {
        years.insert(year, year_at(repo, layout, tip, year)?);
    }
    let mut noted = beyond(&noted.rows, &years);
    noted.kept.retain(|(key, _), _| {
        let year = years.get(&key.entry.year());
        year.is_some_and(|y| y.tombstones.contains_key(key)) || rows.tombstones.contains_key(key)
    });
    rows.kept.extend(noted.kept);
    Ok(())
}
