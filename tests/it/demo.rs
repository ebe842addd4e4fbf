//! `palimpsest demo`, from outside.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::sandbox::Sandbox;

#[test]
fn every_claim_holds_and_fits_a_screen() {
    let sandbox = Sandbox::new();
    let run = sandbox.folder("plain").palimpsest(["demo"]).ok();
    let run = run.says("checks hold").lacks("✗");
    let scenes: Vec<&str> = run.stdout.split("\n\n").collect();
    assert_eq!(
        scenes.len(),
        7,
        "opening words, setting up, four scenarios, an end"
    );
    for scene in scenes {
        let title = scene.lines().next().unwrap_or_default();
        assert!(scene.lines().count() <= 42, "{title}: over a screen");
        for line in scene.lines() {
            assert!(line.chars().count() <= 100, "{title}: a wide line: {line}");
        }
    }
    assert_eq!(fs::read_dir(sandbox.root().join("tmp")).unwrap().count(), 0);
}

#[test]
fn the_callers_settings_do_not_matter() {
    let sandbox = Sandbox::new();
    let config =
        "[commit]\n\tgpgSign = true\n[core]\n\thooksPath = /nowhere\n[pull]\n\tff = only\n";
    fs::write(sandbox.git_config(), config).unwrap();
    let env = [
        ("GIT_DIR", "/nowhere"),
        ("GIT_AUTHOR_DATE", "nonsense"),
        ("PALIMPSEST", "0"),
        ("PALIMPSEST_NOW", "nonsense"),
    ];
    sandbox
        .folder("plain")
        .run_with(&env, "palimpsest", ["demo", "--scenario", "1"])
        .ok()
        .lacks("✗");
}

#[test]
fn a_claim_that_does_not_hold_is_shown_with_what_was_there() {
    let sandbox = Sandbox::new();
    let git = sandbox.bin().join("git");
    let real = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .map(|folder| folder.join("git"))
        .find(|git| git.is_file())
        .unwrap();
    let script = format!(
        "#!/bin/sh\n[ \"$1\" != pull ] || {{ echo 'no line' >&2; exit 1; }}\nexec {} \"$@\"\n",
        real.display()
    );
    fs::write(&git, script).unwrap();
    fs::set_permissions(&git, fs::Permissions::from_mode(0o755)).unwrap();
    sandbox
        .folder("plain")
        .palimpsest(["demo", "--scenario", "2"])
        .exits(1)
        .says("✗ `git pull -q` succeeds")
        .says("no line")
        .says("These do not:");
}

#[test]
fn one_scenario_can_be_kept_to_look_around() {
    let sandbox = Sandbox::new();
    let run = sandbox
        .folder("plain")
        .palimpsest(["demo", "--scenario", "2", "--keep"])
        .ok()
        .says("2  A new entry")
        .lacks("3  Both");
    let folder = run
        .stdout
        .lines()
        .find_map(|l| l.split("machines are in ").nth(1));
    let laptop = std::path::Path::new(folder.unwrap()).join("laptop");
    assert!(laptop.join("journal/md/2024/2024-11-25.md").exists());
}
