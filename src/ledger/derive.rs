//! Removals, re-additions and edits, found by comparing a version of an entry with those
//! of its parents. Used for staged against HEAD, work tree against HEAD and for history;
//! nothing is remembered in between.

use std::collections::BTreeSet;

use super::states::{after_edit, raised};
use super::{Deletion, Hash, Ledger, Restored, RowKey, Source, State, SyncState, Tombstone};
use crate::journal::digest::{NO_TEXT, short_sha256};
use crate::journal::{EntryDate, Facts, Item, Table};

/// An entry in one parent commit.
#[derive(Debug, Clone, Copy)]
pub struct Parent<'a> {
    /// The facts of its file; `None` if there was no file.
    pub facts: Option<&'a Facts>,
    /// The ledger of that commit: the rows known when the change was made.
    pub rows: &'a Ledger,
}

/// The file that held an entry, for the record of its deletion.
#[derive(Debug, Clone, Copy)]
pub struct FileRef<'a> {
    pub path: &'a str,
    /// Hex object id of its last version.
    pub blob: &'a str,
}

/// The author and place of a change, and the ledger that its rows go into.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    pub entry: EntryDate,
    pub source: Source,
    /// This machine's label.
    pub machine: &'a str,
    /// The place of the change, from which ids are made: the commit that it stands on in
    /// hex (all zeros for a first commit), and this clone's mark.
    pub place: &'a str,
    /// The time, as RFC 3339 in UTC, to the second; empty for rows that are only pending.
    pub at: &'a str,
    /// The source written into the rows, see [`Tombstone::source`].
    pub found_by: &'a str,
    /// The ledger that the rows are written into: the parent's, or in a merge commit the
    /// ledger driver's merge of the parents' ledgers.
    pub current: &'a Ledger,
    /// In a merge commit: a person resolved this file, or edited it while the merge waited.
    /// Without that, its text is the work of git or the driver and raises no sync state.
    pub resolved_by_hand: bool,
    /// In a merge commit: the items of a file that a person resolved which one parent
    /// removed and the other changed. Whoever kept one of them knew of its removal.
    pub kept_by_hand: Option<&'a BTreeSet<Item>>,
    /// The removed file, if the change removes it.
    pub removed: Option<FileRef<'a>>,
    /// The tip of the branch whose squash this is. It is not a parent, but text that git
    /// took from it is not the committer's edit.
    pub squashed: Option<Parent<'a>>,
}

