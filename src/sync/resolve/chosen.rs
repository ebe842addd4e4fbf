//! The files and folders that a person named.

use crate::journal::layout::is_at_or_below;

/// The files and folders that a person named; if there are none, all are chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// From the top of the work tree, which itself has an empty name.
    pub paths: Vec<String>,
    /// Whether markers that no merge explains are a conflict in the files that are named.
    pub unknown: bool,
}

impl Chosen {
    /// Whether a path is chosen: by its own name, by that of a folder, or as all are.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        self.paths.is_empty() || self.paths.iter().any(|p| is_at_or_below(path, p))
    }

    /// Whether a path is named itself.
    #[must_use]
    pub fn names(&self, path: &str) -> bool {
        self.paths.iter().any(|p| p == path)
    }

    /// Whether all of the work tree is chosen, by its name or by none.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.paths.is_empty() || self.names("")
    }

    /// Whether a person said that all markers in this file are a conflict.
    #[must_use]
    pub fn counts_unknown(&self, path: &str) -> bool {
        self.unknown && self.names(path)
    }
}
