//! Sparse checkouts that leave out the files at the top.

use super::DAY;
use crate::sandbox::{Machine, Sandbox, journal};

const BODY: &str = "Went to the quay.\n";
const LEDGER: &str = "data/ledger/2024.jsonl";

/// A laptop, and a desktop whose work tree has the entries of one year alone.
fn laptop_and_sparse(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    let (laptop, desktop) = journal(sandbox, &[(DAY, "people: [Al, Bob]", BODY)]);
    leave_out(&desktop);
    (laptop, desktop)
}

fn leave_out(machine: &Machine<'_>) {
    let only = "/journal/md/2024/";
    machine
        .git(["sparse-checkout", "set", "--no-cone", only])
        .ok();
    for file in ["palimpsest.toml", ".gitattributes", ".gitignore", LEDGER] {
        assert!(!machine.exists(file), "{file}");
    }
}

#[test]
fn init_writes_nothing_over_what_is_left_out() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = laptop_and_sparse(&sandbox);
    laptop.write("palimpsest.toml", "[tombstones]\nlifetime_days = 7\n");
    laptop.write(".gitignore", laptop.read(".gitignore") + "secret.txt\n");
    laptop.commit("Settings");
    laptop.push();
    desktop.pull();
    for _ in 0..2 {
        desktop
            .palimpsest(["init"])
            .ok()
            .says("everything is set up already");
        desktop
            .palimpsest(["doctor", "--fix"])
            .never_mentions("mended");
        desktop.assert_clean();
        assert!(!desktop.exists("palimpsest.toml") && !desktop.exists(".gitattributes"));
    }
}

/// One that lacks a line is left as it is, too; what to do is said.
#[test]
fn init_says_what_a_file_lacks_that_is_left_out() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = laptop_and_sparse(&sandbox);
    laptop.write(".gitignore", "secret.txt\n");
    laptop.git(["commit", "-qam", "Another .gitignore"]).ok();
    laptop.push();
    desktop.pull();
    desktop
        .palimpsest(["init"])
        .ok()
        .says(".gitignore: its lines are not as they should be")
        .says("`git sparse-checkout add /.gitignore`");
    assert!(!desktop.exists(".gitignore"));
    desktop.git(["sparse-checkout", "add", "/.gitignore"]).ok();
    desktop.palimpsest(["init"]).ok().says("set .gitignore:");
    assert!(
        desktop
            .read(".gitignore")
            .starts_with("secret.txt\n/data/palimpsest.db*\n")
    );
}

/// The folders that they name are those of a commit, also without the file.
#[test]
fn settings_that_are_left_out_hold() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write(
        "palimpsest.toml",
        "[paths]\njournal = \"days\"\nledger = \"removed\"\n",
    );
    let day = format!("days/2024/{DAY}.md");
    laptop.write(
        &day,
        format!("---\ndate: {DAY}\npeople: [Al, Bob]\n---\n{BODY}"),
    );
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop
        .git([
            "sparse-checkout",
            "set",
            "--no-cone",
            "/days/",
            "/.gitattributes",
        ])
        .ok();
    assert!(!laptop.exists("palimpsest.toml"));
    laptop.edit(&day, ", Bob", "");
    laptop
        .git(["commit", "-qam", "Take Bob out"])
        .ok()
        .mentions("person Bob removed");
    laptop
        .git(["show", "--stat", "--format="])
        .ok()
        .says("removed/2024.jsonl");
    laptop.metadb(["show", DAY]).ok().says("Al");
    laptop.palimpsest(["doctor"]).ok();
}
