//! Decisions while a merge, a pick, a rebase or a revert waits for a person: they go
//! with its commit, and stand in the way of no way out.

use super::*;

/// Carol is kept out on both machines; then both wrote another body, and the laptop
/// another field, so that the ledger merges too.
fn both_wrote<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, Machine<'a>) {
    let (laptop, desktop) = begin(sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(&laptop, "tags: [rain]", "tags: [rain, sea]");
    laptop.push();
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
    desktop.push();
    laptop.pull();
    laptop.edit_entry(DAY, "weather: fair", "weather: wet");
    edit(&laptop, "the quay", "the mill");
    laptop.push();
    edit(&desktop, "mood: calm", "mood: good");
    edit(&desktop, "the quay", "the pier");
    desktop.git(["fetch", "-q"]).ok();
    (laptop, desktop)
}

/// The file without its markers.
#[track_caller]
fn choose(machine: &Machine<'_>) {
    machine.palimpsest(["resolve", "--ours"]).ok();
    assert!(!machine.read_entry(DAY).contains("<<<<"));
    machine.git(["add", &crate::sandbox::entry(DAY)]).ok();
}

#[track_caller]
fn let_carol_in(machine: &Machine<'_>, of: &str) {
    let carol = ["tombstone", "remove", "entry_people", DAY, "Carol"];
    machine
        .metadb(carol)
        .ok()
        .says(&format!(
            "Changed {LEDGER}; it is staged, and goes along with the commit of the {of}"
        ))
        .lacks("git commit");
    machine.git(["diff", "--exit-code", "--", LEDGER]).ok();
}

/// `begin` stops for a conflict; `abort` takes it back, and `end` commits it.
#[track_caller]
fn decided_in(of: &str, begin: &[&str], abort: &[&str], end: &[&str]) {
    let sandbox = Sandbox::new();
    let (_laptop, desktop) = both_wrote(&sandbox);
    let head = desktop.oid("HEAD");
    desktop.git(begin).fails();
    let_carol_in(&desktop, of);
    desktop.git(abort).ok();
    assert_eq!(desktop.oid("HEAD"), head, "{of}");
    desktop.assert_clean();
    desktop.metadb(["tombstone", "list"]).ok().says("Carol");

    desktop.git(begin).fails();
    let_carol_in(&desktop, of);
    choose(&desktop);
    desktop.git(end).ok();
    desktop.assert_clean();
    desktop.metadb(["tombstone", "list"]).ok().lacks("Carol");
    let rows = desktop.ledger(2024);
    let carol = removals(&rows, "Carol").into_iter();
    let let_in = carol.filter(|row| how(row) == Some(Restored::METADB));
    assert_eq!(let_in.count(), 1);
}

#[test]
fn a_decision_in_a_merge_goes_with_its_commit_or_its_abortion() {
    decided_in(
        "merge",
        &["merge", "-q", "origin/main"],
        &["merge", "--abort"],
        &["commit", "-q", "--no-edit"],
    );
}

#[test]
fn a_decision_in_a_cherry_pick_goes_with_its_commit_or_its_abortion() {
    decided_in(
        "cherry-pick",
        &["cherry-pick", "origin/main"],
        &["cherry-pick", "--abort"],
        &["cherry-pick", "--continue"],
    );
}

#[test]
fn a_decision_in_a_rebase_goes_with_its_commit_or_its_abortion() {
    decided_in(
        "rebase",
        &["rebase", "-q", "origin/main"],
        &["rebase", "--abort"],
        &["rebase", "--continue"],
    );
}

#[test]
fn a_decision_in_a_revert_goes_with_its_commit_or_its_abortion() {
    let sandbox = Sandbox::new();
    let (_laptop, desktop) = both_wrote(&sandbox);
    edit(&desktop, "the pier", "the weir");
    let revert = ["revert", "--no-edit", "HEAD~1"];
    desktop.git(revert).fails();
    let_carol_in(&desktop, "revert");
    desktop.git(["revert", "--abort"]).ok();
    desktop.assert_clean();
    desktop.git(revert).fails();
    let_carol_in(&desktop, "revert");
    choose(&desktop);
    // With the side of HEAD the text is as it was; the decision is committed.
    desktop.git(["commit", "-q", "-m", "Settled"]).ok();
    desktop.assert_clean();
    desktop.metadb(["tombstone", "list"]).ok().lacks("Carol");
}

#[test]
fn settling_in_a_merge_says_the_same() {
    let sandbox = Sandbox::new();
    let (_laptop, desktop) = both_wrote(&sandbox);
    desktop.git(["merge", "-q", "origin/main"]).fails();
    desktop
        .metadb(["sync", "resolve", "--all", "--json"])
        .ok()
        .says(LEDGER);
    desktop.git(["diff", "--exit-code", "--", LEDGER]).ok();
    desktop.git(["merge", "--abort"]).ok();
    desktop.assert_clean();
    desktop.git(["merge", "-q", "origin/main"]).fails();
    desktop
        .metadb(["sync", "resolve", "Entry", DAY])
        .ok()
        .says("(agreed with 1 removal)")
        .says("it is staged, and goes along with the commit of the merge");
    choose(&desktop);
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    assert!(!listed(&desktop).contains(&"kept_out Carol".to_owned()));
    desktop.assert_clean();
}

