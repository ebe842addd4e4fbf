//! Merging by line, exactly as `git merge-file` does it.

use super::{Markers, ThreeWay};

/// The result of a merge by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedLines {
    /// The merged bytes, with markers where the sides conflict.
    pub bytes: Vec<u8>,
    /// Whether markers were written.
    pub conflict: bool,
}

/// A line merge. The one implementation calls git's own code (`repo::GitLines`);
/// the trait keeps libgit2 out of the pure layers.
pub trait LineMerge {
    /// Merges three texts as `git merge-file` would.
    ///
    /// # Errors
    /// The implementation's message, if it cannot merge at all.
    fn merge(&self, sides: ThreeWay<&[u8]>, markers: &Markers) -> Result<MergedLines, String>;
}

/// Whether git takes these bytes for binary: a NUL among the first 8000 bytes
/// (`buffer_is_binary` in git's xdiff-interface.c).
#[must_use]
pub fn is_binary(bytes: &[u8]) -> bool {
    bytes[..bytes.len().min(8000)].contains(&0)
}
