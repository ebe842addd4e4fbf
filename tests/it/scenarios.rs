//! The everyday scenarios, command by command as people type them, on two
//! machines with real git.

use crate::sandbox::{Machine, Run, Sandbox, journal};

const NOV_1: &str = "journal/md/2024/2024-11-01.md";

/// The laptop's journal, cloned by the desktop, both set up.
fn laptop_and_desktop(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    journal(
        sandbox,
        &[
            (
                "2024-11-01",
                "people: [Alice, Bob, Charlie]\ntags: [ferry]\n",
                "Coffee by the ferry.\n",
            ),
            (
                "2024-11-08",
                "city: Porto\npeople: [Alice, Bob]\n",
                "Rain.\n",
            ),
        ],
    )
}

/// `git commit -am`, which leaves nothing behind.
#[track_caller]
fn commit(machine: &Machine, message: &str) -> Run {
    let run = machine.git(["commit", "-am", message]).ok();
    machine.assert_clean();
    run
}

/// `git pull`, which does not stop and leaves nothing behind.
#[track_caller]
fn pull(machine: &Machine) -> Run {
    let run = machine.git(["pull"]).ok();
    machine.assert_clean();
    run
}

#[track_caller]
fn push(machine: &Machine) {
    machine.git(["push"]).ok();
}

#[track_caller]
fn no_conflicts(machine: &Machine) {
    machine
        .metadb(["sync", "conflicts"])
        .ok()
        .says("No unresolved conflicts found");
}

#[track_caller]
fn listed_with_both_names(machine: &Machine, id: &str) {
    let run = machine.metadb(["sync", "conflicts"]).ok();
    let wanted = format!("Entry ID: {id}");
    run.says(&wanted).says("laptop").says("desktop");
}

#[test]
fn a_removed_person_stays_gone_and_comes_back_on_purpose() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = laptop_and_desktop(&sandbox);

    laptop.edit(NOV_1, "[Alice, Bob, Charlie]", "[Alice, Charlie]");
    laptop
        .yaml2sql(["update", NOV_1])
        .ok()
        .mentions("Bob")
        .mentions("pending");
    laptop
        .metadb(["tombstone", "list", "--table", "entry_people"])
        .ok()
        .says("Bob");
    laptop.git(["add", NOV_1]).ok();
    laptop
        .git(["commit", "-m", "Remove Bob from 2024-11-01"])
        .ok();
    laptop.assert_clean();
    push(&laptop);

    pull(&desktop);
    desktop.yaml2sql(["sync", "journal/md/"]).ok();
    desktop.assert_clean();
    desktop
        .metadb(["show", "2024-11-01"])
        .ok()
        .says("Alice")
        .lacks("Bob");
    desktop
        .metadb(["tombstone", "list", "--table", "entry_people"])
        .ok()
        .says("Bob")
        .says("laptop");
    no_conflicts(&desktop);
    no_conflicts(&laptop);

    // On purpose, by someone who had the removal.
    desktop.edit(NOV_1, "[Alice, Charlie]", "[Alice, Bob, Charlie]");
    commit(&desktop, "Bob was there");
    push(&desktop);
    pull(&laptop);
    for machine in [&laptop, &desktop] {
        assert!(machine.read(NOV_1).contains("[Alice, Bob, Charlie]"));
        machine.metadb(["show", "2024-11-01"]).ok().says("Bob");
        no_conflicts(machine);
    }
}

#[test]
fn a_removed_person_stays_gone_where_the_other_machine_edited_the_same_list() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = laptop_and_desktop(&sandbox);
    laptop.edit(NOV_1, "[Alice, Bob, Charlie]", "[Alice, Charlie]");
    commit(&laptop, "Remove Bob");
    push(&laptop);
    desktop.edit(
        NOV_1,
        "[Alice, Bob, Charlie]",
        "[Alice, Bob, Charlie, Dave]",
    );
    commit(&desktop, "Add Dave");
    pull(&desktop);
    push(&desktop);
    pull(&laptop);
    for machine in [&laptop, &desktop] {
        assert!(
            machine
                .read(NOV_1)
                .contains("people: [Alice, Charlie, Dave]\n"),
            "{}",
            machine.read(NOV_1)
        );
        machine
            .metadb(["show", "2024-11-01"])
            .ok()
            .says("Dave")
            .lacks("Bob");
    }
}

#[test]
fn a_removed_person_is_not_brought_back_by_unrelated_histories() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = laptop_and_desktop(&sandbox);
    laptop.edit(NOV_1, "[Alice, Bob, Charlie]", "[Alice, Charlie]");
    commit(&laptop, "Remove Bob");
    push(&laptop);
    // The desktop's journal as somebody copied it, with a history of its own.
    desktop.git(["checkout", "-q", "--orphan", "copied"]).ok();
    desktop.git(["commit", "-qm", "A copy"]).ok();
    desktop.git(["fetch", "-q"]).ok();
    desktop
        .git(["merge", "--allow-unrelated-histories", "origin/main"])
        .ok()
        .mentions("person Bob stays out");
    desktop.assert_clean();
    let text = desktop.read(NOV_1);
    assert!(text.contains("people: [Alice, Charlie]\n"), "{text}");
    desktop.metadb(["show", "2024-11-01"]).ok().lacks("Bob");
}

