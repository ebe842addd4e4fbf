//! Reads the planned dates and writes their rows.

use std::collections::{BTreeMap, BTreeSet};

use super::RefreshError;
use super::ledgers::Ledgers;
use super::look::{self, Look};
use super::noted::Noted;
use super::plan::Plan;
use super::report::{Failure, Report, problem};
use super::state::{DateFiles, ReadFile, decide};
use crate::journal::digest::short_sha256;
use crate::journal::{Entry, EntryDate, Layout, Note, PathKind};
use crate::repo::{Blob, Index, ObjectId, Repo};
use crate::store::{FileRow, Update};
use crate::sync::history;

/// Up to this many dates, HEAD's files are looked up one by one.
const FEW: usize = 64;

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
    /// By date, symbolic links in place of entries and notes.
    pub linked: Paths,
    pub removed: history::Removed<'a>,
    /// Deleted entries whose last version is not available here.
    pub unread: BTreeSet<EntryDate>,
}

pub(super) type Paths = BTreeMap<(EntryDate, bool), Vec<String>>;
type HeadFiles = BTreeMap<String, Blob>;

impl Apply<'_, '_, '_> {
    /// Carries out the plan, date by date; `progress` gets the number of dates done and
    /// of all.
    ///
    /// # Errors
    /// A file, git's objects or the database cannot be read or written.
    pub(super) fn run(mut self, progress: &dyn Fn(usize, usize)) -> Result<Report, RefreshError> {
        self.unusual_paths()?;
        let work = self.paths();
        let head_files = self.head_files()?;
        let head_paths = by_date(self.layout, head_files.keys());
        let index = self.index_if_needed(&work, &head_paths)?;
        let total = self.plan.dates.len();
        for (at, date) in self.plan.dates.iter().enumerate() {
            progress(at, total);
            let mut rows = BTreeMap::new();
            self.date(
                *date,
                &work,
                &head_paths,
                &head_files,
                index.as_ref(),
                &mut rows,
            )?;
            self.write_files(rows)?;
        }
        self.other_files()?;
        for (year, row) in &self.plan.ledgers {
            self.update.set_ledger(*year, row)?;
        }
        let noted = Noted {
            head: self.head,
            told: self.ledgers.years_told()?,
            cut_off: look::cut_off(self.repo),
            behind: &self.unread | &self.twice,
            twice: self.twice,
            folders: super::folders(self.layout),
        };
        for (key, value) in noted.values() {
            self.update.set_meta(key, &value)?;
        }
        Ok(self.report)
    }

    /// The work tree's entry files (`false`) and note files (`true`) by date.
    fn paths(&self) -> Paths {
        by_date(self.layout, self.look.seen.files.keys())
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
            let there = match self.head {
                Some(head) => self.repo.blob_at(head, path)?.is_some(),
                None => false,
            };
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

    /// Git's index, if a file is missing: a sparse checkout may have left it out.
    fn index_if_needed(&self, work: &Paths, head: &Paths) -> Result<Option<Index>, RefreshError> {
        let absent = self.plan.dates.iter().any(|date| {
            [false, true]
                .into_iter()
                .any(|note| head.contains_key(&(*date, note)) && !work.contains_key(&(*date, note)))
        });
        // An index that libgit2 cannot read does not help.
        Ok(absent.then(|| self.repo.index().ok()).flatten())
    }

    fn date(
        &mut self,
        date: EntryDate,
        work: &Paths,
        head_paths: &Paths,
        head_files: &HeadFiles,
        index: Option<&Index>,
        rows: &mut BTreeMap<String, FileRow>,
    ) -> Result<(), RefreshError> {
        let year = self.ledgers.year(date.year())?;
        let (head_rows, now_rows) = year.rows_of(date);
        let none = Vec::new();
        let paths = |from: &Paths, note| from.get(&(date, note)).cloned().unwrap_or_default();

        let mut files = DateFiles::default();
        let (entry_paths, note_paths) = (paths(work, false), paths(work, true));
        let head_entries = head_paths.get(&(date, false)).unwrap_or(&none);
        let left_out = |path: &String| {
            self.look.links.contains(path) || index.is_some_and(|i| i.is_left_out(path))
        };
        files.untold = entry_paths.is_empty() && head_entries.iter().any(left_out)
            || self.linked.contains_key(&(date, false));
        let head_notes = head_paths.get(&(date, true)).unwrap_or(&none);
        files.untold_note = note_paths.is_empty() && head_notes.iter().any(left_out)
            || self.linked.contains_key(&(date, true));

        let head_path = match entry_paths.as_slice() {
            [path] if head_files.contains_key(path) => Some(path),
            _ => head_entries.first(),
        };
        let head_id = head_path
            .and_then(|p| head_files.get(p))
            .and_then(|b| b.file());
        let mut same = false;
        if let [path] = entry_paths.as_slice() {
            let (mut bytes, row) = self.file(path, date)?;
            if let Some(id) = head_id {
                (same, bytes) = self.repo.as_stored(path, bytes, id)?;
            }
            let read = Entry::read(date, &bytes).map_err(|e| problem(path, &bytes, &e));
            files.work = Some(self.version(path, read, row, rows));
        } else if entry_paths.len() > 1 {
            let all = entry_paths.join(" and ");
            for path in &entry_paths {
                let (_, mut row) = self.file(path, date)?;
                row.problem = Some(format!(
                    "1:1: {all} are both the entry of {date}; expected one: put what is \
                     missing into one of them, `git rm` the other, and commit"
                ));
                rows.insert(path.clone(), row);
            }
            files.work = Some(ReadFile {
                path: entry_paths[0].clone(),
                content: None,
            });
        }
        if let (Some(path), Some(id), false) = (head_path, head_id, same) {
            let bytes = self.repo.read_blob(id)?;
            files.head = Some(ReadFile {
                path: path.clone(),
                content: Entry::read(date, &bytes).ok(),
            });
        }
        files.same = same;
        files.head_said = self.head_said(date, &files, head_id)?;
        if files.work.is_none() && files.head.is_none() {
            files.deleted = self.deleted(date, &now_rows)?;
        }
        self.notes(date, &mut files, &note_paths, head_notes, head_files, rows)?;

        let has_problem = |path: &String| rows.get(path).is_some_and(|r| r.problem.is_some());
        let broken = entry_paths.iter().any(has_problem);
        let broken_note = note_paths.iter().any(has_problem);
        let touched = |paths: &[String]| paths.iter().any(|p| self.touched(p, rows));
        let (entry_touched, note_touched) = (touched(&entry_paths), touched(&note_paths));
        let mut indexed = decide(date, files, &head_rows, now_rows);
        let found = year.found.of_entry(date);
        indexed.ledger.pending.extend(found.tombstones.into_keys());
        let before = self.update.before(date)?;
        self.write_entry(date, &before, &indexed, entry_touched, broken)?;
        self.write_note(date, &before, &indexed, note_touched, broken_note)?;
        self.update.put_ledger(&before, &indexed.ledger)?;
        Ok(())
    }

    /// Whether a file's bytes changed since the last look.
    fn touched(&self, path: &String, rows: &BTreeMap<String, FileRow>) -> bool {
        let before = self.look.known.files.get(path).map(|r| &r.content);
        before != rows.get(path).map(|r| &r.content)
    }

    fn file(&self, path: &str, date: EntryDate) -> Result<(Vec<u8>, FileRow), RefreshError> {
        // A file deleted since `look` counts as empty; the next refresh sees that it is
        // gone.
        let bytes = self.repo.read_work_file(path)?.unwrap_or_default();
        let stamp = self.look.seen.files.get(path).cloned().unwrap_or_default();
        let row = FileRow {
            entry: Some(date.to_string()),
            stamp,
            content: short_sha256(&bytes),
            problem: None,
        };
        Ok((bytes, row))
    }

    fn version<T>(
        &mut self,
        path: &str,
        read: Result<T, String>,
        mut row: FileRow,
        rows: &mut BTreeMap<String, FileRow>,
    ) -> ReadFile<T> {
        row.problem = read.as_ref().err().cloned();
        rows.insert(path.to_owned(), row);
        ReadFile {
            path: path.to_owned(),
            content: read.ok(),
        }
    }

    fn notes(
        &mut self,
        date: EntryDate,
        files: &mut DateFiles,
        paths: &[String],
        head_paths: &[String],
        head_files: &HeadFiles,
        rows: &mut BTreeMap<String, FileRow>,
    ) -> Result<(), RefreshError> {
        let head = match paths {
            [path] if head_files.contains_key(path) => Some(path),
            _ => head_paths.first(),
        };
        if let Some((path, id)) = head.and_then(|p| Some((p, head_files.get(p)?.file()?))) {
            let bytes = self.repo.read_blob(id)?;
            files.head_note = Some(ReadFile {
                path: path.clone(),
                content: Note::read(&bytes).ok(),
            });
        }
        for path in paths {
            let (mut bytes, row) = self.file(path, date)?;
            if let Some(id) = head_files.get(path).and_then(|blob| blob.file()) {
                bytes = self.repo.as_stored(path, bytes, id)?.1;
            }
            let read = Note::read(&bytes).map_err(|e| problem(path, &bytes, &e));
            let version = self.version(path, read, row, rows);
            if let Some(first) = &mut files.work_note {
                // Of two files of one date, neither counts.
                first.content = None;
                if let Some(row) = rows.get_mut(path) {
                    row.problem = Some(format!(
                        "1:1: {} is the note of {date} already; expected one",
                        first.path
                    ));
                }
            } else {
                files.work_note = Some(version);
            }
        }
        Ok(())
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
            let PathKind::Ledger(year) = self.layout.classify(path) else {
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

pub(super) fn by_date<'p>(layout: &Layout, paths: impl Iterator<Item = &'p String>) -> Paths {
    let mut found = Paths::new();
    for path in paths {
        match layout.classify(path) {
            PathKind::Entry(date) => found.entry((date, false)).or_default().push(path.clone()),
            PathKind::Note(date) => found.entry((date, true)).or_default().push(path.clone()),
            _ => {}
        }
    }
    found
}
