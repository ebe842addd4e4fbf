//! Merge commits of other shapes than one of two parents at HEAD with one base.

use super::{DAY, diverged, elsewhere, markers};
use crate::sandbox::{LEDGER, Machine, Sandbox, active, entry, journal, removals};

fn branch(machine: &Machine<'_>, name: &str, from: &str) {
    machine.git(["checkout", "-q", "-B", name, from]).ok();
}

fn change(machine: &Machine<'_>, from: &str, to: &str) {
    machine.edit_entry(DAY, from, to);
    machine.commit(to);
}

/// Branches `a` and `b` that have merged each other's first commits and gone on, so
/// that they have two merge bases.
fn criss_cross(machine: &Machine<'_>) {
    branch(machine, "a", "main");
    change(machine, "[Alice]", "[Alice, Bob, Dan]");
    branch(machine, "b", "main");
    change(machine, "[Alice]", "[Alice, Eve, Fay]");
    machine.git(["branch", "-q", "b0"]).ok();
    machine.git(["merge", "-q", "a"]).ok();
    machine.git(["checkout", "-q", "a"]).ok();
    machine.git(["merge", "-q", "b0"]).ok();
    assert_eq!(
        machine
            .git(["merge-base", "--all", "a", "b"])
            .ok()
            .text()
            .lines()
            .count(),
        2
    );
    change(machine, "Bob, ", "Bea, ");
    machine.git(["checkout", "-q", "b"]).ok();
    change(machine, ", Fay]", ", Gil]");
}

#[test]
fn a_criss_cross_is_merged_on_its_virtual_base() {
    let sandbox = Sandbox::new();
    let fields = "city: Lisbon\npeople: [Alice]\ntags:\n- rain";
    let (laptop, _) = journal(&sandbox, &[(DAY, fields, "One.\n")]);
    criss_cross(&laptop);
    branch(&laptop, "twin", "b");
    laptop.git(["merge", "-q", "a"]).ok();
    let twin = (laptop.read_entry(DAY), laptop.read(LEDGER));
    assert!(twin.0.contains("Bea") && !twin.0.contains("Bob") && !twin.0.contains("Fay"));

    laptop.git(["checkout", "-q", "b"]).ok();
    elsewhere(&laptop, &["merge", "a"]).fails();
    elsewhere(&laptop, &["commit", "-q", "-a", "--no-edit"]).ok();
    assert!(markers(&laptop, &entry(DAY)) && markers(&laptop, LEDGER));
    // The index forgets the sides.
    laptop.git(["read-tree", "HEAD"]).ok();
    laptop.git(["update-index", "-q", "--refresh"]).ok();
    laptop
        .palimpsest(["resolve"])
        .ok()
        .says("2024-11-01.md: merged field by field (in the last merge)")
        .says("2024.jsonl: merged field by field (in the last merge)");
    assert_eq!((laptop.read_entry(DAY), laptop.read(LEDGER)), twin);
    laptop.commit("Mend the merge");
    laptop.palimpsest(["resolve"]).ok().is("nothing to resolve");
    laptop.assert_clean();

    // What the drivers made needs nothing.
    laptop.git(["checkout", "-q", "twin"]).ok();
    laptop.palimpsest(["resolve"]).ok().is("nothing to resolve");
}

/// The bases have two bases themselves: git's merge of those lacks the places that both added,
/// and the removal of one since says that their own merge lacks it, too.
#[test]
fn a_criss_cross_upon_a_criss_cross_is_merged_as_the_driver_does() {
    let sandbox = Sandbox::new();
    let fields = "locations: [Quay]\ncity: Lisbon";
    let (laptop, _) = journal(&sandbox, &[(DAY, fields, "One.\n")]);
    let cross = || {
        laptop.git(["branch", "-q", "-f", "b0", "b"]).ok();
        for (branch, other) in [("b", "a"), ("a", "b0")] {
            laptop.git(["checkout", "-q", branch]).ok();
            let merged = laptop.git(["merge", "-q", other]);
            if merged.code != 0 {
                let resolved = fields.replace("Quay", "Quay, Mole, Slip");
                laptop.write_entry(DAY, &resolved, "One.\n");
                laptop.commit("Resolved");
            }
        }
    };
    branch(&laptop, "a", "main");
    change(&laptop, "[Quay]", "[Quay, Mole]");
    branch(&laptop, "b", "main");
    change(&laptop, "[Quay]", "[Quay, Slip]");
    cross();
    change(&laptop, "[Quay, Mole, Slip]", "[Quay, Slip]");
    laptop.git(["checkout", "-q", "b"]).ok();
    change(&laptop, "Lisbon", "Porto");
    cross();
    change(&laptop, "One.", "Two.");
    laptop.git(["checkout", "-q", "b"]).ok();
    change(&laptop, "[Quay, Slip]", "[Quay, Mole, Slip]");

    branch(&laptop, "twin", "b");
    laptop.git(["merge", "-q", "a"]).ok();
    let twin = laptop.read_entry(DAY);
    assert!(twin.contains("[Quay, Mole, Slip]"), "{twin}");
    laptop.git(["checkout", "-q", "b"]).ok();
    elsewhere(&laptop, &["merge", "a"]).fails();
    elsewhere(&laptop, &["commit", "-q", "-a", "--no-edit"]).ok();
    // The index forgets the sides.
    laptop.git(["read-tree", "HEAD"]).ok();
    laptop.git(["update-index", "-q", "--refresh"]).ok();
    laptop
        .palimpsest(["resolve"])
        .ok()
        .says("2024-11-01.md: merged field by field (in the last merge)");
    assert_eq!(laptop.read_entry(DAY), twin);
}

