//! The items that whoever resolved a merge kept against their removal.

use std::collections::BTreeSet;

use super::rows::CommitContext;
use crate::journal::Item;
use crate::journal::entry::changed_against_removal;
use crate::ledger::{Ledger, Source};
use crate::merge::ThreeWay;
use crate::repo::RepoError;
use crate::sync::history;
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
        let ([one, other], [Some(ours), Some(theirs)], Source::Yaml) =
            (&self.parents[..], &versions.parents[..], source)
        else {
            return Ok(None);
        };
        let mut removals = known.tombstones_of(entry);
        if !removals.any(|(_, row)| row.state.is_active()) {
            return Ok(None);
        }
        let mut kept: Option<BTreeSet<_>> = None;
        for base in self.repo.parted(*one, *other)?.unwrap_or_default() {
            let Some(base) = history::file_of(self.repo, self.layout, base, entry)? else {
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
}
