//! The sandbox itself, with git alone, and what is said of a test that cannot be run.

use std::fs;
use std::path::{Path, PathBuf};

use crate::sandbox::{Machine, Sandbox};

/// Says that a test cannot be run here, and why; the test then passes.
///
/// # Panics
/// Where `PALIMPSEST_REQUIRE=1` wants it run.
#[track_caller]
pub fn not_run(why: &str) {
    println!("NOT RUN: {why}");
    let required = std::env::var("PALIMPSEST_REQUIRE").is_ok_and(|value| value == "1");
    assert!(!required, "PALIMPSEST_REQUIRE is set, and {why}");
}

/// Every file of Rust below a folder.
pub fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files
}

/// Fills the first page of a table or an index of a machine's database with zeros.
#[track_caller]
pub fn damage(machine: &Machine<'_>, name: &str) {
    let path = machine.path("data/palimpsest.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    let number = |sql: &str| {
        let found = database.query_row(sql, [], |row| row.get::<_, u32>(0));
        found.unwrap() as usize
    };
    let page = format!("SELECT rootpage FROM sqlite_schema WHERE name = '{name}'");
    let (page, size) = (number(&page), number("PRAGMA page_size"));
    drop(database);
    let mut bytes = fs::read(&path).unwrap();
    bytes[(page - 1) * size..page * size].fill(0);
    fs::write(&path, bytes).unwrap();
}

/// Leaves all but a folder out of a work tree, these files among the rest.
#[track_caller]
pub fn leave_out_all_but(folder: &str, machine: &Machine<'_>, left_out: &[&str]) {
    machine
        .git(["sparse-checkout", "set", "--no-cone", folder])
        .ok();
    for file in left_out {
        assert!(!machine.exists(file), "{file}");
    }
}

/// YAML of a few hundred bytes whose last line stands for 9¹² values.
pub fn alias_bomb() -> String {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for i in 1..12 {
        let before = format!("*a{}", i - 1);
        text += &format!("a{i}: &a{i} [{}]\n", [before.as_str(); 9].join(", "));
    }
    text
}

#[test]
fn two_machines_meet_over_the_remote() {
    let sandbox = Sandbox::new();
    let laptop = sandbox.machine("laptop");
    laptop.write_entry("2031-05-04", "", "Went to the quay.\n");
    laptop.commit("Begin");
    laptop.push();
    laptop.assert_clean();

    let desktop = sandbox.machine("desktop");
    assert_eq!(
        desktop.read_entry("2031-05-04"),
        "---\ndate: 2031-05-04\n---\nWent to the quay.\n"
    );
    desktop
        .git(["config", "palimpsest.machine"])
        .ok()
        .is("desktop");
    assert_eq!(laptop.oid("HEAD"), desktop.oid("HEAD"));
}

#[test]
fn a_commit_is_the_same_in_every_sandbox() {
    let oid = || {
        let sandbox = Sandbox::new();
        let machine = sandbox.repository("laptop");
        machine.write("a", "a\n");
        machine.commit("One");
        machine.oid("HEAD")
    };
    assert_eq!(oid(), oid());
}

#[test]
fn each_command_is_a_minute_later() {
    let sandbox = Sandbox::new();
    let machine = sandbox.repository("laptop");
    machine
        .git(["commit", "-q", "--allow-empty", "-m", "One"])
        .ok();
    machine
        .git(["commit", "-q", "--allow-empty", "-m", "Two"])
        .ok();
    let log = machine.git(["log", "--format=%ct"]).ok();
    let times: Vec<i64> = log.text().lines().map(|t| t.parse().unwrap()).collect();
    assert_eq!(times[0] - times[1], 60);
}

#[test]
fn nothing_of_the_caller_is_seen() {
    let sandbox = Sandbox::new();
    let machine = sandbox.folder("plain");
    machine.git(["rev-parse", "--git-dir"]).exits(128);
    machine
        .git(["config", "--show-origin", "--get-all", "user.name"])
        .ok()
        .says("home/gitconfig");
    let names = machine.run_with(&[], "env", [] as [&str; 0]).ok().stdout;
    assert!(names.lines().all(|l| !l.starts_with("CARGO")), "{names}");
}
