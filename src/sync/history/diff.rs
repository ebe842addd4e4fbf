//! What a commit changed against one parent, as far as history is told by it.

use std::collections::{BTreeMap, BTreeSet};

use super::History;
use super::recorded::places;
use crate::journal::PathKind;
use crate::repo::{Commit, ObjectId, RepoError};
use crate::sync::commit::versions::{Key, Pair, by_key};

/// The changed entries and notes, and the years whose ledger changed.
#[derive(Debug, Default)]
pub(super) struct Diff {
    pub texts: BTreeMap<Key, Pair>,
    pub years: BTreeSet<i32>,
}

impl History<'_> {
    pub(super) fn diff(&self, parent: ObjectId, commit: &Commit) -> Result<Diff, RepoError> {
        let layout = self.layout;
        let below: Vec<&str> = match self.only {
            Some(_) => self.below.iter().map(String::as_str).collect(),
            None => places(layout),
        };
        let changes = self.repo.changes(Some(parent), Some(commit.id), &below)?;
        let year = |path: &str| match layout.classify(path) {
            PathKind::Ledger(year) => Some(year),
            _ => None,
        };
        let years = changes.iter().filter_map(|c| year(&c.path)).collect();
        let mut texts = by_key(layout, &changes);
        texts.retain(|(entry, _), _| self.only.is_none_or(|only| only == *entry));
        Ok(Diff { texts, years })
    }
}
