//! An entry that two machines deleted, each another version of it, or that one deleted
//! and the other edited.

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

/// Whichever machine's clock is ahead: the version that was edited on is the later one.
#[test]
fn of_two_deletions_the_one_of_the_edited_version_counts() {
    for later in ["laptop", "desktop"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        let remove = |machine: &Machine<'_>| {
            machine.remove(&crate::sandbox::entry(DAY));
            machine.commit("Gone");
        };
        edit(&desktop, "[Alice, Bob]", "[Alice, Dora]");
        if later == "desktop" {
            remove(&laptop);
            sandbox.pass_days(1);
            remove(&desktop);
        } else {
            remove(&desktop);
            sandbox.pass_days(1);
            remove(&laptop);
        }
        desktop.push();
        laptop.pull();
        laptop.push();
        desktop.pull();
        for machine in [&laptop, &desktop] {
            machine.metadb(["restore", "Entry", DAY]).ok();
            let text = machine.read_entry(DAY);
            assert!(text.contains("Dora"), "{later}: {text}");
            machine.remove(&crate::sandbox::entry(DAY));
        }
    }
}

/// Where the desktop's entry is moved to, and edited in the same commit.
const MOVED: &str = "journal/md/2024/11/2024-11-01.md";

/// The desktop moves the entry and edits it.
fn move_and_edit(desktop: &Machine<'_>) {
    let path = crate::sandbox::entry(DAY);
    let text = desktop.read(&path).replace("Bob]", "Dora]");
    desktop.write(MOVED, text);
    desktop.remove(&path);
    desktop.commit("Sorted by month, and Dora for Bob");
}

#[test]
fn of_two_deletions_the_one_of_the_version_that_was_edited_as_it_moved_counts() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    move_and_edit(&desktop);
    desktop.remove(MOVED);
    desktop.commit("Gone");
    desktop.push();
    sandbox.pass_days(1);
    laptop.remove(&crate::sandbox::entry(DAY));
    laptop.commit("Gone");
    laptop.pull();
    laptop.push();
    desktop.pull();
    for machine in [&laptop, &desktop] {
        machine.metadb(["restore", "Entry", DAY]).ok();
        let text = machine.read(MOVED);
        assert!(text.contains("Dora"), "{text}");
    }
}

/// The merge leaves out the desktop's version: that is the last one.
#[test]
fn restore_gives_the_version_that_a_merge_left_out() {
    for hooks in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit(&desktop, "[Alice, Bob]", "[Alice, Dora]");
        desktop.push();
        laptop.remove(&crate::sandbox::entry(DAY));
        laptop.commit("Gone");
        laptop.git(["pull", "-q", "--no-rebase"]).exits(1);
        laptop.git(["rm", "-q", &crate::sandbox::entry(DAY)]).ok();
        match hooks {
            true => drop(laptop.git(["commit", "-q", "--no-edit"]).ok()),
            false => without_hooks(&laptop, &["commit", "-q", "--no-edit"]),
        }
        laptop.push();
        desktop.pull();
        // How git shows merges is a person's choice, and no other history.
        let shown = ["config", "log.diffMerges", "first-parent"];
        laptop.git(shown).ok();
        laptop.palimpsest(["reindex"]).ok();
        for machine in [&laptop, &desktop] {
            let run = machine.metadb(["restore", "Entry", DAY]).ok();
            run.lacks("In it");
            let text = machine.read_entry(DAY);
            assert!(text.contains("[Alice, Dora]"), "{text}");
            machine.remove(&crate::sandbox::entry(DAY));
            machine.assert_clean();
        }
    }
}

#[test]
fn restore_names_what_the_version_has_against_a_removal() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&desktop, "mood: calm", "mood: good");
    desktop.push();
    remove_bob(&laptop);
    laptop.remove(&crate::sandbox::entry(DAY));
    laptop.commit("Gone");
    laptop.git(["pull", "-q", "--no-rebase"]).exits(1);
    laptop.git(["rm", "-q", &crate::sandbox::entry(DAY)]).ok();
    laptop.git(["commit", "-q", "--no-edit"]).ok();
    laptop
        .metadb(["restore", "Entry", DAY])
        .ok()
        .says("In it: person Bob, removed before");
    assert!(laptop.read_entry(DAY).contains("mood: good"));
}

