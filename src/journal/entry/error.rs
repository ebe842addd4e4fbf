//! Errors and warnings of an entry, with their places.

use crate::journal::yaml::Place;

/// An entry that cannot be read. Shown as `line:column: what`, counted in the
/// file itself, so that the path and a colon in front make a clickable place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {what}")]
pub struct EntryError {
    pub at: Place,
    /// What was found and what was expected.
    pub what: String,
}

/// Something odd in an entry; it is kept as it stands, and nothing is lost by it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    pub at: Place,
    pub what: String,
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.at, self.what)
    }
}
