//! `palimpsest doctor --fix`: what it mends, and what it leaves to a person.

use std::fs::{File, FileTimes};
use std::time::{Duration, SystemTime};

use super::{DAY, executable, journal};
use crate::sandbox::{Machine, Sandbox};

/// Writes a file as it was modified so many hours before the sandbox's clock.
fn left(sandbox: &Sandbox, machine: &Machine<'_>, file: &str, hours: i64) {
    machine.write(file, "left\n");
    let now = chrono::DateTime::parse_from_rfc3339(&sandbox.now()).unwrap();
    let at = SystemTime::UNIX_EPOCH
        + Duration::from_secs((now.timestamp() - hours * 3600).try_into().unwrap());
    let file = File::options().write(true).open(machine.path(file));
    let times = FileTimes::new().set_modified(at);
    file.unwrap().set_times(times).unwrap();
}

#[test]
fn what_needs_no_decision_is_mended_and_said() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.palimpsest(["doctor"]).ok();
    let shim = laptop.read(".git/hooks/pre-commit");

    laptop.remove(".git/hooks/post-merge");
    let other = shim.replace("program=", "program=/gone");
    executable(&laptop, ".git/hooks/pre-commit", &other);
    laptop
        .git(["config", "merge.palimpsest.driver", "/gone/palimpsest"])
        .ok();
    laptop.write(".gitattributes", "");
    laptop.write(".gitignore", "");
    let database = std::fs::read(laptop.path("data/palimpsest.db")).unwrap();
    laptop.write("data/palimpsest.db", &database[..5_000]);
    laptop.git(["add", "-f", "data/palimpsest.db"]).ok();
    left(&sandbox, &laptop, ".merge_file_old", 2);
    left(&sandbox, &laptop, ".merge_file_new", 0);
    laptop
        .palimpsest(["doctor", "--fix"])
        .exits(1)
        .says("mended: set hooks pre-commit, post-merge in")
        .says("mended: set merge driver palimpsest")
        .says("mended: set .gitattributes")
        .says("mended: set .gitignore")
        .says("mended: data/palimpsest.db: not tracked any longer")
        .says("mended: data/palimpsest.db: made anew")
        .says(".merge_file_old: removed")
        .says(".merge_file_new: left by a process that was killed\n    mend: if no git or palimpsest is running");
    assert_eq!(laptop.read(".git/hooks/pre-commit"), shim);
    laptop.remove(".merge_file_new");
    laptop
        .palimpsest(["doctor", "--fix"])
        .ok()
        .is("everything is in order");
    laptop.metadb(["show", DAY]).ok().says("Bob");
    laptop.assert_clean();
}

#[test]
fn growth_and_hooks_that_others_would_get_are_said() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.git(["config", "core.hooksPath", ".githooks"]).ok();
    laptop.palimpsest(["init"]).ok();
    laptop
        .commit("Use Palimpsest, hooks and all")
        .warns(".githooks/pre-commit: the hook that `palimpsest init` wrote for this machine");
    laptop.git(["config", "gc.auto", "5"]).ok();
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("hook .githooks/pre-commit: tracked, with a path that only this machine has")
        .says("KiB: git gc is due\n    mend: git gc");
    laptop.git(["rm", "-rq", "--cached", ".githooks"]).ok();
    laptop.git(["gc", "-q", "--prune=now"]).ok();
    laptop.palimpsest(["doctor"]).ok();
}

#[test]
fn a_reader_that_changes_a_tracked_database_says_so() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.git(["add", "-f", "data/palimpsest.db"]).ok();
    laptop.git(["add", "-A"]).ok();
    let all_the_same = ["commit", "-q", "--no-verify", "-m", "Tracked after all"];
    laptop.git(all_the_same).ok();
    laptop
        .metadb(["show", DAY])
        .ok()
        .warns("data/palimpsest.db is tracked by git");
    laptop.palimpsest(["doctor", "--fix"]).ok();
    laptop.commit("Take the database out");
    laptop
        .metadb(["show", DAY])
        .ok()
        .silent_about("tracked by git");
    assert!(laptop.exists("data/palimpsest.db"));
    laptop.assert_clean();
}

#[test]
fn a_repository_without_a_journal_is_looked_at_too() {
    let sandbox = Sandbox::new();
    let notes = sandbox.repository("notes");
    notes.palimpsest(["init"]).ok();
    notes.palimpsest(["doctor"]).ok();
    notes.remove(".gitattributes");
    notes
        .palimpsest(["doctor"])
        .exits(1)
        .says(".gitattributes: x.md merges with git's default, not with palimpsest")
        .says("mend: palimpsest init");
    notes.palimpsest(["doctor", "--fix"]).ok();
}

