//! The index is a pure function of HEAD, the ledger and the work tree: brought up
//! to date step by step it has the same rows as one made anew.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt as _;

use palimpsest::journal::{ItemKey, Layout, Table};
use palimpsest::ledger::{
    self, Hash, Ledger, Restored, RowKey, Source, State, SyncState, Tombstone,
};
use palimpsest::repo::Repo;
use palimpsest::store::Store;
use palimpsest::sync::refresh::{Options, Report, Scope, refresh};

use crate::dice::Dice;
use crate::sandbox::{DAY, LEDGER, Machine, Sandbox};

mod conversions;
mod ledgers;
mod left_out;
mod notes;
mod people;

const DATES: [&str; 5] = [
    "2024-11-01",
    "2024-11-02",
    "2024-11-03",
    "2023-05-06",
    "2025-01-01",
];
const PEOPLE: [&str; 9] = [
    "Orla",
    "Orla Pennyfold",
    "Orla Reed",
    "Ana-Lirio",
    "Bram (Bram Saltmarsh)",
    "Bram",
    "'@Moth'",
    "'@Moth (Orla)'",
    "{name: Bram, full_name: Abraham Salt, alias: [Moth]}",
];

fn entry(dice: &mut Dice) -> String {
    let mut fields = String::new();
    let mut list = |dice: &mut Dice, key: &str, items: &[&str]| {
        let items = dice.some(items);
        if !items.is_empty() {
            fields += &format!("{key}: [{}]\n", items.join(", "));
        }
    };
    list(dice, "people", &PEOPLE);
    list(dice, "tags", &["rain", "ferry", "train"]);
    list(dice, "city", &["Porto", "Lisbon"]);
    list(dice, "locations", &["Quay", "{Porto: [Quay, Inn]}", "Mill"]);
    list(
        dice,
        "dates",
        &[
            "'~'",
            "2030-01-02",
            "'2030-01-03 (with @Moth and @Bram at #Mill)'",
            "{date: 2030-01-04, context: 'with @Pip', people: ['@Pip (Moth)', '@Bram (Moth)']}",
        ],
    );
    list(dice, "related_entries", &["2024-11-02", "2024-11-03"]);
    list(
        dice,
        "references",
        &[
            "{content: Salt, source: {title: Almanac}}",
            "{description: x}",
        ],
    );
    list(
        dice,
        "poems",
        &["{title: Fog, content: a}", "{title: Fog, content: b}"],
    );
    if dice.roll(3) == 0 {
        fields += "manuscript: {status: odd, themes: [distance]}\nmood: {a: [1]}\n";
    }
    fields
}

fn rows(dice: &mut Dice) -> Ledger {
    let mut ledger = Ledger::default();
    for date in DATES.iter().filter(|d| d.starts_with("2024")) {
        let entry = date.parse().unwrap();
        for (table, item) in [
            (Table::People, "Orla"),
            (Table::Tags, "rain"),
            (Table::People, "Bram Saltmarsh"),
        ] {
            if dice.roll(3) > 0 {
                continue;
            }
            let restored = Restored {
                at: "2026-01-02T00:00:00Z".into(),
                by: "desktop".into(),
                how: Restored::METADB.into(),
            };
            let row = Tombstone {
                at: "2026-01-01T00:00:00Z".into(),
                by: "laptop".into(),
                source: "yaml".into(),
                state: if dice.roll(3) == 0 {
                    State::Restored(restored)
                } else {
                    State::Active
                },
                permanent: false,
                shortened: dice.roll(5) == 0,
            };
            let id = format!("{:016x}", dice.roll(3));
            let item = ItemKey::new(item);
            ledger.tombstones.insert(
                RowKey {
                    entry,
                    table,
                    item,
                    id,
                },
                row,
            );
        }
        let hashes = ["0000", "1111"]
            .into_iter()
            .take(1 + usize::from(dice.roll(4) == 0));
        let hashes = hashes.map(|hash| Hash {
            hash: hash.into(),
            by: "laptop".into(),
            at: "2026-01-01T00:00:00Z".into(),
            counter: dice.roll(4),
            settled: false,
        });
        let state = SyncState {
            hashes: hashes.collect(),
            counter: 1,
            resolved: 0,
        };
        ledger.sync.insert((entry, Source::Yaml), state);
    }
    ledger
}

