//! Real merges from public repositories: nothing provably wrong may come out.
//!
//! What can be proved from the three inputs: the result parses; no key or item
//! that one side added is gone; nothing that one side removed and the other left
//! alone is back; nothing stands more often than on either side; a value that one
//! side alone changed has that side's value; two different new values are never
//! picked from in silence, stamps and derived fields apart.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use palimpsest::journal::Document;
use palimpsest::journal::reconcile::{FileKind, Merged, Outcome};
use palimpsest::journal::rules::{Rule, Rules};
use palimpsest::journal::yaml::{Tree, Value};
use palimpsest::merge::{ConflictStyle, ThreeWay};

use super::{merge, merge_as, shared};
use crate::sandbox::Sandbox;

type Fields = Vec<(Value, Value)>;

fn fields(text: &[u8]) -> Option<Fields> {
    let front = std::str::from_utf8(Document::split(text).frontmatter).ok()?;
    let tree = Tree::parse(front).ok()?;
    match Value::of_tree(&tree, front) {
        Value::Map(pairs) => Some(pairs),
        _ => None,
    }
}

fn get<'a>(fields: &'a Fields, key: &Value) -> Option<&'a Value> {
    fields.iter().find(|(k, _)| k == key).map(|(_, v)| v)
}

/// The items of a list; a field without a value has none.
fn items(value: Option<&Value>) -> Option<Vec<Value>> {
    match value {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(Value::Seq(items)) => Some(items.clone()),
        Some(_) => None,
    }
}

fn count(list: &[Value], item: &Value) -> usize {
    list.iter().filter(|i| *i == item).count()
}

/// What is wrong with a field of the result, as far as the inputs prove it.
fn wrong_field(
    sides: &ThreeWay<Option<&Value>>,
    result: Option<&Value>,
    settled_by_rule: bool,
) -> Option<&'static str> {
    if let Some(decided) = sides.trivial() {
        return (result != decided).then_some("a change of one side alone is not there");
    }
    let is_list = |v: &Option<&Value>| matches!(v, Some(Value::Seq(_)));
    if is_list(&sides.ours) || is_list(&sides.theirs) {
        let lists = sides.map(items);
        if let (Some(base), Some(ours), Some(theirs), Some(result)) =
            (lists.base, lists.ours, lists.theirs, items(result))
        {
            for item in ours.iter().chain(&theirs) {
                if count(&base, item) == 0 && count(&result, item) == 0 {
                    return Some("an added item is gone");
                }
            }
            for item in &result {
                let most = count(&ours, item).max(count(&theirs, item));
                if count(&result, item) > most {
                    return Some("an item stands twice, or comes from nowhere");
                }
                if count(&base, item) > 0 && count(&ours, item).min(count(&theirs, item)) == 0 {
                    return Some("a removed item is back");
                }
            }
            return None;
        }
    }
    match (sides.ours, sides.theirs, result) {
        // Told apart key by key below the top; the trivial cases were checked there.
        (Some(Value::Map(_)), Some(Value::Map(_)), Some(Value::Map(_))) => None,
        _ if settled_by_rule => None,
        _ => Some("one of two different new values was picked in silence"),
    }
}

