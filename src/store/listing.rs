//! The queries of the listings: sync states, conflicts, removals, counts.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, Params, Row, ToSql, params};
use serde::Serialize;

use super::{Sql, Store, StoreError};
use crate::journal::{EntryDate, ItemKey, Table};

/// One text that was synced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HashRow {
    pub hash: String,
    /// The machine.
    pub by: String,
    pub at: String,
    pub counter: i64,
    pub settled: bool,
}

/// The sync state of an entry and a source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SyncRow {
    pub entry: String,
    /// `yaml` or `wiki`.
    pub source: String,
    pub counter: i64,
    pub resolved: i64,
    pub conflict: bool,
    /// The text in the work tree is not committed yet.
    pub pending: bool,
    pub hashes: Vec<HashRow>,
}

/// A removal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TombstoneRow {
    pub table: String,
    pub entry: String,
    pub item: String,
    pub id: String,
    pub state: String,
    pub at: String,
    pub by: String,
    pub source: String,
    pub permanent: bool,
    /// Not committed yet, or its restoration is not.
    pub pending: bool,
    pub restored_at: Option<String>,
    pub restored_by: Option<String>,
    pub restored_how: Option<String>,
}

/// An item that a person should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    pub entry: String,
    #[serde(flatten)]
    pub kind: ConflictKind,
}

/// The kind of a conflict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ConflictKind {
    /// Two machines edited the same text before either had the other's edit.
    BothEdited { state: SyncRow },
    /// A merge kept out an item that a side had added, because of a removal.
    KeptOut { removal: TombstoneRow },
    /// An item stands in the file, but a removal of it is active.
    StillInFile { removal: TombstoneRow },
}

/// The counts of sync states.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct SyncStats {
    /// Entries and notes.
    pub total: i64,
    /// Conflicts that a person should look at.
    pub unresolved: i64,
    pub resolved: i64,
    pub by_type: BTreeMap<String, i64>,
    pub by_source: BTreeMap<String, i64>,
    /// By the machine that recorded the newest text, where two are in conflict by each;
    /// empty for a text not recorded yet.
    pub by_machine: BTreeMap<String, i64>,
}

/// Counts of removals that are active and listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TombstoneStats {
    pub total: i64,
    pub pending: i64,
    pub by_table: BTreeMap<String, i64>,
    pub by_source: BTreeMap<String, i64>,
}

/// The condition for a listed removal: one that was cleaned up is listed only if somebody
/// keeps it for good.
const LISTED: &str = "(permanent OR NOT shortened)";

const TOMBSTONES: &str = "SELECT table_name, entry, item, id, state, at, by, source, permanent,
    pending, restored_at, restored_by, restored_how FROM association_tombstones t";

impl Store {
    /// The sync states of an entry.
    pub(super) fn sync_states_of(&self, entry: EntryDate) -> Result<Vec<SyncRow>, StoreError> {
        let entry = Some(entry.to_string());
        self.read(|c| sync_states(c, "entry = ?1", &entry))
    }

