//! What the listings print, word for word.

use crate::sandbox::{DAY, Machine, Sandbox, entry};

mod names;

/// A machine with the hooks, and one entry committed.
fn begin(sandbox: &Sandbox) -> Machine<'_> {
    let machine = sandbox.repository("laptop");
    machine.write_entry(
        DAY,
        "city: Lisbon\npeople: [Alice, Bob, \"@Moth (Orla)\"]\ntags: [rain]",
        "Hello there world.\n",
    );
    machine.palimpsest(["init"]).ok();
    machine.commit("Begin");
    machine
}

#[test]
fn an_update_says_what_was_removed_and_that_it_is_pending() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    machine.edit_entry(DAY, "Alice, Bob", "Alice, Dave");
    let said = "\
2024-11-01  updated    journal/md/2024/2024-11-01.md
  - Bob (person): removed; its tombstone is pending until the commit
  + Dave (person): added
Entries: 0 created, 1 updated, 0 unchanged, 0 deleted, 0 restored, 0 failed";
    machine.yaml2sql(["update", &entry(DAY)]).ok().is(said);
    // Asked again, nothing changed, and the removal is pending still.
    let run = machine.yaml2sql(["update", &entry(DAY)]).ok();
    run.says("2024-11-01  unchanged  ")
        .says("- Bob (person)")
        .says("1 unchanged");
    machine.metadb(["tombstone", "list"]).ok().is("\
TABLE         ENTRY       NAME  REMOVED  BY  REASON                               SOURCE  EXPIRES
entry_people  2024-11-01  Bob   -        -   pending: removed, not committed yet  yaml    -");

    machine.commit("Dave, not Bob");
    machine.assert_clean();
    let list = machine
        .metadb(["tombstone", "list", "--table", "entry_people"])
        .ok();
    let row = list.stdout.lines().nth(1).unwrap();
    let cells: Vec<&str> = row
        .split("  ")
        .filter(|c| !c.is_empty())
        .map(str::trim)
        .collect();
    assert_eq!(
        [cells[0], cells[1], cells[2], cells[4], cells[5], cells[6]],
        [
            "entry_people",
            "2024-11-01",
            "Bob",
            "laptop",
            "removed from the entry",
            "yaml"
        ]
    );
    assert!(
        cells[3].starts_with("2026-01-05T") && cells[7] == "2026-04-05",
        "{row}"
    );
    machine.metadb(["tombstone", "stats"]).ok().is("\
Tombstone statistics
Total tombstones: 1
Expired tombstones: 0

By table:
  entry_people: 1

By source:
  yaml: 1");
    sandbox.pass_days(100);
    machine
        .metadb(["tombstone", "stats"])
        .ok()
        .says("Expired tombstones: 1");
    machine
        .metadb(["tombstone", "list", "--table", "entry_tags"])
        .ok()
        .is("No tombstones found");
    machine
        .metadb(["tombstone", "list", "--limit", "0"])
        .ok()
        .is("0 of 1 shown");
    let json: serde_json::Value =
        serde_json::from_str(&machine.metadb(["tombstone", "list", "--json"]).ok().stdout).unwrap();
    assert_eq!(
        (&json[0]["item"], &json[0]["state"]),
        (&"Bob".into(), &"active".into())
    );
    assert!(json[0]["reason"].is_string() && json[0]["expires"].is_string());
    let run = machine
        .metadb(["sync", "status", "Entry", DAY, "--json"])
        .ok();
    let status: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(status["tombstones"], json);
    let show = machine.metadb(["show", DAY, "--json"]).ok().stdout;
    let show: serde_json::Value = serde_json::from_str(&show).unwrap();
    assert_eq!(show["tombstones"], json);
}

#[test]
fn show_has_the_entry_by_each_of_its_names() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    let short = "\
Entry 2024-11-01 (ID 20241101)
  File:          journal/md/2024/2024-11-01.md
  Words:         3 (0.01 min)
  City:          Lisbon
  People:        Alice, Bob, Orla
  Tags:          rain";
    for name in [DAY, "20241101", "journal/md/2024/2024-11-01.md"] {
        machine.metadb(["show", name]).ok().is(short);
    }
    let inside = machine.inside("journal/md/2024");
    inside.metadb(["show", "2024-11-01.md"]).ok().is(short);
    let path = machine.path("journal/md/2024/2024-11-01.md");
    let outside = sandbox.folder("outside");
    outside
        .metadb(["show", path.to_str().unwrap()])
        .ok()
        .is(short);
    machine.write_entry("0001-02-03", "", "Long ago.\n");
    for id in ["0001-02-03", "00010203", "10203"] {
        machine.metadb(["show", id]).ok().says("(ID 10203)");
    }
    machine
        .metadb(["show", "2024-11-09"])
        .exits(1)
        .warns("no entry 2024-11-09; the nearest is 2024-11-01");
    machine
        .metadb(["show", "soon"])
        .exits(2)
        .warns("`soon` is no entry");
    machine
        .metadb(["restore", "Entry"])
        .exits(2)
        .warns("which one?");
    let json: serde_json::Value =
        serde_json::from_str(&machine.metadb(["show", DAY, "--json"]).ok().stdout).unwrap();
    assert_eq!(json["people"], serde_json::json!(["Alice", "Bob", "Orla"]));
    assert_eq!(json["sync"][0]["hashes"][0]["by"], "laptop");
}

