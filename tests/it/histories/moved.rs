//! What is pending where HEAD has an entry at another place than the work tree.

use super::*;

const PLACE: &str = "journal/md/quay/2024-11-01.md";

/// The entry stands at an unusual place in HEAD, and is indexed there.
fn at_the_quay<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let (laptop, _) = begin(sandbox);
    laptop
        .git(["mv", "-k", "journal/md/2024", "journal/md/quay"])
        .ok();
    laptop.commit("To the quay");
    laptop.metadb(["show", DAY]).ok();
    laptop
}

/// The removals that are pending, from the index as it is and from one made anew.
#[track_caller]
fn pending(machine: &Machine<'_>) -> Vec<String> {
    let list = ["tombstone", "list", "--json"];
    let items = || -> Vec<String> {
        let rows = json(&machine.metadb(list).ok());
        let rows = rows.as_array().unwrap().iter();
        let rows = rows.filter(|row| row["pending"] == true);
        rows.map(|row| row["item"].as_str().unwrap().to_owned())
            .collect()
    };
    let found = items();
    machine.palimpsest(["reindex"]).ok();
    assert_eq!(items(), found, "in an index made anew");
    found
}

#[test]
fn a_removal_in_an_entry_that_moved_is_pending() {
    let sandbox = Sandbox::new();
    let laptop = at_the_quay(&sandbox);
    let text = laptop.read(PLACE);
    laptop.remove(PLACE);
    laptop.write(
        &crate::sandbox::entry(DAY),
        text.replace("[Alice, Bob]", "[Alice]"),
    );
    assert_eq!(pending(&laptop), ["Bob"]);
}

/// The index knew the entry as gone in between.
#[test]
fn a_removal_in_an_entry_that_was_gone_for_a_while_is_pending() {
    let sandbox = Sandbox::new();
    let laptop = at_the_quay(&sandbox);
    let text = laptop.read(PLACE);
    laptop.remove(PLACE);
    laptop.metadb(["show", DAY]).says("deleted");
    laptop.write(
        &crate::sandbox::entry(DAY),
        text.replace("[Alice, Bob]", "[Alice]"),
    );
    laptop
        .yaml2sql(["update", &crate::sandbox::entry(DAY)])
        .ok()
        .says("Bob");
    assert_eq!(pending(&laptop), ["Bob"]);
}

/// Two files of one entry came in, and one of them goes: what the other says in HEAD
/// counts.
#[test]
fn where_one_of_two_files_of_an_entry_goes_nothing_of_the_other_is_pending() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let usual = crate::sandbox::entry(DAY);
    let second = "journal/md/quay/2024-11-01.md";
    let text = laptop.read_entry(DAY);
    laptop.write(second, text.replace("[Alice, Bob]", "[Alice]"));
    without_hooks(&laptop, &["add", "-A"]);
    without_hooks(&laptop, &["commit", "-q", "-m", "Twice"]);
    laptop.remove(&usual);
    assert_eq!(pending(&laptop), [""; 0]);
}

/// A note that moves with its text as it was is not edited, also after it was gone.
#[test]
fn a_note_that_was_gone_for_a_while_and_is_back_elsewhere_is_not_pending() {
    const UNUSUAL: &str = "wiki/entries/quay/2024-11-01.md";
    const USUAL: &str = "wiki/entries/2024/2024-11-01.md";
    const TEXT: &str = "# 2024-11-01\n\nThe quay again.\n";
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    laptop.write(UNUSUAL, TEXT);
    laptop.commit("A note");
    laptop.metadb(["show", DAY]).ok();
    laptop.remove(UNUSUAL);
    laptop.metadb(["show", DAY]).ok();
    laptop.write(USUAL, TEXT);
    let status = || {
        json(
            &laptop
                .metadb(["sync", "status", "Entry", DAY, "--json"])
                .ok(),
        )
    };
    let found = status();
    for state in found["sync"].as_array().unwrap() {
        assert_eq!(state["pending"], false, "{found}");
    }
    laptop.palimpsest(["reindex"]).ok();
    assert_eq!(status(), found);
}
