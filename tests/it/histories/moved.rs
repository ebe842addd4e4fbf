//! What is pending where HEAD has an entry at another place than the work tree.

use super::*;

const PLACE: &str = "journal/md/quay/2024-11-01.md";

/// The entry stands at an unusual place in HEAD, and is indexed there.
fn at_the_quay<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let (laptop, _) = begin(sandbox);
    laptop
        .git(["mv", "-k", "journal/md/2024", "journal/md/quay"])
        .ok();
    laptop.commit("To the quay");
    laptop.metadb(["show", DAY]).ok();
    laptop
}

/// The removals that are pending, from the index as it is and from one made anew.
#[track_caller]
fn pending(machine: &Machine<'_>) -> Vec<String> {
    let list = ["tombstone", "list", "--json"];
    let items = || -> Vec<String> {
        let rows = json(&machine.metadb(list).ok());
        let rows = rows.as_array().unwrap().iter();
        let rows = rows.filter(|row| row["pending"] == true);
        rows.map(|row| row["item"].as_str().unwrap().to_owned())
            .collect()
    };
    let found = items();
    machine.palimpsest(["reindex"]).ok();
    assert_eq!(items(), found, "in an index made anew");
    found
}

#[test]
fn a_removal_in_an_entry_that_moved_is_pending() {
    let sandbox = Sandbox::new();
    let laptop = at_the_quay(&sandbox);
    let text = laptop.read(PLACE);
    laptop.remove(PLACE);
    laptop.write(
        &crate::sandbox::entry(DAY),
        text.replace("[Alice, Bob]", "[Alice]"),
    );
    assert_eq!(pending(&laptop), ["Bob"]);
}

/// The index knew the entry as gone in between.
#[test]
fn a_removal_in_an_entry_that_was_gone_for_a_while_is_pending() {
    let sandbox = Sandbox::new();
    let laptop = at_the_quay(&sandbox);
    let text = laptop.read(PLACE);
    laptop.remove(PLACE);
    laptop.metadb(["show", DAY]).says("deleted");
    laptop.write(
        &crate::sandbox::entry(DAY),
        text.replace("[Alice, Bob]", "[Alice]"),
    );
    laptop
        .yaml2sql(["update", &crate::sandbox::entry(DAY)])
        .ok()
        .says("Bob");
    assert_eq!(pending(&laptop), ["Bob"]);
}

/// Two files of one entry came in, and one of them goes: what the other says in HEAD
/// counts.
#[test]
fn where_one_of_two_files_of_an_entry_goes_nothing_of_the_other_is_pending() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let usual = crate::sandbox::entry(DAY);
    let second = "journal/md/quay/2024-11-01.md";
    let text = laptop.read_entry(DAY);
    laptop.write(second, text.replace("[Alice, Bob]", "[Alice]"));
    without_hooks(&laptop, &["add", "-A"]);
    without_hooks(&laptop, &["commit", "-q", "-m", "Twice"]);
    laptop.remove(&usual);
    assert_eq!(pending(&laptop), [""; 0]);
}

/// A note that moves with its text as it was is not edited, also after it was gone.
#[test]
fn a_note_that_was_gone_for_a_while_and_is_back_elsewhere_is_not_pending() {
    const UNUSUAL: &str = "wiki/entries/quay/2024-11-01.md";
    const USUAL: &str = "wiki/entries/2024/2024-11-01.md";
    const TEXT: &str = "# 2024-11-01\n\nThe quay again.\n";
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    laptop.write(UNUSUAL, TEXT);
    laptop.commit("A note");
    laptop.metadb(["show", DAY]).ok();
    laptop.remove(UNUSUAL);
    laptop.metadb(["show", DAY]).ok();
    laptop.write(USUAL, TEXT);
    let status = || {
        json(
            &laptop
                .metadb(["sync", "status", "Entry", DAY, "--json"])
                .ok(),
        )
    };
    let found = status();
    for state in found["sync"].as_array().unwrap() {
        assert_eq!(state["pending"], false, "{found}");
    }
    laptop.palimpsest(["reindex"]).ok();
    assert_eq!(status(), found);
}