#[test]
fn status_and_stats_count_entries_and_notes() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    machine.write("wiki/entries/2024/2024-11-01.md", "### Notes\n\nKeep it.\n");
    machine.commit("A note");
    machine.metadb(["sync", "status"]).ok().is("\
Sync status
Total entities tracked: 2
Active conflicts: 0");
    machine
        .metadb(["sync", "conflicts"])
        .ok()
        .is("No unresolved conflicts found");
    machine.metadb(["sync", "stats"]).ok().is("\
Sync state statistics
Total entities tracked: 2
Conflicts (unresolved): 0
Conflicts (resolved): 0

By entity type:
  Entry: 1
  Note: 1

By sync source:
  wiki: 1
  yaml: 1

By machine:
  laptop: 2");
    let status = machine.metadb(["sync", "status", "Entry", "20241101"]).ok();
    let status = status.says("Entry ID: 20241101 (2024-11-01)\n  yaml: in step; 1 change recorded");
    status
        .says("  wiki: in step; 1 change recorded")
        .says("… by laptop at 2026-01-05T");
    machine
        .metadb(["sync", "status", "Person", "20241101"])
        .exits(2)
        .warns("no kind of thing here");
}

#[test]
fn an_item_that_stands_in_the_file_against_a_removal_is_listed_until_settled() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    machine.edit_entry(DAY, ", Bob", "");
    machine.commit("No Bob");
    // A branch adds Bob and knows of no removal. On main the file is as it was, so
    // git takes the branch's and asks no driver.
    machine.git(["checkout", "-q", "-b", "side"]).ok();
    machine.edit_entry(DAY, "Alice", "Alice, Bob");
    machine.commit("Bob");
    machine.git(["checkout", "-q", "main"]).ok();
    machine.edit_entry(DAY, "Alice", "Alice, Bob");
    machine.commit("Bob too");
    machine.edit_entry(DAY, ", Bob", "");
    machine.commit("No Bob again");
    machine.git(["merge", "-q", "--no-edit", "side"]).ok();
    let listed = machine.metadb(["sync", "conflicts"]).ok();
    let listed =
        listed.says("Unresolved conflicts (2)\nEntry ID: 20241101 (2024-11-01)\n  Last synced: ");
    listed
        .says("  Kind: still in the file: Bob (entry_people) was removed, and is not indexed")
        .says("metadb tombstone remove entry_people 2024-11-01 'Bob'");
    machine
        .metadb(["show", DAY])
        .ok()
        .says("People:        Alice, Orla")
        .says("Conflicts:");
    machine
        .metadb(["sync", "resolve", "Entry", DAY])
        .ok()
        .says("Left, since it stands in a file");

    let run = machine
        .metadb(["tombstone", "remove", "entry_people", DAY, "Bob"])
        .ok();
    run.says("Restored: Bob (person) may stand in 2024-11-01 again")
        .says("It stands in journal/md/2024/2024-11-01.md already")
        .lacks("add: Bob")
        .says("data/ledger/2024.jsonl");
    machine
        .metadb(["sync", "conflicts"])
        .ok()
        .is("No unresolved conflicts found");
    machine.metadb(["show", DAY]).ok().says("Alice, Bob, Orla");
    machine
        .metadb(["tombstone", "list"])
        .ok()
        .is("No tombstones found");
    machine
        .git(["status", "--porcelain"])
        .ok()
        .is("M data/ledger/2024.jsonl");
    machine.commit("Settle");
    machine.assert_clean();
    machine.metadb(["show", DAY]).ok().says("Alice, Bob, Orla");
    machine
        .metadb(["tombstone", "remove", "entry_people", DAY, "Bob"])
        .exits(1)
        .warns("no active removal of `Bob` in entry_people of 2024-11-01");
    machine
        .metadb(["tombstone", "remove", "people", DAY, "Zoe"])
        .exits(1);
    machine
        .metadb(["tombstone", "remove", "moods", DAY, "Zoe"])
        .exits(2)
        .warns("entry_people");
}

