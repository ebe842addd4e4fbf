//! Items that a side spelled otherwise than the merge base: where the other side removed
//! one, a merge of two lists sees an item that went and another that was added.

use super::History;
use crate::journal::entry::values_of;
use crate::journal::yaml::Value;
use crate::journal::{EntryDate, ItemKey, Table};
use crate::repo::{ObjectId, RepoError};

impl History<'_> {
    /// Whether none of a commit's spellings of an item is one that an earlier commit has,
    /// as a merge tells the items of a set apart. The others have one spelling each.
    pub(super) fn is_spelled_anew(
        &self,
        (before, now): (ObjectId, ObjectId),
        entry: EntryDate,
        item: &(Table, ItemKey),
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
        item: &(Table, ItemKey),
    ) -> Result<Vec<Option<ItemKey>>, RepoError> {
        let Some(version) = self.places.file_of(commit, entry)? else {
            return Ok(Vec::new());
        };
        let mut values = values_of(&self.repo.read_blob(version.blob)?);
        let values = values.remove(item).unwrap_or_default();
        Ok(values.iter().map(spelling).collect())
    }
}

/// What a merge tells an item of a set apart by: its text, or its name. `None` where it
/// is more than that.
fn spelling(value: &Value) -> Option<ItemKey> {
    match value {
        Value::Text(text) | Value::Typed(text) => Some(ItemKey::new(text)),
        Value::Map(pairs) => ["full_name", "name"].iter().find_map(|name| {
            let is_name = |key: &Value| matches!(key, Value::Text(key) if key == name);
            let pair = pairs.iter().find(|(key, _)| is_name(key));
            pair.and_then(|(_, value)| spelling(value))
        }),
        _ => None,
    }
}
