//! A removal here, an edit or an addition there.

use super::*;

#[test]
fn a_removal_and_another_edit() {
    for pull in ["--no-rebase", "--rebase"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        remove_bob(&laptop);
        laptop.push();
        edit(&desktop, "weather: fair", "weather: wet");
        desktop.git(["pull", pull]).ok();
        desktop.assert_clean();
        without_bob([&laptop, &desktop]);
        agree(&desktop, &laptop, &["both_edited"]);
        without_bob([&laptop, &desktop]);
    }
}

#[test]
fn a_removal_and_an_edit_that_waits_in_the_stash() {
    for how in ["autostash", "stash"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        remove_bob(&laptop);
        laptop.push();
        desktop.edit_entry(DAY, "weather: fair", "weather: wet");
        if how == "autostash" {
            desktop.git(["pull", "--rebase", "--autostash"]).ok();
        } else {
            desktop.git(["stash", "-q"]).ok();
            desktop.pull();
            desktop.git(["stash", "pop", "-q"]).ok();
        }
        let text = desktop.read_entry(DAY);
        assert!(text.contains("people: [Alice]") && text.contains("weather: wet"));
        desktop.git(["add", "-A"]).ok();
        desktop.commit("Wet");
        agree(&desktop, &laptop, &[]);
        without_bob([&laptop, &desktop]);
    }
}

#[test]
fn an_addition_of_what_the_other_side_added_and_removed_is_kept_out_and_listed() {
    for pull in ["--no-rebase", "--rebase"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        add_and_remove_carol(&laptop);
        edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
        desktop.git(["pull", "-q", pull]).ok();
        holds(&desktop, &["both_edited", "kept_out Carol"]);
        agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
        assert!(!laptop.read_entry(DAY).contains("Carol"));
    }
}

#[test]
fn where_git_asks_no_driver_the_item_stands_in_the_file_and_is_listed() {
    for pull in ["--no-rebase", "--rebase"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
        edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
        laptop.push();
        edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
        desktop.git(["pull", "-q", pull]).ok();
        agree(&desktop, &laptop, &["both_edited", "still_in_file Carol"]);
        // Taken out by hand it is settled, for everybody.
        edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
        agree(&laptop, &desktop, &[]);
    }
}

#[test]
fn removed_and_added_again_here_and_removed_there() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    remove_bob(&desktop);
    edit(&desktop, "[Alice]", "[Alice, Bob]");
    edit(&desktop, "weather: fair", "weather: wet");
    desktop.pull();
    agree(&desktop, &laptop, &["both_edited", "kept_out Bob"]);
    without_bob([&laptop, &desktop]);
}

#[test]
fn a_re_addition_that_knew_of_the_removal_stays() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.push();
    desktop.pull();
    edit(&desktop, "[Alice]", "[Alice, Bob]");
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.push();
    desktop.pull();
    agree(&desktop, &laptop, &["both_edited"]);
    with_bob([&laptop, &desktop]);
}

#[test]
fn an_entry_that_both_wrote() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[("2024-01-01", "", "Other.\n")]);
    laptop.write_entry(DAY, FIELDS, BODY);
    laptop.commit("New");
    remove_bob(&laptop);
    laptop.push();
    desktop.write_entry(DAY, &FIELDS.replace("Bob", "Bob, Eve"), BODY);
    desktop.commit("New here too");
    desktop.pull();
    without_bob([&desktop, &desktop]);
    agree(&desktop, &laptop, &["both_edited", "kept_out Bob"]);
    without_bob([&laptop, &desktop]);
}

#[test]
fn a_deleted_entry_stays_away_and_its_revert_brings_it_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.remove(&crate::sandbox::entry(DAY));
    laptop.commit("Gone");
    laptop.push();
    desktop.write_entry("2024-11-02", "", "Else.\n");
    desktop.commit("Else");
    agree(&desktop, &laptop, &[]);
    assert!(!desktop.exists(&crate::sandbox::entry(DAY)));
    // Neither the merge nor what was committed on it puts it back.
    for machine in [&laptop, &desktop] {
        assert!(deletions(machine)[0].state.is_active());
        machine.metadb(["show", DAY]).mentions("deleted");
    }
    let gone = laptop.git(["log", "--format=%H", "--grep=Gone", "-1"]).ok();
    laptop.git(["revert", "--no-edit", gone.text()]).ok();
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
    assert!(!deletions(&laptop)[0].state.is_active());
    for machine in [&laptop, &desktop] {
        machine.metadb(["show", DAY]).ok().lacks("deleted");
    }
}

