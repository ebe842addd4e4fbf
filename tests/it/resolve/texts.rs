//! What resolve starts from, and what it writes where something is left.

use super::*;

/// The file was removed in the work tree, and the merge waits: its sides are known.
#[test]
fn a_file_that_is_gone_in_the_middle_of_a_merge_is_merged_again() {
    let sandbox = Sandbox::new();
    let (_, desktop) = diverged(&sandbox);
    elsewhere(&desktop, &["pull"]).fails();
    desktop.remove(&entry(DAY));
    desktop
        .palimpsest(["resolve"])
        .ok()
        .says("journal/md/2024/2024-11-01.md: merged field by field, staged");
    assert!(desktop.read_entry(DAY).contains("[Alice, Bob, Eve]"));
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.assert_clean();
}

/// What is left is shown in git's style.
#[test]
fn what_is_left_is_in_the_style_that_git_is_told() {
    for (style, shows_base) in [("merge", false), ("diff3", true), ("zdiff3", true)] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = diverged(&sandbox);
        desktop.git(["config", "merge.conflictStyle", style]).ok();
        laptop.edit_entry(DAY, "Lisbon", "Porto");
        laptop.commit("Porto");
        laptop.push();
        desktop.edit_entry(DAY, "Lisbon", "Faro");
        desktop.commit("Faro");
        elsewhere(&desktop, &["pull"]).fails();
        desktop.palimpsest(["resolve"]).exits(1).says("1 left");
        let text = desktop.read_entry(DAY);
        assert!(
            text.contains("<<<<<<<") && text.contains("[Alice, Bob, Eve]"),
            "{text}"
        );
        assert_eq!(text.contains("|||||||"), shows_base, "{text}");
    }
}

/// What a resolve wrote that was killed before it staged it is nobody's edit; a line
/// that somebody wrote beside it is.
#[test]
fn what_a_killed_resolve_wrote_is_staged_and_what_somebody_added_is_not() {
    for edited in [false, true] {
        let sandbox = Sandbox::new();
        let (_, desktop) = diverged(&sandbox);
        elsewhere(&desktop, &["pull"]).fails();
        desktop.palimpsest(["resolve"]).ok();
        let texts = [entry(DAY), LEDGER.to_owned()].map(|file| {
            let text = desktop.read(&file);
            (file, text)
        });
        elsewhere(&desktop, &["merge", "--abort"]).ok();
        elsewhere(&desktop, &["pull"]).fails();
        for (file, text) in &texts {
            desktop.write(file, text);
        }
        if edited {
            let line = r#"{"kind": "mood", "v": 1}"#;
            desktop.write(LEDGER, format!("{}{line}\n", texts[1].1));
            desktop
                .palimpsest(["resolve"])
                .exits(1)
                .warns("2024.jsonl: no markers, edited by hand");
            assert!(desktop.read(LEDGER).contains(line));
            continue;
        }
        desktop.palimpsest(["resolve"]).ok();
        for (file, text) in &texts {
            assert_eq!(desktop.read(file), *text);
        }
        desktop.git(["commit", "-q", "--no-edit"]).ok();
        desktop.assert_clean();
    }
}

/// Whatever is chosen of the body, its numbers follow.
#[test]
fn numbers_are_worked_out_from_the_body_that_is_chosen() {
    let fields = |words, minutes| format!("word_count: {words}\nreading_time: {minutes}");
    for (theirs, words) in [("One two three four.\n", 4), ("One.\nTwo.\n", 2)] {
        for (choice, expected) in [("--ours", 4), ("--theirs", words), ("--both", 4 + words)] {
            let sandbox = Sandbox::new();
            let base = fields(3, "0.01");
            let (laptop, desktop) = journal(&sandbox, &[(DAY, &base, "One two three.\n")]);
            let minutes = if words == 4 { "0.02" } else { "0.01" };
            laptop.write_entry(DAY, &fields(words, minutes), theirs);
            laptop.commit("Theirs");
            laptop.push();
            desktop.write_entry(DAY, &fields(4, "0.02"), "One two three five.\n");
            desktop.commit("Ours");
            desktop.git(["pull", "-q", "--no-rebase"]).exits(1);
            desktop.palimpsest(["resolve"]).exits(1);
            let said = desktop.palimpsest(["resolve", choice]).ok();
            said.says("merged, 1 chosen, staged");
            let text = desktop.read_entry(DAY);
            let there = format!("word_count: {expected}\n");
            assert!(text.contains(&there), "{choice} {words}: {text}");
            desktop.git(["commit", "-q", "--no-edit"]).ok();
            let shown = desktop.metadb(["show", DAY]).ok();
            shown.says(&format!("Words:         {expected} "));
        }
    }
}

