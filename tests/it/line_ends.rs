//! Files that git checks out with other line ends than it stores.

use std::fs;

use palimpsest::repo::{ObjectId, Repo};

use crate::sandbox::{DAY, Machine, Sandbox, entry};

mod filters;

/// Git for Windows sets `core.autocrlf`: files have CRLF in the work tree and LF in git.
#[test]
fn files_that_git_checks_out_with_other_line_ends_are_no_edits() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "people: [Al, Bob]", "Went to the quay.\n");
    // Git takes it for no text, and checks it out as it is: that says nothing of others.
    laptop.write_entry("2024-10-30", "people: [Al]", "Lone\rreturns.\n");
    laptop.write(
        "wiki/entries/2024/2024-11-01.md",
        "# 2024-11-01\n\n## Notes\n\nFog.\n",
    );
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.push();
    let desktop = windows(&sandbox);
    assert!(desktop.read_entry(DAY).contains("people: [Al, Bob]\r\n"));
    let shown = |machine: &Machine<'_>| {
        machine
            .metadb(["show", DAY, "--json", "--full"])
            .ok()
            .stdout
    };
    assert_eq!(shown(&desktop), shown(&laptop));
    desktop.palimpsest(["reindex"]).ok();
    assert_eq!(shown(&desktop), shown(&laptop));

    let text = desktop.read_entry(DAY).replace(", Bob", "");
    desktop.write(&entry(DAY), &text);
    desktop
        .metadb(["show", DAY])
        .ok()
        .says("edited, not committed yet");
    desktop.commit("Without Bob");
    desktop.assert_clean();
    desktop.push();
    laptop.edit_entry(DAY, "Went to", "Walked to");
    laptop.commit("Walked");
    laptop.pull();
    laptop.push();
    desktop.pull();
    assert_eq!(
        desktop.read_entry(DAY),
        laptop.read_entry(DAY).replace('\n', "\r\n")
    );
    assert_eq!(shown(&desktop), shown(&laptop));
    // Where git converts nothing, line ends are an edit like any other.
    let text = laptop.read_entry(DAY).replace('\n', "\r\n");
    laptop.write(&entry(DAY), &text);
    laptop
        .metadb(["show", DAY])
        .ok()
        .says("edited, not committed yet");
}

/// A machine with two entries, which it has pushed.
fn begun<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "mood: calm\npeople: [Al]", "Went to the quay.\n");
    laptop.write_entry("2024-11-02", "people: [Bo]", "Fog.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.push();
    laptop
}

/// A machine whose git converts line ends, with a clone of what another one pushed.
fn windows<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let desktop = sandbox.machine("desktop");
    desktop.git(["config", "core.autocrlf", "true"]).ok();
    desktop.git(["config", "core.safecrlf", "true"]).ok();
    desktop.git(["rm", "-q", "-r", "."]).ok();
    desktop.git(["reset", "-q", "--hard"]).ok();
    desktop.palimpsest(["init"]).ok();
    desktop
}

#[test]
fn resolve_writes_the_line_ends_of_the_work_tree() {
    let sandbox = Sandbox::new();
    let laptop = begun(&sandbox);
    let desktop = windows(&sandbox);
    laptop.edit_entry(DAY, "calm", "glad");
    laptop.commit("Glad");
    laptop.push();
    let edited = desktop.read_entry(DAY).replace("calm", "tired");
    desktop.write(&entry(DAY), edited);
    desktop.commit("Tired");
    desktop.git(["pull", "-q"]).fails();
    desktop
        .palimpsest(["resolve", "--theirs"])
        .ok()
        .says("staged");
    assert_eq!(
        desktop.read_entry(DAY),
        laptop.read_entry(DAY).replace('\n', "\r\n")
    );
    desktop.commit("Merge");
    desktop.assert_clean();
    // A merge that a client without drivers committed is seen as what it is.
    desktop.git(["reset", "-q", "--hard", "HEAD~1"]).ok();
    let plain = [("PALIMPSEST", "0")];
    desktop
        .run_with(&plain, "git", ["merge", "origin/main"])
        .fails();
    desktop.git(["commit", "-qanm", "Marked"]).ok();
    desktop.palimpsest(["resolve", "--theirs"]).ok();
    desktop.commit("Resolved");
    assert_eq!(
        desktop.read_entry(DAY),
        laptop.read_entry(DAY).replace('\n', "\r\n")
    );
}

