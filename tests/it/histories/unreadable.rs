//! A version that cannot be read was committed (a client without hooks, `--no-verify`)
//! and is mended later: what it is compared with is the last one that could be read.

use super::*;

const BROKEN: &str = "tags: [rain";

/// Breaks the entry's frontmatter and commits it, as a phone does.
#[track_caller]
fn break_it(machine: &Machine<'_>) {
    edit_without_hooks(machine, "tags: [rain]", BROKEN);
}

/// Mends it, and more.
#[track_caller]
fn mend(machine: &Machine<'_>, hooks: bool, from: &str, to: &str) {
    machine.edit_entry(DAY, BROKEN, "tags: [rain]");
    machine.edit_entry(DAY, from, to);
    match hooks {
        true => drop(machine.commit("Mend")),
        false => without_hooks(machine, &["commit", "-q", "-a", "-m", "Mend"]),
    }
    machine.assert_clean();
}

#[test]
fn what_was_removed_while_mending_stays_removed() {
    for hooks in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
        laptop.push();
        // The same addition on a branch that is merged later.
        edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
        break_it(&laptop);
        laptop.write_entry("2024-11-02", "", "Else.\n");
        laptop.commit("Else");
        // Before the commit it is pending.
        laptop.edit_entry(DAY, BROKEN, "tags: [rain]");
        laptop.edit_entry(DAY, "[Alice, Bob, Carol]", "[Alice, Bob]");
        laptop.metadb(["tombstone", "list"]).ok().says("Carol");
        laptop.git(["checkout", "-q", "."]).ok();
        mend(&laptop, hooks, "[Alice, Bob, Carol]", "[Alice, Bob]");
        laptop.metadb(["tombstone", "list"]).ok().says("Carol");
        laptop.push();
        agree(&desktop, &laptop, &["both_edited", "still_in_file Carol"]);
    }
}

#[test]
fn what_was_put_back_while_mending_is_back() {
    for hooks in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        remove_bob(&laptop);
        break_it(&laptop);
        mend(&laptop, hooks, "[Alice]", "[Alice, Bob]");
        laptop.push();
        desktop.pull();
        agree(&desktop, &laptop, &[]);
        with_bob([&laptop, &desktop]);
    }
}

#[test]
fn mended_as_it_was_nothing_is_removed_or_added() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    break_it(&laptop);
    laptop.push();
    desktop.pull();
    mend(&desktop, true, "[Alice]", "[Alice]");
    agree(&desktop, &laptop, &[]);
    let rows = desktop.read("data/ledger/2024.jsonl");
    assert_eq!(rows.matches("tombstone").count(), 1, "{rows}");
    assert!(!rows.contains("restored"), "{rows}");
}

/// A merge that was committed with its markers, mended by hand: each side's last version
/// counts, as where the merge itself is resolved.
#[test]
fn markers_that_were_committed_stand_for_both_sides() {
    for (mended, removed) in [("[Alice]", true), ("[Alice, Bob, Carol]", false)] {
        for hooks in [true, false] {
            let sandbox = Sandbox::new();
            let (laptop, desktop) = begin(&sandbox);
            // Dora went on one side, and stood in the other's text.
            edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Dora]");
            laptop.push();
            desktop.pull();
            edit(&laptop, "[Alice, Bob, Dora]", "[Alice, Bob]");
            edit(&laptop, "mood: calm", "mood: good");
            laptop.push();
            edit(&desktop, "[Alice, Bob, Dora]", "[Alice, Bob, Carol, Dora]");
            edit(&desktop, "mood: calm", "mood: tired");
            desktop.git(["pull", "-q", "--no-rebase"]).exits(1);
            without_hooks(&desktop, &["commit", "-q", "-a", "-m", "With markers"]);
            let fields = FIELDS.replace("[Alice, Bob]", mended);
            desktop.write_entry(DAY, &fields, BODY);
            match hooks {
                true => drop(desktop.commit("Mend")),
                false => without_hooks(&desktop, &["commit", "-q", "-a", "-m", "Mend"]),
            }
            agree(&desktop, &laptop, &[]);
            let list = desktop.metadb(["tombstone", "list", "--json"]).ok();
            let list = json(&list);
            let items = list.as_array().unwrap().iter().map(|row| &row["item"]);
            let items: Vec<&str> = items.filter_map(|item| item.as_str()).collect();
            let expected: &[&str] = if removed { &["Bob", "Dora"] } else { &["Dora"] };
            assert_eq!(items, expected, "{list}");
        }
    }
}

/// Of two sides a person takes the one that cannot be read: the entry is there.
#[test]
fn a_side_that_cannot_be_read_is_no_deletion() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    break_it(&laptop);
    laptop.push();
    edit(&desktop, "tags: [rain]", "tags: [sea]");
    desktop.git(["pull", "-q", "--no-rebase"]).exits(1);
    let file = crate::sandbox::entry(DAY);
    desktop.git(["checkout", "-q", "--theirs", &file]).ok();
    desktop.git(["add", &file]).ok();
    let said = desktop.git(["commit", "-q", "--no-edit"]).ok();
    said.silent_about("deleted");
    let rows = desktop.read("data/ledger/2024.jsonl");
    assert!(!rows.contains("deletion"), "{rows}");
}

