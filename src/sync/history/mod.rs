//! Rows of commits that came without them, worked out from history.
//!
//! A client without hooks, `--no-verify`, a clean revert, a rebase: Palimpsest did not
//! record what such a commit removed, put back or kept out. The rows are found by
//! comparing the commit with its parents, under ids made from the commit itself, so that
//! every machine finds the same rows. They count at once, and the next commit made here
//! stores them. History "tells" these rows.
//!
//! The walk, and what it remembers:
//!
//! | file | question |
//! |---|---|
//! | `walk` | In which order are the commits looked at? |
//! | `diff` | What did a commit change against one parent? |
//! | `told`, `texts` | Which rows, and which texts, are known up to a commit? |
//! | `start` | Where does a walk begin? |
//! | `marks`, `seen` | Up to where need history not be looked at again? |
//! | `places` | Where did a commit have the file of an entry? |
//! | `known_facts` | What does a version of a file say? |
//! | `readable` | What did an entry say before it could not be read? |
//! | `removed` | Which versions of files did commits remove? |
//!
//! The rows of one commit:
//!
//! | file | question |
//! |---|---|
//! | `own` | What did it remove, add or delete itself? |
//! | `states` | Which sync states does it leave? |
//! | `undone` | Which removals does it undo under an earlier id? |
//! | `by_time` | Is such an id a removal of its own? |
//! | `taken_back` | Which rows told by history did it take out of the ledger? |
//! | `merges` | What did a merge keep out, or leave in the file against a removal? |
//! | `lost` | Which rows did a commit lose? |
//! | `dropped` | Which entries did a merge drop? |
//! | `removed_again` | What did a merge remove again that a side had put back? |
//! | `removed` | Which of its deletions names the last version of an entry? |
//! | `spelled` | Which items did a side only spell anew? |
//!
//! The questions of drivers and hooks:
//!
//! | file | question |
//! |---|---|
//! | `keeps_out` | Which items do removals keep out of the merge in progress? |
//! | `shared` | What have the other drivers of this merge found already? |
//! | `pick`, `rebase` | What did a rebase keep out, at each pick and at its end? |
//! | `squash` | What did a squash keep out? |

mod by_time;
mod diff;
mod dropped;
mod keeps_out;
mod known_facts;
mod lost;
mod marks;
mod merges;
mod own;
mod pick;
mod places;
mod readable;
mod rebase;
mod removed;
mod removed_again;
mod seen;
mod shared;
mod spelled;
mod squash;
mod start;
mod states;
mod taken_back;
mod texts;
mod told;
mod undone;
mod walk;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::rc::Rc;

use crate::journal::{EntryDate, Facts, Layout};
use crate::ledger::{self, ByEntry, Ledger, RemovalRow, Source};
use crate::repo::{ObjectId, Repo, RepoError};

use marks::Marks;
use states::States;
use texts::{LedgerText, TextsBefore};
use told::Told;

pub(in crate::sync) use by_time::ByTime;
pub use diff::ledger_changes;
pub(in crate::sync) use dropped::{is_known, only_new};
pub use keeps_out::{Removals, keeps_out, ledgers_keep_out};
pub use pick::add_what_a_pick_keeps_out;
pub use places::entries_there;
pub(in crate::sync) use places::{
    Places, file_of, file_of_key, gone_elsewhere, has_moved_since, moved_from,
};
pub(in crate::sync) use readable::{facts_before, readable_before};
pub use rebase::keep_what_a_rebase_kept_out;
pub use removed::{Removed, last_path, removed_between};
pub(in crate::sync) use seen::watched_folders;
pub use seen::{Seen, concerns, note_seen, seen_by_pre_commit};
pub use squash::{at_tip, kept_out_of_a_squash, may_be_squash, removed_again_by_a_squash};

/// The rows that `tip`'s history tells and `tip`'s ledger lacks, or holds in an older
/// state. Looks at the commits since the ledger held every row.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub fn rows_of(repo: &Repo, layout: &Layout, tip: ObjectId) -> Result<Ledger, RepoError> {
    let mut marks = Marks::read(repo, layout);
    let mut missing = Ledger::default();
    let told = |marks: &Marks| History::since((repo, layout), marks, &[tip], None)?.missing(tip);
    if let Some(noted) = marks.told_at(tip) {
        missing = noted.clone();
    } else if !marks.has(tip) {
        let mut whole = Vec::new();
        if seen::holds_all(repo, layout, &marks, tip)? {
            check_short_cut(&missing, || told(&marks));
        } else {
            let history = History::since((repo, layout), &marks, &[tip], None)?;
            missing = history.missing(tip)?;
            check_short_cut(&missing, || told(&marks.without_told()));
            if history.from.len() > 1 {
                check_short_cut(&missing, || told(&marks.none()));
            }
            whole = history.whole_sides(tip, &marks)?;
        }
        if missing.is_empty() {
            whole.insert(0, tip);
        }
        // The notes can be worked out again: a folder that cannot be written only costs
        // time.
        if !whole.is_empty() {
            let _ = marks.add(whole);
        }
        if !missing.is_empty() && repo.head()? == Some(tip) {
            let _ = marks.add_told(tip, &missing);
        }
    }
    rebase::add_noted(repo, layout, tip, &mut missing)?;
    Ok(missing)
}

