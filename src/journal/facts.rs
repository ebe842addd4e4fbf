//! The facts of one version of an entry that history compares.

use std::collections::BTreeSet;

use super::Item;

/// The facts of a version by which removals, re-additions and concurrent edits are found.
/// Two versions are compared; nothing is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Every item of every association, by canonical name.
    pub items: BTreeSet<Item>,
    /// The first 16 hex digits of the SHA-256 of the frontmatter's bytes (between
    /// the fences), or of the note's text for a note page.
    pub hash: String,
}