/// Everything wrong with a result that was merged by field.
fn wrongs(sides: ThreeWay<&[u8]>, merged: &Merged) -> Vec<String> {
    let (Some(base), Some(ours), Some(theirs)) =
        (fields(sides.base), fields(sides.ours), fields(sides.theirs))
    else {
        return Vec::new();
    };
    let conflicts: Vec<String> = merged.report.conflicts().collect();
    let Some(result) = fields(&ours_in_conflicts(&merged.bytes)) else {
        return vec!["the result does not parse".into()];
    };
    let rules = Rules::default();
    let mut keys: Vec<&Value> = Vec::new();
    for (key, _) in ours.iter().chain(&theirs).chain(&base).chain(&result) {
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    let mut wrong = Vec::new();
    for key in keys {
        let Value::Text(name) = key else { continue };
        if conflicts
            .iter()
            .any(|c| c == name || c.starts_with(&format!("{name}.")))
        {
            continue;
        }
        let by_rule = matches!(
            rules.named(std::slice::from_ref(name)),
            Some(Rule::Stamp | Rule::Derived(_))
        ) || merged
            .report
            .fields
            .iter()
            .any(|f| f.path == [name.clone()] && f.rule == Some(Rule::Text));
        let sides = ThreeWay::new(get(&base, key), get(&ours, key), get(&theirs, key));
        if let Some(what) = wrong_field(&sides, get(&result, key), by_rule) {
            wrong.push(format!("{name}: {what}"));
        }
    }
    wrong
}

/// The text with our side taken in every conflict.
fn ours_in_conflicts(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut skip = false;
    for line in bytes.split_inclusive(|&b| b == b'\n') {
        match line {
            l if l.starts_with(b"<<<<<<< ") => {}
            l if l.starts_with(b"=======") && !skip && out_has_open(bytes, line) => skip = true,
            l if l.starts_with(b">>>>>>> ") => skip = false,
            _ if skip => {}
            l => out.extend_from_slice(l),
        }
    }
    out
}

/// Whether a `=======` line belongs to a conflict rather than to the text.
fn out_has_open(bytes: &[u8], line: &[u8]) -> bool {
    let at = line.as_ptr() as usize - bytes.as_ptr() as usize;
    let before = &bytes[..at];
    let count = |mark: &[u8]| {
        before
            .split(|&b| b == b'\n')
            .filter(|l| l.starts_with(mark))
            .count()
    };
    count(b"<<<<<<< ") > count(b">>>>>>> ")
}

/// Whether a conflict block starts in the frontmatter.
fn conflict_in_front(bytes: &[u8]) -> bool {
    let mut fences = 0;
    for line in bytes.split(|&b| b == b'\n') {
        if line.starts_with(b"<<<<<<< ") {
            return true;
        }
        if line.trim_ascii_end() == b"---" {
            fences += 1;
            if fences == 2 {
                return false;
            }
        }
    }
    false
}

fn git_merge_file(folder: &Path) -> Vec<u8> {
    Command::new("git")
        .args(["merge-file", "-p", "ours.md", "base.md", "theirs.md"])
        .current_dir(folder)
        .output()
        .expect("git runs")
        .stdout
}

fn cases() -> Vec<PathBuf> {
    let Some(root) = shared("corpus") else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = fs::read_dir(root)
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_dir())
        .collect();
    found.sort();
    found
}

