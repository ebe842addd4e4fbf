//! What a person took or wrote while a merge waits: a whole side, a paragraph more in a file
//! that the other side deleted, the end of a text without a newline.

use super::examples::{PAGE, site};
use super::*;

/// The last newline is no more than what git's marker needed.
fn page(end: &str) -> String {
    format!("---\ncity: Lisbon\n---\nOne.\n\n{end}")
}

#[test]
fn what_somebody_wrote_into_a_file_that_the_other_side_deleted_stays() {
    for (deletes, side) in [
        ("side", "--ours"),
        ("main", "--theirs"),
        ("side", "--both"),
        ("main", "--both"),
    ] {
        let sandbox = Sandbox::new();
        let site = site(&sandbox, &page("Two.\n"), &page("Two.\n"), &page("Two.\n"));
        for branch in ["side", "main"] {
            site.git(["switch", "-q", branch]).ok();
            match branch == deletes {
                true => drop(site.git(["rm", "-q", PAGE]).ok()),
                false => site.edit(PAGE, "One.", "One and a half."),
            }
            site.git(["commit", "-q", "-n", "-a", "-m", "x"]).ok();
        }
        site.git(["merge", "-q", "side"]).fails();
        let written = site.read(PAGE) + "Three, written now.\n";
        site.write(PAGE, &written);
        site.palimpsest(["resolve", side])
            .ok()
            .says("kept, staged")
            .lacks("what stood there before");
        site.git(["commit", "-q", "--no-edit"]).ok();
        let committed = site.git(["show", &format!("HEAD:{PAGE}")]).ok();
        assert_eq!(committed.stdout, written, "{side}");
    }
}

#[test]
fn markers_in_a_file_that_the_other_side_deleted_are_no_text_of_a_person() {
    let sandbox = Sandbox::new();
    let own = page("Two.\n");
    let site = site(&sandbox, &page("Zero.\n"), &own, &page("Zero.\n"));
    site.git(["switch", "-q", "side"]).ok();
    site.git(["rm", "-q", PAGE]).ok();
    site.git(["commit", "-q", "-n", "-m", "Gone"]).ok();
    site.git(["switch", "-q", "main"]).ok();
    site.git(["merge", "-q", "side"]).fails();
    site.write(PAGE, format!("<<<<<<< ours\n{own}=======\n>>>>>>> side\n"));
    site.palimpsest(["resolve", "--ours"])
        .ok()
        .says("kept, staged");
    assert_eq!(site.read(PAGE), own);
}

#[test]
fn theirs_alone_is_what_a_person_took_and_stays() {
    let sandbox = Sandbox::new();
    let (_, desktop) = diverged(&sandbox);
    elsewhere(&desktop, &["pull"]).fails();
    desktop
        .git(["checkout", "-q", "--theirs", "--", &entry(DAY)])
        .ok();
    let theirs = desktop.read_entry(DAY);
    for args in [&["resolve"][..], &["resolve", "--ours"]] {
        desktop
            .palimpsest(args)
            .exits(1)
            .warns("if it is as it should be: git add journal/md/2024/2024-11-01.md");
        assert_eq!(desktop.read_entry(DAY), theirs);
    }
}

#[test]
fn a_side_without_a_newline_at_its_end_gets_none() {
    for (ours, theirs, both) in [
        ("Two, K.", "Two, L.", "Two, K.\nTwo, L."),
        ("Two, K.\n", "Two, L.", "Two, K.\nTwo, L."),
        ("Two, K.", "Two, L.\n", "Two, K.\nTwo, L.\n"),
        ("Two, K.\n", "Two, L.\n", "Two, K.\nTwo, L.\n"),
        (
            "Two, K.\r\nThree.",
            "Two, L.\r\nThree.",
            "Two, K.\r\nTwo, L.\r\nThree.",
        ),
    ] {
        for (side, end) in [("--ours", ours), ("--theirs", theirs), ("--both", both)] {
            let sandbox = Sandbox::new();
            let site = site(&sandbox, &page("Two."), &page(ours), &page(theirs));
            site.git(["merge", "-q", "side"]).fails();
            site.palimpsest(["resolve", side]).ok().says("1 chosen");
            assert_eq!(site.read(PAGE), page(end), "{side} of {ours:?} {theirs:?}");
        }
    }
}

