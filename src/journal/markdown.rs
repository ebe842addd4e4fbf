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
    let mut open: Option<Fence> = None;
    let mut at = 0;
    text.split_inclusive('\n').map(move |whole| {
        let start = at;
        at += whole.len();
        let line = whole.trim_end_matches(['\n', '\r']);
        open = open.take_if(|fence| fence.reaches(line));
        let kind = match &open {
            Some(fence) => {
                if fence.ends_with(line) {
                    open = None;
                }
                Line::Code
            }
            None => {
                open = Fence::opened(line);
                match open {
                    Some(_) => Line::Code,
                    None => heading_level(line).map_or(Line::Text, Line::Heading),
                }
            }
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

/// The fence that opened a block of code.
struct Fence {
    mark: char,
    count: usize,
    /// How far what belongs to the fence's list item is indented; 0 outside of lists.
    item: usize,
}

impl Fence {
    /// The fence that a line opens, also as the first line of a list's item: `- ```sh`.
    fn opened(line: &str) -> Option<Self> {
        let mut text = dedented(line)?;
        while let Some(content) = behind_list_marker(text) {
            text = content;
        }
        let (mark, count, info) = fence_mark(text)?;
        let is_in_item = text.len() < dedented(line)?.len();
        // A back-tick in the info string makes it inline code.
        (mark == '~' || !info.contains('`')).then(|| Self {
            mark,
            count,
            item: if is_in_item {
                line.len() - text.len()
            } else {
                0
            },
        })
    }

    /// Whether a line is still of the block: one that is indented less than the list's item
    /// ends the item, and the block with it.
    fn reaches(&self, line: &str) -> bool {
        let text = line.trim_start_matches([' ', '\t']);
        let indent = &line[..line.len() - text.len()];
        text.is_empty() || indent.len() >= self.item || indent.contains('\t')
    }

    fn ends_with(&self, line: &str) -> bool {
        let text = line.trim_start_matches(' ');
        let is_near = line.len() - text.len() <= self.item + 3;
        let mark = fence_mark(text).filter(|_| is_near);
        mark.is_some_and(|(mark, count, rest)| {
            mark == self.mark && count >= self.count && rest.trim().is_empty()
        })
    }
}

/// What stands behind the marker of a list's item (`-`, `*`, `+`, `1.`, `1)`) and its blanks;
/// behind more than four of them is indented code.
fn behind_list_marker(text: &str) -> Option<&str> {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = match text.len() - digits.len() {
        0 => text.strip_prefix(['-', '*', '+'])?,
        1..=9 => digits.strip_prefix(['.', ')'])?,
        _ => return None,
    };
    let content = rest.trim_start_matches(' ');
    (1..=4)
        .contains(&(rest.len() - content.len()))
        .then_some(content)
}

/// The mark of a fence that begins a text, how often it stands there, and what follows.
fn fence_mark(text: &str) -> Option<(char, usize, &str)> {
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
    fn a_list_item_can_begin_with_code() {
        let (h, c, t) = (Line::Heading, Line::Code, Line::Text);
        for (text, kinds) in [
            ("- ```sh\n  # a\n  ```\n# b", vec![c, c, c, h(1)]),
            ("10. ~~~\n    # a\n    ~~~\n# b", vec![c, c, c, h(1)]),
            ("* - ```\n\n    # a\n    ```\n# b", vec![c, c, c, c, h(1)]),
            // The item ends without the fence.
            ("- ```\n  a\n# b\n```\n# c", vec![c, c, h(1), c, c]),
            ("- ```\n\t# a\n\n  ```\n# b", vec![c, c, c, c, h(1)]),
            ("-     ```\n# b", vec![t, h(1)]),
            ("- a ```\n# b", vec![t, h(1)]),
            ("- ```a```\n# b", vec![t, h(1)]),
            ("-```\n# b", vec![t, h(1)]),
            // Outside of lists a block goes on to its own fence, or to the end.
            ("   ```\na\n```\n# b", vec![c, c, c, h(1)]),
        ] {
            assert_eq!(
                lines(text).map(|l| l.kind).collect::<Vec<_>>(),
                kinds,
                "{text}"
            );
        }
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
