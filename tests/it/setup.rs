//! `palimpsest init`, `uninstall` and `doctor`.

mod added;
mod again;
mod beside;
mod doctor;
mod documents;
mod earlier;
mod environment;
mod foreign;
mod framework;
mod git_dirs;
mod git_folders;
mod hooks_folder;
mod indexes;
mod left_out;
mod leftovers;
mod lost_settings;
mod odd_names;
mod places;
mod power_cut;
mod settings;
mod spelling;
mod undone;
mod untracked;
mod ways_out;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::sandbox::{DAY, Machine, Sandbox, entry};

fn journal<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "people: [Al, Bob]", "Went to the quay.\n");
    laptop.commit("Begin");
    laptop
}

fn executable(machine: &Machine<'_>, path: &str, text: &str) {
    machine.write(path, text);
    fs::set_permissions(machine.path(path), fs::Permissions::from_mode(0o755)).unwrap();
}

/// Every file below `.git` that an installation may touch, with its bytes.
fn installed(machine: &Machine<'_>) -> Vec<(String, Vec<u8>, u32)> {
    let mut files = Vec::new();
    for folder in [".git", ".git/hooks"] {
        for item in fs::read_dir(machine.path(folder)).unwrap() {
            let path = item.unwrap().path();
            if path.is_file() && !path.ends_with("index") {
                let mode = path.metadata().unwrap().permissions().mode();
                files.push((path.display().to_string(), fs::read(&path).unwrap(), mode));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn the_first_machine_commits_the_setup_and_the_second_has_nothing_to_commit() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop
        .palimpsest(["init"])
        .ok()
        .says("git add .gitattributes .gitignore palimpsest.toml && git commit");
    laptop.commit("Use Palimpsest");
    laptop.assert_clean();
    laptop
        .palimpsest(["init"])
        .ok()
        .says("everything is set up already")
        .says("nothing to commit here");
    laptop.push();
    let desktop = sandbox.machine("desktop");
    desktop
        .palimpsest(["init"])
        .ok()
        .says("nothing to commit here");
    desktop.assert_clean();
    desktop
        .palimpsest(["doctor"])
        .ok()
        .is("everything is in order");
}

#[test]
fn a_dry_run_changes_nothing() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let before = installed(&laptop);
    laptop
        .palimpsest(["init", "--dry-run"])
        .ok()
        .says("would set hooks pre-commit, post-commit, ")
        .says("would set merge driver palimpsest: ");
    assert_eq!(installed(&laptop), before);
    laptop.assert_clean();
    laptop.palimpsest(["init"]).ok();
    laptop
        .palimpsest(["init", "--dry-run"])
        .ok()
        .is("everything is set up already");
}

#[test]
fn uninstall_takes_everything_back_to_the_byte() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    executable(&laptop, ".git/hooks/pre-commit", "#!/bin/sh\necho mine\n");
    laptop.write(".git/hooks/post-merge", "not executable\n");
    laptop.git(["config", "--unset", "palimpsest.clone"]).ok();
    let before = installed(&laptop);
    laptop.palimpsest(["init"]).ok();
    let mark = laptop.git(["config", "palimpsest.clone"]).ok().stdout;
    assert_eq!(mark.trim().len(), 16, "{mark}");
    laptop.palimpsest(["init"]).ok();
    assert_ne!(installed(&laptop), before);
    let again = laptop.git(["config", "palimpsest.clone"]).ok().stdout;
    assert_eq!(again, mark);
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("restored your hook");
    assert_eq!(installed(&laptop), before);
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .is("nothing is installed here");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("mend: palimpsest init");
}

#[test]
fn a_hook_that_was_edited_since_is_left() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.edit(
        ".git/hooks/pre-commit",
        "status=0\n",
        "status=0\necho mine\n",
    );
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("pre-commit: it was edited");
    assert!(laptop.exists(".git/hooks/pre-commit"));
    assert!(!laptop.exists(".git/hooks/post-commit"));
}

