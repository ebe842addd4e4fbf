//! What the index knew when it was brought up to date last.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::{Store, StoreError};
use crate::journal::EntryDate;

type Sql<T> = rusqlite::Result<T>;

/// A file of the work tree as it was read last.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileRow {
    /// Whose entry or note it is.
    pub entry: Option<String>,
    /// What tells that it changed; empty if it must be read again anyway.
    pub stamp: String,
    /// A digest of its bytes.
    pub content: String,
    /// `line:column: why`, where it could not be read.
    pub problem: Option<String>,
}

/// The state that the index stands for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// By path.
    pub files: BTreeMap<String, FileRow>,
    /// By year.
    pub ledgers: BTreeMap<i32, LedgerRow>,
}

/// Which versions of a year's ledger the rows are of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerRow {
    /// Git's id of HEAD's file; empty if it has none.
    pub head: String,
    /// The work tree's file, where it is not as in HEAD.
    pub work: Option<Vec<u8>>,
    /// The rows that history tells and no file holds yet, as a ledger's text.
    pub told: String,
}

impl Store {
    /// All that is known; nothing for an empty database.
    ///
    /// # Errors
    /// The database's own, as for all queries.
    pub fn known(&self) -> Result<Known, StoreError> {
        if self.is_empty() {
            return Ok(Known::default());
        }
        self.read(|c| {
            Ok(Known {
                files: files(
                    c,
                    "SELECT path, entry, stamp, content, problem FROM files",
                    [],
                )?,
                ledgers: ledgers(c)?,
            })
        })
    }

    /// What is known where the work tree's files are all as they were: the files that
    /// could not be read.
    ///
    /// # Errors
    /// The database's own.
    pub fn known_problems(&self) -> Result<Known, StoreError> {
        self.read(|c| {
            let sql = "SELECT path, entry, stamp, content, problem FROM files
                WHERE problem IS NOT NULL";
            Ok(Known {
                files: files(c, sql, [])?,
                ..Known::default()
            })
        })
    }

    /// What is known about these entries and ledger files alone, and of all ledgers.
    ///
    /// # Errors
    /// The database's own.
    pub fn known_of(
        &self,
        entries: &BTreeSet<EntryDate>,
        ledger_files: &BTreeSet<String>,
    ) -> Result<Known, StoreError> {
        if self.is_empty() {
            return Ok(Known::default());
        }
        self.read(|c| {
            let mut known = Known::default();
            let all = "SELECT path, entry, stamp, content, problem FROM files";
            for entry in entries {
                let sql = format!("{all} WHERE entry = ?1");
                known.files.extend(files(c, &sql, [entry.to_string()])?);
            }
            for path in ledger_files {
                known.files.extend(files(c, FILE, [path])?);
            }
            known.ledgers = ledgers(c)?;
            Ok(known)
        })
    }

    /// Which versions of the ledgers the rows are of.
    ///
    /// # Errors
    /// The database's own.
    pub fn known_ledgers(&self) -> Result<BTreeMap<i32, LedgerRow>, StoreError> {
        if self.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.read(ledgers)
    }

    /// The entries of a year that have rows of the ledger, or may have had some.
    ///
    /// # Errors
    /// The database's own.
    pub fn entries_of_year(&self, year: i32) -> Result<BTreeSet<EntryDate>, StoreError> {
        if self.is_empty() {
            return Ok(BTreeSet::new());
        }
        self.read(|c| {
            let mut rows = c.prepare_cached(
                "SELECT entry FROM entries WHERE entry BETWEEN ?1 AND ?2
                UNION SELECT entry FROM entry_notes WHERE entry BETWEEN ?1 AND ?2
                UNION SELECT entry FROM association_tombstones WHERE entry BETWEEN ?1 AND ?2
                UNION SELECT entry FROM sync_states WHERE entry BETWEEN ?1 AND ?2",
            )?;
            let year = [format!("{year:04}-"), format!("{year:04}~")];
            let entries = rows.query_map(year, |r| r.get::<_, String>(0))?;
            let mut found = BTreeSet::new();
            for entry in entries {
                // Only dates are written there.
                found.extend(EntryDate::from_iso(&entry?));
            }
            Ok(found)
        })
    }

    /// What `meta` says, by key; nothing for an empty database.
    ///
    /// # Errors
    /// The database's own.
    pub fn meta(&self) -> Result<BTreeMap<String, String>, StoreError> {
        if self.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.read(meta)
    }
}

pub(super) fn meta(c: &Connection) -> Sql<BTreeMap<String, String>> {
    let mut rows = c.prepare_cached("SELECT key, value FROM meta")?;
    rows.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect()
}

/// What is known of one file.
pub(super) const FILE: &str =
    "SELECT path, entry, stamp, content, problem FROM files WHERE path = ?1";

pub(super) fn files(
    c: &Connection,
    sql: &str,
    params: impl rusqlite::Params,
) -> Sql<BTreeMap<String, FileRow>> {
    let mut rows = c.prepare_cached(sql)?;
    let rows = rows.query_map(params, |r| {
        let row = FileRow {
            entry: r.get(1)?,
            stamp: r.get(2)?,
            content: r.get(3)?,
            problem: r.get(4)?,
        };
        Ok((r.get(0)?, row))
    })?;
    rows.collect()
}

fn ledgers(c: &Connection) -> Sql<BTreeMap<i32, LedgerRow>> {
    let mut rows = c.prepare_cached("SELECT year, head, work, told FROM ledgers")?;
    let rows = rows.query_map([], |r| {
        let row = LedgerRow {
            head: r.get(1)?,
            work: r.get(2)?,
            told: r.get(3)?,
        };
        Ok((r.get(0)?, row))
    })?;
    rows.collect()
}
