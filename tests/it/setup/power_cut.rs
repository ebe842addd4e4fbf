//! What a power cut leaves of git's own files: an index, a branch or a commit that is cut
//! short. `doctor` has the way out, and what the work tree has can be backed up before.

use std::fs;

use super::{DAY, journal};
use crate::sandbox::{Machine, Sandbox};

fn set_up(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = journal(sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.write(".gitignore", laptop.read(".gitignore") + "kept*\n");
    laptop.write("journal/md/kept.md", "Private.\n");
    laptop.write("journal/md/kept-too.md", "Tracked.\n");
    laptop.git(["add", "-f", "journal/md/kept-too.md"]).ok();
    laptop.commit("Pages");
    laptop.git(["config", "core.autocrlf", "true"]).ok();
    laptop.write("journal/md/new.md", "Draft.\r\n");
    laptop
}

/// The first command that `doctor` names.
#[track_caller]
fn mend(machine: &Machine<'_>) -> String {
    let doctor = machine.palimpsest(["doctor"]).exits(1);
    machine.palimpsest(["doctor", "--fix"]).exits(1);
    let mut lines = doctor.stdout.lines().skip(1);
    let mend = lines.next().unwrap().trim_start_matches("    mend: ");
    mend.split(" (").next().unwrap().to_owned()
}

/// The files of a backup that is made now.
#[track_caller]
fn backed_up(machine: &Machine<'_>, warns: &str) -> Vec<String> {
    let run = machine.palimpsest(["backup-full"]).ok().warns(warns);
    let name = run.stdout.split(' ').find(|word| word.ends_with(".gz"));
    let listed = machine.run_with(&[], "tar", ["-tzf", name.unwrap()]).ok();
    let mut files: Vec<String> = listed.stdout.lines().map(str::to_owned).collect();
    files.retain(|file| file != "data/palimpsest.db");
    files.sort();
    files
}

#[test]
fn an_index_that_is_cut_short_is_made_again_and_hinders_no_backup() {
    let sandbox = Sandbox::new();
    let laptop = set_up(&sandbox);
    let sound = backed_up(&laptop, "");
    assert!(sound.contains(&"journal/md/kept-too.md".to_owned()));
    assert!(!sound.contains(&"journal/md/kept.md".to_owned()));
    for length in [0, 100] {
        let index = fs::read(laptop.path(".git/index")).unwrap();
        fs::write(laptop.path(".git/index"), &index[..length]).unwrap();
        assert_eq!(backed_up(&laptop, "git cannot read its index"), sound);
        let command = mend(&laptop);
        assert!(command.starts_with("rm .git/index"), "{command}");
        let below = laptop.inside("journal/md");
        let there = mend(&below);
        assert!(there.starts_with("rm ../../.git/index"), "{there}");
        below.run_with(&[], "sh", ["-c", &there]).ok();
        let status = laptop.git(["status", "--short"]).ok();
        assert_eq!(status.stdout, "?? journal/md/new.md\n");
        laptop.palimpsest(["doctor"]).ok();
    }
}

/// With the index went what it knew of the two sides.
#[test]
fn an_index_that_is_cut_short_in_a_merge_has_both_sides_again() {
    let sandbox = Sandbox::new();
    let laptop = set_up(&sandbox);
    laptop.git(["switch", "-q", "-c", "side"]).ok();
    laptop.edit_entry(DAY, "quay", "old quay");
    laptop.commit("Old");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.edit_entry(DAY, "quay", "new quay");
    laptop.commit("New");
    laptop.git(["merge", "-q", "side"]).fails();
    fs::write(laptop.path(".git/index"), "").unwrap();
    let command = mend(&laptop);
    laptop.run_with(&[], "sh", ["-c", &command]).ok();
    laptop.palimpsest(["resolve", "--ours"]).ok();
    laptop.git(["commit", "-q", "-m", "Merged"]).ok();
    assert!(laptop.read_entry(DAY).contains("new quay"));
    laptop.git(["rev-parse", "HEAD^2"]).ok();
    laptop.palimpsest(["doctor"]).ok();
}

#[test]
fn a_branch_that_is_cut_short_goes_back_to_what_the_reflog_has() {
    let sandbox = Sandbox::new();
    let laptop = set_up(&sandbox);
    let sound = backed_up(&laptop, "");
    let head = laptop.oid("HEAD");
    laptop.write(".git/refs/heads/main", "");
    assert_eq!(backed_up(&laptop, "git cannot read the branch"), sound);
    let command = mend(&laptop);
    laptop.run_with(&[], "sh", ["-c", &command]).ok();
    assert_eq!(laptop.oid("HEAD"), head);
    laptop.palimpsest(["doctor"]).ok();
    // Without one, git names the commits that nothing leads to.
    laptop.write(".git/refs/heads/main", "");
    laptop.remove(".git/logs/refs/heads/main");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("mend: git fsck --lost-found (it names commits)");
}

#[test]
fn a_commit_that_nobody_else_has_is_made_again() {
    let sandbox = Sandbox::new();
    let laptop = set_up(&sandbox);
    laptop.edit_entry(DAY, "[Al, Bob]", "[Al]");
    laptop.commit("Without Bob");
    let (head, before) = (laptop.oid("HEAD"), laptop.oid("HEAD^"));
    let (folder, name) = head.split_at(2);
    laptop.write(&format!(".git/objects/{folder}/{name}"), "");
    let back = format!("git update-ref HEAD {before}");
    laptop.palimpsest(["doctor"]).exits(1).says(&back);
    laptop.run_with(&[], "sh", ["-c", &back]).ok();
    laptop.git(["commit", "-q", "-a", "-m", "Again"]).ok();
    let listed = laptop.metadb(["tombstone", "list"]).ok();
    listed.says("Bob");
    laptop.palimpsest(["doctor"]).ok();
}
