//! `init` and `doctor --fix` over what is there: edited hooks, shared ones, lines of
//! earlier settings.

use std::fs;

use super::{DAY, journal};
use crate::sandbox::{Machine, Sandbox};

const HOOK: &str = ".git/hooks/pre-commit";
const COPY: &str = ".git/palimpsest/edited-hooks/pre-commit";

#[test]
fn an_edited_hook_is_kept_before_it_is_written_anew() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    let shim = laptop.read(HOOK);
    let edit = |by: &str| {
        laptop.edit(HOOK, "status=0\n", &format!("status=0\necho {by}\n"));
        laptop.read(HOOK)
    };
    let mine = edit("mine");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("pre-commit: edited, or of another version (a copy is kept)");
    laptop
        .palimpsest(["init", "--dry-run"])
        .ok()
        .says("would set hook pre-commit: it was edited, or of another version; as it was")
        .says("palimpsest/edited-hooks/pre-commit\n");
    assert!(laptop.read(HOOK) == mine && !laptop.exists(COPY));
    laptop.palimpsest(["init"]).ok().says(COPY);
    assert_eq!(laptop.read(HOOK), shim);
    assert_eq!(laptop.read(COPY), mine);
    // Another edit does not take the first one's place.
    let other = edit("other");
    laptop
        .palimpsest(["doctor", "--fix"])
        .ok()
        .says("pre-commit.2\n");
    assert_eq!(laptop.read(&format!("{COPY}.2")), other);
    assert_eq!(laptop.read(COPY), mine);
    // A program that moved is no edit.
    laptop.edit(HOOK, "program=", "program=/gone");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("pre-commit: for another program");
    laptop.palimpsest(["init"]).ok().lacks("kept in");
    assert!(!laptop.exists(&format!("{COPY}.3")));
}

/// Has all repositories run the hooks of one folder; gives its path.
fn share_hooks(laptop: &Machine<'_>, sandbox: &Sandbox) -> String {
    let shared = sandbox.root().join("hooks").to_str().unwrap().to_owned();
    laptop
        .git(["config", "--global", "core.hooksPath", &shared])
        .ok();
    shared
}

#[test]
fn hooks_that_repositories_share_are_said() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    fs::create_dir(share_hooks(&laptop, &sandbox)).unwrap();
    let said = "note: core.hooksPath is set for every repository (global configuration)";
    laptop.palimpsest(["init"]).ok().says(said);
    laptop
        .palimpsest(["doctor"])
        .ok()
        .says(said)
        .says("everything is in order");
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("other repositories that use Palimpsest have lost these hooks too");
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .is("nothing is installed here");
    laptop.git(["config", "core.hooksPath", ".git/hooks"]).ok();
    laptop.palimpsest(["init"]).ok().lacks("every repository");
}

/// The hooks of a folder that is shared by way of somebody's own files may name a program
/// that this machine does not have.
#[test]
fn shared_hooks_without_their_program_speak_where_init_was_run() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let shared = share_hooks(&laptop, &sandbox);
    laptop.palimpsest(["init"]).ok();
    let edit = format!("sed -i \"s#^program=.*#program='/gone/palimpsest'#\" {shared}/p*");
    laptop.run_with(&[], "sh", ["-c", &edit]).ok();
    laptop
        .git(["commit", "-q", "--allow-empty", "-m", "Here"])
        .ok()
        .warns("/gone/palimpsest is gone; install it again");
    let other = sandbox.repository("other");
    let commit = ["commit", "-q", "--allow-empty", "-m", "There"];
    assert_eq!(other.git(commit).ok().output(), "");
    assert_eq!(other.git(["switch", "-q", "-c", "b"]).ok().output(), "");
}

/// Typed in a linked work tree, the way to hooks of one's own leads to the repository's.
#[test]
fn hooks_of_ones_own_are_not_a_linked_work_trees() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    share_hooks(&laptop, &sandbox);
    laptop.git(["worktree", "add", "-q", "../linked"]).ok();
    let linked = sandbox.folder("linked");
    let said = linked.palimpsest(["init"]).ok().stdout;
    let (_, command) = said.split_once("for hooks of its own: ").unwrap();
    let command = command.lines().next().unwrap();
    linked.run_with(&[], "sh", ["-c", command]).ok();
    let hooks = laptop.git(["config", "core.hooksPath"]).ok();
    let wanted = fs::canonicalize(laptop.path(".git")).unwrap().join("hooks");
    assert_eq!(hooks.text(), wanted.to_str().unwrap());
}

