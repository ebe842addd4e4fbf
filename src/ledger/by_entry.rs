//! A ledger file whose lines are found by their entry. A line is parsed only when its
//! entry is asked for, so that a refresh of the index costs only what changed: a year has
//! a line or two a day.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::io::BufRead;
use std::ops::Range;
use std::rc::Rc;

use super::{Ledger, line, text};
use crate::journal::EntryDate;

/// The lines of a file by entry; lines that are not rows are left out.
#[derive(Debug)]
pub struct ByEntry {
    text: Rc<[u8]>,
    /// Sorted by entry, those of one entry in their order.
    lines: Vec<(EntryDate, Range<usize>)>,
}

impl ByEntry {
    #[must_use]
    pub fn of(text: Rc<[u8]>) -> Self {
        let place = |line: &[u8]| {
            let start = line.as_ptr().addr() - text.as_ptr().addr();
            start..start + line.len()
        };
        let of_entry = |line| Some((entry_of(line)?, place(line)));
        let mut lines: Vec<(EntryDate, Range<usize>)> = lines(&text).filter_map(of_entry).collect();
        lines.sort_by_key(|(entry, _)| *entry);
        Self { text, lines }
    }

    /// The file.
    #[must_use]
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The rows of an entry.
    #[must_use]
    pub fn rows_of(&self, entry: EntryDate) -> Ledger {
        let from = self.lines.partition_point(|(of, _)| *of < entry);
        let of_entry = self.lines[from..].iter().take_while(|(of, _)| *of == entry);
        let mut rows = Vec::new();
        for (_, place) in of_entry {
            rows.extend_from_slice(&self.text[place.clone()]);
            rows.push(b'\n');
        }
        text::parse(&rows)
    }
}

/// The entries with lines that only one of two files has. The order of lines does not
/// count.
#[must_use]
pub fn changed_entries(old: &[u8], new: &[u8]) -> BTreeSet<EntryDate> {
    let (mut old, mut new) = in_one_alone(lines(old).collect(), lines(new).collect());
    old.sort_unstable();
    new.sort_unstable();
    let (mut old, mut new) = (old.iter().peekable(), new.iter().peekable());
    let mut changed = BTreeSet::new();
    loop {
        let order = match (old.peek(), new.peek()) {
            (None, None) => return changed,
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(was), Some(is)) => was.cmp(is),
        };
        let was = old.next_if(|_| order.is_le());
        let is = new.next_if(|_| order.is_ge());
        if order.is_ne() {
            changed.extend(was.or(is).and_then(|line| entry_of(line)));
        }
    }
}

/// Leaves out pairs of equal lines: nearly all, where the two are in the same order.
/// Lines that stand in both may be left, as many in each.
pub(super) fn in_one_alone<'a>(
    old: Vec<&'a [u8]>,
    new: Vec<&'a [u8]>,
) -> (Vec<&'a [u8]>, Vec<&'a [u8]>) {
    let (mut left_old, mut left_new) = (Vec::new(), Vec::new());
    let (mut at, mut to) = (0, 0);
    while at < old.len() && to < new.len() {
        let (was, is) = (old[at], new[to]);
        if was == is {
            (at, to) = (at + 1, to + 1);
        } else if new.get(to + 1) == Some(&was) {
            left_new.push(is);
            to += 1;
        } else if old.get(at + 1) == Some(&is) {
            left_old.push(was);
            at += 1;
        } else {
            left_old.push(was);
            left_new.push(is);
            (at, to) = (at + 1, to + 1);
        }
    }
    left_old.extend(&old[at..]);
    left_new.extend(&new[to..]);
    (left_old, left_new)
}

/// The lines that hold anything, without the space at their ends.
fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = text;
    let lines = std::iter::from_fn(move || {
        let from = rest;
        // Unlike `split`, it looks at many bytes at a time.
        match rest.skip_until(b'\n') {
            Ok(length @ 1..) => Some(from[..length].trim_ascii_end()),
            _ => None,
        }
    });
    lines.filter(|line| !line.is_empty())
}

/// The entry that a line is about.
fn entry_of(line: &[u8]) -> Option<EntryDate> {
    // A quote inside a JSON string has a backslash before it: this is a key.
    const KEY: &str = r#""entry":""#;
    let text = std::str::from_utf8(line).ok()?;
    if let Some(entry) = second_key(text) {
        return EntryDate::from_iso(entry);
    }
    let Some(at) = text.find(KEY) else {
        // Somebody spaced it otherwise.
        return match line::read(text) {
            line::Line::Row(row) => row.entries().first().copied(),
            line::Line::Opaque | line::Line::Corrupt => None,
        };
    };
    EntryDate::from_iso(text[at + KEY.len()..].split('"').next()?)
}

