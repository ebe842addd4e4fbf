//! Ledger files that differ from HEAD's without anybody's doing: those that stayed
//! behind a commit (git was killed before `post-commit`, which updates them), and those
//! that a commit given up in the editor left staged.

use super::history;
use super::leftovers::left_over;
use crate::journal::Layout;
use crate::ledger;
use crate::repo::{Blob, Change, ObjectId, Repo, RepoError, StagedFile, permission_to_write};

/// A ledger file that equals an older commit's byte for byte, in the work tree or in the
/// index, so that it holds no change by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Behind {
    pub path: String,
    /// The version for the work tree, if that is behind.
    work: Option<ObjectId>,
    /// The version for the index, if that is behind.
    staged: Option<ObjectId>,
}

impl Behind {
    /// What brings the file to HEAD's version: also what lets this user write it, if he may
    /// not.
    #[must_use]
    pub fn mend(&self, repo: &Repo) -> String {
        let fix = "palimpsest doctor --fix";
        let place = repo.workdir().join(&self.path);
        match self.work.and_then(|_| permission_to_write(&place)) {
            Some(permission) => format!("{permission}, then {fix}"),
            None => format!("{fix}, or {}", self.command(repo)),
        }
    }

    /// The command that a person can run instead.
    fn command(&self, repo: &Repo) -> String {
        let how = match (self.work, self.staged) {
            (Some(_), Some(_)) => "checkout HEAD --",
            (Some(_), None) => "checkout --",
            (None, _) => "reset -q --",
        };
        format!("git {how} {}", repo.pathspec(&self.path))
    }

    /// Brings the file to HEAD's version.
    ///
    /// # Errors
    /// The file or the index cannot be written.
    pub fn catch_up(&self, repo: &Repo) -> Result<(), RepoError> {
        let Some(id) = self.work.or(self.staged) else {
            return Ok(());
        };
        let (path, bytes) = (self.path.clone(), repo.read_blob(id)?);
        if self.work.is_some() {
            repo.write_work_file(&path, &bytes)?;
        }
        let file = StagedFile { path, bytes };
        if self.staged.is_some() {
            repo.stage(std::slice::from_ref(&file))?;
        }
        repo.note_stat([(id, file.path.as_str(), file.bytes.as_slice())]);
        Ok(())
    }
}

/// The ledger files that are behind HEAD. In the middle of a merge, a squash or a revert none
/// are reported, since that cannot be told.
///
/// # Errors
/// History, the index or a file cannot be read.
pub fn behind(repo: &Repo, layout: &Layout) -> Result<Vec<Behind>, RepoError> {
    let mut found = Vec::new();
    let Some(head) = repo.head()? else {
        return Ok(found);
    };
    // A rebase is no reason: its HEAD is a commit like any other.
    if repo.is_reverting() || !repo.merge_heads()?.is_empty() || repo.squashing()?.is_some() {
        return Ok(found);
    }
    let index = repo.index()?;
    let unmerged = index.unmerged();
    for change in history::ledger_changes(repo, layout, None, head)?.into_values() {
        let path = change.path;
        let committed = change.new.and_then(Blob::file);
        let (Some(committed), false) = (committed, unmerged.contains(&path)) else {
            continue;
        };
        let is_behind = |version: Option<ObjectId>| {
            Ok::<bool, RepoError>(
                version != Some(committed) && is_older(repo, layout, head, &path, version)?,
            )
        };
        let staged = index.staged(&path).and_then(Blob::file);
        let staged_behind = is_behind(staged)?;
        let work = repo.read_work_file(&path)?;
        let work = work.as_deref().and_then(ObjectId::of_file);
        let work_behind = !index.is_left_out(&path) && is_behind(work)?;
        if staged_behind || work_behind {
            // The staged version may hold a decision.
            let wanted = staged.filter(|_| !staged_behind).unwrap_or(committed);
            found.push(Behind {
                work: work_behind.then_some(wanted),
                staged: staged_behind.then_some(committed),
                path,
            });
        }
    }
    Ok(found)
}

