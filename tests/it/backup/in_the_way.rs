//! What stands where a backup's files go, and is in no backup.

use super::*;

/// Refused, with this path, and nothing is written.
#[track_caller]
fn refused_at(laptop: &Machine<'_>, archive: &str, path: &str) {
    let before = files(laptop.dir());
    laptop
        .palimpsest(["restore-full", archive])
        .exits(1)
        .warns(path);
    let mut after = files(laptop.dir());
    // The index may be looked at, and is derived.
    after.insert(
        "data/palimpsest.db".into(),
        before["data/palimpsest.db"].clone(),
    );
    assert_eq!(after, before);
}

#[test]
fn a_file_that_git_ignores_is_not_written_over() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let file = entry("2031-05-04");
    let backed_up = laptop.read(&file);
    laptop.git(["rm", "-q", "--cached", &file]).ok();
    laptop.write(".gitignore", laptop.read(".gitignore") + "2031-05-04.md\n");
    laptop.commit("Private from now on");
    laptop.edit(&file, "quay", "ten private pages");
    refused_at(&laptop, &archive, &file);
    // The same bytes are no reason.
    laptop.write(&file, backed_up);
    laptop.palimpsest(["restore-full", &archive]).ok();
}

#[test]
fn a_file_of_another_repository_is_not_written_over() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let file = entry("2031-05-04");
    laptop.git(["rm", "-rq", "journal/md/2031"]).ok();
    laptop.commit("The year moves out");
    let inner = sandbox.repository("laptop/journal/md/2031");
    inner.write("2031-05-04.md", "---\ndate: 2031-05-04\n---\nOf its own.\n");
    refused_at(&laptop, &archive, &file);
}

#[test]
fn a_file_in_the_place_of_a_folder_is_said_before_anything_is_written() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    fs::remove_dir_all(laptop.path("journal/md/2031")).unwrap();
    laptop.write("journal/md/2031", "Not a folder.\n");
    laptop.write_entry("2030-01-01", "", "Stays.\n");
    refused_at(&laptop, &archive, "journal/md/2031: not a directory");
    assert_eq!(backups(&laptop).len(), 1);
}

/// Then the backups are what is looked for.
#[test]
fn the_backups_are_listed_where_gits_index_cannot_be_read() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &ENTRIES);
    laptop.palimpsest(["backup-full"]).ok();
    laptop.write(".git/index", "broken");
    laptop
        .palimpsest(["backup-list-full"])
        .ok()
        .says("palimpsest-data-full_")
        .warns("it is not known which of them git tracks");
    laptop
        .palimpsest(["backup-list-full", "--json"])
        .ok()
        .says("\"tracked\": null");
}

/// As recovery.md advises where a file system refuses locks.
#[test]
fn a_link_in_the_place_of_the_database_stays_and_is_no_reason() {
    let sandbox = Sandbox::new();
    let (laptop, _) = backed_up(&sandbox);
    let (link, elsewhere) = ("data/palimpsest.db", sandbox.root().join("elsewhere.db"));
    laptop.remove(link);
    std::os::unix::fs::symlink(&elsewhere, laptop.path(link)).unwrap();
    laptop.palimpsest(["backup-full"]).ok();
    let archive = backups(&laptop).pop().unwrap();
    let there = kept(laptop.dir());
    let rows = dump(&elsewhere);
    laptop.edit_entry("2031-05-05", "[rain]", "[sun]");
    laptop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("1 file written");
    assert_eq!(kept(laptop.dir()), there);
    assert!(laptop.path(link).is_symlink());
    assert_eq!(dump(&elsewhere), rows);
}
