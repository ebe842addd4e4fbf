//! The tables whose rows belong to one entry, described once: reading, comparing and
//! writing them follow from this.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql};

use super::bulk::Bulk;

/// The text of an entry that a table is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Entry,
    Note,
    Ledger,
}

/// A table with the column `entry`. `entry_people` is not among them: it follows from all
/// entries together (`who`).
///
/// As a number, a kind is its position in [`Kind::ALL`], which indexes prepared
/// statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Entries,
    Cities,
    Locations,
    Events,
    Tags,
    Themes,
    Related,
    Dates,
    DatePeople,
    DateLocations,
    References,
    Poems,
    Manuscript,
    OtherFields,
    Warnings,
    Spellings,
    KeptOut,
    Notes,
    Tombstones,
    SyncStates,
    SyncHashes,
}

/// A table's columns besides `entry`.
pub(super) struct Shape {
    pub table: &'static str,
    /// The columns that tell an entry's rows apart.
    pub key: &'static [&'static str],
    pub rest: &'static [&'static str],
    /// A column that is worked out later, and the column whose value it has until then.
    /// It is not compared.
    pub later: Option<(&'static str, &'static str)>,
}

impl Shape {
    /// Insertions into the table.
    pub(super) fn bulk<'a>(&self, connection: &'a Connection) -> rusqlite::Result<Bulk<'a>> {
        let columns = [&["entry"], self.key, self.rest].concat();
        let number = |of: &str| columns.iter().position(|c| *c == of);
        let later = self
            .later
            .and_then(|(name, of)| Some((name, number(of)? + 1)));
        Bulk::new(connection, self.table, &columns, later)
    }
}

const fn shape(
    table: &'static str,
    key: &'static [&'static str],
    rest: &'static [&'static str],
) -> Shape {
    Shape {
        table,
        key,
        rest,
        later: None,
    }
}

impl Kind {
    pub(super) const ALL: [Self; 21] = [
        Self::Entries,
        Self::Cities,
        Self::Locations,
        Self::Events,
        Self::Tags,
        Self::Themes,
        Self::Related,
        Self::Dates,
        Self::DatePeople,
        Self::DateLocations,
        Self::References,
        Self::Poems,
        Self::Manuscript,
        Self::OtherFields,
        Self::Warnings,
        Self::Spellings,
        Self::KeptOut,
        Self::Notes,
        Self::Tombstones,
        Self::SyncStates,
        Self::SyncHashes,
    ];

    #[rustfmt::skip]
    pub(super) const fn shape(self) -> Shape {
        match self {
            Self::Entries => shape("entries", &[], &[
                "id", "path", "hash", "word_count", "reading_time", "epigraph",
                "epigraph_attribution", "notes", "pending", "deleted_at", "deleted_by",
                "deletion_reason",
            ]),
            Self::Cities => shape("entry_cities", &["city"], &["position"]),
            Self::Locations => shape("entry_locations", &["position"], &["location", "city"]),
            Self::Events => shape("entry_events", &["event"], &["position"]),
            Self::Tags => shape("entry_tags", &["tag"], &["position"]),
            Self::Themes => shape("entry_themes", &["theme"], &["position"]),
            Self::Related => shape("entry_related", &["related"], &["position"]),
            Self::Dates => shape("entry_dates", &["position"], &["date", "context"]),
            Self::DatePeople => Shape {
                table: "entry_date_people",
                key: &["position", "item"],
                rest: &[],
                later: Some(("person", "item")),
            },
            Self::DateLocations => shape("entry_date_locations", &["position", "location"], &[]),
            Self::References => shape("entry_references", &["position"], &[
                "reference", "content", "description", "mode", "speaker", "source",
                "source_type", "source_author", "source_url", "other",
            ]),
            Self::Poems => shape("entry_poems", &["position"], &[
                "poem", "content", "revision_date", "other",
            ]),
            Self::Manuscript => shape("manuscript", &[], &["status", "edited", "notes", "other"]),
            Self::OtherFields => shape("other_fields", &["field"], &["value", "position"]),
            Self::Warnings => shape("warnings", &["position"], &["text"]),
            Self::Spellings => shape("spellings", &[
                "item", "mention", "name", "full", "alias", "gone",
            ], &["position"]),
            Self::KeptOut => shape("kept_out", &["table_name", "item"], &[]),
            Self::Notes => shape("entry_notes", &[], &["path", "note", "hash", "pending"]),
            Self::Tombstones => shape("association_tombstones", &["table_name", "item", "id"], &[
                "state", "at", "by", "source", "permanent", "shortened", "restored_at",
                "restored_by", "restored_how", "pending", "to_settle",
            ]),
            Self::SyncStates => shape("sync_states", &["source"], &[
                "counter", "resolved", "conflict", "pending",
            ]),
            Self::SyncHashes => shape("sync_hashes", &["source", "position"], &[
                "hash", "by", "at", "counter", "settled",
            ]),
        }
    }