/// Runs the command that `doctor` names for hooks that are turned off.
#[test]
fn hooks_that_are_off_come_back_wherever_that_is_said() {
    let sandbox = Sandbox::new();
    for (scope, off) in [
        ("--global", "/dev/null"),
        ("--local", "/dev/null"),
        ("--worktree", "/dev/null"),
        // How people switch a global folder off for one repository.
        ("--local", ""),
    ] {
        let laptop = sandbox.repository(&format!("with{scope}{}", off.len()));
        laptop.write_entry(DAY, "people: [Al]", "Text.\n");
        laptop.git(["config", scope, "core.hooksPath", off]).ok();
        let said = laptop.palimpsest(["init"]).ok();
        assert!(
            said.stdout.contains("core.hooksPath turns hooks off"),
            "{said}"
        );
        let said = laptop.palimpsest(["doctor"]).exits(1);
        let mend = said
            .stdout
            .lines()
            .find(|l| l.contains("core.hooksPath,"))
            .unwrap();
        let (git, init) = mend
            .trim()
            .strip_prefix("mend: ")
            .unwrap()
            .split_once(", then ")
            .unwrap();
        for command in [git, init] {
            laptop.run_with(&[], "sh", ["-c", command]).ok();
        }
        laptop.palimpsest(["doctor"]).ok();
    }
}

#[test]
fn a_leftover_is_named_with_a_command_that_removes_it_alone() {
    let sandbox = Sandbox::in_folder("it's here ");
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.write(".merge_file_x1", "");
    let said = laptop.palimpsest(["doctor"]).exits(1);
    let mend = said.stdout.lines().find_map(|l| l.split_once("running: "));
    laptop.run_with(&[], "sh", ["-c", mend.unwrap().1]).ok();
    laptop.palimpsest(["doctor"]).ok();
}

#[test]
fn a_file_in_the_place_of_a_folder_is_said() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.write("data", "no folder\n");
    laptop.palimpsest(["init"]);
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("data: no folder, which data/palimpsest.db needs\n    mend: move it away, then palimpsest init");
}

/// A site needs none of a journal's folders.
#[test]
fn without_a_journal_its_folders_names_are_anybodys() {
    let sandbox = Sandbox::new();
    let site = sandbox.repository("site");
    for file in ["data", "wiki", "journal"] {
        site.write(file, "A file.\n");
    }
    site.commit("Begin");
    site.palimpsest(["init"]).ok();
    site.palimpsest(["doctor"])
        .ok()
        .is("everything is in order");
}

#[test]
fn a_database_that_is_a_link_to_nowhere_is_named_and_an_empty_one_is_not() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    let database = laptop.path("data/palimpsest.db");
    std::fs::write(&database, "").unwrap();
    laptop.palimpsest(["doctor"]).ok();
    std::fs::remove_file(&database).unwrap();
    std::os::unix::fs::symlink("/nowhere/index.db", &database).unwrap();
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("a symbolic link to a file that is not there");
}

/// As it is after an upgrade: the next reader makes it anew.
#[test]
fn a_database_of_another_version_is_in_order() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    let database = rusqlite::Connection::open(laptop.path("data/palimpsest.db")).unwrap();
    database.execute_batch("PRAGMA user_version = 1").unwrap();
    drop(database);
    laptop.palimpsest(["doctor"]).ok();
    laptop.metadb(["show", DAY]).ok().says("Bob");
}

#[test]
fn a_driver_that_is_set_twice_is_set_once() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop
        .git(["config", "--add", "merge.palimpsest.driver", "other"])
        .ok();
    laptop.palimpsest(["init"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    let all = ["config", "--get-all", "merge.palimpsest.driver"];
    assert_eq!(laptop.git(all).ok().stdout.lines().count(), 1);
}

#[test]
fn what_was_installed_is_taken_back_with_settings_that_are_broken() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.write("palimpsest.toml", "[paths\n");
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("removed hook")
        .warns("palimpsest.toml:1");
    assert!(!laptop.exists(".git/hooks/pre-commit"));
    assert!(laptop.exists("data/palimpsest.db"));
}

