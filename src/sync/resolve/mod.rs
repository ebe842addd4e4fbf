//! Files that a merge left for a person, or that a client without drivers merged: they
//! are found, merged again with the drivers' own functions, and written.
//!
//! `search` collects the open paths among the `chosen`, `find` says what makes a path open,
//! `bases` finds a merge commit's base, `earlier` the merge that left markers, `again` merges
//! the sides of a path, `propose` says what is to be made of it, `doubt` which markers may be
//! text then, `edited` which halves somebody edited, `makers` names the makers of the sides,
//! `as_text` tells the markers of a merge from text, `alone` where one side has no such file,
//! `followed` where it has it elsewhere.
//! Nothing is written before [`Resolver::finish`], which keeps the old file. `readable` reads
//! a result, `take_out` is for items that stand in a file against a removal.

mod again;
mod alone;
mod as_text;
mod bases;
mod chosen;
mod doubt;
mod earlier;
mod edited;
mod find;
mod followed;
mod makers;
mod propose;
mod readable;
mod search;
mod take_out;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::journal::entry::{changed_against_removal, values_of};
use crate::journal::hunks::{Choice, Hunk, Hunks, has_marker_in_front};
use crate::journal::markers::{AsText, conflict_markers};
use crate::journal::reconcile::WorkedOut;
use crate::journal::{Item, Layout, PathKind, Settings};
use crate::ledger;
use crate::merge::ThreeWay;
use crate::repo::{Blob, Merging, ObjectId, Repo, RepoError};

use super::driver::DriverError;

pub use chosen::Chosen;
pub use find::{LeftAlone, MarkedPage, settle_submodule};
pub use makers::Maker;
pub use propose::Proposal;
pub use readable::is_data;

/// A path that may need a person, or a better merge.
#[derive(Debug, Clone, Default)]
pub struct OpenPath {
    /// From the top of the work tree.
    pub path: String,
    pub origin: Origin,
    sides: ThreeWay<Option<Vec<u8>>>,
    /// The base that a client without drivers had, if git made one of several.
    line_base: Option<Vec<u8>>,
    /// The work tree's file in the form that git would store.
    work: Option<Vec<u8>>,
    /// The name under which the other side added the same bytes: both moved the file.
    other_name: Option<String>,
    /// The name under which one side edited what the other one moved here, of which git knows
    /// nothing. It goes with the merge of both.
    pub former: Option<String>,
    /// Whether that file is as the side that moved it has it.
    is_as_moved: bool,
    merging: Option<Merging>,
    /// The sides without the markers that earlier merges by clients without drivers left in
    /// them.
    merged_before: Option<ThreeWay<Vec<u8>>>,
    /// The sets of markers in the file that no merge made.
    as_text: AsText,
    /// The line of the first set of markers of which nothing is known, and which is left to
    /// a person.
    pub doubtful: Option<usize>,
}

impl OpenPath {
    /// The work tree's file in the form that git would store.
    #[must_use]
    pub fn work(&self) -> Option<&[u8]> {
        self.work.as_deref()
    }

    /// Whether the one side that has the file has the base's bytes.
    #[must_use]
    pub fn is_as_it_was(&self) -> bool {
        let ThreeWay { base, ours, theirs } = &self.sides;
        base.is_some() && ours.is_some() != theirs.is_some() && (base == ours || base == theirs)
    }

    /// Whether it was added with its markers.
    const fn is_added(&self) -> bool {
        matches!(self.origin, Origin::Added | Origin::AddedByGit)
    }

    /// The sides that are merged.
    fn merged_sides(&self) -> ThreeWay<Option<&Vec<u8>>> {
        match &self.merged_before {
            Some(sides) => sides.as_ref().map(Some),
            None => self.sides.as_ref().map(Option::as_ref),
        }
    }

    /// Takes off the newline at the end of a chosen text if the side that was chosen in
    /// `last`, the hunk that ends the text, ends in the same line without one: a marker
    /// needs a line of its own, so git had put one there.
    pub fn end_as_the_side(&self, chosen: &mut Vec<u8>, last: &Hunk, choice: Choice) {
        let ThreeWay { ours, theirs, .. } = self.merged_sides();
        let side = match choice {
            Choice::Ours => ours,
            Choice::Both if last.theirs.is_empty() => ours,
            Choice::Theirs | Choice::Both => theirs,
            Choice::Leave => None,
        };
        let ended = last_line(chosen);
        let bare = ended.strip_suffix(b"\n").unwrap_or(ended);
        let bare = bare.strip_suffix(b"\r").unwrap_or(bare);
        if !bare.is_empty() && side.is_some_and(|side| last_line(side) == bare) {
            let added = ended.len() - bare.len();
            chosen.truncate(chosen.len() - added);
        }
    }
}

