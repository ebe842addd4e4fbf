//! An older copy of the ledger in a commit without hooks takes no removal back whose item
//! that commit does not put back.

use super::*;

/// Alone, as a service that syncs files leaves it, or with the whole work tree of then.
#[test]
fn an_older_ledger_takes_no_removal_back_that_it_does_not_undo() {
    for whole in [false, true] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        let old = laptop.oid("HEAD");
        edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
        edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
        remove_bob(&laptop);
        laptop.push();
        let path = if whole { "." } else { LEDGER };
        laptop.git(["checkout", "-q", &old, "--", path]).ok();
        without_hooks(&laptop, &["commit", "-q", "-a", "-m", "As it was"]);
        laptop.push();
        laptop.metadb(["tombstone", "list"]).ok().says("Carol");
        desktop.pull();
        let list = desktop.metadb(["tombstone", "list"]).ok();
        assert!(list.stdout.contains("Carol"), "{list:?}");
        // Whoever put him back knew of his removal.
        assert_eq!(list.stdout.contains("Bob"), !whole, "{list:?}");
        agree(&laptop, &desktop, &[]);
        desktop.write("pages/more.txt", "More.\n");
        edit(&desktop, "mood: calm", "mood: good");
        agree(&desktop, &laptop, &[]);
        assert!(desktop.read(LEDGER).contains("Carol"));
        assert_eq!(people(&desktop.read_entry(DAY)).contains("Bob"), whole);
    }
}

/// A deletion is no less a removal.
#[test]
fn an_older_ledger_takes_no_deletion_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let old = laptop.oid("HEAD");
    laptop.write_entry("2024-11-02", FIELDS, BODY);
    laptop.remove(&crate::sandbox::entry(DAY));
    laptop.commit("Gone");
    laptop.git(["checkout", "-q", &old, "--", LEDGER]).ok();
    without_hooks(&laptop, &["commit", "-q", "-a", "-m", "As it was"]);
    laptop.push();
    desktop.pull();
    for machine in [&laptop, &desktop] {
        machine.metadb(["show", DAY]).says("deleted");
    }
    edit_other(&desktop);
    assert!(desktop.read(LEDGER).contains("deletion"));
}

#[track_caller]
fn edit_other(machine: &Machine<'_>) {
    machine.edit_entry("2024-11-02", "mood: calm", "mood: good");
    machine.commit("Good");
    machine.assert_clean();
}

/// The counter that fell would take one of the two edits for an older one.
#[test]
fn two_edits_above_an_older_ledger_are_both_listed() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let old = laptop.oid("HEAD");
    for (from, to) in [
        ("calm", "good"),
        ("good", "tired"),
        ("tired", "calm, still"),
    ] {
        edit(&laptop, &format!("mood: {from}"), &format!("mood: {to}"));
    }
    laptop.push();
    desktop.pull();
    laptop.git(["checkout", "-q", &old, "--", LEDGER]).ok();
    without_hooks(&laptop, &["commit", "-q", "-a", "-m", "As it was"]);
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.push();
    edit(&desktop, "tags: [rain]", "tags: [rain, sea]");
    agree(&desktop, &laptop, &["both_edited"]);
}

/// A revert of the removal takes the row back with it.
#[test]
fn a_revert_of_a_removal_without_hooks_takes_it_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    without_hooks(&laptop, &["revert", "--no-edit", "HEAD"]);
    laptop.metadb(["tombstone", "list"]).ok().lacks("Bob");
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
}
