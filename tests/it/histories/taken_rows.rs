//! Rows that a client without hooks took out of a ledger by hand, without putting back
//! what they removed: leaving out a line is no way to restore a removal.

use super::*;

const OTHER: &str = "2024-11-02";

/// The laptop removed Bob and deleted an entry, both machines have the rows; then the
/// desktop took them out of the ledger, and the laptop went on.
fn taken_out<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, Machine<'a>) {
    let (laptop, desktop) = journal(sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
    remove_bob(&laptop);
    laptop.remove(&crate::sandbox::entry(OTHER));
    laptop.commit("Gone");
    laptop.push();
    desktop.pull();
    let ledger = desktop.read(LEDGER);
    let is_row = |line: &&str| ["tombstone", "deletion"].iter().any(|k| kind(line) == *k);
    assert_eq!(ledger.lines().filter(is_row).count(), 2, "{ledger}");
    let lines: Vec<&str> = ledger.lines().filter(|line| !is_row(line)).collect();
    desktop.write(LEDGER, format!("{}\n", lines.join("\n")));
    without_hooks(&desktop, &["commit", "-q", "-a", "-m", "Taken out"]);
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.push();
    (laptop, desktop)
}

fn kind(line: &str) -> String {
    let row: serde_json::Value = serde_json::from_str(line).unwrap();
    row["kind"].as_str().unwrap().to_owned()
}

#[track_caller]
fn with_rows(machine: &Machine<'_>) {
    machine.metadb(["tombstone", "list"]).ok().says("Bob");
    machine.metadb(["show", OTHER]).says("deleted");
}

/// Whatever else the merge lost, and whichever side it takes.
#[test]
fn a_row_that_was_taken_out_stands_whichever_side_a_merge_takes() {
    for (laptop_merges, loses) in [(false, false), (true, false), (true, true)] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = taken_out(&sandbox);
        let listed: &[&str] = match loses {
            true => &["both_edited", "still_in_file Alice"],
            false => &[],
        };
        if laptop_merges {
            laptop
                .git(["push", "-q", "-f", "origin", "HEAD^:main"])
                .ok();
            if loses {
                edit(&desktop, "[Alice]", "[]");
            }
            desktop.push();
            laptop.git(["pull", "-q", "--no-rebase", "-s", "ours"]).ok();
        } else {
            let pull = ["pull", "-q", "--no-rebase", "-s", "ours"];
            desktop.git(pull).ok();
        }
        agree(&laptop, &desktop, listed);
        for machine in [&laptop, &desktop] {
            with_rows(machine);
        }
    }
}

#[test]
fn a_deletion_that_a_merge_took_the_other_side_of_comes_back_as_a_row() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
    laptop.remove(&crate::sandbox::entry(OTHER));
    laptop.commit("Gone");
    laptop.push();
    edit(&desktop, "weather: fair", "weather: wet");
    let pull = ["pull", "-q", "--no-rebase"];
    desktop
        .run_with(&[("PALIMPSEST", "0")], "git", pull)
        .exits(1);
    without_hooks(&desktop, &["checkout", "-q", "--ours", LEDGER]);
    without_hooks(&desktop, &["add", "-A"]);
    without_hooks(&desktop, &["commit", "-q", "--no-edit"]);
    assert!(!desktop.read(LEDGER).contains("deletion"));
    agree(&desktop, &laptop, &[]);
    for machine in [&laptop, &desktop] {
        assert!(machine.read(LEDGER).contains("deletion"));
        machine.metadb(["show", OTHER]).says("deleted");
    }
}
