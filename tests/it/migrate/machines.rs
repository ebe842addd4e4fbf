//! Two machines that come from the original, in either order. What docs/migration.md
//! says is what is done here.

use std::fs;

use super::original::{DATABASE, Old};
use super::{backup, of_the_original};
use crate::sandbox::{LEDGER, Machine, Run, Sandbox};

/// What `git add` and `git commit` that `init` names do.
#[track_caller]
pub fn init_and_commit(machine: &Machine<'_>) {
    let run = machine.palimpsest(["init"]).ok();
    let last = run.stdout.lines().last().unwrap();
    let command = last.split_once("need too: ").unwrap().1;
    machine.run_with(&[], "sh", ["-c", command]).ok();
    machine.assert_clean();
}

/// A laptop and a desktop with the same committed database; each has since written
/// a removal into its own, and not committed it.
pub fn two<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, Machine<'a>) {
    let (laptop, old) = of_the_original(sandbox);
    old.tombstone("entry_people", 1, 2, "2024-11-20 09:00:00");
    drop(old);
    laptop.commit("A removal that both know");
    laptop.push();
    let desktop = sandbox.machine("desktop");
    laptop_writes(&laptop);
    desktop_writes(&desktop);
    (laptop, desktop)
}

fn laptop_writes(laptop: &Machine<'_>) {
    let old = Old::open(laptop, DATABASE);
    old.tombstone("entry_tags", 1, 1, "2024-11-21 09:00:00");
}

/// Its numbers are its own: what is 2 on the laptop is 3 here.
fn desktop_writes(desktop: &Machine<'_>) {
    let old = Old::open(desktop, DATABASE);
    old.run("INSERT INTO tags (id, tag) VALUES (7, 'ferry')");
    old.tombstone("entry_tags", 2, 7, "2024-11-22 09:00:00");
    old.run("UPDATE entries SET notes = 'From the desktop.' WHERE id = 1");
}

/// Both hold everything, alike, and nothing is left to do.
#[track_caller]
fn assert_joined(laptop: &Machine<'_>, desktop: &Machine<'_>) {
    desktop.push();
    laptop.pull();
    for machine in [laptop, desktop] {
        machine.assert_clean();
        machine.palimpsest(["doctor"]).ok();
        let tombstones = machine.ledger(2024).tombstones;
        let which = "Bob, Bob Saltmarsh, rain, ferry";
        assert_eq!(tombstones.len(), 4, "{which}: {tombstones:?}");
        machine.git(["ls-files", DATABASE]).ok().is("");
        machine
            .metadb(["show", "2024-11-01", "--full"])
            .ok()
            .says("From the desktop.");
        machine
            .metadb(["tombstone", "list"])
            .ok()
            .says("ferry")
            .says("rain");
    }
    assert_eq!(laptop.read(LEDGER), desktop.read(LEDGER));
    assert_eq!(laptop.oid("HEAD"), desktop.oid("HEAD"));
}

#[test]
fn each_runs_init_before_it_pulls() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two(&sandbox);
    init_and_commit(&laptop);
    laptop.push();
    init_and_commit(&desktop);
    desktop.pull();
    assert_joined(&laptop, &desktop);
}

#[test]
fn a_pull_that_is_refused_loses_nothing() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two(&sandbox);
    init_and_commit(&laptop);
    laptop.push();
    let bytes = fs::read(desktop.path(DATABASE)).unwrap();
    desktop
        .git(["pull"])
        .exits(1)
        .warns("would be overwritten by merge");
    assert_eq!(fs::read(desktop.path(DATABASE)).unwrap(), bytes);
    init_and_commit(&desktop);
    desktop.pull();
    assert_joined(&laptop, &desktop);
}

#[test]
fn a_database_that_a_pull_removed_is_in_history() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two(&sandbox);
    // The desktop has committed and pushed what it has; the laptop kept its own file.
    desktop.commit("The desktop's");
    desktop.push();
    laptop.commit("The laptop's");
    laptop.git(["pull", "--no-rebase", "-X", "ours"]).ok();
    init_and_commit(&laptop);
    laptop.push();
    desktop.pull();
    assert!(!desktop.exists(DATABASE));
    desktop
        .palimpsest(["init"])
        .ok()
        .says("ORIG_HEAD:data/palimpsest.db: a database of the original program")
        .says("1 tombstone taken over")
        .says("git add data/ledger/2024.jsonl wiki/entries/2024/2024-11-01.md && git commit");
    desktop.remove("wiki/entries/2024/2024-11-01.md");
    desktop.palimpsest(["init"]).ok().silent_about("original");
    // By hand, at any time. The commits that remove it have none.
    let log = format!("git log --all --full-history --oneline --diff-filter=AM -- {DATABASE}");
    assert!(include_str!("../../../docs/migration.md").contains(&format!("`{log}`")));
    let listed = desktop.run_with(&[], "sh", ["-c", &log]).ok().stdout;
    let commits = listed.lines().map(|line| line.split_once(' ').unwrap());
    let commits: Vec<(&str, &str)> = commits.collect();
    for (commit, _) in &commits {
        let there = format!("{commit}:{DATABASE}");
        desktop.git(["cat-file", "-e", &there]).ok();
    }
    let (commit, _) = commits.iter().find(|c| c.1 == "The desktop's").unwrap();
    let command = format!("git show {commit}:{DATABASE} > ../old.db");
    desktop.run_with(&[], "sh", ["-c", &command]).ok();
    desktop
        .palimpsest(["init", "--original", "../old.db"])
        .ok()
        .says("note written: wiki/entries/2024/2024-11-01.md");
    desktop.commit("What only the desktop knew");
    assert_joined(&laptop, &desktop);
}

