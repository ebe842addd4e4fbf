//! Opening the database, and making it anew if there is none to trust.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, MAIN_DB, TransactionBehavior};

use super::connect::{
    APPLICATION, clear, connect, dangling, has_tables, in_memory, is_foreign_journal, is_ours,
    journal_of, remove_files,
};
use super::found::{Found, look, set_aside};
use super::{StoreError, Update};

/// Raised with every change of the schema or of what the rows mean.
pub(super) const VERSION: i32 = 15;

pub(super) const SCHEMA: &str = include_str!("schema.sql");
pub(super) const INDEXES: &str = include_str!("indexes.sql");

/// How long to wait for another process, in seconds.
const WAIT: u64 = 5;

/// An open database.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
    path: PathBuf,
    /// What SQLite would play back; `None` in memory.
    journal: Option<PathBuf>,
    wait: u64,
    holds: Holds,
}

/// The content of an open database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Rows,
    /// No rows and no tables yet.
    Nothing,
    /// Rows that the next update replaces as a whole. Others read them until it ends, and
    /// a kill leaves them.
    Old,
}

/// The reason why a database was made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fresh {
    /// There was no database.
    Missing,
    /// It was of another version of the program.
    OtherVersion(i32),
    /// It was damaged, or not finished.
    Damaged,
    /// It could be read and not written.
    ReadOnly,
    /// It was not a database of this program, and was kept under this name.
    Foreign { kept: PathBuf },
    /// Somebody asked for it.
    Asked,
}

impl Store {
    /// Opens the database, or makes an empty one that is still to be filled. `wait` is
    /// the number of seconds to wait for a lock, by default 5.
    ///
    /// # Errors
    /// [`StoreError::File`] or [`StoreError::Unusable`] if the file or folder cannot be
    /// used, [`StoreError::Locked`] if another process holds the lock,
    /// [`StoreError::Original`] for the original program's database.
    pub fn open(path: &Path, wait: Option<u64>) -> Result<(Self, Option<Fresh>), StoreError> {
        let wait = wait.unwrap_or(WAIT);
        let opened = |connection, holds| Self {
            holds,
            ..Self::as_it_is(connection, path, wait)
        };
        let fresh = match look(path, wait)? {
            Found::Ours(connection) => return Ok((opened(connection, Holds::Rows), None)),
            Found::OtherVersion(version, connection) => {
                let store = opened(connection, Holds::Old);
                return Ok((store, Some(Fresh::OtherVersion(version))));
            }
            Found::Damaged => {
                let store = Self::replace(path, Some(wait))?;
                return Ok((store, Some(Fresh::Damaged)));
            }
            Found::Nothing => Fresh::Missing,
            Found::Foreign => Fresh::Foreign {
                kept: set_aside(path)?,
            },
        };
        Self::make(path, wait).map(|store| (store, Some(fresh)))
    }

    /// Whether a file is a database that can be made again: this program's, or an empty
    /// one.
    #[must_use]
    pub fn is_at(path: &Path) -> bool {
        is_ours(path) || std::fs::metadata(path).is_ok_and(|f| f.is_file() && f.len() == 0)
    }

    /// The faults of the database at a path. One of another version has none:
    /// [`Store::open`] makes it anew. `wait` is as there.
    ///
    /// # Errors
    /// As for [`Store::open`].
    pub fn problems_at(path: &Path, wait: Option<u64>) -> Result<Vec<String>, StoreError> {
        let wait = wait.unwrap_or(WAIT);
        match look(path, wait)? {
            Found::Ours(connection) | Found::OtherVersion(_, connection)
                if connection.is_readonly(MAIN_DB).unwrap_or(false)
                    && !Self::can_be_replaced(path) =>
            {
                Err(StoreError::ReadOnly {
                    path: path.to_owned(),
                })
            }
            Found::Ours(connection) => Self::as_it_is(connection, path, wait).check(),
            // One that is not filled yet is filled by the next command.
            Found::OtherVersion(..) | Found::Nothing => Ok(Vec::new()),
            Found::Damaged | Found::Foreign => Ok(vec!["damaged, or of another program".into()]),
        }
    }

