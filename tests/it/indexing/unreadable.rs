//! A file or a folder without read permission: another user's, a service's of a NAS. It is
//! named, the others go on, and nothing in it counts as deleted.

use std::fs::{Permissions, set_permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use super::*;
use crate::sandbox::{DAY, Run, journal};

const SECRET: &str = "2024-11-03";
const FOLDER: &str = "journal/md/2024";
const BACKUPS: &str = "backups/full_data";

/// A journal of three entries with a note of the last one, whose commands are run by a user
/// that permissions hold for; `None` where nobody can become one.
struct Bound<'a> {
    machine: Machine<'a>,
    is_root: bool,
}

impl<'a> Bound<'a> {
    fn new(sandbox: &'a Sandbox) -> Option<Self> {
        let (machine, _) = journal(
            sandbox,
            &[
                (DAY, "people: [Alice]", "One.\n"),
                ("2024-11-02", "people: [Alice]", "Two.\n"),
                (SECRET, "people: [Orla]", "Three.\n"),
            ],
        );
        machine.write(&note(SECRET), "A note.\n");
        machine.commit("A note");
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
        let root = sandbox.root().display().to_string();
        let bound = Self { machine, is_root };
        if is_root {
            let chown = ["-R", "65534:65534", &root];
            bound.machine.run_with(&[], "chown", chown).ok();
            if bound.run("true", &[]).code != 0 {
                println!("skipped: root can read every file");
                return None;
            }
        }
        Some(bound)
    }

    fn run(&self, program: &str, args: &[&str]) -> Run {
        if !self.is_root {
            return self.machine.run_with(&[], program, args);
        }
        let user = ["--reuid=65534", "--regid=65534", "--clear-groups", program];
        let all = user.iter().chain(args);
        self.machine.run_with(&[], "setpriv", all)
    }

    fn metadb(&self, args: &[&str]) -> Run {
        self.run("metadb", args)
    }

    fn permit(&self, path: &str, mode: u32) {
        set_permissions(self.machine.path(path), Permissions::from_mode(mode)).unwrap();
    }

    /// All listings answer and name what cannot be read; no entry counts as deleted.
    fn all_goes_on(&self, named: &str) {
        let show = self.metadb(&["show", SECRET]).ok().lacks("deleted");
        show.says("Orla").says("A note.").warns(named);
        for listing in [
            &["show", DAY][..],
            &["sync", "conflicts"],
            &["sync", "status"],
            &["tombstone", "list"],
        ] {
            self.metadb(listing).ok().warns(named).warns("chmod u+r");
        }
        let list = self.metadb(&["restore", "--list"]).ok();
        list.is("No entry is deleted");
        let restore = self.metadb(&["restore", "Entry", SECRET]);
        restore.fails().never_mentions("Restored");
    }

    fn nothing_is_deleted(&self) {
        assert_eq!(self.run("git", &["status", "--short"]).ok().text(), "");
        self.machine.age(FOLDER);
        self.run("yaml2sql", &["sync", "journal/md"])
            .ok()
            .lacks("deleted  ")
            .says("0 failed");
        self.metadb(&["show", SECRET])
            .ok()
            .lacks("State")
            .says("Orla");
        let rows = self.machine.ledger(2024);
        assert!(rows.deletions.is_empty() && rows.tombstones.is_empty());
    }
}

fn note(date: &str) -> String {
    format!("wiki/entries/2024/{date}.md")
}

