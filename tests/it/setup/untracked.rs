//! Files of the setup that git does not have.

use super::{DAY, journal};
use crate::sandbox::{Machine, Sandbox};

const FILES: &str = ".gitattributes .gitignore palimpsest.toml";

/// The command that `doctor` names for a finding.
#[track_caller]
fn mend(machine: &Machine<'_>, finding: &str) -> String {
    let said = machine.palimpsest(["doctor"]).exits(1).says(finding).stdout;
    let (_, after) = said.split_once(finding).unwrap();
    let (_, mend) = after.split_once("    mend: ").unwrap();
    mend.lines().next().unwrap_or_default().to_owned()
}

#[track_caller]
fn run(machine: &Machine<'_>, command: &str) {
    machine.run_with(&[], "sh", ["-c", command]).ok();
}

/// Histories have diverged then, and the pull brings the same files.
#[test]
fn who_ran_init_before_the_pull_and_went_on_is_told_what_to_commit() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.push();
    let desktop = sandbox.machine("desktop");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.push();
    desktop.palimpsest(["init"]).ok();
    desktop.edit_entry(DAY, "Bob", "Zoe");
    desktop.git(["commit", "-qam", "Zoe"]).ok();
    desktop.git(["pull", "-q"]).fails();
    let finding = ".gitattributes, .gitignore, palimpsest.toml: not in git, so that no other \
                   machine gets them";
    let command = mend(&desktop, finding);
    assert_eq!(
        command,
        format!("git add {FILES} && git commit -m 'Use Palimpsest'")
    );
    run(&desktop, &command);
    let desktop_is_in_order = || {
        desktop
            .palimpsest(["doctor"])
            .ok()
            .is("everything is in order");
    };
    desktop_is_in_order();
    desktop.git(["pull", "-q", "--no-edit"]).ok();
    desktop_is_in_order();
    desktop.assert_clean();
}

#[test]
fn what_is_staged_or_on_its_way_out_of_git_is_not_missed() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.push();
    laptop.palimpsest(["init"]).ok();
    let add = [&["add"][..], &FILES.split(' ').collect::<Vec<_>>()].concat();
    laptop.git(add).ok();
    let in_order = || laptop.palimpsest(["doctor"]).ok();
    in_order().is("everything is in order");
    laptop.git(["commit", "-qm", "Use Palimpsest"]).ok();
    // A copy of one's own stays behind what is taken out of git.
    laptop.git(["rm", "-q", "--cached", "palimpsest.toml"]).ok();
    in_order();
    laptop.git(["commit", "-qm", "No settings"]).ok();
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("palimpsest.toml: not in git, so that no other machine gets it")
        .says("mend: git add palimpsest.toml && git commit");
    laptop.remove("palimpsest.toml");
    in_order();
}

/// As in a vault whose `.gitignore` has all names with a dot, or all but a few.
#[test]
fn what_git_is_told_to_ignore_is_named_until_git_has_it() {
    let sandbox = Sandbox::new();
    for (name, lines, ignored) in [
        ("dots", ".*\n!.gitignore\n", &[".gitattributes"][..]),
        (
            "list",
            "*\n!*/\n!*.md\n!*.jsonl\n!.gitignore\n",
            &[".gitattributes", "palimpsest.toml"],
        ),
    ] {
        let laptop = sandbox.repository(name);
        laptop.write_entry(DAY, "people: [Al, Bob]", "x\n");
        laptop.write(".gitignore", lines);
        laptop.commit("Begin");
        let init = laptop.palimpsest(["init"]).ok();
        laptop.git(["add", "-A"]).ok();
        laptop.git(["commit", "-qm", "Use Palimpsest"]).ok();
        let mut said = init;
        for path in ignored {
            let finding = format!("{path}: ignored by git, so that no other machine gets it");
            said = said.says(&format!("note: {finding}"));
            let command = mend(&laptop, &finding);
            let add = format!("git add -f {path}");
            assert!(command.starts_with(&add), "{command}");
            run(&laptop, &add);
        }
        laptop.git(["commit", "-qm", "All of it"]).ok();
        laptop
            .palimpsest(["doctor"])
            .ok()
            .is("everything is in order");
        laptop.palimpsest(["init"]).ok().lacks("ignored by git");
    }
}

/// Without a journal there are the attributes alone; and who wants them for one clone says
/// so in its own list.
#[test]
fn the_attributes_of_a_vault_may_be_one_clones_own() {
    let sandbox = Sandbox::new();
    let vault = sandbox.repository("vault");
    vault.write("note.md", "---\ntags: [a]\n---\n");
    vault.write(".gitignore", ".*\n!.gitignore\n");
    vault.commit("Begin");
    let ignored = ".gitattributes: ignored by git";
    vault.palimpsest(["init"]).ok().says(ignored);
    vault.palimpsest(["doctor"]).exits(1).says(ignored);
    vault.write(".gitignore", "");
    vault.git(["commit", "-qam", "Nothing is ignored"]).ok();
    vault.write(".git/info/exclude", ".gitattributes\n");
    vault
        .palimpsest(["doctor"])
        .ok()
        .is("everything is in order");
    vault.palimpsest(["init"]).ok().lacks(ignored);
}

/// A larger repository may have a folder of that name, in which nothing new would be seen.
#[test]
fn a_folder_of_the_name_of_the_backups_is_named_once() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.write("backups/restore.sh", "#!/bin/sh\n");
    laptop.commit("Scripts");
    let note = "backups/: git has files there, and ignores new ones from now on";
    laptop.palimpsest(["init"]).ok().says(note);
    laptop.palimpsest(["init"]).ok().lacks(note);
}