/// The ledger files that are HEAD's in the work tree, and different in the index: a
/// commit given up in the editor leaves its rows staged, and git calls no hook. The next
/// commit works them out again, but a pull that brings rows stops for them. `behind` are
/// the files that are behind HEAD.
///
/// # Errors
/// The index or a file cannot be read.
pub fn given_up(repo: &Repo, layout: &Layout, behind: &[Behind]) -> Result<Vec<String>, RepoError> {
    let mut found = Vec::new();
    for change in staged_ledgers(repo, layout)? {
        let path = change.path;
        if change.new.is_none() || behind.iter().any(|b| b.path == path) {
            continue;
        }
        let work = repo.read_work_file(&path)?;
        let work = work.as_deref().and_then(ObjectId::of_file);
        if work == change.old.and_then(Blob::file) {
            found.push(path);
        }
    }
    Ok(found)
}

/// The ledger files whose deletion is staged, each with the command that takes that back.
/// `git commit FILE` of another file leaves them so, and a commit of all writes them again.
/// `behind` are the files that are behind HEAD.
///
/// # Errors
/// The index or a file cannot be read.
pub fn deleted(
    repo: &Repo,
    layout: &Layout,
    behind: &[Behind],
) -> Result<Vec<(String, String)>, RepoError> {
    let mut found = Vec::new();
    for change in staged_ledgers(repo, layout)? {
        let path = change.path;
        if change.new.is_some() || behind.iter().any(|b| b.path == path) {
            continue;
        }
        let how = match repo.work_file(&path)? {
            // A decision may stand in it.
            Some(_) => "reset -q --",
            None => "checkout HEAD --",
        };
        let command = format!("git {how} {}", repo.pathspec(&path));
        found.push((path, command));
    }
    Ok(found)
}

/// The ledger files that are staged otherwise than HEAD has them; none in the middle of a
/// merge or a revert, which changes them itself.
fn staged_ledgers(repo: &Repo, layout: &Layout) -> Result<Vec<Change>, RepoError> {
    let Some(head) = repo.head()? else {
        return Ok(Vec::new());
    };
    if repo.is_reverting() || repo.is_in_the_middle() {
        return Ok(Vec::new());
    }
    let mut changes = repo.staged_against(Some(head))?;
    changes.retain(|change| layout.ledger_year(&change.path).is_some());
    Ok(changes)
}

/// Whether a version of a ledger holds what a person decided, and HEAD's does not. All else
/// in it the next commit works out anew.
fn decides(
    repo: &Repo,
    layout: &Layout,
    head: ObjectId,
    path: &str,
    version: Option<ObjectId>,
) -> Result<bool, RepoError> {
    let Some(version) = version else {
        return Ok(false);
    };
    let known = repo.read_at(head, path)?;
    let known = known.as_deref().map(ledger::parse).unwrap_or_default();
    let there = ledger::parse(&repo.read_blob(version)?);
    let left = left_over(repo, layout, Some(head), (&known, &there))?;
    Ok(ledger::decisions(&known, &there, &left) != known)
}

/// Whether a commit before HEAD had this version at a path; without a version, whether
/// HEAD added the file.
fn is_older(
    repo: &Repo,
    layout: &Layout,
    head: ObjectId,
    path: &str,
    version: Option<ObjectId>,
) -> Result<bool, RepoError> {
    let before = [repo.head_before()?, repo.commit_named("HEAD^")?];
    for commit in before.into_iter().flatten() {
        if repo.blob_at(commit, path)?.and_then(Blob::file) == version {
            // Where a person moved HEAD back, what it was before is newer.
            return Ok(!repo.is_in(head, commit) || !decides(repo, layout, head, path, version)?);
        }
    }
    if version.is_none() {
        return Ok(false);
    }
    for commit in repo.commits_of(head, path)? {
        if repo.blob_at(commit, path)?.and_then(Blob::file) == version {
            return Ok(true);
        }
    }
    Ok(false)
}
