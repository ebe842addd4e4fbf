//! Files that a filter of the configuration converts.

use super::*;

/// The files that a failing filter covers are named, and count as HEAD has them; once it
/// works they are read, though they did not change.
#[test]
fn a_filter_that_fails_stops_no_reader() {
    const OTHER: &str = "2024-11-02";
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    for day in [DAY, OTHER] {
        laptop.write_entry(day, "people: [Al, Bob]", "Went to the quay.\n");
        laptop.write(&format!("wiki/entries/2024/{day}.md"), "Fair.\n");
    }
    laptop.palimpsest(["init"]).ok();
    let lines = laptop.read(".gitattributes");
    laptop.write(".gitattributes", format!("{lines}{DAY}.md filter=x\n"));
    laptop.commit("Begin");
    for (key, value) in [("clean", "false"), ("required", "true")] {
        laptop
            .git(["config", &format!("filter.x.{key}"), value])
            .ok();
    }
    for day in [DAY, OTHER] {
        laptop.edit_entry(day, "Bob", "Cy");
        laptop.write(&format!("wiki/entries/2024/{day}.md"), "Wet.\n");
    }
    laptop.age("journal");
    laptop.age("wiki");
    for _ in 0..2 {
        let shown = laptop.metadb(["show", OTHER, "--full"]).ok();
        shown
            .says("Al, Cy")
            .says("Wet.")
            .warns(&format!("{}: git cannot convert it", entry(DAY)))
            .warns("clean filter 'x' failed; mend the filter");
        let shown = laptop.metadb(["show", DAY, "--full"]).ok();
        shown.says("Al, Bob").lacks("Wet.");
    }
    let sync = laptop.yaml2sql(["sync", "journal/md"]).exits(1);
    sync.says("1 unchanged").says("1 failed");
    laptop.git(["config", "filter.x.clean", "cat"]).ok();
    let shown = laptop.metadb(["show", DAY, "--full"]).ok();
    shown.says("Al, Cy").says("Wet.").silent_about("convert");
}

/// A journal whose entries go through the required filter `x`, and were all edited since.
fn filtered<'a>(sandbox: &'a Sandbox, clean: &str, days: &[String]) -> Machine<'a> {
    let laptop = sandbox.machine("laptop");
    for day in days {
        laptop.write_entry(day, "people: [Al, Bob]", "Went to the quay.\n");
    }
    laptop.palimpsest(["init"]).ok();
    let lines = laptop.read(".gitattributes");
    laptop.write(".gitattributes", format!("{lines}journal/** filter=x\n"));
    laptop.commit("Begin");
    for (key, value) in [("clean", clean), ("required", "true")] {
        laptop
            .git(["config", &format!("filter.x.{key}"), value])
            .ok();
    }
    for day in days {
        laptop.edit_entry(day, "Bob", "Cy");
    }
    laptop.age("journal");
    laptop
}

#[test]
fn a_filter_that_fails_on_every_file_is_not_tried_on_all_of_them() {
    let days: Vec<String> = (10..22).map(|day| format!("2024-11-{day}")).collect();
    for (code, starts) in [(1, 3), (127, 1)] {
        let sandbox = Sandbox::new();
        let clean = format!("echo x >> .git/starts; exit {code}");
        let laptop = filtered(&sandbox, &clean, &days);
        laptop.write(".git/starts", "");
        laptop
            .yaml2sql(["sync", "journal/md"])
            .exits(1)
            .says("12 failed")
            .warns("2024-11-21.md: git cannot convert it");
        assert_eq!(laptop.read(".git/starts").lines().count(), starts, "{code}");
    }
}

#[test]
fn a_filter_that_works_counts_where_git_cannot_write() {
    let sandbox = Sandbox::new();
    let laptop = filtered(&sandbox, "sed s/Cy/Cyd/", &[DAY.to_owned()]);
    // A file in the place of each folder that git could put a new object into.
    for folder in 0..=255_u8 {
        let folder = laptop.path(&format!(".git/objects/{folder:02x}"));
        if !folder.exists() {
            fs::write(&folder, "").unwrap();
        }
    }
    let path = format!("--path={}", entry(DAY));
    laptop
        .git(["hash-object", "-w", &path, &entry(DAY)])
        .exits(128);
    let shown = laptop.metadb(["show", DAY]).ok();
    shown.says("Al, Cyd").silent_about("convert");
    laptop.palimpsest(["doctor"]).lacks("convert");
}

/// The hooks write and stage a ledger past git's filters.
#[test]
fn a_filter_that_covers_the_ledger_is_named_with_the_line_that_takes_it_off() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write(".gitattributes", "data/** filter=x\n");
    laptop.git(["config", "filter.x.clean", "tr a-z A-Z"]).ok();
    laptop.git(["config", "filter.x.smudge", "tr A-Z a-z"]).ok();
    laptop.write_entry(DAY, "people: [Al, Bob]", "Went to the quay.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    let said = laptop.palimpsest(["doctor"]).exits(1).output();
    assert!(said.contains("(`filter=x`)"), "{said}");
    let (_, mend) = said.split_once("mend: put `").unwrap();
    let (line, _) = mend.split_once('`').unwrap();
    let lines = laptop.read(".gitattributes");
    laptop.write(".gitattributes", format!("{lines}{line}\n"));
    laptop.commit("Store the ledger as it is");
    laptop.palimpsest(["doctor"]).ok();
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.commit("Without Bob");
    laptop.assert_clean();
}
