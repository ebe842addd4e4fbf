//! Commits from before `palimpsest init`: an old tag, a step of `git bisect`, a branch that
//! parted earlier.

use super::*;

/// A journal with a tag from before the setup, and the branch `side` there.
fn with_an_old_commit(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = journal(sandbox);
    laptop.git(["tag", "old"]).ok();
    laptop.git(["branch", "side"]).ok();
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Set up");
    laptop.edit_entry(DAY, "[Al, Bob]", "[Al]");
    laptop.commit("Without Bob");
    laptop.assert_clean();
    laptop
}

#[test]
fn git_has_nothing_to_say_of_the_index_there() {
    let sandbox = Sandbox::new();
    let laptop = with_an_old_commit(&sandbox);
    laptop.git(["switch", "-q", "--detach", "old"]).ok();
    laptop.assert_clean();
    assert!(laptop.exists("data/palimpsest.db"));
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.assert_clean();
    laptop.palimpsest(["doctor"]).ok();
    // Who adds everything, as a program does that commits now and then, adds the file alone.
    laptop.git(["switch", "-q", "side"]).ok();
    laptop.edit_entry(DAY, "quay", "old quay");
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-qm", "On the side"])
        .ok()
        .warns("which main has: here git merges by itself; git merge main, to have it here too")
        .silent_about("run it once more");
    laptop.assert_clean();
    laptop.write("new.txt", "x\n");
    laptop.git(["stash", "-q", "-u"]).ok();
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.git(["stash", "pop", "-q"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    // Every line is taken out again that was put in.
    let excluded = laptop.read(".git/info/exclude");
    let own = "# palimpsest, where .gitignore does not say so:\n/data/palimpsest.db*\n";
    assert!(excluded.ends_with(own), "{excluded}");
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("removed the line /data/palimpsest.db* of .git/info/exclude");
    let left = laptop.read(".git/info/exclude");
    assert_eq!(format!("{left}{own}"), excluded);
}

/// Switching back would take archives off the disk that were committed there.
#[test]
fn backups_stay_out_of_git_there() {
    let sandbox = Sandbox::new();
    let laptop = with_an_old_commit(&sandbox);
    laptop.palimpsest(["backup-full"]).ok();
    let before = laptop.read(".git/info/exclude");
    laptop.git(["switch", "-q", "side"]).ok();
    laptop.assert_clean();
    laptop.edit_entry(DAY, "quay", "old quay");
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-qm", "On the side"]).ok();
    let tracked = laptop.git(["ls-files", "backups"]).ok();
    assert_eq!(tracked.stdout, "");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop
        .palimpsest(["backup-list-full"])
        .ok()
        .says("palimpsest-data-full_");
    laptop.palimpsest(["doctor"]).ok();
    laptop.remove("data/palimpsest.db");
    laptop
        .palimpsest(["uninstall"])
        .ok()
        .says("removed the line /backups of .git/info/exclude");
    assert_eq!(laptop.read(".git/info/exclude"), before);
}

#[test]
fn a_first_backup_there_stays_out_of_git() {
    let sandbox = Sandbox::new();
    let laptop = with_an_old_commit(&sandbox);
    laptop.git(["switch", "-q", "side"]).ok();
    laptop
        .palimpsest(["backup-full"])
        .ok()
        .warns("out of git here: .git/info/exclude does now");
    laptop.assert_clean();
    let again = laptop.palimpsest(["backup-full"]).ok();
    again.silent_about(".gitignore");
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.write(".gitignore", "/data/*.db*\n.palimpsest-*\n");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("backups/: kept out of git on this machine alone");
    // A person's own folder of that name is theirs.
    let other = sandbox.machine("other");
    other.write_entry(DAY, "people: [Bob]", "x\n");
    other.write("backups/photo.txt", "x\n");
    other.git(["add", "journal"]).ok();
    other.git(["commit", "-qm", "Begin"]).ok();
    other.palimpsest(["init"]).ok();
    other.git(["add", "-A"]).ok();
    other.git(["commit", "-qm", "Set up"]).ok();
    other.git(["switch", "-q", "--detach", "HEAD~1"]).ok();
    assert!(!other.read(".git/info/exclude").contains("backups"));
}

#[test]
fn nothing_is_written_there_that_stands_in_the_way_back() {
    for (to, way) in [
        (
            &["switch", "-q", "--detach", "old"][..],
            "git switch main, when",
        ),
        (
            &["switch", "-q", "side"],
            "git merge main, to have it here too",
        ),
    ] {
        let sandbox = Sandbox::new();
        let laptop = with_an_old_commit(&sandbox);
        laptop.git(to).ok();
        let looked = laptop.palimpsest(["doctor"]).exits(1);
        let looked = looked.says("HEAD is from before `palimpsest init`, which main has");
        looked
            .says(way)
            .lacks("palimpsest init,")
            .lacks("not ignored");
        laptop.palimpsest(["doctor", "--fix"]).exits(1).says(way);
        laptop.assert_clean();
        laptop.git(["switch", "-q", "main"]).ok();
        laptop.palimpsest(["doctor"]).ok();
    }
}

#[test]
fn a_bisection_can_be_ended_whatever_was_run_in_it() {
    let sandbox = Sandbox::new();
    let laptop = with_an_old_commit(&sandbox);
    laptop.git(["bisect", "start"]).ok();
    laptop.git(["bisect", "bad", "HEAD"]).ok();
    laptop.git(["checkout", "-q", "old"]).ok();
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("mend: git bisect reset, when you are done");
    laptop
        .palimpsest(["init"])
        .ok()
        .says("no tracked file is written")
        .lacks("everything is set up already");
    laptop.palimpsest(["doctor", "--fix"]).exits(1);
    laptop.assert_clean();
    laptop.git(["bisect", "reset"]).ok();
    laptop.assert_clean();
}

/// The line for all machines is another matter, and so is a setup that somebody took out.
#[test]
fn what_is_missing_after_the_setup_is_named_as_before() {
    let sandbox = Sandbox::new();
    let laptop = with_an_old_commit(&sandbox);
    laptop.git(["switch", "-q", "side"]).ok();
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.write(".gitignore", "*.tmp\n");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("data/palimpsest.db: kept out of git on this machine alone");
    laptop.palimpsest(["init"]).ok();
    laptop.git(["checkout", "-q", "--", ".gitignore"]).ok();
    laptop.git(["switch", "-q", "-c", "plain"]).ok();
    laptop.git(["rm", "-q", ".gitattributes"]).ok();
    laptop.git(["commit", "-qm", "Plain"]).ok();
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("palimpsest init,")
        .lacks("from before");
}

/// Others are somebody's work, and may be many: their history is not even looked at.
#[test]
fn only_the_branch_that_one_came_from_or_the_default_one_is_named() {
    let sandbox = Sandbox::new();
    let laptop = with_an_old_commit(&sandbox);
    let looked = |says: &str| {
        let run = laptop.palimpsest(["doctor"]).exits(1);
        run.says(says).lacks("aaa-wip");
    };
    laptop.git(["branch", "aaa-wip"]).ok();
    laptop.git(["switch", "-q", "side"]).ok();
    looked("mend: git merge main, to have it here too");
    // Also by way of other commits, and where the default branch has another name.
    laptop.git(["branch", "-q", "-m", "main", "trunk"]).ok();
    laptop.git(["switch", "-q", "trunk"]).ok();
    laptop.git(["switch", "-q", "--detach", "old"]).ok();
    laptop.git(["switch", "-q", "--detach", "trunk~1"]).ok();
    laptop.git(["switch", "-q", "--detach", "old"]).ok();
    looked("mend: git switch trunk, when you are done");
    // Not known to be the default one: the way back, and no merge.
    laptop.git(["switch", "-q", "trunk"]).ok();
    laptop.git(["switch", "-q", "side"]).ok();
    looked("mend: git switch trunk, when you are done");
    laptop.git(["config", "init.defaultBranch", "trunk"]).ok();
    looked("mend: git merge trunk, to have it here too");
    laptop.git(["switch", "-q", "trunk"]).ok();
    laptop
        .git(["worktree", "add", "-q", "--detach", "../linked", "old"])
        .ok();
    let linked = sandbox.folder("linked");
    let looked = linked.palimpsest(["doctor"]).exits(1);
    looked
        .says("mend: go on in the work tree that has trunk")
        .lacks("git switch");
    linked.assert_clean();
}

/// What others have is not looked for.
#[test]
fn without_such_a_branch_nothing_is_said_of_one() {
    let sandbox = Sandbox::new();
    let laptop = with_an_old_commit(&sandbox);
    laptop.git(["branch", "-q", "-m", "main", "trunk"]).ok();
    laptop
        .git(["worktree", "add", "-q", "../linked", "side"])
        .ok();
    let linked = sandbox.folder("linked");
    linked
        .palimpsest(["doctor"])
        .exits(1)
        .lacks("trunk")
        .lacks("from before");
    laptop.git(["switch", "-q", "--orphan", "pages"]).ok();
    laptop.write("index.md", "# Pages\n");
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-qm", "Pages"]).ok();
    laptop.palimpsest(["doctor"]).exits(1).lacks("from before");
    laptop.assert_clean();
}

#[test]
fn a_line_that_does_not_help_is_written_once() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.write(
        ".gitignore",
        "/*\n!/.gitignore\n!/journal/\n!/data/\n!/data/**\n",
    );
    laptop.commit("A list of what is kept");
    laptop.git(["tag", "old"]).ok();
    laptop.palimpsest(["init"]).ok();
    laptop
        .git(["add", "-f", ".gitattributes", ".gitignore"])
        .ok();
    laptop.git(["commit", "-qm", "Set up"]).ok();
    for _ in 0..3 {
        laptop.git(["switch", "-q", "--detach", "old"]).ok();
        laptop.git(["switch", "-q", "main"]).ok();
    }
    laptop.git(["switch", "-q", "--detach", "old"]).ok();
    let excluded = laptop.read(".git/info/exclude");
    assert_eq!(excluded.matches("/data/palimpsest.db*").count(), 1);
    let looked = laptop.palimpsest(["doctor"]).exits(1);
    looked.says(
        "data/palimpsest.db: not ignored\n    mend: take out the line that says otherwise: \
         git check-ignore -v data/palimpsest.db",
    );
    laptop.palimpsest(["doctor", "--fix"]).exits(1);
    assert_eq!(laptop.read(".git/info/exclude"), excluded);
}

/// Neither the settings that name it nor the journal are there.
#[test]
fn the_database_of_the_settings_that_one_came_from_stays_out_of_git() {
    for settings in [
        "",
        "[paths]\ndatabase = \"cache/p.db\"\n",
        "[paths]\njournal = \"diary\"\ndatabase = \"cache/p.db\"\n",
    ] {
        let sandbox = Sandbox::new();
        let laptop = sandbox.machine("laptop");
        laptop.write("README.md", "# Journal\n");
        laptop.commit("Begin");
        laptop.git(["tag", "readme"]).ok();
        let entry = match settings.contains("diary") {
            true => format!("diary/2024/{DAY}.md"),
            false => format!("journal/md/2024/{DAY}.md"),
        };
        laptop.write(&entry, crate::sandbox::entry(DAY));
        laptop.commit("An entry");
        laptop.git(["tag", "old"]).ok();
        laptop.write("palimpsest.toml", settings);
        laptop.palimpsest(["init"]).ok();
        laptop.commit("Set up");
        laptop.assert_clean();
        let before = laptop.read(".git/info/exclude");
        for to in ["readme", "old"] {
            laptop.git(["switch", "-q", "--detach", to]).ok();
            laptop.assert_clean();
            laptop.write("new.txt", "x\n");
            laptop.git(["stash", "-q", "-u"]).ok();
            laptop.git(["switch", "-q", "main"]).ok();
            laptop.git(["stash", "pop", "-q"]).ok();
            laptop.remove("new.txt");
        }
        // Also those of other settings.
        laptop.palimpsest(["uninstall"]).ok();
        assert_eq!(laptop.read(".git/info/exclude"), before);
    }
}

#[test]
fn a_file_of_a_persons_own_is_written_in_its_place_and_as_it_was_again() {
    let sandbox = Sandbox::new();
    let laptop = with_an_old_commit(&sandbox);
    let shared = sandbox.folder("shared");
    // A line of one's own that reads as ours.
    let before = b"caf\xe9\r\n/data/q.db*\r\n/data/palimpsest.db*";
    shared.write("excludes", before);
    fs::set_permissions(shared.path("excludes"), fs::Permissions::from_mode(0o640)).unwrap();
    laptop.remove(".git/info/exclude");
    std::os::unix::fs::symlink(shared.path("excludes"), laptop.path(".git/info/exclude")).unwrap();
    let same = |expected: &[u8]| {
        assert!(laptop.path(".git/info/exclude").is_symlink());
        let file = shared.path("excludes");
        let mode = file.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert_eq!(fs::read(&file).unwrap(), expected);
    };
    laptop.git(["switch", "-q", "--detach", "old"]).ok();
    same(before);
    laptop.git(["switch", "-q", "main"]).ok();
    let before = b"caf\xe9\r\nx";
    shared.write("excludes", before);
    laptop.git(["switch", "-q", "--detach", "old"]).ok();
    laptop.assert_clean();
    let ours = b"\r\n# palimpsest, where .gitignore does not say so:\r\n/data/palimpsest.db*";
    same(&[&before[..], &ours[..]].concat());
    laptop.palimpsest(["uninstall"]).ok();
    same(before);
}

#[test]
fn what_another_line_of_gitignore_keeps_out_is_kept_out_for_all() {
    let sandbox = Sandbox::new();
    let laptop = with_an_old_commit(&sandbox);
    laptop.git(["switch", "-q", "side"]).ok();
    laptop.git(["switch", "-q", "main"]).ok();
    laptop.write(".gitignore", "/data/*.db*\n/backups/\n.palimpsest-*\n");
    laptop.git(["commit", "-qam", "Shorter"]).ok();
    laptop.palimpsest(["doctor"]).ok();
}

#[test]
fn where_no_journal_is_nothing_is_kept_out() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write("README.md", "# Pages\n");
    laptop.commit("Begin");
    laptop.git(["tag", "old"]).ok();
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Set up");
    let before = laptop.read(".git/info/exclude");
    laptop.git(["switch", "-q", "--detach", "old"]).ok();
    laptop.palimpsest(["doctor", "--fix"]).exits(1);
    assert_eq!(laptop.read(".git/info/exclude"), before);
}
