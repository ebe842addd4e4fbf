//! Old copies that come back.

use super::*;

/// Bob is removed, and then the mood changes; gives the file from before.
fn later_changes(laptop: &Machine<'_>) -> String {
    let old = laptop.read_entry(DAY);
    remove_bob(laptop);
    edit(laptop, "mood: calm", "mood: good");
    old
}

/// Picks the tip of `side`, which conflicts in the notes alone: theirs are taken.
pub(super) fn pick_beside_a_conflict(laptop: &Machine<'_>) {
    laptop.git(["cherry-pick", "side"]).fails();
    laptop.git(["checkout", "-q", "--theirs", "notes.txt"]).ok();
    laptop.git(["add", "notes.txt"]).ok();
    laptop
        .git(["-c", "core.editor=true", "cherry-pick", "--continue"])
        .ok();
}

#[test]
fn a_stale_copy_is_refused_and_says_what_it_would_undo() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let old = later_changes(&laptop);
    let begun = laptop.oid("HEAD~2");
    let file = crate::sandbox::entry(DAY);
    laptop.write(&file, &old);
    for args in [
        &["commit", "-q", "-a", "-m", "Backup"][..],
        &["commit", "-q", "-m", "Backup", "--", &file],
    ] {
        laptop
            .git(args)
            .exits(1)
            .warns(&format!("{file}: a copy of {}", &begun[..12]))
            .warns("would put back person Bob and undo later changes of mood")
            .warns("git restore --staged --worktree")
            .warns("git commit --no-verify");
    }
    laptop.palimpsest(["check", "--staged"]).ok();
    laptop.git(["add", "-A"]).ok();
    laptop.palimpsest(["check", "--staged"]).exits(1);

    // All the same: a person's decision, and known to everybody as one.
    laptop
        .git(["commit", "-q", "--no-verify", "-m", "Backup"])
        .ok();
    agree(&laptop, &desktop, &[]);
    assert_eq!(desktop.read_entry(DAY), old);
}

#[test]
fn a_stale_copy_that_undoes_a_comment_is_refused() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let old = laptop.read_entry(DAY);
    remove_bob(&laptop);
    edit(&laptop, "mood: calm", "# Ask Ann\nmood: calm");
    laptop.write(&crate::sandbox::entry(DAY), &old);
    laptop
        .git(["commit", "-q", "-a", "-m", "Backup"])
        .exits(1)
        .warns("would put back person Bob and undo later changes of comments");
}

/// It speaks of the removal, and goes with it.
#[test]
fn a_comment_that_the_removal_wrote_is_undone_by_a_person() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let old = laptop.read_entry(DAY);
    edit(&laptop, "[Alice, Bob]", "[Alice] # went home");
    laptop.write(&crate::sandbox::entry(DAY), &old);
    laptop.commit("Bob again");
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
}

#[test]
fn a_file_that_undoes_a_removal_alone_adds_the_item_again() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    let file = crate::sandbox::entry(DAY);
    laptop.git(["checkout", "-q", "HEAD^", "--", &file]).ok();
    laptop.commit("Bob again");
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
}

/// A branch decided it, with the hooks, in a commit of its own.
#[test]
fn what_a_squash_or_a_pick_brings_is_no_stale_copy() {
    for how in ["squash", "pick"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        let old = laptop.read_entry(DAY);
        laptop.edit_entry(DAY, "mood: calm", "mood: good");
        remove_bob(&laptop);
        laptop.write("notes.txt", "Tea\n");
        laptop.commit("Notes");
        laptop.git(["switch", "-q", "-c", "side"]).ok();
        laptop.git(["revert", "--no-edit", "HEAD^"]).ok();
        laptop.write("notes.txt", "Milk\n");
        laptop
            .git(["commit", "-q", "-a", "--amend", "--no-edit"])
            .ok();
        assert_eq!(laptop.read_entry(DAY), old);
        laptop.git(["switch", "-q", "main"]).ok();
        if how == "squash" {
            laptop.write("pages/more.txt", "More\n");
            laptop.commit("Meanwhile");
            laptop.git(["merge", "-q", "--squash", "side"]).ok();
            laptop.git(["commit", "-q", "-m", "Squashed"]).ok();
        } else {
            laptop.write("notes.txt", "Coffee\n");
            laptop.commit("Meanwhile");
            pick_beside_a_conflict(&laptop);
        }
        laptop.assert_clean();
        assert_eq!(laptop.read_entry(DAY), old, "{how}");
        agree(&laptop, &desktop, &[]);
        with_bob([&laptop, &desktop]);
    }
}

