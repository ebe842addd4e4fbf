//! What a commit tells of what waits for a decision and of what came without
//! hooks, and what it refuses where the settings say so.

use super::*;

/// Where to look for what waits.
const NOTE: &str = ".git/palimpsest/waiting";

const BLOCK: &str = "[conflicts]\non_commit = \"block\"\n";

/// Commits another file and gives what git said.
#[track_caller]
fn commit_else(machine: &Machine<'_>, text: &str) -> crate::sandbox::Run {
    machine.write("pages/else.txt", text);
    machine.git(["add", "-A"]).ok();
    machine.git(["commit", "-q", "-m", "Else"])
}

/// The desktop after a pull of an entry that both machines had edited.
fn in_conflict(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, desktop) = begin(sandbox);
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    edit(&desktop, "[rain]", "[rain, sea]");
    desktop.pull();
    desktop
}

#[test]
fn a_change_without_hooks_is_told_by_the_commit_that_stores_it_and_by_no_other() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let phone = phone(&sandbox);
    phone.edit_entry(DAY, "[Alice, Bob]", "[Alice]");
    phone.commit("On the phone");
    phone.push();
    laptop.pull();
    laptop.git(["add", "-A"]).ok();
    let told = "entry 2024-11-01 was changed by Phone (no hooks)";
    laptop.palimpsest(["check", "--staged"]).ok();
    commit_else(&laptop, "One.\n")
        .ok()
        .warns(&format!("palimpsest: recorded: {told}"))
        .warns("`metadb sync status Entry 2024-11-01`");
    commit_else(&laptop, "Two.\n").ok().silent_about(told);
    laptop.push();
    desktop.pull();
    commit_else(&desktop, "Three.\n").ok().silent_about(told);
    // What somebody with hooks does is no news, nor is what a merge makes of it.
    edit(&laptop, "mood: calm", "mood: good");
    laptop.pull();
    commit_else(&laptop, "Four.\n")
        .ok()
        .silent_about("without hooks");
}

#[test]
fn many_changes_without_hooks_are_counted() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let phone = phone(&sandbox);
    for day in 1..=8 {
        phone.write_entry(&format!("2023-05-0{day}"), "mood: calm", "Away.\n");
    }
    phone.commit("A journey");
    phone.push();
    laptop.pull();
    let said = commit_else(&laptop, "One.\n").ok();
    assert_eq!(
        said.stderr
            .matches("was changed by Phone (no hooks)")
            .count(),
        5
    );
    said.warns("3 more entries were changed without hooks");
}

#[test]
fn what_was_kept_out_is_told_until_it_is_settled() {
    let sandbox = Sandbox::new();
    let (laptop, _) = kept_out(&sandbox);
    let told = "person Carol was kept out of 2024-11-01";
    for text in ["One.\n", "Two.\n"] {
        laptop.write_entry("2024-01-01", "", text);
        laptop
            .commit("Else")
            .warns(told)
            .warns("`metadb tombstone remove entry_people 2024-11-01 'Carol'`")
            .warns("`metadb sync resolve Entry 2024-11-01`");
    }
    laptop.metadb(["sync", "resolve", "Entry", DAY]).ok();
    laptop.commit("Settled").silent_about("kept out");
    laptop.write_entry("2024-01-01", "", "Three.\n");
    laptop.commit("Else").silent_about("kept out");
}