/// Compares, in a debug build, what a short cut found with the longer walk that it
/// saves: so every test that takes one proves it. If that walk fails there is nothing to
/// compare.
fn check_short_cut<T: PartialEq + Debug>(found: &T, walk: impl FnOnce() -> Result<T, RepoError>) {
    if cfg!(debug_assertions)
        && let Ok(walked) = walk()
    {
        assert_eq!(walked, *found, "what a walk finds, and a short cut");
    }
}

/// The sync states after a merge of these commits: those that may differ from what the
/// merge of the ledgers gives.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub fn states_of_merge(
    repo: &Repo,
    layout: &Layout,
    parents: &[ObjectId],
) -> Result<Ledger, RepoError> {
    let history = History::since((repo, layout), &Marks::read(repo, layout), parents, None)?;
    Ok(states::rows(history.merged_states(parents)?))
}

/// All removals and deletions of one entry that are known at `tip`: those in its ledger,
/// and those that its history tells, however far back.
fn known_at(
    repo: &Repo,
    layout: &Layout,
    tip: ObjectId,
    entry: EntryDate,
) -> Result<Ledger, RepoError> {
    let marks = Marks::read(repo, layout);
    let history = match marks.has(tip) {
        true => History::unwalked(repo, layout),
        false => History::since((repo, layout), &marks, &[tip], Some(entry))?,
    };
    let known = history.known(tip, entry)?;
    if history.from.len() > 1 {
        check_short_cut(&known.removed_items(entry), || {
            let all = History::since((repo, layout), &marks.none(), &[tip], Some(entry))?;
            Ok(all.known(tip, entry)?.removed_items(entry))
        });
    }
    Ok(known)
}

/// The removals and deletions that `base` has and the ledger of `tip` lacks, although
/// nobody reverted them: a merge lost them, or a revert took back rows that history told.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub fn lost_since(
    repo: &Repo,
    layout: &Layout,
    base: &Ledger,
    recorded: &Ledger,
    tip: ObjectId,
) -> Result<Ledger, RepoError> {
    if !base.has_more_than(recorded) {
        return Ok(Ledger::default());
    }
    let mut told = rows_of(repo, layout, tip)?;
    told.tombstones
        .retain(|key, _| base.tombstones.contains_key(key));
    told.deletions
        .retain(|key, _| base.deletions.contains_key(key));
    told.kept_out.clear();
    told.sync.clear();
    Ok(told)
}

/// A walk over history, with the rows that each commit's history tells besides its
/// ledger.
struct History<'a> {
    repo: &'a Repo,
    layout: &'a Layout,
    /// The only entry that is looked at, if set.
    only: Option<EntryDate>,
    /// The paths that are compared: where that entry can be, and its ledger; all if
    /// empty.
    below: Vec<String>,
    places: Places<'a>,
    found: BTreeMap<ObjectId, Told>,
    /// By commit, the sync states that differ from those in its ledger. A commit with a
    /// single child hands its states over to that child.
    states: BTreeMap<ObjectId, States>,
    /// Texts of ledger files.
    texts: RefCell<Vec<(ObjectId, Rc<LedgerText>)>>,
    /// The texts recorded in a year up to a commit, from the last questions.
    before: RefCell<Vec<TextsBefore>>,
    /// The commits that were asked for by their time.
    by_time: ByTime<'a>,
    /// How many commits the walk looked at.
    looked_at: usize,
    /// The marks at which the walk began; none if it was over all of history.
    from: BTreeSet<ObjectId>,
    /// The commit that took back a row from before the marks.
    needs_an_earlier_mark: Option<ObjectId>,
    /// Whether the only entry came to, or left, the path at which alone it was looked for.
    was_elsewhere: bool,
}

