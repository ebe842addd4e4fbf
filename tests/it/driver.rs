//! The entry driver as git calls it: exit codes, labels, styles, fallbacks.

use crate::sandbox::{Machine, Sandbox};

mod looked_at;
mod rerere;
mod virtual_base;

const NOTE: &str = "note.md";

fn text(front: &str, body: &str) -> String {
    format!("---\n{front}---\n{body}")
}

/// A repository with a branch `other`, whose sides hold these versions.
fn diverged<'s>(sandbox: &'s Sandbox, base: &str, ours: &str, theirs: &str) -> Machine<'s> {
    let repository = sandbox.repository("vault");
    repository.write(NOTE, base);
    repository.palimpsest(["init"]).ok();
    repository.commit("Base");
    repository.git(["checkout", "-q", "-b", "other"]).ok();
    repository.write(NOTE, theirs);
    repository.commit("Theirs");
    repository.git(["checkout", "-q", "-"]).ok();
    repository.write(NOTE, ours);
    repository.commit("Ours");
    repository
}

const BASE: &str = "mood: calm\ntags: [sea]\n";

fn conflicting(sandbox: &Sandbox) -> Machine<'_> {
    diverged(
        sandbox,
        &text(BASE, "Body.\n"),
        &text("mood: good\ntags: [sea, fog]\n", "Body.\n"),
        &text("mood: bad\ntags: [sea, rain]\n", "Body.\n"),
    )
}

#[test]
fn a_conflict_marks_its_field_with_gits_labels() {
    let sandbox = Sandbox::new();
    let vault = conflicting(&sandbox);
    vault.git(["merge", "other"]).fails();
    let (ours, theirs) = vault.labels("other");
    let marked = format!(
        "<<<<<<< {ours}\nmood: good\n=======\nmood: bad\n>>>>>>> {theirs}\n\
         tags: [sea, fog, rain]\n"
    );
    assert_eq!(vault.read(NOTE), text(&marked, "Body.\n"));
    vault.git(["status", "--porcelain"]).says("UU note.md");
    // What is marked cannot be committed by mistake.
    vault.git(["add", NOTE]).ok();
    vault
        .git(["commit", "-m", "Merge"])
        .fails()
        .mentions("note.md:2");
}

#[test]
fn what_a_merge_decided_can_be_looked_at() {
    let sandbox = Sandbox::new();
    let vault = conflicting(&sandbox);
    vault
        .palimpsest(["merges"])
        .ok()
        .says("No merge decided anything");
    vault.git(["merge", "other"]).fails();
    vault
        .palimpsest(["merges"])
        .ok()
        .says("note.md")
        .says("mood: conflict")
        .says("tags: merged (set)");
    vault
        .palimpsest(["merges", "--json"])
        .ok()
        .says("\"rule\": \"set\"");
    // The log is this machine's own and never grows without end.
    let log = ".git/palimpsest/merges.jsonl";
    let line = vault.read(log);
    vault.write(log, line.repeat(600 * 1024 / line.len()));
    let merges = || vault.palimpsest(["merges", "--limit", "1"]).ok();
    merges().says("note.md  (waits for its commit)\n");
    vault.git(["merge", "--abort"]).ok();
    merges().says("note.md  (not in HEAD: aborted, reset, squashed, or on another branch)\n");
    vault.git(["merge", "other"]).fails();
    // The one that was aborted is not the one that waits.
    let both = vault.palimpsest(["merges", "--limit", "2"]).ok();
    both.says("note.md  (waits for its commit)\n")
        .says("note.md  (merged again since)\n");
    assert!(vault.read(log).len() < 400 * 1024);
    let all = vault.palimpsest(["merges", "--all"]).ok().stdout;
    let all = all.matches("note.md").count();
    let none = format!("0 of {all} shown; all: --all");
    vault.palimpsest(["merges", "--limit", "0"]).ok().is(&none);
    vault
        .palimpsest(["merges", "-n", "1"])
        .ok()
        .says("tags: merged (set)")
        .says(&format!("1 of {all} shown"));
    let usual = vault.palimpsest(["merges"]).ok();
    usual.says(&format!("20 of {all} shown"));
    vault.palimpsest(["resolve", "--ours"]).ok();
    vault.git(["commit", "-qm", "Merge"]).ok();
    merges().says("note.md\n");
}

/// The log is one for all branches and work trees.
#[test]
fn a_merge_of_another_branch_does_not_make_this_one_an_earlier_one() {
    let sandbox = Sandbox::new();
    let vault = conflicting(&sandbox);
    let merge = || {
        vault.git(["merge", "other"]).fails();
        vault.palimpsest(["resolve", "--ours"]).ok();
        vault.git(["commit", "-qm", "Merge"]).ok();
    };
    vault.git(["branch", "release"]).ok();
    merge();
    let main = vault.git(["branch", "--show-current"]).ok().stdout;
    vault.git(["switch", "-q", "release"]).ok();
    vault.write("README.md", "A release.\n");
    vault.git(["add", "-A"]).ok();
    vault.git(["commit", "-qm", "Read me"]).ok();
    merge();
    let elsewhere = "note.md  (not in HEAD: aborted, reset, squashed, or on another branch)\n";
    let merges = || vault.palimpsest(["merges"]).ok();
    vault.git(["switch", "-q", main.trim()]).ok();
    merges()
        .says(elsewhere)
        .says("note.md\n")
        .lacks("merged again");
    // Where history cannot be walked, nothing is said to be in HEAD.
    let other = vault.git(["rev-parse", "other"]).ok().stdout;
    let object = format!(".git/objects/{}/{}", &other[..2], other[2..].trim());
    vault.remove(&object);
    merges().lacks("note.md\n");
}