/// Whoever fetched the branch may merge it, or bring the entry in with it.
#[test]
fn a_squash_keeps_the_deletion_of_an_entry_that_a_remote_branch_still_has() {
    for (pushed, rows) in [("never", 0), ("the entry", 1), ("its deletion", 0)] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.git(["checkout", "-q", "-b", "draft"]).ok();
        laptop.write_entry("2024-11-03", "people: [Zed]", "A draft.\n");
        laptop.commit("A draft");
        if pushed == "the entry" {
            laptop.push();
            desktop.git(["fetch", "-q"]).ok();
        }
        laptop.remove(&crate::sandbox::entry("2024-11-03"));
        laptop.commit("Gone");
        if pushed == "its deletion" {
            laptop.push();
        }
        laptop.write("README.md", "# Mine\n");
        laptop.commit("What is worth it");
        laptop.git(["checkout", "-q", "main"]).ok();
        laptop.git(["merge", "-q", "--squash", "draft"]).ok();
        laptop.commit("Squashed");
        laptop.assert_clean();
        assert_eq!(laptop.ledger(2024).deletions.len(), rows, "{pushed}");
        if rows == 1 {
            laptop.push();
            desktop.pull();
            desktop
                .git(["merge", "-q", "--no-edit", "origin/draft"])
                .ok()
                .mentions("entry 2024-11-03, which had been deleted, is back");
        }
    }
}

/// `git commit -a` would commit what came back: it must not be older than what was staged.
#[test]
fn a_deletion_that_is_not_staged_is_taken_back_from_the_index() {
    let sandbox = Sandbox::new();
    let (laptop, _desktop) = begin(&sandbox);
    let path = crate::sandbox::entry(DAY);
    laptop.edit_entry(DAY, "tags: [rain]", "tags: [rain, sea]");
    laptop.git(["add", &path]).ok();
    laptop.remove(&path);
    laptop
        .metadb(["restore", "Entry", DAY])
        .ok()
        .says("As git's index has it")
        .lacks("git add");
    assert!(laptop.read_entry(DAY).contains("[rain, sea]"));
    let status = laptop.git(["status", "--short"]).ok().stdout;
    assert_eq!(status, format!("M  {path}\n"));
    // Nothing is staged of a file that was only announced.
    laptop.write_entry("2024-11-08", "", "Announced.\n");
    let announced = crate::sandbox::entry("2024-11-08");
    laptop.git(["add", "-N", &announced]).ok();
    laptop.remove(&announced);
    laptop
        .metadb(["restore", "Entry", "2024-11-08"])
        .exits(1)
        .warns("no deleted entry");
}

/// With the mode that it has, as git checks it out.
#[test]
fn what_comes_back_is_the_version_that_was_staged_where_it_was_moved_to() {
    let sandbox = Sandbox::new();
    let (laptop, _desktop) = begin(&sandbox);
    let (path, moved) = (crate::sandbox::entry(DAY), format!("journal/md/{DAY}.md"));
    let is_executable = |path: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        let meta = laptop.path(path).metadata().unwrap();
        meta.permissions().mode() & 0o111 != 0
    };
    laptop.git(["update-index", "--chmod=+x", &path]).ok();
    laptop.git(["commit", "-q", "-m", "Run it"]).ok();
    laptop
        .git(["checkout", "-q", "-f", "HEAD", "--", &path])
        .ok();
    laptop.git(["rm", "-q", &path]).ok();
    laptop.metadb(["restore", "Entry", DAY]).ok();
    assert!(is_executable(&path));
    laptop.assert_clean();

    laptop.edit_entry(DAY, "tags: [rain]", "tags: [rain, sea]");
    laptop.git(["add", &path]).ok();
    laptop.git(["mv", &path, &moved]).ok();
    laptop.remove(&moved);
    laptop
        .metadb(["restore", "Entry", DAY])
        .ok()
        .says(&format!("Restored {moved}"));
    assert!(laptop.read(&moved).contains("[rain, sea]") && is_executable(&moved));
    assert!(!laptop.exists(&path));
    let status = laptop
        .git(["status", "--short", "--no-renames"])
        .ok()
        .stdout;
    assert_eq!(status, format!("A  {moved}\nD  {path}\n"));
}

