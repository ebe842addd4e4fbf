//! Merges that git makes in memory, for a look.

use super::{NOTE, conflicting};
use crate::sandbox::Sandbox;

const LOG: &str = ".git/palimpsest/merges.jsonl";

#[test]
fn a_merge_that_is_only_looked_at_is_neither_told_nor_logged() {
    let sandbox = Sandbox::new();
    let vault = conflicting(&sandbox);
    vault
        .git(["merge-tree", "--write-tree", "main", "other"])
        .exits(1)
        .never_mentions("palimpsest");
    assert!(!vault.exists(LOG));
    vault
        .git(["merge", "-q", "other"])
        .exits(1)
        .mentions("both sides changed mood");
    vault.palimpsest(["resolve", "--ours", NOTE]).ok();
    vault.commit("Merge");
    let logged = vault.read(LOG);
    for args in [
        &["log", "-1", "--remerge-diff", "--format=%s"][..],
        &["-c", "log.diffMerges=remerge", "show", "--format=%s"],
    ] {
        vault
            .git(args)
            .ok()
            .says("mood")
            .never_mentions("palimpsest");
    }
    assert_eq!(vault.read(LOG), logged);
}

#[test]
fn whatever_merges_for_good_tells() {
    let sandbox = Sandbox::new();
    let vault = conflicting(&sandbox);
    for (args, back) in [
        (
            &["cherry-pick", "other"][..],
            &["cherry-pick", "--abort"][..],
        ),
        (&["rebase", "other"], &["rebase", "--abort"]),
        (&["rebase", "--apply", "other"], &["rebase", "--abort"]),
        (&["revert", "--no-edit", "other"], &["revert", "--abort"]),
    ] {
        let run = vault.git(args).fails().mentions("both sides changed mood");
        assert!(vault.exists(LOG), "{run}");
        vault.remove(LOG);
        vault.git(back).ok();
    }
    vault.git(["checkout", "-q", "other"]).ok();
    vault.edit(NOTE, "mood: bad", "mood: worse");
    vault.git(["stash", "-q"]).ok();
    vault.git(["checkout", "-q", "main"]).ok();
    vault
        .git(["stash", "pop"])
        .fails()
        .mentions("both sides changed mood");
}
