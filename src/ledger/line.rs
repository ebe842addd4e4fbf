//! One line of a ledger file: the JSON object and the row it stands for.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Deletion, Hash, KeptOutRow, Ledger, Restored, RowKey, Source, State, SyncState, Tombstone,
};
use crate::journal::{EntryDate, ItemKey, Table};

/// The version of the lines that this program writes and understands.
pub(super) const VERSION: u64 = 1;

/// The largest counter that JSON's readers agree on (RFC 8259, section 6). Counting on
/// from it cannot overflow 64 bits.
pub(super) const LARGEST: u64 = (1 << 53) - 1;

/// The kind of a line.
pub(super) enum Line {
    /// The rows of one line (a ledger with a single row).
    Row(Ledger),
    /// A line of another version or kind, or with unknown content.
    Opaque,
    /// Not a ledger line.
    Corrupt,
}

#[derive(Deserialize)]
struct Head {
    v: u64,
    kind: String,
}

fn is_false(b: &bool) -> bool {
    !b
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

#[derive(Serialize, Deserialize)]
struct TombstoneLine {
    v: u64,
    kind: String,
    entry: String,
    table: String,
    item: String,
    id: String,
    state: StateName,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    at: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    by: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    source: String,
    #[serde(default, skip_serializing_if = "is_false")]
    permanent: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    shortened: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    restored: Option<RestoredPart>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct DeletionLine {
    v: u64,
    kind: String,
    entry: String,
    id: String,
    state: StateName,
    #[serde(default)]
    at: String,
    #[serde(default)]
    by: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    blob: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    restored: Option<RestoredPart>,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct KeptOutLine {
    v: u64,
    kind: String,
    entry: String,
    table: String,
    item: String,
    id: String,
    side: String,
    #[serde(default, skip_serializing_if = "is_false")]
    settled: bool,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct SyncLine {
    v: u64,
    kind: String,
    entry: String,
    source: String,
    counter: u64,
    hashes: Vec<HashPart>,
    #[serde(default, skip_serializing_if = "is_zero")]
    resolved: u64,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct HashPart {
    hash: String,
    by: String,
    at: String,
    counter: u64,
    #[serde(default, skip_serializing_if = "is_false")]
    settled: bool,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Serialize, Deserialize)]
struct RestoredPart {
    at: String,
    by: String,
    how: String,
    #[serde(flatten)]
    unknown: Map<String, Value>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StateName {
    Active,
    Restored,
}

/// Reads a line. A line that is understood only in part is kept whole, so that the rest
/// is not lost.
pub(super) fn read(text: &str) -> Line {
    let Ok(head) = serde_json::from_str::<Head>(text) else {
        return Line::Corrupt;
    };
    let row = match (head.v, head.kind.as_str()) {
        (VERSION, "tombstone") => serde_json::from_str(text).ok().and_then(tombstone),
        (VERSION, "deletion") => serde_json::from_str(text).ok().and_then(deletion),
        (VERSION, "kept_out") => serde_json::from_str(text).ok().and_then(kept_out),
        (VERSION, "sync") => serde_json::from_str(text).ok().and_then(sync),
        _ => Some(Line::Opaque),
    };
    row.unwrap_or(Line::Corrupt)
}

/// Reads a removal: `None` if it is damaged, [`Line::Opaque`] if a newer version may have
/// written it.
fn tombstone(line: TombstoneLine) -> Option<Line> {
    let entry = EntryDate::from_iso(&line.entry)?;
    let (Some(table), true) = (Table::from_name(&line.table), line.unknown.is_empty()) else {
        return Some(Line::Opaque);
    };
    let Some(state) = state(line.state, line.restored) else {
        return Some(Line::Opaque);
    };
    let key = RowKey {
        entry,
        table,
        item: ItemKey::new(&line.item),
        id: line.id,
    };
    let row = Tombstone {
        at: line.at,
        by: line.by,
        source: line.source,
        state,
        permanent: line.permanent,
        shortened: line.shortened,
    };
    Some(Line::Row(Ledger {
        tombstones: [(key, row)].into(),
        ..Ledger::default()
    }))
}

fn deletion(line: DeletionLine) -> Option<Line> {
    let entry = EntryDate::from_iso(&line.entry)?;
    let (Some(state), true) = (state(line.state, line.restored), line.unknown.is_empty()) else {
        return Some(Line::Opaque);
    };
    let row = Deletion {
        at: line.at,
        by: line.by,
        reason: line.reason,
        path: line.path,
        blob: line.blob,
        state,
    };
    Some(Line::Row(Ledger {
        deletions: [((entry, line.id), row)].into(),
        ..Ledger::default()
    }))
}

fn kept_out(line: KeptOutLine) -> Option<Line> {
    let entry = EntryDate::from_iso(&line.entry)?;
    let (Some(table), true) = (Table::from_name(&line.table), line.unknown.is_empty()) else {
        return Some(Line::Opaque);
    };
    let key = RowKey {
        entry,
        table,
        item: ItemKey::new(&line.item),
        id: line.id,
    };
    let row = KeptOutRow {
        settled: line.settled,
    };
    Some(Line::Row(Ledger {
        kept_out: [((key, line.side), row)].into(),
        ..Ledger::default()
    }))
}

fn sync(line: SyncLine) -> Option<Line> {
    let entry = EntryDate::from_iso(&line.entry)?;
    let mut counters = line.hashes.iter().map(|h| h.counter);
    if line.counter > LARGEST || line.resolved > LARGEST || counters.any(|c| c > LARGEST) {
        return None;
    }
    let known = line.unknown.is_empty() && line.hashes.iter().all(|h| h.unknown.is_empty());
    let (Some(source), true) = (Source::from_name(&line.source), known) else {
        return Some(Line::Opaque);
    };
    let mut hashes: Vec<Hash> = line
        .hashes
        .into_iter()
        .map(|h| Hash {
            hash: h.hash,
            by: h.by,
            at: h.at,
            counter: h.counter,
            settled: h.settled,
        })
        .collect();
    hashes.sort();
    hashes.dedup();
    let row = SyncState {
        hashes,
        counter: line.counter,
        resolved: line.resolved,
    };
    Some(Line::Row(Ledger {
        sync: [((entry, source), row)].into(),
        ..Ledger::default()
    }))
}

/// The state of a removal; `None` if the restoration has unknown content.
fn state(name: StateName, restored: Option<RestoredPart>) -> Option<State> {
    match (name, restored) {
        (StateName::Active, None) => Some(State::Active),
        (StateName::Restored, Some(r)) if r.unknown.is_empty() => Some(State::Restored(Restored {
            at: r.at,
            by: r.by,
            how: r.how,
        })),
        _ => None,
    }
}

fn state_parts(state: &State) -> (StateName, Option<RestoredPart>) {
    match state {
        State::Active => (StateName::Active, None),
        State::Restored(r) => (
            StateName::Restored,
            Some(RestoredPart {
                at: r.at.clone(),
                by: r.by.clone(),
                how: r.how.clone(),
                unknown: Map::new(),
            }),
        ),
    }
}

/// The line of a removal, without line end.
pub(super) fn of_tombstone(key: &RowKey, row: &Tombstone) -> String {
    let (state, restored) = state_parts(&row.state);
    write(&TombstoneLine {
        v: VERSION,
        kind: "tombstone".into(),
        entry: key.entry.to_string(),
        table: key.table.name().into(),
        item: key.item.as_str().into(),
        id: key.id.clone(),
        state,
        at: row.at.clone(),
        by: row.by.clone(),
        source: row.source.clone(),
        permanent: row.permanent,
        shortened: row.shortened,
        restored,
        unknown: Map::new(),
    })
}

/// The line of an item that a merge kept out, without line end.
pub(super) fn of_kept_out(key: &RowKey, side: &str, row: KeptOutRow) -> String {
    write(&KeptOutLine {
        v: VERSION,
        kind: "kept_out".into(),
        entry: key.entry.to_string(),
        table: key.table.name().into(),
        item: key.item.as_str().into(),
        id: key.id.clone(),
        side: side.into(),
        settled: row.settled,
        unknown: Map::new(),
    })
}

/// The line of a deleted entry, without line end.
pub(super) fn of_deletion((entry, id): &(EntryDate, String), row: &Deletion) -> String {
    let (state, restored) = state_parts(&row.state);
    write(&DeletionLine {
        v: VERSION,
        kind: "deletion".into(),
        entry: entry.to_string(),
        id: id.clone(),
        state,
        at: row.at.clone(),
        by: row.by.clone(),
        reason: row.reason.clone(),
        path: row.path.clone(),
        blob: row.blob.clone(),
        restored,
        unknown: Map::new(),
    })
}

/// The line of a sync state, without line end.
pub(super) fn of_sync((entry, source): &(EntryDate, Source), row: &SyncState) -> String {
    let part = |h: &Hash| HashPart {
        hash: h.hash.clone(),
        by: h.by.clone(),
        at: h.at.clone(),
        counter: h.counter,
        settled: h.settled,
        unknown: Map::new(),
    };
    write(&SyncLine {
        v: VERSION,
        kind: "sync".into(),
        entry: entry.to_string(),
        source: source.name().into(),
        counter: row.counter,
        hashes: row.hashes.iter().map(part).collect(),
        resolved: row.resolved,
        unknown: Map::new(),
    })
}

fn write(line: &impl Serialize) -> String {
    // Strings, numbers and maps with string keys: serialising them cannot fail.
    serde_json::to_string(line).unwrap_or_default()
}
