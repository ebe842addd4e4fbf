//! Every way in which a hook can end that git runs when all is done: none changes how
//! git's own command ends, none what it did, and the next command catches up.

use super::exits::{DAY, OURS, branches};
use super::tracer::{Of, What, traced, works};
use super::wrapper::Wrapper;
use crate::sandbox::{Machine, Sandbox};

/// The line before the program, and what the hook says with it.
const ENDS: [(&str, &str, &str); 14] = [
    ("fine", ":", ""),
    ("nobody listens", "exec >&- 2>&-", ""),
    (
        "output that cannot be written",
        "exec >/dev/full 2>/dev/full",
        "",
    ),
    ("too little memory to begin", "ulimit -v 3000", ""),
    ("no bytes may be written", "ulimit -f 0", ""),
    ("it ends badly", "kill -TERM $$", ""),
    ("a panic's exit code", "exit 129", ""),
    ("a library is gone", "exit 127", "ended with 127"),
    ("a library is of an older system", "exit 1", "ended with 1"),
    ("a file of no bytes in its place", "exit 0", "ended with 0"),
    ("usage", "set -- hook", "Usage"),
    ("no repository", "export GIT_DIR=/nowhere", ""),
    (
        "an index that is none",
        "export GIT_INDEX_FILE=/dev/null/x",
        "",
    ),
    ("turned off", "export PALIMPSEST=0", ""),
];

/// A hook, and the command that ends with it.
struct Ending {
    hook: &'static str,
    command: &'static [&'static str],
    /// Whom the entry of the day names then.
    people: &'static str,
}

const ENDINGS: [Ending; 4] = [
    Ending {
        hook: "post-merge",
        command: &["git", "merge", "-q", "other"],
        people: "Alice, Carol",
    },
    Ending {
        hook: "post-checkout",
        command: &["git", "switch", "-q", "other"],
        people: "Alice",
    },
    Ending {
        hook: "post-rewrite",
        command: &["git", "rebase", "-q", "other"],
        people: "Alice, Carol",
    },
    Ending {
        hook: "post-rewrite",
        command: &["git", "commit", "-q", "--amend", "-m", "Again"],
        people: "Alice, Carol, Bob",
    },
];

/// Ours ends so in this hook alone.
fn only_in(hook: &str, line: &str) -> String {
    format!("case \"$*\" in \"git hook {hook}\"*) {line} ;; esac")
}

/// As it was on `main` before the command.
fn begin_again(laptop: &Machine<'_>, main: &str) {
    laptop.git(["switch", "-q", "-f", "main"]).ok();
    laptop.git(["reset", "-q", "--hard", main]).ok();
    laptop.metadb(["sync", "status"]).ok();
}

/// The command did all that it does, and the index follows with the next one.
fn is_done(laptop: &Machine<'_>, ending: &Ending, main: &str, name: &str) {
    let text = laptop.read_entry(DAY);
    let people = format!("people: [{}]", ending.people);
    let log = laptop.git(["log", "--oneline", "--graph", "--all"]).ok();
    assert!(text.contains(&people), "{name}: {text}{log}");
    assert_ne!(laptop.oid("HEAD"), main, "{name}");
    laptop.assert_clean();
    let shown = laptop.metadb(["show", DAY, "--json"]).ok().stdout;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    let shown: Vec<&str> = shown["people"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|p| p.as_str())
        .collect();
    assert_eq!(shown.join(", "), ending.people, "{name}");
}

#[test]
fn each_end_of_a_hook_that_comes_afterwards() {
    let sandbox = Sandbox::new();
    let laptop = branches(&sandbox);
    let main = laptop.oid("HEAD");
    let wrapper = Wrapper::new(&laptop);
    for ending in &ENDINGS {
        for (name, line, said) in ENDS {
            let name = format!("{}, {name}", ending.hook);
            wrapper.says(&only_in(ending.hook, line));
            let run = laptop.run_with(&[], ending.command[0], &ending.command[1..]);
            wrapper.says(":");
            assert_eq!(run.code, 0, "{name}: {run}");
            assert!(run.stderr.contains(said), "{name}: {run}");
            is_done(&laptop, ending, &main, &name);
            begin_again(&laptop, &main);
        }
    }
}

/// A hook of somebody else still says how a checkout ends, as git has it.
#[test]
fn a_kept_hook_says_how_a_checkout_ends() {
    let sandbox = Sandbox::new();
    let laptop = branches(&sandbox);
    let kept = ".git/hooks/before-palimpsest/post-checkout";
    laptop.write(kept, "#!/bin/sh\nexit 7\n");
    laptop.run_with(&[], "chmod", ["+x", kept]).ok();
    laptop.git(["switch", "-q", "other"]).exits(1);
}

#[test]
fn a_hook_that_comes_afterwards_and_gets_a_signal_loses_nothing() {
    if !works() {
        return;
    }
    let sandbox = Sandbox::new();
    let laptop = branches(&sandbox);
    let main = laptop.oid("HEAD");
    for ending in &ENDINGS {
        for signal in [2, 9, 15] {
            // Its first step in the database.
            let of = Of {
                path: "data/palimpsest.db",
                ..OURS
            };
            let name = format!("{}, signal {signal}", ending.hook);
            let run = traced(&laptop, &[], ending.command, (1, What::Signal(signal), of)).run;
            assert_eq!(run.code, 0, "{name}: {run}");
            is_done(&laptop, ending, &main, &name);
            laptop.palimpsest(["doctor"]).ok();
            begin_again(&laptop, &main);
        }
    }
}
