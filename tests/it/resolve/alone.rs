//! Markers in files that one side alone has at their name, as after a move: examples in pages
//! about git stay, and what else is left is said with an advice that settles it.

use super::elsewhere;
use crate::sandbox::{Machine, Sandbox};

const SET: &str = "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n";

fn in_code() -> String {
    format!("```\n{SET}```\n")
}

fn page(example: &str) -> String {
    format!("---\ntitle: Git\nn: 1\n---\nOne.\nTwo.\nThree.\nFour.\n\n{example}\nEnd.\n")
}

fn commit(site: &Machine<'_>, message: &str) {
    site.git(["add", "-A"]).ok();
    site.git(["commit", "-q", "-n", "-m", message]).ok();
}

fn vault(sandbox: &Sandbox) -> Machine<'_> {
    let site = sandbox.repository("vault");
    site.palimpsest(["init"]).ok();
    commit(&site, "Begin");
    site.git(["branch", "-q", "-M", "main"]).ok();
    site
}

/// The merge waits: `side` has moved `p.md` to `q.md`, and `main` to `r.md`, with these edits.
fn moved_twice(site: &Machine<'_>, begin: &str, edits: [[&str; 2]; 2]) {
    site.write("p.md", begin);
    commit(site, "Page");
    site.git(["switch", "-q", "-c", "side"]).ok();
    for (branch, to, [from, edit]) in [("side", "q.md", edits[0]), ("main", "r.md", edits[1])] {
        site.git(["switch", "-q", branch]).ok();
        site.git(["mv", "p.md", to]).ok();
        site.edit(to, from, edit);
        commit(site, to);
    }
    site.git(["merge", "-q", "side"]).fails();
}

/// The merge waits: `adds` has `docs/git.md` of its own, and the other branch moved the folder.
fn added_in_a_moved_folder(site: &Machine<'_>, adds: &str, add: impl Fn()) {
    for number in 1..5 {
        site.write(
            &format!("docs/{number}.md"),
            page(&format!("Of {number}.\n")),
        );
    }
    commit(site, "Pages");
    site.git(["switch", "-q", "-c", "side"]).ok();
    site.git(["switch", "-q", adds]).ok();
    add();
    let moves = if adds == "main" { "side" } else { "main" };
    site.git(["switch", "-q", moves]).ok();
    site.git(["mv", "docs", "guide"]).ok();
    commit(site, "Guide");
    site.git(["switch", "-q", "main"]).ok();
    site.git(["merge", "-q", "side"]).fails();
}

/// Nothing but `git add` settles the file, and nothing else is advised.
fn is_settled_by_adding(site: &Machine<'_>, file: &str) {
    for args in [&["resolve"] as &[&str], &["resolve", "--theirs"]] {
        site.palimpsest(args.iter().copied())
            .exits(1)
            .warns("markers that one side had before")
            .warns(&format!("or keep them: git add {file}"))
            .silent_about("--ours")
            .lacks("staged");
    }
    let text = site.read(file);
    assert!(text.contains(SET), "{text}");
    site.git(["add", file]).ok();
    site.palimpsest(["resolve"]).silent_about("one side had");
    site.git(["commit", "-q", "-n", "--no-edit"]).ok();
    assert_eq!(site.read(file), text);
}

#[test]
fn an_example_that_stood_in_both_sides_of_a_file_that_both_moved_stays() {
    const BESIDE: [[&str; 2]; 2] = [["One.", "Uno."], ["End.", "Fin."]];
    const FIELD: [[&str; 2]; 2] = [["n: 1", "n: 2"], ["n: 1", "n: 3"]];
    for (example, end, side, kept, edits, how) in [
        (SET, "\n", "--ours", "r.md", BESIDE, "kept"),
        (SET, "\r\n", "--theirs", "q.md", FIELD, "merged, 1 chosen"),
        (&in_code(), "\r\n", "--theirs", "q.md", BESIDE, "kept"),
        (
            &in_code(),
            "\n",
            "--ours",
            "r.md",
            FIELD,
            "merged, 1 chosen",
        ),
    ] {
        let sandbox = Sandbox::new();
        let site = vault(&sandbox);
        site.git(["config", "core.autocrlf", "false"]).ok();
        moved_twice(&site, &page(example).replace('\n', end), edits);
        site.palimpsest(["resolve", side])
            .ok()
            .says(&format!("{kept}: {how}, staged"))
            .silent_about("one side had");
        let text = site.read(kept);
        assert!(text.contains(&example.replace('\n', end)), "{text}");
        site.git(["commit", "-q", "--no-edit"]).ok();
        site.palimpsest(["resolve"]).ok().is("nothing to resolve");
    }
}

