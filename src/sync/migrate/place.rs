//! The place of the original's database: beside the backups, under a name of its own that
//! no other copy has.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset, Utc};
use tempfile::TempDir;

use super::MigrateError;
use crate::repo::{Repo, RepoError};
use crate::store::{Held, StoreError, copy_files};

/// The folder, which `init` keeps untracked.
const FOLDER: &str = "backups";

pub(super) struct Place<'a> {
    repo: &'a Repo,
    /// The name without the number and the ending.
    stem: String,
}

pub(super) fn error(path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::File { path, source }
}

/// A temporary folder, removed when dropped.
pub(super) fn folder() -> Result<TempDir, StoreError> {
    tempfile::tempdir().map_err(error(&std::env::temp_dir()))
}

impl<'a> Place<'a> {
    pub(super) fn new(repo: &'a Repo, now: DateTime<FixedOffset>) -> Self {
        let time = now.with_timezone(&Utc).format("%Y%m%d_%H%M%S");
        let stem = format!("{FOLDER}/palimpsest-original_{time}");
        Self { repo, stem }
    }

    pub(super) fn full(&self, path: &str) -> Result<PathBuf, RepoError> {
        self.repo.inside(path)
    }

    /// The first name that is free, also with `-journal` or `-wal` behind it.
    fn free(&self, ending: &str) -> Result<String, MigrateError> {
        let folder = self.repo.untracked_place(FOLDER)?;
        fs::create_dir_all(&folder).map_err(error(&folder))?;
        let mut number = 1;
        loop {
            let path = match number {
                1 => format!("{}{ending}", self.stem),
                n => format!("{}_{n}{ending}", self.stem),
            };
            let taken = |suffix: &str| {
                let full = self.repo.inside(&format!("{path}{suffix}"));
                full.is_ok_and(|p| p.symlink_metadata().is_ok())
            };
            if !["", "-journal", "-wal"].into_iter().any(taken) {
                return Ok(path);
            }
            number += 1;
        }
    }

    /// Keeps the database as SQLite reads it; returns its path and the damage found.
    pub(super) fn keep(&self, held: &Held) -> Result<(String, Vec<String>), MigrateError> {
        let path = self.free(".db")?;
        let full = self.full(&path)?;
        let wrong = held.copy(&full)?;
        fs::File::open(&full)
            .and_then(|file| file.sync_all())
            .map_err(error(&full))?;
        Ok((path, wrong))
    }

    /// Keeps the bytes of the file, and of those beside it.
    pub(super) fn keep_files(&self, from: &Path) -> Result<String, MigrateError> {
        let path = self.free("-damaged.db")?;
        copy_files(from, &self.full(&path)?)?;
        Ok(path)
    }

    /// Keeps a log whose database is gone.
    pub(super) fn keep_log(&self, log: &Path) -> Result<String, MigrateError> {
        let path = self.free(".db-wal")?;
        let full = self.full(&path)?;
        fs::copy(log, &full).map_err(error(&full))?;
        fs::File::open(&full)
            .and_then(|file| file.sync_all())
            .map_err(error(&full))?;
        Ok(path)
    }

    /// Writes the report.
    pub(super) fn write_page(&self, text: &str) -> Result<String, MigrateError> {
        let path = self.free(".md")?;
        self.repo.write_work_file(&path, text.as_bytes())?;
        Ok(path)
    }
}
