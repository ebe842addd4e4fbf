//! What was kept out, or still stands in a file, is listed on every machine until
//! somebody settles it.

use super::*;

#[test]
fn agreeing_with_the_removal_settles_it_for_everybody() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = kept_out(&sandbox);
    let text = laptop.metadb(["sync", "conflicts"]).ok();
    text.says("Kind: kept out: Carol (entry_people) was removed by laptop")
        .says("metadb tombstone remove entry_people 2024-11-01 'Carol'")
        .says("metadb sync resolve Entry 2024-11-01");
    let stats = laptop.metadb(["sync", "stats"]).ok();
    stats.says("Conflicts (unresolved): 2");
    laptop
        .metadb(["sync", "resolve", "Entry", DAY])
        .ok()
        .says("Resolved: Entry 2024-11-01 (agreed with 1 removal)");
    assert_eq!(listed(&laptop), [""; 0]);
    laptop.commit("Agreed");
    laptop.push();
    desktop.pull();
    agree(&desktop, &laptop, &[]);
    // The removal goes on protecting.
    laptop.metadb(["tombstone", "list"]).ok().says("Carol");
}

#[test]
fn restoring_settles_it_for_everybody_and_leaves_the_file_alone() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = kept_out(&sandbox);
    let before = desktop.read_entry(DAY);
    desktop
        .metadb(["tombstone", "remove", "entry_people", DAY, "Carol"])
        .ok()
        .says("add: Carol");
    assert_eq!(desktop.read_entry(DAY), before);
    assert_eq!(listed(&desktop), ["both_edited"]);
    desktop.commit("Restored");
    agree(&desktop, &laptop, &["both_edited"]);
}

#[test]
fn adding_it_again_settles_it() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = kept_out(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    agree(&laptop, &desktop, &[]);
    assert!(desktop.read_entry(DAY).contains("Carol"));
}

/// Whoever agreed had not seen that Carol was written once more.
#[test]
fn what_is_added_once_more_is_listed_once_more() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    desktop.push();
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(&laptop, "mood: calm", "mood: good");
    laptop.pull().mentions("Carol stays out");
    laptop.metadb(["sync", "resolve", "Entry", DAY]).ok();
    laptop.commit("Agreed");
    holds(&laptop, &[]);
    laptop.push();
    edit(&desktop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
}

#[test]
fn each_removal_that_did_it_is_listed() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let tablet = sandbox.machine("tablet");
    tablet.palimpsest(["init"]).ok();
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    laptop.push();
    tablet.pull();
    for machine in [&laptop, &tablet] {
        edit(machine, "[Alice, Bob, Carol]", "[Alice, Bob]");
    }
    edit(&laptop, "mood: calm", "mood: good");
    tablet.push();
    laptop.pull();
    laptop.push();
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    desktop.pull();
    let expected = ["both_edited", "kept_out Carol", "kept_out Carol"];
    agree(&desktop, &laptop, &expected);
}

/// Carol stands in the entry of both against a removal. The desktop wrote her into the
/// entry with a comment.
fn still_in_file<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, Machine<'a>) {
    let with = "[Alice, Bob, Carol] # at the quay";
    let (laptop, desktop) = carol_stands(sandbox, with, "--no-rebase");
    agree(&desktop, &laptop, &["both_edited", "still_in_file Carol"]);
    (laptop, desktop)
}

/// Taking out without a terminal, and in a file that is edited further.
#[test]
fn resolve_takes_out_what_still_stands_in_a_file() {
    for side in ["--ours", "--theirs"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = still_in_file(&sandbox);
        let before = laptop.read_entry(DAY);
        laptop
            .metadb(["sync", "conflicts"])
            .ok()
            .says("take it out of the file, as palimpsest resolve does");
        // Without an answer nothing is changed.
        laptop
            .palimpsest(["resolve"])
            .exits(1)
            .warns("2024-11-01.md: person Carol, though it was removed: --ours or --theirs");
        assert_eq!(laptop.read_entry(DAY), before);
        laptop
            .palimpsest(["resolve", side, "wiki"])
            .ok()
            .says("nothing to resolve");
        laptop
            .palimpsest(["resolve", side])
            .ok()
            .says("journal/md/2024/2024-11-01.md: person Carol taken out")
            .says("what stood there before is kept in");
        let after = before.replace("Bob, Carol]", "Bob]");
        assert_eq!(laptop.read_entry(DAY), after);
        let kept = ".git/palimpsest/before-resolve/journal/md/2024/2024-11-01.md";
        assert_eq!(laptop.read(kept), before);
        // Nothing of the file was staged, and nothing is.
        laptop.git(["diff", "--cached", "--quiet"]).ok();
        laptop.commit("Not Carol");
        agree(&laptop, &desktop, &[]);
        assert_eq!(desktop.read_entry(DAY), after);
    }
}