fn step(dice: &mut Dice, machine: &Machine<'_>) {
    let date = dice.of(&DATES);
    let path = format!("journal/md/{}/{date}.md", &date[..4]);
    match dice.roll(12) {
        0..=4 => {
            let mut fields = entry(dice);
            if dice.roll(5) == 0 {
                fields += "people: [\n";
            }
            machine.write_entry(date, &fields, dice.of(&["One.\n", "Two words.\n"]));
        }
        5 => drop(std::fs::remove_file(machine.path(&path))),
        6 => {
            let moved = machine.path(&format!("journal/md/moved/{date}.md"));
            std::fs::create_dir_all(moved.parent().unwrap()).unwrap();
            drop(std::fs::rename(machine.path(&path), moved));
        }
        7 => {
            let second = format!("wiki/entries/moved/{date}.md");
            match dice.roll(5) {
                0 => machine.write(&second, "Twice.\n"),
                2 => machine.write(&format!("wiki/entries/{date}.md"), b"\xFF\n"),
                1 => drop(std::fs::remove_file(machine.path(&second))),
                _ => machine.write(
                    &format!("wiki/entries/{date}.md"),
                    dice.of(&["# Notes\nKeep.\n", "x", ""]),
                ),
            }
        }
        8 => machine.write("data/ledger/2024.jsonl", ledger::format(&rows(dice))),
        9 | 10 => {
            machine.git(["add", "-A"]).ok();
            machine
                .git(["commit", "-q", "--allow-empty", "-m", "Step"])
                .ok();
        }
        11 if dice.roll(2) == 0 => {
            let other = [
                "merge",
                "-q",
                "-s",
                dice.of(&["ours", "ort"]),
                "-m",
                "Merge",
            ];
            machine.git(other.iter().chain(&["-X", "theirs", "main"]));
            machine.git(["merge", "--abort"]);
        }
        _ => {
            machine.git(["checkout", "-q", "-f", "--detach", "HEAD~1"]);
        }
    }
}

fn options(scope: Scope) -> Options<'static> {
    Options::new(scope)
}

fn index(machine: &Machine<'_>, database: &str, scope: Scope) -> (Store, Report) {
    let layout = Layout {
        database: database.to_owned(),
        ..Layout::default()
    };
    let repo = Repo::discover(machine.dir()).unwrap();
    refresh(&repo, &layout, &options(scope)).unwrap()
}

/// The rows that the index brought up to date and one made anew do not share, and
/// those of the latter.
fn differing(machine: &Machine<'_>) -> (Vec<String>, BTreeSet<String>) {
    let rows = |database| {
        let (store, _) = index(machine, database, Scope::All);
        let rows: BTreeSet<String> = store.dump().unwrap().into_iter().collect();
        rows
    };
    drop(std::fs::remove_file(machine.path("data/new.db")));
    let (old, wanted) = (rows("data/steps.db"), rows("data/new.db"));
    (old.symmetric_difference(&wanted).cloned().collect(), wanted)
}

#[test]
fn step_by_step_gives_the_rows_of_an_index_made_anew() {
    let mut tables = BTreeSet::new();
    for seed in 0..10 {
        let sandbox = Sandbox::new();
        let machine = sandbox.repository("laptop");
        machine.write(".git/info/exclude", "*.db*\n");
        let mut dice = Dice(seed);
        for at in 0..24 {
            step(&mut dice, &machine);
            for folder in ["journal", "wiki", "data/ledger"] {
                machine.age(folder);
            }
            if dice.roll(3) == 0 {
                index(&machine, "data/steps.db", Scope::Head);
            }
            if dice.roll(2) > 0 && at != 23 {
                continue;
            }
            let (differ, wanted) = differing(&machine);
            tables.extend(
                wanted
                    .iter()
                    .filter_map(|row| Some(row.split_once(" | ")?.0.to_owned())),
            );
            assert!(differ.is_empty(), "seed {seed}, step {at}: {differ:#?}");
        }
        let (store, _) = index(&machine, "data/steps.db", Scope::All);
        assert_eq!(store.check().unwrap(), [] as [&str; 0], "seed {seed}");
    }
    // The histories reach every table but the one that compares stamps.
    assert_eq!(tables.len(), 33, "{tables:?}");
}

