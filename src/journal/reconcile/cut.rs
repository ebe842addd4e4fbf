//! Slices of a side's text that can move to another column.

use std::borrow::Cow;

/// Moves lines from one column to another: each line but the first, or all of them. A
/// line with less indentation than is to be removed (the `]` of a flow list in column 0)
/// loses all of it. A line of spaces moves too: in a block text they may be text, and at
/// the end of a slice they stand before a value.
pub fn shift(text: &str, from: usize, to: usize, first_too: bool) -> Cow<'_, str> {
    if from == to || text.is_empty() || (!first_too && !text.contains('\n')) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for (i, line) in text.split_inclusive('\n').enumerate() {
        let empty = line.trim_end_matches(['\n', '\r']).is_empty();
        if (i == 0 && !first_too) || empty {
            out.push_str(line);
        } else if to > from {
            out.extend(std::iter::repeat_n(' ', to - from));
            out.push_str(line);
        } else {
            let spaces = line
                .bytes()
                .take(from - to)
                .take_while(|&b| b == b' ')
                .count();
            out.push_str(&line[spaces..]);
        }
    }
    Cow::Owned(out)
}

/// The least indentation of a text's lines behind the first.
pub fn further_indent(text: &str) -> usize {
    text.lines()
        .skip(1)
        .filter(|l| !l.trim().is_empty())
        .map(|l| l.len() - l.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0)
}

/// `n` spaces.
pub fn spaces(n: usize) -> String {
    " ".repeat(n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifts_all_lines_or_all_but_the_first() {
        assert_eq!(shift("a\n  b\n\n c\n", 2, 0, false), "a\nb\n\nc\n");
        assert_eq!(shift("  a\n    b\n", 2, 4, true), "    a\n      b\n");
    }

    #[test]
    fn shifts_spaces_that_stand_before_a_value_or_are_text() {
        assert_eq!(shift("alt:\n    ", 2, 4, false), "alt:\n      ");
        assert_eq!(
            shift("|\n    a\n      \n\n", 2, 0, false),
            "|\n  a\n    \n\n"
        );
    }
}
