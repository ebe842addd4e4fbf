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

fn list(n: usize, item: impl Fn(usize) -> String) -> String {
    (0..n).map(item).collect::<Vec<_>>().join(", ")
}

#[test]
fn names_and_dates_without_number_are_indexed() {
    for (what, fields, said) in [
        (
            "a name of many words",
            format!("people: [{}Reed]\n", "Orla ".repeat(40_000)),
            "Reed",
        ),
        (
            "aliases of nobody",
            format!("people: [{}]\n", list(5_000, |i| format!("\"@a{i}\""))),
            "@a4999",
        ),
        (
            "related entries",
            format!(
                "related_entries: [{}]\n",
                list(20_000, |i| format!("{}-01-01", 1000 + i))
            ),
            "1999-01-01",
        ),
        (
            "people",
            format!("people: [{}]\n", list(20_000, |i| format!("P{i}"))),
            "P19999",
        ),
        (
            "people of a date",
            format!(
                "dates: [\"2024-01-05 ({})\"]\n",
                list(15_000, |i| format!("@p{i}")).replace(',', "")
            ),
            "2024-11-02",
        ),
    ] {
        let sandbox = Sandbox::new();
        let laptop = laptop(&sandbox);
        laptop.write_entry("2024-11-02", &fields, "x\n");
        let run = bounded(&laptop, "yaml2sql", &["sync", "journal/md"]);
        assert_eq!(run.code, 0, "{what}: {}", run.stderr.len());
        // The first load of an index has no keys to look anything up by.
        let run = bounded(&laptop, "palimpsest", &["reindex"]);
        assert_eq!(run.code, 0, "{what}: {}", run.stderr.len());
        let run = bounded(&laptop, "metadb", &["show", "2024-11-02"]);
        assert!(run.code == 0 && run.stdout.contains(said), "{what}");
    }
}

#[test]
fn aliases_of_nobody_are_named_and_counted() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let aliases = list(103, |i| format!("\"@a{i:03}\""));
    laptop.write_entry("2024-11-02", &format!("people: [{aliases}]\n"), "x\n");
    laptop
        .yaml2sql(["sync", "journal/md"])
        .ok()
        .warns("2024-11-02.md:3:10: nobody is known by the alias @a000;")
        .warns("2024-11-02.md:3:901: nobody is known by the alias @a099;")
        .warns("3 more aliases of nobody known")
        .silent_about("@a100");
}

fn state(counter: usize, hashes: &[String]) -> String {
    let hashes = hashes.join(",");
    format!(
        r#"{{"v":1,"kind":"sync","entry":"{DAY}","source":"wiki","counter":{counter},"hashes":[{hashes}]}}"#
    ) + "\n"
}

fn hash(i: usize, counter: usize) -> String {
    format!(r#"{{"hash":"{i:016x}","by":"m","at":"2026-11-23T09:30:00Z","counter":{counter}}}"#)
}

#[test]
fn ledgers_with_many_lines_of_one_thing_are_read_and_merged() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let good = laptop.read(LEDGER);
    let n = 20_000;
    let states: String = (0..n).map(|i| state(1, &[hash(i, 1)])).collect();
    laptop.write(LEDGER, good.clone() + &states);
    laptop.git(["add", "-A"]).ok();
    bounded(&laptop, "palimpsest", &["check", "--staged"]).ok();

    let all: Vec<String> = (0..n).map(|i| hash(i, 1)).collect();
    let side = |i| state(2, &[&all[..], &[hash(i, 2)]].concat());
    let junk = |side: &str| -> String { (0..n).map(|i| format!("{{junk {side}{i}\n")).collect() };
    for (what, base, ours, theirs) in [
        ("states", good.clone(), states.clone(), states),
        ("texts", state(1, &all), side(n), side(n + 1)),
        ("damaged lines", String::new(), junk("a"), junk("b")),
    ] {
        for (file, text) in [("O", &base), ("A", &ours), ("B", &theirs)] {
            laptop.write(file, text);
        }
        let args = ["ledger-driver", "O", "A", "B", "-p", LEDGER];
        let run = bounded(&laptop, "palimpsest", &args);
        assert_eq!(run.code, 0, "{what}");
        let merged = laptop.read("A").lines().count();
        let expected = match what {
            "damaged lines" => 2 * n,
            _ => 1 + good.lines().count() * usize::from(what == "states"),
        };
        assert_eq!(merged, expected, "{what}");
    }
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
