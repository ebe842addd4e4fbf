//! Repositories of other shapes than a journal alone.

use std::fs;

use super::{DAY, journal};
use crate::sandbox::{Sandbox, entry};

#[test]
fn a_journal_in_a_folder_of_a_larger_repository() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write(
        "palimpsest.toml",
        "[paths]\njournal = \"life/journal/md\"\nwiki = \"life/wiki\"\n\
         ledger = \"life/ledger\"\ndatabase = \"life/palimpsest.db\"\n",
    );
    let own = format!("life/{}", entry(DAY));
    laptop.write(
        &own,
        "---\ndate: 2024-11-01\npeople: [Al, Bob]\n---\nOne.\n",
    );
    laptop.write(
        "docs/notes.md",
        "---\ndate: never\n---\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n",
    );
    let below = laptop.inside("life");
    below.palimpsest(["init"]).ok();
    assert!(laptop.exists(".gitattributes") && !below.exists(".gitattributes"));
    laptop.commit("Begin");
    laptop.push();
    let desktop = sandbox.machine("desktop");
    desktop
        .palimpsest(["init"])
        .ok()
        .says("nothing to commit here");
    desktop.edit(&own, "Bob", "Bob, Eve");
    desktop.write("docs/notes.md", "---\ndate: later\n---\n");
    desktop.commit("Eve");
    desktop.push();
    laptop.edit(&own, "Al, Bob", "Al");
    below
        .git(["commit", "-qam", "Not Bob"])
        .ok()
        .warns("recorded: person Bob removed");
    below.git(["pull", "-q"]).ok();
    assert!(laptop.read(&own).contains("people: [Al, Eve]"));
    below.metadb(["tombstone", "list"]).ok().says("Bob");
    below.palimpsest(["doctor"]).ok();
    laptop.assert_clean();
}

#[test]
fn a_relative_hooks_folder_in_the_work_tree_is_said() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.git(["config", "core.hooksPath", ".githooks"]).ok();
    laptop
        .palimpsest(["init"])
        .ok()
        .says("a folder of the work tree, and the hooks name a path of this machine")
        .says("palimpsest hook NAME");
    laptop.git(["add", "-A", ":!.githooks"]).ok();
    laptop.git(["commit", "-qm", "Use Palimpsest"]).ok();
    laptop.edit_entry(DAY, "Bob", "Zoe");
    laptop
        .inside("journal")
        .git(["commit", "-qam", "Zoe"])
        .ok()
        .warns("recorded: person Bob removed");
    laptop.palimpsest(["uninstall"]).ok();
    assert!(!laptop.exists(".githooks/pre-commit"));
}

#[test]
fn before_git_2_44_the_labels_arrive_as_they_are_configured() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder("plain");
    for (name, city) in [("base", "A"), ("ours", "B"), ("theirs", "C")] {
        folder.write(name, format!("---\ncity: {city}\n---\n"));
    }
    let args = "merge-driver base ours theirs -s %S -x %X -y %Y -p a.md -l 7";
    folder.palimpsest(args.split(' ')).exits(1);
    assert_eq!(
        folder.read("ours"),
        "---\n<<<<<<< ours\ncity: B\n=======\ncity: C\n>>>>>>> theirs\n---\n"
    );
}

/// Git trusts one by more places than are read here, so the command is named.
#[test]
fn a_repository_of_another_user_is_refused_with_what_to_do() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    for path in ["", ".git", "journal"] {
        if std::os::unix::fs::chown(laptop.path(path), Some(65_534), None).is_err() {
            println!("skipped: only root can give files away");
            return;
        }
    }
    let top = laptop.dir().canonicalize().unwrap();
    let command = format!("git config --global --add safe.directory {}", top.display());
    laptop.git(["status"]).fails().warns(&command);
    let inside = laptop.inside("journal/md");
    for machine in [&laptop, &inside] {
        machine
            .metadb(["show", DAY])
            .exits(1)
            .warns(&format!("`{command}`"))
            .silent_about("class=");
    }
    // As git reads it, and as a person does who follows the message.
    let home = laptop.path("../home/.gitconfig");
    std::fs::write(home, format!("[safe]\n\tdirectory = {}\n", top.display())).unwrap();
    laptop.metadb(["show", DAY]).ok();
}

#[test]
fn a_journal_that_the_settings_name_and_that_is_not_there_is_said() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write("diary/2024-11-01.md", "---\ndate: 2024-11-01\n---\nx\n");
    laptop.write("palimpsest.toml", "[paths]\njournal = \"my Diary\"\n");
    let what = "my Diary: no such folder, which palimpsest.toml names as the journal's";
    laptop
        .palimpsest(["init"])
        .ok()
        .says(&format!("note: {what}"));
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says(what)
        .says("or mkdir -p 'my Diary'");
    laptop
        .inside("diary")
        .palimpsest(["doctor"])
        .exits(1)
        .says("or mkdir -p '../my Diary'");
    laptop.write("palimpsest.toml", "[paths]\njournal = \"diary\"\n");
    laptop.palimpsest(["init"]).ok().lacks("no such folder");
    laptop.commit("Begin");
    laptop.palimpsest(["doctor"]).ok();
    // Left out of the work tree, it is there.
    laptop.git(["sparse-checkout", "set", "data"]).ok();
    assert!(!laptop.exists("diary"));
    laptop.palimpsest(["doctor"]).ok();
}

