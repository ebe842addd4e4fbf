//! A person's decisions: changes to the ledger's file in the work tree, to be committed
//! like any edit, the return of a deleted entry's file, and which have none here to return.

mod lost;
mod restore;

use std::collections::BTreeSet;
use std::fmt::Display;

use chrono::{DateTime, FixedOffset};

use crate::journal::{EntryDate, Item, Layout, Settings};
use crate::ledger::{
    self, Hash, Ledger, Restored, RowKey, Source, State, SyncState, Tombstone, raised,
};
use crate::repo::{ObjectId, Repo, RepoError, StagedFile, shell_word};

use super::history;
pub use lost::lost;
pub use restore::{DeletionWas, Return, restore_entry};

/// The person who decides, by machine, and the time.
#[derive(Debug, Clone)]
pub struct Decider {
    pub machine: String,
    /// The time in the ledger's form; see `clock::stamp`.
    pub at: String,
}

/// The shell command that lets in an item which a removal keeps out.
#[must_use]
pub fn to_let_in(table: impl Display, entry: impl Display, item: &str) -> String {
    // Some names are options, too.
    let end = if item.starts_with('-') { "-- " } else { "" };
    format!(
        "metadb tombstone remove {table} {entry} {end}{}",
        shell_word(item)
    )
}

/// Settles an entry's conflicts between two machines' edits: the current text is right.
/// `hash` gives the current text's hash by source. Returns the settled sources; the
/// ledger's file is written if there are any.
///
/// # Errors
/// The ledger's file cannot be read or written.
pub fn resolve(
    repo: &Repo,
    layout: &Layout,
    entry: EntryDate,
    hash: &dyn Fn(Source) -> Option<String>,
    by: &Decider,
) -> Result<Vec<Source>, RepoError> {
    change(repo, layout, entry, |ledger| {
        let mut settled = Vec::new();
        for source in [Source::Yaml, Source::Wiki] {
            let Some(state) = ledger
                .sync
                .get_mut(&(entry, source))
                .filter(|s| s.is_conflict())
            else {
                continue;
            };
            *state = settled_state(state, hash(source), by);
            settled.push(source);
        }
        settled
    })
}

/// Agrees with the removals that kept an item of an entry out of a merge; returns how
/// many there were.
///
/// # Errors
/// The ledger's file cannot be read or written.
pub fn agree(repo: &Repo, layout: &Layout, entry: EntryDate) -> Result<usize, RepoError> {
    change(repo, layout, entry, |ledger| {
        let open: BTreeSet<RowKey> = ledger
            .to_settle()
            .into_iter()
            .filter(|key| key.entry == entry)
            .cloned()
            .collect();
        for ((key, _), kept) in &mut ledger.kept_out {
            kept.settled |= open.contains(key);
        }
        open.len()
    })
}

/// The state after settling: one text, the counter one higher, one more conflict settled.
fn settled_state(state: &SyncState, hash: Option<String>, by: &Decider) -> SyncState {
    let newest = || {
        state
            .hashes
            .iter()
            .max_by_key(|h| (h.counter, &h.hash))
            .map(|h| h.hash.clone())
    };
    let text = Hash {
        // Without a current text, either of the two will do.
        hash: hash.or_else(newest).unwrap_or_default(),
        by: by.machine.clone(),
        at: by.at.clone(),
        counter: raised(state.counter),
        settled: true,
    };
    SyncState::of_one(text, raised(state.resolved))
}

/// Restores every active removal of an item; returns how many there were. The entry's
/// file is left alone.
///
/// # Errors
/// The ledger's file cannot be read or written.
pub fn restore_item(
    repo: &Repo,
    layout: &Layout,
    entry: EntryDate,
    item: &Item,
    by: &Decider,
) -> Result<usize, RepoError> {
    change(repo, layout, entry, |ledger| {
        let mut count = 0;
        for row in active_of(ledger, entry, item) {
            row.state = State::Restored(Restored {
                at: by.at.clone(),
                by: by.machine.clone(),
                how: Restored::METADB.into(),
            });
            count += 1;
        }
        count
    })
}

/// The number of active removals of an item, and of those changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeptCount {
    pub there: usize,
    pub changed: usize,
}

/// Makes every active removal of an item permanent.
///
/// # Errors
/// The ledger's file cannot be read or written.
pub fn keep_item(
    repo: &Repo,
    layout: &Layout,
    entry: EntryDate,
    item: &Item,
) -> Result<KeptCount, RepoError> {
    change(repo, layout, entry, |ledger| {
        let mut kept = KeptCount::default();
        for row in active_of(ledger, entry, item) {
            kept.there += 1;
            kept.changed += usize::from(!row.permanent);
            row.permanent = true;
        }
        kept
    })
}

/// The active removals of an item.
fn active_of<'l>(
    ledger: &'l mut Ledger,
    entry: EntryDate,
    item: &'l Item,
) -> impl Iterator<Item = &'l mut Tombstone> {
    let rows = ledger.tombstones.iter_mut();
    let of_item = rows.filter(move |(key, _)| key.entry == entry && key.to_item() == *item);
    of_item
        .map(|(_, row)| row)
        .filter(|row| row.state.is_active())
}

/// The outcome of a cleanup.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cleaned {
    pub count: usize,
    /// The ledger files that were written.
    pub changed: Vec<String>,
}

