//! Names of files, and links.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;

use super::{DATABASE, ENTRY, LEDGER, laptop};
use crate::harness::not_run;
use crate::sandbox::{Machine, Sandbox};

/// A folder outside the repository, with a file in it.
fn outside<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let outside = sandbox.folder("outside");
    outside.write("kept", "kept");
    outside
}

#[track_caller]
fn untouched(outside: &Machine<'_>) {
    let there: Vec<_> = fs::read_dir(outside.dir()).unwrap().collect();
    assert_eq!(there.len(), 1, "{there:?}");
    assert_eq!(outside.read("kept"), "kept");
}

#[test]
fn links_that_git_tracks_lead_nowhere() {
    for (link, target) in [
        ("data", "../outside"),
        (DATABASE, "../../outside/kept"),
        (LEDGER, "../../../outside/kept"),
        ("data/ledger", "../../outside"),
        ("backups", "../outside"),
        ("backups/full_data", "../../outside"),
        (ENTRY, "../../../../outside/kept"),
        ("journal/md/2024", "../../../outside"),
        ("wiki", "../outside"),
        ("palimpsest.toml", "../outside/kept"),
    ] {
        let sandbox = Sandbox::new();
        let laptop = laptop(&sandbox);
        let outside = outside(&sandbox);
        let path = laptop.path(link);
        if path.is_dir() {
            fs::remove_dir_all(&path).unwrap();
        } else if path.exists() {
            fs::remove_file(&path).unwrap();
        }
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, &path).unwrap();
        laptop.git(["add", "-f", link]).ok();
        for run in [
            laptop.git(["commit", "-qam", "A link", "--no-verify"]),
            laptop.metadb(["show", "2024-11-01"]),
            laptop.metadb(["sync", "conflicts"]),
            laptop.yaml2sql(["sync", "journal/md"]),
            laptop.wiki2sql(["import", "entries"]),
            laptop.metadb(["tombstone", "cleanup"]),
            laptop.palimpsest(["reindex"]),
            laptop.palimpsest(["backup-full"]),
            laptop.palimpsest(["backup-list-full"]),
            laptop.palimpsest(["doctor", "--fix"]),
            laptop.palimpsest(["init"]),
        ] {
            assert!(!run.output().contains("panicked"), "{link}\n{run}");
        }
        laptop.write_entry("2025-01-01", "people: [Eve]\n", "Snow.\n");
        laptop.git(["add", "journal"]);
        laptop.git(["commit", "-qm", "Snow"]);
        untouched(&outside);
        // `doctor --fix` takes a database out of git, and what is no database is
        // kept under another name.
        let aside = laptop.path(&format!("{link}.foreign-1"));
        assert!(path.is_symlink() || aside.is_symlink(), "{link} is gone");
    }
}

#[test]
fn a_link_that_git_tracks_leads_nowhere_in_another_spelling_either() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let outside = outside(&sandbox);
    symlink("../outside", laptop.path("link")).unwrap();
    laptop.write("palimpsest.toml", "[paths]\ndatabase = \"LINK/kept\"\n");
    laptop.git(["add", "link", "palimpsest.toml"]).ok();
    // What a file system shows that ignores case.
    symlink("../outside", laptop.path("LINK")).unwrap();
    for command in [
        &["reindex"][..],
        &["init"],
        &["metadb", "show", "2024-11-01"],
    ] {
        laptop
            .palimpsest(command)
            .exits(1)
            .warns("link: a symbolic link");
    }
    untouched(&outside);
}

/// What the link leads to may be a secret, or have no end.
#[test]
fn settings_are_not_read_through_a_link() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    sandbox.folder("outside").write("kept", "secret = 1\n");
    laptop.remove("palimpsest.toml");
    symlink("../outside/kept", laptop.path("palimpsest.toml")).unwrap();
    laptop.git(["add", "palimpsest.toml"]).ok();
    let link = "palimpsest.toml: a symbolic link, which is not followed";
    for args in [
        &["doctor"][..],
        &["doctor", "--fix"],
        &["init"],
        &["metadb", "sync", "status"],
        &["check", "--staged"],
    ] {
        let run = laptop.palimpsest(args).exits(1);
        run.warns(link).never_mentions("secret");
    }
    let commit = ["commit", "-qm", "A link"];
    laptop.git(commit).fails().warns(link);
    laptop.git(["rm", "-qf", "palimpsest.toml"]).ok();
    laptop.git(["commit", "-qm", "Defaults"]).ok();
    laptop.palimpsest(["doctor"]).ok();
}

