//! What commands make of what was typed, and of the environment.

use crate::sandbox::{DAY, LEDGER, Machine, Sandbox, entry, journal};

/// A laptop whose second commit has removed Bob.
fn laptop(sandbox: &Sandbox) -> Machine<'_> {
    let entries = [(DAY, "people: [Alice, Bob]\ntags: [ferry]", "One.\n")];
    let (laptop, _) = journal(sandbox, &entries);
    laptop.edit_entry(DAY, "Alice, Bob", "Alice");
    laptop.commit("Without Bob");
    laptop
}

#[test]
fn a_folder_above_in_the_repository_is_one_of_it() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let inside = laptop.inside("journal/md/2024");
    for folder in [
        ".",
        "..",
        "../..",
        "../../..",
        "../../../journal/md/2024/..",
    ] {
        inside.yaml2sql(["sync", folder]).ok();
    }
    inside
        .yaml2sql(["sync", "../../../.."])
        .exits(1)
        .warns("not a path inside the repository; expected one in ");
    inside.palimpsest(["resolve", ".."]).ok();
}

#[test]
fn the_setup_is_that_of_the_repository_that_git_means() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let away = sandbox.folder("away");
    let (dir, top) = (laptop.path(".git"), laptop.dir().to_owned());
    let env = [
        ("GIT_DIR", dir.to_str().unwrap()),
        ("GIT_WORK_TREE", top.to_str().unwrap()),
    ];
    away.run_with(&env, "palimpsest", ["doctor"])
        .ok()
        .is("everything is in order");
    away.run_with(&env, "palimpsest", ["init"])
        .ok()
        .says("everything is set up already");
    // A folder that is named is the one that is meant.
    away.run_with(&env, "palimpsest", ["doctor", "."])
        .exits(1)
        .warns("no git repository here or above");
    away.run_with(&env, "palimpsest", ["uninstall"])
        .ok()
        .says("removed hook");
    assert!(!laptop.exists(".git/hooks/pre-commit"));
}

#[test]
fn a_removal_that_is_kept_was_committed() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop
        .metadb(["tombstone", "keep", "entry_people", DAY, "Bob"])
        .ok();
    laptop
        .metadb(["tombstone", "list"])
        .ok()
        .says("removed from the entry; a change of its row is not committed yet")
        .lacks("removed, not committed yet");
    laptop.commit("Keep");
    laptop
        .metadb(["tombstone", "list"])
        .ok()
        .lacks("not committed");
}

#[test]
fn a_merge_by_hand_tells_wrong_usage_from_a_failure_and_a_conflict() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder("files");
    for (name, text) in [("base", "a\n"), ("ours", "b\n"), ("theirs", "c\n")] {
        folder.write(name, text);
    }
    folder.palimpsest(["merge", "base", "ours"]).exits(2);
    let labels = ["-La", "-Lb", "-Lc", "-Ld", "base", "ours", "theirs"];
    folder
        .palimpsest(["merge"].iter().chain(&labels))
        .exits(2)
        .warns("-L d: a fourth label");
    folder
        .palimpsest(["merge", "base", "ours", "theirs"])
        .exits(1);
    folder
        .palimpsest(["merge", "base", "ours", "gone"])
        .exits(129);
    folder
        .palimpsest(["merge-driver", "base", "ours"])
        .exits(129);
}

#[test]
fn a_merge_by_hand_says_where_the_result_is_gits_own() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder("files");
    for (name, text) in [
        ("base", "---\na: [1\n---\nx\n"),
        ("ours", "---\na: [1\n---\ny\n"),
        ("theirs", "---\na: [1\nb: 2\n---\nx\n"),
    ] {
        folder.write(name, text);
    }
    for more in [None, Some("-v")] {
        folder
            .palimpsest(["merge", "base", "ours", "theirs"].into_iter().chain(more))
            .ok()
            .warns("merged by line, as git does: ");
    }
}

#[test]
fn the_doctor_misses_a_ledger_that_is_gone() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.remove(LEDGER);
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("data/ledger/2024.jsonl: gone from the work tree\n    mend: git restore data/ledger");
    laptop.git(["restore", LEDGER]).ok();
    laptop.palimpsest(["doctor"]).ok();
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop
        .palimpsest(["resolve", "nosuchfile"])
        .exits(1)
        .warns("nosuchfile: no such file or folder")
        .lacks("nothing to resolve");
    // One that is gone from the work tree is known to git.
    laptop.remove(&entry(DAY));
    for path in [entry(DAY), "journal".to_owned()] {
        laptop
            .palimpsest(["resolve", &path])
            .ok()
            .is(&format!("nothing to resolve in {path}"));
    }
}

