//! `palimpsest hook pre-commit` and `post-commit`, in every form of commit.

use palimpsest::ledger::{Restored, Source};

use crate::sandbox::{DAY, LEDGER, Machine, Sandbox, entry, how, removals};

mod brought;
mod copies;
mod first;
mod given_up;
mod ledgers;

/// A journal with Al, Bob and Eve in one entry, set up and committed.
fn with_three_people<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "people: [Al, Bob, Eve]", "Went to the quay.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.assert_clean();
    laptop
}

fn remove(machine: &Machine<'_>, from: &str, to: &str) {
    machine.edit_entry(DAY, from, to);
}

/// The items with an active tombstone in the ledger that HEAD holds.
fn removed_items(machine: &Machine<'_>) -> Vec<String> {
    let ledger = machine.ledger_at("HEAD", 2024);
    let active = ledger.tombstones.iter();
    let active = active.filter(|(_, row)| row.state.is_active());
    active
        .map(|(key, _)| key.item.as_str().to_owned())
        .collect()
}

/// The counter of the first state in the ledger that HEAD holds.
fn counter(machine: &Machine<'_>) -> u64 {
    let ledger = machine.ledger_at("HEAD", 2024);
    ledger.sync.first_key_value().unwrap().1.counter
}

#[test]
fn the_first_commit_of_a_repository_records_its_states() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    let ledger = laptop.read(LEDGER);
    assert!(
        ledger.starts_with(
            r#"{"v":1,"kind":"sync","entry":"2024-11-01","source":"yaml","counter":1,"#
        ),
        "{ledger}"
    );
    assert!(ledger.contains(r#""by":"laptop""#));
}

#[test]
fn a_removal_is_recorded_in_the_commit_that_makes_it() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    remove(&laptop, "Bob, ", "");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-m", "Bob"])
        .ok()
        .warns("recorded: person Bob removed from 2024-11-01");
    laptop.assert_clean();
    assert_eq!(removed_items(&laptop), ["Bob"]);
    assert_eq!(counter(&laptop), 2);
    laptop
        .git(["show", "--name-only", "--format=", "HEAD"])
        .ok()
        .is(&format!("{LEDGER}\n{}", entry(DAY)));
    // Nothing of the entries changes: nothing is recorded.
    laptop.write("README.md", "# Mine\n");
    laptop.commit("Readme");
    assert_eq!(counter(&laptop), 2);
}

#[test]
fn every_form_of_commit_records_and_leaves_nothing() {
    let forms: [&[&str]; 5] = [
        &["-a"],
        &["--", "journal/md/2024/2024-11-01.md"],
        &["--include", "journal/md/2024/2024-11-01.md"],
        &["-a", "--amend"],
        &["--amend", "--only", "journal/md/2024/2024-11-01.md"],
    ];
    for form in forms {
        let sandbox = Sandbox::new();
        let laptop = with_three_people(&sandbox);
        remove(&laptop, "Bob, ", "");
        let args = [&["commit", "-q", "-m", "Bob"], form].concat();
        laptop.git(args).ok();
        laptop.assert_clean();
        assert_eq!(removed_items(&laptop), ["Bob"], "{form:?}");
    }
}

#[test]
fn a_commit_that_pre_commit_did_not_see_is_looked_at() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    remove(&laptop, "Bob, ", "");
    laptop.git(["add", "-A"]).ok();
    laptop.palimpsest(["hook", "pre-commit"]).ok();
    remove(&laptop, ", Eve", "");
    laptop.git(["add", &entry(DAY)]).ok();
    laptop
        .git(["commit", "-q", "--no-verify", "-m", "Both"])
        .ok();
    let removals = laptop.metadb(["tombstone", "list"]).ok();
    removals.says("Bob").says("Eve");
    assert_eq!(removed_items(&laptop), ["Bob"]);
    laptop.write_entry("2024-11-02", "tags: [quay]", "");
    laptop.commit("Next");
    assert_eq!(removed_items(&laptop), ["Bob", "Eve"]);
}

#[test]
fn the_name_that_one_command_is_given_counts() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    remove(&laptop, "Bob, ", "");
    let name = "palimpsest.machine=borrowed";
    laptop
        .git(["-c", name, "commit", "-q", "-a", "-m", "Bob"])
        .ok();
    assert_eq!(removals(&laptop.ledger(2024), "Bob")[0].by, "borrowed");
}

#[test]
fn committing_one_file_keeps_what_is_staged_of_others() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    laptop.write_entry("2024-11-02", "people: [Zoe]", "");
    laptop.git(["add", "-A"]).ok();
    remove(&laptop, "Bob, ", "");
    laptop.git(["commit", "-q", "-m", "Bob", &entry(DAY)]).ok();
    laptop
        .git(["status", "--porcelain"])
        .ok()
        .is("A  journal/md/2024/2024-11-02.md");
    laptop.git(["commit", "-q", "-m", "Zoe"]).ok();
    laptop.assert_clean();
    assert!(laptop.read(LEDGER).contains("2024-11-02"));
    assert_eq!(removed_items(&laptop), ["Bob"]);
}

