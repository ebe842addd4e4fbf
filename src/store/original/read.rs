//! Reading the original: no column is taken for granted, and data that is not understood
//! is reported.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};

use super::names::{Names, association, names};
use super::table::{Fields, Tables};
use super::{Gone, Original, OriginalConflict, OriginalEntry, OtherText, Removal};
use crate::journal::{EntryDate, Table};
use crate::store::StoreError;
use crate::store::connect::open_as_it_is;

const TOMBSTONES: &str = "association_tombstones";
const STATES: &str = "sync_states";

/// The columns whose meaning is known; others are reported.
const KNOWN: [(&str, &[&str]); 2] = [
    (
        TOMBSTONES,
        &[
            "id",
            "table_name",
            "left_id",
            "right_id",
            "removed_at",
            "removed_by",
            "sync_source",
            "removal_reason",
            "expires_at",
            "machine_id",
            "created_at",
            "updated_at",
        ],
    ),
    (
        STATES,
        &[
            "id",
            "entity_type",
            "entity_id",
            "last_synced_at",
            "sync_source",
            "sync_hash",
            "machine_id",
            "conflict_detected",
            "conflict_resolved",
            "created_at",
            "updated_at",
        ],
    ),
];

const NOTES: [&str; 3] = ["notes", "wiki_notes", "editorial_notes"];

/// Reads a copy of a database of the original program.
///
/// # Errors
/// The file is not a database, or too damaged to list its tables.
pub fn read_original(copy: &Path) -> Result<Original, StoreError> {
    let connection = open_as_it_is(copy, 0).map_err(|e| StoreError::of(copy, 0, e))?;
    let mut reader = Reader {
        tables: Tables::of(connection, copy)?,
        dates: BTreeMap::new(),
        original: Original::default(),
    };
    reader.entries();
    reader.tombstones();
    reader.conflicts();
    reader.texts();
    reader.unknown_columns();
    let mut original = reader.original;
    original.odd.splice(0..0, reader.tables.odd);
    Ok(original)
}

struct Reader {
    tables: Tables,
    /// The entries' dates by number.
    dates: BTreeMap<String, EntryDate>,
    original: Original,
}

impl Reader {
    fn entries(&mut self) {
        let Original {
            entries,
            odd,
            texts,
            ..
        } = &mut self.original;
        self.tables.each("entries", |row| {
            let id = row.text(&["id"]).unwrap_or_default();
            let notes = notes(row);
            let day = row.text(&["date", "entry_date"]).unwrap_or_default();
            let Some(date) = date(&day) else {
                odd.push(format!(
                    "entries: number {id} has the date `{day}`, which is none"
                ));
                texts.extend(notes.map(|text| OtherText {
                    of: format!("entries: number {id}"),
                    text,
                }));
                return;
            };
            self.dates.insert(id, date);
            let deleted = (row.flag("deleted_at") || row.flag("is_deleted")).then(|| Gone {
                at: row
                    .text(&["deleted_at"])
                    .map(|t| time(&t))
                    .unwrap_or_default(),
                by: one_line(row, &["deleted_by"]),
                reason: one_line(row, &["deletion_reason"]),
            });
            entries.push(OriginalEntry {
                date,
                notes,
                deleted,
            });
        });
        entries.sort_by_key(|e| e.date);
    }

    fn tombstones(&mut self) {
        let mut rows: Vec<(Table, String, Removal)> = Vec::new();
        let Original { odd, .. } = &mut self.original;
        self.tables.each(TOMBSTONES, |row| {
            let text = |column| row.text(&[column]).unwrap_or_default();
            let (name, left, right) = (text("table_name"), text("left_id"), text("right_id"));
            let at = text("removed_at");
            let not = |why| format!("{TOMBSTONES}: `{name}` {left}, {right} of {at}: {why}");
            let Some(table) = association(&name) else {
                odd.push(not("no association of entries that is known here"));
                return;
            };
            let Some(entry) = self.dates.get(&left) else {
                odd.push(not("there is no such entry any more"));
                return;
            };
            let removal = Removal {
                entry: *entry,
                table,
                names: Vec::new(),
                at: time(&at),
                by: one_line(row, &["removed_by", "machine_id"]),
                source: text("sync_source").trim().to_lowercase(),
                reason: text("removal_reason"),
                permanent: row.has("expires_at") && row.text(&["expires_at"]).is_none(),
            };
            rows.push((table, right, removal));
        });
        let mut known: BTreeMap<Table, Names> = BTreeMap::new();
        for (table, right, mut removal) in rows {
            let names = known
                .entry(table)
                .or_insert_with(|| names(&mut self.tables, table));
            removal.names = names.get(&right).cloned().unwrap_or_default();
            if removal.names.is_empty() {
                self.original.odd.push(format!(
                    "{TOMBSTONES}: a {} of {} (number {right}): its name is not there any more",
                    table.noun(),
                    removal.entry
                ));
            } else {
                self.original.removals.push(removal);
            }
        }
    }