#[test]
fn two_machines_edits_are_listed_and_settled_once() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "people: [Alice]", "x\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.push();
    let desktop = sandbox.machine("desktop");
    desktop.palimpsest(["init"]).ok();
    laptop.edit_entry(DAY, "Alice", "Alice, Charlie");
    laptop.commit("Charlie");
    laptop.push();
    desktop.edit_entry(DAY, "Alice", "Alice, Dave");
    desktop.commit("Dave");
    desktop
        .pull()
        .mentions("Conflict detected for entry 2024-11-01");
    let listed = desktop.metadb(["sync", "conflicts"]).ok();
    let lines: Vec<&str> = listed.stdout.lines().collect();
    assert_eq!(lines.len(), 8, "{listed}");
    assert_eq!(
        lines[..2],
        [
            "Unresolved conflicts (1)",
            "Entry ID: 20241101 (2024-11-01)"
        ]
    );
    assert!(lines[2].starts_with("  Last synced: 2026-01-05T"));
    assert_eq!(
        lines[3..5],
        ["  Sync source: yaml", "  Machine: desktop, laptop"]
    );
    let hashes = lines[5].strip_prefix("  Hash: ").unwrap();
    assert!(
        hashes.split(", ").all(|h| h.find('…') == Some(12)),
        "{hashes}"
    );
    assert_eq!(
        lines[6],
        "  Kind: both edited, before either had the other's edit"
    );
    assert!(lines[7].contains("metadb sync resolve Entry 2024-11-01"));
    let listed = desktop.metadb(["sync", "conflicts", "--json"]).ok();
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(listed[0]["id"], 20_241_101, "{listed}");

    desktop.yaml2sql(["update", &entry(DAY)]).ok();
    desktop
        .metadb(["sync", "status"])
        .ok()
        .says("Active conflicts: 1");
    let stats = desktop.metadb(["sync", "stats"]).ok();
    stats.says("By machine:\n  desktop: 1\n  laptop: 1");
    let run = desktop
        .metadb(["sync", "resolve", "Entry", "20241101"])
        .ok();
    run.says("Resolved: Entry 2024-11-01 (yaml)")
        .says("data/ledger/2024.jsonl");
    desktop
        .metadb(["sync", "conflicts"])
        .ok()
        .is("No unresolved conflicts found");
    let again = desktop.metadb(["sync", "resolve", "Entry", DAY]).ok();
    again.is("No unresolved conflict for entry 2024-11-01");
    desktop.commit("Settle");
    desktop.push();
    laptop.git(["pull", "-q"]).ok();
    laptop
        .metadb(["sync", "conflicts"])
        .ok()
        .is("No unresolved conflicts found");
    laptop
        .metadb(["sync", "stats"])
        .ok()
        .says("Conflicts (resolved): 1");
    laptop.assert_clean();
}

#[test]
fn a_deleted_entry_is_shown_and_comes_back() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    let text = machine.read_entry(DAY);
    machine.remove(&entry(DAY));
    machine
        .yaml2sql(["sync", "journal/md"])
        .ok()
        .says("1 deleted")
        .lacks("Bob");
    machine
        .metadb(["show", DAY])
        .ok()
        .says("deleted, not committed yet")
        .says("Bob");
    machine
        .metadb(["restore", "Entry", DAY])
        .ok()
        .says("Restored journal/md/2024/2024-11-01.md");
    machine.assert_clean();

    machine
        .metadb(["restore", "--list"])
        .ok()
        .is("No entry is deleted");

    machine.remove(&entry(DAY));
    let list = machine.metadb(["restore", "--list"]).ok();
    list.says(DAY).says("not committed yet");
    machine.commit("Remove it");
    let at = sandbox.now();
    let list = machine.metadb(["restore", "--list"]).ok();
    let row = [DAY, &at, "laptop", "file removed", &entry(DAY)].join("  ");
    list.says(&row);
    let list = machine.metadb(["restore", "--list", "--json"]).ok();
    let list: serde_json::Value = serde_json::from_str(&list.stdout).unwrap();
    assert_eq!(
        list,
        serde_json::json!([{
            "entry": DAY, "path": entry(DAY), "deleted_at": at, "deleted_by": "laptop",
            "deletion_reason": "file removed", "missing": false,
        }])
    );
    machine
        .metadb(["show", DAY])
        .ok()
        .says("by laptop")
        .says("Bob");
    machine
        .metadb(["tombstone", "list"])
        .ok()
        .is("No tombstones found");
    machine.metadb(["sync", "status"]).ok().says("tracked: 0");
    machine.metadb(["restore", "Entry", "20241101"]).ok();
    assert_eq!(machine.read_entry(DAY), text);
    let show = machine.metadb(["show", DAY]).ok().lacks("deleted");
    show.says("edited, not committed yet");
    machine.commit("Back");
    machine.assert_clean();
    machine.metadb(["show", DAY]).ok().lacks("State");
    machine
        .metadb(["restore", "Entry", DAY])
        .exits(1)
        .warns("is not deleted");
    machine
        .metadb(["restore", "Entry", "2020-01-01"])
        .exits(1)
        .warns("no deleted entry")
        .warns("; `metadb restore --list` has those");
}
