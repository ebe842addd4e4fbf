//! Two removals of one item under one machine's name, from one commit: another clone's,
//! or another branch's. Each is one of its own.

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

#[test]
fn two_branches_of_one_machine() {
    for how in ["merge", "rebase"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.git(["checkout", "-q", "-b", "side"]).ok();
        remove_and_put_back(&laptop);
        laptop.git(["checkout", "-q", "main"]).ok();
        edit(&laptop, "[Alice, Bob]", "[Alice]");
        let listed: &[&str] = match how {
            "rebase" => {
                laptop.git(["rebase", "-q", "main", "side"]).ok();
                laptop.git(["checkout", "-q", "main"]).ok();
                laptop.git(["merge", "-q", "--ff-only", "side"]).ok();
                &["still_in_file Bob"]
            }
            _ => {
                laptop.git(["merge", "-q", "--no-edit", "side"]).ok();
                &["both_edited", "kept_out Bob"]
            }
        };
        agree(&laptop, &desktop, listed);
    }
}
