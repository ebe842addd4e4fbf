//! What a commit that came to nothing left staged, once HEAD has moved on.

use super::*;

const OTHER: &str = "2024-11-02";

/// A journal with two entries, and a commit of the other one that waits to be pulled.
fn with_a_pull_to_come<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let laptop = with_three_people(sandbox);
    laptop.write_entry(OTHER, "people: [Zed]", "Second.\n");
    laptop.commit("Two");
    laptop.push();
    let phone = sandbox.machine("phone");
    phone.edit_entry(OTHER, "Second", "Another");
    phone.commit("Without hooks");
    phone.push();
    laptop
}

/// Stages a removal, and commits it in vain: it is given up in the editor, or undone.
fn remove_in_vain(laptop: &Machine<'_>, undo: &[&str]) {
    remove(laptop, "Bob, ", "");
    laptop.git(["add", "-A"]).ok();
    if undo.is_empty() {
        laptop.git(["commit", "-q", "-m", ""]).fails();
    } else {
        laptop.git(["commit", "-q", "-m", "Without Bob"]).ok();
        laptop.git(undo).ok();
    }
}

/// As an auto-pull does it while the editor of a commit is open.
#[test]
fn what_was_given_up_before_a_pull_counts_for_nothing() {
    let by_reset = &["reset", "-q", "--soft", "HEAD^"][..];
    let by_ref = &["update-ref", "refs/heads/main", "HEAD^"][..];
    for (undo, stays) in [
        (&[][..], false),
        (by_reset, false),
        (by_ref, false),
        (&[], true),
        (by_reset, true),
    ] {
        let sandbox = Sandbox::new();
        let laptop = with_a_pull_to_come(&sandbox);
        remove_in_vain(&laptop, undo);
        laptop.pull();
        if !stays {
            laptop
                .git(["restore", "-q", "--staged", "--worktree", "journal"])
                .ok();
            laptop.write("README.md", "# Mine\n");
            laptop.git(["add", "README.md"]).ok();
        }
        laptop.git(["commit", "-q", "-m", "After the pull"]).ok();
        laptop.assert_clean();
        let wanted: &[&str] = if stays { &["Bob"] } else { &[] };
        assert_eq!(removed_items(&laptop), wanted, "{undo:?}");
    }
}

/// A row that came with the files of a branch is that branch's, and no leftover.
#[test]
fn what_a_commit_of_another_branch_recorded_stays_with_its_files() {
    let sandbox = Sandbox::new();
    let laptop = with_a_pull_to_come(&sandbox);
    laptop.git(["switch", "-q", "-c", "trip"]).ok();
    remove(&laptop, "Bob, ", "");
    laptop.commit("Without Bob");
    let row = laptop.ledger(2024).tombstones;
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.pull();
    laptop
        .git(["checkout", "-q", "trip", "--", "data", "journal"])
        .ok();
    laptop.git(["commit", "-q", "-m", "As on the trip"]).ok();
    laptop.assert_clean();
    let there = laptop.ledger_at("HEAD", 2024).tombstones;
    assert_eq!(
        there.keys().collect::<Vec<_>>(),
        row.keys().collect::<Vec<_>>()
    );
}

/// A commit of another file alone stays on the commit where the first was given up, and
/// has none of its rows.
#[test]
fn what_was_given_up_before_a_commit_of_another_file_counts_for_nothing() {
    for other in ["README.md", "journal/md/2024/2024-11-02.md"] {
        for stays in [false, true] {
            let sandbox = Sandbox::new();
            let laptop = with_three_people(&sandbox);
            laptop.write(other, "---\ndate: 2024-11-02\n---\n");
            laptop.commit("Another");
            remove_in_vain(&laptop, &[]);
            laptop.write(other, "---\ndate: 2024-11-02\n---\nMore.\n");
            laptop.git(["commit", "-q", "-m", "Other", other]).ok();
            assert_eq!(removed_items(&laptop), [] as [&str; 0], "{other}");
            if !stays {
                laptop
                    .git(["restore", "-q", "--staged", "--worktree", "journal"])
                    .ok();
                laptop.write("notes.txt", "Mine\n");
                laptop.git(["add", "notes.txt"]).ok();
            }
            laptop.git(["commit", "-q", "-m", "Then"]).ok();
            laptop.assert_clean();
            let wanted: &[&str] = if stays { &["Bob"] } else { &[] };
            assert_eq!(removed_items(&laptop), wanted, "{other}");
        }
    }
}

/// A reset undoes all commits above where it goes.
#[test]
fn what_a_reset_of_several_commits_undid_before_a_pull_counts_for_nothing() {
    let sandbox = Sandbox::new();
    let laptop = with_a_pull_to_come(&sandbox);
    remove(&laptop, "Bob, ", "");
    laptop.commit("Without Bob");
    remove(&laptop, ", Eve", "");
    laptop.commit("Without Eve");
    laptop.git(["reset", "-q", "--soft", "HEAD~2"]).ok();
    laptop.pull();
    laptop
        .git(["restore", "-q", "--staged", "--worktree", "journal"])
        .ok();
    laptop.write("README.md", "# Mine\n");
    laptop.git(["add", "README.md"]).ok();
    laptop.git(["commit", "-q", "-m", "After the pull"]).ok();
    assert_eq!(removed_items(&laptop), [] as [&str; 0]);
}

