//! Insertions of many rows, several to a statement: that goes on where it is in the
//! table, where a statement for each row would search from the top.

use rusqlite::{Connection, Statement, ToSql};

use super::Sql;

/// Rows in a statement. Twice as many would take longer to prepare than a small journal
/// gains.
const ROWS: usize = 32;

/// Insertions into one table, held back until they fill a statement.
pub(super) struct Bulk<'a> {
    statement: Statement<'a>,
    columns: usize,
    /// The number of rows bound so far.
    rows: usize,
}

impl<'a> Bulk<'a> {
    /// `columns` are the columns of the rows to come. `later` names one more column, with
    /// the number, from 1 on, of the column whose value it gets.
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
        // OR FAIL: an error ends the whole transaction, so that no statement has to be
        // undone alone, which SQLite would prepare for in each.
        let sql = format!(
            "INSERT OR FAIL INTO {table} ({names}) SELECT {values} FROM (VALUES {rows})
             WHERE column1 IS NOT NULL"
        );
        Ok(Self {
            statement: connection.prepare(&sql)?,
            columns: columns.len(),
            rows: 0,
        })
    }

    /// Adds a row with one value for each column.
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

    /// Writes the rows held back.
    pub(super) fn write(&mut self) -> Sql {
        if self.rows > 0 {
            self.statement.raw_execute()?;
            self.statement.clear_bindings();
            self.rows = 0;
        }
        Ok(())
    }
}
