//! What the ledger's driver and the hooks make of real merges.

use std::collections::BTreeSet;

use palimpsest::ledger::{Source, SyncState};

use crate::sandbox::{DAY, LEDGER, Machine, Run, Sandbox, active, entry, journal, removals};

const FIELDS: &str = "\
city: Lisbon
people: [Al, Bob]
epigraph: Salt keeps
tags: [rain]
";

/// Two machines with one entry, set up.
fn machines(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    journal(sandbox, &[(DAY, FIELDS, "Went to the quay.\n")])
}

/// Edits and commits; what the commit said.
fn edit(machine: &Machine<'_>, from: &str, to: &str) -> Run {
    machine.edit_entry(DAY, from, to);
    machine.commit(&format!("{from} to {to}"))
}

/// The sync state of the entry.
fn state(machine: &Machine<'_>) -> SyncState {
    let entry = (DAY.parse().unwrap(), Source::Yaml);
    machine.ledger(2024).sync[&entry].clone()
}

/// The machines whose texts the state of the entry holds.
fn texts_of(machine: &Machine<'_>) -> BTreeSet<String> {
    let texts = state(machine).hashes.into_iter();
    texts.map(|text| text.by).collect()
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.map(str::to_owned).into()
}

fn removals_of_bob(machine: &Machine<'_>) -> usize {
    removals(&machine.ledger(2024), "Bob").len()
}

const DETECTED: &str = "Conflict detected for entry 2024-11-01";

#[test]
fn concurrent_edits_are_a_conflict_on_both_machines_until_someone_edits() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, "Bob]", "Bob, Charlie]").silent_about("conflict");
    laptop.push();
    edit(&desktop, "[rain]", "[rain, ferry]");
    desktop.pull().mentions(DETECTED);
    desktop.assert_clean();
    assert_eq!(texts_of(&desktop), names(["desktop", "laptop"]));
    desktop.push();
    laptop.pull().mentions(DETECTED);
    laptop.assert_clean();
    assert_eq!(laptop.read(LEDGER), desktop.read(LEDGER));

    // Pulling again, or an edit of the body, changes nothing.
    laptop.pull().never_mentions("Conflict");
    edit(&laptop, "quay", "harbour").warns("metadb sync resolve Entry 2024-11-01");
    assert_eq!(texts_of(&laptop), names(["desktop", "laptop"]));
    // An edit by someone who has both settles it.
    edit(&laptop, "Lisbon", "Porto").warns("settles the conflict of entry 2024-11-01");
    assert_eq!(texts_of(&laptop), names(["laptop"]));
    assert_eq!(state(&laptop).resolved, 1);
    laptop.push();
    desktop.pull().never_mentions("Conflict");

    // A second genuine one is listed again.
    edit(&desktop, "Porto", "Braga");
    desktop.push();
    edit(&laptop, "[rain", "[fog, rain");
    laptop.pull().mentions(DETECTED);
    assert_eq!(texts_of(&laptop), names(["desktop", "laptop"]));
    laptop.assert_clean();
}

#[test]
fn one_machines_edits_are_never_a_conflict() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, "Lisbon", "Porto");
    edit(&laptop, "Porto", "Braga");
    laptop.push();
    desktop.write_entry("2024-11-02", "people: [Zoe]", "");
    desktop.commit("Another entry");
    desktop.pull().never_mentions("Conflict");
    desktop.assert_clean();
    assert!(desktop.read(LEDGER).contains("2024-11-02"));
    assert_eq!(state(&desktop).counter, 3);
}

#[test]
fn a_rebase_ends_in_the_same_state() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, "Bob]", "Bob, Charlie]");
    laptop.push();
    edit(&desktop, "[rain]", "[rain, ferry]");
    edit(&desktop, "ferry", "boat");
    desktop.git(["pull", "--rebase"]).ok().mentions(DETECTED);
    desktop.assert_clean();
    assert_eq!(texts_of(&desktop), names(["desktop", "laptop"]));
    desktop.push();
    laptop.git(["pull", "--rebase"]).ok().mentions(DETECTED);
    laptop.assert_clean();
}

#[test]
fn a_conflict_resolved_by_hand_is_settled_with_the_merge() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, "Lisbon", "Porto");
    laptop.push();
    for keep in ["Porto", "Braga", "Faro"] {
        desktop.git(["reset", "-q", "--hard", "HEAD"]).ok();
        let side = format!("side-{keep}");
        desktop.git(["checkout", "-q", "-b", &side, "main"]).ok();
        edit(&desktop, "Lisbon", "Braga");
        desktop
            .git(["pull", "--no-rebase", "origin", "main"])
            .exits(1);
        let text = desktop.read_entry(DAY);
        let start = text.find("<<<<<<<").unwrap();
        let end = text.find(">>>>>>>").unwrap();
        let end = end + text[end..].find('\n').unwrap() + 1;
        let resolved = format!("{}city: {keep}\n{}", &text[..start], &text[end..]);
        // Not resolved yet: refused, with the place.
        desktop
            .git(["commit", "-qam", "Too early"])
            .exits(1)
            .warns("conflict markers");
        desktop.write(&entry(DAY), resolved);
        desktop.git(["add", "-A"]).ok();
        desktop
            .git(["commit", "--no-edit"])
            .ok()
            .warns("settles the conflict of entry 2024-11-01");
        assert_eq!(texts_of(&desktop), names(["desktop"]), "{keep}");
        desktop.assert_clean();
    }
}