/// Which lines of it are new cannot be told any more.
#[test]
fn a_ledger_whose_last_version_is_gone_is_read_as_a_whole() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write(".git/info/exclude", "*.db*\n");
    for date in DATES {
        machine.write_entry(date, "people: [Orla]\ntags: [rain]\n", "One.\n");
    }
    machine.write(LEDGER, ledger::format(&rows(&mut Dice(1))));
    machine.commit("Begin");
    machine.age("journal");
    index(&machine, "data/steps.db", Scope::All);

    let id = machine.git(["rev-parse", &format!("HEAD:{LEDGER}")]).ok();
    let id = id.stdout.trim().to_owned();
    let rows = rows(&mut Dice(1)).of_entry("2024-11-01".parse().unwrap());
    machine.write(LEDGER, ledger::format(&rows));
    machine
        .git(["commit", "-q", "-a", "--amend", "-m", "Anew"])
        .ok();
    let (folder, name) = id.split_at(2);
    std::fs::remove_file(machine.path(&format!(".git/objects/{folder}/{name}"))).unwrap();
    index(&machine, "data/steps.db", Scope::Head);
    assert_eq!(differing(&machine).0, [] as [&str; 0]);
}

/// No file changes, and yet there is a removal more.
#[test]
fn what_history_tells_after_a_merge_that_changes_no_file_is_indexed() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write(".git/info/exclude", "*.db*\n");
    machine.write_entry(DATES[0], "people: [Orla, Bram]\n", "One.\n");
    let other = rows(&mut Dice(1)).of_entry(DATES[1].parse().unwrap());
    machine.write("data/ledger/2024.jsonl", ledger::format(&other));
    machine.commit("Begin");
    machine.git(["checkout", "-q", "-b", "phone"]).ok();
    machine.write_entry(DATES[0], "people: [Orla]\n", "One.\n");
    machine.commit("Without Bram");
    machine.git(["checkout", "-q", "main"]).ok();
    machine.age("journal");
    index(&machine, "data/steps.db", Scope::All);

    machine.git(["merge", "-q", "-s", "ours", "phone"]).ok();
    index(&machine, "data/steps.db", Scope::Head);
    let (differ, wanted) = differing(&machine);
    assert_eq!(differ, [] as [&str; 0]);
    let told = wanted.iter().filter(|row| row.starts_with("kept_out"));
    assert_eq!(
        told.count(),
        1,
        "Bram stands in the file against his removal"
    );
}

/// As git does: the file system says when a file was changed, whatever its time says.
#[test]
fn an_edit_of_the_same_size_and_time_is_seen() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write(".git/info/exclude", "*.db*\n");
    let write = |people: &str| {
        machine.write_entry(DATES[0], people, "One.\n");
        machine.age("journal");
    };
    write("people: [Orla]\n");
    index(&machine, "data/steps.db", Scope::All);
    let file = machine.path(&crate::sandbox::entry(DATES[0]));
    // Nobody can set this time, and a file system's clock stands still for a while.
    let changed = |path: &std::path::Path| {
        let there = std::fs::metadata(path).unwrap();
        (there.ctime(), there.ctime_nsec())
    };
    let before = changed(&file);
    let probe = machine.path(".git/probe");
    machine.write(".git/probe", "");
    while changed(&probe) == before {
        std::thread::sleep(std::time::Duration::from_millis(1));
        machine.write(".git/probe", "");
    }
    let text = machine.read_entry(DATES[0]).replace("Orla", "Bram");
    let modified = std::fs::metadata(&file).unwrap().modified().unwrap();
    std::fs::write(&file, text).unwrap();
    let open = std::fs::File::options().write(true).open(&file).unwrap();
    open.set_modified(modified).unwrap();
    assert_eq!(differing(&machine).0, [] as [&str; 0]);
}
