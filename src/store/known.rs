//! The index's knowledge of the files from its last refresh.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;

use super::listing::entries;
use super::{Sql, Store, StoreError};
use crate::journal::EntryDate;

/// A file of the work tree, as last read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileRow {
    /// The entry that it holds, or whose note it holds.
    pub entry: Option<String>,
    /// The stamp that changes when the file does; empty if it must be read again anyway.
    pub stamp: String,
    /// A digest of its bytes.
    pub content: String,
    /// `line:column: why`, if it could not be read.
    pub problem: Option<String>,
}

/// The versions of the files that the index was made from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// By path.
    pub files: BTreeMap<String, FileRow>,
    /// By year.
    pub ledgers: BTreeMap<i32, LedgerRow>,
}

/// The versions of a year's ledger that the rows come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LedgerRow {
    /// Git's id of HEAD's file; empty if it has none.
    pub head: String,
    /// The work tree's file, if it differs from HEAD's.
    pub work: Option<Vec<u8>>,
    /// The rows that history tells and no file holds yet, as a ledger's text.
    pub told: String,
}

impl Store {
    /// Everything known; nothing for an empty database.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn known(&self) -> Result<Known, StoreError> {
        if self.is_empty() {
            return Ok(Known::default());
        }
        self.read(|c| {
            Ok(Known {
                files: files(c, "", [])?,
                ledgers: ledgers(c)?,
            })
        })
    }

    /// The knowledge needed if no file of the work tree changed: the files that could not
    /// be read.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn known_problems(&self) -> Result<Known, StoreError> {
        self.read(|c| {
            Ok(Known {
                files: files(c, "WHERE problem IS NOT NULL", [])?,
                ..Known::default()
            })
        })
    }

    /// The knowledge of these entries and files, and of all ledgers.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn known_of(
        &self,
        entries: &BTreeSet<EntryDate>,
        ledger_files: &BTreeSet<String>,
    ) -> Result<Known, StoreError> {
        if self.is_empty() {
            return Ok(Known::default());
        }
        self.read(|c| {
            // One transaction: each query alone would take three more locks.
            let c = &c.unchecked_transaction()?;
            let mut known = Known::default();
            for entry in entries {
                let of_entry = files(c, "WHERE entry = ?1", [entry.to_string()])?;
                known.files.extend(of_entry);
            }
            for path in ledger_files {
                known.files.extend(files(c, AT_PATH, [path])?);
            }
            known.ledgers = ledgers(c)?;
            Ok(known)
        })
    }

    /// By year, the versions of the ledgers that the rows come from.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn known_ledgers(&self) -> Result<BTreeMap<i32, LedgerRow>, StoreError> {
        if self.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.read(ledgers)
    }

    /// The entries of a year that have rows of the ledger, or may have had them.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn entries_of_year(&self, year: i32) -> Result<BTreeSet<EntryDate>, StoreError> {
        if self.is_empty() {
            return Ok(BTreeSet::new());
        }
        let sql = "SELECT entry FROM entries WHERE entry BETWEEN ?1 AND ?2
            UNION SELECT entry FROM entry_notes WHERE entry BETWEEN ?1 AND ?2
            UNION SELECT entry FROM association_tombstones WHERE entry BETWEEN ?1 AND ?2
            UNION SELECT entry FROM sync_states WHERE entry BETWEEN ?1 AND ?2";
        let year = [format!("{year:04}-"), format!("{year:04}~")];
        self.read(|c| entries(c, sql, year))
    }

    /// The values of `meta` by key; none for an empty database.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
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

/// The condition for the file at one path.
pub(super) const AT_PATH: &str = "WHERE path = ?1";

/// The rows of the files for which a condition holds; of all without one.
pub(super) fn files(
    c: &Connection,
    condition: &str,
    params: impl rusqlite::Params,
) -> Sql<BTreeMap<String, FileRow>> {
    let sql = format!("SELECT path, entry, stamp, content, problem FROM files {condition}");
    let mut rows = c.prepare_cached(&sql)?;
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
