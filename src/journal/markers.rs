//! Conflict markers left in a text.

use std::ops::Range;

/// The first whole set of markers: a line `<<<<<<<`, later a line `=======`, later a line
/// `>>>>>>>`, each at the start of its line and all of one length (7 or more). A heading
/// underlined with `=======`, an indented or quoted marker and a lone one are text.
#[must_use]
pub fn conflict_markers(bytes: &[u8]) -> Option<Markers<'_>> {
    let first = sets(bytes).into_iter().next()?;
    Some(Markers {
        line: first.line,
        text: &bytes[first.text],
    })
}

/// A whole set of markers in a text.
pub(super) struct Set {
    /// The line of the first marker, counted from 1.
    pub line: usize,
    /// The length of its markers.
    pub length: usize,
    /// From the first marker to the end of the last one's line.
    pub text: Range<usize>,
}

/// All whole sets that are not inside another one, in order. When git merges merge
/// results, it gives the sets at different depths markers of different length: an inner
/// set is part of the outer one's text.
pub(super) fn sets(bytes: &[u8]) -> Vec<Set> {
    // The open sets, outer ones first, and whether their middle marker was seen.
    let mut open: Vec<(Set, bool)> = Vec::new();
    let mut whole: Vec<Set> = Vec::new();
    let mut at = 0;
    for (line, bytes) in (1..).zip(bytes.split_inclusive(|&b| b == b'\n')) {
        let start = at;
        at += bytes.len();
        let Some((sign, length)) = marker(bytes) else {
            continue;
        };
        if sign == Sign::Ours {
            // An open set with markers no shorter than this one cannot be its outer set.
            let outer = open.iter().take_while(|(set, _)| set.length < length);
            open.truncate(outer.count());
            let text = start..at;
            let set = Set { line, length, text };
            open.push((set, false));
            continue;
        }
        let Some(here) = open.iter().rposition(|(set, _)| set.length == length) else {
            continue;
        };
        match (sign, open[here].1) {
            (Sign::Middle, _) => {
                open.truncate(here + 1);
                open[here].1 = true;
            }
            (Sign::Theirs, true) => {
                let mut ended = open.drain(here..);
                if let Some((mut set, _)) = ended.next() {
                    set.text.end = at;
                    whole.retain(|inner| inner.text.start < set.text.start);
                    whole.push(set);
                }
            }
            _ => {}
        }
    }
    whole
}

/// A whole set of conflict markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Markers<'a> {
    /// The line of the first marker, counted from 1.
    pub line: usize,
    /// From the first marker to the end of the last one's line.
    pub text: &'a [u8],
}

impl Markers<'_> {
    /// Whether the first and the last marker name no side. Git has them so only in the
    /// conflicts that it keeps for `rerere`.
    #[must_use]
    pub fn name_no_side(&self) -> bool {
        let mut lines = self.text.split_inclusive(|&b| b == b'\n');
        let is_bare = |line: Option<&[u8]>| {
            let mut line = line.unwrap_or_default().trim_ascii_end().iter();
            line.next().is_some_and(|first| line.all(|b| b == first))
        };
        is_bare(lines.next()) && is_bare(lines.next_back())
    }
}

/// The part of a conflict that a marker begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Ours,
    Base,
    Middle,
    Theirs,
}

/// The sign and length of a marker line: the sign at least seven times, then
/// nothing, or a space and a label (none behind `=`).
pub(super) fn marker(line: &[u8]) -> Option<(Sign, usize)> {
    let first = *line.first()?;
    let sign = match first {
        b'<' => Sign::Ours,
        b'|' => Sign::Base,
        b'=' => Sign::Middle,
        b'>' => Sign::Theirs,
        _ => return None,
    };
    let length = line.iter().take_while(|&&b| b == first).count();
    let rest = line[length..].trim_ascii_end();
    let labelled = rest.starts_with(b" ") && sign != Sign::Middle;
    (length >= 7 && (rest.is_empty() || labelled)).then_some((sign, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Option<usize> {
        conflict_markers(text.as_bytes()).map(|m| m.line)
    }

    #[test]
    fn whole_sets_are_found_in_all_of_gits_styles() {
        let set = "a\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> main\nb\n";
        assert_eq!(line(set), Some(2));
        assert_eq!(line(&set.replace('\n', "\r\n")), Some(2));
        let diff3 = "<<<<<<< ours\nx\n||||||| base\nz\n=======\ny\n>>>>>>> theirs";
        assert_eq!(line(diff3), Some(1));
        assert_eq!(line("<<<<<<<<<\n=========\n>>>>>>>>>\n"), Some(1));
    }

    #[test]
    fn markers_that_name_no_side_are_told() {
        let bare = |text: &str| conflict_markers(text.as_bytes()).unwrap().name_no_side();
        assert!(bare("a\n<<<<<<<\nx\n=======\ny\n>>>>>>>\nb\n"));
        assert!(bare("<<<<<<<\r\nx\r\n=======\r\n>>>>>>>\r\n"));
        assert!(!bare("<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n"));
        assert!(!bare("<<<<<<<\nx\n=======\ny\n>>>>>>> theirs\n"));
    }

    #[test]
    fn text_that_looks_alike_is_text() {
        for text in [
            "Heading\n=======\n",
            "> <<<<<<< HEAD\n> =======\n> >>>>>>> main\n",
            "    <<<<<<< HEAD\n    =======\n    >>>>>>> main\n",
            "+<<<<<<< HEAD\n+=======\n+>>>>>>> main\n",
            "<<<<<<< HEAD\nalone\n",
            "<<<<<<< a\n>>>>>>> b\n=======\n",
            "<<<<<<<x\n=======\n>>>>>>>y\n",
            "<<<<<<< a\n======== \n>>>>>>> b\n",
            "<<<<<<\n======\n>>>>>>\n",
            "",
        ] {
            assert_eq!(line(text), None, "{text:?}");
        }
    }
}
