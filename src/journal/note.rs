//! A wiki page's note on an entry.

use super::digest::text_hash;
use super::entry::EntryError;
use super::markdown::{Line, Span, lines};
use super::yaml::Place;
use super::{Document, Facts};

/// The note of a page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Note {
    /// The text, without blank lines before and after; empty for an emptied note.
    pub text: String,
}

impl Note {
    /// Reads a page: the text under the first heading `Notes`, of any level, up to the
    /// next heading of that level or a higher one; the whole body if there is no such
    /// heading. Frontmatter is passed over.
    ///
    /// # Errors
    /// The place of the first byte that is not UTF-8.
    pub fn read(bytes: &[u8]) -> Result<Self, EntryError> {
        let text = utf8(bytes, 0, bytes)?;
        let body = &text[bytes.len() - Document::split(bytes).body.len()..];
        let body = body.strip_prefix('\u{FEFF}').unwrap_or(body);
        let note = section(body).unwrap_or(body);
        Ok(Self {
            text: note.trim().replace("\r\n", "\n"),
        })
    }

    /// The facts by which history compares notes: the hash alone.
    #[must_use]
    pub fn facts(&self) -> Facts {
        Facts {
            hash: text_hash(self.text.as_bytes()),
            ..Facts::default()
        }
    }
}

fn section(body: &str) -> Option<&str> {
    let mut headings = lines(body).filter_map(|span| match span.kind {
        Line::Heading(level) => Some((level, span)),
        Line::Code | Line::Text => None,
    });
    let is_notes = |span: &Span| span.title().eq_ignore_ascii_case("notes");
    let (level, notes) = headings.find(|(_, span)| is_notes(span))?;
    let end = headings.find(|&(next, _)| next <= level);
    Some(&body[notes.end..end.map_or(body.len(), |(_, span)| span.start)])
}

/// A part of a file as text; an error's place is counted in the whole file.
pub(super) fn utf8<'a>(part: &'a [u8], offset: usize, file: &[u8]) -> Result<&'a str, EntryError> {
    std::str::from_utf8(part).map_err(|e| {
        let at = offset + e.valid_up_to();
        let before = String::from_utf8_lossy(&file[..at]);
        EntryError {
            at: Place::of(&before, before.len(), 1),
            what: format!(
                "the byte 0x{:02X} is not UTF-8; save the file as UTF-8",
                file[at]
            ),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(page: &str) -> String {
        Note::read(page.as_bytes()).unwrap().text
    }

    #[test]
    fn a_note_ends_at_a_heading_of_its_level_or_above() {
        let page =
            "---\na: 1\n---\n# Page\nintro\n### Notes\n\none\n#### Inner\ntwo\n### Next\nno\n";
        assert_eq!(note(page), "one\n#### Inner\ntwo");
        assert_eq!(note("# Notes\none\n## Inner\ntwo\n"), "one\n## Inner\ntwo");
        assert_eq!(note("### Notes\none\n# Top\nno\n"), "one");
        assert_eq!(
            note("### Notes\n```\n# code\n```\n# Top\n"),
            "```\n# code\n```"
        );
    }

    #[test]
    fn without_the_heading_the_body_is_the_note() {
        assert_eq!(note("just text\n"), "just text");
        assert_eq!(
            note("---\nx: 1\n---\n\njust text\r\nmore"),
            "just text\nmore"
        );
        assert_eq!(note("```\n### Notes\n```\n"), "```\n### Notes\n```");
    }

    #[test]
    fn an_emptied_note_is_empty() {
        assert_eq!(note("### Notes\n\n### Next\nno\n"), "");
        assert_eq!(note(""), "");
    }

    #[test]
    fn a_page_that_is_no_text_says_where() {
        let error = Note::read(b"ok\nab\xFFc\n").unwrap_err();
        assert_eq!(error.at, Place { line: 2, column: 3 });
        assert!(error.what.contains("0xFF"));
    }
}
