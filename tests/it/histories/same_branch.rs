//! The edits of one branch were made one on top of the other, in whatever order a person
//! puts them again.

use super::*;

/// Rebases with the list of steps edited by this perl.
#[track_caller]
fn with_steps(machine: &Machine<'_>, perl: &str, onto: &str) -> crate::sandbox::Run {
    let editor = format!("sequence.editor=perl -0pi -e '{perl}'");
    let args = ["-c", &editor, "-c", "core.editor=true", "rebase", "-q"];
    machine.git(args.into_iter().chain(["-i", onto]))
}

/// Puts the first two steps in the other order.
const OTHER_ORDER: &str = "s/^(pick .*\\n)(pick .*\\n)/$2$1/";

const LAST_FIRST: &str = "s/^(pick .*\\n)(pick .*\\n)(pick .*\\n)/$3$1$2/";

#[test]
fn a_person_who_orders_joins_or_amends_own_commits_did_not_edit_at_once() {
    let to_the_first = "s/^(pick .*\\n)(pick .*\\n)pick(.*\\n)/$1fixup$3$2/";
    let steps = [LAST_FIRST, to_the_first, "s/^pick/edit/"];
    for steps in steps {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit(&laptop, "city: Lisbon", "city: Porto");
        edit(&laptop, "mood: calm", "mood: good");
        edit(&laptop, "weather: fair", "weather: wet");
        let before = laptop.read_entry(DAY);
        let run = with_steps(&laptop, steps, "HEAD~3").ok();
        run.never_mentions("Conflict detected");
        if steps.contains("edit") {
            laptop.edit_entry(DAY, "[rain]", "[rain, sea]");
            laptop
                .git(["commit", "-q", "-a", "--amend", "--no-edit"])
                .ok();
            let run = laptop.git(["rebase", "--continue"]).ok();
            run.never_mentions("Conflict detected");
        } else {
            assert_eq!(laptop.read_entry(DAY), before, "{steps}");
        }
        laptop.assert_clean();
        assert_eq!(listed(&laptop), [""; 0], "{steps}");
        agree(&laptop, &desktop, &[]);
        // Nor is a real one lost, later.
        edit(&desktop, "city: Porto", "city: Faro");
        desktop.push();
        edit(&laptop, "mood: good", "mood: bad");
        laptop.pull().mentions("Conflict detected");
        agree(&laptop, &desktop, &["both_edited"]);
    }
}

#[test]
fn what_a_branch_is_rebased_onto_was_edited_at_once_in_any_order() {
    let join = "s/^(pick .*\\n)pick(.*\\n)pick(.*\\n)/$1fixup$3fixup$2/";
    for steps in ["", OTHER_ORDER, LAST_FIRST, join] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit(&desktop, "city: Lisbon", "city: Porto");
        desktop.push();
        edit(&laptop, "mood: calm", "mood: good");
        edit(&laptop, "weather: fair", "weather: wet");
        edit(&laptop, "[rain]", "[rain, sea]");
        laptop.git(["fetch", "-q"]).ok();
        with_steps(&laptop, steps, "origin/main").ok();
        laptop.assert_clean();
        agree(&laptop, &desktop, &["both_edited"]);
    }
}

/// The desktop's edit of the entry is on another branch, and the laptop's two are on main.
fn with_another_branch<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, Machine<'a>) {
    let (laptop, desktop) = begin(sandbox);
    edit(&desktop, "city: Lisbon", "city: Porto");
    desktop.git(["push", "-q", "origin", "HEAD:side"]).ok();
    edit(&laptop, "mood: calm", "mood: good");
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.git(["fetch", "-q"]).ok();
    (laptop, desktop)
}

