//! What was removed stays removed whatever git does: a removal on one machine,
//! all kinds of history on the other. After each the machines agree, the index
//! is what the files say, and what a person should see is listed, and no more.

use std::collections::BTreeSet;

use palimpsest::ledger::{Deletion, Restored, Source};

use crate::sandbox::{DAY, LEDGER, Machine, Sandbox, active, how, journal, removals};

mod branches;
mod by_hand;
mod commits;
mod criss_cross;
mod damaged;
mod decisions;
mod deletions;
mod dropped;
mod flags;
mod in_the_middle;
mod kept;
mod left_out;
mod lost_rows;
mod made_anew;
mod moved;
mod moved_and_back;
mod older_ledgers;
mod other_clients;
mod picks;
mod places;
mod rebases;
mod removals;
mod removed_again;
mod rewritten;
mod rows;
mod same_branch;
mod same_name;
mod settling;
mod setups;
mod shallow;
mod squashes;
mod stale;
mod stale_moved;
mod standing;
mod states;
mod taken_rows;
mod twins;
mod unread;
mod unreadable;

const FIELDS: &str = "\
city: Lisbon
people: [Alice, Bob]
mood: calm
tags: [rain]
weather: fair
";
const BODY: &str = "Went to the quay.\n";

/// Both with the same entry, with Alice and Bob in it.
fn begin(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    journal(sandbox, &[(DAY, FIELDS, BODY)])
}

/// A phone: a clone where `init` was never run.
fn phone(sandbox: &Sandbox) -> Machine<'_> {
    let phone = sandbox.machine("phone");
    phone.git(["config", "user.name", "Phone"]).ok();
    phone
}

/// Edits the entry and commits.
#[track_caller]
fn edit(machine: &Machine<'_>, from: &str, to: &str) {
    machine.edit_entry(DAY, from, to);
    machine.commit(&format!("{from} to {to}"));
    machine.assert_clean();
}

/// Edits the entry and commits without any of Palimpsest's hooks.
#[track_caller]
fn edit_without_hooks(machine: &Machine<'_>, from: &str, to: &str) {
    machine.edit_entry(DAY, from, to);
    without_hooks(machine, &["commit", "-q", "-a", "-m", "Without hooks"]);
}

/// Git as a client has it that knows neither hooks nor drivers.
#[track_caller]
fn without_hooks(machine: &Machine<'_>, args: &[&str]) {
    machine
        .run_with(&[("PALIMPSEST", "0")], "git", args.iter().copied())
        .ok();
}

#[track_caller]
fn remove_bob(machine: &Machine<'_>) {
    edit(machine, "[Alice, Bob]", "[Alice]");
}

/// The laptop adds Carol and removes her again; its file is otherwise edited too,
/// so that git asks the driver.
fn add_and_remove_carol(laptop: &Machine<'_>) {
    edit(laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(laptop, "mood: calm", "mood: good");
    laptop.push();
}

/// Carol is kept out, and both machines know.
fn kept_out<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, Machine<'a>) {
    let (laptop, desktop) = begin(sandbox);
    add_and_remove_carol(&laptop);
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
    (laptop, desktop)
}

