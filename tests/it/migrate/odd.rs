//! Databases of other forms, damaged ones, and ones that somebody is writing.

use std::fs;
use std::time::Instant;

use super::original::{DATABASE, Old};
use super::{backup, everything, of_the_original};
use crate::hostile::journal_that_names;
use crate::sandbox::Sandbox;

#[test]
fn columns_of_other_names_are_found_and_unknown_ones_named() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    for date in ["2024-11-01", "2024-11-02"] {
        laptop.write_entry(date, "people: [Alice]", "Text.\n");
    }
    fs::create_dir_all(laptop.path("data")).unwrap();
    let old = Old::open(&laptop, DATABASE);
    old.run(
        "CREATE TABLE entries (id INTEGER PRIMARY KEY, date TEXT);
         INSERT INTO entries VALUES (1, '2024-11-01 00:00:00.000000'), (2, '2024-11-02'),
             (3, 'some day');
         CREATE TABLE people (id INTEGER PRIMARY KEY, full_name TEXT);
         INSERT INTO people VALUES (1, 'Orla Pennyfold');
         CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT);
         INSERT INTO tags VALUES (1, 'ferry \u{1b}[31m');
         CREATE TABLE events (id INTEGER PRIMARY KEY, title TEXT, notes TEXT);
         INSERT INTO events VALUES (1, 'Regatta', 'Ask who won.');
         CREATE TABLE mentioned_dates (id INTEGER PRIMARY KEY, date TEXT);
         INSERT INTO mentioned_dates VALUES (1, '2030-01-02');
         CREATE TABLE towns (id INTEGER PRIMARY KEY, city TEXT);
         INSERT INTO towns VALUES (1, 'Wrenhaven');
         CREATE TABLE entry_cities (
             entry_id INTEGER REFERENCES entries, city_id INTEGER REFERENCES towns
         );
         CREATE TABLE \"association_tombstones\" (
             table_name TEXT, left_id INTEGER, right_id INTEGER, removed_at TEXT, \"mood \"\"x\"\"\" TEXT
         );
         INSERT INTO association_tombstones (table_name, left_id, right_id, removed_at) VALUES
             ('entry_people', 1, 1, '2024-11-05T10:00:00+02:00'),
             ('entry_tags', 1, 1, '2024-11-05 10:00:00'),
             ('entry_events', 2, 1, '2024-11-05 10:00:00'),
             ('entry_dates', 2, 1, '2024-11-05 10:00:00'),
             ('entry_cities', 2, 1, '2024-11-05 10:00:00'),
             ('entry_related_entries', 2, 1, '2024-11-05 10:00:00'),
             ('entry_people', 9, 1, '2024-11-05 10:00:00'),
             ('entry_people', 1, 9, '2024-11-05 10:00:00'),
             ('event_people', 1, 1, '2024-11-05 10:00:00'),
             (NULL, NULL, NULL, NULL)",
    );
    drop(old);
    let run = laptop
        .palimpsest(["init"])
        .ok()
        .says("6 tombstones taken over")
        .says("a note on something that is no entry: its text is in the report:\n    events: Regatta\n")
        .says("    association_tombstones: `event_people` 1, 1 of 2024-11-05 10:00:00: no association")
        .silent_about("\u{1b}");
    let page = run
        .stdout
        .lines()
        .find_map(|l| l.split_once("with the texts: "))
        .unwrap()
        .1;
    let page = laptop.read(page);
    for said in [
        "Ask who won.",
        "- entries: number 3 has the date `some day`, which is none\n",
        "- association_tombstones: `entry_people` 9, 1 of 2024-11-05 10:00:00: there is no such entry any more\n",
        "- association_tombstones: a person of 2024-11-01 (number 9): its name is not there any more\n",
        "- association_tombstones: the column `mood \"x\"` is not known here\n",
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
    let ledger = laptop.read("data/ledger/2024.jsonl");
    for said in [
        r#""table":"entry_people","item":"Orla Pennyfold""#,
        r#""at":"2024-11-05T08:00:00Z""#,
        r#""table":"entry_events","item":"Regatta""#,
        r#""table":"entry_dates","item":"2030-01-02""#,
        r#""table":"entry_cities","item":"Wrenhaven""#,
        r#""table":"entry_related","item":"2024-11-01""#,
    ] {
        assert!(ledger.contains(said), "{said}\n{ledger}");
    }
    assert!(!ledger.contains("permanent"), "no column says so");
}

