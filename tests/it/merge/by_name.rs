//! The rules that a field has by its name: each name that docs/merge-semantics.md lists,
//! with values whose shape alone would ask for another rule.

use palimpsest::merge::ThreeWay;

use super::merge;
use crate::reference::{page, rows};

/// The names in the page's table that have this rule.
fn names(rule: &str) -> Vec<String> {
    let page = page("merge-semantics.md");
    let rows = rows(&page, "| rule | by name | by shape |");
    let (_, names) = rows.iter().find(|(of, _)| *of == rule).unwrap();
    let names: Vec<String> = names.split(", ").map(str::to_owned).collect();
    assert!(!names.is_empty());
    names
}

/// Merges a field of this name; the rule that the merge told, and the frontmatter.
fn merged(name: &str, values: [&str; 3]) -> (String, String) {
    let [base, ours, theirs] = values.map(|value| format!("---\n{name}:{value}\n---\n"));
    let sides = ThreeWay::new(&base, &ours, &theirs);
    let merged = merge(sides.map(|text| text.as_bytes()));
    let fields = &merged.report.fields;
    let field = fields.iter().find(|field| field.path == [name]).unwrap();
    let rule = field.rule.as_ref().map(ToString::to_string);
    (
        rule.unwrap_or_else(|| field.decision.word().to_owned()),
        String::from_utf8(merged.bytes).unwrap(),
    )
}

fn assert_merges(name: &str, rule: &str, values: [&str; 3], wanted: &str) {
    let (told, text) = merged(name, values);
    assert_eq!(text, format!("---\n{name}:{wanted}\n---\n"));
    assert_eq!(told, rule, "{name}");
}

#[test]
fn a_set_may_be_a_single_value() {
    let names = names("set");
    assert_eq!(names.len(), 9);
    for name in names {
        let values = [" a", " [a, b]", " [a, c]"];
        assert_merges(&name, "set", values, " [a, b, c]");
    }
}

#[test]
fn a_sequence_may_have_each_item_once() {
    for name in names("sequence") {
        let (told, text) = merged(&name, [" [a]", " [a, b]", " [a, c]"]);
        assert_eq!(told, "conflict", "{name}");
        assert!(text.contains("<<<<<<<"), "{text}");
        // At two places there is no conflict.
        let values = [" [b, d]", " [a, b, d]", " [b, c, d]"];
        assert_merges(&name, "sequence", values, " [a, b, c, d]");
    }
}

/// No key is in all of the items, so that their shape would make them a sequence, and two
/// of them at one place a conflict.
#[test]
fn a_keyed_list_takes_the_first_of_its_keys_that_an_item_has() {
    let names = names("keyed list").join(", ");
    let (dates, others) = names.split_once(" (by date), ").unwrap();
    let (others, keys) = others.split_once(" (by ").unwrap();
    let keys: Vec<&str> = keys.trim_end_matches(')').split(", otherwise ").collect();
    assert_eq!(keys, ["title", "content", "description"]);
    let items = |items: &[&str]| -> String {
        let lines = items.iter().map(|item| format!("\n- {item}"));
        lines.collect()
    };
    for name in others.split(" and ") {
        let had = ["title: x", "content: y", "description: z"];
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            let (one, other) = (format!("{}: a", keys[one]), format!("{}: b", keys[other]));
            let with = |new: &[&str]| items(&[&had[..], new].concat());
            let (base, ours, theirs) = (with(&[]), with(&[&one]), with(&[&other]));
            let (told, text) = merged(name, [&base, &ours, &theirs]);
            assert_eq!(told, "keyed list", "{text}");
            assert!(text.contains(&one) && text.contains(&other), "{text}");
            // Two edits of one item are two keys of it.
            let edited = |key: &str| {
                let lines = had.map(|had| format!("{had}\n  {key}: 1"));
                items(&lines.each_ref().map(String::as_str))
            };
            let both = had.map(|had| format!("{had}\n  one: 1\n  other: 1"));
            let both = items(&both.each_ref().map(String::as_str));
            let values = [&*base, &*edited("one"), &*edited("other")];
            assert_merges(name, "keyed list", values, &both);
        }
    }
    let base = items(&["2024-01-01", "date: 2024-01-02"]);
    let ours = items(&["2024-01-01", "date: 2024-01-02", "date: 2024-01-03"]);
    let theirs = items(&["2024-01-01", "date: 2024-01-02", "2024-01-04"]);
    let both = [
        "2024-01-01",
        "date: 2024-01-02",
        "date: 2024-01-03",
        "2024-01-04",
    ];
    assert_merges(dates, "keyed list", [&base, &ours, &theirs], &items(&both));
}

#[test]
fn a_text_may_be_in_quotes() {
    let names = names("text");
    assert_eq!(names.len(), 2);
    for name in names {
        let text = |one: &str, two: &str| format!(" '{one}\n\n  {two}'");
        let (base, ours, theirs) = (text("a", "b"), text("A", "b"), text("a", "B"));
        assert_merges(&name, "text", [&base, &ours, &theirs], &text("A", "B"));
    }
}

#[test]
fn a_stamp_has_many_names() {
    let listed = names("stamp");
    let mut names = Vec::new();
    for name in listed
        .iter()
        .take_while(|name| !name.starts_with("in whichever"))
    {
        if let Some(endings) = name.strip_prefix("each also with ") {
            assert_eq!(endings, "`_date` or `_at` behind it");
            for ending in ["_date", "_at"] {
                names.extend(listed[..4].iter().map(|name| format!("{name}{ending}")));
            }
        } else {
            names.push(name.clone());
        }
    }
    assert_eq!(names.len(), 16, "{names:?}");
    for name in names {
        let values = [" 2024-01-01", " 2024-01-03", " 2024-01-02"];
        assert_merges(&name, "stamp", values, " 2024-01-03");
    }
}
