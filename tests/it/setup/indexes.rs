//! Indexes of every form that git writes: commits, pulls and readers see the same.
//! Repositories of a format that cannot be read: said, and git goes on.

use std::os::unix::fs::PermissionsExt;

use super::DAY;
use crate::sandbox::{LEDGER, Machine, Sandbox, entry, journal};

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

#[test]
fn a_ledger_that_is_marked_as_a_program() {
    lives_with(|laptop| {
        laptop.write_entry("2024-12-24", "tags: [ada, ben]", "");
        laptop.commit("One more");
        laptop.edit_entry("2024-12-24", "ada, ", "");
        laptop.commit("A ledger");
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(laptop.path(LEDGER), mode).unwrap();
        laptop.git(["commit", "-qam", "Copied from a stick"]).ok();
        laptop.edit_entry("2024-12-24", "ben", "eve");
        laptop.commit("As before");
        laptop
            .git(["rm", "-q", "journal/md/2024/2024-12-24.md"])
            .ok();
        laptop.commit("Gone");
        laptop
            .git(["ls-files", "--stage", LEDGER])
            .ok()
            .says("100755");
    });
}

/// Nothing below `.git/objects` is closed to the group.
fn is_open_to_the_group(laptop: &Machine<'_>) {
    let mut open = vec![laptop.path(".git/objects")];
    while let Some(folder) = open.pop() {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            let mode = path.metadata().unwrap().permissions().mode();
            let (wanted, is_folder) = match path.is_dir() {
                true => (0o070, true),
                false => (0o040, false),
            };
            assert!(mode & wanted == wanted, "{} {mode:o}", path.display());
            if is_folder {
                open.push(path);
            }
        }
    }
}

#[test]
fn a_repository_that_several_users_share() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "people:\n- Al\n- Bob", "One.\n")]);
    std::fs::remove_dir_all(laptop.path(".git/objects")).unwrap();
    laptop.git(["init", "-q", "--shared=group"]).ok();
    laptop.git(["fetch", "-q"]).ok();
    laptop.edit_entry(DAY, "- Bob\n", "");
    laptop.git(["commit", "-qam", "Not Bob"]).ok();
    assert!(laptop.read(LEDGER).contains("Bob"));
    is_open_to_the_group(&laptop);
}

#[test]
fn a_folder_in_the_place_of_a_ledger_is_in_the_commit() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "people:\n- Al", "One.\n")]);
    laptop.write("data/ledger/2025.jsonl/mine", "Mine.\n");
    laptop.write_entry("2025-01-01", "people: [Al]", "");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-q", "-m", "A folder"])
        .warns("data/ledger/2025.jsonl");
    laptop
        .git(["ls-files", "data/ledger"])
        .ok()
        .says("data/ledger/2025.jsonl/mine");
}

#[test]
fn a_hook_that_another_program_starts_in_a_subfolder_sees_the_same_index() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "people:\n- Al", "One.\n")]);
    // As git tells a hook, from the top of the work tree, whatever folder is current.
    let env = [("GIT_INDEX_FILE", ".git/index")];
    let inside = laptop.inside("journal");
    inside
        .run_with(&env, "palimpsest", ["check", "--staged"])
        .ok()
        .silent_about("deleted")
        .lacks("deleted");
    laptop.edit_entry(DAY, "One.", "<<<<<<< HEAD\nOne.\n=======\nTwo.\n>>>>>>> b");
    laptop.git(["add", "-A"]).ok();
    inside
        .run_with(&env, "palimpsest", ["check", "--staged"])
        .fails()
        .mentions("conflict markers");
}

/// Two branches of `repository` that edited the entry's people, merged: each is
/// there, whether or not the ledger could be asked.
fn merges_by_field(repository: &Machine<'_>) {
    repository.git(["checkout", "-q", "-b", "side"]).ok();
    repository.edit_entry(DAY, "- Al\n", "- Al\n- Eve\n");
    repository.commit("Eve");
    repository.git(["checkout", "-q", "main"]).ok();
    repository.edit_entry(DAY, "- Al\n", "- Al\n- Zoe\n");
    repository.commit("Zoe");
    repository.git(["merge", "side"]).ok();
    let text = repository.read_entry(DAY);
    assert!(text.contains("- Al\n- Eve\n- Zoe\n"), "{text}");
    repository.assert_clean();
}

