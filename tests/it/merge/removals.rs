//! What a removal does in the merge of a set, as the driver asks for it.

use palimpsest::journal::reconcile::{Decision, FileKind, Merged, Merger, Ruling};
use palimpsest::journal::rules::Rules;
use palimpsest::journal::{ItemKey, Table};
use palimpsest::merge::ThreeWay;
use palimpsest::repo::GitLines;
use palimpsest::sync::kept_out::item_at;

/// Merges both ways round, with Bob kept out of `people`.
fn without_bob(base: &str, ours: &str, theirs: &str) -> (String, Merged) {
    let bob = (Table::People, ItemKey::new("Bob"));
    let rules = Rules::default();
    let lines = GitLines::new();
    let merger = Merger {
        rulings: &|path, _, node| {
            let is_bob = node.scalar() == Some("Bob");
            let (table, item) = bob.clone();
            (path == ["people"] && is_bob).then_some(Ruling::KeptOut(table, item))
        },
        ..Merger::plain(&rules, &lines)
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
    assert_eq!(
        without_bob("[Al, 7]", "[Al]", "[Al, \"7\", Cy]").0,
        "[Al, Cy]"
    );
    // A set is told of as one field, not item by item.
    let told: Vec<_> = out.report.fields.iter().collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].path, ["people"]);
    assert_eq!(told[0].decision, Decision::Merged);
}

/// Merges fields both ways round, with Bob kept out of `people` and distance of the
/// themes.
fn merged(base: &str, ours: &str, theirs: &str) -> Merged {
    let out = [
        (Table::People, ItemKey::new("Bob")),
        (Table::Themes, ItemKey::new("distance")),
    ];
    let rules = Rules::default();
    let lines = GitLines::new();
    let merger = Merger {
        rulings: &|path, tree, node| {
            let (table, item) = item_at(path, tree, node).filter(|item| out.contains(item))?;
            Some(Ruling::KeptOut(table, item))
        },
        kind: FileKind::Yaml,
        ..Merger::plain(&rules, &lines)
    };
    let sides = ThreeWay::new(base, ours, theirs).map(str::as_bytes);
    let (one, other) = (merger.merge(sides), merger.merge(sides.swapped()));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!(one.conflict, other.conflict, "{base:?} {ours:?} {theirs:?}");
    if !one.conflict {
        assert_eq!(one.bytes, other.bytes, "{base:?} {ours:?} {theirs:?}");
    }
    one
}

/// The other side left the field as it is, or never had it.
#[test]
fn what_one_side_alone_added_is_kept_out() {
    for (base, added, kept) in [
        ("people: [Al]\n", "people: [Al, Bob]\n", "people: [Al]\n"),
        (
            "people: [Al]\n",
            "people: [Al, Bob, Cy]\n",
            "people: [Al, Cy]\n",
        ),
        ("", "people: [Bob]\n", ""),
        ("", "people:\n- Bob\n- Cy\n", "people:\n- Cy\n"),
        ("", "people: Bob\n", ""),
        ("people:\n", "people: [Bob]\n", "people:\n"),
        // Themes stand in a map, in lines or in brackets.
        ("", "manuscript: {themes: [distance]}\n", ""),
        ("", "manuscript:\n  themes: distance\n", ""),
        (
            "manuscript: {themes: [x]}\n",
            "manuscript: {themes: [x, distance]}\n",
            "manuscript: {themes: [x]}\n",
        ),
        (
            "manuscript: {a: 1}\n",
            "manuscript: {a: 1, themes: [quay, distance]}\n",
            "manuscript: {a: 1, themes: [quay]}\n",
        ),
        (
            "manuscript: {status: done}\n",
            "manuscript: {status: done, themes: [distance]}\n",
            "manuscript: {status: done}\n",
        ),
        (
            "manuscript:\n  status: done\n",
            "manuscript:\n  status: done\n  themes:\n  - distance\n",
            "manuscript:\n  status: done\n",
        ),
        (
            "manuscript:\n",
            "manuscript:\n  status: done\n  themes:\n  - distance\n",
            "manuscript:\n  status: done\n",
        ),
    ] {
        let out = merged(base, base, added);
        assert!(!out.conflict, "{added}");
        assert_eq!(String::from_utf8_lossy(&out.bytes), kept, "{added}");
        assert!(!out.report.kept_out.is_empty(), "{added}");
    }
}