/// What HEAD was reset from is newer than HEAD: nothing that a killed commit left behind.
#[test]
fn a_decision_whose_commit_is_taken_back_is_there_to_be_committed_again() {
    for how in ["--soft", "--mixed"] {
        let sandbox = Sandbox::new();
        let laptop = with_three_people(&sandbox);
        remove(&laptop, "Bob, ", "");
        laptop.commit("Without Bob");
        laptop
            .metadb(["tombstone", "keep", "entry_people", "2024-11-01", "Bob"])
            .ok();
        laptop.commit("For good");
        laptop.git(["reset", "-q", how, "HEAD^"]).ok();
        laptop.palimpsest(["doctor"]).ok().lacks("before HEAD");
        laptop.palimpsest(["doctor", "--fix"]).ok();
        laptop.commit("For good, again");
        let bob = laptop.ledger(2024).tombstones.into_values().next();
        assert!(bob.unwrap().permanent, "{how}");
    }
}

/// What a person gave up after all stays in the ledger's file, and the next pull would stop.
#[test]
fn rows_of_a_commit_that_was_taken_back_are_left_behind_without_it() {
    for (how, before) in [
        ("--soft", &[][..]),
        ("--mixed", &[]),
        ("--soft", &["Eve"]),
        ("--mixed", &["Eve"]),
    ] {
        let sandbox = Sandbox::new();
        let laptop = with_a_pull_to_come(&sandbox);
        if !before.is_empty() {
            remove(&laptop, ", Eve", "");
            laptop.commit("Without Eve");
        }
        remove(&laptop, ", Bob", "");
        laptop.commit("Without Bob");
        laptop.git(["reset", "-q", how, "HEAD^"]).ok();
        laptop.git(["checkout", "-q", "HEAD", "--", "journal"]).ok();
        let doctor = laptop.palimpsest(["doctor"]).exits(1);
        doctor.says("data/ledger/2024.jsonl: ");
        laptop.palimpsest(["doctor", "--fix"]).ok();
        laptop.assert_clean();
        laptop.pull();
        laptop.assert_clean();
        assert_eq!(removed_items(&laptop), before, "{how}");
    }
}

/// Git refuses to abort over a file that is another one in the index.
#[test]
fn a_merge_whose_commit_was_given_up_can_be_aborted() {
    for (begin, abort) in [
        (["merge", "side"], ["merge", "--abort"]),
        (["cherry-pick", "side"], ["cherry-pick", "--abort"]),
        (["rebase", "side"], ["rebase", "--abort"]),
    ] {
        let sandbox = Sandbox::new();
        let laptop = with_three_people(&sandbox);
        laptop.git(["switch", "-q", "-c", "side"]).ok();
        laptop.edit_entry(DAY, "Went", "They went");
        remove(&laptop, "Bob, ", "");
        laptop.commit("Theirs");
        laptop.git(["switch", "-q", "main"]).ok();
        laptop.edit_entry(DAY, "Went", "We went");
        remove(&laptop, ", Eve", "");
        laptop.commit("Ours");
        let before = laptop.read_entry(DAY);
        laptop.git(begin).fails();
        laptop.palimpsest(["resolve", "--theirs"]).ok();
        // Git drops the index that it makes for this one.
        laptop.git(["commit", "-q", "-a", "-m", ""]).fails();
        laptop.git(["commit", "-q", "-m", ""]).fails();
        let ledger = laptop.git(["status", "--porcelain", "data"]).ok();
        ledger.is("M  data/ledger/2024.jsonl");
        laptop.git(abort).ok();
        laptop.assert_clean();
        assert_eq!(laptop.read_entry(DAY), before, "{abort:?}");
        laptop.git(begin).fails();
        laptop.palimpsest(["resolve", "--theirs"]).ok();
        laptop.git(["commit", "-q", "-a", "-m", ""]).fails();
        laptop.git(abort).ok();
        laptop.assert_clean();
    }
}

