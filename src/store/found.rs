//! The file at the database's path, and setting aside one that is not ours.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::connect::{
    APPLICATION, ask, beside, configure, is_foreign_journal, is_ours, journal_of, open_as_it_is,
    patiently, wal_of,
};
use super::open::VERSION;
use super::original::is_original;
use super::{Store, StoreError};

/// The kinds of file at the database's path.
pub(super) enum Found {
    Nothing,
    Ours(Connection),
    OtherVersion(i32, Connection),
    Damaged,
    Foreign,
}

/// Looks at the file, waiting up to `wait` seconds for another process.
pub(super) fn look(path: &Path, wait: u64) -> Result<Found, StoreError> {
    let wal = wal_of(path);
    if wal.symlink_metadata().is_ok_and(|there| there.is_dir()) {
        return Err(StoreError::of_journal(wal));
    }
    match std::fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            let journal = journal_of(path);
            return match is_foreign_journal(&journal) {
                true => match StoreError::of_journal(journal) {
                    StoreError::Journal { .. } => Ok(Found::Damaged),
                    folder => Err(folder),
                },
                // SQLite deletes it when it makes a database here.
                false => match lone_log(path) {
                    Some(log) => Err(StoreError::LoneLog { log }),
                    None => Ok(Found::Nothing),
                },
            };
        }
        Err(source) => {
            return Err(StoreError::File {
                path: path.to_owned(),
                source,
            });
        }
        // A pipe would be waited for.
        Ok(file) if !file.is_file() => {
            return Err(StoreError::NoFile {
                path: path.to_owned(),
            });
        }
        // Left by a process that ended between making the file and filling it.
        Ok(file) if file.len() == 0 && !beside(path, "-journal").exists() => {
            return Ok(Found::Nothing);
        }
        Ok(_) => {}
    }
    let looked = open_as_it_is(path, 0).and_then(|c| {
        let says = patiently(&c, path, wait, ask)?;
        Ok(Some(match (says.application, says.version) {
            // Made by a process that has not filled it yet, or was killed before.
            _ if !says.tables => Found::Nothing,
            // Palimpsest has no triggers; somebody else's would run with every row
            // written.
            (APPLICATION, _) if says.triggers => Found::Damaged,
            // A view in a table's place may answer for ever, and a table that is gone is
            // missed only by the few who read it.
            (APPLICATION, VERSION) if !says.as_made => Found::Damaged,
            (APPLICATION, VERSION) => {
                // Not earlier: the settings may change the file.
                configure(&c)?;
                Found::Ours(c)
            }
            (APPLICATION, version) => {
                configure(&c)?;
                Found::OtherVersion(version, c)
            }
            _ if is_original(&c)? => return Ok(None),
            _ => Found::Foreign,
        }))
    });
    match looked {
        Ok(Some(found)) => Ok(found),
        Ok(None) => Err(StoreError::Original {
            path: path.to_owned(),
        }),
        Err(e) => match StoreError::of(path, wait, e) {
            StoreError::Corrupt { .. } if is_ours(path) => Ok(Found::Damaged),
            // The files beside it go with it.
            StoreError::Journal { .. } if Store::is_at(path) => Ok(Found::Damaged),
            StoreError::Corrupt { .. } => Ok(Found::Foreign),
            other => Err(other),
        },
    }
}

/// The write-ahead log beside a database that is not there: the original's, or another
/// program's. What it holds is nowhere else.
#[must_use]
pub fn lone_log(path: &Path) -> Option<PathBuf> {
    let log = wal_of(path);
    let is_log = std::fs::metadata(&log).is_ok_and(|file| file.is_file() && file.len() > 0);
    (is_log && path.symlink_metadata().is_err()).then_some(log)
}

/// Keeps a file that is not ours under the first free name.
pub(super) fn set_aside(path: &Path) -> Result<PathBuf, StoreError> {
    let free = (1..).map(|n| beside(path, &format!(".foreign-{n}")));
    // The numbers do not end.
    let kept = free.into_iter().find(|p| !p.exists()).unwrap_or_default();
    match std::fs::rename(path, &kept) {
        Ok(()) => Ok(kept),
        Err(source) => Err(StoreError::File {
            path: path.to_owned(),
            source,
        }),
    }
}