/// The way in which a path came to be open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Origin {
    /// In conflict in the index.
    Unmerged,
    /// The same, and no driver merges it: its markers are all there is to choose from.
    UnmergedByGit,
    /// Added with its markers; the index still knows the sides.
    Added,
    /// The same, and no driver merges it.
    AddedByGit,
    /// Part of the merge commit that HEAD is.
    Committed,
    /// Left with markers by this merge commit, further down.
    Earlier(ObjectId),
    /// The file has markers, and nothing else is known.
    #[default]
    Markers,
}

/// The outcome for a path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Finished {
    /// Whether the result is staged; if not, it waits in the work tree.
    pub staged: bool,
    /// The copy of the file as it was before.
    pub aside: Option<PathBuf>,
    /// The line of the first set of markers in the result that no choice settled. A file with
    /// one is not staged.
    pub left: Option<usize>,
    /// The line of a marker whose set is whole no more. A file with one is not staged.
    pub part: Option<usize>,
    /// The line of the first set that a merge further down left, which is settled next.
    pub earlier: Option<usize>,
}

/// The error for a path that could not be merged again or written.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error(transparent)]
    Repo(#[from] RepoError),
    #[error("{path}: {source}")]
    Merge { path: String, source: DriverError },
}

/// Finds, merges and writes what was chosen, in one repository.
pub struct Resolver<'a> {
    pub repo: &'a Repo,
    pub settings: &'a Settings,
    pub chosen: Chosen,
}

