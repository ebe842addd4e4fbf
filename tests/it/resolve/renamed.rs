//! Files that both sides moved, to different names: git puts its merge of both under each
//! name, with the markers of what both changed.

use super::elsewhere;
use crate::sandbox::{DAY, Machine, Sandbox, entry, journal};

const BEGIN: &str =
    "---\ntitle: T\ntags: [a]\nn: 1\n---\nOne.\nTwo.\nThree.\nFour.\nFive.\n\nEnd.\n";

/// A vault whose branch `side` has moved `p.md` to `q.md`, while `main` moved it to `r.md`;
/// each with its edits. The merge waits.
fn vault<'a>(sandbox: &'a Sandbox, theirs: [&str; 2], ours: [&str; 2]) -> Machine<'a> {
    let site = sandbox.repository("vault");
    site.write("p.md", BEGIN);
    site.palimpsest(["init"]).ok();
    site.commit("Begin");
    site.git(["branch", "-q", "-M", "main"]).ok();
    let moved = |to: &str, [from, edit]: [&str; 2]| {
        site.git(["mv", "p.md", to]).ok();
        site.edit(to, from, edit);
        site.commit(to);
    };
    site.git(["switch", "-q", "-c", "side"]).ok();
    moved("q.md", theirs);
    site.git(["switch", "-q", "main"]).ok();
    moved("r.md", ours);
    site.git(["merge", "-q", "side"]).fails();
    site
}

fn is_staged_as_it_stands(site: &Machine<'_>, file: &str) -> bool {
    let unmerged = site.git(["ls-files", "--unmerged"]).ok();
    let differs = site.git(["diff", "--name-only"]).ok();
    !unmerged.stdout.contains(file) && !differs.stdout.contains(file)
}

#[test]
fn the_side_of_the_name_is_the_side_of_its_fields_and_lines() {
    for (side, kept, gone, n, end) in [
        ("--ours", "r.md", "q.md", "n: 3\n", "Last.\n"),
        ("--theirs", "q.md", "r.md", "n: 2\n", "Fin.\n"),
    ] {
        let sandbox = Sandbox::new();
        let theirs = [
            "n: 1\n---\nOne.\nTwo.\nThree.\nFour.\nFive.\n\nEnd.\n",
            "n: 2\n---\nOne.\nTwo.\nThree.\nFour.\nFive.\n\nFin.\n",
        ];
        let ours = [
            theirs[0],
            "n: 3\n---\nOne.\nTwo.\nThree.\nFour.\nFive.\n\nLast.\n",
        ];
        let site = vault(&sandbox, theirs, ours);
        site.palimpsest(["resolve"])
            .exits(1)
            .warns("r.md: moved here by us, to another name by them");
        site.palimpsest(["resolve", side])
            .ok()
            .says(&format!("{kept}: merged, 2 chosen, staged"))
            .says(&format!("{gone}: removed, staged"));
        let text = site.read(kept);
        assert!(text.contains(n) && text.ends_with(end), "{text}");
        assert!(!text.contains("<<<<") && !site.exists(gone), "{text}");
        site.git(["commit", "-q", "--no-edit"]).ok();
        site.palimpsest(["doctor"]).ok();
        site.palimpsest(["resolve"]).ok().is("nothing to resolve");
    }
}

/// Both names stay, and a body may have the lines of both; a field has one value.
#[test]
fn of_both_names_each_has_what_both_sides_can_have() {
    let sandbox = Sandbox::new();
    let site = vault(&sandbox, ["End.", "Fin."], ["End.", "Last."]);
    site.palimpsest(["resolve", "--both"]).ok();
    for file in ["q.md", "r.md"] {
        assert!(site.read(file).ends_with("\n\nLast.\nFin.\n"));
        assert!(is_staged_as_it_stands(&site, file));
    }

    let sandbox = Sandbox::new();
    let site = vault(&sandbox, ["n: 1", "n: 2"], ["n: 1", "n: 3"]);
    site.palimpsest(["resolve", "--both"])
        .exits(1)
        .says("q.md: merged, 0 chosen, 1 left\n")
        .says("r.md: merged, 0 chosen, 1 left\n")
        .warns("q.md:4: n: two values; both do not fit");
    for file in ["q.md", "r.md"] {
        assert!(!is_staged_as_it_stands(&site, file));
    }
    site.palimpsest(["resolve", "--theirs"]).ok();
    assert!(site.read("q.md").contains("\nn: 2\n---\n") && !site.exists("r.md"));
}

/// A client without drivers marks the list; by field nothing is left.
#[test]
fn what_has_no_conflict_by_field_is_merged_under_the_name_that_stays() {
    let sandbox = Sandbox::new();
    let site = vault(&sandbox, ["[a]", "[a, b]"], ["[a]", "[a, c]"]);
    site.git(["merge", "--abort"]).ok();
    elsewhere(&site, &["merge", "-q", "side"]).fails();
    assert!(site.read("r.md").contains("<<<<<<<< "));
    site.palimpsest(["resolve", "--ours"]).ok();
    let text = site.read("r.md");
    assert_eq!(text, BEGIN.replace("[a]", "[a, b, c]"));
    assert!(is_staged_as_it_stands(&site, "r.md") && !site.exists("q.md"));
}

