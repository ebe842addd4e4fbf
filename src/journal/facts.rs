//! What one version of an entry says, as far as history is concerned.

use std::collections::BTreeSet;

use super::{ItemKey, Table};

/// The part of a version of an entry that removals, re-additions and concurrent
/// edits are found by. Two versions are compared, nothing is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Every item of every association, by canonical name.
    pub items: BTreeSet<(Table, ItemKey)>,
    /// The first 16 hex digits of the SHA-256 of the frontmatter's bytes (between
    /// the fences), or of the note's text for a note page.
    pub hash: String,
}
