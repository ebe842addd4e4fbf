//! Coming from the original program: its database, with numeric ids and tracked by
//! git, and what `init` makes of it.

mod again;
mod machines;
mod odd;
mod original;
mod unread;
mod unseen;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use original::{DATABASE, Old};

use crate::sandbox::{Machine, Sandbox};

/// Every file below a folder, by path, with its bytes.
fn everything(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
        } else if !path.is_symlink() {
            let bytes = fs::read(&path).unwrap();
            found.insert(path.display().to_string(), bytes);
        }
    }
    found
}

/// The one backup of an original that a machine has.
#[track_caller]
fn backup(machine: &Machine<'_>) -> String {
    let all = fs::read_dir(machine.path("backups")).unwrap();
    let mut names: Vec<String> = all
        .map(|e| e.unwrap().file_name().into_string().unwrap())
        .filter(|n| n.ends_with(".db"))
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
    format!("backups/{}", names.remove(0))
}

/// A journal as the original left it: entries, one of them deleted, and the
/// database, all committed.
fn of_the_original<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, Old) {
    let laptop = sandbox.machine("laptop");
    laptop.write_entry("2024-11-01", "people: [Alice]", "One.\n");
    laptop.write_entry(
        "2024-11-02",
        "people: [Alice, Bob]\nnotes: Kept here.",
        "Two.\n",
    );
    laptop.write_entry("2024-11-03", "tags: [rain]", "Three.\n");
    laptop.commit("Entries");
    laptop.remove("journal/md/2024/2024-11-03.md");
    laptop.write(
        "wiki/entries/2024/2024-11-02.md",
        "### Notes\n\nThe page's.\n",
    );
    let old = Old::create(&laptop);
    for (id, date) in [(1, "2024-11-01"), (2, "2024-11-02"), (3, "2024-11-03")] {
        old.entry(id, date);
    }
    old.person(1, "Alice", None);
    old.person(2, "Bob", Some("Bob Saltmarsh"));
    old.run("INSERT INTO tags (id, tag) VALUES (1, 'rain')");
    laptop.commit("As the original left it");
    laptop.push();
    (laptop, old)
}

/// A journal whose database alone knows of removals, notes, a deletion and conflicts.
fn with_all_that_only_the_database_knew(sandbox: &Sandbox) -> (Machine<'_>, Old) {
    let (laptop, old) = of_the_original(sandbox);
    old.tombstone("entry_people", 1, 2, "2024-11-23 14:30:00.123456");
    old.tombstone("entry_people", 2, 2, "2024-11-23 14:31:00");
    old.run(
        "UPDATE entries SET notes = 'Look at the tide.' WHERE id = 1;
         UPDATE entries SET notes = 'Kept here.' WHERE id = 2;
         UPDATE entries SET deleted_at = '2024-11-24 08:00:00', deleted_by = 'laptop',
             deletion_reason = 'not a day' WHERE id = 3;
         INSERT INTO association_tombstones (table_name, left_id, right_id, removed_at, removed_by)
             VALUES ('entry_tags', 1, 1, '2024-11-20 10:00:00', 'desktop');
         INSERT INTO sync_states
             (entity_type, entity_id, last_synced_at, sync_source, sync_hash, machine_id,
              conflict_detected, conflict_resolved)
             VALUES ('Entry', 2, '2024-11-23 14:30:00', 'yaml', 'abc123', 'laptop', 1, 0),
                    ('Entry', 1, '2024-11-23 14:30:00', 'yaml', 'abc124', 'laptop', 1, 1)",
    );
    laptop.commit("The database, once more");
    (laptop, old)
}

