//! Clients that know neither hooks nor drivers.

use super::*;

#[test]
fn a_removal_by_a_client_without_hooks_counts_at_once_and_is_stored_by_the_next_commit() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit_without_hooks(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.push();
    desktop.pull();
    let rows = desktop.metadb(["tombstone", "list"]).ok();
    rows.says("Bob")
        .says("Orla Pennyfold (no hooks)")
        .says("history")
        .says("pending");
    assert!(!desktop.read("data/ledger/2024.jsonl").contains("Bob"));
    desktop.write_entry("2023-01-01", "", "Another year.\n");
    desktop.commit("Another year");
    assert!(desktop.read("data/ledger/2024.jsonl").contains("Bob"));
    agree(&desktop, &laptop, &[]);
    without_bob([&laptop, &desktop]);
}

#[test]
fn a_removal_that_another_machine_stored_is_pending_no_longer() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit_without_hooks(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.push();
    desktop.pull();
    // The index knows the file by its stamp, and does not read it again for nothing.
    desktop.age("journal");
    let rows = || desktop.metadb(["tombstone", "list"]).ok();
    rows().says("Bob").says("pending");
    laptop.write_entry("2023-01-01", "", "Another year.\n");
    laptop.commit("Another year");
    laptop.push();
    desktop.pull();
    rows().says("Bob").lacks("pending");
}

/// What history told is noted for the next command and the next pull. The note saves
/// time alone: the rows are those of a clone that has none.
#[test]
fn a_machine_that_only_reads_notes_what_a_phone_did() {
    let sandbox = Sandbox::new();
    let (phone, desktop) = begin(&sandbox);
    let listed = |machine: &Machine<'_>| {
        let removals = machine.metadb(["tombstone", "list", "--json"]).ok().stdout;
        let states = machine.metadb(["sync", "status", "--json"]).ok().stdout;
        removals + &states
    };
    for (from, to) in [
        ("[Alice, Bob]", "[Alice]"),
        ("weather: fair", "weather: wet"),
        ("[Alice]", "[Alice, Bob, Carol]"),
        ("[Alice, Bob, Carol]", "[Bob]"),
    ] {
        edit_without_hooks(&phone, from, to);
        phone.push();
        desktop.pull();
        let rows = listed(&desktop);
        assert_eq!(listed(&desktop), rows);
        let note = desktop.read(".git/palimpsest/told");
        assert!(note.contains(&desktop.oid("HEAD")), "{note}");
    }
    let rows = listed(&desktop);
    for name in [
        ".git/palimpsest/told",
        ".git/palimpsest/history",
        "data/palimpsest.db",
    ] {
        std::fs::remove_file(desktop.path(name)).unwrap();
    }
    assert_eq!(listed(&desktop), rows);
    agree(&desktop, &phone, &[]);
}

#[test]
fn both_machines_derive_the_same_row() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit_without_hooks(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.push();
    desktop.pull();
    edit(&laptop, "weather: fair", "weather: wet");
    desktop.write_entry("2023-01-01", "", "Another year.\n");
    desktop.commit("Another year");
    let row = |m: &Machine<'_>| {
        let ledger = m.read("data/ledger/2024.jsonl");
        let row = ledger.lines().find(|l| l.contains("Bob"));
        row.unwrap().to_owned()
    };
    assert_eq!(row(&laptop), row(&desktop));
    agree(&desktop, &laptop, &[]);
    let ledger = laptop.read("data/ledger/2024.jsonl");
    assert_eq!(ledger.matches("Bob").count(), 1);
}

#[test]
fn an_addition_is_kept_out_by_a_removal_that_no_ledger_holds() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit_without_hooks(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit_without_hooks(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit_without_hooks(&laptop, "mood: calm", "mood: good");
    laptop.push();
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    desktop.pull().mentions("Carol stays out");
    agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
}

#[test]
fn an_addition_by_a_client_without_hooks_on_top_of_the_removal_restores() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    edit_without_hooks(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.push();
    edit(&desktop, "weather: fair", "weather: wet");
    agree(&desktop, &laptop, &["both_edited"]);
    with_bob([&laptop, &desktop]);
}

#[test]
fn a_merge_with_markers_that_a_client_without_hooks_resolves() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice]");
    laptop.push();
    desktop.edit_entry(DAY, "[Alice, Bob]", "[Alice, Bob, Eve]");
    without_hooks(&desktop, &["commit", "-q", "-a", "-m", "Eve"]);
    let merge = ["pull", "-q", "--no-rebase"];
    desktop
        .run_with(&[("PALIMPSEST", "0")], "git", merge)
        .exits(1);
    desktop.write_entry(DAY, &FIELDS.replace("Bob", "Eve"), BODY);
    without_hooks(&desktop, &["commit", "-q", "-a", "--no-edit"]);
    agree(&desktop, &laptop, &["both_edited"]);
    without_bob([&laptop, &desktop]);
    assert!(laptop.read_entry(DAY).contains("[Alice, Eve]"));
}

#[test]
fn a_merge_by_a_client_without_drivers_that_drops_an_item_of_both() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    edit_without_hooks(&desktop, "mood: calm", "mood: bad");
    let merge = ["pull", "-q", "--no-rebase"];
    desktop
        .run_with(&[("PALIMPSEST", "0")], "git", merge)
        .exits(1);
    desktop.write_entry(DAY, &FIELDS.replace(", Bob", ""), BODY);
    without_hooks(&desktop, &["commit", "-q", "-a", "--no-edit"]);
    agree(&desktop, &laptop, &["both_edited"]);
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
}