/// Where `init` kept something.
fn kept(run: &Run) -> &str {
    let (_, kept) = run.stdout.split_once("it is kept as ").unwrap();
    kept.lines().next().unwrap()
}

/// The original was ended while it wrote: the database is as committed, and its log has more.
#[test]
fn a_log_that_a_pull_left_behind_is_kept_and_taken_over() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.run("PRAGMA journal_mode = WAL");
    drop(old);
    laptop.commit("The original's");
    laptop.push();
    let desktop = sandbox.machine("desktop");
    let log = format!("{DATABASE}-wal");
    let old = Old::open(&desktop, DATABASE);
    old.run("PRAGMA wal_autocheckpoint = 0");
    old.tombstone("entry_tags", 1, 1, "2024-11-22 09:00:00");
    let [database, written] = [DATABASE, &log].map(|path| fs::read(desktop.path(path)).unwrap());
    drop(old);
    fs::write(desktop.path(DATABASE), database).unwrap();
    fs::write(desktop.path(&log), &written).unwrap();
    init_and_commit(&laptop);
    laptop.push();
    desktop.git(["pull"]).ok();
    assert!(!desktop.exists(DATABASE));
    for command in ["metadb show 2024-11-01", "yaml2sql sync journal/md"] {
        let words: Vec<&str> = command.split(' ').collect();
        desktop
            .run_with(&[], words[0], &words[1..])
            .exits(1)
            .warns("run `palimpsest init`, which keeps it");
    }
    desktop
        .palimpsest(["doctor"])
        .exits(1)
        .says("beside its place is the log of another program");
    desktop
        .palimpsest(["init", "--dry-run"])
        .ok()
        .says("1 tombstone would be taken over");
    assert_eq!(fs::read(desktop.path(&log)).unwrap(), written);
    let run = desktop
        .palimpsest(["init"])
        .ok()
        .says("1 tombstone taken over");
    assert!(!desktop.exists(&log));
    assert_eq!(fs::read(desktop.path(kept(&run))).unwrap(), written);
    desktop.metadb(["tombstone", "list"]).ok().says("rain");
}

/// Without the database nothing of a log can be read.
#[test]
fn a_log_without_its_database_is_kept() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    drop(old);
    init_and_commit(&laptop);
    laptop.remove(DATABASE);
    let log = format!("{DATABASE}-wal");
    laptop.write(&log, "What somebody wrote last");
    laptop.metadb(["tombstone", "list"]).exits(1);
    let run = laptop.palimpsest(["init"]).ok();
    assert_eq!(laptop.read(kept(&run)), "What somebody wrote last");
    assert!(!laptop.exists(&log) && laptop.exists(DATABASE));
}

#[test]
fn a_pull_in_conflict_over_the_database_is_taken_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two(&sandbox);
    init_and_commit(&laptop);
    laptop.push();
    desktop.commit("The desktop's");
    desktop
        .git(["pull", "--no-rebase"])
        .exits(1)
        .says("CONFLICT (modify/delete): data/palimpsest.db");
    desktop.git(["merge", "--abort"]).ok();
    init_and_commit(&desktop);
    desktop.pull();
    assert_joined(&laptop, &desktop);
}

#[test]
fn a_pull_in_conflict_over_the_database_is_gone_on_with() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two(&sandbox);
    init_and_commit(&laptop);
    laptop.push();
    desktop.commit("The desktop's");
    desktop.git(["pull", "--no-rebase"]).exits(1);
    init_and_commit(&desktop);
    assert_eq!(
        desktop
            .git(["rev-list", "--parents", "-1", "HEAD"])
            .ok()
            .text()
            .split(' ')
            .count(),
        3
    );
    assert_joined(&laptop, &desktop);
}

