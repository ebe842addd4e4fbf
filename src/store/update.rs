//! Writing: an entry's rows are always written anew as a whole.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use rusqlite::{Connection, OptionalExtension, ToSql};

use super::StoreError;
use super::files::FilesSum;
use super::known::items;
use super::people::Spelling;
use super::rows::{EntryRow, LedgerRows};
use super::who::spelling;
use crate::journal::{EntryDate, ItemKey, Note, Table};

/// Tables whose rows stand and fall with an entry, in the order of deletion.
const OF_ENTRY: [&str; 18] = [
    "entry_date_people",
    "entry_date_locations",
    "entry_dates",
    "entry_people",
    "entry_cities",
    "entry_locations",
    "entry_events",
    "entry_tags",
    "entry_themes",
    "entry_related",
    "entry_references",
    "entry_poems",
    "manuscript",
    "other_fields",
    "warnings",
    "spellings",
    "kept_out",
    "entries",
];

/// Tables and the column by which they refer to a name.
type Users = &'static [(&'static str, &'static str)];

/// Names that exist as long as something refers to them: the table, its key, and
/// who refers to it by which column.
const NAMES: [(&str, &str, Users); 8] = [
    (
        "cities",
        "name",
        &[("entry_cities", "city"), ("entry_locations", "city")],
    ),
    (
        "locations",
        "name",
        &[
            ("entry_locations", "location"),
            ("entry_date_locations", "location"),
        ],
    ),
    ("events", "name", &[("entry_events", "event")]),
    ("tags", "name", &[("entry_tags", "tag")]),
    ("themes", "name", &[("entry_themes", "theme")]),
    ("poems", "title", &[("entry_poems", "poem")]),
    ("sources", "title", &[("entry_references", "source")]),
    ("people", "name", &[]),
];

/// An open transaction.
pub struct Update<'a> {
    pub(super) connection: &'a Connection,
    path: &'a Path,
    wait: u64,
    /// Everything is new: nothing to compare with.
    pub(super) fill: bool,
    /// Entries whose people are to be worked out at the end.
    pub(super) touched: BTreeSet<String>,
    pub(super) removed: Vec<Spelling>,
    pub(super) added: Vec<Spelling>,
    /// The sum over `files`, once one of them was written.
    pub(super) files: Option<FilesSum>,
    /// Names that may have lost their last use, by place in [`NAMES`].
    loose: [HashSet<String>; NAMES.len()],
    /// Names written in this transaction.
    named: [HashSet<String>; NAMES.len()],
}

pub(super) type Sql<T = ()> = rusqlite::Result<T>;

impl<'a> Update<'a> {
    pub(super) fn new(connection: &'a Connection, path: &'a Path, wait: u64, fill: bool) -> Self {
        Self {
            connection,
            path,
            wait,
            fill,
            touched: BTreeSet::new(),
            removed: Vec::new(),
            added: Vec::new(),
            files: None,
            loose: Default::default(),
            named: Default::default(),
        }
    }

    pub(super) fn wrap(&self, e: rusqlite::Error) -> StoreError {
        StoreError::of(self.path, self.wait, e)
    }

