//! Git directories that are not a `.git` folder of their own.

use std::fs;

use super::{DAY, journal};
use crate::sandbox::Sandbox;

#[test]
fn a_linked_work_tree_uses_the_same_setup() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.git(["worktree", "add", "-q", "../second"]).ok();
    let second = laptop.inside("../second");
    second.palimpsest(["doctor"]).ok();
    second
        .palimpsest(["init"])
        .ok()
        .says("everything is set up already");
    second.edit_entry(DAY, "Bob", "Zoe");
    second
        .git(["commit", "-qam", "Zoe"])
        .ok()
        .warns("recorded: person Bob removed");
    second.assert_clean();
    laptop.assert_clean();
    // Both changed the entry: the driver is there for either.
    laptop.edit_entry(DAY, "Bob", "Bob, Eve");
    laptop.git(["commit", "-qam", "Eve"]).ok();
    laptop.git(["merge", "-q", "second"]).ok();
    let text = laptop.read_entry(DAY);
    assert!(
        text.contains("Zoe") && text.contains("Eve") && !text.contains("Bob"),
        "{text}"
    );
}

#[test]
fn a_git_folder_that_a_link_leads_to() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    // As some keep it out of a folder that another program copies to other machines.
    let elsewhere = sandbox.root().join("kept/laptop.git");
    fs::create_dir(sandbox.root().join("kept")).unwrap();
    fs::rename(laptop.path(".git"), &elsewhere).unwrap();
    std::os::unix::fs::symlink("../kept/laptop.git", laptop.path(".git")).unwrap();
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.assert_clean();
    let inside = laptop.inside("journal/md/2024");
    for (machine, from, to) in [(&laptop, "Bob", "Zoe"), (&inside, "Zoe", "Eve")] {
        laptop.edit_entry(DAY, from, to);
        machine
            .git(["commit", "-qam", to])
            .ok()
            .warns(&format!("recorded: person {from} removed"));
        laptop.assert_clean();
        machine.metadb(["tombstone", "list"]).ok().says(from);
        machine
            .palimpsest(["doctor"])
            .ok()
            .is("everything is in order");
    }
    let beside = fs::read_dir(sandbox.root().join("kept")).unwrap();
    assert_eq!(beside.count(), 1);
}

#[test]
fn a_submodule_is_a_repository_of_its_own() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.push();
    let outer = sandbox.repository("outer");
    outer.write("README", "Everything.\n");
    outer.commit("Begin");
    let remote = sandbox.root().join("remote.git");
    outer
        .git(
            ["-c", "protocol.file.allow=always", "submodule", "add", "-q"]
                .into_iter()
                .chain([remote.to_str().unwrap(), "diary"]),
        )
        .ok();
    outer.commit("The diary");
    let diary = outer.inside("diary");
    diary.git(["config", "palimpsest.machine", "inner"]).ok();
    diary
        .palimpsest(["init"])
        .ok()
        .says("nothing to commit here");
    diary.palimpsest(["doctor"]).ok();
    diary.edit_entry(DAY, "Bob", "Zoe");
    diary
        .git(["commit", "-qam", "Zoe"])
        .ok()
        .warns("recorded: person Bob removed");
    diary.assert_clean();
    // The outer one is none of its business.
    assert!(!outer.exists(".git/hooks/pre-commit") && !outer.exists(".gitattributes"));
    outer
        .palimpsest(["uninstall"])
        .ok()
        .is("nothing is installed here");
    diary.palimpsest(["uninstall"]).ok().says("removed hook");
    assert!(!outer.exists(".git/modules/diary/hooks/pre-commit"));
}

/// The folder around the git directory is somebody's.
#[test]
fn a_git_folder_that_is_elsewhere() {
    let sandbox = Sandbox::new();
    let git = sandbox.folder("gits");
    git.write_entry("2024-11-02", "people: [Other]", "Another diary.\n");
    sandbox
        .run_in(
            sandbox.root(),
            "git",
            [
                "init",
                "-q",
                "--separate-git-dir",
                "gits/diary.git",
                "diary",
            ],
        )
        .ok();
    let diary = sandbox.folder("diary");
    diary.write_entry(DAY, "people: [Al, Bob]", "Mine.\n");
    let inside = diary.inside("journal/md/2024");
    inside.palimpsest(["init"]).ok();
    diary.palimpsest(["doctor"]).ok();
    diary.metadb(["show", DAY]).ok().says("Bob");
    diary.commit("Begin");
    diary.assert_clean();
    diary.edit_entry(DAY, ", Bob", "");
    inside
        .git(["commit", "-qam", "Not Bob"])
        .ok()
        .warns("recorded: person Bob removed");
    diary.assert_clean();
    let mut names: Vec<_> = fs::read_dir(git.dir())
        .unwrap()
        .map(|e| e.unwrap().file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["diary.git", "journal"]);
}
