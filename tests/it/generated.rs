//! A journal with every field in use, as the benches make it: all of it is
//! indexed, broken files change nothing else, and a second sync changes nothing.

#[path = "../../benches/journal/generator.rs"]
mod generator;

use std::fs;
use std::path::Path;

use palimpsest::store::Store;

use crate::sandbox::{Machine, Sandbox};

const ENTRIES: usize = 1_000;

/// Tables that a journal without removals and without oddities leaves empty.
const EMPTY: [&str; 4] = [
    "association_tombstones",
    "head_paths",
    "kept_out",
    "warnings",
];

/// Frontmatter that cannot be read, and where the error is.
const BROKEN: [(&str, &str); 7] = [
    ("date: DATE\ntags: [rain\n---\n", ":3:7:"),
    ("date: DATE\npeople:\n\t- Orla\n---\n", ":4:2:"),
    ("date: DATE\ncity: Porto\ncity: Tarn\n---\n", ":4:1:"),
    ("date: someday\n---\n", ":2:7:"),
    ("date: 1999-01-01\n---\n", ":2:7:"),
    ("city: Porto\n---\n", ":2:1:"),
    ("date: DATE\nnotes: \"open\n---\n", ":3:8:"),
];

fn dump(machine: &Machine<'_>) -> Vec<String> {
    let store = Store::open(&machine.path("data/palimpsest.db"), None)
        .unwrap()
        .0;
    assert_eq!(store.check().unwrap(), [] as [&str; 0]);
    store.dump().unwrap()
}

/// The bytes of every file of the journal and its wiki.
fn files(machine: &Machine<'_>) -> Vec<(String, Vec<u8>)> {
    let listed = machine.git(["ls-files", "journal", "wiki", "data"]).ok();
    let read = |path: &str| (path.to_owned(), fs::read(machine.path(path)).unwrap());
    listed.stdout.lines().map(read).collect()
}

#[test]
fn all_of_it_is_indexed_once() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.repository("laptop");
    generator::write(laptop.dir(), ENTRIES);
    assert!(generator::note(0).contains("### Notes"));
    let first = generator::entry(0);
    assert_eq!(laptop.read(&generator::path(0)), first);
    let length = first.len().abs_diff(generator::LENGTH);
    assert!(length < 200, "{}", first.len());
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop
        .yaml2sql(["sync", "journal/md", "--force"])
        .ok()
        .says(&format!("{ENTRIES} created"))
        .says("0 failed");
    let (rows, bytes) = (dump(&laptop), files(&laptop));
    let schema = fs::read_to_string("src/store/schema.sql").unwrap();
    let tables = schema.lines().filter_map(|line| {
        let name = line.strip_prefix("CREATE TABLE ")?;
        name.split_whitespace().next()
    });
    for table in tables.filter(|t| *t != "files") {
        let row = format!("{table} | ");
        let filled = rows.iter().any(|r| r.starts_with(&row));
        assert_eq!(filled, !EMPTY.contains(&table), "{table}");
    }
    laptop
        .yaml2sql(["sync", "journal/md"])
        .ok()
        .says(&format!("{ENTRIES} unchanged"));
    assert_eq!(dump(&laptop), rows);
    assert_eq!(files(&laptop), bytes);
    laptop.assert_clean();

    // Broken files are each named, also where the entry could be read before, and
    // are all that is missing.
    let before = [3, 50, 199].map(generator::path);
    for path in &before {
        laptop.edit(path, "city: ", "city: [");
    }
    let mut places: Vec<String> = before.iter().map(|path| format!("{path}:6:")).collect();
    for (number, (text, place)) in BROKEN.iter().enumerate() {
        let path = generator::path(ENTRIES + number);
        let date = generator::date(ENTRIES + number).to_string();
        laptop.write(
            &path,
            format!("---\n{}Text.\n", text.replace("DATE", &date)),
        );
        places.push(format!("{path}{place}"));
    }
    let sync = laptop.yaml2sql(["sync", "journal/md", "--force"]).exits(1);
    let sync = places.iter().fold(sync, |sync, place| sync.warns(place));
    sync.says(&format!("{} failed", places.len()));
    assert_eq!(dump(&laptop).len(), rows.len());
    for path in &before {
        laptop.git(["restore", path]).ok();
    }
    laptop
        .yaml2sql(["sync", "journal/md"])
        .exits(1)
        .says(&format!("{} failed", BROKEN.len()));
    assert_eq!(dump(&laptop), rows);
}

#[test]
fn an_update_looks_at_nothing_else() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.repository("laptop");
    generator::write(laptop.dir(), 20);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    let (one, other) = (generator::path(1), generator::path(2));
    for path in [&one, &other] {
        laptop.edit(path, "tags: [", "tags: [new, ");
    }
    let tagged = || {
        let database = Path::new("data/palimpsest.db");
        let database = rusqlite::Connection::open(laptop.dir().join(database)).unwrap();
        let sql = "SELECT count(*) FROM entry_tags WHERE tag = 'new'";
        database.query_row(sql, [], |r| r.get::<_, i64>(0)).unwrap()
    };
    laptop
        .yaml2sql(["update", &one])
        .ok()
        .says("+ new (tag)")
        .says("1 updated");
    assert_eq!(tagged(), 1);
    // A file at an unusual place, too, and one that is gone.
    laptop.write(
        "journal/md/odd/2031-05-04.md",
        "---\ndate: 2031-05-04\ntags: [new]\n---\n",
    );
    laptop
        .yaml2sql(["update", "journal/md/odd/2031-05-04.md"])
        .ok()
        .says("1 created");
    let gone = generator::path(3);
    laptop.remove(&gone);
    laptop.yaml2sql(["update", &gone]).ok().says("1 deleted");
    assert_eq!(tagged(), 2);

    laptop
        .yaml2sql(["sync", "journal/md"])
        .ok()
        .says("1 updated");
    assert_eq!(tagged(), 3);
    let step_by_step = dump(&laptop);
    laptop.palimpsest(["reindex"]).ok();
    assert_eq!(dump(&laptop), step_by_step);
}
