//! Settings that are tracked, and gone from the work tree.

use super::DAY;
use crate::sandbox::{Machine, Sandbox};

fn diary<'a>(sandbox: &'a Sandbox) -> Machine<'a> {
    let laptop = sandbox.machine("laptop");
    laptop.write("palimpsest.toml", "[paths]\njournal = \"diary\"\n");
    laptop.write(
        "diary/2024/2024-11-01.md",
        "---\ndate: 2024-11-01\npeople: [Al, Bob]\n---\nx\n",
    );
    laptop.palimpsest(["init"]).ok();
    laptop.commit("Begin");
    laptop
}

#[test]
fn those_of_the_index_hold_and_the_file_is_missed() {
    let sandbox = Sandbox::new();
    let laptop = diary(&sandbox);
    laptop.remove("palimpsest.toml");
    laptop
        .palimpsest(["doctor", "--fix"])
        .exits(1)
        .says("palimpsest.toml: gone from the work tree")
        .says("    mend: git restore palimpsest.toml");
    assert!(!laptop.exists("palimpsest.toml"));
    laptop
        .inside("diary")
        .palimpsest(["doctor"])
        .exits(1)
        .says("mend: git restore :/palimpsest.toml");
    laptop
        .palimpsest(["init"])
        .ok()
        .says("palimpsest.toml: gone from the work tree")
        .lacks("set palimpsest.toml")
        .lacks("git add palimpsest.toml");
    laptop.palimpsest(["backup-full"]).ok();
    let archives = std::fs::read_dir(laptop.path("backups/full_data")).unwrap();
    let archive = archives.map(|a| a.unwrap().path()).next().unwrap();
    laptop
        .palimpsest([
            "restore-full",
            archive.to_str().unwrap(),
            "--into",
            "../back",
        ])
        .ok();
    assert!(sandbox.root().join("back/palimpsest.toml").exists());
    laptop.metadb(["show", DAY]).ok().says("Bob");
    laptop.edit("diary/2024/2024-11-01.md", ", Bob", "");
    laptop
        .git(["commit", "-qm", "Not Bob", "diary"])
        .ok()
        .warns("recorded: person Bob removed");
    laptop.git(["restore", "palimpsest.toml"]).ok();
    laptop.palimpsest(["doctor"]).ok();
    laptop.assert_clean();
}

#[test]
fn a_file_that_is_deleted_on_purpose_is_not_missed() {
    let sandbox = Sandbox::new();
    let laptop = diary(&sandbox);
    laptop.git(["rm", "-q", "palimpsest.toml"]).ok();
    laptop.palimpsest(["doctor"]).lacks("gone from");
}