#[test]
fn a_journal_without_an_entry_is_synced() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.git(["rm", "-q", "-r", "journal"]).ok();
    assert!(!laptop.exists("journal"));
    laptop
        .yaml2sql(["sync", "journal/md"])
        .ok()
        .says("2024-11-01  deleted")
        .says("0 unchanged, 1 deleted");
    laptop.commit("Nothing left");
    let nothing = "Entries: 0 created, 0 updated, 0 unchanged, 0 deleted, 0 restored, 0 failed";
    laptop.yaml2sql(["sync", "journal/md"]).ok().is(nothing);
    laptop
        .inside("data")
        .yaml2sql(["sync", "../journal/md"])
        .ok()
        .is(nothing);
    laptop
        .yaml2sql(["sync", "journal/md/2023"])
        .exits(1)
        .warns("journal/md/2023: no such folder");
}

#[test]
fn what_a_sync_of_everything_would_do_is_told() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop
        .yaml2sql(["sync", "journal/md", "--force", "--dry-run"])
        .ok()
        .says("1 created, 0 updated, 0 unchanged");
    laptop
        .yaml2sql(["sync", &entry(DAY)])
        .exits(1)
        .warns("2024-11-01.md: a file; expected a folder: `yaml2sql update` indexes files");
}

#[test]
fn nothing_is_settled_of_an_entry_that_nobody_knows() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop
        .metadb(["sync", "resolve", "Entry", "1999-01-01"])
        .exits(1)
        .warns(&format!(
            "nothing is known of 1999-01-01; the nearest is {DAY}"
        ));
    laptop
        .metadb(["sync", "resolve", "Entry", DAY])
        .ok()
        .is("No unresolved conflict for entry 2024-11-01");
}

/// A removal that was cleaned up is its key alone.
#[test]
fn who_removed_what_is_not_said_where_nobody_knows_it_any_more() {
    let sandbox = Sandbox::new();
    let entries = [(DAY, "people: [Alice, Bob]\ntags: [ferry]", "One.\n")];
    let (laptop, desktop) = journal(&sandbox, &entries);
    for machine in [&laptop, &desktop] {
        machine.edit_entry(DAY, "Alice, Bob", "Alice");
        machine.commit("Without Bob");
    }
    desktop.edit_entry(DAY, "Alice", "Alice, Bob");
    desktop.edit_entry(DAY, "ferry", "ferry, rain");
    desktop.commit("With Bob");
    sandbox.pass_days(1000);
    laptop.metadb(["tombstone", "cleanup"]).ok();
    laptop.commit("Clean up");
    laptop.push();
    desktop.pull();
    desktop
        .metadb(["sync", "conflicts"])
        .ok()
        .says("Last synced: -\n  Sync source: -\n  Machine: -\n")
        .says("kept out: Bob (entry_people) was removed, and added by someone who did not know");
}

#[test]
fn a_commit_that_is_refused_records_nothing() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.edit_entry(DAY, "One.", "One more.");
    laptop.commit("One more");
    laptop
        .git(["checkout", "-q", "HEAD~2", "--", &entry(DAY)])
        .ok();
    laptop
        .git(["commit", "-qm", "As it was"])
        .exits(1)
        .warns("it would put back person Bob")
        .warns("nothing was committed")
        .silent_about("recorded");
    laptop
        .palimpsest(["check", "--staged", "names.md", "that-managers-pass.md"])
        .exits(1)
        .lacks("recorded");
}

/// Git could not take the merge back any more.
#[test]
fn nothing_is_restored_over_a_merge_that_waits() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    laptop.palimpsest(["backup-full"]).ok();
    let folder = "backups/full_data";
    let archive = std::fs::read_dir(laptop.path(folder)).unwrap().next();
    let archive = archive.unwrap().unwrap().path();
    let restore = ["restore-full", archive.to_str().unwrap()];
    for word in ["Ena", "Dia"] {
        laptop.git(["checkout", "-q", "-B", word, "main"]).ok();
        laptop.edit_entry(DAY, "One.", word);
        laptop.commit(word);
    }
    laptop.git(["merge", "-q", "Ena"]).fails();
    let before = laptop.read_entry(DAY);
    laptop
        .palimpsest(restore)
        .exits(1)
        .warns("in the middle of a merge")
        .warns("`--into DIR`");
    assert_eq!(laptop.read_entry(DAY), before);
    let beside = restore.into_iter().chain(["--into", "../beside"]);
    laptop.palimpsest(beside).ok();
    laptop.git(["merge", "--abort"]).ok();
    laptop.assert_clean();
    laptop.palimpsest(restore).ok();
}

/// The command that a line ends with, run as a shell runs it.
#[track_caller]
fn run_what_follows(machine: &Machine<'_>, said: &str, before: &str) {
    let line = said.lines().find_map(|line| line.split_once(before));
    let command = line.unwrap_or_else(|| panic!("no `{before}` in\n{said}")).1;
    machine.run_with(&[], "sh", ["-c", command]).ok();
}