/// A branch from before has each file as it was then.
#[test]
fn a_copy_that_a_pick_does_not_bring_is_stale() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    laptop.git(["switch", "-q", "-c", "side"]).ok();
    laptop.write("notes.txt", "Milk\n");
    laptop.commit("Milk");
    laptop.git(["switch", "-q", "main"]).ok();
    let old = later_changes(&laptop);
    laptop.write("notes.txt", "Coffee\n");
    laptop.commit("Coffee");
    laptop.git(["cherry-pick", "side"]).fails();
    laptop.write("notes.txt", "Coffee and milk\n");
    laptop.write(&crate::sandbox::entry(DAY), &old);
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["-c", "core.editor=true", "cherry-pick", "--continue"])
        .fails()
        .warns("would put back person Bob and undo later changes of mood");
}

/// Nothing tells against which parent a merge is picked.
#[test]
fn what_the_pick_of_a_merge_brings_is_no_stale_copy() {
    for parent in ["1", "2"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        let old = laptop.read_entry(DAY);
        laptop.edit_entry(DAY, "mood: calm", "mood: good");
        remove_bob(&laptop);
        laptop.git(["switch", "-q", "-c", "side"]).ok();
        laptop.git(["revert", "--no-edit", "HEAD"]).ok();
        laptop.write("notes.txt", "Milk\n");
        laptop.commit("Milk");
        laptop.git(["switch", "-q", "-c", "other", "main"]).ok();
        laptop.write("pages/more.txt", "More\n");
        laptop.commit("More");
        let (on, merged) = match parent {
            "1" => ("other", "side"),
            _ => ("side", "other"),
        };
        laptop.git(["switch", "-q", on]).ok();
        if parent == "2" {
            laptop.write("notes.txt", "Milk, and tea\n");
            laptop.commit("Tea");
        }
        laptop.git(["merge", "-q", "--no-edit", merged]).ok();
        assert_eq!(laptop.read_entry(DAY), old);
        laptop.git(["switch", "-q", "main"]).ok();
        laptop.write("notes.txt", "Coffee\n");
        laptop.commit("Coffee");
        laptop.git(["cherry-pick", "-m", parent, on]).fails();
        laptop.git(["checkout", "-q", "--theirs", "notes.txt"]).ok();
        laptop.git(["add", "notes.txt"]).ok();
        laptop
            .git(["-c", "core.editor=true", "cherry-pick", "--continue"])
            .ok();
        assert_eq!(laptop.read_entry(DAY), old, "{parent}");
        agree(&laptop, &desktop, &[]);
        with_bob([&laptop, &desktop]);
    }
}

/// The branch did not change the file to that version.
#[test]
fn a_copy_that_comes_beside_a_squash_or_a_pick_is_stale() {
    for how in ["squash", "pick"] {
        let sandbox = Sandbox::new();
        let (laptop, _) = begin(&sandbox);
        let old = later_changes(&laptop);
        laptop.git(["switch", "-q", "-c", "side", "HEAD^"]).ok();
        laptop.write("notes.txt", "Milk\n");
        laptop.commit("Milk");
        laptop.git(["switch", "-q", "main"]).ok();
        laptop.write("notes.txt", "Coffee\n");
        laptop.commit("Coffee");
        let bring = match how {
            "squash" => ["merge", "-q", "--squash", "side"].to_vec(),
            _ => ["cherry-pick", "side"].to_vec(),
        };
        laptop.git(bring).fails();
        laptop.write("notes.txt", "Coffee and milk\n");
        laptop.write(&crate::sandbox::entry(DAY), &old);
        laptop.git(["add", "-A"]).ok();
        laptop
            .git(["commit", "-q", "-m", "With milk"])
            .exits(1)
            .warns("would put back person Bob and undo later changes of mood");
    }
}

