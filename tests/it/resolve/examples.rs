//! Markers that are text, like an example in a page about git: whatever becomes of a
//! merge's own conflicts, they stay.

use super::elsewhere;
use crate::sandbox::{Machine, Sandbox};

pub const PAGE: &str = "docs/git.md";
pub const EXAMPLE: &str = "<<<<<<< HEAD\nmy line\n=======\ntheir line\n>>>>>>> branch\n";

/// A page with an example, as two branches have it.
pub fn page(title: &str, tags: &str, example: &str) -> String {
    format!(
        "---\ntitle: {title}\ntags: [{tags}]\n---\n\nGit writes:\n\n```\n{example}```\n\nThe end.\n"
    )
}

/// A site with the page `base`; on `side` it is `theirs`, and on `main` `ours`.
pub fn site<'a>(sandbox: &'a Sandbox, base: &str, ours: &str, theirs: &str) -> Machine<'a> {
    let site = sandbox.repository("site");
    site.write(PAGE, base);
    site.git(["add", "-A"]).ok();
    site.git(["commit", "-q", "-m", "Begin"]).ok();
    site.palimpsest(["init"]).ok();
    site.commit("Use Palimpsest");
    site.git(["branch", "-q", "-M", "main"]).ok();
    site.git(["switch", "-q", "-c", "side"]).ok();
    site.write(PAGE, theirs);
    let commit = ["commit", "-q", "-n", "--allow-empty", "-a", "-m"];
    site.git(commit.iter().chain(&["Side"])).ok();
    site.git(["switch", "-q", "main"]).ok();
    site.write(PAGE, ours);
    site.git(commit.iter().chain(&["Main"])).ok();
    site
}

/// Nothing lists the markers of a page; who names it is told where they stand, and they stay.
#[track_caller]
pub fn is_left_as_text(site: &Machine<'_>, line: usize) {
    let text = site.read(PAGE);
    site.palimpsest(["doctor"]).ok();
    site.palimpsest(["resolve", "--ours"])
        .ok()
        .is("nothing to resolve");
    site.palimpsest(["resolve", "--ours", PAGE])
        .exits(1)
        .warns(&format!(
            "docs/git.md:{line}: markers of which no merge is known"
        ));
    assert_eq!(site.read(PAGE), text);
}

#[test]
fn an_example_that_all_sides_have_stays_whatever_is_chosen() {
    for (how, title) in [("--ours", "M"), ("--theirs", "F")] {
        for ends in ["\n", "\r\n"] {
            let sandbox = Sandbox::new();
            let [base, ours, theirs] =
                ["A", "M", "F"].map(|title| page(title, "a", EXAMPLE).replace('\n', ends));
            let site = site(&sandbox, &base, &ours, &theirs);
            site.git(["merge", "-q", "side"]).fails();
            site.palimpsest(["resolve"])
                .exits(1)
                .says("merged, 0 chosen, 1 left")
                .warns("docs/git.md:2: title: two values");
            site.palimpsest(["resolve", how])
                .ok()
                .says("docs/git.md: merged, 1 chosen, staged");
            let wanted = page(title, "a", EXAMPLE).replace('\n', ends);
            assert_eq!(site.read(PAGE), wanted);
            site.git(["commit", "-q", "--no-edit"]).ok();
            site.assert_clean();
            site.palimpsest(["resolve", "--ours"])
                .ok()
                .is("nothing to resolve");
            site.palimpsest(["doctor"]).ok();
        }
    }
}

/// The page's last line is a marker, without a line end.
#[test]
fn an_example_at_the_end_of_a_page_and_an_edit_by_hand() {
    let sandbox = Sandbox::new();
    let [base, ours, theirs] =
        ["A", "M", "F"].map(|t| format!("---\ntitle: {t}\n---\nOne.\n\n{}", EXAMPLE.trim_end()));
    let site = site(&sandbox, &base, &ours, &theirs);
    site.git(["merge", "-q", "side"]).fails();
    site.edit(PAGE, "One.", "One and a half.");
    site.palimpsest(["resolve", "--theirs"]).ok();
    assert_eq!(site.read(PAGE), theirs.replace("One.", "One and a half."));
}

