//! An entry that two machines deleted, each another version of it.

use super::*;

/// The laptop deletes the entry, and the desktop a version of its own, later.
fn delete_on_both(laptop: &Machine<'_>, desktop: &Machine<'_>) {
    laptop.remove(&crate::sandbox::entry(DAY));
    laptop.commit("Gone");
    edit(desktop, "tags: [rain]", "tags: [rain, sea]");
    desktop.remove(&crate::sandbox::entry(DAY));
    desktop.commit("Gone here too");
    desktop.push();
}

/// The version that is shown, also by an index made anew, and that comes back.
#[track_caller]
fn shows(machine: &Machine<'_>, sea: bool) {
    let shown = machine.metadb(["show", DAY]).ok();
    assert_eq!(shown.stdout.contains("sea"), sea, "{shown:?}");
    // And who deleted it is told of the same deletion.
    assert_eq!(shown.stdout.contains("by desktop"), sea, "{shown:?}");
    machine.palimpsest(["reindex"]).ok();
    let anew = machine.metadb(["show", DAY]).ok();
    assert_eq!(shown.stdout, anew.stdout);
    machine.metadb(["restore", "Entry", DAY]).ok();
    assert_eq!(machine.read_entry(DAY).contains("sea"), sea);
    machine.remove(&crate::sandbox::entry(DAY));
    machine.assert_clean();
}

/// Git's log leaves out a side of a merge where the other has the same files.
#[test]
fn of_two_deletions_the_same_one_counts_after_every_merge() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    delete_on_both(&laptop, &desktop);
    laptop.pull();
    shows(&laptop, true);
    laptop.write_entry("2024-11-02", "", "Here.\n");
    laptop.commit("Here");
    desktop.write_entry("2024-11-03", "", "There.\n");
    desktop.commit("There");
    desktop.push();
    laptop.pull();
    shows(&laptop, true);
    laptop.push();
    desktop.pull();
    shows(&desktop, true);
}

/// The rows are all there before the commit whose version counts comes in.
#[test]
fn a_deletion_counts_once_its_commit_is_there() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    delete_on_both(&laptop, &desktop);
    laptop.git(["fetch", "-q"]).ok();
    laptop
        .git(["cherry-pick", "--allow-empty", "origin/main"])
        .ok();
    // That version is to be had on this machine alone.
    shows(&laptop, false);
    laptop.pull();
    shows(&laptop, true);
    laptop.git(["reset", "-q", "--hard", "HEAD^"]).ok();
    shows(&laptop, false);
}
