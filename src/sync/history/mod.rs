//! Rows of commits that came without them, worked out from history.
//!
//! A client without hooks, `--no-verify`, a clean revert, a rebase: nothing of
//! Palimpsest recorded what such a commit removed, put back or kept out. It is
//! found by comparing the commit with its parents, under ids made from the commit
//! itself, so that every machine finds the same rows. They count at once, and the
//! next commit made here stores them.

mod diff;
mod keeps_out;
mod left_out;
mod lost;
mod marks;
mod merges;
mod own;
mod pick;
mod places;
mod readable;
mod rebase;
mod recorded;
mod squash;
mod states;
mod taken_back;
mod undone;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::journal::{EntryDate, Facts, Layout};
use crate::ledger::{self, Ledger, Source};
use crate::repo::{Commit, ObjectId, Repo, RepoError};

use super::commit::versions::facts;
use diff::Diff;
use marks::Marks;
use places::Places;
use states::States;

pub use keeps_out::{Removals, keeps_out};
pub(in crate::sync) use left_out::{is_known, only_added};
pub use own::{deletion_of, removed_between};
pub use pick::add_what_a_pick_keeps_out;
pub use places::entries_there;
pub(in crate::sync) use places::moved_from;
pub(in crate::sync) use readable::facts_before;
pub use rebase::keep_what_a_rebase_kept_out;
pub use recorded::{Recorded, note_recorded, recorded};
pub use squash::{at_tip, kept_out_of_a_squash};

/// The rows that `tip`'s history tells and `tip`'s ledger does not hold, or holds
/// in an older state. Looks at what came in since the ledger held everything.
///
/// # Errors
/// History cannot be read.
pub fn rows_of(repo: &Repo, layout: &Layout, tip: ObjectId) -> Result<Ledger, RepoError> {
    let marks = Marks::read(repo, layout);
    let mut missing = Ledger::default();
    if !marks.has(tip) {
        let told =
            |marks: &Marks| History::since((repo, layout), marks, &[tip], None)?.missing(tip);
        if recorded::holds_all(repo, layout, &marks, tip)? {
            debug_assert_eq!(told(&marks)?, missing, "pre-commit recorded all of {tip}");
        } else {
            missing = told(&marks)?;
        }
        if missing.is_empty() {
            // What is noted can be worked out again: a folder that cannot be
            // written costs time alone.
            let _ = marks.add(tip);
        }
    }
    rebase::add_noted(repo, layout, tip, &mut missing)?;
    Ok(missing)
}

/// What a merge of these commits makes of the sync states, for those that may be
/// others than the merge of the ledgers makes them.
///
/// # Errors
/// History cannot be read.
pub fn states_of_merge(
    repo: &Repo,
    layout: &Layout,
    parents: &[ObjectId],
) -> Result<Ledger, RepoError> {
    let history = History::since((repo, layout), &Marks::read(repo, layout), parents, None)?;
    Ok(states::rows(history.merged_states(parents)?))
}

/// All removals and deletions of one entry that whoever stands on `tip` knows: those
/// in its ledger, and those that its history tells, wherever the commit that made
/// them stands.
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
    history.known(tip, entry)
}

/// The removals and deletions that `base` has and the ledger of `tip` lacks, although
/// nobody reverted them: a merge lost them, or a revert took back what history told.
///
/// # Errors
/// History cannot be read.
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
    told.kept.clear();
    told.sync.clear();
    Ok(told)
}

/// A walk over history: what each commit's history tells beside its ledger.
struct History<'a> {
    repo: &'a Repo,
    layout: &'a Layout,
    /// Only this entry is looked at.
    only: Option<EntryDate>,
    /// Where the entries that are looked at can stand, and the ledger of only one;
    /// everywhere if empty.
    below: Vec<String>,
    places: Places<'a>,
    /// Rows other than sync states.
    found: BTreeMap<ObjectId, Rc<Ledger>>,
    /// The sync states that differ from what the commit's ledger holds. Where nothing
    /// but its one child asks for those of a commit, they went over to that.
    states: BTreeMap<ObjectId, States>,
    /// Texts of ledger files.
    texts: RefCell<Vec<(ObjectId, Rc<str>)>>,
    /// The walk began at a mark.
    from_a_mark: bool,
    /// A row of the commits before the mark was taken back since.
    lacks: bool,
}

