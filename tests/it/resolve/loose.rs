//! Markers that somebody committed without a merge: a client without hooks does it after a
//! stash, a rebase or a pick. In a page, an example of markers stands in a code block.

use crate::sandbox::{DAY, Machine, Sandbox, entry, journal};

/// A set of markers as a stash leaves it, with these lines of the phone's.
fn set(phone: &str) -> String {
    format!("<<<<<<< Updated upstream\nDesk.\n=======\n{phone}\n>>>>>>> Stashed changes\n")
}

/// Commits a text of a file as a client without hooks does.
fn commit_without_checks(machine: &Machine<'_>, path: &str, text: &str) {
    machine.write(path, text);
    machine.git(["add", "-A"]).ok();
    machine.git(["commit", "-qnm", "vault backup"]).ok();
    machine.push();
}

#[test]
fn markers_that_came_in_are_named_where_they_are_no_example() {
    let front = format!("---\ndate: {DAY}\npeople: [Alice]\nnotes: \"```\"\n---\n");
    let pages = [
        (entry(DAY), front.as_str(), true),
        (format!("wiki/entries/2024/{DAY}.md"), "# Notes\n\n", true),
        // Elsewhere an example need not be in a code block: the pull alone names it.
        ("docs/a.md".to_owned(), "", false),
    ];
    for (path, top, is_listed) in pages {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = journal(&sandbox, &[(DAY, "people: [Alice]", "One.\n")]);
        let attributes = laptop.read(".gitattributes");
        let attributes = format!("{attributes}docs/*.md merge=palimpsest\n");
        laptop.write(".gitattributes", attributes);
        let example = format!("{top}One.\n\n````\n```\n{}````\n", set("Like this."));
        commit_without_checks(&laptop, &path, &example);
        desktop.pull().warns(&format!(
            "{path}:{}: conflict markers came in",
            top.lines().count() + 5
        ));
        desktop.palimpsest(["doctor"]).ok();
        desktop
            .palimpsest(["resolve"])
            .ok()
            .is("nothing to resolve");

        let text = |lines: &str| format!("{example}\n{lines}\nTwo.\n");
        commit_without_checks(&laptop, &path, &text(&set("Phone.")));
        let line = example.lines().count() + 2;
        let named = format!("{path}:{line}: conflict markers");
        desktop.pull().warns(&format!(
            "{named} came in; look: `palimpsest resolve {path}`"
        ));
        if is_listed {
            desktop.palimpsest(["doctor"]).exits(1).says(&named);
            desktop.palimpsest(["resolve", "--theirs"]).exits(1);
        }
        desktop.palimpsest(["resolve", &path]).exits(1);
        desktop.write(&path, text("Phone.\n"));
        desktop.commit("Settled");
        desktop.palimpsest(["doctor"]).ok();
        // Nothing new comes in with what stood there before.
        desktop.push();
        laptop.pull();
        commit_without_checks(&laptop, "a.txt", "A.\n");
        desktop.pull().silent_about("markers");
    }
}

/// A fence of one side alone says nothing of what stands below it.
#[test]
fn a_persons_word_settles_every_set_also_one_with_a_fence() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, "people: [Alice]", "One.\n")]);
    let front = format!("---\ndate: {DAY}\n---\n");
    let text = |first: &str, last: &str| format!("{front}```\nx\n{first}\nTwo.\n\n{last}");
    let (first, last) = (set("```\n\nPhone."), set("Too."));
    commit_without_checks(&laptop, &entry(DAY), &text(&first, &last));
    let line = front.lines().count() + 3;
    desktop.pull().warns(&format!("{}:{line}: ", entry(DAY)));
    desktop
        .palimpsest(["resolve", "--theirs", "--unknown", &entry(DAY)])
        .ok();
    let settled = text("```\n\nPhone.\n", "Too.\n");
    assert_eq!(desktop.read(&entry(DAY)), settled);
}

