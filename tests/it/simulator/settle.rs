//! The end of a history: all machines meet, and say the same.

use std::collections::{BTreeMap, BTreeSet};

use super::edit::POOLS;
use super::model::{Item, date_of, path_of};
use super::op::below;
use super::page::TABLES;
use super::world::{Outcome, World, fail};
use crate::dice::Dice;

type Dump = BTreeMap<String, BTreeSet<String>>;

impl World<'_> {
    /// Lets all machines pull and push until they have the same, and looks at them.
    pub fn settle(&mut self) -> Outcome {
        let mut dice = Dice(7);
        for at in 0..self.desks.len() {
            self.commit_rest(at)?;
            self.commit_what_is_noted(at)?;
            if self.desks[at].sparse {
                self.git(at, &["sparse-checkout", "disable"])?;
                self.desks[at].sparse = false;
            }
        }
        // Somebody who gives up a merge now and then takes more rounds.
        for _ in 0..12 {
            for at in 0..self.desks.len() {
                self.share(at, false, &mut dice)?;
            }
            let heads: BTreeSet<_> = (0..self.desks.len()).map(|at| self.head(at)).collect();
            if heads.len() == 1 && self.is_in_order(0) {
                return self.agree(&mut dice);
            }
        }
        fail("the machines never agree", "after 12 rounds")
    }

    /// All indexes are equal, and so one of them is made anew for all.
    fn agree(&mut self, dice: &mut Dice) -> Outcome {
        let with_hooks = self.desks.iter().filter(|desk| desk.hooks).count();
        let anew = below(dice, with_hooks);
        let mut first: Option<(String, Dump)> = None;
        for at in 0..self.desks.len() {
            self.clean(at)?;
            if !self.desks[at].hooks {
                continue;
            }
            let run = self.run(at, "palimpsest", &["doctor"], &[0])?;
            if !run.stdout.contains("everything is in order") {
                return fail("doctor finds something", run);
            }
            let name = self.desks[at].name.clone();
            let there = self.index(at)?;
            if at == anew {
                self.is_index_of_nothing_before(at, &there)?;
            }
            match &first {
                Some((other, index)) => differs("two indexes differ", other, index, &name, &there)?,
                None => first = Some((name, there)),
            }
            self.clean(at)?;
        }
        self.items()?;
        self.columns()?;
        self.listed()?;
        self.permanent()?;
        let node = self.model.node(self.head(0));
        let entries = node.files.keys().filter(|p| p.starts_with("journal/"));
        let (foggy, known): (Vec<_>, Vec<_>) =
            entries.partition(|p| node.fog.contains(&date_of(p)));
        let (foggy, known) = (foggy.len(), known.len());
        self.model.counts.entries += foggy + known;
        self.model.counts.foggy += foggy;
        Ok(())
    }

    /// An index that is made anew, without what is noted to save time, has the same rows.
    fn is_index_of_nothing_before(&self, at: usize, there: &Dump) -> Outcome {
        let notes = [".git/palimpsest/history", ".git/palimpsest/recorded"];
        let files = ["-f", "data/palimpsest.db", notes[0], notes[1]];
        self.run(at, "rm", &files, &[0])?;
        let anew = self.index(at)?;
        let name = &self.desks[at].name;
        differs("the index made anew differs", name, there, "anew", &anew)
    }

    /// The removals that never expire are those that somebody said so of.
    fn permanent(&self) -> Outcome {
        let run = self.run(0, "metadb", &["tombstone", "list", "--json"], &[0])?;
        let all: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let node = self.model.node(self.head(0));
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let never =
            |row: &&serde_json::Value| row["expires"] == "never" && row["state"] == "active";
        let field = |table: &str| {
            TABLES
                .iter()
                .find(|(_, t)| *t == table)
                .unwrap()
                .0
                .to_owned()
        };
        let found = all.as_array().unwrap().iter().filter(never).map(|row| {
            let item = [&row["entry"], &row["table"], &row["item"]].map(text);
            let [entry, table, item] = item;
            (entry, field(&table), item)
        });
        let known =
            |item: &Item| !node.fog.contains(&item.0) && !node.perhaps_permanent.contains(item);
        let found: BTreeSet<Item> = found.filter(known).collect();
        let active = |(item, id): &&(Item, String)| {
            node.rows.get(item).and_then(|r| r.get(id)) == Some(&true)
        };
        let wanted = node.permanent.iter().filter(active).map(|(i, _)| i.clone());
        let wanted: BTreeSet<Item> = wanted.filter(known).collect();
        if found != wanted {
            return fail(
                "other removals never expire",
                format!("found: {found:?}\nwanted: {wanted:?}\n{run}"),
            );
        }
        Ok(())
    }

    /// Every row of the index, but for what it knows of files on this disk.
    fn index(&self, at: usize) -> Outcome<Dump> {
        self.run(at, "metadb", &["sync", "status"], &[0])?;
        let path = self.desks[at].machine.path("data/palimpsest.db");
        let database = rusqlite::Connection::open(path).unwrap();
        let names = "SELECT name FROM sqlite_master
            WHERE type = 'table' AND name NOT IN ('files', 'meta')";
        let names: Vec<String> = rows(&database, names)
            .into_iter()
            .map(|r| r[0].clone())
            .collect();
        let all = names.into_iter().map(|name| {
            let rows = rows(&database, &format!("SELECT * FROM {name}"));
            (name, rows.into_iter().map(|r| r.join(" | ")).collect())
        });
        Ok(all.collect())
    }

    /// The index has each item that the model has, and no other.
    fn items(&self) -> Outcome {
        let desk = &self.desks[0];
        let database = rusqlite::Connection::open(desk.machine.path("data/palimpsest.db")).unwrap();
        let node = self.model.node(self.head(0));
        for (field, _) in POOLS {
            let table = TABLES.iter().find(|(f, _)| *f == field).unwrap().1;
            let column = match field {
                "people" => "person",
                "tags" => "tag",
                "events" => "event",
                "city" => "city",
                "themes" => "theme",
                "locations" => "location",
                _ => "related",
            };
            let sql = format!(
                "SELECT entry, {column} FROM {table} JOIN entries USING (entry) WHERE deleted_at IS NULL"
            );
            let there: BTreeSet<Item> = rows(&database, &sql)
                .into_iter()
                .map(|r| (r[0].clone(), field.to_owned(), person(&r[1])))
                .filter(|item| !node.fog.contains(&item.0))
                .collect();
            let mut wanted = BTreeSet::new();
            for (path, (_, file)) in &node.files {
                for (f, item) in file.said.iter().flat_map(|s| &s.names) {
                    let item = (super::model::date_of(path), f.clone(), item.clone());
                    if f == field && !node.fog.contains(&item.0) && !node.is_active(&item) {
                        wanted.insert((item.0, item.1, person(&item.2)));
                    }
                }
            }
            if there != wanted {
                let more: Vec<_> = there.difference(&wanted).collect();
                let less: Vec<_> = wanted.difference(&there).collect();
                return fail(
                    "the index has other items",
                    format!("too many: {more:?}\nmissing: {less:?}"),
                );
            }
        }
        Ok(())
    }

    /// What merges kept out is listed, and nothing else.
    fn listed(&self) -> Outcome {
        let run = self.run(0, "metadb", &["sync", "conflicts", "--json"], &[0])?;
        let all: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let node = self.model.node(self.head(0));
        let mut found: BTreeSet<(String, String, String, String)> = BTreeSet::new();
        for one in all.as_array().unwrap() {
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let (kind, removal) = (text(&one["kind"]), &one["removal"]);
            if kind == "both_edited" {
                let (entry, source) = (text(&one["entry"]), text(&one["state"]["source"]));
                found.insert((kind, entry, source, String::new()));
            } else {
                found.insert((
                    kind,
                    text(&one["entry"]),
                    text(&removal["table"]),
                    text(&removal["item"]),
                ));
            }
        }
        let mut wanted = BTreeSet::new();
        let table = |item: &Item| {
            TABLES
                .iter()
                .find(|(f, _)| *f == item.1)
                .unwrap()
                .1
                .to_owned()
        };
        for item in node
            .rows
            .keys()
            .filter(|i| node.is_active(i) && node.has(i))
        {
            wanted.insert((
                "still_in_file".to_owned(),
                item.0.clone(),
                table(item),
                item.2.clone(),
            ));
        }
        for ((item, id, _), settled) in &node.kept {
            let active = node.rows.get(item).and_then(|r| r.get(id)) == Some(&true);
            let there = node.files.contains_key(&path_of(&item.0));
            if active && !settled && there && !node.has(item) {
                wanted.insert((
                    "kept_out".to_owned(),
                    item.0.clone(),
                    table(item),
                    item.2.clone(),
                ));
            }
        }
        for path in node.states.conflicts() {
            let source = if path.starts_with("wiki/") {
                "wiki"
            } else {
                "yaml"
            };
            wanted.insert((
                "both_edited".to_owned(),
                date_of(&path),
                source.to_owned(),
                String::new(),
            ));
        }
        for set in [&mut found, &mut wanted] {
            set.retain(|(_, entry, source, _)| {
                let note = format!("wiki/entries/{}/{entry}.md", &entry[..4]);
                let path = if source == "wiki" {
                    note
                } else {
                    path_of(entry)
                };
                !node.fog.contains(entry) && node.states.is_known(&path)
            });
        }
        if found != wanted {
            let more: Vec<_> = found.difference(&wanted).collect();
            let less: Vec<_> = wanted.difference(&found).collect();
            return fail(
                "other conflicts are listed",
                format!("too many: {more:?}\nmissing: {less:?}\n{run}"),
            );
        }
        Ok(())
    }
}

