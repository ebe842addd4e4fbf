//! An entry's rows, from what it says.

use rusqlite::{ToSql, params};
use serde_json::{Map, Value};

use super::people::Spelling;
use super::rows::{EntryRow, spellings};
use super::update::{Sql, Update};
use crate::journal::{Entry, ItemKey, Table};

impl Update<'_> {
    pub(super) fn insert_entry(&mut self, row: &EntryRow<'_>) -> Sql {
        let e = row.entry;
        let entry = e.date.to_string();
        let (at, by, why) = row.deleted.map_or((None, None, None), |(at, by, why)| {
            (Some(at), Some(by), Some(why))
        });
        self.connection
            .prepare_cached(
                "INSERT INTO entries VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)",
            )?
            .execute(params![
                entry,
                e.date.number(),
                row.path,
                e.hash,
                i64::try_from(e.word_count).unwrap_or(i64::MAX),
                e.reading_time,
                e.epigraph,
                e.epigraph_attribution,
                e.notes,
                row.pending,
                at,
                by,
                why,
            ])?;
        for (table, item) in row.kept_out {
            let sql = "INSERT INTO kept_out VALUES (?1, ?2, ?3)";
            self.run(sql, &[&entry, &table.name(), &item.as_str()])?;
        }
        let out = |table: Table, key: &ItemKey| row.kept_out.contains(&(table, key.clone()));
        self.plain_lists(&entry, e, &out)?;
        self.dates(&entry, e, &out)?;
        self.people(&entry, e, &out)?;
        self.works(&entry, e, &out)?;
        for (position, (field, value)) in e.other.iter().enumerate() {
            let sql = "INSERT INTO other_fields VALUES (?1, ?2, ?3, ?4)";
            self.run(sql, &[&entry, field, &value.to_string(), &index(position)])?;
        }
        for (position, warning) in e.warnings.iter().enumerate() {
            let sql = "INSERT INTO warnings VALUES (?1, ?2, ?3)";
            self.run(sql, &[&entry, &index(position), &warning.to_string()])?;
        }
        self.touched.insert(entry);
        Ok(())
    }

    fn plain_lists(
        &mut self,
        entry: &str,
        e: &Entry,
        out: &dyn Fn(Table, &ItemKey) -> bool,
    ) -> Sql {
        let themes = e
            .manuscript
            .as_ref()
            .map_or(&[] as &[ItemKey], |m| &m.themes);
        let lists: [(Table, Option<&str>, &[ItemKey]); 5] = [
            (Table::Cities, Some("cities"), &e.cities),
            (Table::Events, Some("events"), &e.events),
            (Table::Tags, Some("tags"), &e.tags),
            (Table::Themes, Some("themes"), themes),
            (Table::Related, None, &e.related),
        ];
        for (table, names, items) in lists {
            // A repeated item keeps its first place.
            let sql = format!("INSERT OR IGNORE INTO {table} VALUES (?1, ?2, ?3)");
            for (position, item) in items.iter().enumerate() {
                if out(table, item) {
                    continue;
                }
                if let Some(names) = names {
                    self.name(names, item.as_str())?;
                }
                self.run(&sql, &[&entry, &item.as_str(), &index(position)])?;
            }
        }
        for (position, location) in e.locations.iter().enumerate() {
            if out(Table::Locations, &location.key) {
                continue;
            }
            self.name("locations", location.key.as_str())?;
            let city = location.city.as_ref().map(ItemKey::as_str);
            if let Some(city) = city {
                self.name("cities", city)?;
            }
            let sql = "INSERT INTO entry_locations VALUES (?1, ?2, ?3, ?4)";
            self.run(
                sql,
                &[&entry, &location.key.as_str(), &city, &index(position)],
            )?;
        }
        Ok(())
    }

    fn dates(&mut self, entry: &str, e: &Entry, out: &dyn Fn(Table, &ItemKey) -> bool) -> Sql {
        let sql = "INSERT INTO entry_dates VALUES (?1, ?2, ?3, ?4)";
        if !e.own_date_left_out {
            self.run(sql, &[&entry, &-1, &entry, &None::<&str>])?;
        }
        for (position, date) in e.dates.iter().enumerate() {
            if out(Table::Dates, &date.key) {
                continue;
            }
            let position = index(position);
            self.run(sql, &[&entry, &position, &date.key.as_str(), &date.context])?;
            for person in &date.people {
                // The person is filled in once it is known who is who.
                let sql = "INSERT OR IGNORE INTO entry_date_people VALUES (?1, ?2, ?3, ?3)";
                self.run(sql, &[&entry, &position, &person.key.as_str()])?;
                self.spell(entry, spellings(person, true), position)?;
            }
            for location in &date.locations {
                self.name("locations", location.as_str())?;
                let sql = "INSERT OR IGNORE INTO entry_date_locations VALUES (?1, ?2, ?3)";
                self.run(sql, &[&entry, &position, &location.as_str()])?;
            }
        }
        Ok(())
    }

    fn people(&mut self, entry: &str, e: &Entry, out: &dyn Fn(Table, &ItemKey) -> bool) -> Sql {
        for (position, person) in e.people.iter().enumerate() {
            if !out(Table::People, &person.key) {
                self.spell(entry, spellings(person, false), index(position))?;
            }
        }
        Ok(())
    }

    fn spell(&mut self, entry: &str, spellings: Vec<Spelling>, position: i64) -> Sql {
        let sql = "INSERT OR IGNORE INTO spellings VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut insert = self.connection.prepare_cached(sql)?;
        for s in spellings {
            let new = insert.execute(params![
                entry, s.item, s.name, s.full, s.alias, s.mention, position
            ])?;
            // In a first load there is nothing to compare them with.
            if new > 0 && !self.fill {
                self.added.push(s);
            }
        }
        Ok(())
    }

    fn works(&mut self, entry: &str, e: &Entry, out: &dyn Fn(Table, &ItemKey) -> bool) -> Sql {
        for (position, r) in e.references.iter().enumerate() {
            if out(Table::References, &r.key) {
                continue;
            }
            let source = r.source.clone().unwrap_or_default();
            let title = source.title.as_deref().map(ItemKey::new);
            if let Some(title) = &title {
                self.name("sources", title.as_str())?;
            }
            let mut other = r.other.clone();
            if !source.other.is_empty() {
                other.insert("source".to_owned(), Value::Object(source.other));
            }
            let sql =
                "INSERT INTO entry_references VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12)";
            self.connection.prepare_cached(sql)?.execute(params![
                entry,
                index(position),
                r.key.as_str(),
                r.content,
                r.description,
                r.mode,
                r.speaker,
                title.as_ref().map(ItemKey::as_str),
                source.kind,
                source.author,
                source.url,
                json(&other),
            ])?;
        }
        for (position, p) in e.poems.iter().enumerate() {
            if out(Table::Poems, &p.key) {
                continue;
            }
            self.name("poems", p.key.as_str())?;
            let sql = "INSERT INTO entry_poems VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let (at, other) = (index(position), json(&p.other));
            let row: [&dyn ToSql; 6] = [
                &entry,
                &at,
                &p.key.as_str(),
                &p.content,
                &p.revision_date,
                &other,
            ];
            self.run(sql, &row)?;
        }
        if let Some(m) = &e.manuscript {
            let sql = "INSERT INTO manuscript VALUES (?1, ?2, ?3, ?4, ?5)";
            self.run(
                sql,
                &[&entry, &m.status, &m.edited, &m.notes, &json(&m.other)],
            )?;
        }
        Ok(())
    }
}

fn json(map: &Map<String, Value>) -> Option<String> {
    (!map.is_empty()).then(|| Value::Object(map.clone()).to_string())
}

pub(super) fn index(position: usize) -> i64 {
    // No list is longer than its file.
    i64::try_from(position).unwrap_or(i64::MAX)
}
