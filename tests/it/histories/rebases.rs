//! What stays removed where git picks one commit after the other, and what it stashes
//! meanwhile.

use super::*;

/// Git applies what it stashed within the same command, so that a driver sees the
/// environment and the state of the merge or rebase that is over.
#[test]
fn an_item_put_back_waits_in_the_stash_of_a_pull() {
    for how in ["forward", "merge", "rebase", "edit"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        remove_bob(&laptop);
        laptop.push();
        desktop.pull();
        edit(&laptop, "weather: fair", "weather: wet");
        laptop.push();
        if how != "forward" {
            desktop.write("notes.txt", "Tea\n");
            desktop.commit("Notes");
        }
        desktop.edit_entry(DAY, "people: [Alice]", "people: [Alice, Bob]");
        match how {
            "rebase" => desktop.git(["pull", "--rebase", "--autostash"]).ok(),
            "edit" => {
                desktop.git(["stash", "-q"]).ok();
                desktop.git(["fetch", "-q"]).ok();
                desktop
                    .git([
                        "-c",
                        "sequence.editor=perl -pi -e s/^pick/edit/",
                        "rebase",
                        "-i",
                    ])
                    .ok();
                desktop.write("notes.txt", "Tea and milk\n");
                desktop.commit("More notes");
                desktop.git(["stash", "pop", "-q"]).ok()
            }
            _ => desktop.git(["pull", "--autostash"]).ok(),
        };
        let text = desktop.read_entry(DAY);
        assert!(text.contains("people: [Alice, Bob]"), "{how}: {text}");
        assert!(text.contains("weather: wet"), "{how}: {text}");
    }
}

/// A rebase asks what stays removed at its own picks alone: what a person picks where it
/// waits, and a merge that it makes anew, are none.
#[test]
fn an_item_put_back_is_picked_or_merged_within_a_rebase() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    laptop.push();
    for (waits, at) in [("break", "1"), ("edit", "2")] {
        let name = format!("{waits}-machine");
        let machine = sandbox.machine(&name);
        machine.palimpsest(["init"]).ok();
        machine.git(["checkout", "-q", "-b", "side"]).ok();
        edit(&machine, "people: [Alice]", "people: [Alice, Bob]");
        machine.git(["checkout", "-q", "main"]).ok();
        edit(&machine, "people: [Alice]", "people: [Alice, Eve]");
        machine.write("notes.txt", "Tea\n");
        machine.commit("Notes");
        let editor = match waits {
            "break" => format!("sequence.editor=perl -pi -e '$_ .= qq(break\\n) if $. == {at}'"),
            _ => format!("sequence.editor=perl -pi -e 's/^pick/edit/ if $. == {at}'"),
        };
        machine
            .git(["-c", &editor, "rebase", "-q", "-i", "HEAD~2"])
            .ok();
        machine.git(["cherry-pick", "side"]).ok();
        machine.git(["rebase", "--continue"]).ok();
        let text = machine.read_entry(DAY);
        assert!(
            text.contains("people: [Alice, Bob, Eve]"),
            "{waits}: {text}"
        );
    }
    desktop.pull();
    desktop.git(["checkout", "-q", "-b", "side"]).ok();
    edit(&desktop, "people: [Alice]", "people: [Alice, Bob]");
    desktop.git(["checkout", "-q", "main"]).ok();
    edit(&desktop, "weather: fair", "weather: wet");
    desktop.git(["merge", "-q", "--no-edit", "side"]).ok();
    desktop.git(["checkout", "-q", "-b", "other", "HEAD^"]).ok();
    desktop.write("notes.txt", "Tea\n");
    desktop.commit("Notes");
    desktop.git(["checkout", "-q", "main"]).ok();
    desktop.git(["merge", "-q", "--no-edit", "other"]).ok();
    laptop.write("README.md", "Mine\n");
    laptop.commit("Readme");
    laptop.push();
    desktop.git(["pull", "-q", "--rebase=merges"]).ok();
    let text = desktop.read_entry(DAY);
    assert!(text.contains("people: [Alice, Bob]"), "{text}");
}

#[test]
fn what_a_rebase_of_commits_without_rows_kept_out_is_noted_until_a_commit_stores_it() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    add_and_remove_carol(&laptop);
    edit_without_hooks(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    desktop.git(["pull", "-q", "--rebase"]).ok();
    holds(&desktop, &["kept_out Carol"]);
    // Git merged no ledger, so that it is known here alone.
    desktop.push();
    laptop.pull();
    holds(&laptop, &[]);
    desktop.write("README.md", "A journal.\n");
    desktop.commit("Read me");
    agree(&desktop, &laptop, &["kept_out Carol"]);
}

