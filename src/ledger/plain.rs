//! A sync state's line as this program writes it: most lines of most ledgers.
//! Strings without escapes are read where they stand, and no key is kept for
//! later; whatever else a line may be is for [`super::line`] to say.

use serde::Deserialize;

use super::line::{LARGEST, VERSION};
use super::{Hash, Source, SyncState};
use crate::journal::EntryDate;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sync<'a> {
    v: u64,
    kind: &'a str,
    entry: &'a str,
    source: &'a str,
    counter: u64,
    #[serde(borrow)]
    hashes: Vec<Part<'a>>,
    #[serde(default)]
    resolved: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part<'a> {
    hash: &'a str,
    by: &'a str,
    at: &'a str,
    counter: u64,
    #[serde(default)]
    settled: bool,
}

/// The state of a plain line; `None` says nothing of what the line is.
pub(super) fn sync(text: &str) -> Option<((EntryDate, Source), SyncState)> {
    let line: Sync<'_> = serde_json::from_str(text).ok()?;
    let mut counters = line.hashes.iter().map(|h| h.counter);
    let counts = line.counter.max(line.resolved) <= LARGEST && counters.all(|c| c <= LARGEST);
    let plain = line.v == VERSION && line.kind == "sync" && counts;
    let entry = EntryDate::from_iso(line.entry).filter(|_| plain)?;
    let hash = |part: Part<'_>| Hash {
        hash: part.hash.to_owned(),
        by: part.by.to_owned(),
        at: part.at.to_owned(),
        counter: part.counter,
        settled: part.settled,
    };
    let row = SyncState {
        hashes: line.hashes.into_iter().map(hash).collect(),
        counter: line.counter,
        resolved: line.resolved,
    };
    Some(((entry, Source::from_name(line.source)?), row))
}
