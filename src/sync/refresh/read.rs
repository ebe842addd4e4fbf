//! Reads a date's files, in the work tree and in HEAD.

use std::collections::BTreeMap;

use super::RefreshError;
use super::apply::{Apply, Trees};
use super::report::problem;
use super::state::{DateFiles, ReadFile};
use crate::journal::digest::short_sha256;
use crate::journal::{Entry, EntryDate, Note};
use crate::ledger::{Ledger, Source};
use crate::repo::{ObjectId, RepoError};
use crate::store::FileRow;

/// The files of one date.
pub(super) struct Dated<'a> {
    date: EntryDate,
    trees: &'a Trees,
    /// The rows of the files of the work tree that were read.
    pub rows: BTreeMap<String, FileRow>,
}

/// The state of a date's entry or note in the work tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileState {
    /// Whether its bytes changed since the last refresh.
    pub touched: bool,
    /// Whether it cannot be read.
    pub broken: bool,
}

impl<'a> Dated<'a> {
    pub(super) const fn new(date: EntryDate, trees: &'a Trees) -> Self {
        Self {
            date,
            trees,
            rows: BTreeMap::new(),
        }
    }

    fn in_work(&self, source: Source) -> &'a [String] {
        let paths = self.trees.work.get(&(self.date, source));
        paths.map_or(&[], Vec::as_slice)
    }

    fn in_head(&self, source: Source) -> &'a [String] {
        let paths = self.trees.head.get(&(self.date, source));
        paths.map_or(&[], Vec::as_slice)
    }

    fn blob(&self, path: &str) -> Option<ObjectId> {
        self.trees.head_files.get(path).and_then(|b| b.file())
    }

    /// HEAD's file: the one at the work tree's path or else, of several, the first.
    fn head_file(&self, source: Source) -> Option<(&'a String, ObjectId)> {
        let path = match self.in_work(source) {
            [path] if self.trees.head_files.contains_key(path) => path,
            _ => self.in_head(source).first()?,
        };
        Some((path, self.blob(path)?))
    }

    /// Notes the row of a file that was read.
    fn read<T>(&mut self, path: &str, read: Result<T, String>, mut row: FileRow) -> ReadFile<T> {
        row.problem = read.as_ref().err().cloned();
        self.rows.insert(path.to_owned(), row);
        ReadFile {
            path: path.to_owned(),
            content: read.ok(),
        }
    }

    /// The state of the entry or the note, once it is read; `known` has the rows of the
    /// last refresh.
    pub(super) fn state(&self, source: Source, known: &BTreeMap<String, FileRow>) -> FileState {
        let mut state = FileState {
            touched: false,
            broken: false,
        };
        for path in self.in_work(source) {
            let (before, now) = (known.get(path), self.rows.get(path));
            state.touched |= before.map(|row| &row.content) != now.map(|row| &row.content);
            state.broken |= now.is_some_and(|row| row.problem.is_some());
        }
        state
    }
}