#[test]
fn a_file_that_may_not_be_read_stops_no_other() {
    let sandbox = Sandbox::new();
    let Some(bound) = Bound::new(&sandbox) else {
        return;
    };
    let secret = entry(SECRET);
    for path in [&secret, &note(SECRET)] {
        bound.permit(path, 0);
        bound.all_goes_on(path);
        let sync = bound.run("yaml2sql", &["sync", "journal/md"]);
        sync.exits(i32::from(*path == secret)).says("0 deleted");
        bound
            .run("wiki2sql", &["import", "entries"])
            .says("0 deleted");
        let backup = bound.run("palimpsest", &["backup-full"]).exits(1);
        backup.says("1 more file could not be").warns(path);
        let anew = bound.run("palimpsest", &["reindex"]).exits(1).warns(path);
        anew.says("3 entries (0 deleted), 1 note, 1 file that cannot be read");
        bound.all_goes_on(path);
        let doctor = bound.run("palimpsest", &["doctor"]).exits(1);
        doctor.says(path).says("chmod u+r");
        bound.permit(path, 0o644);
    }
    bound.nothing_is_deleted();
    // Nor does a backup without a file push out one that has it, or take the file away.
    let backups = || {
        std::fs::read_dir(bound.machine.path(BACKUPS))
            .unwrap()
            .count()
    };
    bound.permit(&secret, 0);
    let backup = ["backup-full", "--suffix", "x", "--keep", "1"];
    bound
        .run("palimpsest", &["backup-full", "--suffix", "x"])
        .exits(1);
    let before = backups();
    let kept = bound.run("palimpsest", &backup).exits(1);
    kept.warns("older backups stay");
    assert_eq!(backups(), before + 1);
    bound.permit(&secret, 0o644);
    let name = std::fs::read_dir(bound.machine.path(BACKUPS)).unwrap();
    let name = name.map(|file| file.unwrap().file_name().into_string().unwrap());
    let name = name
        .filter(|name| name.ends_with("_x.tar.gz"))
        .max()
        .unwrap();
    let unread = format!("{secret}: not in the backup, since it could not be read");
    let restored = bound.run("palimpsest", &["restore-full", &name]).ok();
    restored
        .warns(&unread)
        .warns(&format!("{secret}: not in the backup, and left as it is"));
    bound.nothing_is_deleted();
    // It may have moved since.
    let moved = "journal/md/moved.md".replace("moved", SECRET);
    let rename = |from: &str, to: &str| {
        let place = |path: &str| bound.machine.path(path);
        std::fs::rename(place(from), place(to)).unwrap();
    };
    rename(&secret, &moved);
    bound.run("palimpsest", &["restore-full", &name]).ok();
    rename(&moved, &secret);
    bound.nothing_is_deleted();
    let into = ["restore-full", &name, "--into", "../beside"];
    bound.run("palimpsest", &into).ok().warns(&unread);
    bound.run("palimpsest", &backup).ok().says("removed ");

    // A commit of another entry, and one that a pull brings, go on.
    bound.permit(&secret, 0);
    bound.machine.edit_entry(DAY, "Alice", "Alice, Bob");
    bound
        .run("git", &["commit", "-qm", "Bob", &entry(DAY)])
        .ok();
    bound.all_goes_on(&secret);
    let update = ["update", &secret, &entry(DAY)];
    bound.run("yaml2sql", &update).exits(1).warns(&secret);
    bound.permit(&secret, 0o644);
    bound.nothing_is_deleted();
}

#[test]
fn nothing_in_a_folder_that_may_not_be_read_counts_as_deleted() {
    let sandbox = Sandbox::new();
    let Some(bound) = Bound::new(&sandbox) else {
        return;
    };
    // Without any permission, listed and not entered, entered and not listed; and the folder
    // above that of the settings.
    for (folder, mode, named) in [
        (FOLDER, 0, FOLDER),
        (FOLDER, 0o444, FOLDER),
        (FOLDER, 0o111, FOLDER),
        ("journal", 0, "journal/md"),
    ] {
        bound.permit(folder, mode);
        bound.all_goes_on(named);
        bound
            .run("yaml2sql", &["sync", "journal/md"])
            .exits(1)
            .says("0 deleted");
        bound.run("palimpsest", &["reindex"]).exits(1).warns(named);
        bound.all_goes_on(named);
        let backup = bound.run("palimpsest", &["backup-full"]).exits(1);
        backup.says("could not be").warns(named);
        let doctor = bound.run("palimpsest", &["doctor"]).exits(1);
        doctor.says(named).says("chmod u+rx");
        bound.permit(folder, 0o755);
    }
    bound.nothing_is_deleted();
}

