//! docs/testing.md names tests and files that exist.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::rust_files;

/// The tests of a folder's files, as `module::test`.
fn tests(dir: &Path, module: &str, into: &mut BTreeSet<String>) {
    for file in fs::read_dir(dir).unwrap().map(|f| f.unwrap().path()) {
        let name = file.file_stem().unwrap().to_str().unwrap();
        let inner = match name {
            "mod" | "lib" | "main" => module.to_owned(),
            name => format!("{module}{name}::"),
        };
        if file.is_dir() {
            tests(&file, &inner, into);
        } else if file.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&file).unwrap();
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            for (at, line) in lines.iter().enumerate() {
                let Some(name) = line.strip_prefix("fn ") else {
                    continue;
                };
                let name = name.split('(').next().unwrap();
                let before = &lines[at.saturating_sub(3)..at];
                if before.contains(&"#[test]") {
                    into.insert(format!("{inner}{name}"));
                    into.insert(format!("{inner}tests::{name}"));
                }
            }
        }
    }
}

#[test]
fn each_promise_is_held_by_tests_that_exist() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut there = BTreeSet::new();
    tests(&top.join("tests/it"), "", &mut there);
    tests(&top.join("src"), "", &mut there);
    let page = fs::read_to_string(top.join("docs/testing.md")).unwrap();
    let rows: Vec<&str> = page
        .lines()
        .skip_while(|l| !l.starts_with("| promise"))
        .skip(2)
        .take_while(|l| l.starts_with('|'))
        .collect();
    assert!(rows.len() > 10, "{rows:?}");
    for row in rows {
        let held = row.rsplit('|').nth(1).unwrap();
        let names: Vec<&str> = held.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "nothing holds {row}");
        for name in names {
            let found = match name.strip_suffix("::") {
                Some(_) => there.iter().any(|test| test.starts_with(name)),
                None => there.contains(name),
            };
            assert!(found, "{name} in {row}");
        }
    }
}

#[test]
fn each_file_that_is_named_exists() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["src", "tests", "fuzz/laws"];
    let there: Vec<PathBuf> = folders
        .iter()
        .flat_map(|f| rust_files(&top.join(f)))
        .collect();
    let page = fs::read_to_string(top.join("docs/testing.md")).unwrap();
    let words = page.lines().flat_map(|l| l.split('`').skip(1).step_by(2));
    let is_path = |word: &&str| word.ends_with(".rs") && !word.contains(' ');
    let named: BTreeSet<&str> = words.filter(is_path).collect();
    assert!(named.len() > 20, "{named:?}");
    for name in named {
        assert!(there.iter().any(|file| file.ends_with(name)), "{name}");
    }
}
