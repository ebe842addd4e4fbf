//! Markers that a person committed in a merge, and means.

use super::elsewhere;
use super::examples::{EXAMPLE, PAGE, is_left_as_text, page, site};
use crate::sandbox::Sandbox;

/// As the hook says that an example is committed.
#[test]
fn an_example_that_was_committed_in_a_merge_is_text_from_then_on() {
    for (before, ours, after) in [
        ("", "A", EXAMPLE.to_owned()),
        (EXAMPLE, "A", EXAMPLE.replace("my line", "my own line")),
        // Beside a conflict that was settled.
        ("", "M", EXAMPLE.to_owned()),
        (EXAMPLE, "M", EXAMPLE.replace("their line", "your line")),
    ] {
        let sandbox = Sandbox::new();
        let [base, ours, theirs] = ["A", ours, "F"].map(|title| page(title, "a", before));
        let site = site(&sandbox, &base, &ours, &theirs);
        site.git(["merge", "-q", "--no-ff", "--no-commit", "side"]);
        site.palimpsest(["resolve", "--theirs", PAGE]);
        let text = page("F", "a", &after);
        site.write(PAGE, &text);
        site.git(["add", "-A"]).ok();
        site.git(["commit", "-q", "--no-edit"])
            .fails()
            .warns("docs/git.md:9:1: conflict markers");
        site.git(["commit", "-q", "--no-edit", "--no-verify"]).ok();
        is_left_as_text(&site, 9);
        site.edit(PAGE, "The end.", "An end.");
        site.commit("Later");
        is_left_as_text(&site, 9);
        site.palimpsest(["resolve", "--theirs", "--unknown", PAGE])
            .ok();
        assert!(!site.read(PAGE).contains("<<<<<<<"));
    }
}

/// Git merged the example by line, and left a conflict beside it.
#[test]
fn an_example_that_both_sides_edited_beside_a_conflict_is_text_once_that_is_settled() {
    let example = |mine: &str, yours: &str| {
        format!("<<<<<<< HEAD\n{mine}\na\nb\n=======\nc\nd\n{yours}\n>>>>>>> branch\n")
    };
    let sandbox = Sandbox::new();
    let site = site(
        &sandbox,
        &page("A", "a", &example("mine", "yours")),
        &page("M", "a", &example("my own", "yours")),
        &page("F", "a", &example("mine", "your own")),
    );
    elsewhere(&site, &["merge", "-q", "side"]).fails();
    site.git(["add", "-A"]).ok();
    site.git(["commit", "-q", "-n", "-m", "Merge"]).ok();
    site.git(["read-tree", "HEAD"]).ok();
    site.git(["update-index", "-q", "--refresh"]).ok();
    site.edit(PAGE, "The end.", "An end.");
    site.git(["commit", "-q", "-n", "-a", "-m", "Later"]).ok();
    site.palimpsest(["doctor"])
        .exits(1)
        .says("mend: palimpsest resolve docs/git.md");
    site.palimpsest(["resolve", "--theirs"])
        .says("docs/git.md: merged, 1 chosen");
    let both = page("F", "a", &example("my own", "your own"));
    assert_eq!(site.read(PAGE), both.replace("The end.", "An end."));
    site.git(["commit", "-q", "-n", "-a", "-m", "Settle"]).ok();
    is_left_as_text(&site, 9);
}

/// A conflict that somebody edited before it was committed is listed until it is settled,
/// whatever of it was edited, and of the lines beside it.
#[test]
fn a_conflict_that_was_edited_and_committed_is_still_listed() {
    let plain = |lines: &str| format!("---\ntitle: A\n---\n\nOne.\n\n{lines}\nThe end.\n");
    for edits in [
        &[("Mine.", "My own.")][..],
        &[("Yours.", "Yours, too.")],
        &[("Mine.", "\nMine.\n")],
        &[
            ("Mine.", "My own."),
            ("Yours.", "Your own."),
            ("One.", "Won."),
        ],
    ] {
        let sandbox = Sandbox::new();
        let [base, ours, theirs] = ["A.\n", "Mine.\n", "Yours.\n"].map(plain);
        let site = site(&sandbox, &base, &ours, &theirs);
        elsewhere(&site, &["merge", "-q", "side"]).fails();
        for (from, to) in edits {
            site.edit(PAGE, from, to);
        }
        site.git(["commit", "-q", "-n", "-a", "-m", "Merge"]).ok();
        for _ in 0..2 {
            let text = site.read(PAGE);
            site.palimpsest(["doctor"])
                .exits(1)
                .says("docs/git.md:7: conflict markers");
            site.palimpsest(["resolve"])
                .exits(1)
                .warns("docs/git.md:7: both sides changed the text");
            assert_eq!(site.read(PAGE), text);
            site.git(["read-tree", "HEAD"]).ok();
            site.git(["update-index", "-q", "--refresh"]).ok();
            site.git(["commit", "-q", "--allow-empty", "-m", "Later"])
                .ok();
        }
    }
}

/// A note need not have frontmatter, and an entry may have lost the end of it.
#[test]
fn an_example_below_a_rule_of_a_note_or_an_entry_without_a_closing_fence_stays() {
    let example = format!("~~~\n{EXAMPLE}~~~\n");
    let rule = format!("---\n\n### Notes\n\n{example}\nA.\n");
    let slide = format!("---\n\n### Notes\n\n{example}\n---\n\nA.\n");
    let open = format!("---\ndate: 2031-05-04\n\n{example}\nA.\n");
    for (path, text) in [
        ("wiki/entries/2031/2031-05-04.md", &rule),
        ("wiki/entries/2031/2031-05-04.md", &slide),
        ("journal/md/2031/2031-05-04.md", &open),
    ] {
        let sandbox = Sandbox::new();
        let site = site(&sandbox, "A.\n", "A.\n", "A.\n");
        let commit = ["commit", "-q", "-n", "-m"];
        site.write(path, text);
        site.git(["add", "-A"]).ok();
        site.git(commit.iter().chain(&["Text"])).ok();
        let doctor = site.palimpsest(["doctor"]);
        assert!(!doctor.output().contains("conflict markers"), "{path}");
        site.palimpsest(["resolve", "--ours"]);
        assert_eq!(&site.read(path), text);
        // With a conflict beside it.
        site.git(["switch", "-q", "-c", "other"]).ok();
        let of_side = |line: &str| text.replace("\nA.\n", line);
        site.write(path, of_side("\nF.\n"));
        site.git(commit.iter().chain(&["Other", "-a"])).ok();
        site.git(["switch", "-q", "main"]).ok();
        site.write(path, of_side("\nM.\n"));
        site.git(commit.iter().chain(&["Own", "-a"])).ok();
        site.git(["merge", "-q", "other"]).fails();
        site.palimpsest(["resolve", "--theirs"])
            .ok()
            .says("1 chosen");
        assert_eq!(site.read(path), of_side("\nF.\n"));
    }
}
