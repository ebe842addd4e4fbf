//! What a commit changed against one parent, as far as history is told by it.

use std::collections::{BTreeMap, BTreeSet};

use super::History;
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
        let usual = self.only.map(|entry| self.layout.entry_path(entry));
        let layout = self.layout;
        let below = match usual.as_deref() {
            Some(usual) => vec![usual],
            None => vec![layout.journal.as_str(), &layout.wiki, &layout.ledger],
        };
        let below = match below.contains(&".") {
            true => Vec::new(),
            false => below,
        };
        let changes = self.repo.changes(Some(parent), Some(commit.id), &below)?;
        let year = |path: &str| match layout.classify(path) {
            PathKind::Ledger(year) => Some(year),
            _ => None,
        };
        Ok(Diff {
            years: changes.iter().filter_map(|c| year(&c.path)).collect(),
            texts: by_key(layout, changes),
        })
    }
}
