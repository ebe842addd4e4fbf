//! Rows are written where they differ: the outcome must not tell from what.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::journal::{Entry, EntryDate, Item, ItemKey, Note, Table};
use crate::ledger::{Hash, RowKey, Source, State, SyncState, Tombstone};
use crate::store::table::{Kind, Shape};
use crate::store::{DeletedRow, EntryRow, LedgerRows, NoteRow, Store, StoreError};

/// All that is indexed of a date.
#[derive(Debug, Clone)]
struct Version {
    /// `None` where there is no entry.
    entry: Option<String>,
    pending: bool,
    deleted: bool,
    kept_out: BTreeSet<Item>,
    note: Option<String>,
    ledger: LedgerRows,
}

const LISTS: [(&str, &[&str]); 9] = [
    (
        "people",
        &[
            "Orla",
            "Orla Pennyfold",
            "Bram (Bram Saltmarsh)",
            "'@Moth (Orla)'",
            "{name: Bram, full_name: Abraham Salt, alias: [Moth, Fly]}",
        ],
    ),
    ("tags", &["rain", "ferry", "train"]),
    ("city", &["Porto", "Lisbon"]),
    ("events", &["Move", "Fair"]),
    ("locations", &["Quay", "{Porto: [Quay, Inn]}", "Mill"]),
    (
        "dates",
        &[
            "'~'",
            "2030-01-02",
            "'2030-01-03 (with @Moth and @Bram at #Mill)'",
            "'2030-01-03 (with @Orla at #Quay)'",
        ],
    ),
    ("related_entries", &["2024-11-02", "2024-11-03"]),
    (
        "references",
        &[
            "{content: Salt, source: {title: Almanac}}",
            "{content: Salt, source: {title: Atlas, isbn: 7}, page: 3}",
            "{description: x, speaker: Ana}",
        ],
    ),
    (
        "poems",
        &[
            "{title: Fog, content: a}",
            "{title: Fog, content: b, mood: low}",
            "{title: Rain}",
        ],
    ),
];

const SINGLE: [&str; 8] = [
    "epigraph: So it was\n",
    "epigraph: So it is\nepigraph_attribution: Ana\n",
    "notes: Keep\n",
    "notes: ''\n",
    "manuscript: {status: draft, edited: false, themes: [distance]}\n",
    "mood: calm\nhour: 7\n",
    "mood: low\n",
    "manuscript: {status: done, edited: true, notes: x, themes: [rain, distance], part: 2}\n",
];

fn entry() -> impl Strategy<Value = String> {
    let lists = LISTS.map(|(key, items)| {
        subsequence(items, 0..=items.len())
            .prop_shuffle()
            .prop_map(move |items| match items.as_slice() {
                [] => String::new(),
                items => format!("{key}: [{}]\n", items.join(", ")),
            })
    });
    let body = select(&["", "One.\n", "Two words.\n"][..]);
    (lists, select(&SINGLE[..]), body).prop_map(|(lists, single, body)| {
        let lists = lists.concat();
        format!("---\ndate: 2024-11-01\n{lists}{single}---\n{body}")
    })
}

fn ledger() -> impl Strategy<Value = LedgerRows> {
    let items = vec![(Table::Tags, "rain"), (Table::People, "Orla")];
    let tombstones = subsequence(items, 0..=2);
    let hashes = subsequence(vec!["0000", "1111", "2222"], 0..=3);
    (tombstones, hashes, any::<[bool; 4]>(), 1..4_u64).prop_map(|(items, hashes, yes, counter)| {
        let mut ledger = LedgerRows::default();
        for (table, item) in items {
            let key = RowKey {
                entry: date(),
                table,
                item: ItemKey::new(item),
                id: "0123456789abcdef".to_owned(),
            };
            let row = Tombstone {
                at: "2026-01-01T00:00:00Z".to_owned(),
                by: "laptop".to_owned(),
                source: "yaml".to_owned(),
                state: State::Active,
                permanent: yes[0],
                shortened: yes[1],
            };
            if yes[2] {
                ledger.new.insert(key.clone());
            }
            if yes[3] {
                ledger.pending.insert(key.clone());
            }
            ledger.rows.tombstones.insert(key, row);
        }
        if !hashes.is_empty() {
            let hash = |hash: &str| Hash {
                hash: hash.to_owned(),
                by: "laptop".to_owned(),
                at: "2026-01-01T00:00:00Z".to_owned(),
                counter,
                settled: yes[1],
            };
            let state = SyncState {
                hashes: hashes.into_iter().map(hash).collect(),
                counter,
                resolved: 0,
            };
            ledger.rows.sync.insert((date(), Source::Yaml), state);
            ledger.edited.extend(yes[0].then_some(Source::Yaml));
        }
        ledger
    })
}

