//! A journal with every field in use and broken files, and places where there is
//! nothing to index.

use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;

use rusqlite::Connection;

use crate::sandbox::{Machine, Sandbox, entry};

mod places;
mod unreadable;

fn dates(count: u32) -> impl Iterator<Item = String> {
    (0..count).map(|n| {
        format!(
            "20{:02}-{:02}-{:02}",
            20 + n / 336,
            n / 28 % 12 + 1,
            n % 28 + 1
        )
    })
}

const NAMES: [&str; 7] = ["Orla", "Bram", "Ida", "Moss", "Juno", "Pell", "Wren"];

/// An entry with every field, different for each number.
fn fields(n: usize) -> String {
    let name = NAMES[n % 7];
    let other = NAMES[(n + 3) % 7];
    let mut text = String::new();
    let _ = write!(
        text,
        "word_count: {n}\nreading_time: 1.5\nepigraph: &q \"Salt {n}\"\nepigraph_attribution: H. Inkpen\n\
         notes: |\n  line\n  {n}\ncity: [Porto, Lisbon]\nlocations:\n  Porto: Quay {}\n  Lisbon: [Mill, Inn]\n\
         people:\n  - {name}\n  - {name} Pennyfold\n  - Ana-Lirio # here\n  - \"@Moth ({other})\"\n  - {{name: Jo, full_name: Jo Reed, alias: [Fly]}}\n\
         dates:\n  - \"~\"\n  - 2030-11-02\n  - \"2030-11-09 (walk with @Ana-Lirio at #Ferry-Steps)\"\n\
         events: [fair, flood-{n}]\ntags:\n- rain\n- t{}\nrelated_entries: [2020-01-01, \"2035-01-01\"]\n\
         references:\n  - content: *q\n    mode: paraphrase\n    speaker: {name}\n    source: {{title: The Salt Almanac, type: book, author: H. Inkpen}}\n\
         poems:\n  - title: Fog {}\n    content: |\n      one\n      two\n    revision_date: 2031-05-04\n\
         manuscript: {{status: draft, edited: false, themes: [distance, t{}], notes: keep}}\nmood: {{a: [1, {{b: c}}]}}\n",
        n % 5,
        n % 9,
        n % 4,
        n % 3,
    );
    text
}

fn count(machine: &Machine<'_>, sql: &str) -> i64 {
    let database = Connection::open(machine.path("data/palimpsest.db")).unwrap();
    database.query_row(sql, [], |r| r.get(0)).unwrap()
}

fn texts(machine: &Machine<'_>, sql: &str) -> Vec<String> {
    let database = Connection::open(machine.path("data/palimpsest.db")).unwrap();
    let mut rows = database.prepare(sql).unwrap();
    rows.query_map([], |r| r.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap()
}

/// A journal of two hundred entries with every field.
fn with_every_field(sandbox: &Sandbox) -> Machine<'_> {
    let machine = sandbox.repository("laptop");
    for (n, date) in dates(200).enumerate() {
        machine.write_entry(&date, &fields(n), "# Title\n\nBody.\n");
    }
    machine
}

#[test]
fn broken_entries_are_named_with_their_place_and_stop_no_other() {
    let sandbox = Sandbox::new();
    let machine = with_every_field(&sandbox);
    let broken: [(&str, &[u8], &str); 7] = [
        // As a shell of Windows writes it.
        (
            "2018-12-31",
            b"\xFF\xFE-\0-\0-\0\n\0",
            "1:1: the byte 0xFF is not UTF-8",
        ),
        ("2019-01-01", b"no frontmatter", "1:1: no frontmatter"),
        (
            "2019-01-02",
            b"---\ndate: 2019-01-02\n",
            "1:1: the frontmatter has no end",
        ),
        (
            "2019-01-03",
            b"---\ndate: 2019-01-03\nx: \xFF\n---\n",
            "3:4: the byte 0xFF is not UTF-8",
        ),
        (
            "2019-01-04",
            b"---\ndate: 2019-01-05\n---\n",
            "2:7: `date` is 2019-01-05",
        ),
        (
            "2019-01-05",
            b"---\ndate: 2019-01-05\na: [1\n---\n",
            "3:4: a `[` that is not closed",
        ),
        (
            "2019-01-06",
            b"---\ndate: 2019-01-06\npeople: {a: b}\n---\n",
            "3:9: `people` is a map",
        ),
    ];
    for (date, bytes, _) in broken {
        machine.write(&entry(date), bytes);
    }
    machine.write("journal/md/index.md", "no entry\n");
    for other in ["2019-01-07.MD", "2019-01-07.markdown", "2019-01-07.mdx"] {
        machine.write(&format!("journal/md/{other}"), "no entry\n");
    }
    machine.write("journal/md/2019-01-07.txt", "no page\n");
    let said = "\
4 files skipped: not named YYYY-MM-DD.md after a day that exists (journal/md/2019-01-07.MD, journal/md/2019-01-07.markdown, journal/md/2019-01-07.mdx, journal/md/index.md)
Entries: 200 created, 0 updated, 0 unchanged, 0 deleted, 0 restored, 7 failed";
    let run = machine.yaml2sql(["sync", "journal/md/"]).exits(1).is(said);
    for (date, _, what) in broken {
        assert!(
            run.stderr.contains(&format!("{}:{what}", entry(date))),
            "{run}"
        );
    }
    assert_eq!(count(&machine, "SELECT count(*) FROM entries"), 200);
}

