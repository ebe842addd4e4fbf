//! The ways of making a commit.

use super::*;

#[test]
fn a_removal_in_each_form_of_commit() {
    let file = crate::sandbox::entry(DAY);
    let forms: [&[&[&str]]; 5] = [
        &[&["commit", "-q", "-a", "-m", "All"]],
        &[&["commit", "-q", "-m", "One", "--", &file]],
        &[&["commit", "-q", "--no-verify", "-a", "-m", "Unverified"]],
        &[
            &["commit", "-q", "--allow-empty", "-m", "Empty"],
            &["commit", "-q", "-a", "--amend", "-m", "Amended"],
        ],
        &[
            &["commit", "-q", "-n", "-a", "-m", "Unverified"],
            &["commit", "-q", "--amend", "-m", "Amended"],
        ],
    ];
    for form in forms {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.edit_entry(DAY, "[Alice, Bob]", "[Alice]");
        for args in form {
            laptop.git(args.iter()).ok();
        }
        laptop.assert_clean();
        edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Eve]");
        agree(&desktop, &laptop, &["both_edited"]);
        without_bob([&laptop, &desktop]);
        assert_eq!(active(&laptop.ledger(2024)), 1, "{form:?}");
    }
}

/// The deletion is told by history alone, here and where it was pulled.
#[test]
fn an_entry_that_was_deleted_without_hooks_is_brought_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let text = laptop.read_entry(DAY);
    laptop.remove(&crate::sandbox::entry(DAY));
    laptop
        .git(["commit", "-q", "--no-verify", "-a", "-m", "Gone"])
        .ok();
    laptop.push();
    desktop.pull();
    for machine in [&laptop, &desktop] {
        machine
            .metadb(["restore", "Entry", DAY])
            .ok()
            .says("Restored");
        assert_eq!(machine.read_entry(DAY), text);
    }
    laptop.commit("Back");
    laptop.push();
    desktop.remove(&crate::sandbox::entry(DAY));
    desktop.pull();
    agree(&desktop, &laptop, &[]);
}

#[test]
fn a_removal_that_is_staged_in_part() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.edit_entry(DAY, "[Alice, Bob]", "[Alice]");
    laptop.git(["add", "-A"]).ok();
    laptop.edit_entry(DAY, "[Alice]", "[Alice, Bob]");
    laptop.edit_entry(DAY, "weather: fair", "weather: wet");
    laptop.git(["commit", "-q", "-m", "The staged part"]).ok();
    let status = laptop.git(["status", "--porcelain"]).ok();
    status.is("M journal/md/2024/2024-11-01.md");
    // Put back on top of the removal.
    laptop.commit("The rest");
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
}

#[test]
fn an_amended_removal_that_is_taken_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.edit_entry(DAY, "[Alice]", "[Alice, Bob]");
    laptop.edit_entry(DAY, "mood: calm", "mood: good");
    laptop
        .git(["commit", "-q", "-a", "--amend", "-m", "Bob stays"])
        .ok();
    edit(&desktop, "weather: fair", "weather: wet");
    agree(&laptop, &desktop, &["both_edited"]);
    with_bob([&laptop, &desktop]);
}