fn version() -> impl Strategy<Value = Version> {
    let kept_out = vec![(Table::Tags, "rain"), (Table::Dates, "2030-01-02")];
    let note = select(&["Keep.\n", "x\n"][..]).prop_map(|text| format!("### Notes\n{text}"));
    (
        proptest::option::weighted(0.9, entry()),
        any::<bool>(),
        proptest::bool::weighted(0.1),
        subsequence(kept_out, 0..=2),
        proptest::option::of(note),
        ledger(),
    )
        .prop_map(|(entry, pending, deleted, out, note, ledger)| Version {
            entry,
            pending,
            deleted,
            kept_out: out
                .into_iter()
                .map(|(table, item)| (table, ItemKey::new(item)))
                .collect(),
            note,
            ledger,
        })
}

fn date() -> EntryDate {
    "2024-11-01".parse().unwrap()
}

/// An entry that keeps some of the names in use.
const OTHER: &str = "---\ndate: 2024-11-02\ntags: [rain]\npeople: [Orla]\ncity: Porto\n---\n";

fn put(store: &mut Store, version: &Version) {
    let now = store.version().unwrap();
    let put = |update: &mut crate::store::Update<'_>| {
        let entry = version.entry.as_ref();
        let entry = entry.map(|text| Entry::read(date(), text.as_bytes()).unwrap());
        let gone = DeletedRow {
            reason: "file removed".into(),
            ..DeletedRow::default()
        };
        let row = entry.as_ref().map(|entry| EntryRow {
            entry,
            path: "journal/md/2024/2024-11-01.md",
            pending: version.pending,
            deleted: version.deleted.then_some(&gone),
            kept_out: &version.kept_out,
        });
        let note = version.note.as_ref();
        let note = note.map(|text| Note::read(text.as_bytes()).unwrap());
        let note = note.as_ref();
        let before = update.before(date())?;
        update.put_entry(&before, row.as_ref())?;
        let note = note.map(|note| NoteRow {
            note,
            path: "wiki/x.md",
            pending: version.pending,
        });
        update.put_note(&before, note.as_ref())?;
        update.put_ledger(&before, &version.ledger)
    };
    store.update(now, put).unwrap();
}

/// A database with one other entry.
fn store() -> Store {
    let mut store = Store::pretend(Path::new("unused")).unwrap();
    let now = store.version().unwrap();
    let put = |update: &mut crate::store::Update<'_>| {
        let date = "2024-11-02".parse().unwrap();
        let entry = Entry::read(date, OTHER.as_bytes()).unwrap();
        let row = EntryRow {
            entry: &entry,
            path: "journal/md/2024/2024-11-02.md",
            pending: false,
            deleted: None,
            kept_out: &BTreeSet::new(),
        };
        update.put_entry(&update.before(date)?, Some(&row))
    };
    store.update::<_, StoreError>(now, put).unwrap();
    store
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn rows_are_those_of_the_last_version_whatever_stood_there(
        versions in proptest::collection::vec(version(), 1..4),
        last in version(),
    ) {
        let (mut steps, mut anew) = (store(), store());
        for version in &versions {
            put(&mut steps, version);
        }
        put(&mut steps, &last);
        put(&mut anew, &last);
        prop_assert_eq!(steps.dump().unwrap(), anew.dump().unwrap());
        prop_assert_eq!(steps.check().unwrap(), Vec::<String>::new());
    }
}

/// What stands in a table of the database: key, other columns.
type Columns = (BTreeSet<String>, BTreeSet<String>);

#[test]
fn every_table_of_an_entry_is_described_with_all_its_columns() {
    let described = Kind::ALL.map(|kind| {
        let Shape {
            table,
            key,
            rest,
            later,
        } = kind.shape();
        let later = later.map(|(column, _)| column);
        let texts = |names: &[&str]| names.iter().map(ToString::to_string).collect();
        let mut rest: BTreeSet<String> = texts(rest);
        rest.extend(later.map(str::to_owned));
        (table.to_owned(), (texts(key), rest))
    });
    let described: BTreeMap<String, Columns> = described.into();

    let sql = "SELECT s.name, c.name, c.pk FROM sqlite_schema s, pragma_table_info(s.name) c
        WHERE s.type = 'table'";
    let rows = store().read(|c| {
        let mut rows = c.prepare(sql)?;
        let rows = rows.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))?;
        rows.collect::<rusqlite::Result<Vec<(String, String, bool)>>>()
    });
    let mut there: BTreeMap<String, Columns> = BTreeMap::new();
    for (table, column, in_key) in rows.unwrap() {
        let (key, rest) = there.entry(table).or_default();
        if in_key { key } else { rest }.insert(column);
    }
    // What is of an entry alone has it in its key.
    there.retain(|_, (key, _)| key.remove("entry"));
    assert!(there.remove("entry_people").is_some());
    assert_eq!(there, described);
}