#[test]
fn a_foreign_hook_runs_first_and_may_refuse() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    executable(
        &laptop,
        ".git/hooks/pre-commit",
        "#!/bin/sh\necho \"mine: $#\" >&2\ntest ! -e stop\n",
    );
    executable(&laptop, ".git/hooks/post-rewrite", "#!/bin/sh\ncat >&2\n");
    laptop
        .palimpsest(["init"])
        .ok()
        .says("yours is kept as before-palimpsest/pre-commit");
    laptop.edit_entry(DAY, "Bob", "Zoe");
    laptop
        .git(["commit", "-am", "Zoe"])
        .ok()
        .warns("mine: 0")
        .warns("recorded: person Bob removed");
    let old = laptop.oid("HEAD");
    // It still reads what git gives it on stdin.
    laptop
        .git(["commit", "-q", "--amend", "-m", "Zoe!"])
        .ok()
        .warns(&old);
    laptop.write("stop", "");
    laptop.edit_entry(DAY, "Zoe", "Bob");
    laptop
        .git(["commit", "-am", "Bob"])
        .exits(1)
        .silent_about("recorded");
}

#[test]
fn the_hooks_folder_of_the_configuration_is_used() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let shared = sandbox.root().join("my hooks");
    fs::create_dir(&shared).unwrap();
    laptop
        .git(["config", "core.hooksPath", shared.to_str().unwrap()])
        .ok();
    laptop.palimpsest(["init"]).ok().says("my hooks");
    assert!(!laptop.exists(".git/hooks/pre-commit"));
    laptop.edit_entry(DAY, "Bob", "Zoe");
    laptop
        .git(["commit", "-qam", "Zoe"])
        .ok()
        .warns("Bob removed");
    // Another repository that shares the folder is not touched.
    let other = sandbox.repository("other");
    other
        .git(["config", "core.hooksPath", shared.to_str().unwrap()])
        .ok();
    other.write("journal/md/2024/2024-11-01.md", "no entry\n");
    other.commit("Mine");
    other.assert_clean();
    assert_eq!(
        laptop.git(["config", "core.hooksPath"]).text(),
        shared.to_str().unwrap()
    );
}

#[test]
fn hooks_and_drivers_without_the_program_leave_git_to_itself() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    // A copy of its own, which can go.
    let program = sandbox.root().join("it's here/palimpsest");
    fs::create_dir(program.parent().unwrap()).unwrap();
    fs::copy(assert_cmd::cargo::cargo_bin!("palimpsest"), &program).unwrap();
    laptop
        .run_with(&[], program.to_str().unwrap(), ["init"])
        .ok();
    laptop.commit("Use Palimpsest");
    fs::remove_file(&program).unwrap();
    laptop
        .git(["checkout", "-q", "-b", "side"])
        .ok()
        .warns("is gone; install it again");
    laptop.edit_entry(DAY, "Bob", "Zoe");
    laptop.commit("Zoe");
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.edit_entry(DAY, "Bob", "Eve");
    laptop.commit("Eve");
    laptop.git(["merge", "side"]).exits(1);
    let merged = laptop.read_entry(DAY);
    assert!(
        merged.contains("<<<<<<< ") && merged.contains("Zoe") && merged.contains("Eve"),
        "{merged}"
    );
    // Found again, at another place.
    laptop.git(["merge", "--abort"]).ok();
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("for another program");
    laptop.palimpsest(["init"]).ok();
    laptop.palimpsest(["doctor"]).ok();
}

#[test]
fn pull_is_configured_where_nothing_is_decided() {
    let value = |m: &Machine<'_>| m.git(["config", "pull.rebase"]).text().to_owned();
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    assert_eq!(value(&laptop), "false");
    for (key, decided) in [("pull.rebase", "true"), ("pull.ff", "only")] {
        let sandbox = Sandbox::new();
        let laptop = journal(&sandbox);
        laptop.git(["config", "--global", key, decided]).ok();
        laptop.palimpsest(["init"]).ok();
        assert_ne!(value(&laptop), "false");
    }
}

#[test]
fn lines_that_are_there_stay() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.write(".gitattributes", "*.jpg binary");
    laptop.write(".gitignore", "*.swp\n/backups/\n");
    laptop.palimpsest(["init"]).ok();
    assert!(
        laptop
            .read(".gitattributes")
            .starts_with("*.jpg binary\n/journal/md/")
    );
    assert_eq!(
        laptop.read(".gitignore"),
        "*.swp\n/backups/\n/data/palimpsest.db*\n.palimpsest-*\n"
    );
}

