//! The errors of the database.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// An error of the database, with its file. A reader must expect
/// [`Locked`](Self::Locked), [`Corrupt`](Self::Corrupt) and [`Moved`](Self::Moved), a
/// writer [`Unusable`](Self::Unusable) and [`Sqlite`](Self::Sqlite) (a full disk, say) as
/// well.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another process kept it locked for the whole wait.
    #[error(
        "{}: locked by {holder} for more than {waited} s; \
         wait until it is done, or end it, and run the command again",
        path.display()
    )]
    Locked {
        path: PathBuf,
        /// The process, as far as the system tells.
        holder: String,
        waited: u64,
    },
    /// Its pages or its tables make no sense. The database is derived, so it can be made
    /// anew.
    #[error("{}: the database is damaged; `palimpsest reindex` makes it anew", path.display())]
    Corrupt { path: PathBuf },
    /// The original program's database. It may hold data that is nowhere else, so no
    /// reader replaces it.
    #[error(
        "{}: a database of the original program; run `palimpsest init`, \
         which keeps it and takes over what only it knows",
        path.display()
    )]
    Original { path: PathBuf },
    /// A write-ahead log whose database is gone: not this program's, which keeps none.
    #[error(
        "{}: a log of SQLite's whose database is gone, and which may hold what the original \
         program wrote last; run `palimpsest init`, which keeps it",
        log.display()
    )]
    LoneLog { log: PathBuf },
    /// The file or its folder cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        path: PathBuf,
        source: std::io::Error,
    },
    /// The file cannot be opened or written, and SQLite does not say why.
    #[error(
        "{}: it, or its journal beside it, cannot be opened or written; look whether the disk \
         is well, and whether this user can write both and their folder ({source})",
        path.display()
    )]
    Unusable {
        path: PathBuf,
        source: rusqlite::Error,
    },
    /// The file can be read alone.
    #[error("{}: it cannot be written, and listings use an index in memory", path.display())]
    ReadOnly { path: PathBuf },
    /// A folder, a pipe or the like stands at the path.
    #[error("{}: no file, which the database has to be; move it away", path.display())]
    NoFile { path: PathBuf },
    /// A file that SQLite would take for the database's rollback journal, and that is none
    /// of this program's nor of the original's: playing it back could delete any file.
    #[error(
        "{}: no journal of this database's, and SQLite would delete a file that it names; \
         move it away",
        journal.display()
    )]
    Journal { journal: PathBuf },
    /// A folder stands where SQLite would keep the database's rollback journal or its log.
    #[error(
        "{}: a folder in the place of the database's journal; move it away",
        journal.display()
    )]
    JournalFolder { journal: PathBuf },
    /// The file system refuses locks, as some of a network do.
    #[error(
        "{}: the file system refuses the locks that an index needs ({why}); have the file on a \
         disk of this machine's own: remove it, and put a link in its place (`ln -s FILE {}`)",
        path.display(), path.display()
    )]
    NoLocks { path: PathBuf, why: String },
    /// Another process wrote between reading and writing, or made the file anew: open the
    /// database and try again.
    #[error("{}: another process keeps changing it", path.display())]
    Moved { path: PathBuf },
    /// Any other error of SQLite.
    #[error("{}: {source}", path.display())]
    Sqlite {
        path: PathBuf,
        source: rusqlite::Error,
    },
}

/// `SQLITE_READONLY_DBMOVED`: the file was made anew, and the open one is no longer in
/// its place.
const MOVED: i32 = 1032;

/// `SQLITE_READONLY` itself: the file, and not its folder, cannot be written.
const READ_ONLY: i32 = 8;

/// `SQLITE_IOERR_DELETE_NOENT`: the file's journal was removed with it.
const NO_JOURNAL: i32 = 5898;

/// `SQLITE_IOERR_UNLOCK`, `_RDLOCK`, `_CHECKRESERVEDLOCK` and `_LOCK`.
const LOCKING: [i32; 4] = [2058, 2314, 3594, 3850];

