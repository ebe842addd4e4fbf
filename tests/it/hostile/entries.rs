//! Frontmatter and pages.

use super::{ENTRY, laptop};
use crate::harness::alias_bomb;
use crate::sandbox::Sandbox;

/// What is said of a file: its place and a part of the message, or nothing.
type Said = Option<(&'static str, &'static str)>;

fn many(n: usize, line: impl Fn(usize) -> String) -> String {
    (0..n).map(line).collect()
}

/// Frontmatter below `date`, and what is said of it.
fn table() -> Vec<(String, Said)> {
    vec![
        (alias_bomb() + "people: *a11\n", Some((":3:", "too large"))),
        ("a: &a [*a]\n".into(), Some((":3:4", "nested deeper"))),
        ("a: *nobody\n".into(), Some((":3:4", "anchor"))),
        (
            format!("a: {}\n", "[".repeat(100_000)),
            Some((":3:", "recursion limit")),
        ),
        (
            many(400, |i| format!("{}k:\n", " ".repeat(i))),
            Some((":67:", "nested deeper")),
        ),
        (
            format!("people:\n{}", many(100_000, |i| format!("- P{i}\n"))),
            Some((":49999:3", "more than 50000 values")),
        ),
        (
            many(100_000, |i| format!("k{i}: {i}\n")),
            Some((":25001:", "more than 50000 values")),
        ),
        (format!("notes: {}\n", "x".repeat(1_000_000)), None),
        (format!("people: [{}]\n", "x".repeat(1_000_000)), None),
        (format!("# {}\nx: 1\n", "c".repeat(1_000_000)), None),
        ("people: [a\0b]\n".into(), Some((":3:", "U+0000"))),
        (
            "people: [A]\npeople: [B]\n".into(),
            Some((":4:1", "`people` stands twice")),
        ),
        ("date: 2024-11-02\n".into(), Some((":3:1", "stands twice"))),
        (
            "%YAML 9.9\n--- \nx: 1\n".into(),
            Some((":3:1", "directive")),
        ),
        (
            "tags: !!set {a, b}\n".into(),
            Some((":3:7", "expected a list")),
        ),
        (
            "word_count: 1e400\nreading_time: .nan\n".into(),
            Some((":3:13", "no number")),
        ),
        (
            "word_count: 99999999999999999999999999\n".into(),
            Some((":3:13", "no number")),
        ),
        // Tags of other programs are names, not orders.
        (
            "mood: !!python/object/apply:os.system ['touch pwned']\n".into(),
            None,
        ),
        ("base: &b {x: 1}\n<<: *b\n".into(), None),
        ("\"\": x\n? [a, b]\n: y\n".into(), None),
        ("x: 1\r\ny:\r\n  - a\n  - b\r\n".into(), None),
    ]
}

#[test]
fn hostile_frontmatter_is_named_and_harms_no_other_entry() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let table = table();
    let path = |i: usize| {
        format!(
            "journal/md/2025/2025-{:02}-{:02}.md",
            i / 28 + 1,
            i % 28 + 1
        )
    };
    for (i, (front, _)) in table.iter().enumerate() {
        let date = &path(i)[16..26];
        laptop.write(&path(i), format!("---\ndate: {date}\n{front}---\nBody.\n"));
    }
    let run = laptop.yaml2sql(["sync", "journal/md"]).exits(1);
    let said = run.output();
    let mut failed = 0;
    for (i, (front, what)) in table.iter().enumerate() {
        let (front, path) = (front.chars().take(60).collect::<String>(), path(i));
        let of_it: Vec<&str> = said.lines().filter(|l| l.contains(&path)).collect();
        match what {
            Some((place, words)) => {
                let place = format!("{path}{place}");
                let named = |l: &&str| l.contains(&place) && l.contains(words);
                assert!(of_it.iter().any(named), "{front}: {of_it:#?}");
                failed += usize::from(!of_it.iter().any(|l| l.contains("warning")));
            }
            None => assert!(of_it.iter().all(|l| l.contains("created")), "{of_it:#?}"),
        }
    }
    run.says(&format!("{failed} failed"));
    assert!(!laptop.exists("pwned"));
    laptop.metadb(["show", ENTRY]).ok().says("Alice, Bob");
    // A second look finds the same, and nothing more to do.
    laptop
        .yaml2sql(["sync", "journal/md"])
        .exits(1)
        .says("0 created, 0 updated")
        .says(&format!("{failed} failed"));
}

