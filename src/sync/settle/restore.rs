//! The return of a deleted entry's file.

use std::collections::BTreeSet;

use crate::journal::entry::values_of;
use crate::journal::{EntryDate, Item, Layout};
use crate::repo::{ObjectId, Repo, RepoError, Trouble};
use crate::sync::history;

/// What became of the deletion of a restored entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeletionWas {
    /// It was in the work tree alone, and is gone.
    InWorkTree,
    /// It was staged, and is no longer.
    Staged,
    /// It is in a commit, or part of a merge, and the file is to be committed.
    Committed,
}

/// The outcome of restoring a deleted entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Return {
    /// The file was written again under this path. Items in it that had been removed
    /// before: the commit of the file puts them back.
    Written {
        path: String,
        deletion: DeletionWas,
        removed: Vec<Item>,
    },
    /// The entry's file exists, at this path.
    NotDeleted(String),
    /// A sparse checkout leaves the entry's file out of the work tree.
    LeftOut(String),
    /// Nothing is known of the entry.
    Unknown,
    /// The ledger names this blob, and it is not in this repository.
    Lost {
        blob: String,
        /// Whether HEAD's history has it, so that `doctor` tells what brings it back.
        is_of_history: bool,
    },
}

/// Puts the file of a deleted entry back into the work tree: the version in git's index, or
/// else HEAD's, or the other side's in a merge that waits, or the one that the ledger, or
/// history, names. HEAD's is staged again if its deletion was: the next commit would delete it
/// otherwise.
///
/// # Errors
/// The repository cannot be read, or the index or the file not be written.
pub fn restore_entry(
    repo: &Repo,
    layout: &Layout,
    entry: EntryDate,
    known_path: Option<&str>,
) -> Result<Return, RepoError> {
    let usual = layout.entry_path(entry);
    // It may have moved since HEAD, and its file be removed after that.
    let mut staged = repo.staged_below(&layout.journal)?;
    staged.retain(|path| layout.entry_date(path) == Some(entry));
    let known = [known_path.unwrap_or(&usual), &usual];
    let paths: BTreeSet<&str> = staged.iter().map(String::as_str).chain(known).collect();
    for path in &paths {
        if repo.work_file(path)?.is_some() {
            return Ok(Return::NotDeleted((*path).to_owned()));
        }
        if repo.is_left_out(path)? {
            return Ok(Return::LeftOut((*path).to_owned()));
        }
    }
    let written = |path: &str, deletion| Return::Written {
        path: path.to_owned(),
        deletion,
        removed: Vec::new(),
    };
    let index = repo.index()?;
    for path in &paths {
        // What is staged may be newer than HEAD's version. After `git add -N` it is nothing.
        let bytes = repo.read_staged(&index, path)?;
        if bytes.is_some_and(|bytes| !bytes.is_empty()) {
            repo.check_out_staged(path)?;
            return Ok(written(path, DeletionWas::InWorkTree));
        }
    }
    if let Some(head) = repo.head()? {
        for path in known {
            let Some(bytes) = repo.read_at(head, path)? else {
                continue;
            };
            // In conflict it is for a person to stage.
            if index.unmerged().iter().any(|open| open == path) {
                repo.write_work_file(path, &bytes)?;
                return Ok(written(path, DeletionWas::Committed));
            }
            // If the file cannot be written then, the same command finds it in the index.
            repo.stage_as_in_head(path)?;
            match repo.is_left_out(path)? {
                true => repo.write_work_file(path, &bytes)?,
                false => repo.check_out_staged(path)?,
            }
            return Ok(written(path, DeletionWas::Staged));
        }
    }
    // In a merge that waits, this side deleted it and the other one edited it; or a person
    // settled that with the deletion, and thinks better of it.
    for side in repo.merge_heads()? {
        let bases = match repo.head()? {
            Some(head) => repo.merge_bases(head, side)?,
            None => Vec::new(),
        };
        // It may have moved there as well.
        let Some(there) = history::file_of(repo, layout, side, entry)? else {
            continue;
        };
        let mut is_edited = true;
        for base in bases {
            let before = history::file_of(repo, layout, base, entry)?;
            is_edited &= before.is_none_or(|before| before.blob != there.blob);
        }
        if !is_edited {
            continue;
        }
        if layout.entry_date(&there.path).is_none() {
            // In a folder that is no longer the journal's.
            repo.write_work_file(&usual, &repo.read_blob(there.blob)?)?;
            return Ok(written(&usual, DeletionWas::Committed));
        }
        if repo.work_file(&there.path)?.is_some() {
            return Ok(Return::NotDeleted(there.path));
        }
        repo.check_out_of(side, &there.path)?;
        return Ok(written(&there.path, DeletionWas::Committed));
    }
    let ledger = super::known(repo, layout, entry.year())?;
    let removed = history::Removed::new(repo, layout);
    let Some(row) = removed.deletion_of(&ledger, entry)? else {
        return Ok(Return::Unknown);
    };
    let id: Option<ObjectId> = row.blob.parse().ok();
    let bytes = match id.map(|id| repo.read_blob(id)) {
        Some(Ok(bytes)) => bytes,
        Some(Err(e)) if !matches!(e.object(), Some((_, Trouble::Missing))) => return Err(e),
        _ => {
            return Ok(Return::Lost {
                blob: row.blob.clone(),
                is_of_history: removed.is_of_history(&row.blob).unwrap_or(true),
            });
        }
    };
    let path = history::last_path(layout, entry, row);
    repo.write_work_file(&path, &bytes)?;
    let there = values_of(&bytes);
    let removed = ledger.removed_items(entry).into_iter();
    let removed = removed.filter(|item| there.contains_key(item)).collect();
    Ok(Return::Written {
        path,
        deletion: DeletionWas::Committed,
        removed,
    })
}
