//! Branches that are squashed.

use super::*;

#[test]
fn a_squashed_branch_that_is_merged_again() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.git(["merge", "-q", "--squash", "side"]).ok();
    laptop.commit("Squashed");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(&laptop, "mood: calm", "mood: good");
    laptop.git(["merge", "-q", "--no-edit", "side"]).ok();
    assert!(!laptop.read_entry(DAY).contains("Carol"));
    agree(&laptop, &desktop, &["both_edited", "kept_out Carol"]);
}

#[test]
fn what_a_squash_kept_out_is_listed() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol, Eve]");
    laptop.git(["checkout", "-q", "main"]).ok();
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(&laptop, "mood: calm", "mood: good");
    let squashed = laptop.git(["merge", "--squash", "side"]).ok();
    squashed.mentions("Carol stays out");
    laptop.commit("Squashed");
    assert!(laptop.read_entry(DAY).contains("[Alice, Bob, Eve]"));
    holds(&laptop, &["kept_out Carol"]);
    agree(&laptop, &desktop, &["kept_out Carol"]);
}

/// The branch has the entry where it was before.
#[test]
fn what_a_squash_kept_out_of_an_entry_that_moved_since_is_listed() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    // With a row of its own the branch would have the year's ledger in common with the squash.
    edit_without_hooks(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol, Eve]");
    laptop.git(["checkout", "-q", "main"]).ok();
    add_and_remove_carol(&laptop);
    let moved = "journal/md/2024/11/2024-11-01.md";
    laptop.write(moved, laptop.read_entry(DAY));
    laptop.remove(&crate::sandbox::entry(DAY));
    laptop.commit("Sorted by month");
    let squashed = laptop.git(["merge", "--squash", "side"]).ok();
    squashed.mentions("Carol stays out");
    laptop.commit("Squashed");
    assert!(laptop.read(moved).contains("[Alice, Bob, Eve]"));
    agree(&laptop, &desktop, &["kept_out Carol"]);
}

/// The branch has its journal in the former folder.
#[test]
fn what_a_squash_kept_out_of_a_journal_that_moved_since_is_listed() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol, Eve]");
    laptop.git(["checkout", "-q", "main"]).ok();
    add_and_remove_carol(&laptop);
    moved::to_the_diary(&laptop);
    let squashed = laptop.git(["merge", "--squash", "side"]).ok();
    squashed.mentions("Carol stays out");
    laptop.commit("Squashed");
    let text = laptop.read("diary/2024/2024-11-01.md");
    assert!(text.contains("[Alice, Bob, Eve]"), "{text}");
    agree(&laptop, &desktop, &["kept_out Carol"]);
}

/// Git keeps its list of the squashed commits then.
#[test]
fn what_a_squash_that_was_given_up_kept_out_is_not_listed() {
    const OTHER: &str = "2024-11-02";
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol, Eve]");
    laptop.git(["checkout", "-q", "main"]).ok();
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(&laptop, "mood: calm", "mood: good");
    let squash = || laptop.git(["merge", "--squash", "side"]).ok();
    squash().mentions("Carol stays out");
    let restored = ["restore", "--staged", "--worktree", "."];
    laptop.git(restored).ok();
    assert!(laptop.exists(".git/SQUASH_MSG"));
    laptop.edit_entry(OTHER, "mood: calm", "mood: good");
    laptop.commit("Of another entry");
    holds(&laptop, &[]);
    agree(&laptop, &desktop, &[]);
    // A squash that follows a commit of other files is one all the same.
    squash();
    laptop.edit_entry(OTHER, "mood: good", "mood: calm");
    let other = crate::sandbox::entry(OTHER);
    laptop.git(["commit", "-q", "-m", "First", &other]).ok();
    laptop.commit("Squashed");
    agree(&laptop, &desktop, &["kept_out Carol"]);
}

/// Git asks no driver where the branch alone changed the file.
#[test]
fn what_a_squash_brings_against_a_removal_waits() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.git(["branch", "-q", "side"]).ok();
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    laptop.git(["checkout", "-q", "side"]).ok();
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.git(["merge", "-q", "--squash", "side"]).ok();
    laptop.commit("Squashed");
    assert!(laptop.read_entry(DAY).contains("[Alice, Bob, Carol]"));
    holds(&laptop, &["still_in_file Carol"]);
    agree(&laptop, &desktop, &["still_in_file Carol"]);
    laptop
        .metadb(["tombstone", "remove", "entry_people", DAY, "Carol"])
        .ok();
    laptop.commit("Let in");
    agree(&laptop, &desktop, &[]);
}

/// Who took the removal back on the branch took it back for good.
#[test]
fn what_was_put_back_on_a_squashed_branch_is_there() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    laptop.edit_entry(DAY, "[Alice]", "[Alice, Bob]");
    laptop
        .git(["commit", "-q", "--no-verify", "-am", "Back"])
        .ok();
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.git(["merge", "-q", "--squash", "side"]).ok();
    laptop.commit("Squashed");
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
}

