//! Names that exist as long as something refers to them: cities, tags, poems …

use std::collections::{BTreeSet, HashSet};

use super::Sql;
use super::table::{Cell, Kind, Rows};
use super::update::Update;

/// A table of names: its key, and who refers to it by which column.
struct Names {
    table: &'static str,
    key: &'static str,
    users: &'static [(Kind, &'static str)],
}

const fn names(
    table: &'static str,
    key: &'static str,
    users: &'static [(Kind, &'static str)],
) -> Names {
    Names { table, key, users }
}

/// People are not among them: who is a person follows from all entries together (`who`).
#[rustfmt::skip]
const NAMES: [Names; 7] = [
    names("cities", "name", &[(Kind::Cities, "city"), (Kind::Locations, "city")]),
    names("locations", "name", &[
        (Kind::Locations, "location"), (Kind::DateLocations, "location"),
    ]),
    names("events", "name", &[(Kind::Events, "event")]),
    names("tags", "name", &[(Kind::Tags, "tag")]),
    names("themes", "name", &[(Kind::Themes, "theme")]),
    names("poems", "title", &[(Kind::Poems, "poem")]),
    names("sources", "title", &[(Kind::References, "source")]),
];

/// The names touched in a transaction, by their position in [`NAMES`].
#[derive(Debug, Default)]
pub(super) struct Named {
    /// Written.
    there: [HashSet<String>; NAMES.len()],
    /// May have lost their last use.
    loose: [HashSet<String>; NAMES.len()],
}

impl Names {
    fn of<'r>(&self, rows: &'r Rows<'_>) -> impl Iterator<Item = &'r str> {
        let columns = self.users.iter();
        let cells = columns.flat_map(|(kind, column)| rows.column(*kind, column));
        cells.filter_map(Cell::as_text)
    }
}

impl Update<'_> {
    /// Writes the names that an entry uses now and did not before.
    pub(super) fn change_names(&mut self, old: &Rows<'_>, new: &Rows<'_>) -> Sql {
        for (at, names) in NAMES.iter().enumerate() {
            let before: BTreeSet<&str> = names.of(old).collect();
            let now: BTreeSet<&str> = names.of(new).collect();
            for name in now.difference(&before) {
                self.add_name(at, name)?;
            }
            for name in before.difference(&now) {
                self.names.loose[at].insert((*name).to_owned());
            }
        }
        Ok(())
    }

    /// Writes the names of a new entry.
    pub(super) fn add_names(&mut self, new: &Rows<'_>) -> Sql {
        for (at, names) in NAMES.iter().enumerate() {
            for name in names.of(new) {
                self.add_name(at, name)?;
            }
        }
        Ok(())
    }

    fn add_name(&mut self, at: usize, name: &str) -> Sql {
        if self.names.there[at].contains(name) {
            return Ok(());
        }
        let sql = format!("INSERT OR IGNORE INTO {} VALUES (?1)", NAMES[at].table);
        self.run(&sql, &[&name])?;
        self.names.there[at].insert(name.to_owned());
        Ok(())
    }

    pub(super) fn drop_loose_names(&self) -> Sql {
        for (names, loose) in NAMES.iter().zip(&self.names.loose) {
            let Names { table, key, users } = names;
            let unused = users.iter().map(|(user, column)| {
                let user = user.shape().table;
                format!(" AND NOT EXISTS (SELECT 1 FROM {user} WHERE {column} = ?1)")
            });
            let unused: String = unused.collect();
            let sql = format!("DELETE FROM {table} WHERE {key} = ?1{unused}");
            for name in loose {
                self.run(&sql, &[name])?;
            }
        }
        Ok(())
    }
}
