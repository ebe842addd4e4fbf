//! A database as the original program makes it, with invented rows.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::sandbox::Machine;

pub const DATABASE: &str = "data/palimpsest.db";

const SCHEMA: &str = "
CREATE TABLE entries (
    id INTEGER NOT NULL PRIMARY KEY, date DATE NOT NULL UNIQUE, file_path VARCHAR(500),
    file_hash VARCHAR, word_count INTEGER, notes TEXT,
    deleted_at DATETIME, deleted_by VARCHAR, deletion_reason TEXT
);
CREATE TABLE people (
    id INTEGER NOT NULL PRIMARY KEY, name VARCHAR NOT NULL, full_name VARCHAR
);
CREATE TABLE tags (id INTEGER NOT NULL PRIMARY KEY, tag VARCHAR NOT NULL UNIQUE);
CREATE TABLE events (id INTEGER NOT NULL PRIMARY KEY, event VARCHAR NOT NULL, title VARCHAR, notes TEXT);
CREATE TABLE entry_people (
    entry_id INTEGER NOT NULL REFERENCES entries (id), person_id INTEGER NOT NULL REFERENCES people (id),
    PRIMARY KEY (entry_id, person_id)
);
CREATE TABLE entry_tags (
    entry_id INTEGER NOT NULL REFERENCES entries (id), tag_id INTEGER NOT NULL REFERENCES tags (id),
    PRIMARY KEY (entry_id, tag_id)
);
CREATE TABLE association_tombstones (
    id INTEGER NOT NULL PRIMARY KEY, table_name VARCHAR NOT NULL, left_id INTEGER NOT NULL,
    right_id INTEGER NOT NULL, removed_at DATETIME NOT NULL, removed_by VARCHAR,
    sync_source VARCHAR, removal_reason TEXT, expires_at DATETIME
);
CREATE TABLE sync_states (
    id INTEGER NOT NULL PRIMARY KEY, entity_type VARCHAR NOT NULL, entity_id INTEGER NOT NULL,
    last_synced_at DATETIME NOT NULL, sync_source VARCHAR NOT NULL, sync_hash VARCHAR,
    machine_id VARCHAR, conflict_detected BOOLEAN NOT NULL, conflict_resolved BOOLEAN NOT NULL
);
";

/// An open database of the original.
pub struct Old(Connection);

impl Old {
    /// Makes an empty one at its usual place.
    pub fn create(machine: &Machine<'_>) -> Self {
        fs::create_dir_all(machine.path("data")).unwrap();
        let old = Self::open(machine, DATABASE);
        old.run(SCHEMA);
        old
    }

    /// Opens a file that is there, or makes one without tables.
    pub fn open(machine: &Machine<'_>, file: &str) -> Self {
        Self::at(&machine.path(file))
    }

    pub fn at(path: &Path) -> Self {
        Self(Connection::open(path).unwrap())
    }

    #[track_caller]
    pub fn run(&self, sql: &str) {
        self.0.execute_batch(sql).unwrap();
    }

    pub fn entry(&self, id: i64, date: &str) {
        self.run(&format!(
            "INSERT INTO entries (id, date) VALUES ({id}, '{date}')"
        ));
    }

    pub fn person(&self, id: i64, name: &str, full_name: Option<&str>) {
        let full_name = full_name.map_or("NULL".to_owned(), |n| format!("'{n}'"));
        self.run(&format!(
            "INSERT INTO people VALUES ({id}, '{name}', {full_name})"
        ));
    }

    /// A removal by the laptop's `yaml2sql`, with the usual lifetime.
    pub fn tombstone(&self, table: &str, left: i64, right: i64, at: &str) {
        self.run(&format!(
            "INSERT INTO association_tombstones
                 (table_name, left_id, right_id, removed_at, removed_by, sync_source,
                  removal_reason, expires_at)
             VALUES ('{table}', {left}, {right}, '{at}', 'laptop', 'yaml', 'moved away',
                 datetime('{at}', '+90 days'))"
        ));
    }

    /// Every row of every table, as text.
    pub fn dump(&self) -> Vec<String> {
        let mut rows = Vec::new();
        for table in [
            "entries",
            "people",
            "tags",
            "events",
            "entry_people",
            "entry_tags",
            "association_tombstones",
            "sync_states",
        ] {
            let mut all = self.0.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns = all.column_count();
            let mut found = all.query([]).unwrap();
            while let Some(row) = found.next().unwrap() {
                let values = (0..columns).map(|c| format!("{:?}", row.get_ref(c).unwrap()));
                rows.push(format!(
                    "{table}: {}",
                    values.collect::<Vec<_>>().join(" | ")
                ));
            }
        }
        rows
    }
}