#[test]
fn a_backup_has_the_line_ends_that_git_stores() {
    let sandbox = Sandbox::new();
    let laptop = begun(&sandbox);
    let desktop = windows(&sandbox);
    desktop.write_entry("2024-11-03", "people: [Cy]", "New.\n");
    let crlf = desktop.read_entry("2024-11-03").replace('\n', "\r\n");
    desktop.write(&entry("2024-11-03"), &crlf);
    let edited = desktop.read_entry(DAY).replace("Al", "Eve");
    desktop.write(&entry(DAY), edited);
    desktop.palimpsest(["backup-full"]).ok();
    let backups = std::fs::read_dir(desktop.path("backups/full_data")).unwrap();
    let archive = backups.last().unwrap().unwrap().path();
    let archive = archive.to_str().unwrap();
    desktop.palimpsest(["restore-full", archive]).ok();
    assert!(desktop.read_entry(DAY).contains("Eve]\r\n"));
    desktop.git(["checkout", "-q", "."]).ok();
    desktop.palimpsest(["restore-full", archive]).ok();
    assert!(desktop.read_entry(DAY).contains("Eve]\r\n"));

    laptop.palimpsest(["restore-full", archive]).ok();
    let status = laptop.git(["status", "--porcelain", "-uall"]).ok();
    status
        .says(&format!("M {}", entry(DAY)))
        .says(&format!("?? {}", entry("2024-11-03")))
        .lacks("2024-11-02")
        .lacks("palimpsest.toml");
    assert!(!laptop.read_entry(DAY).contains('\r'));
    assert!(!laptop.read_entry("2024-11-03").contains('\r'));
}

fn utf_16(text: &str) -> Vec<u8> {
    let units = text.encode_utf16();
    units.flat_map(u16::to_le_bytes).collect()
}

/// An encoding of the work tree's own, and filters: git stores other bytes.
#[test]
fn files_that_git_stores_as_other_bytes_are_read_as_it_stores_them() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let attribute = "journal/md/**/*.md working-tree-encoding=UTF-16LE\n";
    laptop.write(".gitattributes", attribute);
    let text = |mood: &str| utf_16(&format!("---\ndate: {DAY}\nmood: {mood}\n---\nQuay.\n"));
    laptop.write(&entry(DAY), text("calm"));
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.metadb(["show", DAY]).ok().lacks("not committed yet");
    laptop.git(["switch", "-q", "-c", "side"]).ok();
    laptop.write(&entry(DAY), text("glad"));
    laptop
        .metadb(["show", DAY])
        .ok()
        .says("edited, not committed yet");
    laptop.commit("Glad");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.write(&entry(DAY), text("tired"));
    laptop.commit("Tired");
    laptop.git(["merge", "-q", "side"]).fails();
    laptop
        .palimpsest(["resolve", "--theirs"])
        .ok()
        .says("staged");
    assert_eq!(
        std::fs::read(laptop.path(&entry(DAY))).unwrap(),
        text("glad")
    );
    laptop.commit("Merge");
    laptop.assert_clean();

    let laptop = sandbox.repository("encrypted");
    laptop.write(".gitattributes", "journal/** filter=secret\n");
    laptop.git(["config", "filter.secret.clean", "base64"]).ok();
    laptop
        .git(["config", "filter.secret.smudge", "base64 -d"])
        .ok();
    laptop.write_entry(DAY, "people: [Al]", "Went to the quay.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-q", "-m", "Begin"])
        .fails()
        .warns("git stores other bytes than those in the work tree (attribute `filter=secret`)");
}

