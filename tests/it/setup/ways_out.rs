//! What `doctor` and a refusal name is the fault, and the way out of it works.

use super::{DAY, journal};
use crate::sandbox::Sandbox;

/// An example of markers in the body is not the reason.
#[test]
fn what_cannot_be_read_beside_an_example_of_markers_is_named() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let example = "```\n<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> topic\n```\n";
    laptop.write_entry(DAY, "people: [Alice]\n", example);
    laptop.palimpsest(["init"]).ok();
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-q", "--no-verify", "-m", "An example"])
        .ok();
    laptop.palimpsest(["doctor"]).ok();
    laptop.edit_entry(DAY, "[Alice]", "[Alice");
    let file = crate::sandbox::entry(DAY);
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says(&format!("{file}:3:9: "))
        .lacks("markers");
    laptop
        .yaml2sql(["sync", "journal/md"])
        .exits(1)
        .mentions(&format!("{file}:3:9: "))
        .never_mentions("markers");
}

/// Each machine's index is in the way of the merge; what the refusal names takes it out also
/// after a listing wrote it anew.
#[test]
fn a_database_that_is_staged_is_taken_out_as_the_refusal_says() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.git(["add", "-f", "data/palimpsest.db"]).ok();
    let said = laptop.git(["commit", "-m", "All of it"]).fails().stderr;
    let (_, command) = said.split_once("Take it out with `").unwrap();
    laptop.edit_entry(DAY, "Bob", "Bert");
    laptop.metadb(["show", DAY]).ok();
    let (command, _) = command.split_once('`').unwrap();
    laptop.run_with(&[], "sh", ["-c", command]).ok();
    laptop.palimpsest(["doctor"]).ok();
    laptop.commit("Bert");
    assert!(laptop.exists("data/palimpsest.db"));
}
