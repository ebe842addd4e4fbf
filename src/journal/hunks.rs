//! A text with conflict markers, taken apart: the text that both sides agree on, and the
//! hunks where a person has to choose.

mod front;
mod open;
mod place;

pub use front::{has_fields, has_marker_in_front, outside_code};

use std::ops::Range;

use self::open::{Open, Taken};
use super::document::BOM;
use super::line_ends::without_cr;
use super::markers::{AsText, Sign, find, labelled_markers, marker, numbered};
use crate::merge::ThreeWay;

/// A text in its parts, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hunks {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(Vec<u8>),
    Hunk(Hunk),
}

/// One set of markers, and what stands between them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hunk {
    /// The line of the first marker, counted from 1.
    pub line: usize,
    /// The frontmatter key that the hunk is in; `None` in the body.
    pub field: Option<String>,
    /// Whether the hunk begins in the frontmatter.
    pub in_front: bool,
    /// Whether the frontmatter ends in it as well: then the lines of both sides, one after
    /// the other, would have fields of theirs below the end.
    pub over_end: bool,
    pub ours: Vec<u8>,
    /// The base's text; `None` in the style `merge`, which does not show it.
    pub base: Option<Vec<u8>>,
    pub theirs: Vec<u8>,
    /// The labels behind the first and the last marker.
    pub labels: (String, String),
    /// Whether another line looks like the marker between the sides, such as the line
    /// below a heading: then nothing says where ours ends.
    pub is_unclear: bool,
    /// Whether it may be text of the file that somebody edited, like an example in a page
    /// about git.
    pub may_be_text: bool,
    /// The whole hunk, markers included.
    text: Vec<u8>,
    /// Where it begins and ends in the text that was taken apart, whose markers may have
    /// another length.
    place: Range<usize>,
}

/// The choice for a hunk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Ours,
    Theirs,
    /// Ours, then theirs, without the lines that both start or end with.
    Both,
    /// The markers stay.
    Leave,
}