/// Git's middle marker and the line below such a heading are the same seven characters.
#[test]
fn a_conflict_with_a_heading_underlined_like_a_marker_is_never_chosen() {
    let sandbox = Sandbox::new();
    let heading = "Title\n=======\n\nBody.\n";
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "city: Lisbon", heading);
    laptop.write("README.md", heading);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    let edit = |name: &str, city: &str| {
        let text = format!("{name}\n=======\n{name} text.\n\nBody.\n");
        laptop.write_entry(DAY, &format!("city: {city}"), &text);
        laptop.write("README.md", &text);
        laptop.commit(name);
    };
    edit("Side", "Porto");
    laptop.git(["checkout", "-q", "main"]).ok();
    edit("Main", "Faro");
    for (answer, city) in [("--ours", "Faro"), ("--theirs", "Porto"), ("--both", "<<<")] {
        laptop.git(["merge", "-q", "side"]).fails();
        let readme = laptop.read("README.md");
        laptop
            .palimpsest(["resolve", answer, "README.md", &entry(DAY)])
            .exits(1)
            .warns("looks like a marker");
        assert_eq!(laptop.read("README.md"), readme);
        let text = laptop.read_entry(DAY);
        for line in [
            "Main\n=======\nMain text.\n",
            "Side\n=======\nSide text.\n",
            city,
        ] {
            assert!(text.contains(line), "{answer}: {text}");
        }
        let open = laptop.git(["diff", "--name-only", "--diff-filter=U"]).ok();
        assert_eq!(open.text().lines().count(), 2);
        laptop.git(["merge", "--abort"]).ok();
    }
    // With the base shown, the line that all have stands between two conflicts.
    laptop.git(["config", "merge.conflictStyle", "diff3"]).ok();
    laptop.git(["merge", "-q", "side"]).fails();
    laptop
        .palimpsest(["resolve", "--ours", "README.md", &entry(DAY)])
        .ok();
    let ours = "Main\n=======\nMain text.\n\nBody.\n";
    assert_eq!(laptop.read("README.md"), ours);
    assert!(laptop.read_entry(DAY).ends_with(ours));
}

/// No driver merges it, so that nothing is decided but what a person takes.
#[test]
fn a_file_that_git_alone_merges_is_taken_as_the_side_says() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "city: Lisbon", "One.\n");
    let page = |tags: &str| format!("---\ntags: [{tags}]\n---\nText.\n");
    laptop.write("about.txt", page("a, b"));
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    laptop.write("about.txt", page("a, b, c"));
    laptop.commit("Side");
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.write("about.txt", page("a"));
    laptop.commit("Main");
    for (answer, tags) in [("--ours", "a"), ("--theirs", "a, b, c")] {
        laptop.git(["merge", "-q", "side"]).fails();
        laptop.palimpsest(["resolve", answer, "about.txt"]).ok();
        assert_eq!(laptop.read("about.txt"), page(tags));
        laptop.git(["merge", "--abort"]).ok();
    }
}