#[test]
fn without_any_of_the_other_tables_there_is_nothing_to_take_over() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry("2024-11-01", "people: [Alice]", "Text.\n");
    fs::create_dir_all(laptop.path("data")).unwrap();
    let old = Old::open(&laptop, DATABASE);
    old.run("CREATE TABLE entries (id INTEGER); CREATE TABLE entry_people (a INTEGER)");
    drop(old);
    laptop
        .palimpsest(["init"])
        .ok()
        .says("a database of the original program")
        .silent_about("taken over");
    laptop.metadb(["show", "2024-11-01"]).ok().says("Alice");
    assert!(!laptop.exists("data/ledger/2024.jsonl"));
}

#[test]
fn a_note_with_headings_is_read_back_and_others_stay_in_the_report() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    laptop.write_entry("2024-11-04", "people: [", "Broken.\n");
    laptop.write_entry("2024-11-05", "", "Text.\n");
    old.run(
        "UPDATE entries SET notes = '## Plan' || char(13, 10) || 'one' || char(10) WHERE id = 1;
         UPDATE entries SET notes = 'Another text.' WHERE id = 2;
         UPDATE entries SET notes = 'On a deleted day.', deleted_at = '2024-11-24' WHERE id = 3;
         INSERT INTO entries (id, date) VALUES (4, '2024-11-04'), (6, '2024-11-06');
         INSERT INTO entries (id, date, deleted_at) VALUES (5, '2024-11-05', '2024-11-24'),
             (7, '2024-11-07', '2024-11-24')",
    );
    old.tombstone("entry_people", 4, 2, "2024-11-20 09:00:00");
    drop(old);
    let run = laptop
        .palimpsest(["init"])
        .ok()
        .says("removed from an entry that cannot be read; mend it, then `palimpsest init --original backups/")
        .says("2024-11-04 person Bob\n")
        .says("its text is in the report:\n    2024-11-02\n    2024-11-03\n")
        .says("and a file is here: it stays:\n    2024-11-05\n")
        .says("its text is nowhere:\n    2024-11-07\n")
        .says("has no file here, on this branch:\n    2024-11-06\n");
    let page = laptop.read("wiki/entries/2024/2024-11-01.md");
    assert_eq!(page, "# Notes\n\n## Plan\none\n");
    laptop
        .metadb(["show", "2024-11-01", "--full"])
        .ok()
        .says("## Plan");
    let report = run
        .stdout
        .lines()
        .find_map(|l| l.split_once("with the texts: "))
        .unwrap()
        .1;
    let report = laptop.read(report);
    assert!(
        report.contains("## The note on 2024-11-02\n\nAnother text.\n"),
        "{report}"
    );
    assert!(
        report.contains("## The note on 2024-11-03\n\nOn a deleted day.\n"),
        "{report}"
    );
    // Mended, what it said counts after all.
    laptop.write_entry("2024-11-04", "people: [Alice]", "Mended.\n");
    let backup = backup(&laptop);
    laptop
        .palimpsest(["init", "--original", &backup])
        .ok()
        .says("2 tombstones taken over into data/ledger/2024.jsonl");
}

