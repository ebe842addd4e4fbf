//! The layer table of `src/lib.rs`, held against what the modules really use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::rust_files;

/// Modules in the order of the table, with their layer.
fn table() -> Vec<(u32, String)> {
    let lib = fs::read_to_string(source().join("lib.rs")).unwrap();
    lib.lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("//! | L")?.split('|').map(str::trim);
            let layer = cells.next()?.parse().ok()?;
            let module = cells.next()?.strip_prefix("[`")?.strip_suffix("`]")?;
            Some((layer, module.to_owned()))
        })
        .collect()
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// The source files below a folder, but those of unit tests.
fn sources(dir: &Path) -> Vec<PathBuf> {
    let mut files = rust_files(dir);
    files.retain(|path| !path.ends_with("tests.rs"));
    files
}

/// A file's code without comments and unit tests.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let mut parts = text.split("#[cfg(test)]\n");
    let mut code = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        code += after_item(part);
    }
    code.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// What stands below the item that a text begins with: one of a line, or one that a brace
/// alone ends, as rustfmt writes it.
fn after_item(text: &str) -> &str {
    let line = text.lines().next().unwrap_or_default();
    if line.ends_with('{') {
        text.split_once("\n}\n").map_or("", |(_, below)| below)
    } else {
        &text[line.len()..]
    }
}

#[test]
fn what_stands_below_an_item_for_tests_is_read() {
    for (file, last) in [
        ("journal/entry/mod.rs", "pub dates: Vec<"),
        ("store/mod.rs", "pub use"),
    ] {
        let code = code(&source().join(file));
        let of_tests = code.find("mod tests").unwrap_or(0);
        assert_eq!(of_tests, 0, "{file} has its tests' item left");
        assert!(code.contains(last), "{file}: {last}");
    }
    let below = after_item("mod tests {\n    fn a() {\n    }\n}\nuse std::fs;\n");
    assert_eq!(below, "use std::fs;\n");
}

/// What directly follows `root::` in the code: `b` for `a::b::c`, `b` and `d` for `a::{b::c, d}`.
fn used(code: &str, root: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices(&format!("{root}::")) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + root.len() + 2..];
        match rest.strip_prefix('{') {
            None => found.extend(word(rest)),
            Some(group) => {
                let mut depth = 0;
                let mut start = true;
                for (i, c) in group.char_indices() {
                    if depth == 0 && start && !c.is_whitespace() {
                        found.extend(word(&group[i..]));
                        start = false;
                    }
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => start = true,
                        _ => {}
                    }
                }
            }
        }
    }
    found
}

fn word(text: &str) -> Option<String> {
    let word: String = text
        .chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect();
    (!word.is_empty()).then_some(word)
}

/// Calls `check` with each source file's module, its layer, place in the table, path and code.
fn each_file(mut check: impl FnMut(&str, u32, usize, &Path, &str)) {
    let table = table();
    assert!(table.len() >= 7, "the table of src/lib.rs: {table:?}");
    for (place, (layer, module)) in table.iter().enumerate() {
        let dir = source().join(module);
        assert!(dir.is_dir(), "no module {module}");
        for file in sources(&dir) {
            check(module, *layer, place, &file, &code(&file));
        }
    }
}

#[test]
fn a_module_uses_only_those_above_it() {
    let table = table();
    each_file(|module, _, place, path, code| {
        for name in used(code, "crate") {
            let Some(other) = table.iter().position(|(_, m)| *m == name) else {
                panic!("{}: crate::{name} is not in the table", path.display());
            };
            let apart = module == "repo" && name == "store";
            assert!(
                other <= place && !apart,
                "{}: {module} must not use crate::{name}",
                path.display()
            );
        }
    });
}

#[test]
fn git_and_sqlite_have_one_home_each() {
    each_file(|module, _, _, path, code| {
        for (library, home) in [("git2", "repo"), ("rusqlite", "store")] {
            assert!(
                module == home || used(code, library).is_empty(),
                "{}: {library} belongs in {home}",
                path.display()
            );
        }
    });
}

/// The libraries that the lower layers may use: they touch neither disk nor clock there.
const PURE: [&str; 10] = [
    "chrono",
    "granit_parser",
    "serde",
    "serde_json",
    "serde_saphyr",
    "sha2",
    "similar",
    "thiserror",
    "toml",
    "unicode_normalization",
];

/// The names of all libraries of the program, as code has them.
fn libraries() -> Vec<String> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest: toml::Table = fs::read_to_string(manifest).unwrap().parse().unwrap();
    let libraries = manifest["dependencies"].as_table().unwrap().keys();
    libraries.map(|name| name.replace('-', "_")).collect()
}