/// The row names a version that the rebase left behind on the laptop: the last one
/// of this history is shown everywhere, and comes back.
#[test]
fn a_deletion_that_was_rebased_is_of_the_version_that_everybody_has() {
    for stored in [false, true] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit(&laptop, "mood: calm", "mood: good");
        laptop.remove(&crate::sandbox::entry(DAY));
        laptop.commit("Gone");
        edit(&desktop, "tags: [rain]", "tags: [rain, sea]");
        desktop.push();
        laptop.git(["pull", "-q", "--rebase"]).exits(1);
        laptop.git(["rm", "-q", &crate::sandbox::entry(DAY)]).ok();
        laptop.git(["rebase", "--continue"]).ok();
        laptop.push();
        desktop.pull();
        if stored {
            agree(&desktop, &laptop, &[]);
        }
        let shown = [&laptop, &desktop].map(|m| m.metadb(["show", DAY]).ok().stdout);
        assert_eq!(shown[0], shown[1]);
        assert!(shown[0].contains("sea"), "{}", shown[0]);
        for machine in [&laptop, &desktop] {
            machine.metadb(["restore", "Entry", DAY]).ok();
            let text = machine.read_entry(DAY);
            assert!(
                text.contains("mood: good") && text.contains("sea"),
                "{text}"
            );
        }
    }
}

/// The laptop deletes the entry, and the desktop a version of its own, which the rebase
/// leaves behind: two rows, of two versions.
fn delete_on_both(laptop: &Machine<'_>, desktop: &Machine<'_>) {
    let file = crate::sandbox::entry(DAY);
    laptop.remove(&file);
    laptop.commit("Gone");
    laptop.push();
    edit(desktop, "tags: [rain]", "tags: [rain, sea]");
    desktop.remove(&file);
    desktop.commit("Gone here too");
    desktop.git(["pull", "-q", "--rebase"]).exits(1);
    desktop.git(["rm", "-q", &file]).ok();
    desktop.git(["rebase", "--continue"]).ok();
}

#[test]
fn an_entry_that_both_deleted_is_shown_with_the_version_that_everybody_has() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    delete_on_both(&laptop, &desktop);
    desktop.push();
    laptop.pull();
    agree(&desktop, &laptop, &[]);
    for machine in [&laptop, &desktop] {
        machine.metadb(["show", DAY]).ok().says("rain").lacks("sea");
        machine.metadb(["restore", "Entry", DAY]).ok();
        let text = machine.read_entry(DAY);
        assert!(text.contains("tags: [rain]"), "{text}");
    }
}

/// The ledger was copied into a new repository, where no history tells which of the
/// versions went last.
#[test]
fn an_entry_that_both_deleted_stops_nothing_before_the_first_commit() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    delete_on_both(&laptop, &desktop);
    let rows = desktop.read(LEDGER);
    assert_eq!(deletions(&desktop).len(), 2, "{rows}");
    let new = sandbox.repository("new");
    new.write(LEDGER, rows);
    new.write_entry("2024-11-02", FIELDS, BODY);
    new.palimpsest(["init"]).ok();
    new.yaml2sql(["sync", "journal/md"]).ok();
    // The versions themselves are in the other repository.
    let names_it = || {
        let list = new.metadb(["restore", "--list"]).ok();
        list.says(DAY).says("its last version is not here");
        let show = new.metadb(["show", DAY]).ok();
        show.says("deleted at").says("is not in this repository");
    };
    names_it();
    new.metadb(["restore", "Entry", DAY])
        .fails()
        .warns("or this repository began without it");
    new.commit("Begin");
    names_it();
    // Written anew, it is no deleted entry, also where it cannot be read.
    new.write_entry(DAY, "people: [Zoe", BODY);
    let list = new.metadb(["restore", "--list"]);
    list.is("No entry is deleted");
    new.write_entry(DAY, "people: [Zoe]", BODY);
    new.commit("Anew");
    new.metadb(["restore", "--list"])
        .ok()
        .is("No entry is deleted");
    new.metadb(["show", DAY]).ok().says("Zoe");
    new.metadb(["show", "2024-11-02"]).ok();
    new.assert_clean();
}

#[test]
fn a_deleted_entry_whose_edit_a_merge_keeps_is_there() {
    for hooks in ["1", "0"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        let file = crate::sandbox::entry(DAY);
        laptop.remove(&file);
        laptop.commit("Gone");
        laptop.push();
        edit(&desktop, "weather: fair", "weather: wet");
        desktop.git(["pull", "-q", "--no-rebase"]).exits(1);
        desktop.git(["add", &file]).ok();
        desktop
            .run_with(
                &[("PALIMPSEST", hooks)],
                "git",
                ["commit", "-q", "--no-edit"],
            )
            .ok();
        agree(&desktop, &laptop, &[]);
        with_bob([&laptop, &desktop]);
        assert!(!deletions(&laptop)[0].state.is_active());
    }
}

