//! Ways in which git joins histories.

use super::*;

#[test]
fn a_removal_that_is_picked() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.push();
    edit(&desktop, "weather: fair", "weather: wet");
    desktop.git(["fetch", "-q"]).ok();
    desktop.git(["cherry-pick", "origin/main"]).ok();
    desktop.assert_clean();
    without_bob([&laptop, &desktop]);
    agree(&desktop, &laptop, &["both_edited"]);
    without_bob([&laptop, &desktop]);
}

#[test]
fn a_removal_that_is_reverted_is_undone_for_everybody() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.push();
    desktop.pull();
    desktop.git(["revert", "--no-edit", "HEAD"]).ok();
    agree(&desktop, &laptop, &[]);
    with_bob([&laptop, &desktop]);
}

#[test]
fn a_removal_that_is_reverted_while_the_other_edits() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.push();
    desktop.pull();
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.push();
    desktop.git(["revert", "--no-edit", "HEAD"]).ok();
    desktop.pull();
    with_bob([&desktop, &desktop]);
    // A revert is an edit like any other.
    agree(&desktop, &laptop, &["both_edited"]);
    with_bob([&laptop, &desktop]);
}

#[test]
fn a_repository_that_was_made_again_from_old_files() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.push();
    let old = desktop.read_entry(DAY);
    desktop.git(["checkout", "-q", "--orphan", "new"]).ok();
    desktop
        .git(["rm", "-q", "-r", "--cached", "data/ledger"])
        .ok();
    std::fs::remove_dir_all(desktop.path("data/ledger")).unwrap();
    assert_eq!(old, desktop.read_entry(DAY));
    desktop.commit("Everything anew");
    desktop.git(["fetch", "-q"]).ok();
    desktop
        .git([
            "merge",
            "-q",
            "--no-edit",
            "--allow-unrelated-histories",
            "origin/main",
        ])
        .exits(1);
    // The weather differs: a person decides.
    let text = desktop.read_entry(DAY);
    assert!(!people(&text).contains("Bob"), "{text}");
    desktop.write_entry(DAY, &FIELDS.replace(", Bob", ""), BODY);
    desktop.git(["add", "-A"]).ok();
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.git(["branch", "-q", "-M", "main"]).ok();
    desktop.git(["push", "-q", "-u", "origin", "main"]).ok();
    agree(&desktop, &laptop, &["kept_out Bob"]);
    without_bob([&laptop, &desktop]);
}

#[test]
fn a_shallow_clone() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.push();
    let remote = format!("file://{}", sandbox.root().join("remote.git").display());
    sandbox
        .run_in(
            sandbox.root(),
            "git",
            ["clone", "-q", "--depth=1", remote.as_str(), "shallow"],
        )
        .ok();
    let shallow = sandbox.folder("shallow");
    shallow.palimpsest(["init"]).ok();
    holds(&shallow, &[]);
    edit(&shallow, "[Alice]", "[Alice, Carol]");
    edit(&laptop, "[Alice]", "[Alice, Dora]");
    laptop.push();
    shallow.git(["pull", "-q", "--no-rebase"]).ok();
    agree(&shallow, &desktop, &["both_edited"]);
    without_bob([&shallow, &desktop]);
}

#[test]
fn a_criss_cross_gives_the_same_tree() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(&laptop, "mood: calm", "mood: good");
    edit(&desktop, "[Alice, Bob]", "[Alice, Carol]");
    for (machine, branch) in [(&laptop, "one"), (&desktop, "two")] {
        machine
            .git(["push", "-q", "origin", &format!("HEAD:{branch}")])
            .ok();
    }
    laptop
        .git(["pull", "-q", "--no-rebase", "origin", "two"])
        .ok();
    desktop
        .git(["pull", "-q", "--no-rebase", "origin", "one"])
        .ok();
    assert_eq!(laptop.oid("HEAD^{tree}"), desktop.oid("HEAD^{tree}"));
    for machine in [&laptop, &desktop] {
        holds(machine, &["both_edited", "kept_out Carol"]);
    }
    laptop.push();
    agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
    without_bob([&laptop, &desktop]);
}

