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

/// A phone without hooks and drivers works on a branch of its own, from where the
/// main one stands as soon as that has all of it.
#[track_caller]
fn on_the_phone(phone: &Machine, date: &str, key: &str, list: &dyn Fn(&mut Vec<String>)) {
    phone.git(["fetch", "-q"]).ok();
    let there = ["merge-base", "--is-ancestor", "HEAD", "origin/main"];
    if phone.git(there).code == 0 {
        phone.git(["reset", "-q", "--hard", "origin/main"]).ok();
    }
    let mut now = items(phone, date, key);
    list(&mut now);
    set_items(phone, date, key, &now);
    phone.git(["commit", "-qam", "On the phone"]).ok();
    phone.git(["push", "-q", "origin", "HEAD:phone"]).ok();
}

#[track_caller]
fn merge_the_phone(machine: &Machine) {
    machine.git(["fetch", "-q"]).ok();
    if machine
        .git(["rev-parse", "-q", "--verify", "origin/phone"])
        .code
        == 0
    {
        machine
            .git(["merge", "-q", "--no-edit", "origin/phone"])
            .ok();
        machine.assert_clean();
    }
}

/// What is different from an ordinary week.
#[derive(Debug, Clone, Copy, Default)]
struct Habits {
    rebases: bool,
    phone: bool,
    /// Half of all commits run no hooks.
    unverified: bool,
}

/// Gives what is listed for a person in the end.
fn weeks(seed: u64, habits: Habits) -> Vec<String> {
    let sandbox = Sandbox::new();
    let fields = "people: []\ntags: []\n";
    let entries = DATES.map(|date| (date, fields, "A first line.\n"));
    let (laptop, desktop) = journal(&sandbox, &entries);
    let tablet = sandbox.machine("tablet");
    tablet.palimpsest(["init"]).ok();
    let machines = [laptop, desktop, tablet];
    let phone = habits.phone.then(|| sandbox.machine("phone"));

    let mut dice = Dice(seed);
    // The story is the same whatever these say.
    let mut hooks = Dice(seed + 1);
    let mut added = 0;
    // Each item is added once, so it is there in the end unless somebody removed it.
    let mut expected = BTreeSet::new();
    for step in 0..STEPS {
        let machine = &machines[below(&mut dice, machines.len())];
        let what = dice.roll(if habits.phone { 15 } else { 10 });
        match (what, &phone) {
            (10..=12, Some(phone)) => {
                added += 1;
                let new = format!("Item{added:02}");
                let (date, key) = (dice.of(&DATES), dice.of(&["people", "tags"]));
                expected.insert((date, key, new.clone()));
                on_the_phone(phone, date, key, &|list| list.push(new.clone()));
            }
            (13.., _) => merge_the_phone(machine),
            (0..=5, _) => {
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
                let verify = match habits.unverified && hooks.roll(2) == 0 {
                    true => "--no-verify",
                    false => "--verify",
                };
                machine
                    .git(["commit", verify, "-qam", &format!("Step {step}")])
                    .ok();
                machine.assert_clean();
            }
            (6..=7, _) => pull(machine, habits.rebases && dice.roll(2) == 0),
            _ => {
                pull(machine, habits.rebases && dice.roll(2) == 0);
                machine.git(["push", "-q"]).ok();
            }
        }
    }
    for _ in 0..2 {
        for machine in &machines {
            pull(machine, false);
            if habits.phone {
                merge_the_phone(machine);
            }
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
    same(&machines, seed);
    // What history told and no ledger held is stored, and that is all there was.
    machines[0].write("README.md", "A journal.\n");
    machines[0].commit("Read me");
    machines[0].git(["push", "-q"]).ok();
    let before = index(&machines[0]);
    for machine in &machines[1..] {
        pull(machine, false);
        assert_eq!(index(machine), before, "stored, seed {seed}");
    }
    same(&machines, seed);
    machines[1].write("README.md", "A journal.\n\nMine.\n");
    machines[1].commit("Read me again");
    let changed = machines[1].git(["diff", "--name-only", "HEAD^"]).ok();
    changed.is("README.md");
    listed(&machines[1])
}

/// Kind, entry and item of each conflict.
fn listed(machine: &Machine) -> Vec<String> {
    let text = machine.metadb(["sync", "conflicts", "--json"]).ok().stdout;
    let all: serde_json::Value = serde_json::from_str(&text).unwrap();
    let one =
        |c: &serde_json::Value| format!("{} {} {}", c["entry"], c["kind"], c["removal"]["item"]);
    let mut all: Vec<String> = all.as_array().unwrap().iter().map(one).collect();
    all.sort();
    all
}

/// All have the same tree and the same index, also rebuilt without any note of
/// what was looked at.
fn same(machines: &[Machine], seed: u64) {
    let first = index(&machines[0]);
    assert!(!first.is_empty());
    for machine in machines {
        assert_eq!(machine.oid("HEAD^{tree}"), machines[0].oid("HEAD^{tree}"));
        assert_eq!(index(machine), first, "seed {seed}");
        machine.remove("data/palimpsest.db");
        std::fs::remove_file(machine.path(".git/palimpsest/history")).ok();
        assert_eq!(index(machine), first, "rebuilt, seed {seed}");
        machine.assert_clean();
    }
}

#[test]
fn merging() {
    weeks(1, Habits::default());
}

#[test]
fn merging_and_rebasing() {
    let rebases = true;
    weeks(
        2,
        Habits {
            rebases,
            ..Habits::default()
        },
    );
}

#[test]
fn with_a_phone_that_has_no_hooks() {
    for (seed, rebases) in [(3, false), (4, true)] {
        let phone = true;
        weeks(
            seed,
            Habits {
                rebases,
                phone,
                ..Habits::default()
            },
        );
    }
}

#[test]
fn commits_without_hooks_make_the_conflicts_that_those_with_hooks_make() {
    for seed in [5, 6] {
        let told = Habits {
            unverified: true,
            ..Habits::default()
        };
        assert_eq!(
            weeks(seed, told),
            weeks(seed, Habits::default()),
            "seed {seed}"
        );
    }
}
