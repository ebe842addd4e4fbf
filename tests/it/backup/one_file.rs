//! A file system that ignores case, or the form of accents, leads two paths to one file.
//! Two hard links stand for that here: two names, and one file behind them.

use super::*;

/// An entry's names: in the backup, and in the work tree since.
const AS_BACKED_UP: &str = "journal/md/2031/May/2031-05-04.md";
const AS_IT_IS: &str = "journal/md/2031/may/2031-05-04.md";

/// Sets a journal of one entry up and backs it up; gives the archive.
fn backed_up(laptop: &Machine<'_>) -> String {
    laptop.write(
        AS_BACKED_UP,
        "---\ndate: 2031-05-04\n---\nWent to the quay.\n",
    );
    laptop.palimpsest(["init"]).ok();
    laptop.palimpsest(["backup-full"]).ok();
    format!("{FOLDER}/{}", backups(laptop).remove(0))
}

/// Gives the entry's file its other name as well.
fn link(laptop: &Machine<'_>) {
    fs::create_dir_all(laptop.path("journal/md/2031/may")).unwrap();
    fs::hard_link(laptop.path(AS_BACKED_UP), laptop.path(AS_IT_IS)).unwrap();
}

#[test]
fn a_file_of_the_backup_is_not_removed_under_its_other_name() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let archive = backed_up(&laptop);
    link(&laptop);
    laptop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("0 files written, 0 removed");
    assert!(laptop.exists(AS_IT_IS) && laptop.exists(AS_BACKED_UP));
}

#[test]
fn what_is_backed_up_under_another_name_is_kept() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let archive = backed_up(&laptop);
    laptop.edit(AS_BACKED_UP, "quay", "pier");
    link(&laptop);
    // The one name is backed up before the restore, and the other is not.
    laptop.write(".git/info/exclude", "May/\n");

    laptop.palimpsest(["restore-full", &archive]).ok();
    assert!(laptop.read(AS_BACKED_UP).contains("quay"));
}
