//! A rollback journal beside the database, which SQLite plays back before it reads. It may
//! end with the name of a file, which SQLite then deletes.

use std::fs;
use std::path::Path;

use super::{DATABASE, laptop};
use crate::sandbox::{Machine, Sandbox};

const JOURNAL: &str = "data/palimpsest.db-journal";

/// A journal that changes nothing in a database, and ends with the name of a file.
pub fn journal_that_names(file: &Path) -> Vec<u8> {
    let magic = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
    let name = file.to_str().unwrap().as_bytes();
    // Of no pages: the numbers of records, a nonce, the size in pages, of a sector, a page.
    let mut bytes = magic.to_vec();
    for number in [0, 0, 1, 512, 4096_u32] {
        bytes.extend(number.to_be_bytes());
    }
    bytes.resize(512, 0);
    bytes.extend((1_u32 << 18).to_be_bytes());
    bytes.extend(name);
    let length = u32::try_from(name.len()).unwrap();
    let sum: u32 = name.iter().map(|byte| u32::from(*byte)).sum();
    bytes.extend(length.to_be_bytes());
    bytes.extend(sum.to_be_bytes());
    bytes.extend(magic);
    bytes
}

/// A file of the user's outside of every repository.
fn precious(machine: &Machine<'_>) -> std::path::PathBuf {
    let file = machine.dir().parent().unwrap().join("precious.txt");
    fs::write(&file, "Mine.\n").unwrap();
    file
}

/// Runs all that opens the database; `before` each time.
#[track_caller]
fn run_all(machine: &Machine<'_>, before: impl Fn()) {
    let precious = precious(machine);
    for args in [
        vec!["metadb", "sync", "status"],
        vec!["metadb", "show", "2024-11-01"],
        vec!["doctor"],
        vec!["doctor", "--fix"],
        vec!["init", "--dry-run"],
        vec!["init"],
        vec!["backup-full"],
        vec!["yaml2sql", "sync", "journal/md", "--dry-run"],
        vec!["yaml2sql", "sync", "journal/md", "--force"],
        vec!["metadb", "tombstone", "cleanup"],
        vec!["reindex"],
        vec!["check"],
        vec!["uninstall"],
    ] {
        before();
        let run = machine.palimpsest(&args);
        assert!(precious.exists(), "deleted by {args:?}\n{run}");
        assert!(!run.output().contains("panicked"), "{run}");
    }
}

/// SQLite does what these tests fear.
#[test]
fn sqlite_deletes_the_file_that_a_journal_names() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.metadb(["show", "2024-11-01"]).ok();
    let file = precious(&laptop);
    laptop.write(JOURNAL, journal_that_names(&file));
    let database = rusqlite::Connection::open(laptop.path(DATABASE)).unwrap();
    // The first look is enough, whatever comes of it.
    let _ = database.query_row("SELECT count(*) FROM entries", [], |row| {
        row.get::<_, i64>(0)
    });
    assert!(!file.exists());
}

#[test]
fn a_journal_that_names_another_file_is_not_played_back() {
    for is_there in [true, false] {
        let sandbox = Sandbox::new();
        let laptop = laptop(&sandbox);
        let file = precious(&laptop);
        run_all(&laptop, || {
            laptop.metadb(["sync", "status"]);
            if !is_there {
                let _ = fs::remove_file(laptop.path(DATABASE));
            }
            laptop.write(JOURNAL, journal_that_names(&file));
        });
        laptop.palimpsest(["init"]).ok();
        laptop.metadb(["sync", "status"]).ok();
        laptop.write(JOURNAL, journal_that_names(&file));
        laptop.palimpsest(["doctor"]).exits(1).says(DATABASE);
        laptop
            .metadb(["show", "2024-11-01"])
            .ok()
            .says("Alice, Bob")
            .warns("damaged; made anew");
        laptop.palimpsest(["doctor"]).ok();
        assert!(file.exists() && !laptop.exists(JOURNAL));
    }
}

/// SQLite looks beside the file itself.
#[test]
fn nor_beside_what_a_link_of_the_users_leads_to() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let elsewhere = laptop.dir().parent().unwrap().join("index.db");
    let _ = fs::remove_file(laptop.path(DATABASE));
    fs::create_dir_all(laptop.path("data")).unwrap();
    std::os::unix::fs::symlink(&elsewhere, laptop.path(DATABASE)).unwrap();
    fs::write(&elsewhere, "").unwrap();
    laptop.metadb(["show", "2024-11-01"]).ok();
    let file = precious(&laptop);
    let beside = elsewhere.with_extension("db-journal");
    fs::write(beside, journal_that_names(&file)).unwrap();
    laptop
        .metadb(["show", "2024-11-01"])
        .ok()
        .says("Alice, Bob");
    assert!(file.exists());
}