#[test]
fn what_only_the_database_knew_is_taken_over() {
    let sandbox = Sandbox::new();
    let (laptop, old) = with_all_that_only_the_database_knew(&sandbox);
    let before = old.dump();
    drop(old);
    let run = laptop.palimpsest(["init"]).ok();
    run.says("data/palimpsest.db: a database of the original program")
        .says("it is out of git with the next commit")
        .says("3 tombstones taken over into data/ledger/2024.jsonl")
        .says("1 deletion taken over")
        .says("note written: wiki/entries/2024/2024-11-01.md")
        .says("removed in the original, and in the file: it stays there:\n    2024-11-02 person Bob\n")
        .says("2024-11-02 (yaml, synced on laptop at 2024-11-23T14:30:00Z, hash abc123)")
        .silent_about("abc124")
        .silent_about("git rm --cached");
    let ledger = laptop.read("data/ledger/2024.jsonl");
    let gone = laptop.oid("HEAD~2:journal/md/2024/2024-11-03.md");
    let lines: Vec<String> = ledger.lines().map(without_id).collect();
    assert_eq!(
        lines,
        [
            r#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people","item":"Bob","state":"active","at":"2024-11-23T14:30:00Z","by":"laptop","source":"yaml"}"#.to_owned(),
            r#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people","item":"Bob Saltmarsh","state":"active","at":"2024-11-23T14:30:00Z","by":"laptop","source":"yaml"}"#.to_owned(),
            r#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_tags","item":"rain","state":"active","at":"2024-11-20T10:00:00Z","by":"desktop","source":"migration","permanent":true}"#.to_owned(),
            format!(r#"{{"v":1,"kind":"deletion","entry":"2024-11-03","state":"active","at":"2024-11-24T08:00:00Z","by":"laptop","reason":"not a day","path":"journal/md/2024/2024-11-03.md","blob":"{gone}"}}"#),
        ]
    );
    let page = laptop.read("wiki/entries/2024/2024-11-01.md");
    assert_eq!(page, "### Notes\n\nLook at the tide.\n");
    let page = laptop.read("wiki/entries/2024/2024-11-02.md");
    assert_eq!(
        page, "### Notes\n\nThe page's.\n",
        "no page that is there changes"
    );
    assert_eq!(Old::open(&laptop, &backup(&laptop)).dump(), before);
    // What git is to hear of is the removal from the index alone.
    let status = laptop.git(["status", "--porcelain"]).ok().stdout;
    assert!(status.contains("D  data/palimpsest.db\n"), "{status}");
    assert!(!status.contains("backups"), "{status}");
}

#[test]
fn the_command_that_a_migration_ends_with_leaves_nothing_behind() {
    let sandbox = Sandbox::new();
    let (laptop, old) = with_all_that_only_the_database_knew(&sandbox);
    drop(old);
    let run = laptop.palimpsest(["init"]).ok();
    let ledger = laptop.read("data/ledger/2024.jsonl");
    let command = run
        .stdout
        .lines()
        .last()
        .unwrap()
        .split_once(": git add ")
        .unwrap()
        .1;
    assert_eq!(
        command,
        ".gitattributes .gitignore data/ledger/2024.jsonl palimpsest.toml \
         wiki/entries/2024/2024-11-01.md && git commit -m 'Use Palimpsest'"
    );
    laptop
        .run_with(&[], "sh", ["-c", &format!("git add {command}")])
        .ok();
    laptop.assert_clean();
    laptop
        .git(["ls-files", "data"])
        .ok()
        .is("data/ledger/2024.jsonl");
    assert!(
        laptop
            .read("data/ledger/2024.jsonl")
            .starts_with(&ledger[..ledger.len() / 2])
    );
    laptop
        .metadb(["tombstone", "list"])
        .ok()
        .says("Bob Saltmarsh")
        .says("rain");
    laptop
        .metadb(["show", "2024-11-01", "--full"])
        .ok()
        .says("Look at the tide.");
    laptop.metadb(["show", "2024-11-03"]).ok().says("not a day");
    laptop.metadb(["restore", "Entry", "2024-11-03"]).ok();
    assert!(laptop.read_entry("2024-11-03").contains("Three."));
    laptop.commit("Back again");
    laptop.palimpsest(["doctor"]).ok();
}

/// Neither from the files, nor from the backup.
#[test]
fn a_second_migration_takes_nothing_over() {
    let sandbox = Sandbox::new();
    let (laptop, old) = with_all_that_only_the_database_knew(&sandbox);
    drop(old);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.metadb(["restore", "Entry", "2024-11-03"]).ok();
    laptop.commit("Back again");
    let ledger = laptop.read("data/ledger/2024.jsonl");
    laptop
        .palimpsest(["init"])
        .ok()
        .silent_about("original")
        .says("nothing to commit");
    laptop
        .palimpsest(["init", "--original", &backup(&laptop)])
        .ok()
        .silent_about("taken over")
        .says("rows of the ledger said the same already")
        .says("deleted in the original, and a file is here: it stays:\n    2024-11-03\n");
    assert_eq!(laptop.read("data/ledger/2024.jsonl"), ledger);
}

fn without_id(line: &str) -> String {
    let (before, rest) = line.split_once(r#""id":""#).unwrap();
    let (id, rest) = rest.split_once("\",").unwrap();
    assert_eq!(id.len(), 16, "{line}");
    format!("{before}{rest}")
}

#[test]
fn what_was_taken_over_stays_removed() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.tombstone("entry_people", 1, 2, "2024-11-23 14:30:00");
    drop(old);
    let desktop = sandbox.machine("desktop");
    laptop.palimpsest(["init"]).ok();
    laptop.edit_entry("2024-11-01", "[Alice]", "[Alice, Dora]");
    laptop.commit("Use Palimpsest");
    laptop.push();
    // A stale file on the other machine has him still.
    desktop.palimpsest(["init"]).ok();
    desktop.edit_entry("2024-11-01", "[Alice]", "[Alice, Bob]");
    desktop.commit("Use Palimpsest, and an old file");
    desktop.pull();
    assert!(
        desktop
            .read_entry("2024-11-01")
            .contains("people: [Alice, Dora]\n")
    );
    desktop
        .metadb(["sync", "conflicts"])
        .ok()
        .says("kept out")
        .says("Bob");
    desktop.assert_clean();
}

#[test]
fn a_dry_run_says_it_all_and_changes_nothing() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.run("PRAGMA journal_mode = WAL");
    old.tombstone("entry_people", 1, 2, "2024-11-23 14:30:00");
    old.run("UPDATE entries SET notes = 'Look at the tide.' WHERE id = 1");
    let before = everything(laptop.dir());
    laptop
        .palimpsest(["init", "--dry-run"])
        .ok()
        .says("data/palimpsest.db: a database of the original program")
        .says("it would be kept in backups/")
        .says("it would be out of git")
        .says("2 tombstones would be taken over into data/ledger/2024.jsonl")
        .says("note would be written: wiki/entries/2024/2024-11-01.md")
        .silent_about("git rm --cached");
    assert_eq!(everything(laptop.dir()), before);
    drop(old);
}

