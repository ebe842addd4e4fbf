//! Connections: opening a database file, and telling it from another program's.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, Error, OpenFlags};

use super::StoreError;
use super::error::{is_busy, why_unlockable};
use super::open::{INDEXES, SCHEMA};
use crate::journal::layout::BESIDE_DATABASE;

/// `PALI`, in the file's header: a database of this program.
pub(super) const APPLICATION: i32 = 0x5041_4C49;

/// Whether a file is a database of this program, even a damaged one: bytes 68 to 71 of
/// its header say so.
#[must_use]
pub fn is_ours(path: &Path) -> bool {
    use std::io::Read;
    let mut header = [0; 72];
    // A pipe would be waited for.
    if !path.is_file() {
        return false;
    }
    let read = std::fs::File::open(path).and_then(|mut f| f.read_exact(&mut header));
    read.is_ok() && is_header(&header)
}

/// Whether bytes begin as a database of this program does.
#[must_use]
pub fn is_header(bytes: &[u8]) -> bool {
    bytes.get(68..72) == Some(&APPLICATION.to_be_bytes())
}

/// The bytes with which a rollback journal begins, and with which one ends that names a
/// super-journal.
const MAGIC: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];

/// The rollback journal that SQLite looks for: beside the file itself, wherever links
/// lead to it.
pub(super) fn journal_of(path: &Path) -> PathBuf {
    beside_itself(path, "-journal")
}

/// The log that SQLite looks for first, whatever the database's own mode: what stands there
/// and is no file makes every read fail.
pub(super) fn wal_of(path: &Path) -> PathBuf {
    beside_itself(path, "-wal")
}

fn beside_itself(path: &Path, ending: &str) -> PathBuf {
    let real = std::fs::canonicalize(path);
    beside(real.as_deref().unwrap_or(path), ending)
}

/// Whether the rollback journal is none that SQLite may play back. After a kill it undoes
/// what was half written, and then *deletes the file that the journal's end names*, the
/// super-journal of a transaction over several databases. That may be any file of the
/// user's, and a repository can bring a journal. One of this program's, or of the
/// original's, names none: neither has a second database.
///
/// No connection of SQLite's can be told to leave it: every transaction looks for a journal
/// anew when it takes its first lock. So each asks here first.
pub(super) fn is_foreign_journal(journal: &Path) -> bool {
    use std::io::{Read, Seek, SeekFrom};
    match std::fs::symlink_metadata(journal) {
        Err(_) => return false,
        Ok(there) if !there.is_file() => return true,
        Ok(_) => {}
    }
    let end = || {
        let mut file = std::fs::File::open(journal)?;
        let mut end = [0; MAGIC.len()];
        if file.metadata()?.len() >= end.len() as u64 {
            file.seek(SeekFrom::End(-(end.len() as i64)))?;
            file.read_exact(&mut end)?;
        }
        Ok::<_, std::io::Error>(end)
    };
    match end() {
        Ok(end) => end == MAGIC,
        // Gone with the transaction that it was of, or nothing that SQLite could read.
        Err(_) => false,
    }
}

/// Opens a database of this program; makes an empty file if there is none.
pub(super) fn connect(path: &Path, wait: u64) -> rusqlite::Result<Connection> {
    let connection = open(path, 0, OpenFlags::SQLITE_OPEN_CREATE)?;
    patiently(&connection, path, wait, configure)?;
    Ok(connection)
}

/// Asks a database that was opened without waiting, and lets it wait up to `wait` seconds
/// for another process from then on. SQLite takes a lock that the file system refuses for
/// another process's: that one is not waited for.
pub(super) fn patiently<T>(
    connection: &Connection,
    path: &Path,
    wait: u64,
    ask: impl Fn(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    let asked = ask(connection);
    connection.busy_timeout(seconds(wait))?;
    match asked {
        Err(error) if wait > 0 && is_busy(&error) && why_unlockable(path).is_none() => {
            ask(connection)
        }
        asked => asked,
    }
}

/// SQLite counts milliseconds in 31 bits: three weeks.
fn seconds(wait: u64) -> Duration {
    Duration::from_secs(wait.min(2_000_000))
}

/// An empty database in memory.
pub(super) fn in_memory() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    configure(&connection)?;
    Ok(connection)
}

/// Opens a file for a copy, or makes it.
pub(super) fn open_or_make(path: &Path) -> rusqlite::Result<Connection> {
    open(path, 0, OpenFlags::SQLITE_OPEN_CREATE)
}

/// Opens a file that is there, without changing any of its settings.
pub(super) fn open_as_it_is(path: &Path, wait: u64) -> rusqlite::Result<Connection> {
    open(path, wait, OpenFlags::empty())
}

/// Opens a file that nobody writes to read it alone: no lock is taken, and no file beside
/// it counts.
pub(super) fn open_alone(path: &Path) -> rusqlite::Result<Connection> {
    let name = path.as_os_str().as_encoded_bytes().iter();
    let name: String = name.map(|byte| format!("%{byte:02X}")).collect();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    open_file(format!("file:{name}?immutable=1").as_ref(), flags)
}

