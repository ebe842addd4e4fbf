//! `palimpsest resolve`: merges that a client without drivers made or left.

mod added;
mod alone;
mod commits;
mod crossing;
mod edited;
mod examples;
mod ledgers;
mod leftovers;
mod long;
mod loose;
mod meant;
mod moved;
mod names;
mod notes;
mod readable;
mod renamed;
mod taken;
mod terminal;
mod texts;

use std::fs;

use crate::sandbox::{DAY, LEDGER, Machine, Run, Sandbox, entry, journal};

const FIELDS: &str = "city: Lisbon\npeople: [Alice]\nupdated: 2024-11-01\ntags:\n- rain";

/// Two machines that both edited the entry; the laptop has pushed.
fn diverged(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    let (laptop, desktop) = journal(sandbox, &[(DAY, FIELDS, "One.\n\nTwo.\n")]);
    laptop.edit_entry(DAY, "[Alice]", "[Alice, Bob]");
    laptop.edit_entry(DAY, "updated: 2024-11-01", "updated: 2024-11-02");
    laptop.commit("Bob");
    laptop.push();
    desktop.edit_entry(DAY, "[Alice]", "[Alice, Eve]");
    desktop.edit_entry(DAY, "updated: 2024-11-01", "updated: 2024-11-03");
    desktop.commit("Eve");
    (laptop, desktop)
}

/// Runs git as a client that knows neither drivers nor hooks.
fn elsewhere(machine: &Machine<'_>, args: &[&str]) -> Run {
    let attributes = machine.path(".git/info/attributes");
    fs::write(&attributes, "*.md merge\n*.jsonl merge\n").unwrap();
    let run = machine.run_with(&[("PALIMPSEST", "0")], "git", args);
    fs::remove_file(attributes).unwrap();
    run
}

fn markers(machine: &Machine<'_>, file: &str) -> bool {
    machine.read(file).contains("<<<<<<<")
}

#[test]
fn what_another_client_left_in_conflict_comes_out_as_the_drivers_make_it() {
    let sandbox = Sandbox::new();
    let (_, desktop) = diverged(&sandbox);
    let twin = sandbox.machine("twin");
    twin.palimpsest(["init"]).ok();
    twin.git(["fetch", "-q", "../desktop", "main:other"]).ok();
    twin.git(["reset", "-q", "--hard", "other"]).ok();
    twin.git(["merge", "-q", "origin/main"]).ok();

    elsewhere(&desktop, &["pull"]).fails();
    assert!(markers(&desktop, &entry(DAY)) && markers(&desktop, "data/ledger/2024.jsonl"));
    desktop
        .palimpsest(["resolve"])
        .ok()
        .says("journal/md/2024/2024-11-01.md: merged field by field, staged")
        .says("data/ledger/2024.jsonl: merged field by field, staged")
        .says("what stood there before is kept in");
    let kept = desktop.read(&format!(".git/palimpsest/before-resolve/{}", entry(DAY)));
    assert!(kept.contains("<<<<<<<"), "{kept}");
    assert_eq!(desktop.read_entry(DAY), twin.read_entry(DAY));
    let ledger = "data/ledger/2024.jsonl";
    assert_eq!(desktop.read(ledger), twin.read(ledger));
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.assert_clean();
    desktop
        .palimpsest(["resolve"])
        .ok()
        .is("nothing to resolve");
}

