//! The questions of `palimpsest resolve` at a terminal.

use super::{DAY, elsewhere, markers};
use crate::sandbox::{Machine, Sandbox, entry, journal};

const OTHER: &str = "2024-11-02";
const ASK: &str = "take [o]urs, [t]heirs, or leave it for [l]ater? ";
const ASK_OF_TEXT: &str = "take [o]urs, [t]heirs, [b]oth, or leave it for [l]ater? ";

/// Whether whoever started the tests has interrupts ignored, as a shell does for what
/// it runs with `&`: every child inherits that, and a Ctrl-C would be waited for without end.
fn ignores_interrupts() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|l| l.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & (1 << (2 - 1)) != 0)
}

/// Both machines gave the entries' cities and bodies other values, and the desktop
/// pulled.
fn in_conflict(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, desktop) = journal(
        sandbox,
        &[
            (DAY, "city: Lisbon\nmood: calm", "One.\n"),
            (OTHER, "city: Rome", "Two.\n"),
        ],
    );
    let edit = |machine: &Machine<'_>, city: &str, mood: &str, body: &str| {
        machine.edit_entry(DAY, "Lisbon", city);
        machine.edit_entry(DAY, "calm", mood);
        machine.edit_entry(DAY, "One.", body);
        machine.edit_entry(OTHER, "Rome", city);
        machine.commit(city);
    };
    edit(&laptop, "Porto", "merry", "Eins.");
    laptop.push();
    edit(&desktop, "Faro", "sad", "Un.");
    desktop.git(["pull", "-q"]).fails();
    desktop
}

#[test]
fn each_field_of_each_file_is_asked_with_both_values_and_who_made_them() {
    let sandbox = Sandbox::new();
    let desktop = in_conflict(&sandbox);
    let told = desktop.labels("told").1 == "told";
    let mut person = desktop.at_terminal(["resolve"]);
    person
        .sees("journal/md/2024/2024-11-01.md:3: city: two values\r\n  ours, desktop, 2026-01-05T")
        .sees(":\r\n    city: Faro\r\n  theirs, laptop, 2026-01-05T09:14:00Z")
        .sees(if told { " (commit " } else { ":" })
        .sees("\r\n    city: Porto\r\n")
        .sees(ASK)
        .types("t\n")
        .sees("mood: two values")
        .sees(ASK)
        .types("Ours\n")
        .sees("2024-11-01.md:14: both sides changed the text")
        .sees("    Un.\r\n")
        .sees("    Eins.\r\n")
        .sees(ASK_OF_TEXT)
        .types("b\n")
        .sees("2024-11-01.md: merged, 3 chosen, staged")
        .sees("2024-11-02.md:3: city: two values")
        .sees(ASK)
        .types("o\n")
        .sees("2024-11-02.md: merged, 1 chosen, staged");
    let (code, shown) = person.ends();
    assert_eq!(code, 0, "{shown}");
    let text = desktop.read_entry(DAY);
    assert!(text.contains("city: Porto\nmood: sad\n"), "{text}");
    assert!(text.ends_with("---\nUn.\nEins.\n"), "{text}");
    assert!(desktop.read_entry(OTHER).contains("city: Faro\n"));
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.assert_clean();
}

#[test]
fn the_branches_are_named_where_git_tells_them() {
    let sandbox = Sandbox::new();
    let desktop = in_conflict(&sandbox);
    desktop.git(["merge", "--abort"]).ok();
    elsewhere(&desktop, &["merge", "-q", "origin/main"]).fails();
    let mut person = desktop.at_terminal(["resolve", &entry(OTHER)]);
    person
        .sees("Z (HEAD):\r\n    city: Faro\r\n")
        .sees("Z (origin/main):\r\n    city: Porto\r\n")
        .sees(ASK)
        .types("t\n");
    assert_eq!(person.ends().0, 0);
}

#[test]
fn what_is_left_for_later_keeps_its_markers_and_an_answer_that_is_none_is_asked_again() {
    let sandbox = Sandbox::new();
    let desktop = in_conflict(&sandbox);
    let mut person = desktop.at_terminal(["resolve", &entry(DAY)]);
    person
        .sees(ASK)
        // Both do not fit here, and nothing is no answer.
        .types("b\n")
        .sees("type one of the letters; Ctrl-D leaves this and the rest for later")
        .sees(ASK)
        .types("\n")
        .sees(ASK)
        .types("l\n")
        .sees("mood: two values")
        .types("t\n")
        .sees(ASK_OF_TEXT)
        .types("o\n")
        .sees("merged, 2 chosen, 1 left");
    let (code, shown) = person.ends();
    assert_eq!(code, 1, "{shown}");
    assert!(shown.contains("1 left:\n  journal/md/2024/2024-11-01.md:3: city: two values\n"));
    let text = desktop.read_entry(DAY);
    assert!(
        text.contains("<<<<<<<") && text.contains("mood: merry\n"),
        "{text}"
    );
    assert!(text.ends_with("---\nUn.\n"), "{text}");
    // What was chosen is not asked again.
    let mut person = desktop.at_terminal(["resolve", &entry(DAY)]);
    person
        .sees(ASK)
        .types("o\n")
        .sees("merged, 1 chosen, staged");
    assert_eq!(person.ends().0, 0);
    assert!(!markers(&desktop, &entry(DAY)));
}

