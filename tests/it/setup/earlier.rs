//! Commits from before `palimpsest init`: an old tag, a step of `git bisect`, a branch that
//! parted earlier.

use super::*;

/// A journal with a tag from before the setup, and the branch `side` there.
fn with_an_old_commit(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = journal(sandbox);
    laptop.git(["tag", "old"]).ok();
    laptop.git(["branch", "side"]).ok();
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Set up");
    laptop.edit_entry(DAY, "[Al, Bob]", "[Al]");
    laptop.commit("Without Bob");
    laptop.assert_clean();
    laptop
}

#[test]
fn git_has_nothing_to_say_of_the_index_there() {
    let sandbox = Sandbox::new();
    let laptop = with_an_old_commit(&sandbox);
    laptop.git(["switch", "-q", "--detach", "old"]).ok();
    laptop.assert_clean();
    assert!(laptop.exists("data/palimpsest.db"));
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.assert_clean();
    laptop.palimpsest(["doctor"]).ok();
    // Who adds everything, as a program does that commits now and then, adds the file alone.
    laptop.git(["switch", "-q", "side"]).ok();
    laptop.edit_entry(DAY, "quay", "old quay");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-qm", "On the side"])
        .ok()
        .warns("which main has: here git merges by itself; git merge main, to have it here too")
        .silent_about("run it once more");
    laptop.assert_clean();
    laptop.write("new.txt", "x\n");
    laptop.git(["stash", "-q", "-u"]).ok();
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.git(["stash", "pop", "-q"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    // Every line is taken out again that was put in.
    let excluded = laptop.read(".git/info/exclude");
    assert!(excluded.ends_with("\n/data/palimpsest.db*\n"), "{excluded}");
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("removed the line for data/palimpsest.db in .git/info/exclude");
    let left = laptop.read(".git/info/exclude");
    assert_eq!(format!("{left}/data/palimpsest.db*\n"), excluded);
}

#[test]
fn nothing_is_written_there_that_stands_in_the_way_back() {
    for (to, way) in [
        (
            &["switch", "-q", "--detach", "old"][..],
            "git switch main, when",
        ),
        (
            &["switch", "-q", "side"],
            "git merge main, to have it here too",
        ),
    ] {
        let sandbox = Sandbox::new();
        let laptop = with_an_old_commit(&sandbox);
        laptop.git(to).ok();
        let looked = laptop.palimpsest(["doctor"]).exits(1);
        let looked = looked.says("HEAD is from before `palimpsest init`, which main has");
        looked
            .says(way)
            .lacks("palimpsest init,")
            .lacks("not ignored");
        laptop.palimpsest(["doctor", "--fix"]).exits(1).says(way);
        laptop.assert_clean();
        laptop.git(["switch", "-q", "main"]).ok();
        laptop.palimpsest(["doctor"]).ok();
    }
}

#[test]
fn a_bisection_can_be_ended_whatever_was_run_in_it() {
    let sandbox = Sandbox::new();
    let laptop = with_an_old_commit(&sandbox);
    laptop.git(["bisect", "start"]).ok();
    laptop.git(["bisect", "bad", "HEAD"]).ok();
    laptop.git(["checkout", "-q", "old"]).ok();
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("mend: git bisect reset, when you are done");
    laptop.palimpsest(["init"]).ok().says("nothing is written");
    laptop.palimpsest(["doctor", "--fix"]).exits(1);
    laptop.assert_clean();
    laptop.git(["bisect", "reset"]).ok();
    laptop.assert_clean();
}

/// The line for all machines is another matter, and so is a setup that somebody took out.
#[test]
fn what_is_missing_after_the_setup_is_named_as_before() {
    let sandbox = Sandbox::new();
    let laptop = with_an_old_commit(&sandbox);
    laptop.git(["switch", "-q", "side"]).ok();
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.write(".gitignore", "*.tmp\n");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("data/palimpsest.db: kept out of git on this machine alone");
    laptop.palimpsest(["init"]).ok();
    laptop.git(["checkout", "-q", "--", ".gitignore"]).ok();
    laptop.git(["switch", "-q", "-c", "plain"]).ok();
    laptop.git(["rm", "-q", ".gitattributes"]).ok();
    laptop.git(["commit", "-qm", "Plain"]).ok();
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("palimpsest init,")
        .lacks("from before");
}