/// As the guide deletes. Left staged, the deletion would go along with the next commit.
#[test]
fn a_deletion_that_is_staged_is_taken_back_from_the_index_too() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let path = crate::sandbox::entry(DAY);
    laptop.git(["rm", "-q", &path]).ok();
    laptop
        .metadb(["restore", "Entry", DAY])
        .ok()
        .says("Its deletion was staged, and is not any more");
    laptop.assert_clean();
    laptop.write_entry("2024-11-08", "", "Another.\n");
    laptop.commit("Another entry");
    laptop.push();
    desktop.pull();
    assert!(desktop.exists(&path));

    // The same while a merge deletes it.
    desktop.git(["rm", "-q", &path]).ok();
    desktop.write_entry("2024-11-09", "mood: calm", "There.\n");
    desktop.commit("Gone, and another");
    desktop.push();
    laptop.write_entry("2024-11-09", "mood: good", "Here.\n");
    laptop.commit("Here");
    laptop.git(["pull", "-q", "--no-rebase"]).fails();
    assert!(!laptop.exists(&path));
    laptop.metadb(["restore", "Entry", DAY]).ok();
    laptop.palimpsest(["resolve", "--ours"]).ok();
    laptop
        .git(["commit", "-aqm", "Mine, and the day stays"])
        .ok();
    laptop.assert_clean();
    assert!(laptop.exists(&path));
    laptop.metadb(["show", DAY]).ok().lacks("deleted");
}

/// What is only announced (`git add -N`) is not in the commit.
#[test]
fn a_file_that_is_only_announced_is_deleted_by_the_commit_and_comes_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let path = crate::sandbox::entry(DAY);
    let announce = || {
        laptop.git(["rm", "-q", "--cached", &path]).ok();
        laptop.git(["add", "-N", &path]).ok();
    };
    let text = laptop.read(&path);
    announce();
    laptop.remove(&path);
    laptop.metadb(["restore", "Entry", DAY]).ok();
    assert_eq!(laptop.read(&path), text);
    laptop.write("a.txt", "A.\n");
    laptop.git(["add", "a.txt"]).ok();
    laptop.git(["commit", "-q", "-m", "Beside"]).ok();
    laptop.assert_clean();
    announce();
    laptop.write("a.txt", "B.\n");
    laptop
        .git(["commit", "-q", "-m", "Other", "a.txt"])
        .ok()
        .silent_about("deleted");
    laptop.git(["add", "a.txt"]).ok();
    laptop
        .git(["commit", "-q", "-m", "Without it"])
        .ok()
        .warns(&format!("entry {DAY} deleted"));
    laptop.push();
    desktop.pull();
    desktop.metadb(["restore", "--list"]).ok().says(DAY);
}

/// The last version that the ledger knows is older than the edit that the merge stopped at.
#[test]
fn of_an_entry_that_the_other_side_edited_its_version_comes_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let path = crate::sandbox::entry(DAY);
    laptop.remove(&path);
    laptop.commit("Gone");
    edit(&desktop, "tags: [rain]", "tags: [rain, sea]");
    desktop.push();
    laptop.git(["pull"]).fails();
    for settled in [false, true] {
        match settled {
            true => laptop.git(["rm", "-q", &path]).ok(),
            false => laptop.run_with(&[], "rm", [&path]).ok(),
        };
        laptop.metadb(["restore", "Entry", DAY]).ok();
        assert!(laptop.read(&path).contains("[rain, sea]"));
    }
}

/// An entry is its date, wherever its file is.
#[test]
fn of_an_entry_that_the_other_side_moved_and_edited_its_version_comes_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.remove(&crate::sandbox::entry(DAY));
    laptop.commit("Gone");
    move_and_edit(&desktop);
    desktop.push();
    laptop.git(["pull"]).fails();
    laptop.git(["rm", "-q", MOVED]).ok();
    laptop.metadb(["restore", "Entry", DAY]).ok().says(MOVED);
    assert!(laptop.read(MOVED).contains("Dora"));
    assert!(!laptop.exists(&crate::sandbox::entry(DAY)));
}
