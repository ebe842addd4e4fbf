//! Rows of tables whose columns are not known beforehand.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::store::StoreError;

/// A database whose tables are found, not assumed.
pub(super) struct Tables {
    connection: Connection,
    /// The tables' real names, by their lower case.
    names: BTreeMap<String, String>,
    /// Messages on data that could not be read.
    pub(super) odd: Vec<String>,
}

/// One row, asked by column names.
pub(super) struct Fields<'a> {
    columns: &'a BTreeMap<String, usize>,
    row: &'a Row<'a>,
}

impl Tables {
    /// Lists a database's tables.
    ///
    /// # Errors
    /// The schema cannot be read; see [`StoreError`].
    pub(super) fn of(connection: Connection, path: &Path) -> Result<Self, StoreError> {
        let names = || {
            // Code in the file's own schema is not run.
            connection.pragma_update(None, "trusted_schema", false)?;
            let mut names =
                connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
            let names = names.query_map([], |row| row.get(0))?;
            names.collect::<rusqlite::Result<Vec<String>>>()
        };
        let names = names().map_err(|e| StoreError::of(path, 0, e))?;
        let names = names.into_iter().filter(|n| !n.starts_with("sqlite_"));
        Ok(Self {
            names: names.map(|n| (n.to_lowercase(), n)).collect(),
            connection,
            odd: Vec::new(),
        })
    }

    /// The tables' names in lower case.
    pub(super) fn names(&self) -> Vec<String> {
        self.names.keys().cloned().collect()
    }

    /// Whether there is a table of this name, given in lower case.
    pub(super) fn has(&self, table: &str) -> bool {
        self.names.contains_key(table)
    }

    /// The tables that a table's rows refer to, in lower case.
    pub(super) fn referred(&self, table: &str) -> Vec<String> {
        let Some(name) = self.names.get(table) else {
            return Vec::new();
        };
        let referred = || {
            let mut keys = self
                .connection
                .prepare("SELECT lower(\"table\") FROM pragma_foreign_key_list(?1)")?;
            let keys = keys.query_map([name], |row| row.get(0))?;
            keys.collect::<rusqlite::Result<Vec<String>>>()
        };
        // Without an answer the table counts as not understood.
        referred().unwrap_or_default()
    }

    /// The columns of a table, in lower case; none for one that is not there.
    pub(super) fn columns(&mut self, table: &str) -> BTreeMap<String, usize> {
        let Some(name) = self.names.get(table) else {
            return BTreeMap::new();
        };
        let columns = || {
            let mut columns = self
                .connection
                .prepare("SELECT lower(name) FROM pragma_table_info(?1) ORDER BY cid")?;
            let columns = columns.query_map([name], |row| row.get(0))?;
            columns.collect::<rusqlite::Result<Vec<String>>>()
        };
        match columns() {
            Ok(columns) => columns.into_iter().zip(0..).collect(),
            Err(error) => {
                self.odd.push(format!("{table}: cannot be read: {error}"));
                BTreeMap::new()
            }
        }
    }

    /// Gives every row of a table, as far as it can be read; a table that is not
    /// there has none.
    pub(super) fn each(&mut self, table: &str, mut take: impl FnMut(&Fields<'_>)) {
        let columns = self.columns(table);
        let Some(name) = self.names.get(table) else {
            return;
        };
        let list: Vec<String> = {
            let mut in_order: Vec<(&String, &usize)> = columns.iter().collect();
            in_order.sort_by_key(|(_, at)| **at);
            in_order.iter().map(|(c, _)| quoted(c)).collect()
        };
        if list.is_empty() {
            return;
        }
        let query = format!("SELECT {} FROM {}", list.join(", "), quoted(name));
        let mut count = 0_usize;
        let mut read = || {
            let mut rows = self.connection.prepare(&query)?;
            let mut rows = rows.query([])?;
            while let Some(row) = rows.next()? {
                take(&Fields {
                    columns: &columns,
                    row,
                });
                count += 1;
            }
            Ok::<_, rusqlite::Error>(())
        };
        if let Err(error) = read() {
            self.odd.push(format!(
                "{table}: row {} cannot be read: {error}",
                count + 1
            ));
        }
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Fields<'_> {
    /// Whether the row's table has this column.
    pub(super) fn has(&self, column: &str) -> bool {
        self.columns.contains_key(column)
    }

    /// The value of the first of these columns that has one, as text.
    pub(super) fn text(&self, columns: &[&str]) -> Option<String> {
        columns.iter().find_map(|column| {
            let value = self.row.get_ref(*self.columns.get(*column)?).ok()?;
            let text = match value {
                ValueRef::Null => return None,
                ValueRef::Integer(number) => number.to_string(),
                ValueRef::Real(number) => number.to_string(),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
                    String::from_utf8_lossy(bytes).into_owned()
                }
            };
            (!text.trim().is_empty()).then_some(text)
        })
    }

    /// Whether the column holds true, or a time.
    pub(super) fn flag(&self, column: &str) -> bool {
        let no = |text: &str| matches!(text.trim().to_lowercase().as_str(), "0" | "false" | "no");
        self.text(&[column]).is_some_and(|text| !no(&text))
    }
}
