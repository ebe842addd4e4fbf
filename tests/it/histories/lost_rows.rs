//! Ledgers that a merge took from one side, or a revert to what they were.

use super::*;

/// The state of the removal of Bob in HEAD's ledger.
#[track_caller]
fn state_of_bob(machine: &Machine<'_>) -> &'static str {
    let rows = machine.ledger(2024);
    let bob = removals(&rows, "Bob");
    let is_active = bob.first().expect("a row of Bob").state.is_active();
    if is_active { "active" } else { "restored" }
}

/// The desktop, without hooks and drivers, merges the laptop's and takes its own
/// ledger; where both changed the entry the lines are apart.
#[track_caller]
fn take_own_ledger(desktop: &Machine<'_>) {
    let merge = ["pull", "-q", "--no-rebase"];
    desktop
        .run_with(&[("PALIMPSEST", "0")], "git", merge)
        .exits(1);
    without_hooks(desktop, &["checkout", "-q", "--ours", LEDGER]);
    without_hooks(desktop, &["add", "-A"]);
    without_hooks(desktop, &["commit", "-q", "--no-edit"]);
}

#[test]
fn a_removal_that_a_merge_took_the_other_side_of_comes_back_as_a_row() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.push();
    edit(&desktop, "weather: fair", "weather: wet");
    take_own_ledger(&desktop);
    assert!(!desktop.read(LEDGER).contains("Bob"));
    desktop.metadb(["tombstone", "list"]).ok().says("Bob");
    agree(&desktop, &laptop, &["both_edited"]);
    without_bob([&laptop, &desktop]);
    assert_eq!(state_of_bob(&laptop), "active");
}

#[test]
fn the_strategy_ours_leaves_the_item_in_the_file_and_lists_it() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.push();
    edit(&desktop, "weather: fair", "weather: wet");
    desktop
        .git(["pull", "-q", "--no-rebase", "-s", "ours"])
        .ok();
    agree(&desktop, &laptop, &["both_edited", "still_in_file Bob"]);
    assert_eq!(state_of_bob(&laptop), "active");
}

/// The desktop, without hooks and drivers, merges the laptop's commit, which others have
/// built on, and takes its own ledger.
#[track_caller]
fn lose_the_row(desktop: &Machine<'_>, laptop: &Machine<'_>) {
    desktop
        .git(["branch", "-q", "-r", "-d", "origin/main"])
        .ok();
    desktop
        .git(["fetch", "-q", "origin", &laptop.oid("HEAD")])
        .ok();
    let merge = ["merge", "-q", "--no-edit", "FETCH_HEAD"];
    desktop
        .run_with(&[("PALIMPSEST", "0")], "git", merge)
        .exits(1);
    without_hooks(desktop, &["checkout", "-q", "--ours", LEDGER]);
    without_hooks(desktop, &["add", "-A"]);
    without_hooks(desktop, &["commit", "-q", "--no-edit"]);
}

/// A tablet that built on the removal of Bob, and a desktop whose merge lost its row.
fn with_a_lost_row(sandbox: &Sandbox) -> (Machine<'_>, Machine<'_>) {
    let (laptop, desktop) = begin(sandbox);
    remove_bob(&laptop);
    laptop.push();
    let tablet = sandbox.machine("tablet");
    tablet.palimpsest(["init"]).ok();
    edit(&tablet, "tags: [rain]", "tags: [rain, sea]");
    tablet.push();
    edit(&desktop, "weather: fair", "weather: wet");
    lose_the_row(&desktop, &laptop);
    (tablet, desktop)
}

/// The merge base has the row that the desktop's merge lost: that is no revert.
#[test]
fn a_lost_row_is_no_reverted_one_in_the_next_merge() {
    for hooks in ["1", "0"] {
        let sandbox = Sandbox::new();
        let (tablet, desktop) = with_a_lost_row(&sandbox);
        // With a driver, and in a merge that a person commits.
        let pull = ["pull", "-q", "--no-rebase", "--no-commit"];
        let pull = if hooks == "1" { &pull[..3] } else { &pull[..] };
        desktop.git(pull).ok();
        if hooks == "0" {
            desktop.git(["commit", "-q", "--no-edit"]).ok();
        }
        desktop.assert_clean();
        assert_eq!(state_of_bob(&desktop), "active");
        agree(&desktop, &tablet, &["both_edited"]);
        without_bob([&tablet, &desktop]);
    }
}

