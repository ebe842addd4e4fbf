//! Every way in which the hook before a commit can end: whether the commit is made, and
//! what is said.

use super::exits::{DAY, OURS, branches};
use super::tracer::{Of, What, traced, works};
use super::wrapper::Wrapper;
use crate::sandbox::{Machine, Sandbox, entry};

#[test]
fn a_hook_that_gets_a_signal_loses_nothing() {
    if !works() {
        return;
    }
    let sandbox = Sandbox::new();
    let laptop = branches(&sandbox);
    let head = laptop.oid("HEAD");
    for signal in [2, 9, 15] {
        laptop.edit_entry(DAY, "Carol", "Carol, Dan");
        laptop.git(["add", "-A"]).ok();
        let commit = ["git", "commit", "-q", "-m", "Dan"];
        // In pre-commit: its first step is a blob.
        let of = Of {
            path: ".git/objects",
            ..OURS
        };
        let run = traced(&laptop, &[], &commit, (1, What::Signal(signal), of)).run;
        assert!(run.code != 0, "{run}");
        assert_eq!(laptop.oid("HEAD"), head);
        staged(&laptop);
        // In post-commit: the commit stands.
        let of = Of {
            path: "data/",
            ..OURS
        };
        traced(&laptop, &[], &commit, (1, What::Signal(signal), of))
            .run
            .ok();
        laptop.git(["log", "-1", "--format=%s"]).ok().is("Dan");
        laptop.palimpsest(["doctor", "--fix"]);
        laptop.assert_clean();
        laptop.git(["reset", "-q", "--hard", &head]).ok();
    }
}

fn staged(laptop: &Machine<'_>) {
    laptop
        .git(["diff", "--cached", "--name-only"])
        .ok()
        .says(&entry(DAY));
}

#[test]
fn each_end_of_a_hook() {
    let sandbox = Sandbox::new();
    let laptop = branches(&sandbox);
    let head = laptop.oid("HEAD");
    let wrapper = Wrapper::new(&laptop);
    for (name, before, commits, said) in [
        ("fine", ":", true, ""),
        ("nobody listens", "exec >&- 2>&-", true, ""),
        (
            "output that cannot be written",
            "exec >/dev/full 2>/dev/full",
            true,
            "",
        ),
        (
            "too little memory to begin",
            "ulimit -v 3000",
            true,
            "wrapper ended with ",
        ),
        ("somebody ends it", "kill -TERM $$", false, ""),
        ("it ends badly", "kill -SEGV $$", true, "ended with 139"),
        ("usage", "set -- hook", true, "Usage"),
        (
            "a library is of an older system",
            "exit 1",
            true,
            "wrapper ended with 1, and pre-commit did nothing; install it again",
        ),
        ("a library is gone", "exit 127", true, "ended with 127"),
        (
            "a file of no bytes in its place",
            "exit 0",
            true,
            "ended with 0",
        ),
        (
            "no repository",
            "export GIT_DIR=/nowhere",
            true,
            "pre-commit",
        ),
        (
            "an index that is none",
            "export GIT_INDEX_FILE=/dev/null/x",
            true,
            "pre-commit",
        ),
        ("turned off", "export PALIMPSEST=0", true, ""),
    ] {
        laptop.edit_entry(DAY, "Carol", "Carol, Dan");
        laptop.git(["add", "-A"]).ok();
        wrapper.says(before);
        let run = laptop.git(["commit", "-q", "-m", "Dan"]);
        wrapper.says(":");
        assert_eq!(run.code == 0, commits, "{name}: {run}");
        assert!(run.stderr.contains(said), "{name}: {run}");
        assert_eq!(laptop.oid("HEAD") != head, commits, "{name}");
        if !commits {
            staged(&laptop);
        }
        assert!(laptop.read_entry(DAY).contains("Dan"), "{name}");
        laptop.git(["reset", "-q", "--hard", &head]).ok();
    }
}
