//! `backup-full`, `backup-list-full`, `restore-full`: the same bytes come back, and
//! nothing is changed by an archive that is not what it should be.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use palimpsest::repo::Repo;
use palimpsest::store::Store;

use crate::sandbox::{Machine, Sandbox, entry, journal};

mod damaged;
mod in_the_way;
mod into;
mod left_out;
mod moved;
mod one_file;
mod only_here;
mod theirs;
mod whole_folder;

const FOLDER: &str = "backups/full_data";

const ENTRIES: [(&str, &str, &str); 2] = [
    ("2031-05-04", "people: [Orla, Bram]", "Went to the quay.\n"),
    ("2031-05-05", "tags: [rain]", "Stayed in.\n"),
];

/// Every file of a folder, git's and the backups left out.
fn files(top: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(top: &Path, dir: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
        for found in fs::read_dir(dir).unwrap() {
            let path = found.unwrap().path();
            let name = path.strip_prefix(top).unwrap().to_str().unwrap().to_owned();
            if name == ".git" || name == "backups" {
                continue;
            }
            if path.is_dir() {
                walk(top, &path, into);
            } else {
                into.insert(name, fs::read(path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(top, top, &mut all);
    all
}

/// The same, but for what is not the journal's own and the database.
fn kept(top: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut all = files(top);
    all.retain(|path, _| path != ".gitignore" && !path.ends_with(".db"));
    all
}

fn backups(machine: &Machine<'_>) -> Vec<String> {
    let folder = machine.path(FOLDER);
    let Ok(found) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = found
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn dump(database: &Path) -> Vec<String> {
    Store::open(database, None).unwrap().0.dump().unwrap()
}

/// A journal with a removal in its ledger, and the backup of it.
fn backed_up<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, String) {
    let (laptop, _) = journal(sandbox, &ENTRIES);
    laptop.write(
        "wiki/entries/2031/2031-05-04.md",
        "### Notes\nKeep the ferry.\n",
    );
    laptop.edit_entry("2031-05-04", "[Orla, Bram]", "[Orla]");
    laptop.commit("Take Bram out");
    laptop.palimpsest(["backup-full"]).ok();
    let name = backups(&laptop).remove(0);
    (laptop, format!("{FOLDER}/{name}"))
}

#[test]
fn into_a_new_folder() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    laptop.assert_clean();
    laptop
        .palimpsest(["restore-full", &archive, "--into", "../new"])
        .ok()
        .says("restored");
    let new = sandbox.root().join("new");
    assert_eq!(kept(&new), kept(laptop.dir()));
    let database = "data/palimpsest.db";
    assert_eq!(dump(&new.join(database)), dump(&laptop.path(database)));
    // It is a journal.
    let new = sandbox.repository("new");
    new.palimpsest(["init"]).ok();
    new.commit("Begin");
    new.assert_clean();
    new.metadb(["show", "2031-05-04"])
        .ok()
        .says("Orla")
        .lacks("Bram");
}

/// `backup-full` names the path from the top.
#[test]
fn the_path_that_was_said_works_in_every_folder() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let below = laptop.inside("journal/md");
    let said = below.palimpsest(["backup-full", "--suffix", "x"]).ok();
    let path = said
        .stdout
        .split_whitespace()
        .find(|word| word.contains(FOLDER));
    for path in [path.unwrap(), &archive, archive.rsplit('/').next().unwrap()] {
        below
            .palimpsest(["restore-full", path])
            .ok()
            .says("0 files written, 0 removed");
    }
    below
        .palimpsest(["restore-full", "backups/none.tar.gz"])
        .exits(1)
        .warns("backups/none.tar.gz: no such file");
}

#[test]
fn over_a_journal_after_a_backup_of_it() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let old = files(laptop.dir());
    let rows = dump(&laptop.path("data/palimpsest.db"));

    laptop.edit_entry("2031-05-04", "quay", "pier");
    laptop.remove(&entry("2031-05-05"));
    laptop.write_entry("2031-05-06", "", "A third day.\n");
    laptop.write("README.md", "Mine.\n");
    laptop.palimpsest(["reindex"]).ok();
    let new = kept(laptop.dir());
    laptop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("2 files written, 1 removed")
        .says("before-restore");

    laptop
        .git(["status", "--porcelain"])
        .ok()
        .is("?? README.md");
    laptop.remove("README.md");
    let mut back = files(laptop.dir());
    back.remove("data/palimpsest.db");
    let mut was = old.clone();
    was.remove("data/palimpsest.db");
    assert_eq!(back, was);
    assert_eq!(dump(&laptop.path("data/palimpsest.db")), rows);

    // And what was there can be had again.
    let before = backups(&laptop).remove(1);
    laptop.palimpsest(["restore-full", &before]).ok();
    let mut again = kept(laptop.dir());
    again.insert("README.md".into(), b"Mine.\n".to_vec());
    assert_eq!(again, new);
}

#[test]
fn a_file_that_cannot_be_in_it_is_no_success() {
    use std::os::unix::ffi::OsStrExt as _;
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &ENTRIES);
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.jpg");
    fs::write(laptop.path("journal/md").join(name), "picture").unwrap();
    laptop
        .palimpsest(["backup-full"])
        .exits(1)
        .says("verified); 1 more file could not be")
        .warns("its name is not UTF-8");
    fs::remove_file(laptop.path("journal/md").join(name)).unwrap();
    laptop.palimpsest(["backup-full"]).ok().says("verified)\n");
}

/// A program that looks for files with one content makes such links.
#[test]
fn another_name_of_a_restored_file_goes() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let day = entry("2031-05-04");
    let other = "journal/md/drafts/same.md";
    fs::create_dir_all(laptop.path("journal/md/drafts")).unwrap();
    fs::hard_link(laptop.path(&day), laptop.path(other)).unwrap();
    laptop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("1 removed");
    assert!(!laptop.path(other).exists());
    assert!(laptop.path(&day).exists());
}