impl StoreError {
    pub(super) fn of(path: &Path, waited: u64, source: rusqlite::Error) -> Self {
        if let rusqlite::Error::InvalidPath(journal) = source {
            return Self::of_journal(journal);
        }
        let path = path.to_owned();
        if let Some(why) = refused_lock(&path, &source) {
            return Self::NoLocks { path, why };
        }
        match source.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked {
                holder: holder(&path).unwrap_or_else(|| "another process".to_owned()),
                path,
                waited,
            },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Corrupt { path },
            _ if matches!(extended_code(&source), Some(MOVED | NO_JOURNAL)) => Self::Moved { path },
            Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly) => Self::Unusable { path, source },
            // SQLITE_ERROR: one of our statements does not fit the tables, so somebody
            // changed these.
            _ if is_sql_error(&source) => Self::Corrupt { path },
            _ => Self::Sqlite { path, source },
        }
    }

    /// The error for a journal that SQLite may not play back.
    pub(super) fn of_journal(journal: PathBuf) -> Self {
        let there = journal.symlink_metadata();
        match there.is_ok_and(|there| there.is_dir()) {
            true => Self::JournalFolder { journal },
            false => Self::Journal { journal },
        }
    }

    /// Whether the file or its folder cannot be written, as on a disk that is mounted
    /// read-only, or not be locked.
    #[must_use]
    pub fn is_unwritable(&self) -> bool {
        use std::io::ErrorKind as Kind;
        match self {
            Self::Unusable { .. }
            | Self::NoFile { .. }
            | Self::JournalFolder { .. }
            | Self::NoLocks { .. } => true,
            Self::File { source, .. } => matches!(
                source.kind(),
                Kind::PermissionDenied | Kind::ReadOnlyFilesystem
            ),
            _ => false,
        }
    }

    /// Why it cannot be opened or written, without its path and any advice.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Unusable { source, .. } => source.to_string(),
            Self::File { source, .. } => source.to_string(),
            Self::NoFile { .. } => "something else is in its place".to_owned(),
            Self::JournalFolder { journal } => {
                format!("{} is a folder", journal.display())
            }
            Self::NoLocks { why, .. } => {
                format!("the file system refuses the locks that an index needs ({why})")
            }
            other => other.to_string(),
        }
    }

    /// Whether making the database anew helps. A row that is refused was so by a table or
    /// an index of somebody else's.
    #[must_use]
    pub fn is_corrupt(&self) -> bool {
        match self {
            Self::Corrupt { .. } => true,
            Self::Sqlite { source, .. } => {
                source.sqlite_error_code() == Some(ErrorCode::ConstraintViolation)
            }
            _ => false,
        }
    }

    /// Whether the file can be read and not written: another user made it, say. A new one
    /// can take its place if the folder can be written.
    #[must_use]
    pub fn is_read_only(&self) -> bool {
        matches!(self, Self::Unusable { source, .. } if extended_code(source) == Some(READ_ONLY))
    }
}

/// Why the file system refuses a lock, if that is what is wrong. SQLite takes one of these
/// refusals for another process's lock, so a lock is tried once more.
fn refused_lock(path: &Path, error: &rusqlite::Error) -> Option<String> {
    let is_told = extended_code(error).is_some_and(|code| LOCKING.contains(&code));
    if !is_told && !is_busy(error) {
        return None;
    }
    why_unlockable(path).or_else(|| is_told.then(|| error.to_string()))
}

pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
}

/// Why the file system refuses a lock, if it does. For after a lock that was not given: to
/// close the file drops the locks that this process has on it.
pub(super) fn why_unlockable(path: &Path) -> Option<String> {
    match std::fs::File::open(path).map(|file| file.try_lock_shared()) {
        Ok(Err(std::fs::TryLockError::Error(why))) => Some(why.to_string()),
        _ => None,
    }
}

fn is_sql_error(error: &rusqlite::Error) -> bool {
    match error {
        rusqlite::Error::SqlInputError { .. } => true,
        other => extended_code(other) == Some(1),
    }
}

fn extended_code(error: &rusqlite::Error) -> Option<i32> {
    error.sqlite_error().map(|failure| failure.extended_code)
}

/// The process that holds a lock on a file, where the system lists locks.
#[cfg(target_os = "linux")]
fn holder(path: &Path) -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let inode = std::fs::metadata(path).ok()?.ino().to_string();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let own = std::process::id().to_string();
    // 1: POSIX  ADVISORY  WRITE 4711 08:01:131090 0 EOF
    let pid = locks.lines().find_map(|line| {
        let mut words = line.split_whitespace().skip(4);
        let (pid, file) = (words.next()?, words.next()?);
        (file.rsplit(':').next()? == inode && pid != own).then_some(pid)
    })?;
    let name = std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    Some(match name.trim() {
        "" => format!("process {pid}"),
        name => format!("{name} (process {pid})"),
    })
}

#[cfg(not(target_os = "linux"))]
fn holder(_path: &Path) -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::ffi;

    #[test]
    fn a_refused_lock_is_no_lock_of_another_process() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let of = |code| {
            let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), None);
            StoreError::of(file.path(), 5, error)
        };
        for code in LOCKING {
            let error = of(code);
            assert!(matches!(error, StoreError::NoLocks { .. }), "{code}");
            // A listing answers all the same.
            assert!(error.is_unwritable(), "{code}");
        }
        // A lock is to be had here.
        assert!(matches!(of(ffi::SQLITE_BUSY), StoreError::Locked { .. }));
        let read_only = |code| of(code).is_read_only();
        assert!(read_only(ffi::SQLITE_READONLY));
        assert!(!read_only(ffi::SQLITE_READONLY_DIRECTORY));
    }
}
