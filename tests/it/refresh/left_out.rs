//! What a missing file means: git's index tells one that is left out on purpose from one
//! that is deleted, and a symbolic link in its place is neither.

use super::*;
use crate::sandbox::entry;

const NOTE: &str = "wiki/entries/2024/2024-11-01.md";

/// Two entries, one with a note, in a committed and indexed journal.
fn begin(sandbox: &Sandbox) -> Machine<'_> {
    let machine = sandbox.repository("laptop");
    machine.write_entry(DATES[0], "people: [Orla]\n", "One.\n");
    machine.write_entry(DATES[3], "people: [Bram]\n", "Two.\n");
    machine.write(NOTE, "### Notes\nKeep the ferry.\n");
    machine.palimpsest(["init"]).ok();
    machine.commit("Begin");
    age(&machine);
    index(&machine, "data/steps.db", Scope::All);
    machine
}

fn age(machine: &Machine<'_>) {
    for folder in ["journal", "wiki", "data/ledger"] {
        machine.age(folder);
    }
}

fn link(machine: &Machine<'_>, path: &str) {
    // Whoever writes to the path later writes to this.
    machine.write(".git/elsewhere.md", "Elsewhere.\n");
    let (path, elsewhere) = (machine.path(path), machine.path(".git/elsewhere.md"));
    drop(std::fs::remove_file(&path));
    std::os::unix::fs::symlink(elsewhere, path).unwrap();
}

/// Both indexes have the same rows, and the program's shows an entry with this state.
#[track_caller]
fn shows(machine: &Machine<'_>, date: &str, state: Option<&str>) {
    let shown = machine.metadb(["show", date]).ok();
    match state {
        Some(state) => drop(shown.says(state)),
        None => drop(shown.says("People:").lacks("State:")),
    }
    assert_eq!(differing(machine).0, [] as [&str; 0]);
}

const GONE: Option<&str> = Some("deleted, not committed yet");

#[test]
fn an_entry_deleted_first_and_left_out_later_is_there() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    machine.remove(&entry(DATES[3]));
    shows(&machine, DATES[3], GONE);
    let out = [
        "sparse-checkout",
        "set",
        "--no-cone",
        "/*",
        "!/journal/md/2023/",
    ];
    machine.git(out).ok();
    shows(&machine, DATES[3], None);
    machine.metadb(["restore", "--list"]).ok().lacks(DATES[3]);
    // It is back, and is deleted once more.
    machine.git(["sparse-checkout", "disable"]).ok();
    shows(&machine, DATES[3], None);
    machine.remove(&entry(DATES[3]));
    shows(&machine, DATES[3], GONE);
}

#[test]
fn an_entry_and_a_note_that_were_left_out_are_deleted_once_git_misses_them() {
    // An index of the usual kind, one for libgit2, and one that only git can read.
    for how in [
        &[] as &[&str],
        &["--index-version", "4"],
        &["--split-index"],
    ] {
        let sandbox = Sandbox::new();
        let machine = begin(&sandbox);
        let mark = |set: &str, path: &str| {
            let marked = [&["update-index"], how, &[set, path]].concat();
            machine.git(marked).ok();
        };
        for path in [&entry(DATES[0]), NOTE] {
            mark("--skip-worktree", path);
            machine.remove(path);
        }
        shows(&machine, DATES[0], None);
        machine
            .metadb(["show", DATES[0], "--full"])
            .ok()
            .says("Keep the ferry.");
        mark("--no-skip-worktree", NOTE);
        shows(&machine, DATES[0], None);
        machine
            .metadb(["show", DATES[0], "--full"])
            .ok()
            .lacks("Keep the ferry.");
        mark("--no-skip-worktree", &entry(DATES[0]));
        shows(&machine, DATES[0], GONE);
        machine.git(["checkout", "-q", "."]).ok();
        shows(&machine, DATES[0], None);
    }
}

#[test]
fn a_symbolic_link_that_is_gone_leaves_its_entry_deleted() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    let path = entry(DATES[0]);
    link(&machine, &path);
    shows(&machine, DATES[0], None);
    machine.remove(&path);
    shows(&machine, DATES[0], GONE);
    // Deleted first, and a link after that.
    link(&machine, &path);
    shows(&machine, DATES[0], None);
    machine.git(["checkout", "-q", "."]).ok();
    shows(&machine, DATES[0], None);
    link(&machine, NOTE);
    let full = || machine.metadb(["show", DATES[0], "--full"]).ok();
    full().says("Keep the ferry.");
    machine.remove(NOTE);
    full().lacks("Keep the ferry.");
    assert_eq!(differing(&machine).0, [] as [&str; 0]);
}

/// The hooks look at what a commit changed alone.
#[test]
fn step_by_step_missing_files_mean_the_same_as_at_once() {
    for seed in 0..3 {
        let sandbox = Sandbox::new();
        let machine = begin(&sandbox);
        let mut dice = Dice(seed);
        for at in 0..30 {
            let (one, other) = (entry(DATES[0]), entry(DATES[3]));
            let path = dice.of(&[&one, &other, NOTE]);
            match dice.roll(10) {
                0 | 1 => drop(machine.git(["update-index", "--skip-worktree", path])),
                2 | 3 => drop(machine.git(["update-index", "--no-skip-worktree", path])),
                4 | 5 => drop(std::fs::remove_file(machine.path(path))),
                6 => link(&machine, path),
                7 => drop(machine.git(["checkout", "-q", "-f", "HEAD", "--", path])),
                8 => machine.write(
                    "journal/md/2023/2023-05-06.md",
                    "---\ndate: 2023-05-06\n---\n",
                ),
                _ => {
                    machine.git(["add", "-u"]);
                    machine.git(["commit", "-q", "--no-verify", "--allow-empty", "-m", "Step"]);
                }
            }
            age(&machine);
            match dice.roll(3) {
                0 => drop(index(&machine, "data/steps.db", Scope::Head)),
                1 => {
                    let (differ, _) = differing(&machine);
                    assert!(differ.is_empty(), "seed {seed}, step {at}: {differ:#?}");
                }
                _ => {}
            }
        }
    }
}
