//! What stands there before each scene.

use super::scenes::{DAY, OTHER};
use crate::sandbox::{Machine, Sandbox, entry, journal};

const FIELDS: &str = "people: [Alice, Bob, Carol]\ntags: [sea]\ncity: Lisbon";

fn pair(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    let (laptop, desktop) = journal(
        sandbox,
        &[
            (DAY, FIELDS, "One.\n\nTwo.\n"),
            (OTHER, "people: [Dan]", "Rain.\n"),
            ("2023-05-01", "tags: [old]", "Long ago.\n"),
        ],
    );
    laptop.write("wiki/entries/2024/2024-11-01.md", "### Notes\nA note.\n");
    laptop.commit("A note");
    laptop.push();
    desktop.pull();
    laptop
        .git(["config", "remote.origin.url", "../remote.git"])
        .ok();
    (laptop, desktop)
}

/// Bytes that no git has: they are only in the work tree.
fn write_more(laptop: &Machine<'_>) {
    laptop.edit_entry(OTHER, "Rain.", "Rain, which nobody has committed.");
    laptop.write("letter.txt", "Not tracked.\n");
}

pub fn edited(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, _) = pair(sandbox);
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.edit_entry(DAY, "Two.", "Two, and more.");
    laptop.git(["add", "journal"]).ok();
    write_more(&laptop);
    laptop
}

pub fn committed_and_edited(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, _) = pair(sandbox);
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.commit("Without Bob, in a hurry");
    laptop.edit_entry(DAY, ", Carol", "");
    laptop.git(["add", "journal"]).ok();
    write_more(&laptop);
    laptop
}

pub fn diverged_and_clean(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, desktop) = pair(sandbox);
    desktop.edit_entry(DAY, ", Bob", "");
    desktop.edit_entry(DAY, "sea", "sea, fog");
    desktop.write_entry("2024-12-01", "tags: [new]", "From the desktop.\n");
    desktop.remove(&entry("2023-05-01"));
    desktop.commit("On the desktop");
    desktop.push();
    laptop.edit_entry(DAY, "Carol", "Carol, Eve");
    laptop.edit_entry(DAY, "Two.", "Two, and more.");
    laptop.edit_entry(DAY, "Alice, ", "");
    laptop.commit("On the laptop");
    laptop
}

pub fn diverged(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = diverged_and_clean(sandbox);
    write_more(&laptop);
    laptop
}

pub fn conflicting(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, desktop) = pair(sandbox);
    desktop.edit_entry(DAY, "Lisbon", "Porto");
    desktop.edit_entry(DAY, ", Bob", "");
    desktop.commit("On the desktop");
    desktop.push();
    laptop.edit_entry(DAY, "Lisbon", "Faro");
    laptop.edit_entry(DAY, ", Carol", "");
    laptop.commit("On the laptop");
    write_more(&laptop);
    laptop
}

pub fn behind(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, desktop) = pair(sandbox);
    desktop.edit_entry(DAY, ", Bob", "");
    desktop.write_entry("2024-12-01", "tags: [new]", "From the desktop.\n");
    desktop.commit("On the desktop");
    desktop.push();
    write_more(&laptop);
    laptop
}

pub fn branched(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, _) = pair(sandbox);
    laptop.git(["switch", "-q", "-c", "other"]).ok();
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.write_entry("2024-12-01", "tags: [new]", "On a branch.\n");
    laptop.commit("On a branch");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.edit_entry(DAY, ", Carol", "");
    laptop.commit("On main");
    write_more(&laptop);
    laptop
}

/// A linked work tree, in a folder that git ignores, with an edit in it.
pub fn linked(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, _) = pair(sandbox);
    laptop.write(".git/info/exclude", "/linked/\n");
    laptop
        .git(["worktree", "add", "-q", "-b", "other", "linked"])
        .ok();
    let there = laptop.inside("linked");
    there.edit_entry(DAY, ", Bob", "");
    // A git that is killed between HEAD and its index leaves the index behind, with
    // Palimpsest or without: what is staged already shows that no more is.
    there.git(["add", &entry(DAY)]).ok();
    there.edit_entry(OTHER, "Rain.", "Rain, which nobody has committed.");
    write_more(&laptop);
    laptop
}

pub fn to_revert(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, _) = pair(sandbox);
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.commit("Without Bob");
    laptop.edit_entry(DAY, "Two.", "Two, and more.");
    laptop.commit("More");
    write_more(&laptop);
    laptop
}

pub fn stashed(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, _) = pair(sandbox);
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.edit_entry(DAY, "Two.", "Two, stashed.");
    laptop.git(["stash", "-q"]).ok();
    laptop.edit_entry(DAY, "Carol", "Carol, Eve");
    laptop.commit("Eve");
    laptop.write("letter.txt", "Not tracked.\n");
    laptop
}

pub fn not_indexed(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = edited(sandbox);
    laptop.remove("data/palimpsest.db");
    laptop
}

pub fn removed(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, _) = pair(sandbox);
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.commit("Without Bob");
    write_more(&laptop);
    laptop
}

pub fn expired(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = removed(sandbox);
    laptop.edit_entry("2023-05-01", "[old]", "[]");
    laptop.commit("Not old");
    sandbox.pass_days(100);
    laptop
}

/// Both machines edited one entry, and the pull joined them.
pub fn pulled(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = diverged_and_clean(sandbox);
    laptop.pull();
    write_more(&laptop);
    laptop
}

pub fn deleted(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, _) = pair(sandbox);
    laptop.remove(&entry("2023-05-01"));
    laptop.commit("Without the old one");
    write_more(&laptop);
    laptop
}

pub fn merged_elsewhere(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = conflicting(sandbox);
    laptop.write(".git/info/attributes", "*.md merge\n*.jsonl merge\n");
    laptop
        .run_with(&[("PALIMPSEST", "0")], "git", ["pull", "-q"])
        .fails();
    laptop.remove(".git/info/attributes");
    laptop
}

/// A journal without Palimpsest, with somebody else's hooks.
pub fn bare(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, FIELDS, "One.\n");
    laptop.write(".gitignore", "*.swp\n");
    laptop.commit("Begin");
    for hook in ["pre-commit", "post-merge", "mine.sh"] {
        laptop.write(&format!(".git/hooks/{hook}"), "#!/bin/sh\nexit 0\n");
        laptop
            .run_with(&[], "chmod", ["+x", &format!(".git/hooks/{hook}")])
            .ok();
    }
    let link = ["-s", "mine.sh", ".git/hooks/post-checkout"];
    laptop.run_with(&[], "ln", link).ok();
    laptop
}

pub fn broken(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = edited(sandbox);
    laptop.remove(".git/hooks/post-merge");
    laptop.write(".gitattributes", "# mine\n");
    laptop.write("data/palimpsest.db", "no database at all");
    laptop
        .git(["config", "merge.palimpsest.driver", "false"])
        .ok();
    laptop
}

pub fn backed_up(sandbox: &Sandbox) -> Machine<'_> {
    let (laptop, _) = pair(sandbox);
    laptop.palimpsest(["backup-full"]).ok();
    laptop
        .run_with(&[], "sh", ["-c", "mv backups/full_data/*.tar.gz archive.tar.gz; echo archive.tar.gz >> .git/info/exclude"])
        .ok();
    laptop.edit_entry(DAY, ", Bob", "");
    laptop.commit("Without Bob");
    laptop.write_entry("2025-01-01", "tags: [late]", "Not in the backup.\n");
    write_more(&laptop);
    laptop
}
