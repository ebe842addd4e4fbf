//! A journal with every field in use, as the benches make it: all of it is
//! indexed, broken files change nothing else, and a second sync changes nothing.

#[path = "../../benches/journal/generator.rs"]
mod generator;

use std::path::Path;

use palimpsest::store::Store;

use crate::sandbox::{Machine, Sandbox};

const ENTRIES: usize = 200;

fn dump(machine: &Machine<'_>) -> Vec<String> {
    let store = Store::open(&machine.path("data/palimpsest.db"), None)
        .unwrap()
        .0;
    assert_eq!(store.check().unwrap(), [] as [&str; 0]);
    store.dump().unwrap()
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
    let rows = dump(&laptop);
    assert!(!rows.iter().any(|row| row.starts_with("warnings ")));
    laptop
        .yaml2sql(["sync", "journal/md"])
        .ok()
        .says(&format!("{ENTRIES} unchanged"));
    assert_eq!(dump(&laptop), rows);
    laptop.assert_clean();

    // Broken files are each named, and are all that is missing.
    let broken = [3, 50, 199].map(generator::path);
    for path in &broken {
        laptop.edit(path, "city: ", "city: [");
    }
    let sync = laptop.yaml2sql(["sync", "journal/md", "--force"]).exits(1);
    let sync = broken
        .iter()
        .fold(sync, |sync, path| sync.warns(&format!("{path}:6:")));
    sync.says("3 failed");
    let now = dump(&laptop);
    assert_eq!(now.len(), rows.len());
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
