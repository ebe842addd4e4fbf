//! The commands that are killed, what stands there before, and what a person does
//! afterwards to have it done after all.

use super::before::{
    backed_up, bare, behind, branched, broken, committed_and_edited, conflicting, deleted,
    diverged, diverged_and_clean, edited, expired, linked, merged_elsewhere, not_indexed, pulled,
    removed, stashed, to_revert,
};
use super::look::Actor;
use crate::sandbox::{Machine, Run, Sandbox};

/// A command in a prepared repository.
pub struct Scene {
    pub name: &'static str,
    pub prepare: for<'a> fn(&'a Sandbox) -> Machine<'a>,
    pub command: &'static [&'static str],
    /// Its exit code, undisturbed.
    pub code: i32,
    pub again: fn(&Actor<'_>, &[&str]) -> Vec<Run>,
    /// Folders that it makes beside the machine's.
    pub made: &'static [&'static str],
    /// Where it writes over what nobody has elsewhere, since that is its purpose.
    pub replaces: &'static [&'static str],
}

pub const DAY: &str = "2024-11-01";
pub const OTHER: &str = "2024-11-02";

const fn scene(
    name: &'static str,
    command: &'static [&'static str],
    prepare: for<'a> fn(&'a Sandbox) -> Machine<'a>,
    again: fn(&Actor<'_>, &[&str]) -> Vec<Run>,
) -> Scene {
    Scene {
        name,
        prepare,
        command,
        code: 0,
        again,
        made: &[],
        replaces: &[],
    }
}

pub const SCENES: [Scene; 27] = [
    scene(
        "commit",
        &["git", "commit", "-q", "-m", "Without Bob"],
        edited,
        rerun,
    ),
    scene(
        "commit-file",
        &[
            "git",
            "commit",
            "-q",
            "-m",
            "Without Bob",
            "journal/md/2024/2024-11-01.md",
        ],
        edited,
        rerun,
    ),
    scene(
        "amend",
        &["git", "commit", "-q", "--amend", "-m", "Without Bob"],
        committed_and_edited,
        amend_again,
    ),
    scene(
        "linked",
        &[
            "git",
            "-C",
            "linked",
            "commit",
            "-q",
            "-m",
            "Without Bob",
            "journal/md/2024/2024-11-01.md",
        ],
        linked,
        rerun,
    ),
    scene(
        "revert",
        &["git", "revert", "--no-edit", "HEAD~1"],
        to_revert,
        revert_again,
    ),
    scene("pull", &["git", "pull", "-q"], diverged, merge_again),
    Scene {
        code: 1,
        ..scene(
            "pull-conflict",
            &["git", "pull", "-q"],
            conflicting,
            merge_again,
        )
    },
    scene("pull-forward", &["git", "pull", "-q"], behind, merge_again),
    scene(
        "pull-rebase",
        &["git", "pull", "-q", "--rebase"],
        diverged_and_clean,
        merge_again,
    ),
    scene(
        "switch",
        &["git", "switch", "-q", "other"],
        branched,
        switch_again,
    ),
    scene(
        "cherry-pick",
        &["git", "cherry-pick", "other"],
        branched,
        merge_again,
    ),
    scene(
        "stash-pop",
        &["git", "stash", "pop", "-q"],
        stashed,
        merge_again,
    ),
    scene("sync", &["yaml2sql", "sync", "journal/md"], edited, rerun),
    scene(
        "first-index",
        &["yaml2sql", "sync", "journal/md"],
        not_indexed,
        rerun,
    ),
    scene("reindex", &["palimpsest", "reindex"], edited, rerun),
    scene("notes", &["wiki2sql", "import", "entries"], edited, rerun),
    scene(
        "cleanup",
        &["metadb", "tombstone", "cleanup"],
        expired,
        rerun,
    ),
    scene(
        "tombstone",
        &["metadb", "tombstone", "remove", "entry_people", DAY, "Bob"],
        removed,
        rerun,
    ),
    scene(
        "settle",
        &["metadb", "sync", "resolve", "Entry", DAY],
        pulled,
        rerun,
    ),
    scene(
        "bring-back",
        &["metadb", "restore", "Entry", "2023-05-01"],
        deleted,
        rerun,
    ),
    scene(
        "resolve",
        &["palimpsest", "resolve", "--ours"],
        merged_elsewhere,
        resolve_again,
    ),
    scene("init", &["palimpsest", "init"], bare, rerun),
    Scene {
        replaces: &[".git/hooks/"],
        ..scene("uninstall", &["palimpsest", "uninstall"], edited, rerun)
    },
    Scene {
        replaces: &[".gitattributes"],
        ..scene("fix", &["palimpsest", "doctor", "--fix"], broken, rerun)
    },
    scene("backup", &["palimpsest", "backup-full"], edited, rerun),
    scene(
        "restore",
        &["palimpsest", "restore-full", "archive.tar.gz"],
        backed_up,
        rerun,
    ),
    Scene {
        made: &["restored"],
        ..scene(
            "restore-into",
            &[
                "palimpsest",
                "restore-full",
                "archive.tar.gz",
                "--into",
                "../restored",
            ],
            backed_up,
            rerun,
        )
    },
];