#[test]
fn what_is_staged_counts_not_the_work_tree() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    remove(&laptop, "Bob, ", "");
    laptop.git(["add", "-A"]).ok();
    remove(&laptop, "Eve", "Zoe");
    laptop.git(["commit", "-q", "-m", "Bob alone"]).ok();
    assert_eq!(removed_items(&laptop), ["Bob"]);
    laptop
        .git(["status", "--porcelain"])
        .ok()
        .is(&format!("M {}", entry(DAY)));
    assert!(laptop.read_entry(DAY).contains("Zoe"));
}

#[test]
fn an_aborted_commit_leaves_no_removal_behind() {
    for form in [&["-a"] as &[&str], &[], &["--", "journal"]] {
        let sandbox = Sandbox::new();
        let laptop = with_three_people(&sandbox);
        remove(&laptop, "Bob, ", "");
        if form.is_empty() {
            laptop.git(["add", "-A"]).ok();
        }
        let args = [&["commit", "-m", ""], form].concat();
        laptop.git(args).fails();
        assert!(!laptop.read(LEDGER).contains("Bob"), "{form:?}");
        laptop.edit_entry(DAY, "[Al, Eve]", "[Al, Bob, Eve, Zoe]");
        laptop.commit("Bob stays");
        laptop.assert_clean();
        assert_eq!(removed_items(&laptop), [] as [&str; 0], "{form:?}");
        assert_eq!(counter(&laptop), 2);
    }
}

/// Git says "Your local changes would be overwritten" and no more.
#[test]
fn what_a_commit_that_was_given_up_leaves_staged_is_named_with_the_way_out() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    remove(&laptop, "Bob, ", "");
    laptop.commit("A ledger");
    laptop.push();
    let desktop = sandbox.machine("desktop");
    desktop.palimpsest(["init"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    remove(&laptop, ", Eve", "");
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-m", ""]).fails();
    laptop
        .git(["restore", "-q", "--staged", "--worktree", "journal"])
        .ok();
    remove(&desktop, "Al, ", "");
    desktop.commit("Not Al");
    desktop.push();
    laptop.git(["pull", "-q"]).fails().mentions(LEDGER);
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("rows of a commit that was given up are staged")
        .says(&format!("git restore --staged {LEDGER}"));
    laptop.git(["restore", "--staged", LEDGER]).ok();
    laptop.palimpsest(["doctor"]).ok();
    laptop.pull();
    laptop.assert_clean();
}

#[test]
fn adding_an_item_again_restores_it() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    remove(&laptop, "Bob, ", "");
    laptop.commit("Without Bob");
    laptop.edit_entry(DAY, "[Al, ", "[Al, Bob, ");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-m", "With Bob"])
        .ok()
        .warns("recorded: person Bob put back into 2024-11-01");
    assert_eq!(removed_items(&laptop), [] as [&str; 0]);
    let ledger = laptop.ledger(2024);
    assert_eq!(how(removals(&ledger, "Bob")[0]), Some(Restored::RE_ADDED));
    laptop.assert_clean();
}

#[test]
fn a_file_that_goes_is_a_deletion_and_comes_back() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    laptop.git(["rm", "-q", &entry(DAY)]).ok();
    laptop
        .git(["commit", "-m", "Gone"])
        .ok()
        .warns("recorded: entry 2024-11-01 deleted");
    let ledger = laptop.ledger(2024);
    assert!(ledger.deletions.len() == 1 && ledger.tombstones.is_empty());
    laptop
        .git(["checkout", "-q", "HEAD^", "--", &entry(DAY)])
        .ok();
    laptop
        .git(["commit", "-m", "Back"])
        .ok()
        .warns("recorded: entry 2024-11-01 is back");
    laptop.assert_clean();
}

#[test]
fn an_entry_that_moves_keeps_its_history() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    laptop
        .git(["mv", &entry(DAY), "journal/md/2024-11-01.md"])
        .ok();
    laptop.git(["commit", "-q", "-m", "Move"]).ok();
    let ledger = laptop.read(LEDGER);
    assert!(!ledger.contains("deletion"), "{ledger}");
    assert_eq!(counter(&laptop), 1);
}

#[test]
fn notes_have_a_state_of_their_own() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    laptop.write(
        "wiki/entries/2024/2024-11-01.md",
        "### Notes\n\nKeep the ferry.\n",
    );
    laptop.commit("A note");
    let note = (DAY.parse().unwrap(), Source::Wiki);
    assert_eq!(laptop.ledger(2024).sync[&note].counter, 1);
    assert_eq!(counter(&laptop), 1);
    laptop.assert_clean();
}

