//! Copies that services which sync files leave beside an entry, an old one of a ledger, and a
//! moved entry that looks like one.

use super::*;

/// Programs with a window show the first line alone.
#[test]
fn why_a_commit_is_refused_stands_above_what_it_would_let_pass() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    laptop.write(COPIES[1], laptop.read_entry(DAY));
    laptop.write_entry("2024-11-02", "people: [Bob", "");
    laptop.git(["add", "-A"]).ok();
    let refused = laptop.git(["commit", "-m", "Both"]).exits(1);
    let first = refused.stderr.lines().next().unwrap_or_default();
    assert!(first.contains("2024-11-02.md:"), "{first}");
    refused.mentions("by its name a copy");
}

const COPIES: [&str; 8] = [
    "journal/md/2024/2024-11-01.sync-conflict-20241102-101010-ABC.md",
    "journal/md/2024/2024-11-01 (conflicted copy).md",
    "journal/md/2024/2024-11-01 2.md",
    "journal/md/2024/2024-11-01 (1).md",
    "journal/md/2024/2024-11-01~HEAD.md",
    "journal/md/2024/2024-11-01_LOCAL_4711.md",
    "journal/md/2024/2024-11-01.md.orig",
    "data/ledger/2024.sync-conflict-20241102-101010-ABC.jsonl",
];

#[test]
fn a_copy_beside_an_entry_is_committed_and_named() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    for copy in COPIES {
        laptop.write(copy, laptop.read_entry(DAY).replace("Bob", "Zoe"));
    }
    // A service leaves them untracked, and so does `git commit -a`.
    let doctor = laptop.palimpsest(["doctor"]).exits(1);
    for copy in COPIES {
        let what = format!("{copy}: by its name a copy of");
        doctor.clone().says(&what).says("then rm ");
    }
    // One that is staged, and in no commit.
    laptop.git(["add", COPIES[1]]).ok();
    let doctor = laptop.palimpsest(["doctor"]).exits(1);
    let staged = doctor.stdout.lines().find(|line| line.contains("git rm"));
    let (_, command) = staged.unwrap().split_once("then ").unwrap();
    laptop.run_with(&[], "sh", ["-c", command]).ok();
    assert!(!laptop.exists(COPIES[1]));
    laptop.write(COPIES[1], laptop.read_entry(DAY).replace("Bob", "Zoe"));
    let commit = laptop.commit("With copies");
    for copy in COPIES {
        let original = match copy.contains("ledger") {
            true => LEDGER.to_owned(),
            false => entry(DAY),
        };
        commit
            .clone()
            .warns(&format!("{copy}: by its name a copy of {original}"))
            .warns("it is committed, but not read");
    }
    laptop.assert_clean();
    // Told once.
    laptop.write("README.md", "# Mine\n");
    laptop.commit("Readme").silent_about("copy");
    let doctor = laptop.palimpsest(["doctor"]).exits(1);
    for copy in COPIES {
        doctor
            .clone()
            .says(&format!("{copy}: by its name a copy of"));
    }
    let mends = doctor.stdout.lines().filter(|line| line.contains("git rm"));
    for mend in mends {
        let (_, command) = mend.split_once("then ").unwrap();
        let (command, _) = command.split_once(", and commit").unwrap();
        laptop.run_with(&[], "sh", ["-c", command]).ok();
    }
    laptop.commit("Without copies");
    laptop.palimpsest(["doctor"]).ok();
}

/// Each machine makes it for itself, so that nothing is missing in it.
#[test]
fn a_copy_of_the_database_is_committed_and_named() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    let copies = [
        "data/palimpsest.sync-conflict-20241102-101010-ABC.db",
        "data/palimpsest.sync-conflict-20241102-101010-ABC.db-wal",
        "data/palimpsest (Ann's conflicted copy 2024-11-02).db",
        "data/palimpsest 2.db",
    ];
    for copy in copies {
        laptop.write(copy, "SQLite");
    }
    laptop.write("data/notes 2.db", "Mine");
    let commit = laptop.commit("With copies");
    let what = |copy: &str| format!("{copy}: by its name a copy of data/palimpsest.db, the index");
    for copy in copies {
        commit.clone().warns(&what(copy));
    }
    commit.silent_about("notes 2");
    laptop.write("README.md", "# Mine\n");
    laptop.commit("Readme").silent_about("copy");
    let doctor = laptop.palimpsest(["doctor"]).exits(1);
    for copy in copies {
        doctor.clone().says(&what(copy));
    }
    for mend in doctor.stdout.lines().filter(|line| line.contains("git rm")) {
        let (_, command) = mend.split_once("mend: ").unwrap();
        let (command, _) = command.split_once(", and commit").unwrap();
        laptop.run_with(&[], "sh", ["-c", command]).ok();
    }
    laptop.commit("Without copies");
    laptop.palimpsest(["doctor"]).ok();
}

