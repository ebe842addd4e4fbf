//! Concurrent edits of which one or both came from a client without hooks.

use super::*;

/// Pulls without hooks and drivers, and pushes.
#[track_caller]
fn pull_without_hooks(machine: &Machine<'_>, how: &str) {
    without_hooks(machine, &["pull", "-q", how]);
    machine.push();
}

/// The machines that a listed conflict names.
#[track_caller]
fn named(machine: &Machine<'_>) -> Vec<String> {
    let all = json(&machine.metadb(["sync", "conflicts", "--json"]).ok());
    let hashes = all[0]["state"]["hashes"].as_array().unwrap();
    let mut by: Vec<String> = hashes
        .iter()
        .map(|h| h["by"].as_str().unwrap().to_owned())
        .collect();
    by.sort();
    by
}

#[test]
fn an_edit_on_a_phone_and_one_on_a_machine_are_a_conflict_whoever_merges() {
    for how in ["--no-rebase", "--rebase"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        let phone = phone(&sandbox);
        phone.edit_entry(DAY, "mood: calm", "mood: good");
        phone.commit("On the phone");
        phone.push();
        edit(&laptop, "[rain]", "[rain, sea]");
        laptop
            .git(["pull", "-q", how])
            .ok()
            .mentions(&format!("Conflict detected for entry {DAY}"));
        laptop.assert_clean();
        assert_eq!(listed(&laptop), ["both_edited"], "{how}");
        assert_eq!(named(&laptop), ["Phone (no hooks)", "laptop"]);
        laptop.push();
        desktop.pull();
        assert_eq!(named(&desktop), ["Phone (no hooks)", "laptop"]);
        agree(&laptop, &desktop, &["both_edited"]);
        assert_eq!(named(&laptop), ["Phone (no hooks)", "laptop"]);
    }
}

#[test]
fn the_phone_that_merges_brings_the_conflict_to_everybody() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let phone = phone(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Eve]");
    laptop.push();
    phone.edit_entry(DAY, "weather: fair", "weather: wet");
    phone.commit("On the phone");
    pull_without_hooks(&phone, "--no-rebase");
    for machine in [&laptop, &desktop] {
        machine
            .pull()
            .mentions(&format!("Conflict detected for entry {DAY}"));
        assert_eq!(named(machine), ["Phone (no hooks)", "laptop"]);
    }
    agree(&laptop, &desktop, &["both_edited"]);
}

#[test]
fn two_phones_that_edited_at_once() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let phone = phone(&sandbox);
    let tablet = sandbox.machine("tablet");
    tablet.git(["config", "user.name", "Tablet"]).ok();
    phone.edit_entry(DAY, "[Alice, Bob]", "[Alice, Bob, Eve]");
    phone.commit("On the phone");
    phone.push();
    tablet.edit_entry(DAY, "weather: fair", "weather: wet");
    tablet.commit("On the tablet");
    pull_without_hooks(&tablet, "--no-rebase");
    laptop.pull();
    assert_eq!(named(&laptop), ["Phone (no hooks)", "Tablet (no hooks)"]);
    agree(&desktop, &laptop, &["both_edited"]);
    desktop.metadb(["sync", "resolve", "Entry", DAY]).ok();
    desktop.commit("Settled");
    agree(&desktop, &laptop, &[]);
}

#[test]
fn a_phone_that_edits_alone_is_no_conflict() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let phone = phone(&sandbox);
    phone.edit_entry(DAY, "mood: calm", "mood: good");
    phone.commit("On the phone");
    phone.push();
    // Both take it in; one edits the same entry, the other something else: to git's
    // driver that looks like two changes of one row.
    laptop.pull();
    desktop.pull();
    edit(&laptop, "[rain]", "[rain, sea]");
    laptop.push();
    desktop.write_entry("2024-01-01", "", "Else.\n");
    desktop.commit("Else");
    agree(&desktop, &laptop, &[]);
    phone.pull();
    phone.edit_entry(DAY, "mood: good", "mood: better");
    phone.commit("Once more");
    phone.push();
    laptop.write_entry("2024-01-02", "", "Else.\n");
    laptop.commit("Else again");
    agree(&laptop, &desktop, &[]);
    let state = json(
        &laptop
            .metadb(["sync", "status", "Entry", DAY, "--json"])
            .ok(),
    );
    assert_eq!(state["sync"][0]["counter"], 4);
    assert_eq!(state["sync"][0]["hashes"][0]["by"], "Phone (no hooks)");
}

