//! Ledgers that a client without drivers merged, made again.

use super::*;

/// A merge commit that took one side's ledger, and added a row: made again it has what
/// the other side restored, and that row.
#[test]
fn a_ledger_of_a_merge_commit_keeps_its_own_rows_and_gets_what_the_merge_makes() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, "One.\n")]);
    laptop.edit_entry(DAY, "[Alice]", "[]");
    laptop.commit("Without Alice");
    laptop.push();
    desktop.pull();
    laptop.edit_entry(DAY, "[]", "[Alice]");
    laptop.edit_entry(DAY, "- rain", "- sea");
    laptop.commit("With Alice, without rain");
    laptop.push();
    desktop.edit_entry(DAY, "Lisbon", "Porto");
    desktop.commit("Porto");
    let ours = desktop.read(LEDGER);
    elsewhere(&desktop, &["pull"]).fails();
    let removal = ours.lines().find(|line| line.contains("Alice")).unwrap();
    let own = removal.replace("Alice", "Dan");
    desktop.write(LEDGER, format!("{ours}{own}\n"));
    desktop.write_entry(DAY, &FIELDS.replace("Lisbon", "Porto"), "One.\n");
    elsewhere(&desktop, &["add", "-A"]).ok();
    elsewhere(&desktop, &["commit", "-q", "--no-edit"]).ok();
    desktop.palimpsest(["resolve", LEDGER]).ok();
    let ledger = desktop.read(LEDGER);
    assert!(ledger.contains(&own) && ledger.contains("rain"), "{ledger}");
    let rows = desktop.ledger(2024);
    let alice = crate::sandbox::removals(&rows, "Alice");
    assert!(!alice[0].state.is_active(), "{ledger}");
}

/// A client without drivers committed the ledger's markers; what a person decides on top of it
/// stands when the ledger is made again.
#[test]
fn what_was_decided_above_markers_in_a_ledger_stays_decided() {
    for committed in [false, true] {
        let sandbox = Sandbox::new();
        let text = "One.\n\nTwo.\n\nThree.\n";
        let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, text)]);
        for tag in ["Alice", "Lisbon"] {
            laptop.edit_entry(DAY, tag, "");
        }
        let damaged = "{\"damaged";
        laptop.commit("Without Alice and Lisbon");
        laptop.write(LEDGER, format!("{}{damaged}\n", laptop.read(LEDGER)));
        laptop.commit("A line of somebody's");
        laptop.push();
        desktop.pull();
        laptop.edit_entry(DAY, "- rain", "- sea");
        laptop.commit("Sea");
        laptop.push();
        desktop.edit_entry(DAY, "date: ", "mood: calm\ndate: ");
        desktop.commit("Calm");
        elsewhere(&desktop, &["pull"]).fails();
        assert!(markers(&desktop, LEDGER));
        elsewhere(&desktop, &["commit", "-q", "-a", "--no-edit"]).ok();

        let remove = ["tombstone", "remove", "entry_people", DAY, "Alice"];
        desktop.metadb(remove).ok();
        desktop
            .metadb(["tombstone", "keep", "entry_cities", DAY, "Lisbon"])
            .ok();
        desktop.metadb(["sync", "resolve", "Entry", DAY]).ok();
        if committed {
            let commit = ["commit", "-q", "--no-verify", "-am", "Settle"];
            desktop.git(commit).ok();
        }
        desktop.palimpsest(["resolve", LEDGER]).ok();
        assert!(!markers(&desktop, LEDGER));
        assert!(desktop.read(LEDGER).contains(damaged));
        let rows = desktop.ledger(2024);
        let of = |item| crate::sandbox::removals(&rows, item)[0].clone();
        assert!(!of("Alice").state.is_active());
        assert!(of("Lisbon").permanent);
        desktop.commit("Mended");
        desktop
            .metadb(["sync", "conflicts"])
            .ok()
            .says("No unresolved conflicts");
        desktop.assert_clean();
    }
}
