//! The association of each table of the original, and the names of its items.

use std::collections::BTreeMap;

use super::table::{Fields, Tables};
use crate::journal::entry::Person;
use crate::journal::{ItemKey, Table};

/// The names of one association's items, by their numeric id.
pub(super) type Names = BTreeMap<String, Vec<ItemKey>>;

/// The association with this name in the original.
pub(super) fn association(name: &str) -> Option<Table> {
    let name = name.trim().to_lowercase();
    match name.as_str() {
        "entry_persons" => Some(Table::People),
        "entry_mentioned_dates" => Some(Table::Dates),
        "entry_related_entries" => Some(Table::Related),
        name => Table::from_name(name),
    }
}

/// The tables that may hold an association's items, and the columns that name them.
const fn place(table: Table) -> (&'static [&'static str], &'static [&'static str]) {
    match table {
        Table::Cities => (&["cities"], &["city", "name"]),
        Table::Dates => (&["dates", "mentioned_dates"], &["date", "name"]),
        Table::Events => (&["events"], &["event", "name", "title", "display_name"]),
        Table::Locations => (&["locations"], &["name", "location"]),
        Table::People => (&["people", "persons"], &["name"]),
        Table::Poems => (&["poems"], &["title", "name"]),
        Table::References => (&["references"], &["title", "content", "description"]),
        Table::Related => (&["entries"], &["date"]),
        Table::Tags => (&["tags"], &["tag", "name"]),
        Table::Themes => (&["themes"], &["theme", "name"]),
    }
}

/// Reads the names of an association's items.
pub(super) fn names(tables: &mut Tables, of: Table) -> Names {
    let (usual, columns) = place(of);
    let usual = usual
        .iter()
        .find(|t| tables.has(t))
        .map(|t| (*t).to_owned());
    // A table of another name is found by the tables that refer to it.
    let referred = || {
        let mut referred = tables.referred(of.name());
        referred.retain(|t| t != "entries");
        referred.pop()
    };
    let Some(place) = usual.or_else(referred) else {
        return Names::new();
    };
    let mut names = Names::new();
    tables.each(&place, |row| {
        if let Some(id) = row.text(&["id"]) {
            names.insert(id, keys(of, row, columns));
        }
    });
    names
}

/// The keys under which a file may have an item, each once.
fn keys(of: Table, row: &Fields<'_>, columns: &[&str]) -> Vec<ItemKey> {
    let name = row.text(columns);
    let mut keys: Vec<ItemKey> = match of {
        Table::People => {
            let name = name.and_then(|n| Person::parse(&n)).map(|p| p.key);
            let full = row.text(&["full_name"]).map(|n| ItemKey::new(&n));
            name.into_iter().chain(full).collect()
        }
        Table::Dates | Table::Related => {
            let key = name.map(|n| match super::read::date(&n) {
                Some(date) => ItemKey::new(&date.to_string()),
                None => ItemKey::new(&n),
            });
            key.into_iter().collect()
        }
        _ => name.map(|n| ItemKey::new(&n)).into_iter().collect(),
    };
    keys.retain(|k| !k.as_str().is_empty());
    keys.dedup();
    keys
}
