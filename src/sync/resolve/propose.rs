//! The proposal for a path: its sides merged again, as the drivers do it.

use super::edited::is_edited_within;
use super::{OpenPath, Origin, ResolveError, Resolver};
use crate::journal::PathKind;
use crate::journal::hunks::{Choice, Hunks};
use crate::ledger;
use crate::merge::ThreeWay;
use crate::repo::RepoError;
use crate::sync::history::file_of;

/// The proposal for a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proposal {
    /// The file is right as it is.
    Fine,
    /// Take this text; if it has hunks, a person has to choose.
    Text(Hunks),
    /// A side was committed with markers of a merge that can be made again; those of this
    /// merge may cross them, and somebody edited the file.
    Crossing,
    /// The file has markers of an unknown merge, and their union may bring something back:
    /// `united` is it, for a person who takes both.
    Unknown { hunks: Hunks, united: Hunks },
    /// The file has markers of which nothing is known, from this line on.
    Doubtful(usize),
    /// One side deleted the file, the other changed it; `None` is the deletion.
    OneSided {
        ours: Option<Vec<u8>>,
        theirs: Option<Vec<u8>>,
        /// If both moved the file, and the other side has it under another name: what stands
        /// under this one. Git puts its merge of both there, with the conflicts that it has.
        moved: Option<Hunks>,
    },
    /// One side added the file, and git does not know where it belongs, as after the
    /// other side moved the folder. Nobody deleted it.
    Added { by_us: bool, text: Vec<u8> },
    /// The file has no markers and is not a merge's result: somebody edited it.
    Edited,
    /// The merge commit differs from the merge of its parents, perhaps on purpose.
    Differs(Hunks),
}

