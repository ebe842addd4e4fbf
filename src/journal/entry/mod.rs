//! An entry: every key of its frontmatter as a value, or an error with a place.
//!
//! A fault that would look like a removal if it were passed over (a people field that is
//! not a list, a reference without words) is an error. Anything else odd is a warning,
//! and the entry is indexed.
//!
//! | file | question |
//! |---|---|
//! | `fields` | What does each key of a file say? |
//! | `reader` | How is a parsed frontmatter asked, with the place of each answer? |
//! | `item` | What is the canonical name of a list's item? |
//! | `person`, `place`, `mention`, `works` | How are people, places, mentioned dates and works spelled? |
//! | `body` | How long is the text? |
//! | `error` | What can be wrong, and where? |

mod body;
mod error;
mod fields;
mod item;
mod mention;
mod person;
mod place;
mod reader;
#[cfg(test)]
mod tests;
mod works;

use std::collections::BTreeSet;

use serde_json::{Map, Value};

pub use body::{WORDS_A_MINUTE, reading_time, words};
pub use error::{EntryError, Warning};
pub use item::{canonical, changed_against_removal, places_of, values_of, without_own_comments};
pub use mention::MentionedDate;
pub use person::{Person, spaced};
pub use place::Location;
pub use works::{Manuscript, Poem, Reference, SourceWork};

use super::{EntryDate, Facts, ItemKey, Table};

/// Everything that is indexed of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub date: EntryDate,
    /// See [`Facts::hash`].
    pub hash: String,
    /// The entry's own number, else counted in its body.
    pub word_count: u64,
    /// Minutes: the entry's own number, else worked out from the words of its body.
    pub reading_time: f64,
    pub epigraph: Option<String>,
    pub epigraph_attribution: Option<String>,
    pub notes: Option<String>,
    pub cities: Vec<ItemKey>,
    pub locations: Vec<Location>,
    pub people: Vec<Person>,
    pub dates: Vec<MentionedDate>,
    /// `dates` holds `~`: the entry's own date is not among the mentioned ones.
    pub own_date_left_out: bool,
    pub events: Vec<ItemKey>,
    pub tags: Vec<ItemKey>,
    /// Dates, as text; the entries need not exist.
    pub related: Vec<ItemKey>,
    pub references: Vec<Reference>,
    pub poems: Vec<Poem>,
    pub manuscript: Option<Manuscript>,
    /// Every other field, and known fields whose value has an unknown form, by key.
    pub other: Map<String, Value>,
    /// Oddities with their places; nothing is lost by them.
    pub warnings: Vec<Warning>,
}

impl Entry {
    /// The facts by which history compares this version with others.
    #[must_use]
    pub fn facts(&self) -> Facts {
        let mut items = BTreeSet::new();
        let mut add = |table, keys: &mut dyn Iterator<Item = &ItemKey>| {
            items.extend(keys.map(|k| (table, k.clone())));
        };
        add(Table::Cities, &mut self.cities.iter());
        add(Table::Dates, &mut self.dates.iter().map(|d| &d.key));
        add(Table::Events, &mut self.events.iter());
        add(Table::Locations, &mut self.locations.iter().map(|l| &l.key));
        add(Table::People, &mut self.people.iter().map(|p| &p.key));
        add(Table::Poems, &mut self.poems.iter().map(|p| &p.key));
        add(
            Table::References,
            &mut self.references.iter().map(|r| &r.key),
        );
        add(Table::Related, &mut self.related.iter());
        add(Table::Tags, &mut self.tags.iter());
        let themes = self.manuscript.iter().flat_map(|m| &m.themes);
        add(Table::Themes, &mut themes.into_iter());
        Facts {
            items,
            hash: self.hash.clone(),
        }
    }
}
