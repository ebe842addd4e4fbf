//! Conflict markers left in a text.

use std::ops::Range;

use super::document::{BOM, Document};

/// The first whole set of markers: a line `<<<<<<<`, later a line `=======`, later a line
/// `>>>>>>>`, each at the start of its line and all of one length (7 or more). A heading
/// underlined with `=======`, an indented or quoted marker and a lone one are text.
#[must_use]
pub fn conflict_markers(bytes: &[u8]) -> Option<MarkerSet<'_>> {
    let first = find(bytes, &AsText::default()).sets.into_iter().next()?;
    Some(MarkerSet {
        line: first.line,
        text: &bytes[first.text],
    })
}

/// The first whole set of markers for which a file's frontmatter cannot be read: one that
/// begins in it, or any if the file has none. In the body, markers are no reason.
#[must_use]
pub fn markers_of_front(bytes: &[u8]) -> Option<MarkerSet<'_>> {
    let document = Document::split(bytes);
    let front = &bytes[..bytes.len() - document.body.len()];
    let lines = front.iter().filter(|&&b| b == b'\n').count();
    conflict_markers(bytes).filter(|set| !document.has_frontmatter() || set.line <= lines)
}

/// The lines of a text, counted from 1, that look like a marker which names a side. A rule
/// below a heading looks like the one that names none.
pub fn labelled_markers(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    numbered(bytes).filter(|(_, line)| {
        let is_labelled = || line.trim_ascii_end().contains(&b' ');
        marker(line).is_some() && is_labelled()
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

/// The sets of markers that are text, like an example in a page about git: those that stood
/// in the file before, and, in a merge of one's own, those shorter than its markers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AsText {
    shorter_than: usize,
    /// Whether the file is an entry: its first line `---` opens frontmatter, also where that
    /// cannot be read.
    pub(super) of_entry: bool,
    sets: Vec<Vec<u8>>,
    /// Those of `sets` that stood in one side of a merge alone.
    of_one_side: Vec<Vec<u8>>,
}

impl AsText {
    /// No set yet, of an entry or of another file.
    #[must_use]
    pub fn of_entry(is_entry: bool) -> Self {
        Self {
            of_entry: is_entry,
            ..Self::default()
        }
    }

    /// The sets whose markers are shorter than this, too.
    #[must_use]
    pub fn and_shorter_than(self, length: usize) -> Self {
        Self {
            shorter_than: length,
            ..self
        }
    }

    /// Adds the sets that stand in a version of a file.
    pub fn add(&mut self, version: &[u8]) {
        self.add_where(version, |_| true);
    }

    /// The sets of both sides of a merge. One that stands in one side alone may be text, or
    /// have been left there by an earlier merge.
    #[must_use]
    pub fn of_sides(mut ours: Self, theirs: Self) -> Self {
        let lacks = |side: &Self, set: &&Vec<u8>| !side.sets.contains(set);
        let alone = ours.sets.iter().filter(|set| lacks(&theirs, set));
        let alone = alone.chain(theirs.sets.iter().filter(|set| lacks(&ours, set)));
        let alone = alone.cloned().collect();
        ours.join(&theirs);
        ours.of_one_side = alone;
        ours
    }

    /// Whether one of the sets is not among those of another version.
    #[must_use]
    pub fn has_more_than(&self, other: &Self) -> bool {
        self.sets.iter().any(|set| !other.sets.contains(set))
    }

    /// The line, counted from 1, of the first set that stood in one side alone, stands whole
    /// where the merge waits, and still stands in what was chosen.
    #[must_use]
    pub fn of_one_side_in(&self, waits: &[u8], chosen: &[u8]) -> Option<usize> {
        let alone = self.of_one_side.iter();
        let alone = alone.filter(|set| line_of(set, waits).is_some());
        alone.filter_map(|set| line_of(set, chosen)).min()
    }

    /// Leaves those sets that another version has, too.
    pub fn keep_those_of(&mut self, other: &Self) {
        self.sets.retain(|set| other.sets.contains(set));
    }

    /// Adds the sets that another one knows.
    pub fn join(&mut self, other: &Self) {
        self.sets.extend(other.sets.iter().cloned());
    }

    /// Adds the sets of a version for which this holds, and those that they are a part of
    /// then: markers inside of a set hide it while they count.
    pub(super) fn add_where(&mut self, version: &[u8], which: impl Fn(&Set) -> bool) {
        loop {
            let before = self.sets.len();
            for set in find(version, self).sets.into_iter().filter(&which) {
                let text = version[set.text].trim_ascii_end();
                if !self.sets.iter().any(|known| known == text) {
                    self.sets.push(text.to_vec());
                }
            }
            if self.sets.len() == before {
                break;
            }
        }
    }

    /// Whether sets are known that stood in the file before.
    #[must_use]
    pub const fn has_sets(&self) -> bool {
        !self.sets.is_empty()
    }

    /// The length of the known set that a text begins with.
    fn begins(&self, bytes: &[u8]) -> Option<usize> {
        let length = |set: &Vec<u8>| length_at(set, bytes);
        self.sets.iter().filter_map(length).max()
    }
}

/// The length of a set that a text begins with. Line ends do not count.
fn length_at(set: &[u8], bytes: &[u8]) -> Option<usize> {
    let mut lines = bytes.split_inclusive(|&b| b == b'\n');
    set.split(|&b| b == b'\n').try_fold(0, |length, wanted| {
        let line = lines.next()?;
        (line.trim_ascii_end() == wanted.trim_ascii_end()).then_some(length + line.len())
    })
}

/// The line of a text, counted from 1, in which a set begins.
fn line_of(set: &[u8], text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for (number, line) in numbered(text) {
        if length_at(set, &text[at..]).is_some() {
            return Some(number);
        }
        at += line.len();
    }
    None
}

/// A length of markers that no line of these texts can be taken for, also if it is moved.
#[must_use]
pub fn unused_length<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> usize {
    let is_mark = |b: &u8| b"<|=>".contains(b);
    let runs = |text: &'a [u8]| {
        let runs = text.chunk_by(|a, b| a == b);
        let runs = runs.filter(|run| run.first().is_some_and(is_mark));
        runs.map(<[u8]>::len).max().unwrap_or(0)
    };
    let longest = texts.into_iter().map(runs).max().unwrap_or(0);
    // Git's line merge knows no longer ones.
    (longest.max(7) + 1).min(usize::from(u16::MAX))
}

/// The sets of markers in a text, and those that are text.
#[derive(Default)]
pub(super) struct Found {
    /// Those that are not inside another one, in order.
    pub sets: Vec<Set>,
    /// The places of those that stood there before.
    pub as_text: Vec<Range<usize>>,
}

/// All whole sets that are not inside another one. When git merges merge results, it gives
/// the sets at different depths markers of different length: an inner set is part of the
/// outer one's text.
pub(super) fn find(bytes: &[u8], as_text: &AsText) -> Found {
    // The open sets, outer ones first, and whether their middle marker was seen.
    let mut open: Vec<(Set, bool)> = Vec::new();
    let mut found = Found::default();
    let whole = &mut found.sets;
    let (mut at, mut text_ends) = (0, 0);
    for (number, line) in numbered(bytes) {
        let start = at;
        at += line.len();
        let Some((sign, length)) = marker(line).filter(|m| m.1 >= as_text.shorter_than) else {
            continue;
        };
        if start < text_ends {
            continue;
        }
        if sign == Sign::Ours {
            if let Some(length) = as_text.begins(&bytes[start..]) {
                text_ends = start + length;
                found.as_text.push(start..text_ends);
                continue;
            }
            // An open set with markers no shorter than this one cannot be its outer set.
            let outer = open.iter().take_while(|(set, _)| set.length < length);
            open.truncate(outer.count());
            let text = start..at;
            let set = Set {
                line: number,
                length,
                text,
            };
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
    found
}

/// A whole set of conflict markers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkerSet<'a> {
    /// The line of the first marker, counted from 1.
    pub line: usize,
    /// From the first marker to the end of the last one's line.
    pub text: &'a [u8],
}

impl MarkerSet<'_> {
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

/// The lines of a text, counted from 1. A byte order mark that an editor put before a marker
/// is apart from it: the marker begins its line.
pub(super) fn numbered(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let lines = |text| <[u8]>::split_inclusive(text, |&b| b == b'\n');
    let behind = text.strip_prefix(BOM);
    let is_marker = behind.and_then(|rest| lines(rest).next().and_then(marker));
    let (mark, rest) = text.split_at(is_marker.map_or(0, |_| BOM.len()));
    let mark = (!mark.is_empty()).then_some((1, mark));
    mark.into_iter().chain((1..).zip(lines(rest)))
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
    fn a_byte_order_mark_before_a_marker_hides_no_set() {
        let set = "<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> main\n";
        let text = format!("\u{feff}{set}b\n");
        let found = conflict_markers(text.as_bytes()).unwrap();
        assert_eq!((found.line, found.text), (1, set.as_bytes()));
        // One that stood there before is text with the mark and without it.
        for version in [set, &text] {
            let mut known = AsText::default();
            known.add(version.as_bytes());
            assert!(find(text.as_bytes(), &known).sets.is_empty(), "{version:?}");
        }
        assert_eq!(line(&format!("a\n\u{feff}{set}")), None);
    }

    #[test]
    fn markers_in_a_body_are_no_reason_for_frontmatter_that_cannot_be_read() {
        let set = "<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> main\n";
        let line = |text: &str| markers_of_front(text.as_bytes()).map(|m| m.line);
        assert_eq!(line(&format!("---\na: [\n---\n{set}")), None);
        assert_eq!(line(&format!("---\n{set}---\n")), Some(2));
        let over_the_fence = "---\n<<<<<<< HEAD\nx\n---\n=======\ny\n---\n>>>>>>> main\n";
        assert_eq!(line(over_the_fence), Some(2));
        assert_eq!(line(&format!("---\na: b\n{set}")), Some(3));
        assert_eq!(line(&format!("{set}---\n")), Some(1));
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
    fn a_length_that_no_line_has_is_longer_than_each_run_of_marks() {
        assert_eq!(unused_length([b"" as &[u8], b"a\n"]), 8);
        assert_eq!(unused_length([b"x\n  =========\n" as &[u8]]), 10);
        let line = vec![b'<'; 70_000];
        assert_eq!(unused_length([&line[..]]), 65_535);
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
