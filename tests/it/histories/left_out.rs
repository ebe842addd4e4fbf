//! Entries that a sparse checkout leaves out of the work tree.

use super::*;

const LAST_YEAR: &str = "2023-05-01";

/// What is left out is not deleted, in an index made anew as well; what a person
/// removes is, beside it.
#[test]
fn an_entry_that_is_left_out_is_not_deleted() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, FIELDS, BODY), (LAST_YEAR, FIELDS, BODY)]);
    let year = "!/journal/md/2023/";
    laptop
        .git(["sparse-checkout", "set", "--no-cone", "/*", year])
        .ok();
    assert!(!laptop.exists(&crate::sandbox::entry(LAST_YEAR)));
    laptop.remove(&crate::sandbox::entry(DAY));
    for anew in [false, true] {
        if anew {
            laptop.palimpsest(["reindex"]).ok();
        }
        laptop.metadb(["show", DAY]).ok().says("deleted");
        laptop
            .metadb(["show", LAST_YEAR])
            .ok()
            .says("Bob")
            .lacks("deleted");
        let status = laptop.git(["status", "--porcelain"]).ok();
        status.is(&format!("D {}", crate::sandbox::entry(DAY)));
    }
}

/// Nor is one whose file is a link now; the entries beside it are told as ever.
#[cfg(unix)]
#[test]
fn an_entry_behind_a_link_is_not_deleted() {
    let sandbox = Sandbox::new();
    let (laptop, _) = journal(&sandbox, &[(DAY, FIELDS, BODY), (LAST_YEAR, FIELDS, BODY)]);
    let linked = laptop.path(&crate::sandbox::entry(LAST_YEAR));
    std::fs::rename(&linked, laptop.path("elsewhere.md")).unwrap();
    std::os::unix::fs::symlink("../../../elsewhere.md", &linked).unwrap();
    laptop.remove(&crate::sandbox::entry(DAY));
    for anew in [false, true] {
        if anew {
            laptop.palimpsest(["reindex"]).output();
        }
        laptop.metadb(["show", DAY]).says("deleted");
        laptop
            .metadb(["show", LAST_YEAR])
            .says("Bob")
            .lacks("deleted");
    }
}
