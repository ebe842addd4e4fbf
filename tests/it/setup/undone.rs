//! Parts of the setup that a person took back, or set otherwise, and what `doctor` says
//! of each.

use std::fs;

use super::{DAY, executable, journal};
use crate::sandbox::{Machine, Sandbox};

fn set_up(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = journal(sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.palimpsest(["doctor"]).ok();
    laptop
}

#[test]
fn what_fix_would_set_is_said_without_it() {
    let sandbox = Sandbox::new();
    let laptop = set_up(&sandbox);
    // Whatever has the effect will do.
    laptop.write(".gitignore", "data/palim*\n/back*\n.palim*\n");
    laptop.palimpsest(["doctor"]).ok();
    laptop.write(".gitignore", "data/palim*\n");
    laptop.git(["config", "--unset", "pull.rebase"]).ok();
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("backups/: not ignored\nunfinished files: not ignored\n    mend: palimpsest init")
        .says(
            "git config pull.rebase: not set, so that a plain git pull of diverged histories stops",
        );
    laptop.palimpsest(["doctor", "--fix"]).ok();
}

#[test]
fn a_line_that_says_otherwise_is_looked_for() {
    let sandbox = Sandbox::new();
    let laptop = set_up(&sandbox);
    laptop.write(
        ".gitignore",
        laptop.read(".gitignore") + "!/data/palimpsest.db\n",
    );
    let said = laptop.palimpsest(["doctor"]).exits(1).says(
        "data/palimpsest.db: not ignored\n    mend: take out the line that says otherwise: \
         git check-ignore -v data/palimpsest.db",
    );
    assert!(!said.stdout.contains("palimpsest init"), "{said}");
}

/// The ledger is to be committed.
#[test]
fn a_ledger_that_git_ignores_is_said() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.write(".gitignore", "data/*\n");
    let what = "data/ledger: ignored by git, so that git add leaves out a new year's ledger";
    laptop.palimpsest(["init"]).ok().says(what);
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says(what)
        .says("mend: take out the line that says so: git check-ignore -v data/ledger/");
    laptop.write(
        ".gitignore",
        "data/palimpsest.db*\n/backups/\n.palimpsest-*\n",
    );
    laptop.palimpsest(["doctor"]).ok();
}

#[test]
fn an_edited_hook_is_told_once() {
    let sandbox = Sandbox::new();
    let laptop = set_up(&sandbox);
    let hook = ".git/hooks/pre-commit";
    let edited = laptop.read(hook).replacen('\n', "\necho mine\n", 1);
    laptop.write(hook, edited);
    let said = laptop.palimpsest(["uninstall"]).ok();
    assert_eq!(said.stdout.matches("it was edited").count(), 1, "{said}");
}

/// They would fail, and refuse every commit, once the program is gone.
#[test]
fn hooks_that_call_the_program_themselves_are_named() {
    let sandbox = Sandbox::new();
    let laptop = set_up(&sandbox);
    let call = "#!/bin/sh\npalimpsest hook pre-commit \"$@\"\n";
    executable(&laptop, ".git/hooks/pre-commit", call);
    let kept = ".git/hooks/before-palimpsest/post-commit";
    executable(
        &laptop,
        kept,
        "#!/bin/sh\npalimpsest hook post-commit \"$@\"\n",
    );
    let said = laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("restored your hook");
    for name in ["pre-commit", "post-commit"] {
        let what = format!(
            "{name}: it calls palimpsest hook; take that line out before you remove the program"
        );
        assert_eq!(said.stdout.matches(&what).count(), 1, "{said}");
    }
    assert_eq!(laptop.read(".git/hooks/pre-commit"), call);

    executable(&laptop, ".husky/_/pre-commit", "#!/bin/sh\n");
    laptop.write(".husky/pre-commit", call);
    laptop.git(["config", "core.hooksPath", ".husky/_"]).ok();
    laptop.remove(".git/hooks/pre-commit");
    laptop.remove(".git/hooks/post-commit");
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says(".husky/pre-commit: it calls palimpsest hook")
        .lacks("shared");
}

