//! Hooks that stood there before: kept in a folder beside ours, under their own
//! name, since some look for it.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::repo::RepoError;

/// The folder, beside the hooks.
const FOLDER: &str = "before-palimpsest";

/// Where a hook that stood there before is kept.
pub(super) fn kept(hook: &Path) -> PathBuf {
    let folder = hook.with_file_name(FOLDER);
    folder.join(hook.file_name().unwrap_or_default())
}

/// Whether something is kept for a hook, be it a link to nowhere.
pub(super) fn is_kept(kept: &Path) -> bool {
    kept.symlink_metadata().is_ok()
}

/// Moves a hook to where it is kept.
///
/// # Errors
/// The folder cannot be made, or the file not be moved.
pub(super) fn keep(hook: &Path, kept: &Path) -> Result<(), RepoError> {
    let folder = kept.parent().unwrap_or(kept);
    fs::create_dir_all(folder).map_err(RepoError::io(folder))?;
    relocate(hook, kept, |target| Path::new("..").join(target))
}

/// Puts a kept hook back in place of ours.
///
/// # Errors
/// The file cannot be moved.
pub(super) fn restore(kept: &Path, hook: &Path) -> Result<(), RepoError> {
    relocate(kept, hook, |target| {
        target.strip_prefix("..").unwrap_or(target).to_owned()
    })?;
    // Others may be kept there, or the folder be somebody's.
    match fs::remove_dir(kept.parent().unwrap_or(kept)) {
        Ok(()) => Ok(()),
        Err(e) if matches!(e.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotFound) => Ok(()),
        Err(e) => Err(RepoError::io(kept)(e)),
    }
}

/// Renames a file; a link that names its target from its own folder is written anew.
fn relocate(from: &Path, to: &Path, link: impl Fn(&Path) -> PathBuf) -> Result<(), RepoError> {
    let target = fs::read_link(from).ok().filter(|t| t.is_relative());
    let Some(target) = target else {
        return fs::rename(from, to).map_err(RepoError::io(from));
    };
    let aside = to.with_extension("palimpsest-new");
    symlink(link(&target), &aside).map_err(RepoError::io(&aside))?;
    fs::rename(&aside, to).map_err(RepoError::io(&aside))?;
    fs::remove_file(from).map_err(RepoError::io(from))
}
