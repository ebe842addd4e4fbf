//! What stands in a file against a removal, where git asked no driver, and what becomes
//! of it in the next merge: it may stay or go, and is listed as the one or the other.

use super::*;

#[test]
fn what_a_merge_takes_out_is_listed_as_kept_out() {
    for pull in ["--no-rebase", "--rebase"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = carol_stands(&sandbox, "[Alice, Bob, Carol]", pull);
        desktop.push();
        edit(&laptop, "weather: fair", "weather: wet");
        let pulled = laptop.git(["pull", "-q", "--no-rebase"]).ok();
        pulled.mentions("Carol stays out");
        holds(&laptop, &["both_edited", "kept_out Carol"]);
        agree(&laptop, &desktop, &["both_edited", "kept_out Carol"]);
        assert!(!desktop.read_entry(DAY).contains("Carol"));
    }
}

/// The edit says nothing of Carol: it would look as if its author had removed her.
#[test]
fn a_rebase_on_top_leaves_it_where_it_stands() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = carol_stands(&sandbox, "[Alice, Bob, Carol]", "--no-rebase");
    desktop.push();
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.git(["pull", "-q", "--rebase"]).ok();
    holds(&laptop, &["both_edited", "still_in_file Carol"]);
    agree(&laptop, &desktop, &["both_edited", "still_in_file Carol"]);
}

#[test]
fn what_a_second_rebase_takes_out_is_listed_as_kept_out() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = carol_stands(&sandbox, "[Alice, Bob, Carol]", "--rebase");
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.push();
    desktop.git(["pull", "-q", "--rebase"]).ok();
    holds(&desktop, &["both_edited", "kept_out Carol"]);
    agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
    assert!(!laptop.read_entry(DAY).contains("Carol"));
}

/// No ledger has the removal, and the base of the merge stands on it.
#[test]
fn what_stands_against_a_removal_that_history_tells_below_the_base() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let phone = sandbox.machine("phone");
    edit_without_hooks(&phone, "[Alice, Bob]", "[Alice]");
    without_hooks(&phone, &["push", "-q"]);
    // Both knew nothing of it when they made their commits: none stores it.
    edit(&desktop, "weather: fair", "weather: wet");
    desktop.git(["pull", "-q", "--rebase"]).ok();
    remove_bob(&laptop);
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.git(["pull", "-q", "--rebase"]).ok();
    laptop.git(["push", "-q"]).ok();
    assert!(listed(&laptop).contains(&"still_in_file Bob".to_owned()));
    desktop.git(["pull", "-q", "--no-rebase"]).ok();
    without_bob([&desktop, &desktop]);
    agree(&desktop, &laptop, &["both_edited", "kept_out Bob"]);
    without_bob([&laptop, &desktop]);
}
