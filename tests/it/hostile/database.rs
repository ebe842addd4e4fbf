//! The database's file.

use std::fs;

use rusqlite::Connection;

use super::{DATABASE, laptop};
use crate::dice::Dice;
use crate::sandbox::{Machine, Sandbox};

#[test]
fn tables_that_somebody_changed_are_made_anew() {
    for (what, sql, says) in [
        ("a table of theirs", "CREATE TABLE mine (a)", ""),
        ("a view of theirs", "CREATE VIEW mine AS SELECT 1", ""),
        (
            "a trigger",
            "CREATE TRIGGER t AFTER INSERT ON entries BEGIN DELETE FROM entry_people; END",
            "made anew",
        ),
        ("no such table", "DROP TABLE entry_people", "made anew"),
        (
            "other columns",
            "DROP TABLE entry_tags; CREATE TABLE entry_tags (a)",
            "made anew",
        ),
        (
            "a view in its place",
            "DROP TABLE entry_people; CREATE VIEW entry_people AS SELECT 1",
            "made anew",
        ),
        (
            "an index of theirs on a table of theirs",
            "CREATE TABLE mine (a); CREATE INDEX i ON mine (a)",
            "",
        ),
        (
            "an index of theirs",
            "CREATE INDEX i ON entry_tags (hex(zeroblob(400000000)))",
            "made anew",
        ),
        (
            "an index that refuses rows",
            "CREATE UNIQUE INDEX i ON entry_people ((1)) WHERE entry = ''",
            "made anew",
        ),
        (
            "a table that refuses rows",
            "CREATE TABLE mine (a REFERENCES people (name));
             INSERT INTO mine VALUES ('Nobody')",
            "",
        ),
        ("another version", "PRAGMA user_version = 99", "made anew"),
        ("another program", "PRAGMA application_id = 7", "kept as"),
    ] {
        let sandbox = Sandbox::new();
        let laptop = laptop(&sandbox);
        laptop.metadb(["show", "2024-11-01"]).ok();
        let database = Connection::open(laptop.path(DATABASE)).unwrap();
        database
            .execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}"))
            .unwrap();
        drop(database);
        laptop.write_entry("2024-11-02", "people: [Charlie]\n", "Rain.\n");
        let run = laptop.metadb(["show", "2024-11-02"]).ok().says("Charlie");
        assert_eq!(run.stderr.contains("anew"), !says.is_empty(), "{what}");
        run.warns(says);
        laptop
            .metadb(["show", "2024-11-01"])
            .ok()
            .says("Alice, Bob");
    }
}

/// A listing and `doctor` see it although no file changed, which is when a refresh writes.
#[test]
fn tables_that_are_not_ours_are_seen_where_nothing_else_changed() {
    for sql in [
        "DROP TABLE kept_out",
        "DROP INDEX sync_states_conflict",
        "DROP TABLE kept_out; CREATE VIEW kept_out AS
         WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)
         SELECT '2024-11-01' AS entry, 'entry_people' AS table_name, n AS item FROM r",
        "ALTER TABLE kept_out ADD COLUMN mine INTEGER",
        "CREATE INDEX mine ON kept_out (item)",
    ] {
        let sandbox = Sandbox::new();
        let laptop = laptop(&sandbox);
        laptop.metadb(["sync", "conflicts"]).ok();
        let database = Connection::open(laptop.path(DATABASE)).unwrap();
        database
            .execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}"))
            .unwrap();
        drop(database);
        laptop.palimpsest(["doctor"]).exits(1).says(DATABASE);
        laptop
            .metadb(["sync", "conflicts"])
            .ok()
            .warns("damaged; made anew");
        laptop.palimpsest(["doctor"]).ok();
    }
}

/// Puts rows into a machine's database that nobody's files say.
fn forge(machine: &Machine<'_>) {
    let database = Connection::open(machine.path(DATABASE)).unwrap();
    database
        .execute_batch(
            "PRAGMA foreign_keys = OFF; INSERT INTO people VALUES ('Mallory');
             UPDATE entry_people SET person = 'Mallory', item = 'Mallory' WHERE person = 'Bob';
             INSERT INTO tags VALUES ('forged');
             INSERT INTO sync_states (entry, source, counter, resolved, conflict, pending)
             VALUES ('1997-01-01', 'yaml', 2, 0, 1, 0);",
        )
        .unwrap();
}

/// Commits and pushes a machine's database.
fn push_database(machine: &Machine<'_>) {
    for args in [
        vec!["add", "-f", DATABASE],
        vec!["commit", "-qm", "The database"],
        vec!["push", "-q"],
    ] {
        machine.run_with(&[("PALIMPSEST", "0")], "git", args).ok();
    }
}