/// A phone put the day elsewhere than the laptop; both files came together without a
/// conflict of git's. Whichever goes, with hooks or without, the entry is there.
#[test]
fn one_of_two_files_of_a_date_can_go() {
    let elsewhere = "journal/md/2024-11-30.md";
    let usual = crate::sandbox::entry("2024-11-30");
    for (goes, hooks) in [
        (elsewhere, true),
        (elsewhere, false),
        (usual.as_str(), true),
        (usual.as_str(), false),
    ] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        let phone = sandbox.machine("phone");
        phone.write(
            elsewhere,
            "---\ndate: 2024-11-30\npeople: [Ben]\n---\nPhone.\n",
        );
        phone.commit("The phone's");
        phone.push();
        laptop.write_entry("2024-11-30", "people: [Ada]", "Laptop.\n");
        laptop.commit("The laptop's");
        laptop.pull();
        let told = laptop.palimpsest(["doctor"]).exits(1);
        told.says("are the entry of 2024-11-30").says("git rm");
        let rm = ["rm", "-q", goes];
        match hooks {
            true => {
                laptop.git(rm).ok();
                laptop.commit("One is enough").silent_about("deleted");
            }
            false => {
                without_hooks(&laptop, &rm);
                without_hooks(&laptop, &["commit", "-q", "-m", "One is enough"]);
            }
        }
        laptop.palimpsest(["doctor"]).ok();
        let stays = match goes == elsewhere {
            true => "Ada",
            false => "Ben",
        };
        laptop.push();
        desktop.pull();
        for machine in [&laptop, &desktop] {
            machine.metadb(["show", "2024-11-30"]).ok().says(stays);
            machine
                .metadb(["sync", "conflicts"])
                .ok()
                .is("No unresolved conflicts found");
        }
        desktop.edit_entry(DAY, "mood: calm", "mood: good");
        desktop.commit("Next").silent_about("2024-11-30 is back");
        assert!(deletions(&desktop).is_empty(), "{goes}");
    }
}

/// In one commit, as one does it: nothing is new, what is removed there is recorded, and
/// what others edit meanwhile is no conflict.
#[test]
fn a_journal_that_moves_to_another_folder_keeps_its_past() {
    for hooks in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.write_entry("2024-11-02", "people: [Ada]", "");
        laptop.write_entry("2024-11-03", "people: [Ada, Ben]", "");
        laptop.commit("More");
        laptop.push();
        desktop.pull();
        laptop.write("palimpsest.toml", "[paths]\njournal = \"diary\"\n");
        laptop.git(["mv", "journal/md", "diary"]).ok();
        laptop.palimpsest(["init"]).ok();
        let moved = "diary/2024/2024-11-03.md";
        laptop.edit(moved, "[Ada, Ben]", "[Ada]");
        laptop.git(["add", "-A"]).ok();
        match hooks {
            true => {
                laptop
                    .git(["commit", "-q", "-m", "The diary"])
                    .ok()
                    .warns("recorded: person Ben removed from 2024-11-03");
            }
            false => without_hooks(&laptop, &["commit", "-q", "-m", "The diary"]),
        }
        laptop.metadb(["tombstone", "list"]).ok().says("Ben");
        laptop.push();
        desktop.edit_entry("2024-11-02", "[Ada]", "[Ada, Eve]");
        desktop.commit("Eve");
        desktop.pull();
        desktop.push();
        laptop.pull();
        for machine in [&laptop, &desktop] {
            machine.assert_clean();
            machine
                .metadb(["sync", "conflicts"])
                .ok()
                .is("No unresolved conflicts found");
            machine.metadb(["tombstone", "list"]).ok().says("Ben");
            machine.metadb(["show", "2024-11-02"]).ok().says("Eve");
            assert!(!machine.read(moved).contains("Ben"), "{hooks}");
            machine.palimpsest(["reindex"]).ok();
            machine.metadb(["tombstone", "list"]).ok().says("Ben");
        }
    }
}

