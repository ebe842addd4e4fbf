//! Examples of markers with long markers, or of lines of the page itself.

use super::elsewhere;
use super::examples::{EXAMPLE, PAGE, is_left_as_text, page, site};
use crate::sandbox::Sandbox;

/// Longer markers than git's, as one writes them to keep git from taking them for a conflict.
#[test]
fn an_example_with_long_markers_stays_in_a_pick_and_where_git_alone_merges() {
    let long = EXAMPLE.replace("<<", "<<<").replace("==", "===");
    let long = long.replace(">>", ">>>");
    for is_by_git in [false, true] {
        for command in [&["cherry-pick"][..], &["merge", "--squash"], &["merge"]] {
            for (how, title) in [("--ours", "M"), ("--theirs", "F")] {
                let sandbox = Sandbox::new();
                let [base, ours, theirs] = ["A", "M", "F"].map(|t| page(t, "a", &long));
                let site = site(&sandbox, &base, &ours, &theirs);
                if is_by_git {
                    site.write(".gitattributes", "");
                    site.git(["commit", "-q", "-n", "-a", "-m", "By line"]).ok();
                }
                site.git(command.iter().chain(&["side"])).fails();
                site.palimpsest(["resolve", how, PAGE])
                    .ok()
                    .says("docs/git.md: merged, 1 chosen, staged");
                assert_eq!(site.read(PAGE), page(title, "a", &long));
            }
        }
    }
}

/// One without lines, or one that quotes the page or the conflict.
#[test]
fn an_example_of_the_pages_own_lines_that_came_later_is_left() {
    let set =
        |ours: &str, theirs: &str| format!("<<<<<<< HEAD\n{ours}=======\n{theirs}>>>>>>> branch\n");
    for example in [
        set("", ""),
        set("The end.\n", ""),
        set("The end.\n", "The end.\n"),
        set("Mine.\n", "Yours.\n"),
    ] {
        let sandbox = Sandbox::new();
        let plain = |line: &str| format!("---\ntitle: A\n---\n\n{line}\n\nThe end.\n");
        let [base, ours, theirs] = ["One.", "Mine.", "Yours."].map(plain);
        let site = site(&sandbox, &base, &ours, &theirs);
        site.git(["merge", "-q", "side"]).fails();
        site.palimpsest(["resolve", "--ours"]).ok();
        site.git(["commit", "-q", "--no-edit"]).ok();
        let text = format!("{ours}\n```\n{example}```\n");
        site.write(PAGE, &text);
        site.git(["add", "-A"]).ok();
        for args in [
            &["resolve"][..],
            &["resolve", "--ours"],
            &["resolve", "--theirs", PAGE],
        ] {
            site.palimpsest(args)
                .exits(1)
                .warns("docs/git.md:10: both sides changed the text; it may be text of the file");
            assert_eq!(site.read(PAGE), text);
        }
        site.git(["commit", "-q", "-n", "-m", "Example"]).ok();
        for args in [
            &["resolve"][..],
            &["resolve", "--ours"],
            &["resolve", "--theirs", PAGE],
        ] {
            site.palimpsest(args);
            assert_eq!(site.read(PAGE), text);
        }
    }
}

/// The first line `---` is a rule, or begins a slide.
#[test]
fn an_example_in_a_page_that_begins_with_a_rule_is_in_no_frontmatter() {
    let slides = format!("---\n\n# Slide 1\n\n```\n{EXAMPLE}```\n\n---\n\n# Slide 2\n");
    for (text, line) in [(slides, 6), (format!("---\n\n```\n{EXAMPLE}```\n"), 4)] {
        let sandbox = Sandbox::new();
        let site = site(&sandbox, &text, &text, &text);
        is_left_as_text(&site, line);
    }
}

/// Slides, and a page below a rule, in conflict: the example stays, and the line is chosen.
#[test]
fn an_example_in_the_first_slide_stays_in_a_merge() {
    let slides = format!("---\n\n# Slide 1\n\n```\n{EXAMPLE}```\n\n---\n\n# Slide 2\n\nA.\n");
    let rule = format!("---\n\nA.\n\nx\n\n```\n{EXAMPLE}```\n");
    let topic = format!("---\nTopic: git\n```\n{EXAMPLE}```\n---\n\nA.\n");
    for (text, how) in [
        (&slides, "in conflict"),
        (&rule, "in conflict"),
        (&topic, "in conflict"),
        (&slides, "picked"),
        (&slides, "elsewhere"),
        (&slides, "added"),
        (&slides, "committed"),
        (&topic, "committed"),
    ] {
        let sandbox = Sandbox::new();
        let side = |line: &str| text.replace("\nA.\n", line);
        let [ours, theirs] = ["\nM.\n", "\nF.\n"].map(side);
        let site = site(&sandbox, text, &ours, &theirs);
        match how {
            "in conflict" => site.git(["merge", "-q", "side"]).fails(),
            "picked" => site.git(["cherry-pick", "side"]).fails(),
            _ => elsewhere(&site, &["merge", "-q", "side"]).fails(),
        };
        if how == "added" || how == "committed" {
            site.git(["add", "-A"]).ok();
        }
        if how == "committed" {
            site.git(["commit", "-q", "-n", "-m", "Merge"]).ok();
            site.git(["read-tree", "HEAD"]).ok();
            site.git(["update-index", "-q", "--refresh"]).ok();
        }
        site.palimpsest(["resolve"])
            .exits(1)
            .says("0 chosen, 1 left");
        site.palimpsest(["resolve", "--theirs"])
            .ok()
            .says("docs/git.md: merged, 1 chosen");
        assert_eq!(site.read(PAGE), theirs, "{how}");
    }
}
