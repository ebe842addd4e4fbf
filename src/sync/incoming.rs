//! The news that came in with a pull, a merge or a rebase.

use std::collections::{BTreeMap, BTreeSet};

use super::commit::KeptOutItem;
use super::documents::merged_by_field;
use super::history;
use crate::journal::hunks::Hunks;
use crate::journal::layout::is_markdown;
use crate::journal::markers::{AsText, conflict_markers};
use crate::journal::{EntryDate, Layout, PathKind};
use crate::ledger::{self, Ledger, SyncState};
use crate::repo::{Blob, ObjectId, Repo, RepoError};

/// The news that a person should know of, by entry.
#[derive(Debug, Default)]
pub struct Incoming {
    /// Entries with a conflict now that they did not have before.
    pub conflicts: BTreeSet<EntryDate>,
    /// Deleted entries, each with the one who deleted it.
    pub gone: BTreeMap<EntryDate, String>,
    /// Entries that had been deleted and are there again.
    pub back: BTreeSet<EntryDate>,
    /// Entries that the other side of a merge deleted and this side keeps, each with the one
    /// who deleted it, if that is sure.
    pub kept: BTreeMap<EntryDate, Option<String>>,
    /// Items that merges kept out since, for a person to settle.
    pub kept_out: BTreeSet<KeptOutItem>,
}

/// The news between two commits.
///
/// # Errors
/// A commit or a ledger cannot be read.
pub fn between(
    repo: &Repo,
    layout: &Layout,
    before: Option<ObjectId>,
    now: ObjectId,
) -> Result<Incoming, RepoError> {
    let told = history::rows_of(repo, layout, now)?;
    let changes = history::ledger_changes(repo, layout, before, now)?.into_iter();
    let mut changed: BTreeMap<i32, Blobs> =
        changes.map(|(year, c)| (year, (c.old, c.new))).collect();
    let of_deletions = told.deletions.keys().map(|(entry, _)| entry);
    let kept_out = told.kept_out.keys().map(|(key, _)| &key.entry);
    let others = of_deletions.chain(kept_out);
    for entry in told.sync.keys().map(|(entry, _)| entry).chain(others) {
        let path = layout.ledger_path(entry.year());
        if let std::collections::btree_map::Entry::Vacant(year) = changed.entry(entry.year()) {
            let same = repo.blob_at(now, &path)?;
            year.insert((same, same));
        }
    }
    let read = |blob: Option<Blob>| match blob.and_then(Blob::file) {
        Some(id) => repo.read_blob(id).map(|bytes| ledger::parse(&bytes)),
        None => Ok(Ledger::default()),
    };
    let mut told_before = None;
    let mut incoming = Incoming::default();
    for (year, (old, new)) in changed {
        let new = read(new)?.with_told(told.of_year(year));
        let kept_out = KeptOutItem::to_settle(&new);
        if new.conflicts().next().is_none() && new.deletions.is_empty() && kept_out.is_empty() {
            continue;
        }
        let told_before = match (&mut told_before, before) {
            (Some(told), _) => &*told,
            (none, Some(before)) => none.insert(history::rows_of(repo, layout, before)?),
            (none, None) => none.insert(Ledger::default()),
        };
        let old = read(old)?.with_told(told_before.of_year(year));
        let knew = |key| old.sync.get(&key).map(texts);
        let conflicts = new.conflicts().filter_map(|(entry, source, state)| {
            (knew((entry, source)) != Some(texts(state))).then_some(entry)
        });
        incoming.conflicts.extend(conflicts);
        let known = KeptOutItem::to_settle(&old);
        (incoming.kept_out).extend(kept_out.into_iter().filter(|item| !known.contains(item)));
        let (gone, back) = ledger::deletions_since(&old, &new);
        incoming.gone.extend(gone);
        incoming.back.extend(back);
        incoming.kept.extend(ledger::undone_in_coming(&old, &new));
    }
    keep_what_really_went_or_came(repo, layout, (before, now), &mut incoming)?;
    let of_items = incoming.kept_out.iter().map(|item| &item.entry).collect();
    let there = history::entries_there(repo, layout, &[now], &of_items)?;
    let is_there = |item: &KeptOutItem| there.contains(&item.entry);
    incoming.kept_out.retain(is_there);
    Ok(incoming)
}

