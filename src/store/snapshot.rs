//! Copying the database to a file and back, with SQLite's backup interface: a consistent
//! copy, whatever other processes do.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, ErrorCode};

use super::connect::{open_alone, open_or_make};
use super::{Store, StoreError};

/// Pages that are copied at once; a few megabytes.
const PAGES: i32 = 1024;

impl Store {
    /// Copies the database into a file that is not there yet, or is empty.
    ///
    /// # Errors
    /// The file cannot be written, or this database cannot be read; see [`StoreError`].
    pub fn snapshot(&self, to: &Path) -> Result<(), StoreError> {
        let mut copy = open_or_make(to).map_err(|e| StoreError::of(to, 0, e))?;
        let copied = self.read(|from| {
            let backup = Backup::new(from, &mut copy)?;
            Ok(backup.run_to_completion(PAGES, Duration::ZERO, None))
        })?;
        copied.map_err(|e| match e.sqlite_error_code() {
            Some(
                ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DatabaseCorrupt
                | ErrorCode::NotADatabase,
            ) => StoreError::of(self.path(), self.wait(), e),
            _ => StoreError::of(to, 0, e),
        })
    }

    /// Takes the rows of another database into this one, which is in memory.
    pub(super) fn copy_of(&mut self, from: &Connection) -> Result<(), StoreError> {
        let path = self.path().to_owned();
        Backup::new(from, self.whole()?)
            .and_then(|b| b.run_to_completion(PAGES, Duration::ZERO, None))
            .map_err(|e| StoreError::of(&path, 0, e))
    }
}

/// The findings of SQLite's own check of a snapshot.
///
/// # Errors
/// The snapshot cannot be read at all.
pub fn check_snapshot(snapshot: &Path) -> Result<Vec<String>, StoreError> {
    let check = || {
        let connection = open_alone(snapshot)?;
        let mut check = connection.prepare("PRAGMA integrity_check")?;
        let found = check.query_map([], |row| row.get(0))?;
        found.collect::<rusqlite::Result<Vec<String>>>()
    };
    let found = check().map_err(|e| StoreError::of(snapshot, 0, e))?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}
