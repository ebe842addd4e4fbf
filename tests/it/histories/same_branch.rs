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

#[test]
fn a_person_who_orders_joins_or_amends_own_commits_did_not_edit_at_once() {
    let to_the_first = "s/^(pick .*\\n)(pick .*\\n)pick(.*\\n)/$1fixup$3$2/";
    let steps = [
        "s/^(pick .*\\n)(pick .*\\n)(pick .*\\n)/$3$1$2/",
        to_the_first,
        "s/^pick/edit/",
    ];
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
    for steps in ["", OTHER_ORDER] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit(&desktop, "city: Lisbon", "city: Porto");
        desktop.push();
        edit(&laptop, "mood: calm", "mood: good");
        edit(&laptop, "weather: fair", "weather: wet");
        laptop.git(["fetch", "-q"]).ok();
        with_steps(&laptop, steps, "origin/main").ok();
        laptop.assert_clean();
        agree(&laptop, &desktop, &["both_edited"]);
    }
}

#[test]
fn a_step_of_another_branch_was_edited_at_once() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&desktop, "city: Lisbon", "city: Porto");
    desktop.git(["push", "-q", "origin", "HEAD:side"]).ok();
    edit(&laptop, "mood: calm", "mood: good");
    laptop.write("notes.txt", "Tea\n");
    laptop.commit("Notes");
    laptop.git(["fetch", "-q"]).ok();
    // The first is picked anew, so that what ours has comes from the rebase.
    let steps = "s/^(pick .*\\n)(pick .*\\n)/$2$1pick origin\\/side\\n/";
    with_steps(&laptop, steps, "HEAD~2").ok();
    laptop.assert_clean();
    agree(&laptop, &desktop, &["both_edited"]);
}
