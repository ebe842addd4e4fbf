//! `docs/schema.md` names every table, and each of its queries runs.

use std::fs;
use std::path::Path;

use crate::sandbox::{Sandbox, journal};

fn page() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema.md");
    fs::read_to_string(path).unwrap()
}

fn queries() -> Vec<String> {
    let page = page();
    let blocks = page.split("```sql\n").skip(1);
    blocks
        .map(|b| b.split("```").next().unwrap_or_default().to_owned())
        .collect()
}

#[test]
fn every_query_runs_on_a_real_database() {
    let sandbox = Sandbox::new();
    let fields = "\
people: [Orla Pennyfold, '@Moth (Orla)', Bram]
city: Porto
locations: [Quay]
tags: [rain]
events: [Moving]
dates: ['2030-11-09 (walk with @Bram at #Mill)']
related_entries: [2024-01-01]
references: [{content: Salt, source: {title: Almanac, type: book}}]
poems: [{title: Fog, content: a}]
manuscript: {status: draft, themes: [distance]}
mood: calm";
    let (laptop, _) = journal(&sandbox, &[("2024-11-01", fields, "Went to the quay.\n")]);
    laptop.write("wiki/entries/2024/2024-11-01.md", "Keep the ferry.\n");
    laptop.edit_entry("2024-11-01", ", Bram]", "]");
    laptop.commit("Take Bram out");
    laptop.yaml2sql(["sync", "journal/md"]).ok();
    let database = rusqlite::Connection::open(laptop.path("data/palimpsest.db")).unwrap();
    let queries = queries();
    assert!(queries.len() > 20, "{}", queries.len());
    let mut with_rows = 0;
    for query in &queries {
        let mut statement = database
            .prepare(query)
            .unwrap_or_else(|e| panic!("{e}\n{query}"));
        let mut rows = statement.query([]).unwrap();
        let found = rows.next().unwrap_or_else(|e| panic!("{e}\n{query}"));
        with_rows += usize::from(found.is_some());
    }
    // All but those that look for what is wrong.
    assert!(with_rows > queries.len() / 2, "{with_rows}");
}

/// The rows of the query below a line of the page that begins so, their columns joined.
#[track_caller]
fn rows_below(heading: &str, database: &rusqlite::Connection) -> Vec<String> {
    let page = page();
    let (_, rest) = page.split_once(&format!("\n{heading}")).unwrap();
    let query = rest.split("```sql\n").nth(1).unwrap();
    let query = query.split("```").next().unwrap();
    let mut statement = database.prepare(query).unwrap();
    let columns = statement.column_count();
    let rows = statement.query_map([], |row| {
        let cells = (0..columns).map(|at| row.get::<_, Option<String>>(at));
        let cells: Result<Vec<_>, _> = cells.collect();
        Ok(cells?.into_iter().flatten().collect::<Vec<_>>().join("|"))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

#[test]
fn queries_give_each_thing_once_and_all_of_them() {
    let sandbox = Sandbox::new();
    let fields = "\
people: [Orla Pennyfold, {name: Orla, alias: [Moth, Pip]}]
dates: [{date: 2030-12-24, context: 'choir, with @Orla', people: [Orla Pennyfold]}]";
    let (laptop, _) = journal(&sandbox, &[("2024-11-01", fields, "x\n")]);
    laptop.write("wiki/entries/2024/2024-11-01.md", "Keep the ferry.\n");
    laptop.yaml2sql(["sync", "journal/md"]).ok();
    let database = rusqlite::Connection::open(laptop.path("data/palimpsest.db")).unwrap();
    for (heading, rows) in [
        (
            "All spellings of each person",
            "Orla Pennyfold|Orla,Orla Pennyfold",
        ),
        (
            "What a spelling was taken for",
            "2024-11-01|Orla|Orla Pennyfold",
        ),
        (
            "Which entries look back at a day",
            "2030-12-24|2024-11-01|choir, with @Orla|Orla Pennyfold",
        ),
        (
            "What differs from the last commit",
            "2024-11-01|note not committed",
        ),
    ] {
        assert_eq!(rows_below(heading, &database), [rows], "{heading}");
    }
}

/// The rows of an entry stay in the tables while it can be brought back.
#[test]
fn no_query_shows_what_only_a_deleted_entry_has() {
    let sandbox = Sandbox::new();
    let kept = "people: [Orla Pennyfold]\ncity: Porto\ntags: [rain]";
    let gone = "\
people: ['Gone Person', '@GoneAlias (Orla)']
city: Gone City
locations: {Gone Town: [Gone Quay]}
tags: [gone-tag]
events: [Gone Event]
dates: [{date: 2030-11-09, context: Gone Context, locations: [Gone Mill]}]
related_entries: [2001-01-01]
references: [{content: Gone Words, source: {title: Gone Almanac, type: book}}]
poems: [{title: Gone Poem, content: a}]
manuscript: {status: draft, themes: [gone-theme], notes: Gone}
mood: gone-mood";
    let entries = [
        ("2024-11-01", kept, "Went to the quay.\n"),
        ("2019-03-04", gone, "Gone.\n"),
    ];
    let (laptop, _) = journal(&sandbox, &entries);
    laptop
        .git(["rm", "-q", "journal/md/2019/2019-03-04.md"])
        .ok();
    laptop.commit("Drop 2019-03-04");
    laptop.yaml2sql(["sync", "journal/md"]).ok();
    let database = rusqlite::Connection::open(laptop.path("data/palimpsest.db")).unwrap();
    let deleted = "SELECT count(*) FROM entry_people WHERE person LIKE 'gone%'";
    let count: i64 = database.query_row(deleted, [], |r| r.get(0)).unwrap();
    assert_eq!(count, 1, "the deleted entry has rows");
    for query in queries() {
        let mut statement = database.prepare(&query).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for at in 0..columns {
                let cell = row.get_ref(at).unwrap();
                let Ok(text) = cell.as_str() else { continue };
                let told = ["gone", "2019-03-04", "2001-01-01"];
                assert!(
                    !told.iter().any(|t| text.to_lowercase().contains(t)),
                    "`{text}` in what this shows:\n{query}"
                );
            }
        }
    }
}

#[test]
fn every_table_is_described_and_asked() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store/schema.sql");
    let schema = fs::read_to_string(schema).unwrap();
    let (page, queries) = (page(), queries().join("\n"));
    let tables = schema.lines().filter_map(|line| {
        let rest = line
            .strip_prefix("CREATE TABLE ")
            .or(line.strip_prefix("CREATE VIEW "))?;
        rest.split_whitespace().next()
    });
    let tables: Vec<&str> = tables.collect();
    assert!(tables.len() > 30);
    for table in tables {
        assert!(
            page.contains(&format!("`{table}`")),
            "{table} is not described"
        );
        let asked = queries.split(|c: char| !c.is_alphanumeric() && c != '_');
        assert!(
            asked.into_iter().any(|word| word == table),
            "no query asks {table}"
        );
    }
}