#[test]
fn an_entry_that_the_work_tree_leaves_out_is_looked_at_in_git() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.tombstone("entry_people", 1, 2, "2024-11-23 14:30:00");
    old.tombstone("entry_people", 2, 2, "2024-11-23 14:30:00");
    old.run("UPDATE entries SET notes = 'Kept here.' WHERE id = 2");
    drop(old);
    laptop
        .git(["sparse-checkout", "set", "--no-cone", "/data/"])
        .ok();
    assert!(!laptop.exists("journal"));
    fs::create_dir_all(laptop.path("journal/md")).unwrap();
    laptop
        .palimpsest(["init"])
        .ok()
        .says("2 tombstones taken over")
        .says("2024-11-02 person Bob\n")
        .silent_about("note written")
        .silent_about("has no file here");
}

#[test]
fn what_stands_in_the_log_alone_is_taken_over() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.run("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
    old.tombstone("entry_people", 1, 2, "2024-11-23 14:30:00");
    assert!(
        fs::metadata(laptop.path("data/palimpsest.db-wal"))
            .unwrap()
            .len()
            > 0
    );
    // A program that has it open and does nothing is no reason to stop.
    laptop
        .palimpsest(["init"])
        .ok()
        .says("2 tombstones taken over");
    drop(old);
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
    assert!(!laptop.exists("data/palimpsest.db-wal"));
    assert!(!laptop.exists(&format!("{}-wal", backup(&laptop))));
}

#[test]
fn a_program_that_is_writing_is_waited_for_and_named() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    // Read before: closing a file gives up the locks that the process has on it.
    let bytes = fs::read(laptop.path(DATABASE)).unwrap();
    old.run("BEGIN IMMEDIATE; UPDATE entries SET notes = 'Not done yet.' WHERE id = 1");
    let began = Instant::now();
    laptop
        .palimpsest(["init"])
        .exits(1)
        .warns("data/palimpsest.db: locked by ")
        .warns("wait until it is done, or end it, and run the command again");
    assert!(began.elapsed().as_secs() < 20);
    laptop.git(["ls-files", "--error-unmatch", DATABASE]).ok();
    old.run("ROLLBACK");
    assert_eq!(fs::read(laptop.path(DATABASE)).unwrap(), bytes);
    old.run("UPDATE entries SET notes = 'Done.' WHERE id = 1");
    drop(old);
    laptop.palimpsest(["init"]).ok();
    let page = laptop.read("wiki/entries/2024/2024-11-01.md");
    assert_eq!(page, "### Notes\n\nDone.\n");
}

#[test]
fn a_damaged_database_is_kept_to_the_byte_and_read_as_far_as_it_goes() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.tombstone("entry_people", 1, 2, "2024-11-23 14:30:00");
    // Many pages of notes, one of which breaks.
    old.run(
        "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 900)
         INSERT INTO events (id, event, notes) SELECT i, 'e' || i, hex(zeroblob(300)) FROM n",
    );
    drop(old);
    let mut bytes = fs::read(laptop.path(DATABASE)).unwrap();
    let middle = bytes.len() * 3 / 4 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xA5);
    fs::write(laptop.path(DATABASE), &bytes).unwrap();
    laptop
        .palimpsest(["init", "--dry-run"])
        .ok()
        .warns("data/palimpsest.db: damaged");
    laptop
        .palimpsest(["init"])
        .ok()
        .warns("data/palimpsest.db: damaged")
        .says("-damaged.db")
        .says("2 tombstones taken over")
        .says("events: row ");
    let kept = backup(&laptop);
    assert_eq!(fs::read(laptop.path(&kept)).unwrap(), bytes);
    laptop.metadb(["show", "2024-11-01"]).ok().says("Alice");
    laptop.git(["ls-files", DATABASE]).ok().is("");
}

#[test]
fn one_that_says_nothing_at_all_is_kept_and_the_rest_goes_on() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    drop(old);
    let mut bytes = fs::read(laptop.path(DATABASE)).unwrap();
    bytes[20..].fill(0x5A);
    fs::write(laptop.path(DATABASE), &bytes).unwrap();
    let said = "data/palimpsest.db: damaged (not a database that can be read); nothing of it can \
                be taken over";
    laptop.palimpsest(["init", "--dry-run"]).ok().warns(said);
    laptop
        .palimpsest(["init"])
        .ok()
        .warns(said)
        .says("it is out of git with the next commit");
    assert_eq!(fs::read(laptop.path(&backup(&laptop))).unwrap(), bytes);
    laptop.metadb(["show", "2024-11-01"]).ok().says("Alice");
}

