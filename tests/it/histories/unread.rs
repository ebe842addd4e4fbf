//! Something that a merge has to know cannot be read: what it does then is on the safe
//! side, and it says so.

use super::*;

/// The laptop adds Carol and removes her again; the desktop adds her and knows of nothing.
#[track_caller]
fn carol_comes_and_goes(laptop: &Machine<'_>, desktop: &Machine<'_>) {
    edit(laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(laptop, "weather: fair", "weather: wet");
    edit(desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
}

#[track_caller]
fn without_object(machine: &Machine<'_>, id: &str) {
    let (folder, name) = id.split_at(2);
    std::fs::remove_file(machine.path(&format!(".git/objects/{folder}/{name}"))).unwrap();
}

#[test]
fn a_commit_that_only_git_can_read_is_named() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    carol_comes_and_goes(&laptop, &desktop);
    edit(&desktop, "tags: [rain]", "tags: [rain, sea]");
    // Loose objects in such a place are read.
    laptop.git(["repack", "-q", "-a", "-d"]).ok();
    let theirs = laptop.oid("HEAD");
    let objects = laptop.path(".git/objects");
    let merge = ["merge", "-q", "--no-edit", &theirs];
    let objects = objects.to_str().unwrap();
    desktop
        .run_with(
            &[("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects)],
            "git",
            merge,
        )
        .ok()
        .warns("merged without the ledger: cannot read object")
        .warns(&theirs);
}

#[test]
fn resolve_merges_nothing_without_the_removals() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    carol_comes_and_goes(&laptop, &desktop);
    let with_carol = laptop.oid(&format!("HEAD~2:{}", crate::sandbox::entry(DAY)));
    laptop.push();
    edit(&desktop, "weather: fair", "weather: hot");
    let pull = ["pull", "-q", "--no-rebase"];
    desktop
        .run_with(&[("PALIMPSEST", "0")], "git", pull)
        .exits(1);
    without_object(&desktop, &with_carol);
    desktop.git(["config", "gc.auto", "0"]).ok();
    for note in ["history", "told", "told-there", "recorded"] {
        let _ = std::fs::remove_file(desktop.path(&format!(".git/palimpsest/{note}")));
    }
    let before = desktop.read(&crate::sandbox::entry(DAY));
    desktop
        .palimpsest(["resolve", "--ours"])
        .fails()
        .warns(&with_carol);
    assert_eq!(desktop.read(&crate::sandbox::entry(DAY)), before);
}

#[test]
fn what_a_rebase_kept_out_is_listed_or_an_error() {
    let sandbox = Sandbox::new();
    let (laptop, desktop) = begin(&sandbox);
    edit(&laptop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    edit(&laptop, "[Alice, Bob, Carol]", "[Alice, Bob]");
    edit(&laptop, "weather: fair", "weather: wet");
    laptop.push();
    desktop.edit_entry(DAY, "tags: [rain]", "tags: [rain, sea]");
    edit_without_hooks(&desktop, "[Alice, Bob]", "[Alice, Bob, Carol]");
    desktop.git(["pull", "-q", "--rebase"]).ok();
    assert_eq!(listed(&desktop), ["kept_out Carol"]);
    let note = desktop.path(".git/palimpsest/kept-out.jsonl");
    let mut text = std::fs::read(&note).unwrap();
    text.extend(b"\xff\n");
    std::fs::write(&note, text).unwrap();
    edit(&desktop, "mood: calm", "mood: good");
    assert_eq!(listed(&desktop), ["kept_out Carol"]);
}

#[test]
fn a_note_that_cannot_be_read_stops_the_listing() {
    let sandbox = Sandbox::new();
    let (laptop, _) = begin(&sandbox);
    std::fs::create_dir_all(laptop.path(".git/palimpsest/kept-out.jsonl")).unwrap();
    let id = edit_and_list(&laptop);
    id.fails().warns("kept-out.jsonl");
}

#[track_caller]
fn edit_and_list(machine: &Machine<'_>) -> crate::sandbox::Run {
    machine.edit_entry(DAY, "mood: calm", "mood: good");
    without_hooks(machine, &["commit", "-q", "-a", "-m", "Edit"]);
    machine.metadb(["sync", "conflicts"])
}

/// The setting is in the index alone, and the repository one that only git reads.
#[test]
fn settings_that_only_git_can_read_hold_in_a_merge() {
    let sandbox = Sandbox::new();
    let vault = sandbox.repository("vault");
    let entry = crate::sandbox::entry(DAY);
    vault.write("palimpsest.toml", "[merge.fields]\ngenres = \"scalar\"\n");
    vault.write_entry(DAY, "genres: [x, y]\n", "One.\n");
    vault.palimpsest(["init"]).ok();
    vault.commit("Begin");
    vault.git(["checkout", "-q", "-b", "other"]).ok();
    vault.edit_entry(DAY, "[x, y]", "[x, y, z]");
    vault.commit("Theirs");
    vault.git(["checkout", "-q", "main"]).ok();
    vault.edit_entry(DAY, "[x, y]", "[w, x, y]");
    vault.commit("Ours");
    let kept = ["/journal/*", "/data/*", "/.gitattributes"];
    let sparse = ["sparse-checkout", "set", "--no-cone"];
    vault.git([&sparse[..], &kept[..]].concat()).ok();
    assert!(!vault.exists("palimpsest.toml"));
    vault.git(["config", "remote.origin.promisor", "true"]).ok();
    vault.git(["merge", "-q", "other"]).exits(1);
    assert!(
        vault.read(&entry).contains("<<<<<<< "),
        "{}",
        vault.read(&entry)
    );
}

#[test]
fn settings_that_a_link_leads_away_from_are_no_defaults() {
    let sandbox = Sandbox::new();
    let vault = sandbox.repository("vault");
    vault.write_entry(DAY, "people: [Alice]\n", "One.\n");
    vault.palimpsest(["init"]).ok();
    vault.commit("Begin");
    vault.remove("palimpsest.toml");
    std::os::unix::fs::symlink("/nowhere/settings.toml", vault.path("palimpsest.toml")).unwrap();
    vault.edit_entry(DAY, "[Alice]", "[Bob]");
    vault
        .git(["commit", "-q", "-a", "-m", "Edit"])
        .fails()
        .warns("palimpsest.toml: a symbolic link, which is not followed");
}
