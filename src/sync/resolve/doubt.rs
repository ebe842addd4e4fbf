//! Which sets of markers in the body of a page may be no conflict: no merge of the sides
//! explains them.

use super::{OpenPath, Origin, ResolveError, Resolver};
use crate::journal::hunks::{Hunk, Hunks};
use crate::journal::markers::AsText;
use crate::merge::ThreeWay;

impl Resolver<'_> {
    /// The hunks of a file, with a note of those in the body that may be text: no merge of
    /// the sides explains them. While the index has the path in conflict, a set in a page
    /// without examples counts as edited.
    pub(super) fn doubted(
        &self,
        open: &OpenPath,
        sides: ThreeWay<&Vec<u8>>,
        hunks: Hunks,
    ) -> Result<Hunks, ResolveError> {
        let is_open = matches!(open.origin, Origin::Unmerged | Origin::UnmergedByGit);
        if is_open && !open.as_text.has_sets() {
            return Ok(hunks);
        }
        Ok(doubting(open, sides, hunks, &self.merges(open, sides)?))
    }

    /// The merges of the sides, by line and by field, in each style.
    fn merges(
        &self,
        open: &OpenPath,
        sides: ThreeWay<&Vec<u8>>,
    ) -> Result<Vec<Hunks>, ResolveError> {
        let mut merges = Vec::new();
        self.any_merge(open, sides, |merged| {
            merges.push(merged);
            false
        })?;
        Ok(merges)
    }

    /// Whether a person wrote all sets of markers in a file, and committed them with the merge
    /// or later, like an example: the merge has no conflict in the body that one could be, or
    /// it has the set as text. Any other may be a conflict that somebody edited since.
    pub(super) fn is_of_a_person(&self, open: &OpenPath) -> Result<bool, ResolveError> {
        let (Some(ours), Some(theirs)) = (&open.sides.ours, &open.sides.theirs) else {
            return Ok(false);
        };
        if matches!(open.origin, Origin::Unmerged | Origin::UnmergedByGit) {
            return Ok(false);
        }
        let head = self.repo.read_at(self.repo.head()?, &open.path)?;
        let mut committed = AsText::default();
        committed.add(&head.unwrap_or_default());
        let work = open.work.as_deref().unwrap_or_default();
        if !Hunks::besides(work, &committed).is_empty() {
            return Ok(false);
        }
        let none = Vec::new();
        let base = open.sides.base.as_ref().unwrap_or(&none);
        let sides = ThreeWay::new(base, ours, theirs);
        let merges = match self.merges(open, sides) {
            Err(ResolveError::Merge { .. }) => return Ok(false),
            merges => merges?,
        };
        let hunks = doubting(open, sides, open.hunks(), &merges);
        let (ours, theirs) = (beside_sets(ours), beside_sets(theirs));
        let has = |side: &[u8], lines: &[u8]| {
            let lines = said(lines);
            !lines.is_empty() && said(side).windows(lines.len()).any(|there| there == lines)
        };
        let is_in_body = |hunk: &Hunk| !hunk.in_front;
        let has_conflict = merges.iter().flat_map(Hunks::iter).any(is_in_body);
        let is_text = |hunk: &Hunk| {
            let mut texts = merges.iter().flat_map(Hunks::texts);
            texts.any(|text| has_lines(text, hunk.whole()))
        };
        let of_a_person = |hunk: &Hunk| {
            let has_lines = has(&ours, &hunk.ours) || has(&theirs, &hunk.theirs);
            hunk.may_be_text && (is_text(hunk) || !has_lines && !has_conflict)
        };
        Ok(!hunks.is_empty() && hunks.iter().all(of_a_person))
    }
}

/// The hunks of a file, with a note of those in the body that none of these merges of the
/// sides explains.
fn doubting(open: &OpenPath, sides: ThreeWay<&Vec<u8>>, hunks: Hunks, merges: &[Hunks]) -> Hunks {
    let has_examples = open.as_text.has_sets();
    // An example may quote the conflict, or be made of the page's own lines. It stands
    // at another place; where somebody edited beside a conflict, one neighbour is enough.
    let is_made = |hunk: &Hunk, around: [&[u8]; 2]| {
        let mut all = merges.iter().flat_map(Hunks::placed);
        all.any(|(made, there)| {
            let mut near = beside(around).into_iter().zip(beside(there));
            made.ours == hunk.ours
                && made.theirs == hunk.theirs
                && near.any(|(here, there)| here.trim_ascii_end() == there.trim_ascii_end())
        })
    };
    // Other programs may set the ends of a hunk otherwise, but its lines are the sides'.
    let is_of_sides = |hunk: &Hunk, around: [&[u8]; 2]| {
        let [before, behind] = beside(around);
        let stands = |side: &[u8], lines: &[u8]| has_lines(side, &[before, lines, behind].concat());
        !has_examples
            && split(&hunk.ours) != split(&hunk.theirs)
            && stands(sides.ours, &hunk.ours)
            && stands(sides.theirs, &hunk.theirs)
    };
    let may_be_text = |hunk: &Hunk, around: [&[u8]; 2]| {
        !hunk.in_front && !is_made(hunk, around) && !is_of_sides(hunk, around)
    };
    hunks.doubting(may_be_text)
}

/// Whether lines stand in a text, one behind the other. Line ends do not count.
fn has_lines(text: &[u8], lines: &[u8]) -> bool {
    let (text, lines) = (split(text), split(lines));
    lines.is_empty() || text.windows(lines.len()).any(|there| there == lines)
}

/// The lines of a text without their ends.
fn split(text: &[u8]) -> Vec<&[u8]> {
    let lines = text.split_inclusive(|&b| b == b'\n');
    lines.map(<[u8]>::trim_ascii_end).collect()
}

/// The lines directly beside a hunk, of the texts before and behind it.
fn beside([before, behind]: [&[u8]; 2]) -> [&[u8]; 2] {
    let is_end = |&b: &u8| b == b'\n';
    let before = before.split_inclusive(is_end).next_back();
    let behind = behind.split_inclusive(is_end).next();
    [before.unwrap_or_default(), behind.unwrap_or_default()]
}

/// A version of a file without the sets of markers in it.
fn beside_sets(version: &[u8]) -> Vec<u8> {
    Hunks::of(version).texts().concat()
}

/// The lines of a text that are not blank, without the space around them.
fn said(text: &[u8]) -> Vec<&[u8]> {
    let lines = text.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    lines.filter(|line| !line.is_empty()).collect()
}
