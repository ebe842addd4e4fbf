//! What people's disks really hold: each gets a message with its place, and
//! nothing is lost.

use std::fs;

use crate::sandbox::{Machine, Sandbox, journal};

const NOV_1: &str = "journal/md/2024/2024-11-01.md";

fn laptop(sandbox: &Sandbox) -> Machine<'_> {
    let entries = [("2024-11-01", "people: [Alice, Bob]\n", "Coffee.\n")];
    journal(sandbox, &entries).0
}

/// A bad entry beside a good new one: the commit is refused, with this place
/// named; the index takes the good one; both stay staged as they are.
#[track_caller]
fn refused(content: &[u8], place: &str, reason: &str) {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let bad = "journal/md/2024/2024-12-24.md";
    laptop.write(bad, content);
    laptop.write_entry("2024-12-25", "people: [Eve]\n", "Snow.\n");
    let head = laptop.oid("HEAD");

    laptop
        .yaml2sql(["sync", "journal/md"])
        .exits(1)
        .mentions(place)
        .mentions(reason);
    laptop.metadb(["show", "2024-12-25"]).mentions("Eve");

    laptop.git(["add", "journal"]).ok();
    laptop
        .git(["commit", "-m", "Christmas"])
        .fails()
        .warns(place)
        .warns(reason);
    assert_eq!(laptop.oid("HEAD"), head);
    assert_eq!(fs::read(laptop.path(bad)).unwrap(), content);
    laptop
        .git(["status", "--porcelain", "journal"])
        .ok()
        .says(bad)
        .says("2024-12-25.md");
    // The way round the check stays open.
    laptop
        .git(["commit", "-q", "--no-verify", "-m", "As it is"])
        .ok();
}

#[test]
fn frontmatter_that_is_no_yaml() {
    refused(
        b"---\ndate: 2024-12-24\npeople: [Alice, Bob\ntags: x\n---\nbody\n",
        "2024-12-24.md:4:5",
        "expected the bracket above to be closed first",
    );
}

/// A lone CR ends a line in YAML and none for git and editors.
#[test]
fn lines_are_counted_as_git_counts_them() {
    refused(
        b"---\ndate: 2024-12-24\npeople: [Alice,\rBob\ntags: x\n---\nbody\n",
        "2024-12-24.md:4:5",
        "expected the bracket above to be closed first",
    );
}

#[test]
fn frontmatter_that_is_not_utf_8() {
    refused(
        b"---\ndate: 2024-12-24\npeople: [Ren\xe9]\n---\nbody\n",
        "2024-12-24.md:3",
        "UTF-8",
    );
}

#[test]
fn frontmatter_without_an_end() {
    refused(
        b"---\ndate: 2024-12-24\npeople: [Alice]\n",
        "2024-12-24.md:",
        "---",
    );
}

#[test]
fn a_date_that_is_not_the_files() {
    refused(
        b"---\ndate: 2024-12-26\n---\nbody\n",
        "2024-12-24.md:2",
        "2024-12-26",
    );
}

#[test]
fn two_entries_of_one_date() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let other = "journal/md/copies/2024-11-01.md";
    laptop.write(other, laptop.read(NOV_1));
    laptop
        .yaml2sql(["sync", "journal/md"])
        .exits(1)
        .mentions(other);
    laptop.git(["add", "journal"]).ok();
    laptop
        .git(["commit", "-m", "Copies"])
        .fails()
        .warns(other)
        .warns(NOV_1);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_not_followed() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    sandbox.folder("outside").write(
        "secret.md",
        "---\ndate: 2024-12-24\npeople: [Mallory]\n---\n",
    );
    let link = "journal/md/2024/2024-12-24.md";
    std::os::unix::fs::symlink("../../../../outside/secret.md", laptop.path(link)).unwrap();
    laptop
        .yaml2sql(["sync", "journal/md"])
        .mentions("2024-12-24.md")
        .mentions("symbolic link");
    laptop.metadb(["show", "2024-12-24"]).lacks("Mallory");
    assert!(laptop.path(link).is_symlink());
}

