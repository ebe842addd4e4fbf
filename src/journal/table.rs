//! The associations of an entry: the tables, and the names of their items.

use std::fmt;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// An association table: a kind of item that an entry can hold.
///
/// The name is what the database, the ledger and `metadb tombstone` call it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    Cities,
    Dates,
    Events,
    Locations,
    People,
    Poems,
    References,
    Related,
    Tags,
    Themes,
}

/// An item of an entry, in the association that holds it.
pub type Item = (Table, ItemKey);

impl Table {
    /// All tables, in the order of their names.
    pub const ALL: [Self; 10] = [
        Self::Cities,
        Self::Dates,
        Self::Events,
        Self::Locations,
        Self::People,
        Self::Poems,
        Self::References,
        Self::Related,
        Self::Tags,
        Self::Themes,
    ];

    /// The table's name in the database and the ledger, such as `entry_people`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cities => "entry_cities",
            Self::Dates => "entry_dates",
            Self::Events => "entry_events",
            Self::Locations => "entry_locations",
            Self::People => "entry_people",
            Self::Poems => "entry_poems",
            Self::References => "entry_references",
            Self::Related => "entry_related",
            Self::Tags => "entry_tags",
            Self::Themes => "entry_themes",
        }
    }

    /// The word for one item in a message: `person`, `tag` …
    #[must_use]
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Cities => "city",
            Self::Dates => "mentioned date",
            Self::Events => "event",
            Self::Locations => "location",
            Self::People => "person",
            Self::Poems => "poem",
            Self::References => "reference",
            Self::Related => "related entry",
            Self::Tags => "tag",
            Self::Themes => "theme",
        }
    }

    /// The frontmatter key that holds the items (`manuscript.themes` for themes).
    #[must_use]
    pub const fn field(self) -> &'static str {
        match self {
            Self::Cities => "city",
            Self::Dates => "dates",
            Self::Events => "events",
            Self::Locations => "locations",
            Self::People => "people",
            Self::Poems => "poems",
            Self::References => "references",
            Self::Related => "related_entries",
            Self::Tags => "tags",
            Self::Themes => "themes",
        }
    }

    /// The table whose items stand under a key at the top of the frontmatter. `city`
    /// and `cities` are one table; themes stand inside `manuscript`, and `themes` at
    /// the top is a field like any other.
    #[must_use]
    pub fn of_field(name: &str) -> Option<Self> {
        match name {
            "cities" => Some(Self::Cities),
            "themes" => None,
            _ => Self::ALL.into_iter().find(|t| t.field() == name),
        }
    }

    /// The table of this name, if there is one. The short form without `entry_`
    /// is accepted, since people type it.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|t| t.name() == name || t.name().strip_prefix("entry_") == Some(name))
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The canonical name of an item: NFC, surrounding space trimmed. Two spellings
/// of one thing have one key; case matters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey(String);

impl ItemKey {
    /// The key of a name as it stands in a file or on a command line.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let name = name.trim();
        // Most names are in NFC already.
        Self(match is_nfc_quick(name.chars()) {
            IsNormalized::Yes => name.to_owned(),
            _ => name.nfc().collect(),
        })
    }

    /// The canonical text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
