//! The work of `post-commit`: it brings the ledger files of the real index and of the
//! work tree to the commit's.
//!
//! `git commit FILE` commits from a temporary index, so that the real one still holds the
//! old ledger; and `pre-commit` leaves the work tree alone.

use std::rc::Rc;

use crate::journal::{Layout, PathKind};
use crate::ledger;
use crate::repo::{Blob, ObjectId, Repo, RepoError, StagedFile};
use crate::sync::history;

/// The note of the ledgers that `git commit FILE` deleted, and `pre-commit` wrote again.
const NOTE: &str = "written-again";

/// Notes that `pre-commit` wrote these ledgers again for a commit on `head`. Its index is
/// a temporary one; the real one is locked until git has taken them out of it.
pub(super) fn note_written_again(repo: &Repo, head: ObjectId, paths: &[&str]) {
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
    let in_index = match same {
        true => Vec::new(),
        false => repo.staged_against(Some(head))?,
    };
    let mut maker = None;
    let again = written_again(repo, before);

    let in_head = |path: &str| {
        let there = repo.blob_at(head, path)?;
        Ok::<_, RepoError>(there.and_then(Blob::file))
    };

    let (mut staged, mut there) = (Vec::new(), Vec::new());
    for change in changes {
        let is_ledger = matches!(layout.classify(&change.path), PathKind::Ledger(_));
        let Some(id) = change.new.and_then(Blob::file).filter(|_| is_ledger) else {
            continue;
        };
        let committed = repo.shared_blob(id)?;
        let mut follow = |edited: &[u8]| -> Result<Rc<[u8]>, RepoError> {
            // A file that equals the previous commit's holds no decision.
            let old = change.old.and_then(Blob::file);
            let is_old = |id| repo.shared_blob(id).is_ok_and(|old| *old == *edited);
            if old.is_some_and(is_old) {
                return Ok(Rc::clone(&committed));
            }
            let (machine, places) = match &mut maker {
                Some(maker) => maker,
                // Only now: asking git takes as long as all the rest.
                none => none.insert((repo.machine()?, repo.commit_places(before)?)),
            };
            Ok(follow(&committed, edited, machine, places))
        };

        // The index's version, if it differs from the commit's.
        let other = in_index.iter().find(|staged| staged.path == change.path);
        let bytes = match other.map(|staged| staged.new.and_then(Blob::file)) {
            None => None,
            Some(Some(other)) => Some(follow(&repo.shared_blob(other)?)?),
            Some(None) if change.old.is_none() || again.contains(&change.path) => {
                Some(Rc::clone(&committed))
            }
            // Removed from the index on purpose.
            Some(None) => None,
        };
        staged.extend(bytes.map(|bytes| StagedFile {
            path: change.path.clone(),
            bytes: bytes.to_vec(),
        }));

        let work = repo.read_work_file(&change.path)?;
        let bytes = match &work {
            Some(work) if **work == *committed => None,
            Some(work) => Some(follow(work)?),
            None => change.old.is_none().then(|| Rc::clone(&committed)),
        };
        if let Some(bytes) = bytes.filter(|bytes| Some(&**bytes) != work.as_deref()) {
            repo.write_work_file(&change.path, &bytes)?;
        }
        there.push((id, change.path, committed));
    }
    for path in again {
        let is_told = there.iter().any(|(_, told, _)| *told == path);
        if let (false, Some(id)) = (is_told, in_head(&path)?)
            && !repo.index()?.has(&path)
        {
            let committed = repo.shared_blob(id)?;
            staged.push(StagedFile {
                path: path.clone(),
                bytes: committed.to_vec(),
            });
            there.push((id, path, committed));
        }
    }
    repo.stage(&staged)?;
    repo.note_stat(
        there
            .iter()
            .map(|(id, path, bytes)| (*id, path.as_str(), &**bytes)),
    );
    Ok(())
}

/// The committed ledger with the decisions that `edited` adds to it.
fn follow(committed: &Rc<[u8]>, edited: &[u8], machine: &str, places: &[String]) -> Rc<[u8]> {
    let known = ledger::parse(committed);
    let wanted = ledger::decisions(&known, &ledger::parse(edited), machine, places);
    if wanted == known {
        Rc::clone(committed)
    } else {
        ledger::format(&wanted).into()
    }
}
