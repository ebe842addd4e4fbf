//! What git merges the merge bases of a criss-cross with: longer markers.

use super::*;

/// A marker in a virtual base would be text of both sides in the next merge.
#[test]
fn a_conflict_in_a_virtual_base_is_the_bases_value() {
    for (size, marked) in [("7", true), ("8", false), ("9", false)] {
        let sandbox = Sandbox::new();
        let vault = sandbox.repository("vault");
        let ours = text("mood: good\ntags: [sea, fog]\n", "Body.\n");
        vault.write("base", text(BASE, "Body.\n"));
        vault.write("ours", &ours);
        vault.write("theirs", text("mood: bad\ntags: [sea, rain]\n", "Body.\n"));
        let args = [
            "merge-driver",
            "base",
            "ours",
            "theirs",
            "-p",
            NOTE,
            "-l",
            size,
        ];
        let run = vault.palimpsest(args);
        let merged = vault.read("ours");
        assert!(merged.contains("tags: [sea, fog, rain]"), "{merged}");
        if marked {
            run.exits(1);
            assert!(merged.contains("<<<<<<< ours\n"), "{merged}");
        } else {
            run.ok();
            assert!(
                merged.contains("mood: calm\n") && !merged.contains("<<<"),
                "{merged}"
            );
        }
    }
}
