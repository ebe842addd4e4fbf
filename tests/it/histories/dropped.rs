//! An entry that one side of a merge added and the merge leaves out: nobody deleted it,
//! and yet it is gone. And one that comes back with a merge.

use super::*;

const NEW: &str = "2024-11-02";

/// The laptop writes an entry, the desktop another one; what the laptop has is fetched.
fn two_new<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, Machine<'a>) {
    let (laptop, desktop) = begin(sandbox);
    laptop.write_entry(NEW, "people: [Zed]", "New.\n");
    laptop.commit("New");
    laptop.push();
    desktop.write_entry("2024-11-03", "", "Else.\n");
    desktop.commit("Else");
    desktop.git(["fetch", "-q"]).ok();
    (laptop, desktop)
}

/// It is shown as deleted, the same everywhere and by an index made anew, and comes back.
#[track_caller]
fn is_deleted(machines: [&Machine<'_>; 2], by: &str) {
    let shown = machines.map(|machine| {
        let shown = machine.metadb(["show", NEW]).ok();
        machine.palimpsest(["reindex"]).ok();
        assert_eq!(machine.metadb(["show", NEW]).ok().stdout, shown.stdout);
        shown.stdout
    });
    assert_eq!(shown[0], shown[1]);
    assert!(shown[0].contains("deleted at"), "{}", shown[0]);
    assert!(shown[0].contains(&format!("by {by}")), "{}", shown[0]);
    assert!(shown[0].contains("Zed"), "{}", shown[0]);
    let file = crate::sandbox::entry(NEW);
    for machine in machines {
        machine.metadb(["restore", "Entry", NEW]).ok();
        assert!(machine.read(&file).contains("Zed"));
        machine.remove(&file);
        machine.assert_clean();
    }
}

#[test]
fn what_a_person_leaves_out_of_a_merge_is_a_deletion() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two_new(&sandbox);
    desktop
        .git(["merge", "-q", "--no-commit", "origin/main"])
        .ok();
    desktop
        .git(["rm", "-q", "-f", &crate::sandbox::entry(NEW)])
        .ok();
    desktop
        .git(["commit", "-q", "--no-edit"])
        .ok()
        .warns("recorded: entry 2024-11-02 deleted");
    desktop.assert_clean();
    desktop.push();
    laptop
        .pull()
        .warns("entry 2024-11-02 was deleted by desktop; back: `metadb restore Entry 2024-11-02`");
    is_deleted([&laptop, &desktop], "desktop");
    agree(&desktop, &laptop, &[]);
    assert_eq!(deletions(&laptop).len(), 1);
}

#[test]
fn what_a_merge_leaves_out_that_takes_one_side_whole_is_a_deletion() {
    for stored in [false, true] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = two_new(&sandbox);
        desktop
            .git(["merge", "-q", "-s", "ours", "--no-edit", "origin/main"])
            .ok()
            .warns("entry 2024-11-02 was deleted by Orla Pennyfold (no hooks)");
        if stored {
            desktop.write("README.md", "A journal.\n");
            desktop
                .commit("Read me")
                .warns("recorded: entry 2024-11-02 deleted");
        }
        desktop.push();
        laptop
            .pull()
            .warns("entry 2024-11-02 was deleted by Orla Pennyfold (no hooks)");
        is_deleted([&laptop, &desktop], "Orla Pennyfold (no hooks)");
        agree(&desktop, &laptop, &[]);
        is_deleted([&laptop, &desktop], "Orla Pennyfold (no hooks)");
        assert_eq!(deletions(&laptop).len(), 1);
    }
}

/// Git takes the new entry for the old one, moved, and the other side's edit goes there:
/// who deleted the old one is who moved it, whoever merges.
#[test]
fn an_entry_that_git_takes_for_moved_was_deleted_by_who_moved_it() {
    let body = "Went to the quay.\n\nThe ferry was late.\nIt rained all day.\n";
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(NEW, "people: [Zed]", body)]);
    let (old, new) = (
        crate::sandbox::entry(NEW),
        crate::sandbox::entry("2025-01-01"),
    );
    laptop.remove(&old);
    laptop.write_entry("2025-01-01", "people: [Zed]", body);
    laptop.commit("Another day");
    laptop.push();
    desktop.edit(&old, "late", "early");
    desktop.commit("Early");
    let pulled = desktop.pull();
    pulled
        .warns("git took the entry 2024-11-02 for moved to it")
        .warns("entry 2024-11-02 was deleted by laptop; back");
    assert!(desktop.read(&new).contains("early"));
    desktop.push();
    laptop.pull().silent_about("no hooks");
    is_deleted([&laptop, &desktop], "laptop");
    desktop.edit(&new, "rained", "poured");
    desktop.commit("Poured").silent_about("no hooks");
    is_deleted([&desktop, &desktop], "laptop");
    // The last version is what comes back.
    desktop.metadb(["restore", "Entry", NEW]).ok();
    assert!(desktop.read(&old).contains("early"));
}

