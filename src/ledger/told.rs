//! Rows that no hook recorded: history told them, and a later commit stored them.

use super::{Deletion, State, Tombstone};

const NO_HOOKS: &str = " (no hooks)";

/// Who stands in a row that no hook recorded: history knows the author of a commit,
/// and no machine.
#[must_use]
pub fn without_hooks(author: &str) -> String {
    format!("{author}{NO_HOOKS}")
}

/// Whether that is such a name.
#[must_use]
pub fn is_without_hooks(by: &str) -> bool {
    by.ends_with(NO_HOOKS)
}

impl State {
    fn is_told(&self) -> bool {
        matches!(self, Self::Restored(restored) if is_without_hooks(&restored.by))
    }
}

impl Tombstone {
    /// Whether history told the removal, or that it was undone. A shortened row does
    /// not say who found it, and counts as recorded.
    #[must_use]
    pub fn is_told(&self) -> bool {
        self.source == Self::FROM_HISTORY || self.state.is_told()
    }
}

impl Deletion {
    /// Whether history told the deletion, or that it was undone.
    #[must_use]
    pub fn is_told(&self) -> bool {
        is_without_hooks(&self.by) || self.state.is_told()
    }
}