#[test]
fn a_decision_in_the_ledger_is_committed_like_any_edit() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    remove(&laptop, "Bob, ", "");
    laptop.commit("Without Bob");
    laptop.edit(
        LEDGER,
        r#""source":"yaml"}"#,
        r#""source":"yaml","permanent":true}"#,
    );
    // Not staged: it waits, and a commit of something else does not take it.
    remove(&laptop, "Eve", "Zoe");
    laptop.git(["commit", "-q", "-m", "Zoe", &entry(DAY)]).ok();
    laptop
        .git(["status", "--porcelain"])
        .ok()
        .is(&format!("M {LEDGER}"));
    assert!(
        !laptop
            .git(["show", &format!("HEAD:{LEDGER}")])
            .stdout
            .contains("permanent")
    );
    let work = laptop.read(LEDGER);
    assert!(work.contains("permanent") && work.contains("Eve"), "{work}");
    laptop.commit("Keep Bob out");
    laptop.assert_clean();
    assert!(
        laptop
            .git(["show", &format!("HEAD:{LEDGER}")])
            .stdout
            .contains("permanent")
    );
}

#[test]
fn an_old_copy_of_the_ledger_takes_nothing_away() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    let old = laptop.read(LEDGER);
    remove(&laptop, "Bob, ", "");
    laptop.commit("Without Bob");
    laptop.write(LEDGER, &old);
    laptop.write("README.md", "# Mine\n");
    laptop
        .commit("Readme")
        .warns("what is staged is older than HEAD");
    assert_eq!(removed_items(&laptop), ["Bob"]);
    laptop.assert_clean();
}

#[test]
fn a_detached_head_a_linked_work_tree_and_a_folder_below() {
    let sandbox = Sandbox::in_folder("Ein Büch 'x' \"y\" ");
    let laptop = with_three_people(&sandbox);
    laptop
        .git(["worktree", "add", "-q", "-b", "side", "../linked tree"])
        .ok();
    let linked = laptop.inside("../linked tree");
    linked.edit_entry(DAY, "Bob, ", "");
    linked
        .inside("journal")
        .git(["commit", "-q", "-am", "Bob"])
        .ok();
    linked.assert_clean();
    assert_eq!(removed_items(&linked), ["Bob"]);
    laptop.assert_clean();
    assert_eq!(removed_items(&laptop), [] as [&str; 0]);
    laptop.git(["checkout", "-q", "--detach"]).ok();
    remove(&laptop, "Eve", "Zoe");
    laptop.commit("Detached");
    laptop.assert_clean();
    assert_eq!(removed_items(&laptop), ["Eve"]);
}

#[test]
fn a_commit_that_was_not_checked_is_let_be() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    remove(&laptop, "Bob, ", "");
    laptop.git(["commit", "-qam", "Bob", "--no-verify"]).ok();
    laptop.assert_clean();
    assert!(!laptop.read(LEDGER).contains("Bob"));
    remove(&laptop, "Eve", "Zoe");
    laptop
        .run_with(&[("PALIMPSEST", "0")], "git", ["commit", "-qam", "Eve"])
        .ok();
    laptop.assert_clean();
    assert!(!laptop.read(LEDGER).contains("Eve"));
}

#[test]
fn hunks_picked_one_by_one() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    let body: String = (1..30).map(|n| format!("Line {n}\n")).collect();
    laptop.write_entry(DAY, "people: [Al, Bob, Eve]", &body);
    laptop.commit("Long");
    remove(&laptop, "Bob, ", "");
    laptop.edit_entry(DAY, "Line 29", "Line 29, changed");
    laptop
        .run_with(
            &[],
            "sh",
            ["-c", "printf 'y\\nn\\n' | git commit -q -p -m Hunk"],
        )
        .ok();
    assert_eq!(removed_items(&laptop), ["Bob"]);
    laptop
        .git(["status", "--porcelain"])
        .ok()
        .is(&format!("M {}", entry(DAY)));
    laptop
        .git(["diff", "--stat"])
        .ok()
        .says("1 insertion(+), 1 deletion(-)");
}

#[test]
fn a_git_directory_elsewhere() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    std::fs::rename(laptop.path(".git"), sandbox.root().join("away.git")).unwrap();
    remove(&laptop, "Bob, ", "");
    let git = sandbox.root().join("away.git").display().to_string();
    let env = [("GIT_DIR", git.as_str()), ("GIT_WORK_TREE", ".")];
    laptop
        .run_with(&env, "git", ["commit", "-qam", "Bob"])
        .ok()
        .warns("Bob removed");
    laptop
        .run_with(&env, "git", ["status", "--porcelain"])
        .ok()
        .is("");
}