#[test]
fn names_sort_by_time_and_old_ones_go() {
    let sandbox = Sandbox::new();
    let (laptop, first) = backed_up(&sandbox);
    laptop
        .palimpsest(["backup-list-full"])
        .ok()
        .says(first.rsplit('/').next().unwrap())
        .says("KB");
    for _ in 0..3 {
        sandbox.pass_days(30);
        laptop
            .palimpsest(["backup-full", "--suffix", "monthly", "--keep", "2"])
            .ok();
    }
    let names = backups(&laptop);
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(format!("{FOLDER}/{}", names[0]), first);
    assert!(names[1].ends_with("_monthly.tar.gz"), "{names:?}");
    let list = laptop.palimpsest(["backup-list-full", "--json"]).ok();
    let list: Vec<serde_json::Value> = serde_json::from_str(&list.stdout).unwrap();
    let listed: Vec<&str> = list.iter().map(|b| b["name"].as_str().unwrap()).collect();
    assert_eq!(listed, names);
    assert!(list[0]["age_seconds"].as_i64().unwrap() > 86_400 * 89);

    // Two in one second: the later one has a name of its own.
    for _ in 0..2 {
        let now = [("PALIMPSEST_NOW", "2030-01-01T00:00:00Z")];
        laptop.run_with(&now, "palimpsest", ["backup-full"]).ok();
    }
    assert_eq!(backups(&laptop).len(), 5);
    laptop
        .palimpsest(["backup-full", "--suffix", "../x"])
        .exits(2)
        .warns("no suffix");
    laptop.assert_clean();
}

/// A script may make several, and the first of them are gone by then.
#[test]
fn the_last_of_several_in_one_second_is_the_newest_by_name() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &ENTRIES);
    let file = entry("2031-05-04");
    let now = [("PALIMPSEST_NOW", "2030-01-01T00:00:00Z")];
    for keep in ["1", "2"] {
        let args = ["backup-full", "--suffix", "d", "--keep", keep];
        for text in ["One", "Two", "Three", "Four", "Five"] {
            laptop.write(&file, format!("---\ndate: 2031-05-04\n---\n{text}.\n"));
            laptop.run_with(&now, "palimpsest", args).ok();
        }
        let names = backups(&laptop);
        let texts = names.iter().map(|name| {
            let members = unpack(&laptop.path(&format!("{FOLDER}/{name}")));
            let (_, bytes) = members.into_iter().find(|m| m.0 == file).unwrap();
            String::from_utf8(bytes).unwrap()
        });
        let texts: Vec<String> = texts.collect();
        assert_eq!(texts.len().to_string(), keep, "{names:?}");
        assert!(texts.last().unwrap().ends_with("Five.\n"), "{names:?}");
        assert!(keep == "1" || texts[0].ends_with("Four.\n"), "{names:?}");
    }
    // A clock that was an hour ahead.
    let before = [("PALIMPSEST_NOW", "2029-12-31T23:00:00Z")];
    laptop.run_with(&before, "palimpsest", ["backup-full"]).ok();
    assert!(backups(&laptop)[0].contains("20291231_230000"));
}