/// A pull brings it to a machine that has a database of its own.
#[test]
fn no_database_is_opened_beside_a_journal_that_git_tracks() {
    for (name, content) in [
        ("data/palimpsest.db-journal", None),
        ("data/palimpsest.db-wal", Some("Of theirs.\n")),
        ("data/palimpsest.db-shm", Some("Of theirs.\n")),
    ] {
        let sandbox = Sandbox::new();
        let laptop = laptop(&sandbox);
        laptop.push();
        let desktop = sandbox.machine("other desktop");
        desktop.palimpsest(["init"]).ok();
        desktop.metadb(["sync", "status"]).ok();
        let file = precious(&laptop);
        let theirs = content.map_or_else(|| journal_that_names(&file), |c| c.as_bytes().to_vec());
        let _ = fs::remove_file(laptop.path(DATABASE));
        laptop.write(name, theirs);
        for args in [
            vec!["add", "-f", name],
            vec!["commit", "-qm", "A journal"],
            vec!["push", "-q"],
        ] {
            laptop.run_with(&[("PALIMPSEST", "0")], "git", args).ok();
        }
        desktop.pull();
        let message = format!("{name}: tracked by git, and SQLite would take it");
        desktop
            .metadb(["show", "2024-11-01"])
            .exits(1)
            .warns(&message);
        desktop.palimpsest(["doctor"]).exits(1).says(&message);
        run_all(&desktop, || ());
        desktop.palimpsest(["init"]);
        desktop.assert_clean();
        // What is advised.
        desktop.git(["rm", "-q", name]).ok();
        desktop.palimpsest(["init"]).ok();
        desktop
            .metadb(["show", "2024-11-01"])
            .ok()
            .says("Alice, Bob");
    }
}

#[test]
fn nor_is_a_committed_one_in_a_fresh_clone() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.metadb(["sync", "status"]).ok();
    let file = precious(&laptop);
    laptop.write(JOURNAL, journal_that_names(&file));
    for args in [
        vec!["add", "-f", "data"],
        vec!["commit", "-qm", "The database"],
        vec!["push", "-q"],
    ] {
        laptop.run_with(&[("PALIMPSEST", "0")], "git", args).ok();
    }
    let clone = sandbox.machine("other desktop");
    assert!(clone.exists(JOURNAL));
    run_all(&clone, || ());
    clone.assert_clean();
}

/// A folder cannot be taken away as a file can, and is nobody's journal.
#[test]
fn a_folder_in_the_place_of_the_journal_stops_no_listing_and_is_named() {
    const WAL: &str = "data/palimpsest.db-wal";
    for (is_there, folder) in [(true, JOURNAL), (false, JOURNAL), (true, WAL), (false, WAL)] {
        let sandbox = Sandbox::new();
        let laptop = laptop(&sandbox);
        laptop.metadb(["show", "2024-11-01"]).ok();
        if !is_there {
            laptop.remove(DATABASE);
        }
        laptop.write(&format!("{folder}/mine.txt"), "Mine.\n");
        laptop
            .metadb(["show", "2024-11-01"])
            .ok()
            .says("Bob")
            .warns(&format!("{} is a folder", &folder[5..]));
        laptop.edit_entry("2024-11-01", "Bob", "Zoe");
        laptop.commit("Zoe");
        laptop.palimpsest(["doctor", "--fix"]);
        let mend = format!("mv {folder} {folder}.aside-1");
        laptop.palimpsest(["doctor"]).exits(1).says(&mend);
        laptop.run_with(&[], "sh", ["-c", &mend]).ok();
        laptop.palimpsest(["doctor"]).ok();
        laptop.metadb(["show", "2024-11-01"]).ok().says("Zoe");
        assert!(laptop.exists(&format!("{folder}.aside-1/mine.txt")));
        laptop.write(&format!("{folder}/mine.txt"), "Mine.\n");
        laptop
            .palimpsest(["uninstall"])
            .ok()
            .says("removed hook")
            .says(&format!("left {folder}: it is a folder"));
        assert!(laptop.exists(&format!("{folder}/mine.txt")) && !laptop.exists(DATABASE));
    }
}

/// SQLite looks for the journal where the link leads.
#[test]
fn the_journal_of_a_database_that_is_a_link_is_named_where_it_is() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let database = sandbox.root().canonicalize().unwrap().join("index.db");
    laptop.metadb(["show", "2024-11-01"]).ok();
    fs::rename(laptop.path(DATABASE), &database).unwrap();
    std::os::unix::fs::symlink(&database, laptop.path(DATABASE)).unwrap();
    laptop.palimpsest(["doctor"]).ok();
    let journal = format!("{}-journal", database.display());
    fs::create_dir(&journal).unwrap();
    let mend = format!("mv {journal} {journal}.aside-1");
    laptop.palimpsest(["doctor"]).exits(1).says(&mend);
    laptop.run_with(&[], "sh", ["-c", &mend]).ok();
    laptop.palimpsest(["doctor"]).ok();
}