/// A comment below a number that is worked out, or behind it, is a person's.
#[test]
fn a_comment_beside_a_number_that_is_worked_out_is_chosen() {
    let sandbox = Sandbox::new();
    let fields = |note: &str| format!("word_count: 2\n# {note}\nmood: x");
    let (laptop, desktop) = journal(&sandbox, &[(DAY, &fields("note"), "One two\n")]);
    laptop.edit_entry(DAY, "# note", "# theirs note");
    laptop.commit("Theirs");
    laptop.push();
    desktop.edit_entry(DAY, "# note", "# ours note");
    desktop.commit("Ours");
    desktop.git(["pull", "-q"]).fails();
    desktop.palimpsest(["resolve"]).exits(1).says("1 left");
    desktop.palimpsest(["resolve", "--theirs"]).ok();
    let text = desktop.read_entry(DAY);
    assert!(text.contains("# theirs note\n"), "{text}");
    assert!(!text.contains("# ours note"), "{text}");
}

/// A key that stands twice is no YAML, TOML or JSON, in an entry or in any other file.
#[test]
fn both_is_no_answer_where_a_file_could_not_be_read_with_it() {
    let yaml = |mood: &str| format!("---\nmood: {mood}\naliases:\n- x\n---\nOne.\n");
    let toml = |mood: &str| format!("+++\nmood = \"{mood}\"\n+++\nOne.\n");
    let bare = |mood: &str| format!("mood: {mood}\ncity: Faro\n");
    let several = |mood: &str| format!("%YAML 1.2\n---\nmood: {mood}\n---\ncity: Faro\n");
    let json = |mood: &str| format!("{{\n  \"mood\": \"{mood}\",\n  \"city\": \"Faro\"\n}}\n");
    let mark = |mood: &str| format!("\u{feff}{}", json(mood));
    let commented = |mood: &str| format!("// c\n{}", json(mood));
    let directive = |mood: &str| format!("# c\n{}", several(mood));
    for (file, text) in [
        ("docs/a.md", &yaml as &dyn Fn(&str) -> String),
        ("docs/a.md", &|mood| yaml(mood).replace('\n', "\r\n")),
        ("docs/a.md", &|mood| format!("\u{feff}{}", yaml(mood))),
        ("docs/a.md", &|mood| {
            yaml(mood).replace("---\nOne", "...\nOne")
        }),
        ("docs/b.mdx", &toml),
        ("docs/b.md", &|mood| format!("\u{feff}{}", toml(mood))),
        ("docs/b.md", &|mood| format!("{}\nOne.\n", json(mood))),
        ("docs/b.mdx", &|mood| {
            format!("{{\"mood\": \"{mood}\"}}\nOne.\n")
        }),
        ("docs/c.yaml", &bare),
        ("docs/d.yml", &several),
        ("docs/d.yml", &directive),
        ("docs/e.json", &json),
        ("docs/e.json", &mark),
        ("docs/e.json", &commented),
        ("docs/f.canvas", &json),
        ("docs/f.base", &bare),
    ] {
        let sandbox = Sandbox::new();
        let site = sandbox.repository("site");
        site.write("docs/a.md", yaml("calm"));
        site.write(file, text("calm"));
        site.palimpsest(["init"]).ok();
        site.commit("Begin");
        site.git(["branch", "-q", "-M", "main"]).ok();
        site.git(["switch", "-q", "-c", "side"]).ok();
        site.write(file, text("glad"));
        site.commit("Glad");
        site.git(["switch", "-q", "main"]).ok();
        site.write(file, text("sad"));
        site.commit("Sad");
        site.git(["merge", "-q", "side"]).fails();
        site.palimpsest(["resolve", "--both", file])
            .exits(1)
            .says("merged, 0 chosen, 1 left")
            .warns("; both do not fit");
        assert!(site.read(file).contains("<<<<<<<"), "{file}");
        site.palimpsest(["resolve", "--theirs", file]).ok();
        assert_eq!(site.read(file), text("glad"));
    }
}

/// It is no value of the field above it.
#[test]
fn a_comment_with_two_versions_is_told_as_one() {
    let sandbox = Sandbox::new();
    let page = |note: &str| format!("title: T\n# {note}\nweight: 3");
    let (laptop, desktop) = journal(&sandbox, &[(DAY, &page("note"), "One.\n")]);
    laptop.edit_entry(DAY, "# note", "# theirs");
    laptop.commit("Theirs");
    laptop.push();
    desktop.edit_entry(DAY, "# note", "# ours");
    desktop.commit("Ours");
    desktop.git(["pull", "-q"]).fails();
    desktop
        .palimpsest(["resolve"])
        .exits(1)
        .warns(": a comment: two versions")
        .silent_about("title");
}