    pub(super) const fn part(self) -> Part {
        match self {
            Self::Notes => Part::Note,
            Self::Tombstones | Self::SyncStates | Self::SyncHashes => Part::Ledger,
            _ => Part::Entry,
        }
    }
}

/// A value in a row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cell<'a> {
    Null,
    Integer(i64),
    /// The bits of a number.
    Real(u64),
    Text(Cow<'a, str>),
}

impl Cell<'_> {
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a column. The database's tables are strict, so there are no other
    /// types.
    fn of(value: ValueRef<'_>) -> Cell<'static> {
        match value {
            ValueRef::Null => Cell::Null,
            ValueRef::Integer(number) => Cell::Integer(number),
            ValueRef::Real(number) => Cell::Real(number.to_bits()),
            ValueRef::Text(text) | ValueRef::Blob(text) => {
                Cell::Text(String::from_utf8_lossy(text).into_owned().into())
            }
        }
    }
}

impl ToSql for Cell<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(number) => ValueRef::Integer(*number),
            Self::Real(bits) => ValueRef::Real(f64::from_bits(*bits)),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.as_str().into())
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Cell<'_> {
    fn from(yes: bool) -> Self {
        Self::Integer(yes.into())
    }
}

impl From<f64> for Cell<'_> {
    fn from(number: f64) -> Self {
        Self::Real(number.to_bits())
    }
}

impl<'a, T: Into<Cell<'a>>> From<Option<T>> for Cell<'a> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A table's rows of one entry: the values of `key` with those of `rest`.
pub(super) type Keyed<'a> = BTreeMap<Vec<Cell<'a>>, Vec<Cell<'a>>>;

/// Rows of one entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rows<'a>(BTreeMap<Kind, Keyed<'a>>);

impl<'a> Rows<'a> {
    /// Adds a row; a row that already has its key stays.
    pub(super) fn add(&mut self, kind: Kind, key: Vec<Cell<'a>>, rest: Vec<Cell<'a>>) {
        debug_assert_eq!(key.len(), kind.shape().key.len(), "{kind:?}");
        debug_assert_eq!(rest.len(), kind.shape().rest.len(), "{kind:?}");
        let table = self.0.entry(kind).or_default();
        table.entry(key).or_insert(rest);
    }

    pub(super) fn of(&self, kind: Kind) -> impl Iterator<Item = (&[Cell<'a>], &[Cell<'a>])> {
        let rows = self.0.get(&kind).into_iter().flatten();
        rows.map(|(key, rest)| (key.as_slice(), rest.as_slice()))
    }

    /// The values of a column, one for each row.
    pub(super) fn column(&self, kind: Kind, name: &str) -> impl Iterator<Item = &Cell<'a>> {
        let at = |names: &[&str]| names.iter().position(|n| *n == name);
        let (in_key, in_rest) = (at(kind.shape().key), at(kind.shape().rest));
        self.of(kind).filter_map(move |(key, rest)| match in_key {
            Some(at) => key.get(at),
            None => rest.get(in_rest?),
        })
    }

    /// Adds a row that a query of [`SELECT`] returned.
    pub(super) fn read(&mut self, kind: Kind, row: &rusqlite::Row<'_>) -> rusqlite::Result<()> {
        let cell = |column| row.get_ref(column).map(Cell::of);
        let keys = kind.shape().key.len();
        let all = keys + kind.shape().rest.len();
        let key = (0..keys).map(cell).collect::<Result<_, _>>()?;
        let rest = (keys..all).map(cell).collect::<Result<_, _>>()?;
        self.add(kind, key, rest);
        Ok(())
    }
}

/// The queries for an entry's rows, by [`Kind`]: the key's columns, then the others. One
/// query for all tables took longer.
pub(super) static SELECT: LazyLock<Vec<String>> = LazyLock::new(|| {
    let select = |kind: Kind| {
        let Shape {
            table, key, rest, ..
        } = kind.shape();
        let columns = [key, rest].concat().join(", ");
        format!("SELECT {columns} FROM {table} WHERE entry = ?1")
    };
    Kind::ALL.into_iter().map(select).collect()
});
