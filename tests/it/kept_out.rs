//! What was removed stays removed in merges that knew nothing of it, and comes
//! back where somebody who knew put it back.

use crate::sandbox::{DAY, Machine, Sandbox, journal};

const FIELDS: &str = "\
city: Lisbon
people: [Alice]
mood: calm
tags: [rain]
";

fn machines(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    journal(sandbox, &[(DAY, FIELDS, "Went to the quay.\n")])
}

fn edit(machine: &Machine<'_>, from: &str, to: &str) {
    machine.edit_entry(DAY, from, to);
    machine.commit(&format!("{from} to {to}"));
}

/// The laptop adds Bob and removes him again, and changes something else, so that
/// both sides changed the file.
fn add_and_remove_bob(laptop: &Machine<'_>) {
    edit(laptop, "[Alice]", "[Alice, Bob]");
    edit(laptop, "[Alice, Bob]", "[Alice]");
    edit(laptop, "mood: calm", "mood: good");
    laptop.push();
}

#[test]
fn an_addition_that_did_not_know_of_the_removal_is_kept_out() {
    for pull in [&["pull", "--no-rebase"][..], &["pull", "--rebase"]] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = machines(&sandbox);
        add_and_remove_bob(&laptop);
        edit(&desktop, "[Alice]", "[Alice, Bob, Carol]");
        let pulled = desktop.git(pull).ok();
        pulled.mentions(
            "person Bob stays out, it was removed (once committed: metadb sync conflicts)",
        );
        desktop.assert_clean();
        assert!(
            desktop
                .read_entry(DAY)
                .contains("people: [Alice, Carol]\nmood: good"),
            "{pull:?}"
        );
        desktop.push();
        laptop.pull();
        assert_eq!(laptop.read_entry(DAY), desktop.read_entry(DAY));
    }
}

#[test]
fn an_addition_that_knew_of_the_removal_stays() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    add_and_remove_bob(&laptop);
    desktop.pull();
    edit(&desktop, "[Alice]", "[Alice, Bob]");
    edit(&laptop, "mood: good", "mood: fine");
    laptop.push();
    let pulled = desktop.pull();
    pulled
        .silent_about("stays out")
        .silent_about("without the ledger");
    assert!(
        desktop
            .read_entry(DAY)
            .contains("people: [Alice, Bob]\nmood: fine")
    );
    desktop.push();
    laptop.pull();
    assert!(laptop.read_entry(DAY).contains("people: [Alice, Bob]"));
}

/// A branch removed him and goes on; its removal is picked or squashed and then undone.
#[test]
fn what_was_put_back_on_top_of_a_removal_stays_when_that_comes_again() {
    let to_the_end = ["[Alice, Bob]", "[Alice, Bob, Zed]"];
    for (squashes, back) in [(false, 0), (false, 1), (true, 0), (true, 1)] {
        let sandbox = Sandbox::new();
        let (laptop, _) = machines(&sandbox);
        edit(&laptop, "[Alice]", "[Alice, Bob]");
        laptop.git(["switch", "-q", "-c", "topic"]).ok();
        edit(&laptop, "[Alice, Bob]", "[Alice]");
        laptop.git(["switch", "-q", "main"]).ok();
        let bring = |message: &str| match squashes {
            false if message == "One" => {
                laptop.git(["cherry-pick", "topic"]).ok();
            }
            false => {
                laptop.git(["merge", "-q", "topic"]).ok();
            }
            true => {
                laptop.git(["merge", "-q", "--squash", "topic"]).ok();
                let commit = laptop.git(["commit", "-q", "-m", message]).ok();
                if message == "Two" {
                    commit.silent_about("Bob");
                }
            }
        };
        bring("One");
        assert!(laptop.read_entry(DAY).contains("people: [Alice]"));
        edit(&laptop, "[Alice]", to_the_end[back]);
        edit(&laptop, "mood: calm", "mood: good");
        laptop.git(["switch", "-q", "topic"]).ok();
        edit(&laptop, "Went", "We went");
        laptop.git(["switch", "-q", "main"]).ok();
        bring("Two");
        let text = laptop.read_entry(DAY);
        assert!(text.contains("We went"), "{text}");
        assert!(text.contains(to_the_end[back]), "{squashes} {text}");
        laptop.metadb(["tombstone", "list"]).ok().lacks("Bob");
        laptop.metadb(["sync", "conflicts"]).ok().lacks("kept out");
        laptop.assert_clean();
    }
}

/// What an item holds besides its name is no name: it was edited, and is not only kept out.
#[test]
fn an_edit_of_an_item_that_the_other_side_removed_is_a_conflict() {
    for (edited, there) in [
        (
            "{name: Orla, alias: [Moth, Pip]}",
            "{name: Orla, alias: [Moth]}",
        ),
        ("{name: Orla, met: long ago}", "Orla"),
    ] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = machines(&sandbox);
        edit(&laptop, "[Alice]", &format!("[Alice, {there}]"));
        laptop.push();
        desktop.pull();
        edit(&laptop, &format!(", {there}"), "");
        laptop.push();
        edit(&desktop, there, edited);
        desktop
            .git(["pull", "-q"])
            .exits(1)
            .silent_about("stays out");
        let text = desktop.read_entry(DAY);
        assert!(text.contains(edited) && text.contains("<<<<<<<"), "{text}");
    }
}

