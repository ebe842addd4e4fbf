//! The original program's database file: locked against writers, copied, removed.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, ErrorCode};

use super::is_original;
use crate::store::StoreError;
use crate::store::connect::{
    APPLICATION, ask, beside, is_ours, open_alone, open_as_it_is, open_or_make, remove_files,
};
use crate::store::snapshot::check_snapshot;

/// How long to wait for a program that writes, in seconds.
const WAIT: u64 = 5;
/// Pages that are copied at once.
const PAGES: i32 = 1024;

/// The kinds of file at the database's path, for a migration.
#[derive(Debug)]
pub enum AtPlace {
    /// Nothing, or a file that does not concern a migration.
    Nothing,
    Original(Held),
    /// A database that is not this program's, and too damaged to tell whose it is.
    Damaged,
}

/// The original's database, which nobody else can write as long as this value lives.
#[derive(Debug)]
pub struct Held {
    path: PathBuf,
    guard: Connection,
}

impl AtPlace {
    /// Looks at a file, and holds it if it is the original's.
    ///
    /// # Errors
    /// The file cannot be read, or [`StoreError::Locked`] if another process writes it
    /// for longer than a few seconds.
    pub fn look(path: &Path) -> Result<Self, StoreError> {
        match fs::metadata(path) {
            Ok(file) if file.is_file() && file.len() > 0 => {}
            _ => return Ok(Self::Nothing),
        }
        if is_ours(path) || !is_database(path) {
            return Ok(Self::Nothing);
        }
        let hold = || {
            let guard = open_as_it_is(path, WAIT)?;
            let says = ask(&guard)?;
            if says.application == APPLICATION || !says.tables || !is_original(&guard)? {
                return Ok(Self::Nothing);
            }
            // Readers may go on. A writer would write into a file that is about to be
            // removed.
            guard.execute_batch("BEGIN IMMEDIATE")?;
            Ok(Self::Original(Held {
                path: path.to_owned(),
                guard,
            }))
        };
        hold().or_else(|e| match StoreError::of(path, WAIT, e) {
            StoreError::Corrupt { .. } => Ok(Self::Damaged),
            other => Err(other),
        })
    }

    /// Whether a file may be the original's, also a damaged one. Writes nothing and waits
    /// for no lock; files beside it do not count.
    #[must_use]
    pub fn may_be(path: &Path) -> bool {
        if is_ours(path) || !is_database(path) {
            return false;
        }
        open_alone(path)
            .and_then(|c| Ok(!ask(&c)?.tables || is_original(&c)?))
            .unwrap_or(true)
    }
}

impl Held {
    /// Copies the database, with the content of its log, into a file that is empty or
    /// missing. Returns the faults that SQLite's check and a count of the rows find.
    ///
    /// # Errors
    /// The copy cannot be written, or the database cannot be read at all.
    pub fn copy(&self, to: &Path) -> Result<Vec<String>, StoreError> {
        let copy = || {
            // The guard's own transaction may not be copied from.
            let from = open_as_it_is(&self.path, WAIT)?;
            let mut copy = open_or_make(to)?;
            Backup::new(&from, &mut copy)?.run_to_completion(PAGES, Duration::ZERO, None)?;
            // Into a single file, whatever the original kept beside its own.
            copy.execute_batch("PRAGMA journal_mode = DELETE")?;
            Ok((rows(&from)?, rows(&copy)?))
        };
        let (there, copied) = match copy() {
            Ok(counts) => counts,
            Err(e) if is_damage(&e) => return Ok(vec![e.to_string()]),
            Err(e) => return Err(StoreError::of(&self.path, WAIT, e)),
        };
        let mut wrong = check_snapshot(to)?;
        if there != copied {
            wrong.push("the copy has other rows".to_owned());
        }
        Ok(wrong)
    }

    /// Removes the file, with those that SQLite keeps beside it.
    ///
    /// # Errors
    /// A file cannot be removed.
    pub fn remove(self) -> Result<(), StoreError> {
        let removed = remove_files(&self.path);
        drop(self.guard);
        removed
    }
}

/// Copies a database file and those beside it byte for byte, and compares the copies.
///
/// # Errors
/// A file cannot be read or written, or the copy is not the same.
pub fn copy_files(from: &Path, to: &Path) -> Result<(), StoreError> {
    // SQLite makes `-shm` anew.
    for suffix in ["", "-journal", "-wal"] {
        let (from, to) = (beside(from, suffix), beside(to, suffix));
        let error = |source| StoreError::File {
            path: to.clone(),
            source,
        };
        match fs::read(&from) {
            Ok(bytes) => {
                fs::write(&to, &bytes).map_err(error)?;
                if fs::read(&to).map_err(error)? != bytes {
                    return Err(error(io::Error::other("not what was written")));
                }
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound && !suffix.is_empty() => {}
            Err(source) => return Err(StoreError::File { path: from, source }),
        }
    }
    Ok(())
}

/// Whether a file begins as SQLite's do.
fn is_database(path: &Path) -> bool {
    let mut header = [0; 16];
    // A pipe would be waited for.
    if !path.is_file() {
        return false;
    }
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header == *b"SQLite format 3\0"
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase)
    )
}

/// How many rows each table has.
fn rows(connection: &Connection) -> rusqlite::Result<Vec<(String, i64)>> {
    let mut tables = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0 ORDER BY 1",
    )?;
    let tables: Vec<String> = tables
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let count = |table: String| {
        let name = table.replace('"', "\"\"");
        let query = format!("SELECT count(*) FROM \"{name}\"");
        connection.query_row(&query, [], |row| Ok((table, row.get(0)?)))
    };
    tables.into_iter().map(count).collect()
}
