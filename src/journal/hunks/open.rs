//! Reading a hunk, line by line.

use super::Hunk;
use crate::journal::markers::{Set, Sign};

/// A hunk that is being read.
pub(super) struct Open {
    pub hunk: Hunk,
    length: usize,
    /// The length of its markers if it is left.
    shown: usize,
    part: Sign,
}

pub(super) enum Taken {
    Going,
    Closed,
}

impl Open {
    pub fn new(set: &Set, shown: usize, text: &[u8]) -> Self {
        let hunk = Hunk {
            line: set.line,
            place: set.text.clone(),
            labels: (label(text, set.length), String::new()),
            ..Hunk::default()
        };
        let mut new = Self {
            hunk,
            length: set.length,
            shown,
            part: Sign::Ours,
        };
        new.keep(true, text);
        new
    }

    /// Adds a line to the whole hunk.
    fn keep(&mut self, is_marker: bool, line: &[u8]) {
        let text = &mut self.hunk.text;
        match is_marker {
            true => {
                text.extend(std::iter::repeat_n(line[0], self.shown));
                text.extend_from_slice(&line[self.length..]);
            }
            false => text.extend_from_slice(line),
        }
    }

    pub fn take(&mut self, sign: Option<(Sign, usize)>, line: &[u8]) -> Taken {
        let sign = sign.filter(|(_, length)| *length == self.length);
        self.keep(sign.is_some(), line);
        match (self.part, sign.map(|(sign, _)| sign)) {
            (Sign::Ours, Some(Sign::Base)) => {
                self.part = Sign::Base;
                self.hunk.base = Some(Vec::new());
            }
            (Sign::Ours | Sign::Base, Some(Sign::Middle)) => self.part = Sign::Middle,
            (Sign::Middle, Some(Sign::Theirs)) => {
                self.hunk.labels.1 = label(line, self.length);
                return Taken::Closed;
            }
            (Sign::Middle, Some(Sign::Base | Sign::Middle)) => {
                self.hunk.is_unclear = true;
                self.hunk.theirs.extend_from_slice(line);
            }
            (Sign::Ours, _) => self.hunk.ours.extend_from_slice(line),
            (Sign::Base, _) => {
                let base = self.hunk.base.get_or_insert_default();
                base.extend_from_slice(line);
            }
            (_, _) => self.hunk.theirs.extend_from_slice(line),
        }
        Taken::Going
    }
}

fn label(line: &[u8], length: usize) -> String {
    String::from_utf8_lossy(&line[length..]).trim().to_owned()
}
