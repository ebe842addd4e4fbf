//! Locks of what several processes change: a work tree's ledger files, and the hooks. Who
//! changes one looks at it first, and what another process writes in between would be lost.

use std::fs::{self, File, TryLockError};
use std::io::{Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::{Repo, RepoError};

/// The file in the git directory of a work tree. It stays there, so it is not called `.lock`
/// as what git leaves after a kill is.
const NAME: &str = "palimpsest/ledger-in-use";

/// The longest wait. What is done under the lock takes milliseconds.
const LONGEST: Duration = Duration::from_secs(10);

/// Between two tries.
const PAUSE: Duration = Duration::from_millis(5);

/// Held until it is dropped; the system ends it with the process, so none is left over.
#[derive(Debug)]
#[must_use = "it is locked only as long as this lives"]
pub struct Lock {
    _file: Option<File>,
}

impl Repo {
    /// Waits for the other processes that change a ledger file of this work tree, and keeps
    /// them out.
    ///
    /// Nothing is locked where the file system has no locks, or nobody can write in the git
    /// directory.
    ///
    /// # Errors
    /// [`RepoError::Locked`] after 10 seconds.
    pub fn lock_ledger(&self) -> Result<Lock, RepoError> {
        Lock::new(self.git_dir().join(NAME), "the ledger", LONGEST)
    }

    /// Waits for the other processes that set up this repository, or another one that has the
    /// same folder of hooks, and keeps them out.
    ///
    /// Nothing is locked where the file system has no locks.
    ///
    /// # Errors
    /// The folder of the hooks cannot be found out; or [`RepoError::Locked`] after 10
    /// seconds.
    pub fn lock_setup(&self) -> Result<[Lock; 2], RepoError> {
        let own = Lock::new(self.common_dir().to_owned(), "the setup", LONGEST)?;
        let hooks = self.hooks_folder()?;
        // It may be the same folder, by another name: this process has locked that.
        let is_other = |folder: &PathBuf| {
            let named = |path: &Path| fs::canonicalize(path).ok();
            folder.is_dir() && named(folder) != named(self.common_dir())
        };
        let hooks = hooks.filter(is_other);
        let hooks = match hooks {
            Some(folder) => Lock::new(folder, "the folder of the hooks", LONGEST)?,
            None => Lock { _file: None },
        };
        Ok([own, hooks])
    }
}

impl Lock {
    /// Locks a file, which is made, or a folder that is there.
    fn new(path: PathBuf, what: &'static str, longest: Duration) -> Result<Self, RepoError> {
        let Some(mut file) = open(&path) else {
            return Ok(Self { _file: None });
        };
        let end = Instant::now() + longest;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::Error(_)) => return Ok(Self { _file: None }),
                Err(TryLockError::WouldBlock) if Instant::now() < end => std::thread::sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Err(locked(path, what, file, longest)),
            }
        }
        // For the message of who waits in vain; the lock is as good without it.
        let _ = file.set_len(0);
        let _ = write!(file, "{}", std::process::id());
        Ok(Self { _file: Some(file) })
    }
}

fn open(path: &Path) -> Option<File> {
    if path.is_dir() {
        return File::open(path).ok();
    }
    let mut options = File::options();
    options.read(true).write(true).create(true).truncate(false);
    options
        .open(path)
        .or_else(|_| {
            fs::create_dir_all(path.parent().unwrap_or(path))?;
            options.open(path)
        })
        // Another user's, in a shared repository: it can be locked all the same.
        .or_else(|_| File::open(path))
        .ok()
}

fn locked(path: PathBuf, what: &'static str, mut file: File, waited: Duration) -> RepoError {
    let mut holder = String::new();
    let _ = file.rewind();
    let _ = file.read_to_string(&mut holder);
    let holder = match holder.parse::<u32>() {
        Ok(id) => format!("process {id}"),
        Err(_) => "another process".to_owned(),
    };
    RepoError::Locked {
        path,
        what,
        holder,
        seconds: waited.as_secs(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_waits_in_vain_says_who_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        let short = Duration::from_millis(1);
        let first = Lock::new(path.clone(), "it", short).unwrap();
        let error = Lock::new(path.clone(), "it", short)
            .unwrap_err()
            .to_string();
        let holder = format!("locked by process {} for", std::process::id());
        assert!(error.contains(&holder), "{error}");
        drop(first);
        let _again = Lock::new(path, "it", short).unwrap();
    }

    #[test]
    fn where_nobody_can_make_the_file_nothing_is_locked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file/palimpsest/lock");
        fs::write(folder.path().join("file"), "").unwrap();
        let lock = Lock::new(path, "it", Duration::ZERO).unwrap();
        assert!(lock._file.is_none());
    }
}
