//! Items that a side spells differently from the merge base: if the other side removed
//! one, a merge of the lists sees one item removed and another one added.

use super::History;
use crate::journal::entry::values_of;
use crate::journal::yaml::Value;
use crate::journal::{EntryDate, Item, ItemKey, Table};
use crate::repo::{ObjectId, RepoError};

impl History<'_> {
    /// Whether all of a commit's spellings of an item are new since an earlier commit, as
    /// a merge tells the items of a set apart. Only people and related entries can have
    /// several spellings.
    pub(super) fn is_spelled_anew(
        &self,
        (before, now): (ObjectId, ObjectId),
        entry: EntryDate,
        item: &Item,
    ) -> Result<bool, RepoError> {
        if !matches!(item.0, Table::People | Table::Related) {
            return Ok(false);
        }
        let before = self.spellings(before, entry, item)?;
        let now = self.spellings(now, entry, item)?;
        let known = |spelling: &Option<ItemKey>| spelling.is_none() || before.contains(spelling);
        Ok(!now.is_empty() && !now.iter().any(known))
    }

    fn spellings(
        &self,
        commit: ObjectId,
        entry: EntryDate,
        item: &Item,
    ) -> Result<Vec<Option<ItemKey>>, RepoError> {
        let Some(version) = self.places.file_of(commit, entry)? else {
            return Ok(Vec::new());
        };
        let mut values = values_of(&self.repo.read_blob(version.blob)?);
        let values = values.remove(item).unwrap_or_default();
        Ok(values.iter().map(spelling).collect())
    }
}

/// The spelling by which a merge tells items of a set apart: the text, or the name.
/// `None` for any other shape.
fn spelling(value: &Value) -> Option<ItemKey> {
    match value {
        Value::Text(text) => Some(ItemKey::new(text)),
        Value::Typed(scalar) => Some(ItemKey::new(&scalar.written)),
        Value::Map(pairs) => ["full_name", "name"].iter().find_map(|name| {
            let is_name = |key: &Value| matches!(key, Value::Text(key) if key == name);
            let pair = pairs.iter().find(|(key, _)| is_name(key));
            pair.and_then(|(_, value)| spelling(value))
        }),
        _ => None,
    }
}