#[test]
fn what_is_left_is_named_and_chosen_field_by_field() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = diverged(&sandbox);
    laptop.edit_entry(DAY, "Lisbon", "Porto");
    laptop.edit_entry(DAY, "Two", "Zwei");
    laptop.commit("Porto");
    laptop.push();
    desktop.edit_entry(DAY, "Lisbon", "Faro");
    desktop.edit_entry(DAY, "Two", "Deux");
    desktop.commit("Faro");
    elsewhere(&desktop, &["pull"]).fails();
    desktop
        .palimpsest(["resolve"])
        .exits(1)
        .says("merged, 0 chosen, 2 left")
        .warns("2 left:")
        .warns("2024-11-01.md:3: city: two values")
        .warns("both sides changed the text")
        .warns("palimpsest resolve --ours PATH");
    let text = desktop.read_entry(DAY);
    assert!(
        text.contains("Bob, Eve") && text.contains("2024-11-03"),
        "{text}"
    );
    // A city has one value; a text may have both.
    desktop
        .palimpsest(["resolve", "--both"])
        .exits(1)
        .says("merged, 1 chosen, 1 left")
        .warns("city: two values; both do not fit")
        .silent_about("changed the text");
    desktop
        .palimpsest(["resolve", "--theirs", &entry(DAY)])
        .ok()
        .says("merged, 1 chosen, staged");
    let text = desktop.read_entry(DAY);
    assert!(text.contains("city: Porto\n"), "{text}");
    assert!(text.ends_with("One.\n\nDeux.\nZwei.\n"), "{text}");
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.assert_clean();
}

#[test]
fn markers_that_were_added_are_merged_from_what_the_index_knows() {
    let sandbox = Sandbox::new();
    let (_, desktop) = diverged(&sandbox);
    elsewhere(&desktop, &["pull"]).fails();
    desktop.git(["add", "-A"]).ok();
    desktop.git(["commit", "-q", "--no-edit"]).fails();
    desktop
        .palimpsest(["resolve"])
        .ok()
        .says("2024-11-01.md: merged field by field, staged");
    let text = desktop.read_entry(DAY);
    assert!(
        text.contains("[Alice, Bob, Eve]\nupdated: 2024-11-03"),
        "{text}"
    );
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.assert_clean();
}

#[test]
fn a_merge_commit_with_markers_is_made_again_from_its_parents() {
    let sandbox = Sandbox::new();
    let (_, desktop) = diverged(&sandbox);
    elsewhere(&desktop, &["pull"]).fails();
    elsewhere(&desktop, &["commit", "-q", "-a", "--no-edit"]).ok();
    desktop
        .palimpsest(["resolve"])
        .ok()
        .says("2024-11-01.md: merged field by field (in the last merge)")
        .says("2024.jsonl: merged field by field (in the last merge)")
        .says("look at what is not staged with `git diff`, then commit it");
    let text = desktop.read_entry(DAY);
    assert!(
        text.contains("[Alice, Bob, Eve]\nupdated: 2024-11-03"),
        "{text}"
    );
    assert!(!markers(&desktop, "data/ledger/2024.jsonl"));
    let staged = desktop.git(["diff", "--cached", "--name-only"]).ok();
    assert_eq!(staged.text(), "", "a commit is the person's");
    desktop.commit("Mend the merge");
    desktop.assert_clean();
    desktop
        .palimpsest(["resolve"])
        .ok()
        .is("nothing to resolve");
}

#[test]
fn a_merge_commit_that_somebody_decided_is_named_and_made_again_only_when_asked() {
    let sandbox = Sandbox::new();
    let (_, desktop) = diverged(&sandbox);
    desktop.git(["pull", "-q", "--no-commit"]).ok();
    let driver = desktop.read_entry(DAY);
    desktop.edit_entry(DAY, "Bob, Eve", "Eve, Zoe");
    desktop.git(["commit", "-q", "-a", "--no-edit"]).ok();
    let own = desktop.read_entry(DAY);
    desktop
        .palimpsest(["resolve"])
        .ok()
        .says("if nobody meant that: palimpsest resolve journal/md/2024/2024-11-01.md");
    assert_eq!(desktop.read_entry(DAY), own);
    desktop.palimpsest(["resolve", &entry(DAY)]).ok();
    assert_eq!(desktop.read_entry(DAY), driver);
}