#[test]
fn the_conflict_style_is_gits() {
    for (style, has_base) in [("diff3", true), ("zdiff3", true), ("merge", false)] {
        let sandbox = Sandbox::new();
        let vault = conflicting(&sandbox);
        let base = vault.git(["merge-base", "HEAD", "other"]).ok().stdout;
        let setting = format!("merge.conflictStyle={style}");
        vault.git(["-c", &setting, "merge", "other"]).fails();
        let (ours, theirs) = vault.labels("other");
        let base = match ours {
            "HEAD" => vault.git(["rev-parse", "--short", base.trim()]).ok().stdout,
            _ => "base".to_owned(),
        };
        let base = match has_base {
            true => format!("||||||| {}\nmood: calm\n", base.trim()),
            false => String::new(),
        };
        let marked = format!(
            "<<<<<<< {ours}\nmood: good\n{base}=======\nmood: bad\n>>>>>>> {theirs}\n\
             tags: [sea, fog, rain]\n"
        );
        assert_eq!(vault.read(NOTE), text(&marked, "Body.\n"), "{style}");
    }
}

#[test]
fn off_means_gits_own_merge() {
    let sandbox = Sandbox::new();
    let vault = conflicting(&sandbox);
    vault
        .run_with(&[("PALIMPSEST", "0")], "git", ["merge", "other"])
        .fails();
    assert!(
        vault.read(NOTE).contains("tags: [sea, fog]\n=======\n"),
        "{}",
        vault.read(NOTE)
    );
}

#[test]
fn a_wrong_setting_leaves_the_merge_to_git_and_is_named() {
    let sandbox = Sandbox::new();
    let vault = conflicting(&sandbox);
    vault.write("palimpsest.toml", "[merge.fields]\ntags = \"union\"\n");
    vault
        .git(["merge", "other"])
        .fails()
        .mentions("palimpsest.toml:2:8: merge.fields.tags = \"union\"");
    assert!(vault.read(NOTE).contains("tags: [sea, fog]\n=======\n"));
}

#[test]
fn a_setting_decides_how_a_field_merges() {
    let sandbox = Sandbox::new();
    let vault = conflicting(&sandbox);
    vault.write("palimpsest.toml", "[merge.fields]\ntags = \"sequence\"\n");
    vault.git(["merge", "other"]).fails();
    assert!(
        vault.read(NOTE).contains("tags: [sea, fog]\n=======\n"),
        "{}",
        vault.read(NOTE)
    );
}

#[test]
fn frontmatter_that_is_no_yaml_is_merged_by_line_and_named() {
    let sandbox = Sandbox::new();
    let vault = diverged(
        &sandbox,
        &text("mood: calm\ncity: Ferry\nlist: [a\n", "Body.\n"),
        &text("mood: good\ncity: Ferry\nlist: [a\n", "Body.\n"),
        &text("mood: calm\ncity: Ferry\nlist: [a, b\n", "Body.\n"),
    );
    vault
        .git(["merge", "other"])
        .ok()
        .mentions("note.md: merged by line: base, line");
}

#[test]
fn a_driver_that_cannot_work_refuses_the_merge() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder("anywhere");
    folder.write("ours.md", "ours");
    // A missing input, and a wrong call: never a code that reads as a conflict.
    folder
        .palimpsest(["merge-driver", "none.md", "ours.md", "none.md"])
        .exits(129);
    folder.palimpsest(["merge-driver", "--nonsense"]).exits(129);
    folder
        .palimpsest(["ledger-driver", "none", "ours.md", "none"])
        .exits(129);
    assert_eq!(folder.read("ours.md"), "ours");
}

#[test]
fn criss_cross_merges_give_the_same_tree() {
    let sandbox = Sandbox::new();
    let vault = diverged(
        &sandbox,
        &text("mood: calm\ntags: [sea]\n", "Body.\n"),
        &text("mood: calm\ntags: [sea, fog]\n", "Body.\n"),
        &text("mood: good\ntags: [sea, rain]\n", "Body.\n"),
    );
    let main = vault.oid("HEAD");
    let other = vault.oid("other");
    vault.git(["merge", "-q", "other"]).ok();
    vault.git(["checkout", "-q", "other"]).ok();
    vault.git(["merge", "-q", &main]).ok();
    assert_eq!(vault.oid("HEAD^{tree}"), vault.oid("@{-1}^{tree}"));
    // Both go on from their own merge, and meet with two bases.
    vault.write(
        NOTE,
        text("mood: good\ntags: [sea, fog, rain, one]\n", "Body.\n"),
    );
    vault.commit("One");
    let one = vault.oid("HEAD");
    vault.git(["checkout", "-q", "-"]).ok();
    vault.write(
        NOTE,
        text("mood: good\ntags: [sea, fog, rain, two]\n", "Body.\n"),
    );
    vault.commit("Two");
    assert_ne!(main, other);
    vault.git(["merge", "-q", &one]).ok();
    assert_eq!(
        vault.read(NOTE),
        text("mood: good\ntags: [sea, fog, rain, one, two]\n", "Body.\n")
    );
    vault.assert_clean();
}

