//! What `init` names to commit: what it wrote, in this run or an earlier one, and no
//! file of somebody's.

use super::original::Old;
use super::{backup, of_the_original};
use crate::sandbox::{Machine, Run, Sandbox};

/// The `git add` that `init` ends with.
#[track_caller]
fn added(run: &Run) -> String {
    let last = run.stdout.lines().last().unwrap();
    let add = last
        .split_once(": git add ")
        .unwrap_or_else(|| panic!("{last}"));
    add.1.split_once(" && ").unwrap().0.to_owned()
}

/// Gives more entries, each with a note that the database alone has.
fn with_notes(laptop: &Machine<'_>, old: &Old, days: std::ops::RangeInclusive<u32>) {
    for day in days {
        let date = format!("2024-11-{day:02}");
        laptop.write_entry(&date, "", "Text.\n");
        old.run(&format!(
            "INSERT INTO entries (id, date, notes) VALUES ({day}, '{date}', 'Note {day}.')"
        ));
    }
    laptop.commit("More entries");
}

#[test]
fn pages_of_an_earlier_run_are_named_until_they_are_committed() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.run("UPDATE entries SET notes = 'Look at the tide.' WHERE id = 1");
    old.tombstone("entry_people", 1, 2, "2024-11-23 14:30:00");
    drop(old);
    let first = added(&laptop.palimpsest(["init"]).ok());
    assert!(
        first.ends_with("wiki/entries/2024/2024-11-01.md"),
        "{first}"
    );
    let again = laptop.palimpsest(["init"]).ok();
    assert_eq!(added(&again), first);
    laptop
        .metadb(["sync", "status"])
        .ok()
        .silent_about("tracked by git");
    let command = format!("git add {first} && git commit -m 'Use Palimpsest'");
    laptop.run_with(&[], "sh", ["-c", &command]).ok();
    laptop.assert_clean();
    laptop.edit("wiki/entries/2024/2024-11-01.md", "tide", "moon");
    laptop
        .palimpsest(["init"])
        .ok()
        .says("nothing to commit here");
}

#[test]
fn many_pages_are_named_without_a_file_of_somebodys() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    with_notes(&laptop, &old, 11..=16);
    drop(old);
    let draft = "wiki/entries/private-draft.md";
    laptop.write(draft, "Not for git.\n");
    let add = added(&laptop.palimpsest(["init"]).ok());
    assert!(add.ends_with(" wiki/entries/2024"), "{add}");
    laptop.git(["add"].into_iter().chain(add.split(' '))).ok();
    let status = laptop.git(["status", "--porcelain"]).ok().stdout;
    assert!(status.contains(&format!("?? {draft}\n")), "{status}");
    laptop.git(["reset", "-q"]).ok();
    let draft = "wiki/entries/2024/2024-11-01.md";
    laptop.write(draft, "Not for git either.\n");
    let add = added(&laptop.palimpsest(["init"]).ok());
    assert!(
        add.ends_with("/2024-11-15.md wiki/entries/2024/2024-11-16.md"),
        "{add}"
    );
    assert!(!add.contains(draft), "{add}");
}

#[test]
fn two_rows_of_one_date_lose_no_note() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.run(
        "PRAGMA foreign_keys = OFF;
         CREATE TABLE twice AS SELECT * FROM entries;
         DROP TABLE entries;
         ALTER TABLE twice RENAME TO entries;
         UPDATE entries SET notes = 'The first text.' WHERE id = 1;
         INSERT INTO entries (id, date, notes) VALUES (9, '2024-11-01', 'The second text.'),
             (10, '2024-11-01', 'The first text.')",
    );
    drop(old);
    let run = laptop.palimpsest(["init"]).ok();
    let page = laptop.read("wiki/entries/2024/2024-11-01.md");
    assert_eq!(page, "### Notes\n\nThe first text.\n");
    let report = run
        .stdout
        .lines()
        .find_map(|l| l.split_once("with the texts: "));
    let report = laptop.read(report.unwrap().1);
    assert!(
        report.contains("## The note on 2024-11-01\n\nThe second text.\n"),
        "{report}"
    );
    assert!(!report.contains("The first text."), "{report}");
}

#[test]
fn a_note_in_other_letters_is_the_same_note() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    laptop.edit_entry("2024-11-02", "Kept here.", "Caf\u{e9} here.");
    old.run("UPDATE entries SET notes = 'Cafe\u{301} here.' WHERE id = 2");
    drop(old);
    laptop
        .palimpsest(["init"])
        .ok()
        .lacks("the page of that entry does not have");
}

#[test]
fn a_time_that_is_none_is_named() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.tombstone("entry_people", 1, 2, "2024-11-23 14:30:00");
    old.run("UPDATE association_tombstones SET removed_at = 'last week'");
    drop(old);
    laptop
        .palimpsest(["init"])
        .ok()
        .says("not understood:\n    2024-11-01 person Bob: removed at `last week`, which is no time: it never expires");
}

#[test]
fn the_command_for_later_works_in_a_folder_too() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.tombstone("entry_people", 1, 2, "2024-11-23 14:30:00");
    drop(old);
    let inside = laptop.inside("journal/md/2024");
    inside.palimpsest(["init"]).ok();
    inside
        .palimpsest(["init", "--original", &backup(&laptop)])
        .ok()
        .says("rows of the ledger said the same already");
}

#[test]
fn an_original_without_a_journal_is_said_with_what_to_do() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write(
        "diary/2024/2024-11-01.md",
        "---\ndate: 2024-11-01\n---\nOne.\n",
    );
    let old = Old::create(&laptop);
    old.entry(1, "2024-11-01");
    drop(old);
    laptop.commit("As the original left it");
    let to_do =
        "name the journal's folder in palimpsest.toml (`journal` in [paths]), then palimpsest init";
    laptop
        .palimpsest(["init"])
        .ok()
        .says("note: data/palimpsest.db: a database of the original program, not taken over yet")
        .says(to_do);
    laptop.palimpsest(["doctor"]).exits(1).says(to_do);
    laptop.write("palimpsest.toml", "[paths]\njournal = \"diary\"\n");
    laptop
        .palimpsest(["init"])
        .ok()
        .says("it is out of git with the next commit");
}
