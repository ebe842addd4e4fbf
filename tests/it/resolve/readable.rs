//! Whether what a choice makes can be read.

use crate::sandbox::Sandbox;

/// A field with an anchor is merged by line, and one side's formatter indents otherwise.
#[test]
fn no_choice_makes_a_page_unreadable() {
    let page = |indent: &str, name: &str, nav: &str| {
        format!(
            "---\nauthor: &a\n{indent}name: {name}\nsidebar:\n{indent}nav: {nav}\n  # in order\n\
             {indent}items: [x, y]\neditor: *a\n---\nBody.\n"
        )
    };
    let sandbox = Sandbox::new();
    let site = sandbox.repository("site");
    site.write("docs/a.md", page("  ", "Ann", "docs"));
    site.palimpsest(["init"]).ok();
    site.commit("Begin");
    site.git(["branch", "-q", "-M", "main"]).ok();
    site.git(["switch", "-q", "-c", "side"]).ok();
    site.write("docs/a.md", page("  ", "Anne", "guide"));
    site.commit("Two values");
    site.git(["switch", "-q", "main"]).ok();
    site.write("docs/a.md", page("    ", "Ann Lee", "docs"));
    site.commit("A formatter, and a name");
    site.git(["merge", "-q", "side"]).fails();
    let merged = site.read("docs/a.md");
    site.palimpsest(["resolve", "--theirs"])
        .exits(1)
        .warns("docs/a.md: nobody could read it with this choice");
    assert_eq!(site.read("docs/a.md"), merged);
    site.git(["diff", "--name-only", "--diff-filter=U"])
        .ok()
        .is("docs/a.md");
    site.palimpsest(["resolve", "--ours"]).ok();
    site.git(["commit", "-q", "--no-edit"]).ok();
}