/// The rows that a change gives: new ones, and changed versions of rows of
/// `context.current`. `now` is `None` if the file is gone.
#[must_use]
pub fn derive(parents: &[Parent<'_>], now: Option<&Facts>, context: &Context<'_>) -> Ledger {
    let mut out = Ledger::default();
    match now {
        Some(now) => {
            removals(parents, now, context, &mut out);
            re_additions(parents, now, context, &mut out);
            if let Some(state) = edit(parents, now, context) {
                out.sync.insert((context.entry, context.source), state);
            }
        }
        None => {
            deletion(parents, context, &mut out);
            if let Some(state) = settled_by_deletion(context) {
                out.sync.insert((context.entry, context.source), state);
            }
        }
    }
    out
}

/// The items that an unreadable version counts as having had. `before` has the facts of
/// the last readable versions before it, one for each side of a merge. It counts as
/// having every item that all of them had, and every item of `now` that any of them had:
/// so an item that all had and that is gone was removed, and an item that some had was
/// not added. With nothing known of before, it had the items of `now`.
#[must_use]
pub fn items_of_unreadable(before: &[Facts], now: Option<&Facts>) -> BTreeSet<Item> {
    let there = now.map(|now| now.items.clone()).unwrap_or_default();
    let Some((first, others)) = before.split_first() else {
        return there;
    };
    let mut items = first.items.clone();
    items.retain(|item| others.iter().all(|facts| facts.items.contains(item)));
    let had = |item: &Item| before.iter().any(|facts| facts.items.contains(item));
    items.extend(there.into_iter().filter(had));
    items
}

/// The id of a removal: the same each time the same removal is derived, and different for
/// another machine or another place. An entry's own deletion has an empty table and its
/// path as the item.
#[must_use]
pub fn removal_id(
    machine: &str,
    place: &str,
    entry: EntryDate,
    table: Option<Table>,
    item: &str,
) -> String {
    let entry = entry.to_string();
    let table = table.map_or("", Table::name);
    short_sha256([machine, place, &entry, table, item].join("\0").as_bytes())
}

/// Adds removals: items that every parent had and that are gone now.
fn removals(parents: &[Parent<'_>], now: &Facts, context: &Context<'_>, out: &mut Ledger) {
    let Some(first) = parents.first().and_then(|p| p.facts) else {
        return;
    };
    let in_all = |item: &&Item| {
        parents
            .iter()
            .all(|p| p.facts.is_some_and(|f| f.items.contains(*item)))
    };
    for (table, item) in first.items.difference(&now.items).filter(in_all) {
        let key = RowKey {
            entry: context.entry,
            table: *table,
            item: item.clone(),
            id: removal_id(
                context.machine,
                context.place,
                context.entry,
                Some(*table),
                item.as_str(),
            ),
        };
        let row = Tombstone {
            at: context.at.into(),
            by: context.machine.into(),
            source: context.found_by.into(),
            state: State::Active,
            permanent: false,
            shortened: false,
        };
        out.tombstones.insert(key, row);
    }
}

/// Adds re-additions: items that no parent had and that are there now, on top of removals
/// that the parents knew, and items that a person kept against the removal of one parent.
/// An item that a squash brings from a tip which did not know the removal is left for a
/// person.
fn re_additions(parents: &[Parent<'_>], now: &Facts, context: &Context<'_>, out: &mut Ledger) {
    let brought = |key: &RowKey, item: &Item| {
        context.squashed.is_some_and(|tip| {
            tip.facts.is_some_and(|f| f.items.contains(item)) && !tip.rows.knows_undone(key)
        })
    };
    let in_none = |item: &Item| {
        !parents
            .iter()
            .any(|p| p.facts.is_some_and(|f| f.items.contains(item)))
    };
    for parent in parents {
        for (key, row) in parent.rows.tombstones_of(context.entry) {
            let item = key.to_item();
            let is_kept = context
                .kept_by_hand
                .is_some_and(|kept| kept.contains(&item));
            let is_added = now.items.contains(&item) && (in_none(&item) || is_kept);
            if row.state.is_active() && is_added && !brought(key, &item) {
                let mut row = row.clone();
                row.state = re_added(context);
                out.tombstones.insert(key.clone(), row);
            }
        }
        // A note page does not bring its deleted entry back.
        for (key, row) in parent.rows.deletions_of(context.entry) {
            if row.state.is_active() && context.source == Source::Yaml {
                let mut row = row.clone();
                row.state = re_added(context);
                out.deletions.insert(key.clone(), row);
            }
        }
    }
}

fn re_added(context: &Context<'_>) -> State {
    State::Restored(Restored {
        at: context.at.into(),
        by: context.machine.into(),
        how: Restored::RE_ADDED.into(),
    })
}

/// The state after an edit: one text, the counter one higher. A conflict is settled by
/// it, since the editor had both texts.
fn edit(parents: &[Parent<'_>], now: &Facts, context: &Context<'_>) -> Option<SyncState> {
    let key = (context.entry, context.source);
    let current = context.current.sync.get(&key);
    let was_conflict = current.is_some_and(SyncState::is_conflict);
    let differs = parents
        .iter()
        .all(|p| p.facts.is_none_or(|f| f.hash != now.hash));
    // In a merge, choosing one side's text by hand settles the conflict as well.
    let own = match parents.len() {
        0 => current.is_none_or(|state| is_past(state, now)),
        1 => differs,
        _ => context.resolved_by_hand && (differs || was_conflict),
    };
    if !own {
        return None;
    }
    let states = || parents.iter().filter_map(|p| p.rows.sync.get(&key));
    let states = || states().chain(current.filter(|state| !is_left(state, parents, context)));
    let counter = states().map(|s| s.counter).max().unwrap_or(0);
    let resolved = states().map(|s| s.resolved).max().unwrap_or(0);
    let resolved = if was_conflict {
        raised(resolved)
    } else {
        resolved
    };
    let text = Hash {
        hash: now.hash.clone(),
        by: context.machine.into(),
        at: context.at.into(),
        counter: raised(counter),
        settled: false,
    };
    Some(SyncState::of_one(text, resolved))
}

/// Whether an entry was edited since a state that a first commit comes with. An open
/// conflict stays: the text that a merge made of both is none of its two, so that nothing
/// tells an edit on top of it.
fn is_past(state: &SyncState, now: &Facts) -> bool {
    !state.is_conflict() && state.hashes.iter().all(|text| text.hash != now.hash)
}

/// Whether a first commit that came to nothing may have left a state, which is worked out
/// anew.
fn is_left(state: &SyncState, parents: &[Parent<'_>], context: &Context<'_>) -> bool {
    let mut texts = state.hashes.iter();
    parents.is_empty() && state.counter == 1 && texts.all(|text| text.by == context.machine)
}

/// The state after a deletion of the file: its author had both texts of a conflict, and
/// wants neither.
fn settled_by_deletion(context: &Context<'_>) -> Option<SyncState> {
    let current = context.current.sync.get(&(context.entry, context.source));
    let current = current.filter(|state| state.is_conflict())?;
    Some(after_edit(
        Some(current),
        NO_TEXT,
        context.machine,
        context.at,
    ))
}

/// Adds the deletion of a file that every parent had.
fn deletion(parents: &[Parent<'_>], context: &Context<'_>, out: &mut Ledger) {
    let everywhere = !parents.is_empty() && parents.iter().all(|p| p.facts.is_some());
    let Some(file) = context.removed.filter(|_| everywhere) else {
        return;
    };
    if context.source != Source::Yaml {
        return;
    }
    let id = removal_id(
        context.machine,
        context.place,
        context.entry,
        None,
        file.path,
    );
    let row = Deletion {
        at: context.at.into(),
        by: context.machine.into(),
        reason: Deletion::FILE_REMOVED.into(),
        path: file.path.into(),
        blob: file.blob.into(),
        state: State::Active,
    };
    out.deletions.insert((context.entry, id), row);
}

#[cfg(test)]
mod tests;
