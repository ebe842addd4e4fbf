//! The commits of a history by their time, which rebases keep: a removal told by one of
//! them is a real one, and no other removal under an earlier id.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::ledger::{RowKey, Tombstone, removal_id};
use crate::repo::{Commit, ObjectId, Repo};

/// The commits that were asked for so far.
pub(in crate::sync) struct ByTime<'a> {
    repo: &'a Repo,
    found: RefCell<Found>,
}

#[derive(Default)]
struct Found {
    /// All commits below these are there.
    tips: Vec<ObjectId>,
    /// By time, each with its author.
    commits: BTreeMap<String, Vec<(ObjectId, String)>>,
}

impl<'a> ByTime<'a> {
    /// No commits yet.
    pub fn new(repo: &'a Repo) -> Self {
        Self {
            repo,
            found: RefCell::default(),
        }
    }

    /// Whether a removal told by history has its id from a commit of the history of `tip`.
    /// Where that cannot be read, the time alone tells removals apart.
    pub fn tells(&self, tip: ObjectId, key: &RowKey, row: &Tombstone) -> bool {
        let mut found = self.found.borrow_mut();
        if !found.tips.contains(&tip) {
            let Ok(more) = self.repo.commits(&[tip], &found.tips) else {
                return false;
            };
            for Commit { id, at, by, .. } in more {
                found.commits.entry(at).or_default().push((id, by));
            }
            found.tips.push(tip);
        }
        let (table, item) = (Some(key.table), key.item.as_str());
        let mut then = found.commits.get(&row.at).into_iter().flatten();
        then.any(|(commit, by)| {
            removal_id(by, &commit.to_string(), key.entry, table, item) == key.id
                && self.repo.is_in(*commit, tip)
        })
    }
}