/// What waits for the next commit goes into it as it is written; what was edited
/// since it was staged is left to its owner.
#[test]
fn resolve_stages_what_it_takes_out_of_a_staged_file_alone() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = still_in_file(&sandbox);
    let unstaged = |machine: &Machine<'_>| machine.git(["diff", "--name-only"]).ok().stdout;
    let path = crate::sandbox::entry(DAY);
    laptop.edit_entry(DAY, "mood: calm", "mood: good");
    laptop.git(["add", "-A"]).ok();
    laptop
        .palimpsest(["resolve", "--ours"])
        .ok()
        .says("taken out, staged");
    assert_eq!(unstaged(&laptop), "");
    desktop.edit_entry(DAY, "mood: calm", "mood: good");
    desktop.git(["add", "-A"]).ok();
    desktop.edit_entry(DAY, "mood: good", "mood: tired");
    desktop
        .palimpsest(["resolve", "--ours"])
        .ok()
        .says("Carol taken out");
    assert_eq!(unstaged(&desktop), format!("{path}\n"));
    let staged = desktop.git(["show", &format!(":{path}")]).ok().stdout;
    assert!(staged.contains("Carol"), "{staged}");
}

/// In a merge, whatever `resolve` writes is part of it, also where our side was taken.
#[test]
fn what_resolve_does_in_a_merge_goes_into_the_merge() {
    let path = crate::sandbox::entry(DAY);
    for side in ["--ours", "--both"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = still_in_file(&sandbox);
        edit(&laptop, "mood: calm", "mood: good");
        laptop.push();
        edit(&desktop, "mood: calm", "mood: tired");
        desktop.git(["pull"]).exits(1);
        if side == "--both" {
            // Two moods do not fit; she does.
            desktop.git(["checkout", "-q", "--ours", "--", &path]).ok();
            desktop.git(["add", "--", &path]).ok();
        }
        desktop.palimpsest(["resolve", side]).ok().says(", staged");
        desktop.git(["diff", "--quiet"]).ok();
        desktop.git(["commit", "-q", "--no-edit"]).ok();
        desktop.assert_clean();
        agree(&desktop, &laptop, &[]);
        let text = laptop.read_entry(DAY);
        assert!(text.contains("mood: tired"), "{text}");
        assert_eq!(text.contains("Carol"), side == "--both", "{text}");
    }
}

/// Themes stand one level down, places in lists or by city, poems in maps.
#[test]
fn resolve_takes_items_out_of_lists_of_every_shape() {
    for (before, with, what) in [
        (
            "manuscript:\n  status: draft\n  themes: [ferry]\n",
            "ferry, distance]",
            "theme distance",
        ),
        (
            "manuscript: {status: draft, themes: [ferry]}\n",
            "ferry, distance]",
            "theme distance",
        ),
        (
            "manuscript:\n  status: draft\n  themes:\n  - ferry\n",
            "  - distance\n",
            "theme distance",
        ),
        ("locations: [Quay]\n", "Quay, Mole]", "location Mole"),
        ("locations:\n  - Quay\n", "  - Mole\n", "location Mole"),
        (
            "locations: {Lisbon: [Quay], Porto: Bridge}\n",
            "Quay, Mole]",
            "location Mole",
        ),
        ("tags:\n  - sea\n", "  - fog # that day\n", "tag fog"),
        (
            "locations:\n  Porto: Bridge\n  Lisbon:\n  - Quay\n",
            "  - Mole\n",
            "location Mole",
        ),
        (
            "dates: [2020-01-01]\n",
            "2020-01-01, 2020-01-02 (walk)]",
            "mentioned date 2020-01-02",
        ),
        (
            "dates:\n  - date: 2020-01-01\n    context: walk\n",
            "  - date: 2020-01-02\n    context: ferry\n",
            "mentioned date 2020-01-02",
        ),
        (
            "poems:\n- title: One\n  content: a\n",
            "- title: Two\n  content: b\n",
            "poem Two",
        ),
        (
            "references:\n- content: One\n",
            "- content: Two\n  mode: direct\n",
            "reference Two",
        ),
    ] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = journal(&sandbox, &[(DAY, before, BODY)]);
        let with = match with.split_once(',') {
            Some((last, _)) => before.replace(&format!("{last}]"), with),
            None => format!("{before}{with}"),
        };
        let (_, item) = what.rsplit_once(' ').unwrap();
        edit(&laptop, before, &with);
        edit(&laptop, &with, before);
        laptop.push();
        edit(&desktop, before, &with);
        desktop.pull();
        assert_eq!(
            listed(&desktop),
            ["both_edited", &format!("still_in_file {item}")]
        );
        desktop
            .palimpsest(["resolve", "--ours"])
            .ok()
            .says(&format!("{what} taken out"));
        let text = desktop.read_entry(DAY);
        assert!(text.contains(before) && !text.contains(item), "{text}");
        desktop.commit("Not that");
        desktop.push();
        laptop.pull();
        for machine in [&laptop, &desktop] {
            assert_eq!(listed(machine), [""; 0]);
            machine.assert_clean();
        }
    }
}

