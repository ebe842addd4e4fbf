//! The facts about entries that their files cannot hold: removals, sync states,
//! deletions, decisions. Text with one JSON object a line, merged row by row.
//!
//! Pure: rows in, rows out; `sync` reads and stages the files.
//!
//! | file | question |
//! |---|---|
//! | `row` | Which rows are there? |
//! | `questions` | What do they say of an entry, and which has another ledger? |
//! | `text`, `line` | How does a ledger, and a row, stand in a file? |
//! | `plain` | Is a line written exactly as this program writes it? |
//! | `by_entry`, `lines` | What does a file say of a few entries, with all else unread? |
//! | `apart` | Of which rows do two files differ? |
//! | `derive` | Which rows does a change give? |
//! | `states` | Which sync state does a merge or a commit leave? |
//! | `merge` | What is the merge of ledgers? |
//! | `part` | Which rows are of a year, and which are there with what history tells? |
//! | `pick` | And where the base is no ancestor of ours? |
//! | `decisions` | Which rows did a person decide in the work tree? |
//! | `told` | Which rows did no hook record? |
//! | `news` | What do rows tell that no ledger holds yet? |

mod apart;
mod by_entry;
mod decisions;
mod derive;
mod line;
mod lines;
mod merge;
mod news;
mod part;
mod pick;
mod plain;
mod questions;
mod row;
mod states;
mod text;
mod told;

pub use apart::apart;
pub use by_entry::{ByEntry, changed_entries};
pub use decisions::{decisions, made_at, with_later};
pub use derive::{Context, FileRef, Parent, derive, items_of_unreadable, removal_id};
pub use lines::Lines;
pub use merge::{join, merge, merge_bases};
pub use news::{deletions_since, news, undone_in_coming};
pub use pick::without_what_ours_never_had;
pub use row::{
    Corrupt, Deletion, Hash, KeptOutRow, Ledger, RemovalRow, Restored, RowKey, Source, State,
    SyncState, Tombstone,
};
pub use states::{StateChange, after_edit, merge_states, raised, recorded_by};
pub use text::{format, parse};
pub use told::{is_without_hooks, with_hooks, without_hooks};

#[cfg(test)]
mod laws;

#[cfg(test)]
mod tests {
    //! Rows to test with.
    use super::*;
    use crate::journal::{EntryDate, ItemKey, Table};

    pub fn day(text: &str) -> EntryDate {
        text.parse().unwrap()
    }

    pub fn key(entry: &str, item: &str, id: &str) -> RowKey {
        RowKey {
            entry: day(entry),
            table: Table::People,
            item: ItemKey::new(item),
            id: id.into(),
        }
    }

    pub fn tombstone() -> Tombstone {
        Tombstone {
            at: "2026-11-23T09:30:00Z".into(),
            by: "laptop".into(),
            source: "yaml".into(),
            state: State::Active,
            permanent: false,
            shortened: false,
        }
    }

    /// The state of a row that `by` put back.
    pub fn restored(how: &str, by: &str) -> State {
        State::Restored(Restored {
            at: "2026-11-24T00:00:00Z".into(),
            by: by.into(),
            how: how.into(),
        })
    }

    pub fn deletion() -> Deletion {
        Deletion {
            at: "2026-11-23T09:30:00Z".into(),
            by: "laptop".into(),
            reason: Deletion::FILE_REMOVED.into(),
            path: "p".into(),
            blob: "b".into(),
            state: State::Active,
        }
    }

    /// A ledger of removals alone.
    pub fn removals(rows: impl IntoIterator<Item = (RowKey, Tombstone)>) -> Ledger {
        Ledger {
            tombstones: rows.into_iter().collect(),
            ..Ledger::default()
        }
    }

    pub fn hash(hash: &str, by: &str, counter: u64, settled: bool) -> Hash {
        Hash {
            hash: hash.into(),
            by: by.into(),
            at: "2026-11-23T09:30:00Z".into(),
            counter,
            settled,
        }
    }

    pub fn state(counter: u64, hashes: &[Hash]) -> SyncState {
        SyncState {
            hashes: hashes.to_vec(),
            counter,
            resolved: 0,
        }
    }
}
