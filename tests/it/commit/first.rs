//! The first commit of a repository that comes with a ledger: restored beside the old
//! journal, begun anew, or on a branch without a past. Nothing that the ledger says is lost.

use std::fs;

use palimpsest::ledger::Ledger;

use super::*;
use crate::sandbox::journal;

const OTHER: &str = "2024-11-02";
const WAITS: &str = "entry 2024-11-01 (yaml) has an unresolved conflict";

/// The desktop of two machines that both edited one entry, and of which the laptop edited
/// another one.
fn both_edited<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let entries = [
        (DAY, "people: [Al, Bob]", "Went to the quay.\n"),
        (OTHER, "people: [Zed]", "Stayed in.\n"),
    ];
    let (laptop, desktop) = journal(sandbox, &entries);
    laptop.edit_entry(OTHER, "[Zed]", "[Zed, Ida]");
    laptop.commit("Ida");
    remove(&laptop, "[Al, Bob]", "[Al, Bob, Lou]");
    laptop.commit("Lou");
    laptop.push();
    remove(&desktop, "[Al, Bob]", "[Al, Bob, Mia]");
    desktop.commit("Mia");
    desktop.pull().mentions("Conflict detected");
    desktop.assert_clean();
    desktop
}

/// The desktop's journal in a new folder, out of a backup.
fn restored<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let desktop = both_edited(sandbox);
    desktop.palimpsest(["backup-full"]).ok();
    let folder = desktop.path("backups/full_data");
    let archive = fs::read_dir(folder).unwrap().next().unwrap().unwrap();
    let archive = archive.path();
    let archive = archive.to_str().unwrap();
    desktop
        .palimpsest(["restore-full", archive, "--into", "../new"])
        .ok();
    let new = sandbox.folder("new");
    begin(&new);
    new
}

/// Makes a journal of a folder's own.
fn begin(machine: &Machine<'_>) {
    machine.git(["init", "-q"]).ok();
    machine
        .git(["config", "palimpsest.machine", "desktop"])
        .ok();
    machine.palimpsest(["init"]).ok();
}

fn counter_of(ledger: &Ledger, entry: &str) -> u64 {
    ledger.sync[&(entry.parse().unwrap(), Source::Yaml)].counter
}

#[test]
fn what_the_ledger_says_stays() {
    type Way = (&'static str, fn(&Sandbox) -> Machine<'_>);
    let ways: [Way; 3] = [
        ("restored", restored),
        ("begun anew", |sandbox| {
            let desktop = both_edited(sandbox);
            fs::remove_dir_all(desktop.path(".git")).unwrap();
            begin(&desktop);
            desktop
        }),
        ("orphan", |sandbox| {
            let desktop = both_edited(sandbox);
            desktop.git(["checkout", "-q", "--orphan", "fresh"]).ok();
            desktop
        }),
    ];
    for (way, machine) in ways {
        let sandbox = Sandbox::new();
        let machine = machine(&sandbox);
        let before = machine.ledger(2024);
        assert_eq!(before.conflicts().count(), 1, "{way}");
        assert_eq!(counter_of(&before, OTHER), 2, "{way}");
        sandbox.pass_days(1);
        machine
            .commit("From before")
            .mentions(WAITS)
            .never_mentions("Conflict detected");
        machine.assert_clean();
        assert_eq!(machine.ledger_at("HEAD", 2024), before, "{way}");
        let listed = machine.metadb(["sync", "conflicts"]).ok().says(DAY);
        machine.palimpsest(["reindex"]).ok();
        machine
            .metadb(["sync", "conflicts"])
            .ok()
            .is(&listed.stdout);

        // The next edit settles it, as it does anywhere.
        remove(&machine, "Al, ", "");
        machine
            .commit("Without Al")
            .mentions("settles the conflict of entry 2024-11-01 (yaml)");
        machine.assert_clean();
        assert_eq!(counter_of(&machine.ledger(2024), DAY), 3, "{way}");
        machine.metadb(["sync", "conflicts"]).ok().lacks(DAY);
    }
}

#[test]
fn what_was_edited_before_it_is_one_edit_more() {
    for again in [false, true] {
        let sandbox = Sandbox::new();
        let machine = restored(&sandbox);
        let before = machine.ledger(2024);
        machine.edit_entry(OTHER, "[Zed, Ida]", "[Ida]");
        // Nothing tells an edit on top of a conflict from the merge that brought it.
        remove(&machine, "Al, ", "");
        machine.git(["add", "-A"]).ok();
        if again {
            machine.git(["commit", "-q", "-m", ""]).fails();
        }
        machine
            .git(["commit", "-q", "-m", "From a backup"])
            .ok()
            .mentions(WAITS);
        machine.assert_clean();
        let ledger = machine.ledger_at("HEAD", 2024);
        assert!(ledger.conflicts().eq(before.conflicts()), "{again}");
        assert_eq!(counter_of(&ledger, OTHER), 3, "{again}");
        let state = &ledger.sync[&(OTHER.parse().unwrap(), Source::Yaml)];
        assert_eq!(state.hashes[0].by, "desktop");
    }
}

#[test]
fn a_decision_before_it_counts() {
    let sandbox = Sandbox::new();
    let machine = restored(&sandbox);
    machine.write("palimpsest.toml", "[conflicts]\non_commit = \"block\"\n");
    machine.git(["add", "-A"]).ok();
    machine
        .git(["commit", "-q", "-m", "From a backup"])
        .fails()
        .mentions(WAITS);
    machine.metadb(["sync", "resolve", "Entry", DAY]).ok();
    machine.metadb(["sync", "conflicts"]).ok().lacks(DAY);
    let settled = machine.ledger(2024);
    machine.commit("From a backup").never_mentions("conflict");
    machine.assert_clean();
    assert_eq!(machine.ledger_at("HEAD", 2024), settled);
    assert_eq!(settled.conflicts().count(), 0);
}

/// Lines that are not understood belong to whoever wrote them.
#[test]
fn a_line_that_is_damaged_stays_as_it_is() {
    let sandbox = Sandbox::new();
    let machine = restored(&sandbox);
    let ledger = machine.read(LEDGER);
    let torn = format!("{ledger}{{\"v\":1,\"kind\":\"sync\",\"entry\":\"2024-11-0\n");
    machine.write(LEDGER, &torn);
    machine.commit("From a backup").mentions(WAITS);
    machine.assert_clean();
    assert_eq!(machine.read(LEDGER), torn);
}
