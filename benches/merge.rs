//! The entry driver as a process against `git merge-file`, in pairs, in one run.
//!
//! `cargo bench --bench merge`. Each figure is a median over pairs; the ratio is
//! taken pair by pair, so that it holds when the machine's speed drifts.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const PAIRS: usize = 41;

fn document(items: usize, extra: &str, body: usize) -> String {
    let list: String = (0..items).map(|i| format!("  - Person {i:04}\n")).collect();
    let text = "Went to the quay and back before the rain came in.\n\n".repeat(body);
    format!("---\ndate: 2031-05-04\npeople:\n{list}{extra}mood: calm\n---\n{text}")
}

/// A case's name and its three versions.
fn case(name: &'static str, items: usize, body: usize) -> (&'static str, [String; 3]) {
    let [base, ours, theirs] =
        ["", "  - Orla\n", "  - Bram\n"].map(|extra| document(items, extra, body));
    (name, [base, ours.replacen("quay", "pier", 1), theirs])
}

fn timed(mut command: Command) -> Duration {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let took = start.elapsed();
    // Both end with 1 for a conflict; anything else is no merge, and fast.
    let code = status.unwrap().code();
    assert!(matches!(code, Some(0 | 1)), "{command:?}: {code:?}");
    took
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn compare(folder: &Path, name: &str, rival: &dyn Fn() -> Command, versions: &[String; 3]) {
    for (file, text) in ["base.md", "ours.md", "theirs.md"].iter().zip(versions) {
        fs::write(folder.join(file), text).unwrap();
    }
    let (mut ours, mut theirs, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..=PAIRS {
        fs::write(folder.join("a.md"), &versions[1]).unwrap();
        let mut driver = Command::new(env!("CARGO_BIN_EXE_palimpsest"));
        driver
            .args([
                "merge-driver",
                "base.md",
                "a.md",
                "theirs.md",
                "-p",
                "a.md",
                "-l",
                "7",
            ])
            .current_dir(folder);
        let a = timed(driver).as_secs_f64();
        let b = timed(rival()).as_secs_f64();
        if pair > 0 {
            // The first pair warms up.
            ours.push(a * 1e3);
            theirs.push(b * 1e3);
            ratios.push(a / b);
        }
    }
    println!(
        "{name:>18}: driver {:6.2} ms, rival {:6.2} ms, ratio {:.2}",
        median(ours),
        median(theirs),
        median(ratios)
    );
}

fn main() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    // Git calls a driver at the top of a work tree.
    let init = Command::new("git")
        .args(["init", "-q"])
        .current_dir(path)
        .status();
    assert!(init.is_ok_and(|s| s.success()), "git init");
    let git = || {
        let mut git = Command::new("git");
        git.args(["merge-file", "-p", "ours.md", "base.md", "theirs.md"])
            .current_dir(path);
        git
    };
    let mergiraf = || {
        let mut mergiraf = Command::new("mergiraf");
        mergiraf
            .args(["merge", "base.md", "ours.md", "theirs.md"])
            .current_dir(path);
        mergiraf
    };
    let cases = [
        case("100 B", 2, 1),
        case("5 KB", 40, 80),
        case("32 KB", 200, 550),
        case("2,000 items", 2_000, 1),
        case("4,000 items", 4_000, 1),
    ];
    println!("against git merge-file, {PAIRS} pairs each");
    for (name, versions) in &cases {
        compare(path, name, &git, versions);
    }
    if Command::new("mergiraf").arg("--version").output().is_ok() {
        println!("against mergiraf, {PAIRS} pairs each");
        for (name, versions) in &cases {
            compare(path, name, &mergiraf, versions);
        }
    }
}
