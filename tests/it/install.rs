//! `install.sh`, with a stand-in for cargo that builds a program at once.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::sandbox::{Machine, Sandbox};

const PROGRAM: &str = "#!/bin/sh
[ \"$1\" != --version ] || exec echo 'palimpsest 0.1.0'
printf 'ran:%s\\n' \"$*\"
";

/// A checkout in a folder with spaces, whose cargo "builds" `PROGRAM`.
fn checkout(sandbox: &Sandbox) -> Machine<'_> {
    let checkout = sandbox.folder("my checkout");
    let script = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("install.sh")).unwrap();
    checkout.write("install.sh", script);
    checkout.write("program", PROGRAM);
    checkout.write("Cargo.toml", "[package]\nrust-version = \"1.95\"\n");
    executable(&checkout.path("install.sh"));
    executable(&checkout.path("program"));
    cargo_is(sandbox, "1.95.0");
    checkout
}

/// Puts the stand-in there, as one of this version.
fn cargo_is(sandbox: &Sandbox, version: &str) {
    let cargo = sandbox.bin().join("cargo");
    let build = "mkdir -p target/release && cp program target/release/palimpsest";
    let said = r#"printf '{"reason":"compiler-artifact","executable":"%s/target/release/palimpsest","fresh":false}\n' "$PWD""#;
    let script = format!(
        "#!/bin/sh\n[ \"$1\" != --version ] || exec echo 'cargo {version} (0a1b2c3d4 2026-01-01)'\n\
         printf '{{\"reason\":\"compiler-artifact\",\"executable\":null}}\\n'\n{build}\n{said}\n"
    );
    fs::write(&cargo, script).unwrap();
    executable(&cargo);
}

fn executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn installs_all_names_and_plays_the_demo() {
    let sandbox = Sandbox::new();
    let checkout = checkout(&sandbox);
    let elsewhere = sandbox.folder("else where");
    let script = checkout.path("install.sh").display().to_string();
    // Twice: the second run replaces what the first installed.
    for _ in 0..2 {
        let run = elsewhere.run_with(&[("PREFIX", "my tools")], "sh", [&script]);
        let bin = elsewhere.path("my tools/bin");
        run.ok()
            .says(&format!("{} is not on your PATH", bin.display()))
            .says("ran:demo");
        for name in ["palimpsest", "yaml2sql", "wiki2sql", "metadb"] {
            assert_eq!(fs::read_to_string(bin.join(name)).unwrap(), PROGRAM);
        }
        assert_eq!(fs::read_dir(&bin).unwrap().count(), 4, "leftovers in bin");
    }
}

#[test]
fn installs_into_the_home_folder_and_sets_a_journal_up() {
    let sandbox = Sandbox::new();
    let checkout = checkout(&sandbox);
    sandbox.folder("my journal");
    let run = checkout.run_with(&[], "./install.sh", ["../my journal"]);
    let journal = checkout.path("../my journal").display().to_string();
    run.ok().says(&format!("ran:init {journal}"));
    assert!(sandbox.home().join(".local/bin/metadb").exists());
}

#[test]
fn leaves_another_program_alone() {
    let sandbox = Sandbox::new();
    let checkout = checkout(&sandbox);
    let foreign = sandbox.home().join(".local/bin/metadb");
    fs::create_dir_all(foreign.parent().unwrap()).unwrap();
    fs::write(&foreign, "mine").unwrap();
    checkout
        .run_with(&[], "./install.sh", [] as [&str; 0])
        .exits(1)
        .warns("metadb is another program");
    assert_eq!(fs::read_to_string(&foreign).unwrap(), "mine");
    assert!(!sandbox.home().join(".local/bin/palimpsest").exists());
}

/// `mv` would put the program into it.
#[test]
fn a_folder_in_the_place_of_the_program_is_said() {
    let sandbox = Sandbox::new();
    let checkout = checkout(&sandbox);
    let bin = sandbox.home().join(".local/bin");
    fs::create_dir_all(bin.join("palimpsest")).unwrap();
    checkout
        .run_with(&[], "./install.sh", [] as [&str; 0])
        .exits(1)
        .warns("palimpsest is a folder: move it away");
    assert_eq!(fs::read_dir(bin.join("palimpsest")).unwrap().count(), 0);
}