    fn conflicts(&mut self) {
        let Original { conflicts, odd, .. } = &mut self.original;
        self.tables.each(STATES, |row| {
            if !row.flag("conflict_detected") || row.flag("conflict_resolved") {
                return;
            }
            let kind = row.text(&["entity_type"]).unwrap_or_default();
            let id = row.text(&["entity_id"]).unwrap_or_default();
            match self.dates.get(&id) {
                Some(entry) if kind.trim().eq_ignore_ascii_case("entry") => {
                    conflicts.push(OriginalConflict {
                        entry: *entry,
                        source: one_line(row, &["sync_source"]),
                        at: row
                            .text(&["last_synced_at"])
                            .map(|t| time(&t))
                            .unwrap_or_default(),
                        machine: one_line(row, &["machine_id"]),
                        hash: one_line(row, &["sync_hash"]),
                    });
                }
                _ => odd.push(format!("{STATES}: an unresolved conflict of {kind} {id}")),
            }
        });
        conflicts.sort_by(|a, b| (a.entry, &a.source).cmp(&(b.entry, &b.source)));
    }

    /// Reads notes on people, events and the like, which no file of a journal has.
    fn texts(&mut self) {
        let Original { texts, .. } = &mut self.original;
        for table in self.tables.names() {
            if table == "entries" {
                continue;
            }
            let columns = self.tables.columns(&table);
            if !NOTES.iter().any(|c| columns.contains_key(*c)) {
                continue;
            }
            self.tables.each(&table, |row| {
                let name = [
                    "full_name",
                    "name",
                    "event",
                    "title",
                    "tag",
                    "city",
                    "date",
                    "id",
                ];
                texts.extend(notes(row).map(|text| OtherText {
                    of: format!("{table}: {}", one_line(row, &name)),
                    text,
                }));
            });
        }
    }

    fn unknown_columns(&mut self) {
        for (table, known) in KNOWN {
            for column in self.tables.columns(table).into_keys() {
                if !known.contains(&column.as_str()) {
                    self.original
                        .odd
                        .push(format!("{table}: the column `{column}` is not known here"));
                }
            }
        }
    }
}

fn notes(row: &Fields<'_>) -> Option<String> {
    let mut found: Vec<String> = Vec::new();
    for column in NOTES {
        let text = row
            .text(&[column])
            .map(|t| t.replace("\r\n", "\n").trim().to_owned());
        found.extend(text.filter(|t| !found.contains(t)));
    }
    (!found.is_empty()).then(|| found.join("\n\n"))
}

/// A value as a single line: a machine's name, a reason.
fn one_line(row: &Fields<'_>, columns: &[&str]) -> String {
    let text = row.text(columns).unwrap_or_default();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The day of a date or a time of the original.
pub(super) fn date(text: &str) -> Option<EntryDate> {
    let text = text.trim();
    let day = match text.get(..10) {
        Some(day) if text[10..].is_empty() || text[10..].starts_with([' ', 'T']) => day,
        _ => text,
    };
    EntryDate::from_iso(day)
}

/// A time in the ledger's form. A time without a zone is in UTC, as the original wrote
/// it.
fn time(text: &str) -> String {
    let text = text.trim();
    let stamp = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Secs, true);
    let zoned = text.replacen(' ', "T", 1);
    if let Ok(time) = DateTime::parse_from_rfc3339(&zoned) {
        return stamp(time.to_utc());
    }
    if let Ok(time) = NaiveDateTime::parse_from_str(&zoned, "%Y-%m-%dT%H:%M:%S%.f") {
        return stamp(time.and_utc());
    }
    match NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        Ok(day) => stamp(day.and_time(chrono::NaiveTime::MIN).and_utc()),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_form_are_one() {
        for text in [
            "2024-11-23 14:30:00",
            "2024-11-23 14:30:00.123456",
            "2024-11-23T14:30:00+00:00",
            "2024-11-23T15:30:00+01:00",
            " 2024-11-23T14:30:00Z ",
        ] {
            assert_eq!(time(text), "2024-11-23T14:30:00Z", "{text}");
        }
        assert_eq!(time("2024-11-23"), "2024-11-23T00:00:00Z");
        assert_eq!(time("last week"), "last week");
    }

    #[test]
    fn dates_stand_alone_or_in_a_time() {
        for text in [
            "2024-11-01",
            "2024-11-01 00:00:00.000000",
            "2024-11-01T00:00:00",
        ] {
            assert_eq!(date(text), EntryDate::from_iso("2024-11-01"), "{text}");
        }
        for text in ["2024-11-01x", "2024-11", "", "20241é-é-é"] {
            assert_eq!(date(text), None, "{text}");
        }
    }
}
