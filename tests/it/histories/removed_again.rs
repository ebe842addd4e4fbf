//! A removal that was picked to another branch, and put back on the first one just as it
//! was: a merge of both changes the file on one side alone, and git asks no driver.

use super::*;

const OTHER: &str = "2024-11-02";

/// Bob and the other entry go on main and, picked, on the branch; main has both back.
fn picked_and_put_back(laptop: &Machine<'_>) {
    laptop.git(["branch", "release"]).ok();
    remove_bob(laptop);
    laptop.remove(&crate::sandbox::entry(OTHER));
    laptop.commit("Drop");
    laptop.git(["switch", "-q", "release"]).ok();
    laptop.write("README.md", "A journal.\n");
    laptop.commit("Read me");
    laptop.git(["cherry-pick", "main~1", "main"]).ok();
    laptop.git(["switch", "-q", "main"]).ok();
    edit(laptop, "[Alice]", "[Alice, Bob]");
    laptop.metadb(["restore", "Entry", OTHER]).ok();
    laptop.commit("Back").warns("entry 2024-11-02 is back");
}

fn two_entries(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    journal(sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)])
}

#[test]
fn what_a_merge_removes_again_is_a_removal_by_the_merge() {
    for merging in ["main", "release"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = two_entries(&sandbox);
        picked_and_put_back(&laptop);
        if merging == "release" {
            laptop.git(["switch", "-q", "release"]).ok();
        }
        let other = if merging == "main" { "release" } else { "main" };
        let merged = laptop.git(["merge", "-q", "--no-edit", other]).ok();
        if merging == "main" {
            merged.warns("entry 2024-11-02 was deleted by");
        }
        laptop.git(["switch", "-q", "-C", "main"]).ok();
        laptop.assert_clean();
        holds(&laptop, &["both_edited", "kept_out Bob"]);
        laptop.push();
        desktop.pull().warns("entry 2024-11-02 was deleted by");
        agree(&desktop, &laptop, &["both_edited", "kept_out Bob"]);
        for machine in [&laptop, &desktop] {
            machine.metadb(["restore", "Entry", OTHER]).ok();
            assert!(machine.read_entry(OTHER).contains("Bob"));
            machine.remove(&crate::sandbox::entry(OTHER));
            machine.metadb(["tombstone", "list"]).ok().says("Bob");
        }
        // Bob comes back for good.
        edit(&desktop, "[Alice]", "[Alice, Bob]");
        desktop.push();
        laptop.pull();
        with_bob([&laptop, &desktop]);
        agree(&desktop, &laptop, &[]);
    }
}

/// Nothing is told of a merge that has what was put back.
#[test]
fn what_a_merge_takes_back_in_is_no_removal() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two_entries(&sandbox);
    laptop.git(["switch", "-q", "-c", "release"]).ok();
    remove_bob(&laptop);
    laptop.remove(&crate::sandbox::entry(OTHER));
    laptop.commit("Drop");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.git(["merge", "-q", "--no-ff", "release"]).ok();
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.metadb(["restore", "Entry", OTHER]).ok();
    laptop.commit("Back");
    laptop.git(["switch", "-q", "release"]).ok();
    laptop.write("README.md", "A journal.\n");
    laptop.commit("Read me");
    laptop
        .git(["merge", "-q", "--no-edit", "main"])
        .ok()
        .silent_about("was deleted");
    laptop.git(["switch", "-q", "-C", "main"]).ok();
    holds(&laptop, &[]);
    laptop.push();
    desktop.pull();
    with_bob([&laptop, &desktop]);
    agree(&desktop, &laptop, &[]);
}

/// Two machines make the same merge: it is one removal, and who puts Bob back has undone it.
#[test]
fn what_two_merges_remove_again_is_one_removal() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two_entries(&sandbox);
    picked_and_put_back(&laptop);
    laptop.push();
    laptop.git(["push", "-q", "origin", "release"]).ok();
    desktop.pull();
    for (machine, release) in [(&laptop, "release"), (&desktop, "origin/release")] {
        machine.git(["merge", "-q", "--no-edit", release]).ok();
    }
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.push();
    desktop.git(["pull", "-q", "--no-rebase"]).ok();
    with_bob([&laptop, &desktop]);
    agree(&desktop, &laptop, &[]);
    with_bob([&laptop, &desktop]);
}