/// The journal's folder gets another name, in one commit.
pub(super) fn to_the_diary(machine: &Machine<'_>) {
    machine.write("palimpsest.toml", "[paths]\njournal = \"diary\"\n");
    machine.git(["mv", "journal/md", "diary"]).ok();
    machine.palimpsest(["init"]).ok();
    machine.git(["add", "-A"]).ok();
    machine.git(["commit", "-q", "-m", "The diary"]).ok();
}

/// Of two deletions from before the folder was renamed the later version counts.
#[test]
fn of_two_deletions_in_the_former_folder_the_edited_version_is_restored() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.write_entry("2024-11-02", "people: [Ada]", "");
    laptop.commit("More");
    laptop.push();
    let phone = phone(&sandbox);
    let path = crate::sandbox::entry(DAY);
    phone.git(["rm", "-q", &path]).ok();
    without_hooks(&phone, &["commit", "-q", "-m", "Deleted"]);
    without_hooks(&phone, &["push", "-q"]);
    desktop.pull();
    laptop.edit_entry(DAY, "[Alice, Bob]", "[Alice, Bob, Dave]");
    laptop.commit("Dave");
    laptop.git(["rm", "-q", &path]).ok();
    laptop.commit("Deleted here");
    laptop.pull();
    edit_there(&laptop, "2024-11-02", "[Ada]", "[Ada, Eve]");
    to_the_diary(&laptop);
    laptop.metadb(["restore", "Entry", DAY]).ok();
    let restored = laptop.read("diary/2024/2024-11-01.md");
    assert!(restored.contains("Dave"), "{restored}");
}

/// What a client without hooks did in the former folder is stored by the commit that moves
/// it, or told of the merge with it.
#[test]
fn what_was_done_in_the_former_folder_without_hooks_counts() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let phone = phone(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.push();
    without_hooks(&phone, &["pull", "-q", "--no-rebase"]);
    edit_without_hooks(&phone, "[Alice]", "[Alice, Bob]");
    without_hooks(&phone, &["push", "-q"]);
    laptop.pull();
    to_the_diary(&laptop);
    laptop.push();
    let active = || active(&laptop.ledger_at("HEAD", 2024));
    assert_eq!(active(), 0);
    laptop.metadb(["show", DAY]).ok().says("Alice, Bob");
    // He has not pulled the move, and meets it in a merge.
    edit_without_hooks(&phone, "[Alice, Bob]", "[Bob]");
    without_hooks(&phone, &["pull", "-q", "--no-rebase"]);
    without_hooks(&phone, &["push", "-q"]);
    laptop.pull();
    laptop.metadb(["tombstone", "list"]).ok().says("Alice");
    laptop.palimpsest(["reindex"]).ok();
    laptop.metadb(["tombstone", "list"]).ok().says("Alice");
    laptop
        .metadb(["sync", "conflicts"])
        .ok()
        .is("No unresolved conflicts found");
}

/// Git finds moves by what files have in common. Nobody can tell a corrected date from a
/// new entry much like the deleted one, so it is said.
#[test]
fn a_merge_says_that_git_took_another_entry_for_this_one() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let text = laptop.read_entry(DAY);
    laptop.remove(&crate::sandbox::entry(DAY));
    let later = "2024-11-05";
    laptop.write(&crate::sandbox::entry(later), text.replace(DAY, later));
    laptop.commit("The fifth");
    laptop.push();
    desktop.edit_entry(DAY, "weather: fair", "weather: wet");
    desktop.write_entry("2024-11-03", "", "Third.\n");
    desktop.commit("Wet");
    let said = format!("git took the entry {DAY} for moved to it");
    desktop.pull().mentions(&said);
    assert!(desktop.read_entry(later).contains("weather: wet"));
    edit_there(&desktop, later, "weather: wet", "weather: dry");
    edit_there(&laptop, later, "mood: calm", "mood: good");
    desktop.push();
    laptop.pull().never_mentions("git took");
}

