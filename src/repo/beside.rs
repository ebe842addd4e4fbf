//! Files that are written beside their place and renamed there, so that a kill leaves the old
//! file or the new one.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use super::RepoError;
use super::work_tree::UNFINISHED;

/// Who may do what with a file that is written.
pub enum Access {
    /// As the umask allows.
    New,
    /// As the umask allows, and it can be run.
    Executable,
    /// As the file that it replaces, whatever the umask is.
    Kept(fs::Permissions),
}

/// How long a file has to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lasts {
    /// Longer than this machine is on: it is flushed before it is renamed.
    ForGood,
    /// Until git, which waits for it, has read it.
    UntilRead,
}

/// Gives a new file the mode of the one that it replaces. Where that cannot be (a share of
/// another owner, a file system without modes), the file has the mode that all have there.
pub fn take_mode(file: &fs::File, permissions: fs::Permissions) {
    let has = file.metadata().map(|meta| meta.permissions());
    if !has.is_ok_and(|has| has == permissions) {
        let _ = file.set_permissions(permissions);
    }
}

/// Writes a file beside its place and renames it there. A symbolic link there is replaced.
///
/// # Errors
/// The folder is missing, or the file cannot be written.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that persists a temporary file"
)]
pub fn write_beside(full: &Path, bytes: &[u8], access: Access, lasts: Lasts) -> io::Result<()> {
    let mode = match access {
        Access::Executable => 0o777,
        _ => 0o666,
    };
    let folder = full
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::Builder::new()
        .prefix(UNFINISHED)
        .permissions(fs::Permissions::from_mode(mode))
        .tempfile_in(folder.unwrap_or(Path::new(".")))?;
    if let Access::Kept(permissions) = access {
        take_mode(file.as_file(), permissions);
    }
    file.write_all(bytes)?;
    if lasts == Lasts::ForGood {
        file.as_file().sync_all()?;
    }
    file.persist(full).map_err(|e| e.error)?;
    Ok(())
}

/// Writes a file of the repository that lasts, with the folders that it needs.
///
/// # Errors
/// The folder cannot be made or the file cannot be written.
pub(super) fn write_atomically(full: &Path, bytes: &[u8], access: Access) -> Result<(), RepoError> {
    let folder = full.parent().unwrap_or(full);
    fs::create_dir_all(folder).map_err(RepoError::io(folder))?;
    write_beside(full, bytes, access, Lasts::ForGood).map_err(RepoError::io(full))
}
