//! The removals that keep items out of the merge in progress, for its drivers.

use std::collections::{BTreeMap, BTreeSet};

use super::shared::known_there;
use super::{History, known_at, recorded_at};
use crate::journal::entry::values_of;
use crate::journal::yaml::Value;
use crate::journal::{EntryDate, Item, Layout};
use crate::ledger::{self, Ledger};
use crate::repo::{Merging, ObjectId, Repo, RepoError};

/// Limit on the versions of an entry that are read on a side of a criss-cross; an item
/// edited before them is a conflict where it was removed.
const MOST_VERSIONS: usize = 50;

type Items = BTreeSet<Item>;

/// The effect of an entry's removals in a merge.
#[derive(Debug, Default)]
pub struct Removals {
    /// The items that a removal keeps out.
    pub kept_out: Items,
    /// The items that one side removed and the other, knowing that, put back; the merge
    /// base may have them as well.
    pub put_back: Items,
    /// Those of `put_back` that a pick of a rebase removes. Who made that commit may mean it
    /// still, and has to be told that they stay.
    pub against_pick: Items,
    /// In a criss-cross, those of `kept_out` that one side lacks and the other has had
    /// since one of the merge bases, with their values there: git's merge of the bases
    /// lacks items that conflicted in it.
    pub removed: BTreeMap<Item, Vec<Value>>,
}

/// The items of an entry that removals known on the two sides keep out of their merge,
/// and those that were put back.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub fn keeps_out(
    repo: &Repo,
    layout: &Layout,
    merging: &Merging,
    entry: EntryDate,
) -> Result<Removals, RepoError> {
    let base = recorded_at_the_bases(repo, layout, merging, entry)?;
    // Includes rows told by commits below the bases: a commit rebased on top of those did
    // not know them.
    let ours = known_at(repo, layout, merging.ours, entry)?;
    let theirs = match merging.is_pick {
        true => known_at(repo, layout, merging.theirs, entry)?,
        false => known_there(repo, layout, merging.theirs, entry)?,
    };
    if !merging.is_pick {
        let decided = decided(&base, &ours, &theirs, entry);
        let removed = removed_since_the_bases(repo, layout, merging, entry, &decided.kept_out)?;
        return Ok(Removals { removed, ..decided });
    }
    let brought = brought_along(repo, layout, merging, entry, &theirs)?;
    let mut merged = ledger::merge(&base, &ours, &brought);
    // The pick's parent gets a new id, and so do the removals that it told.
    let history = History::unwalked(repo, layout);
    let is_told = |k: &_, row: &_| history.by_time.tells(merging.ours, k, row);
    merged
        .tombstones
        .retain(|key, row| theirs.undone_as_another(key, row, is_told).is_none());
    let mut items = merged.removed_items(entry);
    // Items that already stand, against a removal, in the file that the pick is put on
    // are listed as such. The pick must not remove them: its author did not.
    let facts = history.facts_at(merging.ours, entry)?;
    let mut standing = ours.removed_items(entry);
    standing.retain(|item| facts.as_ref().is_some_and(|f| f.items.contains(item)));
    items.retain(|item| !standing.contains(item));
    let mut put_back = brought.removed_items(entry);
    put_back.retain(|item| !items.contains(item) && is_undone(&brought, &ours, entry, item));
    let mut against_pick = Items::new();
    if let ([base], false) = (&merging.bases[..], put_back.is_empty()) {
        let has = |commit| -> Result<Items, RepoError> {
            let facts = history.facts_at(commit, entry)?;
            Ok(facts.map(|f| f.items.clone()).unwrap_or_default())
        };
        let (before, there, picked) = (has(*base)?, has(merging.ours)?, has(merging.theirs)?);
        put_back.retain(|item| there.contains(item) && !picked.contains(item));
        // Later picks of the branch lack it, too.
        against_pick = put_back.intersection(&before).cloned().collect();
    }
    Ok(Removals {
        kept_out: items,
        put_back,
        against_pick,
        ..Removals::default()
    })
}

/// Whether all of a pick's removals of an item are known in `ours`, and undone: the pick was
/// squashed or picked before. Another removal by the same machine on the same parent has the
/// same id, and another time.
fn is_undone(brought: &Ledger, ours: &Ledger, entry: EntryDate, item: &Item) -> bool {
    let rows = brought.tombstones_of_item(entry, item.clone());
    let mut rows = rows.filter(|(_, row)| row.state.is_active());
    rows.all(|(key, row)| {
        let there = ours.tombstones.get(key);
        there.is_some_and(|there| !there.state.is_active() && there.is_one_with(row))
    })
}

