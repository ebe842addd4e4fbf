//! Two files of one date in a commit.

use std::collections::{BTreeMap, BTreeSet};

use super::check::{Checks, Refusal};
use crate::journal::Layout;
use crate::repo::{Change, Repo};
use crate::sync::versions::{Key, key_of};

impl Checks<'_> {
    /// Refuses a new file of an entry or a note that has another one.
    pub(super) fn is_second(&mut self, key: Key, path: &str) {
        let mut all = self.twice.get(&key).into_iter().flatten();
        if let Some(other) = all.find(|other| *other != path) {
            self.found.refusals.push(Refusal::TwoOfOneDate {
                key,
                path: path.to_owned(),
                other: other.clone(),
                how: how_to_keep_one(self.repo, path, other),
            });
        }
    }

    /// Refuses two files of one date of which each side of the merge has one.
    pub(super) fn two_of_one_date(&mut self) {
        let ([_, _, ..], [of_head, ..]) = (self.parents, self.before) else {
            return;
        };
        // The others were looked at one by one.
        let own: BTreeSet<&str> = self.changes.iter().map(|c| c.path.as_str()).collect();
        let of_a_side = of_head.iter().filter(|c| !own.contains(c.path.as_str()));
        for change in of_a_side.filter(|c| c.old.is_none() && c.new.is_some()) {
            if let Some(key) = key_of(self.layout, &change.path) {
                self.is_second(key, &change.path);
            }
        }
    }
}

/// How one of two files of an entry is kept. Where the other one is gone, the entry was moved,
/// and what is said of two would delete it.
fn how_to_keep_one(repo: &Repo, path: &str, other: &str) -> String {
    let [new, old] = [path, other].map(|path| repo.pathspec(path));
    let is_gone = repo.workdir().join(other).symlink_metadata().is_err();
    match (is_gone, repo.index_is_temporary()) {
        (false, _) => format!("keep one of them, for example `git rm --cached {new}`"),
        (true, true) => {
            format!("it is gone from the work tree; if it moved: `git commit {old} {new}`")
        }
        (true, false) => {
            format!("it is gone from the work tree; if it moved: `git rm --cached {old}`")
        }
    }
}

/// The entries and notes of which the commit has more files than before, or a merge more than
/// any of its sides, each of which may have brought one. `changes` are those of the commit
/// itself, `before` the differences from each parent.
pub(super) fn new_ones(
    layout: &Layout,
    changes: &[Change],
    before: &[Vec<Change>],
) -> BTreeSet<Key> {
    let of_sides = before
        .iter()
        .map(|changes| more_than_before(layout, changes));
    let of_merge = of_sides.reduce(|one, other| &one & &other);
    let mut new = more_than_before(layout, changes);
    new.extend(of_merge.unwrap_or_default());
    new
}

/// One that moves is no second one.
fn more_than_before(layout: &Layout, changes: &[Change]) -> BTreeSet<Key> {
    let mut more: BTreeMap<Key, isize> = BTreeMap::new();
    for change in changes {
        if let Some(key) = key_of(layout, &change.path) {
            let files = isize::from(change.new.is_some()) - isize::from(change.old.is_some());
            *more.entry(key).or_default() += files;
        }
    }
    let more = more.into_iter().filter(|(_, files)| *files > 0);
    more.map(|(key, _)| key).collect()
}
