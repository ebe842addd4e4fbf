//! Git's objects that listings, commits and `metadb restore` read: HEAD's folders, its
//! entries, notes and ledgers, what is staged in their place, and the last versions of
//! deleted entries.
//!
//! Each is read once and nothing of older history is, so that this costs about what
//! reading the journal does, however long its history is. `git fsck` looks at all.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::{EntryDate, Layout, PathKind};
use crate::ledger::{self, Ledger};
use crate::repo::{Blob, Finding, ObjectId, Repo, RepoError, Trouble, permission_for};
use crate::sync::history::{self, Removed};

/// The objects that were found missing or damaged: each is told once, and the checks that
/// meet it later do not repeat it.
#[derive(Debug, Default)]
pub(super) struct Unreadable {
    told: BTreeSet<ObjectId>,
    /// Whether a check needed one of them, and gave nothing.
    pub is_needed: bool,
}

impl Unreadable {
    /// Whether an error is about an object that was told.
    pub fn is_told(&self, error: &RepoError) -> bool {
        matches!(error, RepoError::Object { id, .. } if self.told.contains(id))
    }

    /// Tells of an object that cannot be read, unless it was told. Other errors come back.
    pub fn tell(
        &mut self,
        repo: &Repo,
        file: &File<'_>,
        error: RepoError,
        found: &mut Vec<Finding>,
    ) -> Result<(), RepoError> {
        let Some((id, trouble)) = error.object() else {
            return Err(error);
        };
        if !self.told.insert(id) {
            return Ok(());
        }
        let problem = match trouble {
            Trouble::Missing => "is missing".to_owned(),
            Trouble::Damaged(how) => format!("cannot be read: {how}"),
        };
        found.push(Finding::new(
            format!("{}: git object {id} {problem}", file.shown(repo, id)),
            mend(repo, id, file),
        ));
        Ok(())
    }

    /// What a check gives; nothing where it needs an object that cannot be read, which is
    /// told, so that the others go on. Other errors come back.
    pub fn or_tell<T>(
        &mut self,
        repo: &Repo,
        checked: Result<T, RepoError>,
        found: &mut Vec<Finding>,
    ) -> Result<Option<T>, RepoError> {
        match checked {
            Ok(checked) => return Ok(Some(checked)),
            // Git met what was told.
            Err(RepoError::Command { .. }) if !self.told.is_empty() => {}
            Err(error) => self.tell(repo, &File::InHistory, error, found)?,
        }
        self.is_needed = true;
        Ok(None)
    }
}