#[test]
fn where_conflicts_block_what_was_kept_out_does_until_either_command_settles_it() {
    let commands: [&[&str]; 2] = [
        &["sync", "resolve", "Entry", DAY],
        &["tombstone", "remove", "entry_people", DAY, "Carol"],
    ];
    for command in commands {
        let sandbox = Sandbox::new();
        let (laptop, _) = kept_out(&sandbox);
        // An edit settles the edits, and leaves Carol.
        edit(&laptop, "weather: fair", "weather: wet");
        laptop.write("palimpsest.toml", BLOCK);
        laptop.write_entry("2024-01-01", "", "Else.\n");
        laptop.git(["add", "-A"]).ok();
        laptop
            .git(["commit", "-q", "-m", "Else"])
            .exits(1)
            .warns("person Carol was kept out")
            .warns("conflicts.on_commit")
            .warns("`git add` each ledger that this changes");
        laptop.palimpsest(["check", "--staged"]).exits(1);
        laptop.metadb(command).ok();
        laptop.commit("Else, settled").silent_about("kept out");
        laptop.assert_clean();
    }
}

#[test]
fn where_conflicts_block_one_with_a_phone_does_and_a_merge_goes_through() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.write("palimpsest.toml", BLOCK);
    laptop.commit("Block");
    laptop.push();
    desktop.pull();
    let phone = phone(&sandbox);
    phone.edit_entry(DAY, "[Alice, Bob]", "[Alice, Bob, Eve]");
    phone.commit("On the phone");
    phone.push();
    edit(&laptop, "mood: calm", "mood: good");
    laptop.pull();
    assert_eq!(listed(&laptop), ["both_edited"]);
    laptop.push();
    // A merge that a person finishes is made; what waits is told.
    edit(&desktop, "mood: calm", "mood: bad");
    desktop.git(["pull", "-q"]).exits(1);
    let text = desktop.read_entry(DAY);
    assert!(text.contains("<<<<<<<"), "{text}");
    desktop.write("pages/mine.txt", "Mine.\n");
    let fields = FIELDS.replace("Bob", "Bob, Eve").replace("calm", "fine");
    desktop.write_entry(DAY, &fields, BODY);
    desktop.git(["add", "-A"]).ok();
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    // Here it is not settled: each commit is refused until it is.
    laptop.write_entry("2024-01-01", "", "Else.\n");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-q", "-m", "Else"])
        .exits(1)
        .warns("metadb sync resolve Entry 2024-11-01");
    laptop.metadb(["sync", "resolve", "Entry", DAY]).ok();
    laptop.commit("Else, settled");
    laptop.assert_clean();
    assert_eq!(listed(&laptop), [""; 0]);
}

/// A note says where something waits; a commit that changes nothing there names it too.
#[test]
fn what_waits_in_another_year_is_told_and_blocks_as_well() {
    let sandbox = Sandbox::new();
    let desktop = in_conflict(&sandbox);
    let told = "entry 2024-11-01 (yaml) has an unresolved conflict";
    desktop.write_entry("2023-01-01", "", "Else.\n");
    desktop.commit("Another year").warns(told);
    commit_else(&desktop, "One.\n").ok().warns(told);

    desktop.write("palimpsest.toml", BLOCK);
    let refused = commit_else(&desktop, "Two.\n").exits(1);
    refused.warns(told).warns("conflicts.on_commit");
    desktop.palimpsest(["check", "--staged"]).exits(1);
    // Without the note nobody looks for it, until something brings the index up to date.
    desktop.remove(NOTE);
    commit_else(&desktop, "Two.\n").ok().silent_about(told);
    commit_else(&desktop, "Three.\n").exits(1);
    desktop.metadb(["sync", "resolve", "Entry", DAY]).ok();
    commit_else(&desktop, "Four.\n").ok().silent_about(told);
    commit_else(&desktop, "Five.\n").ok().silent_about(told);
    desktop.assert_clean();
}

