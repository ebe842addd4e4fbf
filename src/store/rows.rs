//! What goes into the database about an entry, besides what it says.

use std::collections::BTreeSet;

use super::people::Spelling;
use crate::journal::entry::Person;
use crate::journal::{Entry, ItemKey, Table};
use crate::ledger::{Ledger, RowKey, Source};

/// The id of a row that the next commit will make.
pub const PENDING: &str = "pending";

/// An entry with its state.
#[derive(Debug, Clone, Copy)]
pub struct EntryRow<'a> {
    pub entry: &'a Entry,
    /// From the top of the work tree; the last one if it is deleted.
    pub path: &'a str,
    /// It differs from HEAD.
    pub pending: bool,
    /// At, by, reason; at and by are empty while the removal is not committed.
    pub deleted: Option<(&'a str, &'a str, &'a str)>,
    /// What is not indexed although the file holds it.
    pub kept_out: &'a BTreeSet<(Table, ItemKey)>,
}

/// What the ledger holds of an entry, and what will be in it after a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LedgerRows {
    /// The rows of the ledger, pending ones laid over it.
    pub rows: Ledger,
    /// Removals in `rows` that are not committed, or not in this state.
    pub pending: BTreeSet<RowKey>,
    /// Those of them that no ledger holds: the commit will make them.
    pub new: BTreeSet<RowKey>,
    /// The sources whose text is not committed.
    pub edited: BTreeSet<Source>,
}

/// What an entry's spelling of a person tells.
pub(super) fn spellings(person: &Person, mention: bool) -> Vec<Spelling> {
    let of_alias = |alias: &str| Spelling {
        item: person.key.as_str().to_owned(),
        name: match &person.full_name {
            Some(_) => person.name.clone().unwrap_or_default(),
            None => String::new(),
        },
        full: person.full_name.is_some(),
        alias: alias.to_owned(),
        mention,
    };
    match person.aliases.as_slice() {
        [] => vec![of_alias("")],
        aliases => aliases.iter().map(|a| of_alias(a)).collect(),
    }
}
