//! What a removal does in the merge of a set, as the driver asks for it.

use palimpsest::journal::reconcile::{Decision, Kind, Merger, Result as Merged};
use palimpsest::journal::rules::Rules;
use palimpsest::journal::{ItemKey, Table};
use palimpsest::merge::{Markers, ThreeWay};
use palimpsest::repo::GitLines;

/// Merges both ways round, with Bob kept out of `people`.
fn without_bob(base: &str, ours: &str, theirs: &str) -> (String, Merged) {
    let bob = (Table::People, ItemKey::new("Bob"));
    let merger = Merger {
        rules: &Rules::default(),
        lines: &GitLines::new(),
        markers: Markers::default(),
        virtual_base: false,
        kept_out: &|path, _, node| {
            let is_bob = node.scalar() == Some("Bob");
            (path == ["people"] && is_bob).then(|| bob.clone())
        },
        kind: Kind::Markdown,
    };
    let [base, ours, theirs] =
        [base, ours, theirs].map(|people| format!("---\npeople: {people}\n---\nx\n"));
    let merge = |ours: &str, theirs: &str| {
        let sides = ThreeWay::new(base.as_bytes(), ours.as_bytes(), theirs.as_bytes());
        merger.merge(sides).unwrap()
    };
    let (out, swapped) = (merge(&ours, &theirs), merge(&theirs, &ours));
    assert_eq!(out.bytes, swapped.bytes);
    let text = String::from_utf8(out.bytes.clone()).unwrap();
    let people = text.lines().find_map(|l| l.strip_prefix("people: "));
    (people.unwrap_or(&text).to_owned(), out)
}

#[test]
fn what_both_sides_added_is_kept_out_as_well() {
    let (people, out) = without_bob("[Al]", "[Al, Bob, Cy]", "[Al, Bob, Di]");
    assert_eq!(people, "[Al, Cy, Di]");
    assert!(!out.report.kept_out.is_empty());
    let (people, _) = without_bob("[Al]", "[Al, Bob]", "[Al, Di]");
    assert_eq!(people, "[Al, Di]");
}

#[test]
fn what_all_three_have_is_no_matter_for_the_merge() {
    let (people, out) = without_bob("[Al, Bob]", "[Al, Bob, Cy]", "[Al, Bob, Di]");
    assert_eq!(people, "[Al, Bob, Cy, Di]");
    assert_eq!(out.report.kept_out, []);
}

#[test]
fn what_a_side_removed_goes_also_where_the_other_writes_it_otherwise() {
    let (people, out) = without_bob("[Al, Eve]", "[Al]", "[Al, \"Eve\", Cy]");
    assert_eq!(people, "[Al, Cy]");
    // A set is told of as one field, not item by item.
    let told: Vec<_> = out.report.fields.iter().collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].path, ["people"]);
    assert_eq!(told[0].decision, Decision::Merged);
}
