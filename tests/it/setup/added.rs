//! What another program writes after `init`: lines at the end of a hook of ours, as
//! git-branchless does, or its own hook anew, as others do with their next version.

use super::{DAY, executable, journal};
use crate::sandbox::{Machine, Sandbox};

fn lines(name: &str) -> String {
    format!("\n## START OTHER CONFIG\necho other {name} >&2\n## END OTHER CONFIG\n")
}

fn hook(name: &str) -> String {
    format!(".git/hooks/{name}")
}

/// A journal whose hooks have such lines.
fn with_lines<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let laptop = journal(sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    for name in ["pre-commit", "post-commit", "post-checkout"] {
        let text = laptop.read(&hook(name));
        laptop.write(&hook(name), text + &lines(name));
    }
    laptop
}

#[test]
fn they_run_after_ours_and_count_as_in_order() {
    let sandbox = Sandbox::new();
    let laptop = with_lines(&sandbox);
    laptop.palimpsest(["doctor"]).ok();
    laptop.edit_entry(DAY, "Bob", "Zoe");
    laptop
        .git(["commit", "-qam", "Zoe"])
        .ok()
        .warns("recorded: person Bob removed")
        .warns("other pre-commit")
        .warns("other post-commit");
    laptop.assert_clean();
    laptop
        .git(["checkout", "-q", "-b", "side"])
        .ok()
        .warns("other post-checkout");
    laptop
        .run_with(&[("PALIMPSEST", "0")], "git", ["checkout", "-q", "main"])
        .ok()
        .warns("other post-checkout");
    // What ours refuses is refused.
    laptop.edit_entry(DAY, "quay.\n", "quay.\n<<<<<<<\n=======\n>>>>>>>\n");
    laptop
        .git(["commit", "-qam", "Markers"])
        .exits(1)
        .never_mentions("other pre-commit");
}

#[test]
fn init_writes_them_behind_another_version_of_ours() {
    let sandbox = Sandbox::new();
    let laptop = with_lines(&sandbox);
    let before = laptop.read(&hook("post-commit"));
    laptop.palimpsest(["init"]).ok().lacks("set hook");
    assert_eq!(laptop.read(&hook("post-commit")), before);
    laptop.edit(&hook("post-commit"), "program=", "program=/gone");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("post-commit: for another program");
    laptop.palimpsest(["init"]).ok();
    assert_eq!(laptop.read(&hook("post-commit")), before);
    assert!(!laptop.exists(".git/palimpsest/edited-hooks"));
}

#[test]
fn uninstall_leaves_them() {
    let sandbox = Sandbox::new();
    let laptop = with_lines(&sandbox);
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("post-commit, and left the lines that another program added to it");
    assert_eq!(
        laptop.read(&hook("post-commit")),
        format!("#!/bin/sh\n{}", lines("post-commit"))
    );
    assert!(!laptop.exists(&hook("post-merge")));
    laptop
        .git(["commit", "-q", "--allow-empty", "-m", "x"])
        .ok()
        .warns("other post-commit");
}

/// What ours runs first may be no shell script, so that the lines have no other place.
#[test]
fn uninstall_leaves_ours_with_them_where_it_runs_another_hook() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    executable(&laptop, &hook("post-commit"), "#!/bin/sh\necho mine >&2\n");
    laptop.palimpsest(["init"]).ok();
    let text = laptop.read(&hook("post-commit")) + &lines("post-commit");
    laptop.write(&hook("post-commit"), &text);
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("post-commit: it was edited since `init`");
    assert_eq!(laptop.read(&hook("post-commit")), text);
    assert!(laptop.exists(".git/hooks/before-palimpsest/post-commit"));
}

#[test]
fn a_hook_that_its_program_writes_anew_is_left_with_the_way_to_settle_it() {
    let (hook, kept) = (
        hook("pre-commit"),
        ".git/hooks/before-palimpsest/pre-commit",
    );
    let version = |n: u32| format!("#!/bin/sh\necho \"version {n} of $(basename \"$0\")\" >&2\n");
    for (gone, runs) in [(kept, 2), (hook.as_str(), 1)] {
        let sandbox = Sandbox::new();
        let laptop = journal(&sandbox);
        executable(&laptop, &hook, &version(1));
        laptop.palimpsest(["init"]).ok();
        laptop.commit("Begin").warns("version 1 of pre-commit");
        laptop.remove(&hook);
        executable(&laptop, &hook, &version(2));
        laptop
            .palimpsest(["init"])
            .exits(1)
            .says(&format!("`mv {} ", laptop.path(gone).display()))
            .lacks("everything is set up already");
        assert_eq!(laptop.read(&hook), version(2));
        assert_eq!(laptop.read(kept), version(1));
        laptop.remove(gone);
        laptop.palimpsest(["init"]).ok();
        laptop.palimpsest(["doctor"]).ok();
        laptop.edit_entry(DAY, "Bob", "Zoe");
        laptop
            .git(["commit", "-qam", "Another"])
            .ok()
            .warns(&format!("version {runs} of pre-commit"))
            .warns("recorded: person Bob removed");
    }
}

/// Each would take the other's hook for a person's own, and write it over the one that is.
#[test]
fn two_that_set_up_one_folder_of_hooks_at_once_keep_a_persons_hook() {
    for _ in 0..4 {
        let sandbox = Sandbox::new();
        let laptop = journal(&sandbox);
        executable(&laptop, &hook("pre-commit"), "#!/bin/sh\necho mine >&2\n");
        laptop.git(["worktree", "add", "-q", "../linked"]).ok();
        let init = |dir: &str| {
            let mut command = sandbox.command(&laptop.path(dir), "palimpsest");
            command.arg("init").stdout(std::process::Stdio::null());
            command.spawn().unwrap()
        };
        for mut run in [init("."), init("../linked")] {
            assert!(run.wait().unwrap().success());
        }
        let kept = laptop.read(".git/hooks/before-palimpsest/pre-commit");
        assert!(kept.contains("mine"), "{kept}");
    }
}

/// As some managers of hooks do. Ours in its place runs the wrapper first, which calls the
/// one that was moved.
#[test]
fn a_wrapper_that_calls_the_hook_that_it_moved_aside_does_not_run_without_end() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    let (hook, moved) = (hook("pre-commit"), hook("pre-commit.old"));
    std::fs::rename(laptop.path(&hook), laptop.path(&moved)).unwrap();
    let wrapper = "#!/bin/sh\necho wrapper >&2\n\"${0%/*}/pre-commit.old\" \"$@\"\n";
    executable(&laptop, &hook, wrapper);
    laptop.edit_entry(DAY, "Bob", "Zoe");
    let commit = laptop.git(["commit", "-qam", "Another"]).ok();
    commit.warns("recorded: person Bob removed");
    laptop.palimpsest(["init"]).ok();
    laptop.edit_entry(DAY, "Zoe", "Eve");
    let commit = laptop.git(["commit", "-qam", "One more"]).ok();
    assert_eq!(commit.stderr.matches("wrapper").count(), 1, "{commit}");
    commit.warns("recorded: person Zoe removed");
}