/// The ledger itself is written again.
#[test]
fn a_ledger_that_is_moved_to_the_name_of_a_copy_is_named() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.commit("Without Bob");
    let copy = "data/ledger/2024 (2).jsonl";
    laptop.git(["mv", LEDGER, copy]).ok();
    laptop
        .git(["commit", "-q", "-m", "Move"])
        .ok()
        .warns(&format!("{copy}: by its name a copy of {LEDGER}"));
    assert!(laptop.path(LEDGER).exists());
}

/// Pages of a vault, and a page about a day that has no entry.
#[test]
fn what_merely_looks_like_a_copy_is_none() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    for page in [
        "journal/md/Chapter.md",
        "journal/md/Chapter 2.md",
        "journal/md/2024/2024-11-02 2.md",
        "journal/md/2024/2024-11-01 Walk.md",
        "journal/md/2024-11-01 2.md",
        "pages/2024-11-01 2.md",
    ] {
        laptop.write(page, "Text.\n");
    }
    laptop.commit("Pages").silent_about("copy");
    laptop.palimpsest(["doctor"]).ok();
}

/// Git leaves the older one in the real index, and the commit has nothing of the ledger that
/// would tell of it.
#[test]
fn an_old_ledger_that_is_committed_by_path_leaves_nothing_staged() {
    let old_one = "what is staged is older than HEAD";
    for (edit, files) in [
        ("Went to the quay.", &["data", "journal"] as &[&str]),
        ("Eve", &[LEDGER, "journal"]),
    ] {
        let sandbox = Sandbox::new();
        let laptop = with_three_people(&sandbox);
        let old = laptop.read(LEDGER);
        remove(&laptop, "Bob, ", "");
        laptop.commit("Without Bob");
        laptop.write(LEDGER, &old);
        remove(&laptop, edit, "Zoe");
        let commit = ["commit", "-q", "-m", "By path"].iter().chain(files);
        laptop.git(commit).ok().warns(old_one);
        laptop.assert_clean();
        assert!(removed_items(&laptop).contains(&"Bob".to_owned()));
        laptop.palimpsest(["doctor"]).ok();
    }
}

/// What is said of a copy would delete an entry that moved.
#[test]
fn an_entry_that_moves_without_its_former_path_is_no_copy() {
    const NEW: &str = "journal/md/2024/11/2024-11-01.md";
    for by_path in [true, false] {
        let sandbox = Sandbox::new();
        let laptop = with_three_people(&sandbox);
        let (old, text) = (entry(DAY), laptop.read_entry(DAY));
        laptop.write(NEW, &text);
        laptop.remove(&old);
        laptop.git(["add", NEW]).ok();
        let by_git = ["rm", "-q", "--cached", &old];
        let how = if by_path {
            laptop.git(by_git).ok();
            format!("`git commit {old} {NEW}`")
        } else {
            format!("`git rm --cached {old}`")
        };
        let mut commit = vec!["commit", "-q", "-m", "Sorted"];
        commit.extend(by_path.then_some(NEW));
        laptop.git(commit).exits(1).warns(&format!(
            "{NEW}: a second entry of {DAY}; the first is {old}; it is gone from the work tree; \
             if it moved: {how}"
        ));
        // What it says to do.
        if by_path {
            laptop.git(["commit", "-q", "-m", "Sorted", &old, NEW]).ok();
        } else {
            laptop.git(by_git).ok();
            laptop.git(["commit", "-q", "-m", "Sorted"]).ok();
        }
        laptop.assert_clean();
        assert_eq!(laptop.read(NEW), text);
        laptop.metadb(["show", DAY]).ok().says(NEW);
        assert!(laptop.ledger(2024).deletions.is_empty());
    }
}