#[test]
fn settled_once_it_is_settled_for_all_and_a_second_conflict_is_listed_again() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let phone = phone(&sandbox);
    phone.edit_entry(DAY, "mood: calm", "mood: good");
    phone.commit("On the phone");
    phone.push();
    edit(&laptop, "[rain]", "[rain, sea]");
    laptop.pull();
    laptop.push();
    desktop.pull();
    // One settles what no ledger holds yet, while the other stores it.
    laptop.metadb(["sync", "resolve", "Entry", DAY]).ok();
    laptop.commit("Settled");
    desktop.write_entry("2024-01-01", "", "Else.\n");
    desktop.commit("Else");
    laptop.push();
    agree(&desktop, &laptop, &[]);
    // An edit by somebody who has both says the same.
    phone.pull();
    phone.edit_entry(DAY, "mood: good", "mood: better");
    phone.commit("Again");
    phone.push();
    edit(&desktop, "weather: fair", "weather: wet");
    agree(&desktop, &laptop, &["both_edited"]);
    phone.pull();
    phone.edit_entry(DAY, "mood: better", "mood: best");
    phone.commit("Knowing both");
    phone.push();
    laptop.pull();
    agree(&laptop, &desktop, &[]);
}

#[test]
fn a_note_that_two_wrote_at_once() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let note = format!("wiki/entries/2024/{DAY}.md");
    laptop.write(&note, "One.\n\nTwo.\n\nThree.\n");
    laptop.commit("A note");
    laptop.push();
    desktop.pull();
    let phone = phone(&sandbox);
    phone.edit(&note, "One", "The first");
    phone.commit("On the phone");
    phone.push();
    laptop.edit(&note, "Three", "The third");
    laptop.commit("Third");
    agree(&laptop, &desktop, &["both_edited"]);
    desktop.metadb(["sync", "resolve", "Entry", DAY]).ok();
    desktop.commit("Settled");
    agree(&desktop, &laptop, &[]);
}

/// Whoever takes the file away had both texts, with hooks or without.
#[test]
fn a_conflict_of_an_entry_that_is_deleted_is_over() {
    for hooks in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit(&laptop, "mood: calm", "mood: good");
        laptop.push();
        edit(&desktop, "weather: fair", "weather: wet");
        agree(&desktop, &laptop, &["both_edited"]);
        laptop.pull();
        let file = crate::sandbox::entry(DAY);
        match hooks {
            true => {
                laptop.git(["rm", "-q", &file]).ok();
                laptop.commit("Gone");
            }
            false => {
                without_hooks(&laptop, &["rm", "-q", &file]);
                without_hooks(&laptop, &["commit", "-q", "-m", "Gone"]);
            }
        }
        agree(&laptop, &desktop, &[]);
    }
}

/// Nor where no ledger held the conflict, since one of the edits came from a phone.
#[test]
fn a_conflict_with_a_phone_is_over_with_the_entry_too() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let phone = phone(&sandbox);
    phone.edit_entry(DAY, "mood: calm", "mood: good");
    phone.commit("On the phone");
    phone.push();
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.pull();
    assert_eq!(listed(&laptop), ["both_edited"]);
    laptop.git(["rm", "-q", &crate::sandbox::entry(DAY)]).ok();
    laptop.commit("Gone").warns("settles the conflict");
    agree(&laptop, &desktop, &[]);
    laptop.write_entry("2024-11-30", "", "");
    laptop.commit("Next").silent_about("no hooks");
    agree(&laptop, &desktop, &[]);
}

/// The row that a revert of a revert puts back says what was known before.
#[test]
fn a_revert_of_a_revert_beside_an_edit_is_no_conflict() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.git(["revert", "--no-edit", "HEAD"]).ok();
    edit(&laptop, "mood: calm", "mood: good");
    let revert = laptop.git(["revert", "--no-edit", "HEAD^"]).ok();
    revert.never_mentions("Conflict detected");
    let text = laptop.read_entry(DAY);
    assert!(text.contains("weather: wet") && text.contains("mood: good"));
    agree(&laptop, &desktop, &[]);
}

#[test]
fn what_one_person_does_alone_is_no_conflict() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "mood: calm", "mood: good");
    edit(&laptop, "[rain]", "[rain, sea]");
    // A clean revert runs no hook, and takes an older row into the ledger.
    laptop.git(["revert", "--no-edit", "HEAD^"]).ok();
    assert_eq!(listed(&laptop), [""; 0]);
    edit_without_hooks(&laptop, "weather: fair", "weather: wet");
    laptop.git(["revert", "--no-edit", "HEAD"]).ok();
    laptop.edit_entry(DAY, "city: Lisbon", "city: Porto");
    laptop
        .git(["commit", "-q", "-a", "-n", "-m", "Unverified"])
        .ok();
    laptop.edit_entry(DAY, "city: Porto", "city: Faro");
    laptop
        .git(["commit", "-q", "-a", "--amend", "--no-edit"])
        .ok();
    desktop.write_entry("2024-01-01", "", "Else.\n");
    desktop.commit("Else");
    agree(&laptop, &desktop, &[]);
    edit(&desktop, "city: Faro", "city: Lagos");
    agree(&desktop, &laptop, &[]);
}

