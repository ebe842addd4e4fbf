//! A ledger file: lines in, rows out, and back. Rows stand sorted by entry, so a
//! change of an entry is a line or two in `git diff`, the same on every machine.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::states::join_states;
use super::{Corrupt, Ledger, Source, SyncState, join, line, plain};
use crate::journal::EntryDate;

/// Further states of an entry and source that an earlier line has.
type Further = BTreeMap<(EntryDate, Source), Vec<SyncState>>;

/// Reads a ledger file. Never fails: a line that is not a ledger line is kept in
/// `corrupt`, one of an unknown kind or version in `opaque`. Blank lines and carriage
/// returns at line ends are dropped.
#[must_use]
pub fn parse(bytes: &[u8]) -> Ledger {
    let mut ledger = Ledger::default();
    // A merge without the driver can leave the same key twice. States are joined at the
    // end: one by one, each line would cost as much as all before it.
    let mut further = Further::new();
    for (number, bytes) in (1..).zip(bytes.split(|&b| b == b'\n')) {
        let bytes = bytes.trim_ascii_end();
        if bytes.is_empty() {
            continue;
        }
        let text = std::str::from_utf8(bytes).ok();
        if let Some((key, row)) = text.and_then(plain::sync) {
            add(&mut ledger, &mut further, key, row);
            continue;
        }
        match text.map(|text| (text, line::read(text))) {
            Some((_, line::Line::Row(mut row))) => {
                for (key, row) in std::mem::take(&mut row.sync) {
                    add(&mut ledger, &mut further, key, row);
                }
                ledger = join(ledger, row);
            }
            Some((text, line::Line::Opaque)) => {
                ledger.opaque.insert(text.to_owned());
            }
            Some((_, line::Line::Corrupt)) | None => ledger.corrupt.push(Corrupt {
                line: number,
                bytes: bytes.to_vec(),
            }),
        }
    }
    for (key, mut states) in further {
        states.extend(ledger.sync.remove(&key));
        ledger.sync.insert(key, join_states(&states));
    }
    ledger
}

/// Adds a state, the first of its key to the ledger.
fn add(ledger: &mut Ledger, further: &mut Further, key: (EntryDate, Source), row: SyncState) {
    match ledger.sync.entry(key) {
        Entry::Vacant(place) => drop(place.insert(row)),
        Entry::Occupied(_) => further.entry(key).or_default().push(row),
    }
}

