//! Markers that a merge without drivers left and somebody committed, and what came after it.

use super::elsewhere;
use super::examples::{EXAMPLE, PAGE, is_left_as_text, page, site};
use crate::sandbox::{Machine, Sandbox};

fn text(line: &str, end: &str) -> String {
    format!("---\ntitle: A\n---\n\n{line}\n\nTwo.\n\nThree.\n\n{end}\n")
}

/// A site whose branch `side` has committed markers, and whose `main` has none.
fn with_markers<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let [base, ours, theirs] = ["One.", "Uno.", "Eins."].map(|line| text(line, "End."));
    let site = site(sandbox, &base, &ours, &theirs);
    site.git(["switch", "-q", "side"]).ok();
    elsewhere(&site, &["merge", "-q", "main"]).fails();
    let commit = ["commit", "-q", "-n", "-a", "-m", "Marked"];
    site.git(commit).ok();
    site.git(["switch", "-q", "main"]).ok();
    site
}

fn is_listed(site: &Machine<'_>) {
    site.palimpsest(["doctor"])
        .exits(1)
        .says("docs/git.md:5: conflict markers");
    site.palimpsest(["resolve"])
        .exits(1)
        .says("1 left (in the merge");
}

#[test]
fn a_clean_merge_hides_no_markers_from_before() {
    for (here, there) in [("main", "side"), ("side", "main")] {
        let sandbox = Sandbox::new();
        let site = with_markers(&sandbox);
        site.edit(PAGE, "End.", "The end.");
        site.git(["commit", "-q", "-n", "-a", "-m", "End"]).ok();
        site.git(["switch", "-q", here]).ok();
        site.git(["merge", "-q", "--no-commit", there]).ok();
        is_listed(&site);
        site.git(["commit", "-q", "-n", "--no-edit"]).ok();
        is_listed(&site);
        site.write("docs/later.md", "Later.\n");
        site.git(["add", "-A"]).ok();
        site.git(["commit", "-q", "-n", "-m", "Later"]).ok();
        is_listed(&site);
        // An example that came since is no part of it.
        let example = format!("{}{EXAMPLE}", site.read(PAGE));
        site.write(PAGE, example);
        site.palimpsest(["resolve", "--ours"])
            .exits(1)
            .says("1 chosen, 1 left");
        let settled = text("Eins.", "The end.");
        assert_eq!(site.read(PAGE), format!("{settled}{EXAMPLE}"));
        site.write(PAGE, &settled);
        site.git(["commit", "-q", "-a", "-m", "Settled"]).ok();
        site.palimpsest(["resolve"]).ok().is("nothing to resolve");
        site.palimpsest(["doctor"]).ok();
    }
}

/// What the drivers would have made of the merge at HEAD is made, and the markers from
/// before are still there to settle.
#[test]
fn markers_from_before_do_not_keep_a_merge_without_drivers_from_being_mended() {
    let sandbox = Sandbox::new();
    let with_tags = |tags: [&str; 4], line: &str| {
        let tags = tags.join("\n- ");
        let text = text(line, "End.");
        text.replace("title: A\n", &format!("title: A\ntags:\n- {tags}\n"))
    };
    let plain = ["a", "b", "c", "d"];
    let [base, ours, theirs] = ["One.", "Uno.", "Eins."].map(|line| with_tags(plain, line));
    let site = site(&sandbox, &base, &ours, &theirs);
    site.git(["switch", "-q", "side"]).ok();
    elsewhere(&site, &["merge", "-q", "main"]).fails();
    site.edit(PAGE, "- d\n", "- d\n- new\n");
    let commit = ["commit", "-q", "-n", "-a", "-m", "Marked, and a tag"];
    site.git(commit).ok();
    site.git(["switch", "-q", "main"]).ok();
    site.edit(PAGE, "- a\n", "- a\n- new\n");
    site.git(["commit", "-q", "-a", "-m", "The tag"]).ok();
    elsewhere(&site, &["merge", "-q", "--no-edit", "side"]).ok();
    assert_eq!(site.read(PAGE).matches("- new\n").count(), 2);
    site.palimpsest(["resolve"])
        .exits(1)
        .says("docs/git.md: merged field by field (in the last merge)")
        .warns("markers that one side had before");
    assert_eq!(site.read(PAGE).matches("- new\n").count(), 1);
    site.palimpsest(["resolve", "--theirs"]).ok();
    let settled = with_tags(["a", "new", "b", "c"], "Uno.").replace("- c\n", "- c\n- d\n");
    assert_eq!(site.read(PAGE), settled);
}