/// Whatever is run first.
const FIRST: [&[&str]; 5] = [
    &["metadb", "show", "2024-11-01"],
    &["metadb", "sync", "conflicts"],
    &["doctor", "--fix"],
    &["init"],
    &["yaml2sql", "sync", "--dry-run", "journal/md"],
];

/// The mark of its work tree went out with the commit.
#[test]
fn rows_that_others_put_into_a_database_that_was_committed_here_are_not_believed() {
    for (how, environment) in [("with hooks", "1"), ("without hooks", "0")] {
        // The hooks come before all of them.
        let first = if environment == "1" {
            &FIRST[..1]
        } else {
            &FIRST
        };
        for first in first {
            let sandbox = Sandbox::new();
            let laptop = laptop(&sandbox);
            laptop.metadb(["sync", "status"]).ok();
            push_database(&laptop);
            let mallory = sandbox.machine("mallory");
            forge(&mallory);
            // So that git writes the file otherwise than it has it, and reads it otherwise.
            let database = Connection::open(mallory.path(DATABASE)).unwrap();
            let id = "$Id: 0123456789012345678901234567890123456789 $";
            let mine = format!("CREATE TABLE mine (a); INSERT INTO mine VALUES ('{id}')");
            database.execute_batch(&mine).unwrap();
            drop(database);
            mallory.write(".gitattributes", format!("/{DATABASE} ident\n"));
            mallory.git(["add", ".gitattributes"]).ok();
            push_database(&mallory);
            let pull = ["pull", "-q"];
            let variables = [("PALIMPSEST", environment)];
            laptop.run_with(&variables, "git", pull).ok();
            if environment == "1" {
                // As `doctor` says: then the file is nobody's but this machine's.
                laptop.git(["rm", "-q", "--cached", DATABASE]).ok();
                laptop.commit("Without the database").ok();
            }
            laptop.palimpsest(*first);
            for _ in 0..2 {
                let run = laptop.metadb(["show", "2024-11-01"]).ok();
                assert!(run.stdout.contains("Alice, Bob"), "{how} {first:?}: {run}");
                laptop
                    .metadb(["sync", "conflicts"])
                    .ok()
                    .never_mentions("1997");
            }
        }
    }
}

#[test]
fn rows_of_a_database_that_was_committed_are_not_believed() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.metadb(["sync", "status"]).ok();
    forge(&laptop);
    push_database(&laptop);
    for first in FIRST {
        let clone = sandbox.machine(&format!("clone {}", first.join(" ").replace('/', " ")));
        clone.palimpsest(first);
        clone
            .metadb(["show", "2024-11-01"])
            .ok()
            .says("Alice, Bob")
            .never_mentions("Mallory");
        clone
            .metadb(["sync", "conflicts"])
            .ok()
            .never_mentions("1997");
    }
}

/// A row of theirs refers to one that goes.
#[test]
fn a_row_that_is_refused_makes_the_database_anew() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.metadb(["show", "2024-11-01"]).ok();
    let database = Connection::open(laptop.path(DATABASE)).unwrap();
    database
        .execute_batch(
            "CREATE TABLE mine (a REFERENCES entries); INSERT INTO mine VALUES ('2024-11-01')",
        )
        .unwrap();
    drop(database);
    laptop.edit_entry("2024-11-01", "Bob", "Dora");
    laptop
        .metadb(["show", "2024-11-01"])
        .ok()
        .says("Alice, Dora");
    laptop.remove(super::ENTRY);
    laptop.metadb(["sync", "status"]).ok();
}

#[test]
fn bytes_by_dice_are_an_answer_or_a_database_made_anew() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let mut dice = Dice(7);
    for round in 0..25 {
        laptop.metadb(["show", "2024-11-01"]).ok();
        let mut bytes = fs::read(laptop.path(DATABASE)).unwrap();
        let first = if round % 2 == 0 { 0 } else { 100 };
        for _ in 0..300 {
            let span = u64::try_from(bytes.len() - first).unwrap();
            let at = first + usize::try_from(dice.roll(span)).unwrap();
            bytes[at] = u8::try_from(dice.roll(256)).unwrap();
        }
        bytes.truncate(match round % 5 {
            0 => 1000,
            1 => 5000,
            _ => bytes.len(),
        });
        laptop.write(DATABASE, bytes);
        laptop.write_entry("2024-11-02", "", &format!("Rain {round}.\n"));
        let run = laptop.metadb(["show", "2024-11-01", "--full"]);
        assert!(!run.output().contains("panicked"), "{run}");
        laptop.palimpsest(["reindex"]).ok();
        laptop
            .metadb(["show", "2024-11-01"])
            .ok()
            .says("Alice, Bob");
    }
}