/// There a commit is like any other: what is given up leaves nothing in the work tree.
#[test]
fn a_commit_given_up_where_a_rebase_was_told_to_stop_leaves_a_clean_way_on() {
    for (step, how) in [("edit", &[][..]), ("edit", &["--amend"]), ("break", &[])] {
        let sandbox = Sandbox::new();
        let laptop = with_three_people(&sandbox);
        for (from, to) in [("Went", "We went"), ("We went", "They went")] {
            laptop.edit_entry(DAY, from, to);
            laptop.commit(to);
        }
        let list = match step {
            "break" => "sed -i.before 1abreak",
            _ => "sed -i.before '1s/^pick/edit/'",
        };
        let editor = [("GIT_SEQUENCE_EDITOR", list)];
        laptop.run_with(&editor, "git", ["rebase", "-q", "-i", "HEAD~2"]);
        remove(&laptop, "Bob, ", "");
        laptop.git(["add", "-A"]).ok();
        laptop
            .git([&["commit", "-q", "-m", ""], how].concat())
            .fails();
        laptop
            .git(["restore", "-q", "--staged", "--worktree", "journal"])
            .ok();
        laptop.git(["restore", "-q", "--staged", "data"]).ok();
        laptop.git(["status", "--porcelain"]).ok().is("");
        laptop.git(["rebase", "--continue"]).ok();
        laptop.assert_clean();
        assert_eq!(removed_items(&laptop), [] as [&str; 0], "{step} {how:?}");
    }
}

/// Git writes the file that tells an `edit` there as well.
#[test]
fn a_commit_given_up_at_a_squash_in_conflict_leaves_a_way_on() {
    for word in ["squash", "fixup"] {
        let sandbox = Sandbox::new();
        let laptop = with_three_people(&sandbox);
        for (from, to) in [("Went", "One"), ("One", "Two"), ("Two", "Three")] {
            laptop.edit_entry(DAY, from, to);
            laptop.commit(to);
        }
        let list = format!("sed -i.before -e '2d;3{{s/^pick/{word}/;}}'");
        let editor = [("GIT_SEQUENCE_EDITOR", list.as_str())];
        laptop
            .run_with(&editor, "git", ["rebase", "-q", "-i", "HEAD~3"])
            .fails();
        laptop.palimpsest(["resolve", "--theirs"]).ok();
        remove(&laptop, "Bob, ", "");
        laptop.git(["add", "journal"]).ok();
        laptop.git(["commit", "-q", "-m", ""]).fails();
        laptop.git(["rebase", "--continue"]).ok();
        laptop.assert_clean();
        assert!(!laptop.read_entry(DAY).contains("Bob"), "{word}");
    }
}

/// While something waits, the ledger in the work tree has the rows of what was given up.
#[test]
fn what_was_given_up_while_something_waits_counts_for_nothing() {
    for begin in [
        ["merge", "side"],
        ["cherry-pick", "side"],
        ["rebase", "side"],
    ] {
        let sandbox = Sandbox::new();
        let laptop = with_three_people(&sandbox);
        laptop.git(["switch", "-q", "-c", "side"]).ok();
        laptop.edit_entry(DAY, "Went", "They went");
        remove(&laptop, ", Eve", "");
        laptop.commit("Theirs");
        laptop.git(["switch", "-q", "main"]).ok();
        laptop.edit_entry(DAY, "Went", "We went");
        laptop.commit("Ours");
        laptop.git(begin).fails();
        laptop.palimpsest(["resolve", "--theirs"]).ok();
        remove(&laptop, ", Bob", "");
        laptop.git(["add", "-A"]).ok();
        laptop.git(["commit", "-q", "-m", ""]).fails();
        laptop.edit_entry(DAY, "[Al", "[Al, Bob");
        laptop.git(["add", "-A"]).ok();
        laptop.metadb(["show", DAY]).ok().says("Bob");
        let listed = laptop.metadb(["tombstone", "list"]).ok();
        listed.says("Eve").lacks("Bob");
        let listed = laptop.metadb(["sync", "conflicts"]).ok();
        listed.lacks("Bob");
        laptop.palimpsest(["resolve", "--ours"]).ok().lacks("Bob");
        laptop.git(["commit", "-q", "-m", "Both"]).ok();
        laptop.assert_clean();
        assert!(laptop.read_entry(DAY).contains("[Al, Bob]"), "{begin:?}");
        assert_eq!(removed_items(&laptop), ["Eve"], "{begin:?}");
    }
}

/// A squash has no other way to be given up than `git reset --merge`.
#[test]
fn a_squash_whose_commit_was_given_up_can_be_reset() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    laptop.git(["switch", "-q", "-c", "side"]).ok();
    remove(&laptop, "Bob, ", "");
    laptop.commit("Theirs");
    laptop.git(["switch", "-q", "main"]).ok();
    let before = laptop.read_entry(DAY);
    laptop.git(["merge", "-q", "--squash", "side"]).ok();
    remove(&laptop, ", Eve", "");
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-q", "-m", ""]).fails();
    // What the squash brings counts, what was given up does not.
    laptop.edit_entry(DAY, "[Al", "[Al, Eve");
    let listed = laptop.metadb(["tombstone", "list"]).ok();
    listed.says("Bob").lacks("Eve");
    laptop.edit_entry(DAY, "[Al, Eve", "[Al");
    laptop.git(["status", "--porcelain"]).ok();
    laptop.git(["reset", "-q", "--merge"]).ok();
    laptop.assert_clean();
    assert_eq!(laptop.read_entry(DAY), before);
}
