//! What lies below the journal's folder and is no part of this repository: files that
//! git ignores, submodules, linked work trees and repositories of their own.

use std::fs;

use palimpsest::journal::Layout;
use palimpsest::repo::Repo;
use palimpsest::sync::refresh::{Options, Scope, refresh};

use crate::sandbox::{Machine, Sandbox};

const DAY: &str = "journal/md/2031/2031-05-04.md";

/// A journal of one day, committed, with `.trash/` ignored.
fn with_trash_ignored(sandbox: &Sandbox) -> Machine<'_> {
    let laptop = sandbox.machine("laptop");
    laptop.write(DAY, text("2031-05-04", "Orla"));
    laptop.palimpsest(["init"]).ok();
    let ignored = laptop.read(".gitignore") + ".trash/\n*.orig.md\n";
    laptop.write(".gitignore", ignored);
    laptop.commit("Begin");
    laptop
}

fn text(date: &str, who: &str) -> String {
    format!("---\ndate: {date}\npeople: [{who}]\n---\nRain.\n")
}

/// The rows of the index as it is and as one made anew has them.
fn assert_same_as_anew(machine: &Machine<'_>) {
    let repo = Repo::discover(machine.dir()).unwrap();
    let rows = |database: &str| {
        let layout = Layout {
            database: database.to_owned(),
            ..Layout::default()
        };
        let (store, _) = refresh(&repo, &layout, &Options::new(Scope::All)).unwrap();
        store.dump().unwrap()
    };
    drop(fs::remove_file(machine.path("backups/anew.db")));
    assert_eq!(rows("data/palimpsest.db"), rows("backups/anew.db"));
}

#[test]
fn what_git_ignores_is_no_entry() {
    let sandbox = Sandbox::new();
    let laptop = with_trash_ignored(&sandbox);
    let (trash, copy) = (
        "journal/md/.trash/2031-05-05.md",
        "journal/md/2031/.trash/old/2031-05-04.md",
    );
    laptop.write(trash, text("2031-05-05", "Bram"));
    laptop.write(copy, text("2031-05-04", "Bram"));
    laptop
        .metadb(["show", "2031-05-05"])
        .exits(1)
        .warns("no entry 2031-05-0");
    laptop
        .yaml2sql(["sync", "journal/md"])
        .ok()
        .silent_about("both the entry");
    laptop.metadb(["show", "2031-05-04"]).ok().says("Orla");
    // Asked for by its name as well.
    laptop.yaml2sql(["update", copy]);
    laptop.metadb(["show", "2031-05-04"]).ok().says("Orla");
    let ignored = format!(
        "git ignores it, or another repository has it, so that it is no entry \
                           here; one that git ignores becomes one with `git add -f {trash}`"
    );
    let update = laptop.yaml2sql(["update", trash]).exits(1);
    update.warns(&format!("{trash}: {ignored}"));
    assert_same_as_anew(&laptop);
}

#[test]
fn an_entry_that_git_tracks_stays_one_although_a_rule_matches() {
    let sandbox = Sandbox::new();
    let laptop = with_trash_ignored(&sandbox);
    let kept = "journal/md/.trash/2031-05-05.md";
    laptop.write(kept, text("2031-05-05", "Bram"));
    laptop.git(["add", "-f", kept]).ok();
    laptop.metadb(["show", "2031-05-05"]).ok().says("Bram");
    laptop.commit("Keep");
    laptop.metadb(["show", "2031-05-05"]).ok().says("Bram");
    // Until the commit that takes it out.
    laptop.git(["rm", "-q", "--cached", kept]).ok();
    laptop.metadb(["show", "2031-05-05"]).ok().says("Bram");
    assert_same_as_anew(&laptop);
    laptop.commit("Out");
    laptop.metadb(["show", "2031-05-05"]).ok().says("deleted");
    let restore = laptop.metadb(["restore", "Entry", "2031-05-05"]).exits(1);
    restore.warns(&format!("{kept} is there, and git ignores it"));
    assert_same_as_anew(&laptop);
}

#[test]
fn a_folder_of_a_dot_that_git_does_not_ignore_is_a_folder_like_others() {
    let sandbox = Sandbox::new();
    let laptop = with_trash_ignored(&sandbox);
    laptop.write("journal/md/.old/2030-05-05.md", text("2030-05-05", "Bram"));
    laptop.metadb(["show", "2030-05-05"]).ok().says("Bram");
}

#[test]
fn a_backup_has_and_takes_away_nothing_that_is_beside() {
    let sandbox = Sandbox::new();
    let laptop = with_trash_ignored(&sandbox);
    let git = |args: &[&str]| laptop.git(args.iter().copied()).ok();
    git(&["worktree", "add", "-q", "journal/md/side", "-b", "side"]);
    git(&["init", "-q", "journal/md/own"]);
    git(&["init", "-q", "wiki/entries/lib"]);
    for lib in ["journal/md/own", "wiki/entries/lib"] {
        laptop.write(&format!("{lib}/2031-05-06.md"), text("2031-05-06", "Bram"));
    }
    git(&["-C", "wiki/entries/lib", "add", "-A"]);
    git(&["-C", "wiki/entries/lib", "commit", "-qm", "Lib"]);
    // A submodule, as far as the index is concerned.
    git(&["add", "wiki/entries/lib"]);
    laptop.git(["commit", "-qm", "Lib"]).ok();
    laptop.palimpsest(["backup-full"]).ok().says("verified");
    laptop
        .metadb(["show", "2031-05-06"])
        .exits(1)
        .warns("no entry 2031-05-0");
    laptop.metadb(["show", "2031-05-04"]).ok().says("Orla");
    laptop.yaml2sql(["update", "journal/md/own/2031-05-06.md"]);
    assert_same_as_anew(&laptop);
    laptop.write(
        "journal/md/.trash/2031-05-07.md",
        text("2031-05-07", "Bram"),
    );
    laptop.write("journal/md/2031/2031-05-08.md", text("2031-05-08", "Bram"));
    let backups = fs::read_dir(laptop.path("backups/full_data")).unwrap();
    let archive = backups.map(|f| f.unwrap().path()).next().unwrap();
    laptop
        .palimpsest(["restore-full".as_ref(), archive.as_os_str()])
        .ok()
        .says("1 removed");
    for there in [
        "journal/md/.trash/2031-05-07.md",
        "journal/md/side/journal/md/2031/2031-05-04.md",
        "journal/md/own/2031-05-06.md",
        "wiki/entries/lib/2031-05-06.md",
    ] {
        assert!(laptop.exists(there), "{there}");
    }
    assert!(!laptop.exists("journal/md/2031/2031-05-08.md"));
}