impl Hunks {
    /// Takes a text apart. Markers that are not a whole set count as text.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::besides(bytes, &AsText::default())
    }

    /// Takes a text apart whose other sets of markers are text.
    #[must_use]
    pub fn besides(bytes: &[u8], as_text: &AsText) -> Self {
        Self::take_apart(bytes, as_text, None)
    }

    /// Takes a text apart that was merged with markers of a length that no other line has.
    /// Those that are left get the length `shown`. The first line `---` of an entry opens
    /// frontmatter also where that cannot be read.
    #[must_use]
    pub fn of_length(bytes: &[u8], length: usize, shown: usize, is_entry: bool) -> Self {
        let as_text = AsText::of_entry(is_entry).and_shorter_than(length);
        Self::take_apart(bytes, &as_text, Some(shown))
    }

    fn take_apart(bytes: &[u8], as_text: &AsText, shown: Option<usize>) -> Self {
        let mut parts = Self::parts(bytes, as_text, shown);
        place::note(&mut parts, front::end(bytes, as_text.of_entry));
        Self { parts }
    }

    /// The parts, without a note where they stand.
    fn parts(bytes: &[u8], as_text: &AsText, shown: Option<usize>) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut text = Vec::new();
        let mut open: Option<Open> = None;
        let found = find(bytes, as_text);
        let mut sets = found.sets.into_iter().peekable();
        let mut next = 0;
        for (_, line) in numbered(bytes) {
            let at = next;
            next += line.len();
            if let Some(set) = sets.next_if(|set| set.text.start == at) {
                let shown = shown.unwrap_or(set.length);
                open = Some(Open::new(&set, shown, line));
                continue;
            }
            let is_text = || found.as_text.iter().any(|text| text.contains(&at));
            let Some(mut hunk) = open.take() else {
                text.extend_from_slice(line);
                continue;
            };
            match hunk.take(marker(line).filter(|_| !is_text()), line) {
                Taken::Going => open = Some(hunk),
                Taken::Closed => {
                    if !text.is_empty() {
                        parts.push(Part::Text(std::mem::take(&mut text)));
                    }
                    hunk.hunk.place.end = next;
                    parts.push(Part::Hunk(hunk.hunk));
                }
            }
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        parts
    }

    /// The hunks, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Hunk> {
        self.parts.iter().filter_map(|part| match part {
            Part::Hunk(hunk) => Some(hunk),
            Part::Text(_) => None,
        })
    }

    /// Whether a hunk is unclear: then [`versions`](Self::versions) may be wrong.
    #[must_use]
    pub fn are_unclear(&self) -> bool {
        self.iter().any(|hunk| hunk.is_unclear)
    }

    /// The hunks, in order, each with the texts directly before and behind it.
    pub fn placed(&self) -> impl Iterator<Item = (&Hunk, [&[u8]; 2])> {
        let text = |part: Option<usize>| match part.and_then(|n| self.parts.get(n)) {
            Some(Part::Text(text)) => &text[..],
            _ => &[],
        };
        let parts = self.parts.iter().enumerate();
        parts.filter_map(move |(n, part)| match part {
            Part::Hunk(hunk) => Some((hunk, [text(n.checked_sub(1)), text(Some(n + 1))])),
            Part::Text(_) => None,
        })
    }

    /// Notes which hunks may be text of the file, each with the texts around it.
    #[must_use]
    pub fn doubting(mut self, may_be_text: impl Fn(&Hunk, [&[u8]; 2]) -> bool) -> Self {
        let doubts = self
            .placed()
            .map(|(hunk, around)| may_be_text(hunk, around));
        let mut doubts = doubts.collect::<Vec<bool>>().into_iter();
        for part in &mut self.parts {
            if let Part::Hunk(hunk) = part {
                // There is one for each.
                hunk.may_be_text = doubts.next().unwrap_or(true);
            }
        }
        self
    }

    /// The texts between the hunks.
    #[must_use]
    pub fn texts(&self) -> Vec<&[u8]> {
        let parts = self.parts.iter().filter_map(|part| match part {
            Part::Text(text) => Some(&text[..]),
            Part::Hunk(_) => None,
        });
        parts.collect()
    }

    /// The hunk that ends the text, if one does.
    #[must_use]
    pub fn at_the_end(&self) -> Option<&Hunk> {
        match self.parts.last() {
            Some(Part::Hunk(hunk)) => Some(hunk),
            _ => None,
        }
    }

    /// Whether the text has no hunks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// The text with a choice made for each hunk, by its number.
    #[must_use]
    pub fn choose(&self, choice: impl Fn(usize) -> Choice) -> Vec<u8> {
        let mut numbers = 0..;
        self.join(|hunk| hunk.chosen(numbers.next().map_or(Choice::Leave, &choice)))
    }

    /// The hunks that these choices leave, at their lines in the text that is chosen.
    #[must_use]
    pub fn left(&self, choice: impl Fn(usize) -> Choice) -> Vec<Hunk> {
        let mut left = Vec::new();
        let (mut line, mut numbers) = (1, 0..);
        for part in &self.parts {
            let text = match part {
                Part::Text(text) => text.clone(),
                Part::Hunk(hunk) => {
                    let choice = numbers.next().map_or(Choice::Leave, &choice);
                    if choice == Choice::Leave {
                        let hunk = hunk.clone();
                        left.push(Hunk { line, ..hunk });
                    }
                    hunk.chosen(choice)
                }
            };
            line += text.iter().filter(|&&b| b == b'\n').count();
        }
        left
    }

    /// The three versions that the markers show. If a hunk does not show its base, that
    /// base counts as empty there, so that nothing counts as removed.
    #[must_use]
    pub fn versions(&self) -> ThreeWay<Vec<u8>> {
        ThreeWay::new(
            self.join(|hunk| hunk.base.clone().unwrap_or_default()),
            self.join(|hunk| hunk.ours.clone()),
            self.join(|hunk| hunk.theirs.clone()),
        )
    }

    /// The text with bare markers and LF line ends: two clients' merges of the
    /// same sides differ in their labels.
    #[must_use]
    pub fn without_labels(&self) -> Vec<u8> {
        let text = self.join(|hunk| {
            let bar = hunk
                .base
                .as_ref()
                .map(|base| [b"|||||||\n", &base[..]].concat());
            let parts: [&[u8]; 6] = [
                b"<<<<<<<\n",
                &hunk.ours,
                bar.as_deref().unwrap_or_default(),
                b"=======\n",
                &hunk.theirs,
                b">>>>>>>\n",
            ];
            parts.concat()
        });
        without_cr(&text).unwrap_or(text)
    }

    /// Whether another text is this one with other labels and line ends. Only this text is
    /// asked which lines are markers: in the other one, text may look like some.
    #[must_use]
    pub fn is_shown_as(&self, other: &[u8]) -> bool {
        let mut own: Vec<(Option<Sign>, &[u8])> = Vec::new();
        let lines = |text| numbered(text).map(|(_, line)| line);
        let mut add = |sign: Option<Sign>, text| own.extend(lines(text).map(|l| (sign, l)));
        for part in &self.parts {
            match part {
                Part::Text(text) => add(None, text),
                Part::Hunk(hunk) => {
                    add(Some(Sign::Ours), b"<");
                    add(None, &hunk.ours);
                    if let Some(base) = &hunk.base {
                        add(Some(Sign::Base), b"|");
                        add(None, base);
                    }
                    add(Some(Sign::Middle), b"=");
                    add(None, &hunk.theirs);
                    add(Some(Sign::Theirs), b">");
                }
            }
        }
        let same = |((sign, own), other): (&(Option<Sign>, &[u8]), &[u8])| match sign {
            Some(sign) => marker(other).is_some_and(|(other, _)| other == *sign),
            None => {
                without_cr(own).as_deref().unwrap_or(own)
                    == without_cr(other).as_deref().unwrap_or(other)
            }
        };
        own.len() == lines(other).count() && own.iter().zip(lines(other)).all(same)
    }

    fn join(&self, mut hunk: impl FnMut(&Hunk) -> Vec<u8>) -> Vec<u8> {
        let mut out = Vec::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => out.extend_from_slice(text),
                Part::Hunk(h) => out.extend(hunk(h)),
            }
        }
        out
    }
}

fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|&b| b == b'\n')
}

impl Hunk {
    /// All of it, markers included.
    #[must_use]
    pub fn whole(&self) -> &[u8] {
        &self.text
    }

    fn chosen(&self, choice: Choice) -> Vec<u8> {
        match choice {
            Choice::Ours => self.ours.clone(),
            Choice::Theirs => self.theirs.clone(),
            Choice::Both => self.both(),
            Choice::Leave => self.text.clone(),
        }
    }

    /// Ours, then theirs; lines that both start or end with stand once. Any other line
    /// that both have stays twice, since it belongs to the lines around it.
    fn both(&self) -> Vec<u8> {
        let lines = |side: &'_ [u8]| -> Vec<Vec<u8>> {
            side.split_inclusive(|&b| b == b'\n')
                .map(<[u8]>::to_vec)
                .collect()
        };
        let (mut ours, mut theirs) = (lines(&self.ours), lines(&self.theirs));
        let same = |(a, b): &(&Vec<u8>, &Vec<u8>)| a.trim_ascii_end() == b.trim_ascii_end();
        let start = ours.iter().zip(&theirs).take_while(same).count();
        theirs.drain(..start);
        let behind = ours[start..].iter().rev().zip(theirs.iter().rev());
        let end = behind.take_while(same).count();
        theirs.truncate(theirs.len() - end);
        // A byte order mark begins the file, and no line within it.
        let first = theirs.first_mut().filter(|_| self.ours.starts_with(BOM));
        if let Some(first) = first.filter(|first| first.starts_with(BOM)) {
            first.drain(..BOM.len());
        }
        let last = ours.len() - end;
        ours.splice(last..last, theirs);
        ours.concat()
    }
}

/// The lines of a text, counted from 1, that look like a marker which names a side and are part
/// of no whole set.
pub fn loose_markers(bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let sets = find(bytes, &AsText::default()).sets.into_iter();
    let sets = sets.map(|set| {
        let text = bytes[set.text].trim_ascii_end();
        set.line..=set.line + text.iter().filter(|&&b| b == b'\n').count()
    });
    let sets: Vec<_> = sets.collect();
    labelled_markers(bytes).filter(move |(line, _)| !sets.iter().any(|set| set.contains(line)))
}

#[cfg(test)]
mod tests;
