//! The ledger as it was staged before the commit: a copy, what an aborted commit left,
//! what somebody put there in a merge.

use super::*;

const OTHER: &str = "2024-11-02";
const OLDER: &str = "what is staged is older than HEAD";

/// HEAD's ledger has a removal, a deletion and sync states.
fn with_each_row<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let laptop = with_three_people(sandbox);
    laptop.write_entry(OTHER, "people: [Al]", "Else.\n");
    laptop.commit("Another");
    remove(&laptop, "Bob, ", "");
    laptop.remove(&entry(OTHER));
    laptop.commit("Without Bob, and one entry less");
    laptop
}

/// Whichever row it lacks, an old copy takes nothing away and is told of; a copy that
/// only adds a decision is none.
#[test]
fn a_copy_is_old_if_it_lacks_any_row_or_has_an_older_state() {
    // What to put for what, in the lines of one kind; nothing takes the line out.
    let copies = [
        ("tombstone", None, true),
        ("deletion", None, true),
        ("sync", Some((r#""counter":2"#, r#""counter":1"#)), true),
        (
            "tombstone",
            Some((r#"active""#, r#"active","permanent":true"#)),
            false,
        ),
    ];
    for (kind, edit, is_old) in copies {
        let sandbox = Sandbox::new();
        let laptop = with_each_row(&sandbox);
        let before = laptop.read(LEDGER);
        let mut copy = String::new();
        for line in before.lines() {
            match edit {
                _ if !line.contains(kind) => copy += line,
                Some((from, to)) => copy += &line.replace(from, to),
                None => continue,
            }
            copy.push('\n');
        }
        assert_ne!(copy, before);
        laptop.write(LEDGER, &copy);
        laptop.write("README.md", "# Mine\n");
        let commit = laptop.commit("Readme");
        laptop.assert_clean();
        let now = laptop.read(LEDGER);
        if is_old {
            commit.warns(OLDER);
            assert_eq!(now, before);
        } else {
            commit.silent_about(OLDER);
            assert_eq!(now, copy);
        }
    }
}

/// Alone or with an edit that has rows of its own: the rows stay, and the file is there.
#[test]
fn a_ledger_whose_deletion_is_staged_is_written_again() {
    for (edits, cached) in [(false, false), (true, false), (false, true), (true, true)] {
        let sandbox = Sandbox::new();
        let laptop = with_each_row(&sandbox);
        let before = laptop.read(LEDGER);
        if edits {
            remove(&laptop, "Eve", "Zoe");
        }
        laptop.write("README.md", "# Mine\n");
        laptop.git(["add", "-A"]).ok();
        let cached = cached.then_some("--cached");
        laptop
            .git(["rm", "-q"].into_iter().chain(cached).chain([LEDGER]))
            .ok();
        laptop
            .git(["commit", "-q", "-m", "Readme"])
            .ok()
            .warns("data/ledger/2024.jsonl: deleted, and written again")
            .silent_about(OLDER);
        laptop.assert_clean();
        let now = laptop.read(LEDGER);
        assert_eq!(now == before, !edits);
        assert!(before.lines().all(|line| edits || now.contains(line)));
        assert!(!edits || removed_items(&laptop).contains(&"Eve".to_owned()));
    }
}

/// Git takes the file out of the real index once the commit is there; the line is the one
/// that the guide has for cron.
#[test]
fn a_commit_of_the_ledgers_alone_puts_a_deleted_one_back_into_the_index() {
    let guide = include_str!("../../../docs/guide.md");
    let cron = guide.lines().find(|line| line.starts_with("0 2 1 * * "));
    let cron = cron.unwrap().trim_start_matches("0 2 1 * * ");
    let deleting: [&[&str]; 2] = [&["git", "rm", "-q", LEDGER], &["rm", LEDGER]];
    for delete in deleting {
        for (commits, edits) in [
            (
                &["git", "commit", "-q", "-m", "Clean up", "data/ledger"] as &[&str],
                false,
            ),
            (
                &["git", "commit", "-q", "-m", "Clean up", LEDGER, "journal"],
                true,
            ),
            (&["sh", "-c", cron], false),
        ] {
            let sandbox = Sandbox::new();
            let laptop = with_each_row(&sandbox);
            std::os::unix::fs::symlink(laptop.dir(), sandbox.home().join("journal")).unwrap();
            let before = laptop.read(LEDGER);
            if edits {
                remove(&laptop, "Eve", "Zoe");
            }
            laptop.run_with(&[], delete[0], &delete[1..]).ok();
            laptop
                .run_with(&[], commits[0], &commits[1..])
                .ok()
                .warns("data/ledger/2024.jsonl: deleted, and written again");
            laptop.assert_clean();
            let now = laptop.read(LEDGER);
            assert!(
                before.lines().all(|line| edits || now.contains(line)),
                "{now}"
            );
            laptop.palimpsest(["doctor"]).ok();
        }
    }
}

/// A commit of another file leaves the staged deletion, as git does; `doctor` names the
/// command that takes it back, and a decision in the file stays.
#[test]
fn a_staged_deletion_of_a_ledger_is_a_finding() {
    for (delete, decides) in [
        (&["rm", "-q", LEDGER] as &[&str], false),
        (&["rm", "-q", "--cached", LEDGER], false),
        (&["rm", "-q", "--cached", LEDGER], true),
    ] {
        let sandbox = Sandbox::new();
        let laptop = with_each_row(&sandbox);
        laptop.write("README.md", "# Mine\n");
        laptop.git(["add", "-A"]).ok();
        laptop.git(delete).ok();
        if decides {
            laptop.edit(LEDGER, r#""active""#, r#""active","permanent":true"#);
        }
        let before = laptop.exists(LEDGER).then(|| laptop.read(LEDGER));
        laptop
            .git(["commit", "-q", "-m", "Readme", "README.md"])
            .ok();
        let status = laptop.git(["status", "--porcelain", LEDGER]).ok();
        status.says(&format!("D  {LEDGER}"));
        let said = laptop.palimpsest(["doctor"]).exits(1);
        let said = said.says(&format!("{LEDGER}: its deletion is staged"));
        let mend = said
            .stdout
            .lines()
            .find_map(|l| l.strip_prefix("    mend: "));
        laptop.run_with(&[], "sh", ["-c", mend.unwrap()]).ok();
        if let Some(before) = before {
            assert_eq!(laptop.read(LEDGER), before);
        }
        laptop.palimpsest(["doctor"]).ok();
        if !decides {
            laptop.assert_clean();
        }
    }
}

/// What history tells is stored beside the rows that HEAD has, and no copy is old.
#[test]
fn storing_what_history_told_is_no_old_copy() {
    let sandbox = Sandbox::new();
    let laptop = with_each_row(&sandbox);
    remove(&laptop, "Eve", "Zoe");
    laptop
        .git(["commit", "-q", "--no-verify", "-a", "-m", "Without Eve"])
        .ok();
    laptop.write("README.md", "# Mine\n");
    laptop.commit("Readme").silent_about(OLDER);
    laptop.assert_clean();
    assert_eq!(removed_items(&laptop), ["Bob", "Eve"]);
}

/// The rows that an aborted first commit left staged are computed anew, too.
#[test]
fn what_an_aborted_first_commit_left_counts_for_nothing() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "people: [Al, Bob, Eve]", "Went to the quay.\n");
    laptop.palimpsest(["init"]).ok();
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-q", "-m", ""]).fails();
    let staged = laptop.git(["show", &format!(":{LEDGER}")]).ok();
    staged.says(r#""counter":1"#);
    remove(&laptop, "Bob, ", "");
    // Not the ledger, which the work tree has not yet.
    laptop.git(["add", "journal"]).ok();
    laptop.git(["commit", "-q", "-m", "Begin"]).ok();
    laptop.assert_clean();
    assert_eq!(counter(&laptop), 1);
    assert_eq!(removed_items(&laptop), [""; 0]);
}

/// An aborted commit may have been for another branch, also one that is gone.
#[test]
fn what_an_aborted_commit_left_on_another_branch_counts_for_nothing() {
    for branches in [&["side"] as &[&str], &["--detach"], &["--detach", "side"]] {
        let sandbox = Sandbox::new();
        let laptop = with_three_people(&sandbox);
        laptop.git(["branch", "side"]).ok();
        remove(&laptop, "Bob, ", "");
        laptop.git(["add", "-A"]).ok();
        laptop.git(["commit", "-q", "-m", ""]).fails();
        for branch in branches {
            laptop.git(["checkout", "-q", branch]).ok();
        }
        laptop.edit_entry(DAY, "[Al, Eve]", "[Al, Bob, Eve, Zoe]");
        // Not the ledger, which is staged.
        laptop.git(["add", "journal"]).ok();
        laptop.git(["commit", "-q", "-m", "Bob stays"]).ok();
        laptop.assert_clean();
        let ledger = laptop.git(["show", &format!("HEAD:{LEDGER}")]).ok();
        ledger.lacks("tombstone");
    }
}

/// Nor after a commit of another file, which leaves the real index as it was.
#[test]
fn what_an_aborted_commit_left_does_not_outlive_a_commit_of_another_file() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    laptop.write_entry("2024-11-02", "people: [Zed]", "Second.\n");
    laptop.commit("Two");
    remove(&laptop, "Bob, ", "");
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-q", "-m", ""]).fails();
    laptop.edit_entry(DAY, "[Al, Eve]", "[Al, Bob, Eve]");
    laptop.git(["add", "journal"]).ok();
    laptop.edit_entry("2024-11-02", "[Zed]", "[Zed, Yann]");
    let file = "journal/md/2024/2024-11-02.md";
    laptop.git(["commit", "-q", "-m", "Other", file]).ok();
    laptop.assert_clean();
    laptop.write_entry("2024-11-03", "people: [Xi]", "Third.\n");
    laptop.commit("Three");
    let ledger = laptop.git(["show", &format!("HEAD:{LEDGER}")]).ok();
    ledger.lacks("tombstone");
}

/// `git reset` leaves the rows of the commits that it undoes staged, or in the work tree.
#[test]
fn what_undone_commits_left_counts_for_nothing() {
    for (how, keeps) in [("--soft", false), ("--mixed", false), ("--mixed", true)] {
        let sandbox = Sandbox::new();
        let laptop = with_three_people(&sandbox);
        let before = laptop.read_entry(DAY);
        laptop.edit_entry(DAY, "quay", "pier");
        laptop.commit("The pier");
        remove(&laptop, "Bob, ", "");
        laptop.commit("Without Bob");
        laptop.git(["reset", "-q", how, "HEAD~2"]).ok();
        if keeps {
            laptop.write(&format!("journal/md/2024/{DAY}.md"), before);
            laptop.write("README.md", "# Mine\n");
        }
        laptop.commit("All in one");
        laptop.assert_clean();
        let ledger = laptop.git(["show", &format!("HEAD:{LEDGER}")]).ok();
        let rows = ledger.stdout.matches("\"tombstone\"").count();
        assert_eq!(rows, usize::from(!keeps), "{how}: {}", ledger.stdout);
        assert_eq!(laptop.read(LEDGER), ledger.stdout);
    }
}

/// A branch that begins anew (`--orphan`) undoes nothing: what was recorded stays.
#[test]
fn a_branch_that_begins_anew_keeps_the_rows() {
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    remove(&laptop, "Bob, ", "");
    laptop.commit("Without Bob");
    laptop.write("README.md", "# Mine\n");
    laptop.commit("Readme");
    laptop.git(["reset", "-q", "--soft", "HEAD"]).ok();
    laptop.git(["checkout", "-q", "--orphan", "fresh"]).ok();
    laptop.commit("Fresh start");
    laptop.assert_clean();
    assert_eq!(removed_items(&laptop), ["Bob"]);
}

/// In a merge the ledger is the merge of the parents', whatever was staged of it.
#[test]
fn a_ledger_that_somebody_took_from_one_side_in_a_merge_has_both_sides_rows() {
    for (from, unrelated) in [("HEAD", false), ("MERGE_HEAD", false), ("HEAD", true)] {
        let sandbox = Sandbox::new();
        let laptop = with_three_people(&sandbox);
        laptop.git(["checkout", "-q", "-b", "side"]).ok();
        remove(&laptop, "Bob, ", "");
        laptop.commit("Without Bob");
        if unrelated {
            laptop.git(["checkout", "-q", "--orphan", "alone"]).ok();
            laptop.commit("Without what was before");
            laptop.git(["branch", "-q", "-f", "side"]).ok();
        }
        laptop.git(["checkout", "-q", "main"]).ok();
        remove(&laptop, "Al, ", "");
        laptop.commit("Without Al");
        let merge = ["merge", "-q", "--no-commit", "side"];
        let unrelated = unrelated.then_some("--allow-unrelated-histories");
        laptop.git(merge.into_iter().chain(unrelated)).output();
        laptop.git(["checkout", "-q", from, "--", LEDGER]).ok();
        laptop.git(["add", "-A"]).ok();
        laptop.git(["commit", "-q", "--no-edit"]).ok().warns(OLDER);
        laptop.assert_clean();
        assert_eq!(
            removed_items(&laptop),
            ["Al", "Bob"],
            "{from} {unrelated:?}"
        );
    }
}

/// A line of a kind that is not known belongs to whoever wrote it.
#[test]
fn a_line_that_one_side_took_out_stays_out_of_a_merge_that_a_person_commits() {
    const LINE: &str = r#"{"v":1,"kind":"mood","of":"quay"}"#;
    let sandbox = Sandbox::new();
    let laptop = with_three_people(&sandbox);
    let ledger = laptop.read(LEDGER);
    laptop.write(LEDGER, format!("{ledger}{LINE}\n"));
    laptop.commit("A line");
    laptop.git(["checkout", "-q", "-b", "side"]).ok();
    laptop.write(LEDGER, &ledger);
    laptop
        .git(["commit", "-q", "--no-verify", "-a", "-m", "No line"])
        .ok();
    laptop.git(["checkout", "-q", "main"]).ok();
    assert!(laptop.read(LEDGER).contains(LINE));
    remove(&laptop, "Al, ", "");
    laptop.commit("Without Al");
    laptop.git(["merge", "-q", "--no-commit", "side"]).ok();
    laptop.git(["commit", "-q", "--no-edit"]).ok();
    laptop.assert_clean();
    assert_eq!(removed_items(&laptop), ["Al"]);
    assert!(!laptop.read(LEDGER).contains(LINE));
}

/// The work tree's ledger follows only where it is what was staged.
#[test]
fn a_decision_in_the_work_tree_stays_beside_an_old_copy_that_was_staged() {
    let sandbox = Sandbox::new();
    let laptop = with_each_row(&sandbox);
    let before = laptop.read(LEDGER);
    let lines = before.lines().filter(|line| !line.contains("tombstone"));
    let copy: Vec<&str> = lines.collect();
    laptop.write(LEDGER, copy.join("\n") + "\n");
    laptop.git(["add", LEDGER]).ok();
    laptop.write(LEDGER, &before);
    laptop
        .metadb(["tombstone", "keep", "entry_people", DAY, "Bob"])
        .ok();
    let decided = laptop.read(LEDGER);
    assert!(decided.contains("permanent"), "{decided}");
    laptop.write("README.md", "# Mine\n");
    laptop.git(["add", "README.md"]).ok();
    laptop
        .git(["commit", "-q", "-m", "Readme"])
        .ok()
        .warns(OLDER);
    assert_eq!(laptop.read(LEDGER), decided);
    assert_eq!(
        laptop.git(["show", &format!("HEAD:{LEDGER}")]).stdout,
        before
    );
}
