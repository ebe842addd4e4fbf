//! Removals that a commit brings along with the rows of where they were made.

use super::*;

/// A branch `trip` with a change of the entry, and main, where something else was committed
/// since.
fn with_a_trip<'a>(sandbox: &'a Sandbox, change: impl Fn(&Machine<'_>)) -> Machine<'a> {
    let laptop = with_three_people(sandbox);
    laptop.git(["switch", "-q", "-c", "trip"]).ok();
    change(&laptop);
    laptop.commit("On the trip");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.write("README.md", "# Mine\n");
    laptop.commit("At home");
    laptop
}

/// It only stages what was picked, and the commit of one file leaves the ledger staged.
#[test]
fn a_pick_that_only_stages_and_a_commit_of_one_file_record_a_removal_once() {
    for first in ["README.md", "journal"] {
        let sandbox = Sandbox::new();
        let laptop = with_a_trip(&sandbox, |laptop| remove(laptop, "Bob, ", ""));
        laptop.git(["cherry-pick", "-n", "trip"]).ok();
        laptop.write("README.md", "# Ours\n");
        laptop.git(["commit", "-q", "-m", "One", first]).ok();
        laptop.git(["commit", "-q", "-a", "-m", "All"]).ok();
        laptop.assert_clean();
        let there = laptop.ledger_at("trip", 2024).tombstones;
        assert_eq!(laptop.ledger_at("HEAD", 2024).tombstones, there, "{first}");
        // So whoever puts him back knew of it.
        remove(&laptop, "[Al, Eve]", "[Al, Eve, Bob]");
        laptop.commit("With Bob");
        laptop.git(["merge", "-q", "--no-edit", "trip"]).ok();
        assert!(laptop.read_entry(DAY).contains("Bob"), "{first}");
        assert_eq!(removed_items(&laptop), [] as [&str; 0], "{first}");
    }
}

#[test]
fn a_pick_that_only_stages_records_a_deletion_once() {
    let sandbox = Sandbox::new();
    let laptop = with_a_trip(&sandbox, |laptop| laptop.remove(&entry(DAY)));
    laptop.git(["cherry-pick", "-n", "trip"]).ok();
    laptop.git(["commit", "-q", "-m", "One", "journal"]).ok();
    laptop.assert_clean();
    let there = laptop.ledger_at("trip", 2024).deletions;
    assert_eq!(laptop.ledger_at("HEAD", 2024).deletions, there);
}

/// What else the file has is this commit's own, and has its own row.
#[test]
fn what_a_commit_of_a_picked_file_removes_besides_is_its_own() {
    let sandbox = Sandbox::new();
    let laptop = with_a_trip(&sandbox, |laptop| remove(laptop, "Bob, ", ""));
    laptop.git(["cherry-pick", "-n", "trip"]).ok();
    remove(&laptop, ", Eve", "");
    laptop.git(["commit", "-q", "-m", "One", "journal"]).ok();
    laptop.assert_clean();
    let mut here = laptop.ledger_at("HEAD", 2024).tombstones;
    assert_eq!(here.len(), 2);
    here.retain(|key, _| key.item.as_str() == "Bob");
    assert_eq!(here, laptop.ledger_at("trip", 2024).tombstones);
}

/// The commit that made it moved another HEAD than the one here.
#[test]
fn what_another_work_tree_removed_is_no_leftover() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    laptop
        .git(["worktree", "add", "-q", "-b", "trip", "../second"])
        .ok();
    let second = laptop.inside("../second");
    remove(&second, "Bob, ", "");
    second.commit("On the trip");
    laptop.write("README.md", "# Mine\n");
    laptop.commit("At home");
    laptop.git(["cherry-pick", "-n", "trip"]).ok();
    laptop.git(["commit", "-q", "-m", "Picked"]).ok();
    laptop.assert_clean();
    let there = laptop.ledger_at("trip", 2024).tombstones;
    assert_eq!(laptop.ledger_at("HEAD", 2024).tombstones, there);
}

/// Commits made on the wrong branch: a reset took them from it, and another one has them.
#[test]
fn what_a_branch_has_that_was_reset_here_is_no_leftover() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    remove(&laptop, "Bob, ", "");
    laptop.commit("Without Bob");
    laptop.write("README.md", "# Mine\n");
    laptop.commit("More");
    laptop.git(["branch", "trip"]).ok();
    laptop.git(["reset", "-q", "--hard", "HEAD~2"]).ok();
    laptop.write("README.md", "# Ours\n");
    laptop.commit("At home");
    laptop.git(["cherry-pick", "-n", "trip~1"]).ok();
    laptop.git(["commit", "-q", "-m", "Picked"]).ok();
    laptop.assert_clean();
    let there = laptop.ledger_at("trip", 2024).tombstones;
    assert_eq!(laptop.ledger_at("HEAD", 2024).tombstones, there);
}
