//! Files that git checks out with other line ends than it stores.

use crate::sandbox::{Machine, Sandbox, entry};

const DAY: &str = "2024-11-01";

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
    let desktop = sandbox.machine("desktop");
    desktop.git(["config", "core.autocrlf", "true"]).ok();
    desktop.git(["rm", "-q", "-r", "."]).ok();
    desktop.git(["reset", "-q", "--hard"]).ok();
    desktop.palimpsest(["init"]).ok();
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
