//! The state that is stored with an entry's content.

use std::collections::BTreeSet;

use super::people::Spelling;
use super::table::{Cell, Kind, Rows};
use crate::journal::entry::Person;
use crate::journal::{Entry, Item, ItemKey, Note, Table};
use crate::ledger::{Ledger, RowKey, Source};

/// The id of a row that the next commit will record.
pub const PENDING: &str = "pending";

/// An entry with its state.
#[derive(Debug, Clone, Copy)]
pub struct EntryRow<'a> {
    pub entry: &'a Entry,
    /// The path from the top of the work tree; for a deleted entry, its last one.
    pub path: &'a str,
    /// Whether it differs from HEAD.
    pub pending: bool,
    pub deleted: Option<&'a DeletedRow>,
    /// Items that are not indexed although the file holds them.
    pub kept_out: &'a BTreeSet<Item>,
}

/// A note with its state.
#[derive(Debug, Clone, Copy)]
pub struct NoteRow<'a> {
    pub note: &'a Note,
    /// The page's path from the top of the work tree.
    pub path: &'a str,
    /// Whether it differs from HEAD.
    pub pending: bool,
}

/// A deletion, in the columns of the entry's row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeletedRow {
    /// RFC 3339; empty until it is committed, since `deleted_at` tells a deleted entry.
    pub at: String,
    /// The machine's label; empty until it is committed.
    pub by: String,
    pub reason: String,
}

/// The ledger's rows of an entry, as they are and as a commit will make them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerRows {
    /// The rows of the ledger, pending ones laid over it.
    pub rows: Ledger,
    /// Removals in `rows` that are not committed in this state.
    pub pending: BTreeSet<RowKey>,
    /// Those of the pending removals that no ledger holds: the commit will record them.
    pub new: BTreeSet<RowKey>,
    /// The sources whose text is not committed.
    pub edited: BTreeSet<Source>,
}

/// The rows indexed of a date.
#[derive(Debug, Default)]
pub struct Before {
    pub(super) entry: String,
    pub(super) rows: Rows<'static>,
}

/// The rows and column with the items of each table. People by their spelling, as in the
/// ledger.
const ITEMS: [(Table, Kind, &str); 10] = [
    (Table::Cities, Kind::Cities, "city"),
    (Table::Dates, Kind::Dates, "date"),
    (Table::Events, Kind::Events, "event"),
    (Table::Locations, Kind::Locations, "location"),
    (Table::People, Kind::Spellings, "item"),
    (Table::Poems, Kind::Poems, "poem"),
    (Table::References, Kind::References, "reference"),
    (Table::Related, Kind::Related, "related"),
    (Table::Tags, Kind::Tags, "tag"),
    (Table::Themes, Kind::Themes, "theme"),
];

impl Before {
    /// The items of the entry.
    #[must_use]
    pub fn items(&self) -> BTreeSet<Item> {
        let mut found = BTreeSet::new();
        for (table, kind, column) in ITEMS {
            let items = self.rows.column(kind, column);
            // Not people only mentioned with a date, nor the entry's own date.
            let other = match table {
                Table::People => Some(("mention", Cell::from(true))),
                Table::Dates => Some(("position", Cell::from(-1))),
                _ => None,
            };
            let other = other.map(|(column, value)| {
                let says = self.rows.column(kind, column);
                says.map(|cell| *cell == value).collect::<Vec<_>>()
            });
            for (at, item) in items.enumerate() {
                if !other.as_ref().is_some_and(|o| o[at]) {
                    found.extend(item.as_text().map(|item| (table, ItemKey::new(item))));
                }
            }
        }
        found
    }

    /// Whether the entry is indexed as deleted; `None` if it is not indexed.
    #[must_use]
    pub fn is_deleted(&self) -> Option<bool> {
        let mut deleted = self.rows.column(Kind::Entries, "deleted_at");
        deleted.next().map(|at| *at != Cell::Null)
    }

    /// Whether a note is indexed.
    #[must_use]
    pub fn has_note(&self) -> bool {
        self.rows.of(Kind::Notes).next().is_some()
    }
}

/// The statements in an entry's spelling of a person.
pub(super) fn spellings(person: &Person, mention: bool, gone: bool) -> Vec<Spelling> {
    let of_alias = |alias: &str| Spelling {
        item: person.key.as_str().to_owned(),
        name: match &person.full_name {
            Some(_) => person.name.clone().unwrap_or_default(),
            None => String::new(),
        },
        full: person.full_name.is_some(),
        alias: alias.to_owned(),
        mention,
        gone,
    };
    match person.aliases.as_slice() {
        [] => vec![of_alias("")],
        aliases => aliases.iter().map(|a| of_alias(a)).collect(),
    }
}