#[test]
fn no_reader_puts_another_database_in_its_place() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.tombstone("entry_people", 1, 2, "2024-11-23 14:30:00");
    drop(old);
    laptop.commit("The database");
    let bytes = fs::read(laptop.path(DATABASE)).unwrap();
    for (program, args) in [
        ("metadb", vec!["show", "2024-11-01"]),
        ("metadb", vec!["sync", "conflicts"]),
        ("yaml2sql", vec!["sync", "journal/md"]),
        ("yaml2sql", vec!["sync", "--force", "journal/md"]),
        ("palimpsest", vec!["reindex"]),
        ("palimpsest", vec!["backup-full"]),
    ] {
        laptop
            .run_with(&[], program, &args)
            .exits(1)
            .warns("data/palimpsest.db: a database of the original program; run `palimpsest init`");
        assert_eq!(fs::read(laptop.path(DATABASE)).unwrap(), bytes, "{args:?}");
    }
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("data/palimpsest.db: a database of the original program, not taken over yet\n    mend: palimpsest init");
    laptop.palimpsest(["doctor", "--fix"]).exits(1);
    assert_eq!(fs::read(laptop.path(DATABASE)).unwrap(), bytes);
    laptop.git(["ls-files", "--error-unmatch", DATABASE]).ok();
    laptop.git(["rm", "-q", "--cached", DATABASE]).ok();
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("left data/palimpsest.db: another program's database");
    assert_eq!(fs::read(laptop.path(DATABASE)).unwrap(), bytes);
    // Its hooks let git go on.
    laptop.palimpsest(["doctor", "--fix"]).exits(1);
    laptop.edit_entry("2024-11-01", "[Alice]", "[Alice, Dora]");
    laptop.commit("An edit");
    laptop
        .palimpsest(["init"])
        .ok()
        .says("2 tombstones taken over");
}

/// It changed the ledger, and then said what to do first.
#[test]
fn a_cleanup_beside_an_original_changes_nothing_and_says_what_to_do() {
    let sandbox = Sandbox::new();
    let entries = [("2024-11-01", "people: [Alice, Bob]", "One.\n")];
    let (laptop, _) = crate::sandbox::journal(&sandbox, &entries);
    laptop.edit_entry("2024-11-01", ", Bob", "");
    laptop.commit("Without Bob");
    sandbox.pass_days(91);
    laptop.remove(DATABASE);
    drop(Old::create(&laptop));
    laptop
        .metadb(["tombstone", "cleanup", "--dry-run"])
        .ok()
        .says("1 expired");
    laptop
        .metadb(["tombstone", "cleanup"])
        .exits(1)
        .warns("palimpsest init");
    laptop.assert_clean();
    laptop.palimpsest(["init"]).ok();
    let cleanup = laptop.metadb(["tombstone", "cleanup"]).ok();
    cleanup.says("Cleaned up 1");
}