    /// Everything that a person should look at, in the order of entries: of one entry, or
    /// of all.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn conflicts(&self, entry: Option<EntryDate>) -> Result<Vec<Conflict>, StoreError> {
        let entry = entry.map(|e| e.to_string());
        self.read(|c| conflicts(c, &entry))
    }

    /// The entries that [`Store::conflicts`] names, and maybe some that are deleted.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn waiting(&self) -> Result<BTreeSet<EntryDate>, StoreError> {
        if self.is_empty() {
            return Ok(BTreeSet::new());
        }
        let sql = "SELECT entry FROM sync_states WHERE conflict UNION SELECT entry FROM kept_out
            UNION SELECT entry FROM association_tombstones WHERE to_settle";
        self.read(|c| entries(c, sql, []))
    }

    /// The entries with an unsettled conflict of two machines' edits, in the text or the
    /// note.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn edited_on_both(&self) -> Result<BTreeSet<EntryDate>, StoreError> {
        self.read(|c| entries(c, "SELECT entry FROM sync_states WHERE conflict", []))
    }

    /// The counts of sync states.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn sync_stats(&self) -> Result<SyncStats, StoreError> {
        self.read(|c| {
            let mut stats = SyncStats {
                unresolved: i64::try_from(conflicts(c, &None)?.len()).unwrap_or(i64::MAX),
                resolved: count(c, "SELECT coalesce(sum(resolved), 0) FROM sync_states")?,
                ..SyncStats::default()
            };
            let entries = "SELECT count(*) FROM entries WHERE deleted_at IS NULL";
            for (kind, source, n) in [
                ("Entry", "yaml", count(c, entries)?),
                (
                    "Note",
                    "wiki",
                    count(c, "SELECT count(*) FROM entry_notes")?,
                ),
            ] {
                stats.total += n;
                if n > 0 {
                    stats.by_type.insert(kind.to_owned(), n);
                    stats.by_source.insert(source.to_owned(), n);
                }
            }
            let sql = "WITH tracked(entry, source) AS (
                    SELECT entry, 'yaml' FROM entries WHERE deleted_at IS NULL
                    UNION ALL SELECT entry, 'wiki' FROM entry_notes),
                texts AS (SELECT DISTINCT entry, source, by FROM sync_hashes)
                SELECT coalesce(by, ''), count(*)
                FROM tracked LEFT JOIN texts USING (entry, source) GROUP BY 1";
            stats.by_machine = counts(c, sql)?;
            Ok(stats)
        })
    }

    /// The active removals, of all tables or of one, the newest first.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn tombstones(&self, table: Option<Table>) -> Result<Vec<TombstoneRow>, StoreError> {
        let table = table.map(Table::name);
        let which = "state = 'active' AND (?1 IS NULL OR table_name = ?1)";
        self.listed_tombstones(which, params![table])
    }

    /// The removals of an entry, also those taken back, the newest first.
    pub(super) fn tombstones_of(&self, entry: EntryDate) -> Result<Vec<TombstoneRow>, StoreError> {
        self.listed_tombstones("entry = ?1", params![entry.to_string()])
    }

    fn listed_tombstones(
        &self,
        which: &str,
        params: &[&dyn ToSql],
    ) -> Result<Vec<TombstoneRow>, StoreError> {
        self.read(|c| {
            let sql = format!(
                "{TOMBSTONES} WHERE {LISTED} AND {which}
                 ORDER BY pending DESC, at DESC, entry DESC, table_name, item, id"
            );
            c.prepare(&sql)?.query_map(params, tombstone)?.collect()
        })
    }

    /// The items that an active removal keeps out of an entry, also one that is no
    /// longer listed.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn removed_items(
        &self,
        table: Table,
        entry: EntryDate,
    ) -> Result<Vec<ItemKey>, StoreError> {
        self.read(|c| {
            let mut rows = c.prepare(
                "SELECT DISTINCT item FROM association_tombstones
                 WHERE state = 'active' AND table_name = ?1 AND entry = ?2 ORDER BY item",
            )?;
            rows.query_map(params![table.name(), entry.to_string()], |r| {
                Ok(ItemKey::new(&r.get::<_, String>(0)?))
            })?
            .collect()
        })
    }

    /// Aliases of nobody known, with the entries that name them: each is indexed as a
    /// person of its own.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn unknown_aliases(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.read(|c| {
            // A range can use the index; `LIKE '@%'` could not.
            let mut rows = c.prepare(
                "SELECT entry, person FROM entry_people WHERE person >= '@' AND person < 'A'",
            )?;
            let rows = rows.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
            let mut rows: Vec<(String, String)> = rows.collect::<Sql<_>>()?;
            rows.sort();
            Ok(rows)
        })
    }

    /// The persons that an alias, without its `@`, is given with. With several, it stands
    /// for none of them.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn persons_of_alias(&self, alias: &str) -> Result<Vec<String>, StoreError> {
        self.read(|c| {
            let sql = "SELECT person FROM aliases WHERE alias = ?1 ORDER BY person";
            let mut rows = c.prepare_cached(sql)?;
            rows.query_map([alias], |r| r.get(0))?.collect()
        })
    }

    /// Counts of the removals that are listed.
    ///
    /// # Errors
    /// The database is locked, damaged or replaced; see [`StoreError`].
    pub fn tombstone_stats(&self) -> Result<TombstoneStats, StoreError> {
        let listed = format!("FROM association_tombstones WHERE {LISTED} AND state = 'active'");
        self.read(|c| {
            Ok(TombstoneStats {
                total: count(c, &format!("SELECT count(*) {listed}"))?,
                pending: count(c, &format!("SELECT count(*) {listed} AND pending"))?,
                by_table: counts(
                    c,
                    &format!("SELECT table_name, count(*) {listed} GROUP BY 1"),
                )?,
                by_source: counts(c, &format!("SELECT source, count(*) {listed} GROUP BY 1"))?,
            })
        })
    }
}

