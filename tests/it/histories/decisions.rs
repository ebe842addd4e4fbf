//! A decision about one item is about no other.

use super::*;

const OTHER: &str = "2024-11-02";

/// Removed: Bob, who had come back once, and Alice, and a tag of Bob's name from one
/// entry, and Bob from another.
fn many_removals<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let fields = FIELDS.replace("[rain]", "[Bob]");
    let (laptop, _) = journal(sandbox, &[(DAY, &fields, BODY), (OTHER, FIELDS, BODY)]);
    remove_bob(&laptop);
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    edit(&laptop, "[Alice, Bob]", "[]");
    edit(&laptop, "tags: [Bob]", "tags: []");
    laptop.edit_entry(OTHER, "[Alice, Bob]", "[Alice]");
    laptop.commit("Another");
    laptop
}

/// `entry table item` of the ledger's removals that hold `text`.
#[track_caller]
fn rows(machine: &Machine<'_>, text: &str) -> Vec<String> {
    let ledger = machine.read(LEDGER);
    let rows = ledger.lines().filter(|line| line.contains(text));
    let rows = rows.filter(|line| line.contains(r#""kind":"tombstone""#));
    let mut rows: Vec<String> = rows
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).unwrap();
            let word = |key: &str| row[key].as_str().unwrap().to_owned();
            [word("entry"), word("table"), word("item")].join(" ")
        })
        .collect();
    rows.sort();
    rows
}

const BOB: &str = "2024-11-01 entry_people Bob";
const OTHERS: [&str; 3] = [
    "2024-11-01 entry_people Alice",
    "2024-11-01 entry_tags Bob",
    "2024-11-02 entry_people Bob",
];