    /// Opens the database as it is, or else an empty one in memory that is never written
    /// to a file.
    ///
    /// # Errors
    /// The file cannot be read, or another process holds the lock.
    pub fn open_or_pretend(path: &Path, wait: Option<u64>) -> Result<Self, StoreError> {
        let wait = wait.unwrap_or(WAIT);
        match look(path, wait)? {
            Found::Ours(connection) => Ok(Self::as_it_is(connection, path, wait)),
            _ => Self::pretend(path),
        }
    }

    fn as_it_is(connection: Connection, path: &Path, wait: u64) -> Self {
        Self {
            connection,
            path: path.to_owned(),
            journal: Some(journal_of(path)),
            wait,
            holds: Holds::Rows,
        }
    }

    /// An empty database in memory, never written to a file, in place of the one at
    /// `path`.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn pretend(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            connection: in_memory().map_err(|e| StoreError::of(path, 0, e))?,
            path: path.to_owned(),
            journal: None,
            wait: 0,
            holds: Holds::Nothing,
        })
    }

    /// The database in memory, never written to a file: with the rows of the one at `path`
    /// as far as that can be read, else empty.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn in_memory(path: &Path) -> Result<Self, StoreError> {
        if let Ok(Found::Ours(from)) = look(path, 0) {
            let mut store = Self::pretend(path)?;
            if store.copy_of(&from).is_ok() {
                store.holds = Holds::Rows;
                return Ok(store);
            }
        }
        Self::pretend(path)
    }

    /// Makes the database anew: the next update replaces all rows.
    ///
    /// # Errors
    /// As for [`Store::open`].
    pub fn recreate(path: &Path, wait: Option<u64>) -> Result<(Self, Fresh), StoreError> {
        let (mut store, fresh) = Self::open(path, wait)?;
        if store.holds == Holds::Rows {
            store.holds = Holds::Old;
        }
        Ok((store, fresh.unwrap_or(Fresh::Asked)))
    }

    /// Whether another file can be put in a database's place: its folder can be written. A
    /// link is left, since it leads to a place that somebody chose.
    #[must_use]
    pub fn can_be_replaced(path: &Path) -> bool {
        let folder = path.parent().filter(|_| !path.is_symlink());
        folder.is_some_and(|folder| tempfile::tempfile_in(folder).is_ok())
    }

    /// Whether a database can be made at a path where nothing is.
    #[must_use]
    pub fn can_be_made(path: &Path) -> bool {
        let folder = path.ancestors().skip(1).find(|folder| folder.is_dir());
        folder.is_some_and(|folder| tempfile::tempfile_in(folder).is_ok())
    }

    /// Puts an empty file in the place of one that SQLite cannot use, or not write. A process
    /// that has the old file open goes on reading that one.
    ///
    /// # Errors
    /// As for [`Store::open`].
    pub fn replace(path: &Path, wait: Option<u64>) -> Result<Self, StoreError> {
        remove_files(path)?;
        Self::make(path, wait.unwrap_or(WAIT))
    }

    /// Makes an empty database, to be filled by the first update. Another process may be
    /// filling it at this moment.
    fn make(path: &Path, wait: u64) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|source| StoreError::File {
                path: path.to_owned(),
                source,
            })?;
        }
        let connection = connect(path, wait).map_err(|e| StoreError::of(path, wait, e))?;
        Ok(Self {
            holds: Holds::Nothing,
            ..Self::as_it_is(connection, path, wait)
        })
    }

    /// Leaves the database open until the process ends, which frees memory and locks at
    /// once; SQLite does so piece by piece. Nothing is left to be written.
    pub fn leave(self) {
        debug_assert!(self.connection.is_autocommit(), "a transaction is open");
        std::mem::forget(self);
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the database has no rows that count: the next update must bring
    /// everything.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        !matches!(self.holds, Holds::Rows)
    }

    /// A number that changes when another process writes.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn version(&self) -> Result<i64, StoreError> {
        self.read(|c| c.pragma_query_value(None, "data_version", |r| r.get(0)))
    }

    /// Runs one transaction that writes; nothing of it stays if `work` fails.
    ///
    /// # Errors
    /// [`StoreError::Moved`] if another process wrote since `version` was read,
    /// whatever `work` returns, or another [`StoreError`] of the database itself.
    pub fn update<T, E: From<StoreError>>(
        &mut self,
        version: i64,
        work: impl FnOnce(&mut Update<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        // Checking each reference takes a tenth of the time of a first load. `Update`
        // writes whole entries, and a debug build, and so every test, checks all of them
        // at the end.
        let fill = self.is_empty();
        if fill {
            self.check_references(false)?;
        }
        let done = self.write(version, work);
        if fill {
            self.check_references(true)?;
        }
        done
    }

    fn check_references(&self, on: bool) -> Result<(), StoreError> {
        self.read(|c| c.pragma_update(None, "foreign_keys", on))
    }

    fn write<T, E: From<StoreError>>(
        &mut self,
        version: i64,
        work: impl FnOnce(&mut Update<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.check_journal()?;
        let (path, wait) = (self.path.clone(), self.wait);
        let wrap = |e| StoreError::of(&path, wait, e);
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(wrap)?;
        let now: i64 = transaction
            .pragma_query_value(None, "data_version", |r| r.get(0))
            .map_err(wrap)?;
        // An update that replaces every row depends on none of them.
        let moved = match self.holds {
            Holds::Rows => now != version,
            Holds::Nothing => has_tables(&transaction).map_err(wrap)?,
            Holds::Old => false,
        };
        if moved {
            drop(transaction);
            let tables = has_tables(&self.connection).map_err(wrap)?;
            self.holds = if tables { Holds::Rows } else { Holds::Nothing };
            return Err(StoreError::Moved { path: path.clone() }.into());
        }
        if self.holds == Holds::Old {
            clear(&transaction).map_err(wrap)?;
        }
        let fill = self.holds != Holds::Rows;
        // Rows refer to each other both ways until the end.
        transaction
            .pragma_update(None, "defer_foreign_keys", true)
            .map_err(wrap)?;
        if fill {
            transaction.execute_batch(SCHEMA).map_err(wrap)?;
            transaction
                .pragma_update(None, "user_version", VERSION)
                .map_err(wrap)?;
            transaction
                .pragma_update(None, "application_id", APPLICATION)
                .map_err(wrap)?;
        }
        let mut update = Update::new(&transaction, &path, wait, fill);
        let value = work(&mut update)?;
        update.finish()?;
        drop(update);
        if fill {
            transaction.execute_batch(INDEXES).map_err(wrap)?;
            debug_assert_eq!(dangling(&transaction), Ok(0), "rows refer to nothing");
        }
        transaction.commit().map_err(wrap)?;
        self.holds = Holds::Rows;
        Ok(value)
    }

    /// Seconds to wait for another process.
    pub(super) const fn wait(&self) -> u64 {
        self.wait
    }

    /// The connection, for a caller that replaces the whole content.
    pub(super) fn whole(&mut self) -> Result<&mut Connection, StoreError> {
        self.check_journal()?;
        self.holds = Holds::Rows;
        Ok(&mut self.connection)
    }

    /// To be asked before each transaction, which may come long after the file was opened.
    fn check_journal(&self) -> Result<(), StoreError> {
        let journal = self.journal.as_deref().filter(|j| is_foreign_journal(j));
        match journal.map(|journal| StoreError::of_journal(journal.to_owned())) {
            None => Ok(()),
            // The files beside it go with it.
            Some(StoreError::Journal { .. }) => Err(StoreError::Corrupt {
                path: self.path.clone(),
            }),
            Some(folder) => Err(folder),
        }
    }

    /// Runs one or more queries.
    pub(super) fn read<T>(
        &self,
        query: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T, StoreError> {
        self.check_journal()?;
        query(&self.connection).map_err(|e| StoreError::of(&self.path, self.wait, e))
    }

    /// The findings of SQLite's own checks: broken pages and dangling references.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn check(&self) -> Result<Vec<String>, StoreError> {
        self.read(|c| {
            let mut found = Vec::new();
            for (check, column) in [("integrity_check", 0), ("foreign_key_check", 0)] {
                let mut rows = c.prepare(&format!("PRAGMA {check}"))?;
                let mut rows = rows.query([])?;
                while let Some(row) = rows.next()? {
                    let text: String = row.get(column)?;
                    if text != "ok" {
                        found.push(format!("{check}: {text}"));
                    }
                }
            }
            Ok(found)
        })
    }
}
