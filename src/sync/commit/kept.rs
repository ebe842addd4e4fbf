//! What whoever committed a merge did by hand: the items kept against their removal, and the
//! entries edited while it waited.

use std::collections::BTreeSet;

use super::rows::CommitContext;
use crate::journal::Item;
use crate::journal::entry::changed_against_removal;
use crate::ledger::{Ledger, Source};
use crate::merge::ThreeWay;
use crate::repo::RepoError;
use crate::sync::versions::{Key, Versions};

impl CommitContext<'_> {
    /// The items of an entry that one side of a merge removed and the other changed, if
    /// removals of it are active.
    pub(super) fn kept_by_hand(
        &self,
        (entry, source): Key,
        versions: &Versions,
        known: &Ledger,
    ) -> Result<Option<BTreeSet<Item>>, RepoError> {
        let ([Some(ours), Some(theirs)], Source::Yaml) = (&versions.parents[..], source) else {
            return Ok(None);
        };
        let mut removals = known.tombstones_of(entry);
        if !removals.any(|(_, row)| row.state.is_active()) {
            return Ok(None);
        }
        let mut kept: Option<BTreeSet<_>> = None;
        for base in &self.bases {
            let Some(base) = self.places.file_of(*base, entry)? else {
                return Ok(None);
            };
            let sides = ThreeWay::new(base.blob, ours.blob, theirs.blob);
            let sides = sides.try_map(|blob| self.repo.read_blob(blob))?;
            let mut changed = changed_against_removal(sides.as_ref().map(Vec::as_slice));
            changed.retain(|item| kept.as_ref().is_none_or(|kept| kept.contains(item)));
            kept = Some(changed);
        }
        Ok(kept)
    }

    /// Whether git's merge of a file that differs from both parents would be one side's
    /// version as it is, or none: then a person wrote it while the merge waited. No driver is
    /// asked for such a file.
    pub(super) fn is_edited_beside_the_merge(
        &self,
        key: Key,
        versions: &Versions,
    ) -> Result<bool, RepoError> {
        let [ours, theirs] = &versions.parents[..] else {
            return Ok(false);
        };
        let sides = [ours, theirs].map(|side| side.as_ref().map(|version| version.blob));
        if sides[0] == sides[1] {
            return Ok(true);
        }
        // What one side alone has, git may have taken for another file that moved.
        if ours.is_none() || theirs.is_none() {
            return Ok(false);
        }
        let mut there = BTreeSet::new();
        for base in &self.bases {
            let file = self.places.file_of_key(*base, key)?;
            there.insert(file.map(|file| file.blob));
        }
        // Of several that differ, git makes one of its own.
        Ok(there.len() == 1
            && there
                .iter()
                .all(|base| base.is_some() && sides.contains(base)))
    }
}
