//! The journal is in another folder than the default, and `palimpsest.toml`, which names it,
//! is lost.

use super::{DAY, journal};
use crate::sandbox::{Machine, Sandbox, entry};

const FILE: &str = "palimpsest.toml";
const DIARY: &str = "[paths]\njournal = \"diary\"\n";
const WHAT: &str = "journal/md: no such folder, and the ledger knows of diary/2024/2024-11-01.md";

/// A journal that moved to another folder, after its first commit.
fn moved<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let laptop = journal(sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.edit_entry(DAY, "[Al, Bob]", "[Al, Bob, Eve]");
    laptop.commit("Use Palimpsest");
    laptop.write(FILE, DIARY);
    laptop.git(["mv", "journal/md", "diary"]).ok();
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Move").silent_about("no such folder");
    laptop.push();
    laptop
}

#[test]
fn settings_that_name_folders_are_to_come_back() {
    let sandbox = Sandbox::new();
    let laptop = moved(&sandbox);
    let gone = "palimpsest.toml: gone from the work tree\n    mend: git restore palimpsest.toml";
    laptop.remove(FILE);
    let doctor = laptop.palimpsest(["doctor"]).exits(1);
    doctor.says(gone).lacks("git rm").lacks("no such folder");
    // HEAD names them as well.
    laptop.write(FILE, "");
    laptop.git(["add", FILE]).ok();
    laptop.remove(FILE);
    let doctor = laptop.palimpsest(["doctor"]).exits(1);
    doctor.says(gone).says(WHAT).lacks("git rm");
    // The defaults hold with and without it.
    let notes = sandbox.repository("notes");
    notes.write_entry(DAY, "", "One.\n");
    notes.palimpsest(["init"]).ok();
    notes.commit("Begin");
    notes.remove(FILE);
    let doctor = notes.palimpsest(["doctor"]).exits(1);
    doctor.says(&format!("{gone}, or git rm palimpsest.toml"));
}

#[test]
fn a_journal_whose_folder_no_settings_name_any_more_is_said() {
    let lost: [&[&str]; 3] = [
        &["rm", "-q", FILE],
        // A copy of before it moved, as a service that syncs files has it.
        &["checkout", "-q", "HEAD~1", "--", FILE, ".gitattributes"],
        &["checkout", "-q", "HEAD~1", "--", FILE],
    ];
    for lose in lost {
        let sandbox = Sandbox::new();
        let laptop = moved(&sandbox);
        let desktop = sandbox.machine("desktop");
        desktop.palimpsest(["init"]).ok();
        laptop.git(lose).ok();
        let attributes = laptop.read(".gitattributes");
        for _ in 0..2 {
            laptop
                .palimpsest(["doctor"])
                .exits(1)
                .says(WHAT)
                .lacks("mend: palimpsest init");
            laptop.metadb(["sync", "status"]).ok().warns(WHAT);
            laptop.yaml2sql(["sync", "."]).warns(WHAT);
            let init = laptop.palimpsest(["init"]).exits(1);
            init.says(&format!("note: {WHAT}"))
                .lacks("everything is set up already")
                .lacks("now commit");
            laptop.palimpsest(["doctor", "--fix"]).exits(1);
            assert_eq!(laptop.read(".gitattributes"), attributes);
            laptop.edit("diary/2024/2024-11-01.md", "quay", "quay, and back");
            laptop.commit("Lost").warns(WHAT);
        }
        laptop.push();
        desktop.pull();
        desktop.metadb(["sync", "conflicts"]).ok().warns(WHAT);
        // As the message has it.
        laptop.write(FILE, DIARY);
        laptop.palimpsest(["init"]).ok();
        laptop.commit("Found").silent_about("no such folder");
        laptop.palimpsest(["doctor"]).ok();
        laptop.metadb(["show", DAY]).ok().says("Eve");
        laptop.assert_clean();
    }
}

/// The last entry takes the folder along, with hooks or without.
#[test]
fn nothing_is_said_of_a_journal_without_entries() {
    for how in ["-qm", "-qnm"] {
        let sandbox = Sandbox::new();
        let laptop = journal(&sandbox);
        laptop.palimpsest(["init"]).ok();
        laptop.write("wiki/entries/2024/2024-11-01.md", "### Notes\nOne.\n");
        laptop.edit_entry(DAY, "[Al, Bob]", "[Al]");
        laptop.commit("Use Palimpsest");
        laptop.git(["rm", "-q", &entry(DAY)]).ok();
        laptop.git(["commit", how, "Gone"]).ok();
        assert!(!laptop.exists("journal/md"));
        laptop.write("README.md", "Mine.\n");
        laptop.commit("Next").silent_about("no such folder");
        let status = laptop.metadb(["sync", "status"]).ok();
        status.silent_about("no such folder");
        laptop.palimpsest(["init"]).ok();
        laptop.palimpsest(["doctor"]).lacks("no such folder");
    }
}

/// All of its entries count as deleted then, and the next commits are told why.
#[test]
fn a_journal_that_moved_without_its_settings_is_said() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.edit_entry(DAY, "[Al, Bob]", "[Al, Bob, Eve]");
    laptop.commit("Use Palimpsest");
    laptop.git(["mv", "journal/md", "diary"]).ok();
    laptop
        .commit("Move")
        .warns("recorded: entry 2024-11-01 deleted");
    laptop.write("README.md", "Mine.\n");
    laptop.commit("Next").warns(WHAT);
    laptop.palimpsest(["doctor"]).exits(1).says(WHAT);
    laptop.write(FILE, DIARY);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Found").silent_about("no such folder");
    laptop.palimpsest(["doctor"]).ok();
    laptop.metadb(["show", DAY]).ok().says("Eve");
}

/// A vault's note of the same day is no entry of a journal that ended.
#[test]
fn another_note_of_a_day_whose_entry_was_deleted_is_no_entry() {
    let sandbox = Sandbox::new();
    let (laptop, _) = crate::sandbox::journal(&sandbox, &[(DAY, "people: [Alice]", "x\n")]);
    laptop.write("daily/2024-11-01.md", "Another.\n");
    laptop.commit("A note");
    laptop.git(["rm", "-r", "-q", "journal"]).ok();
    laptop.commit("No entries any more");
    laptop.write("a.md", "Later.\n");
    laptop.commit("Later").silent_about("no such folder");
    laptop.palimpsest(["init"]).ok();
}