/// A library of another system, another processor, or a file that is empty.
#[test]
fn a_program_that_does_not_run_is_not_installed() {
    let sandbox = Sandbox::new();
    let checkout = checkout(&sandbox);
    let bin = sandbox.home().join(".local/bin");
    let install = || checkout.run_with(&[], "./install.sh", [] as [&str; 0]);
    install().ok();
    for text in ["", "#!/bin/sh\nexit 1\n", "#!/nowhere/ld.so\n"] {
        checkout.write("program", text);
        executable(&checkout.path("program"));
        install().exits(1).warns("does not run here");
        let there = fs::read_to_string(bin.join("palimpsest")).unwrap();
        assert_eq!(there, PROGRAM, "{text:?}");
        assert_eq!(fs::read_dir(&bin).unwrap().count(), 4, "leftovers in bin");
    }
}

/// As `[build] target` in `~/.cargo/config.toml` has it.
#[test]
fn what_cargo_built_elsewhere_is_installed_and_not_an_earlier_one() {
    let sandbox = Sandbox::new();
    let checkout = checkout(&sandbox);
    let earlier = checkout.path("target/release/palimpsest");
    checkout.write("target/release/palimpsest", "#!/bin/sh\necho palimpsest\n");
    executable(&earlier);
    let cargo = sandbox.bin().join("cargo");
    let script = fs::read_to_string(&cargo).unwrap();
    fs::write(
        &cargo,
        script.replace("target/release", "target/some-triple/release"),
    )
    .unwrap();
    checkout
        .run_with(&[], "./install.sh", [] as [&str; 0])
        .ok()
        .says("ran:demo");
    fs::write(&cargo, script.replace("mkdir", "exit; mkdir")).unwrap();
    checkout
        .run_with(&[], "./install.sh", [] as [&str; 0])
        .exits(1)
        .warns("cargo built no program below");
}

/// Hooks may call it.
#[test]
fn an_earlier_program_stays_where_it_is_until_cargo_has_another() {
    let sandbox = Sandbox::new();
    let checkout = checkout(&sandbox);
    checkout.write("target/release/palimpsest", PROGRAM);
    let cargo = sandbox.bin().join("cargo");
    let script = fs::read_to_string(&cargo).unwrap();
    let there = "cp target/release/palimpsest during\nmkdir -p target/release";
    fs::write(&cargo, script.replace("mkdir -p target/release", there)).unwrap();
    checkout.run_with(&[], "./install.sh", [] as [&str; 0]).ok();
    assert_eq!(checkout.read("during"), PROGRAM);
    // Nor is it taken away by a build that fails.
    fs::write(&cargo, script.replace("mkdir", "exit 101; mkdir")).unwrap();
    checkout
        .run_with(&[], "./install.sh", [] as [&str; 0])
        .fails();
    assert_eq!(checkout.read("target/release/palimpsest"), PROGRAM);
}

#[test]
fn the_file_that_the_login_shell_reads_is_named() {
    let sandbox = Sandbox::new();
    let checkout = checkout(&sandbox);
    for (shell, file) in [("/bin/zsh", "~/.zprofile"), ("/bin/bash", "~/.profile")] {
        checkout
            .run_with(&[("SHELL", shell)], "./install.sh", [] as [&str; 0])
            .ok()
            .says(&format!("Add this line to {file}:"));
    }
}

#[test]
fn says_what_is_wrong_before_it_builds() {
    let sandbox = Sandbox::new();
    let checkout = checkout(&sandbox);
    checkout
        .run_with(&[], "./install.sh", ["no such journal"])
        .exits(1)
        .warns("no such journal: no such folder");
    checkout
        .run_with(&[], "./install.sh", ["--bogus"])
        .exits(2)
        .warns("usage: ./install.sh");
    checkout
        .run_with(&[], "./install.sh", ["--help"])
        .ok()
        .says("usage: ./install.sh");
    assert!(!checkout.exists("target"));
}

#[test]
fn a_rust_that_is_too_old_is_said_before_it_builds() {
    let sandbox = Sandbox::new();
    let checkout = checkout(&sandbox);
    let install = || checkout.run_with(&[], "./install.sh", [] as [&str; 0]);
    cargo_is(&sandbox, "1.94.1");
    install()
        .exits(1)
        .warns("Rust 1.95 or later is needed, and this is 1.94: run `rustup update`");
    assert!(!checkout.exists("target"));
    for version in ["1.95.0", "1.100.0-nightly", "2.0.0"] {
        cargo_is(&sandbox, version);
        install().ok().says("ran:demo");
    }
}
