//! What a rebase does beside its own picks: merges that it makes anew, and commits that
//! somebody put on its list from elsewhere.

use super::*;
use crate::sandbox::Run;

/// Rewords `Notes`, which is one of the last commits, and makes the merges above it anew.
#[track_caller]
fn reword_below_the_merge(machine: &Machine<'_>, oldest: &str) {
    let before = machine.oid("HEAD");
    reword(machine, &[oldest]).ok();
    assert_ne!(machine.oid("HEAD"), before);
}

/// Rewords `Notes` in a rebase that makes merges anew.
fn reword(machine: &Machine<'_>, words: &[&str]) -> Run {
    let editor = "sequence.editor=perl -pi -e 's/^pick( \\S+ (# )?Notes)/reword$1/'";
    let rebase = [
        "-c",
        editor,
        "-c",
        "core.editor=perl -pi -e 's/^/Re: / if $. == 1'",
    ];
    let rebase = [
        &rebase[..],
        &["rebase", "-q", "-i", "--rebase-merges"],
        words,
    ];
    machine.git(rebase.concat())
}

#[test]
fn a_merge_that_a_rebase_makes_anew_keeps_out_what_the_merge_kept_out() {
    for settled in [false, true] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        add_and_remove_carol(&laptop);
        desktop.write("notes.txt", "Tea\n");
        desktop.commit("Notes");
        edit(&desktop, "weather: fair", "weather: wet");
        edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
        desktop.pull();
        assert!(!desktop.read_entry(DAY).contains("Carol"));
        if settled {
            desktop.metadb(["sync", "resolve", "Entry", DAY]).ok();
            desktop.commit("Agreed");
        }
        let oldest = if settled { "HEAD^^~3" } else { "HEAD^~3" };
        reword_below_the_merge(&desktop, oldest);
        let merges = desktop.git(["log", "--merges", "--format=%s"]).ok();
        assert_eq!(merges.stdout.lines().count(), 1);
        assert!(!desktop.read_entry(DAY).contains("Carol"), "{settled}");
        // The commit that had her is another one now: nothing says that this was settled.
        let listed: &[&str] = if settled {
            &["kept_out Carol"]
        } else {
            &["both_edited", "kept_out Carol"]
        };
        agree(&desktop, &laptop, listed);
    }
}

#[test]
fn a_merge_that_a_rebase_makes_anew_keeps_who_was_put_back() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.write("notes.txt", "Tea\n");
    laptop.commit("Notes");
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    remove_bob(&laptop);
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.write("notes.txt", "Tea and milk\n");
    laptop.commit("More notes");
    laptop.git(["cherry-pick", "side"]).ok();
    edit(&laptop, "people: [Alice]", "people: [Alice, Bob]");
    laptop.git(["checkout", "-q", "side"]).ok();
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.git(["checkout", "-q", "main"]).ok();
    edit(&laptop, "mood: calm", "mood: good");
    laptop.git(["merge", "-q", "--no-edit", "side"]).ok();
    assert!(laptop.read_entry(DAY).contains("people: [Alice, Bob]"));
    reword_below_the_merge(&laptop, "HEAD^~5");
    assert!(laptop.read_entry(DAY).contains("people: [Alice, Bob]"));
    laptop.push();
    desktop.pull();
    assert!(desktop.read_entry(DAY).contains("people: [Alice, Bob]"));
}

/// Git applies it with the rebase's list of done steps still in place.
#[test]
fn an_autostash_after_a_merge_that_was_skipped_is_none_of_that_merge() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    remove_bob(&laptop);
    edit(&laptop, "mood: calm", "mood: sad");
    laptop.git(["checkout", "-q", "main"]).ok();
    laptop.write("notes.txt", "Tea\n");
    laptop.commit("Notes");
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Dora]");
    edit(&laptop, "mood: calm", "mood: good");
    laptop.git(["merge", "-q", "side"]).fails();
    laptop.palimpsest(["resolve", "--ours"]).ok();
    laptop.git(["commit", "-q", "--no-edit"]).ok();
    laptop.edit_entry(DAY, "weather: fair", "weather: wet");
    reword(&laptop, &["--autostash", "origin/main"]).fails();
    laptop.git(["rebase", "--skip"]).ok();
    let text = laptop.read_entry(DAY);
    assert!(text.contains("weather: wet"), "{text}");
    assert!(text.contains("[Alice, Bob, Dora]"), "{text}");
}

/// It is picked as outside of a rebase, where git does not say that the item was removed.
#[test]
fn what_a_commit_from_elsewhere_on_a_rebases_list_adds_stays() {
    for hooks in [true, false] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        desktop.git(["checkout", "-q", "-b", "idea"]).ok();
        desktop.edit_entry(DAY, "weather: fair", "weather: wet");
        match hooks {
            true => edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]"),
            false => edit_without_hooks(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]"),
        }
        desktop.git(["push", "-q", "origin", "idea"]).ok();
        desktop.git(["checkout", "-q", "main"]).ok();
        add_and_remove_carol(&laptop);
        laptop.git(["fetch", "-q"]).ok();
        let idea = laptop.oid("origin/idea");
        let editor = format!("sequence.editor=echo pick {idea} >");
        laptop
            .git(["-c", &editor, "rebase", "-q", "-i", "HEAD"])
            .ok();
        laptop.push();
        // Without rows it is a commit like any other on top of the removal: a re-addition.
        let listed: &[&str] = match hooks {
            true => &["both_edited", "still_in_file Carol"],
            false => &[],
        };
        assert!(laptop.read_entry(DAY).contains("Carol"), "{hooks}");
        agree(&laptop, &desktop, listed);
    }
}
