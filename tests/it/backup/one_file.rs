//! A file system that ignores case, or the form of accents, leads two paths to one file.
//! Two hard links stand for that here: two names, and one file behind them.

use super::*;

#[test]
fn a_file_of_the_backup_is_not_removed_under_its_other_name() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let [as_backed_up, as_it_is] =
        ["May", "may"].map(|folder| format!("journal/md/2031/{folder}/2031-05-04.md"));
    laptop.write(
        &as_backed_up,
        "---\ndate: 2031-05-04\npeople: [Orla]\n---\nWent to the quay.\n",
    );
    laptop.palimpsest(["init"]).ok();
    laptop.palimpsest(["backup-full"]).ok();
    let archive = format!("{FOLDER}/{}", backups(&laptop).remove(0));
    fs::create_dir_all(laptop.path("journal/md/2031/may")).unwrap();
    fs::hard_link(laptop.path(&as_backed_up), laptop.path(&as_it_is)).unwrap();

    laptop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("0 files written, 0 removed");
    assert!(laptop.exists(&as_it_is) && laptop.exists(&as_backed_up));
}

#[test]
fn what_is_backed_up_under_another_name_is_kept() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let [as_backed_up, as_it_is] =
        ["May", "may"].map(|folder| format!("journal/md/2031/{folder}/2031-05-04.md"));
    laptop.write(
        &as_backed_up,
        "---\ndate: 2031-05-04\n---\nWent to the quay.\n",
    );
    laptop.palimpsest(["init"]).ok();
    laptop.palimpsest(["backup-full"]).ok();
    let archive = format!("{FOLDER}/{}", backups(&laptop).remove(0));
    // The one name is backed up before the restore, and the other is not.
    laptop.write(
        &as_backed_up,
        "---\ndate: 2031-05-04\n---\nWent to the pier.\n",
    );
    fs::create_dir_all(laptop.path("journal/md/2031/may")).unwrap();
    fs::hard_link(laptop.path(&as_backed_up), laptop.path(&as_it_is)).unwrap();
    laptop.write(".git/info/exclude", "May/\n");

    laptop.palimpsest(["restore-full", &archive]).ok();
    assert!(laptop.read(&as_backed_up).contains("quay"));
}