#[test]
fn a_criss_cross_keeps_both_and_ends_alike() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, "Bob]", "Bob, Charlie]");
    edit(&desktop, "[rain]", "[rain, ferry]");
    laptop.git(["push", "-q", "origin", "HEAD:laptop"]).ok();
    desktop.git(["push", "-q", "origin", "HEAD:desktop"]).ok();
    // Each merges the other's edit on its own.
    laptop.git(["pull", "-q", "origin", "desktop"]).ok();
    desktop.git(["pull", "-q", "origin", "laptop"]).ok();
    assert_eq!(laptop.read(LEDGER), desktop.read(LEDGER));
    edit(&laptop, "Lisbon", "Porto");
    laptop.git(["push", "-q", "origin", "HEAD:laptop"]).ok();
    desktop.write_entry("2024-11-02", "", "");
    desktop.commit("Another");
    desktop.git(["pull", "-q", "origin", "laptop"]).ok();
    desktop.assert_clean();
    // The laptop had both when it edited.
    assert_eq!(texts_of(&desktop), names(["laptop"]));
}

#[test]
fn a_removal_travels_and_is_no_conflict() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, ", Bob", "");
    laptop.push();
    desktop.write("README.md", "# Ours\n");
    desktop.commit("Readme");
    desktop.pull().never_mentions("Conflict");
    desktop.assert_clean();
    assert_eq!(removals_of_bob(&desktop), 1);
    assert!(!desktop.read_entry(DAY).contains("Bob"));
}

#[test]
fn both_machines_removals_are_two_rows() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, ", Bob", "");
    laptop.push();
    edit(&desktop, ", Bob", "");
    desktop.pull();
    desktop.assert_clean();
    assert_eq!(removals_of_bob(&desktop), 2);
    // The same text on both sides is no conflict.
    assert_eq!(state(&desktop).hashes.len(), 1);
}

#[test]
fn a_revert_of_the_removing_commit_restores_for_everyone() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, ", Bob", "");
    laptop.push();
    desktop.pull();
    laptop.git(["revert", "--no-edit", "HEAD"]).ok();
    laptop.assert_clean();
    laptop.push();
    edit(&desktop, "[rain]", "[rain, ferry]");
    desktop.pull();
    desktop.assert_clean();
    assert!(desktop.read_entry(DAY).contains("Bob"));
    assert_eq!(active(&desktop.ledger(2024)), 0);
}

#[test]
fn status_is_clean_after_switching_picking_squashing_and_stashing() {
    let sandbox = Sandbox::new();
    let (laptop, _) = machines(&sandbox);
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    edit(&laptop, ", Bob", "");
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.assert_clean();
    edit(&laptop, "[rain]", "[rain, ferry]");
    laptop.git(["cherry-pick", "side"]).ok();
    laptop.assert_clean();
    assert_eq!(removals_of_bob(&laptop), 1);
    laptop.git(["reset", "-q", "--hard", "HEAD^"]).ok();
    laptop.git(["merge", "--squash", "side"]).ok();
    laptop.git(["commit", "-q", "-m", "Squashed"]).ok();
    laptop.assert_clean();
    // The one that was made on the branch, whose row came with the squash.
    assert_eq!(removals_of_bob(&laptop), 1);
    laptop.edit_entry(DAY, "Lisbon", "Porto");
    laptop.git(["stash", "-q"]).ok();
    laptop.assert_clean();
    laptop.git(["stash", "pop", "-q"]).ok();
    laptop.commit("Porto");
    laptop.assert_clean();
}

#[test]
fn an_uncommitted_edit_blocks_no_pull_of_other_entries() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    laptop.write_entry("2024-11-02", "people: [Zoe]", "");
    laptop.commit("Another");
    laptop.push();
    desktop.edit_entry(DAY, ", Bob", "");
    // Given up for want of a message: pre-commit has run.
    desktop.git(["commit", "-a", "-m", ""]).fails();
    desktop.pull();
    assert!(desktop.read(LEDGER).contains("2024-11-02"));
    desktop.commit("Without Bob");
    desktop.assert_clean();
    assert_eq!(removals_of_bob(&desktop), 1);
}

