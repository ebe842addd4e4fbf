//! Carries out the plan: writes the rows of the planned dates and files.

use std::collections::{BTreeMap, BTreeSet};

use super::RefreshError;
use super::ledgers::Ledgers;
use super::look::{self, Look};
use super::noted::Noted;
use super::plan::Plan;
use super::read::Dated;
use super::report::{Failure, Report};
use super::state::decide;
use crate::journal::{EntryDate, Layout, PathKind};
use crate::ledger::Source;
use crate::repo::{Blob, ObjectId, Repo};
use crate::store::{FileRow, Update};
use crate::sync::history;
use crate::sync::versions::{Key, key_of};

/// Up to this many dates, HEAD's files are looked up one by one.
const FEW: usize = 64;

/// A refresh in its transaction: what it works from, and what it has found so far.
pub(super) struct Apply<'a, 'l, 'u> {
    pub repo: &'a Repo,
    pub layout: &'a Layout,
    pub head: Option<ObjectId>,
    pub look: &'a Look,
    pub plan: &'a Plan,
    pub ledgers: &'a mut Ledgers<'l>,
    pub update: &'a mut Update<'u>,
    pub report: Report,
    /// Dates that the caller asked for; they are reported in any case.
    pub asked: &'a BTreeSet<EntryDate>,
    /// Whether the index was empty: everything is created, and items are not listed.
    pub fill: bool,
    /// See [`Noted::twice`].
    pub twice: BTreeSet<EntryDate>,
    /// The entries and notes with a symbolic link in their place.
    pub linked: BTreeSet<Key>,
    pub removed: history::Removed<'a>,
    /// Entries whose last version is not available here.
    pub unread: BTreeSet<EntryDate>,
    /// See [`Noted::unreadable`].
    pub unreadable: BTreeSet<EntryDate>,
    /// See [`Noted::made_for`].
    pub made_for: &'a str,
}

pub(super) type Paths = BTreeMap<Key, Vec<String>>;
type HeadFiles = BTreeMap<String, Blob>;

/// The files of entries and notes that a refresh reads from.
pub(super) struct Trees {
    /// The work tree's.
    pub work: Paths,
    pub head: Paths,
    /// The blobs of `head`.
    pub head_files: HeadFiles,
    /// The entries and notes that the work tree leaves out, if git's index was asked: it
    /// is if a file is missing.
    pub left_out: Option<BTreeSet<Key>>,
}

