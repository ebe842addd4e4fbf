//! Reading `palimpsest.toml` from the work tree.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::journal::settings::FILE;
use crate::journal::{Settings, SettingsError};

/// Settings that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is there and cannot be read.
    #[error("{path}: {source}")]
    Read { path: PathBuf, source: io::Error },
    /// The file does not say what settings can say.
    #[error(transparent)]
    Wrong(#[from] SettingsError),
}

/// The settings of the work tree whose top is `top`; defaults where it has none.
///
/// # Errors
/// The file cannot be read, or holds something that is no setting.
pub fn load(top: &Path) -> Result<Settings, LoadError> {
    let path = top.join(FILE);
    match fs::read_to_string(&path) {
        Ok(text) => Ok(Settings::parse(&text)?),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(source) => Err(LoadError::Read { path, source }),
    }
}
