//! Insertions of many rows: a statement of its own for each row would look for its place
//! from the top of the table down; one for several rows goes on where it is.

use rusqlite::{Connection, Statement, ToSql};

use super::update::Sql;

/// Rows to a statement. More gain nothing.
const ROWS: usize = 16;

/// Insertions into one table, held back until there are enough for a statement.
pub(super) struct Bulk<'a> {
    statement: Statement<'a>,
    columns: usize,
    /// Those bound so far.
    rows: usize,
}

impl<'a> Bulk<'a> {
    /// `columns` are those of the rows to come; `later` is one more, with the number,
    /// from 1 on, of the column whose value stands in for it.
    pub(super) fn new(
        connection: &'a Connection,
        table: &str,
        columns: &[&str],
        later: Option<(&str, usize)>,
    ) -> Sql<Self> {
        let (mut names, mut values) = (columns.join(", "), "*".to_owned());
        if let Some((name, of)) = later {
            names += &format!(", {name}");
            values += &format!(", column{of}");
        }
        let row = format!("({})", vec!["?"; columns.len()].join(", "));
        let rows = [row.as_str(); ROWS].join(", ");
        // Rows that are not bound are NULL; no table begins with a column that may be.
        let sql = format!(
            "INSERT INTO {table} ({names}) SELECT {values} FROM (VALUES {rows})
             WHERE column1 IS NOT NULL"
        );
        Ok(Self {
            statement: connection.prepare(&sql)?,
            columns: columns.len(),
            rows: 0,
        })
    }

    /// Adds a row, of as many values as there are columns.
    pub(super) fn add<T: ToSql>(&mut self, values: impl IntoIterator<Item = T>) -> Sql {
        let first = self.rows * self.columns + 1;
        for (value, at) in values.into_iter().zip(first..) {
            self.statement.raw_bind_parameter(at, value)?;
        }
        self.rows += 1;
        match self.rows {
            ROWS => self.write(),
            _ => Ok(()),
        }
    }

    /// Writes what is held back.
    pub(super) fn write(&mut self) -> Sql {
        if self.rows > 0 {
            self.statement.raw_execute()?;
            self.statement.clear_bindings();
            self.rows = 0;
        }
        Ok(())
    }
}
