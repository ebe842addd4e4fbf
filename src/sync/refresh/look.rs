//! Looks at the work tree and at HEAD, within the scope.

use std::collections::BTreeSet;

use super::found::Found;
use super::ledgers::Ledgers;
use super::noted::Noted;
use super::plan::{Seen, changed, date_of};
use super::report::Failure;
use super::{Options, RefreshError, Scope};
use crate::journal::digest::short_sha256;
use crate::journal::{EntryDate, Layout};
use crate::repo::{ObjectId, Repo, RepoError, Skipped};
use crate::store::{Known, LedgerRow, Store};
use crate::sync::history;
use crate::sync::versions::{Key, key_of};

/// The result of a look, with the index's knowledge of the same files.
pub(super) struct Look {
    pub noted: Noted,
    pub known: Known,
    pub seen: Seen,
    pub skipped: Vec<Skipped>,
    /// Folders that may not be read.
    pub unreadable: Vec<Failure>,
    /// Paths of symbolic links among the entries.
    pub links: BTreeSet<String>,
    /// The entries and notes that the work tree leaves out, if git's index was asked.
    pub left_out: Option<BTreeSet<Key>>,
    pub undated: Vec<String>,
    /// See [`Noted::conversions`].
    pub conversions: String,
    /// Whether everything in HEAD's folders is new to the index.
    pub all_of_head: bool,
    /// The numbers of entries and notes, if no file of the work tree changed: then only
    /// files that could not be read are in `known` and `seen`.
    pub same: Option<(usize, usize)>,
}

/// Compares the index's knowledge with the files and HEAD: all of them, or for
/// [`Scope::Head`] only those that changed between the index's HEAD and HEAD, or were
/// asked for.
///
/// # Errors
/// The repository, a file or the database cannot be read.
pub(super) fn look(
    repo: &Repo,
    layout: &Layout,
    store: &Store,
    head: Option<ObjectId>,
    ledgers: &mut Ledgers<'_>,
    options: &Options<'_>,
) -> Result<Look, RefreshError> {
    let noted = Noted::read(&store.meta()?);
    let folders = [layout.journal.as_str(), &layout.wiki, &layout.ledger];
    let (head_changes, all_of_head) = changed_in_head(repo, noted.head, head, &folders)?;
    // These can change without a change of a ledger file.
    let told = &noted.told | &ledgers.years_told()?;
    let mut again = removed_again(repo, layout, &noted, head);
    again.extend(unreadable_again(repo, &noted, head));
    let everything = options.scope == Scope::All || store.is_empty() || all_of_head;

    let mut conversions = repo.conversion_digest(&[&layout.journal, &layout.wiki]);
    if noted.conversions != conversions && !store.is_empty() {
        match everything {
            // Any file may be an edit now, or none any more.
            true => again.extend(dates_of(layout, store.known()?.files.keys())),
            false => conversions.clear(),
        }
    }

    let mut found = Found::new(layout);
    let mut left_out = None;
    let (known, same) = if everything {
        found.add_all(repo, &folders)?;
        found.add_unreadable(repo, head, store)?;
        let now = left_out.insert(left_out_of(repo, layout));
        again.extend(dates(&noted.left_out ^ now));
        again.extend(dates(&noted.linked ^ &keys(layout, &found.links)));
        let nothing_else = noted.head == head
            && told.is_empty()
            && again.is_empty()
            && options.asked.is_empty()
            && options.files.is_empty()
            && !options.force;
        if nothing_else && found.is_as_indexed(store)? {
            let known = store.known_problems()?;
            found.files.retain(|f| known.files.contains_key(&f.path));
            (known, Some(found.counts()))
        } else {
            (store.known()?, None)
        }
    } else {
        let asked = options.asked.union(&again).copied().collect();
        let around = known_around(layout, store, &head_changes, &told, &asked, ledgers)?;
        let usual = around.dates.iter();
        let usual = usual.flat_map(|d| [layout.entry_path(*d), layout.note_path(*d)]);
        let paths = around.known.files.keys().chain(&head_changes);
        let paths = paths.chain(&options.files).cloned();
        found.add_these(repo, paths.chain(usual).collect(), &folders)?;
        (around.known, None)
    };

    let mut seen = Seen {
        files: found.stamps(),
        head_changes,
        again,
        ..Seen::default()
    };
    let of_files = changed(&known.files, &seen.files);
    let mut years = years(layout, of_files.into_iter().chain(&seen.head_changes));
    years.extend(told);
    for year in years {
        let before = known.ledgers.get(&year);
        let now = ledgers.year(year)?;
        if before != Some(&now.row) {
            let rows = rows_changed(store, ledgers, year, before)?;
            seen.rows.extend(rows);
            seen.ledgers.insert(year, now.row.clone());
        }
    }
    Ok(Look {
        noted,
        known,
        seen,
        skipped: found.skipped,
        unreadable: found.unreadable,
        links: found.links,
        left_out,
        conversions,
        undated: found.undated,
        all_of_head,
        same,
    })
}

