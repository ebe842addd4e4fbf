//! The items that a rebase kept out and no pick could record, since git called no ledger
//! driver (see `pick`). They are noted in the git directory when the rebase ends, until a
//! commit stores them.

use std::collections::{BTreeMap, BTreeSet};

use super::marks::Marks;
use super::merges::side;
use super::pick::undone_there;
use super::places::Places;
use super::{History, beyond, year_at};
use crate::journal::{EntryDate, Layout};
use crate::ledger::{self, KeptOutRow, Ledger, RowKey};
use crate::repo::{ObjectId, Repo, RepoError};

const NOTE: &str = "kept-out.jsonl";

/// Compares the branch before and after a rebase, as a merge of the two would.
///
/// # Errors
/// A commit or a file cannot be read, or the note cannot be written.
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
    let (earlier, others): (Vec<Noted>, Vec<Noted>) = noted(repo)?
        .into_iter()
        .partition(|note| note.is_in(repo, before) || note.is_in(repo, now));
    let mut found = history.kept_out(now, before, &bases, &history.found(now))?;
    let mut stored = BTreeSet::new();
    for year in found.years() {
        for ((key, side), _) in history.year_at(now, year)?.kept_out {
            if history.is_of_branch(&side, before)? {
                stored.insert(key);
            }
        }
    }
    found.kept_out.retain(|(key, _), _| !stored.contains(key));
    if let Some(onto) = repo.rebased_onto()? {
        let again = history.removed_once_more((before, onto, now), &bases)?;
        found = ledger::join(found, again);
    }
    let rows = earlier.into_iter().map(|note| note.rows);
    let rows = rows.fold(found, ledger::join);
    if rows.is_empty() {
        return Ok(());
    }
    let at = Some(now);
    let notes = std::iter::once(Noted { at, rows }).chain(others);
    note(repo, notes.take(MOST))
}

impl History<'_> {
    /// What `onto`, the commit that the branch was rebased onto, had back, and the branch's own
    /// removal has taken out once more, as items kept out: git takes the picked version, and
    /// where the ledgers are alike asks no driver that could record it.
    fn removed_once_more(
        &self,
        (before, onto, now): (ObjectId, ObjectId, ObjectId),
        bases: &[ObjectId],
    ) -> Result<Ledger, RepoError> {
        let mut out = Ledger::default();
        // All of that history is walked once, if it is asked at all.
        let mut asked: Option<History> = None;
        let tips: Vec<ObjectId> = bases.iter().copied().chain([onto]).collect();
        let below: Vec<&str> = self.below.iter().map(String::as_str).collect();
        let changes = self.repo.changes(Some(onto), Some(now), &below)?;
        let entries = changes
            .iter()
            .filter_map(|c| self.layout.entry_date(&c.path));
        for entry in entries.collect::<BTreeSet<EntryDate>>() {
            let facts = (self.facts_at(onto, entry)?, self.facts_at(now, entry)?);
            let (Some(there), Some(left)) = facts else {
                continue;
            };
            let gone: BTreeSet<_> = there.items.difference(&left.items).collect();
            let theirs = self.known(before, entry)?;
            let is_gone = |key: &RowKey| gone.contains(&key.to_item());
            if !theirs.tombstones_of(entry).any(|(key, _)| is_gone(key)) {
                continue;
            }
            let asked = match &asked {
                Some(asked) => asked,
                None => {
                    let marks = Marks::read(self.repo, self.layout);
                    asked.insert(History::since(
                        (self.repo, self.layout),
                        &marks,
                        &tips,
                        None,
                    )?)
                }
            };
            let ours = asked.known(onto, entry)?;
            let mut again = undone_there(entry, &theirs, &ours);
            again.retain(is_gone);
            if again.is_empty() {
                continue;
            }
            // Who took the putting back back on the branch meant that.
            for base in bases {
                let began = asked.known(*base, entry)?;
                again.retain(|key| !began.knows_undone(key));
            }
            let known = self.known(now, entry)?;
            for (key, row) in &known.tombstones {
                // A removal that the branch made anew is meant, too.
                let is_new = match ours.tombstones.get(key) {
                    Some(was) => !was.state.is_active(),
                    None => !theirs.tombstones.contains_key(key),
                };
                let is_again = again.iter().any(|k| k.to_item() == key.to_item());
                let is_listed = known.kept_out.keys().any(|(listed, _)| listed == key);
                if row.state.is_active() && is_new && is_again && !is_listed {
                    let key = (key.clone(), side(onto));
                    out.kept_out.insert(key, KeptOutRow { settled: false });
                }
            }
        }
        Ok(out)
    }
}