/// A typo in the settings, after the first commit.
#[test]
fn a_journal_that_is_not_there_is_said_by_commits_and_listings() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry("2024-11-01", "people: [Alice, Bob]", "x\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin").silent_about("no such folder");
    laptop.edit_entry("2024-11-01", ", Bob", "");
    laptop.commit("Without Bob");
    laptop.write("palimpsest.toml", "[paths]\njournal = \"journal/mb\"\n");
    let what = "journal/mb: no such folder, which palimpsest.toml names as the journal's";
    for listing in [["sync", "status"], ["sync", "conflicts"]] {
        laptop.metadb(listing).ok().warns(what);
    }
    laptop.yaml2sql(["sync", "journal/mb"]).ok().warns(what);
    laptop.edit_entry("2024-11-01", "Alice", "Alice, Eve");
    laptop.commit("Eve, and a typo").warns(what);
    laptop.remove("palimpsest.toml");
    laptop.commit("As it was").silent_about("no such folder");
    laptop.metadb(["sync", "status"]).ok().silent_about(what);
}

/// A typo in the settings, or the pages not moved.
#[test]
fn notes_that_are_not_where_the_settings_say_are_named() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry("2024-11-01", "people: [Alice]", "x\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    // Without a note nobody needs the folder.
    laptop.write("palimpsest.toml", "[paths]\nwiki = \"wiki/entires\"\n");
    laptop.commit("A typo").silent_about("no such folder");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .lacks("no such folder");
    laptop.write("palimpsest.toml", "");
    laptop.write("wiki/entries/2024/2024-11-01.md", "A note.\n");
    laptop.commit("A note");
    laptop.write("palimpsest.toml", "[paths]\nwiki = \"wiki/entires\"\n");
    let what = "wiki/entires: no such folder, which palimpsest.toml names as that of the notes, \
        and the ledger knows of wiki/entries/2024/2024-11-01.md as one";
    laptop.palimpsest(["init"]).ok().says(what);
    laptop.commit("The typo again").warns(what);
    laptop.metadb(["show", "2024-11-01"]).ok().warns(what);
    laptop.palimpsest(["doctor"]).exits(1).says(what);
    laptop.git(["mv", "wiki/entries", "wiki/entires"]).ok();
    laptop.palimpsest(["init"]).ok().lacks("no such folder");
    laptop.commit("Moved").silent_about("no such folder");
    laptop.palimpsest(["doctor"]).ok();
}

#[test]
fn the_commit_that_deletes_the_last_entry_names_no_missing_journal() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write("diary/2024-11-01.md", "---\ndate: 2024-11-01\n---\nx\n");
    laptop.write("palimpsest.toml", "[paths]\njournal = \"diary\"\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop.remove("diary/2024-11-01.md");
    laptop.commit("Gone").silent_about("no such folder");
}

/// Nobody would miss it: it is in no listing.
#[test]
fn a_new_page_after_a_day_that_does_not_exist_is_named_by_the_commit() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry(DAY, "", "x\n");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    let page = "journal/md/2024/2024-11-31.md";
    for (text, named) in [("x\n", true), ("x\ny\n", false)] {
        laptop.write(page, text);
        let commit = laptop.commit("November 31");
        assert_eq!(
            commit
                .stderr
                .contains(&format!("{page}: no calendar has this day")),
            named,
            "{commit}"
        );
    }
}

#[test]
fn no_journal_is_missed_where_none_is_named() {
    let sandbox = Sandbox::new();
    let site = sandbox.machine("site");
    site.write("docs/index.md", "# A site\n");
    site.palimpsest(["init"]).ok();
    site.commit("Begin");
    site.palimpsest(["doctor"])
        .ok()
        .is("everything is in order");
    // Nor is the default's, which a clone lacks before the first entry.
    site.write("palimpsest.toml", "[conflicts]\non_commit = \"flag\"\n");
    site.palimpsest(["init"]).ok().lacks("no such folder");
    site.palimpsest(["doctor"])
        .ok()
        .is("everything is in order");
}

#[test]
fn a_vault_in_a_folder_is_told_how_to_be_a_journal() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    let file = "me/my diary/journal/md/2024/2024-11-01.md";
    laptop.write(file, "---\ndate: 2024-11-01\npeople: [Bob]\n---\nx\n");
    let vault = laptop.inside("me/my diary");
    let top = std::fs::canonicalize(laptop.dir()).unwrap();
    vault
        .palimpsest(["init"])
        .ok()
        .says(&format!("no folder journal/md in {}: ", top.display()))
        .says("`mkdir -p ../../journal/md`")
        .says(
            "make ../../palimpsest.toml with the lines `[paths]` and `journal = \"me/my \
             diary/journal/md\"` first",
        );
    // As it says.
    vault.write(
        "../../palimpsest.toml",
        "[paths]\njournal = \"me/my diary/journal/md\"\n",
    );
    vault.palimpsest(["init"]).ok().lacks("no folder");
    laptop.commit("Begin");
    laptop.assert_clean();
    vault.metadb(["show", "2024-11-01"]).ok().says("Bob");
    vault.palimpsest(["doctor"]).ok();
    // At the top there is no other folder to name.
    let blog = sandbox.repository("blog");
    blog.palimpsest(["init"])
        .ok()
        .says("`mkdir -p journal/md` and run this again; if it is in another folder, name that")
        .lacks("for one in this folder");
}

