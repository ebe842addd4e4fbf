//! Hooks that stood there before: kept in a folder beside ours, under their own
//! name, since some look for it.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::hook::NAMES;
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

/// Puts a hook where it is kept too; it stands in its place until ours replaces it
/// in one step, so that at no moment none runs.
///
/// # Errors
/// The folder or the file cannot be made.
pub(super) fn keep(hook: &Path, kept: &Path) -> Result<(), RepoError> {
    let folder = kept.parent().unwrap_or(kept);
    fs::create_dir_all(folder).map_err(RepoError::io(folder))?;
    if let Ok(target) = fs::read_link(hook) {
        // Another hook of ours is kept beside it.
        let stays = target.is_absolute() || is_hook(&target);
        let target = match stays {
            true => target,
            false => Path::new("..").join(target),
        };
        return link(&target, kept);
    }
    if fs::hard_link(hook, kept).is_ok() {
        return Ok(());
    }
    // Not every file system has a second name for a file.
    let aside = aside(kept);
    fs::copy(hook, &aside).map_err(RepoError::io(hook))?;
    fs::rename(&aside, kept).map_err(RepoError::io(&aside))
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

/// Whether a link names a hook in its own folder that is installed as well.
fn is_hook(target: &Path) -> bool {
    NAMES.iter().any(|name| target == Path::new(name))
}

/// Renames a file; a link that names its target from its own folder is written anew.
fn relocate(
    from: &Path,
    to: &Path,
    new_target: impl Fn(&Path) -> PathBuf,
) -> Result<(), RepoError> {
    let Some(target) = relative_target(from) else {
        return fs::rename(from, to).map_err(RepoError::io(from));
    };
    link(&new_target(&target), to)?;
    fs::remove_file(from).map_err(RepoError::io(from))
}

/// What a link names, if it names it from its own folder.
fn relative_target(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok().filter(|t| t.is_relative())
}

/// Puts a link in place, in one step.
fn link(target: &Path, place: &Path) -> Result<(), RepoError> {
    let aside = aside(place);
    symlink(target, &aside).map_err(RepoError::io(&aside))?;
    fs::rename(&aside, place).map_err(RepoError::io(&aside))
}

/// A free name beside a file; what a killed process left there goes.
fn aside(path: &Path) -> PathBuf {
    let aside = path.with_extension("palimpsest-new");
    // If it cannot go, what follows says so.
    let _ = fs::remove_file(&aside);
    aside
}