#[test]
fn restoring_one_item_leaves_the_removals_of_others() {
    let sandbox = Sandbox::new();
    let laptop = many_removals(&sandbox);
    let reverted = r#""how":"re-added""#;
    let before: Vec<String> = laptop.read(LEDGER).lines().map(str::to_owned).collect();
    assert_eq!(rows(&laptop, reverted), [BOB]);
    laptop
        .metadb(["tombstone", "remove", "entry_people", DAY, "Bob"])
        .ok();
    assert_eq!(rows(&laptop, r#""state":"active""#), OTHERS);
    assert_eq!(rows(&laptop, r#""how":"metadb""#), [BOB]);
    // What was restored before stays as it was.
    let old = before.iter().find(|line| line.contains(reverted)).unwrap();
    assert!(laptop.read(LEDGER).contains(old.as_str()));
}

#[test]
fn keeping_one_item_out_leaves_the_removals_of_others() {
    let sandbox = Sandbox::new();
    let laptop = many_removals(&sandbox);
    let keep = ["tombstone", "keep", "entry_people", DAY, "Bob"];
    laptop.metadb(keep).ok();
    assert_eq!(rows(&laptop, r#""permanent":true"#), [BOB]);
    assert_eq!(rows(&laptop, r#""how":"re-added""#), [BOB]);
    let kept = laptop.read(LEDGER);
    laptop.metadb(keep).ok();
    assert_eq!(laptop.read(LEDGER), kept);
}

/// The ledger of a year with nothing to clean up is not written, not even as
/// Palimpsest would write it.
#[test]
fn a_cleanup_leaves_the_ledgers_of_other_years_to_the_byte() {
    let sandbox = Sandbox::new();
    let laptop = many_removals(&sandbox);
    let line = r#"{"kind": "mood", "v": 1}"#;
    laptop.write("data/ledger/2023.jsonl", line);
    laptop.commit("A line by hand");
    let by_hand = laptop.read("data/ledger/2023.jsonl");
    sandbox.pass_days(100);
    laptop.metadb(["tombstone", "cleanup"]).ok().says("4");
    assert_eq!(rows(&laptop, r#""shortened":true"#).len(), 4);
    assert_eq!(laptop.read("data/ledger/2023.jsonl"), by_hand);
}

/// The ledger comes from whoever wrote the repository: a path of another entry in it
/// is none to write to.
#[test]
fn a_deleted_entry_comes_back_at_no_other_entrys_place() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, FIELDS, BODY), (OTHER, FIELDS, "Else.\n")]);
    let text = laptop.read_entry(DAY);
    laptop.remove(&crate::sandbox::entry(DAY));
    laptop.remove(&crate::sandbox::entry(OTHER));
    laptop.commit("Both gone");
    let here = crate::sandbox::entry(DAY);
    let there = crate::sandbox::entry(OTHER);
    laptop.edit(LEDGER, &format!(r#""{here}""#), &format!(r#""{there}""#));
    without_hooks(&laptop, &["commit", "-q", "-a", "-m", "By hand"]);
    laptop.metadb(["restore", "Entry", DAY]).ok().says(&here);
    assert_eq!(laptop.read_entry(DAY), text);
    assert!(!laptop.exists(&there));
}

/// But at its own place, wherever in the journal that was.
#[test]
fn a_deleted_entry_comes_back_where_it_was() {
    const PLACE: &str = "journal/md/quay/2024-11-01.md";
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let text = laptop.read_entry(DAY);
    laptop.remove(&crate::sandbox::entry(DAY));
    laptop.write(PLACE, &text);
    laptop.commit("To the quay");
    laptop.remove(PLACE);
    laptop.commit("Gone");
    laptop.push();
    desktop.pull();
    for machine in [&laptop, &desktop] {
        machine.metadb(["restore", "Entry", DAY]).ok().says(PLACE);
        assert_eq!(machine.read(PLACE), text);
        assert!(!machine.exists(&crate::sandbox::entry(DAY)));
    }
}

/// A year that nobody has committed anything of since `init` has no ledger yet.
#[test]
fn a_decision_in_a_new_ledger_names_a_command_that_commits_it() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry("2023-05-01", FIELDS, BODY);
    laptop.commit("Before");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    let path = crate::sandbox::entry("2023-05-01");
    laptop.edit(&path, "[Alice, Bob]", "[Alice]");
    without_hooks(&laptop, &["commit", "-q", "-a", "-m", "On the phone"]);
    let run = laptop
        .metadb(["tombstone", "remove", "entry_people", "2023-05-01", "Bob"])
        .ok();
    let named = run.stdout.lines().find_map(|l| l.split_once("commit it: "));
    let (_, command) = named.unwrap_or_else(|| panic!("{run:?}"));
    laptop.run_with(&[], "sh", ["-c", command]).ok();
    laptop.assert_clean();
    assert!(laptop.read("data/ledger/2023.jsonl").contains("restored"));
}

/// Whether git commits a revert by itself, or leaves that to a person.
#[test]
fn a_decision_is_reverted_in_whichever_way() {
    for decide in ["keep", "remove"] {
        let ledger = |how: &[&[&str]]| {
            let sandbox = Sandbox::new();
            let (laptop, desktop) = begin(&sandbox);
            remove_bob(&laptop);
            let removed = laptop.read(LEDGER);
            laptop
                .metadb(["tombstone", decide, "entry_people", DAY, "Bob"])
                .ok();
            laptop.commit("Decided");
            assert_ne!(laptop.read(LEDGER), removed);
            for args in how {
                let run = laptop.git(*args).ok();
                run.never_mentions("is older than HEAD");
            }
            laptop.assert_clean();
            assert_eq!(laptop.read(LEDGER), removed, "{decide} {how:?}");
            agree(&laptop, &desktop, &[]);
        };
        ledger(&[&["revert", "--no-edit", "HEAD"]]);
        ledger(&[&["revert", "-n", "HEAD"], &["commit", "-q", "-m", "Not so"]]);
    }
}

/// The rows of the commit follow from the entry, and git staged the ledger.
#[test]
fn a_reverted_removal_is_no_older_copy_of_the_ledger() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.git(["revert", "-n", "HEAD"]).ok();
    let commit = laptop.git(["commit", "-q", "-m", "Bob again"]).ok();
    commit.never_mentions("is older than HEAD");
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
}

/// What a person takes out of a revert, or puts back there, is no removal of theirs.
#[test]
fn an_item_that_stays_in_a_revert_is_not_removed() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.edit_entry(DAY, "[Alice]", "[Alice, Bob]");
    laptop.write("notes.txt", "Tea\n");
    laptop.commit("Bob again, and notes");
    laptop.git(["revert", "-n", "HEAD"]).ok();
    let file = crate::sandbox::entry(DAY);
    laptop.git(["checkout", "-q", "HEAD", "--", &file]).ok();
    let commit = laptop.git(["commit", "-q", "-m", "No notes"]).ok();
    commit.never_mentions("what was decided about");
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
}

/// Git names the last one alone.
#[test]
fn a_decision_that_stays_in_a_revert_of_several_is_said() {
    let sandbox = Sandbox::new();
    let laptop = many_removals(&sandbox);
    for (item, message) in [("Bob", "One"), ("Alice", "Two")] {
        laptop
            .metadb(["tombstone", "keep", "entry_people", DAY, item])
            .ok();
        laptop.commit(message);
    }
    laptop.git(["revert", "-n", "HEAD", "HEAD^"]).ok();
    let commit = laptop.git(["commit", "-q", "-m", "Neither"]).ok();
    commit.warns("data/ledger/2024.jsonl: what was decided about Alice stays");
    let permanent = rows(&laptop, "\"permanent\":true");
    assert_eq!(permanent, ["2024-11-01 entry_people Alice"]);
}

/// The ledger stays as it is in HEAD, or git's merge of it is given up for an older copy.
#[test]
fn a_decision_that_a_person_takes_out_of_its_revert_or_made_since_stays() {
    for since in [false, true] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        remove_bob(&laptop);
        let decide = |how: &str| {
            laptop
                .metadb(["tombstone", how, "entry_people", DAY, "Bob"])
                .ok();
            laptop.commit(how);
        };
        laptop.write("notes.txt", "Tea\n");
        decide("keep");
        let from = match since {
            true => {
                decide("remove");
                laptop.git(["revert", "-n", "HEAD^"]).ok();
                "HEAD~2"
            }
            false => {
                laptop.git(["revert", "-n", "HEAD"]).ok();
                "HEAD"
            }
        };
        let before = laptop.ledger_at("HEAD", 2024).tombstones;
        laptop.git(["checkout", "-q", from, "--", LEDGER]).ok();
        laptop.git(["commit", "-q", "-m", "No notes"]).ok();
        laptop.assert_clean();
        assert_eq!(laptop.ledger(2024).tombstones, before, "{since}");
        agree(&laptop, &desktop, &[]);
    }
}

/// Whoever agreed with a removal takes that back, or leaves it out of the revert.
#[test]
fn what_was_kept_out_is_listed_again_where_its_settling_is_reverted() {
    for is_left_out in [false, true] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = kept_out(&sandbox);
        laptop.metadb(["sync", "resolve", "Entry", DAY]).ok();
        laptop.write("notes.txt", "Tea\n");
        laptop.commit("Agreed");
        assert_eq!(listed(&laptop), [""; 0]);
        laptop.git(["revert", "-n", "HEAD"]).ok();
        if is_left_out {
            laptop.git(["checkout", "-q", "HEAD", "--", LEDGER]).ok();
        }
        laptop.git(["commit", "-q", "-m", "Not so"]).ok();
        laptop.assert_clean();
        let all: &[&str] = if is_left_out {
            &[]
        } else {
            &["kept_out Carol"]
        };
        agree(&laptop, &desktop, all);
    }
}

/// Bob was put back once he was let in.
#[test]
fn a_decision_is_not_reverted_where_its_item_is_in_the_entry_and_that_is_said() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop
        .metadb(["tombstone", "remove", "entry_people", DAY, "Bob"])
        .ok();
    laptop.commit("Bob may come");
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.git(["revert", "-n", "HEAD^"]).ok();
    laptop.write("notes.txt", "Tea\n");
    laptop.git(["add", "notes.txt"]).ok();
    let commit = laptop.git(["commit", "-q", "-m", "He may not"]).ok();
    commit.warns("what was decided about Bob stays");
    assert_eq!(active(&laptop.ledger(2024)), 0);
    agree(&laptop, &desktop, &[]);
    with_bob([&laptop, &desktop]);
}

/// Removals that were let go, and those that somebody agreed with.
#[test]
fn whatever_stays_in_a_revert_of_several_is_said_and_nothing_else() {
    let sandbox = Sandbox::new();
    let (laptop, _) = kept_out(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[]");
    edit(&laptop, "tags: [rain]", "tags: []");
    let decide = |args: &[&str]| {
        laptop.metadb(args.iter().copied()).ok();
        laptop.commit("Decided");
    };
    let about = |how, item| ["tombstone", how, "entry_people", DAY, item];
    let reverted = |commits: &[&str]| {
        laptop
            .git(["revert", "-n"].into_iter().chain(commits.iter().copied()))
            .ok();
        laptop.git(["commit", "-q", "-m", "Neither"]).ok()
    };
    // These are no matter of what is reverted.
    decide(&about("keep", "Alice"));
    let rain = ["tombstone", "remove", "entry_tags", DAY, "rain"];
    decide(&rain);
    decide(&about("keep", "Bob"));
    reverted(&["HEAD"]).never_mentions("what was decided about");

    decide(&["sync", "resolve", "Entry", DAY]);
    decide(&about("keep", "Bob"));
    reverted(&["HEAD"]).never_mentions("what was decided about");
    decide(&about("remove", "Bob"));
    reverted(&["HEAD", "HEAD~3"]).warns("what was decided about Bob stays");
    decide(&about("remove", "Alice"));
    decide(&["sync", "resolve", "Entry", DAY]);
    reverted(&["HEAD", "HEAD^"]).warns("what was decided about Carol stays");
}