impl Resolver<'_> {
    /// Merges the sides of a path again.
    ///
    /// # Errors
    /// The configuration cannot be read, or git's line merge fails.
    pub fn propose(&self, open: &OpenPath) -> Result<Proposal, ResolveError> {
        // A person settled it after it was added, and has to add it again.
        if open.is_added() && open.hunks().is_empty() {
            return Ok(Proposal::Edited);
        }
        let ThreeWay { base, ours, theirs } = &open.sides;
        let (Some(ours), Some(theirs)) = (ours, theirs) else {
            return self.propose_one_sided(open);
        };
        let sides = ThreeWay::new(
            base.clone().unwrap_or_default(),
            ours.clone(),
            theirs.clone(),
        );
        let work = open.work.as_deref().unwrap_or_default();
        let hunks = open.hunks();
        if open.origin == Origin::Committed {
            return self.propose_committed(open, sides, work, hunks);
        }
        // Markers that a side was committed with may cross those of this merge.
        if let Some(before) = &open.merged_before
            && (open.work.is_none() || self.is_made_by_a_merge(open, sides.as_ref(), work, true)?)
        {
            let merged = self.merge(open, before.as_ref(), &hunks)?;
            return Ok(Proposal::Text(merged));
        }
        if open.merged_before.is_some() && !hunks.is_empty() {
            return Ok(Proposal::Crossing);
        }
        if let (true, Some(line)) = (hunks.is_empty(), open.doubtful) {
            return Ok(Proposal::Doubtful(line));
        }
        // A file that git alone merges is settled by its markers.
        let by_git = match open.origin {
            Origin::UnmergedByGit => !hunks.is_empty(),
            Origin::AddedByGit => true,
            _ => false,
        };
        if by_git || hunks.are_unclear() {
            let hunks = self.doubted(open, sides.as_ref(), hunks)?;
            return Ok(Proposal::Text(hunks));
        }
        if open.origin == Origin::Markers && self.may_bring_back(open, &hunks)? {
            let united = self.merge(open, sides.as_ref(), &hunks)?;
            return Ok(Proposal::Unknown { hunks, united });
        }
        let untouched = open.work.is_none()
            || open.is_as_moved
            || open.origin == Origin::Markers
            || self.is_made_by_a_merge(open, sides.as_ref(), work, true)?;
        match (untouched, hunks.is_empty()) {
            (true, _) => self.merge(open, sides.as_ref(), &hunks).map(Proposal::Text),
            (false, false) => self.propose_edited(open, sides, hunks),
            (false, true) => Ok(Proposal::Edited),
        }
    }

    /// The proposal for a file with markers that somebody edited.
    fn propose_edited(
        &self,
        open: &OpenPath,
        sides: ThreeWay<Vec<u8>>,
        hunks: Hunks,
    ) -> Result<Proposal, ResolveError> {
        if self.is_ledger(open) {
            // Its rows are no text that a person may mean.
            let work = open.work.as_deref().unwrap_or_default();
            let merged = self.merge(open, sides.as_ref(), &hunks)?;
            let merged = merged.choose(|_| Choice::Leave);
            return Ok(Self::committed_ledger(
                &merged,
                work,
                &hunks,
                sides.as_ref(),
            ));
        }
        if self.is_of_a_person(open)? {
            return Ok(Proposal::Fine);
        }
        let hunks = self.doubted(open, sides.as_ref(), hunks)?;
        if hunks.iter().any(|hunk| hunk.may_be_text) {
            return Ok(Proposal::Text(hunks));
        }
        let made = self.merge(open, sides.as_ref(), &hunks)?;
        let merged = self.merge_halves(open, sides, &hunks)?;
        Ok(Proposal::Text(
            match is_edited_within(&hunks, &made, &merged) {
                true => hunks,
                false => merged,
            },
        ))
    }

    /// The proposal for a path that one side alone has. What only one side added is in the
    /// work tree as it should be, with any edits, but for what git itself merged there.
    fn propose_one_sided(&self, open: &OpenPath) -> Result<Proposal, ResolveError> {
        let ThreeWay { base, ours, theirs } = &open.sides;
        let by_us = ours.is_some();
        let mut moved = None;
        if let (None, Some(side)) = (base, ours.as_ref().xor(theirs.as_ref())) {
            let hunks = match &open.work {
                Some(_) => open.hunks(),
                None => self.hunks_of_a_side(open, side)?,
            };
            let merged = match hunks.is_empty() || hunks.are_unclear() {
                true => hunks.clone(),
                false => self.merge(open, hunks.versions().as_ref(), &hunks)?,
            };
            if open.other_name.is_none() {
                return Ok(match hunks.is_empty() {
                    true => Proposal::Added {
                        by_us,
                        text: merged.choose(|_| Choice::Leave),
                    },
                    false => Proposal::Text(merged),
                });
            }
            moved = Some(merged);
        }
        Ok(Proposal::OneSided {
            ours: ours.clone(),
            theirs: theirs.clone(),
            moved,
        })
    }

    /// Whether an entry that one side deleted was only moved within the journal by the other
    /// one, and nobody edited it since. Another page's name says something, too: that one may
    /// have been renamed on purpose, and what comes into the journal is new there.
    ///
    /// # Errors
    /// The repository cannot be read.
    pub fn stays_deleted(&self, open: &OpenPath) -> Result<bool, RepoError> {
        let ThreeWay { base, .. } = &open.sides;
        let (PathKind::Entry(entry), Some(was), Some(merging), Origin::Unmerged) = (
            self.layout().classify(&open.path),
            base,
            &open.merging,
            open.origin,
        ) else {
            return Ok(false);
        };
        if !open.is_as_it_was() || open.work.as_ref().is_some_and(|work| work != was) {
            return Ok(false);
        }
        for base in &merging.bases {
            let file = file_of(self.repo, self.layout(), *base, entry)?;
            if let Some(file) = file
                && self.repo.read_blob(file.blob)? == *was
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn propose_committed(
        &self,
        open: &OpenPath,
        sides: ThreeWay<Vec<u8>>,
        work: &[u8],
        hunks: Hunks,
    ) -> Result<Proposal, ResolveError> {
        let merged = self.merge(open, sides.as_ref(), &hunks)?;
        let bytes = merged.choose(|_| Choice::Leave);
        if bytes == work {
            return Ok(match merged.is_empty() {
                true => Proposal::Fine,
                false => Proposal::Text(merged),
            });
        }
        if self.is_ledger(open) {
            return Ok(Self::committed_ledger(&bytes, work, &hunks, sides.as_ref()));
        }
        if self.is_made_by_a_merge(open, sides.as_ref(), work, false)? {
            return Ok(Proposal::Text(merged));
        }
        if hunks.are_unclear() {
            return Ok(Proposal::Text(hunks));
        }
        if !hunks.is_empty() {
            return self.propose_edited(open, sides, hunks);
        }
        // Somebody decided this conflict.
        Ok(match merged.is_empty() {
            true => Proposal::Differs(merged),
            false => Proposal::Fine,
        })
    }

    /// The proposal for a committed ledger: its own rows stay, and rows that the merge
    /// should have brought come back.
    fn committed_ledger(
        merged: &[u8],
        work: &[u8],
        hunks: &Hunks,
        sides: ThreeWay<&Vec<u8>>,
    ) -> Proposal {
        let merged = ledger::parse(merged);
        let there = ledger::parse(work);
        let lacks_state = merged.sync.keys().any(|k| !there.sync.contains_key(k));
        if hunks.is_empty() && !merged.has_more_than(&there) && !lacks_state {
            return Proposal::Fine;
        }
        let [ours, theirs] = [sides.ours, sides.theirs].map(|side| ledger::parse(side));
        let whole = ledger::with_later(&merged, there, [&ours, &theirs]);
        Proposal::Text(Hunks::of(&ledger::format(&whole)))
    }

    pub(super) fn is_ledger(&self, open: &OpenPath) -> bool {
        self.layout().ledger_year(&open.path).is_some()
    }
}
