//! Writing: of all rows of an entry, those that differ.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::types::ToSqlOutput;
use rusqlite::{Connection, ToSql};

use super::bulk::Bulk;
use super::diff::{Change, diff};
use super::files::FilesSum;
use super::insert::{rows_of_entry, rows_of_note, spelling};
use super::known::{LedgerRow, meta};
use super::ledger::rows_of_ledger;
use super::names::Named;
use super::people::Spelling;
use super::rows::{Before, EntryRow, LedgerRows, NoteRow};
use super::table::{Kind, Part, Rows, SELECT};
use super::{Sql, StoreError};
use crate::journal::EntryDate;

/// An open transaction.
pub struct Update<'a> {
    pub(super) connection: &'a Connection,
    path: &'a Path,
    wait: u64,
    /// Whether everything is new, with nothing to compare with.
    pub(super) fill: bool,
    /// Entries whose people are worked out at the end.
    pub(super) touched: BTreeSet<String>,
    pub(super) removed: Vec<Spelling>,
    pub(super) added: Vec<Spelling>,
    /// The sum over `files`, once one of them was written.
    pub(super) files: Option<FilesSum>,
    pub(super) names: Named,
    /// All that there are, where everything is new.
    pub(super) spellings: BTreeSet<Spelling>,
    /// The insertions of a first load by [`Kind`], once prepared.
    bulks: [Option<Bulk<'a>>; Kind::ALL.len()],
    /// Those into `files`.
    pub(super) file_rows: Option<Bulk<'a>>,
    /// The values of `meta`, once they were read.
    meta: Option<BTreeMap<String, String>>,
}

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
            names: Named::default(),
            spellings: BTreeSet::new(),
            bulks: [const { None }; Kind::ALL.len()],
            file_rows: None,
            meta: None,
        }
    }

    pub(super) fn wrap(&self, e: rusqlite::Error) -> StoreError {
        StoreError::of(self.path, self.wait, e)
    }

    /// Sets a value of `meta`.
    ///
    /// # Errors
    /// The database is damaged or cannot be written; see [`StoreError`].
    pub fn set_meta(&mut self, key: &str, value: &str) -> Result<(), StoreError> {
        self.put_meta(key, value).map_err(|e| self.wrap(e))
    }

    pub(super) fn put_meta(&mut self, key: &str, value: &str) -> Sql {
        let known = match self.meta.take() {
            Some(known) => known,
            None => meta(self.connection)?,
        };
        let known = self.meta.insert(known);
        if known.get(key).map(String::as_str) == Some(value) {
            return Ok(());
        }
        known.insert(key.to_owned(), value.to_owned());
        self.run(
            "INSERT OR REPLACE INTO meta VALUES (?1, ?2)",
            &[&key, &value],
        )
    }

    /// Notes that HEAD has, or no longer has, a file of this entry at an unusual path.
    ///
    /// # Errors
    /// The database is damaged or cannot be written; see [`StoreError`].
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

    /// Forgets the unusual paths of HEAD's files.
    ///
    /// # Errors
    /// The database is damaged or cannot be written; see [`StoreError`].
    pub fn clear_head_paths(&mut self) -> Result<(), StoreError> {
        self.run("DELETE FROM head_paths", &[])
            .map_err(|e| self.wrap(e))
    }

    /// The unusual paths at which HEAD has an entry.
    ///
    /// # Errors
    /// The database is damaged or cannot be written; see [`StoreError`].
    pub fn head_paths(&self, date: EntryDate) -> Result<Vec<String>, StoreError> {
        let query = || -> Sql<Vec<String>> {
            let sql = "SELECT path FROM head_paths WHERE entry = ?1";
            let mut rows = self.connection.prepare_cached(sql)?;
            rows.query_map([date.to_string()], |r| r.get(0))?.collect()
        };
        query().map_err(|e| self.wrap(e))
    }

    /// Notes the versions of a year's ledger that the rows come from; a row without any
    /// version is removed.
    ///
    /// # Errors
    /// The database is damaged or cannot be written; see [`StoreError`].
    pub fn set_ledger(&mut self, year: i32, row: &LedgerRow) -> Result<(), StoreError> {
        if *row == LedgerRow::default() {
            self.run("DELETE FROM ledgers WHERE year = ?1", &[&year])
        } else {
            let sql = "INSERT OR REPLACE INTO ledgers VALUES (?1, ?2, ?3, ?4)";
            self.run(sql, &[&year, &row.head, &row.work, &row.told])
        }
        .map_err(|e| self.wrap(e))
    }

    /// The rows now indexed of a date.
    ///
    /// # Errors
    /// The database is damaged or cannot be written; see [`StoreError`].
    pub fn before(&self, date: EntryDate) -> Result<Before, StoreError> {
        let entry = date.to_string();
        let mut rows = Rows::default();
        if !self.fill {
            self.read_rows(&entry, &mut rows)
                .map_err(|e| self.wrap(e))?;
        }
        Ok(Before { entry, rows })
    }

    fn read_rows(&self, entry: &str, into: &mut Rows<'static>) -> Sql {
        for kind in Kind::ALL {
            let mut query = self.connection.prepare_cached(&SELECT[kind as usize])?;
            let mut rows = query.query([entry])?;
            while let Some(row) = rows.next()? {
                into.read(kind, row)?;
            }
        }
        Ok(())
    }

    /// Writes an entry's rows in place of the old ones; `None` removes them.
    ///
    /// # Errors
    /// The database is damaged or cannot be written; see [`StoreError`].
    pub fn put_entry(
        &mut self,
        before: &Before,
        row: Option<&EntryRow<'_>>,
    ) -> Result<(), StoreError> {
        let now = row.map_or_else(Rows::default, rows_of_entry);
        self.put(before, &now, Part::Entry)
    }

    /// Writes a note in place of the old one; `None` removes it.
    ///
    /// # Errors
    /// The database is damaged or cannot be written; see [`StoreError`].
    pub fn put_note(
        &mut self,
        before: &Before,
        note: Option<&NoteRow<'_>>,
    ) -> Result<(), StoreError> {
        let now = note.map_or_else(Rows::default, rows_of_note);
        self.put(before, &now, Part::Note)
    }

    /// Writes the ledger's rows of an entry in place of the old ones.
    ///
    /// # Errors
    /// The database is damaged or cannot be written; see [`StoreError`].
    pub fn put_ledger(&mut self, before: &Before, rows: &LedgerRows) -> Result<(), StoreError> {
        self.put(before, &rows_of_ledger(rows), Part::Ledger)
    }

    fn put(&mut self, before: &Before, now: &Rows<'_>, part: Part) -> Result<(), StoreError> {
        let put = |update: &mut Self| {
            if update.fill {
                return update.fill_in(&before.entry, now, part);
            }
            if part == Part::Entry {
                update.change_names(&before.rows, now)?;
            }
            for (kind, change) in diff(&before.rows, now, part) {
                update.change(&before.entry, kind, &change)?;
            }
            Ok(())
        };
        put(self).map_err(|e| self.wrap(e))
    }

    fn change(&mut self, entry: &str, kind: Kind, change: &Change<'_, '_>) -> Sql {
        match (kind, change) {
            (Kind::Spellings, Change::Delete { key }) => self.removed.extend(spelling(key)),
            (Kind::Spellings, Change::Insert { key, .. }) => self.added.extend(spelling(key)),
            _ => {}
        }
        if matches!(kind, Kind::Spellings | Kind::DatePeople) {
            self.touched.insert(entry.to_owned());
        }
        let entry = ToSqlOutput::from(entry);
        let entry: &dyn ToSql = &entry;
        let cells = change.cells().map(|cell| cell as &dyn ToSql);
        let all = rusqlite::params_from_iter(std::iter::once(entry).chain(cells));
        let sql = change.sql(kind);
        self.connection.prepare_cached(&sql)?.execute(all).map(drop)
    }

    /// Writes rows where none were: each is an insertion.
    fn fill_in(&mut self, entry: &str, rows: &Rows<'_>, part: Part) -> Sql {
        if part == Part::Entry {
            self.add_names(rows)?;
        }
        for kind in Kind::ALL.into_iter().filter(|k| k.part() == part) {
            for (key, rest) in rows.of(kind) {
                if kind == Kind::Spellings {
                    self.spellings.extend(spelling(key));
                }
                let bulk = match &mut self.bulks[kind as usize] {
                    Some(bulk) => bulk,
                    none => none.insert(kind.shape().bulk(self.connection)?),
                };
                let cells = key.iter().chain(rest).map(|cell| cell as &dyn ToSql);
                bulk.add(std::iter::once(&entry as &dyn ToSql).chain(cells))?;
            }
        }
        Ok(())
    }

    /// Works out who is who, and drops names without a use.
    pub(super) fn finish(&mut self) -> Result<(), StoreError> {
        self.write_bulks()
            .and_then(|()| self.finish_people())
            .and_then(|()| self.drop_loose_names())
            .and_then(|()| self.finish_files())
            .map_err(|e| self.wrap(e))
    }

    /// Writes the rows that are held back.
    fn write_bulks(&mut self) -> Sql {
        let bulks = self.bulks.iter_mut().chain([&mut self.file_rows]);
        bulks.flatten().try_for_each(Bulk::write)
    }

    pub(super) fn run(&self, sql: &str, params: &[&dyn ToSql]) -> Sql {
        self.connection
            .prepare_cached(sql)?
            .execute(params)
            .map(drop)
    }
}
