//! What is done with whatever stands at the database's place.
#![allow(clippy::disallowed_methods)]

mod rows;

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::Connection;

use super::*;
use crate::journal::Entry;

fn fill(store: &mut Store) {
    let date = "2024-11-01".parse().unwrap();
    let entry = Entry::read(date, b"---\ndate: 2024-11-01\ntags: [rain]\n---\nx\n").unwrap();
    let version = store.version().unwrap();
    store
        .update(version, |update| {
            let row = EntryRow {
                entry: &entry,
                path: "journal/md/2024/2024-11-01.md",
                pending: false,
                deleted: None,
                kept_out: &BTreeSet::new(),
            };
            update.put_entry(&update.before(date)?, Some(&row))
        })
        .unwrap();
}

/// Opens, fills, and gives why it was made anew.
fn open(path: &Path) -> Option<Fresh> {
    let (mut store, fresh) = Store::open(path, Some(0)).unwrap();
    assert_eq!(store.is_empty(), fresh.is_some());
    fill(&mut store);
    assert_eq!(store.check().unwrap(), [] as [&str; 0]);
    let tags = store
        .dump()
        .unwrap()
        .iter()
        .filter(|r| r.starts_with("entry_tags"))
        .count();
    assert_eq!(tags, 1);
    fresh
}

#[test]
fn a_database_is_made_where_there_is_none_and_kept_where_it_is_ours() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("data/palimpsest.db");
    assert_eq!(open(&path), Some(Fresh::Missing));
    assert_eq!(open(&path), None);
    let (store, fresh) = Store::recreate(&path, None).unwrap();
    assert!(store.is_empty() && fresh == Fresh::Asked);
}

#[test]
fn one_that_is_made_anew_keeps_its_rows_until_it_has_others() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("palimpsest.db");
    open(&path);
    let (mut reader, _) = Store::open(&path, Some(0)).unwrap();
    let rows = reader.dump().unwrap();
    let (mut again, _) = Store::recreate(&path, Some(0)).unwrap();
    let stop = again.update(0, |update| {
        update.set_meta("head", "new")?;
        Err::<(), _>(StoreError::Corrupt { path: path.clone() })
    });
    assert!(stop.is_err() && again.is_empty());
    assert_eq!(reader.dump().unwrap(), rows);
    let version = reader.version().unwrap();
    fill(&mut again);
    assert!(!again.is_empty());
    // The reader has the same file still, and hears of it.
    let moved = reader.update(version, |_| Ok::<_, StoreError>(()));
    assert!(matches!(moved, Err(StoreError::Moved { .. })), "{moved:?}");
    assert_eq!(reader.dump().unwrap(), rows);
    // What another program made in it goes with the rest.
    Connection::open(&path)
        .unwrap()
        .execute_batch(
            "CREATE TABLE \"a \"\"b\" (id INTEGER); CREATE VIEW v AS SELECT 1;
             CREATE TABLE child (tag TEXT REFERENCES tags (name)); ANALYZE;
             INSERT INTO child SELECT name FROM tags;",
        )
        .unwrap();
    fill(&mut Store::recreate(&path, Some(0)).unwrap().0);
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('a \"b', 'v', 'child')";
    let left: i64 = Connection::open(&path)
        .unwrap()
        .query_row(tables, [], |r| r.get(0))
        .unwrap();
    assert_eq!(left, 0);
    assert_eq!(open(&path), None);
}

#[test]
fn two_that_found_none_fill_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("palimpsest.db");
    let (mut one, _) = Store::open(&path, Some(0)).unwrap();
    open(&path);
    // Only now, as a process does that was slow.
    let version = one.version().unwrap();
    let moved = one.update(version, |_| Ok::<_, StoreError>(()));
    assert!(matches!(moved, Err(StoreError::Moved { .. })), "{moved:?}");
    assert!(!one.is_empty());
    fill(&mut one);
}

/// It may come from a checkout that runs at the same time.
#[test]
fn a_journal_that_comes_later_is_not_played_back_either() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("palimpsest.db");
    open(&path);
    let (mut store, _) = Store::open(&path, Some(0)).unwrap();
    let version = store.version().unwrap();
    let journal = folder.path().join("palimpsest.db-journal");
    // The end alone tells; SQLite is not asked what it makes of the rest.
    std::fs::write(&journal, b"name\xd9\xd5\x05\xf9\x20\xa1\x63\xd7").unwrap();
    let read = store.dump();
    assert!(matches!(read, Err(StoreError::Corrupt { .. })), "{read:?}");
    let wrote = store.update(version, |_| Ok::<_, StoreError>(()));
    assert!(
        matches!(wrote, Err(StoreError::Corrupt { .. })),
        "{wrote:?}"
    );
    assert!(journal.exists());
    // Another program's database may not be replaced.
    drop(store);
    let foreign = Connection::open(&path).unwrap();
    std::fs::remove_file(&journal).unwrap();
    foreign.pragma_update(None, "application_id", 7).unwrap();
    drop(foreign);
    std::fs::create_dir(&journal).unwrap();
    let opened = Store::open(&path, Some(0)).map(|_| ());
    let told = opened.unwrap_err().to_string();
    assert!(
        told.contains("a folder in the place of the database's journal"),
        "{told}"
    );
}