/// # Errors
/// [`Error::InvalidPath`], which SQLite has no use for, with a journal that it may not play
/// back.
fn open(path: &Path, wait: u64, more: OpenFlags) -> rusqlite::Result<Connection> {
    let journal = journal_of(path);
    if is_foreign_journal(&journal) {
        return Err(Error::InvalidPath(journal));
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = open_file(path, flags | more)?;
    connection.busy_timeout(seconds(wait))?;
    Ok(connection)
}

/// The one call that opens anything: `clippy.toml` forbids it elsewhere.
#[expect(clippy::disallowed_methods, reason = "after the look at its journal")]
fn open_file(path: &Path, flags: OpenFlags) -> rusqlite::Result<Connection> {
    Connection::open_with_flags(path, flags)
}

/// Sets this program's settings on a connection.
pub(super) fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(128);
    // A rollback journal, not a write-ahead log: the database is one file between
    // commands, with nothing beside it for git or a file-syncing service to see,
    // and writers are rare and short. A kill leaves the old rows; after a loss of
    // power the worst is a file that is made anew.
    connection.execute_batch(
        "PRAGMA journal_mode = DELETE; PRAGMA synchronous = NORMAL;
         PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -65536;
         PRAGMA temp_store = MEMORY;",
    )
}

/// The facts that a database gives about itself.
pub(super) struct Says {
    pub application: i32,
    pub version: i32,
    /// Anything was ever made in it.
    pub tables: bool,
    pub triggers: bool,
    /// It has each table, view and index that this version makes, just as it makes them,
    /// and no other index on one of these tables.
    pub as_made: bool,
}

/// Asks a database in one transaction: each separate question would take three more
/// locks.
pub(super) fn ask(connection: &Connection) -> rusqlite::Result<Says> {
    let asking = connection.unchecked_transaction()?;
    let number = |name| asking.pragma_query_value(None, name, |r| r.get(0));
    let mut made = asking.prepare("SELECT type, sql FROM sqlite_schema")?;
    let mut rows = made.query([])?;
    let (mut tables, mut triggers, mut other_indexes) = (false, false, false);
    let mut missing: BTreeSet<&[u8]> = statements().map(str::as_bytes).collect();
    while let Some(row) = rows.next()? {
        tables = true;
        let kind = row.get_ref(0)?.as_bytes().unwrap_or_default();
        triggers |= kind == b"trigger";
        if let Ok(Some(sql)) = row.get_ref(1)?.as_bytes_or_null() {
            let is_ours = missing.remove(sql);
            other_indexes |= kind == b"index" && !is_ours;
        }
    }
    Ok(Says {
        application: number("application_id")?,
        version: number("user_version")?,
        tables,
        triggers,
        as_made: missing.is_empty() && !(other_indexes && has_other_indexes(&asking)?),
    })
}

/// Whether an index hangs on one of this program's tables that is none of its own: each
/// row written there would be worked out for it, whatever that takes, and may be refused.
fn has_other_indexes(connection: &Connection) -> rusqlite::Result<bool> {
    let named = |kind: &'static str| {
        let names = statements().filter_map(move |sql| sql.strip_prefix(kind));
        names.filter_map(|rest| rest.split([' ', '(']).next())
    };
    let own: BTreeSet<&str> = named("CREATE INDEX ").collect();
    let mut indexes =
        connection.prepare("SELECT name FROM pragma_index_list(?1) WHERE origin = 'c'")?;
    for table in named("CREATE TABLE ") {
        let mut rows = indexes.query([table])?;
        while let Some(row) = rows.next()? {
            if !own.contains(row.get::<_, String>(0)?.as_str()) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The statements that make the tables, views and indexes. SQLite keeps the text of each.
fn statements() -> impl Iterator<Item = &'static str> {
    let parts = [SCHEMA, INDEXES]
        .into_iter()
        .flat_map(|sql| sql.split(";\n"));
    parts.filter_map(|part| {
        // Comments that stand before it are not kept.
        let begin = if part.starts_with("CREATE ") {
            0
        } else {
            part.find("\nCREATE ")? + 1
        };
        Some(&part[begin..])
    })
}

/// Whether anything was ever made in a database.
pub(super) fn has_tables(connection: &Connection) -> rusqlite::Result<bool> {
    let made = "SELECT EXISTS (SELECT 1 FROM sqlite_schema)";
    connection.query_row(made, [], |r| r.get(0))
}

/// How many rows refer to one that is not there.
pub(super) fn dangling(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT count(*) FROM pragma_foreign_key_check";
    connection.query_row(sql, [], |r| r.get(0))
}

/// Drops every table, those first that refer to others.
pub(super) fn clear(connection: &Connection) -> rusqlite::Result<()> {
    let sql = "SELECT type, name FROM sqlite_schema
               WHERE type IN ('table', 'view') AND substr(name, 1, 7) <> 'sqlite_'
               ORDER BY rowid DESC";
    let mut made = connection.prepare(sql)?;
    let made = made.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?;
    for (kind, name) in made.collect::<rusqlite::Result<Vec<(String, String)>>>()? {
        let name = name.replace('"', "\"\"");
        // A table may be gone with another one: the shadows of a virtual table.
        connection.execute_batch(&format!("DROP {kind} IF EXISTS \"{name}\""))?;
    }
    Ok(())
}

/// A file beside the database: its journal, say.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

/// Removes a database file, with those that SQLite keeps beside it.
///
/// # Errors
/// A file cannot be removed.
pub fn remove_files(path: &Path) -> Result<(), StoreError> {
    // The database last: a leftover journal would be applied to the next file of that name.
    for suffix in BESIDE_DATABASE.into_iter().chain([""]) {
        let path = beside(path, suffix);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != ErrorKind::NotFound => {
                return Err(StoreError::File { path, source });
            }
            _ => {}
        }
    }
    Ok(())
}