impl<'a> History<'a> {
    /// Looks at what came in since a mark. Where that took back rows which only the
    /// commits before can tell again, it begins at an earlier one.
    fn since(
        (repo, layout): (&'a Repo, &'a Layout),
        marks: &Marks<'_>,
        tips: &[ObjectId],
        only: Option<EntryDate>,
    ) -> Result<Self, RepoError> {
        let mut nth = 0;
        loop {
            let (commits, next) = marks.commits_since(nth, tips)?;
            let mut history = Self::unwalked(repo, layout);
            if let Some(entry) = only {
                history.look_only_at(entry, tips, &commits)?;
            }
            history.from_a_mark = next.is_some();
            history.look_at(tips, commits)?;
            match next {
                Some(next) if history.lacks => nth = next,
                _ => return Ok(history),
            }
        }
    }

    fn look_only_at(
        &mut self,
        entry: EntryDate,
        tips: &[ObjectId],
        commits: &[Commit],
    ) -> Result<(), RepoError> {
        let inside: BTreeSet<ObjectId> = commits.iter().map(|c| c.id).collect();
        let parents = commits.iter().flat_map(|c| &c.parents);
        let ends = parents.filter(|p| !inside.contains(p)).chain(tips);
        self.below = self.places.below(entry, ends.copied())?;
        if !self.below.is_empty() {
            self.below.push(self.layout.ledger_path(entry.year()));
        }
        self.only = Some(entry);
        Ok(())
    }

    fn look_at(&mut self, tips: &[ObjectId], commits: Vec<Commit>) -> Result<(), RepoError> {
        let mut children: BTreeMap<ObjectId, usize> = BTreeMap::new();
        for parent in commits.iter().flat_map(|c| &c.parents).chain(tips) {
            *children.entry(*parent).or_default() += 1;
        }
        for commit in commits {
            // Before somebody set Palimpsest up there was nothing to record.
            let told = !commit.parents.is_empty() && self.is_set_up(commit.id)?;
            let mut diffs = Vec::new();
            for parent in commit.parents.iter().filter(|_| told) {
                diffs.push(self.diff(*parent, &commit)?);
            }
            let rows = self.look(&commit, &diffs)?;
            if !rows.is_empty() {
                self.found.insert(commit.id, Rc::new(rows));
            }
            if self.from_a_mark && self.lacks_what_was_taken_back(&commit, &diffs)? {
                self.lacks = true;
                return Ok(());
            }
            if self.only.is_some() {
                continue;
            }
            let states = match (commit.parents.as_slice(), diffs.as_slice()) {
                ([parent], [diff]) => {
                    let before = match children.get(parent) {
                        Some(1) => self.states.remove(parent),
                        _ => self.states.get(parent).cloned(),
                    };
                    self.states_after(&commit, *parent, diff, before.unwrap_or_default())?
                }
                (_, []) => States::new(),
                _ => self.states_of_merge(&commit)?,
            };
            if !states.is_empty() {
                self.states.insert(commit.id, states);
            }
        }
        Ok(())
    }

