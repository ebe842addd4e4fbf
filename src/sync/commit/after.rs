//! The work of `post-commit`: it brings the ledger files of the real index and of the
//! work tree to the commit's.
//!
//! `git commit FILE` commits from a temporary index, so that the real one still holds the
//! old ledger; and `pre-commit` leaves the work tree's alone in an ordinary commit.

use std::rc::Rc;

use super::{branch_alone, reverted};
use crate::journal::Layout;
use crate::ledger;
use crate::repo::{Blob, Change, ObjectId, Repo, RepoError, StagedFile};
use crate::sync::history;
use crate::sync::leftovers::left_over;

/// The note of the ledgers that `git commit FILE` deleted, or put back to an older version,
/// and `pre-commit` wrote again.
const NOTE: &str = "written-again";

/// Notes that `pre-commit` wrote these ledgers again for a commit on `head`. Its index is
/// a temporary one; the real one is locked until git has taken them out of it.
pub(super) fn note_written_again(repo: &Repo, head: ObjectId, paths: &[String]) {
    if !paths.is_empty() && repo.index_is_temporary() {
        // Without the note the deletion stays staged, and `doctor` says so.
        let _ = repo.note(NOTE, &format!("{head}\n{}\n", paths.join("\n")));
    }
}

/// The ledgers that the commit on top of `before` wrote again.
fn written_again(repo: &Repo, before: Option<ObjectId>) -> Vec<String> {
    let note = repo.noted(NOTE);
    let mut lines = note.lines();
    let made_on = lines.next().and_then(|id| id.parse().ok());
    match made_on.is_some() && made_on == before {
        true => lines.map(str::to_owned).collect(),
        false => Vec::new(),
    }
}

/// Brings the ledger files of index and work tree in line with HEAD. Uncommitted
/// decisions in them stay, as staged or unstaged changes.
///
/// # Errors
/// The repository cannot be read, or the index or a ledger file not written.
pub fn after_commit(repo: &Repo, layout: &Layout) -> Result<(), RepoError> {
    let Some(head) = repo.head()? else {
        return Ok(());
    };
    let before = repo.head_before()?;
    let changes = repo.changes(before, Some(head), &[layout.ledger.as_str()])?;
    // Nothing of the ledger in the commit, or all of the index: nothing to follow.
    let same = changes.is_empty()
        || history::seen_by_pre_commit(repo, layout, head)? == Some(history::Seen::RealIndex);
    let again = written_again(repo, before);
    let in_index = match same && again.is_empty() {
        true => Vec::new(),
        false => repo.staged_against(Some(head))?,
    };
    let followers = Followers {
        repo,
        layout,
        before,
        in_index,
        again,
    };
    let (mut staged, mut there) = (Vec::new(), Vec::new());
    for change in changes {
        let new = change.new.and_then(Blob::file);
        let Some(id) = new.filter(|_| layout.ledger_year(&change.path).is_some()) else {
            continue;
        };
        let committed = repo.shared_blob(id)?;
        let bytes = followers.for_the_index(&change, &committed)?;
        staged.extend(bytes.map(|bytes| StagedFile {
            path: change.path.clone(),
            bytes: bytes.to_vec(),
        }));
        followers.update_the_work_tree(&change, &committed)?;
        there.push((id, change.path, committed));
    }
    for path in &followers.again {
        if there.iter().any(|(_, told, _)| told == path) {
            continue;
        }
        let Some(id) = repo.blob_at(head, path)?.and_then(Blob::file) else {
            continue;
        };
        let committed = repo.shared_blob(id)?;
        let in_index = followers.in_index.iter().find(|c| c.path == *path);
        let bytes = match in_index.and_then(|c| Some((c, c.new.and_then(Blob::file)?))) {
            Some((change, edited)) => {
                followers.caught_up(change, &committed, &repo.shared_blob(edited)?)?
            }
            None if repo.tracks(path)? => continue,
            None => Rc::clone(&committed),
        };
        staged.push(StagedFile {
            path: path.clone(),
            bytes: bytes.to_vec(),
        });
        there.push((id, path.clone(), committed));
    }
    repo.stage(&staged)?;
    repo.note_stat(
        there
            .iter()
            .map(|(id, path, bytes)| (*id, path.as_str(), &**bytes)),
    );
    Ok(())
}

/// The index and the work tree after a commit, whose ledgers follow it.
struct Followers<'a> {
    repo: &'a Repo,
    layout: &'a Layout,
    /// HEAD before the commit.
    before: Option<ObjectId>,
    /// What the index has otherwise than HEAD.
    in_index: Vec<Change>,
    /// The ledgers that the commit wrote again.
    again: Vec<String>,
}

impl Followers<'_> {
    /// The version for the index of a ledger that the commit changes; `None` if that has
    /// it, or lacks the file on purpose.
    fn for_the_index(
        &self,
        change: &Change,
        committed: &Rc<[u8]>,
    ) -> Result<Option<Rc<[u8]>>, RepoError> {
        let Some(other) = self.in_index.iter().find(|s| s.path == change.path) else {
            return Ok(None);
        };
        if let Some(other) = other.new.and_then(Blob::file) {
            let edited = self.repo.shared_blob(other)?;
            return self.caught_up(change, committed, &edited).map(Some);
        }
        let is_new = change.old.is_none() || self.again.contains(&change.path);
        Ok(is_new.then(|| Rc::clone(committed)))
    }

    /// Writes the work tree's version of a ledger that the commit changes, if it has to
    /// change.
    fn update_the_work_tree(&self, change: &Change, committed: &Rc<[u8]>) -> Result<(), RepoError> {
        let _lock = self.repo.lock_ledger()?;
        let work = self.repo.read_work_file(&change.path)?;
        let bytes = match &work {
            Some(work) if **work == **committed => return Ok(()),
            Some(work) => self.caught_up(change, committed, work)?,
            None if change.old.is_none() => Rc::clone(committed),
            None => return Ok(()),
        };
        match work.as_deref() == Some(&*bytes) {
            true => Ok(()),
            false => self.repo.write_work_file(&change.path, &bytes),
        }
    }

    /// The committed ledger with what a person decided in an edited version of it.
    fn caught_up(
        &self,
        change: &Change,
        committed: &Rc<[u8]>,
        edited: &[u8],
    ) -> Result<Rc<[u8]>, RepoError> {
        // A file that equals the previous commit's holds no decision.
        let old = change.old.and_then(Blob::file);
        let is_old = |id| self.repo.shared_blob(id).is_ok_and(|old| *old == *edited);
        if old.is_some_and(is_old) {
            return Ok(Rc::clone(committed));
        }
        let (repo, layout) = (self.repo, self.layout);
        let (known, edited) = (ledger::parse(committed), ledger::parse(edited));
        let left = left_over(repo, layout, self.before, (&known, &edited))?;
        let mut wanted = ledger::decisions(&known, &edited, &left);
        // Nor what a revert was that nothing notes, of which a person kept a part.
        reverted::leave_out((repo, layout), &known, &mut wanted)?;
        if let Some(before) = self.before {
            // The commit may have been a squash, which nothing shows any more.
            branch_alone::leave_out_deletions(repo, layout, before, &known, &mut wanted)?;
        }
        Ok(match wanted == known {
            true => Rc::clone(committed),
            false => ledger::format(&wanted).into(),
        })
    }
}
