//! The path of the database, whose file is there, and whether git has it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::journal::Layout;
use crate::repo::install::has_journal;
use crate::repo::{ObjectId, Repo, RepoError};
use crate::store::{AtPlace, is_header, is_ours};

/// The absolute path of the database. Settings come with the repository, so a file that
/// git tracks is never overwritten with a database, nor with a file that SQLite keeps
/// beside one; only a database that somebody committed may be. Nor is a database opened
/// beside which such a file came with the repository: SQLite would obey it.
///
/// # Errors
/// [`RepoError::NoDatabase`] or [`RepoError::BesideDatabase`] if git tracks such a file; or
/// the path leaves the repository, also by a link that git tracks.
pub fn database_path(repo: &Repo, layout: &Layout) -> Result<PathBuf, RepoError> {
    let path = repo.untracked_place(&layout.database)?;
    let is_ours = is_ours(&path);
    let names = layout.database_files();
    let is_beside = |name: &&String| **name != layout.database;
    let is_there = |name: &String| repo.workdir().join(name).symlink_metadata().is_ok();
    if is_ours && !names.iter().filter(is_beside).any(is_there) {
        return Ok(path);
    }
    // Files beside a database change it when it is opened: look at those first.
    // Another machine's file system may ignore case, and this one's, too.
    let tracked = repo.all_tracked_alike(&names.each_ref().map(String::as_str))?;
    for (wanted, name) in names.iter().zip(tracked) {
        let Some(name) = name else {
            continue;
        };
        let pathspec = repo.pathspec(&name);
        if is_ours && is_beside(&wanted) {
            return Err(RepoError::BesideDatabase { name, pathspec });
        }
        if !is_ours && (is_beside(&wanted) || !is_database(repo, &path, &name)?) {
            return Err(RepoError::NoDatabase { name, pathspec });
        }
    }
    Ok(path)
}

/// Whether there is a journal to index, and the database may be written: a tracked one
/// would be a modified file after every pull, and one of which git's index does not say it
/// may be tracked.
#[must_use]
pub fn may_index(repo: &Repo, layout: &Layout) -> bool {
    has_journal(repo, layout) && matches!(repo.tracks(&layout.database), Ok(false))
}

/// What HEAD has in the database's place. After a commit or a merge that is all that git
/// has ([`in_git`]), and git's index takes longer to read than all the rest.
///
/// # Errors
/// A commit cannot be read.
pub fn in_head(repo: &Repo, layout: &Layout) -> Result<BTreeSet<ObjectId>, RepoError> {
    let head = repo.blob_at(repo.head()?, &layout.database)?;
    Ok(head.map(|blob| blob.id).into_iter().collect())
}

/// What git has in the database's place, in HEAD and the index. Whoever can push may have
/// made it; what this machine made is known to them once it was committed.
///
/// # Errors
/// A commit cannot be read.
pub fn in_git(repo: &Repo, layout: &Layout) -> Result<BTreeSet<ObjectId>, RepoError> {
    let mut all = in_head(repo, layout)?;
    all.extend(repo.ids_in_index(&layout.database));
    Ok(all)
}

/// Has what git has in the database's place believed neither now nor later: for where it is
/// not opened.
pub fn disown(repo: &Repo, layout: &Layout) {
    // Where git cannot say, nothing is opened.
    if let Ok(in_git) = in_git(repo, layout) {
        repo.mark_work_tree(&in_git);
    }
}

/// Whether HEAD has the database; see [`in_head`].
#[must_use]
pub fn is_committed(repo: &Repo, layout: &Layout) -> bool {
    in_head(repo, layout).is_ok_and(|there| !there.is_empty())
}

/// Whether a tracked file is a database of this program or the original's. If the work
/// tree lacks the file, the index's version is looked at.
fn is_database(repo: &Repo, path: &Path, name: &str) -> Result<bool, RepoError> {
    if path.exists() {
        return Ok(AtPlace::may_be(path));
    }
    let staged = repo.index()?.staged(name);
    let bytes = staged.map(|blob| repo.read_blob(blob.id)).transpose()?;
    Ok(bytes.is_some_and(|bytes| is_header(&bytes)))
}