/// Git takes the branch's file in a rebase, and asks no driver: who put Bob back without
/// hooks is told as well as who did with them.
#[test]
fn what_was_put_back_without_hooks_is_listed_where_a_rebase_removes_it() {
    for (how, is_stored) in [
        ("revert", false),
        ("revert", true),
        ("phone", false),
        ("phone", true),
    ] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = two_entries(&sandbox);
        squashed_once(&laptop, &desktop);
        match how {
            "revert" => drop(desktop.git(["revert", "--no-edit", "HEAD"]).ok()),
            _ => edit_without_hooks(&desktop, "[Alice]", "[Alice, Bob]"),
        }
        if is_stored {
            desktop.edit_entry(OTHER, "weather: fair", "weather: wet");
            desktop.commit("Stored");
        }
        desktop.push();
        laptop.git(["fetch", "-q"]).ok();
        // A later edit with hooks is one that the branch's did not know.
        let expected: &[&str] = match is_stored {
            true => &["both_edited", "kept_out Bob"],
            false => &["kept_out Bob"],
        };
        for (machine, branch) in [(&laptop, "side"), (&desktop, "origin/side")] {
            machine.git(["switch", "-q", "--detach", branch]).ok();
            machine.git(["rebase", "-q", "origin/main"]).ok();
            machine.assert_clean();
            holds(machine, expected);
        }
        // Both rebases give the same rows.
        assert_eq!(
            laptop.read(LEDGER),
            desktop.read(LEDGER),
            "{how} {is_stored}"
        );
        desktop.git(["switch", "-q", "main"]).ok();
        laptop.git(["switch", "-q", "-C", "main"]).ok();
        laptop.push();
        agree(&laptop, &desktop, expected);
        without_bob([&laptop, &desktop]);
        // Bob comes back for good.
        edit(&desktop, "[Alice]", "[Alice, Bob]");
        desktop.push();
        laptop.pull();
        with_bob([&laptop, &desktop]);
        agree(&desktop, &laptop, &[]);
    }
}

/// The branch removes Bob, and is squashed onto main, which has moved.
fn squashed_once(laptop: &Machine<'_>, desktop: &Machine<'_>) {
    laptop.git(["switch", "-q", "-c", "side"]).ok();
    remove_bob(laptop);
    laptop.git(["push", "-q", "origin", "side"]).ok();
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.edit_entry(OTHER, "mood: calm", "mood: good");
    laptop.commit("Other");
    laptop.git(["merge", "-q", "--squash", "side"]).ok();
    laptop.commit("Squashed");
    laptop.push();
    desktop.pull();
}

#[test]
fn what_a_branch_itself_puts_back_is_there_after_its_rebase() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = two_entries(&sandbox);
    squashed_once(&laptop, &desktop);
    edit(&desktop, "[Alice]", "[Alice, Bob]");
    desktop.push();
    laptop.git(["fetch", "-q"]).ok();
    laptop.git(["switch", "-q", "side"]).ok();
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.git(["rebase", "-q", "origin/main"]).ok();
    laptop.git(["switch", "-q", "-C", "main"]).ok();
    laptop.push();
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
}

#[test]
fn what_a_second_squash_removes_again_is_listed() {
    for (how, is_edited) in [("hooks", false), ("phone", false), ("hooks", true)] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = two_entries(&sandbox);
        squashed_once(&laptop, &desktop);
        match how {
            "hooks" => edit(&desktop, "[Alice]", "[Alice, Bob]"),
            _ => edit_without_hooks(&desktop, "[Alice]", "[Alice, Bob]"),
        }
        desktop.push();
        laptop.pull();
        laptop.git(["switch", "-q", "side"]).ok();
        laptop.write("notes.txt", "Tea\n");
        laptop.commit("Notes");
        laptop.git(["switch", "-q", "main"]).ok();
        laptop.git(["merge", "-q", "--squash", "side"]).ok();
        if is_edited {
            laptop.edit_entry(DAY, "mood: calm", "mood: good");
        }
        laptop.commit("Squashed again").warns("Bob was kept out");
        without_bob([&laptop, &laptop]);
        laptop.push();
        agree(&laptop, &desktop, &["kept_out Bob"]);
    }
}

/// Git asks no driver of the ledger where the branch has what main has, or main what the branch
/// began with.
#[test]
fn what_an_amended_removal_takes_out_once_more_is_listed() {
    for how in ["revert", "phone"] {
        for amend in ["a word", "a file"] {
            let sandbox = Sandbox::new();
            let (laptop, desktop) = two_entries(&sandbox);
            remove_bob(&laptop);
            laptop.push();
            desktop.pull();
            match how {
                "revert" => drop(desktop.git(["revert", "--no-edit", "HEAD"]).ok()),
                _ => edit_without_hooks(&desktop, "[Alice]", "[Alice, Bob]"),
            }
            desktop.push();
            match amend {
                "a word" => laptop.edit_entry(DAY, "mood: calm", "mood: good"),
                _ => laptop.write("notes.txt", "Tea\n"),
            }
            laptop.git(["add", "-A"]).ok();
            laptop
                .git(["commit", "-q", "--amend", "--no-edit"])
                .ok()
                .silent_about("kept out");
            laptop.git(["pull", "-q", "--rebase"]).ok();
            laptop.assert_clean();
            holds(&laptop, &["kept_out Bob"]);
            laptop.edit_entry(OTHER, "weather: fair", "weather: wet");
            laptop.commit("Stored");
            laptop.push();
            agree(&laptop, &desktop, &["kept_out Bob"]);
            without_bob([&laptop, &desktop]);
            // Bob comes back for good.
            edit(&desktop, "[Alice]", "[Alice, Bob]");
            desktop.push();
            laptop.pull();
            with_bob([&laptop, &desktop]);
            agree(&desktop, &laptop, &[]);
        }
    }
}
