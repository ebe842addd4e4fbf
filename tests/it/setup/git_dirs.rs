//! Git directories and work trees that are not one in the other.

use std::fs;

use super::DAY;
use crate::sandbox::Sandbox;

#[test]
fn a_git_directory_that_stands_elsewhere() {
    let sandbox = Sandbox::new();
    let gits = sandbox.folder("gits");
    gits.write("README", "Git directories.\n");
    sandbox.folder("diary");
    let init = [
        "init",
        "-q",
        "--separate-git-dir",
        "gits/diary.git",
        "diary",
    ];
    sandbox.run_in(sandbox.root(), "git", init).ok();
    let diary = sandbox.folder("diary");
    diary.git(["config", "palimpsest.machine", "laptop"]).ok();
    diary.write_entry(DAY, "people: [Al, Bob]", "x\n");
    diary.palimpsest(["init"]).ok();
    diary.commit("Begin");
    diary.assert_clean();
    for machine in [&diary, &diary.inside("journal/md")] {
        machine.palimpsest(["doctor"]).ok();
        machine.metadb(["show", DAY]).ok().says("Bob");
    }
    diary.edit_entry(DAY, ", Bob", "");
    let run = diary.git(["commit", "-qam", "Not Bob"]).ok();
    run.warns("recorded: person Bob removed");
    diary.metadb(["tombstone", "list"]).ok().says("Bob");
    diary.assert_clean();
    assert!(diary.exists("data/palimpsest.db") && diary.exists(".gitattributes"));
    assert_eq!(fs::read_dir(gits.dir()).unwrap().count(), 2);
}
