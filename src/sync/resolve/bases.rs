//! The origin of a merge's sides: the merge base, which git makes itself if there are
//! several, and the earlier merge commit that left markers.

use std::collections::BTreeSet;

use super::{OpenPath, Origin, Resolver, merged_ledgers};
use crate::journal::hunks::Hunks;
use crate::journal::markers::{AsText, conflict_markers};
use crate::journal::yaml::{Node, Tree};
use crate::merge::{ConflictStyle, Markers, ThreeWay};
use crate::repo::{Merging, ObjectId, RepoError};
use crate::sync::driver::{
    By, FileMerge, MARKER_IN_A_BASE, OURS_IN_A_BASE, SEVERAL_BASES, THEIRS_IN_A_BASE,
};
use crate::sync::kept_out::LedgerRulings;

/// Limit on the depth of criss-crosses within criss-crosses.
const DEEPEST: usize = 6;

/// Limit on a file's commits that are searched for the merge that left its markers.
const LOOKED_AT: usize = 200;

impl Resolver<'_> {
    /// A path in the base of a merge. Several bases are merged first, by field or by
    /// line, as git does before it merges the sides.
    pub(super) fn base_of(
        &self,
        merging: &Merging,
        path: &str,
        by: By,
    ) -> Result<Option<Vec<u8>>, RepoError> {
        self.merged_bases(&merging.bases, merging, path, by, 0)
    }

    fn merged_bases(
        &self,
        bases: &[ObjectId],
        merging: &Merging,
        path: &str,
        by: By,
        depth: usize,
    ) -> Result<Option<Vec<u8>>, RepoError> {
        // Git begins with the oldest.
        let Some((first, others)) = bases.split_last() else {
            return Ok(None);
        };
        let mut merged = self.repo.read_at(*first, path)?;
        if depth == DEEPEST {
            return Ok(merged);
        }
        for next in others.iter().rev() {
            let theirs = self.repo.read_at(*next, path)?;
            let below = self.repo.merge_bases(*first, *next)?;
            let base = self.merged_bases(&below, merging, path, by, depth + 1)?;
            merged = match (merged, theirs) {
                (Some(ours), Some(theirs)) => {
                    let sides = ThreeWay::new(base.unwrap_or_default(), ours, theirs);
                    Some(self.virtual_base(&sides, merging, path, by))
                }
                // Git keeps a changed file that the other side deleted.
                (ours, theirs) => ours.or(theirs).filter(|side| Some(side) != base.as_ref()),
            };
        }
        Ok(merged)
    }

    fn virtual_base(
        &self,
        sides: &ThreeWay<Vec<u8>>,
        merging: &Merging,
        path: &str,
        by: By,
    ) -> Vec<u8> {
        if by == By::Field && self.layout().ledger_year(path).is_some() {
            return merged_ledgers(sides.as_ref());
        }
        let kept_out = LedgerRulings::of(path, self.layout())
            .within(self.repo, Some(merging.clone()))
            .in_the_base();
        let rulings = |path: &[String], tree: &Tree, node: &Node| kept_out.ask(path, tree, node);
        let labels = ThreeWay::new(SEVERAL_BASES, OURS_IN_A_BASE, THEIRS_IN_A_BASE);
        let merge = FileMerge {
            markers: Markers {
                size: MARKER_IN_A_BASE,
                labels: labels.map(str::to_owned),
                style: ConflictStyle::Merge,
            },
            virtual_base: true,
            by,
            ..FileMerge::new(path, &self.settings.rules, &rulings)
        };
        let texts = sides.as_ref().map(Vec::as_slice);
        let merged = merge.of_texts(texts, ConflictStyle::default);
        // If the line merge fails, the older side is taken.
        merged.map_or_else(|_| sides.ours.clone(), |merged| merged.bytes)
    }

    /// The paths that git merged by line in a merge of more than two parents, which calls
    /// no driver: those that differ from all parents.
    ///
    /// # Errors
    /// History or an attribute cannot be read.
    pub fn merged_by_line(&self, only: Option<&[String]>) -> Result<Vec<String>, RepoError> {
        let Some(head) = self.repo.head()? else {
            return Ok(Vec::new());
        };
        let parents = self.repo.commit(head)?.parents;
        if parents.len() < 3 {
            return Ok(Vec::new());
        }
        let mut merged: Option<BTreeSet<String>> = None;
        for parent in parents {
            let changes = self.repo.changes(Some(parent), Some(head), &[])?;
            let changed: BTreeSet<String> = changes.into_iter().map(|c| c.path).collect();
            merged = Some(match merged {
                Some(merged) => merged.intersection(&changed).cloned().collect(),
                None => changed,
            });
        }
        let merged = merged.unwrap_or_default();
        let ours = self.ours(merged.iter(), only)?;
        Ok(ours.into_iter().map(str::to_owned).collect())
    }

    /// A path left with markers by an earlier merge commit, whose parents give the sides.
    /// `None` if the commit is not a merge of two, or if each set of markers stood in one
    /// of these, or was settled since.
    pub(super) fn earlier(&self, path: &str, work: &[u8]) -> Result<Option<OpenPath>, RepoError> {
        let Some(head) = self.repo.head()? else {
            return Ok(None);
        };
        let commits = self.repo.commits_of(head, path)?;
        let mut since = vec![work.to_vec()];
        let mut beside = None;
        for commit in commits.into_iter().take(LOOKED_AT) {
            let text = self.repo.read_at(commit, path)?.unwrap_or_default();
            if conflict_markers(&text).is_none() {
                break;
            }
            since.push(text);
            let [ours, theirs] = self.repo.commit(commit)?.parents[..] else {
                continue;
            };
            let read = |side| self.repo.read_at(side, path);
            let (Some(our_text), Some(their_text)) = (read(ours)?, read(theirs)?) else {
                continue;
            };
            let mut known = AsText::default();
            let sides = [&our_text, &their_text];
            let is_unmarked = sides.iter().all(|side| conflict_markers(side).is_none());
            sides.iter().for_each(|side| known.add(side));
            let left = |text: &Vec<u8>| !Hunks::besides(text, &known).is_empty();
            let is_left = beside.is_none() && since.iter().all(left);
            if !is_unmarked && !is_left {
                continue;
            }
            beside = Some((commit, ours, theirs, our_text, their_text));
            // A side with markers may be text, or have been left by a merge further down.
            if is_unmarked {
                break;
            }
        }
        let Some((commit, ours, theirs, our_text, their_text)) = beside else {
            return Ok(None);
        };
        let merging = self.repo.merge_of(ours, theirs)?;
        let base = self.base_of(&merging, path, By::Field)?;
        let sides = ThreeWay::new(base, Some(our_text), Some(their_text));
        let known = sides.as_ref().map(Option::as_ref);
        let as_text = self.as_text(path, Some(work), known, Some(&merging))?;
        Ok(Some(OpenPath {
            path: path.to_owned(),
            origin: Origin::Earlier(commit),
            sides,
            line_base: self.base_of(&merging, path, By::Line("as git merges it"))?,
            work: Some(work.to_vec()),
            moved_twice: false,
            merging: Some(merging),
            as_text,
            doubtful: None,
        }))
    }
}