impl<'a> History<'a> {
    /// A history before its walk.
    fn unwalked(repo: &'a Repo, layout: &'a Layout) -> Self {
        let places = Places::new(repo, layout);
        Self {
            repo,
            layout,
            only: None,
            below: places.anywhere(),
            places,
            found: BTreeMap::new(),
            states: BTreeMap::new(),
            texts: RefCell::default(),
            before: RefCell::default(),
            by_time: ByTime::new(repo),
            looked_at: 0,
            from: BTreeSet::new(),
            needs_an_earlier_mark: None,
            was_elsewhere: false,
        }
    }

    fn found(&self, commit: ObjectId) -> Told {
        self.found.get(&commit).cloned().unwrap_or_default()
    }

    /// The rows told at the tip that its ledger does not hold already.
    fn missing(&self, tip: ObjectId) -> Result<Ledger, RepoError> {
        let found = self.found(tip).all();
        let mut years: BTreeMap<i32, Ledger> = BTreeMap::new();
        for year in found.years() {
            years.insert(year, self.year_at(tip, year)?);
        }
        let mut missing = beyond(&found, &years);
        missing.sync = self.states.get(&tip).cloned().unwrap_or_default();
        Ok(missing)
    }

    /// The sides of a merge at the tip that have no mark, and whose ledgers hold all that
    /// their history tells.
    fn whole_sides(&self, tip: ObjectId, marks: &Marks<'_>) -> Result<Vec<ObjectId>, RepoError> {
        let mut sides = self.repo.commit(tip)?.parents;
        if sides.len() < 2 {
            return Ok(Vec::new());
        }
        sides.retain(|side| !marks.has(*side) && marks.told_at(*side).is_none());
        let mut whole = Vec::new();
        for side in sides {
            if self.missing(side)?.is_empty() {
                whole.push(side);
            }
        }
        Ok(whole)
    }

    fn year_at(&self, commit: ObjectId, year: i32) -> Result<Ledger, RepoError> {
        let path = self.layout.ledger_path(year);
        let text = self.ledger_text(self.repo.blob_at(commit, &path)?)?;
        Ok(text.rows().clone())
    }

    /// The rows of one entry in a commit's own ledger.
    fn recorded(&self, commit: ObjectId, entry: EntryDate) -> Result<Ledger, RepoError> {
        let path = self.layout.ledger_path(entry.year());
        let text = self.ledger_text(self.repo.blob_at(commit, &path)?)?;
        // A year is long; only this entry's lines matter.
        Ok(text.lines().rows_of(entry).of_entry(entry))
    }

    /// All rows of an entry that are known at a commit: recorded and told.
    fn known(&self, commit: ObjectId, entry: EntryDate) -> Result<Ledger, RepoError> {
        let recorded = self.recorded(commit, entry)?;
        Ok(ledger::join(recorded, self.found(commit).of_entry(entry)))
    }

    /// The facts of an entry's file in a commit.
    fn facts_at(&self, commit: ObjectId, entry: EntryDate) -> Result<Option<Rc<Facts>>, RepoError> {
        match self.places.file_of(commit, entry)? {
            Some(version) => self.places.facts((entry, Source::Yaml), version.blob),
            None => Ok(None),
        }
    }
}

/// The rows of a year's ledger in a commit.
///
/// # Errors
/// The commit or the file cannot be read.
pub(in crate::sync) fn year_at(
    repo: &Repo,
    layout: &Layout,
    commit: ObjectId,
    year: i32,
) -> Result<Ledger, RepoError> {
    let bytes = repo.read_at(commit, &layout.ledger_path(year))?;
    Ok(bytes.as_deref().map(ledger::parse).unwrap_or_default())
}

/// The rows of one entry in a commit's ledger; the other lines of the year are not
/// parsed.
fn recorded_at(
    repo: &Repo,
    layout: &Layout,
    commit: ObjectId,
    entry: EntryDate,
) -> Result<Ledger, RepoError> {
    let bytes = repo.read_at(commit, &layout.ledger_path(entry.year()))?;
    let lines = ByEntry::of(bytes.unwrap_or_default().into());
    Ok(lines.rows_of(entry).of_entry(entry))
}

/// Those of `rows` that change something when applied to the ledgers.
fn beyond(rows: &Ledger, years: &BTreeMap<i32, Ledger>) -> Ledger {
    let none = Ledger::default();
    let year = |entry: EntryDate| years.get(&entry.year()).unwrap_or(&none);
    let mut out = rows.clone();
    (out.tombstones).retain(|key, row| row.is_beyond(year(key.entry).tombstones.get(key)));
    (out.deletions).retain(|key, row| row.is_beyond(year(key.0).deletions.get(key)));
    out.kept_out
        .retain(|key, _| !year(key.0.entry).kept_out.contains_key(key));
    out
}