#[test]
fn a_new_entry_is_there_on_the_other_machine() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = laptop_and_desktop(&sandbox);
    let file = "journal/md/2024/2024-11-25.md";
    laptop.write_entry("2024-11-25", "people: [Alice]\n", "New entry content\n");
    laptop
        .yaml2sql(["update", file])
        .ok()
        .mentions("2024-11-25");
    laptop.git(["add", file]).ok();
    laptop.git(["commit", "-m", "Add 2024-11-25 entry"]).ok();
    laptop.assert_clean();
    push(&laptop);

    pull(&desktop);
    desktop.yaml2sql(["sync", "journal/md/"]).ok();
    for id in ["2024-11-25", "20241125", file] {
        desktop
            .metadb(["show", id])
            .ok()
            .says("2024-11-25")
            .says("Alice");
    }
    no_conflicts(&desktop);
    desktop.assert_clean();
}

#[test]
fn concurrent_edits_merge_are_listed_on_both_machines_and_settled_once() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = laptop_and_desktop(&sandbox);
    let file = "journal/md/2024/2024-11-08.md";

    laptop.edit(file, "[Alice, Bob]", "[Alice, Bob, Charlie]");
    laptop.yaml2sql(["update", file]).ok();
    commit(&laptop, "Add Charlie to 2024-11-08");
    push(&laptop);
    desktop.edit(file, "[Alice, Bob]", "[Alice, Bob, Dave]");
    desktop.yaml2sql(["update", file]).ok();
    commit(&desktop, "Add Dave to 2024-11-08");
    no_conflicts(&desktop);
    pull(&desktop).mentions("Conflict detected for entry 2024-11-08");
    push(&desktop);
    pull(&laptop).mentions("Conflict detected for entry 2024-11-08");

    assert_eq!(laptop.read(file), desktop.read(file));
    assert!(
        laptop
            .read(file)
            .contains("people: [Alice, Bob, Charlie, Dave]\n"),
        "{}",
        laptop.read(file)
    );
    for machine in [&laptop, &desktop] {
        listed_with_both_names(machine, "20241108 (2024-11-08)");
        machine
            .metadb(["sync", "status"])
            .ok()
            .says("Active conflicts: 1");
        machine
            .metadb(["show", "2024-11-08", "--full"])
            .ok()
            .says("Charlie")
            .says("Dave");
    }

    // Settled on one machine, by any of its names.
    laptop.metadb(["sync", "resolve", "Entry", "20241108"]).ok();
    no_conflicts(&laptop);
    commit(&laptop, "Both were there");
    no_conflicts(&laptop);
    push(&laptop);
    pull(&desktop);
    no_conflicts(&desktop);
    desktop
        .metadb(["sync", "status"])
        .ok()
        .says("Active conflicts: 0");

    // An ordinary edit on one machine is never listed.
    laptop.edit(file, "city: Porto", "city: Braga");
    commit(&laptop, "Braga");
    push(&laptop);
    pull(&desktop).never_mentions("Conflict detected");
    no_conflicts(&desktop);
    no_conflicts(&laptop);

    // A second genuine one on the same entry is.
    laptop.edit(file, "Dave]", "Dave, Eve]");
    commit(&laptop, "Eve");
    push(&laptop);
    desktop.edit(file, "Dave]", "Dave, Frank]");
    commit(&desktop, "Frank");
    pull(&desktop).mentions("Conflict detected for entry 2024-11-08");
    listed_with_both_names(&desktop, "20241108 (2024-11-08)");
    push(&desktop);
    pull(&laptop);
    listed_with_both_names(&laptop, "20241108 (2024-11-08)");

    // A later edit by somebody who had both settles it too.
    desktop.edit(file, "city: Braga", "city: Porto");
    commit(&desktop, "Porto after all");
    no_conflicts(&desktop);
    push(&desktop);
    pull(&laptop);
    no_conflicts(&laptop);
    laptop
        .metadb(["sync", "stats"])
        .ok()
        .says("unresolved): 0")
        .says("resolved): 2");
}

#[test]
fn concurrent_edits_rebase_without_a_stop() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = laptop_and_desktop(&sandbox);
    let file = "journal/md/2024/2024-11-08.md";
    laptop.edit(file, "[Alice, Bob]", "[Alice, Bob, Charlie]");
    commit(&laptop, "Add Charlie");
    push(&laptop);
    desktop.edit(file, "[Alice, Bob]", "[Alice, Bob, Dave]");
    commit(&desktop, "Add Dave");
    desktop.git(["pull", "--rebase"]).ok();
    desktop.assert_clean();
    push(&desktop);
    pull(&laptop);
    for machine in [&laptop, &desktop] {
        assert!(machine.read(file).contains("[Alice, Bob, Charlie, Dave]"));
        listed_with_both_names(machine, "20241108 (2024-11-08)");
    }
}