// What a person does afterwards.

/// The same command again; that it finds nothing to do is fine.
fn rerun(actor: &Actor<'_>, command: &[&str]) -> Vec<Run> {
    vec![actor.run(command)]
}

/// The same again; what was written before the kill and not staged is named.
fn resolve_again(actor: &Actor<'_>, command: &[&str]) -> Vec<Run> {
    let mut told = rerun(actor, command);
    let named: Vec<String> = told[0]
        .stderr
        .lines()
        .filter_map(|line| Some(line.split_once("as it should be: git add ")?.1.to_owned()))
        .collect();
    for path in named {
        told.push(actor.run(&["git", "add", &path]));
    }
    told
}

/// `git log` says whether it is done.
fn amend_again(actor: &Actor<'_>, command: &[&str]) -> Vec<Run> {
    let log = actor.run(&["git", "log", "-1", "--format=%s"]);
    match log.text() {
        "Without Bob" => vec![log],
        _ => rerun(actor, command),
    }
}

/// `git log` says whether it is done; else it is taken back, and begun again.
fn revert_again(actor: &Actor<'_>, command: &[&str]) -> Vec<Run> {
    let log = actor.run(&["git", "log", "-1", "--format=%s"]);
    if log.text().starts_with("Revert") {
        return vec![log];
    }
    let mut told = Vec::new();
    if actor.has(".git/REVERT_HEAD") {
        told.push(actor.run(&["git", "revert", "--abort"]));
    }
    told.push(actor.run(&["git", "reset", "-q", "--merge"]));
    for path in [&crate::sandbox::entry(DAY), "data/ledger/2024.jsonl"] {
        told.push(actor.run(&["git", "checkout", "-q", "HEAD", "--", path]));
    }
    told.push(actor.run(command));
    told
}

/// Takes back what was begun, and begins again.
fn merge_again(actor: &Actor<'_>, command: &[&str]) -> Vec<Run> {
    let mut told = Vec::new();
    for (sign, abort) in [
        ("MERGE_HEAD", "merge"),
        ("CHERRY_PICK_HEAD", "cherry-pick"),
        ("rebase-merge", "rebase"),
    ] {
        if actor.has(&format!(".git/{sign}")) {
            let done = actor.run(&["git", abort, "--abort"]);
            if done.code != 0 && sign == "rebase-merge" {
                // It was killed before it had written all that it needs for that; git
                // says so with the next rebase, and what to do.
                told.push(actor.run(&["rm", "-r", ".git/rebase-merge"]));
            }
            told.push(done);
        }
    }
    told.push(actor.run(&["git", "reset", "-q", "--merge"]));
    let incoming = match command[1] {
        "pull" => "FETCH_HEAD",
        "cherry-pick" => "other",
        _ => "stash@{0}",
    };
    put_back(actor, incoming, &mut told);
    let again = actor.run(command);
    let names_none = again.stderr.contains("stash@{0} is not a valid reference");
    told.push(again);
    if names_none && actor.has(".git/refs/stash") {
        // Git was killed after it had emptied the log of the stashes, which gives them
        // their numbers: all of it is in the work tree, and the ref is left over.
        told.push(actor.run(&["git", "update-ref", "-d", "refs/stash"]));
    }
    told
}

/// Files that git was writing when it was killed, as HEAD has them.
fn put_back(actor: &Actor<'_>, incoming: &str, told: &mut Vec<Run>) {
    let range = format!("HEAD...{incoming}");
    let coming = actor.run(&["git", "diff", "--name-only", "--no-renames", &range]);
    for path in coming.text().lines() {
        let known = actor.run(&["git", "cat-file", "-e", &format!("HEAD:{path}")]);
        if known.code == 0 {
            told.push(actor.run(&["git", "checkout", "-q", "HEAD", "--", path]));
        } else if actor.has(path) {
            told.push(actor.run(&["rm", path]));
        }
    }
}

fn switch_again(actor: &Actor<'_>, command: &[&str]) -> Vec<Run> {
    let mut told = vec![actor.run(&["git", "reset", "-q", "--merge"])];
    put_back(actor, "other", &mut told);
    told.push(actor.run(command));
    told
}