/// The branch adds Carol, goes on, takes her out again and is rebased.
fn rebase_carol_who_went(machine: &Machine<'_>) {
    edit(machine, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(machine, "weather: fair", "weather: wet");
    edit(machine, "[Alice, Bob, Carol]", "[Alice, Bob]");
    machine.git(["pull", "-q", "--rebase"]).ok();
}

#[test]
fn what_a_rebase_kept_out_and_the_branch_removed_itself_is_settled() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    add_and_remove_carol(&laptop);
    rebase_carol_who_went(&desktop);
    agree(&desktop, &laptop, &["both_edited"]);
}

/// The branch has Carol in its first commit and leaves her there in the next.
#[test]
fn what_a_rebase_kept_out_is_listed_however_the_branch_goes_on() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    // A removal that both know is no matter for the rebase.
    remove_bob(&laptop);
    laptop.push();
    desktop.pull();
    edit(&laptop, "[Alice]", "[Alice, Carol]");
    edit(&laptop, "[Alice, Carol]", "[Alice]");
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    edit(&desktop, "[Alice]", "[Alice, Carol]");
    edit(&desktop, "weather: fair", "weather: wet");
    desktop.git(["pull", "-q", "--rebase"]).ok();
    agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
}

/// What was kept out of another branch is that branch's matter.
#[test]
fn a_branch_that_removes_its_own_settles_nothing_of_another() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let tablet = sandbox.machine("tablet");
    tablet.palimpsest(["init"]).ok();
    add_and_remove_carol(&laptop);
    edit(&tablet, "[Alice, Bob]", "[Alice, Bob, Carol]");
    tablet.pull();
    // The next commit stores what the merge kept out.
    edit(&tablet, "[rain]", "[rain, sea]");
    tablet.push();
    assert_eq!(listed(&tablet), ["kept_out Carol"]);
    rebase_carol_who_went(&desktop);
    agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
}

/// Alice went and came back on one side, Bob went on the other: nobody added Bob.
#[test]
fn what_a_side_had_all_along_was_not_kept_out_of_it() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.push();
    edit(&desktop, "[Alice, Bob]", "[Bob]");
    edit(&desktop, "[Bob]", "[Alice, Bob]");
    edit(&desktop, "weather: fair", "weather: wet");
    agree(&desktop, &laptop, &["both_edited"]);
    without_bob([&laptop, &desktop]);
}

/// The same where it came back without hooks before the sides parted, and one of them
/// stored that.
#[test]
fn what_came_back_before_the_sides_parted_was_not_added_by_one() {
    for how in ["--no-rebase", "--rebase"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        remove_bob(&laptop);
        edit_without_hooks(&laptop, "[Alice]", "[Alice, Bob]");
        laptop.push();
        desktop.pull();
        remove_bob(&laptop);
        laptop.push();
        edit(&desktop, "weather: fair", "weather: wet");
        desktop.git(["pull", "-q", how]).ok();
        agree(&desktop, &laptop, &["both_edited"]);
        without_bob([&laptop, &desktop]);
    }
}

#[test]
fn a_revert_that_is_reverted_puts_the_item_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    laptop.git(["revert", "--no-edit", "HEAD"]).ok();
    holds(&laptop, &[]);
    laptop.git(["revert", "--no-edit", "HEAD"]).ok();
    assert!(people(&laptop.read_entry(DAY)).contains("Carol"));
    agree(&laptop, &desktop, &[]);
    assert!(people(&desktop.read_entry(DAY)).contains("Carol"));
}

/// What the other side wrote of him besides his name is kept out with him.
#[test]
fn what_one_side_spelled_otherwise_and_the_other_removed_is_listed() {
    for pull in ["--no-rebase", "--rebase"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        remove_bob(&laptop);
        laptop.push();
        edit(&desktop, "[Alice, Bob]", "[Alice, '@Moth (Bob)']");
        let pulled = desktop.git(["pull", "-q", pull]).ok();
        pulled.mentions("Bob stays out");
        assert!(desktop.read_entry(DAY).contains("[Alice]"));
        let expected = ["both_edited", "kept_out Bob"];
        holds(&desktop, &expected);
        agree(&desktop, &laptop, &expected);
        desktop.metadb(["sync", "resolve", "Entry", DAY]).ok();
        desktop.commit("Agreed");
        agree(&desktop, &laptop, &[]);
    }
}