#[test]
fn both_machines_make_the_same_merge() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = laptop_and_desktop(&sandbox);
    let file = "journal/md/2024/2024-11-08.md";
    laptop.edit(file, "[Alice, Bob]", "[Alice, Bob, Charlie]");
    commit(&laptop, "Add Charlie");
    laptop
        .git(["push", "-q", "origin", "HEAD:refs/heads/laptop"])
        .ok();
    desktop.edit(file, "[Alice, Bob]", "[Bob, Dave]");
    commit(&desktop, "Add Dave, remove Alice");
    desktop
        .git(["push", "-q", "origin", "HEAD:refs/heads/desktop"])
        .ok();
    laptop.git(["fetch", "-q"]).ok();
    desktop.git(["fetch", "-q"]).ok();
    laptop.git(["merge", "-q", "origin/desktop"]).ok();
    desktop.git(["merge", "-q", "origin/laptop"]).ok();
    laptop.assert_clean();
    desktop.assert_clean();
    assert_eq!(laptop.oid("HEAD^{tree}"), desktop.oid("HEAD^{tree}"));
    assert!(laptop.read(file).contains("[Bob, Charlie, Dave]"));
}

#[test]
fn notes_travel_beside_the_frontmatter() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = laptop_and_desktop(&sandbox);
    let note = "wiki/entries/2024/2024-11-01.md";
    laptop.write(note, "# 2024-11-01\n\n### Notes\n\nKeep the ferry.\n");
    laptop.wiki2sql(["import", "entries"]).ok();
    laptop.git(["add", note]).ok();
    laptop.git(["commit", "-m", "Add notes to wiki entry"]).ok();
    laptop.assert_clean();
    push(&laptop);

    // Meanwhile the entry itself, on the other machine: two things, no conflict.
    desktop.edit(NOV_1, "[ferry]", "[ferry, coffee]");
    commit(&desktop, "A tag");
    pull(&desktop).never_mentions("Conflict detected");
    desktop.wiki2sql(["import", "entries"]).ok();
    desktop.assert_clean();
    push(&desktop);
    pull(&laptop);
    for machine in [&laptop, &desktop] {
        machine
            .metadb(["show", "2024-11-01", "--full"])
            .ok()
            .says("Keep the ferry.")
            .says("coffee");
        no_conflicts(machine);
    }

    // Emptied on one machine, it is empty on the other.
    desktop.edit(note, "Keep the ferry.\n", "");
    commit(&desktop, "No note");
    push(&desktop);
    pull(&laptop);
    laptop
        .metadb(["show", "2024-11-01", "--full"])
        .ok()
        .lacks("Keep the ferry.");
}

#[test]
fn a_sync_by_hand_with_uncommitted_edits_blocks_no_pull_of_other_entries() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = laptop_and_desktop(&sandbox);
    laptop.edit("journal/md/2024/2024-11-08.md", "Rain.", "Rain all day.");
    commit(&laptop, "Rain");
    push(&laptop);
    desktop.edit(NOV_1, "[Alice, Bob, Charlie]", "[Alice]");
    desktop.yaml2sql(["sync", "journal/md"]).ok();
    desktop.git(["pull"]).ok();
    desktop
        .git(["status", "--porcelain"])
        .ok()
        .is("M journal/md/2024/2024-11-01.md");
    // What is not committed is listed as pending, and goes when it is taken back.
    desktop
        .metadb(["tombstone", "list"])
        .ok()
        .says("Bob")
        .says("not committed yet");
    desktop.git(["checkout", "-q", "--", NOV_1]).ok();
    desktop.metadb(["tombstone", "list"]).ok().lacks("Bob");
    desktop.metadb(["show", "2024-11-01"]).ok().says("Bob");
}

#[test]
fn branches_leave_nothing_behind() {
    let sandbox = Sandbox::new();
    let (laptop, _) = laptop_and_desktop(&sandbox);
    laptop.git(["switch", "-q", "-c", "trip"]).ok();
    laptop.assert_clean();
    laptop.edit(NOV_1, "[Alice, Bob, Charlie]", "[Alice, Charlie]");
    commit(&laptop, "Without Bob");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.assert_clean();
    laptop.metadb(["show", "2024-11-01"]).ok().says("Bob");
    laptop.edit("journal/md/2024/2024-11-08.md", "Porto", "Braga");
    commit(&laptop, "Braga");
    laptop.git(["merge", "-q", "trip"]).ok();
    laptop.assert_clean();
    laptop.metadb(["show", "2024-11-01"]).ok().lacks("Bob");
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
    no_conflicts(&laptop);
}