/// The version that such a deletion names is in nobody's history.
#[test]
fn an_entry_that_only_a_squashed_branch_had_leaves_no_deletion() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(
        &sandbox,
        &[(DAY, FIELDS, BODY), ("2024-11-02", FIELDS, BODY)],
    );
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    laptop.write_entry("2024-11-03", "people: [Zed]", "A draft.\n");
    laptop.commit("A draft");
    laptop.remove(&crate::sandbox::entry("2024-11-03"));
    laptop.remove(&crate::sandbox::entry("2024-11-02"));
    laptop.commit("Gone");
    remove_bob(&laptop);
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.git(["merge", "-q", "--squash", "side"]).ok();
    laptop.commit("Squashed");
    laptop.assert_clean();
    let gone: Vec<_> = laptop.ledger(2024).deletions.into_keys().collect();
    assert_eq!(gone.len(), 1, "{gone:?}");
    assert_eq!(gone[0].0.to_string(), "2024-11-02");
    agree(&laptop, &desktop, &[]);
    for machine in [&laptop, &desktop] {
        machine
            .metadb(["show", "2024-11-02"])
            .ok()
            .says("deleted at");
        let shown = machine.metadb(["show", "2024-11-03"]);
        shown.exits(1).warns("no entry 2024-11-03");
        let restored = machine.metadb(["restore", "Entry", "2024-11-03"]);
        restored.exits(1).warns("no deleted entry 2024-11-03");
    }
}

/// The branch that it is squashed onto does not have the entry yet, and will get it.
#[test]
fn the_deletion_on_a_squashed_branch_holds_against_another_branch() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    laptop.git(["branch", "-q", "behind"]).ok();
    laptop.write_entry("2024-11-03", "people: [Zed]", "A draft.\n");
    laptop.commit("A draft");
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    laptop.remove(&crate::sandbox::entry("2024-11-03"));
    laptop.commit("Gone");
    laptop.git(["checkout", "-q", "behind"]).ok();
    laptop.git(["merge", "-q", "--squash", "side"]).ok();
    laptop.commit("Squashed");
    assert_eq!(laptop.ledger(2024).deletions.len(), 1);
    laptop
        .git(["merge", "-q", "--no-edit", "main"])
        .ok()
        .mentions("entry 2024-11-03, which had been deleted, is back");
}

/// The squash onto the commit at which the branch began brings the branch's own row, and a
/// cleanup does not change what a rebase of the branch does later.
#[test]
fn what_was_put_back_after_a_squash_stays_in_a_rebase_of_the_branch() {
    for (has_moved, is_cleaned) in [(false, false), (true, false), (true, true), (false, true)] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.git(["switch", "-qc", "side"]).ok();
        edit(&laptop, "[Alice, Bob]", "[Alice]");
        let of_branch = crate::sandbox::removals(&laptop.ledger(2024), "Bob")[0].clone();
        laptop.git(["switch", "-q", "main"]).ok();
        if has_moved {
            laptop.write("other.txt", "Moved.\n");
            laptop.commit("Other");
        }
        laptop.git(["merge", "-q", "--squash", "side"]).ok();
        laptop.palimpsest(["doctor"]).ok();
        laptop.commit("Squashed");
        laptop.assert_clean();
        let squashed = crate::sandbox::removals(&laptop.ledger(2024), "Bob")[0].clone();
        assert_eq!(squashed, of_branch);
        if is_cleaned {
            sandbox.pass_days(100);
            laptop.metadb(["tombstone", "cleanup"]).ok();
            laptop.commit("Clean up");
        }
        laptop.push();
        desktop.pull();
        desktop.edit_entry(DAY, "mood: calm", "mood: good");
        edit(&desktop, "[Alice]", "[Alice, Bob]");
        desktop.push();
        laptop.pull();
        laptop.git(["switch", "-q", "side"]).ok();
        edit(&laptop, "[rain]", "[rain, sea]");
        laptop.git(["rebase", "main"]).ok().mentions("Bob");
        let text = laptop.read_entry(DAY);
        assert!(
            text.contains("[Alice, Bob]"),
            "{has_moved} {is_cleaned}: {text}"
        );
    }
}