#[test]
fn one_re_addition_does_not_restore_another_removal() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.push();
    desktop.pull();
    // Both remove him; the desktop puts him back and knows its own removal alone.
    edit(&laptop, "[Alice, Bob]", "[Alice]");
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    edit(&desktop, "[Alice, Bob]", "[Alice]");
    edit(&desktop, "[Alice]", "[Alice, Carol, Bob]");
    desktop.pull();
    desktop.assert_clean();
    assert!(desktop.read_entry(DAY).contains("people: [Alice, Carol]"));
}

#[test]
fn without_known_commits_the_merge_is_three_way() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    add_and_remove_bob(&laptop);
    desktop.git(["fetch", "-q"]).ok();
    edit(&desktop, "[Alice]", "[Alice, Bob]");
    desktop
        .git(["cherry-pick", "origin/main"])
        .ok()
        .never_mentions("without the ledger")
        .silent_about("stays out");
    desktop.assert_clean();
    assert!(
        desktop
            .read_entry(DAY)
            .contains("people: [Alice, Bob]\nmood: good")
    );
}

/// A theme stands one level down, in a map that one side alone changed or has at all.
#[test]
fn a_theme_is_kept_out_where_one_side_alone_changed_the_manuscript() {
    let lines = "manuscript:\n  status: draft\n  themes: [ferry]\n";
    let more = "manuscript:\n  status: draft\n  themes: [ferry, distance]\n";
    let brackets = "manuscript: {status: draft, themes: [ferry]}\n";
    let in_brackets = "manuscript: {status: draft, themes: [ferry, distance]}\n";
    let first = "manuscript:\n  status: done\n  themes:\n  - distance\n";
    for (before, added, after) in [
        (lines, more, lines),
        (brackets, in_brackets, brackets),
        ("", first, "manuscript:\n  status: done\n"),
        ("", "manuscript: {themes: [distance]}\n", ""),
    ] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = machines(&sandbox);
        let [before, added, after] = [before, added, after].map(|m| format!("tags: [rain]\n{m}"));
        if before.contains("manuscript") {
            edit(&laptop, "tags: [rain]\n", &before);
            laptop.push();
            desktop.pull();
        }
        edit(&laptop, &before, &added);
        edit(&laptop, &added, &before);
        edit(&laptop, "mood: calm", "mood: good");
        laptop.push();
        edit(&desktop, &before, &added);
        desktop.pull().mentions("theme distance stays out");
        desktop.assert_clean();
        let text = desktop.read_entry(DAY);
        assert!(
            text.contains(&format!("mood: good\n{after}---\n")),
            "{text}"
        );
        desktop.push();
        laptop.pull();
        assert_eq!(laptop.read_entry(DAY), text);
    }
}

