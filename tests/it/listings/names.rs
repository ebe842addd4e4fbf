//! Names and texts as the listings show them, and as commands take them.

use super::*;

#[test]
fn names_cannot_drive_the_terminal() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write_entry(
        DAY,
        "people: [\"a\\e[31mb\", \"x\\u202Ey\"]\n\"k\\e[1m\": 1",
        "x\n",
    );
    let run = machine.metadb(["show", DAY, "--full"]).ok();
    assert!(!run.stdout.contains(['\x1b', '\u{202E}']), "{run}");
    run.says("a\\u{1b}[31mb, x\\u{202e}y");
}

#[test]
fn a_text_of_several_lines_is_shown_in_lines_whatever_its_field() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    let text = "|\n  one\n  two\n";
    machine.write_entry(
        DAY,
        &format!("notes: {text}summary: {text}\"k\\e[1m\": {text}"),
        "x\n",
    );
    let run = machine.metadb(["show", DAY, "--full"]).ok();
    for name in ["Notes", "summary", "k\\u{1b}[1m"] {
        run.clone().says(&format!("  {name}:\n    one\n    two\n"));
    }
}

#[test]
fn an_alias_that_nobody_has_is_a_warning_and_a_person_of_its_own() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    machine.edit_entry(DAY, "Bob", "\"@Pip\"");
    machine
        .yaml2sql(["update", &entry(DAY)])
        .ok()
        .mentions(&format!(
            "{}:4:17: nobody is known by the alias @Pip",
            entry(DAY)
        ))
        .never_mentions("alias @Moth");
    machine.metadb(["show", DAY, "--full"]).ok().says(
        "Warning:       journal/md/2024/2024-11-01.md:4:17: nobody is known by the alias @Pip",
    );
    machine
        .metadb(["show", DAY, "--json"])
        .ok()
        .says("\"4:17: nobody is known by the alias @Pip");
    machine.edit_entry(DAY, "@Pip", "@Pip (Alice)");
    machine
        .yaml2sql(["update", &entry(DAY)])
        .ok()
        .never_mentions("nobody is known");
}

#[test]
fn an_alias_of_two_people_is_a_warning_that_names_them() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    for (date, people) in [
        ("2024-11-02", "[\"@Fly (Bram)\"]"),
        ("2024-11-03", "[\"@Fly (Orla)\"]"),
        ("2024-11-04", "[\"@Fly\"]"),
    ] {
        machine.write_entry(date, &format!("people: {people}"), "x\n");
    }
    let what = "@Fly is an alias of Bram and of Orla; indexed as a person of its own, until the \
                entry says which of them it is: \"@Fly (Orla)\"";
    machine
        .metadb(["show", "2024-11-04", "--full"])
        .ok()
        .says(what)
        .never_mentions("nobody is known");
    machine.edit_entry("2024-11-04", "@Fly", "@Fly (Orla)");
    machine
        .metadb(["show", "2024-11-04", "--full"])
        .ok()
        .says("People:        Orla")
        .lacks("Warning");
}

#[test]
fn a_name_that_begins_with_a_dash_is_no_option() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    machine.edit_entry(DAY, "Alice, Bob", "Alice, Bob, -x");
    machine.commit("-x");
    machine.edit_entry(DAY, "Bob, -x", "Bob");
    machine.commit("Not -x");
    let keep = ["tombstone", "keep", "entry_people", DAY, "-x", "--json"];
    machine.metadb(keep).ok().says("\"item\": \"-x\"");
    let remove = ["tombstone", "remove", "entry_people", DAY, "-x"];
    machine.metadb(remove).ok().says("Restored: -x (person)");
}

#[test]
fn what_was_removed_is_let_in_by_each_of_its_names_and_in_its_words() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    let fields = "related_entries: [20241102]\nreferences: [{description: the poster}]";
    machine.write_entry(DAY, fields, "Hello.\n");
    machine.commit("Two more");
    machine.write_entry(DAY, "", "Hello.\n");
    machine.commit("Two fewer");
    machine
        .metadb(["tombstone", "remove", "entry_related", DAY, "20241102"])
        .ok()
        .says("under `related_entries:` in journal/md/2024/2024-11-01.md, add: 2024-11-02");
    machine
        .metadb(["tombstone", "remove", "entry_references", DAY, "the poster"])
        .ok()
        .says("add: content: the poster\nIf it was a description: `description:` in place of");
}

#[test]
fn aliases_are_shown_with_their_people() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    let people = "people: [{name: Orla, alias: [Pip, Moth]}, Alice]";
    machine.write_entry(DAY, people, "Hello.\n");
    let shown = machine.metadb(["show", DAY, "--full"]).ok();
    shown.says("  People:        Orla, Alice\n  Aliases:       Moth, Pip (Orla)\n");
}

