//! An entry that comes back with a merge.

use super::*;

const NEW: &str = "2024-11-02";

/// Git takes the addition of a commit that was picked before for a new one.
#[test]
fn a_deleted_entry_that_a_merge_brings_back_is_named() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    laptop.write_entry(NEW, "people: [Zed]", "New.\n");
    laptop.commit("New");
    laptop.write_entry("2024-11-03", "", "Else.\n");
    laptop.commit("Else");
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.git(["cherry-pick", "side^"]).ok();
    laptop.remove(&crate::sandbox::entry(NEW));
    laptop.commit("Gone");
    laptop.push();
    desktop.pull();
    let back = "entry 2024-11-02, which had been deleted, is back";
    laptop
        .git(["merge", "-q", "--no-edit", "side"])
        .ok()
        .warns(back);
    laptop.push();
    desktop.pull().warns(back);
    for machine in [&laptop, &desktop] {
        machine.metadb(["show", NEW]).ok().lacks("deleted");
        machine.git(["pull", "-q"]).ok().silent_about("is back");
    }
    laptop.write("README.md", "A journal.\n");
    let said = laptop.commit("Read me");
    said.warns("recorded: entry 2024-11-02 is back");
    agree(&laptop, &desktop, &[]);
    laptop.metadb(["show", NEW]).ok().lacks("deleted");
}