/// What is shown of the entry, the same by an index made anew.
#[track_caller]
fn shown(machine: &Machine<'_>) -> String {
    let shown = || machine.metadb(["show", DAY, "--full"]).ok().stdout;
    let kept = shown();
    machine.palimpsest(["reindex"]);
    assert_eq!(shown(), kept);
    kept
}

/// The journal's folder becomes a link, which is not followed: the entries are gone.
#[test]
#[cfg(unix)]
fn a_folder_that_became_a_link_leaves_the_same_in_every_index() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    std::fs::create_dir(laptop.path("store")).unwrap();
    laptop.git(["mv", "journal/md", "store/md"]).ok();
    std::os::unix::fs::symlink("../store/md", laptop.path("journal/md")).unwrap();
    laptop.commit("A link");
    let one = shown(&laptop);
    assert!(one.contains("deleted at"), "{one}");
    laptop.push();
    desktop.pull();
    assert_eq!(shown(&desktop), one);
}

/// Markers that were committed: machines that know different sides show the same, and so
/// does one that knows neither.
#[test]
fn what_nobody_can_read_is_shown_as_it_last_could_be_on_every_machine() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "mood: calm", "mood: good\nplace: Porto");
    laptop.push();
    edit(&desktop, "mood: calm", "mood: tired\nplace: Skerry");
    edit(&desktop, "[rain]", "[rain, fog]");
    desktop.metadb(["show", DAY]).ok();
    desktop.git(["pull", "-q", "--no-rebase"]).exits(1);
    without_hooks(&desktop, &["commit", "-q", "-a", "-m", "With markers"]);
    desktop.push();
    laptop.pull();
    let third = sandbox.machine("third");
    third.palimpsest(["init"]);
    let one = shown(&desktop);
    // The first parent's side.
    assert!(one.contains("Skerry") && one.contains("fog"), "{one}");
    assert!(!one.contains("not committed"), "{one}");
    for machine in [&laptop, &third] {
        assert_eq!(shown(machine), one);
    }
    // A later edit of it that cannot be read either is not committed.
    laptop.edit_entry(DAY, "Went", "She went");
    assert!(shown(&laptop).contains("edited, not committed yet"));
    laptop.git(["checkout", "-q", "."]).ok();
    assert_eq!(shown(&laptop), one);
    // Nor is its deletion.
    std::fs::remove_file(laptop.path(&crate::sandbox::entry(DAY))).unwrap();
    let gone = shown(&laptop);
    assert!(gone.contains("deleted, not committed yet"), "{gone}");
    assert!(gone.contains("Skerry"), "{gone}");
}

/// What HEAD's history says of it changes although no file does.
#[test]
fn what_could_last_be_read_is_that_of_the_branch() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    laptop.git(["switch", "-q", "-c", "other"]).ok();
    edit(&laptop, "Lisbon", "Porto");
    break_it(&laptop);
    let broken = laptop.read_entry(DAY);
    assert!(shown(&laptop).contains("Porto"));
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.write_entry("2024-11-02", "", "Else.\n");
    laptop.commit("Else");
    laptop.write(
        &crate::sandbox::entry(DAY),
        broken.replace("Porto", "Lisbon"),
    );
    without_hooks(&laptop, &["commit", "-q", "-a", "-m", "Broken"]);
    laptop.write(&crate::sandbox::entry(DAY), broken);
    without_hooks(&laptop, &["commit", "-q", "-a", "-m", "Broken, as there"]);
    assert!(shown(&laptop).contains("Lisbon"));
    laptop.git(["switch", "-q", "other"]).ok();
    assert!(shown(&laptop).contains("Porto"));
    // Nothing could ever be read.
    laptop.git(["switch", "-q", "--orphan", "new"]).ok();
    laptop.git(["checkout", "-q", "other", "--", "."]).ok();
    without_hooks(&laptop, &["commit", "-q", "-m", "Anew"]);
    laptop.metadb(["show", DAY]).ok().says("no entry");
}

/// It is what the commits say, as long as both files are as they were committed.
#[test]
fn two_files_of_a_date_that_are_committed_are_no_edit() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let text = laptop.read_entry(DAY);
    let second = "journal/md/2024/moved/2024-11-01.md";
    laptop.write(second, text.replace("calm", "good"));
    laptop.git(["add", "."]).ok();
    assert!(shown(&laptop).contains("edited, not committed yet"));
    without_hooks(&laptop, &["commit", "-q", "-m", "Twice"]);
    assert!(!shown(&laptop).contains("not committed"));
    laptop.push();
    desktop.pull();
    assert!(!shown(&desktop).contains("not committed"));
    desktop.write(second, text);
    assert!(shown(&desktop).contains("edited, not committed yet"));
}
