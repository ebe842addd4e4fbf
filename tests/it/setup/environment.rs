//! What a person's environment holds besides: git's own tracing.

use super::{DAY, journal};
use crate::sandbox::Sandbox;

const TRACED: [(&str, &str); 1] = [("GIT_TRACE", "1")];

/// Git that traces writes to stderr also where it has nothing to say.
#[test]
fn a_commit_that_is_traced_is_checked_and_recorded() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop
        .run_with(&TRACED, "palimpsest", ["doctor"])
        .ok()
        .is("everything is in order");
    laptop.edit_entry(DAY, "Bob", "Zoe");
    laptop
        .run_with(&TRACED, "git", ["commit", "-qam", "Zoe"])
        .ok()
        .warns("recorded: person Bob removed");
    laptop.edit_entry(DAY, "Went", "<<<<<<< a\nWent\n=======\nRan\n>>>>>>> b\n");
    laptop
        .run_with(&TRACED, "git", ["commit", "-qam", "Markers"])
        .exits(1)
        .warns("conflict markers");
    laptop.git(["checkout", "-q", "."]).ok();
    laptop
        .run_with(&TRACED, "palimpsest", ["backup-full"])
        .ok()
        .says("verified");
}

/// `git --work-tree` sets it, and so may a person.
#[test]
fn the_work_tree_that_the_environment_names_alone() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    let other = sandbox.folder("other");
    other.write_entry(DAY, "people: [Al, Xavier]", "Went to the quay.\n");
    let names = [("GIT_WORK_TREE", other.dir().to_str().unwrap())];
    laptop
        .run_with(&names, "metadb", ["show", DAY])
        .ok()
        .says("Xavier")
        .lacks("Bob");
    // The index of that work tree is made there.
    assert!(other.exists("data/palimpsest.db"));
    laptop.metadb(["show", DAY]).ok().says("Bob");
}