#[test]
fn markers_of_which_nothing_else_is_known_tell_the_sides() {
    let sandbox = Sandbox::new();
    let (laptop, _) = diverged(&sandbox);
    let marked = "---\ndate: 2024-11-01\npeople:\n<<<<<<< a\n- Bob\n=======\n- Eve\n>>>>>>> b\n- Zoe\n---\nOne.\n";
    laptop.write(&entry(DAY), marked);
    laptop
        .palimpsest(["resolve"])
        .ok()
        .says("merged field by field");
    let text = laptop.read_entry(DAY);
    assert!(text.contains("- Bob\n- Eve\n- Zoe\n"), "{text}");
    // An example in an entry about git, committed in a code block, is meant.
    let page = "---\ndate: 2024-11-01\n---\n```\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n```\n";
    laptop.write(&entry(DAY), page);
    laptop
        .git(["commit", "-q", "-a", "--no-verify", "-m", "On git"])
        .ok();
    laptop.palimpsest(["resolve"]).ok().is("nothing to resolve");
    assert_eq!(laptop.read_entry(DAY), page);
}

/// As git leaves them where a file that was merged and moved meets another one.
#[test]
fn markers_inside_a_side_that_is_chosen_are_chosen_too() {
    let sandbox = Sandbox::new();
    let (_, desktop) = diverged(&sandbox);
    let marked = "---\ndate: 2024-11-01\n---\n<<<<<<< a\nOne.\n=======\nTwo.\n\
        <<<<<<<< a:x\nThree.\n========\nFour.\n>>>>>>>> b:y\n>>>>>>> b\n";
    elsewhere(&desktop, &["pull"]).fails();
    desktop.write(&entry(DAY), marked);
    desktop
        .palimpsest(["resolve", "--theirs", &entry(DAY)])
        .ok();
    let text = desktop.read_entry(DAY);
    assert_eq!(text, "---\ndate: 2024-11-01\n---\nTwo.\nFour.\n");
}

#[test]
fn an_edit_beside_the_markers_stays() {
    let sandbox = Sandbox::new();
    let (_, desktop) = diverged(&sandbox);
    elsewhere(&desktop, &["pull"]).fails();
    desktop.edit_entry(DAY, "One.", "One and a half.");
    desktop.edit_entry(DAY, "- rain", "- rain\n- tea");
    desktop.palimpsest(["resolve"]).ok();
    let text = desktop.read_entry(DAY);
    assert!(
        text.contains("[Alice, Bob, Eve]\nupdated: 2024-11-03"),
        "{text}"
    );
    assert!(
        text.contains("- tea") && text.contains("One and a half."),
        "{text}"
    );
}

#[test]
fn a_file_that_was_edited_by_hand_is_left_to_its_owner() {
    let sandbox = Sandbox::new();
    let (_, desktop) = diverged(&sandbox);
    elsewhere(&desktop, &["pull"]).fails();
    desktop.write_entry(DAY, "people: [Nobody]", "Mine.\n");
    let own = desktop.read_entry(DAY);
    desktop
        .palimpsest(["resolve"])
        .exits(1)
        .warns("edited by hand; if it is as it should be: git add journal/md/2024/2024-11-01.md");
    assert_eq!(desktop.read_entry(DAY), own);
}

#[test]
fn ours_alone_is_what_a_missing_driver_leaves_and_is_merged() {
    let sandbox = Sandbox::new();
    let (_, desktop) = diverged(&sandbox);
    elsewhere(&desktop, &["pull"]).fails();
    desktop
        .git(["checkout", "-q", "--ours", "--", &entry(DAY)])
        .ok();
    desktop.palimpsest(["resolve"]).ok();
    assert!(desktop.read_entry(DAY).contains("[Alice, Bob, Eve]"));
}

#[test]
fn a_deletion_against_an_edit_is_chosen() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = diverged(&sandbox);
    laptop.git(["rm", "-q", &entry(DAY)]).ok();
    laptop.commit("Gone");
    laptop.push();
    desktop.git(["pull"]).fails();
    desktop
        .palimpsest(["resolve"])
        .exits(1)
        .warns("2024-11-01.md: deleted by them, edited by us");
    desktop
        .palimpsest(["resolve", "--theirs"])
        .ok()
        .says("2024-11-01.md: removed, staged");
    assert!(!desktop.exists(&entry(DAY)));
    // As git leaves it: no folder that is empty.
    assert!(!desktop.exists("journal/md/2024") && !desktop.exists("journal"));
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.assert_clean();
}