#[test]
fn a_command_that_is_named_in_a_folder_works_there() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let inside = laptop.inside("journal/md/2024");
    let said = inside
        .metadb(["tombstone", "keep", "entry_people", DAY, "Bob"])
        .ok()
        .says(&format!(
            "Changed {LEDGER}; commit it: git commit -m 'Settle' :/{LEDGER}"
        ))
        .stdout;
    run_what_follows(&inside, &said, "commit it: ");
    laptop.assert_clean();

    inside.git(["rm", "-q", "2024-11-01.md"]).ok();
    inside.git(["commit", "-qm", "Gone"]).ok();
    let said = inside.metadb(["restore", "Entry", DAY]).ok().stdout;
    assert!(
        said.contains(&format!("git add :/{} ", entry(DAY))),
        "{said}"
    );
    run_what_follows(
        &inside,
        &said.replace("git commit", "git commit -m Back"),
        "commit: ",
    );
    laptop.assert_clean();

    laptop.remove(LEDGER);
    let said = inside.palimpsest(["doctor"]).exits(1).stdout;
    run_what_follows(&inside, &said, "mend: ");
    laptop.assert_clean();

    // At the top the path is short, and the hook knows where git was called.
    let second = format!("journal/md/{DAY}.md");
    laptop.write(&second, laptop.read_entry(DAY));
    laptop.git(["add", &second]).ok();
    laptop
        .git(["commit", "-m", "Twice"])
        .exits(1)
        .warns(&format!("`git rm --cached {second}`"));
    let said = inside.git(["commit", "-m", "Twice"]).exits(1).stderr;
    let command = format!("git rm --cached :/{second}");
    assert!(said.contains(&command), "{said}");
    inside.run_with(&[], "sh", ["-c", &command]).ok();
}

#[test]
fn a_path_from_the_top_is_understood_in_a_folder() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let inside = laptop.inside("journal/md/2024");
    let path = entry(DAY);
    inside.metadb(["show", &path]).ok().says("Alice");
    inside.yaml2sql(["sync", "journal/md"]).ok();
    inside.yaml2sql(["update", &path]).ok();
    inside.yaml2sql(["update", "2024-11-01.md"]).ok();
    inside
        .yaml2sql(["sync", "journal/no"])
        .exits(1)
        .warns("journal/no: no such folder");
    laptop.edit_entry(
        DAY,
        "---\n",
        "---\n<<<<<<< a\n=======\nmood: x\n>>>>>>> b\n",
    );
    inside
        .git(["commit", "-qam", "Marks"])
        .exits(1)
        .warns(&format!("`palimpsest resolve {path}`"));
    // What stands in the current folder comes first.
    laptop.write("journal/md/2024/journal/md/2024/2024-11-01.md", "One.\n");
    inside
        .palimpsest(["resolve", "--theirs", &path])
        .ok()
        .says("nothing to resolve");
    laptop.remove("journal/md/2024/journal/md/2024/2024-11-01.md");
    inside.palimpsest(["resolve", "--theirs", &path]).ok();
    assert!(laptop.read_entry(DAY).starts_with("---\nmood: x\n"));
    inside
        .palimpsest(["resolve", "journal/none.md"])
        .exits(1)
        .warns("journal/none.md: no such file or folder");
}

#[test]
fn what_a_sparse_checkout_leaves_out_is_taken_in_from_a_folder() {
    let sandbox = Sandbox::new();
    let laptop = laptop(&sandbox);
    let inside = laptop.inside("journal/md/2024");
    for pattern in [false, true] {
        match pattern {
            true => {
                let patterns = ["sparse-checkout", "set", "--no-cone", "/journal/", "/data/"];
                laptop.git(patterns).ok();
            }
            false => {
                laptop
                    .git(["update-index", "--skip-worktree", ".gitattributes"])
                    .ok();
                laptop.remove(".gitattributes");
            }
        }
        let said = inside.palimpsest(["doctor"]).exits(1).stdout;
        run_what_follows(&inside, &said, "mend: ");
        assert!(laptop.exists(".gitattributes"), "{said}");
    }
}

#[test]
fn every_name_has_a_version() {
    let sandbox = Sandbox::new();
    let plain = sandbox.folder("plain");
    let version = plain.palimpsest(["--version"]).ok().stdout;
    for flag in ["--version", "-V"] {
        plain.metadb([flag]).ok().is(&version);
        plain.yaml2sql([flag]).ok().is(&version);
        plain.wiki2sql([flag]).ok().is(&version);
    }
}

#[test]
fn restore_without_an_entry_names_the_list_of_deleted_ones() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "people: [Bob]", "x\n")]);
    laptop
        .metadb(["restore"])
        .exits(2)
        .mentions("which entry?")
        .mentions("`metadb restore --list` names the deleted ones");
    laptop.metadb(["restore", "--list", DAY]).exits(2);
    laptop.metadb(["restore", "--json"]).exits(2);
}
