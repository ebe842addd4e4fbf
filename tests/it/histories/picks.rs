//! What the pick of a rebase keeps out, and which removals did it.

use super::*;

const OTHER: &str = "2024-11-02";

/// Nothing was kept out, settled or not: no such row was written.
#[track_caller]
fn no_row_of_it(machines: [&Machine<'_>; 2]) {
    for machine in machines {
        let kept = machine.ledger(2024).kept_out;
        assert!(kept.is_empty(), "{kept:?}");
    }
}

/// The picked commit stood on the removal, though no hook recorded what it put back;
/// its ledger changed for another entry, so that git asks the driver.
#[test]
fn an_addition_without_hooks_on_top_of_the_removal_is_kept_out_of_no_pick() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
    remove_bob(&laptop);
    laptop.push();
    desktop.pull();
    desktop.edit_entry(OTHER, "mood: calm", "mood: good");
    desktop.commit("Good");
    desktop.edit_entry(DAY, "[Alice]", "[Alice, Bob]");
    without_hooks(&desktop, &["commit", "-q", "-a", "--amend", "--no-edit"]);
    // A removal that the picked commit did not know.
    edit(&laptop, "[rain]", "[]");
    laptop.push();
    desktop.git(["pull", "-q", "--rebase"]).ok();
    with_bob([&desktop, &desktop]);
    holds(&desktop, &[]);
    agree(&desktop, &laptop, &[]);
    with_bob([&laptop, &desktop]);
    no_row_of_it([&laptop, &desktop]);
}

/// A removal that was restored keeps nothing out, and says so nowhere.
#[test]
fn a_restored_removal_keeps_nothing_out_of_a_pick() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    laptop
        .metadb(["tombstone", "remove", "entry_people", DAY, "Carol"])
        .ok();
    edit(&laptop, "[rain]", "[]");
    laptop.push();
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    desktop.git(["pull", "-q", "--rebase"]).ok();
    agree(&desktop, &laptop, &["both_edited"]);
    assert!(desktop.read_entry(DAY).contains("Carol"));
    no_row_of_it([&laptop, &desktop]);
}

/// What the other side stored of a commit that the pick stands on stays stored, where
/// the picked commit changed another line of the ledger alone.
#[test]
fn a_state_that_the_other_side_stored_stays_in_a_pick() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit_without_hooks(&laptop, "mood: calm", "mood: good");
    laptop.push();
    desktop.pull();
    desktop.write("pages/quay.txt", "Boats.\n");
    desktop.commit("This one stores what the other lacks");
    let stored = desktop.read(LEDGER);
    assert!(stored.contains("(no hooks)"), "{stored}");
    desktop.push();
    let line = r#"{"kind": "mood", "v": 1}"#;
    laptop.write(LEDGER, format!("{}{line}\n", laptop.read(LEDGER)));
    without_hooks(&laptop, &["commit", "-q", "-a", "-m", "A line by hand"]);
    laptop.git(["pull", "-q", "--rebase"]).ok();
    laptop.assert_clean();
    let picked = laptop.read(LEDGER);
    for line in stored.lines().chain([line]) {
        assert!(picked.contains(line), "{line} in {picked}");
    }
    agree(&laptop, &desktop, &[]);
}

/// Bob goes on a branch, whose next commit changes another entry; the branch that has
/// only the latter changes Bob's entry, too.
fn a_later_commit_of_another_branch(laptop: &Machine<'_>) {
    laptop.git(["switch", "-q", "-c", "trip"]).ok();
    remove_bob(laptop);
    laptop.edit_entry(OTHER, "mood: calm", "mood: good");
    laptop.commit("Good");
    laptop.git(["switch", "-q", "main"]).ok();
    edit(laptop, "[rain]", "[rain, fog]");
}

fn the_removal_reaches_both(laptop: &Machine<'_>, desktop: &Machine<'_>) {
    laptop.git(["merge", "-q", "--no-edit", "trip"]).ok();
    laptop.push();
    desktop.pull();
    without_bob([laptop, desktop]);
    for machine in [laptop, desktop] {
        machine.metadb(["tombstone", "list"]).ok().says("Bob");
        assert!(!machine.read(LEDGER).contains("reverted"));
        machine.assert_clean();
    }
}

/// Nobody took the removal back: it had never been there.
#[test]
fn a_pick_of_a_later_commit_takes_no_removal_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
    a_later_commit_of_another_branch(&laptop);
    laptop.git(["cherry-pick", "trip"]).ok();
    the_removal_reaches_both(&laptop, &desktop);
}