#[test]
fn what_a_client_without_drivers_left_comes_out_as_the_drivers_make_it() {
    for how in ["in conflict", "added", "committed", "later"] {
        let sandbox = Sandbox::new();
        let [base, ours, theirs] = ["a", "a, m", "a, f"].map(|tags| page("A", tags, EXAMPLE));
        let site = site(&sandbox, &base, &ours, &theirs);
        elsewhere(&site, &["merge", "-q", "side"]).fails();
        if how != "in conflict" {
            site.git(["add", "-A"]).ok();
        }
        if how == "committed" || how == "later" {
            site.git(["commit", "-q", "-n", "-m", "Merge"]).ok();
            // What the index knows of the merge.
            site.git(["read-tree", "HEAD"]).ok();
            site.git(["update-index", "-q", "--refresh"]).ok();
        }
        if how == "later" {
            site.edit(PAGE, "The end.", "The very end.");
            site.git(["commit", "-q", "-n", "-a", "-m", "Later"]).ok();
        }
        site.palimpsest(["doctor"]);
        site.palimpsest(["resolve"])
            .ok()
            .says("docs/git.md: merged field by field");
        let mut wanted = page("A", "a, m, f", EXAMPLE);
        if how == "later" {
            wanted = wanted.replace("The end.", "The very end.");
        }
        let sorted = site.read(PAGE).replace("a, f, m", "a, m, f");
        assert_eq!(sorted, wanted, "{how}");
        site.git(["commit", "-q", "-a", "-m", "Done"]).ok();
        site.palimpsest(["resolve", "--ours"])
            .ok()
            .is("nothing to resolve");
        site.palimpsest(["doctor"]).ok();
    }
}

#[test]
fn a_conflict_inside_the_example_is_chosen_and_the_example_stays() {
    for (how, line) in [
        ("--ours", "my own line\n"),
        ("--theirs", "my very line\n"),
        ("--both", "my own line\nmy very line\n"),
    ] {
        let sandbox = Sandbox::new();
        let example = |line: &str| EXAMPLE.replace("my line\n", line);
        let base = page("A", "a", EXAMPLE);
        let ours = page("M", "a", &example("my own line\n"));
        let theirs = page("A", "a", &example("my very line\n"));
        let site = site(&sandbox, &base, &ours, &theirs);
        site.git(["merge", "-q", "side"]).fails();
        site.palimpsest(["resolve", how])
            .ok()
            .says("merged, 1 chosen, staged");
        assert_eq!(site.read(PAGE), page("M", "a", &example(line)), "{how}");
    }
}

#[test]
fn an_example_that_one_side_took_out_is_chosen_whole() {
    for (how, example) in [("--ours", ""), ("--theirs", "yours")] {
        let sandbox = Sandbox::new();
        let theirs = EXAMPLE.replace("my line", "yours");
        let site = site(
            &sandbox,
            &page("A", "a", EXAMPLE),
            &page("A", "a", ""),
            &page("A", "a", &theirs),
        );
        site.git(["merge", "-q", "side"]).fails();
        // Edited beside it, the markers alone say what is in conflict.
        site.edit(PAGE, "The end.", "An end.");
        let resolved = site.palimpsest(["resolve", how]);
        match how {
            "--ours" => resolved.ok(),
            // It might have been left by an earlier merge.
            _ => resolved
                .exits(1)
                .warns("docs/git.md:9: markers that one side had"),
        };
        let wanted = match example {
            "" => page("A", "a", ""),
            _ => page("A", "a", &theirs),
        };
        assert_eq!(site.read(PAGE), wanted.replace("The end.", "An end."));
    }
}

