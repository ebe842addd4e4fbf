//! Paths in conflict that cannot be merged by field: a name that is not UTF-8, and
//! symbolic links.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::PathBuf;

use super::*;

fn names(folder: &std::path::Path) -> BTreeSet<PathBuf> {
    let all = fs::read_dir(folder).unwrap();
    all.map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn a_name_that_is_not_utf_8_is_left_and_said() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, "One.\n")]);
    let name = OsStr::from_bytes(b"wiki/entries/caf\xe9.md");
    let write = |machine: &Machine<'_>, text: &str| {
        fs::create_dir_all(machine.path("wiki/entries")).unwrap();
        fs::write(machine.dir().join(name), text).unwrap();
        machine.commit("A page");
    };
    write(&laptop, "---\ntags: [a]\n---\nOne.\n");
    laptop.push();
    desktop.pull();
    write(&laptop, "---\ntags: [a]\n---\nTwo.\n");
    laptop.push();
    write(&desktop, "---\ntags: [a]\n---\nThree.\n");
    desktop.git(["pull", "-q"]).fails();
    let before = names(&desktop.path("wiki/entries"));
    for args in [vec!["resolve"], vec!["resolve", "--ours"]] {
        desktop
            .palimpsest(args)
            .exits(1)
            .warns("its name is not UTF-8")
            .lacks("nothing to resolve")
            .lacks("staged");
    }
    assert_eq!(names(&desktop.path("wiki/entries")), before);
    let unmerged = desktop.git(["ls-files", "--unmerged"]).ok();
    assert_eq!(unmerged.stdout.lines().count(), 3, "{unmerged}");
    let all = desktop.git(["ls-files", "wiki"]).ok();
    assert!(!all.stdout.contains("\\357\\277\\275"), "{all}");
    // Once it is settled there is nothing left to say.
    fs::write(desktop.dir().join(name), "---\ntags: [a]\n---\nThree.\n").unwrap();
    desktop.commit("Three it is");
    desktop
        .palimpsest(["resolve"])
        .ok()
        .says("nothing to resolve");
}

#[test]
fn a_symbolic_link_in_conflict_is_left_and_said() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, "One.\n")]);
    let page = "wiki/entries/places.md";
    let link = |machine: &Machine<'_>, target: &str| {
        let _ = fs::remove_file(machine.path(page));
        std::os::unix::fs::symlink(target, machine.path(page)).unwrap();
        machine.commit(target);
    };
    fs::create_dir_all(laptop.path("wiki/entries")).unwrap();
    link(&laptop, "a");
    laptop.push();
    desktop.pull();
    link(&laptop, "b");
    laptop.push();
    link(&desktop, "c");
    desktop.git(["pull", "-q"]).fails();
    let state = desktop.git(["status", "--porcelain"]).ok().stdout;
    desktop
        .palimpsest(["resolve"])
        .exits(1)
        .warns("a symbolic link")
        .lacks("nothing to resolve");
    assert_eq!(desktop.git(["status", "--porcelain"]).ok().stdout, state);
}