/// Shortens the removals whose lifetime is over at `now` to their keys. A restored
/// removal stays as it is: it is history, and is not listed anyway.
///
/// # Errors
/// A ledger file cannot be read or written.
pub fn cleanup(
    repo: &Repo,
    settings: &Settings,
    now: DateTime<FixedOffset>,
    dry_run: bool,
) -> Result<Cleaned, RepoError> {
    let layout = &settings.layout;
    let mut cleaned = Cleaned::default();
    for file in repo.work_files(&layout.ledger)?.files {
        if layout.ledger_year(&file.path).is_none() {
            continue;
        }
        let lock = repo.lock_ledger()?;
        let bytes = repo.read_work_file(&file.path)?.unwrap_or_default();
        let mut ledger = ledger::parse(&bytes);
        let mut count = 0;
        for (key, row) in &mut ledger.tombstones {
            let days = settings.lifetime_days(key.table);
            if row.state.is_active() && row.is_expired(now, days) {
                row.shorten();
                count += 1;
            }
        }
        cleaned.count += count;
        if count > 0 && !dry_run {
            write(repo, &file.path, &ledger)?;
            cleaned.changed.push(file.path);
        }
        drop(lock);
    }
    Ok(cleaned)
}

/// Changes the ledger of an entry's year; writes nothing if nothing changed. Of several
/// processes each changes what the one before wrote.
fn change<T>(
    repo: &Repo,
    layout: &Layout,
    entry: EntryDate,
    edit: impl FnOnce(&mut Ledger) -> T,
) -> Result<T, RepoError> {
    let path = layout.ledger_path(entry.year());
    // Before the lock: it may take a while.
    let told = told(repo, layout, entry.year())?;
    let _lock = repo.lock_ledger()?;
    let before = ledger::parse(&ledger_file(repo, layout, entry.year())?).with_told(told);
    let mut after = before.clone();
    let result = edit(&mut after);
    if after != before {
        write(repo, &path, &after)?;
    }
    Ok(result)
}

/// Writes a ledger's file. While a merge or the like waits for its commit, the file is
/// staged too: git cannot commit a file alone then, and would not abort the merge over a
/// file that differs from the index. If it already had changes, none of them staged, it
/// is not staged.
fn write(repo: &Repo, path: &str, ledger: &Ledger) -> Result<(), RepoError> {
    let bytes = ledger::format(ledger);
    if repo.waits_for().is_none() || !may_go_along(repo, path)? {
        return repo.write_work_file(path, &bytes);
    }
    // The index first: another process may hold it for long, and nothing is changed then.
    let before = repo.index()?.staged(path);
    let ids = stage(repo, path, bytes.clone())?;
    if let Err(error) = repo.write_work_file(path, &bytes) {
        // If this fails as well, the first error tells what to mend, and the index has the
        // decision.
        let _ = match before {
            Some(blob) => {
                let bytes = repo.read_blob(blob.id);
                bytes.and_then(|bytes| stage(repo, path, bytes).map(|_| ()))
            }
            None => repo.unstage(&[path]),
        };
        return Err(error);
    }
    repo.note_stat(ids.into_iter().map(|id| (id, path, &*bytes)));
    Ok(())
}

fn stage(repo: &Repo, path: &str, bytes: Vec<u8>) -> Result<Vec<ObjectId>, RepoError> {
    repo.stage(&[StagedFile {
        path: path.to_owned(),
        bytes,
    }])
}

/// Whether a ledger's file that a decision changes may be staged with it; see [`write()`].
fn may_go_along(repo: &Repo, path: &str) -> Result<bool, RepoError> {
    let index = repo.index()?;
    let committed = repo.blob_at(repo.head()?, path)?;
    Ok(match (repo.read_work_file(path)?, index.staged(path)) {
        (Some(work), Some(staged)) => {
            committed != Some(staged) || repo.is_stored_as(path, &work, staged.id)?
        }
        (None, None) => committed.is_none() && !index.unmerged().iter().any(|p| p == path),
        // Deleted, untracked or in conflict: that is for a person.
        _ => false,
    })
}

/// Whether a written decision goes along with a commit that git waits for: gives git's
/// word for what that commit ends.
///
/// # Errors
/// The repository cannot be read.
pub fn goes_along_with(repo: &Repo, path: &str) -> Result<Option<&'static str>, RepoError> {
    let Some(word) = repo.waits_for() else {
        return Ok(None);
    };
    let staged = repo.index()?.staged(path);
    let is_staged = match (staged, repo.read_work_file(path)?) {
        (Some(staged), Some(work)) => repo.is_stored_as(path, &work, staged.id)?,
        _ => false,
    };
    Ok(is_staged.then_some(word))
}

/// The ledger file of a year: the work tree's, or else HEAD's.
pub(super) fn ledger_file(repo: &Repo, layout: &Layout, year: i32) -> Result<Vec<u8>, RepoError> {
    let path = layout.ledger_path(year);
    Ok(match repo.read_work_file(&path)? {
        Some(bytes) => bytes,
        None => repo.read_at(repo.head()?, &path)?.unwrap_or_default(),
    })
}

/// The ledger of a year, with what history tells and no commit holds yet.
fn known(repo: &Repo, layout: &Layout, year: i32) -> Result<Ledger, RepoError> {
    let told = told(repo, layout, year)?;
    Ok(ledger::parse(&ledger_file(repo, layout, year)?).with_told(told))
}

/// What history tells of a year and no commit holds yet.
fn told(repo: &Repo, layout: &Layout, year: i32) -> Result<Ledger, RepoError> {
    Ok(match repo.head()? {
        Some(head) => history::rows_of(repo, layout, head)?.of_year(year),
        None => Ledger::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_begins_with_a_dash_is_no_option() {
        let command = |name| to_let_in("entry_people", "2024-11-01", name);
        let of = "metadb tombstone remove entry_people 2024-11-01";
        assert_eq!(command("it's"), format!("{of} 'it'\\''s'"));
        assert_eq!(command("--json"), format!("{of} -- '--json'"));
    }
}
