//! Indexes of every form that git writes: commits, pulls and readers see the same.

use super::DAY;
use crate::sandbox::{Machine, Sandbox, entry, journal};

const LEDGER: &str = "data/ledger/2024.jsonl";

/// What a person does on the laptop whose index has some form: an edit committed
/// with `-a`, one committed as `git commit FILE`, a divergent pull, a look.
fn lives_with(form: impl Fn(&Machine<'_>)) {
    let sandbox = Sandbox::new();
    let people = "people:\n- Al\n- Bob\n- Zoe";
    let other = "2024-11-02";
    let (laptop, desktop) = journal(&sandbox, &[(DAY, people, "One.\n"), (other, people, "")]);
    desktop.write("docs/page.txt", "A page.\n");
    desktop.commit("A page");
    desktop.push();
    laptop.pull();
    form(&laptop);
    desktop.edit_entry(DAY, "- Al\n", "- Al\n- Eve\n");
    desktop.commit("Eve");
    desktop.push();

    laptop.edit_entry(DAY, "- Bob\n", "");
    laptop
        .git(["commit", "-qam", "Not Bob"])
        .ok()
        .warns("recorded: person Bob removed")
        .silent_about("warning");
    laptop.edit_entry(DAY, "- Zoe\n", "");
    laptop.edit_entry(other, "- Zoe\n", "");
    laptop
        .git(["commit", "-q", "-m", "Not Zoe", &entry(DAY)])
        .ok()
        .warns("recorded: person Zoe removed from 2024-11-01")
        .silent_about("2024-11-02");
    laptop
        .git(["commit", "-qam", "Nor there"])
        .ok()
        .warns("recorded: person Zoe removed from 2024-11-02");
    laptop.assert_clean();
    laptop.pull().silent_about("warning");
    laptop.assert_clean();
    assert!(laptop.read_entry(DAY).contains("- Al\n- Eve\n---"));
    laptop.yaml2sql(["sync", "journal/md"]).ok();
    let removed = laptop.metadb(["tombstone", "list"]).ok();
    assert_eq!(removed.stdout.matches("entry_people").count(), 3);
    laptop
        .palimpsest(["doctor"])
        .ok()
        .is("everything is in order");
    laptop.push();
    desktop.pull();
    assert_eq!(
        laptop.git(["show", &format!("HEAD:{LEDGER}")]).ok().stdout,
        desktop.read(LEDGER)
    );
    assert_eq!(
        desktop.metadb(["tombstone", "list"]).ok().stdout,
        removed.stdout
    );
    desktop.assert_clean();
}

/// The index is of that form still, or again.
fn index_has(laptop: &Machine<'_>, extension: &[u8]) {
    let index = std::fs::read(laptop.path(".git/index")).unwrap();
    assert!(index.windows(4).any(|w| w == extension));
}

#[test]
fn a_split_index() {
    lives_with(|laptop| {
        laptop.git(["config", "core.splitIndex", "true"]).ok();
        laptop.git(["update-index", "--split-index"]).ok();
        index_has(laptop, b"link");
    });
}

#[test]
fn a_sparse_index() {
    lives_with(|laptop| {
        laptop
            .git(["sparse-checkout", "set", "--cone", "--sparse-index"])
            .ok();
        laptop
            .git(["sparse-checkout", "add", "journal", "data"])
            .ok();
        index_has(laptop, b"sdir");
        assert!(!laptop.exists("docs/page.txt"));
    });
}

#[test]
fn a_sparse_index_without_the_ledger_s_folder() {
    lives_with(|laptop| {
        laptop
            .git(["sparse-checkout", "set", "--cone", "--sparse-index"])
            .ok();
        laptop.git(["sparse-checkout", "add", "journal"]).ok();
        index_has(laptop, b"sdir");
        assert!(!laptop.exists(LEDGER));
    });
}

#[test]
fn a_sparse_checkout_without_the_ledger_s_folder() {
    lives_with(|laptop| {
        laptop
            .git(["sparse-checkout", "set", "--no-cone", "/*", "!/data/"])
            .ok();
        assert!(!laptop.exists(LEDGER));
    });
}

#[test]
fn version_4_and_a_cache_of_untracked_files() {
    lives_with(|laptop| {
        laptop.git(["config", "feature.manyFiles", "true"]).ok();
        laptop.git(["update-index", "--index-version", "4"]).ok();
        laptop.git(["update-index", "--force-untracked-cache"]).ok();
        laptop.git(["status"]).ok();
        index_has(laptop, b"UNTR");
        assert_eq!(std::fs::read(laptop.path(".git/index")).unwrap()[7], 4);
    });
}

#[test]
fn a_monitor_of_the_file_system() {
    lives_with(|laptop| {
        let monitor = "#!/bin/sh\nprintf 'token\\0/\\0'\n";
        super::executable(laptop, ".git/monitor", monitor);
        laptop
            .git(["config", "core.fsmonitor", ".git/monitor"])
            .ok();
        laptop.git(["update-index", "--fsmonitor"]).ok();
        laptop.git(["status"]).ok();
        index_has(laptop, b"FSMN");
    });
}
