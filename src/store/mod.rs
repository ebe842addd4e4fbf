//! The SQLite database: an index of the journal that anyone can query.
//!
//! The database is derived, so it is never migrated: one of another version or a damaged
//! one is replaced, a foreign file is set aside, and `sync::refresh` fills the database
//! anew. The original program's database is left to `sync::migrate`, for which `original`
//! reads it. This layer knows nothing of git, and `rusqlite` is used here alone.
//!
//! | file | question |
//! |---|---|
//! | `open`, `found`, `connect` | Which file is there, and is it opened or made anew? |
//! | `error` | What can go wrong? |
//! | `table`, `rows` | Which tables belong to an entry, and which rows has it? |
//! | `insert`, `ledger` | Which rows follow from an entry, a note or the ledger? |
//! | `diff` | Which rows change? |
//! | `update`, `write`, `bulk` | How are changes written in one transaction? |
//! | `names` | Which cities, tags, poems and the like are still in use? |
//! | `people`, `who` | Which spellings are one person, and what changes with them? |
//! | `files`, `known` | What did the last refresh know of the files and ledgers? |
//! | `show`, `listing` | What do the commands show? |
//! | `snapshot`, `dump` | How is the database copied, and compared? |
//! | `original` | What is in the original program's database? |

mod bulk;
mod connect;
mod diff;
mod dump;
mod error;
mod files;
mod found;
mod insert;
mod known;
mod ledger;
mod listing;
mod names;
mod open;
mod original;
mod people;
mod rows;
mod show;
mod snapshot;
mod table;
#[cfg(test)]
mod tests;
mod update;
mod who;
mod write;

pub use connect::{is_header, is_ours, remove_files};
pub use error::StoreError;
pub use files::FilesSum;
pub use found::lone_log;
pub use known::{FileRow, Known, LedgerRow};
pub use listing::{
    Conflict, ConflictKind, HashRow, SyncRow, SyncStats, TombstoneRow, TombstoneStats,
};
pub use open::{Fresh, Store};
pub use original::{
    AtPlace, Gone, Held, Original, OriginalConflict, OriginalEntry, OtherText, Removal, copy_files,
    read_original,
};
pub use rows::{Before, DeletedRow, EntryRow, LedgerRows, NoteRow, PENDING};
pub use show::{DeletedEntry, Shown, ShownEntry};
pub use snapshot::check_snapshot;
pub use update::Update;

/// What SQLite answers.
type Sql<T = ()> = rusqlite::Result<T>;
