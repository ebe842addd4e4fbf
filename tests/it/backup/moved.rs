//! A backup of folders that the journal no longer has.

use super::*;

const MOVED: &str = "[paths]\njournal = \"diary\"\n";

/// Moves the journal to another folder, without a commit.
fn move_it(laptop: &Machine<'_>) {
    laptop.git(["mv", "journal/md", "diary"]).ok();
    laptop.write("palimpsest.toml", MOVED);
    laptop.palimpsest(["init"]).ok();
}

#[test]
fn it_is_restored_beside_the_journal_alone() {
    let sandbox = Sandbox::new();
    let (laptop, archive) = backed_up(&sandbox);
    move_it(&laptop);
    laptop.commit("Move");
    let new = "diary/2031/2031-05-09.md";
    laptop.write(new, "---\ndate: 2031-05-09\n---\nNot committed.\n");
    let refused = |says: &str| {
        let (before, archives) = (files(laptop.dir()), backups(&laptop));
        laptop
            .palimpsest(["restore-full", &archive])
            .exits(1)
            .warns(says)
            .warns("Restore beside it with `--into DIR`. Nothing was changed")
            .silent_about("[paths]");
        assert_eq!(files(laptop.dir()), before);
        assert_eq!(backups(&laptop), archives);
    };
    refused("its settings name `journal/md`, and the journal here has `diary`");
    // What is there now would be in no backup: neither with other settings in the work
    // tree, nor with none that can be read.
    let not_backed_up = "HEAD's settings name `diary`, which would not be backed up first";
    for settings in ["[paths]\njournal = \"journal/md\"\n", "", "[paths\n"] {
        laptop.write("palimpsest.toml", settings);
        refused(not_backed_up);
    }
    // Staged, it is no less there.
    laptop.write("palimpsest.toml", "");
    laptop.git(["add", "palimpsest.toml"]).ok();
    refused(not_backed_up);
    laptop
        .palimpsest(["restore-full", &archive, "--into", "../then"])
        .ok();
}

/// Nothing is left where HEAD has it.
#[test]
fn a_journal_that_just_moved_has_all_of_it_backed_up() {
    let sandbox = Sandbox::new();
    let (laptop, _) = backed_up(&sandbox);
    move_it(&laptop);
    laptop.palimpsest(["backup-full", "--suffix", "moved"]).ok();
    let archive = backups(&laptop)
        .into_iter()
        .find(|name| name.contains("moved"));
    let before = kept(laptop.dir());
    laptop.remove("diary/2031/2031-05-04.md");
    laptop
        .palimpsest(["restore-full", &format!("{FOLDER}/{}", archive.unwrap())])
        .ok()
        .says("1 file written, 0 removed");
    assert_eq!(kept(laptop.dir()), before);
}

/// HEAD's folder is there as the one above the new one, or empty.
#[test]
fn a_folder_of_heads_with_nothing_of_its_own_is_no_reason_to_refuse() {
    for to in ["journal/md/own", "diary"] {
        let sandbox = Sandbox::new();
        let (laptop, _) = backed_up(&sandbox);
        std::fs::create_dir_all(laptop.path(to)).unwrap();
        laptop.git(["mv", "journal/md/2031", to]).ok();
        std::fs::create_dir_all(laptop.path("journal/md")).unwrap();
        let settings = format!("[paths]\njournal = \"{to}\"\n");
        laptop.write("palimpsest.toml", settings);
        laptop.palimpsest(["init"]).ok();
        laptop.palimpsest(["backup-full", "--suffix", "moved"]).ok();
        let archive = backups(&laptop)
            .into_iter()
            .find(|name| name.contains("moved"));
        laptop.remove(&format!("{to}/2031/2031-05-04.md"));
        laptop
            .palimpsest(["restore-full", &format!("{FOLDER}/{}", archive.unwrap())])
            .ok()
            .says("1 file written, 0 removed");
    }
}