/// The commit that takes a removal and what was decided of it together has both.
#[test]
fn a_decision_is_in_the_commit_that_joins_it_with_its_removal() {
    for how in ["keep", "remove"] {
        for squashed in [false, true] {
            let sandbox = Sandbox::new();
            let (laptop, desktop) = begin(&sandbox);
            laptop.git(["switch", "-qc", "side"]).ok();
            edit(&laptop, "[Alice, Bob]", "[Alice]");
            laptop
                .metadb(["tombstone", how, "entry_people", DAY, "Bob"])
                .ok();
            laptop.commit("Decided");
            match squashed {
                false => {
                    laptop.git(["branch", "-f", "main"]).ok();
                    laptop.git(["switch", "-q", "main"]).ok();
                    laptop.git(["reset", "-q", "--soft", "HEAD~2"]).ok();
                }
                true => {
                    laptop.git(["switch", "-q", "main"]).ok();
                    laptop.git(["merge", "-q", "--squash", "side"]).ok();
                }
            }
            laptop.git(["commit", "-q", "-m", "Both"]).ok();
            laptop.assert_clean();
            let row = crate::sandbox::removals(&laptop.ledger(2024), "Bob")[0].clone();
            assert_eq!(row.permanent, how == "keep");
            assert_eq!(row.state.is_active(), how == "keep");
            agree(&laptop, &desktop, &[]);
        }
    }
}

/// What the squash does not commit was not removed on this branch.
#[test]
fn who_is_put_back_before_a_squash_is_committed_was_not_removed() {
    for given_up in [false, true] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.git(["switch", "-qc", "side"]).ok();
        edit(&laptop, "[Alice, Bob]", "[Alice]");
        laptop.git(["switch", "-q", "main"]).ok();
        laptop.git(["merge", "-q", "--squash", "side"]).ok();
        if given_up {
            let restore = ["restore", "--staged", "--worktree", "journal"];
            laptop.git(restore).ok();
            laptop.write("other.txt", "Another commit.\n");
        } else {
            laptop.edit_entry(DAY, "[Alice]", "[Alice, Bob, Eve]");
        }
        laptop.commit("Squashed");
        assert!(crate::sandbox::removals(&laptop.ledger(2024), "Bob").is_empty());
        laptop.metadb(["show", DAY]).ok().says("Bob");
        laptop.assert_clean();
        agree(&laptop, &desktop, &[]);
    }
}

/// Git has no note of the branch then, but the branch's rows are staged.
#[test]
fn what_lands_where_its_branch_began_keeps_the_rows_of_the_branch() {
    for how in ["reset", "restore", "pick", "file", "soft"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.git(["switch", "-qc", "side"]).ok();
        edit(&laptop, "[Alice, Bob]", "[Alice]");
        let of_branch = crate::sandbox::removals(&laptop.ledger(2024), "Bob")[0].clone();
        sandbox.pass_days(1);
        landed(&laptop, how);
        match how {
            "file" => drop(
                laptop
                    .git(["commit", "-qm", "Landed", &crate::sandbox::entry(DAY)])
                    .ok(),
            ),
            _ => drop(laptop.commit("Landed")),
        }
        laptop.assert_clean();
        laptop.git(["switch", "-q", "-C", "main"]).ok();
        let row = crate::sandbox::removals(&laptop.ledger(2024), "Bob")[0].clone();
        assert_eq!(row, of_branch, "{how}");
        laptop.push();
        desktop.pull();
        desktop.edit_entry(DAY, "mood: calm", "mood: good");
        edit(&desktop, "[Alice]", "[Alice, Bob]");
        desktop.push();
        laptop.pull();
        laptop.git(["switch", "-q", "side"]).ok();
        edit(&laptop, "[rain]", "[rain, sea]");
        let rebased = laptop.git(["rebase", "main"]).ok();
        rebased.mentions("person Bob stays, it was put back");
        let text = laptop.read_entry(DAY);
        assert!(text.contains("[Alice, Bob]"), "{how}: {text}");
    }
}

/// Stages on main what the branch `side` changed.
fn landed(laptop: &Machine<'_>, how: &str) {
    if how == "soft" {
        laptop.git(["switch", "-q", "--detach", "side"]).ok();
        laptop.git(["reset", "-q", "--soft", "main"]).ok();
        return;
    }
    laptop.git(["switch", "-q", "main"]).ok();
    match how {
        "reset" => {
            laptop.git(["merge", "-q", "--squash", "side"]).ok();
            laptop.git(["reset", "-q"]).ok()
        }
        "restore" => laptop.git(["restore", "--source=side", "."]).ok(),
        _ => laptop.git(["cherry-pick", "-n", "side"]).ok(),
    };
}

#[test]
fn who_is_put_back_before_a_branch_lands_was_not_removed() {
    for how in ["reset", "restore", "pick", "soft"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.git(["switch", "-qc", "side"]).ok();
        edit(&laptop, "[Alice, Bob]", "[Alice]");
        landed(&laptop, how);
        laptop.edit_entry(DAY, "[Alice]", "[Alice, Bob, Eve]");
        laptop.commit("Landed");
        assert!(crate::sandbox::removals(&laptop.ledger(2024), "Bob").is_empty());
        laptop.assert_clean();
        laptop.git(["switch", "-q", "-C", "main"]).ok();
        agree(&laptop, &desktop, &[]);
        with_bob([&laptop, &desktop]);
    }
}
