//! Input whose cost must not grow faster than itself. Each command has a limit of time and
//! of memory that it would be far above otherwise.

use super::{ENTRY, LEDGER, laptop};
use crate::sandbox::{DAY, Machine, Run, Sandbox, journal};

/// Runs a program with at most so much time of the processor and memory, in each of its
/// processes.
#[track_caller]
fn bounded(machine: &Machine<'_>, program: &str, args: &[&str]) -> Run {
    let limits = r#"ulimit -t 20 && ulimit -v 1500000 && exec "$@""#;
    let sh = ["-c", limits, "sh", program];
    machine.run_with(&[], "sh", [&sh[..], args].concat())
}

#[test]
fn one_long_name_makes_one_long_line() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let removal = |item: &str, i: usize| {
        format!(
            r#"{{"v":1,"kind":"tombstone","entry":"{DAY}","table":"entry_people","item":"{item}","id":"{i:016x}","state":"active","at":"2026-01-01T00:00:00Z","by":"m","source":"yaml"}}"#
        ) + "\n"
    };
    let short: String = (0..2_500).map(|i| removal(&format!("P{i}"), i)).collect();
    let ledger = laptop.read(LEDGER) + &removal(&"x".repeat(1_000_000), 9_999) + &short;
    laptop.write(LEDGER, ledger);
    for args in [
        &["tombstone", "list"][..],
        &["show", DAY, "--full"],
        &["sync", "status", "Entry", DAY],
    ] {
        let run = bounded(&laptop, "metadb", args);
        assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
        assert!(run.stdout.len() < 2_000_000, "{args:?}");
        let line = run.stdout.lines().find(|line| line.contains(" P7 "));
        assert!(line.unwrap().len() < 200, "{args:?}");
    }
}

/// A few small trees that stand for ten million paths, and a commit that takes them back.
#[test]
fn a_commit_of_more_paths_than_any_work_tree_has_tells_what_it_can() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, "people: [Alice, Bob]", "x\n")]);
    let script = format!(
        r#"set -e
        top=$(git rev-parse 'HEAD^{{tree}}') blob=$(git rev-parse 'HEAD:{ENTRY}')
        tree=$(for i in 02 03 04 05 06 07 08 09 10 11; do
            printf '100644 blob %s\t2024-11-%s.md\n' "$blob" "$i"; done | git mktree)
        for level in 1 2 3 4 5 6; do
            tree=$(for name in a b c d e f g h i j; do
                printf '040000 tree %s\t%s\n' "$tree" "$name"; done | git mktree)
        done
        md=$(printf '040000 tree %s\tmd\n' "$tree" | git mktree)
        data=$(git rev-parse HEAD:data)
        all=$(printf '040000 tree %s\tdata\n040000 tree %s\tjournal\n' "$data" "$md" | git mktree)
        for round in 1 2; do
            bomb=$(git commit-tree -p HEAD -m Bomb "$all")
            git update-ref HEAD "$(git commit-tree -p "$bomb" -m Back "$top")"
        done"#
    );
    laptop.run_with(&[], "sh", ["-c", &script]).ok();
    laptop
        .run_with(&[("PALIMPSEST", "0")], "git", ["push", "-q"])
        .ok();
    bounded(&desktop, "git", &["pull", "-q"]).ok();
    bounded(&desktop, "metadb", &["sync", "status"]).ok();
    desktop.edit(ENTRY, ", Bob", "");
    bounded(&desktop, "git", &["commit", "-qam", "Not Bob"])
        .ok()
        .warns("recorded: person Bob removed");
    bounded(&desktop, "metadb", &["tombstone", "list"])
        .ok()
        .says("Bob");
    bounded(&desktop, "palimpsest", &["doctor"]).ok();
    desktop.assert_clean();
}
