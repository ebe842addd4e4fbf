//! The part of Markdown that matters here: headings, and code fences, in which a `#` is
//! not a heading. Only `#` headings count; underlined ones are text.

/// The kind of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A heading of this level, 1 to 6.
    Heading(usize),
    /// A line of a fenced code block; its fences are, too.
    Code,
    /// Everything else.
    Text,
}

/// A line with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span<'a> {
    pub kind: Line,
    /// The line without its end.
    pub text: &'a str,
    /// The byte offsets of this line and of the next one.
    pub start: usize,
    pub end: usize,
}

impl<'a> Span<'a> {
    /// A heading's words, without the marks before and after.
    #[must_use]
    pub fn title(&self) -> &'a str {
        let text = self.text.trim().trim_start_matches('#').trim();
        let bare = text.trim_end_matches('#');
        // Closing marks stand apart from the title: `C#` keeps its own.
        if bare.is_empty() || bare.ends_with([' ', '\t']) {
            bare.trim_end()
        } else {
            text
        }
    }
}

/// The lines of a text, in order.
pub fn lines(text: &str) -> impl Iterator<Item = Span<'_>> {
    let mut fence: Option<(char, usize)> = None;
    let mut at = 0;
    text.split_inclusive('\n').map(move |whole| {
        let start = at;
        at += whole.len();
        let line = whole.trim_end_matches(['\n', '\r']);
        let mark = fence_mark(line);
        let kind = match (fence, mark) {
            (Some((c, n)), Some((d, m, rest))) if c == d && m >= n && rest.trim().is_empty() => {
                fence = None;
                Line::Code
            }
            (Some(_), _) => Line::Code,
            // A back-tick in the info string makes it inline code.
            (None, Some((c, n, rest))) if c == '~' || !rest.contains('`') => {
                fence = Some((c, n));
                Line::Code
            }
            _ => heading_level(line).map_or(Line::Text, Line::Heading),
        };
        Span {
            kind,
            text: line,
            start,
            end: at,
        }
    })
}

/// The line with up to three spaces of indentation taken off; more is code.
fn dedented(line: &str) -> Option<&str> {
    let text = line.trim_start_matches(' ');
    (line.len() - text.len() <= 3).then_some(text)
}

fn fence_mark(line: &str) -> Option<(char, usize, &str)> {
    let text = dedented(line)?;
    let mark = text.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = text.trim_start_matches(mark);
    let count = text.len() - rest.len();
    (count >= 3).then_some((mark, count, rest))
}

fn heading_level(line: &str) -> Option<usize> {
    let text = dedented(line)?;
    let rest = text.trim_start_matches('#');
    let level = text.len() - rest.len();
    ((1..=6).contains(&level) && (rest.is_empty() || rest.starts_with([' ', '\t'])))
        .then_some(level)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_marked_and_outside_code() {
        let kinds: Vec<Line> = lines("# a\n#b\n    # c\n~~~\n# d\n```\n~~~\n###### e\n####### f")
            .map(|l| l.kind)
            .collect();
        let (h, c, t) = (Line::Heading, Line::Code, Line::Text);
        assert_eq!(kinds, [h(1), t, t, c, c, c, c, h(6), t]);
    }

    #[test]
    fn a_title_has_no_marks() {
        for (line, title) in [
            ("## Notes", "Notes"),
            ("# Notes ##", "Notes"),
            ("# C#", "C#"),
            ("##", ""),
        ] {
            assert_eq!(lines(line).next().unwrap().title(), title);
        }
    }

    #[test]
    fn lines_cover_the_text() {
        let text = "a\r\nb\n\nc";
        let spans: Vec<_> = lines(text).collect();
        let joined: String = spans.iter().map(|s| &text[s.start..s.end]).collect();
        assert_eq!(joined, text);
        assert_eq!(spans[0].text, "a");
    }
}
