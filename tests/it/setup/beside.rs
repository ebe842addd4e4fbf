//! Hooks that look for themselves or for files beside them: what worked before `init`
//! works after it.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use super::{DAY, executable, journal};
use crate::sandbox::{Machine, Sandbox};

const HOOK: &str = ".git/hooks/pre-commit";
const FROM_LIB: &str = "say() { echo \"from lib\" >&2; }\n";

/// A commit runs the hook that was there, with these words, and ours; before `init`,
/// after it, after a second commit, and after `uninstall`.
#[track_caller]
fn runs(laptop: &Machine<'_>, words: &str) {
    let commit = |to: &str| {
        let text = laptop.read_entry(DAY);
        let people = text
            .lines()
            .find(|line| line.starts_with("people"))
            .unwrap();
        laptop.edit_entry(DAY, people, &format!("people: [{to}]"));
        laptop.git(["commit", "-qam", to]).ok().warns(words)
    };
    commit("Ann");
    laptop.palimpsest(["init"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    commit("Ben").warns("recorded: person Ann removed");
    commit("Cleo").warns("recorded: person Ben removed");
    laptop.palimpsest(["uninstall"]).ok();
    assert!(!laptop.exists(".git/hooks/before-palimpsest"));
    commit("Dan").silent_about("recorded");
}

#[test]
fn a_first_line_that_ends_the_options() {
    for first in ["#!/bin/sh -", "#!/bin/bash --", "#! /bin/sh -e"] {
        let sandbox = Sandbox::new();
        let laptop = journal(&sandbox);
        executable(&laptop, HOOK, &format!("{first}\necho \"mine $#\" >&2\n"));
        runs(&laptop, "mine 0");
    }
}

#[test]
fn a_bash_script_that_asks_for_its_source() {
    let lib = "#!/bin/bash\n. \"$(dirname \"${BASH_SOURCE[0]}\")/lib.sh\" || exit 1\nsay\n";
    // A common ending of scripts that can be sourced as well.
    let main = "#!/usr/bin/env bash\nmain() { echo 'from lib' >&2; }\n\
                if [[ ${BASH_SOURCE[0]} == \"$0\" ]]; then main \"$@\"; fi\n";
    for text in [lib, main] {
        let sandbox = Sandbox::new();
        let laptop = journal(&sandbox);
        executable(&laptop, HOOK, text);
        laptop.write(".git/hooks/lib.sh", FROM_LIB);
        runs(&laptop, "from lib");
    }
}

#[test]
fn a_link_that_a_script_follows_to_itself() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    executable(
        &laptop,
        "scripts/pre-commit",
        "#!/bin/sh\nhere=$(dirname \"$(readlink -f \"$0\")\")\n. \"$here/lib.sh\" || exit 1\nsay\n",
    );
    laptop.write("scripts/lib.sh", FROM_LIB);
    symlink("../../scripts/pre-commit", laptop.path(HOOK)).unwrap();
    runs(&laptop, "from lib");
}

/// Another language knows only where it stands now: what is beside the hooks is there, too.
#[test]
fn another_language_that_looks_beside_itself() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    executable(
        &laptop,
        "interpreter",
        "#!/bin/sh\ncat \"${1%/*}/words\" \"${1%/*}/lib/more\" >&2\n",
    );
    let hook = format!("#!{}\n", laptop.path("interpreter").display());
    executable(&laptop, HOOK, &hook);
    laptop.write(".git/hooks/words", "from ");
    laptop.write(".git/hooks/lib/more", "beside\n");
    laptop.write(".git/hooks/commit-msg.sample", "#!/bin/sh\n");
    runs(&laptop, "from beside");
}

/// As a hook's settings are often named.
#[test]
fn another_language_that_reads_a_hidden_file_beside_itself() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    reads(&laptop, ".hookrc");
    runs(&laptop, "from .hookrc");
}

/// A hook in another language that reads this file beside itself.
fn reads(laptop: &Machine<'_>, file: &str) {
    let interpreter = format!("#!/bin/sh\ncat \"${{1%/*}}/{file}\" >&2\n");
    executable(laptop, "interpreter", &interpreter);
    let hook = format!("#!{}\n", laptop.path("interpreter").display());
    executable(laptop, HOOK, &hook);
    laptop.write(&format!(".git/hooks/{file}"), format!("from {file}\n"));
}

/// A file system without links has copies, which follow what they are of.
#[test]
fn another_language_where_there_are_no_links() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    fs::write(sandbox.bin().join("ln"), "#!/bin/sh\nexit 1\n").unwrap();
    fs::set_permissions(sandbox.bin().join("ln"), fs::Permissions::from_mode(0o755)).unwrap();
    reads(&laptop, "helper");
    runs(&laptop, "from helper");
    laptop.palimpsest(["init"]).ok();
    laptop.edit_entry(DAY, "Dan", "Eve");
    laptop
        .git(["commit", "-qam", "Eve"])
        .ok()
        .warns("from helper");
    laptop.write(".git/hooks/helper", "another\n");
    laptop.edit_entry(DAY, "Eve", "Flo");
    laptop.git(["commit", "-qam", "Flo"]).ok().warns("another");
}

#[test]
fn one_that_is_not_executable_is_kept_and_not_said_to_run() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.write(HOOK, "#!/bin/sh\nexit 1\n");
    laptop
        .palimpsest(["init"])
        .ok()
        .says("yours is kept as before-palimpsest/pre-commit; it is not executable, so")
        .lacks("runs first");
    laptop.commit("Begin");
}

