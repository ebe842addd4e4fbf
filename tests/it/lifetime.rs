//! How long a removal is listed, and that its end changes nothing else.

use crate::sandbox::{DAY, Machine, Sandbox, entry, journal, removals};

/// The laptop removed Bob and the rain; the desktop knows.
fn begin(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    let fields = "people: [Alice, Bob]\ntags: [rain, tea]";
    let (laptop, desktop) = journal(sandbox, &[(DAY, fields, "Hello.\n")]);
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.edit_entry(DAY, "rain, ", "");
    laptop.commit("Neither Bob nor rain");
    laptop.push();
    desktop.pull();
    (laptop, desktop)
}

/// A removal that was cleaned up is no longer in the list of removals.
#[test]
fn what_a_merge_says_of_an_item_kept_out_lists_it_after_a_cleanup_too() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, "people: [Alice]\nmood: calm", "x\n")]);
    for (from, to) in [("[Alice]", "[Alice, Kim]"), ("[Alice, Kim]", "[Alice]")] {
        laptop.edit_entry(DAY, from, to);
        laptop.commit("Edit");
    }
    laptop.edit_entry(DAY, "calm", "good");
    sandbox.pass_days(91);
    laptop.metadb(["tombstone", "cleanup"]).ok();
    laptop.commit("Clean up");
    laptop.push();
    desktop.edit_entry(DAY, "[Alice]", "[Alice, Kim, Zed]");
    desktop.commit("Kim");
    desktop
        .pull()
        .mentions("person Kim stays out, it was removed (once committed: metadb sync conflicts)");
    desktop.metadb(["sync", "conflicts"]).ok().says("Kim");
    desktop
        .metadb(["tombstone", "list"])
        .ok()
        .is("No tombstones found");
}

#[test]
fn cleanup_counts_then_shortens_without_asking() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let cleanup = ["tombstone", "cleanup"];
    laptop
        .metadb(cleanup)
        .ok()
        .is("Cleaned up 0 expired tombstones");
    sandbox.pass_days(91);
    laptop
        .metadb(["tombstone", "cleanup", "--dry-run"])
        .ok()
        .is("Dry run: would shorten 2 expired tombstones");
    laptop.assert_clean();
    laptop
        .metadb(cleanup)
        .ok()
        .says("Cleaned up 2 expired tombstones")
        .says("Changed data/ledger/2024.jsonl; commit it");
    laptop
        .metadb(cleanup)
        .ok()
        .is("Cleaned up 0 expired tombstones");
    laptop
        .metadb(["tombstone", "list"])
        .ok()
        .is("No tombstones found");
    laptop.commit("Clean up");
    laptop.assert_clean();
    laptop.push();
    // The other machine cleans up too, without having talked, and both agree.
    desktop
        .metadb(["tombstone", "cleanup", "--json"])
        .ok()
        .says("\"expired\": 2");
    desktop.commit("Clean up here");
    desktop.pull();
    desktop.push();
    laptop.pull();
    for machine in [&laptop, &desktop] {
        machine.assert_clean();
        let ledger = machine.ledger(2024);
        let shortened = ledger.tombstones.values().filter(|row| row.shortened);
        assert_eq!(shortened.count(), 2);
        assert!(!removals(&ledger, "Bob").is_empty());
    }
}

#[test]
fn what_is_kept_after_it_was_cleaned_up_is_listed_again() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    sandbox.pass_days(1000);
    laptop.metadb(["tombstone", "cleanup"]).ok();
    laptop.commit("Clean up");
    laptop
        .metadb(["tombstone", "keep", "entry_people", DAY, "Bob"])
        .ok();
    laptop.commit("Keep Bob out");
    laptop.push();
    desktop.pull();
    for machine in [&laptop, &desktop] {
        machine
            .metadb(["tombstone", "list"])
            .ok()
            .says("Bob")
            .says("never")
            .lacks("rain");
        machine
            .metadb(["tombstone", "stats"])
            .ok()
            .says("entry_people");
    }
}

