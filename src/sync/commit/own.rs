//! What a commit itself changes, by entry. `history::own` and `history::diff` work out the
//! same from commits that are made; where the two differ, a commit records other rows than
//! history tells.

use std::collections::{BTreeMap, BTreeSet};

use super::check;
use super::rows::CommitContext;
use crate::journal::EntryDate;
use crate::ledger::Source;
use crate::repo::RepoError;
use crate::sync::history;
use crate::sync::versions::{self, FileAt, Key, Versions, by_key};

/// The versions of each entry and note that the commit changes against all its parents,
/// that a person resolved, or that a merge drops. A file that moved is not a change, nor
/// is the loss of one of two files of a date.
pub(super) fn changes(
    context: &CommitContext<'_>,
    resolved_paths: &[String],
) -> Result<BTreeMap<Key, Versions>, RepoError> {
    let CommitContext {
        layout,
        parents,
        changes,
        ..
    } = context;
    let mut own = versions::own_changes(layout, changes, parents.is_empty(), resolved_paths);
    add_what_is_gone_elsewhere(context, &mut own)?;
    keep_what_another_file_holds(context, &mut own)?;
    look_where_it_was(context, &mut own)?;
    take_what_counts(context, &mut own)?;
    own.extend(dropped(context)?);
    Ok(own)
}

/// Adds what goes in the commit that moves the journal or the wiki to another folder: it was
/// in the former one.
fn add_what_is_gone_elsewhere(
    context: &CommitContext<'_>,
    own: &mut BTreeMap<Key, Versions>,
) -> Result<(), RepoError> {
    let (&[parent], [changes]) = (&context.parents[..], &context.changes[..]) else {
        return Ok(());
    };
    for (key, was) in history::gone_elsewhere(context.repo, context.layout, parent, changes)? {
        own.entry(key).or_insert(Versions {
            parents: vec![Some(was)],
            ..Versions::default()
        });
    }
    Ok(())
}

/// If one of two files of a date is deleted, the entry still exists in the other.
fn keep_what_another_file_holds(
    context: &CommitContext<'_>,
    own: &mut BTreeMap<Key, Versions>,
) -> Result<(), RepoError> {
    let gone = |(key, versions): (&Key, &Versions)| {
        (key.1 == Source::Yaml && versions.now.is_none()).then_some(key.0)
    };
    let gone: BTreeSet<EntryDate> = own.iter().filter_map(gone).collect();
    if gone.is_empty() {
        return Ok(());
    }
    for (entry, file) in staged(context, &gone)? {
        if let Some(versions) = own.get_mut(&(entry, Source::Yaml)) {
            versions.now = Some(file);
        }
    }
    Ok(())
}

/// The staged files of these entries; of several, the one at the usual path, as in
/// `Places::file_of`.
fn staged(
    CommitContext { repo, layout, .. }: &CommitContext<'_>,
    entries: &BTreeSet<EntryDate>,
) -> Result<BTreeMap<EntryDate, FileAt>, RepoError> {
    let index = repo.index()?;
    let found = check::staged_files(repo, layout, entries)?.into_iter();
    let found = found.filter_map(|(entry, mut paths)| {
        paths.sort_by_key(|path| *path != layout.entry_path(entry));
        let mut paths = paths.into_iter();
        let file = paths.find_map(|path| {
            let blob = index.staged(&path)?.file()?;
            Some(FileAt { path, blob })
        });
        Some((entry, file?))
    });
    Ok(found.collect())
}

/// Each side of a merge may have brought a file of the date of its own.
fn take_what_counts(
    context: &CommitContext<'_>,
    own: &mut BTreeMap<Key, Versions>,
) -> Result<(), RepoError> {
    let entries = own.iter().filter_map(|((entry, source), versions)| {
        (*source == Source::Yaml && versions.may_have_others()).then_some(*entry)
    });
    let entries: BTreeSet<EntryDate> = entries.collect();
    if entries.is_empty() {
        return Ok(());
    }
    for (entry, file) in staged(context, &entries)? {
        if let Some(versions) = own.get_mut(&(entry, Source::Yaml)) {
            versions.now = Some(file);
            let parents = &context.parents;
            context.places.take_what_counts(parents, entry, versions)?;
        }
    }
    Ok(())
}

/// If the commit moves the journal or the wiki to another folder, its entries and notes are
/// not new.
fn look_where_it_was(
    context: &CommitContext<'_>,
    own: &mut BTreeMap<Key, Versions>,
) -> Result<(), RepoError> {
    for (nth, parent) in context.parents.iter().enumerate() {
        let is_new = |versions: &Versions| matches!(versions.parents.get(nth), Some(None));
        let new = own.iter().filter(|(_, versions)| is_new(versions));
        let new = new.map(|(key, _)| *key).collect();
        for (key, version) in history::moved_from(context.repo, context.layout, *parent, &new)? {
            let now = own.get(&key).and_then(|versions| versions.now.as_ref());
            if now.is_some_and(|now| now.blob == version.blob) {
                own.remove(&key);
            } else if let Some(versions) = own.get_mut(&key) {
                versions.parents[nth] = Some(version);
            }
        }
    }
    Ok(())
}

/// The entries that a side of a merge added or edited, and the merge drops.
fn dropped(context: &CommitContext<'_>) -> Result<BTreeMap<Key, Versions>, RepoError> {
    let CommitContext { repo, layout, .. } = context;
    if context.parents.len() < 2 {
        return Ok(BTreeMap::new());
    }
    let diffs = context.changes.iter();
    let diffs: Vec<_> = diffs.map(|c| by_key(layout, c)).collect();
    let mut found = versions::dropped(&diffs.iter().collect::<Vec<_>>());
    let entries = found.keys().map(|(entry, _)| *entry).collect();
    let there = check::staged_files(repo, layout, &entries)?;
    found.retain(|(entry, _), _| !there.contains_key(entry));
    history::only_new(repo, layout, &context.parents, found)
}
