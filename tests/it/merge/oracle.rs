//! Where no rule of ours applies, the bytes are those of `git merge-file`.

use std::fs;
use std::process::Command;

use palimpsest::journal::reconcile::{FileKind, Outcome};
use palimpsest::merge::{ConflictStyle, ThreeWay};
use proptest::prelude::*;

use super::merge_as;

const STYLES: [(ConflictStyle, Option<&str>); 3] = [
    (ConflictStyle::Merge, None),
    (ConflictStyle::Diff3, Some("--diff3")),
    (ConflictStyle::Zdiff3, Some("--zdiff3")),
];

/// What git writes, and whether it conflicts.
fn git(style: Option<&str>, size: usize, sides: ThreeWay<&[u8]>) -> (Vec<u8>, bool) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("base", sides.base),
        ("ours", sides.ours),
        ("theirs", sides.theirs),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let out = Command::new("git")
        .args(["merge-file", "-p", "-q", &format!("--marker-size={size}")])
        .args(style)
        .args([
            "-L", "ours", "-L", "base", "-L", "theirs", "ours", "base", "theirs",
        ])
        .current_dir(folder.path())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .output()
        .expect("git runs");
    let code = out.status.code().expect("git ends by itself");
    assert!(code < 128, "{}", String::from_utf8_lossy(&out.stderr));
    (out.stdout, code > 0)
}

fn same_as_git(sides: ThreeWay<&[u8]>, size: usize) {
    for (style, option) in STYLES {
        for sides in [sides, sides.swapped()] {
            let merged = merge_as(FileKind::Markdown, style, size, sides);
            assert!(
                matches!(merged.outcome, Outcome::Git(_)),
                "{:?}",
                merged.outcome
            );
            let (bytes, conflict) = git(option, size, sides);
            assert_eq!(
                String::from_utf8_lossy(&merged.bytes),
                String::from_utf8_lossy(&bytes),
                "{style:?}"
            );
            assert_eq!(merged.conflict, conflict);
        }
    }
}

#[test]
fn documents_without_frontmatter_and_unreadable_ones() {
    for (base, ours, theirs) in [
        ("a\nb\nc\n", "a\nx\nc\n", "a\ny\nc\n"),
        ("a\nb\nc\n", "x\nb\nc\n", "a\nb\ny\n"),
        ("", "a\nb\n", "a\nc\n"),
        ("a\n", "", "b\n"),
        ("a", "a\nb", "c"),
        ("a\r\nb\r\n", "a\r\nx\r\n", "a\r\ny\r\n"),
        (
            "---\na: [\n---\nx\n",
            "---\na: [1\n---\nx\n",
            "---\na: [2\n---\ny\n",
        ),
        ("---\na: 1\n", "---\na: 2\n", "---\na: 3\n"),
        (
            "---\na: 1\na: 2\n---\n",
            "---\na: 1\na: 3\n---\n",
            "---\na: 1\na: 4\n---\n",
        ),
        (
            "---\n\ta: 1\n---\n",
            "---\n\ta: 2\n---\n",
            "---\n\ta: 3\n---\n",
        ),
        ("---\n- a\n---\n", "---\n- a\n- b\n---\n", "---\n- c\n---\n"),
        ("---\na: 1\n---\nx\n", "x\n", "---\na: 2\n---\nx\n"),
    ] {
        same_as_git(
            ThreeWay::new(base.as_bytes(), ours.as_bytes(), theirs.as_bytes()),
            7,
        );
        same_as_git(
            ThreeWay::new(base.as_bytes(), ours.as_bytes(), theirs.as_bytes()),
            11,
        );
    }
    let bad = [
        &b"---\na: \xFF\n---\nx\n"[..],
        b"---\na: \xFE\n---\nx\n",
        b"---\na: 1\n---\nx\n",
    ];
    same_as_git(ThreeWay::new(bad[0], bad[1], bad[2]), 7);
}

/// Lines from a small alphabet, so that the sides meet.
fn text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("a"),
        Just("b"),
        Just(""),
        Just("  c"),
        Just("d e"),
        Just("}"),
        Just("é")
    ];
    (prop::collection::vec(line, 0..14), any::<bool>()).prop_map(|(lines, end)| {
        let mut text = lines.join("\n");
        if end && !text.is_empty() {
            text.push('\n');
        }
        text
    })
}

proptest! {
    #![proptest_config(super::laws::budget(48))]

    #[test]
    fn bodies_merge_as_git_merges_files(base in text(), ours in text(), theirs in text()) {
        same_as_git(ThreeWay::new(base.as_bytes(), ours.as_bytes(), theirs.as_bytes()), 7);
    }
}

#[test]
fn a_binary_file_is_left_to_a_person() {
    let merged = merge_as(
        FileKind::Markdown,
        ConflictStyle::Merge,
        7,
        ThreeWay::new(
            &b"---\na: 1\n---\n\0"[..],
            b"---\na: 2\n---\n\0",
            b"---\na: 3\n---\n\0",
        ),
    );
    assert_eq!(merged.bytes, b"---\na: 2\n---\n\0");
    assert!(merged.conflict);
}
