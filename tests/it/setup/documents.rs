//! Markdown files that are no part of a journal: what a person says of their merge
//! holds, and what the driver merges is checked for markers.

use super::{DAY, journal};
use crate::sandbox::{Machine, Sandbox};

const PAGE: &str = "---\ntitle: A\ntags: [a]\n---\nText.\n";
const MARKED: &str =
    "---\n<<<<<<< ours\ntitle: A\n=======\ntitle: B\n>>>>>>> theirs\ntags: [a]\n---\nText.\n";

fn site<'a>(sandbox: &'a Sandbox, attributes: &str) -> Machine<'a> {
    let laptop = sandbox.machine("laptop");
    if !attributes.is_empty() {
        laptop.write(".gitattributes", attributes);
    }
    for page in ["CHANGELOG.md", "docs/a.md", "docs/b.mdx"] {
        laptop.write(page, PAGE);
    }
    laptop.commit("Begin");
    laptop
}

fn merge(laptop: &Machine<'_>, path: &str) -> String {
    let said = laptop.git(["check-attr", "merge", "--", path]).ok();
    said.text().rsplit(": ").next().unwrap().to_owned()
}

#[test]
fn what_a_person_says_of_the_merge_of_some_files_holds() {
    let sandbox = Sandbox::new();
    let own = "# Ours.\n* text=auto\nCHANGELOG.md merge=union\nl\\303\\251gal/*.md -merge\n";
    let laptop = site(&sandbox, own);
    laptop
        .palimpsest(["init"])
        .ok()
        .says("note: CHANGELOG.md merges with `union`, not field by field, as attributes");
    let lines = "*.md merge=palimpsest\n*.markdown merge=palimpsest\n*.mdx merge=palimpsest\n";
    let (before, after) = own.split_at(own.find("CHANGELOG").unwrap());
    assert_eq!(
        laptop.read(".gitattributes"),
        format!("{before}{lines}{after}")
    );
    assert_eq!(merge(&laptop, "CHANGELOG.md"), "union");
    assert_eq!(merge(&laptop, "docs/a.md"), "palimpsest");
    assert_eq!(merge(&laptop, "docs/b.mdx"), "palimpsest");
    laptop.commit("Use Palimpsest");
    laptop
        .palimpsest(["doctor"])
        .ok()
        .says("note: CHANGELOG.md merges with `union`")
        .says("everything is in order");
    let again = laptop.palimpsest(["init"]).ok();
    again.says("everything is set up already");
    laptop.assert_clean();
}

#[test]
fn other_bytes_of_the_attributes_stay() {
    let sandbox = Sandbox::new();
    let laptop = site(&sandbox, "");
    laptop.write(".gitattributes", b"# \xe9\r\n/l\xe9gal.md -merge\r\n");
    laptop.palimpsest(["init"]).ok();
    let bytes = std::fs::read(laptop.path(".gitattributes")).unwrap();
    assert!(bytes.starts_with(b"# \xe9\r\n*.md merge=palimpsest\r\n"));
    assert!(bytes.ends_with(b"\r\n/l\xe9gal.md -merge\r\n"));
}

#[test]
fn an_earlier_setup_stays_and_what_it_leaves_out_is_said() {
    let sandbox = Sandbox::new();
    let before = "CHANGELOG.md merge=union\n*.md merge=palimpsest\n";
    let laptop = site(&sandbox, before);
    laptop.palimpsest(["init"]).ok().says(
        "note: docs/b.mdx merges with git's default, not field by field; a line \
         `*.mdx merge=palimpsest` in .gitattributes changes that",
    );
    assert_eq!(laptop.read(".gitattributes"), before);
    laptop
        .palimpsest(["doctor"])
        .ok()
        .says("note: docs/b.mdx merges with git's default");
}

#[test]
fn doctor_says_where_the_driver_is_called_for_nothing() {
    let sandbox = Sandbox::new();
    let laptop = site(&sandbox, "");
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Use Palimpsest");
    laptop.palimpsest(["doctor"]).ok().lacks("note:");
    laptop.write("docs/.gitattributes", "*.md merge=union\n");
    laptop
        .palimpsest(["doctor"])
        .ok()
        .says("note: docs/a.md merges with `union`");
    laptop.write(".git/info/attributes", "* -merge\n");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says(
            "CHANGELOG.md and 2 more merge with `-merge`, as binary files do, not with palimpsest",
        )
        .says(".git/info/attributes");
    laptop.remove(".git/info/attributes");
    laptop.remove("docs/.gitattributes");
    laptop.write(".gitattributes", "");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says(".gitattributes: CHANGELOG.md and 2 more merge with git's default")
        .says("mend: palimpsest init");
    laptop.palimpsest(["doctor", "--fix"]).ok();
    assert_eq!(merge(&laptop, "docs/b.mdx"), "palimpsest");
}

#[test]
fn where_nothing_has_the_driver_each_reason_is_said() {
    let sandbox = Sandbox::new();
    let laptop = site(&sandbox, "docs/*.md merge=union\n");
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says("docs/a.md merges with `union`, not with palimpsest")
        .says("CHANGELOG.md and 1 more merge with git's default, not with palimpsest");
}