/// Git follows none, either.
#[test]
fn attributes_are_not_read_through_a_link() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let outside = sandbox.folder("outside");
    // Whoever reads it waits for ever.
    sandbox.run_in(outside.dir(), "mkfifo", ["pipe"]).ok();
    symlink("../../outside/pipe", laptop.path("journal/.gitattributes")).unwrap();
    laptop.edit_entry("2024-11-01", "Alice", "Zoe");
    let limited = ["20", "palimpsest", "metadb", "show", "2024-11-01"];
    let run = laptop.run_with(&[], "timeout", limited);
    if run.code == 127 {
        return not_run("there is no timeout(1)");
    }
    run.ok().says("Zoe");
}

#[test]
fn a_link_of_this_machines_own_is_followed() {
    // Backups on another disk.
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let disk = sandbox.folder("disk");
    symlink("../disk", laptop.path("backups")).unwrap();
    laptop.palimpsest(["backup-full"]).ok();
    assert!(disk.exists("full_data"));
}

#[test]
fn names_that_are_no_paths_of_a_journal_are_left_alone() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let folder = laptop.path("journal/md/2024");
    for name in [
        &b"2024-11-0\xff.md"[..],
        b"2024-11-02\n.md",
        b"\x1b[31m2024-11-03.md",
        b"-rf.md",
        b"2024-11-04.md ",
        b"2024-13-45.md",
        b"--output=2024-11-05.md",
    ] {
        let text = "---\ndate: 2024-11-30\n---\n";
        fs::write(folder.join(OsStr::from_bytes(name)), text).unwrap();
    }
    let run = laptop.yaml2sql(["sync", "journal/md"]);
    assert!(!run.output().contains('\u{1b}'), "{run}");
    run.says("0 created").says("0 failed");
    laptop.commit("Odd names");
    laptop.assert_clean();
    laptop.metadb(["show", ENTRY]).ok().says("Alice, Bob");
    let long = format!("journal/md/{}/2024-12-01.md", ["d"; 100].join("/"));
    laptop.write(&long, "---\ndate: 2024-12-01\n---\nFar.\n");
    laptop.commit("Far down");
    laptop
        .metadb(["show", "2024-12-01"])
        .ok()
        .says("2024-12-01");
}

#[test]
fn two_spellings_of_one_folder_are_two_files_of_one_date() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    for folder in ["Autumn", "autumn"] {
        laptop.write(
            &format!("journal/md/{folder}/2024-11-30.md"),
            "---\ndate: 2024-11-30\n---\n",
        );
    }
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-qm", "Twins"])
        .fails()
        .warns("journal/md/Autumn/2024-11-30.md")
        .warns("journal/md/autumn/2024-11-30.md");
}

#[test]
fn a_path_that_no_file_can_have_is_no_link() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let long = "d".repeat(300);
    let longer = ["d".repeat(200).as_str(); 30].join("/");
    for folder in [&long, &longer] {
        laptop
            .yaml2sql(["update", &format!("journal/md/{folder}/2024-11-30.md")])
            .exits(1)
            .silent_about("symbolic link")
            .warns("no such entry: 2024-11-30");
    }
    laptop
        .yaml2sql(["update", "journal/md/.git/2024-11-30.md"])
        .exits(1)
        .silent_about("symbolic link")
        .warns("not a path inside the repository");
    // One that a commit of another system has hides no other.
    let blob = laptop.oid(&format!("HEAD:{ENTRY}"));
    let far = format!("100644,{blob},journal/md/{long}/2024-11-30.md");
    laptop
        .git(["update-index", "--add", "--cacheinfo", &far])
        .ok();
    laptop
        .git(["commit", "-q", "--no-verify", "-m", "Far"])
        .ok();
    laptop.metadb(["show", ENTRY]).ok().says("Alice, Bob");
    laptop
        .yaml2sql(["sync", "journal/md"])
        .silent_about("symbolic link");
}

#[test]
fn paths_given_on_the_command_line_stay_inside() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let outside = outside(&sandbox);
    for path in [
        "../outside/kept",
        "/etc/passwd",
        "journal/../../outside/kept",
    ] {
        laptop.yaml2sql(["update", path]).fails().warns(path);
    }
    untouched(&outside);
}