/// Limit on the branches noted; all work trees share one note.
const MOST: usize = 32;

/// A note, and the history that it is for.
struct Noted {
    /// The commit that the rebase ended with; unknown in a note by an earlier version.
    at: Option<ObjectId>,
    rows: Ledger,
}

impl Noted {
    fn is_in(&self, repo: &Repo, tip: ObjectId) -> bool {
        self.at.is_none_or(|at| repo.is_in(at, tip))
    }

    /// Whether a history's version of an entry is the one that the rebase made. Squashing
    /// or amending keeps that version; for a branch that was thrown away the note does
    /// not apply.
    fn is_of(&self, places: &Places, tip: ObjectId, entry: EntryDate) -> Result<bool, RepoError> {
        let Some(at) = self.at else {
            return Ok(false);
        };
        // Git cleans up what was thrown away.
        if !places.repo.has_commit(at)? {
            return Ok(false);
        }
        let blob = |commit| Ok(places.file_of(commit, entry)?.map(|version| version.blob));
        let made = blob(at)?;
        Ok(made.is_some() && made == blob(tip)?)
    }
}

/// Reads the notes; each begins with a line that holds only the commit.
///
/// # Errors
/// The file is there and cannot be read: nothing else knows what it holds.
fn noted(repo: &Repo) -> Result<Vec<Noted>, RepoError> {
    let text = repo.noted_for_good(NOTE)?;
    let mut notes: Vec<(Option<ObjectId>, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        match (line.parse().ok(), notes.last_mut()) {
            (Some(at), _) => notes.push((Some(at), Vec::new())),
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => notes.push((None, vec![line])),
        }
    }
    let read = |(at, lines): (_, Vec<&str>)| Noted {
        at,
        rows: ledger::parse(lines.join("\n").as_bytes()),
    };
    let notes = notes.into_iter().map(read);
    Ok(notes.filter(|note| !note.rows.is_empty()).collect())
}

fn note(repo: &Repo, notes: impl Iterator<Item = Noted>) -> Result<(), RepoError> {
    let text: String = notes
        .map(|note| {
            let rows = ledger::format(&note.rows);
            let rows = String::from_utf8_lossy(&rows);
            match note.at {
                Some(at) => format!("{at}\n{rows}"),
                None => rows.into_owned(),
            }
        })
        .collect();
    repo.note(NOTE, &text)
}

/// Adds the noted rows whose removals are in `tip`'s ledger and that are not stored there
/// yet.
pub(super) fn add_noted(
    repo: &Repo,
    layout: &Layout,
    tip: ObjectId,
    rows: &mut Ledger,
) -> Result<(), RepoError> {
    let places = Places::new(repo, layout);
    for note in noted(repo)? {
        let is_in = note.is_in(repo, tip);
        let mut years = BTreeMap::new();
        for year in note.rows.years() {
            years.insert(year, year_at(repo, layout, tip, year)?);
        }
        for (row, kept_out) in beyond(&note.rows, &years).kept_out {
            let key = &row.0;
            let year = years.get(&key.entry.year());
            let is_known = year.is_some_and(|y| y.tombstones.contains_key(key))
                || rows.tombstones.contains_key(key);
            if is_known && (is_in || note.is_of(&places, tip, key.entry)?) {
                rows.kept_out.insert(row, kept_out);
            }
        }
    }
    Ok(())
}