/// Whose first name stands alone is the one with a full name, if there is one in the
/// whole journal; this does not ask whether there is.
fn person(name: &str) -> String {
    match name {
        "Ida" => "Ida Moss".to_owned(),
        name => name.to_owned(),
    }
}

pub fn rows(database: &rusqlite::Connection, sql: &str) -> Vec<Vec<String>> {
    let mut statement = database.prepare(sql).unwrap();
    let columns = statement.column_count();
    let text = |value: rusqlite::types::Value| match value {
        rusqlite::types::Value::Text(text) => text,
        other => format!("{other:?}"),
    };
    let rows = statement.query_map([], |row| {
        Ok((0..columns).map(|c| text(row.get_unwrap(c))).collect())
    });
    rows.unwrap().map(Result::unwrap).collect()
}

fn differs(what: &str, one: &str, a: &Dump, other: &str, b: &Dump) -> Outcome {
    if a == b {
        return Ok(());
    }
    let mut lines = Vec::new();
    for (table, rows) in a {
        let none = BTreeSet::new();
        let there = b.get(table).unwrap_or(&none);
        lines.extend(
            rows.difference(there)
                .map(|r| format!("{one} alone: {table} {r}")),
        );
        lines.extend(
            there
                .difference(rows)
                .map(|r| format!("{other} alone: {table} {r}")),
        );
    }
    fail(what, lines.join("\n"))
}
