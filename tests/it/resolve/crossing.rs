//! A merge of a side that was committed with markers in its frontmatter: those of the merge
//! cross them.

use super::elsewhere;
use crate::sandbox::{Machine, Sandbox};

const NOTE: &str = "n.md";
const BEGIN: &str =
    "---\ntitle: T\naliases:\n  - one\ntags:\n  - a\nrelated:\n  - r1\nstatus: open\n---\nText\n";

/// Adds a tag and a related note of this name.
fn add(site: &Machine<'_>, name: &str) {
    site.edit(NOTE, "  - a\n", &format!("  - a\n  - {name}\n"));
    site.edit(NOTE, "  - r1\n", &format!("  - r1\n  - of-{name}\n"));
    site.git(["commit", "-q", "-a", "-m", name]).ok();
}

/// A vault whose branch `phone` has merged `main` and committed the markers, before `main`
/// went on. The phone's own status is this.
fn vault<'a>(sandbox: &'a Sandbox, status: &str) -> Machine<'a> {
    let site = sandbox.repository("vault");
    site.write(NOTE, BEGIN);
    site.palimpsest(["init"]).ok();
    site.commit("Begin");
    site.git(["switch", "-q", "-c", "phone"]).ok();
    site.edit(NOTE, "open", status);
    let has_title = status != "open";
    if has_title {
        site.edit(NOTE, "title: T", "title: P");
    }
    add(&site, "phone");
    site.git(["switch", "-q", "main"]).ok();
    site.edit(NOTE, "open", "done");
    add(&site, "desk");
    site.git(["switch", "-q", "phone"]).ok();
    elsewhere(&site, &["merge", "-q", "main"]).fails();
    let commit = ["commit", "-q", "-n", "-a", "-m", "vault backup"];
    site.git(commit).ok();
    site.git(["switch", "-q", "main"]).ok();
    site.edit(NOTE, "  - one\n", "  - one\n  - lap\n");
    if has_title {
        site.edit(NOTE, "title: T", "title: M");
    }
    add(&site, "lap");
    site
}

#[test]
fn an_earlier_merge_that_has_no_conflict_by_field_is_made_first() {
    for (here, there) in [("main", "phone"), ("phone", "main")] {
        for side in ["--ours", "--theirs", "--both"] {
            let sandbox = Sandbox::new();
            let site = vault(&sandbox, "open");
            site.git(["switch", "-q", here]).ok();
            site.git(["merge", "-q", there]).fails();
            assert!(site.read(NOTE).matches("<<<<<<< ").count() > 1);
            site.palimpsest(["resolve", side])
                .ok()
                .says("n.md: merged field by field, staged");
            let merged = site.read(NOTE);
            for name in ["one", "a", "r1", "desk", "phone", "of-desk", "of-phone"] {
                let line = format!("  - {name}\n");
                assert_eq!(merged.matches(&line).count(), 1, "{name}: {merged}");
            }
            assert_eq!(merged.matches("lap\n").count(), 3, "{merged}");
            assert!(merged.contains("status: done\n") && !merged.contains("===="));
            site.git(["commit", "-q", "--no-edit"]).ok();
            site.palimpsest(["doctor"]).ok();
            site.palimpsest(["resolve"]).ok().is("nothing to resolve");
        }
    }
}

/// Each choice would leave a part of one set, and the page could not be read any more.
#[test]
fn no_choice_leaves_a_part_of_a_set_in_frontmatter() {
    for (here, there) in [("main", "phone"), ("phone", "main")] {
        for side in ["--ours", "--theirs", "--both"] {
            let sandbox = Sandbox::new();
            let site = vault(&sandbox, "later");
            site.git(["switch", "-q", here]).ok();
            site.git(["merge", "-q", there]).fails();
            let stopped = site.read(NOTE);
            let run = site.palimpsest(["resolve", side]);
            let front = site.read(NOTE);
            if run.code == 0 {
                assert!(
                    !front.contains("====") && !front.contains("<<<<"),
                    "{front}"
                );
                continue;
            }
            // Both sides of what is left may not fit, or their markers say nothing.
            if front != stopped {
                run.mentions("1 left");
            }
            site.git(["commit", "-q", "--no-edit"]).fails();
        }
    }
}

/// The sets are text by then, and each choice of them would lose something.
#[test]
fn a_file_with_crossing_sets_that_somebody_edited_is_left() {
    let sandbox = Sandbox::new();
    let site = vault(&sandbox, "open");
    site.git(["merge", "-q", "phone"]).fails();
    site.edit(NOTE, "Text\n", "Text, and more.\n");
    let edited = site.read(NOTE);
    for side in ["--ours", "--theirs", "--both"] {
        site.palimpsest(["resolve", side])
            .exits(1)
            .warns("git checkout -m -- n.md, then palimpsest resolve n.md");
        assert_eq!(site.read(NOTE), edited);
    }
    site.git(["checkout", "-q", "-m", "--", NOTE]).ok();
    site.palimpsest(["resolve"])
        .ok()
        .says("n.md: merged field by field, staged");
}