/// The same for a history that cannot be read, by the rows that the ledgers of the merge's
/// commits have. `None` in a pick, whose own rows only history tells from those below it.
///
/// # Errors
/// The ledger of one of these commits cannot be read either.
pub fn ledgers_keep_out(
    repo: &Repo,
    layout: &Layout,
    merging: &Merging,
    entry: EntryDate,
) -> Result<Option<Removals>, RepoError> {
    if merging.is_pick {
        return Ok(None);
    }
    let base = recorded_at_the_bases(repo, layout, merging, entry)?;
    let [ours, theirs] = [merging.ours, merging.theirs];
    let ours = recorded_at(repo, layout, ours, entry)?;
    let theirs = recorded_at(repo, layout, theirs, entry)?;
    Ok(Some(decided(&base, &ours, &theirs, entry)))
}

/// An entry's rows in the ledgers of the merge bases. Several merge bases stand for their
/// own merge, as git's virtual base does.
fn recorded_at_the_bases(
    repo: &Repo,
    layout: &Layout,
    merging: &Merging,
    entry: EntryDate,
) -> Result<Ledger, RepoError> {
    let mut bases = Vec::new();
    for base in &merging.bases {
        bases.push(recorded_at(repo, layout, *base, entry)?);
    }
    Ok(ledger::merge_bases(bases))
}

/// The items that are kept out of the merge of two sides, and those that were put back.
fn decided(base: &Ledger, ours: &Ledger, theirs: &Ledger, entry: EntryDate) -> Removals {
    let kept_out = ledger::merge(base, ours, theirs).removed_items(entry);
    let mut put_back = ours.removed_items(entry);
    put_back.append(&mut theirs.removed_items(entry));
    put_back.retain(|item| !kept_out.contains(item));
    Removals {
        kept_out,
        put_back,
        ..Removals::default()
    }
}

/// The values that items kept out had in any of several bases, and since then on the side
/// that lacks them; none if there is one base.
fn removed_since_the_bases(
    repo: &Repo,
    layout: &Layout,
    merging: &Merging,
    entry: EntryDate,
    kept_out: &Items,
) -> Result<BTreeMap<Item, Vec<Value>>, RepoError> {
    let mut removed: BTreeMap<Item, Vec<Value>> = BTreeMap::new();
    if merging.bases.len() < 2 || kept_out.is_empty() {
        return Ok(removed);
    }
    let history = History::unwalked(repo, layout);
    let ours = history.facts_at(merging.ours, entry)?;
    let (Some(ours), Some(theirs)) = (ours, history.facts_at(merging.theirs, entry)?) else {
        return Ok(removed);
    };
    for base in &merging.bases {
        let Some(version) = history.places.file_of(*base, entry)? else {
            continue;
        };
        for (item, values) in values_of(&repo.read_blob(version.blob)?) {
            let stays = ours.items.contains(&item) && theirs.items.contains(&item);
            if kept_out.contains(&item) && !stays {
                removed.entry(item).or_default().extend(values);
            }
        }
    }
    if removed.is_empty() {
        return Ok(removed);
    }
    // What the side that lacks an item had of it since, it removed as well.
    for (side, facts) in [(merging.ours, &ours), (merging.theirs, &theirs)] {
        let lacked = removed.iter_mut();
        let lacked: BTreeMap<_, _> = lacked
            .filter(|(item, _)| !facts.items.contains(item))
            .collect();
        add_values_since(&history, (merging, side), entry, lacked)?;
    }
    Ok(removed)
}

/// Adds the values that these items of an entry had on a side since the merge bases.
fn add_values_since(
    history: &History<'_>,
    (merging, side): (&Merging, ObjectId),
    entry: EntryDate,
    mut items: BTreeMap<&Item, &mut Vec<Value>>,
) -> Result<(), RepoError> {
    let repo = history.repo;
    let now = match items.is_empty() {
        true => None,
        false => history.places.file_of(side, entry)?,
    };
    let Some(now) = now else {
        return Ok(());
    };
    let commits = repo.commits_of(side, &now.path)?;
    for at in commits.into_iter().take(MOST_VERSIONS) {
        if merging.bases.iter().any(|base| repo.is_in(at, *base)) {
            continue;
        }
        let Some(version) = history.places.file_of(at, entry)? else {
            continue;
        };
        for (item, values) in values_of(&repo.read_blob(version.blob)?) {
            if let Some(known) = items.get_mut(&item) {
                known.extend(values);
            }
        }
    }
    Ok(())
}

/// Of the rows `known` of an entry at a picked commit, those that the pick brings along:
/// all but the rows that only history tells of the commits below it. Those belong to
/// these commits, and are lost if a rebase leaves them out.
fn brought_along(
    repo: &Repo,
    layout: &Layout,
    picking: &Merging,
    entry: EntryDate,
    known: &Ledger,
) -> Result<Ledger, RepoError> {
    let mut brought = known.clone();
    if let [base] = picking.bases[..] {
        let stored = recorded_at(repo, layout, picking.theirs, entry)?;
        let below = known_at(repo, layout, base, entry)?;
        brought.tombstones.retain(|key, row| {
            let before = below.tombstones.get(key);
            stored.tombstones.contains_key(key) || before.is_none_or(|b| b.state != row.state)
        });
    }
    Ok(brought)
}