/// The same by a client without hooks, while it waits for its commit.
#[test]
fn what_a_merge_without_hooks_leaves_out_is_a_deletion() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two_new(&sandbox);
    let file = crate::sandbox::entry(NEW);
    desktop
        .git(["merge", "-q", "--no-commit", "origin/main"])
        .ok();
    without_hooks(&desktop, &["rm", "-q", "-f", &file]);
    without_hooks(&desktop, &["commit", "-q", "--no-edit"]);
    agree(&desktop, &laptop, &[]);
    is_deleted([&laptop, &desktop], "Orla Pennyfold (no hooks)");
    assert_eq!(deletions(&laptop).len(), 1);
}

/// The version that was deleted has its row already; what was edited since has one of
/// its own, and a file that only moved is there.
#[test]
fn what_was_deleted_or_moved_is_not_left_out() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two_new(&sandbox);
    let (file, old) = (crate::sandbox::entry(NEW), crate::sandbox::entry(DAY));
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    desktop.remove(&old);
    desktop.commit("Gone");
    desktop
        .git(["pull", "-q", "--no-rebase", "--no-commit"])
        .exits(1);
    desktop.git(["rm", "-q", &old]).ok();
    desktop.git(["mv", &file, "journal/md/2024-11-02.md"]).ok();
    let said = desktop.git(["commit", "-q", "--no-edit"]).ok();
    said.warns(&format!("recorded: entry {DAY} deleted"))
        .silent_about(&format!("entry {NEW} deleted"));
    agree(&desktop, &laptop, &[]);
    let deletions = desktop.ledger(2024).deletions;
    let deleted: Vec<String> = deletions
        .keys()
        .map(|(entry, _)| entry.to_string())
        .collect();
    assert_eq!(deleted, [DAY, DAY]);
    laptop.metadb(["show", NEW]).ok().lacks("deleted");
}

/// Git takes the addition of a commit that was picked before for a new one.
#[test]
fn a_deleted_entry_that_a_merge_brings_back_is_named() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    laptop.write_entry(NEW, "people: [Zed]", "New.\n");
    laptop.commit("New");
    laptop.write_entry("2024-11-03", "", "Else.\n");
    laptop.commit("Else");
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.git(["cherry-pick", "side^"]).ok();
    laptop.remove(&crate::sandbox::entry(NEW));
    laptop.commit("Gone");
    laptop.push();
    desktop.pull();
    let back = "entry 2024-11-02, which had been deleted, is back";
    laptop
        .git(["merge", "-q", "--no-edit", "side"])
        .ok()
        .warns(back);
    laptop.push();
    desktop.pull().warns(back);
    for machine in [&laptop, &desktop] {
        machine.metadb(["show", NEW]).ok().lacks("deleted");
        machine.git(["pull", "-q"]).ok().silent_about("is back");
    }
    laptop.write("README.md", "A journal.\n");
    let said = laptop.commit("Read me");
    said.warns("recorded: entry 2024-11-02 is back");
    agree(&laptop, &desktop, &[]);
    laptop.metadb(["show", NEW]).ok().lacks("deleted");
}

/// The laptop has a new entry, and the desktop deleted it.
fn deleted_on_the_desktop(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    let (laptop, desktop) = begin(sandbox);
    laptop.write_entry(NEW, "people: [Zed]", "New.\n");
    laptop.commit("New");
    laptop.push();
    desktop.pull();
    desktop.remove(&crate::sandbox::entry(NEW));
    desktop.commit("Gone");
    (laptop, desktop)
}

/// The amended commit adds the entry anew, and git sees one side's addition alone.
#[test]
fn a_deletion_that_a_merge_undoes_is_named_where_it_is_made() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = deleted_on_the_desktop(&sandbox);
    desktop.push();
    laptop
        .git(["commit", "-q", "--amend", "-m", "A new one"])
        .ok();
    let stays = "entry 2024-11-02 was deleted by desktop, and stays: this side added or edited it";
    laptop.pull().warns(stays);
    laptop.push();
    let back = "entry 2024-11-02, which had been deleted, is back";
    desktop.pull().warns(back).silent_about("and stays");
    agree(&laptop, &desktop, &[]);
    // Who put back what they deleted has nobody else asked.
    desktop.remove(&crate::sandbox::entry(NEW));
    desktop.commit("Gone");
    desktop.metadb(["restore", "Entry", NEW]).ok();
    desktop.commit("Back");
    desktop.push();
    laptop.write("README.md", "A journal.\n");
    laptop.commit("Read me");
    laptop.pull().silent_about("and stays");
}

/// One of them put it back before the other deleted it: neither is named for the other.
#[test]
fn who_deleted_an_entry_that_a_merge_keeps_is_named_only_where_it_is_sure() {
    for edits in 1..=4 {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = deleted_on_the_desktop(&sandbox);
        desktop.metadb(["restore", "Entry", NEW]).ok();
        desktop.commit("Back");
        desktop.git(["config", "palimpsest.machine", "tablet"]).ok();
        for nth in 0..edits {
            desktop.write_entry(NEW, "people: [Zed]", &format!("Edit {nth}.\n"));
            desktop.commit("Edit");
        }
        desktop.remove(&crate::sandbox::entry(NEW));
        desktop.commit("Gone again");
        desktop.push();
        laptop
            .git(["commit", "-q", "--amend", "-m", "A new one"])
            .ok();
        laptop
            .pull()
            .warns("entry 2024-11-02 was deleted on the other side, and stays")
            .silent_about("deleted by");
    }
}