/// Somebody's comment in whatever encoding.
#[test]
fn bytes_that_are_no_utf_8_stay() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let comment = b"# caf\xe9\n";
    let settings = "[paths]\njournal = \"diary\"\n";
    laptop.write(".gitattributes", comment);
    laptop.write(".gitignore", [comment, &b"caf\xe9/"[..]].concat());
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    let bytes = |file: &str| fs::read(laptop.path(file)).unwrap();
    let ignored = [comment, &b"caf\xe9/\n/data/"[..]].concat();
    assert!(bytes(".gitignore").starts_with(&ignored));
    assert!(bytes(".gitattributes").starts_with(&[comment, &b"/journal/md/"[..]].concat()));
    // Lines for folders of earlier settings are taken out.
    laptop.git(["mv", "journal/md", "diary"]).ok();
    laptop.write("palimpsest.toml", settings);
    laptop.palimpsest(["init"]).ok();
    assert!(bytes(".gitattributes").starts_with(&[comment, &b"/wiki/"[..]].concat()));
}

#[test]
fn doctor_names_what_is_wrong() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.write("data/ledger/2024.jsonl", "broken\n");
    laptop.write(".merge_file_x1", "");
    laptop.write(".gitattributes", "*.md merge=union\n");
    laptop.write("data/palimpsest.db", "");
    laptop.git(["add", "-f", "data/palimpsest.db"]).ok();
    laptop.remove(".git/hooks/post-merge");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("data/ledger/2024.jsonl:1: no ledger line")
        .says(".merge_file_x1: left by a process that was killed")
        .says("merge with `union`, not with palimpsest")
        .says("git rm --cached data/palimpsest.db")
        .says("post-merge: missing");
}

#[test]
fn a_damaged_database_is_a_finding_and_a_tracked_one_is_left_alone() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    let database = std::fs::read(laptop.path("data/palimpsest.db")).unwrap();
    laptop.write("data/palimpsest.db", "no database at all");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("data/palimpsest.db: damaged, or of another program")
        .says("mend: yaml2sql sync --force journal/md");
    laptop.write("data/palimpsest.db", &database[..5_000]);
    laptop.git(["add", "-f", "data/palimpsest.db"]).ok();
    laptop.git(["add", "-A"]).ok();
    let all_the_same = ["commit", "-q", "--no-verify", "-m", "Tracked after all"];
    laptop.git(all_the_same).ok();
    laptop
        .palimpsest(["init"])
        .ok()
        .says("take it out: `git rm --cached data/palimpsest.db`");
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    laptop.assert_clean();
}

#[test]
fn the_folders_of_the_settings_are_used() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write(
        "palimpsest.toml",
        "[paths]\njournal = \"my diary\"\nledger = \"my diary/ledger\"\n",
    );
    laptop.write(
        "my diary/2024-11-01.md",
        "---\ndate: 2024-11-01\npeople: [Al]\n---\n",
    );
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.assert_clean();
    assert!(
        laptop
            .read("my diary/ledger/2024.jsonl")
            .contains("\"counter\":1")
    );
    laptop.palimpsest(["doctor"]).ok();
    laptop.metadb(["show", "2024-11-01"]).ok().says("Al");
}

#[test]
fn no_repository_is_said() {
    let sandbox = Sandbox::new();
    let plain = sandbox.folder("plain");
    for command in ["init", "uninstall", "doctor"] {
        plain
            .palimpsest([command])
            .exits(1)
            .warns("no git repository here or above");
    }
    plain.palimpsest(["hook", "pre-commit"]).ok();
    assert!(!plain.exists(&entry(DAY)));
}

#[test]
fn a_hook_that_is_called_by_a_wrong_name_says_so_and_git_goes_on() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    for name in ["pre-comit", "commit-msg", "", "Pre-Commit"] {
        laptop
            .palimpsest(["hook", name, "x"])
            .ok()
            .warns(&format!(
                "warning: no hook of Palimpsest's is called `{name}`"
            ))
            .warns("expected pre-commit, post-commit, post-merge, post-rewrite or post-checkout");
        laptop
            .run_with(&[("PALIMPSEST", "0")], "palimpsest", ["hook", name])
            .ok()
            .silent_about("warning");
    }
}

#[test]
fn a_repository_without_commits_is_set_up() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.repository("laptop");
    laptop.write_entry(DAY, "people: [Al]", "");
    laptop.palimpsest(["init"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    laptop.commit("Begin");
    laptop.assert_clean();
    assert!(
        laptop
            .read("data/ledger/2024.jsonl")
            .contains("\"counter\":1")
    );
}
