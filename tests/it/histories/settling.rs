//! What was kept out is listed on every machine until somebody settles it.

use super::*;

/// Carol is kept out, and both machines know.
fn kept_out<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, Machine<'a>) {
    let (laptop, desktop) = begin(sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
    (laptop, desktop)
}

#[test]
fn agreeing_with_the_removal_settles_it_for_everybody() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = kept_out(&sandbox);
    let text = laptop.metadb(["sync", "conflicts"]).ok();
    text.says("Kind: kept out: Carol (entry_people) was removed by laptop")
        .says("metadb tombstone remove entry_people 2024-11-01 'Carol'")
        .says("metadb sync resolve Entry 2024-11-01");
    laptop
        .metadb(["sync", "resolve", "Entry", DAY])
        .ok()
        .says("Resolved: Entry 2024-11-01 (agreed with 1 removal)");
    assert_eq!(listed(&laptop), [""; 0]);
    laptop.commit("Agreed");
    laptop.push();
    desktop.pull();
    agree(&desktop, &laptop, &[]);
    // The removal goes on protecting.
    laptop.metadb(["tombstone", "list"]).ok().says("Carol");
}

#[test]
fn restoring_settles_it_for_everybody_and_leaves_the_file_alone() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = kept_out(&sandbox);
    let before = desktop.read_entry(DAY);
    desktop
        .metadb(["tombstone", "remove", "entry_people", DAY, "Carol"])
        .ok()
        .says("add: Carol");
    assert_eq!(desktop.read_entry(DAY), before);
    assert_eq!(listed(&desktop), ["both_edited"]);
    desktop.commit("Restored");
    agree(&desktop, &laptop, &["both_edited"]);
}

#[test]
fn adding_it_again_settles_it() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = kept_out(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    agree(&laptop, &desktop, &[]);
    assert!(desktop.read_entry(DAY).contains("Carol"));
}

#[test]
fn each_removal_that_did_it_is_listed() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let tablet = sandbox.machine("tablet");
    tablet.palimpsest(["init"]).ok();
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    laptop.push();
    tablet.pull();
    for machine in [&laptop, &tablet] {
        edit(machine, "[Alice, Bob, Carol]", "[Alice, Bob]");
    }
    edit(&laptop, "mood: calm", "mood: good");
    tablet.push();
    laptop.pull();
    laptop.push();
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    desktop.pull();
    let expected = ["both_edited", "kept_out Carol", "kept_out Carol"];
    agree(&desktop, &laptop, &expected);
}
