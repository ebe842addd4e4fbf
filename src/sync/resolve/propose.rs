//! The proposal for a path: its sides merged again, as the drivers do it.

use super::find::has_hunks;
use super::{OpenPath, Origin, ResolveError, Resolver, merged_ledgers};
use crate::journal::hunks::Hunks;
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
    Text(Vec<u8>),
    /// One side deleted the file, the other changed it; `None` is the deletion.
    OneSided {
        ours: Option<Vec<u8>>,
        theirs: Option<Vec<u8>>,
        /// Whether both moved the file: the other side has it under another name.
        moved: bool,
    },
    /// One side added the file, and git does not know where it belongs, as after the
    /// other side moved the folder. Nobody deleted it.
    Added { by_us: bool, text: Vec<u8> },
    /// The file has no markers and is not a merge's result: somebody edited it.
    Edited,
    /// The merge commit differs from the merge of its parents, perhaps on purpose.
    Differs(Vec<u8>),
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
        if let (None, false, Some(text)) =
            (base, open.moved_twice, ours.as_ref().xor(theirs.as_ref()))
        {
            return self.propose_added(open, ours.is_some(), text);
        }
        let (Some(ours), Some(theirs)) = (ours, theirs) else {
            return Ok(Proposal::OneSided {
                ours: ours.clone(),
                theirs: theirs.clone(),
                moved: open.moved_twice,
            });
        };
        let sides = ThreeWay::new(
            base.clone().unwrap_or_default(),
            ours.clone(),
            theirs.clone(),
        );
        let work = open.work.as_deref().unwrap_or_default();
        let hunks = Hunks::of(work);
        if open.origin == Origin::Committed {
            return self.propose_committed(open, sides, work, &hunks);
        }
        // A file that git alone merges is settled by its markers.
        let by_git = open.origin == Origin::UnmergedByGit && !hunks.is_empty();
        if by_git || hunks.are_unclear() {
            return Ok(Proposal::Text(work.to_vec()));
        }
        let untouched = open.work.is_none()
            || open.origin == Origin::Markers
            || self.is_made_by_a_merge(open, sides.as_ref(), work, true)?;
        let sides = match (untouched, hunks.is_empty()) {
            (true, _) => sides,
            // Edits beside the markers are in both of their sides, and so stay.
            (false, false) => ThreeWay {
                base: sides.base,
                ..hunks.versions()
            },
            (false, true) => return Ok(Proposal::Edited),
        };
        self.merge(open, sides.as_ref(), &hunks).map(Proposal::Text)
    }

    /// The proposal for an added path: the work tree's text is kept, with any edits.
    fn propose_added(
        &self,
        open: &OpenPath,
        by_us: bool,
        text: &[u8],
    ) -> Result<Proposal, ResolveError> {
        let text = open.work.as_deref().unwrap_or(text);
        let hunks = Hunks::of(text);
        if hunks.are_unclear() {
            return Ok(Proposal::Text(text.to_vec()));
        }
        if hunks.is_empty() {
            let text = text.to_vec();
            return Ok(Proposal::Added { by_us, text });
        }
        let sides = hunks.versions();
        self.merge(open, sides.as_ref(), &hunks).map(Proposal::Text)
    }

    fn propose_committed(
        &self,
        open: &OpenPath,
        sides: ThreeWay<Vec<u8>>,
        work: &[u8],
        hunks: &Hunks,
    ) -> Result<Proposal, ResolveError> {
        let merged = self.merge(open, sides.as_ref(), hunks)?;
        if merged == work {
            // Markers that a side had do not come from this merge.
            let own = !hunks.is_empty() && !has_hunks(&sides.ours) && !has_hunks(&sides.theirs);
            return Ok(match own {
                true => Proposal::Text(merged),
                false => Proposal::Fine,
            });
        }
        if self.is_ledger(open) {
            return Ok(Self::committed_ledger(&merged, work, hunks));
        }
        if self.is_made_by_a_merge(open, sides.as_ref(), work, false)? {
            return Ok(Proposal::Text(merged));
        }
        if hunks.are_unclear() {
            return Ok(Proposal::Text(work.to_vec()));
        }
        if !hunks.is_empty() {
            let sides = ThreeWay {
                base: sides.base,
                ..hunks.versions()
            };
            return self.merge(open, sides.as_ref(), hunks).map(Proposal::Text);
        }
        // Somebody decided this conflict.
        let conflict = !Hunks::of(&merged).is_empty();
        Ok(match conflict {
            true => Proposal::Fine,
            false => Proposal::Differs(merged),
        })
    }

    /// The proposal for a committed ledger: its own rows stay, and rows that the merge
    /// should have brought come back.
    fn committed_ledger(merged: &[u8], work: &[u8], hunks: &Hunks) -> Proposal {
        let merged = ledger::parse(merged);
        let there = ledger::parse(work);
        let lacks_state = merged.sync.keys().any(|k| !there.sync.contains_key(k));
        if hunks.is_empty() && !merged.has_more_than(&there) && !lacks_state {
            return Proposal::Fine;
        }
        let mut whole = merged.clone();
        let new = ledger::Ledger {
            corrupt: Vec::new(),
            ..there
        };
        let known = merged;
        whole.apply(ledger::Ledger {
            tombstones: without(new.tombstones, |k| known.tombstones.contains_key(k)),
            deletions: without(new.deletions, |k| known.deletions.contains_key(k)),
            sync: without(new.sync, |k| known.sync.contains_key(k)),
            ..new
        });
        Proposal::Text(ledger::format(&whole))
    }

    fn is_ledger(&self, open: &OpenPath) -> bool {
        self.layout().ledger_year(&open.path).is_some()
    }

    /// The drivers' merge of the sides, with the labels of the file's markers.
    fn merge(
        &self,
        open: &OpenPath,
        sides: ThreeWay<&Vec<u8>>,
        hunks: &Hunks,
    ) -> Result<Vec<u8>, ResolveError> {
        if self.is_ledger(open) {
            return Ok(merged_ledgers(sides));
        }
        let labels = hunks.iter().next().map(|h| h.labels.clone());
        let (ours, theirs) = labels.unwrap_or(("ours".into(), "theirs".into()));
        let markers = Markers {
            labels: ThreeWay::new("base".into(), ours, theirs),
            ..Markers::default()
        };
        self.by_field(open, sides, &markers, self.repo.conflict_style()?)
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
    /// so that it has nobody's edits. With `one_side`, also either side alone: some
    /// clients leave ours.
    fn is_made_by_a_merge(
        &self,
        open: &OpenPath,
        sides: ThreeWay<&Vec<u8>>,
        text: &[u8],
        one_side: bool,
    ) -> Result<bool, ResolveError> {
        let bare = |text: &[u8]| Hunks::of(text).without_labels();
        let text = bare(text);
        if one_side && [sides.ours, sides.theirs].iter().any(|s| bare(s) == text) {
            return Ok(true);
        }
        // Written by a `resolve` that was killed before it staged it.
        if self.is_ledger(open) && self.merge(open, sides, &Hunks::of(&text))? == text {
            return Ok(true);
        }
        for style in STYLES {
            let markers = Markers {
                style,
                ..Markers::default()
            };
            let line_base = open.line_base.as_ref().unwrap_or(sides.base);
            for base in [sides.base, line_base] {
                let sides = ThreeWay { base, ..sides };
                for lines in [GitLines::new(), GitLines::as_git_merge()] {
                    let merged = lines.merge(sides.map(Vec::as_slice), &markers);
                    if merged.is_ok_and(|m| bare(&m.bytes) == text) {
                        return Ok(true);
                    }
                }
            }
            if !self.is_ledger(open) && bare(&self.by_field(open, sides, &markers, style)?) == text
            {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn without<K: Ord, V>(
    rows: std::collections::BTreeMap<K, V>,
    known: impl Fn(&K) -> bool,
) -> std::collections::BTreeMap<K, V> {
    rows.into_iter().filter(|(k, _)| !known(k)).collect()
}