#[test]
fn a_database_that_is_made_where_init_never_ran_stays_out_of_git() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry("2024-11-01", "people: [Bob]", "x\n");
    laptop.git(["add", "-A"]).ok();
    laptop.git(["commit", "-qm", "Begin"]).ok();
    let excluded = laptop.read(".git/info/exclude");
    laptop
        .metadb(["show", "2024-11-01"])
        .ok()
        .says("Bob")
        .warns(".git/info/exclude keeps it out of git");
    assert!(laptop.exists("data/palimpsest.db"));
    laptop.assert_clean();
    let now = laptop.read(".git/info/exclude");
    assert_eq!(
        now,
        format!(
            "{excluded}# palimpsest, where .gitignore does not say so:\n/data/palimpsest.db*\n"
        )
    );
    laptop.remove("data/palimpsest.db");
    let again = laptop.metadb(["show", "2024-11-01"]).ok();
    assert_eq!(again.stderr, "");
    assert_eq!(laptop.read(".git/info/exclude"), now);
    // What is for all machines is still for `init` to say.
    laptop.palimpsest(["init"]).ok();
    assert!(laptop.read(".gitignore").contains("/data/palimpsest.db*\n"));
}

/// In whatever encoding a person wrote it; and who only looks is answered also where it
/// cannot be written.
#[test]
fn what_a_person_excluded_stays_as_it_was_written() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry("2024-11-01", "people: [Bob]", "x\n");
    laptop.commit("Begin");
    laptop.write(".git/info/exclude", b"caf\xe9.txt");
    laptop.metadb(["show", "2024-11-01"]).ok();
    assert_eq!(
        fs::read(laptop.path(".git/info/exclude")).unwrap(),
        b"caf\xe9.txt\n# palimpsest, where .gitignore does not say so:\n/data/palimpsest.db*"
    );
    fs::remove_dir_all(laptop.path(".git/info")).unwrap();
    laptop.write(".git/info", "no folder");
    laptop.remove("data/palimpsest.db");
    laptop
        .metadb(["show", "2024-11-01"])
        .ok()
        .says("Bob")
        .warns("`palimpsest init` does it");
}

/// The folder's name is in no encoding.
#[test]
fn a_path_that_is_no_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    let sandbox = Sandbox::new();
    journal(&sandbox);
    let odd = sandbox.root().join(OsStr::from_bytes(b"caf\xe9"));
    fs::rename(sandbox.root().join("laptop"), &odd).unwrap();
    let run = |program: &str, args: &[&str]| sandbox.run_in(&odd, program, args);
    run("palimpsest", &["init"]).ok();
    run("palimpsest", &["doctor"]).ok();
    assert!(odd.join(".git/hooks/pre-commit").is_file());
    let beside = fs::read_dir(sandbox.root()).unwrap();
    let beside = beside.filter(|e| {
        e.as_ref()
            .unwrap()
            .file_name()
            .as_bytes()
            .starts_with(b"caf")
    });
    assert_eq!(beside.count(), 1);
    let entry = odd.join(entry(DAY));
    let text = fs::read_to_string(&entry).unwrap();
    fs::write(&entry, text.replace(", Bob", "")).unwrap();
    run("git", &["add", "-A"]).ok();
    run("git", &["commit", "-qm", "Not Bob"])
        .ok()
        .warns("recorded: person Bob removed");
    run("palimpsest", &["backup-full"]).ok();
    run("palimpsest", &["backup-list-full", "--json"])
        .ok()
        .says("\"suffix\"");
}

#[test]
fn a_place_without_a_repository_is_named() {
    let sandbox = Sandbox::new();
    let outside = sandbox.folder("outside");
    let here = outside.dir().canonicalize().unwrap();
    for args in [["update", "x.md"], ["sync", "journal/md"]] {
        outside.yaml2sql(args).exits(1).warns(&format!(
            "palimpsest: {}: no git repository",
            here.display()
        ));
    }
    for command in ["init", "doctor"] {
        outside
            .palimpsest([command, "nope"])
            .exits(1)
            .warns("nope: no such folder");
    }
}

#[test]
fn a_clone_in_which_nothing_is_checked_out_yet() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop
        .git(["clone", "-q", "--no-checkout", ".", "../bare"])
        .ok();
    let bare = laptop.inside("../bare");
    bare.palimpsest(["init"])
        .exits(1)
        .warns("nothing is checked out here yet; `git checkout` first");
    bare.git(["checkout", "-q"]).ok();
    bare.palimpsest(["init"])
        .ok()
        .says("nothing to commit here");
}
