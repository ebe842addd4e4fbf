//! The database as a file of its own, and back, with SQLite's backup interface:
//! a copy of one moment, whatever other processes do.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::Backup;
use rusqlite::{Connection, OpenFlags};

use super::{Store, StoreError};

/// Pages that are copied at once; a few megabytes.
const PAGES: i32 = 1024;

impl Store {
    /// Copies the database into a file that is not there yet, or is empty.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn snapshot(&self, to: &Path) -> Result<(), StoreError> {
        let copy = |from: &Connection| {
            let mut to = Connection::open(to)?;
            Backup::new(from, &mut to)?.run_to_completion(PAGES, Duration::ZERO, None)
        };
        self.read(copy)
    }

    /// Puts a snapshot's rows in place of all that this database holds.
    ///
    /// # Errors
    /// The snapshot cannot be read, or another process holds this database.
    pub fn take_over(&mut self, snapshot: &Path) -> Result<(), StoreError> {
        let (path, wait) = (self.path().to_owned(), self.wait());
        let from = open(snapshot).map_err(|e| StoreError::of(snapshot, 0, e))?;
        let copied = Backup::new(&from, self.connection())
            .and_then(|b| b.run_to_completion(PAGES, Duration::from_millis(20), None));
        copied.map_err(|e| StoreError::of(&path, wait, e))
    }
}

/// What SQLite's own check finds in a snapshot.
///
/// # Errors
/// It cannot be read at all.
pub fn check_snapshot(snapshot: &Path) -> Result<Vec<String>, StoreError> {
    let check = || {
        let connection = open(snapshot)?;
        let mut check = connection.prepare("PRAGMA integrity_check")?;
        let found = check.query_map([], |row| row.get(0))?;
        found.collect::<rusqlite::Result<Vec<String>>>()
    };
    let found = check().map_err(|e| StoreError::of(snapshot, 0, e))?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}

fn open(snapshot: &Path) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(snapshot, OpenFlags::SQLITE_OPEN_READ_ONLY)
}