#[test]
fn a_file_that_is_no_original_is_refused_by_name() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    drop(old);
    laptop.palimpsest(["init"]).ok();
    let before = everything(&laptop.path("data"));
    for (file, said) in [
        (
            "README.md",
            "README.md: no database of the original program",
        ),
        ("missing.db", "missing.db: No such file"),
        (
            DATABASE,
            "data/palimpsest.db: no database of the original program",
        ),
    ] {
        laptop.write("README.md", "words\n".repeat(200));
        laptop
            .palimpsest(["init", "--original", file])
            .exits(1)
            .warns(said);
    }
    assert_eq!(everything(&laptop.path("data")), before);
}

/// A page that git ignores is no page of the journal's, and somebody's all the same.
#[test]
fn a_page_that_git_ignores_is_not_written_over() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.run("UPDATE entries SET notes = 'The database says more.' WHERE id = 1");
    drop(old);
    laptop.git(["rm", "-rq", "--cached", "wiki"]).ok();
    laptop.write(".gitignore", "wiki/\n");
    laptop.commit("Notes stay here");
    let page = "wiki/entries/2024/2024-11-01.md";
    laptop.write(page, "### Notes\n\nTen pages of mine.\n");
    for args in [&["init", "--dry-run"][..], &["init"]] {
        laptop
            .palimpsest(args)
            .ok()
            .says("its text is in the report:\n    2024-11-01\n");
        assert_eq!(laptop.read(page), "### Notes\n\nTen pages of mine.\n");
    }
}

/// It came with the repository and could lead anywhere.
#[test]
fn a_tracked_link_is_not_followed_for_the_backup() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    drop(old);
    let outside = sandbox.root().join("outside");
    fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink("../outside", laptop.path("backups")).unwrap();
    laptop.commit("A link");
    laptop
        .palimpsest(["init"])
        .exits(1)
        .warns("backups: a symbolic link");
    assert!(everything(&outside).is_empty());
    assert!(laptop.exists(DATABASE));
}

#[test]
fn there_has_to_be_a_journal_to_take_it_over_into() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    drop(old);
    let other = sandbox.repository("other");
    let file = laptop.path(DATABASE);
    other
        .palimpsest(["init", "--original", file.to_str().unwrap()])
        .exits(1)
        .warns("no journal here to take it over into");
    assert!(!other.exists(".gitattributes"));
}

/// The journal beside it is no journal of the original's, which has one database.
#[test]
fn a_journal_that_names_another_file_is_not_played_back() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    drop(old);
    let file = sandbox.root().join("precious.txt");
    fs::write(&file, "Mine.\n").unwrap();
    let journal = "data/palimpsest.db-journal";
    laptop.write(journal, journal_that_names(&file));
    let bytes = fs::read(laptop.path(DATABASE)).unwrap();
    for args in [
        vec!["init"],
        vec!["init", "--dry-run"],
        vec!["init", "--original", DATABASE],
        vec!["doctor"],
        vec!["metadb", "show", "2024-11-01"],
    ] {
        let run = laptop.palimpsest(&args).exits(1);
        assert!(file.exists(), "deleted by {args:?}\n{run}");
        assert_eq!(fs::read(laptop.path(DATABASE)).unwrap(), bytes, "{args:?}");
    }
    laptop
        .palimpsest(["init"])
        .exits(1)
        .warns("palimpsest.db-journal: no journal of this database's");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("mend: mv data/palimpsest.db-journal data/palimpsest.db-journal.aside-1, and look");
    laptop.remove(journal);
    laptop.palimpsest(["init"]).ok();
}