#[test]
fn an_example_that_came_together_in_a_clean_merge_is_text() {
    let sandbox = Sandbox::new();
    let example = |mine: &str, yours: &str| {
        format!("<<<<<<< HEAD\n{mine}\na\nb\n=======\nc\nd\n{yours}\n>>>>>>> branch\n")
    };
    let site = site(
        &sandbox,
        &page("A", "a", &example("mine", "yours")),
        &page("A", "a", &example("my own", "yours")),
        &page("A", "a", &example("mine", "your own")),
    );
    site.git(["merge", "-q", "side"]).ok();
    let merged = page("A", "a", &example("my own", "your own"));
    assert_eq!(site.read(PAGE), merged);
    is_left_as_text(&site, 9);
}

/// After a pick, a squash or a rebase no merge commit tells a conflict from an example.
#[test]
fn markers_that_no_merge_commit_left_are_settled_by_a_persons_word() {
    for (how, line, ends) in [("--ours", "Uno.", "\n"), ("--theirs", "Eins.", "\r\n")] {
        let sandbox = Sandbox::new();
        let [base, ours, theirs] =
            ["One.", "Uno.", "Eins."].map(|line| text(line, "End.").replace('\n', ends));
        let site = site(&sandbox, &base, &ours, &theirs);
        elsewhere(&site, &["cherry-pick", "side"]).fails();
        site.git(["commit", "-q", "-n", "-a", "-m", "Picked"]).ok();
        site.git(["read-tree", "HEAD"]).ok();
        site.git(["update-index", "-q", "--refresh"]).ok();
        let marked = site.read(PAGE);
        site.palimpsest(["doctor"]).ok();
        site.palimpsest(["resolve", how])
            .ok()
            .is("nothing to resolve");
        site.palimpsest(["resolve", how, PAGE])
            .exits(1)
            .warns("docs/git.md:5: markers of which no merge is known, so they are left")
            .warns("palimpsest resolve --ours --unknown docs/git.md");
        site.palimpsest(["resolve", how, "--unknown", "docs"])
            .exits(1)
            .warns("docs: --unknown takes files, not folders");
        site.palimpsest(["resolve", how, "--unknown"]).fails();
        assert_eq!(site.read(PAGE), marked);
        site.palimpsest(["resolve", how, "--unknown", PAGE])
            .ok()
            .says("docs/git.md: merged, 1 chosen");
        assert_eq!(site.read(PAGE), text(line, "End.").replace('\n', ends));
        site.palimpsest(["resolve", how, "--unknown", PAGE])
            .ok()
            .is("nothing to resolve in docs/git.md");
    }
}

/// No merge of the sides has such a set: it might be an example that somebody edited.
#[test]
fn a_set_that_was_edited_is_settled_by_a_persons_word() {
    let sandbox = Sandbox::new();
    let [base, ours, theirs] = ["One.", "Uno.", "Eins."].map(|line| text(line, "End."));
    let site = site(&sandbox, &base, &ours, &theirs);
    elsewhere(&site, &["merge", "-q", "side"]).fails();
    site.edit(PAGE, "Uno.", "Uno, due.");
    site.git(["add", PAGE]).ok();
    site.palimpsest(["resolve", "--theirs", PAGE])
        .exits(1)
        .warns("it may be text of the file")
        .warns("take a side with --unknown");
    site.palimpsest(["resolve", "--theirs", "--unknown", PAGE])
        .ok();
    assert_eq!(site.read(PAGE), theirs);
}

/// History is walked once for all pages, and again only for those that a merge made.
#[test]
fn history_is_not_walked_for_each_page_with_an_example() {
    let sandbox = Sandbox::new();
    let [base, ours, theirs] = ["A", "A", "F"].map(|title| page(title, "a", EXAMPLE));
    let site = site(&sandbox, &base, &ours, &theirs);
    let others = ["docs/1.md", "docs/2.md", "docs/[3] *.md"];
    others.iter().for_each(|other| site.write(other, EXAMPLE));
    site.git(["add", "-A"]).ok();
    site.git(["commit", "-q", "-n", "-m", "Others"]).ok();
    site.git(["merge", "-q", "side"]).ok();
    let trace = site.path(".git/trace");
    let traced = [("GIT_TRACE", trace.to_str().unwrap())];
    site.run_with(&traced, "palimpsest", ["resolve"])
        .ok()
        .is("nothing to resolve");
    let walks = site
        .read(".git/trace")
        .matches("built-in: git rev-list")
        .count();
    assert_eq!(walks, 1);
}