#[test]
fn sha_256_is_said_and_git_goes_on() {
    let sandbox = Sandbox::new();
    let new = sandbox.repository("new");
    std::fs::remove_dir_all(new.path(".git")).unwrap();
    new.git(["init", "-q", "--object-format=sha256"]).ok();
    new.write_entry(DAY, "people:\n- Al", "One.\n");
    for command in ["init", "doctor", "uninstall", "resolve"] {
        new.palimpsest([command])
            .exits(1)
            .warns("its object format is 'sha256', expected 'sha1'; git merges here as it does")
            .silent_about("class=");
    }
    assert!(!new.exists(".gitattributes"));
    // A folder of hooks that other repositories share says nothing here.
    let other = sandbox.repository("other");
    other.palimpsest(["init"]).ok();
    new.git(["config", "core.hooksPath", "../other/.git/hooks"])
        .ok();
    new.git(["add", "-A"]).ok();
    new.git(["commit", "-q", "-m", "Begin"])
        .ok()
        .silent_about("palimpsest");
    // The driver is everybody's; the files need no repository.
    let driver = other.git(["config", "merge.palimpsest.driver"]).ok();
    new.git(
        ["config", "--global", "merge.palimpsest.driver"]
            .map(String::from)
            .into_iter()
            .chain([driver.text().to_owned()]),
    )
    .ok();
    new.write(".gitattributes", "*.md merge=palimpsest\n");
    new.commit("Merge by field");
    merges_by_field(&new);
}

#[test]
fn branches_in_a_reftable_are_said_and_git_goes_on() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "people:\n- Al", "One.\n")]);
    if laptop
        .git(["refs", "migrate", "--ref-format=reftable"])
        .code
        != 0
    {
        println!("skipped: this git has no reftable");
        return;
    }
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .warns("extensions.refstorage, which is not known")
        .warns("git refs migrate --ref-format=files")
        .warns("`git clone --ref-format=files`");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .warns("extensions.refstorage");
    laptop.edit_entry(DAY, "One", "Two");
    laptop
        .git(["commit", "-qam", "Two"])
        .ok()
        .warns("warning: pre-commit: ")
        .warns("git refs migrate --ref-format=files")
        .silent_about("post-commit");
    merges_by_field(&laptop);
    // What the commits lack is derived once it can be read again.
    laptop.edit_entry(DAY, "- Al\n", "");
    laptop.git(["commit", "-qam", "Not Al"]).ok();
    laptop.git(["refs", "migrate", "--ref-format=files"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    laptop.metadb(["tombstone", "list"]).ok().says("Al");
}

/// As git 3.0 makes new repositories, where nothing else is said.
#[test]
fn of_two_formats_that_cannot_be_read_the_one_for_good_is_named_first() {
    let sandbox = Sandbox::new();
    let new = sandbox.folder("new");
    let both = [
        "init",
        "-q",
        "--object-format=sha256",
        "--ref-format=reftable",
    ];
    if new.git(both).code != 0 {
        println!("skipped: this git has no reftable");
        return;
    }
    new.palimpsest(["init"])
        .exits(1)
        .warns("its object format is 'sha256', expected 'sha1'")
        .warns("`git init --object-format=sha1 --ref-format=files FOLDER`")
        .silent_about("git refs migrate");
}

#[test]
fn branches_that_are_files_need_no_migration() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "people:\n- Al", "One.\n")]);
    laptop
        .git(["config", "core.repositoryFormatVersion", "1"])
        .ok();
    laptop
        .git(["config", "extensions.refStorage", "files"])
        .ok();
    if laptop.git(["rev-parse", "--show-ref-format"]).code != 0 {
        println!("skipped: this git has no reftable");
        return;
    }
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .warns("`git config --unset extensions.refStorage`")
        .silent_about("migrate");
    laptop
        .git(["config", "--unset", "extensions.refStorage"])
        .ok();
    laptop.palimpsest(["doctor"]).ok();
}

/// Git fetches what is not there; what is read here would be missing.
#[test]
fn a_partial_clone_is_said_and_nothing_is_set_up() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, "people:\n- Al", "One.\n")]);
    laptop.edit_entry(DAY, "One", "Two");
    laptop.commit("Two");
    laptop.push();
    let remote = sandbox.root().join("remote.git");
    let served = [
        "-C",
        "remote.git",
        "config",
        "uploadpack.allowFilter",
        "true",
    ];
    sandbox.run_in(sandbox.root(), "git", served).ok();
    let from = format!("file://{}", remote.display());
    let clone = ["clone", "-q", "--filter=blob:none", &from, "partial"];
    sandbox.run_in(sandbox.root(), "git", clone).ok();
    let partial = sandbox.folder("partial");
    let config = partial.read(".git/config");
    for command in ["init", "doctor", "backup-full", "reindex"] {
        partial
            .palimpsest([command])
            .exits(1)
            .warns("partial: Palimpsest cannot read this repository: it is a partial clone")
            .warns("clone it again without `--filter`");
    }
    assert_eq!(partial.read(".git/config"), config);
    assert!(!partial.exists(".git/hooks/pre-commit"));
    // One that became so after `init`: git goes on.
    laptop
        .git(["config", "remote.origin.promisor", "true"])
        .ok();
    laptop.edit_entry(DAY, "Two", "Three");
    laptop
        .git(["commit", "-qam", "Three"])
        .ok()
        .warns("warning: pre-commit: ")
        .warns("(remote.origin.promisor)");
    laptop
        .git(["config", "remote.origin.promisor", "false"])
        .ok();
    laptop.palimpsest(["doctor"]).ok();
}