/// What an object is there for.
pub(super) enum File<'a> {
    InHead(&'a str),
    Staged(&'a str),
    /// The last version of an entry that was deleted.
    Deleted(&'a str),
    /// A version of long ago, or a commit or a folder.
    InHistory,
}

impl File<'_> {
    fn shown(&self, repo: &Repo, id: ObjectId) -> String {
        match self {
            File::InHead(path) => format!("{path} in HEAD"),
            File::Staged(path) => format!("{path} as it is staged"),
            File::Deleted(path) => format!("{path}, deleted, its last version"),
            File::InHistory => {
                let name = match repo.path_in_history(id) {
                    Some(path) => format!("an older version of {path}"),
                    None => "history".to_owned(),
                };
                format!("{name}, without which removals and conflicts are not known")
            }
        }
    }
}

/// The command that brings an object back. A damaged file has to go first: git takes an
/// object for there as long as its file is. One that can be read stays: it is of another
/// kind than what names it says.
fn mend(repo: &Repo, id: ObjectId, file: &File<'_>) -> String {
    if let Some(kind) = repo.sound_kind(id) {
        return format!(
            "look at it with git cat-file -p {id}: it is a {kind}, and what names it takes it for \
             something else; keep it"
        );
    }
    let there = repo.object_file(id);
    // Nothing is wrong with one that only may not be read.
    let denied = there.as_ref().and_then(|path| {
        let error = std::fs::File::open(path).err()?;
        permission_for(path, &error)
    });
    if let Some(denied) = denied {
        return denied;
    }
    let damaged = there.map(|path| format!("rm -f {} && ", repo.typed_file(&path)));
    let first = damaged.unwrap_or_default();
    if let File::InHead(path) | File::Staged(path) = file
        && let Ok(Some(work)) = repo.read_work_file(path)
        && (ObjectId::of_file(&work) == Some(id)
            || repo.is_stored_as(path, &work, id).unwrap_or(false))
    {
        return format!(
            "{first}git hash-object -w {} (the file still has all of it)",
            repo.from_here(path)
        );
    }
    // A commit that was not pushed yet nobody else has.
    let back = repo.before_damaged_head(id).map_or_else(String::new, |id| {
        format!(
            "; where none has it, git update-ref HEAD {id}, the last commit that is whole: the \
             files stay, and are to be committed again"
        )
    });
    match repo.has_remote() {
        true => format!(
            "{first}git fetch --refetch (what the remote lacks, copy from .git/objects of a clone \
             that has it; git fsck names all that is missing or damaged{back})"
        ),
        false => format!(
            "{first}git fetch --refetch FOLDER (a clone or a backup that has it; git fsck names \
             all that is missing or damaged{back})"
        ),
    }
}

/// Reads the objects that others will need, and tells of those that cannot be read.
///
/// # Errors
/// The repository cannot be read for another reason.
pub(super) fn check(
    repo: &Repo,
    layout: &Layout,
    found: &mut Vec<Finding>,
) -> Result<Unreadable, RepoError> {
    let mut unreadable = Unreadable::default();
    let head = unreadable.or_tell(repo, repo.head(), found)?;
    let Some(head) = head.flatten() else {
        return Ok(unreadable);
    };
    let files = match repo.changes(None, Some(head), &history::watched_folders(layout)) {
        Ok(files) => files,
        Err(error) => {
            unreadable.tell(repo, &File::InHistory, error, found)?;
            return Ok(unreadable);
        }
    };
    let mut ledgers = BTreeMap::new();
    let mut there = BTreeSet::new();
    for file in files {
        let (kind, id) = (layout.classify(&file.path), file.new.and_then(Blob::file));
        let (false, Some(id)) = (kind == PathKind::Other, id) else {
            continue;
        };
        there.extend(layout.entry_date(&file.path));
        match (repo.shared_blob(id), kind) {
            (Ok(bytes), PathKind::Ledger(year)) => {
                ledgers.insert(year, ledger::parse(&bytes));
            }
            (Ok(_), _) => {}
            (Err(error), _) => {
                unreadable.tell(repo, &File::InHead(&file.path), error, found)?;
            }
        }
    }
    for change in repo.staged_against(Some(head))? {
        let id = change.new.and_then(Blob::file);
        let is_ours = layout.classify(&change.path) != PathKind::Other;
        if let Some(Err(error)) = id.filter(|_| is_ours).map(|id| repo.shared_blob(id)) {
            unreadable.tell(repo, &File::Staged(&change.path), error, found)?;
        }
    }
    // What history tells besides; that it cannot be read is told elsewhere.
    let told = history::rows_of(repo, layout, head).unwrap_or_default();
    for year in told.years() {
        let rows = told.of_year(year);
        let ledger = ledgers.remove(&year).unwrap_or_default();
        ledgers.insert(year, ledger.with_told(rows));
    }
    let removed = Removed::new(repo, layout);
    for rows in ledgers.values() {
        deleted(repo, layout, rows, &there, &removed, &mut unreadable, found)?;
    }
    Ok(unreadable)
}

/// Looks at the last versions of a year's deleted entries, which `metadb restore` reads.
fn deleted(
    repo: &Repo,
    layout: &Layout,
    rows: &Ledger,
    there: &BTreeSet<EntryDate>,
    removed: &Removed<'_>,
    unreadable: &mut Unreadable,
    found: &mut Vec<Finding>,
) -> Result<(), RepoError> {
    let entries: BTreeSet<EntryDate> = rows.deletions.keys().map(|(entry, _)| *entry).collect();
    for entry in entries.difference(there) {
        // One that is deleted twice asks all of history, which may be unreadable itself.
        let Ok(Some(row)) = removed.deletion_of(rows, *entry) else {
            continue;
        };
        let Some(Err(error)) = row.blob.parse().ok().map(|id| repo.shared_blob(id)) else {
            continue;
        };
        // A version that never came here (a rebase left it behind on another machine, a
        // shallow clone is cut off before it) is not lost from this repository.
        let is_missing = matches!(error.object(), Some((_, Trouble::Missing)));
        if is_missing && !removed.is_of_history(&row.blob).unwrap_or(true) {
            continue;
        }
        let path = history::last_path(layout, *entry, row);
        unreadable.tell(repo, &File::Deleted(&path), error, found)?;
    }
    Ok(())
}
