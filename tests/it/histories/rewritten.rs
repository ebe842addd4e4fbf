//! Histories whose commits were all made anew, as `git filter-branch` and
//! `git filter-repo` do it: the files are as they were, and every commit is another one.

use super::*;

/// How an item came back that a commit without rows had removed.
#[derive(Debug, Clone, Copy)]
enum Back {
    AtOnce,
    OnceStored,
    LetIn,
}

/// A phone removes Bob and the desktop takes that back; then the desktop makes all commits
/// anew, and the laptop takes what it made.
#[track_caller]
fn rewritten<'a>(sandbox: &'a Sandbox, back: Back, filter: &str) -> (Machine<'a>, Machine<'a>) {
    let (laptop, desktop) = begin(sandbox);
    let phone = phone(sandbox);
    edit_without_hooks(&phone, "[Alice, Bob]", "[Alice]");
    phone.push();
    desktop.pull();
    if matches!(back, Back::OnceStored) {
        desktop.write("README.md", "A journal.\n");
        desktop.commit("Read me");
    }
    if matches!(back, Back::LetIn) {
        desktop
            .metadb(["tombstone", "remove", "entry_people", DAY, "Bob"])
            .ok();
        desktop.commit("Bob may come");
    }
    edit(&desktop, "[Alice]", "[Alice, Bob]");
    let args = ["filter-branch", "-f", "--env-filter", filter, "HEAD"];
    let quiet = [("FILTER_BRANCH_SQUELCH_WARNING", "1")];
    desktop.run_with(&quiet, "git", args).ok();
    desktop.git(["push", "-q", "--force"]).ok();
    laptop.git(["fetch", "-q"]).ok();
    laptop.git(["reset", "-q", "--hard", "origin/main"]).ok();
    (laptop, desktop)
}

#[test]
fn a_removal_that_was_taken_back_stays_so_where_authors_get_other_names() {
    for back in [Back::AtOnce, Back::OnceStored, Back::LetIn] {
        let sandbox = Sandbox::new();
        let name = "export GIT_AUTHOR_NAME=Quill GIT_AUTHOR_EMAIL=quill@example.org";
        let (laptop, desktop) = rewritten(&sandbox, back, name);
        for machine in [&laptop, &desktop] {
            machine.metadb(["tombstone", "list"]).ok().lacks("Bob");
        }
        agree(&desktop, &laptop, &[]);
        with_bob([&laptop, &desktop]);
        // A merge of the list does not know better either.
        edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
        laptop.push();
        edit(&desktop, "[Alice, Bob]", "[Alice, Bob, Eve]");
        agree(&desktop, &laptop, &["both_edited"]);
        with_bob([&laptop, &desktop]);
    }
}

/// With another time nothing tells it from a removal that nobody took back: the item stays
/// where it is, and a person is asked.
#[test]
fn a_removal_that_was_taken_back_is_listed_where_commits_get_other_times() {
    let sandbox = Sandbox::new();
    let time = "export GIT_AUTHOR_DATE='2020-01-01T00:00:00Z'";
    let (laptop, desktop) = rewritten(&sandbox, Back::OnceStored, time);
    agree(&desktop, &laptop, &["still_in_file Bob"]);
    with_bob([&laptop, &desktop]);
}

/// Both are in this history, by two people, so that neither is the other one under an
/// earlier id: whoever put the item back knew of one alone.
#[test]
fn two_removals_of_one_second_are_two() {
    for pull in ["--no-rebase", "--rebase"] {
        let sandbox = Sandbox::new();
        let (_, desktop) = begin(&sandbox);
        let phone = phone(&sandbox);
        let tablet = sandbox.machine("tablet");
        tablet.git(["config", "user.name", "Tablet"]).ok();
        let then = [
            ("PALIMPSEST", "0"),
            ("GIT_AUTHOR_DATE", "2026-11-28T14:00:01Z"),
        ];
        for (machine, message) in [(&phone, "By the phone"), (&tablet, "By the tablet")] {
            machine.edit_entry(DAY, "[Alice, Bob]", "[Alice]");
            machine
                .run_with(&then, "git", ["commit", "-q", "-a", "-m", message])
                .ok();
        }
        phone.push();
        desktop.pull();
        desktop.write("README.md", "A journal.\n");
        desktop.commit("Read me");
        edit(&desktop, "[Alice]", "[Alice, Bob]");
        without_hooks(&tablet, &["pull", "-q", "--no-rebase"]);
        tablet.push();
        desktop.git(["pull", "-q", pull]).ok();
        holds(&desktop, &["still_in_file Bob"]);
    }
}