/// Whether the row was reverted or lost, only history knows; where it cannot be read the
/// removal stays, and the driver says that it did not look.
#[test]
fn a_row_that_is_gone_stays_where_history_cannot_be_read() {
    for settings in [false, true] {
        let sandbox = Sandbox::new();
        let (tablet, desktop) = with_a_lost_row(&sandbox);
        // The desktop's version before that merge, which git does not need.
        let id = desktop.oid(&format!("HEAD^1:{}", crate::sandbox::entry(DAY)));
        let (folder, name) = id.split_at(2);
        let pull = ["pull", "-q", "--no-rebase"];
        if settings {
            desktop.write("palimpsest.toml", "[paths]\njournal = 7\n");
            let said = format!("{LEDGER}: merged without history: palimpsest.toml");
            desktop.git(pull).warns(&said);
        } else {
            std::fs::remove_file(desktop.path(&format!(".git/objects/{folder}/{name}"))).unwrap();
            let said = format!("{LEDGER}: merged without history: ");
            desktop.git(pull).ok().warns(&said).warns(&id);
            without_bob([&tablet, &desktop]);
        }
        assert_eq!(state_of_bob(&desktop), "active");
    }
}

#[test]
fn a_restoration_that_a_merge_took_the_other_side_of_counts() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.push();
    desktop.pull();
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.push();
    edit(&desktop, "weather: fair", "weather: wet");
    take_own_ledger(&desktop);
    agree(&desktop, &laptop, &["both_edited"]);
    with_bob([&laptop, &desktop]);
    assert_eq!(state_of_bob(&laptop), "restored");
}

#[test]
fn a_row_that_a_side_reverted_does_not_come_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.push();
    desktop.pull();
    desktop.git(["revert", "--no-edit", "HEAD"]).ok();
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.push();
    desktop
        .git(["pull", "-q", "--no-rebase", "-s", "ours"])
        .ok();
    agree(&desktop, &laptop, &["both_edited"]);
    with_bob([&laptop, &desktop]);
}

/// The desktop removes Bob without hooks, and reverts the commit that stored the row.
#[track_caller]
fn store_and_revert(desktop: &Machine<'_>) {
    edit_without_hooks(desktop, "[Alice, Bob]", "[Alice]");
    edit(desktop, "weather: fair", "weather: wet");
    assert_eq!(state_of_bob(desktop), "active");
    let stored = desktop.oid("HEAD");
    desktop.write("README.md", "A journal.\n");
    desktop.commit("Read me");
    desktop.git(["revert", "--no-edit", &stored]).ok();
    assert!(!desktop.exists(LEDGER) || !desktop.read(LEDGER).contains("Bob"));
}

/// The removal was made before, and is none of what was reverted.
#[test]
fn a_row_that_history_told_outlives_the_revert_of_what_stored_it() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    store_and_revert(&desktop);
    desktop.push();
    laptop.pull();
    let list = ["tombstone", "list", "--json"];
    let rows = [&laptop, &desktop].map(|m| json(&m.metadb(list).ok()));
    assert_eq!(rows[0], rows[1]);
    assert_eq!(rows[0].as_array().unwrap().len(), 1, "{}", rows[0]);
    laptop.write("README.md", "Our journal.\n");
    laptop.commit("Read me, too");
    agree(&laptop, &desktop, &[]);
    assert_eq!(state_of_bob(&laptop), "active");
}

/// The same where the ledger has more since, and the driver merges it in the revert.
#[test]
fn a_row_that_history_told_outlives_the_revert_in_a_ledger_that_went_on() {
    const OTHER: &str = "2024-11-02";
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit_without_hooks(&desktop, "[Alice, Bob]", "[Alice]");
    edit(&desktop, "weather: fair", "weather: wet");
    desktop.write_entry(OTHER, FIELDS, BODY);
    desktop.commit("Another entry");
    desktop.git(["revert", "--no-edit", "HEAD^"]).ok();
    assert_eq!(state_of_bob(&desktop), "active");
    desktop.push();
    edit(&laptop, "[Alice, Bob]", "[Alice]");
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.pull();
    without_bob([&laptop, &laptop]);
    agree(&laptop, &desktop, &["both_edited", "kept_out Bob"]);
}

/// And so does the deletion of an entry.
#[test]
fn a_deletion_that_history_told_outlives_the_revert_of_what_stored_it() {
    const OTHER: &str = "2024-11-02";
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    desktop.write_entry(OTHER, FIELDS, BODY);
    desktop.commit("Another entry");
    without_hooks(&desktop, &["rm", "-q", &crate::sandbox::entry(DAY)]);
    without_hooks(&desktop, &["commit", "-q", "-m", "Gone"]);
    desktop.edit_entry(OTHER, "weather: fair", "weather: wet");
    desktop.commit("Wet");
    desktop.write_entry("2024-11-03", FIELDS, BODY);
    desktop.commit("A third entry");
    desktop.git(["revert", "--no-edit", "HEAD^"]).ok();
    agree(&desktop, &laptop, &[]);
    for machine in [&laptop, &desktop] {
        machine.metadb(["show", DAY]).says("deleted");
        machine.metadb(["restore", "Entry", DAY]).ok();
        with_bob([machine, machine]);
    }
}

