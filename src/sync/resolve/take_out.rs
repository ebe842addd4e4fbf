//! Taking items out of an entry that stand in it against a removal, as the driver does
//! when git calls it.

use std::collections::BTreeSet;

use super::{ResolveError, Resolver};
use crate::journal::entry::{canonical, without_own_comments};
use crate::journal::reconcile::{Outcome, Ruling};
use crate::journal::rules::{Rule, Rules};
use crate::journal::yaml::{Node, Tree};
use crate::journal::{Document, Entry, EntryDate, Item, Table};
use crate::merge::{ConflictStyle, ThreeWay};
use crate::sync::driver::FileMerge;
use crate::sync::kept_out::item_at;

impl Resolver<'_> {
    /// An entry's text without these items and the comments on their lines, otherwise
    /// unchanged. `None` if a person has to do it: the text cannot be read, the lists
    /// have a shape that cannot be cut, or a comment would be lost.
    ///
    /// # Errors
    /// Git's line merge fails.
    pub fn take_out(
        &self,
        path: &str,
        entry: EntryDate,
        text: &[u8],
        items: &BTreeSet<Item>,
    ) -> Result<Option<Vec<u8>>, ResolveError> {
        let rules = each_list_a_set(&self.settings.rules, text);
        let rulings = |field: &[String], tree: &Tree, node: &Node| {
            let item = item_at(field, tree, node).or_else(|| place_at(field, tree, node));
            let (table, item) = item.filter(|item| items.contains(item))?;
            Some(Ruling::KeptOut(table, item))
        };
        let merge = FileMerge::new(path, &rules, &rulings);
        // Both sides are merged as if they had added the whole text: the result is what
        // no removal keeps out.
        let sides = without_own_comments(text, items);
        let merged = merge
            .of_texts(ThreeWay::new(b"", &sides, &sides), || ConflictStyle::Merge)
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

/// Rules by which an item can be taken out of any list of an entry. In a real merge,
/// places keep their order and poems merge key by key; here nothing is merged.
fn each_list_a_set(rules: &Rules, text: &[u8]) -> Rules {
    let mut rules = rules.clone();
    for table in Table::ALL {
        rules.insert(table.field(), Rule::Set);
    }
    rules.insert("manuscript", Rule::Map);
    let places = Table::Locations.field();
    for city in cities(places, text).unwrap_or_default() {
        rules.insert(places, Rule::Map);
        rules.insert(&format!("{places}.{city}"), Rule::Set);
    }
    rules
}

/// The cities under which places are listed.
fn cities(places: &str, text: &[u8]) -> Option<Vec<String>> {
    let text = std::str::from_utf8(Document::split(text).frontmatter).ok()?;
    let tree = Tree::parse(text).ok()?;
    let pairs = tree.root.as_ref()?.get(places)?.pairs()?;
    let names = pairs.iter().filter_map(|pair| pair.key.scalar());
    Some(names.map(str::to_owned).collect())
}

/// The place at `node` in a city's list.
fn place_at(path: &[String], tree: &Tree, node: &Node) -> Option<Item> {
    match path {
        [field, _] if Table::of_field(field) == Some(Table::Locations) => {
            Some((Table::Locations, canonical(Table::Locations, tree, node)?))
        }
        _ => None,
    }
}