#[test]
fn a_folder_in_the_place_of_a_hook_is_left_and_said() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    fs::create_dir(laptop.path(HOOK)).unwrap();
    laptop
        .palimpsest(["init"])
        .exits(1)
        .says("pre-commit: left alone, since it is a folder; move it away and run this again")
        .says("hooks post-commit, ");
    laptop
        .palimpsest(["init"])
        .exits(1)
        .lacks("everything is set up already");
    laptop
        .palimpsest(["doctor", "--fix"])
        .exits(1)
        .says("pre-commit: a folder\n    mend: move it away, then palimpsest init");
    assert!(laptop.path(HOOK).is_dir());
    laptop.palimpsest(["uninstall"]).ok();
    assert!(laptop.path(HOOK).is_dir());
    fs::remove_dir(laptop.path(HOOK)).unwrap();
    laptop.palimpsest(["init"]).ok();
    laptop.palimpsest(["doctor"]).ok();
}

/// A copy of the repository may lack the bit, and git runs no hook without it.
#[test]
fn ours_is_made_executable_again() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    let mode = || {
        fs::metadata(laptop.path(HOOK))
            .unwrap()
            .permissions()
            .mode()
    };
    let before = mode();
    for mend in [&["init"][..], &["doctor", "--fix"]] {
        fs::set_permissions(laptop.path(HOOK), fs::Permissions::from_mode(0o644)).unwrap();
        laptop
            .palimpsest(["doctor"])
            .exits(1)
            .says("pre-commit: not executable, so that git does not run it");
        laptop.palimpsest(mend).ok().says("set hooks pre-commit in");
        assert_eq!(mode(), before);
        assert!(!laptop.exists(".git/palimpsest/edited-hooks"));
    }
    fs::set_permissions(laptop.path(HOOK), fs::Permissions::from_mode(0o644)).unwrap();
    laptop.palimpsest(["uninstall"]).ok();
    assert!(!laptop.exists(HOOK));
}

#[test]
fn one_of_ours_that_another_version_wrote_is_taken_back() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    executable(&laptop, HOOK, "#!/bin/sh\necho mine\n");
    laptop.palimpsest(["init"]).ok();
    // What a later version of the program would find of this one.
    let shim = laptop.read(HOOK);
    let sum = shim.lines().find(|l| l.starts_with("# sum ")).unwrap();
    let other = shim.replace("status=0\n", "status=0 # otherwise\n");
    let other = other.replace(sum, &format!("# sum {}", sum_of(&other)));
    laptop.write(HOOK, &other);
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("pre-commit: of another version");
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("restored your hook")
        .lacks("edited");
    assert_eq!(laptop.read(HOOK), "#!/bin/sh\necho mine\n");

    // An edited one is left, and where the hook is that it runs is said.
    laptop.palimpsest(["init"]).ok();
    laptop.edit(HOOK, "status=0\n", "status=0\necho more\n");
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("pre-commit: it was edited since `init`; remove it by hand, and put yours")
        .says("before-palimpsest/pre-commit");
}

/// The sum of a hook's lines without those of the sum and the program.
fn sum_of(shim: &str) -> String {
    let own = |l: &&str| !l.starts_with("# sum ") && !l.starts_with("program=");
    let lines: Vec<&str> = shim.lines().filter(own).collect();
    palimpsest::journal::digest::short_sha256(lines.join("\n").as_bytes())
}

#[test]
fn a_journal_behind_a_link_is_named() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write("real/2024/2024-11-01.md", "---\ndate: 2024-11-01\n---\nx\n");
    laptop.write("journal/README", "");
    std::os::unix::fs::symlink("../real", laptop.path("journal/md")).unwrap();
    laptop
        .palimpsest(["init"])
        .ok()
        .warns("journal/md: skipped, a symbolic link");
}

/// As many repositories share theirs; out of git, it would be gone for everybody.
#[test]
fn a_tracked_hook_of_ones_own_gets_its_place_back() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let own = "#!/bin/sh\necho own >> ran\n";
    executable(&laptop, ".githooks/pre-commit", own);
    laptop.write(".gitignore", "ran\n");
    laptop.commit("A hook of all");
    laptop.git(["config", "core.hooksPath", ".githooks"]).ok();
    laptop.palimpsest(["init"]).ok();
    let run = laptop.palimpsest(["doctor"]).exits(1);
    let run = run.lacks("git rm --cached");
    let mend = run
        .stdout
        .lines()
        .find_map(|l| l.strip_prefix("    mend: "));
    let (mv, line) = mend
        .unwrap()
        .split_once(", and add this line to it: ")
        .unwrap();
    laptop.run_with(&[], "sh", ["-c", mv]).ok();
    assert_eq!(laptop.read(".githooks/pre-commit"), own);
    laptop.write(".githooks/pre-commit", format!("{own}{line}\n"));
    laptop.palimpsest(["doctor"]).ok();
    laptop.palimpsest(["init"]).ok();
    laptop.edit_entry(DAY, "Bob", "Rob");
    laptop
        .git(["commit", "-qam", "Rob"])
        .ok()
        .warns("recorded: person Bob removed");
    assert_eq!(laptop.read("ran"), "own\n");
}
