//! A year's file of which only some entries matter: their rows are read, and every other
//! line stays as it is. A commit changes a few entries of a year; to read and write the
//! whole file would cost more than the rest of the commit.

use std::collections::BTreeSet;
use std::ops::Range;
use std::rc::Rc;

use super::{Ledger, Source, line, plain, text};
use crate::journal::EntryDate;

/// The lines of a file that holds rows and nothing else, in their order.
#[derive(Debug)]
pub struct Lines {
    text: Rc<[u8]>,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    entry: EntryDate,
    /// Its place in the text, without its line end.
    place: Range<usize>,
    /// The text that it is the sync state of, if it is one.
    state: Option<Source>,
    /// An item kept out, or a state of several texts: every commit looks at those.
    open: bool,
}

impl Lines {
    /// Reads a file's lines. `None` if a line is not a known row, the entries are not in
    /// order, or a state occurs twice, which may be a conflict: such a file has to be
    /// read as a whole ([`super::parse`]).
    #[must_use]
    pub fn of(text: &Rc<[u8]>) -> Option<Self> {
        let lines = Self::read(text)?;
        let text = Rc::clone(text);
        Some(Self { text, lines })
    }

    /// Whether a file is one that [`Lines::of`] takes apart.
    #[must_use]
    pub fn are_in(bytes: &[u8]) -> bool {
        Self::read(bytes).is_some()
    }

    fn read(bytes: &[u8]) -> Option<Vec<Line>> {
        let text = std::str::from_utf8(bytes).ok()?;
        let mut lines: Vec<Line> = Vec::new();
        let mut end = 0;
        for whole in text.split_inclusive('\n') {
            let start = end;
            end += whole.len();
            let one = whole.trim_ascii_end();
            if one.is_empty() {
                continue;
            }
            let line = Line::of(one, start)?;
            if lines.last().is_some_and(|last| last.entry > line.entry) {
                return None;
            }
            let of_entry = lines.iter().rev().take_while(|l| l.entry == line.entry);
            let mut states = of_entry.filter_map(|l| l.state);
            if line.state.is_some_and(|source| states.any(|s| s == source)) {
                return None;
            }
            lines.push(line);
        }
        Some(lines)
    }

    /// The entries with rows that may wait for a person.
    #[must_use]
    pub fn open(&self) -> BTreeSet<EntryDate> {
        let open = self.lines.iter().filter(|line| line.open);
        open.map(|line| line.entry).collect()
    }

    /// The rows of these entries.
    #[must_use]
    pub fn rows_of(&self, entries: &BTreeSet<EntryDate>) -> Ledger {
        let of = self.lines.iter().filter(|l| entries.contains(&l.entry));
        let lines: Vec<&[u8]> = of.map(|line| self.line(line)).collect();
        text::parse(&lines.join(&b'\n'))
    }

    /// The file with `rows` in place of the lines of these entries. `rows` has rows
    /// of these entries alone.
    #[must_use]
    pub fn with(&self, entries: &BTreeSet<EntryDate>, rows: &Ledger) -> Vec<u8> {
        let kept = self.lines.iter().filter(|l| !entries.contains(&l.entry));
        let mut kept = kept.peekable();
        // A line or two are added at most, as a rule.
        let mut out = Vec::with_capacity(self.text.len() + 1024);
        let mut put = |text: &[u8]| {
            out.extend_from_slice(text);
            out.push(b'\n');
        };
        for (entry, row) in text::rows(rows) {
            while let Some(line) = kept.next_if(|line| line.entry < entry) {
                put(self.line(line));
            }
            put(row.as_bytes());
        }
        kept.for_each(|line| put(self.line(line)));
        out
    }

    fn line(&self, line: &Line) -> &[u8] {
        &self.text[line.place.clone()]
    }
}

impl Line {
    /// A line that begins at `start`.
    fn of(text: &str, start: usize) -> Option<Self> {
        let place = start..start + text.len();
        if let Some((entry, state)) = plain::entry(text) {
            return Some(Self {
                entry,
                place,
                state,
                open: false,
            });
        }
        let line::Line::Row(row) = line::read(text) else {
            return None;
        };
        Some(Self {
            entry: row.entries().first().copied()?,
            place,
            state: row.sync.keys().next().map(|(_, source)| *source),
            open: !row.kept_out.is_empty() || row.conflicts().next().is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{day, hash, key, state, tombstone};
    use super::super::{KeptOutRow, format};
    use super::*;

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        for entry in ["2024-01-01", "2024-06-01", "2024-11-01"] {
            let one = state(1, &[hash("0a", "laptop", 1, false)]);
            ledger.sync.insert((day(entry), Source::Yaml), one);
            ledger
                .tombstones
                .insert(key(entry, "Bob", "1"), tombstone());
        }
        ledger
    }

    #[test]
    fn only_what_was_asked_for_is_read_and_written() {
        let ledger = ledger();
        let bytes = format(&ledger);
        let lines = Lines::of(&bytes.into()).unwrap();
        assert_eq!(lines.open(), BTreeSet::new());
        let june: BTreeSet<EntryDate> = [day("2024-06-01")].into();
        let mut rows = lines.rows_of(&june);
        assert_eq!(rows, ledger.of_entry(day("2024-06-01")));

        let new = key("2024-06-01", "Ann", "2");
        rows.tombstones.insert(new.clone(), tombstone());
        let mut expected = ledger;
        expected.tombstones.insert(new, tombstone());
        assert_eq!(lines.with(&june, &rows), format(&expected));
    }

    #[test]
    fn what_waits_for_a_person_is_open() {
        let mut ledger = ledger();
        let conflict = state(
            2,
            &[hash("0a", "laptop", 1, false), hash("0b", "pc", 2, false)],
        );
        let june = (day("2024-06-01"), Source::Wiki);
        ledger.sync.insert(june, conflict);
        let kept = (key("2024-11-01", "Bob", "1"), "51de".to_owned());
        ledger.kept_out.insert(kept, KeptOutRow { settled: false });
        let bytes = format(&ledger);
        assert_eq!(
            Lines::of(&bytes.into()).unwrap().open(),
            [day("2024-06-01"), day("2024-11-01")].into()
        );
    }

    #[test]
    fn a_file_with_anything_else_is_read_as_a_whole() {
        let bytes = format(&ledger());
        let text = std::str::from_utf8(&bytes).unwrap();
        let cut = &text[..text.len() - 3];
        let turned: Vec<&str> = text.lines().rev().collect();
        let twice = text.lines().flat_map(|line| [line, line]);
        let twice: Vec<&str> = twice.collect();
        let (unknown, damaged) = (
            format!("{text}{{\"v\":9}}\n"),
            format!("{text}<<<<<<< HEAD\n"),
        );
        for other in [
            cut,
            &turned.join("\n"),
            &twice.join("\n"),
            &unknown,
            &damaged,
        ] {
            assert!(Lines::of(&other.as_bytes().into()).is_none(), "{other}");
            assert!(!Lines::are_in(other.as_bytes()), "{other}");
        }
        assert!(!Lines::are_in(b"\xff\n"));
        assert!(Lines::are_in(&bytes));
        let spaced = text.replace("\":", "\" : ").replace('\n', "\r\n\r\n");
        let lines = Lines::of(&spaced.as_bytes().into()).unwrap();
        let all = [day("2024-01-01"), day("2024-06-01"), day("2024-11-01")].into();
        assert_eq!(lines.rows_of(&all), ledger());
    }
}