/// What is settled in two steps is part of the merge as if it was settled in one.
#[test]
fn markers_that_came_in_with_a_merge_that_waits_are_settled_in_steps() {
    let sandbox = Sandbox::new();
    let page = |status: &str, line: &str| {
        format!("---\ntitle: A\nstatus: {status}\n---\n\n{line}\n\nTwo.\n")
    };
    let texts = [("open", "One."), ("done", "Uno."), ("later", "Eins.")];
    let [base, ours, theirs] = texts.map(|(status, line)| page(status, line));
    let site = site(&sandbox, &base, &ours, &theirs);
    site.write("docs/other.md", "One.\n");
    site.git(["add", "-A"]).ok();
    site.git(["commit", "-q", "-m", "Another"]).ok();
    site.git(["switch", "-q", "side"]).ok();
    elsewhere(&site, &["merge", "-q", "main"]).fails();
    site.write("docs/other.md", "Eins.\n");
    site.git(["add", "-A"]).ok();
    site.git(["commit", "-q", "-n", "-m", "Marked"]).ok();
    site.git(["switch", "-q", "main"]).ok();
    site.write("docs/other.md", "Uno.\n");
    site.git(["commit", "-q", "-a", "-m", "The other"]).ok();
    site.git(["merge", "-q", "side"]).fails();
    site.palimpsest(["resolve", "--both", PAGE])
        .exits(1)
        .says("1 chosen, 1 left");
    site.palimpsest(["resolve", "--theirs"])
        .ok()
        .says("docs/git.md: merged, 1 chosen, staged");
    site.git(["commit", "-q", "--no-edit"]).ok();
    let settled = site.git(["show", &format!("HEAD:{PAGE}")]).ok();
    assert!(!settled.stdout.contains("<<<<<<<"), "{settled}");
    site.assert_clean();
}

/// A rebase of a client without drivers: no merge tells what the phone's version was made
/// from, so that what the desktop removed looks like the phone's addition.
#[test]
fn markers_of_a_rebase_bring_nothing_back_without_a_question() {
    let page = |fields: &str| format!("---\ntitle: A\n{fields}---\n\nText.\n");
    let block = |tags: &[&str]| format!("tags:\n- {}\n", tags.join("\n- "));
    for (base, desk, phone, united, asks) in [
        (
            &["a", "b"][..],
            &[&["a", "d"][..]][..],
            &["a", "p", "b"][..],
            "a, d, p, b",
            true,
        ),
        (
            &["a", "b"],
            &[&["a"], &["a", "d"]],
            &["a", "b", "p"],
            "a, d, b, p",
            true,
        ),
        (
            &["a", "b"],
            &[&["a", "b", "d"]],
            &["a", "p"],
            "a, b, d, p",
            true,
        ),
        (&["a"], &[&["a", "d"]], &["a", "p"], "a, d, p", false),
        // The phone knows none of two commits of the desktop, or has removed what the first added.
        (
            &["a"],
            &[&["a", "d"], &["a", "d", "e"]],
            &["a", "p"],
            "a, d, e, p",
            true,
        ),
    ] {
        for (subject, inline) in [("Side", false), ("Clip https://example.com/a/../b: ", true)] {
            let sandbox = Sandbox::new();
            let tags = |tags: &[&str]| match inline {
                true => page(&format!("tags: [{}]\n", tags.join(", "))),
                false => page(&block(tags)),
            };
            let site = site(&sandbox, &tags(base), &tags(desk[0]), &tags(phone));
            if let [_, next] = desk {
                site.write(PAGE, tags(next));
                site.git(["commit", "-q", "-n", "-a", "-m", "Next"]).ok();
            }
            site.git(["switch", "-q", "side"]).ok();
            site.git(["commit", "-q", "-n", "--amend", "-m", subject])
                .ok();
            elsewhere(&site, &["rebase", "-q", "main"]).fails();
            site.git(["add", "-A"]).ok();
            let go_on = ["rebase", "--continue"];
            site.run_with(&[("PALIMPSEST", "0")], "git", go_on).ok();
            let marked = site.read(PAGE);
            assert!(marked.contains("<<<<<<<"), "{marked}");
            // As another machine has it: here the index still knows the sides.
            site.git(["read-tree", "HEAD"]).ok();
            site.git(["update-index", "-q", "--refresh"]).ok();
            let resolve = site.palimpsest(["resolve"]);
            if asks {
                resolve.exits(1).says("0 chosen, 1 left");
                site.palimpsest(["resolve", "--ours"]).ok();
                assert_eq!(site.read(PAGE), tags(desk[desk.len() - 1]));
                site.write(PAGE, &marked);
                site.palimpsest(["resolve", "--both"]).ok();
            } else {
                resolve.ok().says("merged field by field");
            }
            let now = site
                .read(PAGE)
                .replace("\n- ", ", ")
                .replace("tags:, ", "tags: [");
            let mut now: Vec<&str> = now.split([',', '[', ']', '\n', ' ']).collect();
            now.retain(|word| word.len() == 1);
            let mut all: Vec<&str> = united.split(", ").collect();
            all.push("A");
            now.sort_unstable();
            all.sort_unstable();
            assert_eq!(now, all);
        }
    }
}

