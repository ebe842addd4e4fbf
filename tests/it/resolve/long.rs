//! Examples of markers with long markers, or of lines of the page itself.

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
