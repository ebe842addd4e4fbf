//! A folder of hooks that cannot be made, and hooks whose program is gone.

use std::fs;
use std::os::unix::fs::symlink;

use super::{executable, journal};
use crate::sandbox::{Machine, Sandbox};

/// Without ours, git would not run the hook that is kept beside it.
#[test]
fn whose_program_is_gone_gets_ones_own_hook_back_as_the_message_says() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let hook = ".git/hooks/pre-commit";
    executable(&laptop, hook, "#!/bin/sh\necho my own hook >&2\n");
    let program = sandbox.root().join("here/palimpsest");
    fs::create_dir(program.parent().unwrap()).unwrap();
    fs::copy(assert_cmd::cargo::cargo_bin!("palimpsest"), &program).unwrap();
    laptop
        .run_with(&[], program.to_str().unwrap(), ["init"])
        .ok();
    fs::remove_file(&program).unwrap();
    let commit = ["commit", "-q", "--allow-empty", "-m", "x"];
    let said = laptop.git(commit).ok().warns("my own hook");
    let said = said.warns("or remove .git/hooks/post-commit").stderr;
    let (_, command) = said.split_once("put your own hook back: ").unwrap();
    let command = command.lines().next().unwrap();
    laptop.run_with(&[], "sh", ["-c", command]).ok();
    laptop
        .git(commit)
        .ok()
        .warns("my own hook")
        .silent_about("pre-commit");
}

/// A dotfiles folder that is gone, a stick on another machine.
#[test]
fn what_stands_in_the_place_of_the_folder_is_named() {
    let sandbox = Sandbox::new();
    for (what, is_link) in [("a link that leads nowhere", true), ("no folder", false)] {
        let laptop = sandbox.repository(if is_link { "link" } else { "file" });
        laptop.write_entry(super::DAY, "people: [Al]", "x\n");
        let hooks = laptop.path(".git/hooks");
        fs::remove_dir_all(&hooks).unwrap();
        match is_link {
            true => symlink("../gone", &hooks).unwrap(),
            false => fs::write(&hooks, "").unwrap(),
        }
        let finding = format!("{}: {what}, so that git runs no hook", hooks.display());
        laptop.palimpsest(["init"]).exits(1).says(&finding);
        laptop.commit("Begin");
        for args in [&["doctor"][..], &["doctor", "--fix"]] {
            laptop
                .palimpsest(args)
                .exits(1)
                .says(&finding)
                .says(&format!("rm {}, then palimpsest init", hooks.display()))
                .lacks("core.hooksPath");
        }
        fs::remove_file(&hooks).unwrap();
        laptop.palimpsest(["init"]).ok();
        laptop.palimpsest(["doctor"]).ok();
    }
}

/// The command for hooks of a repository's own names the place that it has now.
#[test]
fn own_hooks_of_a_repository_that_was_moved_come_along() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let shared = sandbox.folder("shared").dir().display().to_string();
    laptop
        .git(["config", "--global", "core.hooksPath", &shared])
        .ok();
    let own = |machine: &Machine<'_>, said: &str| {
        let (_, command) = said.split_once("git config core.hooksPath \"").unwrap();
        let (command, _) = command.split_once("/hooks\"").unwrap();
        let command = format!("git config core.hooksPath \"{command}/hooks\"");
        machine.run_with(&[], "sh", ["-c", &command]).ok();
    };
    own(&laptop, &laptop.palimpsest(["init", "-n"]).ok().stdout);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    let moved = sandbox.root().join("moved");
    fs::rename(laptop.dir(), &moved).unwrap();
    let moved = sandbox.folder("moved");
    let gone = "laptop/.git/hooks: core.hooksPath names it, and its git directory is gone";
    moved.palimpsest(["init"]).exits(1).says(gone);
    let doctor = moved.palimpsest(["doctor"]).exits(1).says(gone);
    assert!(!sandbox.root().join("laptop").exists());
    own(&moved, &doctor.stdout);
    moved.palimpsest(["init"]).ok();
    moved.palimpsest(["doctor"]).ok();
    moved.edit_entry(super::DAY, "Bob", "Zoe");
    let run = moved.git(["commit", "-qam", "Zoe"]).ok();
    run.warns("recorded: person Bob removed");
}