/// `core.hooksPath` was set after `init`.
#[test]
fn hooks_that_git_runs_no_more_are_taken_back_too() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    let hook = ".git/hooks/pre-commit";
    executable(&laptop, hook, "#!/bin/sh\necho mine >&2\n");
    laptop.palimpsest(["init"]).ok();
    laptop.git(["config", "core.hooksPath", "../hooks"]).ok();
    laptop.palimpsest(["init"]).ok();
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("restored your hook");
    assert!(laptop.read(hook).contains("mine"));
    assert!(!laptop.exists(".git/hooks/post-commit"));
    assert_eq!(
        fs::read_dir(sandbox.root().join("hooks")).unwrap().count(),
        0
    );
}

/// The commands that are named for a folder elsewhere work where a person stands.
#[test]
fn a_folder_that_is_named_on_the_command_line() {
    let sandbox = Sandbox::in_folder("it's here ");
    let laptop = journal(&sandbox);
    let elsewhere = sandbox.folder("else where");
    let said = elsewhere.palimpsest(["init", "../laptop"]).ok();
    let command = said.stdout.split_once("need too: ").unwrap().1;
    elsewhere.run_with(&[], "sh", ["-c", command]).ok();
    laptop.assert_clean();
    laptop.edit_entry(DAY, "Bob", "Zoe");
    laptop.commit("Zoe");
    laptop.remove("data/ledger/2024.jsonl");
    let said = elsewhere.palimpsest(["doctor", "../laptop"]).exits(1);
    let way = said.stdout.split_once("are for its top: ").unwrap().1;
    let mend = said.stdout.split_once("mend: ").unwrap().1;
    let line = |text: &str| {
        let line = text.lines().next().unwrap();
        line.split(", or ").next().unwrap().to_owned()
    };
    let command = format!("{} && {}", line(way), line(mend));
    elsewhere.run_with(&[], "sh", ["-c", &command]).ok();
    laptop.assert_clean();
    laptop.palimpsest(["doctor"]).ok().lacks("its top");
}

/// As when a person moves them to another disk.
#[test]
fn a_link_to_the_backups_stays_out_of_git() {
    for by in [&["init"][..], &["doctor", "--fix"], &["backup-full"]] {
        let sandbox = Sandbox::new();
        let laptop = set_up(&sandbox);
        laptop.palimpsest(["backup-full"]).ok();
        fs::rename(laptop.path("backups"), sandbox.root().join("disk")).unwrap();
        std::os::unix::fs::symlink("../disk", laptop.path("backups")).unwrap();
        laptop
            .palimpsest(["doctor"])
            .exits(1)
            .says("backups/: not ignored\n    mend: palimpsest init");
        laptop.palimpsest(by).ok();
        laptop.git(["add", "-A"]).ok();
        laptop.assert_clean();
        laptop.palimpsest(["doctor"]).ok();
        laptop
            .palimpsest(["backup-full"])
            .ok()
            .silent_about("backups");
        // Before there was that line.
        laptop.git(["add", "-f", "backups"]).ok();
        laptop.git(["commit", "-qm", "A link"]).ok();
        let said = laptop.palimpsest(["backup-full"]).fails();
        said.warns("backups: a symbolic link that git tracks")
            .warns("`git rm --cached backups`");
        laptop
            .palimpsest(["doctor"])
            .exits(1)
            .says("backups: a symbolic link that git tracks")
            .lacks("not ignored");
        laptop.git(["rm", "-q", "--cached", "backups"]).ok();
        laptop.git(["commit", "-qm", "No link"]).ok();
        laptop.palimpsest(["backup-full"]).ok();
        laptop.palimpsest(["doctor"]).ok();
        laptop.palimpsest(["uninstall"]).ok().says("/backups");
    }
    // To a disk that is new, or not there now.
    for is_there in [true, false] {
        let sandbox = Sandbox::new();
        let laptop = set_up(&sandbox);
        if is_there {
            fs::create_dir(sandbox.root().join("disk")).unwrap();
        }
        std::os::unix::fs::symlink("../disk", laptop.path("backups")).unwrap();
        laptop.palimpsest(["init"]).ok();
        laptop.palimpsest(["doctor"]).ok();
        laptop.assert_clean();
    }
}

