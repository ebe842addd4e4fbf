//! The canonical name of a list item where nothing but the item is known.

use super::mention::{DateItem, MentionedDate};
use super::person::Person;
use super::reader::Reader;
use super::works;
use crate::journal::yaml::{Node, Place, Tree};
use crate::journal::{Document, EntryDate, ItemKey, Table};

/// The key under which the ledger and the index know an item of a table's field,
/// by its node. `None` for an item that is empty, names nothing (`~` in `dates`)
/// or is of a shape that the table does not have.
#[must_use]
pub fn canonical(table: Table, tree: &Tree, node: &Node) -> Option<ItemKey> {
    // Places are not asked for, so the text is not needed.
    let reader = Reader::new("", tree, 1);
    let text = || {
        let text = reader.text(node).ok()??;
        Some(ItemKey::new(text)).filter(|k| !k.as_str().is_empty())
    };
    match table {
        Table::People => Person::read(&reader, node).ok()?.map(|p| p.key),
        Table::Dates => match MentionedDate::read(&reader, node).ok()?? {
            DateItem::NotOwn => None,
            DateItem::Mention(date) => Some(date.key),
        },
        Table::Poems | Table::References => works::title(&reader, node).ok()?,
        Table::Related => text().map(|key| related(&key)),
        Table::Cities | Table::Events | Table::Locations | Table::Tags | Table::Themes => text(),
    }
}

/// Where an item of a field first stands in an entry, counted in the file; `None`
/// if it stands nowhere in that field, or the entry cannot be read.
#[must_use]
pub fn place_of(table: Table, item: &ItemKey, entry: &[u8]) -> Option<Place> {
    // The frontmatter begins on the line below the fence.
    let first_line = 2;
    let text = std::str::from_utf8(Document::split(entry).frontmatter).ok()?;
    let tree = Tree::parse(text).ok()?;
    let mut found = None;
    tree.root.as_ref()?.get(table.field())?.walk(&mut |node| {
        if found.is_none() && canonical(table, &tree, node).as_ref() == Some(item) {
            found = Some(Place::of(text, node.span.start, first_line));
        }
    });
    found
}

/// A related entry's key: its date; what is no date keeps its text.
pub(super) fn related(key: &ItemKey) -> ItemKey {
    let date: Option<EntryDate> = key.as_str().parse().ok();
    date.map_or_else(|| key.clone(), |d| ItemKey::new(&d.to_string()))
}
