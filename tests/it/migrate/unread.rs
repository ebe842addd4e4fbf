//! Databases of the original that are not what the work tree has at the database's path.

use std::fs;

use super::machines::{init_and_commit, two};
use super::original::{DATABASE, Old};
use crate::sandbox::{LEDGER, Sandbox};

const PAGE: &str = "wiki/entries/2024/2024-11-01.md";

/// The databases of both sides are kept and taken over, whichever of them is in the work
/// tree.
#[test]
fn a_merge_that_stopped_over_both_databases_loses_neither() {
    for takes_theirs in [false, true] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = two(&sandbox);
        Old::open(&laptop, DATABASE)
            .run("UPDATE entries SET notes = 'From the laptop.' WHERE id = 3");
        laptop.write_entry("2024-11-03", "tags: [fog]", "Three.\n");
        laptop.commit("The laptop's");
        laptop.push();
        desktop.commit("The desktop's");
        desktop
            .git(["pull", "--no-rebase"])
            .exits(1)
            .says("data/palimpsest.db");
        let mut other = "data/palimpsest.db (theirs): a database of the original program";
        if takes_theirs {
            desktop
                .git(["checkout", "-q", "--theirs", "--", DATABASE])
                .ok();
            other = "data/palimpsest.db (ours): a database of the original program";
        }
        desktop.palimpsest(["init", "--dry-run"]).ok().says(other);
        assert!(!desktop.exists("backups") && !desktop.exists(LEDGER));
        let run = desktop.palimpsest(["init"]).ok().says(other);
        let kept = fs::read_dir(desktop.path("backups")).unwrap();
        let kept = kept.filter(|f| {
            let name = f.as_ref().unwrap().file_name().into_string().unwrap();
            name.ends_with(".db")
        });
        assert_eq!(kept.count(), 2);
        let command = run.stdout.lines().last().unwrap();
        let command = command.split_once("need too: ").unwrap().1;
        desktop.run_with(&[], "sh", ["-c", command]).ok();
        desktop.assert_clean();
        assert_eq!(
            desktop.read("wiki/entries/2024/2024-11-03.md"),
            "### Notes\n\nFrom the laptop.\n"
        );
        assert_eq!(desktop.read(PAGE), "### Notes\n\nFrom the desktop.\n");
        let items = desktop.ledger(2024).tombstones;
        let items: Vec<_> = items.keys().map(|key| key.item.as_str()).collect();
        assert_eq!(items, ["Bob", "Bob Saltmarsh", "rain", "ferry"]);
        // Both were looked at.
        desktop.remove(PAGE);
        desktop.commit("Without the note");
        desktop
            .palimpsest(["init"])
            .ok()
            .silent_about("original")
            .says("nothing to commit");
        desktop.palimpsest(["doctor"]).ok();
    }
}

/// The command that makes way for the pull is not for who has a migration to commit: git
/// would stop at the ledger, and the drivers would be gone.
#[test]
fn a_migration_that_waits_for_its_commit_is_not_told_to_make_way_for_the_pull() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two(&sandbox);
    init_and_commit(&laptop);
    laptop.push();
    desktop.git(["pull"]).exits(1);
    desktop.palimpsest(["init"]).ok().lacks("&& git pull");
    desktop
        .palimpsest(["doctor"])
        .exits(1)
        .lacks("rm .gitattributes")
        .says("make the commit that palimpsest init names, then git pull");
    let add = ".gitattributes .gitignore data/ledger/2024.jsonl palimpsest.toml";
    let run = desktop.palimpsest(["init"]).ok();
    let run = run.lacks("&& git pull").says(add);
    let command = run.stdout.lines().last().unwrap();
    let command = command.split_once("need too: ").unwrap().1;
    desktop.run_with(&[], "sh", ["-c", command]).ok();
    desktop.pull();
    desktop.assert_clean();
    desktop.palimpsest(["doctor"]).ok();
}
