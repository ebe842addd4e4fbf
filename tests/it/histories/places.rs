//! Entries that do not stand in the folder of their year.

use super::*;

/// Below the journal's folder, in another year's, and in a folder of its own.
const PLACES: [&str; 3] = [
    "journal/md/2024-11-01.md",
    "journal/md/2023/2024-11-01.md",
    "journal/md/2024/november/quay/2024-11-01.md",
];

fn begin_at<'a>(sandbox: &'a Sandbox, file: &str) -> (Machine<'a>, Machine<'a>) {
    let (laptop, desktop) = journal(sandbox, &[("2024-01-01", "", "Other.\n")]);
    laptop.write(file, format!("---\ndate: {DAY}\n{FIELDS}---\n{BODY}"));
    laptop.commit("The entry");
    laptop.push();
    desktop.pull();
    (laptop, desktop)
}

#[track_caller]
fn edit_at(machine: &Machine<'_>, file: &str, from: &str, to: &str) {
    machine.edit(file, from, to);
    machine.commit(&format!("{from} to {to}"));
    machine.assert_clean();
}

#[track_caller]
fn edit_without_hooks_at(machine: &Machine<'_>, file: &str, from: &str, to: &str) {
    machine.edit(file, from, to);
    without_hooks(machine, &["commit", "-q", "-a", "-m", "Without hooks"]);
}

#[test]
fn a_removal_and_another_edit_at_any_place() {
    for file in PLACES {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin_at(&sandbox, file);
        edit_at(&laptop, file, "[Alice, Bob]", "[Alice]");
        laptop.push();
        edit_at(&desktop, file, "weather: fair", "weather: wet");
        desktop.pull();
        agree(&desktop, &laptop, &["both_edited"]);
        assert!(laptop.read(file).contains("people: [Alice]\n"));
        // Put back on top of the removal.
        edit_at(&laptop, file, "[Alice]", "[Alice, Bob]");
        agree(&laptop, &desktop, &[]);
        assert!(desktop.read(file).contains("Bob"));
    }
}

#[test]
fn what_is_kept_out_at_any_place_is_listed() {
    for file in PLACES {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin_at(&sandbox, file);
        edit_at(&laptop, file, "[Alice, Bob]", "[Alice, Bob, Carol]");
        edit_at(&laptop, file, "[Alice, Bob, Carol]", "[Alice, Bob]");
        edit_at(&laptop, file, "mood: calm", "mood: good");
        laptop.push();
        edit_at(&desktop, file, "[Alice, Bob]", "[Alice, Bob, Carol]");
        desktop.pull();
        agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
        assert!(!laptop.read(file).contains("Carol"));
    }
}

#[test]
fn what_a_client_without_hooks_removes_at_any_place_stays_removed() {
    for file in PLACES {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin_at(&sandbox, file);
        let (two, three) = ("[Alice, Bob]", "[Alice, Bob, Carol]");
        edit_without_hooks_at(&laptop, file, two, three);
        edit_without_hooks_at(&laptop, file, three, two);
        edit_without_hooks_at(&laptop, file, "mood: calm", "mood: good");
        laptop.push();
        edit_at(&desktop, file, two, three);
        desktop.pull().mentions("Carol stays out");
        agree(&desktop, &laptop, &["both_edited", "kept_out Carol"]);
        assert!(!laptop.read(file).contains("Carol"));
    }
}

#[test]
fn an_entry_that_moves_here_and_is_edited_there() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    let usual = crate::sandbox::entry(DAY);
    remove_bob(&laptop);
    laptop.git(["mv", &usual, PLACES[0]]).ok();
    laptop.commit("Moved");
    laptop.push();
    edit(&desktop, "weather: fair", "weather: wet");
    desktop.pull();
    agree(&desktop, &laptop, &["both_edited"]);
    for machine in [&laptop, &desktop] {
        let text = machine.read(PLACES[0]);
        assert!(!text.contains("Bob") && text.contains("wet"), "{text}");
        assert!(!machine.exists(&usual));
    }
    assert!(deletions(&laptop).is_empty());
}

/// A client without hooks committed settings that nobody can read; the journal moved after.
#[test]
fn a_journal_that_moves_after_unreadable_settings_is_found_where_it_was() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    laptop.write("palimpsest.toml", "<<<<<<< HEAD\n");
    without_hooks(&laptop, &["add", "-A"]);
    without_hooks(&laptop, &["commit", "-q", "-m", "Broken"]);
    without_hooks(&laptop, &["mv", "journal/md", "notes"]);
    laptop.write("palimpsest.toml", "[paths]\njournal = \"notes\"\n");
    let file = crate::sandbox::entry(DAY).replace("journal/md", "notes");
    laptop.edit(&file, "[Alice, Bob]", "[Alice]");
    without_hooks(&laptop, &["add", "-A"]);
    without_hooks(&laptop, &["commit", "-q", "-m", "Moved, without Bob"]);
    laptop.metadb(["tombstone", "list"]).ok().says("Bob");
}

