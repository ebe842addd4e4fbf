//! Clones that have the last commits alone: what is cut off tells nothing, and what needs
//! it is not told wrongly.

use super::*;

/// A clone that has one commit.
fn shallow(sandbox: &Sandbox) -> Machine<'_> {
    let root = sandbox.root();
    let remote = format!("file://{}", root.join("remote.git").display());
    let clone = ["clone", "-q", "--depth=1", remote.as_str(), "shallow"];
    sandbox.run_in(root, "git", clone).ok();
    let shallow = sandbox.folder("shallow");
    shallow
        .git(["config", "palimpsest.machine", "shallow"])
        .ok();
    shallow.palimpsest(["init"]).ok();
    shallow
}

#[test]
fn what_history_tells_counts_once_it_is_fetched() {
    for commits_first in [false, true] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        edit_without_hooks(&laptop, "[Alice, Bob]", "[Alice]");
        laptop.write_entry("2024-11-02", "", "Else.\n");
        laptop.git(["add", "-A"]).ok();
        without_hooks(&laptop, &["commit", "-q", "-m", "Else"]);
        laptop.push();
        let shallow = shallow(&sandbox);
        shallow.metadb(["tombstone", "list"]).ok().lacks("Bob");
        if commits_first {
            shallow.write("README.md", "A journal.\n");
            shallow.commit("Read me");
        }
        shallow.git(["fetch", "-q", "--unshallow"]).ok();
        shallow.metadb(["tombstone", "list"]).ok().says("Bob");
        agree(&shallow, &desktop, &[]);
        for machine in [&shallow, &desktop] {
            machine.metadb(["tombstone", "list"]).ok().says("Bob");
        }
    }
}

/// The shallow clone lacks the merge base, and could not know who added what.
#[test]
fn a_merge_whose_base_is_cut_off_keeps_nothing_out() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.write_entry("2024-11-02", "", "Else.\n");
    laptop.commit("Else");
    laptop.push();
    let shallow = shallow(&sandbox);
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    desktop.pull();
    desktop.metadb(["sync", "resolve", "--all"]).ok();
    desktop.commit("Settle");
    desktop.push();
    shallow.pull();
    holds(&shallow, &[]);
    shallow.write("README.md", "A journal.\n");
    shallow.commit("Read me");
    shallow.push();
    desktop.pull();
    for machine in [&shallow, &desktop] {
        holds(machine, &[]);
        assert!(!machine.read("data/ledger/2024.jsonl").contains("kept_out"));
    }
    // Whoever has all of it says the same.
    shallow.git(["fetch", "-q", "--unshallow"]).ok();
    agree(&shallow, &desktop, &[]);
}

#[test]
fn an_entry_that_was_deleted_before_the_cut_is_brought_back_by_what_is_named() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    laptop.git(["rm", "-q", &crate::sandbox::entry(DAY)]).ok();
    laptop.commit("Gone");
    laptop.push();
    let clone = shallow(&sandbox);
    let restore = ["restore", "Entry", DAY];
    clone
        .metadb(restore)
        .exits(1)
        .warns("git fetch --unshallow");
    let shown = clone.metadb(["show", DAY]).ok();
    let at = deletions(&laptop).remove(0).at;
    let gone = format!("deleted at {at} by laptop (file removed); its last version is not in");
    shown.says(&gone);
    let list = ["restore", "--list"];
    let reason = "file removed; its last version is not here";
    let file = crate::sandbox::entry(DAY);
    let row = [DAY, &at, "laptop", reason, &file].join("  ");
    clone.metadb(list).ok().says(&row);
    clone.git(["fetch", "-q", "--unshallow"]).ok();
    // Nothing else has changed, and it is indexed as everywhere else.
    clone.metadb(["show", DAY]).ok().says("Alice");
    clone.metadb(list).ok().says(DAY).lacks("not here");
    clone.metadb(restore).ok();
    clone.metadb(list).ok().is("No entry is deleted");
}

/// What is missing may be fetched; of what is damaged, something else is told.
#[test]
fn a_version_that_is_damaged_is_not_one_that_was_cut_off() {
    let sandbox = Sandbox::new();
    let _begun = begin(&sandbox);
    let clone = shallow(&sandbox);
    edit(&clone, "weather: fair", "weather: wet");
    let id = clone.oid(&format!("HEAD:{}", crate::sandbox::entry(DAY)));
    clone.git(["rm", "-q", &crate::sandbox::entry(DAY)]).ok();
    clone.commit("Gone");
    let place = clone.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    let bytes = std::fs::read(&place).unwrap();
    std::fs::remove_file(&place).unwrap();
    std::fs::write(&place, &bytes[..bytes.len() - 20]).unwrap();
    clone
        .metadb(["restore", "Entry", DAY])
        .exits(1)
        .warns(&format!(
            "cannot read object {id}: the file of the object is damaged; `palimpsest doctor` says \
             what brings it back"
        ))
        .silent_about("unshallow");
    assert!(!clone.exists(&crate::sandbox::entry(DAY)));
    std::fs::write(&place, bytes).unwrap();
    clone.metadb(["restore", "Entry", DAY]).ok();
}