/// The merge base has the row, and the desktop's ledger lacks it again.
#[test]
fn a_row_that_history_told_is_no_reverted_one_in_the_next_merge() {
    for hooks in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        let tablet = sandbox.machine("tablet");
        tablet.palimpsest(["init"]).ok();
        edit_without_hooks(&desktop, "[Alice, Bob]", "[Alice]");
        edit(&desktop, "weather: fair", "weather: wet");
        desktop.push();
        laptop.pull();
        let revert = ["revert", "--no-edit", "HEAD"];
        desktop.git(revert).ok();
        edit(&laptop, "mood: calm", "mood: good");
        laptop.push();
        let pull = ["pull", "-q", "--no-rebase", "--no-commit"];
        desktop.git(if hooks { &pull[..3] } else { &pull[..] }).ok();
        if !hooks {
            desktop.git(["commit", "-q", "--no-edit"]).ok();
        }
        desktop.push();
        // Who had not heard of any of it took him out, and put him back.
        edit(&tablet, "[Alice, Bob]", "[Alice]");
        edit(&tablet, "[Alice]", "[Alice, Bob, Carol]");
        tablet.pull();
        without_bob([&tablet, &desktop]);
        agree(&tablet, &desktop, &["both_edited", "kept_out Bob"]);
    }
}

/// Without settings and ledger a commit tells nothing, so that what it took out has to be
/// told by those before.
#[test]
fn a_revert_of_the_only_ledger_loses_no_row_that_a_client_without_hooks_made() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    let text = laptop.read_entry(DAY).replace("[Alice, Bob]", "[Alice]");
    laptop.write(&crate::sandbox::entry(DAY), text);
    without_hooks(&laptop, &["commit", "-q", "-a", "-m", "Without Bob"]);
    without_hooks(
        &laptop,
        &["rm", "-q", "-r", "palimpsest.toml", "data/ledger"],
    );
    without_hooks(&laptop, &["commit", "-q", "-m", "Without settings"]);
    edit(&laptop, "weather: fair", "weather: wet");
    assert!(laptop.read(LEDGER).contains("Bob"));
    laptop.git(["revert", "--no-edit", "HEAD"]).ok();
    assert!(!laptop.exists(LEDGER));
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
}

/// Another commit changed the ledger since, so that git asks its driver, which takes all rows of
/// the reverted commit for taken back.
#[test]
fn who_reverts_only_a_part_of_a_commit_keeps_the_other_removals() {
    const OTHER: &str = "2024-11-02";
    for way in ["commit", "continue", "quit", "stash"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
        laptop.edit_entry(DAY, "[Alice, Bob]", "[Alice]");
        laptop.edit_entry(DAY, "mood: calm", "mood: good");
        laptop.remove(&crate::sandbox::entry(OTHER));
        laptop.commit("Without Bob, and a day less");
        edit(&laptop, "weather: fair", "weather: wet");
        laptop.git(["revert", "-n", "HEAD^"]).ok();
        // Then nothing says any more that a revert waits.
        match way {
            "quit" => drop(laptop.git(["revert", "--quit"]).ok()),
            "stash" => ["-q", "pop"].into_iter().for_each(|arg| {
                laptop.git(["stash", arg]).ok();
            }),
            _ => {}
        }
        with_bob([&laptop, &laptop]);
        laptop.edit_entry(DAY, "[Alice, Bob]", "[Alice]");
        laptop.remove(&crate::sandbox::entry(OTHER));
        match way {
            "commit" | "quit" | "stash" => drop(laptop.commit("Calm again")),
            _ => {
                laptop.git(["add", "-A"]).ok();
                laptop.git(["revert", "--continue"]).ok();
            }
        }
        assert!(laptop.read_entry(DAY).contains("mood: calm"));
        laptop.assert_clean();
        assert_eq!(state_of_bob(&laptop), "active", "{way}");
        laptop.metadb(["tombstone", "list"]).ok().says("Bob");
        laptop.metadb(["restore", "--list"]).ok().says(OTHER);
        agree(&laptop, &desktop, &[]);
        without_bob([&laptop, &desktop]);
        // The whole revert takes both removals back.
        laptop.git(["revert", "-n", "HEAD~4"]).ok();
        laptop.commit("All of it");
        assert_eq!(state_of_bob(&laptop), "restored", "{way}");
        laptop.metadb(["restore", "--list"]).ok().lacks(OTHER);
    }
}
