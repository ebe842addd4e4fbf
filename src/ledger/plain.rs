//! Lines exactly as this program writes them: most lines of most ledgers. They are parsed
//! in place. Any other line, also another spelling of the same row, is left to
//! [`super::line`].

use super::line::LARGEST;
use super::{Hash, Source, SyncState};
use crate::journal::{EntryDate, Table};

/// A sync state of one text, without escapes, as it is written.
struct Sync<'a> {
    entry: EntryDate,
    source: Source,
    counter: u64,
    hash: &'a str,
    by: &'a str,
    at: &'a str,
    /// The counter under which the text was recorded.
    of: u64,
}

/// The state of a plain line. `None` means only that it is not plain.
pub(super) fn sync(text: &str) -> Option<((EntryDate, Source), SyncState)> {
    let line = read_sync(text)?;
    let hash = Hash {
        hash: line.hash.to_owned(),
        by: line.by.to_owned(),
        at: line.at.to_owned(),
        counter: line.of,
        settled: false,
    };
    let row = SyncState {
        hashes: vec![hash],
        counter: line.counter,
        resolved: 0,
    };
    Some(((line.entry, line.source), row))
}

/// The entry of a plain line with nothing to settle: a removal, or a state of one text,
/// and then which text's. `None` means only that it is not such a line.
pub(super) fn entry(text: &str) -> Option<(EntryDate, Option<Source>)> {
    match read_sync(text) {
        Some(line) => Some((line.entry, Some(line.source))),
        None => tombstone(text).map(|entry| (entry, None)),
    }
}

fn read_sync(text: &str) -> Option<Sync<'_>> {
    let mut rest = Rest(text);
    rest.skip(r#"{"v":1,"kind":"sync","entry":""#)?;
    let entry = EntryDate::from_iso(rest.string()?)?;
    rest.skip(r#","source":""#)?;
    let source = Source::from_name(rest.string()?)?;
    rest.skip(r#","counter":"#)?;
    let counter = rest.number()?;
    rest.skip(r#","hashes":[{"hash":""#)?;
    let hash = rest.string()?;
    rest.skip(r#","by":""#)?;
    let by = rest.string()?;
    rest.skip(r#","at":""#)?;
    let at = rest.string()?;
    rest.skip(r#","counter":"#)?;
    let of = rest.number()?;
    (rest.0 == "}]}").then_some(Sync {
        entry,
        source,
        counter,
        hash,
        by,
        at,
        of,
    })
}

fn tombstone(text: &str) -> Option<EntryDate> {
    let mut rest = Rest(text);
    rest.skip(r#"{"v":1,"kind":"tombstone","entry":""#)?;
    let entry = EntryDate::from_iso(rest.string()?)?;
    rest.skip(r#","table":""#)?;
    Table::from_name(rest.string()?)?;
    rest.skip(r#","item":""#)?;
    rest.string()?;
    rest.skip(r#","id":""#)?;
    rest.string()?;
    let restored = match rest.skip(r#","state":"active""#) {
        Some(()) => false,
        None => rest.skip(r#","state":"restored""#).map(|()| true)?,
    };
    rest.skip(r#","at":""#)?;
    rest.string()?;
    rest.skip(r#","by":""#)?;
    rest.string()?;
    rest.skip(r#","source":""#)?;
    rest.string()?;
    if restored {
        rest.skip(r#","restored":{"at":""#)?;
        rest.string()?;
        rest.skip(r#","by":""#)?;
        rest.string()?;
        rest.skip(r#","how":""#)?;
        rest.string()?;
        rest.skip("}")?;
    }
    (rest.0 == "}").then_some(entry)
}

/// The rest of a line.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn skip(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// Takes a string up to its closing quote; its opening quote was taken already.
    /// `None` if it has an escape, which is not plain, or a bare control character, which
    /// is not JSON.
    fn string(&mut self) -> Option<&'a str> {
        let special = |b: &u8| matches!(b, b'"' | b'\\' | 0..=0x1f);
        let end = self.0.as_bytes().iter().position(special)?;
        let (string, rest) = self.0.split_at(end);
        self.0 = rest.strip_prefix('"')?;
        Some(string)
    }

    /// Takes a number as JSON writes it, if it is at most [`LARGEST`].
    fn number(&mut self) -> Option<u64> {
        let digits = self.0.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.0.split_at(digits);
        self.0 = rest;
        let plain = !number.starts_with('0') || number == "0";
        number.parse().ok().filter(|n| plain && *n <= LARGEST)
    }
}