/// A note that only moved is nobody's edit: what is edited elsewhere meanwhile is no
/// conflict, and one that is open stays so.
#[test]
fn a_wiki_that_moves_to_another_folder_records_no_edit() {
    let both = "[paths]\njournal = \"diary\"\nwiki = \"pages\"\n";
    let days = [DAY, "2024-11-02", "2024-11-03", "2024-11-04"];
    let at = |folder: &str, day: &str| format!("{folder}/2024/{day}.md");
    for (hooks, settings) in [(true, both), (false, "[paths]\nwiki = \"pages\"\n")] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        let [open, edited, edited_there, kept] = days;
        for day in days {
            laptop.write(
                &at("wiki/entries", day),
                format!("Of {day}.\n\nOne.\n\nTwo.\n"),
            );
        }
        laptop.commit("Notes");
        laptop.push();
        desktop.pull();
        laptop.edit(&at("wiki/entries", open), "One", "First");
        laptop.commit("First");
        laptop.push();
        desktop.edit(&at("wiki/entries", open), "Two", "Second");
        desktop.commit("Second");
        desktop.pull();
        desktop.push();
        laptop.pull();
        laptop.write("palimpsest.toml", settings);
        if settings == both {
            laptop.git(["mv", "journal/md", "diary"]).ok();
        }
        laptop.git(["mv", "wiki/entries", "pages"]).ok();
        laptop.palimpsest(["init"]).ok();
        laptop.edit(&at("pages", edited), "One", "First");
        laptop.git(["add", "-A"]).ok();
        let commit = ["commit", "-q", "-m", "Pages"];
        let before = laptop.ledger(2024);
        match hooks {
            true => laptop.git(commit).ok().silent_about("settles"),
            false => laptop.run_with(&[("PALIMPSEST", "0")], "git", commit).ok(),
        };
        let now = laptop.ledger(2024);
        let changed = now
            .sync
            .iter()
            .filter(|(k, s)| before.sync.get(k) != Some(s));
        let changed: Vec<String> = changed.map(|((day, _), _)| day.to_string()).collect();
        let own = if hooks { vec![edited] } else { vec![] };
        assert_eq!(changed, own);
        laptop.push();
        desktop.edit(&at("wiki/entries", edited_there), "Two", "Second");
        desktop.commit("Meanwhile");
        desktop.pull();
        desktop.push();
        laptop.pull();
        let counted = |machine: &Machine<'_>, day: &str| {
            let status = machine.metadb(["sync", "status", "Entry", day]).ok();
            status.text().to_owned()
        };
        for machine in [&laptop, &desktop] {
            machine.assert_clean();
            let listed = machine.metadb(["sync", "conflicts"]).ok();
            listed.says("conflicts (1)").says(open);
            assert!(machine.read(&at("pages", edited_there)).contains("Second"));
            let of = days.map(|day| counted(machine, day));
            machine.palimpsest(["reindex"]).ok();
            assert_eq!(of, days.map(|day| counted(machine, day)));
            let edits = |day: &str| {
                let at = days.iter().position(|one| *one == day).unwrap();
                of[at].contains("wiki: in step; 2 changes recorded")
            };
            assert!(
                edits(edited) && edits(edited_there) && !edits(kept),
                "{of:?}"
            );
        }
    }
}

/// The new year's first entry is in no folder that git takes for renamed.
#[test]
fn what_a_pulled_move_of_the_journal_leaves_behind_is_named() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, FIELDS, BODY)]);
    laptop.write("palimpsest.toml", "[paths]\njournal = \"diary\"\n");
    laptop.git(["mv", "journal/md", "diary"]).ok();
    laptop.palimpsest(["init"]).ok();
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-q", "-m", "The diary"]).ok();
    laptop.push();
    desktop.write_entry("2025-01-03", "people: [Eve]", "New year.\n");
    desktop.commit("New year");
    desktop
        .pull()
        .mentions("journal/md/2025/2025-01-03.md: neither checked nor indexed")
        .mentions("git mv journal/md/2025/2025-01-03.md diary/2025/2025-01-03.md");
    edit_at(
        &laptop,
        "diary/2024/2024-11-01.md",
        "[Alice, Bob]",
        "[Alice]",
    );
    laptop.push();
    desktop.pull().never_mentions("neither checked");
}

#[test]
fn what_goes_in_the_commit_that_moves_the_journal_is_deleted() {
    for hooks in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.write_entry("2024-11-02", "people: [Ada]", "");
        laptop.commit("More");
        laptop.git(["mv", "journal/md", "diary"]).ok();
        laptop
            .git(["rm", "-q", "-f", "diary/2024/2024-11-02.md"])
            .ok();
        laptop.write("palimpsest.toml", "[paths]\njournal = \"diary\"\n");
        laptop.palimpsest(["init"]).ok();
        laptop.git(["add", "-A"]).ok();
        match hooks {
            true => {
                let said = laptop.git(["commit", "-q", "-m", "The diary"]).ok();
                said.warns("recorded: entry 2024-11-02 deleted");
            }
            false => without_hooks(&laptop, &["commit", "-q", "-m", "The diary"]),
        }
        laptop.push();
        desktop.pull();
        for machine in [&laptop, &desktop] {
            machine.assert_clean();
            let list = ["restore", "--list"];
            machine.metadb(list).ok().says("2024-11-02");
            machine.palimpsest(["reindex"]).ok();
            machine.metadb(list).ok().says("2024-11-02");
        }
        desktop.metadb(["restore", "Entry", "2024-11-02"]).ok();
        let restored = desktop.read("diary/2024/2024-11-02.md");
        assert!(restored.contains("Ada"), "{restored}");
    }
}
