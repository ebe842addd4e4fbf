//! Git directories and work trees that are not one in the other.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;

use super::{DAY, journal};
use crate::sandbox::{Run, Sandbox};

#[test]
fn a_git_directory_that_stands_elsewhere() {
    let sandbox = Sandbox::new();
    let gits = sandbox.folder("gits");
    gits.write("README", "Git directories.\n");
    sandbox.folder("diary");
    let init = [
        "init",
        "-q",
        "--separate-git-dir",
        "gits/diary.git",
        "diary",
    ];
    sandbox.run_in(sandbox.root(), "git", init).ok();
    let diary = sandbox.folder("diary");
    diary.git(["config", "palimpsest.machine", "laptop"]).ok();
    diary.write_entry(DAY, "people: [Al, Bob]", "x\n");
    diary.palimpsest(["init"]).ok();
    diary.commit("Begin");
    diary.assert_clean();
    for machine in [&diary, &diary.inside("journal/md")] {
        machine.palimpsest(["doctor"]).ok();
        machine.metadb(["show", DAY]).ok().says("Bob");
    }
    diary.edit_entry(DAY, ", Bob", "");
    let run = diary.git(["commit", "-qam", "Not Bob"]).ok();
    run.warns("recorded: person Bob removed");
    diary.metadb(["tombstone", "list"]).ok().says("Bob");
    diary.assert_clean();
    assert!(diary.exists("data/palimpsest.db") && diary.exists(".gitattributes"));
    assert_eq!(fs::read_dir(gits.dir()).unwrap().count(), 2);
}

#[test]
fn a_repository_whose_path_is_not_utf_8() {
    let sandbox = Sandbox::new();
    let name = OsString::from_vec(b"caf\xe9".to_vec());
    let top = sandbox.root().join(&name);
    fs::create_dir(&top).unwrap();
    let git = |args: &[&str]| sandbox.run_in(&top, "git", args.iter().copied()).ok();
    git(&["init", "-q"]);
    git(&["config", "palimpsest.machine", "laptop"]);
    let day = top.join(format!("journal/md/2024/{DAY}.md"));
    fs::create_dir_all(day.parent().unwrap()).unwrap();
    fs::write(
        &day,
        format!("---\ndate: {DAY}\npeople: [Al, Bob]\n---\nx\n"),
    )
    .unwrap();
    sandbox.run_in(&top, "palimpsest", ["init"]).ok();
    git(&["add", "-A"]);
    git(&["commit", "-qm", "Begin"]);
    fs::write(&day, format!("---\ndate: {DAY}\npeople: [Al]\n---\nx\n")).unwrap();
    git(&["commit", "-qam", "Not Bob"]).warns("recorded: person Bob removed");
    sandbox.run_in(&top, "palimpsest", ["doctor"]).ok();
    // Nothing came to be beside it.
    let beside: Vec<OsString> = fs::read_dir(sandbox.root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|n| n.as_bytes().starts_with(b"caf"))
        .collect();
    assert_eq!(beside, [name]);
}

#[test]
fn a_program_whose_path_is_not_utf_8() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let folder = sandbox.root().join(OsStr::from_bytes(b"caf\xe9"));
    fs::create_dir(&folder).unwrap();
    let program = folder.join("palimpsest");
    let built = PathBuf::from(assert_cmd::cargo::cargo_bin!("palimpsest"));
    fs::copy(built, &program).unwrap();
    let init = |args: &[&str]| {
        let mut command = sandbox.command(laptop.dir(), &program);
        command.args(args);
        Run::of(command)
    };
    // What would be called is another file, or none.
    init(&["init"]).fails().warns("is not UTF-8");
    assert!(!laptop.exists(".git/hooks/pre-commit"));
    assert!(!laptop.exists(".gitattributes"));
    laptop.git(["config", "merge.palimpsest.driver"]).fails();
}

/// Git trusts it by a pattern, which libgit2 does not read.
#[test]
fn a_repository_of_another_user_that_git_trusts() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.git(["worktree", "add", "-q", "../second"]).ok();
    for path in ["laptop", "laptop/.git", "laptop/journal", "second"] {
        let path = sandbox.root().join(path);
        if std::os::unix::fs::chown(path, Some(65_534), None).is_err() {
            println!("skipped: only root can give files away");
            return;
        }
    }
    laptop.metadb(["show", DAY]).exits(1);
    let all = format!("{}/*", sandbox.root().canonicalize().unwrap().display());
    let trust = ["config", "--global", "safe.directory", &all];
    sandbox.run_in(sandbox.root(), "git", trust).ok();
    if laptop.git(["status"]).code != 0 {
        println!("skipped: this git takes no pattern (before 2.46)");
        return;
    }
    for (machine, from, to) in [
        (&laptop, "Bob", "Zoe"),
        (&laptop.inside("../second"), "Bob", "Eve"),
    ] {
        machine.edit_entry(DAY, from, to);
        let run = machine.git(["commit", "-qam", to]).ok();
        run.warns(&format!("recorded: person {from} removed"));
        machine.metadb(["show", DAY]).ok().says(to);
        machine.palimpsest(["doctor"]).ok();
        machine
            .inside("journal/md")
            .metadb(["show", DAY])
            .ok()
            .says(to);
        machine.assert_clean();
    }
}