fn attributes(laptop: &Machine<'_>) -> Vec<String> {
    let text = laptop.read(".gitattributes");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn lines_for_folders_of_earlier_settings_go_where_they_are_ours() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.write(
        ".gitattributes",
        "*.jpg binary\n/letters/**/*.md merge=palimpsest\n",
    );
    laptop.palimpsest(["init"]).ok();
    laptop.edit_entry(DAY, "Bob", "Bob, Eve");
    laptop.commit("Use Palimpsest");
    // The journal moves, and so does the ledger; the wiki's folder never was there.
    laptop.git(["mv", "journal/md", "diary"]).ok();
    laptop.git(["mv", "data/ledger", "ledger"]).ok();
    laptop.write(
        "palimpsest.toml",
        "[paths]\njournal = \"diary\"\nledger = \"ledger\"\nwiki = \"notes\"\n",
    );
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("`/journal/md/**/*.md merge=palimpsest` is for a folder of earlier settings that")
        .says("`/data/ledger/*.jsonl text eol=lf merge=palimpsest-ledger` is for")
        .lacks("/letters/");
    // The hook refuses it, for the rows' sake.
    laptop
        .palimpsest(["init"])
        .exits(1)
        .says("the ledger is in");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-q", "--no-verify", "-m", "Move"])
        .ok();
    laptop
        .palimpsest(["init"])
        .ok()
        .says("set .gitattributes: lines for folders of earlier settings are taken out");
    let expected = [
        "*.jpg binary",
        "/letters/**/*.md merge=palimpsest",
        "/diary/**/*.md merge=palimpsest",
        "/notes/**/*.md merge=palimpsest",
        "/ledger/*.jsonl text eol=lf merge=palimpsest-ledger",
    ];
    assert_eq!(attributes(&laptop), expected);
    laptop.commit("Attributes");
    laptop.palimpsest(["doctor"]).ok();
    laptop.assert_clean();

    // Moved again, from settings that only history has; a line with another end
    // is somebody's, and a folder that is still there may be in use.
    laptop.edit(
        ".gitattributes",
        "/diary/**/*.md merge=palimpsest\n",
        "/diary/**/*.md merge=palimpsest diff\n/journal/md/**/*.md merge=palimpsest\n",
    );
    laptop.git(["mv", "diary", "days"]).ok();
    laptop.edit("palimpsest.toml", "diary", "days");
    laptop.edit("palimpsest.toml", "\"notes\"", "\"pages\"");
    laptop.write("notes/x.md", "x\n");
    laptop.palimpsest(["init"]).ok();
    let lines = attributes(&laptop);
    assert!(
        !lines.iter().any(|l| l.starts_with("/journal/md/")),
        "{lines:?}"
    );
    for kept in [
        "/diary/**/*.md merge=palimpsest diff",
        "/notes/**/*.md merge=palimpsest",
        "/days/**/*.md merge=palimpsest",
    ] {
        assert!(lines.iter().any(|l| l == kept), "{lines:?}");
    }
    laptop.commit("Move again");
    laptop.metadb(["show", DAY]).ok().says("Bob");
}

/// What a merge has staged goes with the merge's own commit, and is nothing of `init`.
#[test]
fn in_the_middle_of_a_merge_its_files_are_not_named() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.git(["switch", "-q", "-c", "side"]).ok();
    laptop.edit_entry(DAY, "Bob", "Cy");
    laptop.edit_entry(DAY, "quay", "mole");
    laptop.commit("Side");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.edit_entry(DAY, "quay", "pier");
    laptop.commit("Main");
    laptop.git(["merge", "-q", "side"]).fails();
    laptop
        .palimpsest(["init"])
        .ok()
        .says("nothing to commit here")
        .lacks("data/ledger");
    laptop.write(".gitignore", "mine\n");
    laptop
        .palimpsest(["init"])
        .ok()
        .says("now end the merge with what the other machines need too: git add .gitignore\n")
        .lacks("git commit");
}

/// A clone of before another machine was set up.
fn behind(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "people: [Alice]", "One.\n");
    laptop.commit("Begin");
    laptop.push();
    let desktop = sandbox.machine("desktop");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.push();
    (laptop, desktop)
}

const TRACKED: [&str; 3] = [".gitattributes", ".gitignore", "palimpsest.toml"];

#[test]
fn what_a_pull_brings_is_left_to_it() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = behind(&sandbox);
    desktop.git(["fetch", "-q"]).ok();
    let left = ".gitattributes, .gitignore, palimpsest.toml: left to `git pull`";
    desktop.palimpsest(["init"]).ok().says(left);
    // The index is there, and its line of .gitignore is not yet.
    assert!(desktop.exists("data/palimpsest.db"));
    desktop.assert_clean();
    // No more than that: `init` does not write what it leaves to the pull.
    desktop.palimpsest(["doctor"]).exits(1).is(
        ".gitattributes, .gitignore, palimpsest.toml: another machine committed them
    mend: git pull && palimpsest init
",
    );
    assert!(TRACKED.iter().all(|file| !desktop.exists(file)));
    desktop.git(["pull", "-q"]).ok();
    desktop
        .palimpsest(["init"])
        .ok()
        .says("nothing to commit here")
        .lacks("git pull");
    desktop.assert_clean();
    desktop.palimpsest(["doctor"]).ok();
    // A later change of these files is none of the setup.
    laptop.write("palimpsest.toml", "");
    laptop.commit("Defaults");
    laptop.push();
    desktop.git(["fetch", "-q"]).ok();
    desktop.palimpsest(["doctor"]).ok();
}