/// Nothing says whether a set that no merge makes is a conflict or the page's own.
#[test]
fn an_example_that_was_edited_by_hand_is_left() {
    let sandbox = Sandbox::new();
    let [base, ours, theirs] = ["A", "M", "F"].map(|title| page(title, "a", EXAMPLE));
    let site = site(&sandbox, &base, &ours, &theirs);
    site.git(["merge", "-q", "side"]).fails();
    site.edit(PAGE, "my line", "my own line");
    site.palimpsest(["resolve", "--theirs"])
        .exits(1)
        .says("merged, 1 chosen, 1 left")
        .warns("docs/git.md:9: both sides changed the text; it may be text of the file");
    let text = site.read(PAGE);
    let wanted = page("F", "a", &EXAMPLE.replace("my line", "my own line"));
    assert_eq!(text, wanted);
    site.git(["add", "-A"]).ok();
    site.palimpsest(["resolve", "--ours"]).exits(1);
    assert_eq!(site.read(PAGE), text);
}

#[test]
fn markers_of_which_nothing_is_known_are_left_also_where_the_file_is_named() {
    let sandbox = Sandbox::new();
    let base = page("A", "a", "");
    let site = site(&sandbox, &base, &base.replace("end", "End"), &base);
    let text = page("A", "a", EXAMPLE);
    site.write(PAGE, &text);
    for args in [
        &["resolve", "--ours"][..],
        &["resolve", "--ours", "docs"],
        &["resolve", "--ours", PAGE],
    ] {
        site.palimpsest(args)
            .exits(1)
            .warns("docs/git.md:9: markers of which no merge is known, so they are left");
        assert_eq!(site.read(PAGE), text);
    }
    site.palimpsest(["doctor"]).exits(1).says(
        "docs/git.md:9: conflict markers\n    mend: edit it (an example goes into a code block)",
    );
}

/// A pattern of the shell names them all.
#[test]
fn a_page_without_a_conflict_is_left_whatever_is_named_and_how_often() {
    for is_committed in [false, true] {
        let sandbox = Sandbox::new();
        let [base, ours, theirs] = ["A", "M", "F"].map(|title| page(title, "a", EXAMPLE));
        let site = site(&sandbox, &base, &ours, &theirs);
        let others = ["docs/other.md", "README.md", "docs/plain.txt"];
        others.iter().for_each(|other| site.write(other, EXAMPLE));
        site.git(["add", "-A"]).ok();
        site.git(["commit", "-q", "-n", "-m", "Others"]).ok();
        site.git(["merge", "-q", "side"]).fails();
        let named = ["resolve", "--ours", PAGE];
        let named: Vec<&str> = named.into_iter().chain(others).collect();
        site.palimpsest(&named)
            .exits(1)
            .says("docs/git.md: merged, 1 chosen, staged")
            .warns("docs/other.md:1: markers of which no merge is known")
            .warns("README.md:1: markers of which no merge is known")
            .warns("docs/plain.txt:1: markers of which no merge is known");
        if is_committed {
            site.git(["commit", "-q", "--no-edit"]).ok();
        }
        site.palimpsest(["resolve", "--theirs", PAGE, "docs"])
            .exits(1)
            .warns("docs/git.md:9: markers of which no merge is known");
        site.palimpsest(["resolve", "--theirs", "docs"])
            .ok()
            .is("nothing to resolve in docs");
        assert_eq!(site.read(PAGE), ours);
        for other in others {
            assert_eq!(site.read(other), EXAMPLE);
        }
    }
}

/// The index keeps the stages of a conflict for a while after the merge's commit.
#[test]
fn an_example_that_came_after_a_conflict_was_settled_is_left() {
    let sandbox = Sandbox::new();
    let [base, ours, theirs] = ["A", "M", "F"].map(|title| page(title, "a", ""));
    let site = site(&sandbox, &base, &ours, &theirs);
    site.git(["merge", "-q", "side"]).fails();
    site.palimpsest(["resolve", "--ours"]).ok();
    site.git(["commit", "-q", "--no-edit"]).ok();
    let text = page("M", "a", EXAMPLE);
    site.write(PAGE, &text);
    site.git(["add", "-A"]).ok();
    for args in [&["resolve", "--ours"][..], &["resolve", "--ours", PAGE]] {
        site.palimpsest(args)
            .exits(1)
            .warns("docs/git.md:9: both sides changed the text; it may be text of the file");
        assert_eq!(site.read(PAGE), text);
    }
}

