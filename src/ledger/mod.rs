//! What the files cannot say about the entries: removals, sync states,
//! deletions, decisions. Text of one JSON object a line, merged row by row.
//!
//! Pure: rows in, rows out. `derive` compares versions, `merge` joins ledgers,
//! `sync` reads and stages the files.

mod row;

pub use row::{Deletion, Hash, Ledger, Restored, RowKey, Source, State, SyncState, Tombstone};