#[test]
fn another_version_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("palimpsest.db");
    open(&path);
    Connection::open(&path)
        .unwrap()
        .pragma_update(None, "user_version", 99)
        .unwrap();
    assert_eq!(open(&path), Some(Fresh::OtherVersion(99)));
    assert_eq!(open(&path), None);
}

#[test]
fn a_damaged_one_is_replaced() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("palimpsest.db");
    open(&path);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100..4096].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(open(&path), Some(Fresh::Damaged));
    // A process that was killed before it wrote anything.
    std::fs::write(&path, b"").unwrap();
    assert_eq!(open(&path), Some(Fresh::Missing));
}

#[test]
fn a_foreign_file_is_kept_under_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("palimpsest.db");
    let kept = |n: u8| folder.path().join(format!("palimpsest.db.foreign-{n}"));
    let foreign = Connection::open(&path).unwrap();
    foreign
        .execute_batch("CREATE TABLE entries (id INTEGER); INSERT INTO entries VALUES (7)")
        .unwrap();
    drop(foreign);
    assert_eq!(open(&path), Some(Fresh::Foreign { kept: kept(1) }));
    let id: i64 = Connection::open(kept(1))
        .unwrap()
        .query_row("SELECT id FROM entries", [], |r| r.get(0))
        .unwrap();
    assert_eq!(id, 7);
    std::fs::write(
        &path,
        "no database at all, but somebody's text\n".repeat(20),
    )
    .unwrap();
    assert_eq!(open(&path), Some(Fresh::Foreign { kept: kept(2) }));
}

#[test]
fn a_lock_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("palimpsest.db");
    open(&path);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let error = Store::open(&path, Some(0)).map(|_| ()).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
    assert!(error.to_string().contains("locked by"), "{error}");
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(open(&path), None);
}

#[test]
fn what_another_process_wrote_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("palimpsest.db");
    open(&path);
    let (mut one, _) = Store::open(&path, Some(0)).unwrap();
    let version = one.version().unwrap();
    let (mut other, _) = Store::open(&path, Some(0)).unwrap();
    let now = other.version().unwrap();
    other
        .update(now, |update| update.set_meta("head", "other"))
        .unwrap();
    let moved = one
        .update(version, |_| Ok::<_, StoreError>(()))
        .unwrap_err();
    assert!(matches!(moved, StoreError::Moved { .. }));
    let version = one.version().unwrap();
    one.update(version, |_| Ok::<_, StoreError>(())).unwrap();
}

#[test]
fn a_file_that_was_made_anew_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("palimpsest.db");
    open(&path);
    let (mut one, _) = Store::open(&path, Some(0)).unwrap();
    let version = one.version().unwrap();
    std::fs::remove_file(&path).unwrap();
    open(&path);
    let moved = one.update(version, |update| {
        let before = update.before("2024-11-01".parse().unwrap())?;
        update.put_entry(&before, None)
    });
    assert!(matches!(moved, Err(StoreError::Moved { .. })), "{moved:?}");
}

#[test]
fn a_failed_update_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("palimpsest.db");
    open(&path);
    let (mut store, _) = Store::open(&path, None).unwrap();
    let before = store.dump().unwrap();
    let version = store.version().unwrap();
    let stop = store.update(version, |update| {
        let before = update.before("2024-11-01".parse().unwrap())?;
        update.put_entry(&before, None)?;
        Err::<(), _>(StoreError::Corrupt { path: path.clone() })
    });
    assert!(stop.is_err());
    assert_eq!(store.dump().unwrap(), before);
}

#[test]
fn a_copy_that_cannot_be_written_is_named_and_not_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = Store::open(&folder.path().join("palimpsest.db"), Some(0)).unwrap();
    fill(&mut store);
    let to = folder.path().join("none/copy.db");
    let error = store.snapshot(&to).unwrap_err().to_string();
    assert!(
        error.starts_with(&format!("{}: it", to.display())),
        "{error}"
    );
    assert!(error.contains("look whether the disk is well"), "{error}");
}

#[test]
fn a_database_can_be_made_where_its_nearest_folder_can_be_written() {
    let folder = tempfile::tempdir().unwrap();
    assert!(Store::can_be_made(&folder.path().join("data/index/a.db")));
    // Nobody can make a file there; elsewhere there is no such folder.
    if Path::new("/proc/self").is_dir() {
        assert!(!Store::can_be_made(Path::new("/proc/self/data/a.db")));
    }
}
