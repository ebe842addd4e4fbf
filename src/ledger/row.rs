//! The rows of a ledger.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, FixedOffset};

use crate::journal::{EntryDate, Item, ItemKey, Table};

/// The ledger of one year, or of all years: rows by key, and the lines that this
/// version does not understand (unknown kind, newer version, damaged), which are
/// kept as they stand.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger {
    pub tombstones: BTreeMap<RowKey, Tombstone>,
    /// By entry and id; see [`removal_id`](super::removal_id).
    pub deletions: BTreeMap<(EntryDate, String), Deletion>,
    pub sync: BTreeMap<(EntryDate, Source), SyncState>,
    /// The items that merges kept out, by the removal that did it and the side that had
    /// the item (the first 12 hex digits of its commit's id).
    pub kept_out: BTreeMap<(RowKey, String), KeptOutRow>,
    /// Lines of an unknown kind or version, byte for byte, without line end; sorted.
    pub opaque: BTreeSet<String>,
    /// Lines that are not ledger lines at all, in the file's order; kept likewise.
    pub corrupt: Vec<Corrupt>,
}

/// A line that is not a ledger line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Corrupt {
    /// Its number in the file it was read from, counted from 1.
    pub line: usize,
    /// Its bytes without line end; they need not be UTF-8.
    pub bytes: Vec<u8>,
}

/// The key of a removal: the association's item and the removal's id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RowKey {
    pub entry: EntryDate,
    pub table: Table,
    pub item: ItemKey,
    /// 16 hex digits; see [`removal_id`](super::removal_id).
    pub id: String,
}

impl RowKey {
    /// The item that the removal keeps out.
    #[must_use]
    pub fn to_item(&self) -> Item {
        (self.table, self.item.clone())
    }
}

/// An item that a merge kept out, although a side had added it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptOutRow {
    /// A person agreed with the removal: nothing is left to settle.
    pub settled: bool,
}

/// A removal of an item from an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tombstone {
    /// RFC 3339 in UTC, to the second; empty once shortened to its key.
    pub at: String,
    /// The machine's label; empty once shortened.
    pub by: String,
    /// The program that found it: `yaml`, `wiki`, `history`, `migration`.
    pub source: String,
    pub state: State,
    /// Never expires (`metadb tombstone keep`).
    pub permanent: bool,
    /// Cleaned up after its expiry: it still keeps its item out, and is no longer listed.
    pub shortened: bool,
}

/// Whether a removal still keeps its item out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Active,
    Restored(Restored),
}

/// The restoration of an item: by whom, when and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Restored {
    pub at: String,
    pub by: String,
    /// `re-added` (found in a commit), `metadb` (a person's decision) or `reverted`.
    pub how: String,
}

impl Restored {
    /// Found by comparing two versions of the entry, as everybody does who has the commit.
    pub const RE_ADDED: &'static str = "re-added";
    /// Decided by a person at the command line.
    pub const METADB: &'static str = "metadb";
    /// A side of a merge took the row itself back.
    pub const REVERTED: &'static str = "reverted";
}

/// An entry whose file was removed; its items have no tombstones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// RFC 3339 in UTC, to the second.
    pub at: String,
    /// The machine's label, or the author's name if history tells it.
    pub by: String,
    /// For a person: [`Deletion::FILE_REMOVED`], or what the original program has.
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

impl Source {
    /// The name in the ledger and in listings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Wiki => "wiki",
        }
    }

    /// The source of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Yaml, Self::Wiki]
            .into_iter()
            .find(|s| s.name() == name)
    }
}

/// The sync state of an entry and a source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SyncState {
    /// Normally one; two or more distinct ones are an unresolved conflict. Sorted.
    pub hashes: Vec<Hash>,
    /// Raised by one with each recorded change.
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
    /// The state that holds this text alone, recorded under the state's own counter.
    #[must_use]
    pub fn of_one(text: Hash, resolved: u64) -> Self {
        Self {
            counter: text.counter,
            hashes: vec![text],
            resolved,
        }
    }

    /// Whether two different texts are recorded.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        self.hashes.windows(2).any(|w| w[0].hash != w[1].hash)
    }
}

impl State {
    /// Whether the row still keeps its item out (or its entry deleted).
    #[must_use]
    pub const fn is_active(&self) -> bool {
        matches!(self, Self::Active)
    }

    /// Whether it is a restoration of this kind.
    #[must_use]
    pub fn is_restored_by(&self, how: &str) -> bool {
        matches!(self, Self::Restored(restored) if restored.how == how)
    }
}

/// A row that takes something away until it is restored: an item of an entry, or its file.
pub trait RemovalRow: Clone {
    fn state(&self) -> &State;

    /// Whether it changes something where `there` is the row of the same key: there is none, or
    /// this one is restored and that one is not.
    fn is_beyond(&self, there: Option<&Self>) -> bool {
        there.is_none_or(|there| there.state().is_active() && !self.state().is_active())
    }
}

impl RemovalRow for Tombstone {
    fn state(&self) -> &State {
        &self.state
    }
}

impl RemovalRow for Deletion {
    fn state(&self) -> &State {
        &self.state
    }
}

impl Tombstone {
    /// The source of a removal that no hook recorded.
    pub const FROM_HISTORY: &'static str = "history";

    /// The time from which the row may be shortened; `None` for a row that is permanent,
    /// already shortened, or without a readable time.
    #[must_use]
    pub fn expires(&self, lifetime_days: u32) -> Option<DateTime<FixedOffset>> {
        if self.permanent || self.shortened {
            return None;
        }
        Self::end_of_lifetime(&self.at, lifetime_days)
    }

    /// The end of a lifetime that begins at a row's time; `None` if that is not readable.
    #[must_use]
    pub fn end_of_lifetime(at: &str, lifetime_days: u32) -> Option<DateTime<FixedOffset>> {
        let at = DateTime::parse_from_rfc3339(at).ok()?;
        at.checked_add_days(Days::new(lifetime_days.into()))
    }

    /// Whether the lifetime is over at `now`.
    #[must_use]
    pub fn is_expired(&self, now: DateTime<FixedOffset>, lifetime_days: u32) -> bool {
        self.expires(lifetime_days).is_some_and(|end| end <= now)
    }

    /// Whether this row and `other`, which has the same id, are of one removal: of two that one
    /// machine made on one parent the time tells. A shortened one has none any more.
    #[must_use]
    pub fn is_one_with(&self, other: &Self) -> bool {
        self.at == other.at || self.shortened || other.shortened
    }

    /// Shortens the row to its key, which still keeps its item out.
    pub fn shorten(&mut self) {
        self.at.clear();
        self.by.clear();
        self.source.clear();
        self.shortened = true;
    }
}

impl Deletion {
    /// The reason of a deletion that a commit made.
    pub const FILE_REMOVED: &'static str = "file removed";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::tests::tombstone;

    #[test]
    fn expiry_ends_with_the_lifetime_unless_permanent_or_shortened() {
        let at = |s: &str| DateTime::parse_from_rfc3339(s).unwrap();
        let row = Tombstone {
            at: "2026-01-01T00:00:00Z".into(),
            ..tombstone()
        };
        assert!(!row.is_expired(at("2026-03-31T23:59:59Z"), 90));
        assert!(row.is_expired(at("2026-04-01T00:00:00Z"), 90));
        let permanent = Tombstone {
            permanent: true,
            ..row.clone()
        };
        assert_eq!(permanent.expires(90), None);
        let mut short = row;
        short.shorten();
        assert_eq!((short.expires(90), short.at.as_str()), (None, ""));
        assert!(short.state.is_active());
    }
}
