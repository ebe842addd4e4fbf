//! Repositories that are set up otherwise than by two whole clones.

use super::*;

#[test]
fn a_second_work_tree_of_one_repository() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop
        .git(["worktree", "add", "-q", "../second", "-b", "second"])
        .ok();
    let second = laptop.inside("../second");
    remove_bob(&second);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Eve]");
    // Each has an index of its own.
    holds(&second, &[]);
    holds(&laptop, &[]);
    laptop.git(["merge", "-q", "--no-edit", "second"]).ok();
    second.git(["merge", "-q", "--ff-only", "main"]).ok();
    agree(&laptop, &desktop, &["both_edited"]);
    second.git(["merge", "-q", "--ff-only", "main"]).ok();
    holds(&second, &["both_edited"]);
    without_bob([&laptop, &desktop]);
    without_bob([&laptop, &second]);
    assert!(second.read_entry(DAY).contains("Eve"));
}

#[test]
fn what_a_rebase_in_a_second_work_tree_kept_out() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop
        .git(["worktree", "add", "-q", "../second", "-b", "second"])
        .ok();
    let second = laptop.inside("../second");
    edit(&second, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(&laptop, "mood: calm", "mood: good");
    second.git(["rebase", "-q", "main"]).ok();
    holds(&second, &["both_edited", "kept_out Carol"]);
    laptop.git(["merge", "-q", "--ff-only", "second"]).ok();
    agree(&laptop, &desktop, &["both_edited", "kept_out Carol"]);
}

#[test]
fn a_journal_that_is_a_submodule() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let outer = sandbox.repository("outer");
    outer.write("README", "Everything.\n");
    outer.commit("Begin");
    let remote = sandbox.root().join("remote.git");
    let add = ["-c", "protocol.file.allow=always", "submodule", "add", "-q"];
    outer
        .git(add.iter().chain(&[remote.to_str().unwrap(), "diary"]))
        .ok();
    outer.commit("The diary");
    let diary = outer.inside("diary");
    diary.palimpsest(["init"]).ok();
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice]");
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    edit(&diary, "[Alice, Bob]", "[Alice, Bob, Carol]");
    diary.pull().mentions("Carol stays out");
    let expected = ["both_edited", "kept_out Carol"];
    agree(&diary, &laptop, &expected);
    without_bob([&diary, &laptop]);
    // Nothing but the submodule's own commit is new outside.
    let status = outer.git(["status", "--porcelain"]).ok();
    assert_eq!(status.text(), "M diary");
    outer.commit("The diary today");
    // Where the outer repository puts it on no branch.
    diary.git(["checkout", "-q", "--detach"]).ok();
    edit(&diary, "[Alice]", "[Alice, Bob]");
    diary.git(["checkout", "-q", "-B", "main"]).ok();
    agree(&diary, &laptop, &["kept_out Carol"]);
    with_bob([&diary, &laptop]);
}

/// The desktop's own copy of the program, which can go and come back.
fn own_program(sandbox: &Sandbox, desktop: &Machine<'_>) -> std::path::PathBuf {
    let program = sandbox.folder("of its own").path("palimpsest");
    std::fs::copy(assert_cmd::cargo::cargo_bin!("palimpsest"), &program).unwrap();
    desktop
        .run_with(&[], program.to_str().unwrap(), ["init"])
        .ok();
    program
}

#[test]
fn a_removal_while_the_program_is_gone() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let program = own_program(&sandbox, &desktop);
    let away = program.with_extension("away");
    std::fs::rename(&program, &away).unwrap();
    edit(&desktop, "[Alice, Bob]", "[Alice]");
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.push();
    // Git's own merge: the lines are apart.
    desktop.git(["pull", "-q", "--no-rebase"]).ok();
    std::fs::rename(&away, &program).unwrap();
    agree(&desktop, &laptop, &["both_edited"]);
    without_bob([&laptop, &desktop]);
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
}

#[test]
fn a_merge_that_stops_while_the_program_is_gone() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let program = own_program(&sandbox, &desktop);
    let away = program.with_extension("away");
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Eve]");
    remove_bob(&laptop);
    laptop.push();
    std::fs::rename(&program, &away).unwrap();
    // Both wrote the same lines of the entry and of the ledger.
    desktop.git(["pull", "-q", "--no-rebase"]).exits(1);
    std::fs::rename(&away, &program).unwrap();
    desktop.palimpsest(["resolve"]).ok();
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    // Whoever resolved it looked at it.
    agree(&desktop, &laptop, &[]);
    without_bob([&laptop, &desktop]);
    assert!(laptop.read_entry(DAY).contains("[Alice, Eve]"));
}

#[test]
fn a_client_that_force_adds_the_database() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let database = "data/palimpsest.db";
    without_hooks(&laptop, &["add", "-f", database]);
    edit_without_hooks(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.push();
    edit(&desktop, "weather: fair", "weather: wet");
    desktop.pull();
    desktop.assert_clean();
    without_bob([&desktop, &desktop]);
    // Nothing that git runs changes it; whoever looks is told.
    desktop
        .metadb(["sync", "status"])
        .ok()
        .warns("data/palimpsest.db is tracked by git");
    desktop
        .palimpsest(["doctor", "--fix"])
        .ok()
        .says("not tracked any longer");
    desktop.git(["commit", "-q", "-m", "Not the database"]).ok();
    desktop.assert_clean();
    agree(&desktop, &laptop, &["both_edited"]);
    without_bob([&laptop, &desktop]);
    for machine in [&laptop, &desktop] {
        assert!(machine.exists(database));
        let tracked = machine.git(["ls-files", database]).ok();
        tracked.is("");
    }
}

#[test]
fn a_force_added_database_that_both_changed() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let database = "data/palimpsest.db";
    without_hooks(&laptop, &["add", "-f", database]);
    without_hooks(&laptop, &["commit", "-q", "-m", "The database too"]);
    laptop.push();
    desktop.pull();
    for machine in [&laptop, &desktop] {
        // A reader writes to it; such a client commits that.
        machine.write_entry("2023-01-01", "", &machine.dir().display().to_string());
        machine.yaml2sql(["sync", "journal/md"]).ok();
        machine.remove("journal/md/2023/2023-01-01.md");
        machine.edit_entry(DAY, "mood: calm", "mood: good");
        machine.commit("The database again");
    }
    remove_bob(&laptop);
    laptop.git(["push", "-q"]).ok();
    desktop.git(["pull", "-q", "--no-rebase"]).exits(1);
    without_bob([&desktop, &desktop]);
    desktop.palimpsest(["doctor", "--fix"]).ok();
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.assert_clean();
    agree(&desktop, &laptop, &["both_edited"]);
    without_bob([&laptop, &desktop]);
}
