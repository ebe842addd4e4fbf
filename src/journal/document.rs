//! The byte-exact split of a Markdown file into frontmatter and body.

use std::ops::Range;

/// A file split at its fences. `split` and [`Document::join`] are inverse on every byte
/// string, so text that is not understood is kept all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Document<'a> {
    /// The bytes before the frontmatter's content: the byte order mark, if any,
    /// and the opening `---` line with its end. Empty without frontmatter.
    pub open: &'a [u8],
    /// The lines between the fences, each with its line end.
    pub frontmatter: &'a [u8],
    /// The closing `---` line with its end (which is missing at the end of some files).
    pub close: &'a [u8],
    /// Everything after the closing fence; the whole file without frontmatter.
    pub body: &'a [u8],
}

/// The fences around a file's frontmatter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fences {
    /// Both fences are there.
    Closed,
    /// The first line is not a fence: the file has no frontmatter.
    None,
    /// The first line opens frontmatter that never ends.
    Unclosed,
}

pub(super) const BOM: &[u8] = b"\xEF\xBB\xBF";

/// The line of a file on which its frontmatter begins, below the fence.
pub const FIRST_LINE: usize = 2;

impl<'a> Document<'a> {
    /// Splits a file. Frontmatter starts at a first line `---` and runs to the
    /// next line that is `---`; spaces and tabs after either fence are allowed.
    /// Without both fences everything is body.
    #[must_use]
    pub fn split(bytes: &'a [u8]) -> Self {
        let whole = Self {
            open: &[],
            frontmatter: &[],
            close: &[],
            body: bytes,
        };
        let Some(start) = Self::opening(bytes) else {
            return whole;
        };
        let Some(close) = closing_fence(bytes, start) else {
            return whole;
        };
        Self {
            open: &bytes[..start],
            frontmatter: &bytes[start..close.start],
            close: &bytes[close.clone()],
            body: &bytes[close.end..],
        }
    }

    /// How the frontmatter is bounded: unclosed frontmatter is not the same as none.
    #[must_use]
    pub fn fences(bytes: &[u8]) -> Fences {
        match Self::opening(bytes) {
            None => Fences::None,
            Some(start) if closing_fence(bytes, start).is_some() => Fences::Closed,
            Some(_) => Fences::Unclosed,
        }
    }

    /// Whether the file has frontmatter, even if it is empty.
    #[must_use]
    pub const fn has_frontmatter(&self) -> bool {
        !self.open.is_empty()
    }

    /// The file again, byte for byte.
    #[must_use]
    pub fn join(&self) -> Vec<u8> {
        [self.open, self.frontmatter, self.close, self.body].concat()
    }

    /// The offset of the frontmatter's first line, behind the opening fence.
    fn opening(bytes: &[u8]) -> Option<usize> {
        let skip = if bytes.starts_with(BOM) { BOM.len() } else { 0 };
        let line = line_at(bytes, skip);
        // An opening fence that ends the file opens nothing.
        (is_fence(&bytes[line.clone()]) && bytes[line.clone()].ends_with(b"\n")).then_some(line.end)
    }
}

fn closing_fence(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let mut at = start;
    while at < bytes.len() {
        let line = line_at(bytes, at);
        if is_fence(&bytes[line.clone()]) {
            return Some(line);
        }
        at = line.end;
    }
    None
}

/// The line that starts at `at`, its end included.
fn line_at(bytes: &[u8], at: usize) -> Range<usize> {
    let end = bytes[at..]
        .iter()
        .position(|&b| b == b'\n')
        .map_or(bytes.len(), |n| at + n + 1);
    at..end
}

fn is_fence(line: &[u8]) -> bool {
    line.starts_with(b"---")
        && line[3..]
            .iter()
            .all(|b| matches!(b, b' ' | b'\t' | b'\r' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(bytes: &[u8]) -> [&[u8]; 4] {
        let d = Document::split(bytes);
        assert_eq!(d.join(), bytes);
        [d.open, d.frontmatter, d.close, d.body]
    }

    #[test]
    fn splits_at_the_fences() {
        assert_eq!(
            parts(b"---\na: 1\n---\nbody"),
            [b"---\n" as &[u8], b"a: 1\n", b"---\n", b"body"]
        );
        assert_eq!(
            parts(b"---\n---\n"),
            [b"---\n" as &[u8], b"", b"---\n", b""]
        );
        assert_eq!(
            parts(b"\xEF\xBB\xBF---\r\na: 1\r\n---"),
            [b"\xEF\xBB\xBF---\r\n" as &[u8], b"a: 1\r\n", b"---", b""]
        );
    }

    #[test]
    fn without_both_fences_everything_is_body() {
        for (bytes, fences) in [
            (b"" as &[u8], Fences::None),
            (b"text\n---\n", Fences::None),
            (b"---\na: 1\n", Fences::Unclosed),
            (b"---", Fences::None),
            (b"----\na\n---\n", Fences::None),
            (b" ---\na\n---\n", Fences::None),
        ] {
            assert_eq!(parts(bytes)[3], bytes);
            assert_eq!(Document::fences(bytes), fences);
        }
    }
}