#[test]
fn markers_of_a_merge_further_down_are_merged_from_its_parents() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = diverged(&sandbox);
    laptop.edit_entry(DAY, "[Alice, Bob]", "[Bob]");
    laptop.commit("Not Alice");
    laptop.push();
    elsewhere(&desktop, &["pull"]).fails();
    elsewhere(&desktop, &["commit", "-q", "-a", "--no-edit"]).ok();
    let merge = desktop.oid("HEAD");
    // Life goes on, beside the markers too.
    desktop.edit_entry(DAY, "One.", "One and a half.");
    desktop.write("README.md", "My journal.\n");
    desktop.git(["add", "README.md"]).ok();
    elsewhere(&desktop, &["commit", "-q", "-a", "-m", "Go on"]).ok();
    desktop.git(["read-tree", "HEAD"]).ok();
    desktop.git(["update-index", "-q", "--refresh"]).ok();
    let said = format!("merged field by field (in the merge {})", &merge[..8]);
    desktop
        .palimpsest(["resolve"])
        .ok()
        .says(&format!("2024-11-01.md: {said}"))
        .says(&format!("2024.jsonl: {said}"));
    let text = desktop.read_entry(DAY);
    assert!(
        text.contains("people: [Bob, Eve]\nupdated: 2024-11-03"),
        "{text}"
    );
    assert!(text.contains("One and a half."), "{text}");
    assert!(!markers(&desktop, LEDGER) && desktop.read(LEDGER).contains("Alice"));
    desktop.commit("Mend the merge");
    desktop
        .palimpsest(["resolve"])
        .ok()
        .is("nothing to resolve");
    desktop.assert_clean();
    desktop.push();
    laptop.pull();
    assert_eq!(laptop.read_entry(DAY), text);
}

/// What the driver itself wrote, added and committed with `-n`: the merge made again
/// is what stands there, and open all the same.
#[test]
fn markers_that_were_committed_are_named_and_chosen() {
    for (from, ours, theirs) in [("Lisbon", "Porto", "Faro"), ("One.", "Ena.", "Dia.")] {
        for commits_later in [0, 1] {
            let sandbox = Sandbox::new();
            let (laptop, desktop) = diverged(&sandbox);
            laptop.edit_entry(DAY, from, theirs);
            laptop.commit(theirs);
            laptop.push();
            desktop.edit_entry(DAY, from, ours);
            desktop.commit(ours);
            desktop.git(["pull"]).fails();
            desktop.git(["add", "-A"]).ok();
            desktop.git(["commit", "-qnm", "Merge, with markers"]).ok();
            desktop.assert_clean();
            if commits_later > 0 {
                desktop.write_entry("2024-11-09", "", "Later.\n");
                desktop.commit("Later");
            }
            desktop
                .palimpsest(["doctor"])
                .exits(1)
                .says("2024-11-01.md:")
                .says(
                    "conflict markers\n    mend: palimpsest resolve journal/md/2024/2024-11-01.md",
                );
            desktop
                .palimpsest(["resolve"])
                .exits(1)
                .says("merged, 0 chosen, 1 left");
            desktop.palimpsest(["resolve", "--theirs"]).ok();
            let text = desktop.read_entry(DAY);
            assert!(text.contains(theirs) && !text.contains(ours), "{text}");
            assert!(!markers(&desktop, &entry(DAY)));
            desktop.commit("Without markers");
            desktop.palimpsest(["doctor"]).ok();
        }
    }
}

