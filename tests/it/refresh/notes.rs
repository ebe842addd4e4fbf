//! The wiki's notes where the file that is there does not tell: HEAD's counts.

use super::*;

const NOTE: &str = "wiki/entries/2024/2024-11-01.md";

/// One entry with a note, committed.
fn begin(sandbox: &Sandbox) -> Machine<'_> {
    let machine = sandbox.repository("laptop");
    machine.write_entry(DAY, "people: [Orla]\n", "One.\n");
    machine.write(NOTE, "### Notes\nKeep the ferry.\n");
    machine.palimpsest(["init"]).ok();
    machine.commit("Begin");
    machine.metadb(["show", DAY]).ok();
    machine
}

#[track_caller]
fn is_noted(machine: &Machine<'_>, note: &str) {
    machine.metadb(["show", DAY, "--full"]).ok().says(note);
    assert_eq!(differing(machine).0, [] as [&str; 0]);
}

#[test]
fn a_note_outside_of_a_sparse_checkout_stays() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    index(&machine, "data/steps.db", Scope::All);
    machine
        .git(["sparse-checkout", "set", "journal/md/2024"])
        .ok();
    assert!(!machine.exists(NOTE));
    is_noted(&machine, "Keep the ferry.");
    let status = machine.metadb(["sync", "status", "Entry", DAY]).ok();
    status.says("wiki: in step");
    // One that somebody takes away is gone.
    machine.git(["sparse-checkout", "disable"]).ok();
    is_noted(&machine, "Keep the ferry.");
    machine.remove(NOTE);
    let status = machine.metadb(["sync", "status", "Entry", DAY]).ok();
    status.says("wiki: edited, not committed yet");
    let shown = machine.metadb(["show", DAY, "--full"]).ok();
    shown.lacks("Keep the ferry.");
}

#[test]
fn a_note_that_cannot_be_read_leaves_that_of_head() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    index(&machine, "data/steps.db", Scope::All);
    machine.write(NOTE, "### Notes\nKeep the boat.\n");
    machine.metadb(["show", DAY]).ok();
    index(&machine, "data/steps.db", Scope::All);
    machine.write(NOTE, b"### Notes\nKeep \xFF.\n");
    machine
        .wiki2sql(["import", "entries"])
        .exits(1)
        .warns("the byte 0xFF");
    is_noted(&machine, "Keep the ferry.");
}

#[test]
fn of_two_notes_of_a_day_that_of_head_counts() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    index(&machine, "data/steps.db", Scope::All);
    machine.write("wiki/entries/2024-11-01.md", "Another.\n");
    machine
        .wiki2sql(["import", "entries"])
        .exits(1)
        .warns("expected one");
    is_noted(&machine, "Keep the ferry.");
    let new = "2024-11-02";
    for path in ["wiki/entries/2024/", "wiki/entries/"] {
        machine.write(&format!("{path}{new}.md"), "New.\n");
    }
    machine.wiki2sql(["import", "entries"]).exits(1);
    is_noted(&machine, "Keep the ferry.");
}

/// The commands of docs/recovery.md.
#[test]
fn a_note_that_was_deleted_comes_back_with_git() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    machine.git(["rm", "-q", NOTE]).ok();
    machine.commit("Gone");
    machine.edit_entry(DAY, "One.", "Two.");
    machine.commit("Two");
    machine.metadb(["show", DAY, "--full"]).ok().lacks("ferry");
    let log = ["log", "--diff-filter=D", "--format=%h", "--name-only", "--"];
    let log = machine.git([&log[..], &["wiki/entries"]].concat()).ok();
    let commit = log.says(NOTE).stdout.lines().next().unwrap().to_owned();
    let before = format!("{commit}^");
    machine.git(["checkout", &before, "--", NOTE]).ok();
    machine.git(["commit", "-q", "-m", "Back"]).ok();
    machine.assert_clean();
    is_noted(&machine, "Keep the ferry.");
    let status = machine.metadb(["sync", "status", "Entry", DAY]).ok();
    status.says("wiki: in step");
}

/// A client without hooks pulled two edits of `file`, and nothing has named the conflict yet.
#[track_caller]
fn names_the_conflict_of(file: &str, command: &[&str]) {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let (first, last) = ("weather: wet", "mood: calm");
    laptop.write_entry(DAY, &format!("{first}\ncity: Porto\n{last}\n"), "One.\n");
    laptop.write(NOTE, format!("{first}\n\nferry\n\n{last}\n"));
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.push();
    let phone = sandbox.machine("phone");
    phone.edit(file, last, "mood: good");
    phone.commit("Good");
    phone.push();
    laptop.edit(file, first, "weather: fair");
    laptop.commit("Fair");
    let pull = ["pull", "-q", "--no-rebase", "--no-edit"];
    laptop.run_with(&[("PALIMPSEST", "0")], "git", pull).ok();
    let run = |more: &[&str]| {
        let (program, args) = command.split_first().unwrap();
        laptop.run_with(&[], program, [args, more].concat()).ok()
    };
    run(&["--dry-run"]).never_mentions("Conflict detected");
    run(&[]).mentions(&format!("Conflict detected for entry {DAY}"));
    // Until somebody settles it, also where nothing is to be indexed.
    run(&[]).mentions(&format!("Conflict detected for entry {DAY}"));
}

/// Each command indexes both files of an entry, so that the other has nothing to name later.
#[test]
fn entries_and_notes_are_named_in_conflict_by_whatever_indexes_them() {
    for file in [crate::sandbox::entry(DAY), NOTE.to_owned()] {
        names_the_conflict_of(&file, &["wiki2sql", "import", "entries"]);
        names_the_conflict_of(&file, &["yaml2sql", "sync", "journal/md"]);
    }
}
