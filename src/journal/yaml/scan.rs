//! Finds indicators in the text between two nodes, whose places the events do not give.

use std::ops::Range;

use super::parse::Builder;

impl Builder<'_> {
    /// The first byte from `at` on that is neither white space nor a comment;
    /// without `lines` the search stays on the line.
    pub(super) fn skip_blank(&self, mut at: usize, lines: bool) -> usize {
        let bytes = self.text.as_bytes();
        let mut comment = self.comments.partition_point(|c| c.start < at);
        while let Some(&b) = bytes.get(at) {
            while self.comments.get(comment).is_some_and(|c| c.start < at) {
                comment += 1;
            }
            match b {
                b' ' | b'\t' => at += 1,
                b'\r' | b'\n' if lines => at += 1,
                b'#' if lines && self.comments.get(comment).is_some_and(|c| c.start == at) => {
                    at = self.comments[comment].end;
                }
                // A byte order mark may open the text.
                0xEF if at == 0 && self.text.starts_with('\u{FEFF}') => at += 3,
                _ => break,
            }
        }
        at
    }

    /// The start of the flow pair behind `at`, after blanks and at most one comma.
    pub(super) fn skip_comma(&self, at: usize) -> usize {
        let comma = self.skip_blank(at, true);
        match self.text.as_bytes().get(comma) {
            Some(b',') => self.skip_blank(comma + 1, true),
            _ => comma,
        }
    }

    /// The end of a block scalar without its last line's end. With `+` the blank
    /// lines behind the text are part of it.
    pub(super) fn block_end(&self, value: &Range<usize>) -> usize {
        let text = &self.text[..value.end];
        let header = self.text[value.start..].lines().next().unwrap_or_default();
        let keeps = header.split('#').next().is_some_and(|h| h.contains('+'));
        let end = if keeps {
            let text = text.trim_end_matches([' ', '\t']);
            let text = text.strip_suffix('\n').unwrap_or(text);
            text.strip_suffix('\r').unwrap_or(text).len()
        } else {
            // White space at the end of the last line is text; below that line it is not.
            let end = text.trim_end_matches(['\n', '\r', ' ', '\t']).len();
            let space = |b: &u8| matches!(b, b' ' | b'\t');
            let rest = text[end..].bytes().take_while(|b| space(b)).count();
            match text[value.start.min(end)..end].contains('\n') {
                true => end + rest,
                false => end,
            }
        };
        end.max(value.start + 1)
    }
}
