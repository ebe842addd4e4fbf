//! Archives that somebody else made.

use std::fs;
use std::io::Read as _;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{backed_up, files, kept, pack, unpack};
use crate::sandbox::{Sandbox, entry};

/// Packs members as a backup whose manifest names each.
fn pack_as_backup<B: AsRef<[u8]>>(archive: &Path, members: &[(&str, B)]) {
    use sha2::{Digest as _, Sha256};
    let files: Vec<String> = members
        .iter()
        .map(|(path, text)| {
            let sum: String = Sha256::digest(text)
                .iter()
                .map(|b| format!("{b:02x}"))
                .collect();
            let size = text.as_ref().len();
            format!("{{\"path\":\"{path}\",\"size\":{size},\"sha256\":\"{sum}\"}}")
        })
        .collect();
    let manifest = format!(
        "{{\"version\":1,\"created\":\"2031-01-01T00:00:00Z\",\"machine\":\"m\",\"head\":\"\",\
         \"database\":\"\",\"files\":[{}]}}",
        files.join(",")
    );
    let mut all: Vec<(String, Vec<u8>)> = members
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_ref().to_vec()))
        .collect();
    all.push(("palimpsest-backup.json".to_owned(), manifest.into_bytes()));
    pack(archive, &all, tar::EntryType::Regular);
}

/// The settings of an archive say where its files go; over a journal that counts only
/// where the journal's own say the same.
#[test]
fn settings_of_an_archive_lead_to_no_other_files_of_the_repository() {
    let sandbox = Sandbox::new();
    let (laptop, _) = backed_up(&sandbox);
    laptop.write("Makefile", "all:\n");
    laptop.write(".husky/pre-push", "#!/bin/sh\n");
    laptop.commit("Other files");
    let archive = laptop.path("../theirs.tar.gz");
    let day = entry("2031-05-04");
    let before = files(laptop.dir());
    for (settings, path) in [
        ("[paths]\njournal = \".\"\n", "Makefile"),
        ("[paths]\nwiki = \".husky\"\n", ".husky/pre-push"),
        (
            "[paths]\nledger = \".github/workflows\"\n",
            ".github/workflows/ci.yml",
        ),
        ("[paths]\ndatabase = \"Makefile\"\n", &day),
    ] {
        pack_as_backup(
            &archive,
            &[("palimpsest.toml", settings), (path, "Theirs.\n")],
        );
        laptop
            .palimpsest(["restore-full", "../theirs.tar.gz"])
            .exits(1)
            .warns("its settings name");
        assert_eq!(files(laptop.dir()), before, "{path}");
    }
    // Of the attributes, only those that a journal needs.
    let attributes = "* filter=lfs\n/wiki/entries/**/*.md merge=palimpsest\n";
    let text = "---\ndate: 2031-05-04\n---\nTheirs.\n";
    pack_as_backup(&archive, &[(".gitattributes", attributes), (&day, text)]);
    laptop.palimpsest(["restore-full", "../theirs.tar.gz"]).ok();
    assert_eq!(laptop.read(&day), text);
    assert!(!laptop.read(".gitattributes").contains("lfs"));
}

/// Packs an archive anew, with other bytes for the database.
fn pack_with_database(archive: &Path, with: &[u8], to: &Path) {
    let members = unpack(archive);
    let members: Vec<(&str, &[u8])> = members
        .iter()
        .filter(|(path, _)| path != "palimpsest-backup.json")
        .map(|(path, bytes)| match path == "data/palimpsest.db" {
            true => (path.as_str(), with),
            false => (path.as_str(), bytes.as_slice()),
        })
        .collect();
    pack_as_backup(to, &members);
}

#[test]
fn rows_of_an_archive_are_not_believed() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let forged = sandbox.root().join("forged.db");
    fs::copy(laptop.path("data/palimpsest.db"), &forged).unwrap();
    let database = rusqlite::Connection::open(&forged).unwrap();
    database
        .execute_batch("PRAGMA foreign_keys = OFF; UPDATE entry_people SET person = 'Mallory' WHERE person = 'Bram'")
        .unwrap();
    drop(database);
    let forged = fs::read(&forged).unwrap();
    let theirs = laptop.path("../theirs.tar.gz");
    pack_with_database(&laptop.path(&archive), &forged, &theirs);
    let before = laptop.metadb(["show", "2031-05-04"]).ok().stdout;
    laptop.palimpsest(["restore-full", "../theirs.tar.gz"]).ok();
    assert_eq!(laptop.metadb(["show", "2031-05-04"]).ok().stdout, before);
}

/// As another version of the program made them.
#[test]
fn a_damaged_database_in_an_archive_is_left_out_and_the_rest_restored() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let there = kept(laptop.dir());
    let whole = fs::read(laptop.path("data/palimpsest.db")).unwrap();
    let mut zeros = whole.clone();
    zeros[8192..].fill(0);
    let theirs = laptop.path("../theirs.tar.gz");
    for (at, damaged) in [&zeros, &whole[..5_000], b"no database"].iter().enumerate() {
        pack_with_database(&laptop.path(&archive), damaged, &theirs);
        let into = format!("../new-{at}");
        laptop
            .palimpsest(["restore-full", "../theirs.tar.gz", "--into", &into])
            .ok()
            .warns("data/palimpsest.db: damaged in the backup, and left out");
        assert_eq!(kept(&laptop.path(&into)), there);
        assert!(!laptop.exists(&format!("{into}/data/palimpsest.db")));
        laptop.edit_entry("2031-05-04", "quay", "pier");
        laptop
            .palimpsest(["restore-full", "../theirs.tar.gz"])
            .ok()
            .says("1 file written");
        assert_eq!(kept(laptop.dir()), there);
        laptop.palimpsest(["doctor"]).ok();
    }
}