/// What git stores of an entry is read, as every other reader does.
#[test]
fn an_entry_in_another_encoding_is_no_broken_one() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    let lines = laptop.read(".gitattributes");
    let encoding = "journal/md/**/*.md working-tree-encoding=UTF-16LE-BOM\n";
    laptop.write(".gitattributes", format!("{lines}{encoding}"));
    let path = crate::sandbox::entry(DAY);
    let units = laptop.read(&path);
    let units = units.encode_utf16().flat_map(u16::to_le_bytes);
    let bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(units).collect();
    laptop.write(&path, bytes);
    laptop.commit("In UTF-16");
    laptop.palimpsest(["doctor"]).lacks(&path);
}

#[test]
fn a_filter_that_fails_is_named_beside_all_else() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    let lines = laptop.read(".gitattributes");
    laptop.write(".gitattributes", format!("{lines}*.md filter=gone\n"));
    for (key, value) in [("clean", "false"), ("required", "true")] {
        laptop
            .git(["config", &format!("filter.gone.{key}"), value])
            .ok();
    }
    laptop.edit_entry(DAY, "quay", "mole");
    laptop.remove(".git/hooks/post-merge");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says(&format!(
            "{}: git cannot convert it: ",
            crate::sandbox::entry(DAY)
        ))
        .says("post-merge: missing");
}

#[test]
fn entries_that_cannot_be_read_and_two_pages_of_a_day_are_said() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.palimpsest(["doctor"]).ok();
    let pages = [
        "wiki/entries/2024/2024-11-01.md",
        "wiki/entries/2024-11-01.md",
    ];
    for page in pages {
        laptop.write(page, "### Notes\n\nOne.\n");
    }
    laptop.edit_entry(DAY, "people: [Al, Bob]", "people: [Al, Bob");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-q", "--no-verify", "-m", "Broken"])
        .ok();
    let path = crate::sandbox::entry(DAY);
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says(&format!(
            "{path}:3:9: a `[` that is not closed; expected `]` before the frontmatter ends"
        ))
        .says("mend: edit it, and commit it")
        .says(&format!(
            "{}, {}: all of them are the note of {DAY}",
            pages[1], pages[0]
        ))
        .lacks("everything is in order");
    laptop.git(["rm", "-q", pages[1]]).ok();
    laptop.edit_entry(DAY, "people: [Al, Bob", "people: [Al, Bob]");
    laptop.commit("Mended");
    laptop.palimpsest(["doctor"]).ok();
}

/// Runs the command that `doctor` names for what stands in the database's place and can be
/// opened by nobody.
#[test]
fn what_stands_in_the_databases_place_is_moved_away() {
    let database = "data/palimpsest.db";
    let makes: [(&str, &[&str], &str); 4] = [
        ("a folder", &["mkdir", database], "no file"),
        (
            "a full folder",
            &["mkdir", "-p", "data/palimpsest.db/x"],
            "no file",
        ),
        ("a pipe", &["mkfifo", database], "no file"),
        ("a link", &["ln", "-s", "gone", database], "a symbolic link"),
    ];
    for (name, make, what) in makes {
        let sandbox = Sandbox::new();
        let laptop = journal(&sandbox);
        laptop.palimpsest(["init"]).ok();
        laptop.commit("Begin");
        laptop.remove(database);
        laptop.run_with(&[], make[0], &make[1..]).ok();
        let said = laptop.palimpsest(["doctor", "--fix"]).exits(1);
        let said = said.says(&format!("{database}: {what}"));
        let mend = said
            .stdout
            .lines()
            .find_map(|l| l.strip_prefix("    mend: "));
        let command = mend.unwrap().split(" (").next().unwrap();
        laptop.run_with(&[], "sh", ["-c", command]).ok();
        let shown = laptop.metadb(["show", DAY]).ok();
        assert!(shown.stdout.contains("Bob"), "{name}: {shown}");
        laptop.palimpsest(["doctor"]).ok();
    }
    // Somebody's own folder, which git tracks.
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.remove(database);
    laptop.write("data/palimpsest.db/mine.txt", "Mine.\n");
    laptop.git(["add", "-f", database]).ok();
    laptop.commit("Begin");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("mend: name another file in palimpsest.toml");
}

#[test]
fn that_it_is_turned_off_is_said() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "", "One.\n");
    laptop.palimpsest(["init"]).ok();
    laptop
        .run_with(&[("PALIMPSEST", "0")], "palimpsest", ["doctor"])
        .says("note: PALIMPSEST=0 is set here");
    laptop.palimpsest(["doctor"]).lacks("PALIMPSEST=0");
}
