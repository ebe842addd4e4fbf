//! The earlier merge commit that left markers in a file.

use std::collections::BTreeSet;

use super::{OpenPath, Origin, Proposal, ResolveError, Resolver};
use crate::journal::hunks::{Choice, Hunks};
use crate::journal::markers::{AsText, conflict_markers};
use crate::merge::ThreeWay;
use crate::repo::{ObjectId, RepoError};
use crate::sync::driver::By;

/// Limit on a file's commits that are searched for the merge that left its markers.
const LOOKED_AT: usize = 200;

/// A commit with markers in the file.
struct Marked {
    id: ObjectId,
    /// Of the commits that changed the file, those directly before this one.
    before: Vec<ObjectId>,
    text: Vec<u8>,
}

/// A merge of two, and the file in both.
struct Merge {
    id: ObjectId,
    tips: (ObjectId, ObjectId),
    texts: (Vec<u8>, Vec<u8>),
}

impl Resolver<'_> {
    /// A path left with markers by an earlier merge commit in the history of these, whose
    /// parents give the sides.
    /// `None` if there is no merge of two, or if each set of markers stood in one of these,
    /// was settled since, came together in a clean merge, or is a person's.
    pub(super) fn earlier(
        &self,
        path: &str,
        work: &[u8],
        tips: &[ObjectId],
    ) -> Result<Option<OpenPath>, ResolveError> {
        let marked = self.marked_commits(path, tips)?;
        let mut found: Option<OpenPath> = None;
        for (nth, commit) in marked.iter().enumerate() {
            let Some(merge) = self.merge_of_two(path, commit.id)? else {
                continue;
            };
            let sides = [&merge.texts.0, &merge.texts.1];
            let is_unmarked = sides.iter().all(|side| conflict_markers(side).is_none());
            // A side with markers may be text, or have been left by a merge further down, to
            // which an edited set in its commit belongs.
            if found.is_some() && !is_unmarked {
                continue;
            }
            let mut known = AsText::default();
            sides.iter().for_each(|side| known.add(side));
            if !stands_since(&marked[..=nth], work, &known) {
                continue;
            }
            let open = self.left_by(path, work, merge)?;
            if self.is_clean_merge(&open, &commit.text)? || self.is_of_a_person(&open)? {
                continue;
            }
            let is_last = is_unmarked || self.has_its_own(&open)?;
            found = Some(open);
            if is_last {
                break;
            }
        }
        Ok(found)
    }

    /// Whether the file still has a set of markers that this merge itself left, beside those of
    /// its sides. It is settled before theirs: on the base of a merge further down, what was
    /// removed between the two would be back. Markers in the frontmatter of a side may be part
    /// of it; then that side comes first.
    fn has_its_own(&self, open: &OpenPath) -> Result<bool, ResolveError> {
        let (Some(ours), Some(theirs)) = (&open.sides.ours, &open.sides.theirs) else {
            return Ok(false);
        };
        let is_readable = |side: &[u8]| self.is_readable(&open.path, side);
        if self.is_ledger(open) || !is_readable(ours) || !is_readable(theirs) {
            return Ok(false);
        }
        let none = Vec::new();
        let base = open.sides.base.as_ref().unwrap_or(&none);
        let sides = ThreeWay::new(base, ours, theirs);
        let hunks = match self.doubted(open, sides, open.hunks()) {
            Err(ResolveError::Merge { .. }) => return Ok(false),
            hunks => hunks?,
        };
        Ok(hunks.iter().any(|hunk| !hunk.may_be_text))
    }

    /// The line of the first set of markers that a merge further down left, in a text in which
    /// those of a merge are settled.
    ///
    /// # Errors
    /// The repository cannot be read, or the merge cannot be made again.
    pub(super) fn left_further_down(
        &self,
        open: &OpenPath,
        text: &[u8],
    ) -> Result<Option<usize>, ResolveError> {
        let is_of_a_commit = matches!(open.origin, Origin::Committed | Origin::Earlier(_));
        if !is_of_a_commit || self.is_ledger(open) || conflict_markers(text).is_none() {
            return Ok(None);
        }
        let mut heads = self.repo.merge_heads()?;
        heads.extend(self.repo.head()?);
        let earlier = self.earlier(&open.path, text, &heads)?;
        let hunks = earlier.map(|earlier| earlier.hunks());
        Ok(hunks.and_then(|hunks| hunks.iter().next().map(|hunk| hunk.line)))
    }

    /// A path of a merge, with its sides as they were if the earlier merges that left markers
    /// in them had been made by the drivers: unless one of those has a conflict.
    pub(super) fn with_merged_before(&self, open: OpenPath) -> Result<OpenPath, ResolveError> {
        // Where history is cut off, the base of an earlier merge may be missing: what a side
        // removed would be back.
        let Some(merging) = open.merging.as_ref().filter(|_| !self.repo.is_shallow()) else {
            return Ok(open);
        };
        let ours = self.merged_by_field(&open, &open.sides.ours, &[merging.ours])?;
        let theirs = self.merged_by_field(&open, &open.sides.theirs, &[merging.theirs])?;
        let (Some(ours), Some(theirs)) = (ours, theirs) else {
            return Ok(open);
        };
        let is_as_it_was = |side: &Vec<u8>, was: &Option<Vec<u8>>| Some(side) == was.as_ref();
        if is_as_it_was(&ours, &open.sides.ours) && is_as_it_was(&theirs, &open.sides.theirs) {
            return Ok(open);
        }
        let base = match open.sides.base {
            None => Some(Vec::new()),
            Some(_) => self.merged_by_field(&open, &open.sides.base, &merging.bases)?,
        };
        Ok(OpenPath {
            merged_before: base.map(|base| ThreeWay::new(base, ours, theirs)),
            ..open
        })
    }

    /// A side of a path, without the markers that a merge in the history of these commits left
    /// in it. `None` if there is no such file, or if the merge has a conflict.
    fn merged_by_field(
        &self,
        open: &OpenPath,
        side: &Option<Vec<u8>>,
        tips: &[ObjectId],
    ) -> Result<Option<Vec<u8>>, ResolveError> {
        let Some(text) = side else {
            return Ok(None);
        };
        // An example in the body is in nobody's way, and history is long.
        if conflict_markers(text).is_none() || self.is_readable(&open.path, text) {
            return Ok(Some(text.clone()));
        }
        let Some(earlier) = self.earlier(&open.path, text, tips)? else {
            return Ok(Some(text.clone()));
        };
        Ok(match self.propose(&earlier)? {
            Proposal::Fine => Some(text.clone()),
            Proposal::Text(merge) if merge.is_empty() => Some(merge.choose(|_| Choice::Leave)),
            _ => None,
        })
    }

    /// The commits with markers in the file from which these have it, each behind those that
    /// came after it. Where a commit has none, they were settled: nothing before it is looked
    /// at.
    fn marked_commits(&self, path: &str, tips: &[ObjectId]) -> Result<Vec<Marked>, RepoError> {
        let history = self.repo.lines_of(tips, path)?;
        let earlier: BTreeSet<ObjectId> = history.iter().flat_map(|(_, b)| b.clone()).collect();
        let newest = history.iter().map(|(id, _)| *id);
        let mut reached: BTreeSet<ObjectId> = newest.filter(|id| !earlier.contains(id)).collect();
        let mut marked = Vec::new();
        for (id, before) in history {
            if marked.len() == LOOKED_AT {
                break;
            }
            if !reached.contains(&id) {
                continue;
            }
            let text = self.repo.read_at(id, path)?.unwrap_or_default();
            if conflict_markers(&text).is_some() {
                reached.extend(before.iter().copied());
                marked.push(Marked { id, before, text });
            }
        }
        Ok(marked)
    }

    /// A commit as a merge of two that both had the file.
    fn merge_of_two(&self, path: &str, id: ObjectId) -> Result<Option<Merge>, RepoError> {
        let [ours, theirs] = self.repo.commit(id)?.parents[..] else {
            return Ok(None);
        };
        let texts = (self.version_at(ours, path)?, self.version_at(theirs, path)?);
        Ok(match texts {
            (Some(our_text), Some(their_text)) => Some(Merge {
                id,
                tips: (ours, theirs),
                texts: (our_text, their_text),
            }),
            _ => None,
        })
    }

    /// A path as a merge left it.
    fn left_by(&self, path: &str, work: &[u8], merge: Merge) -> Result<OpenPath, RepoError> {
        let merging = self.repo.merge_of(merge.tips.0, merge.tips.1)?;
        let base = self.base_of(&merging, path, By::Field)?;
        let sides = ThreeWay::new(base, Some(merge.texts.0), Some(merge.texts.1));
        let (origin, work) = (Origin::Earlier(merge.id), Some(work.to_vec()));
        Ok(OpenPath {
            line_base: self.base_of(&merging, path, By::Line("as git merges it"))?,
            ..self.of_sides(path, origin, sides, work, Some(&merging))?
        })
    }
}

/// Whether the file has had other markers than the known ones in all commits from the last
/// of these, along a line of history, up to the work tree.
fn stands_since(marked: &[Marked], work: &[u8], known: &AsText) -> bool {
    let has = |text: &[u8]| !Hunks::besides(text, known).is_empty();
    if !has(work) {
        return false;
    }
    let earlier: BTreeSet<ObjectId> = marked.iter().flat_map(|c| c.before.clone()).collect();
    let mut reached: BTreeSet<ObjectId> = BTreeSet::new();
    let mut stands = false;
    for commit in marked {
        let is_reached = !earlier.contains(&commit.id) || reached.contains(&commit.id);
        stands = is_reached && has(&commit.text);
        if stands {
            reached.extend(commit.before.iter().copied());
        }
    }
    stands
}
