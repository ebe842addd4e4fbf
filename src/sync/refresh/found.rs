//! The files of the journal in the work tree, with their stamps.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::RefreshError;
use super::report::Failure;
use crate::journal::layout::below;
use crate::journal::{Layout, PathKind};
use crate::repo::{ObjectId, Repo, RepoError, Skipped, WorkFile};
use crate::store::{FilesSum, Store, StoreError};
use crate::sync::clock;

/// The files of the journal that were looked at.
pub(super) struct Found<'a> {
    layout: &'a Layout,
    now_ns: i64,
    pub files: Vec<WorkFile>,
    entries: usize,
    notes: usize,
    pub skipped: Vec<Skipped>,
    pub unreadable: Vec<Failure>,
    pub links: BTreeSet<String>,
    pub undated: Vec<String>,
}

impl<'a> Found<'a> {
    pub(super) fn new(layout: &'a Layout) -> Self {
        Self {
            layout,
            now_ns: clock::file_time_ns(),
            files: Vec::new(),
            entries: 0,
            notes: 0,
            skipped: Vec::new(),
            unreadable: Vec::new(),
            links: BTreeSet::new(),
            undated: Vec::new(),
        }
    }

    /// Adds all files of these folders.
    pub(super) fn add_all(&mut self, repo: &Repo, folders: &[&str]) -> Result<(), RepoError> {
        for folder in outermost(folders) {
            // The program writes the ledger, whether or not git ignores its folder.
            let files = match folder == self.layout.ledger {
                true => repo.work_files(folder)?,
                false => repo.readable_own_files(folder)?,
            };
            files.skipped.into_iter().for_each(|s| self.skip(s));
            files.files.into_iter().for_each(|f| self.add(f));
        }
        Ok(())
    }

    /// Adds the files that may be in a folder which may not be read: those that HEAD or the
    /// index has there. None of them counts as deleted.
    pub(super) fn add_unreadable(
        &mut self,
        repo: &Repo,
        head: Option<ObjectId>,
        store: &Store,
    ) -> Result<(), RefreshError> {
        if self.unreadable.is_empty() {
            return Ok(());
        }
        let folders: Vec<&str> = self.unreadable.iter().map(|f| f.path.as_str()).collect();
        let in_head = repo.changes(None, head, &folders)?;
        let mut paths: BTreeSet<String> = in_head.into_iter().map(|change| change.path).collect();
        let known = store.known()?.files.into_keys();
        paths.extend(known.filter(|path| folders.iter().any(|f| below(path, f).is_some())));
        paths
            .into_iter()
            .for_each(|path| self.add(WorkFile::unreadable(path)));
        self.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(())
    }

    /// Adds the files at these paths that are there and in one of the folders.
    pub(super) fn add_these(
        &mut self,
        repo: &Repo,
        mut paths: BTreeSet<String>,
        folders: &[&str],
    ) -> Result<(), RepoError> {
        paths.retain(|path| !matches!(repo.work_file(path), Ok(None)));
        // Where the file system ignores case, a file is also found at the path that it had
        // before its folder was renamed in case alone.
        repo.spell_as_git_has(&mut paths);
        let own = |path: &&String| self.layout.ledger_year(path).is_none();
        let asked = paths.iter().filter(own).cloned().collect();
        let others = repo.not_own(&asked, folders)?;
        for path in paths.into_iter().filter(|path| !others.contains(path)) {
            match repo.work_file(&path) {
                Ok(Some(file)) => self.add(file),
                Ok(None) => {}
                // Reported as in a look at all files: the link may be a folder.
                Err(RepoError::Symlink(_)) => {
                    let link = repo.first_link(&path)?.unwrap_or(path);
                    self.skip(Skipped::Symlink(link));
                }
                // A commit may have a path within a `.git`; a look at all files enters none.
                Err(RepoError::Outside { .. }) => {}
                Err(error) if error.unreadable().is_some() => self.add(WorkFile::unreadable(path)),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn skip(&mut self, skipped: Skipped) {
        match &skipped {
            Skipped::Symlink(path) => {
                self.links.insert(path.clone());
            }
            Skipped::Unreadable { path, why } => {
                return self.unreadable.push(Failure {
                    path: path.clone(),
                    problem: why.clone(),
                });
            }
            _ => {}
        }
        self.skipped.push(skipped);
    }

    fn add(&mut self, file: WorkFile) {
        match self.layout.classify(&file.path) {
            PathKind::Entry(_) => self.entries += 1,
            PathKind::Note(_) => self.notes += 1,
            PathKind::Ledger(_) => {}
            PathKind::UndatedPage => return self.undated.push(file.path),
            PathKind::Other => return,
        }
        self.files.push(file);
    }

    /// The numbers of the entries' and the notes' files.
    pub(super) const fn counts(&self) -> (usize, usize) {
        (self.entries, self.notes)
    }

    /// Whether the index has exactly these files, unchanged.
    pub(super) fn is_as_indexed(&self, store: &Store) -> Result<bool, StoreError> {
        let sum = self.sum();
        Ok(sum.is_some() && sum == store.files_sum()?)
    }

    /// The sum over all files; `None` if a file's stamp proves nothing.
    fn sum(&self) -> Option<FilesSum> {
        let mut sum = FilesSum::default();
        let mut stamp = String::new();
        for file in &self.files {
            stamp.clear();
            self.stamp(file, &mut stamp);
            if stamp.is_empty() {
                return None;
            }
            sum.add(&file.path, &stamp);
        }
        Some(sum)
    }

    pub(super) fn stamps(&self) -> BTreeMap<String, String> {
        let stamp = |file: &WorkFile| {
            let mut stamp = String::new();
            self.stamp(file, &mut stamp);
            (file.path.clone(), stamp)
        };
        self.files.iter().map(stamp).collect()
    }

    /// Writes a file's stamp. It is empty for a file written so recently that it may be
    /// written again without its stamp changing. If times are whole seconds, the file
    /// system may count in steps of two.
    fn stamp(&self, file: &WorkFile, into: &mut String) {
        const SECOND: i64 = 1_000_000_000;
        let step = if file.mtime_ns % SECOND == 0 {
            2 * SECOND
        } else {
            SECOND / 10
        };
        if file.mtime_ns <= self.now_ns.saturating_sub(step) {
            // Writing to a string cannot fail.
            let WorkFile {
                size,
                mtime_ns,
                ctime_ns,
                ino,
                ..
            } = file;
            let _ = write!(into, "{size} {mtime_ns} {ctime_ns} {ino}");
        }
    }
}

/// The folders that are not inside another one, each once, so that no file counts twice.
fn outermost<'a>(folders: &[&'a str]) -> BTreeSet<&'a str> {
    let inside = |inner: &str, outer: &str| inner != outer && below(inner, outer).is_some();
    let all = folders.iter().copied();
    all.filter(|inner| !folders.iter().any(|outer| inside(inner, outer)))
        .collect()
}
