//! Archives that are damaged, or hold what no backup holds.

use super::*;
use crate::harness::damage;

/// The archive with a bit changed that says something: some only fill a byte up.
fn with_a_bit_changed(whole: &[u8]) -> Vec<u8> {
    let changed = |at: usize| {
        let mut changed = whole.to_vec();
        changed[at] ^= 0x20;
        changed
    };
    let mut all = (whole.len() / 2..whole.len()).map(changed);
    all.find(|bytes| GzDecoder::new(&bytes[..]).read_to_end(&mut vec![]).is_err())
        .unwrap()
}

#[test]
fn damage_is_named_and_changes_nothing() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let place = laptop.path(&archive);
    let whole = fs::read(&place).unwrap();
    let members = unpack(&place);

    // Cut off, also where only the checksum is missing, and with a byte changed.
    fs::write(&place, &whole[..whole.len() / 2]).unwrap();
    refused(&laptop, &archive, "it cannot be read");
    fs::write(&place, &whole[..whole.len() - 8]).unwrap();
    refused(&laptop, &archive, "it cannot be read");
    fs::write(&place, with_a_bit_changed(&whole)).unwrap();
    refused(&laptop, &archive, &archive);
    fs::write(&place, "no archive").unwrap();
    refused(&laptop, &archive, "at its beginning");

    let file = entry("2031-05-04");
    let of = |path: &str| members.iter().position(|m| m.0 == path).unwrap();
    let plain = tar::EntryType::Regular;
    let mut other = members.clone();
    other[of(&file)].1[30] ^= 1;
    pack(&place, &other, plain);
    refused(&laptop, &archive, &format!("{file}: its SHA-256 is"));
    let mut missing = members.clone();
    missing.remove(of(&file));
    pack(&place, &missing, plain);
    refused(&laptop, &archive, &format!("{file}: missing"));
    let mut no_manifest = members.clone();
    no_manifest.pop();
    pack(&place, &no_manifest, plain);
    refused(&laptop, &archive, "this is no backup");
}

#[test]
fn what_leads_elsewhere_is_refused() {
    use tar::EntryType as Kind;
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let place = laptop.path(&archive);
    let members = unpack(&place);
    for (path, kind, words) in [
        ("/tmp/x.md", Kind::Regular, "leads out"),
        ("journal/../../x.md", Kind::Regular, "leads out"),
        (".git/hooks/pre-commit", Kind::Regular, "leads out"),
        ("GIT~1/hooks/pre-commit", Kind::Regular, "leads out"),
        (".git /hooks/pre-commit", Kind::Regular, "leads out"),
        ("wiki/entries/x.md", Kind::Symlink, "a link"),
        ("wiki/entries/x.md", Kind::Link, "a link"),
        ("wiki/entries/x.md", Kind::Fifo, "or device"),
        ("wiki/entries/x.md", Kind::Regular, "not in the manifest"),
        ("README.md", Kind::Regular, "not in the manifest"),
    ] {
        let first = (path.to_owned(), Vec::new());
        pack(&place, &[&[first], &members[..]].concat(), kind);
        refused(&laptop, &archive, path);
        refused(&laptop, &archive, words);
    }
}

#[test]
fn only_parts_of_a_journal_are_restored() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    let place = laptop.path(&archive);
    let mut members = unpack(&place);
    for (path, bytes) in &mut members {
        // Also where the manifest lists it.
        let text = String::from_utf8_lossy(bytes).into_owned();
        if path == "palimpsest-backup.json" {
            *bytes = text.replace(&entry("2031-05-04"), "README.md").into();
        }
        if *path == entry("2031-05-04") {
            *path = "README.md".into();
        }
    }
    pack(&place, &members, tar::EntryType::Regular);
    refused(&laptop, &archive, "README.md: no part of a journal");
}

/// On another machine they could be the database's journal, or a backup.
#[test]
fn a_name_that_could_be_no_files_of_a_journal_elsewhere_is_named_and_left_out() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write("palimpsest.toml", "[paths]\njournal = \".\"\n");
    laptop.write(&entry("2031-05-04"), "---\ndate: 2031-05-04\n---\nOne.\n");
    laptop.write("Backups/full_data/note.md", "A note.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop
        .palimpsest(["backup-full"])
        .exits(1)
        .warns("Backups/full_data/note.md: skipped");
    let archive = backups(&laptop).pop().unwrap();
    laptop
        .palimpsest(["restore-full", &archive, "--into", "../taken"])
        .ok();
}

/// It can be made anew, and a page that no command reads may be damaged for months.
#[test]
fn a_damaged_index_is_left_out_of_a_backup_that_can_be_restored() {
    let sandbox = Sandbox::new();
    let (laptop, first) = backed_up(&sandbox);
    let there = kept(laptop.dir());
    damage(&laptop, "entry_themes_theme");
    let says =
        "the backup is without the index: data/palimpsest.db is damaged; `palimpsest reindex`";
    laptop
        .palimpsest(["backup-full"])
        .ok()
        .says("verified")
        .warns(says);
    let archive = backups(&laptop).pop().unwrap();
    assert!(!first.ends_with(&archive));
    laptop
        .palimpsest(["restore-full", &archive, "--into", "../new"])
        .ok()
        .says("restored");
    assert_eq!(kept(&sandbox.root().join("new")), there);
    laptop.edit_entry("2031-05-04", "quay", "pier");
    laptop
        .palimpsest(["restore-full", &archive])
        .ok()
        .says("1 file written")
        .warns(says);
    assert_eq!(kept(laptop.dir()), there);
    // It was made anew.
    laptop
        .palimpsest(["backup-full"])
        .ok()
        .silent_about("without the index");
}
