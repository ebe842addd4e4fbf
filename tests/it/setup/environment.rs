//! What is around a journal: variables of git's own, and the file system.

use super::{DAY, journal};
use crate::harness::not_run;
use crate::sandbox::Sandbox;

const TRACED: [(&str, &str); 1] = [("GIT_TRACE", "1")];

/// Git that traces writes to stderr also where it has nothing to say.
#[test]
fn a_commit_that_is_traced_is_checked_and_recorded() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop
        .run_with(&TRACED, "palimpsest", ["doctor"])
        .ok()
        .is("everything is in order");
    laptop.edit_entry(DAY, "Bob", "Zoe");
    laptop
        .run_with(&TRACED, "git", ["commit", "-qam", "Zoe"])
        .ok()
        .warns("recorded: person Bob removed");
    laptop.edit_entry(DAY, "Went", "<<<<<<< a\nWent\n=======\nRan\n>>>>>>> b\n");
    laptop
        .run_with(&TRACED, "git", ["commit", "-qam", "Markers"])
        .exits(1)
        .warns("conflict markers");
    laptop.git(["checkout", "-q", "."]).ok();
    laptop
        .run_with(&TRACED, "palimpsest", ["backup-full"])
        .ok()
        .says("verified");
}

/// `git --work-tree` sets it, and so may a person.
#[test]
fn the_work_tree_that_the_environment_names_alone() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    let other = sandbox.folder("other");
    other.write_entry(DAY, "people: [Al, Xavier]", "Went to the quay.\n");
    let names = [("GIT_WORK_TREE", other.dir().to_str().unwrap())];
    laptop
        .run_with(&names, "metadb", ["show", DAY])
        .ok()
        .says("Xavier")
        .lacks("Bob");
    // The index of that work tree is made there.
    assert!(other.exists("data/palimpsest.db"));
    laptop.metadb(["show", DAY]).ok().says("Bob");
}

/// Git takes it from the current folder, wherever the git directory is.
#[test]
fn a_work_tree_that_is_named_from_here() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    let git_dir = laptop.path(".git");
    let above = sandbox.folder(".");
    for (machine, git, tree) in [
        (&above, "laptop/.git", "laptop"),
        (&above, git_dir.to_str().unwrap(), "laptop"),
        (&laptop.inside("journal"), "../.git", ".."),
    ] {
        let names = [("GIT_DIR", git), ("GIT_WORK_TREE", tree)];
        let run = machine.run_with(&names, "palimpsest", ["doctor"]).ok();
        run.is("everything is in order");
        let run = machine.run_with(&names, "metadb", ["show", DAY]).ok();
        run.says("Bob");
    }
    let names = [("GIT_DIR", "gone/.git"), ("GIT_WORK_TREE", "laptop")];
    let run = above.run_with(&names, "palimpsest", ["doctor"]).exits(1);
    run.warns("no git repository here or above");
}

/// A client that gives git literal paths (Magit) starts hooks with them, and shells.
#[test]
fn how_git_is_to_read_paths() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.write_entry("2024-11-02", "people: [Zed]", "Not added.\n");
    for name in [
        "GIT_LITERAL_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
    ] {
        let env = [(name, "1")];
        let run = |args: &[&str]| laptop.run_with(&env, "palimpsest", args).ok();
        run(&["doctor"]).says("everything is in order");
        run(&["init"]);
        run(&["metadb", "sync", "status"]).says("tracked: 2");
        run(&["check", "--staged"]);
        run(&["backup-full"]).says("verified");
        laptop.remove("data/palimpsest.db");
        run(&["reindex"]);
    }
}

/// A stick, a phone's card or a share may be mounted so. Git runs no hook there.
#[test]
fn a_file_system_that_runs_nothing_is_said() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    let inside = |line: &str| {
        let git = laptop.path(".git");
        let mount = format!(
            "exec unshare --mount --map-root-user sh -c 'cp -a {git}/hooks {git}/kept && \
             mount -t tmpfs -o noexec tmpfs {git}/hooks && \
             cp -a {git}/kept/. {git}/hooks && {line}'",
            git = git.display()
        );
        // Linux alone has it.
        laptop.run_with(&[], "sh", ["-c", &mount])
    };
    if inside("true").code != 0 {
        return not_run("nothing can be mounted here");
    }
    let said = "nothing there can be run (the file system may be mounted `noexec`)";
    inside("palimpsest doctor").exits(1).says(said);
    let init = inside("palimpsest init").ok();
    init.warns(said).lacks("set hooks");
}