fn edit_there(machine: &Machine<'_>, date: &str, from: &str, to: &str) {
    machine.edit_entry(date, from, to);
    machine.commit(to);
}

/// A habit, a template or a phone goes on writing into the folder that the journal had.
#[test]
fn what_goes_on_into_the_former_folder_is_named() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.git(["mv", "journal/md", "diary"]).ok();
    laptop.write("palimpsest.toml", "[paths]\njournal = \"diary\"\n");
    laptop.palimpsest(["init"]).ok();
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-qm", "Move"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    laptop.push();
    desktop.pull();
    desktop.write_entry("2025-01-01", "people: [Eve]", "New year.\n");
    desktop.write("journal/md/README.md", "Not an entry.\n");
    desktop.commit("New year");
    let mend = "mkdir -p diary/2025 && git mv journal/md/2025/2025-01-01.md \
                diary/2025/2025-01-01.md";
    desktop
        .palimpsest(["doctor"])
        .exits(1)
        .says("journal/md/2025/2025-01-01.md: neither checked nor indexed: journal/md is")
        .says(mend)
        .lacks("README");
    desktop.run_with(&[], "sh", ["-c", mend]).ok();
    desktop.commit("Moved too");
    desktop.palimpsest(["doctor"]).ok();
    desktop.metadb(["show", "2025-01-01"]).ok().says("Eve");
    // Where the entry is there as well, both are put into one; of many, a few are named.
    for day in 1..=7 {
        let date = format!("2025-01-{day:02}");
        desktop.write_entry(&date, "", "Again.\n");
    }
    let looked = desktop.palimpsest(["doctor"]).exits(1);
    looked
        .says("then rm journal/md/2025/2025-01-01.md, and commit")
        .says("mkdir -p diary/2025 && mv journal/md/2025/2025-01-02.md")
        .says("journal/md: 2 more files are neither checked nor indexed")
        .lacks("2025-01-06");
    // From a folder, the command works there.
    let there = ["-c", "cd diary && palimpsest doctor"];
    let looked = desktop.run_with(&[], "sh", there).exits(1);
    let mend = "mkdir -p ../diary/2025 && mv ../journal/md/2025/2025-01-02.md \
                ../diary/2025/2025-01-02.md";
    looked.says(mend);
    let mend = format!("cd diary && {mend}");
    desktop.run_with(&[], "sh", ["-c", &mend]).ok();
    assert!(desktop.exists("diary/2025/2025-01-02.md"));
}

/// What was in a folder before the settings named another one stays there on purpose.
#[test]
fn what_was_left_in_a_former_folder_is_not_named() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let old = "archive/2023/2023-01-01.md";
    laptop.write(old, "---\ndate: 2023-01-01\n---\nOld.\n");
    laptop.commit("An archive");
    let before = laptop.read("palimpsest.toml");
    laptop.write("palimpsest.toml", "[paths]\njournal = \"archive\"\n");
    laptop.commit("By mistake");
    laptop.write("palimpsest.toml", before);
    laptop.commit("Back");
    laptop.palimpsest(["doctor"]).ok();
    // The years of before are left where they were.
    laptop.write("palimpsest.toml", "[paths]\njournal = \"diary\"\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin anew");
    laptop.palimpsest(["doctor"]).lacks("neither checked");
    laptop.write_entry("2025-01-01", "", "By habit.\n");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("journal/md/2025/2025-01-01.md: neither checked")
        .lacks("journal/md/2024");
}