#[test]
fn the_end_of_the_input_leaves_the_rest_for_later() {
    let sandbox = Sandbox::new();
    let desktop = in_conflict(&sandbox);
    let mut person = desktop.at_terminal(["resolve"]);
    person
        .sees(ASK)
        .types("t\n")
        .sees("mood")
        .sees(ASK)
        .types("\x04");
    let (code, shown) = person.ends();
    assert_eq!(code, 1, "{shown}");
    // The place is that of the file as it stands now.
    assert!(
        shown.contains("3 left:\n  journal/md/2024/2024-11-01.md:4: mood: two values\n"),
        "{shown}"
    );
    assert!(
        desktop
            .read_entry(DAY)
            .lines()
            .nth(3)
            .unwrap()
            .starts_with("<<<<<<<")
    );
    assert!(desktop.read_entry(DAY).contains("city: Porto\n"));
    assert!(markers(&desktop, &entry(DAY)) && markers(&desktop, &entry(OTHER)));
}

#[test]
fn an_interrupt_leaves_the_file_in_question_as_it_was_and_those_before_it_settled() {
    if ignores_interrupts() {
        println!("NOT RUN: SIGINT is ignored here; run the tests in the foreground");
        return;
    }
    let sandbox = Sandbox::new();
    let desktop = in_conflict(&sandbox);
    let (first, second) = (entry(DAY), entry(OTHER));
    let (before, after) = (desktop.read(&first), desktop.read(&second));
    let mut person = desktop.at_terminal(["resolve"]);
    person.sees(ASK).types("t\n").sees("mood").sees(ASK);
    person.interrupts();
    let (code, shown) = person.ends();
    // Nothing was done to the terminal that would have to be undone.
    assert!(code == -1 && !shown.contains('\x1b'), "{shown:?}");
    assert_eq!(desktop.read(&first), before);

    let mut person = desktop.at_terminal(["resolve"]);
    for _ in 0..2 {
        person.sees(ASK).types("t\n");
    }
    person
        .sees(ASK_OF_TEXT)
        .types("t\n")
        .sees("2024-11-02.md:3");
    person.interrupts();
    person.ends();
    assert!(!markers(&desktop, &first));
    assert_eq!(desktop.read(&second), after);
    let status = desktop.git(["status", "--porcelain"]).ok();
    assert!(
        status.stdout.contains(&format!("M  {first}\nUU {second}")),
        "{status}"
    );
    desktop.palimpsest(["resolve", "--ours"]).ok();
}

#[test]
fn a_deletion_against_an_edit_shows_what_would_go() {
    let sandbox = Sandbox::new();
    let desktop = in_conflict(&sandbox);
    desktop.git(["merge", "--abort"]).ok();
    desktop.git(["checkout", "-q", "-b", "gone", "HEAD~1"]).ok();
    desktop.git(["rm", "-q", &entry(OTHER)]).ok();
    desktop.commit("Gone");
    desktop.git(["checkout", "-q", "main"]).ok();
    desktop.git(["merge", "gone"]).fails();
    let mut person = desktop.at_terminal(["resolve"]);
    person
        .sees("2024-11-02.md: deleted by them, edited by us\r\n  ours, desktop, 2026")
        .sees("    city: Faro\r\n")
        .sees("  theirs, Orla Pennyfold, 2026")
        .sees("    (deletes the file)\r\n")
        .sees(ASK)
        .types("o\n")
        .sees("2024-11-02.md: kept, staged");
    assert_eq!(person.ends().0, 0);
    assert!(desktop.read_entry(OTHER).contains("Faro"));
}

/// Nothing is kept anywhere: the question is whether the one date that fits is taken.
#[test]
fn the_date_of_an_entrys_name_is_taken_if_a_person_agrees() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "city: Lisbon", "One.\n")]);
    let text = laptop.read_entry(DAY);
    let date = format!("date: {DAY}\n");
    let marked = format!("<<<<<<< a\n{date}=======\ndate: 2024-11-03\n>>>>>>> b\n");
    let marked = text.replace(&date, &marked);
    for (answer, code, left) in [("l", 1, &marked), ("t", 0, &text)] {
        laptop.write(&entry(DAY), &marked);
        let mut person = laptop.at_terminal(["resolve"]);
        person
            .sees("date: two values; that of its name is taken\r\n")
            .sees("take [t]hat one, or leave it for [l]ater? ")
            .types(&format!("{answer}\n"));
        let (ended, shown) = person.ends();
        assert_eq!(ended, code, "{shown}");
        assert_eq!(&laptop.read_entry(DAY), left);
    }
}

#[test]
fn names_and_values_cannot_drive_the_terminal() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, "n: 1\ncity: Lisbon\nm: 1", "One.\n")]);
    laptop
        .git(["config", "palimpsest.machine", "lap\x1b[2Jtop"])
        .ok();
    laptop.write("journal/md/\x1b[31mred.md", "---\ncity: A\n---\n");
    laptop.commit("A name");
    laptop.push();
    desktop.pull();
    for (machine, field, city) in [
        (&laptop, "n: 1\n", "Porto\u{202E}"),
        (&desktop, "m: 1\n", "\x1b]0;title\x07"),
    ] {
        machine.edit_entry(DAY, field, "");
        machine.edit_entry(DAY, "One.", city);
        machine.edit(
            "journal/md/\x1b[31mred.md",
            "A",
            city.trim_start_matches('\x1b'),
        );
        machine.commit("Edit");
    }
    laptop.push();
    desktop.git(["pull", "-q"]).fails();
    let mut person = desktop.at_terminal(["resolve"]);
    for _ in 0..2 {
        person.sees("ater? ").types("l\n");
    }
    let (code, shown) = person.ends();
    assert_eq!(code, 1, "{shown}");
    assert!(!shown.contains(['\x1b', '\x07', '\u{202E}']), "{shown:?}");
    assert!(shown.contains(r"\u{1b}[31mred.md:"), "{shown}");
    assert!(shown.contains(r"theirs, lap\u{1b}[2Jtop, "), "{shown}");
    assert!(shown.contains(r"    \u{1b}]0;title\u{7}"), "{shown}");
}
