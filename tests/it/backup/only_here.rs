//! What neither HEAD nor the index has is named where a restore takes it away.

use super::*;

/// The last backup, unpacked beside the journal.
fn before_restore<'a>(sandbox: &'a Sandbox, laptop: &Machine<'_>) -> (String, Machine<'a>) {
    let archive = format!("{FOLDER}/{}", backups(laptop).pop().unwrap());
    assert!(archive.ends_with("_before-restore.tar.gz"), "{archive}");
    let into = ["restore-full", &archive, "--into", "../before"];
    laptop.palimpsest(into).ok();
    (archive, sandbox.folder("before"))
}

#[test]
fn files_that_git_does_not_have_are_named_with_the_archive() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    laptop.write_entry("2031-05-06", "", "Committed.\n");
    laptop.commit("A third day");
    laptop.write_entry("2031-05-07", "", "Staged.\n");
    laptop.git(["add", "journal"]).ok();
    let lost = [
        entry("2031-05-04"),
        entry("2031-05-08"),
        "journal/md/2031/img/ferry.jpg".to_owned(),
        "journal/md/todo.txt".to_owned(),
        "wiki/entries/plan.canvas".to_owned(),
        "wiki/entries/x.canvas".to_owned(),
    ];
    laptop.edit(&lost[0], "quay", "pier");
    laptop.write_entry("2031-05-08", "", "Not added.\n");
    lost[2..].iter().for_each(|path| laptop.write(path, path));
    let texts = lost.each_ref().map(|path| laptop.read(path));
    let run = laptop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("2 files written, 7 removed");
    let (before, unpacked) = before_restore(&sandbox, &laptop);
    let named = lost[..5].join(", ");
    run.warns(&format!(
        "{named} and 1 more: neither HEAD nor git's index has what stood there; it is in {before}"
    ));
    assert_eq!(lost.each_ref().map(|path| unpacked.read(path)), texts);
}

/// What is committed or staged is not named, whatever its line ends are.
#[test]
fn nothing_is_named_where_git_has_it_all() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    laptop.git(["config", "core.autocrlf", "true"]).ok();
    laptop.write_entry("2031-05-06", "", "Committed.\n");
    laptop.edit_entry("2031-05-04", "quay", "pier");
    laptop.commit("A third day");
    for day in ["2031-05-04", "2031-05-06"] {
        let text = laptop.read_entry(day).replace('\n', "\r\n");
        laptop.write(&entry(day), text);
    }
    laptop.edit_entry("2031-05-05", "Stayed in.", "Went out.");
    laptop.git(["add", "journal"]).ok();
    laptop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("3 files written, 1 removed")
        .silent_about("neither HEAD");
    assert!(!laptop.exists(&entry("2031-05-06")));
}

/// A database browser with an open transaction, say.
#[test]
fn files_are_named_also_where_the_index_cannot_be_made_anew() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    laptop.edit_entry("2031-05-04", "quay", "pier");
    laptop.write("journal/md/draft.md", "Mine.\n");
    // So that nothing has to be written first.
    for folder in ["journal", "wiki", "data/ledger"] {
        laptop.age(folder);
    }
    laptop.metadb(["sync", "status"]).ok();
    let holder = rusqlite::Connection::open(laptop.path("data/palimpsest.db")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let wait = [("PALIMPSEST_LOCK_WAIT", "0")];
    laptop
        .run_with(&wait, "palimpsest", ["restore-full", &archive])
        .ok()
        .says("1 file written, 1 removed")
        .warns("journal/md/2031/2031-05-04.md, journal/md/draft.md: neither HEAD nor git's index")
        .warns("the index is not up to date, and will be with the next command")
        .warns("for more than 0 s")
        .says("look at it with `git status`");
    holder.execute_batch("ROLLBACK").unwrap();
    laptop
        .metadb(["show", "2031-05-04", "--full"])
        .ok()
        .lacks("pier");
    let rows = dump(&laptop.path("data/palimpsest.db"));
    laptop.palimpsest(["reindex"]).ok();
    assert_eq!(dump(&laptop.path("data/palimpsest.db")), rows);
}