/// What somebody settled by hand stays, and a file that is gone is not brought back with its
/// markers.
#[test]
fn the_file_of_now_is_what_stays() {
    let sandbox = Sandbox::new();
    let site = vault(&sandbox, ["n: 1", "n: 2"], ["n: 1", "n: 3"]);
    let by_hand = BEGIN.replace("n: 1", "n: 5");
    site.write("r.md", &by_hand);
    site.palimpsest(["resolve", "--ours"])
        .ok()
        .says("r.md: kept, staged");
    assert_eq!(site.read("r.md"), by_hand);
    assert!(is_staged_as_it_stands(&site, "r.md"));

    site.git(["merge", "--abort"]).ok();
    site.git(["merge", "-q", "side"]).fails();
    site.remove("r.md");
    site.palimpsest(["resolve", "--ours"]).ok();
    assert_eq!(site.read("r.md"), BEGIN.replace("n: 1", "n: 3"));
}

/// A phone committed the markers of a merge, and the other side deleted the page: the side that
/// has it is chosen, but not in what it was left with.
#[test]
fn markers_of_a_side_that_alone_has_the_file_are_left_and_said() {
    const MARKED: &str = "<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n";
    let text = |front: &str, body: &str| format!("---\ntitle: T\n{front}---\n{body}");
    for (marked, line) in [(text(MARKED, "One.\n"), 3), (text("", MARKED), 4)] {
        for (here, side, gone) in [
            ("phone", "--ours", false),
            ("main", "--theirs", false),
            ("main", "--both", false),
            ("phone", "--ours", true),
        ] {
            let sandbox = Sandbox::new();
            let site = sandbox.repository("vault");
            site.write("p.md", BEGIN);
            site.palimpsest(["init"]).ok();
            site.commit("Begin");
            site.git(["branch", "-q", "-M", "main"]).ok();
            site.git(["switch", "-q", "-c", "phone"]).ok();
            site.write("p.md", &marked);
            site.git(["commit", "-q", "-n", "-a", "-m", "vault backup"])
                .ok();
            site.git(["switch", "-q", "main"]).ok();
            site.git(["rm", "-q", "p.md"]).ok();
            site.commit("Gone");
            let there = if here == "main" { "phone" } else { "main" };
            site.git(["switch", "-q", here]).ok();
            site.git(["merge", "-q", there]).fails();
            if gone {
                site.remove("p.md");
            }
            site.palimpsest(["resolve", side])
                .exits(1)
                .lacks("staged")
                .warns(&format!("p.md:{line}: markers that one side had before"));
            assert_eq!(site.read("p.md"), marked);
            assert!(!is_staged_as_it_stands(&site, "p.md"));
            site.git(["add", "p.md"]).ok();
            site.palimpsest(["resolve"]).silent_about("one side had");
        }
    }
}

/// An example that the page always had is text.
#[test]
fn an_example_in_a_page_that_the_other_side_deleted_is_kept() {
    const EXAMPLE: &str = "```\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n```\n";
    let sandbox = Sandbox::new();
    let site = sandbox.repository("vault");
    site.write("p.md", format!("{BEGIN}\n{EXAMPLE}"));
    site.palimpsest(["init"]).ok();
    site.git(["add", "-A"]).ok();
    site.git(["commit", "-q", "-n", "-m", "Begin"]).ok();
    site.git(["switch", "-q", "-c", "side"]).ok();
    site.git(["rm", "-q", "p.md"]).ok();
    site.commit("Gone");
    site.git(["switch", "-q", "-"]).ok();
    site.edit("p.md", "n: 1", "n: 2");
    site.commit("Two");
    site.git(["merge", "-q", "side"]).fails();
    site.palimpsest(["resolve", "--ours"])
        .ok()
        .says("p.md: kept, staged");
}

/// Markers that one side alone was committed with, and that the conflict tears apart, or that
/// are not in the file of now.
#[test]
fn markers_that_a_choice_brings_back_whole_are_left_and_said() {
    const OTHER: &str = "<<<<<<< a\nx\n\n\nq\n=======\ny\n>>>>>>> b\nz\n";
    for (front, ours, is_torn) in [
        ("", "x2\n\n\nq\nz\n", true),
        ("tags: [a]\n", "x\n\n\nq\nz\nw\n", false),
    ] {
        let sandbox = Sandbox::new();
        let site = sandbox.repository("vault");
        let page = |front: &str, body: &str| format!("---\ntitle: T\n{front}---\n{body}");
        site.write("p.md", page("", "x\n\n\nq\nz\n"));
        site.palimpsest(["init"]).ok();
        site.commit("Begin");
        site.git(["branch", "-q", "-M", "main"]).ok();
        site.git(["switch", "-q", "-c", "phone"]).ok();
        site.write("p.md", page("", OTHER).replace("title: T", "title: U"));
        site.git(["commit", "-q", "-n", "-a", "-m", "vault backup"])
            .ok();
        site.git(["switch", "-q", "main"]).ok();
        site.write("p.md", page(front, ours));
        site.commit("Main");
        elsewhere(&site, &["merge", "-q", "phone"]).fails();
        if !is_torn {
            site.git(["checkout", "-q", "--ours", "p.md"]).ok();
        }
        site.palimpsest(["resolve", "--theirs"])
            .exits(1)
            .lacks("staged")
            .warns("markers that one side had before");
        assert!(site.read("p.md").contains(OTHER));
        assert!(!is_staged_as_it_stands(&site, "p.md"));
    }
}