#[test]
fn the_index_made_anew_and_a_clone_say_the_same() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let phone = phone(&sandbox);
    phone.edit_entry(DAY, "mood: calm", "mood: good");
    phone.commit("On the phone");
    phone.push();
    edit(&laptop, "[rain]", "[rain, sea]");
    laptop.pull();
    laptop.push();
    let said = |m: &Machine<'_>| {
        let listings: [&[&str]; 4] = [
            &["sync", "conflicts", "--json"],
            &["sync", "status", "Entry", DAY, "--json"],
            &["sync", "stats", "--json"],
            &["show", DAY, "--json"],
        ];
        listings.map(|args| m.metadb(args).ok().stdout)
    };
    let first = said(&laptop);
    assert!(first[0].contains("both_edited"));
    laptop.palimpsest(["reindex"]).ok();
    assert_eq!(said(&laptop), first);
    std::fs::remove_file(laptop.path(".git/palimpsest/history")).ok();
    laptop.palimpsest(["reindex"]).ok();
    assert_eq!(said(&laptop), first);
    let clone = sandbox.machine("clone");
    clone.palimpsest(["init"]).ok();
    assert_eq!(said(&clone), first);
}

/// A merge by hand whose ledger is the one that HEAD has, and not what the driver made:
/// nothing of it is in the commit, and the work tree follows all the same.
#[test]
fn a_merge_that_settles_a_ledger_as_head_has_it_leaves_the_work_tree_clean() {
    const OTHER: &str = "2023-06-30";
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.write_entry(OTHER, FIELDS, BODY);
    laptop.commit("Another year");
    laptop.push();
    desktop.pull();
    laptop.edit_entry(OTHER, "calm", "good");
    without_hooks(&laptop, &["commit", "-q", "-a", "-m", "Without hooks"]);
    laptop.push();
    desktop.pull();
    // This commit stores what the one without hooks lacks.
    edit(&desktop, "calm", "glad");
    desktop.push();
    laptop.edit_entry(OTHER, "fair", "wet");
    laptop.commit("Wet");
    edit(&laptop, "calm", "grim");
    laptop.git(["pull", "-q"]).fails();
    laptop
        .palimpsest(["resolve", "--ours", &crate::sandbox::entry(DAY)])
        .ok();
    laptop.git(["commit", "-q", "--no-edit"]).ok();
    laptop.assert_clean();
    laptop.push();
    desktop.pull();
    agree(&laptop, &desktop, &[]);
}

/// What a commit stored of commits before it is no edit of its own, also in a rebase.
#[test]
fn a_commit_that_stored_a_state_edited_nothing_by_that() {
    const OTHER: &str = "2024-11-02";
    for how in ["--no-rebase", "--rebase"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.write_entry(OTHER, FIELDS, BODY);
        laptop.commit("Another entry");
        edit_without_hooks(&laptop, "calm", "good");
        laptop.push();
        desktop.pull();
        edit(&desktop, "good", "glad");
        desktop.push();
        // This commit stores what the one without hooks lacks.
        laptop.edit_entry(OTHER, "calm", "grim");
        laptop.commit("Grim");
        laptop.git(["pull", "-q", how]).ok();
        agree(&laptop, &desktop, &[]);
    }
}

/// Git keeps the versions of each file that this strategy merges, as it does of one
/// that a person resolved. Here that is the ledger alone.
#[test]
fn a_merge_file_by_file_settles_nothing() {
    for side in ["--ours", "--theirs"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.git(["checkout", "-q", "-b", "side"]).ok();
        edit(&laptop, "weather: fair", "weather: wet");
        laptop.git(["checkout", "-q", "main"]).ok();
        edit(&laptop, "city: Lisbon", "city: Porto");
        laptop
            .git(["merge", "-q", "-s", "resolve", "side"])
            .exits(1);
        let ledger = "data/ledger/2024.jsonl";
        let status = laptop.git(["diff", "--name-only", "--diff-filter=U"]).ok();
        assert_eq!(status.text(), ledger);
        laptop.git(["checkout", "-q", side, "--", ledger]).ok();
        laptop.git(["add", ledger]).ok();
        laptop.git(["commit", "-q", "--no-edit"]).ok();
        agree(&laptop, &desktop, &["both_edited"]);
        let text = laptop.read_entry(DAY);
        assert!(text.contains("wet") && text.contains("Porto"), "{text}");
    }
}

/// The branch that was made anew begins with the texts of the other, as its own.
#[test]
fn a_branch_without_a_past_is_a_conflict_where_both_edited_alone() {
    let edits: [(bool, bool, &[&str]); 3] = [
        (true, false, &[]),
        (false, true, &[]),
        (true, true, &["both_edited"]),
    ];
    for (here, there, expected) in edits {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit(&laptop, "mood: calm", "mood: good");
        laptop.git(["checkout", "-q", "--orphan", "anew"]).ok();
        laptop.commit("Anew");
        if there {
            edit(&laptop, "[rain]", "[rain, fog]");
        }
        laptop.git(["checkout", "-q", "main"]).ok();
        if here {
            edit(&laptop, "[rain]", "[rain, sea]");
        }
        let merge = ["merge", "-q", "--no-edit", "--allow-unrelated-histories"];
        laptop.git(merge.iter().chain(&["anew"])).ok();
        let text = laptop.read_entry(DAY);
        assert_eq!(text.contains("sea"), here, "{text}");
        assert_eq!(text.contains("fog"), there, "{text}");
        holds(&laptop, expected);
        agree(&laptop, &desktop, expected);
    }
}