#[test]
fn a_list_without_backups_is_no_error() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &ENTRIES);
    laptop
        .palimpsest(["backup-list-full"])
        .ok()
        .says("No backups");
    laptop
        .palimpsest(["backup-list-full", "--json"])
        .ok()
        .is("[]");
    laptop
        .palimpsest(["restore-full", "no.tar.gz"])
        .exits(1)
        .warns("no such file");
}

/// Refused over the journal and into a new folder, with these words, and nothing changed.
#[track_caller]
fn refused(laptop: &Machine<'_>, archive: &str, words: &str) {
    let (before, there) = (files(laptop.dir()), backups(laptop));
    for args in [
        &["restore-full", archive][..],
        &["restore-full", archive, "--into", "../refused"],
    ] {
        laptop.palimpsest(args).exits(1).warns(words);
    }
    assert_eq!(files(laptop.dir()), before);
    assert_eq!(backups(laptop), there);
    let beside = laptop.dir().parent().unwrap();
    let left = fs::read_dir(beside)
        .unwrap()
        .map(|e| e.unwrap().file_name());
    let left: Vec<_> = left
        .filter(|n| n.to_string_lossy().contains("re"))
        .collect();
    assert_eq!(left, ["remote.git"]);
}

/// The archive's members and their bytes.
fn unpack(archive: &Path) -> Vec<(String, Vec<u8>)> {
    let mut tar = tar::Archive::new(GzDecoder::new(fs::File::open(archive).unwrap()));
    let members = tar.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        (entry.path().unwrap().to_str().unwrap().to_owned(), bytes)
    });
    members.collect()
}

/// Packs members, the first one as something else than a file.
fn pack(archive: &Path, members: &[(String, Vec<u8>)], first: tar::EntryType) {
    let gzip = GzEncoder::new(fs::File::create(archive).unwrap(), Compression::fast());
    let mut tar = tar::Builder::new(gzip);
    for (at, (path, bytes)) in members.iter().enumerate() {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        if at == 0 {
            header.set_entry_type(first);
            header.set_link_name("/etc/passwd").unwrap();
        }
        // The library would refuse such a name.
        let name = path.as_bytes();
        header.as_old_mut().name[..name.len()].copy_from_slice(name);
        header.set_cksum();
        tar.append(&header, bytes.as_slice()).unwrap();
    }
    tar.into_inner().unwrap().finish().unwrap();
}

#[test]
fn a_link_in_the_way_is_not_followed() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let outside = sandbox.root().join("outside.md");
    fs::write(&outside, "Not ours.\n").unwrap();
    laptop.remove(&entry("2031-05-04"));
    std::os::unix::fs::symlink(&outside, laptop.path(&entry("2031-05-04"))).unwrap();
    laptop
        .palimpsest(["restore-full", &archive])
        .exits(1)
        .warns("a symbolic link");
    assert_eq!(fs::read_to_string(outside).unwrap(), "Not ours.\n");
    assert_eq!(backups(&laptop).len(), 1);
}

#[test]
fn only_an_empty_folder_is_filled() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let taken = sandbox.folder("taken");
    laptop
        .palimpsest(["restore-full", &archive, "--into", "../taken"])
        .ok();
    laptop
        .palimpsest(["restore-full", &archive, "--into", "../taken"])
        .exits(1)
        .warns("not empty");
    assert_eq!(kept(taken.dir()), kept(laptop.dir()));
}

#[test]
fn reindex_makes_the_same_rows() {
    let sandbox = Sandbox::new();
    let (laptop, _) = backed_up(&sandbox);
    laptop.edit_entry("2031-05-05", "[rain]", "[]");
    laptop.remove(&entry("2031-05-04"));
    laptop.write_entry("2031-05-07", "people: ['@Moth (Orla)']", "A fourth day.\n");
    laptop.write_entry("2031-05-08", "people: [", "Broken.\n");
    laptop.yaml2sql(["sync", "journal/md"]).exits(1);
    let database = laptop.path("data/palimpsest.db");
    let step_by_step = dump(&database);
    laptop
        .palimpsest(["reindex"])
        .exits(1)
        .says("made anew")
        .warns("2031-05-08.md:3:");
    assert_eq!(dump(&database), step_by_step);
    laptop.metadb(["show", "2031-05-07"]).ok().says("Orla");
    laptop.remove(&entry("2031-05-08"));
    laptop.palimpsest(["reindex"]).ok();
    let repo = Repo::discover(laptop.dir()).unwrap();
    let store = Store::open(&repo.workdir().join("data/palimpsest.db"), None);
    assert_eq!(store.unwrap().0.check().unwrap(), [] as [&str; 0]);
}
