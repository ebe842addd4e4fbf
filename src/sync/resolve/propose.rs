//! The proposal for a path: its sides merged again, as the drivers do it.

use super::edited::is_edited_within;
use super::{OpenPath, Origin, ResolveError, Resolver, merged_ledgers};
use crate::journal::hunks::{Choice, Hunks};
use crate::journal::markers::unused_length;
use crate::journal::yaml::{Node, Tree};
use crate::ledger;
use crate::merge::{ConflictStyle, LineMerge, Markers, ThreeWay};
use crate::repo::GitLines;
use crate::sync::driver::FileMerge;
use crate::sync::kept_out::LedgerRulings;

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

const STYLES: [ConflictStyle; 3] = [
    ConflictStyle::Merge,
    ConflictStyle::Diff3,
    ConflictStyle::Zdiff3,
];

impl Resolver<'_> {
    /// Merges the sides of a path again.
    ///
    /// # Errors
    /// The configuration cannot be read, or git's line merge fails.
    pub fn propose(&self, open: &OpenPath) -> Result<Proposal, ResolveError> {
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
        // Edits beside the markers are in both of their sides, and so stay.
        let made = self.merge(open, sides.as_ref(), &hunks)?;
        let sides = ThreeWay {
            base: sides.base,
            ..hunks.versions()
        };
        let merged = self.merge(open, sides.as_ref(), &hunks)?;
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

    fn is_ledger(&self, open: &OpenPath) -> bool {
        self.layout().ledger_year(&open.path).is_some()
    }

    /// The drivers' merge of the sides, with the labels of the file's markers. Only its own
    /// conflicts are hunks, whatever markers the sides have.
    fn merge(
        &self,
        open: &OpenPath,
        sides: ThreeWay<&Vec<u8>>,
        hunks: &Hunks,
    ) -> Result<Hunks, ResolveError> {
        if self.is_ledger(open) {
            return Ok(Hunks::of(&merged_ledgers(sides)));
        }
        let labels = hunks.iter().next().map(|h| h.labels.clone());
        let (ours, theirs) = labels.unwrap_or(("ours".into(), "theirs".into()));
        let markers = Markers {
            size: unused_length(all(sides)),
            labels: ThreeWay::new("base".into(), ours, theirs),
            ..Markers::default()
        };
        let bytes = self.by_field(open, sides, &markers, self.repo.conflict_style()?)?;
        let shown = self.marker_size(&open.path)?;
        let is_entry = self.is_entry(&open.path);
        Ok(Hunks::of_length(&bytes, markers.size, shown, is_entry))
    }

    fn by_field(
        &self,
        open: &OpenPath,
        sides: ThreeWay<&Vec<u8>>,
        markers: &Markers,
        style: ConflictStyle,
    ) -> Result<Vec<u8>, ResolveError> {
        let kept_out = LedgerRulings::of(&open.path, &self.settings.layout)
            .within(self.repo, open.merging.clone());
        let rulings = |path: &[String], tree: &Tree, node: &Node| kept_out.ask(path, tree, node);
        let merge = FileMerge {
            markers: markers.clone(),
            several_bases: open.merging.as_ref().is_some_and(|m| m.bases.len() > 1),
            ..FileMerge::new(&open.path, &self.settings.rules, &rulings)
        };
        let merged = merge.of_texts(sides.map(Vec::as_slice), || style);
        let merged = merged.map_err(|source| ResolveError::Merge {
            path: open.path.clone(),
            source,
        })?;
        // Without the ledgers a removed item would stand in the result.
        match kept_out.into_error() {
            Some(error) => Err(error.into()),
            None => Ok(merged.bytes),
        }
    }

    /// Whether a file equals a merge of the sides, by line or by field and in any style,
    /// so that it has nobody's edits. With `one_side`, also ours alone, which some clients
    /// leave; theirs a person takes (`git checkout --theirs`).
    fn is_made_by_a_merge(
        &self,
        open: &OpenPath,
        sides: ThreeWay<&Vec<u8>>,
        text: &[u8],
        one_side: bool,
    ) -> Result<bool, ResolveError> {
        let bare = |text: &[u8]| Hunks::besides(text, &open.as_text).without_labels();
        if one_side && bare(sides.ours) == bare(text) {
            return Ok(true);
        }
        // Written by a `resolve` that was killed before it staged it.
        if self.is_ledger(open) && merged_ledgers(sides) == bare(text) {
            return Ok(true);
        }
        self.any_merge(open, sides, |merged| merged.is_shown_as(text))
    }

    /// Whether a text is what the sides give without a conflict. In doubt it is not.
    pub(super) fn is_clean_merge(
        &self,
        open: &OpenPath,
        text: &[u8],
    ) -> Result<bool, ResolveError> {
        let (Some(ours), Some(theirs)) = (&open.sides.ours, &open.sides.theirs) else {
            return Ok(false);
        };
        let none = Vec::new();
        let base = open.sides.base.as_ref().unwrap_or(&none);
        let sides = ThreeWay::new(base, ours, theirs);
        match self.any_merge(open, sides, |m| m.is_empty() && m.is_shown_as(text)) {
            Err(ResolveError::Merge { .. }) => Ok(false),
            is => is,
        }
    }

    /// Whether this is so of a merge of the sides, by line or by field, in any style.
    pub(super) fn any_merge(
        &self,
        open: &OpenPath,
        sides: ThreeWay<&Vec<u8>>,
        mut is: impl FnMut(Hunks) -> bool,
    ) -> Result<bool, ResolveError> {
        let line_base = open.line_base.as_ref().unwrap_or(sides.base);
        let size = unused_length(all(sides).into_iter().chain([line_base.as_slice()]));
        let shown = self.marker_size(&open.path)?;
        let is_entry = self.is_entry(&open.path);
        let mut is = |merged: &[u8]| is(Hunks::of_length(merged, size, shown, is_entry));
        for style in STYLES {
            let markers = Markers {
                size,
                style,
                ..Markers::default()
            };
            for base in [sides.base, line_base] {
                let sides = ThreeWay { base, ..sides };
                for lines in [GitLines::new(), GitLines::as_git_merge()] {
                    let merged = lines.merge(sides.map(Vec::as_slice), &markers);
                    if merged.is_ok_and(|m| is(&m.bytes)) {
                        return Ok(true);
                    }
                }
            }
            if !self.is_ledger(open) {
                let merged = self.by_field(open, sides, &markers, style)?;
                if is(&merged) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// The texts of the three sides.
fn all(sides: ThreeWay<&Vec<u8>>) -> [&[u8]; 3] {
    [sides.base, sides.ours, sides.theirs].map(Vec::as_slice)
}