#[test]
fn a_merge_that_waits_for_its_commit_says_what_came_in() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, "Bob]", "Bob, Charlie]");
    laptop.push();
    edit(&desktop, "[rain]", "[rain, ferry]");
    desktop.git(["pull", "--no-commit"]).ok();
    desktop.git(["commit", "--no-edit"]).ok().warns(DETECTED);
    assert_eq!(texts_of(&desktop), names(["desktop", "laptop"]));
    desktop.assert_clean();
}

#[test]
fn a_pull_names_what_came_in_and_cannot_be_read_once() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    laptop.edit_entry(DAY, "[Al, Bob]", "[Al, Bob");
    laptop.git(["commit", "-q", "-n", "-am", "Unchecked"]).ok();
    laptop.push();
    let file = entry(DAY);
    desktop.git(["pull", "-q"]).ok().warns(&format!("{file}:"));
    laptop.write("pages/quay.txt", "Boats.\n");
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-q", "-n", "-m", "A page"]).ok();
    laptop.push();
    desktop.git(["pull", "-q"]).ok().silent_about(&file);
    // A rebase brings it in as well.
    desktop.git(["reset", "-q", "--hard", "HEAD~2"]).ok();
    desktop.write("pages/mole.txt", "Gulls.\n");
    desktop.commit("Another page");
    desktop
        .git(["pull", "-q", "--rebase"])
        .ok()
        .warns(&format!("{file}:"));
}

#[test]
fn a_ledger_merged_without_the_driver_is_merged_again() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, "Bob]", "Bob, Charlie]");
    laptop.push();
    edit(&desktop, "[rain]", "[rain, ferry]");
    let driver = desktop
        .git(["config", "merge.palimpsest-ledger.driver"])
        .text()
        .to_owned();
    desktop
        .git([
            "config",
            "merge.palimpsest-ledger.driver",
            "git merge-file %A %O %B",
        ])
        .ok();
    desktop.git(["pull"]).exits(1);
    desktop
        .git(["commit", "-qam", "With markers"])
        .exits(1)
        .warns("data/ledger/2024.jsonl:1:1: conflict markers")
        .warns("`palimpsest resolve data/ledger/2024.jsonl`");
    desktop
        .git(["config", "merge.palimpsest-ledger.driver", &driver])
        .ok();
    desktop.git(["checkout", "-m", "--", LEDGER]).ok();
    desktop.commit("Merged").warns(DETECTED);
    assert_eq!(texts_of(&desktop), names(["desktop", "laptop"]));
    desktop.assert_clean();
}

/// One machine removes the entry, the other edits it; git stops at that.
fn removed_and_edited<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let (laptop, desktop) = machines(sandbox);
    laptop.git(["rm", "-q", &entry(DAY)]).ok();
    laptop.git(["commit", "-q", "-m", "Gone"]).ok();
    laptop.push();
    edit(&desktop, "[rain]", "[rain, ferry]");
    desktop
        .git(["pull"])
        .exits(1)
        .mentions("CONFLICT (modify/delete)");
    desktop
}

#[test]
fn an_entry_that_is_kept_against_a_deletion_is_no_longer_deleted() {
    let sandbox = Sandbox::new();
    let desktop = removed_and_edited(&sandbox);
    assert_eq!(desktop.ledger(2024).deletions.len(), 1);
    desktop.git(["add", "-A"]).ok();
    desktop
        .git(["commit", "--no-edit"])
        .ok()
        .warns("recorded: entry 2024-11-01 is back");
    assert!(desktop.read_entry(DAY).contains("ferry"));
    assert_eq!(active(&desktop.ledger(2024)), 0);
    desktop.assert_clean();
}

#[test]
fn an_entry_whose_deletion_is_accepted_stays_deleted() {
    let sandbox = Sandbox::new();
    let desktop = removed_and_edited(&sandbox);
    desktop.git(["rm", "-q", &entry(DAY)]).ok();
    desktop.git(["commit", "--no-edit"]).ok();
    // One of the version that the other machine deleted, one of what is edited here.
    let ledger = desktop.ledger(2024);
    assert_eq!(ledger.deletions.len(), 2);
    assert!(active(&ledger) > 0);
    assert!(!desktop.exists(&entry(DAY)));
    desktop.assert_clean();
}

#[test]
fn unresolved_conflicts_block_where_the_settings_say_so() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, "Bob]", "Bob, Charlie]");
    laptop.push();
    edit(&desktop, "[rain]", "[rain, ferry]");
    desktop.pull().mentions(DETECTED);
    desktop.write("palimpsest.toml", "[conflicts]\non_commit = \"block\"\n");
    desktop.edit_entry(DAY, "quay", "harbour");
    desktop
        .git(["commit", "-qam", "Body"])
        .exits(1)
        .warns("metadb sync resolve Entry 2024-11-01")
        .warns("conflicts.on_commit");
    desktop.metadb(["sync", "resolve", "Entry", DAY]).ok();
    desktop.commit("Settled");
    desktop.assert_clean();
}
