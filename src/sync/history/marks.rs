//! Up to where history was looked at: commits whose ledger holds every row that their
//! history tells, and the last tip with what its ledger lacks. Notes of this clone, to
//! save time; without them all of history is looked at once more, with the same outcome.

use std::collections::BTreeSet;

use crate::journal::Layout;
use crate::ledger::{self, Ledger, short_sha256};
use crate::repo::{Commit, ObjectId, Repo, RepoError};

const NOTE: &str = "history";
const TOLD: &str = "told";
const THERE: &str = "told-there";
/// Branches that a person goes back and forth between.
const MOST: usize = 16;

pub(super) struct Marks<'a> {
    repo: &'a Repo,
    /// What the marks are about: other folders or another end of history, other rows.
    about: String,
    /// The newest first.
    commits: Vec<ObjectId>,
    /// The last tip whose ledger lacked rows, and these; for the drivers of a merge the
    /// other side as well.
    told: Vec<(ObjectId, Ledger)>,
}

/// Where a walk begins.
pub(super) struct Since {
    pub commits: Vec<Commit>,
    /// The mark that they stand on.
    pub from: Option<ObjectId>,
    /// Which mark comes next.
    pub next: usize,
}

impl<'a> Marks<'a> {
    pub fn read(repo: &'a Repo, layout: &Layout) -> Self {
        let mut about = format!("6 {} {} {}", layout.journal, layout.wiki, layout.ledger);
        // What a shallow clone cuts off says nothing, until git fetches it.
        let cut_offs = repo.cut_offs();
        if !cut_offs.is_empty() {
            about = format!("{about} {}", short_sha256(cut_offs.as_bytes()));
        }
        let text = repo.noted(NOTE);
        let mut lines = text.lines();
        let commits = match lines.next() {
            Some(first) if first == about => lines.filter_map(|l| l.parse().ok()).collect(),
            _ => Vec::new(),
        };
        let told = read_told(&repo.noted(TOLD), &about).into_iter().collect();
        Self {
            repo,
            about,
            commits,
            told,
        }
    }

    pub fn has(&self, tip: ObjectId) -> bool {
        self.commits.contains(&tip)
    }

    /// As if no rows were noted.
    pub fn without_told(&self) -> Self {
        let (about, commits) = (self.about.clone(), self.commits.clone());
        Self {
            repo: self.repo,
            about,
            commits,
            told: Vec::new(),
        }
    }

    /// What the history of a commit tells and its ledger lacks, if it is noted.
    pub fn told_at(&self, commit: ObjectId) -> Option<&Ledger> {
        let mut told = self.told.iter();
        told.find_map(|(at, rows)| (*at == commit).then_some(rows))
    }

    /// With what a driver noted of the other side of a merge.
    pub fn with_there(mut self) -> Self {
        let there = read_told(&self.repo.noted(THERE), &self.about);
        self.told.extend(there);
        self
    }

    /// Whether a driver looked at the commits of a tip that nothing is noted of.
    pub fn is_asked(&self, tip: ObjectId) -> bool {
        self.repo.noted(THERE) == asked_note(&self.about, tip)
    }

    /// Notes that a driver did.
    pub fn ask(&self, tip: ObjectId) -> Result<(), RepoError> {
        self.repo.note(THERE, &asked_note(&self.about, tip))
    }

    /// Notes what the ledger of the other side of a merge lacks.
    pub fn add_there(&self, tip: ObjectId, rows: &Ledger) -> Result<(), RepoError> {
        let note = told_note(&self.about, tip, rows);
        self.repo.note(THERE, &note)
    }

    /// The commits since a mark that all of `tips` stand on; all commits where there is
    /// none from the `nth` on. Every parent of theirs is
    /// among them or is the mark: in the commits before a mark less was recorded than
    /// their history tells, so that nothing can start from those.
    pub fn commits_since(&self, nth: usize, tips: &[ObjectId]) -> Result<Since, RepoError> {
        let repo = self.repo;
        let mut ends: BTreeSet<ObjectId> = tips.iter().copied().collect();
        let told = self.told.iter().map(|(at, _)| at);
        for (at, mark) in told.chain(&self.commits).enumerate().skip(nth) {
            if !ends.iter().all(|end| repo.is_in(*mark, *end)) {
                continue;
            }
            let commits = repo.commits(tips, &[*mark])?;
            let inside: BTreeSet<ObjectId> = commits.iter().map(|c| c.id).chain([*mark]).collect();
            let parents = commits.iter().flat_map(|c| &c.parents).chain(tips);
            let outside: Vec<ObjectId> = parents.filter(|p| !inside.contains(p)).copied().collect();
            if outside.is_empty() {
                return Ok(Since {
                    commits,
                    from: Some(*mark),
                    next: at + 1,
                });
            }
            ends.extend(outside);
        }
        Ok(Since {
            commits: repo.commits(tips, &[])?,
            from: None,
            next: 0,
        })
    }

    /// Notes what the ledger of a tip lacks.
    pub fn add_told(self, tip: ObjectId, rows: &Ledger) -> Result<(), RepoError> {
        let note = told_note(&self.about, tip, rows);
        self.repo.note(TOLD, &note)
    }

    pub fn add(mut self, tip: ObjectId) -> Result<(), RepoError> {
        self.commits.retain(|c| *c != tip);
        self.commits.insert(0, tip);
        self.commits.truncate(MOST);
        let lines = self.commits.iter().map(ToString::to_string);
        let lines: Vec<String> = std::iter::once(self.about).chain(lines).collect();
        self.repo.note(NOTE, &format!("{}\n", lines.join("\n")))
    }
}

/// The note that a tip was looked at, for one entry.
fn asked_note(about: &str, tip: ObjectId) -> String {
    format!("{about}\n{tip}\n")
}

/// The note that [`read_told`] reads.
fn told_note(about: &str, tip: ObjectId, rows: &Ledger) -> String {
    let rows = ledger::format(rows);
    let rows = String::from_utf8_lossy(&rows);
    let sum = short_sha256(rows.as_bytes());
    format!("{about}\n{tip} {sum}\n{rows}")
}

/// A note that is not whole, or about something else, says nothing.
fn read_told(note: &str, about: &str) -> Option<(ObjectId, Ledger)> {
    let note = note.strip_prefix(about)?.strip_prefix('\n')?;
    let (first, rows) = note.split_once('\n')?;
    let (tip, sum) = first.split_once(' ')?;
    let is_whole = short_sha256(rows.as_bytes()) == sum;
    is_whole.then_some((tip.parse().ok()?, ledger::parse(rows.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read_if_it_is_whole() {
        let tip = ObjectId::of_file(b"tip").unwrap();
        let line = |item: &str| {
            format!(
                r#"{{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people","item":"{item}","id":"7fdd00f434dc4eb4","state":"active","at":"2026-11-28T18:26:53Z","by":"A","source":"yaml"}}"#
            ) + "\n"
        };
        let rows = ledger::parse((line("Bob") + &line("Cleo")).as_bytes());
        assert_eq!(rows.tombstones.len(), 2);
        let note = told_note("5 a b c", tip, &rows);
        assert_eq!(read_told(&note, "5 a b c"), Some((tip, rows)));
        assert_eq!(read_told(&note, "5 a b d"), None);
        let cut = note.trim_end().rfind('\n').unwrap();
        assert_eq!(read_told(&note[..=cut], "5 a b c"), None);
    }
}