#[test]
fn nothing_provably_wrong_comes_out_of_real_merges() {
    let cases = cases();
    if cases.is_empty() {
        return;
    }
    let (mut gits, mut settled, mut lost, mut wrong) = (0, 0, Vec::new(), Vec::new());
    let mut agree = 0;
    for folder in &cases {
        let read = |name: &str| fs::read(folder.join(name)).unwrap();
        let (base, ours, theirs) = (read("base.md"), read("ours.md"), read("theirs.md"));
        let sides = ThreeWay::new(&base[..], &ours, &theirs);
        let merged = merge(sides);
        let swapped = merge(sides.swapped());
        assert_eq!(merged.conflict, swapped.conflict, "{}", folder.display());
        assert!(
            merged.conflict || merged.bytes == swapped.bytes,
            "{}",
            folder.display()
        );
        let git = conflict_in_front(&git_merge_file(folder));
        let own = conflict_in_front(&merged.bytes);
        gits += usize::from(git);
        settled += usize::from(git && !own);
        if own && !git {
            lost.push(folder.display().to_string());
        }
        if !merged.conflict && merged.bytes == read("human.md") {
            agree += 1;
        }
        if merged.outcome == Outcome::ByField {
            wrong.extend(
                wrongs(sides, &merged)
                    .into_iter()
                    .map(|w| format!("{}: {w}", folder.display())),
            );
        }
    }
    println!(
        "{} merges: {gits} frontmatter conflicts for git, {settled} of them settled, {} provably wrong, \
         {} lost that git merges; {agree} byte for byte what people committed",
        cases.len(),
        wrong.len(),
        lost.len()
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(lost.is_empty(), "{}", lost.join("\n"));
    assert!(settled >= 42, "{settled} settled, at least 42 were once");
}

/// The same merges as git makes them, with the driver installed: each file comes
/// out as above, in one merge of two branches that hold all of them.
#[test]
fn git_makes_the_same_merges_with_the_driver_installed() {
    let cases = cases();
    if cases.is_empty() {
        return;
    }
    let sandbox = Sandbox::new();
    let vault = sandbox.repository("vault");
    vault.palimpsest(["init"]).ok();
    let read = |folder: &Path, name: &str| fs::read(folder.join(name)).unwrap();
    let name = |folder: &Path| format!("{}.md", folder.file_name().unwrap().to_string_lossy());
    let record = |side: &str| {
        for folder in &cases {
            vault.write(&name(folder), read(folder, side));
        }
        vault.git(["add", "-A"]).ok();
        // The hook would refuse what these people committed now and then.
        vault.git(["commit", "-q", "--no-verify", "-m", side]).ok();
    };
    record("base.md");
    vault.git(["checkout", "-q", "-b", "theirs"]).ok();
    record("theirs.md");
    vault.git(["checkout", "-q", "-b", "ours", "theirs^"]).ok();
    record("ours.md");
    let conflicts = || {
        let listed = vault
            .git(["diff", "--name-only", "-z", "--diff-filter=U"])
            .ok();
        listed
            .text()
            .split('\0')
            .filter(|n| !n.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };

    vault
        .run_with(&[("PALIMPSEST", "0")], "git", ["merge", "-q", "theirs"])
        .fails();
    let gits = conflicts()
        .iter()
        .filter(|n| conflict_in_front(&fs::read(vault.path(n)).unwrap()))
        .count();
    vault.git(["merge", "--abort"]).ok();

    vault.git(["merge", "-q", "theirs"]).fails();
    let unmerged = conflicts();
    let (head, _) = vault.labels("theirs");
    let mut left = 0;
    for folder in &cases {
        let (base, ours, theirs) = (
            read(folder, "base.md"),
            read(folder, "ours.md"),
            read(folder, "theirs.md"),
        );
        let file = name(folder);
        let sides = ThreeWay::new(&base[..], &ours, &theirs);
        let wanted = super::merge_labelled(sides, ThreeWay::new("base", head, "theirs"));
        let got = fs::read(vault.path(&file)).unwrap();
        assert_eq!(
            String::from_utf8_lossy(&got),
            String::from_utf8_lossy(&wanted.bytes),
            "{file}"
        );
        assert_eq!(unmerged.contains(&file), wanted.conflict, "{file}");
        left += usize::from(conflict_in_front(&got));
    }
    println!("frontmatter conflicts in a real merge: {gits} for git, {left} left");
    assert!(left < gits);
}

/// The proofs must be able to fail: each of these results is wrong in one way.
#[test]
fn the_proofs_find_what_is_wrong() {
    let doc = |front: &str| format!("---\n{front}---\n").into_bytes();
    let base = doc("tags: [a, b]\nmood: calm\nday: 1\n");
    let ours = doc("tags: [a, b, c]\nmood: good\nday: 2\n");
    let theirs = doc("tags: [a, d]\nmood: bad\nday: 1\n");
    let sides = ThreeWay::new(&base[..], &ours, &theirs);
    let honest = merge_as(FileKind::Markdown, ConflictStyle::Merge, 7, sides);
    assert_eq!(wrongs(sides, &honest), [] as [&str; 0]);
    for (front, what) in [
        (
            "tags: [a, c]\nmood: good\nday: 2\n",
            "an added item is gone",
        ),
        (
            "tags: [a, b, c, d]\nmood: good\nday: 2\n",
            "a removed item is back",
        ),
        (
            "tags: [a, c, c, d]\nmood: good\nday: 2\n",
            "an item stands twice, or comes from nowhere",
        ),
        (
            "tags: [a, c, d]\nmood: good\nday: 2\n",
            "one of two different new values was picked in silence",
        ),
        (
            "tags: [a, c, d]\nmood: good\nday: 1\n",
            "a change of one side alone is not there",
        ),
        ("tags: [a, c, d\n", "the result does not parse"),
    ] {
        let mut false_result = honest.clone();
        false_result.bytes = doc(front);
        false_result.report.fields.clear();
        let found = wrongs(sides, &false_result);
        assert!(found.iter().any(|w| w.contains(what)), "{front}: {found:?}");
    }
}
