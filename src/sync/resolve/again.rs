//! The sides of a path merged again, by the drivers' own functions.

use super::{OpenPath, ResolveError, Resolver, merged_ledgers};
use crate::journal::Item;
use crate::journal::entry::values_of;
use crate::journal::hunks::Hunks;
use crate::journal::markers::unused_length;
use crate::journal::reconcile::Rulings;
use crate::journal::yaml::{Node, Tree};
use crate::merge::{ConflictStyle, LineMerge, Markers, ThreeWay};
use crate::repo::GitLines;
use crate::sync::driver::FileMerge;
use crate::sync::kept_out::{LedgerRulings, item_at};

const STYLES: [ConflictStyle; 3] = [
    ConflictStyle::Merge,
    ConflictStyle::Diff3,
    ConflictStyle::Zdiff3,
];

impl Resolver<'_> {
    /// The drivers' merge of the sides, with the labels of the file's markers. Only its own
    /// conflicts are hunks, whatever markers the sides have.
    pub(super) fn merge(
        &self,
        open: &OpenPath,
        sides: ThreeWay<&Vec<u8>>,
        hunks: &Hunks,
    ) -> Result<Hunks, ResolveError> {
        if self.is_ledger(open) {
            return Ok(Hunks::of(&merged_ledgers(sides)));
        }
        let kept_out = self.rulings(open);
        let rulings = |path: &[String], tree: &Tree, node: &Node| kept_out.ask(path, tree, node);
        let merged = self.merge_with(open, sides, hunks, &rulings)?;
        known(kept_out, merged)
    }

    /// The merge of the halves of a file that somebody edited. Edits beside the markers are in
    /// both of them, and so stay. Somebody who was removed and stands there is one of them, or
    /// by a merge of lines, and who is in a half whose side lacks him was written there: no
    /// ruling keeps him out without a word; he is listed, and asked about, as still in the file.
    pub(super) fn merge_halves(
        &self,
        open: &OpenPath,
        sides: ThreeWay<Vec<u8>>,
        hunks: &Hunks,
    ) -> Result<Hunks, ResolveError> {
        let halves = hunks.versions();
        let [ours, theirs] = [&halves.ours, &halves.theirs].map(|half| values_of(half));
        let [our_side, their_side] = [&sides.ours, &sides.theirs].map(|side| values_of(side));
        let is_meant = |item: &Item| match (ours.contains_key(item), theirs.contains_key(item)) {
            (true, false) => !our_side.contains_key(item),
            (false, true) => !their_side.contains_key(item),
            (both, _) => both,
        };
        let kept_out = self.rulings(open);
        let rulings = |path: &[String], tree: &Tree, node: &Node| {
            let is_kept = item_at(path, tree, node).is_some_and(|item| is_meant(&item));
            (!is_kept).then(|| kept_out.ask(path, tree, node)).flatten()
        };
        let sides = ThreeWay {
            base: sides.base,
            ..halves
        };
        let merged = self.merge_with(open, sides.as_ref(), hunks, &rulings)?;
        known(kept_out, merged)
    }

    /// The merge of an entry's or a page's sides, with these rulings.
    fn merge_with(
        &self,
        open: &OpenPath,
        sides: ThreeWay<&Vec<u8>>,
        hunks: &Hunks,
        rulings: Rulings<'_>,
    ) -> Result<Hunks, ResolveError> {
        let labels = hunks.iter().next().map(|h| h.labels.clone());
        let (ours, theirs) = labels.unwrap_or(("ours".into(), "theirs".into()));
        let markers = Markers {
            size: unused_length(all(sides)),
            labels: ThreeWay::new("base".into(), ours, theirs),
            ..Markers::default()
        };
        let style = self.repo.conflict_style()?;
        let bytes = self.by_field(open, sides, &markers, style, rulings)?;
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
        rulings: Rulings<'_>,
    ) -> Result<Vec<u8>, ResolveError> {
        let merge = FileMerge {
            markers: markers.clone(),
            several_bases: open.merging.as_ref().is_some_and(|m| m.bases.len() > 1),
            ..FileMerge::new(&open.path, &self.settings.rules, rulings)
        };
        let merged = merge.of_texts(sides.map(Vec::as_slice), || style);
        let merged = merged.map_err(|source| ResolveError::Merge {
            path: open.path.clone(),
            source,
        })?;
        Ok(merged.bytes)
    }

    /// What the ledgers of the merge in which a path stands say of its items.
    fn rulings(&self, open: &OpenPath) -> LedgerRulings<'_> {
        LedgerRulings::of(&open.path, &self.settings.layout).within(self.repo, open.merging.clone())
    }

    /// Whether a file equals a merge of the sides, by line or by field and in any style,
    /// so that it has nobody's edits. With `one_side`, also ours alone, which some clients
    /// leave; theirs a person takes (`git checkout --theirs`).
    pub(super) fn is_made_by_a_merge(
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
                let kept_out = self.rulings(open);
                let rulings =
                    |path: &[String], tree: &Tree, node: &Node| kept_out.ask(path, tree, node);
                let merged = self.by_field(open, sides, &markers, style, &rulings)?;
                if is(&known(kept_out, merged)?) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }
}

/// What was merged by rulings: an error if the ledgers cannot be read, as a removed item would
/// stand in it.
fn known<T>(kept_out: LedgerRulings<'_>, merged: T) -> Result<T, ResolveError> {
    match kept_out.into_error() {
        Some(error) => Err(error.into()),
        None => Ok(merged),
    }
}

/// The texts of the three sides.
fn all(sides: ThreeWay<&Vec<u8>>) -> [&[u8]; 3] {
    [sides.base, sides.ours, sides.theirs].map(Vec::as_slice)
}
