//! The base of a merge, which git makes itself if there are several.

use std::collections::BTreeSet;

use super::{Resolver, merged_ledgers};
use crate::journal::yaml::{Node, Tree};
use crate::merge::{ConflictStyle, Markers, ThreeWay};
use crate::repo::{Merging, ObjectId, RepoError};
use crate::sync::driver::{
    By, FileMerge, MARKER_IN_A_BASE, OURS_IN_A_BASE, SEVERAL_BASES, THEIRS_IN_A_BASE,
};
use crate::sync::history;
use crate::sync::kept_out::LedgerRulings;
use crate::sync::versions::key_of;

/// Limit on the depth of criss-crosses within criss-crosses.
const DEEPEST: usize = 6;

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

    /// A commit's version of a file; where it has none, of an entry or a note, the one that it
    /// has elsewhere and that has moved here since.
    pub(super) fn version_at(
        &self,
        commit: ObjectId,
        path: &str,
    ) -> Result<Option<Vec<u8>>, RepoError> {
        let (repo, layout) = (self.repo, self.layout());
        if let Some(text) = repo.read_at(commit, path)? {
            return Ok(Some(text));
        }
        let Some(key) = key_of(layout, path) else {
            return Ok(None);
        };
        match history::file_of_key(repo, layout, commit, key)? {
            Some(file) if repo.read_at(repo.head()?, &file.path)?.is_none() => {
                Ok(Some(repo.read_blob(file.blob)?))
            }
            _ => Ok(None),
        }
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
        let mut merged = self.version_at(*first, path)?;
        if depth == DEEPEST {
            return Ok(merged);
        }
        for next in others.iter().rev() {
            let theirs = self.version_at(*next, path)?;
            let below = self.repo.merge_bases(*first, *next)?;
            let base = self.merged_bases(&below, merging, path, by, depth + 1)?;
            merged = match (merged, theirs) {
                (Some(ours), Some(theirs)) => {
                    let sides = ThreeWay::new(base.unwrap_or_default(), ours, theirs);
                    Some(self.virtual_base(&sides, below.len() > 1, merging, path, by))
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
        several_bases: bool,
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
            several_bases,
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
    pub fn merged_by_line(&self) -> Result<Vec<String>, RepoError> {
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
        let of_drivers = self.merged_by_drivers(merged.iter())?;
        Ok(of_drivers.into_iter().map(str::to_owned).collect())
    }
}
