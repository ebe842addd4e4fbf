//! The YAML test suite as frontmatter: nothing is lost, whatever the syntax.

use std::fs;

use palimpsest::journal::Document;
use palimpsest::journal::reconcile::Outcome;
use palimpsest::journal::yaml::{Kind, Layout, Style, Tree, Value};
use palimpsest::merge::ThreeWay;

use super::{merge, shared};

struct Case {
    name: String,
    text: Vec<u8>,
    invalid: bool,
}

fn cases() -> Vec<Case> {
    let Some(root) = shared("yaml-suite") else {
        return Vec::new();
    };
    let mut found: Vec<Case> = fs::read_dir(root)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_dir())
        .map(|p| Case {
            name: p.file_name().unwrap().to_string_lossy().into_owned(),
            text: fs::read(p.join("in.yaml")).unwrap(),
            invalid: p.join("must_fail").exists(),
        })
        .collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn document(yaml: &[u8], body: &str) -> Vec<u8> {
    let mut text = b"---\n".to_vec();
    text.extend_from_slice(yaml);
    if !yaml.ends_with(b"\n") {
        text.push(b'\n');
    }
    text.extend_from_slice(b"---\n");
    text.extend_from_slice(body.as_bytes());
    text
}

#[test]
fn split_and_join_are_inverse() {
    for case in cases() {
        for text in [case.text.clone(), document(&case.text, "Body.\n")] {
            assert_eq!(Document::split(&text).join(), text, "{}", case.name);
        }
    }
}

/// Where plain and quoted scalars that are values stand in the text.
fn scalars(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let Ok(tree) = Tree::parse(text) else {
        return found;
    };
    let Some(root) = &tree.root else { return found };
    let mut keys = Vec::new();
    root.walk(&mut |n| {
        if let Some(pairs) = n.pairs() {
            keys.extend(pairs.iter().map(|p| p.key.span.clone()));
        }
    });
    root.walk(&mut |n| {
        let inline = matches!(
            &n.kind,
            Kind::Scalar {
                style: Style::Plain | Style::Double | Style::Single,
                ..
            }
        );
        if inline && n.tag.is_none() && n.anchor.is_none() && !keys.contains(&n.span) {
            found.push((n.value_start, n.span.end));
        }
    });
    found
}

/// One scalar is edited on one side; the other side adds a key and a line of body.
/// The result has exactly these changes, or is git's own.
#[test]
fn an_edit_at_one_scalar_is_that_edit_or_gits_own_result() {
    let (mut by_field, mut by_git) = (0, 0);
    for case in cases() {
        let base = document(&case.text, "Body.\n");
        let front = Document::split(&base).frontmatter;
        let Ok(text) = std::str::from_utf8(front) else {
            continue;
        };
        for (start, end) in scalars(text) {
            let edited = format!("{}edited{}", &text[..start], &text[end..]);
            let ours = document(edited.as_bytes(), "Body.\n");
            let mapping = Tree::parse(text)
                .ok()
                .and_then(|t| t.root)
                .is_some_and(|r| r.pairs().is_some() && r.layout() == Some(Layout::Block));
            let added = if mapping {
                format!("{text}zz_added: 1\n")
            } else {
                text.to_owned()
            };
            let theirs = document(added.as_bytes(), "Body.\nMore.\n");
            let merged = merge(ThreeWay::new(&base[..], &ours, &theirs));
            if merged.outcome != Outcome::ByField {
                by_git += 1;
                continue;
            }
            by_field += 1;
            assert!(!case.invalid || merged.outcome == Outcome::ByField);
            let got = Document::split(&merged.bytes);
            assert_eq!(got.body, b"Body.\nMore.\n", "{}", case.name);
            let wanted = if mapping {
                format!("{edited}zz_added: 1\n")
            } else {
                edited
            };
            assert!(
                !merged.conflict,
                "{}: {}",
                case.name,
                String::from_utf8_lossy(&merged.bytes)
            );
            assert_eq!(
                String::from_utf8_lossy(got.frontmatter),
                wanted,
                "{}",
                case.name
            );
        }
    }
    println!("{by_field} edits merged by field, {by_git} by git");
}

#[test]
fn invalid_yaml_is_gits_own_result() {
    // Three cases are invalid for their indentation inside brackets alone, which
    // people write and every other reader accepts.
    let accepted = ["9C9N", "DK95-01", "QB6E"];
    for case in cases().into_iter().filter(|c| c.invalid) {
        if accepted.contains(&case.name.as_str()) {
            continue;
        }
        let base = document(&case.text, "Body.\n");
        if Document::split(&base).body != b"Body.\n" {
            // A line `---` in the case ends the frontmatter before what is invalid.
            continue;
        }
        let ours = document(&[b"a: 1\n", &case.text[..]].concat(), "Body.\n");
        let theirs = document(&case.text, "Body.\nMore.\n");
        let merged = merge(ThreeWay::new(&base[..], &ours, &theirs));
        assert!(matches!(merged.outcome, Outcome::Git(_)), "{}", case.name);
    }
}

#[test]
fn every_accepted_case_means_the_same_twice() {
    for case in cases().into_iter().filter(|c| !c.invalid) {
        let Ok(text) = std::str::from_utf8(&case.text) else {
            continue;
        };
        if let Ok(tree) = Tree::parse(text) {
            let value = Value::of_tree(&tree, text);
            if let Some(root) = &tree.root {
                root.walk(&mut |n| assert!(text.get(n.span.clone()).is_some(), "{}", case.name));
            }
            assert_eq!(value, Value::of_tree(&Tree::parse(text).unwrap(), text));
        }
    }
}