/// What is to be written is read as what was there.
#[test]
fn what_is_to_be_added_again_is_said_as_yaml_has_it() {
    let sandbox = Sandbox::new();
    let (laptop, _) = machines(&sandbox);
    let all = "\
people: ['@Moth', Ana-Lirio, Jean-Paul Sart, Orla Reed, Bo]
tags: ['~', 'a: b', '#c', 'say \"hm\"', 'yes', '-x', 'a, b', \"x\\ty\", it's, '2', plain]
dates: [2030-01-02]
references: [{content: 'Salt: all'}, {description: a poster}]
poems: [{title: 'Fog: a study', content: x}]
";
    laptop.write_entry(DAY, all, "x\n");
    laptop.commit("Add");
    laptop.write_entry(DAY, "", "x\n");
    laptop.commit("Remove");
    let read = |fields: &str| {
        let text = format!("---\ndate: {DAY}\n{fields}---\nx\n");
        palimpsest::journal::Entry::read(DAY.parse().unwrap(), text.as_bytes()).unwrap()
    };
    let wanted = read(all);
    let mut lists = std::collections::BTreeMap::<String, String>::new();
    for (table, item) in &wanted.facts().items {
        let remove = [
            "tombstone",
            "remove",
            "--",
            table.name(),
            DAY,
            // A name of several words is a full name, unless it is told otherwise.
            &item.as_str().replace("Ana Lirio", "Ana-Lirio"),
        ];
        let told = laptop.metadb(remove).ok().stdout;
        let (_, told) = told.split_once("under `").unwrap();
        let (key, told) = told.split_once(":` in ").unwrap();
        let (_, item) = told.split_once(", add: ").unwrap();
        let item = item.lines().next().unwrap();
        *lists.entry(key.to_owned()).or_default() += &format!("  - {item}\n");
    }
    let lists = lists.iter().map(|(key, items)| format!("{key}:\n{items}"));
    let text = lists.collect::<String>();
    let now = read(&text);
    assert_eq!(now.facts().items, wanted.facts().items, "{text}");
    assert!(
        text.contains("- plain\n") && text.contains("- Bo\n"),
        "{text}"
    );
    let of = |entry: &palimpsest::journal::Entry| {
        let mut people = entry.people.clone();
        people.sort();
        people
    };
    assert_eq!(of(&now), of(&wanted), "{text}");
}

/// One side puts the item below a comment that the other one edits.
#[test]
fn an_item_that_stays_out_takes_no_edited_comment_along() {
    let sandbox = Sandbox::new();
    let fields = "people:\n  # family\n  - Anna\n  - Bert\n";
    let (laptop, desktop) = journal(&sandbox, &[(DAY, fields, "Went to the quay.\n")]);
    let (without, with) = ("  - Anna\n", "  - Bob\n  - Anna\n");
    edit(&laptop, without, with);
    edit(&laptop, with, without);
    edit(&laptop, "# family", "# family, close");
    laptop.push();
    edit(&desktop, without, with);
    desktop
        .git(["pull", "-q"])
        .fails()
        .mentions("both sides changed people");
    let text = desktop.read_entry(DAY);
    assert!(text.contains("# family, close\n>>>>>>>"), "{text}");
}

/// The merge's own commit is the first that has it, so `pre-commit` cannot know.
#[test]
fn a_merge_that_stopped_names_whom_it_kept_out_on_each_machine() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    edit(&laptop, "people: [Alice]\n", "people: []\n");
    laptop.edit_entry(DAY, "Lisbon", "Porto");
    edit(&laptop, "people: []\n", "people: [Alice]\n");
    laptop.push();
    desktop.edit_entry(DAY, "Lisbon", "Faro");
    edit(&desktop, "people: [Alice]\n", "people: []\n");
    desktop.git(["pull", "-q"]).fails();
    desktop.palimpsest(["resolve", "--ours"]).ok();
    let said = "person Alice was kept out of 2024-11-01 by a removal that whoever added it did \
        not know; let it in: `metadb tombstone remove entry_people 2024-11-01 'Alice'`, or agree: \
        `metadb sync resolve Entry 2024-11-01`";
    let merged = desktop.git(["commit", "-q", "--no-edit"]).ok();
    assert_eq!(merged.output().matches(said).count(), 1, "{merged}");
    desktop.push();
    let pulled = laptop.git(["pull", "-q"]).ok();
    assert_eq!(pulled.output().matches(said).count(), 1, "{pulled}");
    // Once it is in the ledger, nothing that a merge brings is new.
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    edit(&desktop, "mood: calm", "mood: fine");
    desktop.git(["pull", "-q"]).fails().never_mentions(said);
    desktop.palimpsest(["resolve", "--ours"]).ok();
    let merged = desktop.git(["commit", "-q", "--no-edit"]).ok();
    assert_eq!(merged.output().matches(said).count(), 1, "{merged}");
}

/// What the driver says while the merge waits holds: the listing knows it after the commit.
#[test]
fn what_a_merge_that_stops_keeps_out_is_listed_once_it_is_committed() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = machines(&sandbox);
    add_and_remove_bob(&laptop);
    edit(&desktop, "[Alice]", "[Alice, Bob]");
    edit(&desktop, "mood: calm", "mood: fine");
    let stopped = desktop.git(["pull", "-q"]).fails();
    stopped.warns("Bob stays out, it was removed (once committed: metadb sync conflicts)");
    let listing = ["sync", "conflicts"];
    desktop.metadb(listing).ok().lacks("kept out: Bob");
    desktop.palimpsest(["resolve", "--ours"]).ok();
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.metadb(listing).ok().says("kept out: Bob");
}

/// Git calls the driver again, and names no commits: the merge that waits is what it makes.
#[test]
fn a_conflict_that_is_made_anew_keeps_out_whom_the_merge_kept_out() {
    for (pull, rebases) in [("--no-rebase", false), ("--rebase", true)] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = machines(&sandbox);
        add_and_remove_bob(&laptop);
        desktop.edit_entry(DAY, "mood: calm", "mood: fine");
        edit(&desktop, "[Alice]", "[Alice, Bob, Carol]");
        desktop.git(["pull", "-q", pull]).fails();
        let stopped = desktop.read_entry(DAY);
        assert!(stopped.contains("[Alice, Carol]"), "{stopped}");
        let path = crate::sandbox::entry(DAY);
        desktop.edit_entry(DAY, "[Alice, Carol]", "[]");
        desktop
            .git(["checkout", "-m", "--", &path])
            .ok()
            .warns("person Bob stays out, it was removed");
        let anew = desktop.read_entry(DAY);
        assert!(anew.contains("[Alice, Carol]"), "{pull}: {anew}");
        desktop.palimpsest(["resolve", "--ours"]).ok();
        let next = match rebases {
            true => ["rebase", "--continue"],
            false => ["commit", "--no-edit"],
        };
        desktop
            .run_with(&[("GIT_EDITOR", "true")], "git", next)
            .ok();
        desktop
            .metadb(["sync", "conflicts"])
            .ok()
            .says("kept out: Bob");
        desktop.assert_clean();
    }
}