#[track_caller]
fn markers_are_refused(laptop: &Machine<'_>, page: &str) {
    laptop.write(page, MARKED);
    laptop.git(["add", "-A"]).ok();
    laptop
        .git(["commit", "-q", "-m", "Marked"])
        .exits(1)
        .warns(&format!("{page}:2:1: conflict markers"));
    laptop.git(["commit", "-qnm", "Marked"]).ok();
    laptop
        .palimpsest(["doctor"])
        .exits(1)
        .says(&format!("{page}:2: conflict markers"));
    laptop.palimpsest(["resolve", "--ours"]).ok();
    assert_eq!(laptop.read(page), PAGE, "{page}");
    laptop.commit("Resolved");
    laptop.palimpsest(["doctor"]).ok();
}

#[test]
fn markers_are_refused_in_whatever_the_driver_merges() {
    let sandbox = Sandbox::new();
    let laptop = site(&sandbox, "");
    laptop.palimpsest(["init"]).ok();
    laptop.write("notes.txt", MARKED);
    laptop.commit("Use Palimpsest");
    markers_are_refused(&laptop, "docs/b.mdx");
    markers_are_refused(&laptop, "docs/new.markdown");
    laptop.edit(".gitattributes", "*.mdx", "*.qmd merge=palimpsest\n*.mdx");
    markers_are_refused(&laptop, "docs/c.qmd");
}

#[test]
fn markers_are_refused_in_documents_beside_a_journal() {
    let sandbox = Sandbox::new();
    let laptop = journal(&sandbox);
    laptop.palimpsest(["init"]).ok();
    laptop.write("other/a.md", MARKED);
    laptop.commit("Use Palimpsest");
    laptop.edit(
        ".gitattributes",
        "/journal",
        "/docs/*.md merge=palimpsest\n/journal",
    );
    // A link is nobody's text.
    std::fs::create_dir(laptop.path("docs")).unwrap();
    std::os::unix::fs::symlink("../other/a.md", laptop.path("docs/link.md")).unwrap();
    markers_are_refused(&laptop, "docs/a.md");
    laptop.metadb(["show", DAY]).ok();
}

/// A team's rules alone, as the guide has them for a vault.
#[test]
fn settings_with_rules_alone_make_no_journal_of_a_vault() {
    let sandbox = Sandbox::new();
    let vault = sandbox.machine("vault");
    let note = "---\nmtime: 2026-01-01\ntags: [a]\n---\nText.\n";
    vault.write("n.md", note);
    vault.write("palimpsest.toml", "[merge]\nstamps = [\"mtime\"]\n");
    let init = vault.palimpsest(["init"]).ok();
    init.says("note: no folder journal/md");
    assert_eq!(merge(&vault, "n.md"), "palimpsest");
    vault.commit("Begin");
    vault.palimpsest(["doctor"]).ok();
    assert!(!vault.exists("data") && !vault.exists(".gitignore"));
    for (branch, day, tag) in [("side", "02", "b"), ("main", "03", "c")] {
        let new = if branch == "side" { "-c" } else { "-q" };
        vault.git(["switch", "-q", new, branch]).ok();
        vault.edit("n.md", "01-01", &format!("01-{day}"));
        vault.edit("n.md", "[a]", &format!("[a, {tag}]"));
        vault.git(["commit", "-q", "-a", "-m", branch]).ok();
    }
    vault.git(["merge", "-q", "--no-edit", "side"]).ok();
    let merged = vault.read("n.md");
    assert!(merged.contains("2026-01-03\ntags: [a, "), "{merged}");
    assert!(merged.contains("b") && merged.contains("c"), "{merged}");
}

/// The folder is not there, and the index has it.
#[test]
fn rules_alone_take_no_journal_for_a_vault() {
    let sandbox = Sandbox::new();
    let (laptop, _) = crate::sandbox::journal(&sandbox, &[(DAY, "people: [Alice]", "x\n")]);
    laptop.write("palimpsest.toml", "[merge]\nstamps = [\"mtime\"]\n");
    laptop.write("docs/a.md", PAGE);
    laptop.commit("Rules");
    laptop.git(["sparse-checkout", "set", "docs"]).ok();
    assert!(!laptop.exists("journal"));
    laptop.palimpsest(["init"]).ok().lacks("no folder");
    laptop.palimpsest(["doctor"]).ok();
    laptop.metadb(["show", DAY]).ok().says("Alice");
}

/// Before the first entry git has nothing of the journal but what `init` wrote.
#[test]
fn a_journal_without_entries_and_with_rules_is_one_on_every_machine() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write("journal/md/.keep", "");
    laptop.palimpsest(["init"]).ok();
    laptop.remove("journal/md/.keep");
    laptop.write("palimpsest.toml", "[merge]\nstamps = [\"mtime\"]\n");
    laptop.commit("Begin");
    laptop.push();
    let desktop = sandbox.machine("desktop");
    assert!(!desktop.exists("journal"));
    let init = desktop.palimpsest(["init"]).ok();
    init.says("nothing to commit here").lacks("no folder");
    desktop.assert_clean();
    desktop.palimpsest(["doctor"]).ok();
    // With other pages it is a vault, in which a journal has ended.
    desktop.write("notes/a.md", PAGE);
    desktop.git(["add", "notes"]).ok();
    desktop
        .palimpsest(["init"])
        .ok()
        .says("note: no folder journal/md");
    assert_eq!(merge(&desktop, "notes/a.md"), "palimpsest");
}
