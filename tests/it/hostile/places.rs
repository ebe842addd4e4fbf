//! Settings that name a file of somebody's as the database, and come with a pull.

use super::{ENTRY, LEDGER, laptop};
use crate::sandbox::{Machine, Sandbox};

/// The desktop pulls settings that were committed without looking at them; then every
/// command that opens the database is run.
fn pulled<'a>(sandbox: &'a Sandbox, database: &str) -> Machine<'a> {
    let laptop = laptop(sandbox);
    laptop.write("diary.txt", "A diary of another kind.\n");
    laptop.write("index-journal", "Notes on the index.\n");
    laptop.commit("More files");
    laptop.push();
    let desktop = sandbox.machine("other desktop");
    desktop.palimpsest(["init"]).ok();
    laptop.write(
        "palimpsest.toml",
        format!("[paths]\ndatabase = \"{database}\"\n"),
    );
    for args in [vec!["commit", "-qam", "Settings"], vec!["push", "-q"]] {
        laptop.run_with(&[("PALIMPSEST", "0")], "git", args).ok();
    }
    desktop.pull();
    desktop
}

#[track_caller]
fn untouched(machine: &Machine<'_>) {
    for args in [
        vec!["doctor"],
        vec!["doctor", "--fix"],
        vec!["init"],
        vec!["reindex"],
        vec!["metadb", "show", "2024-11-01"],
        vec!["metadb", "tombstone", "cleanup"],
        vec!["yaml2sql", "sync", "--force", "journal/md"],
        vec!["backup-full"],
        vec!["uninstall"],
    ] {
        let run = machine.palimpsest(&args);
        assert!(!run.output().contains("panicked"), "{run}");
        machine.assert_clean();
    }
}

#[test]
fn a_part_of_the_journal_is_no_place_for_the_database() {
    for database in [
        ENTRY,
        LEDGER,
        "palimpsest.toml",
        ".gitattributes",
        "journal",
        "GIT~1/config",
        ".git./config",
    ] {
        let sandbox = Sandbox::new();
        let desktop = pulled(&sandbox, database);
        desktop.assert_clean();
        desktop
            .metadb(["show", "2024-11-01"])
            .exits(1)
            .warns(&format!(
                "palimpsest.toml:2:12: paths.database = \"{database}\""
            ));
        untouched(&desktop);
    }
}

#[test]
fn no_database_is_made_of_a_file_that_git_tracks() {
    // SQLite takes what is beside a database for its journal.
    for (database, tracked) in [
        ("diary.txt", "diary.txt"),
        ("index", "index-journal"),
        // Where the file system ignores case these are one file.
        ("Diary.TXT", "diary.txt"),
    ] {
        let sandbox = Sandbox::new();
        let desktop = pulled(&sandbox, database);
        desktop.assert_clean();
        let message = format!("{tracked}: tracked by git and no database of Palimpsest's");
        desktop.palimpsest(["init"]).exits(1).warns(&message);
        desktop.palimpsest(["doctor"]).exits(1).says(&message);
        untouched(&desktop);
        // Also where it is gone from the work tree.
        desktop.remove(tracked);
        desktop.palimpsest(["reindex"]).exits(1).warns(&message);
        assert!(!desktop.exists(database));
    }
}

#[test]
fn no_database_is_made_of_another_name_of_such_a_file() {
    let sandbox = Sandbox::new();
    let desktop = pulled(&sandbox, "other.txt");
    desktop.remove("other.txt");
    // As a file system has it for which both names are one, by rules of its own.
    std::fs::hard_link(desktop.path("diary.txt"), desktop.path("other.txt")).unwrap();
    desktop.write(".git/info/exclude", "other.txt*\n");
    desktop
        .palimpsest(["init"])
        .exits(1)
        .warns("diary.txt: tracked by git and no database of Palimpsest's");
    untouched(&desktop);
    assert_eq!(desktop.read("other.txt"), "A diary of another kind.\n");
}
