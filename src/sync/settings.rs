//! Reading `palimpsest.toml` from the work tree or, if it is missing there (a sparse
//! checkout leaves it out, somebody removed it), from the index.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::journal::settings::FILE;
use crate::journal::{Settings, SettingsError};
use crate::repo::{Repo, RepoError, after, permission_for, staged_by_git, top_by_git};

/// The error for settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is there and cannot be read.
    #[error("{path}: cannot be read: {source}{}", after(mend.as_deref()))]
    Read {
        path: PathBuf,
        source: io::Error,
        /// What makes it readable, if it is there.
        mend: Option<String>,
    },
    /// A link stands in its place, which may lead out of the repository.
    #[error(
        "{path}: a symbolic link, which is not followed; put a file of its own in its place, \
         or take it out: `git rm` it if it is tracked"
    )]
    Link { path: PathBuf },
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
    let top = Path::new(".");
    if let Some(settings) = read(top)? {
        return Ok(settings);
    }
    match Repo::from_env() {
        Ok(repo) => staged(&repo),
        Err(RepoError::NoRepository(_)) => Ok(Settings::default()),
        // Git can read it all the same: a partial clone, another user's.
        Err(_) => by_git(top),
    }
}

/// The settings of the repository around the current folder, as far as git can read it;
/// defaults where there is none, or none that has a work tree.
///
/// # Errors
/// The file cannot be read, or holds something that is no setting; or git cannot read the
/// repository.
pub fn load_around() -> Result<Settings, LoadError> {
    match Repo::discover(Path::new(".")) {
        Ok(repo) => load(&repo),
        Err(RepoError::NoRepository(_) | RepoError::Bare(_)) => Ok(Settings::default()),
        Err(_) => {
            let top = top_by_git()?;
            match read(&top)? {
                Some(settings) => Ok(settings),
                None => by_git(&top),
            }
        }
    }
}

/// The staged settings of a repository that git alone can read.
fn by_git(top: &Path) -> Result<Settings, LoadError> {
    match staged_by_git(top, FILE)? {
        Some(bytes) => Ok(Settings::of_file(&bytes)?),
        None => Ok(Settings::default()),
    }
}

fn read(top: &Path) -> Result<Option<Settings>, LoadError> {
    let path = top.join(FILE);
    // It may have come with a clone, and lead to what has no end.
    if path.is_symlink() {
        return Err(LoadError::Link { path });
    }
    match fs::read(&path) {
        Ok(bytes) => Ok(Some(Settings::of_file(&bytes)?)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => {
            let mend = permission_for(&path, &source);
            Err(LoadError::Read { path, source, mend })
        }
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
    Ok(Settings::of_file(&bytes)?)
}