/// Both settled the conflict in the same way, each in a merge of its own.
#[test]
fn a_conflict_of_the_merge_bases_is_nobodys_to_choose() {
    let sandbox = Sandbox::new();
    let [one, two, both] =
        ["One.\n", "Two.\n", "One and two.\n"].map(|body| text("mood: calm\n", body));
    let vault = diverged(&sandbox, &text("mood: calm\n", "Body.\n"), &one, &two);
    let main = vault.oid("HEAD");
    for (from, to) in [("main", "other"), ("other", &*main)] {
        vault.git(["checkout", "-q", from]).ok();
        vault.git(["merge", "-q", to]).exits(1);
        vault.write(NOTE, &both);
        vault.commit("Both");
    }
    vault.write(NOTE, text("mood: good\n", "One and two.\n"));
    vault.commit("Good");
    vault.git(["checkout", "-q", "main"]).ok();
    vault.write(NOTE, text("mood: calm\ncity: Ferry\n", "One and two.\n"));
    vault.commit("Ferry");
    vault
        .git(["merge", "other"])
        .ok()
        .never_mentions("palimpsest resolve")
        .never_mentions("palimpsest:");
    assert_eq!(
        vault.read(NOTE),
        text("mood: good\ncity: Ferry\n", "One and two.\n")
    );
    vault.palimpsest(["merges"]).ok().lacks("conflict");
}

#[test]
fn yaml_files_merge_by_field_where_the_attribute_says_so() {
    let sandbox = Sandbox::new();
    let vault = sandbox.repository("vault");
    let file = "_data/crew.yaml";
    vault.palimpsest(["init"]).ok();
    vault.write(".gitattributes", "*.yaml merge=palimpsest\n");
    vault.write(file, "people: [Orla]\nboat: Moth\n");
    vault.commit("Base");
    vault.git(["checkout", "-q", "-b", "other"]).ok();
    vault.write(file, "people: [Orla, Bram]\nboat: Moth\n");
    vault.commit("Theirs");
    vault.git(["checkout", "-q", "-"]).ok();
    vault.write(file, "people: [Orla, Pip]\nboat: Moth\n");
    vault.commit("Ours");
    vault.git(["merge", "other"]).ok();
    assert_eq!(vault.read(file), "people: [Orla, Bram, Pip]\nboat: Moth\n");
}

#[test]
fn drivers_put_their_result_in_place_whole() {
    let sandbox = Sandbox::new();
    let folder = sandbox.folder("anywhere");
    for (driver, base, ours, theirs) in [
        (
            "merge-driver",
            "---\na: 1\n---\n",
            "---\na: 2\n---\n",
            "---\na: 1\nb: 1\n---\n",
        ),
        ("ledger-driver", "", "{\"v\":9}\n", "{\"v\":8}\n"),
    ] {
        for (name, text) in [("base", base), ("ours", ours), ("theirs", theirs)] {
            folder.write(name, text);
        }
        // Whoever has the old file open, or linked, keeps it whole.
        let link = folder.path(&format!("old-{driver}"));
        std::fs::hard_link(folder.path("ours"), &link).unwrap();
        folder.palimpsest([driver, "base", "ours", "theirs"]).ok();
        assert_eq!(std::fs::read_to_string(&link).unwrap(), ours, "{driver}");
        assert_ne!(folder.read("ours"), ours, "{driver}");
    }
}

/// As a branch or a file of an older system has it, or a commit's subject where git is
/// told to write another encoding.
#[test]
fn names_that_are_no_utf_8_are_merged_like_others() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;

    let sandbox = Sandbox::new();
    let vault = diverged(
        &sandbox,
        &text(BASE, "Body.\n"),
        &text("mood: calm\ntags: [sea, fog]\n", "Body.\n"),
        &text("mood: calm\ntags: [sea, rain]\n", "Body.\n"),
    );
    let named = OsStr::from_bytes(b"caf\xe9");
    for branch in ["other", "main"] {
        vault.git(["checkout", "-q", branch]).ok();
        let file = OsStr::from_bytes(b"caf\xe9.md");
        vault.git([OsStr::new("mv"), OsStr::new(NOTE), file]).ok();
        vault.commit("Moved");
    }
    vault
        .git([OsStr::new("branch"), named, OsStr::new("other")])
        .ok();
    vault
        .git([OsStr::new("merge"), OsStr::new("-q"), named])
        .ok();
    let merged = vault.git(["grep", "-h", "tags", "HEAD"]).ok();
    assert_eq!(merged.stdout, "tags: [sea, fog, rain]\n");
}