/// As after `sudo git init`: git compares the top of the work tree, whichever is root's.
#[test]
fn a_git_directory_of_another_user_is_trusted_as_the_message_says() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    if std::os::unix::fs::chown(laptop.path(".git"), Some(65_534), None).is_err() {
        println!("skipped: only root can give files away");
        return;
    }
    let top = laptop.dir().canonicalize().unwrap();
    let command = format!("git config --global --add safe.directory {}", top.display());
    let inside = laptop.inside("journal/md");
    for machine in [&laptop, &inside] {
        let run = machine.metadb(["show", DAY]).exits(1);
        run.warns(&format!("`{command}`"));
    }
    laptop.run_with(&[], "sh", ["-c", &command]).ok();
    for machine in [&laptop, &inside] {
        machine.metadb(["show", DAY]).ok().says("Bob");
    }
}

/// What is tracked can have the form of a git directory, and name programs.
#[test]
fn a_folder_of_a_clone_is_no_git_directory() {
    let sandbox = Sandbox::new();
    let entries = [(DAY, "people: [Al]\n", "x\n")];
    let (laptop, _) = crate::sandbox::journal(&sandbox, &entries);
    let mark = sandbox.root().join("ran");
    let notes = "journal/md/notes";
    laptop.write(&format!("{notes}/HEAD"), "ref: refs/heads/main\n");
    laptop.write(&format!("{notes}/objects/k"), "");
    laptop.write(&format!("{notes}/refs/k"), "");
    laptop.write(
        &format!("{notes}/config"),
        format!(
            "[core]\nrepositoryformatversion = 0\nbare = false\nworktree = ..\n\
             fsmonitor = \"touch '{}'; false\"\n",
            mark.display()
        ),
    );
    laptop.write(
        &format!("{notes}/2024-11-05.md"),
        "---\ndate: 2024-11-05\n---\nx\n",
    );
    let inside = laptop.inside(notes);
    for args in [
        vec!["metadb", "sync", "status"],
        vec!["doctor"],
        vec!["check", "--staged"],
        vec!["backup-full"],
        vec!["yaml2sql", "update", "2024-11-05.md"],
        vec!["init"],
    ] {
        let run = inside.palimpsest(&args).exits(1);
        run.warns("a bare repository, or a folder of its form");
        assert!(!mark.exists(), "{args:?}");
    }
    laptop
        .palimpsest(["init", notes])
        .exits(1)
        .warns("a folder of its form");
    assert!(!mark.exists() && !laptop.exists(&format!("{notes}/hooks")));
    // Git's own folders are no such ones.
    laptop.inside(".git/refs").metadb(["show", DAY]);
    laptop.metadb(["show", DAY]).ok().says("Al");
}

/// Git finds it by what the git directory says, which may have been tracked.
#[test]
fn a_work_tree_in_its_git_directory_counts_where_that_is_named() {
    let sandbox = Sandbox::new();
    let outer = sandbox.repository("outer");
    outer.git(["init", "-q", "--bare", "kept"]).ok();
    let kept = outer.inside("kept");
    kept.git(["config", "core.bare", "false"]).ok();
    kept.git(["config", "core.worktree", "tree"]).ok();
    let tree = outer.inside("kept/tree");
    tree.write_entry(DAY, "people: [Al]", "x\n");
    tree.git(["status"]).ok();
    tree.metadb(["show", DAY])
        .exits(1)
        .warns("one that you put inside of it counts where `GIT_DIR` names the repository");
    let named = [("GIT_DIR", kept.dir().to_str().unwrap())];
    tree.run_with(&named, "metadb", ["show", DAY])
        .ok()
        .says("Al");
}

/// Git itself can read its configuration.
#[test]
fn a_repository_that_cannot_be_read_any_more_is_uninstalled_all_the_same() {
    for (key, value) in [
        ("extensions.refStorage", "reftable"),
        ("remote.origin.promisor", "true"),
    ] {
        let sandbox = Sandbox::new();
        let laptop = journal(&sandbox);
        laptop.palimpsest(["init"]).ok();
        laptop.commit("Use Palimpsest");
        if value == "reftable" {
            let migrate = ["refs", "migrate", "--ref-format=reftable"];
            if laptop.git(migrate).code != 0 {
                println!("skipped: this git has no reftable");
                continue;
            }
        } else {
            laptop.git(["config", key, value]).ok();
        }
        laptop.write("sub/x", "");
        laptop.write(".git/config.lock", "");
        laptop
            .palimpsest(["uninstall", "sub"])
            .exits(1)
            .warns("git's configuration still has the drivers");
        laptop.remove(".git/config.lock");
        let run = laptop.palimpsest(["uninstall", "sub"]).ok();
        run.says("removed git config merge.palimpsest\n")
            .says("removed git config merge.palimpsest-ledger\n")
            .says("removed git config pull.rebase\n")
            .says("left the hooks, which do nothing now, and the database")
            .warns("Palimpsest cannot read this repository");
        let config = laptop.read(".git/config");
        for gone in ["[merge \"palimpsest", "clone =", "pullRebase", "rebase"] {
            assert!(!config.contains(gone), "{gone}: {config}");
        }
        laptop.edit_entry(DAY, "quay", "pier");
        laptop
            .git(["commit", "-qam", "Two"])
            .ok()
            .silent_about("palimpsest");
        laptop.palimpsest(["uninstall"]).exits(1);
    }
}