/// Two questions of which each alone could be answered with both.
#[test]
fn both_is_tried_with_what_was_chosen_before() {
    let sandbox = Sandbox::new();
    let site = sandbox.repository("site");
    let page = |first: &str, last: &str| format!("---\n{first}a: 1\nb: 2\nc: 3\n{last}---\nx\n");
    site.write("a.md", page("", ""));
    site.palimpsest(["init"]).ok();
    site.commit("Begin");
    let hunk = |key: &str| format!("<<<<<<< a\n{key}: 1\n=======\nmood: calm\n>>>>>>> b\n");
    let marked = page(&hunk("x"), &hunk("y"));
    site.write("a.md", &marked);
    site.palimpsest(["resolve", "--both"]);
    let text = site.read("a.md");
    let calm = text.matches("mood: calm").count();
    assert!(calm == 1 || text.contains("<<<<<<<"), "{text}");
}

/// What was kept of an earlier file may be a folder now: its name was one of a folder's.
#[test]
fn what_is_written_over_is_kept_under_a_name_that_is_free() {
    let sandbox = Sandbox::new();
    let (_, desktop) = diverged(&sandbox);
    let kept = format!(".git/palimpsest/before-resolve/{}", entry(DAY));
    desktop.write(&format!("{kept}/earlier.md"), "Earlier.\n");
    std::os::unix::fs::symlink("gone", desktop.path(&format!("{kept}.2"))).unwrap();
    elsewhere(&desktop, &["pull"]).fails();
    let before = desktop.read_entry(DAY);
    desktop
        .palimpsest(["resolve"])
        .ok()
        .says("what stood there before is kept in");
    assert_ne!(desktop.read_entry(DAY), before);
    assert_eq!(desktop.read(&format!("{kept}.3")), before);
    assert_eq!(desktop.read(&format!("{kept}/earlier.md")), "Earlier.\n");
}

/// The marker begins its line, as git has it, with the mark behind it. An editor may write
/// the mark before it.
#[test]
fn markers_at_the_top_of_a_yaml_file_with_a_byte_order_mark_are_known() {
    let sandbox = Sandbox::new();
    let site = sandbox.repository("site");
    let text = |mood: &str| format!("\u{feff}mood: {mood}\ncity: Faro\n");
    let file = "docs/c.yaml";
    site.write("docs/a.md", "One.\n");
    site.write(file, text("calm"));
    site.palimpsest(["init"]).ok();
    let attributes = site.read(".gitattributes");
    site.write(
        ".gitattributes",
        format!("{attributes}*.yaml merge=palimpsest\n"),
    );
    site.commit("Begin");
    site.git(["branch", "-q", "-M", "main"]).ok();
    site.git(["switch", "-q", "-c", "side"]).ok();
    site.write(file, text("glad"));
    site.commit("Glad");
    site.git(["switch", "-q", "main"]).ok();
    site.write(file, text("sad"));
    site.commit("Sad");
    for (side, mood) in [("--ours", "sad"), ("--theirs", "glad")] {
        site.git(["merge", "-q", "side"]).fails();
        let marked = site.read(file);
        let wanted = "<<<<<<< HEAD\n\u{feff}mood: sad\n=======\n\u{feff}mood: glad\n";
        assert!(marked.starts_with(wanted), "{marked}");
        let first = format!("\u{feff}{}", marked.replace('\u{feff}', ""));
        for marked in [marked, first] {
            site.write(file, marked);
            site.git(["add", file]).ok();
            site.git(["commit", "-q", "-m", "Marked"])
                .exits(1)
                .warns(&format!("{file}:1:1: conflict markers"));
        }
        site.palimpsest(["resolve", side, file]).ok();
        assert_eq!(site.read(file), text(mood));
        site.git(["reset", "-q", "--hard"]).ok();
    }
}
