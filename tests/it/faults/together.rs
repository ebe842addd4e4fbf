//! Processes at the same time, and a clock that runs backwards.

use std::process::Command;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::sandbox::{DAY, LEDGER, Machine, Run, Sandbox, journal, removals};

const FIELDS: &str = "people: [Alice, Bob, Carol]\ntags: [sea]";

fn together(commands: Vec<Command>) -> Vec<Run> {
    std::thread::scope(|scope| {
        let running: Vec<_> = commands
            .into_iter()
            .map(|command| scope.spawn(move || Run::of(command)))
            .collect();
        running.into_iter().map(|r| r.join().unwrap()).collect()
    })
}

fn command(sandbox: &Sandbox, machine: &Machine<'_>, program: &str, args: &[&str]) -> Command {
    let mut command = sandbox.command(machine.dir(), program);
    command.args(args);
    command
}

#[test]
fn two_commits_at_once_in_two_work_trees() {
    for round in 0..3 {
        let sandbox = Sandbox::new();
        let (laptop, _) = journal(&sandbox, &[(DAY, FIELDS, "One.\n")]);
        laptop
            .git(["worktree", "add", "-q", "../second", "-b", "second"])
            .ok();
        let second = laptop.inside("../second");
        laptop.edit_entry(DAY, ", Bob", "");
        second.edit_entry(DAY, ", Carol", "");
        let commit = ["commit", "-q", "-am", "One less"];
        let runs = together(vec![
            command(&sandbox, &laptop, "git", &commit),
            command(&sandbox, &second, "git", &commit),
        ]);
        for run in runs {
            run.ok().silent_about("warning");
        }
        for (machine, gone) in [(&laptop, "Bob"), (&second, "Carol")] {
            machine.assert_clean();
            let ledger = machine.git(["show", "HEAD:data/ledger/2024.jsonl"]).ok();
            assert!(ledger.stdout.contains(gone), "round {round}: {ledger}");
            machine.metadb(["tombstone", "list"]).ok().says(gone);
            machine.palimpsest(["doctor"]).ok();
        }
        laptop.git(["merge", "-q", "second"]).ok();
        assert!(laptop.read_entry(DAY).contains("people: [Alice]\n"));
        laptop.assert_clean();
    }
}

/// Each reads the ledger's file, changes it and writes it again.
#[test]
fn decisions_at_once_beside_commits_all_stand() {
    let sandbox = Sandbox::new();
    let other = "2024-11-02";
    let tags = ["ash", "elm", "fir", "fog", "oak", "sea", "sky", "yew"];
    let fields = format!("people: []\ntags: [{}]", tags.join(", "));
    let (laptop, _) = journal(
        &sandbox,
        &[(DAY, &fields, "One.\n"), (other, FIELDS, "Two.\n")],
    );
    laptop.edit_entry(DAY, &tags.join(", "), "");
    laptop.commit("No tags");
    laptop.edit_entry(other, ", Bob", "");
    let keep = ["tombstone", "keep", "entry_tags", DAY];
    let mut commands: Vec<Command> = tags
        .iter()
        .map(|tag| command(&sandbox, &laptop, "metadb", &[&keep[..], &[tag]].concat()))
        .collect();
    let entry = crate::sandbox::entry(other);
    let commit = ["commit", "-q", "-m", "Without Bob", &entry];
    commands.insert(4, command(&sandbox, &laptop, "git", &commit));
    for run in together(commands) {
        run.ok();
    }
    let rows = laptop.ledger(2024);
    for tag in tags {
        let kept = removals(&rows, tag);
        assert!(kept[0].permanent, "{tag}: {kept:?}");
    }
    assert_eq!(removals(&rows, "Bob").len(), 1);
    let changed = laptop.git(["status", "--porcelain"]).ok();
    changed.is(&format!(" M {LEDGER}"));
}

#[test]
fn readers_and_writers_of_one_index_wait_for_each_other() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, FIELDS, "One.\n")]);
    laptop.remove("data/palimpsest.db");
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.git(["add", "-A"]).ok();
    let runs = together(vec![
        command(&sandbox, &laptop, "yaml2sql", &["sync", "journal/md"]),
        command(
            &sandbox,
            &laptop,
            "git",
            &["commit", "-q", "-m", "Without Bob"],
        ),
        command(&sandbox, &laptop, "metadb", &["show", DAY]),
        command(&sandbox, &laptop, "palimpsest", &["reindex"]),
        command(&sandbox, &laptop, "metadb", &["sync", "status"]),
    ]);
    for run in runs {
        run.ok();
    }
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
    laptop.palimpsest(["doctor"]).ok();
    laptop.assert_clean();
}

#[test]
fn a_hook_waits_a_few_seconds_for_the_database_and_lets_git_go_on() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, FIELDS, "One.\n")]);
    laptop.edit_entry(DAY, ", Bob", "");
    let other = Connection::open(laptop.path("data/palimpsest.db")).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let begun = Instant::now();
    laptop
        .git(["commit", "-q", "-am", "Without Bob"])
        .ok()
        .warns("palimpsest.db: locked by ")
        .warns("will be with the next command");
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
    other.execute_batch("COMMIT").unwrap();
    laptop.assert_clean();
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
}

#[test]
fn a_clock_that_runs_backwards_changes_nothing() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, "One.\n")]);
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.commit("Without Bob");
    laptop.push();
    // Two years back: what is done now seems older than the removal.
    sandbox.pass_days(-730);
    desktop.edit_entry(DAY, "sea", "sea, fog");
    desktop.commit("Fog, long before");
    desktop.pull();
    assert!(
        desktop
            .read_entry(DAY)
            .contains("people: [Alice, Carol]\ntags: [sea, fog]")
    );
    desktop.edit_entry(DAY, "Carol", "Carol, Bob");
    desktop.commit("Bob again, before he went");
    desktop.push();
    sandbox.pass_days(365);
    laptop.edit_entry(DAY, "One.", "One, and more.");
    laptop.commit("An edit that knows of nothing");
    laptop.pull();
    laptop.push();
    desktop.pull();
    for machine in [&laptop, &desktop] {
        machine.assert_clean();
        assert!(
            machine
                .read_entry(DAY)
                .contains("people: [Alice, Carol, Bob]")
        );
        machine.metadb(["show", DAY]).ok().says("Bob");
        machine.metadb(["tombstone", "list"]).ok().lacks("Bob");
        machine.palimpsest(["doctor"]).ok();
    }
    assert_eq!(laptop.oid("HEAD^{tree}"), desktop.oid("HEAD^{tree}"));
    // A removal from the future is not over yet, nor for ever.
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.commit("Without Bob again");
    sandbox.pass_days(-365);
    laptop
        .metadb(["tombstone", "cleanup"])
        .ok()
        .is("Cleaned up 0 expired tombstones");
}