/// Their text ends further up, or somebody wrote the end anew.
#[test]
fn a_newline_that_a_choice_does_not_end_in_stays() {
    let sandbox = Sandbox::new();
    let removed = site(
        &sandbox,
        &page("Two.\nThree."),
        &page("Two.\nThree, K."),
        &page("Two.\n"),
    );
    removed.git(["merge", "-q", "side"]).fails();
    removed.palimpsest(["resolve", "--theirs"]).ok();
    assert_eq!(removed.read(PAGE), page("Two.\n"));

    let sandbox = Sandbox::new();
    let edited = site(&sandbox, &page("Two."), &page("Two, K."), &page("Two, L."));
    edited.git(["merge", "-q", "side"]).fails();
    edited.edit(PAGE, "Two, K.\n", "Two, K, and more.\n");
    edited.palimpsest(["resolve", "--ours"]).ok();
    assert_eq!(edited.read(PAGE), page("Two, K, and more.\n"));
}

/// As the command is typed in a folder, so is the path that it names.
#[test]
fn in_a_folder_the_way_out_of_markers_of_one_side_names_a_path_that_git_takes() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = diverged(&sandbox);
    let set = "```\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n```\n";
    laptop.edit_entry(DAY, "Two.\n", &format!("Two.\n{set}"));
    laptop.edit_entry(DAY, "Lisbon", "Porto");
    laptop
        .git(["commit", "-q", "-n", "-a", "-m", "On git"])
        .ok();
    laptop.push();
    desktop.edit_entry(DAY, "Lisbon", "Faro");
    desktop.commit("Faro");
    desktop.git(["pull", "-q"]).fails();
    let folder = desktop.inside("journal");
    let path = ":/journal/md/2024/2024-11-01.md";
    folder
        .palimpsest(["resolve", "--ours"])
        .exits(1)
        .warns(&format!("or keep them: git add {path}"));
    folder.git(["add", path]).ok();
    desktop.git(["commit", "-q", "-n", "--no-edit"]).ok();
}

#[test]
fn with_settings_in_conflict_all_that_is_done_and_left_is_said() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, "One.\n")]);
    for (machine, city, mood) in [(&laptop, "Porto", "text"), (&desktop, "Faro", "set")] {
        machine.edit_entry(DAY, "Lisbon", city);
        let settings = machine.read("palimpsest.toml");
        let fields = format!("{settings}\n[merge.fields]\nmood = \"{mood}\"\n");
        machine.write("palimpsest.toml", fields);
        machine.commit(city);
    }
    laptop.push();
    desktop.git(["pull", "-q"]).fails();
    desktop
        .palimpsest(["resolve", "--theirs"])
        .exits(1)
        .says("2024-11-01.md: merged, 1 chosen, staged")
        .says("what stood there before is kept in")
        .says("like `palimpsest resolve palimpsest.toml`")
        .warns("palimpsest.toml:");
    desktop
        .palimpsest(["resolve", "--ours", "palimpsest.toml"])
        .ok();
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.assert_clean();
}

/// Two conflicts that were added with their markers, so that the commit is refused.
fn added_too_early(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, desktop) = diverged(sandbox);
    for (machine, city, two) in [(&laptop, "Porto", "Zwei"), (&desktop, "Faro", "Deux")] {
        machine.edit_entry(DAY, "Lisbon", city);
        machine.edit_entry(DAY, "Two", two);
        machine.commit(city);
    }
    laptop.push();
    desktop.git(["pull", "-q"]).fails();
    desktop.git(["add", "-A"]).ok();
    let refused = desktop.git(["commit", "-q", "--no-edit"]).fails();
    refused.warns("2024-11-01.md:3:1: conflict markers; `palimpsest resolve");
    desktop
}

/// Takes ours out of the first set of markers in the entry.
fn take_ours(machine: &Machine<'_>) {
    let text = machine.read_entry(DAY);
    let (before, rest) = text.split_once("<<<<<<< ").unwrap();
    let (_, rest) = rest.split_once('\n').unwrap();
    let (ours, rest) = rest.split_once("=======\n").unwrap();
    let (_, rest) = rest.split_once(">>>>>>> ").unwrap();
    let (_, behind) = rest.split_once('\n').unwrap();
    machine.write(&entry(DAY), format!("{before}{ours}{behind}"));
}

