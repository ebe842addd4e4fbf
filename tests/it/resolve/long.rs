//! Examples of markers with long markers, or of lines of the page itself.

use super::examples::{EXAMPLE, PAGE, page, site};
use crate::sandbox::Sandbox;

/// Longer markers than git's, as one writes them to keep git from taking them for a conflict.
#[test]
fn an_example_with_long_markers_stays_in_a_pick_and_where_git_alone_merges() {
    let long = EXAMPLE.replace("<<", "<<<").replace("==", "===");
    let long = long.replace(">>", ">>>");
    for is_by_git in [false, true] {
        for command in [&["cherry-pick"][..], &["merge", "--squash"], &["merge"]] {
            for (how, title) in [("--ours", "M"), ("--theirs", "F")] {
                let sandbox = Sandbox::new();
                let [base, ours, theirs] = ["A", "M", "F"].map(|t| page(t, "a", &long));
                let site = site(&sandbox, &base, &ours, &theirs);
                if is_by_git {
                    site.write(".gitattributes", "");
                    site.git(["commit", "-q", "-n", "-a", "-m", "By line"]).ok();
                }
                site.git(command.iter().chain(&["side"])).fails();
                site.palimpsest(["resolve", how, PAGE])
                    .ok()
                    .says("docs/git.md: merged, 1 chosen, staged");
                assert_eq!(site.read(PAGE), page(title, "a", &long));
            }
        }
    }
}