    /// Sets a value of `meta`.
    ///
    /// # Errors
    /// The database's own, as for everything here.
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.run(
            "INSERT INTO meta VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value",
            &[&key, &value],
        )
        .map_err(|e| self.wrap(e))
    }

    /// Notes that HEAD has, or has no more, a file of this entry at an unusual place.
    ///
    /// # Errors
    /// The database's own.
    pub fn set_head_path(
        &mut self,
        path: &str,
        entry: Option<EntryDate>,
    ) -> Result<(), StoreError> {
        match entry.map(|e| e.to_string()) {
            Some(entry) => self.run(
                "INSERT OR REPLACE INTO head_paths VALUES (?1, ?2)",
                &[&path, &entry],
            ),
            None => self.run("DELETE FROM head_paths WHERE path = ?1", &[&path]),
        }
        .map_err(|e| self.wrap(e))
    }

    /// Forgets the unusual places of HEAD's files.
    ///
    /// # Errors
    /// The database's own.
    pub fn clear_head_paths(&mut self) -> Result<(), StoreError> {
        self.run("DELETE FROM head_paths", &[])
            .map_err(|e| self.wrap(e))
    }

    /// The unusual places of HEAD's files of an entry.
    ///
    /// # Errors
    /// The database's own.
    pub fn head_paths(&self, date: EntryDate) -> Result<Vec<String>, StoreError> {
        let query = || -> Sql<Vec<String>> {
            let sql = "SELECT path FROM head_paths WHERE entry = ?1";
            let mut rows = self.connection.prepare_cached(sql)?;
            rows.query_map([date.to_string()], |r| r.get(0))?.collect()
        };
        query().map_err(|e| self.wrap(e))
    }

    /// Notes the digest of an entry's ledger rows, or that it has none.
    ///
    /// # Errors
    /// The database's own.
    pub fn set_digest(&mut self, entry: EntryDate, digest: Option<&str>) -> Result<(), StoreError> {
        let entry = entry.to_string();
        match digest {
            Some(digest) => self.run(
                "INSERT OR REPLACE INTO ledger_digests VALUES (?1, ?2)",
                &[&entry, &digest],
            ),
            None => self.run("DELETE FROM ledger_digests WHERE entry = ?1", &[&entry]),
        }
        .map_err(|e| self.wrap(e))
    }

    /// The items that are indexed for an entry now.
    ///
    /// # Errors
    /// The database's own.
    pub fn items(&self, date: EntryDate) -> Result<BTreeSet<(Table, ItemKey)>, StoreError> {
        if self.fill {
            return Ok(BTreeSet::new());
        }
        items(self.connection, &date.to_string()).map_err(|e| self.wrap(e))
    }

    /// Whether an entry is indexed: `Some(true)` if as deleted.
    ///
    /// # Errors
    /// The database's own.
    pub fn is_deleted(&self, date: EntryDate) -> Result<Option<bool>, StoreError> {
        if self.fill {
            return Ok(None);
        }
        let sql = "SELECT deleted_at IS NOT NULL FROM entries WHERE entry = ?1";
        let query = || {
            let mut row = self.connection.prepare_cached(sql)?;
            row.query_row([date.to_string()], |r| r.get(0)).optional()
        };
        query().map_err(|e| self.wrap(e))
    }

    /// Whether a note is indexed for a date.
    ///
    /// # Errors
    /// The database's own.
    pub fn has_note(&self, date: EntryDate) -> Result<bool, StoreError> {
        if self.fill {
            return Ok(false);
        }
        let sql = "SELECT 1 FROM entry_notes WHERE entry = ?1";
        let query = || {
            let mut row = self.connection.prepare_cached(sql)?;
            row.query_row([date.to_string()], |_| Ok(())).optional()
        };
        query().map(|row| row.is_some()).map_err(|e| self.wrap(e))
    }

    /// Writes an entry's rows in place of the old ones.
    ///
    /// # Errors
    /// The database's own.
    pub fn put_entry(&mut self, row: &EntryRow<'_>) -> Result<(), StoreError> {
        let date = row.entry.date;
        self.remove_entry(date)?;
        self.insert_entry(row).map_err(|e| self.wrap(e))
    }

    /// Takes an entry's rows out.
    ///
    /// # Errors
    /// The database's own.
    pub fn remove_entry(&mut self, date: EntryDate) -> Result<(), StoreError> {
        if self.fill {
            return Ok(());
        }
        self.delete_entry(&date.to_string())
            .map_err(|e| self.wrap(e))
    }

    /// Writes a note in place of the old one; `None` takes it out.
    ///
    /// # Errors
    /// The database's own.
    pub fn put_note(
        &mut self,
        date: EntryDate,
        note: Option<(&str, &Note, bool)>,
    ) -> Result<(), StoreError> {
        let date = date.to_string();
        match note {
            Some((path, note, pending)) => self.run(
                "INSERT OR REPLACE INTO entry_notes VALUES (?1, ?2, ?3, ?4, ?5)",
                &[&date, &path, &note.text, &note.facts().hash, &pending],
            ),
            None => self.run("DELETE FROM entry_notes WHERE entry = ?1", &[&date]),
        }
        .map_err(|e| self.wrap(e))
    }

    /// Writes what the ledger holds of an entry in place of the old rows.
    ///
    /// # Errors
    /// The database's own.
    pub fn put_ledger(&mut self, date: EntryDate, rows: &LedgerRows) -> Result<(), StoreError> {
        self.ledger_rows(date, rows).map_err(|e| self.wrap(e))
    }

    /// Works out who is who, and drops the names that nothing uses any more.
    pub(super) fn finish(&mut self) -> Result<(), StoreError> {
        self.finish_people()
            .and_then(|()| self.drop_loose_names())
            .and_then(|()| self.finish_files())
            .map_err(|e| self.wrap(e))
    }

    pub(super) fn run(&self, sql: &str, params: &[&dyn ToSql]) -> Sql {
        self.connection
            .prepare_cached(sql)?
            .execute(params)
            .map(drop)
    }

    fn delete_entry(&mut self, entry: &str) -> Sql {
        let exists = "SELECT 1 FROM entries WHERE entry = ?1";
        let mut exists = self.connection.prepare_cached(exists)?;
        if exists.query_row([entry], |_| Ok(())).optional()?.is_none() {
            return Ok(());
        }
        drop(exists);
        self.removed.extend(self.spellings_of(entry)?);
        for (at, (_, _, users)) in NAMES.iter().enumerate() {
            for (table, column) in *users {
                let sql = format!(
                    "SELECT {column} FROM {table} WHERE entry = ?1 AND {column} IS NOT NULL"
                );
                let mut names = self.connection.prepare_cached(&sql)?;
                for name in names.query_map([entry], |r| r.get(0))? {
                    self.loose[at].insert(name?);
                }
            }
        }
        for table in OF_ENTRY {
            self.run(&format!("DELETE FROM {table} WHERE entry = ?1"), &[&entry])?;
        }
        self.touched.remove(entry);
        Ok(())
    }

    pub(super) fn spellings_of(&self, entry: &str) -> Sql<Vec<Spelling>> {
        let sql = "SELECT item, name, full, alias, mention FROM spellings WHERE entry = ?1";
        let mut rows = self.connection.prepare_cached(sql)?;
        rows.query_map([entry], spelling)?.collect()
    }

    pub(super) fn name(&mut self, table: &str, name: &str) -> Sql {
        // Every table that is named in this file stands in the list.
        let at = NAMES.iter().position(|n| n.0 == table).unwrap_or_default();
        if self.named[at].contains(name) {
            return Ok(());
        }
        self.run(
            &format!("INSERT OR IGNORE INTO {table} VALUES (?1)"),
            &[&name],
        )?;
        self.named[at].insert(name.to_owned());
        Ok(())
    }

    fn drop_loose_names(&mut self) -> Sql {
        for (at, (table, key, users)) in NAMES.iter().enumerate() {
            let unused: Vec<String> = users
                .iter()
                .map(|(user, column)| {
                    format!("NOT EXISTS (SELECT 1 FROM {user} WHERE {column} = ?1)")
                })
                .collect();
            let sql = format!(
                "DELETE FROM {table} WHERE {key} = ?1 AND {}",
                unused.join(" AND ")
            );
            for name in &self.loose[at] {
                self.run(&sql, &[name])?;
            }
        }
        Ok(())
    }
}