#[test]
fn a_rebase_that_goes_on_after_a_removal_by_hand() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "mood: calm", "mood: good");
    laptop.push();
    edit(&desktop, "mood: calm", "mood: bad");
    desktop.git(["pull", "-q", "--rebase"]).exits(1);
    let text = FIELDS.replace(", Bob", "").replace("calm", "fine");
    desktop.write_entry(DAY, &text, BODY);
    desktop.git(["add", "-A"]).ok();
    desktop.git(["rebase", "--continue"]).ok();
    desktop.assert_clean();
    agree(&desktop, &laptop, &["both_edited"]);
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
}

#[test]
fn a_rebase_by_such_a_client_over_a_removal_is_an_addition_on_top_of_it() {
    let sandbox = Sandbox::new();
    let (laptop, phone) = begin(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.push();
    edit_without_hooks(&phone, "[Alice, Bob]", "[Alice, Bob, Carol]");
    without_hooks(&phone, &["pull", "-q", "--rebase"]);
    assert!(phone.read_entry(DAY).contains("Carol"));
    agree(&phone, &laptop, &[]);
    for machine in [&phone, &laptop] {
        assert!(machine.read_entry(DAY).contains("Carol"));
    }
    let rows = laptop.ledger(2024);
    assert_eq!(how(removals(&rows, "Carol")[0]), Some(Restored::RE_ADDED));
}

/// What such a client rebases was recorded when it was made: it did not know.
#[test]
fn a_rebase_without_drivers_of_a_recorded_addition_restores_nothing() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    laptop.push();
    edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    let rebase = ["pull", "-q", "--rebase"];
    desktop
        .run_with(&[("PALIMPSEST", "0")], "git", rebase)
        .exits(1);
    // Both wrote the same lines of the ledger, and of nothing else.
    let open = desktop.git(["diff", "--name-only", "--diff-filter=U"]).ok();
    open.is("data/ledger/2024.jsonl");
    desktop.palimpsest(["resolve", "data"]).ok();
    desktop.git(["rebase", "--continue"]).ok();
    agree(&desktop, &laptop, &["both_edited", "still_in_file Carol"]);
}

/// Git starts a driver for each file: the second looks at all that the phone did, and the
/// others read what it noted. The note saves time alone.
#[test]
fn the_drivers_of_a_merge_look_once_at_what_a_phone_did() {
    const DAYS: [&str; 4] = ["2024-11-01", "2024-11-02", "2024-11-03", "2024-11-04"];
    let sandbox = Sandbox::new();
    let (phone, desktop) = begin(&sandbox);
    for day in &DAYS[1..] {
        phone.write_entry(day, FIELDS, BODY);
    }
    phone.commit("More entries");
    phone.push();
    desktop.pull();
    let all = |machine: &Machine<'_>, from: &str, to: &str| {
        for day in DAYS {
            machine.edit_entry(day, from, to);
        }
    };
    for (from, to) in [
        ("Bob]", "Bob, Carol]"),
        ("Bob, Carol]", "Bob]"),
        ("mood: calm", "mood: good"),
    ] {
        all(&phone, from, to);
        without_hooks(&phone, &["commit", "-q", "-a", "-m", "On the phone"]);
    }
    let mut tip = phone.oid("HEAD");
    for _ in 0..70 {
        let next = phone.git(["commit-tree", "HEAD^{tree}", "-p", &tip, "-m", "More"]);
        next.ok().text().clone_into(&mut tip);
    }
    phone.git(["reset", "-q", "--soft", &tip]).ok();
    phone.push();
    all(&desktop, "Bob]", "Bob, Carol]");
    desktop.commit("Carol");
    let before = desktop.oid("HEAD");
    let note = || desktop.read(".git/palimpsest/told-there");
    let merged = || {
        desktop.git(["reset", "-q", "--hard", &before]).ok();
        let pulled = desktop.git(["pull", "-q", "--no-rebase"]).ok();
        assert_eq!(pulled.stderr.matches("Carol stays out").count(), DAYS.len());
        desktop.oid("HEAD^{tree}")
    };
    let tree = merged();
    let first = note();
    assert!(first.contains(&tip) && first.contains("Carol"), "{first}");
    assert_eq!(merged(), tree);
    assert_eq!(note(), first);
    // One that is not whole, or about another tip, is none.
    desktop.write(".git/palimpsest/told-there", &first[..first.len() / 2]);
    assert_eq!(merged(), tree);
    assert_eq!(note(), first);
}

/// History restored Bob; another item of his entry waits for a decision, so that each
/// commit looks there.
#[test]
fn what_a_client_without_hooks_put_back_is_not_named_by_a_commit_of_nothing() {
    let sandbox = Sandbox::new();
    let (laptop, _) = kept_out(&sandbox);
    remove_bob(&laptop);
    edit_without_hooks(&laptop, "[Alice]", "[Alice, Bob]");
    holds(&laptop, &["kept_out Carol"]);
    laptop
        .palimpsest(["check", "--staged"])
        .ok()
        .mentions("Carol")
        .never_mentions("Bob");
    let head = laptop.oid("HEAD:data");
    laptop
        .git(["commit", "-q", "--allow-empty", "-m", "Nothing"])
        .ok()
        .warns("Carol")
        .never_mentions("Bob");
    // Rows would stay staged where git refuses the commit.
    assert_eq!(laptop.oid("HEAD:data"), head);
    holds(&laptop, &["kept_out Carol"]);
    with_bob([&laptop, &laptop]);
}