/// The paths below the folders that differ between the index's HEAD and HEAD, and whether
/// everything in HEAD is new: so it is, too, if the index's HEAD is gone (rewritten and
/// collected).
fn changed_in_head(
    repo: &Repo,
    before: Option<ObjectId>,
    head: Option<ObjectId>,
    folders: &[&str],
) -> Result<(Vec<String>, bool), RepoError> {
    let (changes, is_all) = match repo.changes(before, head, folders) {
        Ok(changes) => (changes, before.is_none() && head.is_some()),
        Err(_) => (repo.changes(None, head, folders)?, true),
    };
    let paths = changes.into_iter().map(|change| change.path);
    Ok((paths.collect(), is_all))
}

/// The note in place of the cut-offs of a shallow clone, where a full clone lacks the last
/// version of a deleted entry: it differs from what the next refresh finds, so that those
/// entries are looked at each time.
pub(super) const MISSING: &str = "missing";

/// The commits at which history is cut off; empty in a full clone.
pub(super) fn cut_off(repo: &Repo) -> String {
    match repo.cut_offs() {
        all if all.is_empty() => all,
        some => short_sha256(some.as_bytes()),
    }
}

/// The entries and notes that the work tree leaves out on purpose.
pub(super) fn left_out_of(repo: &Repo, layout: &Layout) -> BTreeSet<Key> {
    let paths = repo.left_out_in(&[&layout.journal, &layout.wiki]);
    keys(layout, &paths)
}

/// The entries and notes at these paths.
pub(super) fn keys(layout: &Layout, paths: &BTreeSet<String>) -> BTreeSet<Key> {
    paths.iter().filter_map(|p| key_of(layout, p)).collect()
}

fn dates_of<'a>(
    layout: &Layout,
    paths: impl Iterator<Item = &'a String>,
) -> impl Iterator<Item = EntryDate> {
    paths.filter_map(|path| date_of(layout, path))
}

fn dates(keys: BTreeSet<Key>) -> impl Iterator<Item = EntryDate> {
    keys.into_iter().map(|(date, _)| date)
}

/// Deleted entries whose last version may be another one now. Either one of several
/// deletions counts anew: its commit entered or left HEAD's history without any ledger
/// row changing. Or the last version was behind a cut-off that moved.
fn removed_again(
    repo: &Repo,
    layout: &Layout,
    noted: &Noted,
    head: Option<ObjectId>,
) -> BTreeSet<EntryDate> {
    let mut again = match noted.head == head {
        true => BTreeSet::new(),
        false => noted.twice.clone(),
    };
    if let (Some(before), Some(now)) = (noted.head, head)
        && !again.is_empty()
        // If the index's HEAD is gone, all of them count.
        && let Ok(removed) = history::removed_between(repo, layout, before, now)
    {
        again.retain(|date| removed.contains(date));
    }
    if !noted.behind.is_empty() && noted.cut_off != cut_off(repo) {
        again.extend(&noted.behind);
    }
    again
}

/// The entries that HEAD cannot say, if what HEAD's history says of them may have changed.
fn unreadable_again(repo: &Repo, noted: &Noted, head: Option<ObjectId>) -> BTreeSet<EntryDate> {
    let Some(now) = head.filter(|_| noted.head != head && !noted.unreadable.is_empty()) else {
        return BTreeSet::new();
    };
    // History is read down from HEAD by the first parent that has the same version. Where
    // the parent cannot be read, they are looked at again.
    let commit = repo.commit(now).ok();
    match commit.is_some_and(|now| now.parents.first().copied() == noted.head) {
        true => BTreeSet::new(),
        false => noted.unreadable.clone(),
    }
}

/// The dates that a look for [`Scope::Head`] is about.
struct Around {
    dates: BTreeSet<EntryDate>,
    /// The index's knowledge of these dates and their years.
    known: Known,
}

/// The dates that a change of HEAD concerns (their files or their ledger rows changed),
/// and the dates asked for.
fn known_around(
    layout: &Layout,
    store: &Store,
    head_changes: &[String],
    told: &BTreeSet<i32>,
    asked: &BTreeSet<EntryDate>,
    ledgers: &mut Ledgers<'_>,
) -> Result<Around, RefreshError> {
    let mut years = years(layout, head_changes.iter());
    years.extend(told);
    let mut dates: BTreeSet<EntryDate> = dates_of(layout, head_changes.iter()).collect();
    let known = store.known_ledgers()?;
    for year in &years {
        dates.extend(rows_changed(store, ledgers, *year, known.get(year))?);
    }
    dates.extend(asked);
    let files = years.iter().map(|year| layout.ledger_path(*year)).collect();
    let known = store.known_of(&dates, &files)?;
    Ok(Around { dates, known })
}

/// The entries of a year whose rows differ from the versions that the index knows.
fn rows_changed(
    store: &Store,
    ledgers: &mut Ledgers<'_>,
    year: i32,
    known: Option<&LedgerRow>,
) -> Result<BTreeSet<EntryDate>, RefreshError> {
    match ledgers.changed_since(year, known)? {
        Some(changed) => Ok(changed),
        // HEAD's former file is gone (history was rewritten and collected).
        None => {
            let mut all = store.entries_of_year(year)?;
            all.extend(ledgers.changed_since(year, None)?.unwrap_or_default());
            Ok(all)
        }
    }
}

/// The years whose ledger is among the paths.
fn years<'a>(layout: &Layout, paths: impl Iterator<Item = &'a String>) -> BTreeSet<i32> {
    paths.filter_map(|path| layout.ledger_year(path)).collect()
}