impl Resolver<'_> {
    fn layout(&self) -> &Layout {
        &self.settings.layout
    }

    /// Whether what was chosen has a marker in its frontmatter that not both sides had there:
    /// one of them was committed with markers of an earlier merge, which could not be made
    /// again.
    #[must_use]
    pub fn keeps_a_marker(&self, open: &OpenPath, chosen: &[u8]) -> bool {
        let (Some(ours), Some(theirs)) = (&open.sides.ours, &open.sides.theirs) else {
            return false;
        };
        let is_marked = |side: &Vec<u8>| {
            conflict_markers(side).is_some() && !self.is_readable(&open.path, side)
        };
        let has = |side: &[u8], set: &[u8]| side.windows(set.len()).any(|there| there == set);
        (is_marked(ours) || is_marked(theirs))
            && has_marker_in_front(chosen, |set| has(ours, set) && has(theirs, set))
    }

    /// Writes the result for a path; `None` removes the file. It is staged if the path was in
    /// conflict and is settled, or if the file was part of the next commit, or is with markers,
    /// which nobody wants there. Whatever a caller chose, a result with markers that nobody
    /// chose in is not settled.
    ///
    /// # Errors
    /// The file or the index cannot be written.
    pub fn finish(
        &self,
        open: &OpenPath,
        result: Option<&[u8]>,
        is_settled: bool,
    ) -> Result<Finished, ResolveError> {
        let repo = self.repo;
        let mut done = Finished {
            left: match result {
                Some(text) => self.unsettled_in(open, text, is_settled)?,
                None => None,
            },
            ..Finished::default()
        };
        let is_settled = is_settled && done.left.is_none();
        if let (true, Some(text)) = (is_settled, result) {
            done.part = self.part_left_in(open, text);
        }
        let is_settled = is_settled && done.part.is_none();
        if let (true, Some(text)) = (is_settled, result) {
            done.earlier = self.left_further_down(open, text)?;
        }
        let there = repo.read_work_file(&open.path)?;
        let other = open.work.as_deref() != result;
        if let Some(old) = there.as_deref().filter(|_| other) {
            done.aside = Some(repo.keep_aside(&open.path, old)?);
        }
        let stage = match (open.origin, there.as_deref()) {
            (Origin::Unmerged | Origin::UnmergedByGit, _) => is_settled,
            (_, Some(work)) if is_settled => {
                self.is_part_of_a_commit(&open.path, work)?
                    || open.is_added() && self.stages_markers(open)?
            }
            // With what is left as well: it is part of the commit already, and what is
            // settled next is to be part of it, too.
            (_, Some(work)) if other => self.is_changed_in_the_index(&open.path, work)?,
            _ => false,
        };
        match result {
            Some(bytes) => {
                let text = repo.to_check_out(&open.path, bytes)?;
                repo.write_work_file(&open.path, &text)?;
                if stage {
                    repo.add(&open.path)?;
                }
                if let (true, Some(former)) = (stage, &open.former) {
                    repo.remove_work_file(former)?;
                    repo.unstage(&[former])?;
                }
            }
            None => {
                repo.remove_work_file(&open.path)?;
                if stage {
                    repo.unstage(&[&open.path])?;
                }
            }
        }
        done.staged = stage && is_settled;
        Ok(done)
    }

    /// The items of a path that one side removed and the other changed, where `text` has
    /// them: who chose that text was asked about each, and keeps it.
    #[must_use]
    pub fn kept_in(&self, open: &OpenPath, text: &[u8]) -> BTreeSet<Item> {
        let none = BTreeSet::new();
        let ThreeWay { base, ours, theirs } = open.merged_sides();
        let (PathKind::Entry(_), Some(base), Some(ours), Some(theirs)) =
            (self.layout().classify(&open.path), base, ours, theirs)
        else {
            return none;
        };
        let there = values_of(text);
        let mut kept = changed_against_removal(ThreeWay::new(base, ours, theirs));
        kept.retain(|item| there.contains_key(item));
        kept
    }

    /// The numbers that both sides of a path worked out from their bodies: they follow from
    /// the body that is chosen, and are no question.
    #[must_use]
    pub fn worked_out(&self, open: &OpenPath) -> WorkedOut {
        let sides = open.merged_sides();
        match (sides.ours, sides.theirs) {
            (Some(ours), Some(theirs)) => WorkedOut::of(ours, theirs, &self.settings.rules),
            _ => WorkedOut::default(),
        }
    }

    /// Writes a file that was not in conflict. It is staged if the old file was part of
    /// the next commit as it stood.
    ///
    /// # Errors
    /// The file or the index cannot be written.
    pub fn write_over(&self, path: &str, old: &[u8], new: &[u8]) -> Result<Finished, ResolveError> {
        let staged = self.is_part_of_a_commit(path, old)?;
        let aside = Some(self.repo.keep_aside(path, old)?);
        self.repo.write_work_file(path, new)?;
        if staged {
            self.repo.add(path)?;
        }
        Ok(Finished {
            staged,
            aside,
            ..Finished::default()
        })
    }

    /// Whether a file of the work tree is part of the next commit as it stands: it is
    /// staged and not committed, or a merge waits for its commit.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn is_part_of_a_commit(&self, path: &str, work: &[u8]) -> Result<bool, RepoError> {
        let repo = self.repo;
        let Some(staged) = self.staged_as(path, work)? else {
            return Ok(false);
        };
        let committed = repo.blob_at(repo.head()?, path)?;
        let merges = || -> Result<bool, RepoError> {
            Ok(!repo.merge_heads()?.is_empty() || repo.waiting_merge()?.is_some())
        };
        Ok(committed != Some(staged) || merges()?)
    }

    /// Whether the index has a file of the work tree as it stands, and HEAD another version.
    fn is_changed_in_the_index(&self, path: &str, work: &[u8]) -> Result<bool, RepoError> {
        let staged = self.staged_as(path, work)?;
        Ok(staged.is_some() && staged != self.repo.blob_at(self.repo.head()?, path)?)
    }

    /// Whether the next commit would have markers that the merge of a path left.
    fn stages_markers(&self, open: &OpenPath) -> Result<bool, RepoError> {
        let (repo, path) = (self.repo, &open.path);
        let staged = repo.index()?.staged(path);
        let Some(id) = staged.and_then(Blob::file) else {
            return Ok(false);
        };
        if staged == repo.blob_at(repo.head()?, path)? {
            return Ok(false);
        }
        let text = repo.read_blob(id)?;
        let sides = open.sides.as_ref().map(Option::as_ref);
        let as_text = self.as_text(path, Some(&text), sides, open.merging.as_ref())?;
        Ok(!Hunks::besides(&text, &as_text).is_empty())
    }

    /// What the index has of a file, if that is the work tree's version.
    fn staged_as(&self, path: &str, work: &[u8]) -> Result<Option<Blob>, RepoError> {
        let staged = self.repo.index()?.staged(path);
        Ok(match staged {
            Some(staged) if self.repo.is_stored_as(path, work, staged.id)? => Some(staged),
            _ => None,
        })
    }
}

/// The last line of a text, with its end if it has one.
fn last_line(text: &[u8]) -> &[u8] {
    let mut lines = text.split_inclusive(|&b| b == b'\n');
    lines.next_back().unwrap_or_default()
}

/// The merge of three ledgers' texts.
fn merged_ledgers(sides: ThreeWay<&Vec<u8>>) -> Vec<u8> {
    let sides = sides.map(|text| ledger::parse(text));
    ledger::format(&ledger::merge(&sides.base, &sides.ours, &sides.theirs))
}
