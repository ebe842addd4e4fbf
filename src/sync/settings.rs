//! Reading `palimpsest.toml` from the work tree or, if it is missing there (a sparse
//! checkout leaves it out, somebody removed it), from the index.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::journal::settings::FILE;
use crate::journal::{Settings, SettingsError};
use crate::repo::{Repo, RepoError, staged_by_git};

/// The error for settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is there and cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Read { path: PathBuf, source: io::Error },
    /// The file does not hold valid settings.
    #[error(transparent)]
    Wrong(#[from] SettingsError),
    /// It is not in the work tree, and the index cannot be read.
    #[error("{FILE}: {0}")]
    Git(#[from] RepoError),
}

/// The settings of a repository; defaults if it has none.
///
/// # Errors
/// The file cannot be read, or holds something that is no setting.
pub fn load(repo: &Repo) -> Result<Settings, LoadError> {
    match read(repo.workdir())? {
        Some(settings) => Ok(settings),
        None => staged(repo),
    }
}

/// The settings of the work tree whose top is the current folder, as it is for a driver.
/// The repository is opened only if the file is missing.
///
/// # Errors
/// The file cannot be read, or holds something that is no setting.
pub fn load_for_driver() -> Result<Settings, LoadError> {
    if let Some(settings) = read(Path::new("."))? {
        return Ok(settings);
    }
    match Repo::from_env() {
        Ok(repo) => staged(&repo),
        Err(RepoError::NoRepository(_)) => Ok(Settings::default()),
        // Git can read it all the same: a partial clone, another user's.
        Err(_) => match staged_by_git(FILE)? {
            Some(bytes) => parse(bytes),
            None => Ok(Settings::default()),
        },
    }
}

fn read(top: &Path) -> Result<Option<Settings>, LoadError> {
    let path = top.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Some(Settings::parse(&text)?)),
        // A symbolic link that leads nowhere is there.
        Err(e) if e.kind() == io::ErrorKind::NotFound && !path.is_symlink() => Ok(None),
        Err(source) => Err(LoadError::Read { path, source }),
    }
}

/// The staged settings: they hold until the file's removal is part of a commit.
fn staged(repo: &Repo) -> Result<Settings, LoadError> {
    // Most repositories without the file have it nowhere, and libgit2 reads all of the
    // index before it says so.
    if !repo.may_be_staged(FILE) {
        return Ok(Settings::default());
    }
    let Some(bytes) = repo.read_staged(&repo.index()?, FILE)? else {
        return Ok(Settings::default());
    };
    parse(bytes)
}

fn parse(bytes: Vec<u8>) -> Result<Settings, LoadError> {
    let text = String::from_utf8(bytes).map_err(|e| LoadError::Read {
        path: FILE.into(),
        source: io::Error::new(io::ErrorKind::InvalidData, e),
    })?;
    Ok(Settings::parse(&text)?)
}
