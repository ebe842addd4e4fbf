//! Keeping `entry_people` right while spellings come and go.

use std::collections::BTreeMap;

use rusqlite::params;

use super::Sql;
use super::people::{People, Spelling};
use super::update::Update;

impl Update<'_> {
    pub(super) fn finish_people(&mut self) -> Sql {
        if self.spellings_changed()? {
            let moved = self.resolve_people()?;
            // Where everything is new, each entry is touched already, and there is no
            // index yet that finds those of a spelling.
            let moved = if self.fill { Vec::new() } else { moved };
            for (item, mention) in moved {
                let sql = "SELECT entry FROM spellings WHERE item = ?1 AND mention = ?2";
                let mut rows = self.connection.prepare_cached(sql)?;
                for entry in rows.query_map(params![item, mention], |r| r.get(0))? {
                    self.touched.insert(entry?);
                }
            }
            self.entries_people()?;
            // Drops people without a spelling and without an alias under their very name.
            // If no spelling changed, there are none. While the index is filled, nothing
            // finds the spellings of a person: each list is read once.
            return self.run(
                "DELETE FROM people WHERE name NOT IN (SELECT person FROM spelling_people)
                 AND name NOT IN (SELECT person FROM aliases)",
                &[],
            );
        }
        self.entries_people()
    }

    /// Writes the people of the touched entries.
    fn entries_people(&self) -> Sql {
        if self.fill {
            self.run(&people_of("TRUE"), &[])?;
            return self.run(&people_of_dates("TRUE"), &[]);
        }
        let (of, of_dates) = (people_of("s.entry = ?1"), people_of_dates("entry = ?1"));
        for entry in &self.touched {
            self.run("DELETE FROM entry_people WHERE entry = ?1", &[entry])?;
            self.run(&of, &[entry])?;
            self.run(&of_dates, &[entry])?;
        }
        Ok(())
    }

    /// Whether the set of all spellings changed.
    fn spellings_changed(&self) -> Sql<bool> {
        if self.fill {
            return Ok(true);
        }
        let mut counts: BTreeMap<&Spelling, (i64, i64)> = BTreeMap::new();
        self.removed
            .iter()
            .for_each(|s| counts.entry(s).or_default().0 += 1);
        self.added
            .iter()
            .for_each(|s| counts.entry(s).or_default().1 += 1);
        let sql = "SELECT count(*) FROM (SELECT 1 FROM spellings WHERE item = ?1 AND name = ?2
            AND full = ?3 AND alias = ?4 AND mention = ?5 AND gone = ?6 LIMIT ?7)";
        let mut count = self.connection.prepare_cached(sql)?;
        for (s, (removed, added)) in counts {
            let some = added + 1;
            let now: i64 = count.query_row(
                params![s.item, s.name, s.full, s.alias, s.mention, s.gone, some],
                |r| r.get(0),
            )?;
            // A spelling in more entries than were written now was there before.
            if (now > 0) != (removed > 0 || now > added) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Works out who is who; returns the spellings that now belong to another person.
    fn resolve_people(&mut self) -> Sql<Vec<(String, bool)>> {
        let all = match self.fill {
            true => std::mem::take(&mut self.spellings),
            false => {
                let sql = "SELECT DISTINCT item, name, full, alias, mention, gone FROM spellings";
                let mut all = self.connection.prepare_cached(sql)?;
                all.query_map([], spelling)?.collect::<Sql<_>>()?
            }
        };
        let mut old = self
            .connection
            .prepare_cached("SELECT item, mention, person FROM spelling_people")?;
        let mut old: BTreeMap<(String, bool), String> = old
            .query_map([], |r| Ok(((r.get(0)?, r.get(1)?), r.get(2)?)))?
            .collect::<Sql<_>>()?;
        let people = People::resolve(&all);
        let mut moved = Vec::new();
        for (key, person) in people.of {
            if old.remove(&key).as_ref() != Some(&person) {
                self.person(&person)?;
                let sql = "INSERT OR REPLACE INTO spelling_people VALUES (?1, ?2, ?3)";
                self.run(sql, &[&key.0, &key.1, &person])?;
                moved.push(key);
            }
        }
        for (item, mention) in old.into_keys() {
            let sql = "DELETE FROM spelling_people WHERE item = ?1 AND mention = ?2";
            self.run(sql, &[&item, &mention])?;
        }
        self.run("DELETE FROM aliases", &[])?;
        for (alias, person) in &people.aliases {
            // The alias's person need not be listed anywhere under that very name.
            self.person(person)?;
            self.run("INSERT INTO aliases VALUES (?1, ?2)", &[alias, person])?;
        }
        Ok(moved)
    }

    fn person(&self, name: &str) -> Sql {
        self.run("INSERT OR IGNORE INTO people VALUES (?1)", &[&name])
    }
}

/// The statement that inserts the people of some entries.
fn people_of(which: &str) -> String {
    // With min(), the other columns come from the row that has the minimum.
    format!(
        "INSERT INTO entry_people
         SELECT s.entry, p.person, s.item, min(s.position)
         FROM spellings s JOIN spelling_people p ON p.item = s.item AND p.mention = 0
         WHERE {which} AND s.mention = 0 GROUP BY s.entry, p.person"
    )
}

/// The statement that sets the people of the dates mentioned in some entries.
fn people_of_dates(which: &str) -> String {
    format!(
        "UPDATE entry_date_people SET person = (SELECT person FROM spelling_people p
             WHERE p.item = entry_date_people.item AND p.mention = 1)
         WHERE {which}"
    )
}

fn spelling(row: &rusqlite::Row<'_>) -> Sql<Spelling> {
    Ok(Spelling {
        item: row.get(0)?,
        name: row.get(1)?,
        full: row.get(2)?,
        alias: row.get(3)?,
        mention: row.get(4)?,
        gone: row.get(5)?,
    })
}