/// Drops the items that a side of a merge knew to be kept out, whose commit named them: what
/// is left, the merge itself kept out.
///
/// # Errors
/// A commit or a ledger cannot be read.
pub fn keep_what_the_merge_kept_out(
    repo: &Repo,
    layout: &Layout,
    merge: ObjectId,
    incoming: &mut Incoming,
) -> Result<(), RepoError> {
    for parent in repo.commit(merge)?.parents.into_iter().skip(1) {
        if !incoming.kept_out.is_empty() {
            let since = between(repo, layout, Some(parent), merge)?.kept_out;
            incoming.kept_out.retain(|item| since.contains(item));
        }
    }
    Ok(())
}

/// The entries, notes and other pages in which conflict markers came in since `before`, each
/// with the line of the first: another client committed them without the checks, or they
/// are an example.
///
/// # Errors
/// A commit or a file cannot be read, or git fails; see [`RepoError`].
pub fn marked(
    repo: &Repo,
    layout: &Layout,
    before: ObjectId,
) -> Result<BTreeMap<String, usize>, RepoError> {
    let mut changes = repo.changes(Some(before), repo.head()?, &[])?;
    changes.retain(|change| is_markdown(&change.path));
    let paths = changes.iter().map(|change| change.path.as_str());
    let others: BTreeSet<&str> = merged_by_field(repo, layout, paths)?.into_iter().collect();
    let mut marked = BTreeMap::new();
    for change in &changes {
        let kind = layout.classify(&change.path);
        let Some(new) = change.new.and_then(Blob::file) else {
            continue;
        };
        if kind == PathKind::Other && !others.contains(change.path.as_str()) {
            continue;
        }
        let text = repo.read_blob(new)?;
        if conflict_markers(&text).is_none() {
            continue;
        }
        let mut known = AsText::of_entry(matches!(kind, PathKind::Entry(_)));
        if let Some(old) = change.old.and_then(Blob::file) {
            known.add(&repo.read_blob(old)?);
        }
        let new = Hunks::besides(&text, &known);
        marked.extend(new.iter().next().map(|h| (change.path.clone(), h.line)));
    }
    Ok(marked)
}

/// Keeps the deleted and returned entries whose file really went or came between these
/// commits, and drops the others: a merge may also leave out an entry that only its other
/// side had.
fn keep_what_really_went_or_came(
    repo: &Repo,
    layout: &Layout,
    (before, now): (Option<ObjectId>, ObjectId),
    incoming: &mut Incoming,
) -> Result<(), RepoError> {
    if incoming.gone.is_empty() && incoming.back.is_empty() && incoming.kept.is_empty() {
        return Ok(());
    }
    let there = |commits: &[ObjectId], entries: &BTreeSet<&EntryDate>| {
        history::entries_there(repo, layout, commits, entries)
    };
    let parents = repo.commit(now)?.parents;
    let sides: Vec<ObjectId> = before.into_iter().chain(parents.iter().copied()).collect();
    let were = there(&sides, &incoming.gone.keys().collect())?;
    let was = there(before.as_slice(), &incoming.back.iter().collect())?;
    let all = incoming.gone.keys().chain(&incoming.back);
    let are = there(&[now], &all.chain(incoming.kept.keys()).collect())?;
    // In the merge that undid the deletion: its other side lacks the entry, and this one not.
    let (here, others): (Vec<ObjectId>, Vec<ObjectId>) =
        parents.iter().partition(|parent| Some(**parent) == before);
    let kept: BTreeSet<&EntryDate> = incoming.kept.keys().collect();
    let was_here = there(&here, &kept)?;
    let is_there = there(&others, &kept)?;
    let Incoming {
        gone, back, kept, ..
    } = incoming;
    kept.retain(|entry, _| {
        was_here.contains(entry) && !is_there.contains(entry) && are.contains(entry)
    });
    gone.retain(|entry, _| were.contains(entry) && !are.contains(entry));
    back.retain(|entry| !was.contains(entry) && are.contains(entry));
    Ok(())
}

/// A ledger file before and now.
type Blobs = (Option<Blob>, Option<Blob>);

fn texts(state: &SyncState) -> Vec<&str> {
    state.hashes.iter().map(|h| h.hash.as_str()).collect()
}
