//! Looks at the work tree and at HEAD, within the scope.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::ledgers::Ledgers;
use super::noted::Noted;
use super::plan::{Seen, changed, date_of};
use super::{Options, RefreshError, Scope};
use crate::journal::digest::short_sha256;
use crate::journal::layout::below;
use crate::journal::{EntryDate, Layout, PathKind};
use crate::repo::{ObjectId, Repo, RepoError, Skipped, WorkFile};
use crate::store::{FilesSum, Known, LedgerRow, Store, StoreError};
use crate::sync::{clock, history};

/// The result of a look, with the index's knowledge of the same files.
pub(super) struct Look {
    pub noted: Noted,
    pub known: Known,
    pub seen: Seen,
    pub skipped: Vec<Skipped>,
    /// Paths of symbolic links among the entries.
    pub links: BTreeSet<String>,
    pub undated: Vec<String>,
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

    let mut found = Found::new(layout);
    let (known, same) = if everything {
        found.add_all(repo, &folders)?;
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
        links: found.links,
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

/// The folders that are not inside another one, each once, so that no file counts twice.
fn outermost<'a>(folders: &[&'a str]) -> BTreeSet<&'a str> {
    let inside = |inner: &str, outer: &str| inner != outer && below(inner, outer).is_some();
    let all = folders.iter().copied();
    all.filter(|inner| !folders.iter().any(|outer| inside(inner, outer)))
        .collect()
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
    let of_files = head_changes.iter().filter_map(|p| date_of(layout, p));
    let mut dates: BTreeSet<EntryDate> = of_files.collect();
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

/// The files of the journal that were looked at.
struct Found<'a> {
    layout: &'a Layout,
    now_ns: i64,
    files: Vec<WorkFile>,
    entries: usize,
    notes: usize,
    skipped: Vec<Skipped>,
    links: BTreeSet<String>,
    undated: Vec<String>,
}

impl<'a> Found<'a> {
    fn new(layout: &'a Layout) -> Self {
        Self {
            layout,
            now_ns: clock::file_time_ns(),
            files: Vec::new(),
            entries: 0,
            notes: 0,
            skipped: Vec::new(),
            links: BTreeSet::new(),
            undated: Vec::new(),
        }
    }

    /// Adds all files of these folders.
    fn add_all(&mut self, repo: &Repo, folders: &[&str]) -> Result<(), RepoError> {
        for folder in outermost(folders) {
            // The program writes the ledger, whether or not git ignores its folder.
            let files = match folder == self.layout.ledger {
                true => repo.work_files(folder)?,
                false => repo.own_files(folder)?,
            };
            files.skipped.into_iter().for_each(|s| self.skip(s));
            files.files.into_iter().for_each(|f| self.add(f));
        }
        Ok(())
    }

    /// Adds the files at these paths that are there and in one of the folders.
    fn add_these(
        &mut self,
        repo: &Repo,
        mut paths: BTreeSet<String>,
        folders: &[&str],
    ) -> Result<(), RepoError> {
        paths.retain(|path| !matches!(repo.work_file(path), Ok(None)));
        // Where the file system ignores case, a file is also found at the path that it had
        // before its folder was renamed in case alone.
        repo.spell_as_git_has(&mut paths);
        let own = |path: &&String| self.layout.ledger_year(path).is_none();
        let asked = paths.iter().filter(own).cloned().collect();
        let others = repo.not_own(&asked, folders)?;
        for path in paths.into_iter().filter(|path| !others.contains(path)) {
            match repo.work_file(&path) {
                Ok(Some(file)) => self.add(file),
                Ok(None) => {}
                // Reported as in a look at all files: the link may be a folder.
                Err(RepoError::Symlink(_)) => {
                    let link = repo.first_link(&path)?.unwrap_or(path);
                    self.skip(Skipped::Symlink(link));
                }
                // A commit may have a path within a `.git`; a look at all files enters none.
                Err(RepoError::Outside(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn skip(&mut self, skipped: Skipped) {
        if let Skipped::Symlink(path) = &skipped {
            self.links.insert(path.clone());
        }
        self.skipped.push(skipped);
    }

    fn add(&mut self, file: WorkFile) {
        match self.layout.classify(&file.path) {
            PathKind::Entry(_) => self.entries += 1,
            PathKind::Note(_) => self.notes += 1,
            PathKind::Ledger(_) => {}
            PathKind::UndatedPage => return self.undated.push(file.path),
            PathKind::Other => return,
        }
        self.files.push(file);
    }

    /// The numbers of the entries' and the notes' files.
    const fn counts(&self) -> (usize, usize) {
        (self.entries, self.notes)
    }

    /// Whether the index has exactly these files, unchanged.
    fn is_as_indexed(&self, store: &Store) -> Result<bool, StoreError> {
        let sum = self.sum();
        Ok(sum.is_some() && sum == store.files_sum()?)
    }

    /// The sum over all files; `None` if a file's stamp proves nothing.
    fn sum(&self) -> Option<FilesSum> {
        let mut sum = FilesSum::default();
        let mut stamp = String::new();
        for file in &self.files {
            stamp.clear();
            self.stamp(file, &mut stamp);
            if stamp.is_empty() {
                return None;
            }
            sum.add(&file.path, &stamp);
        }
        Some(sum)
    }

    fn stamps(&self) -> BTreeMap<String, String> {
        let stamp = |file: &WorkFile| {
            let mut stamp = String::new();
            self.stamp(file, &mut stamp);
            (file.path.clone(), stamp)
        };
        self.files.iter().map(stamp).collect()
    }

    /// Writes a file's stamp. It is empty for a file written so recently that it may be
    /// written again without its stamp changing. If times are whole seconds, the file
    /// system may count in steps of two.
    fn stamp(&self, file: &WorkFile, into: &mut String) {
        const SECOND: i64 = 1_000_000_000;
        let step = if file.mtime_ns % SECOND == 0 {
            2 * SECOND
        } else {
            SECOND / 10
        };
        if file.mtime_ns <= self.now_ns.saturating_sub(step) {
            // Writing to a string cannot fail.
            let WorkFile {
                size,
                mtime_ns,
                ctime_ns,
                ino,
                ..
            } = file;
            let _ = write!(into, "{size} {mtime_ns} {ctime_ns} {ino}");
        }
    }
}