/// What was decided before, and is not committed, is no part of the merge.
#[test]
fn a_ledger_that_was_changed_before_the_merge_stays_out_of_it() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&desktop);
    edit(&desktop, "the quay", "the pier");
    laptop.edit_entry(DAY, "the quay", "the mill");
    laptop.commit("The mill");
    laptop.push();
    let keep = ["tombstone", "keep", "entry_people", DAY, "Bob"];
    desktop.metadb(keep).ok();
    let before = desktop.read(LEDGER);
    desktop.git(["pull", "-q", "--no-rebase"]).fails();
    let let_in = ["tombstone", "remove", "entry_people", DAY, "Bob"];
    desktop.metadb(let_in).ok().says(&format!(
        "Changed {LEDGER}; once the merge is committed: git commit -m 'Settle' {LEDGER}"
    ));
    assert_ne!(desktop.read(LEDGER), before);
    desktop.git(["merge", "--abort"]).ok();
    let rows = desktop.ledger(2024);
    let bob = removals(&rows, "Bob").into_iter();
    assert_eq!(
        bob.filter(|row| how(row) == Some(Restored::METADB)).count(),
        1
    );
    desktop.git(["commit", "-m", "Settle", LEDGER]).ok();
    desktop.assert_clean();
}

/// Nobody can tell what a file with markers will say.
#[test]
fn what_stands_in_head_alone_is_not_still_in_the_file() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.edit_entry(DAY, "city: Lisbon", "city: Porto");
    remove_bob(&laptop);
    laptop.push();
    edit(&desktop, "city: Lisbon", "city: Faro");
    desktop.git(["pull", "-q", "--no-rebase"]).fails();
    let text = desktop.read_entry(DAY);
    assert!(text.contains("<<<<<<<") && !text.contains("Bob"), "{text}");
    assert!(!listed(&desktop).contains(&"still_in_file Bob".to_owned()));
    let path = crate::sandbox::entry(DAY);
    desktop
        .metadb(["sync", "conflicts"])
        .ok()
        .warns(&format!(
            "{path}:3:1: conflict markers; `palimpsest resolve {path}` settles them"
        ))
        .silent_about("is no key");
    // A command that looks twice says it once.
    let settled = desktop.metadb(["sync", "resolve", "--all"]).ok();
    assert_eq!(settled.stderr.matches("conflict markers").count(), 1);
    desktop.yaml2sql(["update", &path]).exits(1).warns(&format!(
        "{path}:3:1: conflict markers; `palimpsest resolve "
    ));
    desktop.git(["merge", "--abort"]).ok();
    desktop.assert_clean();
    holds(&desktop, &[]);
}

/// An editor's git, or one that hangs. What could not be staged is not written either.
#[test]
fn a_decision_while_another_git_holds_the_index_changes_nothing() {
    let sandbox = Sandbox::new();
    let (_laptop, desktop) = both_wrote(&sandbox);
    desktop.git(["merge", "-q", "origin/main"]).fails();
    let before = (desktop.read(LEDGER), status(&desktop));
    desktop.write(".git/index.lock", "");
    for decision in [
        &["sync", "resolve", "Entry", DAY][..],
        &["tombstone", "remove", "entry_people", DAY, "Carol"],
    ] {
        desktop
            .metadb(decision)
            .exits(1)
            .warns("index.lock")
            .silent_about("; ;");
    }
    desktop.remove(".git/index.lock");
    assert_eq!((desktop.read(LEDGER), status(&desktop)), before);
    let_carol_in(&desktop, "merge");
    choose(&desktop);
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.assert_clean();
    desktop.metadb(["tombstone", "list"]).ok().lacks("Carol");
}

fn status(machine: &Machine<'_>) -> String {
    machine.git(["status", "--short"]).ok().stdout
}

