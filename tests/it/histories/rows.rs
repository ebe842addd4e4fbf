//! Which row is which, and what needs no row any more.

use super::*;

/// Laptop and desktop know of one removal; the desktop puts Bob back, while the laptop
/// does so as well and removes him again: that is another row, which nobody undid.
#[test]
fn a_second_removal_on_the_same_machine_is_another_row() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.push();
    desktop.pull();
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    remove_bob(&laptop);
    edit(&laptop, "mood: calm", "mood: good");
    let ledger = laptop.read("data/ledger/2024.jsonl");
    for state in ["active", "restored"] {
        let state = format!(r#""state":"{state}""#);
        assert_eq!(ledger.matches(&state).count(), 1, "{ledger}");
    }
    laptop.push();
    edit(&desktop, "[Alice]", "[Alice, Bob]");
    desktop.pull();
    without_bob([&laptop, &desktop]);
    agree(&desktop, &laptop, &["both_edited", "kept_out Bob"]);
}

/// A clone that has no note of it yet looks at all of history once: where the ledger
/// holds every removal and deletion that history tells, it need not look again.
#[test]
fn what_is_stored_is_not_looked_for_again() {
    const OTHER: &str = "2024-11-02";
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
    laptop.remove(&crate::sandbox::entry(OTHER));
    edit_without_hooks(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.write("pages/next.txt", "Next.\n");
    laptop.commit("Next");
    laptop.push();
    let tablet = sandbox.machine("tablet");
    tablet.palimpsest(["init"]).ok();
    let ledger = tablet.read("data/ledger/2024.jsonl");
    for kind in ["tombstone", "deletion"] {
        assert!(ledger.contains(&format!(r#""kind":"{kind}""#)), "{ledger}");
    }
    holds(&tablet, &[]);
    let noted = tablet.read(".git/palimpsest/history");
    assert!(noted.contains(&tablet.oid("HEAD")), "{noted}");
}

/// A copy of the files, by a stick or a service that syncs files, brings the rows of the
/// removals along: they are what was removed, once.
#[test]
fn a_removal_that_a_copy_of_the_files_brings_with_its_row_is_that_one() {
    const OTHER: &str = "2024-11-02";
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
    desktop.remove(&crate::sandbox::entry(OTHER));
    remove_bob(&desktop);
    for file in [LEDGER, &crate::sandbox::entry(DAY)] {
        laptop.write(file, desktop.read(file));
    }
    laptop.remove(&crate::sandbox::entry(OTHER));
    // The same, and a removal that is the laptop's own.
    laptop.edit_entry(DAY, "[rain]", "[]");
    // What an aborted commit left staged is worked out again.
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["-c", "core.editor=false", "commit", "-q"])
        .fails();
    laptop.commit("From the stick");
    laptop.assert_clean();
    let ledger = laptop.ledger(2024);
    let rows = ledger.tombstones.iter();
    let rows: Vec<_> = rows
        .map(|(key, row)| (key.item.as_str(), &row.by[..]))
        .collect();
    assert_eq!(rows, [("Bob", "desktop"), ("rain", "laptop")]);
    assert_eq!(deletions(&laptop).len(), 1);
    laptop.push();
    // Whoever puts him back there knew of all that was removed.
    edit(&desktop, "[Alice]", "[Bob, Alice]");
    desktop.pull();
    agree(&desktop, &laptop, &["both_edited"]);
    with_bob([&laptop, &desktop]);
}