#[test]
fn pages_that_are_no_text_are_named() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let utf16: Vec<u8> = "---\ndate: 2025-01-01\n---\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let table: [(&[u8], &str); 7] = [
        (b"", ":1:1: no frontmatter"),
        (&utf16, ":1:1: no frontmatter"),
        (
            b"\xef\xbb\xbf\xef\xbb\xbf---\n---\n",
            ":1:1: no frontmatter",
        ),
        (b"---\rdate: 2025-01-04\r---\r", ":1:1: no frontmatter"),
        (
            b"---\ndate: 2025-01-05\npeople: [\xff]\n---\n",
            ":3:10: the byte 0xFF",
        ),
        (b"---\ndate: 2025-01-06\n", ":1:1: "),
        (&[0; 1000], ":1:1: no frontmatter"),
    ];
    for (i, (bytes, _)) in table.iter().enumerate() {
        laptop.write(&format!("journal/md/2025/2025-01-{:02}.md", i + 1), bytes);
    }
    // Notes are read by line, whatever they are.
    laptop.write(
        "wiki/entries/2024/2024-11-01.md",
        b"### Notes\n\xff\xfe\0\n",
    );
    laptop.write("wiki/entries/2024/2024-11-02.md", "#".repeat(1_000_000));
    let mut run = laptop.yaml2sql(["sync", "journal/md"]).exits(1);
    for (i, (_, said)) in table.iter().enumerate() {
        run = run.mentions(&format!("2025-01-{:02}.md{said}", i + 1));
    }
    run.says("7 failed");
    laptop
        .wiki2sql(["import", "entries"])
        .exits(1)
        .mentions("wiki/entries/2024/2024-11-01.md:2:1: the byte 0xFF");
    laptop.metadb(["show", ENTRY]).ok().says("Alice, Bob");
}

#[test]
fn settings_that_lead_elsewhere_are_refused_by_every_command() {
    for (key, path, why) in [
        ("journal", "../elsewhere", "expected a path below the top"),
        ("wiki", "/tmp", "expected a path below the top"),
        ("ledger", "data/.GIT/hooks", "`.git` is git's own folder"),
        ("database", ".git/config", "`.git` is git's own folder"),
        ("database", "data//x", "`//` cannot be in a path"),
        ("database", "c:x", "`:` cannot be in a path"),
        ("journal", "a\\\\b", "`\\` cannot be in a path"),
    ] {
        let sandbox = Sandbox::new();
        let laptop = laptop(&sandbox);
        let config = laptop.read(".git/config");
        laptop.write("palimpsest.toml", format!("[paths]\n{key} = \"{path}\"\n"));
        for run in [
            laptop.metadb(["show", "2024-11-01"]),
            laptop.yaml2sql(["sync", "journal/md"]),
            laptop.palimpsest(["backup-full"]),
            laptop.palimpsest(["init"]),
        ] {
            run.exits(1).warns("palimpsest.toml:2:").warns(why);
        }
        assert_eq!(laptop.read(".git/config"), config);
    }
}

#[test]
fn a_large_settings_file_is_read_in_time() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let fields = many(50_000, |i| format!("f{i} = \"set\"\n"));
    laptop.write("palimpsest.toml", format!("[merge.fields]\n{fields}"));
    laptop.metadb(["show", "2024-11-01"]).ok().says("Alice");
    let deep = format!("a = {}{}", "[".repeat(100_000), "]".repeat(100_000));
    laptop.write("palimpsest.toml", deep);
    laptop
        .metadb(["show", "2024-11-01"])
        .exits(1)
        .warns("palimpsest.toml:1:");
}