#[test]
fn an_example_that_one_side_alone_wrote_into_a_file_that_both_moved() {
    const ELSEWHERE: [&str; 2] = ["One.", "Uno."];
    let in_code = format!("{}\nEnd.", in_code());
    let outside = format!("{SET}\nEnd.");
    for (is_ours, side, other, kept, left) in [
        (true, "--ours", "--theirs", "q.md", "r.md"),
        (false, "--theirs", "--ours", "r.md", "q.md"),
    ] {
        let edits = |add| match is_ours {
            true => [ELSEWHERE, ["End.", add]],
            false => [["End.", add], ELSEWHERE],
        };
        let sandbox = Sandbox::new();
        let site = vault(&sandbox);
        moved_twice(&site, &page("."), edits(&in_code));
        site.palimpsest(["resolve", other])
            .ok()
            .says(&format!("{kept}: kept, staged"));

        // Outside of a code block an earlier merge may have left it.
        let sandbox = Sandbox::new();
        let site = vault(&sandbox);
        moved_twice(&site, &page("."), edits(&outside));
        site.palimpsest(["resolve", side])
            .exits(1)
            .lacks(&format!("{left}: kept, staged"))
            .warns(&format!("git add {left}"));
        is_settled_by_adding(&site, left);
    }
}

/// Git's own markers stand within those of the example, and no choice is known to be right.
#[test]
fn an_example_that_both_sides_edited_in_a_file_that_both_moved_is_left() {
    for example in [SET, &in_code()] {
        let sandbox = Sandbox::new();
        let site = vault(&sandbox);
        moved_twice(
            &site,
            &page(example),
            [["\nx\n", "\nxs\n"], ["\nx\n", "\nxm\n"]],
        );
        site.palimpsest(["resolve", "--ours"])
            .exits(1)
            .lacks("r.md: kept, staged")
            .warns("git add r.md");
        let unmerged = site.git(["ls-files", "--unmerged"]).ok();
        assert!(unmerged.stdout.contains("r.md"), "{unmerged}");
        // The other name is gone by now.
        site.palimpsest(["resolve", "--ours"])
            .exits(1)
            .lacks("staged")
            .warns("git add r.md");
    }
}

#[test]
fn an_example_in_a_file_that_one_side_added_stays() {
    for (adds, example, side) in [
        ("side", &in_code()[..], "--theirs"),
        ("main", &in_code(), "--ours"),
        ("side", SET, "--ours"),
        ("main", SET, "--theirs"),
    ] {
        let sandbox = Sandbox::new();
        let site = vault(&sandbox);
        added_in_a_moved_folder(&site, adds, || {
            site.write("docs/git.md", page(example));
            commit(&site, "Git");
        });
        site.palimpsest(["resolve"])
            .exits(1)
            .warns("where it goes is the question");
        site.palimpsest(["resolve", side])
            .ok()
            .says("guide/git.md: kept, staged");
        assert_eq!(site.read("guide/git.md"), page(example));
        // The hook has the last look at what is new under this name.
        site.git(["commit", "-q", "-n", "--no-edit"]).ok();
        site.palimpsest(["resolve"]).ok().is("nothing to resolve");
    }
}

#[test]
fn markers_that_a_merge_of_the_adding_side_left_are_said() {
    for adds in ["side", "main"] {
        let sandbox = Sandbox::new();
        let site = vault(&sandbox);
        added_in_a_moved_folder(&site, adds, || {
            site.git(["switch", "-q", "-c", "phone"]).ok();
            site.write("docs/git.md", page("x\n"));
            commit(&site, "X");
            site.git(["switch", "-q", adds]).ok();
            site.write("docs/git.md", page("y\n"));
            commit(&site, "Y");
            elsewhere(&site, &["merge", "-q", "phone"]).fails();
            site.write("docs/git.md", page(SET));
            commit(&site, "vault backup");
        });
        is_settled_by_adding(&site, "guide/git.md");
    }
}

/// One side deletes it; the other choice needs a look, which is said before it is made.
#[test]
fn the_choice_to_keep_a_file_with_markers_of_its_side_is_said_to_need_a_look() {
    let sandbox = Sandbox::new();
    let site = vault(&sandbox);
    site.write("p.md", page("."));
    commit(&site, "Page");
    site.git(["switch", "-q", "-c", "side"]).ok();
    site.git(["rm", "-q", "p.md"]).ok();
    commit(&site, "Gone");
    site.git(["switch", "-q", "main"]).ok();
    site.write("p.md", page(SET));
    commit(&site, "vault backup");
    site.git(["merge", "-q", "side"]).fails();
    site.palimpsest(["resolve"])
        .exits(1)
        .warns("p.md: deleted by them, edited by us")
        .warns("p.md:10: markers that one side had before")
        .warns("git add p.md");
    site.palimpsest(["resolve", "--theirs"]).ok();
    assert!(!site.exists("p.md"));
}
