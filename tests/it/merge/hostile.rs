//! Input made to break a reader: git's own result or an answer, in bounded time
//! and memory, and never a panic.

use palimpsest::journal::Table;
use palimpsest::journal::entry::canonical;
use palimpsest::journal::reconcile::Outcome;
use palimpsest::journal::yaml::Tree;
use palimpsest::merge::ThreeWay;
use rustix::time::{ClockId, clock_gettime};

use super::merge;
use crate::harness::alias_bomb;

/// Seconds of this thread's CPU time, which other work on the machine does not
/// stretch. Far above what any of these takes; a reader that is not bounded takes
/// minutes.
const LONG: i64 = 20;

fn in_bounded_time<T>(name: &str, read: impl FnOnce() -> T) -> T {
    let now = || clock_gettime(ClockId::ThreadCPUTime).tv_sec;
    let start = now();
    let answer = read();
    let took = now() - start;
    assert!(took < LONG, "{name}: {took} s");
    answer
}

fn document(front: &str) -> Vec<u8> {
    format!("---\n{front}\n---\nBody.\n").into_bytes()
}

fn hostile() -> Vec<(&'static str, String)> {
    let list: String = (0..100_000).map(|i| format!("- item {i}\n")).collect();
    let sequence: String = (0..20_000)
        .map(|i| format!("- [{i}, {}]\n", i % 7))
        .collect();
    let keys: String = (0..20_000).map(|i| format!("key{i}: {i}\n")).collect();
    let deep: String = (0..5_000)
        .map(|i| format!("{}k:\n", " ".repeat(i % 900)))
        .collect();
    vec![
        ("alias bomb", alias_bomb()),
        (
            "100 KB of brackets",
            "a: ".to_owned() + &"[".repeat(100_000),
        ),
        ("100 KB of braces", "a: ".to_owned() + &"{".repeat(100_000)),
        (
            "closed brackets",
            format!("a: {}{}", "[".repeat(60_000), "]".repeat(60_000)),
        ),
        ("1 MB scalar", format!("a: {}", "x".repeat(1_000_000))),
        (
            "1 MB quoted scalar",
            format!("a: \"{}\"", "x\\n".repeat(330_000)),
        ),
        (
            "1 MB of comment",
            format!("# {}\na: 1", "c".repeat(1_000_000)),
        ),
        (
            "100,000 comments",
            format!("{}a: 1", "# c\n".repeat(100_000)),
        ),
        ("100,000 items", format!("tags:\n{list}")),
        ("20,000 ordered items", format!("walk:\n{sequence}")),
        (
            "500,000 items",
            "tags:\n".to_owned() + &"- a\n".repeat(500_000),
        ),
        ("20,000 keys", keys),
        ("deep maps", deep),
        ("NUL", "a: \0".into()),
        ("dashes", "- ".repeat(50_000)),
        ("question marks", "? ".repeat(50_000)),
        ("anchors", "&a ".repeat(50_000)),
        ("colons", ":".repeat(100_000)),
        ("quotes", "\"".repeat(99_999)),
        (
            "bidirectional and control characters",
            "a: \u{202E}x\u{1b}[31m\nb: \u{7f}".into(),
        ),
        ("tabs", "a:\n\t- b\n".into()),
        (
            "merge keys",
            "base: &b {x: 1}\na: {<<: *b, <<: *b}\n".into(),
        ),
        (
            "a key of another kind",
            "? [a, b]\n: c\n? {d: e}\n: f\n".into(),
        ),
    ]
}

#[test]
fn hostile_frontmatter_ends_in_an_answer() {
    for (name, text) in hostile() {
        let base = document(&text);
        // Both sides change it, at the start and at the end.
        let ours = document(&format!("first: 1\n{text}"));
        let theirs = document(&format!("{text}\nlast: 1"));
        let merged = in_bounded_time(name, || merge(ThreeWay::new(&base[..], &ours, &theirs)));
        if name.ends_with("00,000 items") {
            assert!(
                matches!(merged.outcome, Outcome::Git(_)),
                "{name}: memory must stay bounded"
            );
        }
        if merged.outcome == Outcome::ByField && !merged.conflict {
            let text = String::from_utf8_lossy(&merged.bytes);
            assert!(
                text.contains("first: 1\n") && text.contains("last: 1\n"),
                "{name}"
            );
        }
    }
}

#[test]
fn large_lists_that_both_sides_changed_merge() {
    let list = |extra: &str| {
        let items: String = (0..40_000).map(|i| format!("- item {i}\n")).collect();
        document(&format!("tags:\n{items}{extra}"))
    };
    let (base, ours, theirs) = (list(""), list("- ours"), list("- theirs"));
    let sides = ThreeWay::new(&base[..], &ours, &theirs);
    let merged = in_bounded_time("large lists", || merge(sides));
    assert_eq!(merged.outcome, Outcome::ByField);
    assert!(String::from_utf8_lossy(&merged.bytes).contains("- ours\n- theirs\n"));
}

#[test]
fn long_items_of_one_key_are_told_apart_in_bounded_time() {
    let list = |side: &str| {
        let item = |i: usize| {
            let people: String = (0..450).map(|j| format!("p{i}_{j}{side}, ")).collect();
            format!("- date: 2030-01-01\n  context: c{i}{side}\n  people: [{people}]\n")
        };
        let items: String = (0..100).map(item).collect();
        document(&format!("dates:\n{items}"))
    };
    let (base, ours, theirs) = (list(""), list("o"), list("t"));
    let sides = ThreeWay::new(&base[..], &ours, &theirs);
    let merged = in_bounded_time("long items", || merge(sides));
    assert!(merged.conflict);
}

/// A removal in a ledger has each item of a list asked for by its name.
#[test]
fn many_aliases_of_one_anchor_are_read_in_bounded_time() {
    let aliases = "- *o\n".repeat(40_000);
    let text = format!("first: &o Orla\npeople:\n{aliases}");
    let tree = Tree::parse(&text).unwrap();
    let people = tree.root.as_ref().unwrap().get("people").unwrap();
    in_bounded_time("aliases", || {
        for item in people.items().unwrap() {
            let name = canonical(Table::People, &tree, &item.node).unwrap();
            assert_eq!(name.as_str(), "Orla");
        }
    });
}

#[test]
fn a_nul_byte_near_the_start_of_the_body_loses_nothing() {
    // Far enough from the file's start that git takes the file for text.
    let front = format!("---\nmood: {}\n---\n", "calm ".repeat(300));
    let body = |first: &str, last: &str| {
        let rain = "It rained.\n".repeat(640);
        format!("{front}{first}\n{rain}\0\n{last}\n").into_bytes()
    };
    let (base, ours, theirs) = (body("a", "b"), body("ours", "b"), body("a", "theirs"));
    let merged = merge(ThreeWay::new(&base[..], &ours, &theirs));
    assert!(!merged.conflict);
    assert_eq!(merged.bytes, body("ours", "theirs"));
}
