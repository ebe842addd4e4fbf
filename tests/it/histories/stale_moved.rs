//! Old copies of an entry that was moved meanwhile.

use super::stale::pick_beside_a_conflict;
use super::*;
use crate::sandbox::entry;

/// The mood changes and Bob is removed; gives the file from before.
fn later_changes(laptop: &Machine<'_>) -> String {
    let old = laptop.read_entry(DAY);
    remove_bob(laptop);
    edit(laptop, "mood: calm", "mood: good");
    old
}

/// Moves the entry to another path, and with it the journal's folder if it is not in that.
fn move_entry(laptop: &Machine<'_>, to: &str) {
    let folder = std::path::Path::new(to).parent().unwrap();
    std::fs::create_dir_all(laptop.path(folder.to_str().unwrap())).unwrap();
    laptop.git(["mv", &entry(DAY), to]).ok();
    if to.starts_with("diary") {
        let settings = std::fs::read_to_string(laptop.path("palimpsest.toml")).unwrap_or_default();
        laptop.write(
            "palimpsest.toml",
            format!("{settings}\n[paths]\njournal = \"diary\"\n"),
        );
        laptop.palimpsest(["init"]).ok();
    }
}

/// An entry is its date, wherever its file is.
#[test]
fn a_stale_copy_of_an_entry_that_moved_is_refused() {
    for to in [
        "journal/md/2024/11/2024-11-01.md",
        "diary/2024/2024-11-01.md",
    ] {
        for at_once in [false, true] {
            let sandbox = Sandbox::new();
            let (laptop, _) = begin(&sandbox);
            let old = later_changes(&laptop);
            let begun = laptop.oid("HEAD~2");
            move_entry(&laptop, to);
            if !at_once {
                laptop.commit("Moved");
            }
            laptop.write(to, &old);
            laptop.git(["add", "-A"]).ok();
            let line = format!("{to}: a copy of {}", &begun[..12]);
            laptop
                .git(["commit", "-q", "-m", "Backup"])
                .exits(1)
                .warns(&line)
                .warns("would put back person Bob and undo later changes of mood");
            // What it says to do.
            let mut paths = vec![to.to_owned()];
            paths.extend(at_once.then(|| entry(DAY)));
            let mut restore = vec!["restore", "--staged", "--worktree", "--source=HEAD", "--"];
            restore.extend(paths.iter().map(String::as_str));
            laptop.git(restore).ok();
            assert_eq!(laptop.exists(to), !at_once);
        }
    }
}

/// A copy from the time between two moves.
#[test]
fn a_stale_copy_from_where_the_entry_was_meanwhile_is_refused() {
    const MEANWHILE: &str = "journal/md/2024/11/2024-11-01.md";
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    move_entry(&laptop, MEANWHILE);
    laptop.commit("Moved");
    laptop.edit(MEANWHILE, "mood: calm", "mood: good");
    laptop.commit("Mood");
    let (old, had_it) = (laptop.read(MEANWHILE), laptop.oid("HEAD"));
    laptop.edit(MEANWHILE, "[Alice, Bob]", "[Alice]");
    laptop.edit(MEANWHILE, "mood: good", "mood: bad");
    laptop.commit("No Bob");
    laptop.git(["mv", MEANWHILE, &entry(DAY)]).ok();
    laptop.commit("Back");
    laptop.write(&entry(DAY), &old);
    laptop
        .git(["commit", "-q", "-a", "-m", "Backup"])
        .exits(1)
        .warns(&format!("a copy of {}", &had_it[..12]));
}

/// A branch decided it at the former path, with the hooks.
#[test]
fn what_a_squash_or_a_pick_brings_to_a_moved_entry_is_no_stale_copy() {
    const TO: &str = "journal/md/2024/11/2024-11-01.md";
    for how in ["squash", "pick"] {
        let sandbox = Sandbox::new();
        let (laptop, _) = begin(&sandbox);
        let old = laptop.read_entry(DAY);
        laptop.edit_entry(DAY, "mood: calm", "mood: good");
        remove_bob(&laptop);
        laptop.write("notes.txt", "Tea\n");
        laptop.commit("Notes");
        laptop.git(["switch", "-q", "-c", "side"]).ok();
        laptop.git(["revert", "--no-edit", "HEAD^"]).ok();
        laptop.write("notes.txt", "Milk\n");
        laptop
            .git(["commit", "-q", "-a", "--amend", "--no-edit"])
            .ok();
        laptop.git(["switch", "-q", "main"]).ok();
        move_entry(&laptop, TO);
        if how == "squash" {
            laptop.commit("Moved");
            laptop.git(["merge", "-q", "--squash", "side"]).ok();
            laptop.git(["commit", "-q", "-m", "Squashed"]).ok();
        } else {
            laptop.write("notes.txt", "Coffee\n");
            laptop.commit("Moved");
            pick_beside_a_conflict(&laptop);
        }
        laptop.assert_clean();
        assert_eq!(laptop.read(TO), old, "{how}");
    }
}
