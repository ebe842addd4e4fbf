//! Removals of one item under one machine's name, on top of one commit: another clone's
//! is one of its own, another branch's is not.

use super::*;

/// Removes Bob and puts him back, knowing of that removal alone.
#[track_caller]
fn remove_and_put_back(machine: &Machine<'_>) {
    edit(machine, "[Alice, Bob]", "[Alice]");
    edit(machine, "[Alice]", "[Alice, Bob]");
}

#[test]
fn two_machines_of_one_name() {
    for how in ["--no-rebase", "--rebase"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        desktop.git(["config", "palimpsest.machine", "laptop"]).ok();
        edit(&laptop, "[Alice, Bob]", "[Alice]");
        laptop.push();
        remove_and_put_back(&desktop);
        desktop.git(["pull", "-q", "--no-edit", how]).ok();
        let listed: &[&str] = match how {
            "--rebase" => &["still_in_file Bob"],
            _ => &["both_edited", "kept_out Bob"],
        };
        agree(&desktop, &laptop, listed);
    }
}

/// One machine's removals on top of one commit are one and the same, so that a squash of
/// a branch stages no other row than the branch has.
#[test]
fn a_squashed_branch_has_the_row_of_the_branch() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    edit(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.git(["merge", "-q", "--squash", "side"]).ok();
    laptop.commit("Squashed");
    laptop.assert_clean();
    let tombstones = |revision: &str| {
        let ledger = laptop.git(["show", &format!("{revision}:data/ledger/2024.jsonl")]);
        let ledger = ledger.ok().stdout;
        let lines = ledger.lines().filter(|line| line.contains("tombstone"));
        let ids = lines.map(|line| line.split("\"id\":").nth(1).unwrap()[..18].to_owned());
        ids.collect::<Vec<String>>()
    };
    assert_eq!(tombstones("HEAD").len(), 1);
    assert_eq!(tombstones("HEAD"), tombstones("side"));
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
}
