//! The report of a refresh, as data; the command line prints it.

use std::collections::BTreeSet;

use crate::journal::entry::EntryError;
use crate::journal::markers::markers_of_front;
use crate::journal::yaml::Place;
use crate::journal::{EntryDate, Item, ItemKey, Table};
use crate::repo::{Skipped, shell_path};
use crate::store::{Fresh, StoreError};

/// The changes of a refresh, made or planned.
#[derive(Debug, Default)]
pub struct Report {
    /// The reason for which the database was made anew, if it was.
    pub fresh: Option<Fresh>,
    /// Why the index stays in memory, if it does.
    pub unwritten: Option<StoreError>,
    /// Entries that changed, by date.
    pub entries: Vec<EntryChange>,
    /// Notes that changed, by date; their items are empty.
    pub notes: Vec<EntryChange>,
    /// The number of entries that did not change.
    pub unchanged_entries: usize,
    pub unchanged_notes: usize,
    /// The numbers of entries and notes whose file cannot be read, and that are indexed as
    /// they were last.
    pub former_entries: usize,
    pub former_notes: usize,
    /// Every file that cannot be read: `path:line:column: why`.
    pub failed: Vec<Failure>,
    /// Oddities in the entries that were read.
    pub warnings: Vec<Warning>,
    /// Symbolic links and names that are not UTF-8.
    pub skipped: Vec<Skipped>,
    /// Markdown files whose name is not a date.
    pub undated: Vec<String>,
}

/// An entry's or a note's change in the index.
#[derive(Debug, Clone)]
pub struct EntryChange {
    pub date: EntryDate,
    pub path: String,
    pub what: What,
    /// Newly indexed items.
    pub added: BTreeSet<Item>,
    /// Items that are no longer indexed, each with the reason.
    pub removed: Vec<(Table, ItemKey, Why)>,
    /// Items that are in the file and not indexed, since a removal of them is active.
    pub kept_out: BTreeSet<Item>,
}

/// The kind of an entry's change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Created,
    Updated,
    Deleted,
    Restored,
    /// No change in the index; reported because the caller asked for the entry.
    Unchanged,
}

impl What {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
            Self::Restored => "restored",
            Self::Unchanged => "unchanged",
        }
    }
}

/// The reason for which an item is no longer indexed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Removed from the file; the commit will make its tombstone.
    Pending,
    /// A removal in the ledger, made by this machine or another one.
    RemovedBy { machine: String, at: String },
    /// The file lacks it, and no removal was recorded.
    NotInFile,
}

/// A file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    pub path: String,
    /// `line:column: why`, or `why` alone.
    pub problem: String,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let has_place = self.problem.starts_with(|c: char| c.is_ascii_digit());
        let space = if has_place { "" } else { " " };
        write!(f, "{}:{space}{}", self.path, self.problem)
    }
}

/// Something odd in a file that was read, shown as `path:line:column: what`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub path: String,
    /// The place in the file, if known.
    pub at: Option<Place>,
    pub what: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.path)?;
        if let Some(at) = self.at {
            write!(f, ":{at}")?;
        }
        write!(f, ": {}", self.what)
    }
}

/// The reason for which a file cannot be read: `line:column: why`. Conflict markers in the
/// frontmatter are named first, whatever error the reader met.
pub(super) fn problem(path: &str, bytes: &[u8], error: &EntryError) -> String {
    match markers_of_front(bytes) {
        Some(markers) => format!(
            "{}:1: conflict markers; `palimpsest resolve {}` settles them",
            markers.line,
            shell_path(path)
        ),
        None => error.to_string(),
    }
}

impl Report {
    /// The number of entries with this kind of change.
    #[must_use]
    pub fn count(&self, what: What) -> usize {
        self.entries.iter().filter(|c| c.what == what).count()
    }
}
