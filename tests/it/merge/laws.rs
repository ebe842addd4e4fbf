//! Laws of the merge, over generated documents in every style.

use std::cell::Cell;
use std::collections::BTreeSet;

use palimpsest::journal::Document;
use palimpsest::journal::reconcile::{FileKind, Outcome};
use palimpsest::journal::yaml::{Tree, Value};
use palimpsest::merge::{ConflictStyle, ThreeWay};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

mod model;

use super::merge;
use model::{KEYS, Model, WORDS, apply, edit, histories, model};

/// A fixed small number of cases, and a larger one by `PALIMPSEST_CASES`.
pub fn budget(cases: u32) -> ProptestConfig {
    let wanted = std::env::var("PALIMPSEST_CASES")
        .ok()
        .and_then(|n| n.parse().ok());
    ProptestConfig {
        cases: wanted.unwrap_or(cases),
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn conflicts(merged: &palimpsest::journal::reconcile::Merged) -> Vec<String> {
    let mut fields: Vec<String> = merged.report.conflicts().collect();
    fields.sort();
    fields
}

fn front(bytes: &[u8]) -> String {
    String::from_utf8_lossy(Document::split(bytes).frontmatter).into_owned()
}

proptest! {
    #![proptest_config(budget(400))]

    #[test]
    fn one_sided_changes_stand_byte_for_byte(base in model(), edits in prop::collection::vec(edit(), 0..6)) {
        let x = apply(base.clone(), &edits).write();
        let base = base.write();
        for sides in [
            ThreeWay::new(&base, &x, &base),
            ThreeWay::new(&base, &base, &x),
            ThreeWay::new(&base, &x, &x),
        ] {
            let merged = merge(sides.map(|t| t.as_bytes()));
            prop_assert!(!merged.conflict);
            prop_assert_eq!(String::from_utf8_lossy(&merged.bytes), x.as_str());
        }
    }

    #[test]
    fn the_side_does_not_matter(sides in histories()) {
        let texts = sides.as_ref().map(Model::write);
        let texts = texts.as_ref().map(|t| t.as_bytes());
        let (one, other) = (merge(texts), merge(texts.swapped()));
        prop_assert_eq!(one.conflict, other.conflict);
        prop_assert_eq!(&one.outcome, &Outcome::ByField, "{:?}", one.outcome);
        prop_assert_eq!(conflicts(&one), conflicts(&other));
        if !one.conflict {
            prop_assert_eq!(String::from_utf8_lossy(&one.bytes), String::from_utf8_lossy(&other.bytes));
        }
    }

    #[test]
    fn untouched_fields_keep_their_bytes(sides in histories()) {
        let merged = merge(sides.as_ref().map(Model::write).as_ref().map(|t| t.as_bytes()));
        let text = front(&merged.bytes);
        for (key, field) in &sides.base.fields {
            let everywhere = |m: &Model| m.fields.iter().any(|(k, f)| k == key && f == field);
            if everywhere(&sides.ours) && everywhere(&sides.theirs) {
                let mut lines = String::new();
                field.write(KEYS[*key], &mut lines);
                // Blank lines below a text stand above the next field.
                prop_assert!(text.contains(lines.trim_end()), "{lines} is not in\n{text}");
            }
        }
    }

    #[test]
    fn a_virtual_base_has_no_markers_and_parses(sides in histories()) {
        let texts = sides.as_ref().map(Model::write);
        let merged = super::merge_as(
            FileKind::Markdown,
            ConflictStyle::Merge,
            9,
            texts.as_ref().map(|t| t.as_bytes()),
        );
        let text = front(&merged.bytes);
        prop_assert!(!text.contains("<<<<<<<"));
        let tree = Tree::parse(&text);
        prop_assert!(tree.is_ok(), "{}", text);
        let value = Value::of_tree(&tree.unwrap(), &text);
        prop_assert!(matches!(value, Value::Map(_)));
    }

    #[test]
    fn a_virtual_base_has_the_bases_value_where_both_sides_have_another(sides in histories()) {
        let texts = sides.as_ref().map(Model::write);
        let texts = texts.as_ref().map(|t| t.as_bytes());
        let open = conflicts(&merge(texts));
        let virtual_base = super::merge_as(FileKind::Markdown, ConflictStyle::Merge, 9, texts);
        let [base, merged] = [texts.base, &virtual_base.bytes].map(front);
        for name in KEYS.iter().filter(|name| open.iter().any(|field| field == *name)) {
            prop_assert_eq!(value_of(&base, name), value_of(&merged, name), "{}", merged);
        }
    }
}

/// The item that is left is a conflict of which a choice has nothing, so that the whole list
/// is one.
#[test]
fn a_list_of_which_a_choice_has_nothing_is_as_in_a_virtual_base() {
    let file = |tags: &str| format!("---\n{tags}mood: calm\n---\n");
    let base = file("tags:\n- quay # at noon\n- fog\n");
    let (ours, theirs) = (file(""), file("tags:\n- fog # at noon\n"));
    let sides = ThreeWay::new(base.as_bytes(), ours.as_bytes(), theirs.as_bytes());
    assert_eq!(conflicts(&merge(sides)), ["tags"]);
    for sides in [sides, sides.swapped()] {
        let merged = super::merge_as(FileKind::Markdown, ConflictStyle::Merge, 9, sides);
        assert_eq!(String::from_utf8(merged.bytes).unwrap(), base);
    }
}

/// A field's value; `None` if it is not there.
fn value_of(text: &str, field: &str) -> Option<Value> {
    let tree = Tree::parse(text).unwrap();
    let node = tree.root.as_ref().and_then(|root| root.get(field));
    node.map(|node| Value::of(node, text))
}

/// Whether a side has in this list all of what the base has as another one, which the other
/// side changed or removed: it may have moved it, and made it longer.
fn may_be_moved(sides: &ThreeWay<Model>, key: usize) -> bool {
    let both = [(&sides.ours, &sides.theirs), (&sides.theirs, &sides.ours)];
    both.into_iter().any(|(here, there)| {
        let mut others = (0..KEYS.len()).filter(|other| *other != key);
        others.any(|other| {
            let Some(was) = sides.base.items(other).filter(|was| !was.is_empty()) else {
                return false;
            };
            let is_in = here.items(key).is_some_and(|now| now.is_superset(&was));
            is_in && there.items(other).as_ref() != Some(&was)
        })
    })
}

/// A comment of a list's own may be on what the other side removed, and what looks moved may
/// be what it removed elsewhere: those are the reasons for a conflict in it.
#[test]
fn lists_are_united_less_what_was_removed() {
    let (lists, looked_at) = (Cell::new(0), Cell::new(0));
    let law = |sides: ThreeWay<Model>| {
        let merged = merge(
            sides
                .as_ref()
                .map(Model::write)
                .as_ref()
                .map(|t| t.as_bytes()),
        );
        // People and tags, which merge as sets whatever they hold.
        for (key, name) in KEYS.iter().enumerate().take(2) {
            let all = [&sides.base, &sides.ours, &sides.theirs];
            let [Some(base), Some(ours), Some(theirs)] = all.map(|m| m.items(key)) else {
                continue;
            };
            lists.set(lists.get() + 1);
            let is_of_it = |path: &String| path.split('.').next() == Some(name);
            let has_comment = all.iter().any(|m| m.lines_of(key).contains('#'));
            let has_reason = has_comment || may_be_moved(&sides, key);
            prop_assert!(has_reason || !conflicts(&merged).iter().any(is_of_it));
            // Text with markers of another field cannot be read.
            if merged.conflict {
                continue;
            }
            looked_at.set(looked_at.get() + 1);
            let wanted = ours
                .union(&theirs)
                .filter(|i| !base.contains(i) || (ours.contains(i) && theirs.contains(i)));
            let wanted: BTreeSet<String> = wanted.map(|&i| WORDS[i].to_owned()).collect();
            let text = front(&merged.bytes);
            let tree = Tree::parse(&text).unwrap();
            let node = tree.root.as_ref().and_then(|r| r.get(name)).unwrap();
            let items = node.items().unwrap_or_default().iter();
            let got: Vec<String> = items.map(|i| i.node.identity().unwrap()).collect();
            prop_assert_eq!(got.len(), wanted.len(), "{}", text);
            prop_assert_eq!(got.into_iter().collect::<BTreeSet<_>>(), wanted);
        }
        Ok(())
    };
    let run = TestRunner::new(budget(400)).run(&histories(), law);
    run.unwrap_or_else(|e| panic!("{e}"));
    let (lists, looked_at) = (lists.get(), looked_at.get());
    assert!(
        looked_at * 3 > lists,
        "{looked_at} of {lists} lists were looked at"
    );
}