#[test]
fn two_hundred_entries_with_every_field_have_their_rows() {
    let sandbox = Sandbox::new();
    let machine = with_every_field(&sandbox);
    machine.yaml2sql(["sync", "journal/md/"]).ok();
    assert_eq!(texts(&machine, "PRAGMA integrity_check"), ["ok"]);
    assert_eq!(
        count(&machine, "SELECT count(*) FROM pragma_foreign_key_check"),
        0
    );
    for (sql, expected) in [
        (
            "SELECT count(*) FROM entry_people WHERE person = 'Orla Pennyfold'",
            57,
        ),
        ("SELECT count(*) FROM people", 9),
        (
            "SELECT count(*) FROM aliases WHERE alias = 'Fly' AND person = 'Jo Reed'",
            1,
        ),
        (
            "SELECT count(*) FROM entry_date_people WHERE person = 'Ana Lirio'",
            200,
        ),
        (
            "SELECT count(*) FROM entry_date_locations WHERE location = 'Ferry Steps'",
            200,
        ),
        ("SELECT count(*) FROM entry_dates WHERE date = entry", 0),
        (
            "SELECT count(*) FROM entry_locations WHERE city = 'Lisbon'",
            400,
        ),
        ("SELECT count(*) FROM tags", 10),
        ("SELECT count(*) FROM entry_related", 400),
        (
            "SELECT count(*) FROM entry_references WHERE source = 'The Salt Almanac'",
            200,
        ),
        (
            "SELECT count(*) FROM poem_versions WHERE poem = 'Fog 1'",
            50,
        ),
        (
            "SELECT count(*) FROM manuscript WHERE edited = 0 AND status = 'draft'",
            200,
        ),
        (
            "SELECT count(*) FROM other_fields WHERE field = 'mood'",
            200,
        ),
        ("SELECT sum(word_count) FROM entries", 199 * 100),
    ] {
        assert_eq!(count(&machine, sql), expected, "{sql}");
    }
}

#[test]
fn a_second_sync_writes_nothing() {
    let sandbox = Sandbox::new();
    let machine = with_every_field(&sandbox);
    // Until the files are older than the clock's step, each look reads them again.
    machine.age("journal");
    let sync = |with: &[&str]| {
        machine
            .yaml2sql([&["sync", "journal/md/"], with].concat())
            .ok()
    };
    sync(&[]).says("200 created");
    let bytes = || std::fs::read(machine.path("data/palimpsest.db")).unwrap();
    let before = bytes();
    sync(&[]).says("200 unchanged");
    assert!(before == bytes(), "the second sync wrote to the database");
    // A body's change is one entry's.
    machine.edit_entry("2020-01-01", "Body.", "Body, longer.");
    sync(&[]).says("1 updated, 199 unchanged");
    assert!(before != bytes());
    sync(&["--force"]).says("200 created");
}

#[test]
fn a_broken_file_leaves_what_head_says() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    let people = "SELECT person FROM entry_people ORDER BY 1";
    machine.write_entry("2024-11-01", "people: [Alice]", "x\n");
    machine.write_entry("2024-11-02", "people: [Bob]", "x\n");
    machine.yaml2sql(["sync", "journal/md"]).ok();
    // Never committed, and committed.
    for commit in [false, true] {
        if commit {
            machine.write(".git/info/exclude", "data/palimpsest.db\n");
            machine.write_entry("2024-11-01", "people: [Alice]", "x\n");
            machine.commit("Begin");
        }
        machine.write(
            &entry("2024-11-01"),
            "---\ndate: 2024-11-01\npeople: [\n---\n",
        );
        let run = machine.yaml2sql(["sync", "journal/md"]).exits(1);
        run.says("1 failed")
            .warns("journal/md/2024/2024-11-01.md:3:9: ");
        // Nothing is remembered: an index made anew says the same.
        let expected: &[&str] = if commit { &["Alice", "Bob"] } else { &["Bob"] };
        assert_eq!(texts(&machine, people), expected);
        machine
            .metadb(["tombstone", "list"])
            .ok()
            .is("No tombstones found");
        // It is named again as long as it is broken.
        machine
            .yaml2sql(["update", &entry("2024-11-01")])
            .exits(1)
            .warns(":3:9: ");
        machine
            .yaml2sql(["update", &entry("2024-11-02")])
            .ok()
            .silent_about(":3:9: ");
    }
}