/// Writes a ledger file: the same rows give the same bytes on every machine.
/// Rows by entry; then lines of unknown kinds, sorted; then damaged lines.
#[must_use]
pub fn format(ledger: &Ledger) -> Vec<u8> {
    let rows = rows(ledger);
    let rows = rows.iter().map(|(_, text)| text.as_bytes());
    let opaque = ledger.opaque.iter().map(String::as_bytes);
    let corrupt = ledger.corrupt.iter().map(|c| c.bytes.as_slice());
    let mut out = Vec::new();
    for line in rows.chain(opaque).chain(corrupt) {
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    out
}

/// The lines of the rows, sorted by entry.
pub(super) fn rows(ledger: &Ledger) -> Vec<(EntryDate, String)> {
    let mut rows: Vec<(EntryDate, String)> = Vec::new();
    for (key, row) in &ledger.tombstones {
        rows.push((key.entry, line::of_tombstone(key, row)));
    }
    for ((key, side), row) in &ledger.kept_out {
        rows.push((key.entry, line::of_kept_out(key, side, *row)));
    }
    for (key, row) in &ledger.deletions {
        rows.push((key.0, line::of_deletion(key, row)));
    }
    for (key, row) in &ledger.sync {
        rows.push((key.0, line::of_sync(key, row)));
    }
    // Stable: within an entry the kinds keep the order above and their keys' order.
    rows.sort_by_key(|(entry, _)| *entry);
    rows
}

#[cfg(test)]
mod tests {
    use super::super::tests::{deletion, hash, key, restored, state, tombstone};
    use super::super::{Deletion, Restored, Source, Tombstone};
    use super::*;

    fn lines(bytes: &[u8]) -> Vec<&str> {
        std::str::from_utf8(bytes).unwrap().lines().collect()
    }

    #[test]
    fn rows_are_written_as_documented_and_read_again() {
        let mut ledger = Ledger::default();
        let b = key("2024-11-01", "Bob \"B\" Å", "9f00000000000000");
        ledger.tombstones.insert(b, tombstone());
        let mut short = Tombstone {
            state: restored(Restored::METADB, "desktop"),
            permanent: true,
            ..tombstone()
        };
        short.shorten();
        let a = key("2024-11-01", "Al", "aa00000000000000");
        ledger.tombstones.insert(a, short);
        let day = "2024-11-01".parse().unwrap();
        let gone = Deletion {
            path: "journal/md/2024/2024-11-01.md".into(),
            ..deletion()
        };
        ledger.deletions.insert((day, "d0".into()), gone);
        let one = state(2, &[hash("0123456789abcdef", "laptop", 2, false)]);
        ledger.sync.insert((day, Source::Yaml), one);
        let earlier = key("2024-10-31", "Zoe", "1");
        ledger.tombstones.insert(earlier, tombstone());

        let bytes = format(&ledger);
        assert_eq!(
            lines(&bytes),
            [
                r#"{"v":1,"kind":"tombstone","entry":"2024-10-31","table":"entry_people","item":"Zoe","id":"1","state":"active","at":"2026-11-23T09:30:00Z","by":"laptop","source":"yaml"}"#,
                r#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people","item":"Al","id":"aa00000000000000","state":"restored","permanent":true,"shortened":true,"restored":{"at":"2026-11-24T00:00:00Z","by":"desktop","how":"metadb"}}"#,
                r#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people","item":"Bob \"B\" Å","id":"9f00000000000000","state":"active","at":"2026-11-23T09:30:00Z","by":"laptop","source":"yaml"}"#,
                r#"{"v":1,"kind":"deletion","entry":"2024-11-01","id":"d0","state":"active","at":"2026-11-23T09:30:00Z","by":"laptop","reason":"file removed","path":"journal/md/2024/2024-11-01.md","blob":"b"}"#,
                r#"{"v":1,"kind":"sync","entry":"2024-11-01","source":"yaml","counter":2,"hashes":[{"hash":"0123456789abcdef","by":"laptop","at":"2026-11-23T09:30:00Z","counter":2}]}"#,
            ]
        );
        assert_eq!(parse(&bytes), ledger);
    }

    #[test]
    fn what_is_not_known_here_is_kept_byte_for_byte() {
        for text in [
            r#"{"v":2,"kind":"tombstone","entry":"soon"}"#,
            r#"{ "kind": "mood",  "v": 1 }"#,
            r#"{"v":1,"kind":"sync","entry":"2024-11-01","source":"calendar","counter":1,"hashes":[]}"#,
            r#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_moods","item":"x","id":"1","state":"active"}"#,
            r#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_tags","item":"x","id":"1","state":"active","why":"?"}"#,
        ] {
            let ledger = parse(text.as_bytes());
            assert_eq!(ledger.opaque.iter().collect::<Vec<_>>(), [text]);
            assert_eq!(format(&ledger), format!("{text}\n").into_bytes());
        }
    }

    #[test]
    fn a_damaged_line_is_named_and_kept() {
        let bad: &[&[u8]] = &[
            b"<<<<<<< HEAD",
            b"{\"v\":1,\"kind\":\"sync\",\"entry\":\"2024-99-01\",\"source\":\"yaml\",\"counter\":1,\"hashes\":[]}",
            b"{\"v\":1,\"kind\":\"sync\",\"entry\":\"2024-11-01\",\"sour",
            b"{\"v\":1,\"kind\":\"sync\",\"entry\":\"2024-11-01\",\"source\":\"yaml\",\"counter\":9007199254740992,\"hashes\":[]}",
            b"\xff\xfe",
            b"[]",
            b"{}",
        ];
        for line in bad {
            let file = [b"\n\n" as &[u8], line, b"\r\n"].concat();
            let ledger = parse(&file);
            assert_eq!(ledger.corrupt.len(), 1, "{line:?}");
            assert_eq!(ledger.corrupt[0].line, 3);
            assert_eq!(format(&ledger), [line, b"\n" as &[u8]].concat());
        }
    }
}