#[test]
fn each_table_has_a_lifetime_of_its_own() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let text = "[tombstones]\nlifetime_days = 10\n[tombstones.tables]\nentry_people = 30\n";
    laptop.write("palimpsest.toml", text);
    sandbox.pass_days(11);
    laptop
        .metadb(["tombstone", "cleanup"])
        .ok()
        .says("Cleaned up 1 ");
    laptop
        .metadb(["tombstone", "list"])
        .ok()
        .says("Bob")
        .lacks("rain");
}

#[test]
fn what_is_kept_never_expires() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let keep = ["tombstone", "keep", "entry_people", DAY, "Bob"];
    laptop
        .metadb(keep)
        .ok()
        .says("Kept for good: the removal of Bob (person) from 2024-11-01 never expires")
        .says("Changed data/ledger/2024.jsonl; commit it");
    laptop.metadb(keep).ok().says("kept for good already");
    laptop.commit("Keep Bob out");
    laptop.push();
    desktop.pull();
    sandbox.pass_days(1000);
    desktop
        .metadb(["tombstone", "cleanup"])
        .ok()
        .says("Cleaned up 1 ");
    desktop
        .metadb(["tombstone", "list"])
        .ok()
        .says("never")
        .lacks("rain");
    laptop
        .metadb(["tombstone", "keep", "entry_people", DAY, "Zoe"])
        .exits(1)
        .warns("no active removal of `Zoe`");
    laptop.edit_entry(DAY, "Alice", "Eve");
    laptop
        .metadb(["tombstone", "keep", "entry_people", DAY, "Alice"])
        .exits(1)
        .warns("not committed yet");
}

#[test]
fn a_shortened_removal_still_beats_an_addition_that_did_not_know() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    // Added and removed here; the desktop has never seen Zoe.
    laptop.edit_entry(DAY, "Alice", "Alice, Zoe");
    laptop.commit("Zoe");
    laptop.edit_entry(DAY, ", Zoe", "");
    laptop.commit("Not Zoe");
    sandbox.pass_days(91);
    laptop
        .metadb(["tombstone", "cleanup"])
        .ok()
        .says("Cleaned up 3 ");
    laptop.edit_entry(DAY, "Alice", "Alice, Dan");
    laptop.commit("Clean up, and Dan");
    laptop.push();
    desktop.edit_entry(DAY, "Alice", "Alice, Zoe");
    desktop.commit("Zoe, unaware");
    desktop.pull().mentions("Zoe stays out");
    let text = desktop.read_entry(DAY);
    assert!(text.contains("Dan") && !text.contains("Zoe"), "{text}");
    desktop.assert_clean();
    // No longer listed, and still there to be taken back.
    desktop.metadb(["tombstone", "list"]).ok().lacks("Zoe");
    desktop
        .metadb(["tombstone", "remove", "entry_people", DAY, "Zoe"])
        .ok()
        .says(&format!("under `people:` in {}, add: Zoe", entry(DAY)));
}

/// `-` is for a removal that is not committed yet.
#[test]
fn a_lifetime_beyond_the_calendar_never_ends() {
    let sandbox = Sandbox::new();
    let (laptop, _desktop) = begin(&sandbox);
    laptop.write(
        "palimpsest.toml",
        "[tombstones]\nlifetime_days = 4294967295\n",
    );
    let list = laptop.metadb(["tombstone", "list", "--json"]).ok();
    list.says("\"expires\": \"never\"")
        .lacks("\"expires\": \"-\"");
}

#[test]
fn what_was_put_back_has_no_end() {
    let sandbox = Sandbox::new();
    let (laptop, _desktop) = begin(&sandbox);
    laptop
        .metadb(["tombstone", "remove", "entry_people", DAY, "Bob"])
        .ok();
    let shown = laptop.metadb(["show", DAY, "--json"]).ok();
    let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    let mut rows = shown["tombstones"].as_array().unwrap().iter();
    let of_bob = rows.find(|row| row["item"] == "Bob").unwrap();
    assert_eq!(
        (&of_bob["state"], &of_bob["expires"]),
        (&"restored".into(), &"-".into())
    );
}
