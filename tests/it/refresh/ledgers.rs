//! A ledger in the work tree that is not HEAD's: what a commit of it would hold counts.

use super::*;

const BOB: &str = "people: [Alice, Bob]\n";

/// One entry, from which Bob was removed after the first commit.
fn begin(sandbox: &Sandbox) -> Machine<'_> {
    let machine = sandbox.repository("laptop");
    machine.write_entry(DAY, BOB, "One.\n");
    machine.palimpsest(["init"]).ok();
    machine.commit("Begin");
    machine.edit_entry(DAY, ", Bob", "");
    machine.commit("Without Bob");
    machine
}

#[test]
fn a_removal_whose_commit_is_undone_is_pending_or_none() {
    for how in ["--soft", "--mixed"] {
        let sandbox = Sandbox::new();
        let machine = begin(&sandbox);
        index(&machine, "data/steps.db", Scope::All);
        machine.git(["reset", "-q", how, "HEAD^"]).ok();
        let listed = machine.metadb(["tombstone", "list"]).ok();
        listed.says("pending").lacks("not committed yet\n");
        machine
            .metadb(["tombstone", "stats", "--json"])
            .ok()
            .says("\"pending\": 1");
        assert_eq!(differing(&machine).0, [] as [&str; 0]);

        // The file has Bob again, and nobody took him out.
        machine.git(["checkout", "HEAD", "--", "journal"]).ok();
        machine
            .metadb(["show", DAY])
            .ok()
            .says("People:        Alice, Bob");
        machine
            .metadb(["tombstone", "list"])
            .ok()
            .says("No tombstones");
        machine
            .metadb(["sync", "conflicts"])
            .ok()
            .lacks("still in the file");
        assert_eq!(differing(&machine).0, [] as [&str; 0]);
        machine.palimpsest(["resolve", "--ours"]);
        assert!(machine.read_entry(DAY).contains("Bob"));
    }
}

#[test]
fn an_older_copy_of_a_ledger_takes_no_removal_away() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    index(&machine, "data/steps.db", Scope::All);
    let committed = machine.read(LEDGER);
    for copy in [
        String::new(),
        committed.lines().last().unwrap().to_owned() + "\n",
    ] {
        machine.write(LEDGER, &copy);
        machine.metadb(["tombstone", "list"]).ok().says("Bob");
        assert_eq!(differing(&machine).0, [] as [&str; 0]);
    }
}

#[test]
fn a_decision_that_is_not_committed_counts() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    machine
        .metadb(["tombstone", "remove", "people", DAY, "Bob"])
        .ok();
    assert_ne!(
        machine.read(LEDGER),
        machine.git(["show", &format!("HEAD:{LEDGER}")]).output()
    );
    machine
        .metadb(["tombstone", "list"])
        .ok()
        .says("No tombstones");
    assert_eq!(differing(&machine).0, [] as [&str; 0]);
}