/// The list is said wherever an alias stands, which no removal concerns.
#[test]
fn a_list_with_an_anchor_stands_as_it_is() {
    let base = "people: &all [Al]\nguests: *all\n";
    let added = "people: &all [Al, Bob]\nguests: *all\n";
    let out = merged(base, base, added);
    assert!(!out.conflict);
    assert_eq!(String::from_utf8_lossy(&out.bytes), added);
    // Of a single item there is nothing to be changed, only to be left out.
    let out = merged("", "", "people: &one Bob\n");
    assert_eq!(String::from_utf8_lossy(&out.bytes), "");
}

/// One of two is left, and stands as its side wrote it.
#[test]
fn of_two_single_items_the_other_one_stays() {
    let out = merged("", "people: Bob\n", "people: Cy\n");
    assert_eq!(String::from_utf8_lossy(&out.bytes), "people: Cy\n");
}

/// A field that a side took away is gone also where the other one filled it with
/// nothing but what stays out.
#[test]
fn a_removed_field_does_not_come_back_for_what_stays_out() {
    let (base, added) = ("people:\nmood: calm\n", "people: [Bob]\nmood: calm\n");
    let out = merged(base, "mood: calm\n", added);
    assert_eq!(String::from_utf8_lossy(&out.bytes), "mood: calm\n");
}

/// A map is no list of one, a text is no map of themes, and what is not of an
/// association is nobody's removal.
#[test]
fn what_is_no_list_of_items_stands_as_it_is() {
    for (base, added) in [
        ("", "people: {name: Bob}\n"),
        ("", "manuscript: distance\n"),
        ("", "manuscript: [distance]\n"),
        ("", "manuscript: {status: distance, notes: [distance]}\n"),
        ("manuscript: x\n", "manuscript: {themes: [distance]}\n"),
        ("", "themes: [distance]\n"),
        ("", "manuscript: {people: [Bob], tags: [distance]}\n"),
        ("", "plans: {themes: [distance]}\n"),
        ("people: [Bob]\n", "people: [\"Bob\"]\n"),
        (
            "manuscript: {themes: [distance]}\n",
            "manuscript: {themes: [ distance ]}\n",
        ),
    ] {
        let out = merged(base, base, added);
        assert_eq!(String::from_utf8_lossy(&out.bytes), added);
        assert_eq!(out.report.kept_out, [], "{added}");
    }
}

/// The same in maps that both sides changed, which are asked for key by key.
#[test]
fn lists_of_other_maps_have_no_themes() {
    for (base, ours, added) in [
        (
            "plans: {a: 1}\n",
            "plans: {a: 2}\n",
            "plans: {a: 1, themes: [distance]}\n",
        ),
        (
            "manuscript: {a: 1}\n",
            "manuscript: {a: 2}\n",
            "manuscript: {a: 1, tags: [distance]}\n",
        ),
    ] {
        let out = merged(base, ours, added);
        let wanted = added.replace("a: 1", "a: 2");
        assert_eq!(String::from_utf8_lossy(&out.bytes), wanted);
    }
}

/// What a removal keeps out is no reason to keep the map that the other side removed.
#[test]
fn a_map_that_one_side_removed_goes_with_what_is_kept_out_of_it() {
    let base = "a: 1\nmanuscript: {status: done}\n";
    let themes = "a: 1\nmanuscript: {status: done, themes: [distance]}\n";
    let out = merged(base, "a: 1\n", themes);
    assert!(!out.conflict);
    assert!(!String::from_utf8_lossy(&out.bytes).contains("manuscript"));
    assert_eq!(out.report.kept_out.len(), 1);
    // Anything else that is new there is for a person to say.
    let added = "manuscript: {status: done, themes: [ferry]}\n";
    let out = merged(base, "a: 1\n", &format!("a: 1\n{added}"));
    assert!(out.conflict);
    assert!(String::from_utf8_lossy(&out.bytes).contains(added));
}
