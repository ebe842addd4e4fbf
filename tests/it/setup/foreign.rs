//! Hooks of other managers: kept, run as if they still stood there, and put back.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::{DAY, executable, installed, journal};
use crate::sandbox::{Machine, Sandbox};

/// What husky writes into `.husky/_`, for each hook the same.
const HUSKY_HOOK: &str = "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"";
const HUSKY: &str = "#!/usr/bin/env sh
n=$(basename \"$0\")
s=$(dirname \"$(dirname \"$0\")\")/$n
[ ! -f \"$s\" ] && exit 0
sh -e \"$s\" \"$@\"
";

/// What pre-commit writes, without its Python.
const PRE_COMMIT: &str = "#!/usr/bin/env bash
ARGS=(hook-impl --hook-type=pre-commit)
HERE=\"$(cd \"$(dirname \"$0\")\" && pwd)\"
ARGS+=(--hook-dir \"$HERE\" -- \"$@\")
if [ -x tool ]; then
    exec ./tool \"${ARGS[@]}\"
fi
echo 'tool not found.' 1>&2
exit 1
";

const LEFTHOOK: &str = "#!/bin/sh
if [ \"$LEFTHOOK\" = \"0\" ]; then
  exit 0
fi
call_lefthook()
{
  ./tool \"$@\"
}
call_lefthook run \"post-merge\" \"$@\"
";

const TOOL: &str = "#!/bin/sh\necho \"tool: $*\" >&2\n";

#[track_caller]
fn records(machine: &Machine<'_>, from: &str, to: &str, says: &str) {
    machine.edit_entry(DAY, from, to);
    machine
        .git(["commit", "-qam", to])
        .ok()
        .warns(says)
        .warns(&format!("recorded: person {from} removed"));
}

#[test]
fn husky_finds_its_name_and_its_folder() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    executable(&laptop, ".husky/_/pre-commit", HUSKY_HOOK);
    executable(&laptop, ".husky/_/h", HUSKY);
    laptop.write(".husky/_/.gitignore", "*\n");
    laptop.write(".husky/pre-commit", "echo husky runs >&2\ntest ! -e stop\n");
    laptop.git(["config", "core.hooksPath", ".husky/_"]).ok();
    laptop
        .palimpsest(["init"])
        .ok()
        .says("core.hooksPath is .husky/_: the hooks are installed there");
    laptop.commit("Use both");
    laptop.assert_clean();
    records(&laptop, "Bob", "Zoe", "husky runs");
    laptop.write("stop", "");
    laptop.edit_entry(DAY, "Zoe", "Bob");
    laptop.git(["commit", "-qam", "Bob"]).exits(1);
    laptop.remove("stop");
    laptop.git(["checkout", "-q", "."]).ok();

    // `npm install` writes husky's hook again.
    executable(&laptop, ".husky/_/pre-commit", HUSKY_HOOK);
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("pre-commit: not Palimpsest's");
    laptop.palimpsest(["init"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    records(&laptop, "Zoe", "Eve", "husky runs");

    laptop.palimpsest(["uninstall"]).ok();
    assert_eq!(laptop.read(".husky/_/pre-commit"), HUSKY_HOOK);
    assert!(!laptop.exists(".husky/_/before-palimpsest"));
}

/// As docs/git.md has it: hooks in the work tree that everybody gets, or husky's files.
#[test]
fn a_hook_that_calls_the_program_is_left_and_runs_once() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let names = [
        "pre-commit",
        "post-commit",
        "post-merge",
        "post-rewrite",
        "post-checkout",
    ];
    let call = |name: &str| format!("echo ran {name} >&2\npalimpsest hook {name} \"$@\"\n");
    for name in names {
        executable(
            &laptop,
            &format!(".hooks/{name}"),
            &format!("#!/bin/sh\n{}", call(name)),
        );
        executable(&laptop, &format!(".husky/_/{name}"), HUSKY_HOOK);
        laptop.write(&format!(".husky/{name}"), call(name));
    }
    executable(&laptop, ".husky/_/h", HUSKY);
    for (folder, from, to) in [(".hooks", "Bob", "Zoe"), (".husky/_", "Zoe", "Eve")] {
        laptop.git(["config", "core.hooksPath", folder]).ok();
        laptop.palimpsest(["init"]).ok().lacks("set hooks");
        assert!(!laptop.exists(&format!("{folder}/before-palimpsest")));
        if folder == ".hooks" {
            laptop.commit("Use Palimpsest");
        }
        laptop
            .palimpsest(["doctor"])
            .ok()
            .is("everything is in order");
        records(&laptop, from, to, "ran pre-commit");
    }
    laptop.palimpsest(["uninstall"]).ok();
    assert!(laptop.exists(".husky/_/pre-commit"));
    // An earlier version put ours beside one.
    laptop.palimpsest(["init"]).ok();
    laptop.git(["config", "core.hooksPath", ".git/hooks"]).ok();
    laptop.palimpsest(["init"]).ok();
    let kept = ".git/hooks/before-palimpsest/pre-commit";
    executable(&laptop, kept, &format!("#!/bin/sh\n{}", call("pre-commit")));
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("pre-commit: runs twice, since");
}

/// What is kept of husky's own hook calls the file that it called where it stood.
#[test]
fn a_call_in_huskys_file_beside_ours_is_said() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    executable(&laptop, ".husky/_/pre-commit", HUSKY_HOOK);
    executable(&laptop, ".husky/_/h", HUSKY);
    laptop.git(["config", "core.hooksPath", ".husky/_"]).ok();
    laptop.palimpsest(["init"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    laptop.write(".husky/pre-commit", "palimpsest hook pre-commit \"$@\"\n");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("pre-commit: runs twice, since")
        .says(".husky/pre-commit calls it, too");
}

#[test]
fn pre_commit_and_lefthook_run() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    executable(&laptop, "tool", TOOL);
    executable(&laptop, ".git/hooks/pre-commit", PRE_COMMIT);
    executable(&laptop, ".git/hooks/post-merge", LEFTHOOK);
    let before = installed(&laptop);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    let hooks = laptop.path(".git/hooks");
    let says = format!("--hook-dir {}", fs::canonicalize(hooks).unwrap().display());
    records(&laptop, "Bob", "Zoe", &says);
    laptop.git(["checkout", "-q", "-b", "side", "HEAD~1"]).ok();
    laptop
        .git(["merge", "-q", "main"])
        .ok()
        .warns("tool: run post-merge 0");
    laptop.palimpsest(["uninstall"]).ok();
    let hooks = |all: Vec<(String, Vec<u8>, u32)>| {
        all.into_iter()
            .filter(|f| f.0.contains("/hooks/"))
            .collect::<Vec<_>>()
    };
    assert_eq!(hooks(installed(&laptop)), hooks(before));
    assert!(!laptop.exists(".git/hooks/before-palimpsest"));
}

/// As lefthook does: what stood there is renamed, and run by nobody.
#[test]
fn a_manager_that_takes_the_hooks_place_later_is_named_with_each_commit() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin").silent_about("not checked");
    let hook = laptop.path(".git/hooks/pre-commit");
    fs::rename(&hook, hook.with_extension("old")).unwrap();
    executable(&laptop, ".git/hooks/pre-commit", "#!/bin/sh\nexit 0\n");
    laptop.edit_entry(DAY, "quay", "mole");
    laptop
        .commit("Unchecked")
        .warns("this commit was not checked")
        .warns("`palimpsest init` has it called again");
    // These run no pre-commit, or one that may have been called out of sight.
    laptop
        .git(["commit", "-q", "--amend", "-m", "Amended"])
        .ok()
        .silent_about("not checked");
    laptop
        .git(["revert", "--no-edit", "HEAD"])
        .ok()
        .silent_about("not checked");
    laptop
        .git(["revert", "--no-edit", "HEAD"])
        .ok()
        .silent_about("not checked");
    // What is no matter of the journal needs no checks.
    laptop.write("pages/quay.txt", "Boats.\n");
    laptop.commit("A page").silent_about("not checked");
    laptop.palimpsest(["init"]).ok();
    laptop.edit_entry(DAY, "mole", "pier");
    laptop
        .git(["commit", "-q", "-n", "-am", "By will"])
        .ok()
        .silent_about("not checked");
}

/// As `git lfs update --force` does: what comes after a commit is taken, `pre-commit` not.
#[test]
fn a_manager_that_takes_what_comes_after_a_commit_is_named_with_each_commit() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin").silent_about("stays behind");
    laptop.edit_entry(DAY, "Al,", "Al, Cleo,");
    laptop.commit("Cleo").silent_about("stays behind");
    executable(&laptop, ".git/hooks/post-commit", "#!/bin/sh\nexit 0\n");
    laptop.edit_entry(DAY, "Bob", "Zoe");
    laptop
        .git(["commit", "-qam", "Zoe"])
        .ok()
        .warns("the ledger in the work tree stays behind this commit")
        .warns(".git/hooks/post-commit does not call Palimpsest any more");
    laptop.write("pages/quay.txt", "Boats.\n");
    laptop.git(["add", "pages"]).ok();
    laptop
        .git(["commit", "-qm", "A page"])
        .ok()
        .silent_about("stays behind");
    // What was said to be the way.
    laptop.palimpsest(["init"]).ok();
    laptop.palimpsest(["doctor", "--fix"]).ok();
    laptop.assert_clean();
    laptop.edit_entry(DAY, "Zoe", "Eve");
    laptop.commit("Eve").silent_about("stays behind");
    laptop.assert_clean();
}

/// The line that docs/git.md has for files that everybody gets.
#[test]
fn a_call_of_ones_own_lets_commits_pass_where_the_program_is_missing() {
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/git.md")).unwrap();
    let line = page
        .lines()
        .map(str::trim)
        .rfind(|line| line.ends_with("palimpsest hook pre-commit \"$@\""))
        .unwrap();
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    executable(&laptop, ".husky/_/pre-commit", HUSKY_HOOK);
    executable(&laptop, ".husky/_/h", HUSKY);
    laptop.write(
        ".husky/pre-commit",
        format!("PATH=\"$HOME/.local/bin:$PATH\"\n{line}\n"),
    );
    laptop.git(["config", "core.hooksPath", ".husky/_"]).ok();
    laptop.palimpsest(["init"]).ok();
    assert!(!laptop.exists(".husky/_/before-palimpsest/pre-commit"));
    laptop.commit("Begin");
    records(&laptop, "Bob", "Zoe", "");
    let program = sandbox.bin().join("palimpsest");
    fs::rename(&program, program.with_extension("gone")).unwrap();
    laptop.edit_entry(DAY, "Zoe", "Eve");
    laptop.git(["commit", "-qam", "Eve"]).ok();
}

#[test]
fn a_link_to_a_dispatcher_is_kept_and_comes_back_as_it_was() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let dispatch = "#!/bin/sh\necho \"as $(basename \"$0\")\" >&2\n";
    executable(&laptop, "tools/dispatch", dispatch);
    let hook = laptop.path(".git/hooks/pre-commit");
    symlink("../../tools/dispatch", &hook).unwrap();
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    records(&laptop, "Bob", "Zoe", "as pre-commit");
    laptop.palimpsest(["uninstall"]).ok();
    let target = fs::read_link(&hook).unwrap();
    assert_eq!(target.to_str(), Some("../../tools/dispatch"));
}

/// A link whose target is gone (a tool that is not installed on this machine) is not
/// run by git, nor by ours; it comes back, and would run again once its target is there.
#[test]
fn a_link_to_nowhere_is_kept_and_comes_back() {
    let sandbox = Sandbox::new();
    let elsewhere = sandbox.root().join("gone");
    let absolute = elsewhere.to_str().unwrap();
    for target in ["../../tools/gone", "post-commit", absolute] {
        let laptop = sandbox.repository(&format!("to-{}", target.replace('/', "-")));
        laptop.write_entry(DAY, "people: [Bob]", "Text.\n");
        let hook = laptop.path(".git/hooks/pre-commit");
        let _ = fs::remove_file(&hook);
        symlink(target, &hook).unwrap();
        let plan = laptop.palimpsest(["init", "--dry-run"]).ok();
        plan.says("hook pre-commit: yours is kept as before-palimpsest/pre-commit");
        laptop.palimpsest(["init"]).ok();
        let kept = laptop.path(".git/hooks/before-palimpsest/pre-commit");
        assert!(kept.is_symlink() && !kept.exists(), "{target}");
        laptop
            .palimpsest(["init"])
            .ok()
            .says("everything is set up already");
        laptop.palimpsest(["doctor"]);
        laptop.commit("Begin");
        records(&laptop, "Bob", "Zoe", "");
        laptop.palimpsest(["uninstall"]).ok();
        assert_eq!(fs::read_link(&hook).unwrap().to_str(), Some(target));
        assert!(!laptop.exists(".git/hooks/before-palimpsest"));
    }
}

/// One hook that is a link to another, as recipes have it: both are kept, and the
/// one runs what the other was.
#[test]
fn a_link_to_another_hook_leads_to_what_that_was() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let text = "#!/bin/sh\necho \"install: $*\" >&2\n";
    executable(&laptop, ".git/hooks/post-checkout", text);
    let hook = laptop.path(".git/hooks/post-merge");
    symlink("post-checkout", &hook).unwrap();
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    records(&laptop, "Bob", "Zoe", "");
    laptop.git(["checkout", "-q", "-"]).ok();
    let merge = laptop.git(["merge", "side"]).ok().warns("install: 0");
    assert!(!merge.stderr.contains("error"), "{merge}");
    let kept = laptop.path(".git/hooks/before-palimpsest/post-merge");
    assert_eq!(fs::read_link(kept).unwrap().to_str(), Some("post-checkout"));
    laptop.palimpsest(["uninstall"]).ok();
    assert_eq!(
        fs::read_link(&hook).unwrap().to_str(),
        Some("post-checkout")
    );
    assert_eq!(laptop.read(".git/hooks/post-checkout"), text);
}

#[test]
fn another_language_is_started_under_its_own_name() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    // Any program that is no shell: it cannot be told where it stood.
    executable(
        &laptop,
        "show name",
        "#!/bin/sh\necho \"as $(basename \"$1\")\" >&2\n",
    );
    let interpreter = laptop.path("interpreter");
    symlink(laptop.path("show name"), &interpreter).unwrap();
    let hook = format!("#!{}\n", interpreter.display());
    executable(&laptop, ".git/hooks/pre-commit", &hook);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    // Linux runs a script as an interpreter.
    records(&laptop, "Bob", "Zoe", "as pre-commit");
    let mode = fs::metadata(laptop.path(".git/hooks/before-palimpsest/pre-commit"));
    assert_eq!(mode.unwrap().permissions().mode() & 0o111, 0o111);
}
