//! Where a line of a text with hunks stands.

use super::Hunk;

/// The reader's place in a document: the frontmatter's key, or the body.
#[derive(Default)]
pub(super) struct Place {
    lines: usize,
    /// Whether it is in the frontmatter.
    pub front: bool,
    key: Option<String>,
}

impl Place {
    pub fn see(&mut self, line: &[u8]) {
        self.lines += 1;
        let fence = line.trim_ascii_end() == b"---" || line.trim_ascii_end() == b"\xEF\xBB\xBF---";
        match (self.lines, fence) {
            (1, true) => self.front = true,
            (_, true) => self.front = false,
            // Only the frontmatter has keys.
            _ => self.key = key(line).or(self.key.take()),
        }
    }

    pub fn field_of(&self, hunk: &Hunk) -> Option<String> {
        let first = |side: &[u8]| side.split_inclusive(|&b| b == b'\n').next().and_then(key);
        match self.front {
            true => first(&hunk.ours)
                .or_else(|| first(&hunk.theirs))
                .or_else(|| self.key.clone()),
            false => None,
        }
    }
}

/// The key of a line that begins a field of the frontmatter.
fn key(line: &[u8]) -> Option<String> {
    let line = std::str::from_utf8(line).ok()?;
    if line.starts_with([' ', '\t', '-', '#']) {
        return None;
    }
    let (key, rest) = line.split_once(':')?;
    let ends = rest.starts_with([' ', '\n', '\r']) || rest.is_empty();
    ends.then(|| key.trim_matches(['"', '\'']).to_owned())
}