/// What the other side removed from another entry is listed once, as its own, also before the
/// commit: that makes no row of it.
#[test]
fn what_comes_in_as_removed_is_no_removal_of_who_waits() {
    const OTHER: &str = "2024-11-02";
    let ways: [(&[&str], bool, &[&str]); 3] = [
        (
            &["pull", "-q", "--no-rebase"],
            false,
            &["commit", "-q", "--no-edit"],
        ),
        (
            &["cherry-pick", "origin/main"],
            false,
            &["cherry-pick", "--continue"],
        ),
        (&["pull", "-q", "--rebase"], true, &["rebase", "--continue"]),
    ];
    for (begin, is_rebase, end) in ways {
        let sandbox = Sandbox::new();
        let entries = [(DAY, FIELDS, BODY), (OTHER, "people: [Alice, Bob]", BODY)];
        let (laptop, desktop) = journal(&sandbox, &entries);
        laptop.edit_entry(OTHER, "[Alice, Bob]", "[Alice]");
        edit(&laptop, "mood: calm", "mood: good");
        edit(&desktop, "mood: calm", "mood: tired");
        let (first, waits) = match is_rebase {
            true => (&desktop, &laptop),
            false => (&laptop, &desktop),
        };
        first.push();
        waits.git(["fetch", "-q"]).ok();
        waits.git(begin).exits(1);
        let is_once = || {
            let list = waits.metadb(["tombstone", "list", "--json"]).ok();
            let rows = json(&list);
            let rows = rows.as_array().unwrap().iter();
            let bob: Vec<_> = rows.filter(|row| row["item"] == "Bob").collect();
            assert_eq!(bob.len(), 1, "{begin:?}: {list}");
            assert_eq!(bob[0]["by"], "laptop", "{list}");
            list.stdout
        };
        let waiting = is_once();
        waits
            .palimpsest(["reindex"])
            .exits(1)
            .warns("conflict markers");
        assert_eq!(is_once(), waiting);
        waits.palimpsest(["resolve", "--ours"]).ok();
        waits.git(end).ok();
        is_once();
    }
}

/// No driver is asked for what one side has as the merge base, or no side has: what the commit
/// has of it otherwise, a person wrote while the merge waited.
#[test]
fn what_is_written_while_a_merge_waits_is_an_edit_of_its_commit() {
    const OTHER: &str = "2024-11-02";
    const LATER: &str = "2024-11-09";
    let add = |machine: &Machine<'_>, entry, tag: &str| match entry {
        LATER => machine.write_entry(LATER, &format!("tags: [{tag}]"), BODY),
        _ => machine.edit_entry(entry, "tags: [rain", &format!("tags: [rain, {tag}")),
    };
    for (written, came_in) in [(OTHER, false), (OTHER, true), (LATER, false)] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
        if came_in {
            laptop.edit_entry(OTHER, "mood: calm", "mood: good");
        }
        edit(&laptop, "mood: calm", "mood: good");
        laptop.push();
        edit(&desktop, "mood: calm", "mood: tired");
        desktop.git(["pull", "-q", "--no-rebase"]).exits(1);
        desktop.palimpsest(["resolve", "--ours"]).ok();
        add(&desktop, written, "sea");
        // A body is no part of a sync state.
        if written == LATER {
            desktop.edit_entry(OTHER, "the quay", "the pier");
        }
        desktop.git(["add", "-A"]).ok();
        desktop.git(["commit", "-q", "--no-edit"]).ok();
        desktop.assert_clean();
        let states = desktop.ledger(2024).sync;
        let counter = |entry: &str| {
            let key = (entry.parse().unwrap(), Source::Yaml);
            states.get(&key).map(|state| state.counter)
        };
        assert_eq!(counter(DAY), Some(3));
        match written {
            LATER => assert_eq!((counter(LATER), counter(OTHER)), (Some(1), Some(1))),
            _ => assert_eq!(counter(OTHER), Some(2 + u64::from(came_in))),
        }
        desktop.push();
        add(&laptop, written, "fog");
        laptop.git(["add", "-A"]).ok();
        laptop.commit("At the same time");
        let pulled = laptop.git(["pull", "-q", "--no-rebase"]).ok();
        pulled.mentions(&format!("Conflict detected for entry {written}"));
        laptop.assert_clean();
        assert_eq!(listed(&laptop), ["both_edited"]);
        agree(&laptop, &desktop, &["both_edited"]);
    }
}

#[test]
fn what_is_written_while_a_merge_waits_is_an_edit_of_an_entry_that_moved_too() {
    const OTHER: &str = "2024-11-02";
    const MOVED: &str = "journal/md/2024/11/2024-11-02.md";
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, BODY)]);
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    std::fs::create_dir_all(desktop.path("journal/md/2024/11")).unwrap();
    desktop
        .git(["mv", "journal/md/2024/2024-11-02.md", MOVED])
        .ok();
    desktop.edit(MOVED, "tags: [rain", "tags: [rain, fog");
    desktop.edit_entry(DAY, "mood: calm", "mood: tired");
    desktop.commit("Sorted");
    desktop.git(["pull", "-q", "--no-rebase"]).exits(1);
    desktop.palimpsest(["resolve", "--ours"]).ok();
    desktop.edit(MOVED, "tags: [rain", "tags: [rain, sea");
    desktop.git(["add", "-A"]).ok();
    desktop.git(["commit", "-q", "--no-edit"]).ok();
    desktop.assert_clean();
    let states = desktop.ledger(2024).sync;
    let key = (OTHER.parse().unwrap(), Source::Yaml);
    assert_eq!(states.get(&key).map(|state| state.counter), Some(3));
}