/// No driver merges it; added with its markers, it can still be chosen.
#[test]
fn a_file_that_git_alone_merges_keeps_its_example_too() {
    for is_added in [false, true] {
        let sandbox = Sandbox::new();
        let [base, ours, theirs] = ["A", "M", "F"].map(|title| page(title, "a", EXAMPLE));
        let site = site(&sandbox, &base, &ours, &theirs);
        site.write(".gitattributes", "");
        site.git(["commit", "-q", "-n", "-a", "-m", "By line"]).ok();
        site.git(["merge", "-q", "side"]).fails();
        if is_added {
            site.git(["add", PAGE]).ok();
        }
        site.palimpsest(["resolve", "--theirs", PAGE])
            .ok()
            .says("docs/git.md: merged, 1 chosen, staged");
        assert_eq!(site.read(PAGE), theirs);
        site.palimpsest(["resolve", "--ours", PAGE])
            .exits(1)
            .warns("docs/git.md:9: markers of which no merge is known");
        assert_eq!(site.read(PAGE), theirs);
    }
}

/// Markers that were committed and settled on both branches come again with the next merge
/// of one of them.
#[test]
fn markers_that_both_sides_took_out_are_a_conflict_again() {
    let sandbox = Sandbox::new();
    let lines = |line: &str| format!("---\ntitle: A\n---\n\nOne.\n\n{line}\nTwo.\n");
    let marked = "<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> side\n";
    let [base, ours, theirs] = [marked, "mine\n", "theirs\n"].map(lines);
    let site = site(&sandbox, &base, &ours, &theirs);
    site.git(["merge", "-q", "side"]).fails();
    assert_eq!(site.read(PAGE), base);
    site.edit(PAGE, "One.", "One and a half.");
    site.palimpsest(["resolve"]).exits(1).says("1 left");
    site.palimpsest(["resolve", "--theirs", PAGE]).ok();
    assert_eq!(site.read(PAGE), theirs.replace("One.", "One and a half."));
}

/// Of a page with markers and no merge that is known, the field is chosen, and the body's set
/// is left to a person.
#[test]
fn what_is_chosen_beside_doubtful_markers_is_counted() {
    let sandbox = Sandbox::new();
    let plain = page("A", "a", "One.\n");
    let site = site(&sandbox, &plain, &plain, &plain);
    let front = "<<<<<<< HEAD\ntitle: M\n=======\ntitle: F\n>>>>>>> side";
    let marked = page("A", "a", EXAMPLE).replacen("title: A", front, 1);
    site.write(PAGE, marked);
    site.palimpsest(["resolve"])
        .exits(1)
        .says("docs/git.md: merged, 0 chosen, 2 left");
    site.palimpsest(["resolve", "--ours"])
        .exits(1)
        .says("docs/git.md: merged, 1 chosen, 1 left");
    assert_eq!(site.read(PAGE), page("M", "a", EXAMPLE));
}

/// A rebase commits markers that somebody added, since it runs no hook there: they are no
/// text of the next stop.
#[test]
fn markers_that_an_earlier_stop_left_are_named() {
    let sandbox = Sandbox::new();
    let lines = |one: &str, two: &str| format!("---\ntitle: A\n---\n{one}\n\nx\n\ny\n\n{two}\n");
    let site = site(
        &sandbox,
        &lines("1", "2"),
        &lines("m", "m"),
        &lines("f", "2"),
    );
    site.git(["switch", "-q", "side"]).ok();
    site.write(PAGE, lines("f", "f"));
    site.git(["commit", "-q", "-n", "-a", "-m", "Two"]).ok();
    site.git(["rebase", "-q", "main"]).fails();
    site.git(["add", PAGE]).ok();
    site.run_with(&[("GIT_EDITOR", "true")], "git", ["rebase", "--continue"])
        .fails();
    site.palimpsest(["resolve", "--ours"])
        .exits(1)
        .says("1 chosen, 1 left")
        .warns("docs/git.md:4: markers that one side had before");
}
