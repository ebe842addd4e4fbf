//! The canonical name of a list item, worked out from the item alone.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::mention::{DateItem, MentionedDate};
use super::person::Person;
use super::reader::Reader;
use super::works;
use crate::journal::document::FIRST_LINE;
use crate::journal::yaml::{Layout, Node, Place, Tree, Value};
use crate::journal::{Document, EntryDate, Item, ItemKey, Table};
use crate::merge::ThreeWay;

/// The key under which the ledger and the index know the item at `node`, one of a table's
/// field. `None` if it is empty, names nothing (`~` in `dates`) or has a shape that the
/// table does not know.
#[must_use]
pub fn canonical(table: Table, tree: &Tree, node: &Node) -> Option<ItemKey> {
    // Nothing asks for places here, so the text is not needed.
    let reader = Reader::new("", tree);
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

/// An entry's frontmatter, and what it says; `None` if it cannot be read.
pub(super) fn frontmatter_of(entry: &[u8]) -> Option<(&str, Tree)> {
    let text = std::str::from_utf8(Document::split(entry).frontmatter).ok()?;
    Some((text, Tree::parse(text).ok()?))
}

/// The first place of each of these items in a field of an entry, counted in the file;
/// none for an item that the field does not have, or if the entry cannot be read.
#[must_use]
pub fn places_of(
    table: Table,
    items: &BTreeSet<ItemKey>,
    entry: &[u8],
) -> BTreeMap<ItemKey, Place> {
    let mut found = BTreeMap::new();
    let Some((text, tree)) = frontmatter_of(entry) else {
        return found;
    };
    let field = tree.root.as_ref().and_then(|root| root.get(table.field()));
    if let Some(field) = field {
        field.walk(&mut |node| {
            if let Some(item) = canonical(table, &tree, node).filter(|item| items.contains(item)) {
                let place = || Place::of(text, node.span.start, FIRST_LINE);
                found.entry(item).or_insert_with(place);
            }
        });
    }
    found
}

/// The values that an entry gives for each item of its lists, one for each place where it
/// stands. Empty if the entry cannot be read.
#[must_use]
pub fn values_of(entry: &[u8]) -> BTreeMap<Item, Vec<Value>> {
    let mut found: BTreeMap<_, Vec<Value>> = BTreeMap::new();
    let Some((text, tree)) = frontmatter_of(entry) else {
        return found;
    };
    let mut list = |table: Table, node: &Node| {
        let items = node.items().unwrap_or_default().iter().map(|i| &i.node);
        // A single map is one item, as an entry reads it.
        let of_maps = matches!(table, Table::Dates | Table::Poems | Table::References);
        let is_lone = node.scalar().is_some() || (of_maps && node.pairs().is_some());
        for node in items.chain(is_lone.then_some(node)) {
            if let Some(item) = canonical(table, &tree, node) {
                let values = found.entry((table, item)).or_default();
                values.push(Value::of(node, text));
            }
        }
    };
    let pairs = tree.root.as_ref().and_then(Node::pairs);
    for pair in pairs.unwrap_or_default() {
        let Some(name) = pair.key.scalar() else {
            continue;
        };
        if let Some(table) = Table::of_field(name) {
            list(table, &pair.value);
        } else if name == "manuscript"
            && let Some(themes) = pair.value.get(Table::Themes.field())
        {
            list(Table::Themes, themes);
        }
    }
    found
}

/// The items that one side of a merge removed and the other changed. Such an item is a
/// conflict of its own: whoever resolves it decides whether it stays.
#[must_use]
pub fn changed_against_removal(sides: ThreeWay<&[u8]>) -> BTreeSet<Item> {
    let ThreeWay { base, ours, theirs } = sides.map(values_of);
    let changed = base.into_iter().filter(|(item, was)| {
        // The order of a map's keys says nothing.
        let sorted = |values: &[Value]| -> Vec<Value> {
            let all = values.iter().cloned();
            all.map(Value::sorted).collect()
        };
        let is_changed = |values: &Vec<Value>| sorted(values) != sorted(was);
        match (ours.get(item), theirs.get(item)) {
            (Some(values), None) | (None, Some(values)) => is_changed(values),
            _ => false,
        }
    });
    changed.map(|(item, _)| item).collect()
}

/// An entry's text without the comments on the lines of these items, in lists of one item
/// a line: such a comment goes with its item. A comment above may concern more than the
/// item, and stays.
#[must_use]
pub fn without_own_comments(entry: &[u8], items: &BTreeSet<Item>) -> Vec<u8> {
    let Some((_, tree)) = frontmatter_of(entry) else {
        return entry.to_vec();
    };
    let mut own = Vec::new();
    let mut list = |table: Table, node: &Node| {
        if node.layout() == Some(Layout::Block) {
            let there = node.items().unwrap_or_default().iter().map(|i| &i.node);
            own.extend(there.filter_map(|node| {
                let item = (table, canonical(table, &tree, node)?);
                items.contains(&item).then(|| node.span.clone())
            }));
        }
    };
    if let Some(root) = &tree.root {
        root.walk(&mut |node| {
            for pair in node.pairs().unwrap_or_default() {
                if let Some(table) = pair.key.scalar().and_then(Table::of_field) {
                    pair.value.walk(&mut |node| list(table, node));
                }
            }
        });
    }
    let document = Document::split(entry);
    let mut front = document.frontmatter.to_vec();
    for comment in tree.comments.iter().rev() {
        let is_own = |item: &Range<usize>| {
            let behind = front.get(item.end..comment.start);
            item.contains(&comment.start) || behind.is_some_and(|b| b.iter().all(is_blank))
        };
        if own.iter().any(is_own) {
            let before = &front[..comment.start];
            let start = before
                .iter()
                .rposition(|b| !is_blank(b))
                .map_or(0, |at| at + 1);
            front.drain(start..comment.end);
        }
    }
    [document.open, &front, document.close, document.body].concat()
}

const fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// A related entry's key: its date, or the text as it stands if it is not a date.
pub(super) fn related(key: &ItemKey) -> ItemKey {
    let date: Option<EntryDate> = key.as_str().parse().ok();
    date.map_or_else(|| key.clone(), |d| ItemKey::new(&d.to_string()))
}