/// Of a list of maps, and of a text of several lines, one side took out what the other edited.
#[test]
fn markers_of_a_rebase_bring_no_map_or_paragraph_back_without_a_question() {
    let maps = |items: &[(&str, &str)]| {
        let items = items
            .iter()
            .map(|(name, text)| format!("- name: {name}\n  text: {text}\n"));
        format!("---\nlist:\n{}---\nText.\n", items.collect::<String>())
    };
    let text = |lines: &str| format!("---\nnotes: |\n{lines}---\nText.\n");
    for [base, desk, phone] in [
        [
            maps(&[("a", "A"), ("b", "B")]),
            maps(&[("a", "A")]),
            maps(&[("a", "A"), ("b", "Bee")]),
        ],
        [
            maps(&[("a", "A"), ("b", "B")]),
            maps(&[("a", "A"), ("c", "C")]),
            maps(&[("a", "A"), ("b", "Bee")]),
        ],
        [
            text("  One.\n\n  Two.\n"),
            text("  One.\n"),
            text("  One.\n\n  Two of mine.\n"),
        ],
    ] {
        let sandbox = Sandbox::new();
        let site = site(&sandbox, &base, &desk, &phone);
        site.git(["switch", "-q", "side"]).ok();
        elsewhere(&site, &["rebase", "-q", "main"]).fails();
        site.git(["add", "-A"]).ok();
        let go_on = ["rebase", "--continue"];
        site.run_with(&[("PALIMPSEST", "0")], "git", go_on).ok();
        site.git(["read-tree", "HEAD"]).ok();
        site.git(["update-index", "-q", "--refresh"]).ok();
        site.palimpsest(["resolve"])
            .exits(1)
            .says("0 chosen, 1 left");
        site.palimpsest(["resolve", "--ours"]).ok();
        assert_eq!(site.read(PAGE), desk);
    }
}

/// The phone's first merge leaves markers in the body. Then a tag comes and goes, of which its
/// second merge makes a conflict: that one is settled on its own base.
#[test]
fn markers_of_two_merges_are_settled_one_after_the_other() {
    let page = |tags: &[&str], line: &str| {
        format!(
            "---\ntitle: A\ntags:\n- {}\n---\n\n{line}\n",
            tags.join("\n- ")
        )
    };
    for commits_later in [0, 1] {
        let sandbox = Sandbox::new();
        let [base, ours, theirs] = ["One.", "Uno.", "Eins."].map(|line| page(&["a"], line));
        let site = site(&sandbox, &base, &ours, &theirs);
        site.git(["switch", "-q", "side"]).ok();
        let commit = ["commit", "-q", "-n", "-a", "-m", "Marked"];
        elsewhere(&site, &["merge", "-q", "main"]).fails();
        site.git(commit).ok();
        site.edit(PAGE, "- a\n", "- a\n- x\n");
        site.git(commit).ok();
        site.git(["switch", "-q", "-C", "main"]).ok();
        site.edit(PAGE, "- x\n", "");
        site.git(commit).ok();
        site.git(["switch", "-q", "side"]).ok();
        site.edit(PAGE, "- x\n", "- x\n- y\n");
        site.git(commit).ok();
        elsewhere(&site, &["merge", "-q", "main"]).fails();
        site.git(commit).ok();
        let merge = site.oid("HEAD");
        // The index forgets the sides.
        site.git(["read-tree", "HEAD"]).ok();
        site.git(["update-index", "-q", "--refresh"]).ok();
        let mut said = "(in the last merge)".to_owned();
        if commits_later > 0 {
            site.write("docs/later.md", "Later.\n");
            site.git(["add", "-A"]).ok();
            site.git(["commit", "-q", "-m", "Later"]).ok();
            said = format!("(in the merge {})", &merge[..8]);
        }
        site.palimpsest(["resolve", "--ours"])
            .exits(1)
            .says(&format!("docs/git.md: merged field by field {said}"))
            .warns(
                "docs/git.md:8: markers of an earlier merge, which are settled next: palimpsest \
                 resolve docs/git.md",
            );
        let text = site.read(PAGE);
        assert!(text.contains("tags:\n- a\n- y\n---\n\n<<<<<<<"), "{text}");
        site.palimpsest(["resolve", "--ours"])
            .ok()
            .says("docs/git.md: merged, 1 chosen");
        assert_eq!(site.read(PAGE), page(&["a", "y"], "Eins."));
        site.commit("Settled");
        site.palimpsest(["resolve"]).ok().is("nothing to resolve");
    }
}