/// A name is read into memory before it is seen.
#[test]
fn a_name_without_end_is_refused_before_it_is_read() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.palimpsest(["init"]).ok();
    let archive = laptop.path("../theirs.tar.gz");
    let gzip = GzEncoder::new(fs::File::create(&archive).unwrap(), Compression::fast());
    let mut tar = tar::Builder::new(gzip);
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::GNULongName);
    let size = 100 << 20;
    header.set_size(size);
    header.set_cksum();
    tar.append(&header, std::io::repeat(b'x').take(size))
        .unwrap();
    tar.into_inner().unwrap().finish().unwrap();
    let run = laptop
        .palimpsest(["restore-full", "../theirs.tar.gz"])
        .exits(1);
    assert!(run.output().len() < 1_000);
    run.warns("a name of 104857600 bytes");
}

/// A header of a tar archive, of some type, with its size.
fn header(kind: tar::EntryType, size: u64) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(kind);
    header.set_path("a.md").unwrap();
    header.set_size(size);
    header.set_cksum();
    header
}

/// Each is read into memory, or has one who obeys it take content for headers.
#[test]
fn no_header_of_an_archive_is_read_that_is_longer_than_a_path_needs() {
    use tar::EntryType as Kind;
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.palimpsest(["init"]).ok();
    let archive = laptop.path("../theirs.tar.gz");
    let long = vec![b'x'; 1 << 20];
    let size = 1 << 20;
    let alone = |kind| vec![(header(kind, size), long.clone())];
    let padded = |mut bytes: Vec<u8>| {
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes
    };
    // A name in the content of a file, which is no content where the file's size is 0.
    let mut hidden = header(Kind::GNULongName, size).as_bytes().to_vec();
    hidden.extend(&long);
    let of_another_size = |kind| {
        let record = b"10 size=0\n".to_vec();
        let content = hidden.clone();
        vec![
            (header(kind, record.len() as u64), padded(record)),
            (header(Kind::Regular, content.len() as u64), content),
        ]
    };
    let mut sparse = header(Kind::GNUSparse, 0);
    sparse.as_gnu_mut().unwrap().isextended = [1];
    sparse.as_gnu_mut().unwrap().realsize = *b"00000000000\0";
    sparse.set_cksum();
    // Of 21 pieces each, all of them empty, and one more follows.
    let pieces = [&b"00000000000\0".repeat(42)[..], b"\x01\0\0\0\0\0\0\0"].concat();
    for (what, members, says) in [
        ("a long name", alone(Kind::GNULongName), "of 1048576 bytes"),
        ("a long link", alone(Kind::GNULongLink), "of 1048576 bytes"),
        ("pax", alone(Kind::XHeader), "of 1048576 bytes"),
        (
            "pax for all",
            alone(Kind::XGlobalHeader),
            "of 1048576 bytes",
        ),
        ("a folder", alone(Kind::Directory), "of 1048576 bytes"),
        ("two sizes", of_another_size(Kind::XHeader), "two sizes"),
        ("for all", of_another_size(Kind::XGlobalHeader), "two sizes"),
        ("sparse", vec![(sparse, pieces.repeat(100))], "sparse"),
    ] {
        let gzip = GzEncoder::new(fs::File::create(&archive).unwrap(), Compression::fast());
        let mut tar = tar::Builder::new(gzip);
        for (header, content) in members {
            tar.append(&header, &content[..]).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap();
        let run = laptop.palimpsest(["restore-full", "../theirs.tar.gz"]);
        let run = run.exits(1);
        assert!(run.stderr.contains(says), "{what}: {run}");
    }
}

#[test]
fn what_no_backup_has_is_not_restored_from_one() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let settings = "[paths]\njournal = \".\"\n";
    laptop.write("palimpsest.toml", settings);
    laptop.write("2031-05-04.md", "---\ndate: 2031-05-04\n---\nx\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    let archive = laptop.path("../theirs.tar.gz");
    for path in [
        "data/palimpsest.db-journal",
        "data/Palimpsest.db-WAL",
        "backups/full_data/palimpsest-data-full_20300101_000000.tar.gz",
    ] {
        pack_as_backup(
            &archive,
            &[("palimpsest.toml", settings), (path, "Theirs.\n")],
        );
        let run = laptop
            .palimpsest(["restore-full", "../theirs.tar.gz"])
            .exits(1);
        run.warns(&format!("{path}: no part of a journal"));
    }
}

/// One that came with a pull may be anybody's.
#[test]
fn a_tracked_archive_is_named_and_not_removed() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let list = ["backup-list-full"];
    laptop.palimpsest(list).ok().silent_about("tracked");
    laptop.git(["add", "-f", &archive]).ok();
    let name = Path::new(&archive).file_name().unwrap().to_str().unwrap();
    let said = format!("{name}: tracked by git, so that it may be anybody's who can push");
    laptop.palimpsest(list).ok().says(name).warns(&said);
    laptop
        .palimpsest(["backup-list-full", "--json"])
        .ok()
        .says("\"tracked\": true");
    // It takes nobody's place.
    for _ in 0..3 {
        laptop.palimpsest(["backup-full", "--keep", "2"]).ok();
    }
    assert!(laptop.exists(&archive));
    let left = fs::read_dir(laptop.path("backups/full_data")).unwrap();
    assert_eq!(left.count(), 3);
}