#[test]
fn a_revert_in_progress_is_no_stale_copy() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    later_changes(&laptop);
    laptop.git(["revert", "--no-commit", "HEAD", "HEAD^"]).ok();
    laptop.git(["commit", "-q", "-m", "Both back"]).ok();
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
}

/// As a client amends a commit from which a file was unticked: the work tree keeps the
/// edit, which no backup does that puts an older file there.
#[test]
fn a_file_that_is_taken_out_of_the_last_commit_is_no_stale_copy() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let file = crate::sandbox::entry(DAY);
    laptop.edit_entry(DAY, "[Alice, Bob]", "[Alice]");
    laptop.edit_entry(DAY, "mood: calm", "mood: good");
    laptop.write("README.md", "# Mine\n");
    laptop.commit("Too much");
    laptop.git(["reset", "-q", "HEAD^", "--", &file]).ok();
    laptop.git(["commit", "-q", "--amend", "--no-edit"]).ok();
    laptop
        .git(["status", "--porcelain"])
        .ok()
        .is(&format!("M {file}"));
    laptop.commit("The entry by itself");
    agree(&laptop, &desktop, &[]);
    without_bob([&laptop, &desktop]);
}

#[test]
fn an_old_version_with_an_edit_is_no_copy() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let old = later_changes(&laptop);
    laptop.write(&crate::sandbox::entry(DAY), old.replace("Lisbon", "Porto"));
    laptop.commit("Begin again from the old one");
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
}

/// An older version that lacks what was added since.
#[test]
fn an_old_version_that_puts_nothing_back_is_no_copy() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let old = laptop.read_entry(DAY);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "mood: calm", "mood: good");
    laptop.write(&crate::sandbox::entry(DAY), &old);
    laptop.commit("As it was");
    agree(&laptop, &desktop, &[]);
    assert_eq!(desktop.read_entry(DAY), old);
}

/// Nothing in the work tree says that a person took it out of a commit.
#[test]
fn a_copy_that_is_staged_and_deleted_is_stale() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let old = later_changes(&laptop);
    let file = crate::sandbox::entry(DAY);
    laptop.write(&file, &old);
    laptop.git(["add", &file]).ok();
    laptop.remove(&file);
    laptop
        .git(["commit", "-q", "-m", "Backup"])
        .exits(1)
        .warns("would put back person Bob and undo later changes of mood");
}

#[test]
fn an_item_put_back_without_hooks_stays_where_its_removal_was_stored_since() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit_without_hooks(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.push();
    desktop.git(["pull", "-q"]).ok();

    // Stored here, above what both have, and undone there.
    edit(&desktop, "mood: calm", "mood: good");
    edit_without_hooks(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.push();
    desktop.git(["pull", "-q", "--no-rebase"]).ok();
    with_bob([&laptop, &desktop]);
    // Both changed the entry since their base, one of them without hooks.
    agree(&laptop, &desktop, &["both_edited"]);
    with_bob([&laptop, &desktop]);
}

#[test]
fn an_item_put_back_before_its_removal_was_known_to_be_stored_stays() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit_without_hooks(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.push();
    desktop.git(["pull", "-q"]).ok();

    // Stored here, shared, and already in the base of what comes then.
    edit(&desktop, "mood: calm", "mood: good");
    desktop.push();
    edit_without_hooks(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.git(["pull", "-q", "--no-rebase"]).ok();
    laptop.push();
    edit(&desktop, "mood: good", "mood: better");
    desktop.git(["pull", "-q", "--no-rebase"]).ok();
    with_bob([&laptop, &desktop]);
    agree(&laptop, &desktop, &["both_edited"]);
    with_bob([&laptop, &desktop]);
}

#[test]
fn an_item_put_back_without_hooks_stays_where_a_rebase_stores_its_removal() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit_without_hooks(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.push();
    desktop.git(["pull", "-q"]).ok();

    // The first pick brings the stored row, the second has it in its base.
    edit(&desktop, "mood: calm", "mood: good");
    edit(&desktop, "mood: good", "mood: better");
    edit_without_hooks(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.push();
    desktop.git(["pull", "-q", "--rebase"]).ok();
    with_bob([&desktop, &desktop]);
    agree(&laptop, &desktop, &["both_edited"]);
    with_bob([&laptop, &desktop]);
}