/// What `entry` is where it stands right after the kind, as in every line that this
/// program writes: it need not be searched for.
fn second_key(text: &str) -> Option<&str> {
    let (_, rest) = text.strip_prefix(r#"{"v":1,"kind":""#)?.split_once('"')?;
    let (entry, _) = rest.strip_prefix(r#","entry":""#)?.split_once('"')?;
    Some(entry)
}

#[cfg(test)]
mod tests {
    use super::super::tests::day;
    use super::super::{Source, parse};
    use super::*;

    const A: &[u8] =
        br#"{"v":1,"kind":"sync","entry":"2024-11-01","source":"yaml","counter":1,"hashes":[]}"#;
    const B: &[u8] = br#"{ "v": 1, "kind": "sync", "source": "wiki", "counter": 1, "hashes": [], "entry": "2024-11-01" }"#;
    const C: &[u8] = br#"{"v":1,"kind":"tombstone","entry":"2024-11-02","table":"entry_tags","item":"\"entry\":\"2024-11-03","id":"1","state":"active"}"#;

    #[test]
    fn lines_stand_under_their_entry_however_they_are_spaced_and_ordered() {
        let file = [C, b"<<<<<<< HEAD", A, B, b"\xff", b"[]"].join(b"\r\n" as &[u8]);
        let lines = ByEntry::of(file.into());
        let both = [A, B].join(&b'\n');
        assert_eq!(lines.rows_of(day("2024-11-01")), parse(&both));
        assert_eq!(lines.rows_of(day("2024-11-02")), parse(C));
        assert_eq!(lines.rows_of(day("2024-11-03")), Ledger::default());
    }

    #[test]
    fn the_entry_of_a_line_is_the_first_one_that_it_names() {
        for (line, expected) in [
            (A, Some("2024-11-01")),
            (B, Some("2024-11-01")),
            (C, Some("2024-11-02")),
            // Neither a kind that looks like it nor one with an escape hides the key.
            (
                br#"{"v":1,"kind":"entry","entry":"2024-11-04"}"#,
                Some("2024-11-04"),
            ),
            (
                br#"{"v":1,"kind":"a\"b","entry":"2024-11-04"}"#,
                Some("2024-11-04"),
            ),
            (
                br#"{"v":1,"kind":"x","id":"1","entry":"2024-11-04"}"#,
                Some("2024-11-04"),
            ),
            (br#"{"v":1,"kind":"sync","entry":"2024-11-0"}"#, None),
            (
                br#"{"v":1,"kind":"sync","entry":"2024-11-04"#,
                Some("2024-11-04"),
            ),
            (b"", None),
        ] {
            let line: &[u8] = line;
            let text = String::from_utf8_lossy(line);
            assert_eq!(entry_of(line), expected.map(day), "{text}");
        }
        let text = b"\n\na \r\n\r\n b\nc";
        assert_eq!(
            lines(text).collect::<Vec<_>>(),
            [b"a" as &[u8], b" b", b"c"]
        );
        assert_eq!(lines(b"\n").chain(lines(b"")).count(), 0);
    }

    #[test]
    fn an_entry_changed_whose_lines_are_others() {
        let changed = |old: &[&[u8]], new: &[&[u8]]| {
            let found = changed_entries(&old.join(&b'\n'), &new.join(b"\r\n" as &[u8]));
            let found: Vec<String> = found.iter().map(ToString::to_string).collect();
            found.join(" ")
        };
        let higher = String::from_utf8_lossy(A).replace("\"counter\":1", "\"counter\":2");
        let higher = higher.as_bytes();
        for (old, new, expected) in [
            (&[A, B, C] as &[&[u8]], &[A, B, C] as &[&[u8]], ""),
            (&[A, B, C], &[C, B, A], ""),
            (&[A, B, C], &[A, C], "2024-11-01"),
            (&[A, C], &[A, A, C], "2024-11-01"),
            (&[A, B, C], &[higher, B, C], "2024-11-01"),
            (&[], &[A, C], "2024-11-01 2024-11-02"),
            (&[A, C], &[], "2024-11-01 2024-11-02"),
            (&[A], &[A, b"<<<<<<< HEAD"], ""),
            (&[A, B, C], &[B, C], "2024-11-01"),
            (&[C, A, B], &[A, B, higher, C], "2024-11-01"),
            (&[A, C, B], &[B, A], "2024-11-02"),
        ] {
            assert_eq!(changed(old, new), expected, "{old:?} {new:?}");
        }
        let wiki = ByEntry::of(B.into()).rows_of(day("2024-11-01"));
        assert!(wiki.sync.contains_key(&(day("2024-11-01"), Source::Wiki)));
    }
}