/// An example in a page about git stays one in a merge of two edits of the page.
#[test]
fn markers_that_both_sides_had_are_no_matter_of_a_merge() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = diverged(&sandbox);
    let page = "One.\n\n```\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n```\n\nTwo.\n";
    laptop.write_entry("2024-11-02", "", page);
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-qnm", "On git"]).ok();
    laptop.push();
    desktop.pull();
    desktop.edit_entry("2024-11-02", "One.", "Ena.");
    desktop.commit("Ena");
    laptop.edit_entry("2024-11-02", "Two.", "Dia.");
    laptop.commit("Dia");
    laptop.push();
    desktop.pull();
    desktop.palimpsest(["doctor"]).ok();
    desktop
        .palimpsest(["resolve"])
        .ok()
        .is("nothing to resolve");
}

#[test]
fn unrelated_histories_are_merged_without_a_base() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "people: [Alice]", "One.\n")]);
    let other = sandbox.repository("other");
    other.write_entry(DAY, "people: [Bob]", "One.\n");
    other.palimpsest(["init"]).ok();
    other.commit("Begin again");
    laptop.git(["fetch", "-q", "../other", "main:other"]).ok();
    let args = ["merge", "--allow-unrelated-histories", "other"];
    elsewhere(&laptop, &args).fails();
    elsewhere(&laptop, &["commit", "-q", "-a", "--no-edit"]).ok();
    laptop.git(["read-tree", "HEAD"]).ok();
    laptop.git(["update-index", "-q", "--refresh"]).ok();
    laptop.palimpsest(["resolve"]).ok();
    let text = laptop.read_entry(DAY);
    assert!(text.contains("people: [Alice, Bob]\n"), "{text}");
}

#[test]
fn a_merge_of_more_than_two_is_left_and_said() {
    let sandbox = Sandbox::new();
    let fields = "city: Lisbon\npeople: [Alice]\nmood: calm\ntags: [rain]\nn: 1\nm: 1";
    let (laptop, _) = journal(&sandbox, &[(DAY, fields, "One.\n\nTwo.\n")]);
    for (name, from, to) in [
        ("a", "Lisbon", "Porto"),
        ("b", "m: 1\n---", "m: 2\n---"),
        ("c", "Two.", "Zwei."),
    ] {
        branch(&laptop, name, "main");
        laptop.edit_entry(DAY, from, to);
        laptop.git(["commit", "-q", "--no-verify", "-am", to]).ok();
    }
    branch(&laptop, "all", "a");
    laptop.git(["merge", "-q", "b", "c"]).ok();
    assert_eq!(laptop.oid("HEAD^3"), laptop.oid("c"));
    let text = laptop.read_entry(DAY);
    laptop
        .palimpsest(["resolve"])
        .ok()
        .says("2024-11-01.md: HEAD merges more than two parents, which git does by line; left")
        .says("palimpsest merge BASE OURS THEIRS -o journal/md/2024/2024-11-01.md");
    laptop
        .palimpsest(["resolve", "data"])
        .ok()
        .is("nothing to resolve in data");
    assert_eq!(laptop.read_entry(DAY), text);
    laptop.assert_clean();
}

/// Git keeps the id of the tag, and not of its commit, until the merge is committed.
#[test]
fn an_annotated_tag_is_merged_like_its_commit() {
    let sandbox = Sandbox::new();
    let fields = "mood: calm\npeople: [Alice, Bob]";
    let (laptop, _) = journal(&sandbox, &[(DAY, fields, "One.\n")]);
    branch(&laptop, "side", "main");
    laptop.edit_entry(DAY, "calm", "good");
    change(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.git(["tag", "-a", "-m", "Version 2", "v2"]).ok();
    branch(&laptop, "main", "main");
    change(&laptop, "calm", "bad");
    laptop.git(["merge", "-q", "v2"]).fails();
    laptop.git(["add", &entry(DAY)]).ok();
    laptop
        .git(["commit", "-q", "--no-edit"])
        .fails()
        .warns("conflict markers");
    laptop.palimpsest(["resolve", "--theirs"]).ok();
    laptop.git(["commit", "-q", "--no-edit"]).ok();
    let text = laptop.read_entry(DAY);
    assert!(text.contains("mood: good\npeople: [Alice]\n"), "{text}");
    let ledger = laptop.ledger(2024);
    assert_eq!(removals(&ledger, "Bob").len(), 1);
    assert_eq!(active(&ledger), 1);
    laptop.assert_clean();
}