#[test]
fn all_that_is_known_of_a_mentioned_date_is_shown() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    let dates = "\
dates:
  - {date: 2030-12-24, people: [Orla], locations: [Gull Cafe]}
  - {date: 2030-12-25, context: walk with @Ana-Lirio, people: [Ana Lirio, Bram]}
  - \"2030-12-26 (at #Ferry-Steps)\"
  - 2030-12-27";
    machine.write_entry(DAY, dates, "Hello.\n");
    machine.metadb(["show", DAY, "--full"]).ok().says(
        "2030-12-24 (people: Orla; locations: Gull Cafe), \
         2030-12-25 (walk with @Ana-Lirio; people: Bram), 2030-12-26 (at #Ferry-Steps), 2030-12-27",
    );
}

/// Columns of a terminal are not characters, and a comma may be a name's own.
#[test]
fn wide_fields_and_names_with_commas_are_told_apart() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    let fields = "city: [\"Paris, Texas\", Porto]\n天気: rain\nsummary: |\n  One line.";
    machine.write_entry(DAY, fields, "Hello.\n");
    let shown = machine.metadb(["show", DAY, "--full"]).ok();
    shown
        .says("  City:          Paris, Texas; Porto\n")
        .says("  天気:          rain\n")
        .says("  summary:       One line.\n");
}

#[test]
fn a_text_that_is_indented_by_tabs_is_shown_so() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    machine.write_entry(DAY, "notes: \"- one\\n\\t- two\"", "Hello.\n");
    let shown = machine.metadb(["show", DAY, "--full"]).ok();
    shown.says("    - one\n        - two\n");
}

/// The path of another file would show, settle or restore this journal's entry of its date.
#[test]
fn an_entry_is_named_by_a_path_of_this_journal() {
    let sandbox = Sandbox::new();
    let machine = begin(&sandbox);
    let other = sandbox.repository("desktop");
    for path in ["elsewhere/2024-11-01.md", "odd/2024-11-01.md"] {
        machine.write(path, "Another one.\n");
    }
    other.write_entry("2024-11-02", "", "Theirs.\n");
    let show = |machine: &Machine<'_>, path: &str| machine.metadb(["show", path]);
    let said = "no entry of this journal; expected a date, or a file such as journal/md/2024/";
    let theirs = other.path(&entry("2024-11-02"));
    for path in [
        "elsewhere/2024-11-01.md",
        "./elsewhere/2024-11-01.md",
        "nowhere/2024-11-01.md",
        "journal/md/../2024-11-01.md",
        &machine.path("odd/2024-11-01.md").display().to_string(),
    ] {
        show(&machine, path).exits(1).warns(said);
        for command in [
            &["restore"] as &[&str],
            &["sync", "status"],
            &["sync", "resolve"],
        ] {
            let run = machine.metadb([command, &["Entry", path]].concat());
            run.exits(1).warns(said);
        }
        let how = ["tombstone", "remove", "entry_people", path, "Bob"];
        machine.metadb(how).exits(1).warns(said);
    }
    let how = ["restore", "Entry", theirs.to_str().unwrap()];
    machine.metadb(how).exits(1).warns(said);
    let odd = machine.inside("odd");
    show(&odd, "2024-11-01.md").exits(1).warns(said);

    // One that is gone is named as before; so it is by the note's path, and by a link.
    let folder = machine.inside("journal/md/2024");
    let linked = machine.path("linked");
    std::os::unix::fs::symlink(machine.path("journal"), linked).unwrap();
    for step in 0..3 {
        let whole = machine.path(&entry(DAY)).display().to_string();
        for path in [
            &entry(DAY),
            "./journal//md/2024/../2024/2024-11-01.md",
            "linked/md/2024/2024-11-01.md",
            "wiki/entries/2024/2024-11-01.md",
            "2024-11-01.md",
            &whole,
        ] {
            show(&machine, path).ok().says("People:");
        }
        for path in ["2024-11-01.md", "./2024-11-01.md", &entry(DAY), &whole] {
            show(&folder, path).ok().says("People:");
        }
        if step == 0 {
            machine.remove(&entry(DAY));
        } else {
            machine.git(["commit", "-qam", "Gone"]);
        }
    }
    let run = folder.metadb(["restore", "Entry", "./2024-11-01.md"]);
    run.ok().says("Restored journal/md/2024/2024-11-01.md");
    // Its year's folder is gone, too, or is a link.
    std::fs::remove_dir_all(machine.path("journal/md/2024")).unwrap();
    show(&machine, &entry(DAY)).ok().says("People:");
    std::os::unix::fs::symlink("/", machine.path("journal/md/2024")).unwrap();
    show(&machine, &entry(DAY)).ok().says("People:");
}
