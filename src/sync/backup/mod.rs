//! Backups: the journal, the wiki, the ledger, the settings and the database in one
//! archive, with a manifest of its files.
//!
//! An archive is verified after it is written and before anything is restored.
//! `name` and `manifest` are pure; `take` and `restore` read and write.

mod manifest;
mod name;
mod restore;
mod take;

use std::io;
use std::path::{Path, PathBuf};

pub use manifest::Manifest;
pub use name::Name;
pub use restore::{Opened, Restored, place_for};
pub use take::{Backup, Options, Taken, listed, take};

use crate::journal::Layout;
use crate::journal::layout::{below, is_at_or_below};
use crate::journal::settings::FILE;
use crate::repo::RepoError;
use crate::store::StoreError;

/// The untracked folder of the backups, from the top of the work tree.
pub const FOLDER: &str = "backups/full_data";

/// The manifest's file in an archive.
const MANIFEST: &str = "palimpsest-backup.json";

/// Git's attributes; a backup keeps only the lines that Palimpsest needs.
const ATTRIBUTES: &str = ".gitattributes";

/// Whether a path is one of those that a backup of this journal has.
fn belongs(layout: &Layout, path: &str) -> bool {
    // The folders may contain what no backup has. A file system may ignore case.
    let folded = path.to_lowercase();
    let mut beside = layout.database_files().into_iter();
    let is_beside = |file: String| file != layout.database && file.to_lowercase() == folded;
    if beside.any(is_beside) || is_at_or_below(&folded, FOLDER) {
        return false;
    }
    let folders = [&layout.journal, &layout.wiki, &layout.ledger];
    [MANIFEST, FILE, ATTRIBUTES, &layout.database].contains(&path)
        || folders.iter().any(|folder| below(path, folder).is_some())
}

/// Why there is no backup, or why nothing was restored.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    #[error(transparent)]
    Repo(#[from] RepoError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(
        "`{0}`: no suffix of a backup; expected letters, digits, `-` and `_`, as in `--suffix monthly`"
    )]
    Suffix(String),
    #[error(
        "{dir}: not empty; expected a new or empty folder. To restore over a journal, go into it \
         and leave `--into` out: what is there is backed up first", dir = .0.display()
    )]
    NotEmpty(PathBuf),
    #[error(
        "its settings name `{theirs}`, and the journal here has `{own}` for that: other files than \
         the journal's could be written over. Restore beside it with `--into DIR`. Nothing was \
         changed"
    )]
    OtherFolders { theirs: String, own: String },
    #[error(
        "HEAD's settings name `{heads}`, which would not be backed up first, since those that count \
         now have `{own}` for that. Restore beside it with `--into DIR`. Nothing was changed"
    )]
    NotHeadsFolders { heads: String, own: String },
    #[error(
        "{0}: another file than the backup's, which git ignores or another repository has, so that \
         no backup would keep it; move it away, or restore beside it with `--into DIR`. Nothing was \
         changed"
    )]
    InTheWay(String),
}

impl BackupError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let error = RepoError::io(path);
        move |source| Self::Repo(error(source))
    }

    /// The error for an archive with something wrong at one of its files.
    fn damaged(archive: &Path, at: &str, what: impl Into<String>) -> Self {
        Self::Repo(RepoError::Archive {
            archive: archive.to_owned(),
            at: at.to_owned(),
            what: what.into(),
        })
    }
}