#[test]
fn a_dry_run_prints_the_plan_and_writes_nothing() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write_entry("2024-11-01", "people: [Alice, Bob]", "x\n");
    let run = machine.yaml2sql(["sync", "journal/md", "--dry-run"]).ok();
    run.says("2024-11-01  created")
        .says("(dry run, nothing was written)");
    assert!(!machine.exists("data/palimpsest.db"));
    machine.commit("Begin");
    machine.yaml2sql(["sync", "journal/md"]).ok();
    machine.edit_entry("2024-11-01", ", Bob", "");
    let before = std::fs::read(machine.path("data/palimpsest.db")).unwrap();
    machine
        .yaml2sql(["sync", "journal/md", "--dry-run", "--delete-missing"])
        .ok()
        .says("- Bob");
    assert_eq!(
        std::fs::read(machine.path("data/palimpsest.db")).unwrap(),
        before
    );
}

#[test]
fn a_listing_names_some_of_many_broken_files() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    for day in 1..=9 {
        machine.write_entry(&format!("2024-11-0{day}"), "people: [", "x\n");
    }
    let warned = machine.metadb(["sync", "status"]).ok();
    assert_eq!(warned.stderr.matches("journal/md/2024/").count(), 5);
    warned.warns("4 more files that cannot be read; `yaml2sql sync journal/md` names them all");
    let all = machine.yaml2sql(["sync", "journal/md"]).exits(1);
    assert_eq!(all.stderr.matches("journal/md/2024/").count(), 9);
}

#[test]
fn a_damaged_ledger_line_is_named_and_kept() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write_entry("2024-11-01", "people: [Alice]", "x\n");
    machine.write("data/ledger/2024.jsonl", "{\"v\":1,\"kind\":\"tomb\n");
    let run = machine
        .yaml2sql(["sync", "journal/md"])
        .exits(1)
        .says("1 created");
    run.warns("data/ledger/2024.jsonl:1:1: no line of a ledger; kept as it stands");
    assert_eq!(
        machine.read("data/ledger/2024.jsonl"),
        "{\"v\":1,\"kind\":\"tomb\n"
    );
}

#[test]
fn lines_of_a_newer_program_are_counted_by_doctor() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine.write_entry("2024-11-01", "people: [Alice]", "x\n");
    machine.palimpsest(["init"]).ok();
    machine.write(
        "data/ledger/2024.jsonl",
        "{\"v\":2,\"kind\":\"tombstone\"}\n{\"v\":3,\"kind\":\"tombstone\"}\n",
    );
    machine.commit("As a newer program writes");
    machine
        .palimpsest(["doctor"])
        .exits(1)
        .says("data/ledger/2024.jsonl: 2 lines of a newer program, kept and not used here");
}

#[test]
fn notes_are_indexed_and_emptied() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    let page = "wiki/entries/2024/2024-11-01.md";
    machine.write_entry("2024-11-01", "notes: of the entry", "x\n");
    machine.write(
        page,
        "# Page\n### Notes\n\nKeep.\n#### More\nyes\n## End\nno\n",
    );
    machine.wiki2sql(["import", "entries"]).ok().is("\
2024-11-01  created    wiki/entries/2024/2024-11-01.md
Notes: 1 created, 0 updated, 0 unchanged, 0 deleted, 0 restored, 0 failed");
    assert_eq!(
        texts(&machine, "SELECT note FROM entry_notes"),
        ["Keep.\n#### More\nyes"]
    );
    assert_eq!(
        texts(&machine, "SELECT notes FROM entries"),
        ["of the entry"]
    );
    machine.write(page, "# Page\n### Notes\n## End\nno\n");
    machine
        .wiki2sql(["import", "entries"])
        .ok()
        .says("1 updated");
    assert_eq!(texts(&machine, "SELECT note FROM entry_notes"), [""]);
    machine.write(page, b"### Notes\n\xFF");
    let run = machine
        .wiki2sql(["import", "entries"])
        .exits(1)
        .says("1 failed");
    run.warns("wiki/entries/2024/2024-11-01.md:2:1: the byte 0xFF");
    // HEAD has none, and a machine that never read the last one has none either.
    assert_eq!(
        texts(&machine, "SELECT note FROM entry_notes"),
        [] as [&str; 0]
    );
    machine.write(page, "Anew.\n");
    machine.wiki2sql(["import", "entries"]).ok();
    machine.remove(page);
    machine
        .wiki2sql(["import", "entries"])
        .ok()
        .says("1 deleted");
}

/// All of the journal is indexed then, and nothing would name the others later.
#[test]
fn a_sync_of_one_folder_names_what_changed_in_the_others() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    for date in ["2023-11-01", "2024-11-01"] {
        machine.write_entry(date, "people: [Alice, Bob]", "x\n");
    }
    machine.palimpsest(["init"]).ok();
    machine.commit("Begin");
    for date in ["2023-11-01", "2024-11-01"] {
        machine.edit_entry(date, ", Bob", "");
    }
    machine
        .yaml2sql(["sync", "journal/md/2023"])
        .ok()
        .says("2023-11-01  updated")
        .says("2024-11-01  updated")
        .says("0 created, 2 updated, 0 unchanged");
}