#[test]
fn a_machine_that_has_not_migrated_pushes_once_more() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two(&sandbox);
    init_and_commit(&laptop);
    desktop.commit("The desktop's, without Palimpsest");
    desktop.push();
    laptop
        .git(["pull"])
        .exits(1)
        .says("CONFLICT (modify/delete): data/palimpsest.db");
    // What git put at its place is the desktop's, and a reader leaves it alone.
    laptop
        .metadb(["show", "2024-11-01"])
        .exits(1)
        .warns("run `palimpsest init`");
    init_and_commit(&laptop);
    laptop.push();
    assert_eq!(
        fs::read_dir(laptop.path("backups"))
            .unwrap()
            .filter(|f| {
                let name = f.as_ref().unwrap().file_name().into_string().unwrap();
                name.ends_with(".db")
            })
            .count(),
        2
    );
    desktop.pull();
    desktop
        .palimpsest(["init"])
        .ok()
        .says("nothing to commit here");
    assert_joined(&laptop, &desktop);
}

#[test]
fn both_take_over_the_same_rows_and_notes_without_a_conflict() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.tombstone("entry_people", 1, 2, "2024-11-20 09:00:00");
    old.run("UPDATE entries SET notes = 'Look at the tide.' WHERE id = 1");
    drop(old);
    laptop.commit("The database");
    laptop.push();
    let desktop = sandbox.machine("desktop");
    for machine in [&laptop, &desktop] {
        init_and_commit(machine);
        assert!(machine.exists(&backup(machine)));
    }
    laptop.push();
    desktop.pull();
    desktop.assert_clean();
    desktop.push();
    laptop.pull();
    assert_eq!(laptop.read(LEDGER), desktop.read(LEDGER));
    assert_eq!(
        laptop.read(LEDGER).lines().count(),
        3,
        "two rows and a sync state"
    );
    desktop
        .metadb(["sync", "conflicts"])
        .ok()
        .silent_about("2024-11-01");
}

#[test]
fn different_notes_on_one_entry_meet_as_a_conflict_of_text() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two(&sandbox);
    Old::open(&laptop, DATABASE).run("UPDATE entries SET notes = 'From the laptop.' WHERE id = 1");
    init_and_commit(&laptop);
    laptop.push();
    init_and_commit(&desktop);
    desktop.git(["pull"]).exits(1);
    let page = desktop.read("wiki/entries/2024/2024-11-01.md");
    assert!(page.starts_with("### Notes\n\n<<<<<<< "), "{page}");
    assert!(page.contains("From the laptop.") && page.contains("From the desktop."));
    desktop.write(
        "wiki/entries/2024/2024-11-01.md",
        "### Notes\n\nFrom the desktop.\n",
    );
    desktop.commit("Merge the notes");
    assert_joined(&laptop, &desktop);
}

#[test]
fn an_old_commit_brings_the_old_database_and_takes_it_away_again() {
    let sandbox = Sandbox::new();
    let (laptop, _) = two(&sandbox);
    init_and_commit(&laptop);
    laptop.metadb(["show", "2024-11-01"]).ok();
    laptop.git(["checkout", "-q", "HEAD~1"]).ok();
    let old = fs::read(laptop.path(DATABASE)).unwrap();
    laptop
        .metadb(["show", "2024-11-01"])
        .exits(1)
        .warns("run `palimpsest init`");
    assert_eq!(fs::read(laptop.path(DATABASE)).unwrap(), old);
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.metadb(["tombstone", "list"]).ok().says("rain");
    laptop.assert_clean();
    laptop.palimpsest(["doctor"]).ok();
}

#[test]
fn history_without_the_old_versions_keeps_the_rest() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two(&sandbox);
    init_and_commit(&laptop);
    laptop.push();
    init_and_commit(&desktop);
    desktop.pull();
    desktop.push();
    let count = "git log --all --format= --raw --no-abbrev -- data/palimpsest.db | awk '{print $4}' \
        | sort -u | git cat-file --batch-check='%(objectsize:disk)' \
        | awk '$1 > 0 {n++; s += $1} END {print n+0 \" versions, \" s/1048576 \" MiB\"}'";
    desktop
        .run_with(&[], "sh", ["-c", count])
        .ok()
        .says("2 versions, 0.0");

    let shrunk = sandbox.machine("shrunk");
    let filter = "git rm -q --cached --ignore-unmatch data/palimpsest.db";
    let args = ["filter-branch", "--index-filter", filter, "--", "--all"];
    shrunk
        .run_with(&[("FILTER_BRANCH_SQUELCH_WARNING", "1")], "git", args)
        .ok();
    shrunk.git(["push", "-q", "--force", "--all"]).ok();
    let again = sandbox.machine("again");
    again
        .run_with(&[], "sh", ["-c", count])
        .ok()
        .says("0 versions");
    again
        .palimpsest(["init"])
        .ok()
        .says("nothing to commit here");
    again.palimpsest(["doctor"]).ok();
    assert_eq!(again.oid("HEAD^{tree}"), desktop.oid("HEAD^{tree}"));
    let list = ["tombstone", "list", "--json"];
    assert_eq!(
        again.metadb(list).ok().stdout,
        desktop.metadb(list).ok().stdout
    );
}