/// Carol stands in the desktop's file, written `with` her, against a removal of the
/// laptop's: git asked no driver.
fn carol_stands<'a>(sandbox: &'a Sandbox, with: &str, pull: &str) -> (Machine<'a>, Machine<'a>) {
    let (laptop, desktop) = begin(sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    laptop.push();
    edit(&desktop, "[Alice, Bob]", with);
    desktop.git(["pull", "-q", pull]).ok();
    holds(&desktop, &["both_edited", "still_in_file Carol"]);
    (laptop, desktop)
}

/// The deletions in the ledger of the entry's year.
#[track_caller]
fn deletions(machine: &Machine<'_>) -> Vec<Deletion> {
    machine.ledger(2024).deletions.into_values().collect()
}

fn people(text: &str) -> BTreeSet<String> {
    let line = text.lines().find_map(|l| l.strip_prefix("people: ["));
    let items = line.and_then(|l| l.split(']').next()).unwrap_or_default();
    let items = items.split(", ").filter(|item| !item.is_empty());
    items.map(str::to_owned).collect()
}

#[track_caller]
fn json(run: &crate::sandbox::Run) -> serde_json::Value {
    serde_json::from_str(&run.stdout).unwrap()
}

/// `kind item` of all that is listed; the item's place is empty for an edit.
#[track_caller]
fn listed(machine: &Machine<'_>) -> Vec<String> {
    let all = json(&machine.metadb(["sync", "conflicts", "--json"]).ok());
    let one = |c: &serde_json::Value| {
        let kind = c["kind"].as_str().unwrap();
        let item = c["removal"]["item"].as_str().unwrap_or_default();
        format!("{kind} {item}").trim().to_owned()
    };
    let mut all: Vec<String> = all.as_array().unwrap().iter().map(one).collect();
    all.sort();
    all
}

/// The entry's file, wherever in the journal it stands.
#[track_caller]
fn file_of(machine: &Machine<'_>) -> Option<String> {
    let usual = crate::sandbox::entry(DAY);
    if machine.exists(&usual) {
        return Some(usual);
    }
    let files = machine.git(["ls-files", "journal"]).ok();
    let name = format!("{DAY}.md");
    let file = files.stdout.lines().find(|path| path.ends_with(&name));
    file.map(str::to_owned)
}

/// `git status` is clean, the index has what the file has (less what stands there
/// against a removal), and this is listed.
#[track_caller]
fn holds(machine: &Machine<'_>, expected: &[&str]) {
    machine.assert_clean();
    let conflicts = listed(machine);
    assert_eq!(conflicts, expected, "listed in {}", machine.dir().display());
    let Some(file) = file_of(machine) else {
        return;
    };
    let mut wanted = people(&machine.read(&file));
    for line in &conflicts {
        if let Some(item) = line.strip_prefix("still_in_file ") {
            assert!(wanted.remove(item), "{item} does not stand in the file");
        }
    }
    let shown = json(&machine.metadb(["show", DAY, "--json"]).ok());
    let shown: BTreeSet<String> = shown["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|p| p.as_str().unwrap().to_owned())
        .collect();
    assert_eq!(shown, wanted, "index of {}", machine.dir().display());
    machine.assert_clean();
}

/// Lets both machines pull and push until they have the same, and looks at both.
#[track_caller]
fn agree(one: &Machine<'_>, other: &Machine<'_>, expected: &[&str]) {
    for machine in [one, other, one] {
        machine.git(["pull", "-q", "--no-rebase"]).ok();
        machine.push();
        machine.assert_clean();
    }
    assert_eq!(one.oid("HEAD"), other.oid("HEAD"));
    for machine in [one, other] {
        holds(machine, expected);
    }
    // Storing what history told changes nothing that anybody sees, and is all.
    one.git(["commit", "-q", "-m", "Nothing at all"]).exits(1);
    one.assert_clean();
    let at = one.oid("HEAD");
    one.write("pages/next.txt", format!("After {at}.\n"));
    one.commit("Next");
    one.push();
    other.pull();
    for machine in [one, other] {
        holds(machine, expected);
    }
    one.write("pages/next.txt", format!("Again after {at}.\n"));
    one.commit("And the next");
    let changed = one.git(["diff", "--name-only", "HEAD^", "HEAD"]).ok();
    changed.is("pages/next.txt");
    one.push();
    other.pull();
}

/// Bob does not stand in the entry of either.
#[track_caller]
fn without_bob(machines: [&Machine<'_>; 2]) {
    for machine in machines {
        let text = machine.read_entry(DAY);
        assert!(!people(&text).contains("Bob"), "{text}");
    }
}

/// Bob stands in the entry of both.
#[track_caller]
fn with_bob(machines: [&Machine<'_>; 2]) {
    for machine in machines {
        let text = machine.read_entry(DAY);
        assert!(people(&text).contains("Bob"), "{text}");
    }
}