/// It counts once it is committed.
#[test]
fn a_decision_that_is_not_in_the_commit_lets_nothing_pass() {
    let sandbox = Sandbox::new();
    let desktop = in_conflict(&sandbox);
    let told = "entry 2024-11-01 (yaml) has an unresolved conflict";
    desktop.write("palimpsest.toml", BLOCK);
    desktop.git(["add", "."]).ok();
    desktop.metadb(["sync", "resolve", "Entry", DAY]).ok();
    // Another file, and an entry of another year.
    let refused = desktop.git(["commit", "-q", "-m", "Without"]).exits(1);
    refused.warns(told).warns("git add");
    desktop.write_entry("2023-01-01", "", "Else.\n");
    desktop.git(["add", "journal"]).ok();
    desktop.git(["commit", "-q", "-m", "Without"]).exits(1);
    desktop.git(["add", "-A"]).ok();
    let said = desktop.git(["commit", "-q", "-m", "With"]).ok();
    said.silent_about(told);
    desktop.assert_clean();
    commit_else(&desktop, "Else.\n").ok().silent_about(told);
}

/// What was settled since the note was written is not told.
#[test]
fn a_note_that_is_behind_tells_nothing_that_is_settled() {
    let sandbox = Sandbox::new();
    let desktop = in_conflict(&sandbox);
    desktop.write("palimpsest.toml", BLOCK);
    let before = desktop.read(NOTE);
    assert_eq!(before, format!("{DAY}\n"));
    desktop.metadb(["sync", "resolve", "Entry", DAY]).ok();
    commit_else(&desktop, "One.\n").ok();
    assert_eq!(desktop.read(NOTE), "");
    desktop.write(NOTE, before + "2024-12-12\nno date\n");
    commit_else(&desktop, "Two.\n")
        .ok()
        .silent_about("conflict");
}

#[test]
fn an_item_that_stands_in_an_unchanged_file_is_told_and_blocks_as_well() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    laptop.push();
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    desktop.pull();
    desktop.metadb(["sync", "resolve", "Entry", DAY]);
    desktop.commit("Settled");
    assert_eq!(listed(&desktop), ["still_in_file Carol"]);

    let told = "person Carol stands in 2024-11-01, but an earlier removal keeps it out";
    desktop.write_entry("2023-01-01", "", "Else.\n");
    desktop.commit("Another year").warns(told);
    desktop.write_entry("2024-12-24", "", "Else.\n");
    desktop.commit("The same year").warns(told);
    desktop.write("palimpsest.toml", BLOCK);
    commit_else(&desktop, "One.\n").exits(1).warns(told);
    desktop.write_entry("2024-12-24", "", "Something else.\n");
    let commit = ["commit", "-q", "-a", "-m", "Else"];
    let is_refused = || {
        desktop.git(commit).exits(1).warns(told);
    };
    is_refused();
    // Nothing of the database is asked.
    desktop.write("data/palimpsest.db", "No database.\n");
    is_refused();
    desktop.remove("data/palimpsest.db");
    is_refused();
    desktop.palimpsest(["resolve", "--ours"]).ok();
    commit_else(&desktop, "Two.\n")
        .ok()
        .silent_about("Carol stands");
    assert_eq!(listed(&desktop), [""; 0]);
}

