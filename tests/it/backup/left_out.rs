//! A backup of a sparse checkout is one of the whole journal, and what is restored into
//! one is neither lost nor hidden.

use super::*;
use crate::harness::leave_out_all_but;

const LAST_YEAR: &str = "2030-05-04";

/// A full clone, and one that leaves out the year before, the notes, the ledger and the
/// files at the top; both have no more than was committed.
fn full_and_sparse<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, Machine<'a>) {
    let fields = "people: [Orla, Bram]";
    let mut entries = ENTRIES.to_vec();
    entries.push((LAST_YEAR, fields, "By the river.\n"));
    let (laptop, desktop) = journal(sandbox, &entries);
    laptop.write("wiki/entries/2030/2030-05-04.md", "### Notes\nRain.\n");
    laptop.edit_entry(LAST_YEAR, ", Bram", "");
    laptop.commit("Take Bram out");
    laptop.push();
    desktop.pull();
    leave_out(&desktop);
    (laptop, desktop)
}

fn leave_out(machine: &Machine<'_>) {
    let last_year = entry(LAST_YEAR);
    let files = [&last_year, "data/ledger/2030.jsonl", "palimpsest.toml"];
    leave_out_all_but("/journal/md/2031/", machine, &files);
}

fn backup_of(machine: &Machine<'_>) -> String {
    machine.palimpsest(["backup-full"]).ok();
    let place = machine.path(FOLDER).join(backups(machine).remove(0));
    place.to_str().unwrap().to_owned()
}

#[test]
fn a_backup_has_what_is_left_out_too() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = full_and_sparse(&sandbox);
    let archive = backup_of(&desktop);
    let whole = sandbox.folder("whole");
    desktop
        .palimpsest(["restore-full", &archive, "--into", "../whole"])
        .ok();
    assert_eq!(kept(whole.dir()), kept(laptop.dir()));
    // A full clone that it is restored over loses nothing.
    laptop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("0 removed");
    laptop.assert_clean();
    // Nor does the sparse one, where nothing is written.
    let before = files(desktop.dir());
    desktop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("0 files written, 0 removed")
        .silent_about("left out");
    let names = |all: BTreeMap<String, Vec<u8>>| all.into_keys().collect::<Vec<_>>();
    assert_eq!(names(files(desktop.dir())), names(before));
    desktop.assert_clean();
}

/// Only the index says which files these are.
#[test]
fn a_backup_that_may_lack_what_is_left_out_says_so_and_replaces_none() {
    let sandbox = Sandbox::new();
    let (desktop, _) = full_and_sparse(&sandbox);
    desktop
        .git([
            "sparse-checkout",
            "set",
            "--no-cone",
            "/*",
            "!/journal/md/2030/",
        ])
        .ok();
    desktop.palimpsest(["backup-full"]).ok();
    desktop.write(".git/index", "DIRC");
    desktop
        .palimpsest(["backup-full", "--keep", "1"])
        .exits(1)
        .warns("whatever a sparse checkout leaves out");
    assert_eq!(backups(&desktop).len(), 2);
}

#[test]
fn a_backup_of_a_sparse_index_is_whole() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = full_and_sparse(&sandbox);
    desktop
        .git(["sparse-checkout", "set", "--cone", "--sparse-index"])
        .ok();
    let archive = backup_of(&desktop);
    let whole = sandbox.folder("whole");
    desktop
        .palimpsest(["restore-full", &archive, "--into", "../whole"])
        .ok();
    assert_eq!(kept(whole.dir()), kept(laptop.dir()));
}

#[test]
fn what_is_restored_where_it_is_left_out_is_seen() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = full_and_sparse(&sandbox);
    let archive = backup_of(&laptop);
    let now = laptop.read_entry(LAST_YEAR);
    laptop.edit_entry(LAST_YEAR, "By the river.", "By the weir.");
    laptop.write_entry("2030-06-01", "tags: [weir]", "Sun.\n");
    laptop.commit("The weir");
    laptop.push();
    desktop.pull();
    assert!(!desktop.exists(&entry(LAST_YEAR)));
    desktop
        .palimpsest(["restore-full", &archive])
        .ok()
        .warns(&format!(
            "{}: not in the backup, and left out",
            entry("2030-06-01")
        ))
        .warns(&format!("{}: had been left out", entry(LAST_YEAR)));
    assert_eq!(desktop.read_entry(LAST_YEAR), now);
    let status = desktop.git(["status", "--porcelain"]).ok();
    let changed = |path: &str| format!(" M {path}\n");
    assert!(
        status.stdout.contains(&changed(&entry(LAST_YEAR))),
        "{status}"
    );
    // What the backup does not have is as git has it, and is no deletion.
    assert!(!status.stdout.contains("2030-06-01"), "{status}");
    desktop.metadb(["show", "2030-06-01"]).ok().says("weir");
}

#[test]
fn what_is_marked_by_hand_is_seen_too() {
    let sandbox = Sandbox::new();
    let (laptop, _) = full_and_sparse(&sandbox);
    let archive = backup_of(&laptop);
    laptop.edit_entry(LAST_YEAR, "By the river.", "By the weir.");
    laptop.commit("The weir");
    let path = entry(LAST_YEAR);
    laptop.git(["update-index", "--skip-worktree", &path]).ok();
    laptop.remove(&path);
    laptop.palimpsest(["restore-full", &archive]).ok();
    let status = laptop.git(["status", "--porcelain", "--", &path]).ok();
    status.is(&format!("M {path}"));
}