/// Both machines took another place out, and one wrote beside it: whichever list is
/// taken, neither stays.
#[test]
fn resolve_takes_out_of_the_list_that_was_chosen_what_the_other_side_removed() {
    for side in ["--ours", "--theirs"] {
        let sandbox = Sandbox::new();
        let fields = "mood: calm\nlocations:\n  - Quay\n  - Mole\n";
        let (laptop, desktop) = journal(&sandbox, &[(DAY, fields, BODY)]);
        edit(&laptop, "  - Quay\n", "");
        laptop.push();
        edit(&desktop, "  - Quay\n  - Mole\n", "  - Quay # low\n");
        desktop.git(["pull"]).exits(1);
        let resolved = desktop.palimpsest(["resolve", side]).ok();
        if side == "--ours" {
            resolved.says("location Quay taken out, staged");
        }
        desktop.git(["commit", "-q", "--no-edit"]).ok();
        desktop.assert_clean();
        if side == "--theirs" {
            // The desktop's own removal, on top of which its list came back.
            assert_eq!(listed(&desktop), ["still_in_file Mole"]);
            let resolved = desktop.palimpsest(["resolve", side]).ok();
            resolved.says("location Mole taken out");
            desktop.commit("Not the mole");
        }
        agree(&desktop, &laptop, &[]);
        let text = laptop.read_entry(DAY);
        assert!(!text.contains("Quay") && !text.contains("Mole"), "{text}");
    }
}

#[test]
fn resolve_lets_in_what_still_stands_in_a_file() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = still_in_file(&sandbox);
    let before = laptop.read_entry(DAY);
    laptop
        .palimpsest(["resolve", "--both", &crate::sandbox::entry(DAY)])
        .ok()
        .says("person Carol let in again")
        .says("git commit -m 'Settle' data/ledger/2024.jsonl");
    assert_eq!(laptop.read_entry(DAY), before);
    assert_eq!(listed(&laptop), ["both_edited"]);
    laptop.commit("Carol after all");
    agree(&laptop, &desktop, &["both_edited"]);
    laptop.palimpsest(["resolve"]).ok().is("nothing to resolve");
}

#[test]
fn metadb_leaves_to_the_file_what_stands_in_it() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = still_in_file(&sandbox);
    laptop
        .metadb(["sync", "resolve", "--all"])
        .ok()
        .says("Resolved: Entry 2024-11-01 (yaml)")
        .says("Left, since it stands in a file:")
        .says("palimpsest resolve");
    laptop.commit("Settled");
    agree(&laptop, &desktop, &["still_in_file Carol"]);
}

/// Alone, each ledger's commit would still have the conflict of the other year.
#[test]
fn the_ledgers_of_several_years_are_committed_together() {
    const OTHER: &str = "2023-05-06";
    let sandbox = Sandbox::new();
    let entries = [DAY, OTHER].map(|date| (date, "people: [Alice]", "One.\n"));
    let (laptop, desktop) = journal(&sandbox, &entries);
    for (machine, name) in [(&laptop, "Carol"), (&desktop, "Dave")] {
        for date in [DAY, OTHER] {
            machine.edit_entry(date, "[Alice]", &format!("[Alice, {name}]"));
        }
        machine.commit(name);
    }
    laptop.push();
    desktop.pull();
    desktop.write("palimpsest.toml", "[conflicts]\non_commit = \"block\"\n");
    let files = ["data/ledger/2023.jsonl", "data/ledger/2024.jsonl"];
    let both = files.join(" ");
    desktop
        .metadb(["sync", "resolve", "Entry", OTHER])
        .ok()
        .says("refused until");
    desktop
        .metadb(["sync", "resolve", "--all"])
        .ok()
        .says(&format!(
            "Changed {both}; commit them together: git commit -m 'Settle' {both}"
        ));
    desktop
        .git(["commit", "-q", "-m", "Settle", files[0], files[1]])
        .ok();
    assert_eq!(listed(&desktop), [""; 0]);
}
