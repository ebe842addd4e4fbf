//! The SQLite database: an index of the journal that anyone can query.
//!
//! Derived, so it is never migrated: one of another version, a damaged or a
//! foreign file is set aside or replaced, and filled anew by `sync::refresh`. That
//! of the original program is left to `sync::migrate`, which `original` reads it for.
//! Knows nothing of git. `rusqlite` is used here and nowhere else.

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

pub use connect::{is_header, is_ours};
pub use error::StoreError;
pub use files::FilesSum;
pub use known::{FileRow, Known, LedgerRow};
pub use listing::{
    Conflict, ConflictKind, HashRow, SyncRow, SyncStats, TombstoneRow, TombstoneStats,
};
pub use open::{Fresh, Store};
pub use original::{
    AtPlace, Gone, Held, Original, OriginalConflict, OriginalEntry, OtherText, Removal, copy_files,
    read_original, remove_files,
};
pub use rows::{Before, EntryRow, LedgerRows, PENDING};
pub use show::{Shown, ShownEntry};
pub use snapshot::check_snapshot;
pub use update::Update;