impl Apply<'_, '_, '_> {
    /// Carries out the plan, date by date; `progress` gets the number of dates done and
    /// of all.
    ///
    /// # Errors
    /// A file, git's objects or the database cannot be read or written.
    pub(super) fn run(mut self, progress: &dyn Fn(usize, usize)) -> Result<Report, RefreshError> {
        self.unusual_paths()?;
        let trees = self.trees()?;
        let total = self.plan.dates.len();
        for (at, date) in self.plan.dates.iter().enumerate() {
            progress(at, total);
            self.date(*date, &trees)?;
        }
        self.other_files()?;
        for (year, row) in &self.plan.ledgers {
            self.update.set_ledger(*year, row)?;
        }
        let before = &self.look.noted;
        let linked = self.followed(&before.linked, &self.linked);
        let left_out = match &trees.left_out {
            Some(now) => self.followed(&before.left_out, now),
            None => before.left_out.clone(),
        };
        let (cut_off, behind) = match look::cut_off(self.repo) {
            // An object is missing: it may be back at any time.
            none if none.is_empty() => (look::MISSING.to_owned(), self.unread),
            some => (some, &self.unread | &self.twice),
        };
        let noted = Noted {
            head: self.head,
            left_out,
            linked,
            conversions: self.look.conversions.clone(),
            told: self.ledgers.years_told()?,
            cut_off,
            behind,
            twice: self.twice,
            unreadable: self.unreadable,
            made_for: self.made_for.to_owned(),
        };
        for (key, value) in noted.values() {
            self.update.set_meta(key, &value)?;
        }
        Ok(self.report)
    }

    /// The former keys, with the present ones of the planned dates: those that this
    /// refresh went by.
    fn followed(&self, before: &BTreeSet<Key>, now: &BTreeSet<Key>) -> BTreeSet<Key> {
        let is_planned = |(date, _): &&Key| self.plan.dates.contains(date);
        let kept = before.iter().filter(|key| !is_planned(key));
        kept.chain(now.iter().filter(is_planned)).copied().collect()
    }

    fn trees(&self) -> Result<Trees, RefreshError> {
        let work = by_key(self.layout, self.look.seen.files.keys());
        let head_files = self.head_files()?;
        let head = by_key(self.layout, head_files.keys());
        let is_absent = |date: &EntryDate| {
            let keys = [(*date, Source::Yaml), (*date, Source::Wiki)];
            let mut keys = keys.iter();
            keys.any(|key| head.contains_key(key) && !work.contains_key(key))
        };
        let left_out = match &self.look.left_out {
            None if self.plan.dates.iter().any(is_absent) => {
                Some(look::left_out_of(self.repo, self.layout))
            }
            asked => asked.clone(),
        };
        Ok(Trees {
            work,
            head,
            head_files,
            left_out,
        })
    }

    /// Updates the unusual paths of entries in HEAD.
    fn unusual_paths(&mut self) -> Result<(), RefreshError> {
        if self.look.all_of_head {
            self.update.clear_head_paths()?;
        }
        for path in &self.look.seen.head_changes {
            let date = match self.layout.classify(path) {
                PathKind::Entry(date) if *path != self.layout.entry_path(date) => date,
                PathKind::Note(date) if *path != self.layout.note_path(date) => date,
                _ => continue,
            };
            let there = self.repo.blob_at(self.head, path)?.is_some();
            self.update.set_head_path(path, there.then_some(date))?;
        }
        Ok(())
    }

    /// HEAD's files at all paths that may hold one of the planned dates.
    fn head_files(&self) -> Result<HeadFiles, RefreshError> {
        let Some(head) = self.head else {
            return Ok(HeadFiles::new());
        };
        if self.plan.dates.len() > FEW || self.look.all_of_head {
            let folders = [self.layout.journal.as_str(), &self.layout.wiki];
            let all = self.repo.changes(None, Some(head), &folders)?;
            return Ok(all
                .into_iter()
                .filter_map(|c| Some((c.path, c.new?)))
                .collect());
        }
        let mut files = HeadFiles::new();
        let known = self
            .look
            .known
            .files
            .keys()
            .chain(self.look.seen.files.keys());
        let known = known
            .chain(&self.look.seen.head_changes)
            .chain(&self.look.links)
            .cloned();
        let usual = self.plan.dates.iter();
        let usual = usual.flat_map(|d| [self.layout.entry_path(*d), self.layout.note_path(*d)]);
        let paths: BTreeSet<String> = known.chain(usual).collect();
        for path in paths {
            let planned = super::plan::date_of(self.layout, &path);
            if planned.is_some_and(|d| self.plan.dates.contains(&d))
                && let Some(blob) = self.repo.blob_at(head, &path)?
            {
                files.insert(path, blob);
            }
        }
        for date in &self.plan.dates {
            for path in self.update.head_paths(*date)? {
                if let Some(blob) = self.repo.blob_at(head, &path)? {
                    files.insert(path, blob);
                }
            }
        }
        Ok(files)
    }

    /// Reads a date's files and writes its rows.
    fn date(&mut self, date: EntryDate, trees: &Trees) -> Result<(), RefreshError> {
        let year = self.ledgers.year(date.year())?;
        let (head_rows, now_rows) = year.rows_of(date);
        let mut dated = Dated::new(date, trees);
        let files = self.files_of(&mut dated, &now_rows)?;
        let mut indexed = decide(date, files, &head_rows, now_rows);
        let found = year.found.of_entry(date);
        indexed.ledger.pending.extend(found.tombstones.into_keys());
        let before = self.update.before(date)?;
        let known = &self.look.known.files;
        let (entry, note) = (
            dated.state(Source::Yaml, known),
            dated.state(Source::Wiki, known),
        );
        self.write_entry(date, &before, &indexed, entry)?;
        self.write_note(date, &before, &indexed, note)?;
        self.update.put_ledger(&before, &indexed.ledger)?;
        self.write_files(dated.rows)
    }

    /// Writes the rows of planned files without a date, and removes those of missing
    /// files.
    fn other_files(&mut self) -> Result<(), RefreshError> {
        let mut rows = BTreeMap::new();
        for path in &self.plan.files {
            let Some(stamp) = self.look.seen.files.get(path) else {
                self.update.set_file(path, None)?;
                continue;
            };
            let Some(year) = self.layout.ledger_year(path) else {
                continue;
            };
            let damaged = self.ledgers.year(year)?.damaged();
            let problem = damaged.map(|(line, all)| {
                let more = match all - 1 {
                    0 => String::new(),
                    more => format!(" (and {more} more)"),
                };
                format!("{line}:1: no line of a ledger{more}; kept as it stands")
            });
            let row = FileRow {
                stamp: stamp.clone(),
                problem,
                ..FileRow::default()
            };
            rows.insert(path.clone(), row);
        }
        self.write_files(rows)
    }

    fn write_files(&mut self, rows: BTreeMap<String, FileRow>) -> Result<(), RefreshError> {
        for (path, row) in rows {
            if self.look.known.files.get(&path) != Some(&row) {
                self.update.set_file(&path, Some(&row))?;
            }
            if let Some(problem) = row.problem {
                self.report.failed.push(Failure { path, problem });
            }
        }
        Ok(())
    }
}

/// Sorts the paths of entries and notes by date and source.
pub(super) fn by_key<'p>(layout: &Layout, paths: impl Iterator<Item = &'p String>) -> Paths {
    let mut found = Paths::new();
    for path in paths {
        if let Some(key) = key_of(layout, path) {
            found.entry(key).or_default().push(path.clone());
        }
    }
    found
}