#[test]
fn a_criss_cross_of_commits_that_came_without_rows() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit_without_hooks(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit_without_hooks(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit_without_hooks(&laptop, "mood: calm", "mood: good");
    edit_without_hooks(&desktop, "[Alice, Bob]", "[Alice, Carol]");
    for (machine, branch) in [(&laptop, "one"), (&desktop, "two")] {
        machine
            .git(["push", "-q", "origin", &format!("HEAD:{branch}")])
            .ok();
    }
    laptop
        .git(["pull", "-q", "--no-rebase", "origin", "two"])
        .ok();
    desktop
        .git(["pull", "-q", "--no-rebase", "origin", "one"])
        .ok();
    assert_eq!(laptop.oid("HEAD^{tree}"), desktop.oid("HEAD^{tree}"));
    for machine in [&laptop, &desktop] {
        holds(machine, &["both_edited", "kept_out Carol"]);
    }
    // The next merge has two bases, and git calls the driver for them first.
    edit_without_hooks(&laptop, "weather: fair", "weather: wet");
    edit_without_hooks(&desktop, "tags: [rain]", "tags: [rain, sea]");
    laptop.push();
    agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
    without_bob([&laptop, &desktop]);
    for machine in [&laptop, &desktop] {
        let text = machine.read_entry(DAY);
        assert!(!text.contains("Carol") && text.contains("sea"), "{text}");
        // Each removal is one row, whoever derived it.
        let ledger = machine.ledger(2024);
        for item in ["Bob", "Carol"] {
            assert_eq!(removals(&ledger, item).len(), 1, "{item}");
        }
    }
}

#[test]
fn an_octopus_and_the_resolve_strategy_are_not_worse_than_git() {
    for strategy in ["octopus", "resolve"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.git(["checkout", "-q", "-b", "side"]).ok();
        // One that shares a ledger file with the removal, one that does not.
        let other = if strategy == "resolve" {
            "2024-11-05"
        } else {
            "2023-11-05"
        };
        laptop.write_entry(other, "people: [Zoe]", "Side.\n");
        laptop.commit("Side");
        laptop.git(["checkout", "-q", "-b", "third", "main"]).ok();
        laptop.write_entry("2022-11-05", "people: [Zoe]", "Third.\n");
        laptop.commit("Third");
        laptop.git(["checkout", "-q", "main"]).ok();
        laptop.edit_entry(DAY, "[Alice, Bob]", "[Alice]");
        laptop.commit("No Bob");
        let branches: &[&str] = match strategy {
            "octopus" => &["side", "third"],
            _ => &["side"],
        };
        let args = ["merge", "-q", "--no-edit", "-s", strategy];
        let run = laptop.git(args.iter().chain(branches));
        if run.code != 0 {
            // Both wrote the ledger of 2024, and this strategy asks no driver.
            assert_eq!(strategy, "resolve");
            let ledger = "data/ledger/2024.jsonl";
            laptop.git(["checkout", "-m", "--", ledger]).ok();
            laptop.git(["add", "-A"]).ok();
            laptop.git(["commit", "-q", "--no-edit"]).ok();
        }
        agree(&laptop, &desktop, &[]);
        without_bob([&laptop, &desktop]);
    }
}

#[test]
fn the_options_ours_and_theirs() {
    for option in ["ours", "theirs"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        remove_bob(&laptop);
        laptop.push();
        edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Eve]");
        desktop
            .git(["pull", "-q", "--no-rebase", "-X", option])
            .ok();
        agree(&desktop, &laptop, &["both_edited"]);
        without_bob([&laptop, &desktop]);
        assert!(laptop.read_entry(DAY).contains("Eve"));
    }
}

/// The rebase makes another commit of the one that removed Bob without a row: what
/// put him back knew that removal, under its former id.
#[test]
fn a_rebase_of_a_removal_without_rows_and_of_what_put_the_item_back() {
    for (upstream, again) in [(true, true), (false, true), (true, false), (false, false)] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        let by = |hooks| if hooks { edit } else { edit_without_hooks };
        by(upstream)(&laptop, "mood: calm", "mood: good");
        laptop.push();
        edit_without_hooks(&desktop, "[Alice, Bob]", "[Alice]");
        by(again)(&desktop, "[Alice]", "[Alice, Bob, Carol]");
        desktop.git(["pull", "-q", "--rebase"]).ok();
        let text = desktop.read_entry(DAY);
        assert!(text.contains("people: [Alice, Bob, Carol]\nmood: good"));
        let both_edited: &[&str] = if again { &["both_edited"] } else { &[] };
        agree(&desktop, &laptop, both_edited);
        with_bob([&laptop, &desktop]);
    }
}

#[test]
fn a_rebase_onto_another_removal_without_rows_keeps_the_item_out() {
    for hooks in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit_without_hooks(&laptop, "[Alice, Bob]\nmood: calm", "[Alice]\nmood: good");
        laptop.push();
        edit_without_hooks(&desktop, "[Alice, Bob]", "[Alice]");
        let by = if hooks { edit } else { edit_without_hooks };
        by(&desktop, "[Alice]", "[Alice, Bob, Carol]");
        desktop.git(["pull", "-q", "--rebase"]).ok();
        desktop.write("README.md", "A journal.\n");
        desktop.commit("Read me");
        let listed = ["both_edited", "kept_out Bob"];
        agree(
            &desktop,
            &laptop,
            if hooks { &listed } else { &listed[1..] },
        );
        without_bob([&laptop, &desktop]);
    }
}

/// The decision names the removal as it was before the rebase.
#[test]
fn a_rebase_of_a_removal_without_rows_and_of_the_decision_to_let_the_item_in() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit_without_hooks(&desktop, "[Alice, Bob]", "[Alice]");
    desktop
        .metadb(["tombstone", "remove", "entry_people", DAY, "Bob"])
        .ok();
    desktop.commit("Bob may come");
    laptop.write_entry("2023-01-01", "", "Another year.\n");
    laptop.commit("Another year");
    laptop.push();
    desktop.git(["pull", "-q", "--rebase"]).ok();
    let no_removal = |machine: &Machine<'_>| {
        machine.metadb(["tombstone", "list"]).ok().lacks("Bob");
    };
    no_removal(&desktop);
    agree(&desktop, &laptop, &[]);
    no_removal(&desktop);
    no_removal(&laptop);
}

/// No hook runs where a rebase makes one commit of several, so that its row stays.
#[test]
fn an_entry_that_a_rebase_left_behind_is_said_to_be_where_it_was_deleted() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.write_entry("2024-11-03", "people: [Zed]", "A draft.\n");
    laptop.commit("A draft");
    laptop.remove(&crate::sandbox::entry("2024-11-03"));
    laptop.commit("Gone");
    let fixup = [
        "-c",
        "sequence.editor=sed -i 2s/pick/fixup/",
        "rebase",
        "-q",
        "-i",
    ];
    laptop.git(fixup.iter().chain(&["origin/main"])).ok();
    laptop.push();
    desktop.pull();
    desktop
        .metadb(["restore", "Entry", "2024-11-03"])
        .exits(1)
        .warns("is in no commit here")
        .silent_about("palimpsest doctor");
    desktop.palimpsest(["doctor"]).ok();
    laptop.metadb(["restore", "Entry", "2024-11-03"]).ok();
    assert!(laptop.read_entry("2024-11-03").contains("A draft."));
}