/// The entries that a query names.
pub(super) fn entries(c: &Connection, sql: &str, params: impl Params) -> Sql<BTreeSet<EntryDate>> {
    let mut rows = c.prepare_cached(sql)?;
    let mut found = BTreeSet::new();
    for entry in rows.query_map(params, |r| r.get::<_, String>(0))? {
        // Only dates are written there.
        found.extend(EntryDate::from_iso(&entry?));
    }
    Ok(found)
}

fn removals(c: &Connection, which: &str, entry: &Option<String>) -> Sql<Vec<TombstoneRow>> {
    let sql = format!(
        "{TOMBSTONES} {which} AND (?1 IS NULL OR entry = ?1)
         ORDER BY entry, table_name, item, id"
    );
    let mut rows = c.prepare(&sql)?;
    rows.query_map([entry], tombstone)?.collect()
}

fn count(c: &Connection, sql: &str) -> Sql<i64> {
    c.query_row(sql, [], |r| r.get(0))
}

fn counts(c: &Connection, sql: &str) -> Sql<BTreeMap<String, i64>> {
    let mut rows = c.prepare(sql)?;
    rows.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?
        .collect()
}

fn conflicts(c: &Connection, entry: &Option<String>) -> Sql<Vec<Conflict>> {
    let states = sync_states(c, "conflict AND (?1 IS NULL OR entry = ?1)", entry)?;
    let mut all: Vec<Conflict> = states
        .into_iter()
        .map(|state| Conflict {
            entry: state.entry.clone(),
            kind: ConflictKind::BothEdited { state },
        })
        .collect();
    for removal in removals(c, "NATURAL JOIN kept_out WHERE state = 'active'", entry)? {
        all.push(Conflict {
            entry: removal.entry.clone(),
            kind: ConflictKind::StillInFile { removal },
        });
    }
    let gone = "WHERE to_settle AND state = 'active'
        AND NOT EXISTS (SELECT 1 FROM kept_out k WHERE k.entry = t.entry
            AND k.table_name = t.table_name AND k.item = t.item)
        AND EXISTS (SELECT 1 FROM entries e
            WHERE e.entry = t.entry AND e.deleted_at IS NULL)";
    for removal in removals(c, gone, entry)? {
        all.push(Conflict {
            entry: removal.entry.clone(),
            kind: ConflictKind::KeptOut { removal },
        });
    }
    all.sort_by(|a, b| a.entry.cmp(&b.entry));
    Ok(all)
}

/// The sync states that meet a condition in SQL, in which `?1` is the entry, if any.
fn sync_states(c: &Connection, condition: &str, entry: &Option<String>) -> Sql<Vec<SyncRow>> {
    let mut states = c.prepare(&format!(
        "SELECT entry, source, counter, resolved, conflict, pending FROM sync_states
         WHERE {condition} ORDER BY entry, source DESC"
    ))?;
    let mut hashes = c.prepare(
        "SELECT hash, by, at, counter, settled FROM sync_hashes
         WHERE entry = ?1 AND source = ?2 ORDER BY position",
    )?;
    let mut found = Vec::new();
    for state in states.query_map([entry], |r| {
        Ok(SyncRow {
            entry: r.get(0)?,
            source: r.get(1)?,
            counter: r.get(2)?,
            resolved: r.get(3)?,
            conflict: r.get(4)?,
            pending: r.get(5)?,
            hashes: Vec::new(),
        })
    })? {
        let mut state = state?;
        let rows = hashes.query_map([&state.entry, &state.source], |r| {
            Ok(HashRow {
                hash: r.get(0)?,
                by: r.get(1)?,
                at: r.get(2)?,
                counter: r.get(3)?,
                settled: r.get(4)?,
            })
        })?;
        state.hashes = rows.collect::<Sql<_>>()?;
        found.push(state);
    }
    Ok(found)
}

fn tombstone(r: &Row<'_>) -> Sql<TombstoneRow> {
    Ok(TombstoneRow {
        table: r.get(0)?,
        entry: r.get(1)?,
        item: r.get(2)?,
        id: r.get(3)?,
        state: r.get(4)?,
        at: r.get(5)?,
        by: r.get(6)?,
        source: r.get(7)?,
        permanent: r.get(8)?,
        pending: r.get(9)?,
        restored_at: r.get(10)?,
        restored_by: r.get(11)?,
        restored_how: r.get(12)?,
    })
}
