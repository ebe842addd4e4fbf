//! Settings that are tracked, and gone from the work tree.

use super::DAY;
use crate::sandbox::{Machine, Sandbox};

fn diary<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let laptop = sandbox.machine("laptop");
    laptop.write("palimpsest.toml", "[paths]\njournal = \"diary\"\n");
    laptop.write(
        "diary/2024/2024-11-01.md",
        "---\ndate: 2024-11-01\npeople: [Al, Bob]\n---\nx\n",
    );
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop
}

#[test]
fn those_of_the_index_hold_and_the_file_is_missed() {
    let sandbox = Sandbox::new();
    let laptop = diary(&sandbox);
    laptop.remove("palimpsest.toml");
    laptop
        .palimpsest(["doctor", "--fix"])
        .exits(1)
        .says("palimpsest.toml: gone from the work tree")
        .says("    mend: git restore palimpsest.toml");
    assert!(!laptop.exists("palimpsest.toml"));
    laptop
        .inside("diary")
        .palimpsest(["doctor"])
        .exits(1)
        .says("mend: git restore :/palimpsest.toml");
    laptop
        .palimpsest(["init"])
        .ok()
        .says("palimpsest.toml: gone from the work tree")
        .lacks("set palimpsest.toml")
        .lacks("git add palimpsest.toml");
    laptop.palimpsest(["backup-full"]).ok();
    let archives = std::fs::read_dir(laptop.path("backups/full_data")).unwrap();
    let archive = archives.map(|a| a.unwrap().path()).next().unwrap();
    laptop
        .palimpsest([
            "restore-full",
            archive.to_str().unwrap(),
            "--into",
            "../back",
        ])
        .ok();
    assert!(sandbox.root().join("back/palimpsest.toml").exists());
    laptop.metadb(["show", DAY]).ok().says("Bob");
    laptop.edit("diary/2024/2024-11-01.md", ", Bob", "");
    laptop
        .git(["commit", "-qm", "Not Bob", "diary"])
        .ok()
        .warns("recorded: person Bob removed");
    laptop.git(["restore", "palimpsest.toml"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    laptop.assert_clean();
}

#[test]
fn a_file_that_is_deleted_on_purpose_is_not_missed() {
    let sandbox = Sandbox::new();
    let laptop = diary(&sandbox);
    laptop.git(["rm", "-q", "palimpsest.toml"]).ok();
    laptop.palimpsest(["doctor"]).lacks("gone from");
}

/// Of each commit the ledger is read where the settings of now have it.
#[test]
fn the_ledger_stays_where_it_is() {
    let sandbox = Sandbox::new();
    let laptop = diary(&sandbox);
    laptop.edit("diary/2024/2024-11-01.md", ", Bob", "");
    laptop.commit("Without Bob");
    laptop.git(["mv", "diary", "days"]).ok();
    laptop.git(["mv", "data/ledger", "led"]).ok();
    laptop.write(
        "palimpsest.toml",
        "[paths]\njournal = \"days\"\nledger = \"led\"\n",
    );
    let stays = "palimpsest.toml: the ledger is in `data/ledger` and stays there";
    // What it would name to be committed is refused.
    let init = laptop.palimpsest(["init"]).exits(1).says(stays);
    init.lacks("git add .gitattributes").lacks("set .git");
    laptop.palimpsest(["doctor"]).exits(1).says(stays);
    laptop.git(["add", "-A"]).ok();
    let commit = ["commit", "-q", "-m", "Move"];
    laptop.git(commit).exits(1).warns(stays).warns(
        "put `ledger = \"data/ledger\"` in [paths] of palimpsest.toml again, move the files back \
         if you moved them, then palimpsest init, and git add palimpsest.toml",
    );

    // The staged settings are those that are committed.
    let settings = "[paths]\njournal = \"days\"\nledger = \"data/ledger\"\n";
    laptop.write("palimpsest.toml", settings);
    laptop.git(commit).exits(1).warns(stays);
    laptop.git(["mv", "led", "data/ledger"]).ok();
    laptop.palimpsest(["init"]).ok().lacks("the ledger is");
    laptop.git(["add", "palimpsest.toml"]).ok();
    laptop.git(commit).ok();
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-q", "-m", "Attributes"]).ok();
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
    laptop.palimpsest(["doctor"]).ok();
    laptop.assert_clean();
}

/// The folder's name is common, and so may be files of that form.
#[test]
fn somebody_elses_files_are_no_ledger() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "people: [Al, Bob]", "x\n");
    laptop.write("data/ledger/2024.jsonl", "{\"amount\": 7}\n");
    laptop.commit("Before Palimpsest");
    laptop.write("palimpsest.toml", "[paths]\nledger = \"led\"\n");
    laptop.palimpsest(["init"]).ok().lacks("the ledger is");
    laptop.edit(&crate::sandbox::entry(DAY), ", Bob", "");
    laptop.commit("Without Bob");
    assert!(laptop.exists("led/2024.jsonl"));
    // Both have rows: whichever is named, nothing begins anew.
    laptop.write("palimpsest.toml", "");
    laptop.write("data/ledger/2024.jsonl", laptop.read("led/2024.jsonl"));
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-q", "--no-verify", "-m", "Two"])
        .ok();
    laptop.write("palimpsest.toml", "[paths]\nledger = \"led\"\n");
    laptop.commit("Back");
}

/// Until there is one it may be anywhere; and who merges a branch that moved it all the
/// same is not held up.
#[test]
fn a_ledger_that_no_side_has_there_may_go_elsewhere() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let entry = crate::sandbox::entry(DAY);
    laptop.write_entry(DAY, "people: [Al, Bob]", "x\n");
    laptop.commit("Before Palimpsest");
    let moved = "[paths]\nledger = \"led\"\n";
    laptop.write("palimpsest.toml", moved);
    laptop.palimpsest(["init"]).ok().silent_about("the ledger");
    laptop.edit(&entry, ", Bob", "");
    laptop.commit("Without Bob");
    assert!(laptop.exists("led/2024.jsonl"));
    laptop.git(["switch", "-q", "-c", "side"]).ok();
    laptop.write("palimpsest.toml", moved.replace("led\"", "rows\""));
    laptop.git(["mv", "led", "rows"]).ok();
    laptop
        .git(["commit", "-q", "-a", "--no-verify", "-m", "Moved"])
        .ok();
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.write("a.txt", "A.\n");
    laptop.commit("Beside");
    laptop.git(["merge", "-q", "--no-commit", "side"]).ok();
    laptop.git(["commit", "-q", "-m", "Merge"]).ok();
}