    /// Before any commit was looked at.
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
            from_a_mark: false,
            lacks: false,
        }
    }

    fn look(&self, commit: &Commit, diffs: &[Diff]) -> Result<Ledger, RepoError> {
        let mut rows = Ledger::default();
        for parent in &commit.parents {
            rows = ledger::join(rows, (*self.found(*parent)).clone());
        }
        if diffs.is_empty() {
            return Ok(rows);
        }
        rows = ledger::join(rows, self.own(commit, diffs)?);
        rows = ledger::join(self.undone_as_another(commit, diffs, &rows)?, rows);
        if commit.parents.len() > 1 {
            rows = self.of_merge(commit, rows)?;
        }
        Ok(rows)
    }

    fn is_set_up(&self, commit: ObjectId) -> Result<bool, RepoError> {
        for path in ["palimpsest.toml", self.layout.ledger.as_str()] {
            if self.repo.blob_at(commit, path)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn found(&self, commit: ObjectId) -> Rc<Ledger> {
        self.found.get(&commit).cloned().unwrap_or_default()
    }

    /// What of the tip's rows its ledger does not say already.
    fn missing(&self, tip: ObjectId) -> Result<Ledger, RepoError> {
        let found = self.found(tip);
        let mut years: BTreeMap<i32, Ledger> = BTreeMap::new();
        for year in years_of(&found) {
            years.insert(year, self.year_at(tip, year)?);
        }
        let mut missing = beyond(&found, &years);
        missing.sync = self.states.get(&tip).cloned().unwrap_or_default();
        Ok(missing)
    }

    fn year_at(&self, commit: ObjectId, year: i32) -> Result<Ledger, RepoError> {
        year_at(self.repo, self.layout, commit, year)
    }

    /// The rows of one entry in a commit's own ledger.
    fn recorded(&self, commit: ObjectId, entry: EntryDate) -> Result<Ledger, RepoError> {
        let path = self.layout.ledger_path(entry.year());
        let text = self.text(self.repo.blob_at(commit, &path)?)?;
        // A year is long; only this entry's lines are of interest.
        let day = entry.to_string();
        let lines: Vec<&str> = text.lines().filter(|l| l.contains(&day)).collect();
        Ok(ledger::parse(lines.join("\n").as_bytes()).of_entry(entry))
    }

    /// All that whoever stood on a commit could know of an entry.
    fn known(&self, commit: ObjectId, entry: EntryDate) -> Result<Ledger, RepoError> {
        let recorded = self.recorded(commit, entry)?;
        Ok(ledger::join(recorded, self.found(commit).of_entry(entry)))
    }

    /// What a commit's file of an entry says.
    fn facts_at(&self, commit: ObjectId, entry: EntryDate) -> Result<Option<Facts>, RepoError> {
        let Some(version) = self.places.file_of(commit, entry)? else {
            return Ok(None);
        };
        let bytes = self.repo.read_blob(version.blob)?;
        Ok(facts((entry, Source::Yaml), &bytes).ok())
    }
}

fn year_at(repo: &Repo, layout: &Layout, commit: ObjectId, year: i32) -> Result<Ledger, RepoError> {
    let bytes = repo.read_at(commit, &layout.ledger_path(year))?;
    Ok(bytes.as_deref().map(ledger::parse).unwrap_or_default())
}

/// The years that rows are about.
#[must_use]
pub fn years_of(rows: &Ledger) -> BTreeSet<i32> {
    let tombstones = rows.tombstones.keys().map(|k| k.entry.year());
    let deletions = rows.deletions.keys().map(|(entry, _)| entry.year());
    let kept = rows.kept.keys().map(|(k, _)| k.entry.year());
    let sync = rows.sync.keys().map(|(entry, _)| entry.year());
    let all = tombstones.chain(deletions).chain(kept);
    all.chain(sync).collect()
}

/// The rows of one year.
#[must_use]
pub fn of_year(rows: &Ledger, year: i32) -> Ledger {
    let mut rows = rows.clone();
    rows.tombstones.retain(|k, _| k.entry.year() == year);
    rows.deletions.retain(|(entry, _), _| entry.year() == year);
    rows.kept.retain(|(k, _), _| k.entry.year() == year);
    rows.sync.retain(|(entry, _), _| entry.year() == year);
    rows
}

/// A ledger with what history tells besides. Of a sync state the later one counts:
/// history's, unless a person decided on top of it.
#[must_use]
pub fn with(ledger: Ledger, mut told: Ledger) -> Ledger {
    let states = std::mem::take(&mut told.sync);
    let mut all = ledger::join(ledger, told);
    for (key, state) in states {
        let later = all
            .sync
            .get(&key)
            .is_some_and(|s| s.counter > state.counter);
        if !later {
            all.sync.insert(key, state);
        }
    }
    all
}

/// Those of `rows` that change something when they are laid over the ledgers.
fn beyond(rows: &Ledger, years: &BTreeMap<i32, Ledger>) -> Ledger {
    let none = Ledger::default();
    let year = |entry: EntryDate| years.get(&entry.year()).unwrap_or(&none);
    let mut out = rows.clone();
    out.tombstones.retain(|key, row| {
        let there = year(key.entry).tombstones.get(key);
        there.is_none_or(|t| t.state.is_active() && !row.state.is_active())
    });
    out.deletions.retain(|key, row| {
        let there = year(key.0).deletions.get(key);
        there.is_none_or(|d| d.state.is_active() && !row.state.is_active())
    });
    out.kept
        .retain(|key, _| !year(key.0.entry).kept.contains_key(key));
    out
}