const THEIRS: &str = "2024-11-05";
const OURS: &str = "2024-11-06";

/// A desktop whose merge waits: both machines corrected the date of an entry, to different
/// ones. `fields` are what each changed.
fn corrected<'a>(sandbox: &'a Sandbox, fields: [&str; 2]) -> Machine<'a> {
    let begin = "mood: ok\npeople: [Alice]\ntags: [rain, tea]";
    let (laptop, desktop) = journal(sandbox, &[(DAY, begin, "One.\nTwo.\nThree.\n")]);
    for (machine, date, fields) in [(&laptop, THEIRS, fields[0]), (&desktop, OURS, fields[1])] {
        machine.git(["mv", &entry(DAY), &entry(date)]).ok();
        machine.edit(&entry(date), DAY, date);
        machine.edit(&entry(date), "mood: ok", fields);
        machine.commit(date);
    }
    laptop.push();
    desktop.git(["pull", "-q"]).fails();
    desktop
}

/// The field of an entry that has one value has it once under each name, whatever is missing
/// at that name.
#[test]
fn an_entry_with_two_corrected_dates_is_left_with_no_key_twice() {
    let sandbox = Sandbox::new();
    let fields = ["mood: calm\ncity: Faro", "mood: glad\ncity: Porto"];
    let desktop = corrected(&sandbox, fields);
    desktop
        .palimpsest(["resolve"])
        .exits(1)
        .warns("2024-11-05.md:2: date: two values\n");
    let run = desktop.palimpsest(["resolve", "--both"]).exits(1);
    for date in [THEIRS, OURS] {
        let text = desktop.read_entry(date);
        assert!(text.starts_with(&format!("---\ndate: {date}\n")), "{text}");
        for field in ["mood", "city"] {
            let marked = text.matches(&format!("\n{field}: ")).count();
            assert_eq!(
                (marked, text.matches("=======\n").count()),
                (2, 2),
                "{text}"
            );
            assert!(
                run.stderr
                    .contains(&format!("{field}: two values; both do not fit"))
            );
        }
        let unmerged = desktop.git(["ls-files", "--unmerged"]).ok();
        assert!(unmerged.stdout.contains(&entry(date)), "{run}");
    }
}

#[test]
fn an_entry_with_two_corrected_dates_has_that_of_its_name_whichever_side_is_taken() {
    for (side, mood) in [("--ours", "glad"), ("--theirs", "calm")] {
        let sandbox = Sandbox::new();
        let desktop = corrected(&sandbox, ["mood: calm", "mood: glad"]);
        desktop
            .palimpsest(["resolve", side])
            .ok()
            .says("2024-11-05.md: merged, 2 chosen, staged")
            .silent_about("warning");
        for date in [THEIRS, OURS] {
            let text = desktop.read_entry(date);
            let begin = format!("---\ndate: {date}\nmood: {mood}\npeople: [Alice]\n");
            assert!(text.starts_with(&begin), "{text}");
        }
        desktop.git(["commit", "-q", "--no-edit"]).ok();
        desktop.assert_clean();
    }
}

/// Of frontmatter that cannot be read with either side nobody can say what fits; the text
/// below it may have both.
#[test]
fn frontmatter_that_cannot_be_read_gets_no_key_twice() {
    let sandbox = Sandbox::new();
    let site = vault(&sandbox, ["n: 1", "n: 2"], ["n: 1", "n: 3"]);
    site.git(["merge", "--abort"]).ok();
    for (branch, file, end) in [("side", "q.md", "Fin."), ("main", "r.md", "Last.")] {
        site.git(["switch", "-q", branch]).ok();
        site.edit(file, "title: T", "title: [T");
        site.edit(file, "End.", end);
        site.git(["commit", "-q", "-n", "-a", "-m", "Broken"]).ok();
    }
    site.git(["merge", "-q", "side"]).fails();
    site.palimpsest(["resolve", "--both"])
        .exits(1)
        .warns("r.md:4: both sides changed the text; both do not fit");
    let text = site.read("r.md");
    assert_eq!(text.matches("\n=======\n").count(), 1, "{text}");
    assert!(text.ends_with("\n\nLast.\nFin.\n"), "{text}");
}
