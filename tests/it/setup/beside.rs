//! Hooks that look for themselves or for files beside them: what worked before `init`
//! works after it.

use std::os::unix::fs::symlink;

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
