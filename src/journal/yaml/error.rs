//! The place and the reason of an error in frontmatter.

use std::fmt;

/// A place in a file, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub line: usize,
    pub column: usize,
}

impl Place {
    /// The place of a byte offset in `text`, whose first line has number `first_line`.
    #[must_use]
    pub fn of(text: &str, offset: usize, first_line: usize) -> Self {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = &text[..end];
        let line_start = before.rfind('\n').map_or(0, |n| n + 1);
        Self {
            line: first_line + before.matches('\n').count(),
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Frontmatter that cannot be read as YAML, with its place in the text given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {what}")]
pub struct YamlError {
    /// Where, counted in the text that was parsed (the caller adds the fence's line).
    pub at: Place,
    /// What was found and what was expected.
    pub what: String,
}
