//! Files that one side added, where git cannot say which name is theirs.

use super::DAY;
use crate::sandbox::{Machine, Sandbox, entry, journal};

const NEW: &str = "2024-11-09";
const MOVED: &str = "journal/md/y2024/2024-11-09.md";

/// The laptop has moved the year's folder, the desktop has a new entry in it, and git
/// has stopped in the merge of both.
fn new_entry_in_a_moved_folder(sandbox: &Sandbox) -> Machine<'_> {
    let entries = [
        (DAY, "city: Lisbon", "One.\n"),
        ("2024-11-02", "city: Faro", "Two.\n"),
    ];
    let (laptop, desktop) = journal(sandbox, &entries);
    laptop
        .git(["mv", "journal/md/2024", "journal/md/y2024"])
        .ok();
    laptop.commit("Move the year");
    laptop.push();
    desktop.write_entry(NEW, "people: [Zoe]", "That only the desktop has.\n");
    desktop.commit("A new entry");
    desktop.git(["pull"]).fails();
    desktop
}

#[test]
fn an_entry_that_is_new_on_one_side_is_removed_by_no_choice_of_side() {
    for side in ["--ours", "--theirs", "--both"] {
        let sandbox = Sandbox::new();
        let desktop = new_entry_in_a_moved_folder(&sandbox);
        desktop
            .palimpsest(["resolve"])
            .exits(1)
            .warns("y2024/2024-11-09.md: added by us; where it goes is the question")
            .silent_about("deleted");
        desktop
            .palimpsest(["resolve", side])
            .ok()
            .says("y2024/2024-11-09.md: kept, staged");
        assert!(desktop.read(MOVED).contains("That only the desktop has."));
        desktop.git(["commit", "-q", "--no-edit"]).ok();
        desktop.assert_clean();
        desktop.metadb(["show", NEW]).ok().says("Zoe");
    }
}

#[test]
fn what_somebody_wrote_into_it_since_stays() {
    let sandbox = Sandbox::new();
    let desktop = new_entry_in_a_moved_folder(&sandbox);
    desktop.edit(MOVED, "[Zoe]", "[Zoe, Yan]");
    desktop.palimpsest(["resolve", "--theirs", MOVED]).ok();
    assert!(desktop.read(MOVED).contains("[Zoe, Yan]"));
    // One that is gone from the work tree is still what the side had.
    desktop.git(["merge", "--abort"]).ok();
    desktop.git(["merge", "-q", "origin/main"]).fails();
    desktop.remove(MOVED);
    desktop.palimpsest(["resolve", "--theirs"]).ok();
    assert!(desktop.read(MOVED).contains("[Zoe]"));
}

#[test]
fn of_an_entry_that_both_moved_the_name_of_one_side_is_left() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, "city: Lisbon", "One.\n")]);
    for (machine, folder) in [(&laptop, "spring"), (&desktop, "autumn")] {
        let to = format!("journal/md/{folder}");
        std::fs::create_dir_all(machine.path(&to)).unwrap();
        machine.git(["mv", entry(DAY).as_str(), to.as_str()]).ok();
        machine.commit(folder);
    }
    laptop.push();
    desktop.git(["pull"]).fails();
    desktop
        .palimpsest(["resolve"])
        .exits(1)
        .warns("autumn/2024-11-01.md: moved here by us, to another name by them")
        .warns("spring/2024-11-01.md: moved here by them, to another name by us");
    desktop.palimpsest(["resolve", "--theirs"]).ok();
    assert!(
        desktop
            .read("journal/md/spring/2024-11-01.md")
            .contains("One.")
    );
    assert!(!desktop.exists("journal/md/autumn/2024-11-01.md"));
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.assert_clean();
}
