//! Resolutions that git replays (`rerere.enabled`), which it has the driver merge.

use super::{NOTE, conflicting, text};
use crate::sandbox::Sandbox;

/// Git asks the driver to merge the recorded conflict, markers and all, into the new one.
#[test]
fn what_git_recorded_of_a_conflict_is_used_without_a_word() {
    let sandbox = Sandbox::new();
    let vault = conflicting(&sandbox);
    vault.git(["config", "rerere.enabled", "true"]).ok();
    vault.git(["merge", "other"]).fails();
    let settled = text("mood: fair\ntags: [sea, fog, rain]\n", "Body.\n");
    vault.write(NOTE, &settled);
    vault.commit("Merge");
    vault.git(["reset", "-q", "--hard", "HEAD~1"]).ok();
    let merge = vault.git(["merge", "other"]).fails();
    let merge = merge.mentions("using previous resolution");
    merge.never_mentions("merged by line");
    assert_eq!(vault.read(NOTE), settled);
}

/// Git knows a conflict again by its lines alone, whichever file they are in.
#[test]
fn what_was_done_to_the_fields_of_another_file_is_not_replayed() {
    let sandbox = Sandbox::new();
    let vault = sandbox.repository("vault");
    let other = "other.md";
    vault.palimpsest(["init"]).ok();
    vault.git(["config", "rerere.enabled", "true"]).ok();
    vault.git(["config", "rerere.autoupdate", "true"]).ok();
    vault.write(NOTE, text("people: [Orla, Pip]\n", "Body.\n"));
    vault.write(other, text("people: [Bram, Pip, Tove]\n", "Body.\n"));
    vault.commit("Base");
    vault.git(["checkout", "-q", "-b", "other"]).ok();
    for file in [NOTE, other] {
        vault.edit(file, "Body.", "Theirs.");
        vault.commit("Theirs");
    }
    vault.git(["checkout", "-q", "main"]).ok();
    for file in [NOTE, other] {
        vault.edit(file, "Body.", "Ours.");
        vault.commit("Ours");
    }
    vault.git(["reset", "-q", "--hard", "HEAD~1"]).ok();
    vault.git(["merge", "other~1"]).exits(1);
    // Pip goes from the first file, and Zed comes.
    vault.write(NOTE, text("people: [Orla, Zed]\n", "Ours.\nTheirs.\n"));
    vault.commit("Merge");
    vault.edit(other, "Body.", "Ours.");
    vault.commit("Ours");
    vault.git(["merge", "other"]).exits(1);
    let merged = vault.read(other);
    assert!(merged.contains("people: [Bram, Pip, Tove]\n"), "{merged}");
    vault.git(["status", "--porcelain"]).says("UU other.md");
}

/// Git before 2.44 gives no labels in any merge: the markers tell of a replay.
#[test]
fn an_older_git_replays_by_line_as_well() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder("anywhere");
    let marked = "<<<<<<<\nOurs.\n=======\nTheirs.\n>>>>>>>\n";
    folder.write("base", text("people: [Orla, Pip]\n", marked));
    folder.write("theirs", text("people: [Orla, Zed]\n", "Ours.\nTheirs.\n"));
    let replay = |ours: &str| {
        folder.write("ours", ours);
        let args = "merge-driver base ours theirs -s %S -x %X -y %Y -p a.md -l 7";
        folder.palimpsest(args.split(' '))
    };
    replay(&text("people: [Bram, Pip, Tove]\n", marked))
        .exits(1)
        .never_mentions("palimpsest");
    assert!(
        folder
            .read("ours")
            .contains("=======\npeople: [Orla, Zed]\n")
    );
    // A file whose conflict is the recorded one has the resolution.
    replay(&text("people: [Orla, Pip]\n", marked)).ok();
    assert_eq!(folder.read("ours"), folder.read("theirs"));
}