#[test]
fn a_journal_that_is_a_link_is_told_what_to_do() {
    let sandbox = Sandbox::new();
    let laptop = set_up(&sandbox);
    fs::rename(laptop.path("journal"), sandbox.root().join("journal")).unwrap();
    std::os::unix::fs::symlink("../journal", laptop.path("journal")).unwrap();
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("a symbolic link")
        .lacks("make the file readable");
}

#[test]
fn entries_that_git_ignores_are_named() {
    for (line, path) in [
        ("journal/\n", ".gitignore"),
        ("*.md\n", ".git/info/exclude"),
    ] {
        let sandbox = Sandbox::new();
        let laptop = sandbox.machine("laptop");
        laptop.write_entry(DAY, "people: [Alice]", "One.\n");
        laptop.write(path, line);
        let said = "journal/md: ignored by git, so that git keeps no new entry";
        let mend = "git check-ignore -v journal/md/9999/9999-12-31.md";
        laptop.palimpsest(["init"]).ok().says(said).says(mend);
        let run = laptop.palimpsest(["doctor"]).exits(1).says(said);
        run.says(mend);
        laptop
            .git(["check-ignore", "-v", "journal/md/9999/9999-12-31.md"])
            .ok()
            .says(path);
        laptop.edit(path, line, "");
        laptop.palimpsest(["doctor"]).ok();
    }
}

#[test]
fn what_one_command_mends_is_told_with_it_once() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "people: [Alice]", "One.\n");
    let run = laptop.palimpsest(["doctor"]).exits(1);
    assert_eq!(
        run.stdout.matches("mend: palimpsest init\n").count(),
        1,
        "{run}"
    );
    run.says("post-checkout: missing")
        .says("unfinished files: not ignored\n    mend");
}

/// The hooks stand, run and do nothing: who commits has to hear it.
#[test]
fn a_configuration_that_lost_the_driver_is_said_by_each_commit() {
    let sandbox = Sandbox::new();
    let laptop = set_up(&sandbox);
    let lost = ["config", "--remove-section", "merge.palimpsest"];
    laptop.git(lost).ok();
    laptop.write_entry("2024-11-02", "- broken: [", "x\n");
    laptop
        .commit("Unchecked")
        .warns("git config merge.palimpsest.driver: missing, so nothing is checked")
        .warns("`palimpsest init`");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("until then the hooks do nothing")
        .says("mend: palimpsest init");
    laptop.palimpsest(["init"]).ok();
    laptop.write_entry("2024-11-03", "- broken: [", "x\n");
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-q", "-m", "Checked"]).fails();
}

#[test]
fn doctor_and_init_wait_for_a_held_database_as_long_as_they_are_told() {
    let sandbox = Sandbox::new();
    let laptop = set_up(&sandbox);
    let holder = rusqlite::Connection::open(laptop.path("data/palimpsest.db")).unwrap();
    holder.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let wait = [("PALIMPSEST_LOCK_WAIT", "0")];
    for how in [&["doctor"] as &[&str], &["doctor", "--fix"]] {
        let run = laptop.run_with(&wait, "palimpsest", how);
        run.exits(1).says("for more than 0 s");
    }
    let run = laptop.run_with(&wait, "palimpsest", ["init"]);
    run.exits(1).warns("for more than 0 s");
    holder.execute_batch("ROLLBACK").unwrap();
    let wrong = [("PALIMPSEST_LOCK_WAIT", "soon")];
    let run = laptop.run_with(&wrong, "palimpsest", ["doctor"]).ok();
    run.warns("expected whole seconds");
}

#[test]
fn a_database_that_a_link_led_to_is_left_and_named() {
    let sandbox = Sandbox::new();
    let laptop = set_up(&sandbox);
    let (link, elsewhere) = (
        laptop.path("data/palimpsest.db"),
        laptop.path("../elsewhere.db"),
    );
    fs::rename(&link, &elsewhere).unwrap();
    std::os::unix::fs::symlink(&elsewhere, &link).unwrap();
    let real = fs::canonicalize(&elsewhere).unwrap();
    laptop.palimpsest(["uninstall"]).ok().says(&format!(
        "removed data/palimpsest.db, a link, and left the database that it led to: {}",
        real.display()
    ));
    assert!(!link.is_symlink() && real.exists());
}