/// The desktop rebases an addition without rows onto the removal of the item.
fn with_a_note<'a>(sandbox: &'a Sandbox) -> (Machine<'a>, Machine<'a>) {
    let (laptop, desktop) = begin(sandbox);
    add_and_remove_carol(&laptop);
    // Something that the rebase keeps, too.
    desktop.edit_entry(DAY, "weather: fair", "weather: wet");
    edit_without_hooks(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    (laptop, desktop)
}

/// `git reset` in the middle of a rebase, as whoever splits a commit uses it, makes
/// another commit of `ORIG_HEAD`.
#[test]
fn a_rebase_that_splits_a_commit_notes_what_it_kept_out() {
    let sandbox = Sandbox::new();
    let (_laptop, desktop) = with_a_note(&sandbox);
    desktop.write("notes.txt", "Tea\n");
    desktop.git(["add", "notes.txt"]).ok();
    without_hooks(&desktop, &["commit", "-q", "-m", "Notes"]);
    desktop.git(["fetch", "-q"]).ok();
    desktop
        .git([
            "-c",
            "sequence.editor=perl -pi -e 's/^pick/edit/ if $. == 2'",
            "rebase",
            "-i",
        ])
        .ok();
    desktop.git(["reset", "-q", "HEAD^"]).ok();
    desktop.git(["add", "notes.txt"]).ok();
    desktop.git(["commit", "-q", "-m", "Notes"]).ok();
    desktop.git(["rebase", "--continue"]).ok();
    holds(&desktop, &["kept_out Carol"]);
}

/// A program that rebases in memory calls the hook as well, and `ORIG_HEAD` is a branch
/// that was thrown away.
#[test]
fn a_rebase_of_another_programs_notes_nothing_of_what_was_thrown_away() {
    let sandbox = Sandbox::new();
    let (_laptop, desktop) = with_a_note(&sandbox);
    desktop.git(["fetch", "-q"]).ok();
    desktop.git(["reset", "-q", "--hard", "origin/main"]).ok();
    desktop.write("notes.txt", "Tea\n");
    desktop.commit("Notes");
    desktop.palimpsest(["hook", "post-rewrite", "rebase"]).ok();
    assert!(!desktop.exists(".git/palimpsest/kept-out.jsonl"));
    holds(&desktop, &[]);
}

/// What a branch kept out that was thrown away is nobody's to decide.
#[test]
fn what_a_rebase_noted_goes_with_its_branch_and_through_an_amend() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = with_a_note(&sandbox);
    desktop.git(["pull", "-q", "--rebase"]).ok();
    let args = [
        "commit",
        "-q",
        "--amend",
        "--no-verify",
        "-m",
        "Said better",
    ];
    desktop.git(args).ok();
    holds(&desktop, &["kept_out Carol"]);
    laptop.write("README.md", "Mine\n");
    laptop.commit("Readme");
    laptop.push();
    desktop.git(["pull", "-q", "--rebase"]).ok();
    holds(&desktop, &["kept_out Carol"]);
    desktop.git(["reset", "-q", "--hard", "@{upstream}"]).ok();
    holds(&desktop, &[]);
    desktop.write("notes.txt", "Tea\n");
    desktop.commit("Notes");
    agree(&desktop, &laptop, &[]);
}

/// Another branch's rebase, or the usual squash before a push, takes nothing off the list.
#[test]
fn what_a_rebase_noted_outlives_other_rebases_and_a_squash() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = with_a_note(&sandbox);
    desktop.git(["branch", "other"]).ok();
    desktop.git(["pull", "-q", "--rebase"]).ok();
    holds(&desktop, &["kept_out Carol"]);
    desktop.git(["checkout", "-q", "other"]).ok();
    desktop.git(["rebase", "-q", "main^"]).ok();
    desktop.git(["checkout", "-q", "main"]).ok();
    holds(&desktop, &["kept_out Carol"]);
    desktop.git(["reset", "-q", "--soft", "HEAD^"]).ok();
    desktop.git(["commit", "-q", "-m", "In one"]).ok();
    holds(&desktop, &["kept_out Carol"]);
    desktop.write("README.md", "Mine\n");
    desktop.commit("Readme");
    agree(&desktop, &laptop, &["kept_out Carol"]);
}

/// The note is compared with the commit that the rebase made. Of one that was cleaned up with
/// its branch there is nothing to say; one that is damaged may be that of the branch here.
#[test]
fn a_note_on_a_commit_that_cannot_be_read_is_not_passed_over() {
    let sandbox = Sandbox::new();
    let (_laptop, desktop) = with_a_note(&sandbox);
    desktop.git(["pull", "-q", "--rebase"]).ok();
    let id = desktop.oid("HEAD");
    without_hooks(&desktop, &["commit", "-q", "--amend", "-m", "Carol"]);
    assert_eq!(listed(&desktop), ["kept_out Carol"]);
    let place = desktop.path(&format!(".git/objects/{}/{}", &id[..2], &id[2..]));
    let bytes = std::fs::read(&place).unwrap();
    std::fs::remove_file(&place).unwrap();
    desktop.metadb(["sync", "conflicts"]).ok();
    std::fs::write(&place, &bytes[..bytes.len() - 20]).unwrap();
    let conflicts = ["sync", "conflicts"];
    desktop.metadb(conflicts).exits(1).warns(&id);
    desktop.palimpsest(["doctor"]).exits(1).says(&id);
    // What nobody needs any more is no loss.
    std::fs::remove_file(&place).unwrap();
    desktop.metadb(conflicts).ok();
    std::fs::write(&place, bytes).unwrap();
    assert_eq!(listed(&desktop), ["kept_out Carol"]);
}

