//! The ledger's files.

use super::{LEDGER, laptop};
use crate::sandbox::Sandbox;

fn tombstone(change: &str) -> String {
    format!(
        r#"{{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people",{change},"state":"active","at":"2026-01-01T00:00:00Z","by":"m","source":"yaml"}}"#
    )
}

fn sync(counter: &str) -> String {
    format!(
        r#"{{"v":1,"kind":"sync","entry":"2024-11-01","source":"yaml","counter":{counter},"hashes":[]}}"#
    )
}

#[test]
fn lines_that_are_none_are_named_and_kept() {
    for bad in [
        "<<<<<<< HEAD".to_owned(),
        "[".repeat(100_000),
        "\0".to_owned(),
        "{}".to_owned(),
        sync("-1"),
        sync("18446744073709551615"),
        sync("9007199254740992"),
        sync("1e3"),
        r#"{"v":18446744073709551616,"kind":"tombstone"}"#.to_owned(),
        tombstone(r#""item":"X""#),
        tombstone(r#""item":7,"id":"1""#),
    ] {
        let sandbox = Sandbox::new();
        let laptop = laptop(&sandbox);
        let good = laptop.read(LEDGER);
        laptop.write(LEDGER, format!("{bad}\n{good}"));
        laptop.git(["add", "-A"]).ok();
        laptop
            .git(["commit", "-q", "--no-verify", "-m", "Bad"])
            .ok();
        laptop
            .metadb(["sync", "conflicts"])
            .ok()
            .warns("data/ledger/2024.jsonl:1");
        laptop
            .palimpsest(["doctor"])
            .exits(1)
            .mentions("data/ledger/2024.jsonl:1");
        // The next commit adds its rows, and keeps the line.
        laptop.edit_entry("2024-11-01", "[Alice, Bob]", "[Alice]");
        laptop.git(["commit", "-qam", "Remove Bob"]).ok();
        let after = laptop.read(LEDGER);
        let short: String = bad.chars().take(60).collect();
        assert!(after.lines().any(|l| l == bad), "{short} is gone");
        assert!(after.contains("\"item\":\"Bob\""), "{short}: {after}");
        laptop.metadb(["show", "2024-11-01"]).ok().lacks("Bob");
        laptop.assert_clean();
    }
}

#[test]
fn lines_of_a_later_version_and_in_any_order_are_kept() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let nested = format!(
        r#"{{"v":1,"kind":"mood","a":{}{}}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let later = [
        r#"{"v":2,"kind":"tombstone","entry":"soon"}"#.to_owned(),
        tombstone(r#""why":"?","item":"X","id":"1""#),
        nested,
    ];
    let twice = tombstone(r#""item":"Zoe","id":"9""#);
    let lines = [
        later.join("\n"),
        twice.clone(),
        tombstone(r#""item":"Al","id":"5""#),
        twice,
    ];
    let file = format!("{}\n{}", lines.join("\n"), laptop.read(LEDGER));
    laptop.write(LEDGER, file);
    laptop.commit("A ledger of somebody else's");
    laptop.assert_clean();
    let after = laptop.read(LEDGER);
    for line in &later {
        assert_eq!(after.lines().filter(|l| l == line).count(), 1, "{after}");
    }
    laptop
        .metadb(["tombstone", "list"])
        .ok()
        .says("Al")
        .says("Zoe");
}

#[test]
fn the_largest_counter_is_counted_on_in_lines_that_can_be_read() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let row = sync("9007199254740991").replace(
        "[]",
        r#"[{"hash":"ff","by":"m","at":"","counter":9007199254740991}]"#,
    );
    laptop.write(LEDGER, format!("{row}\n"));
    laptop
        .run_with(&[("PALIMPSEST", "0")], "git", ["commit", "-qam", "A row"])
        .ok();
    for (from, to) in [("Alice, Bob", "Alice"), ("Alice", "Alice, Eve")] {
        laptop.edit_entry("2024-11-01", from, to);
        laptop.git(["commit", "-qam", "Edit"]).ok();
        laptop.palimpsest(["doctor"]).ok();
        laptop
            .metadb(["sync", "conflicts"])
            .ok()
            .silent_about(LEDGER);
        let ledger = laptop.ledger(2024);
        assert!(ledger.corrupt.is_empty() && ledger.sync.len() == 1);
        laptop.assert_clean();
    }
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
}

#[test]
fn a_deletion_row_leads_to_no_other_file() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    sandbox.folder("outside").write("secret.md", "secret");
    let blob = laptop.oid("HEAD:palimpsest.toml");
    for (path, id) in [
        ("../outside/secret.md", blob.as_str()),
        (".git/hooks/post-commit", &blob),
        ("/etc/passwd", &blob),
        ("journal/md/2024/2024-11-02.md", "HEAD"),
        ("journal/md/2024/2024-11-02.md", "--output=x"),
        ("journal/md/2024/2024-11-02.md", &blob),
    ] {
        let row = format!(
            r#"{{"v":1,"kind":"deletion","entry":"2024-11-02","id":"d","state":"active","at":"","by":"","reason":"","path":"{path}","blob":"{id}"}}"#
        );
        let before = laptop.read(LEDGER);
        laptop.write(LEDGER, format!("{before}{row}\n"));
        let hook = laptop.read(".git/hooks/post-commit");
        let run = laptop.metadb(["restore", "Entry", "2024-11-02"]);
        assert!(!run.output().contains("panicked"), "{run}");
        assert_eq!(laptop.read(".git/hooks/post-commit"), hook, "{path} {id}");
        let outside = std::fs::read_to_string(sandbox.root().join("outside/secret.md"));
        assert_eq!(outside.unwrap(), "secret", "{path} {id}");
        laptop.write(LEDGER, before);
        if laptop.exists("journal/md/2024/2024-11-02.md") {
            laptop.remove("journal/md/2024/2024-11-02.md");
        }
    }
}

/// An entry's own version under the path of another file, or of a journal that was elsewhere.
#[test]
fn a_deleted_entry_comes_back_whatever_path_its_row_names() {
    const GONE: &str = "journal/md/2024/2024-11-02.md";
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.write("README.md", "A journal.\n");
    laptop.write_entry("2024-11-02", "people: [Eve]", "Tea.\n");
    laptop.commit("Another");
    laptop.git(["rm", "-q", GONE]).ok();
    laptop.commit("Gone");
    let row = laptop.read(LEDGER);
    assert!(row.contains(GONE), "{row}");
    for path in [
        "README.md",
        "../outside/x.md",
        "/etc/passwd",
        "old/2024-11-02.md",
        super::ENTRY,
    ] {
        laptop.write(LEDGER, row.replace(GONE, path));
        laptop
            .run_with(&[("PALIMPSEST", "0")], "git", ["commit", "-qam", path])
            .ok();
        laptop
            .metadb(["show", "2024-11-02"])
            .ok()
            .says(GONE)
            .lacks(path);
        laptop
            .metadb(["restore", "--list"])
            .ok()
            .says(GONE)
            .lacks(path);
        laptop
            .metadb(["restore", "Entry", "2024-11-02"])
            .ok()
            .says(&format!("Restored {GONE}"));
        assert!(laptop.read(GONE).contains("Tea."));
        laptop.remove(GONE);
    }
}