#[test]
fn a_removal_that_a_merge_by_line_undid_is_taken_out_again() {
    let sandbox = Sandbox::new();
    let fields = "people:\n- Alice\ntags:\n- rain\n- tea\n- sea";
    let (laptop, desktop) = journal(&sandbox, &[(DAY, fields, "One.\n")]);
    laptop.edit_entry(DAY, "- Alice\n", "- Alice\n- Zoe\n");
    laptop.commit("Zoe");
    laptop.edit_entry(DAY, "- Zoe\n", "");
    laptop.edit_entry(DAY, "One.", "One more.");
    laptop.commit("Not Zoe");
    laptop.push();
    desktop.edit_entry(DAY, "- Alice\n", "- Alice\n- Zoe\n");
    elsewhere(&desktop, &["commit", "-q", "-a", "-m", "Zoe, unaware"]).ok();
    elsewhere(&desktop, &["pull"]).ok();
    assert!(desktop.read_entry(DAY).contains("Zoe"));
    desktop
        .palimpsest(["resolve"])
        .ok()
        .says("(in the last merge)");
    let text = desktop.read_entry(DAY);
    assert!(
        !text.contains("Zoe") && text.contains("One more."),
        "{text}"
    );
}

#[test]
fn only_the_paths_that_are_named() {
    let sandbox = Sandbox::new();
    let (_, desktop) = diverged(&sandbox);
    elsewhere(&desktop, &["pull"]).fails();
    desktop
        .palimpsest(["resolve", "data"])
        .ok()
        .says("2024.jsonl")
        .lacks("2024-11-01.md");
    assert!(markers(&desktop, &entry(DAY)));
    desktop
        .inside("journal")
        .palimpsest(["resolve", "."])
        .ok()
        .says("2024-11-01.md");
    assert!(!markers(&desktop, &entry(DAY)));
}

/// A page about git shows markers; neither a merge nor an edit beside them opens them.
#[test]
fn an_example_of_markers_in_a_document_is_left_alone() {
    const PAGE: &str = "docs/git.md";
    const EXAMPLE: &str = "<<<<<<< HEAD\nours\n=======\ntheirs\n>>>>>>> side\n";
    let sandbox = Sandbox::new();
    let site = sandbox.repository("site");
    site.write(PAGE, format!("---\ntitle: Git\n---\n{EXAMPLE}\nEnd.\n"));
    site.write("harbour.md", "---\ntitle: Harbour\n---\nx\n");
    site.git(["add", "-A"]).ok();
    site.git(["commit", "-q", "-m", "Begin"]).ok();
    site.palimpsest(["init"]).ok();
    site.commit("Use Palimpsest");
    site.git(["checkout", "-q", "-b", "side"]).ok();
    site.write(PAGE, site.read(PAGE) + "One more line.\n");
    site.edit("harbour.md", "Harbour", "Port");
    site.commit("Side");
    site.git(["checkout", "-q", "-"]).ok();
    site.edit("harbour.md", "Harbour", "Quay");
    site.commit("Main");
    site.git(["merge", "-q", "side"]).fails();
    site.palimpsest(["doctor"]).lacks(PAGE);
    site.palimpsest(["resolve", "--ours"]).ok().lacks(PAGE);
    assert!(site.read(PAGE).contains(EXAMPLE));
    site.git(["commit", "-q", "-m", "Merge"]).ok();
    site.edit(PAGE, "End.", "The end.");
    site.palimpsest(["resolve", "--theirs"]).ok().lacks(PAGE);
    assert!(site.read(PAGE).contains(EXAMPLE));
}

#[test]
fn a_field_that_one_side_removed_is_said_to_be() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, "mood: calm\ncity: Lisbon", "One.\n")]);
    laptop.edit_entry(DAY, "city: Lisbon\n", "");
    laptop.commit("Nowhere");
    laptop.push();
    desktop.edit_entry(DAY, "Lisbon", "Faro");
    desktop.commit("Faro");
    desktop
        .git(["pull", "-q"])
        .fails()
        .warns("2024-11-01.md: both sides changed city; choose");
    desktop
        .palimpsest(["resolve"])
        .exits(1)
        .warns("city: changed here, removed there");
}
