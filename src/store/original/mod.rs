//! The database of the original program (numeric ids, `association_tombstones`,
//! `sync_states`), which may hold data that no file has. It is read, never written.

mod hold;
mod names;
mod read;
mod table;

pub use hold::{AtPlace, Held, copy_files};
pub use read::read_original;

use std::collections::BTreeSet;

use rusqlite::Connection;

use crate::journal::{EntryDate, ItemKey, Table};

/// The data in a database of the original program that files may lack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Original {
    /// By date.
    pub entries: Vec<OriginalEntry>,
    pub removals: Vec<Removal>,
    /// Unsettled conflicts.
    pub conflicts: Vec<OriginalConflict>,
    /// Notes on other things than entries.
    pub texts: Vec<OtherText>,
    /// Messages on data that was not understood, or could not be read.
    pub odd: Vec<String>,
}

/// An entry as the original knew it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginalEntry {
    pub date: EntryDate,
    /// The editorial notes; line ends are LF.
    pub notes: Option<String>,
    pub deleted: Option<Gone>,
}

/// An entry's soft delete.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    pub at: String,
    pub by: String,
    pub reason: String,
}

/// A tombstone of an association, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    pub entry: EntryDate,
    pub table: Table,
    /// The item's possible names in a file: a person by name and by full name.
    pub names: Vec<ItemKey>,
    /// RFC 3339 in UTC, to the second; the text as it stands if it is not a time.
    pub at: String,
    pub by: String,
    /// `yaml` or `wiki`, if the original recorded it.
    pub source: String,
    pub reason: String,
    pub permanent: bool,
}

/// An entry's unsettled conflict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OriginalConflict {
    pub entry: EntryDate,
    pub source: String,
    pub at: String,
    pub machine: String,
    pub hash: String,
}

/// A note on something other than an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherText {
    /// The thing that it is on, such as `people: Bob`.
    pub of: String,
    pub text: String,
}

/// Whether a database without this program's header is the original's, by its tables: in
/// this program's own, the key of an entry is its date, `entry`.
pub(super) fn is_original(connection: &Connection) -> rusqlite::Result<bool> {
    let mut names =
        connection.prepare("SELECT lower(name) FROM sqlite_schema WHERE type = 'table'")?;
    let names: BTreeSet<String> = names
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let marks = [
        "association_tombstones",
        "sync_states",
        "entry_people",
        "entry_tags",
    ];
    if !names.contains("entries") || !marks.iter().any(|name| names.contains(*name)) {
        return Ok(false);
    }
    let natural = "SELECT count(*) FROM pragma_table_info('entries') WHERE lower(name) = 'entry'";
    connection.query_row(natural, [], |row| Ok(row.get::<_, i64>(0)? == 0))
}