/// `pre-commit` names conflicts alone, and git calls `post-merge` only after a merge that it
/// commits by itself.
#[test]
fn a_merge_that_stopped_names_what_came_in_once_it_is_committed() {
    let sandbox = Sandbox::new();
    let (marked, gone, both) = ("2024-11-02", "2024-11-03", "2024-11-04");
    let entries = [DAY, marked, gone, both].map(|date| (date, "mood: calm\npeople: []", "One.\n"));
    let (laptop, desktop) = journal(&sandbox, &entries);
    for date in [DAY, both] {
        laptop.edit_entry(date, "calm", "glad");
    }
    laptop.remove(&entry(gone));
    laptop.commit("Glad");
    laptop.push();
    let text = laptop.read_entry(marked) + &set("Phone.");
    let broken = "2024-11-05";
    laptop.write(&entry(broken), "---\ndate: [2024\n---\n");
    commit_without_checks(&laptop, &entry(marked), &text);
    desktop.edit_entry(DAY, "calm", "sad");
    desktop.edit_entry(both, "[]", "[Alice]");
    desktop.commit("Sad");
    desktop
        .git(["pull", "-q"])
        .fails()
        .silent_about("came in")
        .silent_about("was deleted");
    desktop.palimpsest(["resolve", "--ours"]).ok();
    let merge = desktop.git(["commit", "-qm", "Merge"]).ok();
    let merge = merge
        .warns(&format!("{}:7: conflict markers came in", entry(marked)))
        .warns(&format!("entry {gone} was deleted by laptop"))
        .warns(&format!("{}:2:", entry(broken)));
    let conflict = format!("Conflict detected for entry {both}");
    assert_eq!(merge.stderr.matches(&conflict).count(), 1, "{merge}");
    desktop
        .git(["commit", "-q", "--amend", "-m", "Merge of the laptop"])
        .ok()
        .silent_about("came in")
        .silent_about("was deleted");
}

/// A merge's own conflicts are settled whatever stands elsewhere.
#[test]
fn what_came_in_holds_no_merge_up() {
    let sandbox = Sandbox::new();
    let other = "2024-11-02";
    let (laptop, desktop) = journal(
        &sandbox,
        &[
            (DAY, "mood: calm", "One.\n"),
            (other, "mood: calm", "Two.\n"),
        ],
    );
    let text = laptop.read_entry(other) + &set("Phone.");
    commit_without_checks(&laptop, &entry(other), &text);
    desktop.pull().warns(other);
    laptop.edit_entry(DAY, "calm", "glad");
    laptop.commit("Glad");
    laptop.push();
    desktop.edit_entry(DAY, "calm", "sad");
    desktop.commit("Sad");
    desktop.git(["pull", "-q"]).fails();
    desktop.palimpsest(["resolve", "--ours"]).ok();
    desktop.git(["commit", "-qm", "Merge"]).ok();
    desktop.palimpsest(["resolve"]).exits(1).warns(other);
}

/// A file of another driver is none of ours, whatever it holds.
#[test]
fn markers_in_a_page_that_no_driver_merges_are_not_named() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = journal(&sandbox, &[(DAY, "people: [Alice]", "One.\n")]);
    let attributes = laptop.read(".gitattributes");
    laptop.write(".gitattributes", format!("{attributes}README.md -merge\n"));
    commit_without_checks(&laptop, "README.md", &set("Phone."));
    desktop.pull().silent_about("markers");
    desktop.palimpsest(["doctor"]).ok();
}

#[test]
fn a_site_without_a_journal_is_told_too() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write("docs/a.md", "One.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.push();
    let desktop = sandbox.machine("desktop");
    desktop.palimpsest(["init"]).ok();
    commit_without_checks(&laptop, "docs/a.md", &set("Phone."));
    desktop
        .pull()
        .warns("docs/a.md:1: conflict markers came in");
}