#[test]
fn the_lower_layers_are_pure() {
    assert!(
        PURE.iter()
            .all(|pure| libraries().contains(&(*pure).to_owned()))
    );
    each_file(|_, layer, _, path, code| {
        if layer > 1 {
            return;
        }
        let effects = ["fs", "env", "process", "net", "os", "thread", "time"];
        let std = used(code, "std");
        for effect in effects {
            assert!(
                !std.contains(effect),
                "{}: std::{effect} in a pure layer",
                path.display()
            );
        }
        // `Utc` is also the type of a time that was passed in.
        for clock in ["Utc::now", "Local::now"] {
            assert!(
                !code.contains(clock),
                "{}: {clock} in a pure layer",
                path.display()
            );
        }
        for library in libraries().iter().filter(|l| !PURE.contains(&l.as_str())) {
            assert!(
                used(code, library).is_empty(),
                "{}: {library} in a pure layer",
                path.display()
            );
        }
    });
}

#[test]
fn the_time_is_asked_for_in_one_place() {
    each_file(|_, _, _, path, code| {
        if path.ends_with("sync/clock.rs") {
            return;
        }
        for clock in ["SystemTime::now", "Utc::now", "Local::now"] {
            assert!(
                !code.contains(clock),
                "{}: {clock} belongs in sync/clock.rs",
                path.display()
            );
        }
    });
}

/// Where the current folder says which repository is meant: a command, or what git calls at
/// the top of the work tree. Whatever else needs one is given it.
#[test]
fn the_repository_is_looked_for_only_where_a_person_or_git_names_it() {
    let by_git = [
        "sync/kept_out.rs",
        "sync/ledger_driver.rs",
        "sync/merge_log.rs",
        "sync/settings.rs",
        "repo/merging.rs",
        "repo/open.rs",
    ];
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    each_file(|module, _, _, path, code| {
        if module == "cli" || !code.contains("from_env()") {
            return;
        }
        let known = by_git.iter().find(|known| path.ends_with(known));
        assert!(
            known.is_some(),
            "{}: give it the repository",
            path.display()
        );
        seen.extend(known.copied());
    });
    assert_eq!(seen.len(), by_git.len(), "{seen:?}");
}

/// The parts of `sync` that each of its parts uses.
fn parts_of_sync() -> BTreeMap<String, BTreeSet<String>> {
    let top = source().join("sync");
    let names = modules(&fs::read_to_string(top.join("mod.rs")).unwrap());
    let mut parts: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in sources(&top) {
        let inner: Vec<&str> = path
            .strip_prefix(&top)
            .unwrap()
            .iter()
            .map(|p| p.to_str().unwrap())
            .collect();
        let part = inner[0].trim_end_matches(".rs");
        if part == "mod" {
            continue;
        }
        // Where `super` is `sync` itself.
        let above = match inner[..] {
            [_] | [_, "mod.rs"] => "super",
            _ => "super::super",
        };
        let code = code(&path);
        let all = &used(&code, "crate::sync") | &used(&code, above);
        let others = all
            .into_iter()
            .filter(|other| other != part && names.contains(other));
        parts.entry(part.to_owned()).or_default().extend(others);
    }
    parts
}

#[test]
fn the_parts_of_sync_use_each_other_in_one_direction() {
    let mut left = parts_of_sync();
    assert!(left["commit"].contains("history"), "{left:?}");
    loop {
        let uses_none_left = |uses: &BTreeSet<String>| uses.iter().all(|u| !left.contains_key(u));
        let free = left.iter().find(|(_, uses)| uses_none_left(uses));
        let Some(free) = free.map(|(part, _)| part.clone()) else {
            break;
        };
        left.remove(&free);
    }
    assert!(left.is_empty(), "in a circle: {left:#?}");
}

/// The modules of a file, without those of its tests.
fn modules(text: &str) -> BTreeSet<String> {
    let lines: Vec<&str> = text.lines().collect();
    let of_tests = |at: usize| at > 0 && lines[at - 1] == "#[cfg(test)]";
    let names = lines.iter().enumerate().filter_map(|(at, line)| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        let name = line.strip_prefix("mod ")?.strip_suffix(';')?;
        (!of_tests(at)).then(|| name.to_owned())
    });
    names.collect()
}

/// The modules that a map of files names, in the first column of its tables.
fn mapped(text: &str) -> BTreeSet<String> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | `"));
    let cells = rows.filter_map(|row| row.split('|').next());
    let names = cells.flat_map(|cell| cell.split(',').map(str::trim).map(str::to_owned));
    names.map(|name| name.replace('`', "")).collect()
}

#[test]
fn a_map_of_files_names_each_of_them_and_no_other() {
    let mut files = sources(&source());
    files.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/main.rs"));
    let mut maps = 0;
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        if text.contains("//! | file | question |") {
            assert_eq!(mapped(&text), modules(&text), "{}", path.display());
            maps += 1;
        }
    }
    assert!(maps > 5, "{maps} maps");
}

#[test]
fn uses_are_found() {
    let code = "use crate::merge::{a, b};\nuse crate::{journal::{x, y}, ledger};\nfn f() { crate::repo::g() }\nuse other_crate::store;";
    let expected: BTreeSet<String> = ["merge", "journal", "ledger", "repo"]
        .map(String::from)
        .into();
    assert_eq!(used(code, "crate"), expected);
}
