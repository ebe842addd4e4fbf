//! Sparse checkouts that leave out the files at the top.

use super::DAY;
use crate::harness::leave_out_all_but;
use crate::sandbox::{LEDGER, Machine, Sandbox, entry, journal};

const BODY: &str = "Went to the quay.\n";

/// A laptop, and a desktop whose work tree has the entries of one year alone.
fn laptop_and_sparse(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    let (laptop, desktop) = journal(sandbox, &[(DAY, "people: [Al, Bob]", BODY)]);
    leave_out(&desktop);
    (laptop, desktop)
}

fn leave_out(machine: &Machine<'_>) {
    let files = ["palimpsest.toml", ".gitattributes", ".gitignore", LEDGER];
    leave_out_all_but("/journal/md/2024/", machine, &files);
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

/// An entry that is left out was not deleted, and git would not add its file.
#[test]
fn an_entry_that_is_left_out_is_not_brought_back() {
    for (how, only, command) in [
        (
            "--no-cone",
            "/journal/md/2024/",
            "add /journal/md/2023/2023-05-01.md",
        ),
        ("--cone", "journal/md/2024", "add journal/md/2023"),
    ] {
        let sandbox = Sandbox::new();
        let (laptop, _) = journal(&sandbox, &[(DAY, "", BODY), ("2023-05-01", "", BODY)]);
        let set = ["sparse-checkout", "set", how, only];
        laptop.git(set).ok();
        let file = entry("2023-05-01");
        assert!(!laptop.exists(&file));
        laptop
            .metadb(["restore", "Entry", "2023-05-01"])
            .exits(1)
            .warns("2023-05-01 is not deleted: the work tree leaves")
            .warns(&format!("git sparse-checkout {command}"));
        assert!(!laptop.exists(&file));
        laptop
            .git(["sparse-checkout"].into_iter().chain(command.split(' ')))
            .ok();
        assert!(laptop.exists(&file));
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

/// Git asks no driver then; both ways out work.
#[test]
fn attributes_that_are_left_out_are_said() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = laptop_and_sparse(&sandbox);
    let what = ".gitattributes: left out of this work tree";
    let command = "git sparse-checkout add /.gitattributes";
    desktop
        .palimpsest(["doctor"])
        .exits(1)
        .says(what)
        .says(&format!("mend: {command}\n"));
    desktop.palimpsest(["init"]).ok().says(what).says(command);

    let add = |machine: &Machine<'_>, name: &str| {
        machine.edit_entry(DAY, "Al, ", &format!("Al, {name}, "));
        machine.git(["commit", "-qam", name]).ok();
    };
    add(&laptop, "Cy");
    laptop.push();
    add(&desktop, "Dee");
    desktop.git(["pull", "-q"]).fails();
    desktop.palimpsest(["resolve"]).ok();
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.assert_clean();
    for name in ["Al", "Bob", "Cy", "Dee"] {
        assert!(desktop.read_entry(DAY).contains(name));
    }
    let staged = desktop.git(["show", &format!("HEAD:{LEDGER}")]).ok();
    assert!(!staged.stdout.contains("<<<<<<<"), "{staged}");
    desktop.push();
    laptop.pull();

    let words: Vec<&str> = command.split(' ').skip(1).collect();
    desktop.git(words).ok();
    desktop.palimpsest(["doctor"]).ok();
    add(&laptop, "Eve");
    laptop.push();
    add(&desktop, "Flo");
    desktop.pull();
    assert!(desktop.read_entry(DAY).contains("Eve") && desktop.read_entry(DAY).contains("Flo"));
}

/// A file can be marked by hand as well; the command is another one then.
#[test]
fn attributes_that_are_marked_by_hand_are_said() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "people: [Al, Bob]", BODY)]);
    laptop
        .git(["update-index", "--skip-worktree", ".gitattributes"])
        .ok();
    laptop.palimpsest(["doctor"]).ok();
    laptop.remove(".gitattributes");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("git update-index --no-skip-worktree .gitattributes && git restore .gitattributes");
    assert!(laptop.exists(&entry(DAY)));
}

#[test]
fn a_deletion_that_is_staged_outside_of_the_cone_is_taken_back_with_its_file() {
    let sandbox = Sandbox::new();
    let (laptop, _) = laptop_and_sparse(&sandbox);
    let path = crate::sandbox::entry(super::DAY);
    laptop.write("docs/a.md", "x\n");
    laptop.commit("A page");
    laptop.git(["sparse-checkout", "set", "docs"]).ok();
    laptop.git(["rm", "-q", "--sparse", "--cached", &path]).ok();
    laptop
        .metadb(["restore", "Entry", super::DAY])
        .ok()
        .says("Its deletion was staged, and is not any more");
    assert!(laptop.exists(&path));
    laptop.assert_clean();
}