/// A folder for each, and what its files are stored as and checked out as.
const ATTRIBUTES: &str = "\
said/* text
none/* -text
auto/* text=auto
crlf/* text eol=crlf
auto-crlf/* text=auto eol=crlf
old/* crlf
ident/* ident
up/* filter=up
not-up/* -filter
";

const CONTENTS: [(&str, &str); 6] = [
    ("unix", "Fog.\nRain.\n"),
    ("dos", "Fog.\r\nRain.\r\n"),
    ("both", "Fog.\nRain.\r\n"),
    ("lone", "Fog.\rRain.\r\n"),
    ("nul", "Fog.\0Rain.\r\n"),
    ("id", "$Id: 12 $\r\n"),
];

/// What is worked out of attributes and configuration without git is what git does.
#[test]
fn what_is_stored_and_checked_out_is_what_git_makes_of_it() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.repository("laptop");
    laptop.git(["config", "filter.up.clean", "tr a-z A-Z"]).ok();
    laptop
        .git(["config", "filter.up.smudge", "tr A-Z a-z"])
        .ok();
    let folders = ATTRIBUTES.lines().filter_map(|line| line.split('/').next());
    let folders: Vec<&str> = folders.chain(["plain"]).collect();
    // As it was stored before: not at all, or with either line end.
    let before = [None, Some("Sun.\n"), Some("Sun.\r\n")];
    let mut files = Vec::new();
    for folder in &folders {
        for (name, content) in CONTENTS {
            for (at, before) in before.iter().enumerate() {
                // Git is asked there, without the version before.
                if at == 2 && ["ident", "up"].contains(folder) {
                    continue;
                }
                files.push((format!("{folder}/{name}-{at}"), content, before));
            }
        }
    }
    for (file, _, before) in &files {
        if let Some(before) = before {
            laptop.write(file, before);
        }
    }
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-q", "-m", "Before"]).ok();
    laptop.write(".gitattributes", ATTRIBUTES);
    for autocrlf in ["false", "true"] {
        laptop.git(["config", "core.autocrlf", autocrlf]).ok();
        for (file, content, _) in &files {
            laptop.write(file, content);
        }
        let repo = Repo::discover(laptop.dir()).unwrap();
        let stored = files.iter().map(|(file, content, _)| {
            let stored = repo.to_store(file, content.as_bytes().to_vec()).unwrap();
            assert_eq!(repo.read_as_stored(file).unwrap().as_ref(), Some(&stored));
            let id = ObjectId::of_file(&stored).unwrap();
            format!("{id} {file}")
        });
        let stored: Vec<String> = stored.collect();
        laptop.git(["add", "-A"]).ok();
        let listed = laptop.git(["ls-files", "-s"]).ok();
        let listed = listed.stdout.lines().map(|line| {
            let mut words = line.split([' ', '\t']).skip(1).step_by(2);
            let (id, file) = (words.next().unwrap(), words.next().unwrap());
            format!("{id} {file}")
        });
        let listed: Vec<String> = listed.collect();
        let wrong = stored.iter().filter(|file| !listed.contains(file));
        let wrong: Vec<_> = wrong.collect();
        assert!(wrong.is_empty(), "{autocrlf}: {wrong:?}");

        for (file, ..) in &files {
            laptop.remove(file);
        }
        laptop.git(["checkout-index", "-q", "-a"]).ok();
        for (file, content, _) in &files {
            let blob = repo.index().unwrap().staged(file).unwrap();
            let bytes = repo.read_blob(blob.id).unwrap();
            let out = repo.to_check_out(file, &bytes).unwrap();
            let there = std::fs::read(laptop.path(file)).unwrap();
            let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            assert_eq!(
                shown(&out),
                shown(&there),
                "{file} {autocrlf}, {content:?} before"
            );
        }
        laptop.git(["reset", "-q"]).ok();
    }
    let repo = Repo::discover(laptop.dir()).unwrap();
    let other = |file: &str| repo.other_bytes(file).unwrap();
    assert_eq!(other("up/x").as_deref(), Some("filter=up"));
    assert_eq!(other("ident/x").as_deref(), Some("ident"));
    assert_eq!(other("not-up/x"), None);
    assert_eq!(other("said/x"), None);
}

/// Attributes that no file of the work tree says.
#[test]
fn attributes_of_the_clone_and_of_the_configuration_are_read() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.repository("laptop");
    let other = |file: &str| {
        let repo = Repo::discover(laptop.dir()).unwrap();
        repo.other_bytes(file).unwrap()
    };
    assert_eq!(other("up/x"), None);
    laptop.write(".git/info/attributes", "up/* filter=up\n");
    assert_eq!(other("up/x").as_deref(), Some("filter=up"));
    laptop.remove(".git/info/attributes");
    laptop.write(".git/more", "up/* filter=up\n");
    let more = laptop.path(".git/more");
    laptop
        .git(["config", "core.attributesFile", more.to_str().unwrap()])
        .ok();
    assert_eq!(other("up/x").as_deref(), Some("filter=up"));
    assert_eq!(other("x"), None);
}

/// A file of attributes that a configuration names which libgit2 does not read.
#[test]
fn attributes_that_git_alone_knows_of_count() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let attributes = sandbox.home().join("attributes");
    std::fs::write(&attributes, "*.md filter=at\n").unwrap();
    let config = std::fs::read_to_string(sandbox.git_config()).unwrap();
    let named = format!(
        "{config}[core]\n\tattributesFile = {}\n\
         [filter \"at\"]\n\tclean = sed s/Br@m/Bram/\n\tsmudge = sed s/Bram/Br@m/\n",
        attributes.display()
    );
    std::fs::write(sandbox.git_config(), named).unwrap();
    laptop.write_entry("2031-05-04", "people: [Br@m, Orla]", "Went to the quay.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.assert_clean();
    laptop
        .metadb(["show", "2031-05-04"])
        .ok()
        .says("Bram, Orla")
        .lacks("not committed");
    laptop.metadb(["tombstone", "list"]).ok().lacks("pending");
}