#[test]
fn what_was_added_with_markers_and_settled_since_has_to_be_added_again_and_all_say_so() {
    let sandbox = Sandbox::new();
    let desktop = added_too_early(&sandbox);
    take_ours(&desktop);
    take_ours(&desktop);
    let settled = desktop.read_entry(DAY);
    let path = entry(DAY);
    desktop
        .git(["commit", "-q", "--no-edit"])
        .fails()
        .warns(&format!(
            "{path}:3:1: conflict markers in what is staged; the file has none any more: \
             `git add {path}`"
        ))
        .silent_about("palimpsest resolve");
    for args in [&["resolve", "--theirs"][..], &["resolve", &path]] {
        desktop.palimpsest(args).exits(1).warns(&format!(
            "{path}: no markers, edited by hand; if it is as it should be: git add {path}"
        ));
    }
    desktop.palimpsest(["doctor"]).exits(1).says(&format!(
        "{path}: conflict markers are staged, the file has none any more\n    mend: git add {path}"
    ));
    assert_eq!(desktop.read_entry(DAY), settled);
    desktop.git(["add", &path]).ok();
    desktop.palimpsest(["doctor"]).ok();
    // What is written after that is no matter of the conflict.
    desktop.edit_entry(DAY, "One.", "One and a half.");
    desktop
        .palimpsest(["resolve"])
        .ok()
        .is("nothing to resolve");
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.commit("And a half");
    desktop.assert_clean();
}

#[test]
fn what_is_settled_of_a_file_that_was_added_with_markers_is_staged() {
    let sandbox = Sandbox::new();
    let desktop = added_too_early(&sandbox);
    take_ours(&desktop);
    desktop
        .palimpsest(["resolve", "--theirs", &entry(DAY)])
        .ok()
        .says("2024-11-01.md: merged, 1 chosen, staged");
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    let text = desktop.read_entry(DAY);
    assert!(
        text.contains("city: Faro") && text.contains("Zwei"),
        "{text}"
    );
    desktop.assert_clean();
    desktop
        .palimpsest(["resolve"])
        .ok()
        .is("nothing to resolve");
}

/// Of an example that both sides have, the staged version may have more than the file.
#[test]
fn an_example_that_somebody_takes_out_of_a_merged_page_is_no_conflict() {
    let sandbox = Sandbox::new();
    let set = "```\n<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n```\n";
    let with = |line: &str| page("Two.\n").replace("One.", line) + set;
    let site = site(&sandbox, &with("One."), &with("Uno."), &with("Eins."));
    site.git(["merge", "-q", "side"]).fails();
    site.palimpsest(["resolve", "--ours"]).ok();
    site.write(PAGE, site.read(PAGE).replace(set, ""));
    site.palimpsest(["resolve"]).ok().is("nothing to resolve");
    site.palimpsest(["doctor"]).ok();
    site.git(["commit", "-q", "--no-edit"]).ok();
}

/// The index knows nothing of what the other side's history tells, until the merge is committed.
#[test]
fn who_was_put_back_without_hooks_on_the_other_side_stays() {
    for (side, mood, squashes) in [
        ("--ours", "tired", false),
        ("--theirs", "good", false),
        ("--ours", "tired", true),
        ("--theirs", "good", true),
    ] {
        let sandbox = Sandbox::new();
        let fields = "people: [Bob, Ann]\nmood: calm";
        let (laptop, desktop) = journal(&sandbox, &[(DAY, fields, "One.\n")]);
        laptop.edit_entry(DAY, "[Bob, Ann]", "[Ann]");
        laptop.commit("Without Bob");
        laptop.edit_entry(DAY, "[Ann]", "[Bob, Ann]");
        laptop.edit_entry(DAY, "calm", "good");
        laptop
            .git(["commit", "-q", "-a", "--no-verify", "-m", "Back"])
            .ok();
        laptop.push();
        desktop.edit_entry(DAY, "calm", "tired");
        desktop.commit("Tired");
        if squashes {
            desktop.git(["fetch", "-q"]).ok();
            desktop
                .git(["merge", "-q", "--squash", "origin/main"])
                .fails();
        } else {
            desktop.git(["pull", "-q"]).fails();
        }
        desktop.palimpsest(["resolve", side]).ok().lacks("Bob");
        desktop.git(["commit", "-q", "--no-edit"]).ok();
        desktop.assert_clean();
        let text = desktop.read_entry(DAY);
        assert!(text.contains("[Bob, Ann]") && text.contains(mood), "{text}");
        if !squashes {
            desktop
                .metadb(["sync", "conflicts"])
                .ok()
                .says("No unresolved conflicts");
        }
    }
}