#[test]
fn a_later_commit_that_is_put_elsewhere_takes_no_removal_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
    a_later_commit_of_another_branch(&laptop);
    laptop.git(["branch", "good", "trip"]).ok();
    laptop
        .git(["rebase", "-q", "--onto", "main", "good~1", "good"])
        .ok();
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.git(["merge", "-q", "--ff-only", "good"]).ok();
    the_removal_reaches_both(&laptop, &desktop);
}

/// The deletion of an entry as well: it is known, and can be undone.
#[test]
fn a_pick_of_a_later_commit_takes_no_deletion_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
    laptop.git(["switch", "-q", "-c", "trip"]).ok();
    laptop.remove(&crate::sandbox::entry(DAY));
    laptop.commit("Gone");
    laptop.edit_entry(OTHER, "mood: calm", "mood: good");
    laptop.commit("Good");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.git(["cherry-pick", "trip"]).ok();
    laptop.git(["merge", "-q", "--no-edit", "trip"]).ok();
    laptop.push();
    desktop.pull();
    for machine in [&laptop, &desktop] {
        assert_eq!(file_of(machine), None);
        machine.assert_clean();
    }
    desktop.metadb(["restore", "Entry", DAY]).ok();
    assert!(file_of(&desktop).is_some());
}

/// A decision that waits in a stash is for the branch that has the removal.
#[test]
fn a_removal_kept_for_good_in_a_stash_stays_a_removal_on_another_branch() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
    a_later_commit_of_another_branch(&laptop);
    laptop.git(["switch", "-q", "trip"]).ok();
    laptop
        .metadb(["tombstone", "keep", "entry_people", DAY, "Bob"])
        .ok();
    laptop.git(["stash", "-q"]).ok();
    laptop.git(["switch", "-q", "main"]).ok();
    edit(&laptop, "[rain, fog]", "[fog]");
    laptop.git(["stash", "pop", "-q"]).ok();
    assert!(laptop.read(LEDGER).contains("Bob"));
    laptop.commit("Keep it");
    the_removal_reaches_both(&laptop, &desktop);
}

/// A pick that stops for something else, and its plain commit, record no second removal:
/// whoever put Bob back knew of the first one, which is the same.
#[test]
fn a_removal_whose_pick_stopped_elsewhere_is_one_row() {
    for no_commit in [false, true] {
        let sandbox = Sandbox::new();
        let (laptop, _) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
        laptop.git(["switch", "-q", "-c", "trip"]).ok();
        laptop.edit_entry(OTHER, "mood: calm", "mood: odd");
        remove_bob(&laptop);
        // With another edit, so that git asks the driver.
        laptop.edit_entry(DAY, "[rain]", "[rain, fog]");
        edit(&laptop, "[Alice]", "[Alice, Bob]");
        laptop.git(["switch", "-q", "main"]).ok();
        laptop.edit_entry(OTHER, "mood: calm", "mood: bad");
        laptop.commit("Bad");
        let how = no_commit.then_some("--no-commit");
        let pick = ["cherry-pick"].into_iter().chain(how).chain(["trip~1"]);
        laptop.git(pick).exits(1);
        laptop.palimpsest(["resolve", "--ours"]).ok();
        laptop.git(["commit", "-q", "-m", "Picked"]).ok();
        laptop.assert_clean();
        without_bob([&laptop, &laptop]);
        let ledger = laptop.ledger(2024);
        assert_eq!(removals(&ledger, "Bob").len(), 1, "{no_commit}");
        laptop.git(["merge", "-q", "--no-edit", "trip"]).exits(1);
        laptop.palimpsest(["resolve", "--ours"]).ok();
        laptop.git(["commit", "-q", "--no-edit"]).ok();
        with_bob([&laptop, &laptop]);
    }
}

/// A deletion as well.
#[test]
fn a_deletion_whose_pick_stopped_elsewhere_is_one_row() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
    laptop.git(["switch", "-q", "-c", "trip"]).ok();
    laptop.edit_entry(OTHER, "mood: calm", "mood: odd");
    laptop.remove(&crate::sandbox::entry(DAY));
    laptop.commit("Gone");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.edit_entry(OTHER, "mood: calm", "mood: bad");
    laptop.commit("Bad");
    laptop.git(["cherry-pick", "trip"]).exits(1);
    laptop.palimpsest(["resolve", "--ours"]).ok();
    laptop.git(["commit", "-q", "-m", "Picked"]).ok();
    laptop.assert_clean();
    assert_eq!(deletions(&laptop).len(), 1);
}