/// The laptop's branch, in the clone of a forge, as one commit of `main`.
fn squashed(sandbox: &Sandbox, laptop: &Machine<'_>, branch: &str) {
    laptop.git(["push", "-q", "-u", "origin", branch]).ok();
    let forge = phone(sandbox);
    let theirs = format!("origin/{branch}");
    without_hooks(&forge, &["merge", "-q", "--squash", &theirs]);
    without_hooks(&forge, &["commit", "-q", "-m", "Squashed"]);
    forge.push();
}

/// The rebase brings a removal that main has had already.
#[test]
fn what_was_put_back_after_a_squash_stays_in_a_rebase_of_the_branch() {
    for how in ["rebase", "merge"] {
        let sandbox = Sandbox::new();
        let (laptop, desktop) = begin(&sandbox);
        laptop.git(["switch", "-q", "-c", "side"]).ok();
        remove_bob(&laptop);
        edit(&laptop, "mood: calm", "mood: good");
        squashed(&sandbox, &laptop, "side");
        desktop.pull();
        desktop.edit_entry(DAY, "weather: fair", "weather: wet");
        edit(&desktop, "[Alice]", "[Alice, Bob]");
        desktop.push();
        laptop.write("notes.txt", "Tea\n");
        laptop.commit("Notes");
        laptop.git(["fetch", "-q"]).ok();
        let run = laptop.git([how, "-q", "origin/main"]).ok();
        if how == "rebase" {
            let said = "person Bob stays, it was put back since this commit removed it";
            assert_eq!(run.stderr.matches(said).count(), 1, "{run}");
        }
        laptop.assert_clean();
        let text = laptop.read_entry(DAY);
        assert!(text.contains("people: [Alice, Bob]"), "{how}: {text}");
        laptop.git(["switch", "-q", "main"]).ok();
        laptop.git(["merge", "-q", "side"]).ok();
        laptop.push();
        agree(&laptop, &desktop, &["both_edited"]);
        let text = desktop.read_entry(DAY);
        assert!(text.contains("people: [Alice, Bob]"), "{how}: {text}");
    }
}

/// Git takes the branch's file then, and asks no driver.
#[test]
fn what_was_put_back_just_as_it_was_is_listed_where_a_rebase_removes_it() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.git(["switch", "-q", "-c", "side"]).ok();
    remove_bob(&laptop);
    edit(&laptop, "mood: calm", "mood: good");
    squashed(&sandbox, &laptop, "side");
    desktop.pull();
    edit(&desktop, "[Alice]", "[Alice, Bob]");
    edit(&desktop, "mood: good", "mood: calm");
    desktop.push();
    laptop.git(["fetch", "-q"]).ok();
    laptop.git(["rebase", "-q", "origin/main"]).ok();
    laptop.assert_clean();
    assert!(laptop.read_entry(DAY).contains("people: [Alice]\n"));
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.git(["merge", "-q", "side"]).ok();
    laptop.push();
    agree(&laptop, &desktop, &["kept_out Bob"]);
}

/// Whoever takes the putting back back again meant that.
#[test]
fn a_put_back_that_a_branch_reverts_is_removed_by_its_rebase() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    remove_bob(&laptop);
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    laptop.push();
    desktop.pull();
    laptop.git(["switch", "-q", "-c", "side"]).ok();
    laptop.git(["revert", "--no-edit", "HEAD"]).ok();
    edit(&desktop, "weather: fair", "weather: wet");
    desktop.push();
    laptop.git(["fetch", "-q"]).ok();
    laptop.git(["rebase", "-q", "origin/main"]).ok();
    laptop.assert_clean();
    let text = laptop.read_entry(DAY);
    assert!(text.contains("people: [Alice]\n"), "{text}");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.git(["merge", "-q", "side"]).ok();
    laptop.push();
    agree(&laptop, &desktop, &[]);
    assert!(!desktop.read_entry(DAY).contains("Bob"));
}

/// Another removal that a person makes on the same commit counts as one of its own.
#[test]
fn what_a_branch_removes_once_more_goes_in_its_rebase() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    laptop.git(["branch", "-q", "side"]).ok();
    remove_bob(&laptop);
    edit(&laptop, "[Alice]", "[Alice, Bob]");
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.push();
    sandbox.pass_days(1);
    laptop.git(["switch", "-q", "side"]).ok();
    remove_bob(&laptop);
    let run = laptop.git(["rebase", "-q", "main"]).ok();
    run.never_mentions("stays");
    laptop.assert_clean();
    assert!(laptop.read_entry(DAY).contains("people: [Alice]\n"));
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.git(["merge", "-q", "side"]).ok();
    laptop.push();
    agree(&laptop, &desktop, &["both_edited"]);
    assert!(!desktop.read_entry(DAY).contains("Bob"));
}
