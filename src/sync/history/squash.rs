//! The items that a squash keeps out. Its commit has one parent and does not name the
//! merged branch, so `pre-commit` has to record them.

use std::collections::BTreeSet;

use super::marks::Marks;
use super::merges::side;
use super::pick::undone_there;
use super::{History, file_of, known_at};
use crate::journal::{EntryDate, Facts, Layout};
use crate::ledger::{self, KeptOutRow, Ledger, Source};
use crate::repo::{Change, ObjectId, Repo, RepoError};
use crate::sync::versions::key_of;

/// Whether a commit onto `head` with these changes may be the squash of `tip`: one of them is
/// of a file that the branch changed, or of the same entry or note at another place. Git keeps
/// its list of the squashed commits where a squash is given up by `git restore`.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub fn may_be_squash(
    repo: &Repo,
    layout: &Layout,
    (head, tip): (ObjectId, ObjectId),
    changes: &[Change],
) -> Result<bool, RepoError> {
    let bases = repo.parted(head, tip)?.unwrap_or_default();
    let Some(base) = bases.first() else {
        return Ok(false);
    };
    let of_branch = repo.changes(Some(*base), Some(tip), &[])?;
    let of_branch: BTreeSet<&str> = of_branch.iter().map(|c| c.path.as_str()).collect();
    if changes.iter().any(|c| of_branch.contains(&*c.path)) {
        return Ok(true);
    }
    let history = History::unwalked(repo, layout);
    let texts = history.diff(*base, &repo.commit(tip)?)?.texts;
    let mut keys = changes.iter().filter_map(|c| key_of(layout, &c.path));
    Ok(keys.any(|key| texts.contains_key(&key)))
}

/// The items that the squash of `tip` onto `head` keeps out, as a merge of the two would.
/// `staged` gives the facts of an entry's staged file.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub fn kept_out_of_a_squash(
    repo: &Repo,
    layout: &Layout,
    (head, tip): (ObjectId, ObjectId),
    staged: impl Fn(EntryDate) -> Result<Option<Facts>, RepoError>,
) -> Result<Ledger, RepoError> {
    let mut out = Ledger::default();
    let bases = repo.parted(head, tip)?.unwrap_or_default();
    let [base, ..] = bases[..] else {
        return Ok(out);
    };
    let marks = Marks::read(repo, layout);
    let history = History::since((repo, layout), &marks, &[head, tip], None)?;
    // The branch may have its journal in a folder that is no longer the journal's.
    let changed = history.diff(base, &repo.commit(tip)?)?.texts;
    let entries = changed.into_keys().filter(|key| key.1 == Source::Yaml);
    for (entry, _) in entries {
        let Some(theirs) = history.facts_at(tip, entry)? else {
            continue;
        };
        let knew = history.known(tip, entry)?;
        let base = history.recorded(base, entry)?;
        let rows = ledger::merge(&base, &history.known(head, entry)?, &knew);
        let mut keeping = Vec::new();
        for (key, row) in rows.tombstones {
            let item = key.to_item();
            if row.state.is_active()
                && !knew.knows_undone(&key)
                && theirs.items.contains(&item)
                && history.added_since(&bases, tip, (entry, &item), &knew)?
            {
                keeping.push((key, item));
            }
        }
        if keeping.is_empty() {
            continue;
        }
        // Last, since it is costly: asks git for the path and reads the index.
        let Some(now) = staged(entry)? else {
            continue;
        };
        keeping.retain(|(_, item)| !now.items.contains(item));
        let kept = keeping.into_iter().map(|(key, _)| (key, side(tip)));
        out.kept_out
            .extend(kept.map(|key| (key, KeptOutRow { settled: false })));
    }
    Ok(out)
}

/// Of the removals that the squash of `tip` onto `head` makes of an entry (`removed`), those
/// that repeat one which is known and undone at `head`, as items kept out: git takes the
/// tip's file without asking a driver, whatever a person then edits in it before it is
/// `staged`. `known` are the rows of `head`.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub fn removed_again_by_a_squash(
    repo: &Repo,
    layout: &Layout,
    (head, tip): (ObjectId, ObjectId),
    (entry, staged): (EntryDate, ObjectId),
    known: &Ledger,
    removed: &Ledger,
) -> Result<Ledger, RepoError> {
    let mut out = Ledger::default();
    let Some((facts, knew)) = at_tip(repo, layout, tip, entry)? else {
        return Ok(out);
    };
    let mut again = undone_there(entry, &knew, known);
    again.retain(|key| !facts.items.contains(&key.to_item()));
    if again.is_empty() {
        return Ok(out);
    }
    let blob = |commit| -> Result<Option<ObjectId>, RepoError> {
        Ok(file_of(repo, layout, commit, entry)?.map(|file| file.blob))
    };
    let ours = blob(head)?;
    let mut is_tips = blob(tip)? == Some(staged);
    // Who took the putting back back on the branch meant that.
    for base in repo.parted(head, tip)?.unwrap_or_default() {
        is_tips |= blob(base)? == ours;
        let began = known_at(repo, layout, base, entry)?;
        again.retain(|key| !began.knows_undone(key));
    }
    if !is_tips {
        return Ok(out);
    }
    for (key, row) in &removed.tombstones {
        let is_again = again.iter().any(|k| k.to_item() == key.to_item());
        if row.state.is_active() && is_again {
            let key = (key.clone(), side(head));
            out.kept_out.insert(key, KeptOutRow { settled: false });
        }
    }
    Ok(out)
}

/// The facts of an entry at the tip of a squash, and the removals known there; `None` if
/// the tip has no readable file of it.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub fn at_tip(
    repo: &Repo,
    layout: &Layout,
    tip: ObjectId,
    entry: EntryDate,
) -> Result<Option<(Facts, Ledger)>, RepoError> {
    let Some(facts) = History::unwalked(repo, layout).facts_at(tip, entry)? else {
        return Ok(None);
    };
    let known = known_at(repo, layout, tip, entry)?;
    Ok(Some(((*facts).clone(), known)))
}