#[test]
fn of_many_items_that_stand_in_unchanged_files_five_are_named() {
    let sandbox = Sandbox::new();
    let days: Vec<String> = (1..=8).map(|day| format!("2024-11-0{day}")).collect();
    let entries: Vec<_> = days.iter().map(|day| (&**day, FIELDS, BODY)).collect();
    let (laptop, desktop) = journal(&sandbox, &entries);
    let edit_all = |machine: &Machine<'_>, from: &str, to: &str| {
        for day in &days {
            machine.edit_entry(day, from, to);
        }
        machine.commit("Edit");
    };
    edit_all(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit_all(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    laptop.push();
    edit_all(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    desktop.pull();
    for day in &days {
        desktop.metadb(["sync", "resolve", "Entry", day]);
    }
    desktop.commit("Settled");
    assert_eq!(listed(&desktop).len(), 8);
    let run = commit_else(&desktop, "One.\n").ok();
    let told = "but an earlier removal keeps it out";
    assert_eq!(run.stderr.matches(told).count(), 5, "{run}");
    run.warns("palimpsest: more items stand in files against a removal");
}

/// What waits in one work tree is not said of another one.
#[test]
fn each_work_tree_notes_what_waits_in_it() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    desktop.git(["worktree", "add", "-q", "../linked"]).ok();
    edit(&desktop, "[Alice, Bob]", "[Alice]");
    desktop.pull();
    assert_eq!(listed(&desktop), ["both_edited"]);
    let there = |args: &[&str]| {
        let all = ["-C", "../linked"].iter().chain(args);
        desktop.git(all.copied().collect::<Vec<_>>()).ok()
    };
    std::fs::write(desktop.path("../linked/else.txt"), "Else.\n").unwrap();
    there(&["add", "else.txt"]);
    there(&["commit", "-q", "-m", "There"]).silent_about("conflict");
    commit_else(&desktop, "One.\n")
        .ok()
        .warns("entry 2024-11-01 (yaml) has an unresolved conflict");
    there(&["commit", "-q", "--allow-empty", "-m", "There"]).silent_about("conflict");
}

#[test]
fn a_merge_is_not_refused_for_what_waited_before() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(
        &sandbox,
        &[(DAY, FIELDS, BODY), ("2024-01-01", "mood: calm", "Else.\n")],
    );
    laptop.write("palimpsest.toml", BLOCK);
    laptop.commit("Block");
    laptop.push();
    desktop.pull();
    edit(&laptop, "mood: calm", "mood: good");
    edit(&desktop, "[rain]", "[rain, sea]");
    desktop.push();
    laptop.pull();
    assert_eq!(listed(&laptop), ["both_edited"]);
    desktop.edit_entry("2024-01-01", "calm", "good");
    desktop.commit("Good");
    desktop.push();
    laptop.edit_entry("2024-01-01", "calm", "bad");
    laptop
        .git(["commit", "-q", "-a", "--no-verify", "-m", "Bad"])
        .ok();
    laptop.git(["pull", "-q"]).exits(1);
    laptop.write_entry("2024-01-01", "mood: fine", "Else.\n");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-q", "--no-edit"])
        .ok()
        .warns("entry 2024-11-01 (yaml) has an unresolved conflict");
    laptop.assert_clean();
    assert_eq!(listed(&laptop), ["both_edited"]);
}

/// The command that is named lets the item in, whatever its name.
#[test]
fn the_command_that_is_named_is_one_a_shell_takes() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let quoted = "\"Fern O'Brien\"";
    let with = format!("[Alice, Bob, {quoted}]");
    edit(&laptop, "[Alice, Bob]", &with);
    edit(&laptop, &with, "[Alice, Bob]");
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    edit(&desktop, "[Alice, Bob]", &with);
    desktop.pull();
    let listed = desktop.metadb(["sync", "conflicts"]).ok();
    let command = listed.stdout.split_once("let it in: ").unwrap().1;
    let command = command.split_once("; or agree").unwrap().0;
    desktop.run_with(&[], "sh", ["-c", command]).ok();
    desktop.metadb(["sync", "conflicts"]).ok().lacks("Fern");
}

#[test]
fn who_settles_one_of_two_is_told_that_the_other_refuses_the_commit() {
    let sandbox = Sandbox::new();
    let second = "2024-11-02";
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY), (second, FIELDS, BODY)]);
    for (machine, from, to) in [
        (&laptop, "mood: calm", "mood: good"),
        (&desktop, "[rain]", "[rain, sea]"),
    ] {
        machine.edit_entry(DAY, from, to);
        machine.edit_entry(second, from, to);
        machine.commit("Both days");
    }
    laptop.push();
    desktop.pull();
    let resolve = |date| desktop.metadb(["sync", "resolve", "Entry", date]).ok();
    desktop.write("palimpsest.toml", BLOCK);
    let what = "the commit is refused until the other conflict is settled, too";
    resolve(DAY).says(what);
    resolve(second).says("commit it").lacks(what);
    desktop.commit("Settle");
    desktop.assert_clean();
}
