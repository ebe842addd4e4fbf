//! All rows as text, to compare two databases.

use super::{Store, StoreError};

impl Store {
    /// Every row of every table as text, without what is the work tree's own (`files` and
    /// its sum, `places`, which has its mark, and how git has files in it): for tests,
    /// which compare two databases.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn dump(&self) -> Result<Vec<String>, StoreError> {
        self.read(|c| {
            let mut tables = c.prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'files' ORDER BY 1",
            )?;
            let tables: Vec<String> = tables
                .query_map([], |r| r.get(0))?
                .collect::<rusqlite::Result<_>>()?;
            let mut rows = Vec::new();
            for table in tables {
                let but = match table.as_str() {
                    "meta" => {
                        "WHERE key NOT IN ('files', 'places', 'left_out', 'linked', 'conversions')"
                    }
                    _ => "",
                };
                let mut all = c.prepare(&format!("SELECT * FROM {table} {but}"))?;
                let columns = all.column_count();
                let mut found = all.query([])?;
                while let Some(row) = found.next()? {
                    let mut text = table.clone();
                    for column in 0..columns {
                        text += &format!(" | {:?}", row.get_ref(column)?);
                    }
                    rows.push(text);
                }
            }
            Ok(rows)
        })
    }
}