#[test]
fn a_locked_database() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let database = laptop.path("data/palimpsest.db");
    let holder = rusqlite::Connection::open(&database).unwrap();
    holder
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE;")
        .unwrap();
    laptop.edit(NOV_1, "[Alice, Bob]", "[Alice]");
    laptop
        .yaml2sql(["update", NOV_1])
        .exits(1)
        .warns("palimpsest.db")
        .warns("locked");
    // A commit needs no database: it records, with the removal's row.
    laptop.git(["commit", "-qam", "Remove Bob"]).ok();
    laptop.assert_clean();
    laptop
        .git(["show", "HEAD:data/ledger/2024.jsonl"])
        .ok()
        .says("\"item\":\"Bob\"");
    holder.execute_batch("ROLLBACK").unwrap();
    drop(holder);
    laptop
        .metadb(["show", "2024-11-01"])
        .ok()
        .says("Alice")
        .lacks("Bob");
}

#[test]
fn a_broken_database_is_rebuilt() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.write("data/palimpsest.db", "no database at all");
    laptop.metadb(["show", "2024-11-01"]).ok().says("Bob");
    laptop.remove("data/palimpsest.db");
    laptop.metadb(["show", "2024-11-01"]).ok().says("Bob");
    laptop.assert_clean();
}

#[test]
fn no_repository() {
    let sandbox = Sandbox::new();
    let plain = sandbox.folder("plain");
    plain.write_entry("2024-11-01", "people: [Alice]\n", "Coffee.\n");
    for run in [
        plain.metadb(["show", "2024-11-01"]),
        plain.yaml2sql(["sync", "journal/md"]),
        plain.metadb(["sync", "conflicts"]),
        plain.palimpsest(["init"]),
        plain.palimpsest(["doctor"]),
    ] {
        run.exits(1).warns("repository");
    }
    assert!(!plain.exists("data"), "something was written");
    assert!(!plain.exists("palimpsest.toml"), "something was written");
}

#[test]
fn a_repository_without_commits() {
    let sandbox = Sandbox::new();
    let fresh = sandbox.repository("fresh");
    fresh.write_entry("2024-11-01", "people: [Alice, Bob]\n", "Coffee.\n");
    fresh.palimpsest(["init"]).ok();
    fresh.yaml2sql(["sync", "journal/md"]).ok();
    fresh.metadb(["show", "2024-11-01"]).ok().says("Bob");
    fresh.metadb(["sync", "conflicts"]).ok();
    fresh.metadb(["tombstone", "list"]).ok();
    fresh.commit("The first");
    fresh.assert_clean();
    fresh
        .metadb(["sync", "status"])
        .ok()
        .says("Total entities tracked: 1");
}

#[test]
fn a_detached_head() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.git(["checkout", "-q", "--detach"]).ok();
    laptop.assert_clean();
    laptop.edit(NOV_1, "[Alice, Bob]", "[Alice]");
    laptop.git(["commit", "-qam", "Remove Bob"]).ok();
    laptop.assert_clean();
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.assert_clean();
    laptop.metadb(["show", "2024-11-01"]).ok().says("Bob");
}

#[test]
fn paths_with_spaces_quotes_and_letters() {
    let sandbox = Sandbox::in_folder("it's \"Ana's\" diário – ");
    let entries = [("2024-11-01", "people: [Alice]\n", "Coffee.\n")];
    let (laptop, desktop) = journal(&sandbox, &entries);
    laptop.edit(NOV_1, "[Alice]", "[Alice, Bob]");
    laptop.commit("Bob");
    laptop.push();
    desktop.edit(NOV_1, "[Alice]", "[Alice, Charlie]");
    desktop.commit("Charlie");
    desktop.pull();
    desktop.assert_clean();
    assert!(desktop.read(NOV_1).contains("[Alice, Bob, Charlie]"));
    desktop.metadb(["show", "2024-11-01"]).ok().says("Charlie");
}

#[test]
fn an_entry_in_a_folder_with_spaces_quotes_and_letters() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let file = "journal/md/Zoë's \"autumn\" é/2024-11-30.md";
    laptop.write(
        file,
        "---\ndate: 2024-11-30\npeople: [Zoë, Bob]\n---\nFog.\n",
    );
    laptop.yaml2sql(["update", file]).ok();
    laptop.commit("Fog");
    laptop.assert_clean();
    laptop.edit(file, "Zoë, Bob", "Zoë");
    laptop
        .git(["commit", "-qm", "Without Bob", "--", file])
        .ok();
    laptop.assert_clean();
    laptop
        .git(["show", "HEAD:data/ledger/2024.jsonl"])
        .ok()
        .says("2024-11-30");
    laptop.metadb(["show", file]).ok().says("Zoë").lacks("Bob");
}