/// A person's own file, which the pull stops at.
#[test]
fn a_file_in_the_way_of_the_pull_is_named_and_left() {
    let sandbox = Sandbox::new();
    let (_, desktop) = behind(&sandbox);
    desktop.git(["fetch", "-q"]).ok();
    desktop.write(".gitignore", "*.swp\n");
    let way = "mv .gitignore .gitignore.before && git pull && palimpsest init";
    for _ in 0..2 {
        desktop
            .palimpsest(["init"])
            .ok()
            .says(".gitattributes, palimpsest.toml: left to `git pull`")
            .says("note: .gitignore: not committed here, and another machine committed them")
            .says(way)
            .says("nothing to commit here");
        assert_eq!(desktop.read(".gitignore"), "*.swp\n");
        let status = desktop.git(["status", "--porcelain", "-uall"]).ok();
        assert_eq!(status.stdout, "?? .gitignore\n");
        let doctor = desktop.palimpsest(["doctor"]).exits(1).says(way);
        assert_eq!(doctor.stdout.matches("mend: ").count(), 1, "{doctor}");
    }
    desktop.run_with(&[], "sh", ["-c", way]).ok();
    desktop.palimpsest(["doctor"]).ok();
    assert_eq!(desktop.read(".gitignore.before"), "*.swp\n");
}

#[test]
fn what_init_wrote_before_the_pull_that_brings_it_is_named_with_the_way() {
    let sandbox = Sandbox::new();
    let (_, desktop) = behind(&sandbox);
    desktop.palimpsest(["init"]).ok().says("now commit");
    desktop.write(".gitignore", "mine\n");
    desktop.git(["pull", "-q"]).fails();
    let way = "rm .gitattributes palimpsest.toml && mv .gitignore .gitignore.before && git pull \
               && palimpsest init";
    desktop.palimpsest(["doctor"]).exits(1).says(way);
    // What was put aside before is not written over.
    desktop.write(".gitignore.before", "older\n");
    desktop
        .palimpsest(["doctor"])
        .exits(1)
        .says("mv .gitignore .gitignore.before.2 && git pull");
    desktop.remove(".gitignore.before");
    desktop.palimpsest(["init", "--dry-run"]).ok();
    let run = desktop.run_with(&[], "sh", ["-c", way]);
    run.ok();
    desktop.palimpsest(["doctor"]).ok();
    assert_eq!(desktop.read(".gitignore.before"), "mine\n");
}

/// A file that was there before, and has more lines since.
#[test]
fn a_file_that_both_have_is_left_to_the_pull_as_well() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(
        DAY,
        "people: [Alice]",
        "One.
",
    );
    laptop.write(
        ".gitignore",
        "*.tmp
",
    );
    laptop.commit("Begin");
    laptop.push();
    let (desktop, other) = (sandbox.machine("desktop"), sandbox.machine("other"));
    other.palimpsest(["init"]).ok();
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.push();
    desktop.git(["fetch", "-q"]).ok();
    desktop.palimpsest(["init"]).ok();
    desktop.git(["pull", "-q"]).ok();
    desktop.palimpsest(["init"]).ok();
    desktop.assert_clean();
    other.git(["pull", "-q"]).fails();
    let way = "rm .gitattributes palimpsest.toml && cp .gitignore .gitignore.before && \
               git restore .gitignore && git pull && palimpsest init";
    other.palimpsest(["doctor"]).exits(1).says(way);
    other.run_with(&[], "sh", ["-c", way]).ok();
    other.palimpsest(["doctor"]).ok();
}

/// The drivers serve the merge of histories that have diverged: what both wrote is the
/// same.
#[test]
fn where_a_pull_has_to_merge_what_init_writes_is_committed_first() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = behind(&sandbox);
    laptop.edit_entry(DAY, "[Alice]", "[Alice, Bob]");
    laptop.commit("Bob");
    laptop.push();
    desktop.edit_entry(DAY, "[Alice]", "[Alice, Eve]");
    desktop.commit("Eve");
    desktop.git(["fetch", "-q"]).ok();
    desktop.palimpsest(["init"]).ok().says("now commit");
    desktop.commit("Use Palimpsest");
    desktop.pull();
    assert!(desktop.read_entry(DAY).contains("[Alice, Bob, Eve]"));
    desktop.palimpsest(["doctor"]);
}
