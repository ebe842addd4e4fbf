//! Entries that a merge drops although a side had added or edited them: by hand, or
//! because it took the other side whole (`-s ours`). Nobody deleted that version, so that
//! no row records it.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::History;
use super::diff::Diff;
use super::places::Places;
use crate::journal::Layout;
use crate::ledger::Ledger;
use crate::repo::{Commit, ObjectId, Repo, RepoError};
use crate::sync::versions::{self, Key, Versions};

type Found = BTreeMap<Key, Versions>;

/// Keeps the entries that a side added or edited after it parted from the sides without
/// them. A version that was there before, the other side deleted.
///
/// # Errors
/// An object of history is missing or damaged, or git fails; see [`RepoError`].
pub(in crate::sync) fn only_new(
    repo: &Repo,
    layout: &Layout,
    parents: &[ObjectId],
    found: Found,
) -> Result<Found, RepoError> {
    Places::new(repo, layout).only_new(parents, found)
}

/// Whether a deletion already names the version that a merge dropped.
pub(in crate::sync) fn is_known(rows: &Ledger, key: Key, versions: &Versions) -> bool {
    let blob = versions.last().map(|version| version.blob.to_string());
    let mut deletions = rows.active_deletions_of(key.0);
    deletions.any(|row| Some(&row.blob) == blob.as_ref())
}

impl History<'_> {
    pub(super) fn dropped(&self, merge: &Commit, diffs: &[Diff]) -> Result<Found, RepoError> {
        let texts: Vec<_> = diffs.iter().map(|diff| &diff.texts).collect();
        let mut found = Found::new();
        for (key, versions) in versions::dropped(&texts) {
            if self.places.file_of(merge.id, key.0)?.is_none() {
                found.insert(key, versions);
            }
        }
        self.places.only_new(&merge.parents, found)
    }
}

impl Places<'_> {
    fn only_new(&self, parents: &[ObjectId], found: Found) -> Result<Found, RepoError> {
        let mut bases: BTreeMap<(ObjectId, ObjectId), Option<Vec<ObjectId>>> = BTreeMap::new();
        let mut new = Found::new();
        for (key, versions) in found {
            let has = |at: &usize| versions.parents[*at].is_some();
            let (with, without): (Vec<usize>, Vec<usize>) = (0..parents.len()).partition(has);
            let mut was_there = false;
            for (one, other) in with
                .iter()
                .flat_map(|one| without.iter().map(move |other| (*one, *other)))
            {
                let sides = (parents[one], parents[other]);
                let bases = match bases.entry(sides) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(none) => none.insert(self.repo.parted(sides.0, sides.1)?),
                };
                match bases {
                    Some(bases) => {
                        let dropped = versions.parents[one].as_ref().map(|v| v.blob);
                        for base in bases.iter() {
                            let there = self.file_of(*base, key.0)?.map(|v| v.blob);
                            was_there |= there == dropped;
                        }
                    }
                    // History is cut off: this clone cannot know.
                    None => was_there = true,
                }
            }
            if !was_there {
                new.insert(key, versions);
            }
        }
        Ok(new)
    }
}