impl Apply<'_, '_, '_> {
    /// Reads a date's files in all versions; `rows` are its rows in the ledger.
    ///
    /// # Errors
    /// A file or git's objects cannot be read.
    pub(super) fn files_of(
        &mut self,
        dated: &mut Dated<'_>,
        rows: &Ledger,
    ) -> Result<DateFiles, RefreshError> {
        let mut files = DateFiles {
            untold: self.is_untold(dated, Source::Yaml),
            untold_note: self.is_untold(dated, Source::Wiki),
            ..DateFiles::default()
        };
        self.entry(dated, &mut files)?;
        if !files.is_readable_in_work() && files.head.is_none() {
            files.deleted = self.deleted(dated.date, rows)?;
        }
        self.note(dated, &mut files)?;
        Ok(files)
    }

    /// Whether the work tree's version is unknown; see [`DateFiles::untold`].
    fn is_untold(&self, dated: &Dated<'_>, source: Source) -> bool {
        let key = (dated.date, source);
        let left_out = dated.trees.left_out.as_ref();
        self.linked.contains(&key)
            || dated.in_work(source).is_empty() && left_out.is_some_and(|all| all.contains(&key))
    }

    /// Reads the entry's files.
    fn entry(&mut self, dated: &mut Dated<'_>, files: &mut DateFiles) -> Result<(), RefreshError> {
        let date = dated.date;
        let head = dated.head_file(Source::Yaml);
        match dated.in_work(Source::Yaml) {
            [] => {}
            [path] => {
                let (bytes, mut row) = self.file(path, date)?;
                let read = self
                    .as_stored(path, bytes, head.map(|(_, id)| id), &mut row)?
                    .and_then(|(same, bytes)| {
                        files.same = same;
                        Entry::read(date, &bytes).map_err(|e| problem(path, &bytes, &e))
                    });
                files.work = Some(dated.read(path, read, row));
            }
            all @ [first, ..] => {
                files.same = true;
                for path in all {
                    let (bytes, mut row) = self.file(path, date)?;
                    let stored = self.as_stored(path, bytes, dated.blob(path), &mut row)?;
                    files.same &= matches!(stored, Ok((true, _)));
                    row.problem = Some(both_are(all, "entry", date));
                    dated.rows.insert(path.clone(), row);
                }
                files.work = Some(ReadFile {
                    path: first.clone(),
                    content: None,
                });
            }
        }
        let is_work = files.same && files.is_readable_in_work();
        if let (Some((path, id)), false) = (head, is_work) {
            let bytes = self.repo.read_blob(id)?;
            files.head = Some(ReadFile {
                path: path.clone(),
                content: Entry::read(date, &bytes).ok(),
            });
        }
        let blob = head.map(|(_, id)| id);
        files.head_said = self.head_said(date, files, blob)?;
        files.before = self.before_head(date, files, blob);
        Ok(())
    }

    /// Reads the note's files.
    fn note(&self, dated: &mut Dated<'_>, files: &mut DateFiles) -> Result<(), RefreshError> {
        if let Some((path, id)) = dated.head_file(Source::Wiki) {
            let bytes = self.repo.read_blob(id)?;
            files.head_note = Some(ReadFile {
                path: path.clone(),
                content: Note::read(&bytes).ok(),
            });
        }
        let all = dated.in_work(Source::Wiki);
        for path in all {
            let (bytes, mut row) = self.file(path, dated.date)?;
            let read = self
                .as_stored(path, bytes, dated.blob(path), &mut row)?
                .and_then(|(_, bytes)| Note::read(&bytes).map_err(|e| problem(path, &bytes, &e)));
            // Of two files of one date, neither counts.
            let read = match all {
                [_] => read,
                _ => Err(both_are(all, "note", dated.date)),
            };
            let version = dated.read(path, read, row);
            files.work_note.get_or_insert(version);
        }
        Ok(())
    }

    /// Whether a file equals HEAD's version, if there is one, and its bytes as git stores
    /// them. The text says that git cannot convert it: a filter of somebody's fails, which
    /// is no reason to leave the other files alone. The file is tried anew the next time,
    /// since a filter is mended without a change of the file.
    fn as_stored(
        &self,
        path: &str,
        bytes: Result<Vec<u8>, String>,
        head: Option<ObjectId>,
        row: &mut FileRow,
    ) -> Result<Result<(bool, Vec<u8>), String>, RefreshError> {
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(why) => return Ok(Err(why)),
        };
        let Some(id) = head else {
            return Ok(Ok((false, bytes)));
        };
        match self.repo.as_stored(path, bytes, id) {
            Err(RepoError::Conversion { reason, .. }) => {
                row.stamp.clear();
                Ok(Err(format!(
                    "git cannot convert it, so that HEAD's version counts: {reason}; mend the \
                     filter that its attributes name"
                )))
            }
            converted => Ok(Ok(converted?)),
        }
    }

    /// A file of the work tree, or why it may not be read, with its row.
    fn file(
        &self,
        path: &str,
        date: EntryDate,
    ) -> Result<(Result<Vec<u8>, String>, FileRow), RefreshError> {
        let bytes = match self.repo.read_work_file(path) {
            // A file deleted since `look` counts as empty; the next refresh sees that it is
            // gone.
            Ok(bytes) => Ok(bytes.unwrap_or_default()),
            // One file is no reason to leave the others alone.
            Err(error) => Err(error.unreadable().ok_or(error)?),
        };
        let (stamp, content) = match &bytes {
            Ok(bytes) => {
                let stamp = self.look.seen.files.get(path).cloned();
                (stamp.unwrap_or_default(), short_sha256(bytes))
            }
            // It is tried anew the next time: another user may read it.
            Err(_) => {
                let known = self.look.known.files.get(path);
                let content = known.map(|row| row.content.clone());
                (String::new(), content.unwrap_or_default())
            }
        };
        let row = FileRow {
            entry: Some(date.to_string()),
            stamp,
            content,
            problem: None,
        };
        Ok((bytes, row))
    }
}

/// The problem of files of one date.
fn both_are(all: &[String], what: &str, date: EntryDate) -> String {
    format!(
        "1:1: {} are both the {what} of {date}; expected one: put what is missing into one of \
         them, remove the other (`git rm`, or `rm` where git does not know it), and commit",
        all.join(" and ")
    )
}
