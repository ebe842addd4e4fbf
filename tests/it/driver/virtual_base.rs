//! What git merges the merge bases of a criss-cross with: longer markers.

use super::*;

/// A marker in a virtual base would be text of both sides in the next merge. Called by
/// hand, also outside of a repository and with the words for no labels, it is the same.
#[test]
fn a_conflict_in_a_virtual_base_is_the_bases_value() {
    let by_hand: &[&str] = &["-s", "base", "-x", "ours", "-y", "theirs"];
    for (size, marked) in [("7", true), ("8", true), ("9", false)] {
        for labels in [&[], by_hand] {
            let sandbox = Sandbox::new();
            for place in [sandbox.repository("vault"), sandbox.folder("plain")] {
                let ours = text("mood: good\ntags: [sea, fog]\n", "Body.\n");
                place.write("base", text(BASE, "Body.\n"));
                place.write("ours", &ours);
                place.write("theirs", text("mood: bad\ntags: [sea, rain]\n", "Body.\n"));
                let args = ["merge-driver", "base", "ours", "theirs", "-p", NOTE];
                let run = place.palimpsest(args.iter().chain(labels).chain(&["-l", size]));
                let merged = place.read("ours");
                assert!(merged.contains("tags: [sea, fog, rain]"), "{merged}");
                if marked {
                    run.exits(1);
                    assert!(merged.contains("<<<<<<< ours\n"), "{merged}");
                } else {
                    run.ok();
                    assert!(
                        merged.contains("mood: calm\n") && !merged.contains("<<<"),
                        "{merged}"
                    );
                }
            }
        }
    }
}

/// An attribute makes markers longer where they are markers, too.
#[test]
fn the_attribute_for_longer_markers_makes_no_virtual_base() {
    let sandbox = Sandbox::new();
    let vault = conflicting(&sandbox);
    vault.write(".git/info/attributes", "*.md conflict-marker-size=32\n");
    vault.git(["merge", "-q", "other"]).exits(1);
    let (ours, theirs) = vault.labels("other");
    let marked = format!(
        "{} {ours}\nmood: good\n{}\nmood: bad\n{} {theirs}\ntags: [sea, fog, rain]\n",
        "<".repeat(32),
        "=".repeat(32),
        ">".repeat(32),
    );
    assert_eq!(vault.read(NOTE), text(&marked, "Body.\n"));
}

#[test]
fn what_conflicts_in_the_bases_alone_has_no_markers() {
    for attribute in ["", "*.md conflict-marker-size=32\n"] {
        let sandbox = Sandbox::new();
        let vault = conflicting(&sandbox);
        vault.write(".git/info/attributes", attribute);
        let (main, other) = (vault.oid("HEAD"), vault.oid("other"));
        // Both merge, to the same mood, and go on.
        for (branch, from, tag) in [("main", &other, "one"), ("other", &main, "two")] {
            vault.git(["checkout", "-q", branch]).ok();
            vault.git(["merge", "-q", from]).exits(1);
            let merged = format!("mood: fair\ntags: [sea, fog, rain, {tag}]\n");
            vault.write(NOTE, text(&merged, "Body.\n"));
            vault.commit("Merged");
        }
        vault.git(["merge", "-q", "--no-edit", "main"]).ok();
        let merged = "mood: fair\ntags: [sea, fog, rain, one, two]\n";
        assert_eq!(vault.read(NOTE), text(merged, "Body.\n"));
    }
}

#[test]
fn a_merge_by_hand_marks_conflicts_with_markers_of_any_length() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder("anywhere");
    folder.write("base", text(BASE, "Body.\n"));
    folder.write("ours", text("mood: good\n", "Body.\n"));
    folder.write("theirs", text("mood: bad\n", "Body.\n"));
    let merge = |size| {
        let args = [
            "merge",
            "base",
            "ours",
            "theirs",
            "--path",
            NOTE,
            "--marker-size",
            size,
        ];
        folder.palimpsest(args)
    };
    merge("9").exits(1).says("<<<<<<<<< ours\nmood: good\n");
    merge("0").exits(2);
}

/// Git makes the markers longer by one where an entry moved to two places, or two entries
/// moved to one: that is no merge of merge bases, and what both wrote must be shown.
#[test]
fn an_entry_that_moved_in_two_ways_keeps_both_edits() {
    let sandbox = Sandbox::new();
    let vault = sandbox.repository("vault");
    let lines = "Line one.\nLine two.\nLine three.\nLine four.\n";
    let entry = |date: &str, weather: &str| {
        format!("---\ndate: {date}\nweather: {weather}\ntags: [sea]\n---\n{lines}")
    };
    let path = crate::sandbox::entry;
    vault.write(&path("2024-11-01"), entry("2024-11-01", "fair"));
    vault.palimpsest(["init"]).ok();
    vault.commit("Begin");
    vault.git(["branch", "-q", "other"]).ok();
    for (branch, to, weather) in [
        ("main", "2024-11-03", "snow"),
        ("other", "2024-11-02", "rain"),
    ] {
        vault.git(["checkout", "-q", branch]).ok();
        vault.remove(&path("2024-11-01"));
        vault.write(&path(to), entry(to, weather));
        vault.commit("Moved");
    }
    vault.git(["merge", "-q", "main"]).exits(1);
    for to in ["2024-11-02", "2024-11-03"] {
        let text = vault.read(&path(to));
        assert!(text.contains("snow") && text.contains("rain"), "{text}");
    }
}
