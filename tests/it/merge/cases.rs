//! A folder is a test: `tests/cases/merge/{clean,conflict}/NAME/` holds base,
//! ours, theirs and expected. Adding a case needs no Rust.

use std::fs;
use std::path::{Path, PathBuf};

use palimpsest::journal::reconcile::FileKind;
use palimpsest::merge::{ConflictStyle, ThreeWay};

use super::{merge_as, shared};

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(of)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_dir())
        .collect();
    found.sort();
    assert!(!found.is_empty(), "no case in {}", of.display());
    found
}

struct Case {
    folder: PathBuf,
    extension: &'static str,
}

impl Case {
    fn at(folder: PathBuf) -> Self {
        let extension = if folder.join("base.yaml").exists() {
            "yaml"
        } else {
            "md"
        };
        Self { folder, extension }
    }

    fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.folder.join(format!("{name}.{}", self.extension))).unwrap()
    }

    fn merged(&self, ours: &str, theirs: &str) -> palimpsest::journal::reconcile::Merged {
        let kind = if self.extension == "yaml" {
            FileKind::Yaml
        } else {
            FileKind::Markdown
        };
        let (base, ours, theirs) = (self.read("base"), self.read(ours), self.read(theirs));
        merge_as(
            kind,
            ConflictStyle::Merge,
            7,
            ThreeWay::new(&base[..], &ours, &theirs),
        )
    }
}

/// Compares as text, so that a failure can be read.
fn differs(case: &Case, what: &str, got: &[u8], wanted: &[u8]) -> Option<String> {
    (got != wanted).then(|| {
        format!(
            "{} ({what})\n--- expected\n{}\n--- got\n{}",
            case.folder.display(),
            String::from_utf8_lossy(wanted),
            String::from_utf8_lossy(got)
        )
    })
}

fn report(failures: &[String]) {
    assert!(
        failures.is_empty(),
        "{} failed:\n{}",
        failures.len(),
        failures.join("\n\n")
    );
}

#[test]
fn clean_cases_come_out_as_given_both_ways_round() {
    let mut failures = Vec::new();
    for folder in folders(Path::new("tests/cases/merge/clean")) {
        let case = Case::at(folder);
        for (ours, theirs) in [("ours", "theirs"), ("theirs", "ours")] {
            let merged = case.merged(ours, theirs);
            failures.extend(differs(&case, ours, &merged.bytes, &case.read("expected")));
            assert!(!merged.conflict, "{}", case.folder.display());
        }
    }
    report(&failures);
}

#[test]
fn conflicts_come_out_as_given_and_name_the_same_fields_both_ways_round() {
    let mut failures = Vec::new();
    for folder in folders(Path::new("tests/cases/merge/conflict")) {
        let case = Case::at(folder);
        let merged = case.merged("ours", "theirs");
        failures.extend(differs(
            &case,
            "ours",
            &merged.bytes,
            &case.read("expected"),
        ));
        let swapped = case.merged("theirs", "ours");
        assert!(
            merged.conflict && swapped.conflict,
            "{}",
            case.folder.display()
        );
        let fields = |m: &palimpsest::journal::reconcile::Merged| {
            let mut fields: Vec<String> = m.report.conflicts().collect();
            fields.sort();
            fields
        };
        assert_eq!(
            fields(&merged),
            fields(&swapped),
            "{}",
            case.folder.display()
        );
    }
    report(&failures);
}

/// The text inside conflict markers and the text outside.
fn blocks(text: &str) -> (String, String) {
    let (mut inside, mut outside) = (String::new(), String::new());
    let mut open = false;
    for line in text.split_inclusive('\n') {
        if line.starts_with("<<<<<<<") {
            open = true;
        } else if line.starts_with(">>>>>>>") {
            open = false;
        } else if open {
            inside.push_str(line);
        } else {
            outside.push_str(line);
        }
    }
    (inside, outside)
}

/// Whether a conflict is as the case asks. A text that is wanted inside may stand
/// outside as part of one that is wanted there: the smaller conflict is the better.
fn conflict_fits(wanted: &serde_json::Value, got: &str) -> bool {
    let (inside, outside) = blocks(got);
    let texts = |key: &str| -> Vec<String> {
        wanted[key]
            .as_array()
            .unwrap()
            .iter()
            .map(|t| t.as_str().unwrap().to_owned())
            .collect()
    };
    let out = texts("outside");
    out.iter().all(|t| outside.contains(t))
        && texts("inside")
            .iter()
            .all(|t| inside.contains(t) || out.iter().any(|o| o.contains(t)))
}

#[test]
fn shared_scenarios_come_out_as_given_both_ways_round() {
    let Some(root) = shared("scenarios") else {
        return;
    };
    let mut failures = Vec::new();
    let mut count = 0;
    for folder in folders(&root) {
        let case = Case::at(folder);
        let expected: Vec<Vec<u8>> = fs::read_dir(&case.folder)
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| {
                let name = p.file_name().unwrap().to_string_lossy();
                name.starts_with("expected") && name.ends_with(".md")
            })
            .map(|p| fs::read(p).unwrap())
            .collect();
        let conflict = fs::read_to_string(case.folder.join("expected-conflict"))
            .ok()
            .map(|t| serde_json::from_str::<serde_json::Value>(&t).unwrap());
        for (ours, theirs) in [("ours", "theirs"), ("theirs", "ours")] {
            let merged = case.merged(ours, theirs);
            let text = String::from_utf8_lossy(&merged.bytes).into_owned();
            let good = match (merged.conflict, &conflict) {
                (false, _) => expected.contains(&merged.bytes),
                (true, Some(wanted)) => conflict_fits(wanted, &text),
                (true, None) => false,
            };
            count += 1;
            if !good {
                failures.push(format!("{} ({ours})\n{text}", case.folder.display()));
            }
        }
    }
    println!("{count} scenario merges");
    report(&failures);
}
