//! Weeks of ordinary use on three machines, by dice: no pull ever stops, nothing
//! is left behind, and in the end all machines say the same.

use std::collections::{BTreeMap, BTreeSet};

use crate::dice::Dice;
use crate::sandbox::{Machine, Sandbox, journal};

const DATES: [&str; 3] = ["2024-11-01", "2024-11-02", "2024-12-31"];
const STEPS: usize = 40;

fn below(dice: &mut Dice, sides: usize) -> usize {
    usize::try_from(dice.roll(sides as u64)).unwrap()
}

/// The items of a flow list of an entry's file.
fn items(machine: &Machine, date: &str, key: &str) -> Vec<String> {
    let text = machine.read_entry(date);
    let line = text
        .lines()
        .find_map(|l| l.strip_prefix(&format!("{key}: ["))?.strip_suffix(']'))
        .unwrap_or_else(|| panic!("no {key} in\n{text}"));
    line.split(", ")
        .filter(|i| !i.is_empty())
        .map(String::from)
        .collect()
}

fn set_items(machine: &Machine, date: &str, key: &str, items: &[String]) {
    let text = machine.read_entry(date);
    let from = text.lines().find(|l| l.starts_with(&format!("{key}: ")));
    let to = format!("{key}: [{}]", items.join(", "));
    machine.edit_entry(date, from.unwrap(), &to);
}

/// Every row of the index, but for what it knows of files on this disk.
fn index(machine: &Machine) -> BTreeMap<String, BTreeSet<String>> {
    machine.metadb(["sync", "status"]).ok();
    let database = rusqlite::Connection::open(machine.path("data/palimpsest.db")).unwrap();
    let names: Vec<String> = database
        .prepare(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT IN ('files', 'meta')",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let rows = |name: &String| {
        let mut statement = database.prepare(&format!("SELECT * FROM {name}")).unwrap();
        let columns = statement.column_count();
        statement
            .query_map([], |row| {
                let values: Vec<rusqlite::types::Value> =
                    (0..columns).map(|c| row.get_unwrap(c)).collect();
                Ok(format!("{values:?}"))
            })
            .unwrap()
            .map(Result::unwrap)
            .collect()
    };
    names.iter().map(|n| (n.clone(), rows(n))).collect()
}

#[track_caller]
fn pull(machine: &Machine, rebase: bool) {
    let how = if rebase { "--rebase" } else { "--no-rebase" };
    machine.git(["pull", "-q", how]).ok();
    machine.assert_clean();
}

fn weeks(seed: u64, rebases: bool) {
    let sandbox = Sandbox::new();
    let fields = "people: []\ntags: []\n";
    let entries = DATES.map(|date| (date, fields, "A first line.\n"));
    let (laptop, desktop) = journal(&sandbox, &entries);
    let tablet = sandbox.machine("tablet");
    tablet.palimpsest(["init"]).ok();
    let machines = [laptop, desktop, tablet];

    let mut dice = Dice(seed);
    let mut added = 0;
    // Each item is added once, so it is there in the end unless somebody removed it.
    let mut expected = BTreeSet::new();
    for step in 0..STEPS {
        let machine = &machines[below(&mut dice, machines.len())];
        match dice.roll(10) {
            0..=5 => {
                let date = dice.of(&DATES);
                let key = dice.of(&["people", "tags"]);
                let mut list = items(machine, date, key);
                if !list.is_empty() && dice.roll(3) == 0 {
                    let gone = list.remove(below(&mut dice, list.len()));
                    expected.remove(&(date, key, gone));
                } else {
                    added += 1;
                    let new = format!("Item{added:02}");
                    list.insert(below(&mut dice, list.len() + 1), new.clone());
                    expected.insert((date, key, new));
                }
                set_items(machine, date, key, &list);
                machine
                    .git(["commit", "-qam", &format!("Step {step}")])
                    .ok();
                machine.assert_clean();
            }
            6..=7 => pull(machine, rebases && dice.roll(2) == 0),
            _ => {
                pull(machine, rebases && dice.roll(2) == 0);
                machine.git(["push", "-q"]).ok();
            }
        }
    }
    for _ in 0..2 {
        for machine in &machines {
            pull(machine, false);
            machine.git(["push", "-q"]).ok();
        }
    }

    let mut found = BTreeSet::new();
    for date in DATES {
        for key in ["people", "tags"] {
            let list = items(&machines[0], date, key);
            let unique: BTreeSet<_> = list.iter().collect();
            assert_eq!(unique.len(), list.len(), "twice in {date}: {list:?}");
            found.extend(list.into_iter().map(|item| (date, key, item)));
        }
    }
    assert_eq!(found, expected, "seed {seed}");
    let first = index(&machines[0]);
    assert!(!first.is_empty());
    for machine in &machines {
        assert_eq!(machine.oid("HEAD^{tree}"), machines[0].oid("HEAD^{tree}"));
        assert_eq!(index(machine), first, "seed {seed}");
        machine.remove("data/palimpsest.db");
        assert_eq!(index(machine), first, "rebuilt, seed {seed}");
        machine.assert_clean();
    }
}

#[test]
fn merging() {
    weeks(1, false);
}

#[test]
fn merging_and_rebasing() {
    weeks(2, true);
}
