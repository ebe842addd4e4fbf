//! Taking items out of an entry that stand in it against a removal: what the
//! driver does where git asks it.

use std::collections::BTreeSet;

use super::{ResolveError, Resolver};
use crate::journal::reconcile::Outcome;
use crate::journal::{Entry, EntryDate, ItemKey, Table};
use crate::merge::{ConflictStyle, Markers, ThreeWay};
use crate::sync::driver::{By, FileMerge};
use crate::sync::kept_out::item_at;

impl Resolver<'_> {
    /// An entry's text without these items, all else as it stands; `None` where a
    /// person has to do it: the text cannot be read, or the items stand where no
    /// removal of the driver's reaches.
    ///
    /// # Errors
    /// Git's line merge fails.
    pub fn take_out(
        &self,
        path: &str,
        entry: EntryDate,
        text: &[u8],
        items: &BTreeSet<(Table, ItemKey)>,
    ) -> Result<Option<Vec<u8>>, ResolveError> {
        let merge = FileMerge {
            path,
            markers: Markers::default(),
            rules: &self.settings.rules,
            by: By::Field,
            kept_out: &|field, tree, node| {
                item_at(field, tree, node).filter(|item| items.contains(item))
            },
        };
        // Two sides that both added all of it: what is left is what stays in.
        let merged = merge
            .of_texts(ThreeWay::new(b"", text, text), || ConflictStyle::Merge)
            .map_err(|source| ResolveError::Merge {
                path: path.to_owned(),
                source,
            })?;
        let read = |bytes: &[u8]| Entry::read(entry, bytes).map(|e| e.facts().items);
        let (Ok(before), Ok(after)) = (read(text), read(&merged.bytes)) else {
            return Ok(None);
        };
        let wanted: BTreeSet<_> = before.difference(items).cloned().collect();
        let done = merged.outcome == Outcome::ByField && !merged.conflict && after == wanted;
        Ok(done.then_some(merged.bytes))
    }
}
