//! What git does not show: pages that it ignores, and those of another repository.

use std::fs;

use super::{backup, of_the_original};
use crate::sandbox::Sandbox;

#[test]
fn a_page_that_git_does_not_show_stays_and_the_text_is_in_the_report() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.run("UPDATE entries SET notes = 'Only the database has it.'");
    drop(old);
    laptop.git(["rm", "-rq", "--cached", "wiki"]).ok();
    laptop.write(".gitignore", "/wiki/\n");
    let page = "wiki/entries/2024/2024-11-01.md";
    laptop.write(page, "### Notes\n\nMine, and nowhere else.\n");
    laptop.commit("Keep the wiki out");
    for args in [vec!["init", "--dry-run"], vec!["init"]] {
        laptop
            .palimpsest(args)
            .ok()
            .says("2024-11-01")
            .lacks(&format!("written: {page}"));
    }
    assert_eq!(laptop.read(page), "### Notes\n\nMine, and nowhere else.\n");
    let report = laptop.read(&backup(&laptop).replace(".db", ".md"));
    assert!(report.contains("Only the database has it."), "{report}");
}

#[test]
fn pages_of_another_repository_stay_as_they_are() {
    let sandbox = Sandbox::new();
    let (laptop, old) = of_the_original(&sandbox);
    old.run("UPDATE entries SET notes = 'Only the database has it.' WHERE id = 1");
    drop(old);
    laptop.git(["rm", "-rq", "--cached", "wiki"]).ok();
    fs::remove_dir_all(laptop.path("wiki")).unwrap();
    let page = "entries/2024/2024-11-01.md";
    let wiki = sandbox.repository("laptop/wiki");
    wiki.write(page, "### Notes\n\nThe wiki's own.\n");
    wiki.commit("Begin");
    laptop.palimpsest(["init"]).ok().lacks("note written");
    wiki.assert_clean();
    // Nor does one go where a link stands.
    fs::remove_dir_all(laptop.path("wiki")).unwrap();
    std::os::unix::fs::symlink("../home", laptop.path("wiki")).unwrap();
    let copy = backup(&laptop);
    laptop
        .palimpsest(["init", "--original", &copy])
        .ok()
        .lacks("note written");
    assert!(!sandbox.home().join("entries").exists());
}
