//! A journal's folder in another spelling than the settings have, as on a file system that
//! ignores case: there both lead to one folder, and git has one of them.

use crate::sandbox::{Machine, Sandbox};

const MENDED: &str = "[paths]\njournal = \"Journal/md\"\n";

/// A machine with an entry in `Journal/md`, where `journal/md` is a folder, too.
fn laptop<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let laptop = sandbox.machine("laptop");
    laptop.write(
        "Journal/md/2031/2031-05-04.md",
        "---\ndate: 2031-05-04\npeople: [Orla, Bram]\n---\nWent to the quay.\n",
    );
    laptop.commit("Begin");
    std::fs::create_dir_all(laptop.path("journal/md")).unwrap();
    // What git finds out where it makes a repository.
    laptop.git(["config", "core.ignorecase", "true"]).ok();
    laptop
}

#[test]
fn a_folder_that_git_has_in_another_case_is_named() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let what = "journal/md: git has this folder as Journal/md";
    let mend = "put `journal = \"Journal/md\"` in [paths] of palimpsest.toml";
    laptop.palimpsest(["init"]).ok().says(what).says(mend);
    laptop.palimpsest(["doctor"]).exits(1).says(what).says(mend);
    laptop.edit("Journal/md/2031/2031-05-04.md", ", Bram", "");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-qm", "Take Bram out"])
        .ok()
        .warns(what)
        .warns(mend);

    laptop.write("palimpsest.toml", MENDED);
    laptop
        .palimpsest(["init"])
        .ok()
        .lacks("git has this folder");
    laptop.palimpsest(["doctor"]).lacks("git has this folder");
    laptop.edit("Journal/md/2031/2031-05-04.md", "Orla", "Orla, Ann");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-qm", "Ann"])
        .ok()
        .silent_about("git has this folder");
}

#[test]
fn two_folders_are_two_where_case_counts() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.git(["config", "core.ignorecase", "false"]).ok();
    laptop
        .palimpsest(["init"])
        .ok()
        .lacks("git has this folder");
}
