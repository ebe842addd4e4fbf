//! Where the database stands, and whose file is there.

use std::path::{Path, PathBuf};

use crate::journal::Layout;
use crate::repo::{Repo, RepoError};
use crate::store::{AtPlace, is_header, is_ours};

/// The absolute path of the database. Settings come with the repository, so a file that
/// git tracks is never made a database of: neither it, nor what SQLite keeps beside one.
/// A database that somebody committed is one.
///
/// # Errors
/// There is such a file; or the path leaves the repository, also by a link that git
/// tracks.
pub fn database_place(repo: &Repo, layout: &Layout) -> Result<PathBuf, RepoError> {
    let path = repo.untracked_place(&layout.database)?;
    if is_ours(&path) {
        return Ok(path);
    }
    let index = repo.index()?;
    // What is beside a database changes it when it is opened: that is looked at first.
    for suffix in ["-journal", "-wal", "-shm", ""] {
        let name = format!("{}{suffix}", layout.database);
        if index.has(&name) && !(suffix.is_empty() && is_database(repo, &path, &name)?) {
            let pathspec = repo.pathspec(&name);
            return Err(RepoError::NoDatabase { name, pathspec });
        }
    }
    Ok(path)
}

/// Whether a tracked file, as it is in the index if it is gone, is a database of this
/// program or the original one's.
fn is_database(repo: &Repo, path: &Path, name: &str) -> Result<bool, RepoError> {
    if path.exists() {
        return Ok(AtPlace::may_be(path));
    }
    let staged = repo.index()?.staged(name);
    let bytes = staged.map(|blob| repo.read_blob(blob.id)).transpose()?;
    Ok(bytes.is_some_and(|bytes| is_header(&bytes)))
}