/// A list of steps may name any commit, and run anything.
#[test]
fn what_a_rebase_takes_in_from_elsewhere_was_edited_at_once() {
    for steps in [
        "s/^(pick .*\\n)(pick .*\\n)/$2$1pick origin\\/side\\n/",
        "s/^/pick origin\\/side\\n/",
        "s/^(pick .*\\n)/$1exec git cherry-pick origin\\/side\\n/",
        "s/^(pick .*\\n)/$1exec git merge -q --no-edit origin\\/side\\n/",
        "s/^(pick .*\\n)/$1break\\n/",
        "s/^(pick .*\\n)pick/pick origin\\/side\\nfixup$1pick/; s/fixuppick/fixup/",
        "s/^(pick .*\\n)/$1fixup origin\\/side\\n/",
        "s/^(pick .*\\n)/break\\n$1/",
    ] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = with_another_branch(&sandbox);
        with_steps(&laptop, steps, "HEAD~2").ok();
        if steps.contains("break") {
            laptop.git(["merge", "-q", "--no-edit", "origin/side"]).ok();
            laptop.git(["rebase", "--continue"]).ok();
        }
        laptop.assert_clean();
        agree(&laptop, &desktop, &["both_edited"]);
    }
}

/// Commits of a merge were not made on top of each other, though a rebase puts them so.
#[test]
fn what_a_branch_merged_was_edited_at_once_also_in_a_row() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = with_another_branch(&sandbox);
    laptop.git(["merge", "-q", "--no-edit", "origin/side"]).ok();
    assert_eq!(listed(&laptop), ["both_edited"]);
    let other = sandbox.machine("other");
    other.write("notes.txt", "Tea\n");
    other.commit("Notes");
    other.push();
    laptop.git(["pull", "-q", "--rebase"]).ok();
    laptop.assert_clean();
    agree(&laptop, &desktop, &["both_edited"]);
}

/// A rebase before had put both edits into one line, and listed them.
#[test]
fn an_edit_that_is_in_conflict_stays_so_where_the_other_one_is_amended() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    edit(&desktop, "city: Lisbon", "city: Porto");
    desktop.git(["pull", "-q", "--rebase"]).ok();
    with_steps(&desktop, "s/^pick/edit/", "HEAD~2").ok();
    desktop.edit_entry(DAY, "[rain]", "[rain, sea]");
    desktop
        .git(["commit", "-q", "-a", "--amend", "--no-edit"])
        .ok();
    desktop.git(["rebase", "--continue"]).ok();
    assert_eq!(listed(&desktop), ["both_edited"]);
}

/// Whoever is in front of a stopped step picks what it has nothing to do with.
#[test]
fn what_a_person_picks_at_a_stop_was_edited_at_once() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = with_another_branch(&sandbox);
    laptop.write("notes.txt", "Tea\n");
    laptop.edit_entry(DAY, "[rain]", "[rain, sea]");
    laptop.commit("Notes");
    let other = sandbox.machine("other");
    other.write("notes.txt", "Milk\n");
    other.commit("Notes");
    other.push();
    laptop.git(["pull", "-q", "--rebase"]).fails();
    laptop.write("notes.txt", "Tea and milk\n");
    laptop.commit("Notes");
    laptop.git(["cherry-pick", "origin/side"]).ok();
    laptop.git(["rebase", "--continue"]).ok();
    laptop.assert_clean();
    agree(&laptop, &desktop, &["both_edited"]);
}

/// Git takes what a person made of a stopped step for what became of it.
#[test]
fn what_stands_in_place_of_a_stopped_step_was_edited_at_once() {
    for how in ["cherry-pick", "merge --squash"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = with_another_branch(&sandbox);
        with_steps(&laptop, "s/^pick/edit/", "HEAD~2").ok();
        match how {
            "cherry-pick" => laptop.git(["cherry-pick", "origin/side"]).ok(),
            _ => laptop.git(["merge", "-q", "--squash", "origin/side"]).ok(),
        };
        if how != "cherry-pick" {
            laptop.commit("Squashed");
        }
        laptop.git(["rebase", "--continue"]).ok();
        laptop.assert_clean();
        agree(&laptop, &desktop, &["both_edited"]);
    }
}