#[test]
fn what_may_not_be_read_is_named_with_what_makes_it_readable() {
    let sandbox = Sandbox::new();
    let Some(bound) = Bound::new(&sandbox) else {
        return;
    };
    bound.machine.edit_entry(DAY, "Alice", "Bob");
    bound.run("git", &["commit", "-qam", "Bob"]).ok();
    let left = "journal/md/2024/2024-11-01 (conflicted copy).md";
    bound.machine.write(left, "x\n");
    let blob = format!("HEAD:{}", entry(DAY));
    let id = bound.run("git", &["rev-parse", &blob]).ok();
    let id = id.text();
    let object = format!(".git/objects/{}/{}", &id[..2], &id[2..]);
    for (path, chmod) in [
        (crate::sandbox::LEDGER, "chmod u+r "),
        ("data/ledger", "chmod u+rx "),
        (&object, "chmod u+r "),
    ] {
        bound.permit(path, 0);
        let doctor = bound.run("palimpsest", &["doctor"]).exits(1);
        let doctor = doctor.says(path).says(chmod).lacks("--refetch");
        // It does not stop the other checks.
        doctor.says("conflicted copy");
        if path.starts_with("data") {
            bound.metadb(&["show", DAY]).fails().warns(chmod);
        }
        bound.permit(path, if chmod.contains('x') { 0o755 } else { 0o644 });
    }
    bound.metadb(&["show", DAY]).ok();
}

/// SQLite writes a journal beside the database before it writes the database.
#[test]
fn a_folder_of_the_database_that_may_not_be_written_is_named_by_doctor() {
    let sandbox = Sandbox::new();
    let Some(bound) = Bound::new(&sandbox) else {
        return;
    };
    bound.metadb(&["show", DAY]).ok();
    bound.run("palimpsest", &["doctor"]).ok();
    bound.permit("data", 0o555);
    bound.machine.edit_entry(DAY, "Alice", "Alice, Bob");
    bound.run("yaml2sql", &["sync", "journal/md"]).fails();
    let doctor = bound.run("palimpsest", &["doctor"]).exits(1);
    doctor
        .says("its folder cannot be written")
        .says("chmod u+w data, or chown what is another user's (");
    bound.permit("data/palimpsest.db", 0o444);
    let doctor = bound.run("palimpsest", &["doctor"]).exits(1);
    doctor.says("chmod u+w data data/palimpsest.db, or chown what is another user's (");
    bound.permit("data", 0o755);
    bound.run("yaml2sql", &["sync", "journal/md"]).ok();
    bound.run("palimpsest", &["doctor"]).ok();
}

/// As after `sudo`: the commit is made, and its ledger stays behind.
#[test]
fn a_ledger_that_may_not_be_written_follows_once_it_may() {
    let sandbox = Sandbox::new();
    let Some(bound) = Bound::new(&sandbox) else {
        return;
    };
    bound.permit("data/ledger", 0o555);
    bound.machine.edit_entry(DAY, "Alice", "Bob");
    let commit = bound.run("git", &["commit", "-qam", "Bob"]).ok();
    commit.warns("data/ledger`, or `chown` it if it is another user's");
    let doctor = bound.run("palimpsest", &["doctor"]).exits(1);
    let doctor = doctor.says("data/ledger/2024.jsonl: as it was before HEAD");
    let mend = doctor.stdout.lines().find_map(|l| l.split_once("mend: "));
    let (chmod, fix) = mend.unwrap().1.split_once(", then ").unwrap();
    assert!(
        chmod.ends_with(", or `chown` it if it is another user's"),
        "{doctor}"
    );
    bound
        .run("sh", &["-c", chmod.split('`').nth(1).unwrap()])
        .ok();
    bound.run("sh", &["-c", fix]).ok();
    bound.run("palimpsest", &["doctor"]).ok();
    assert_eq!(bound.run("git", &["status", "--short"]).ok().text(), "");
}
