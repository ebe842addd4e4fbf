//! The rows of a ledger.

use std::collections::BTreeMap;

use crate::journal::{EntryDate, ItemKey, Table};

/// The ledger of one year, or of all years: rows by key, and the lines that this
/// version does not understand (unknown kind, newer version, damaged), which are
/// kept as they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    pub tombstones: BTreeMap<RowKey, Tombstone>,
    pub deletions: BTreeMap<(EntryDate, String), Deletion>,
    pub sync: BTreeMap<(EntryDate, Source), SyncState>,
    /// Lines of an unknown kind or version, byte for byte, without line end.
    pub opaque: Vec<String>,
    /// Lines that are no ledger lines at all, with their number; kept likewise.
    pub corrupt: Vec<(usize, String)>,
}

/// What identifies one removal: the association's item and the removal's id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    pub entry: EntryDate,
    pub table: Table,
    pub item: ItemKey,
    /// 16 hex digits; see `derive::removal_id`.
    pub id: String,
}

/// A removal of an item from an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// RFC 3339 in UTC, to the second; empty once shortened to its key.
    pub at: String,
    /// The machine's label; empty once shortened.
    pub by: String,
    /// Which program found it: `yaml`, `wiki`, `history`, `migration`.
    pub source: String,
    pub state: State,
    /// Never expires (`metadb tombstone keep`).
    pub permanent: bool,
    /// Its expiry was cleaned up: it protects and is no longer listed.
    pub shortened: bool,
}

/// Whether a removal still keeps its item out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    Active,
    Restored(Restored),
}

/// Who put an item back, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Restored {
    pub at: String,
    pub by: String,
    /// `re-added` (found in a commit), `metadb` (a person's decision) or `reverted`.
    pub how: String,
}

/// An entry whose file was removed; its items have no tombstones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    pub at: String,
    pub by: String,
    pub reason: String,
    /// The path and the blob (hex object id) that held the entry's last version.
    pub path: String,
    pub blob: String,
    pub state: State,
}

/// Which of an entry's two texts a state is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// The frontmatter.
    Yaml,
    /// The wiki note.
    Wiki,
}

/// The sync state of an entry and a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncState {
    /// Normally one; two or more distinct ones are an unresolved conflict.
    pub hashes: Vec<Hash>,
    /// One higher with each recorded change.
    pub counter: u64,
    /// How many conflicts were settled on this state so far.
    pub resolved: u64,
}

/// One text that was synced.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hash {
    /// First 16 hex digits of the text's SHA-256.
    pub hash: String,
    pub by: String,
    pub at: String,
    /// The counter under which it was recorded.
    pub counter: u64,
    /// Recorded by settling a conflict, not by an edit.
    pub settled: bool,
}

impl SyncState {
    /// Whether two different texts are recorded.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.hashes.windows(2).any(|w| w[0].hash != w[1].hash)
    }
}
