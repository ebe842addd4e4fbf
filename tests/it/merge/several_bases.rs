//! What one side removed, in a merge of several bases: git's own merge of the bases may
//! lack an item that each of them has, or have it as no side had it.

use palimpsest::journal::reconcile::{FileKind, Merger, Ruling};
use palimpsest::journal::rules::Rules;
use palimpsest::journal::yaml::{Tree, Value};
use palimpsest::merge::ThreeWay;
use palimpsest::repo::GitLines;

fn value(text: &str) -> Value {
    Value::of_tree(&Tree::parse(text).unwrap(), text)
}

/// One side removed the item, and the bases had it so.
fn removed(was: &str) -> Ruling {
    Ruling::Removed(vec![value(was)])
}

/// Merges a field both ways round, with a ruling on one item, by its scalar, name or title;
/// `None` for a conflict.
fn merged(sides: [&str; 3], item: &str, ruling: &Ruling) -> Option<String> {
    let rules = Rules::default();
    let lines = GitLines::new();
    let merger = Merger {
        several_bases: true,
        rulings: &|_, _, node| {
            let name = node.get("name").or(node.get("title")).unwrap_or(node);
            (name.scalar() == Some(item)).then(|| ruling.clone())
        },
        kind: FileKind::Yaml,
        ..Merger::plain(&rules, &lines)
    };
    // Theirs changed something besides: what one side alone changed is never a conflict.
    let [base, ours, theirs] = sides;
    let texts = [(base, "calm"), (ours, "calm"), (theirs, "wild")]
        .map(|(field, mood)| format!("{field}\nmood: {mood}\n"));
    let sides = ThreeWay::new(&texts[0], &texts[1], &texts[2]).map(|text| text.as_bytes());
    let (out, swapped) = (merger.merge(sides), merger.merge(sides.swapped()));
    let (out, swapped) = (out.unwrap(), swapped.unwrap());
    assert_eq!(out.conflict, swapped.conflict, "{texts:?}");
    if out.conflict {
        return None;
    }
    assert_eq!(out.bytes, swapped.bytes, "{texts:?}");
    let text = String::from_utf8(out.bytes).unwrap();
    Some(text.replace("\nmood: wild\n", ""))
}

#[test]
fn an_item_of_a_set_is_dropped_as_the_bases_had_it() {
    let sides = ["people: [Al]", "people: [Al, Bob]", "people: [Al, Cy]"];
    let out = merged(sides, "Bob", &removed("Bob"));
    assert_eq!(out.unwrap(), "people: [Al, Cy]");
    // The other side has nothing else that is new.
    let sides = ["people: [Al]", "people: [Al, Bob]", "people: [Al]"];
    let out = merged(sides, "Bob", &removed("Bob"));
    assert_eq!(out.unwrap(), "people: [Al]");
    // Edited since, it is for a person to say.
    assert_eq!(merged(sides, "Bob", &removed("Bobby")), None);
}

#[test]
fn an_item_of_a_set_that_the_merge_of_the_bases_has_otherwise_is_dropped_too() {
    let [base, ours] =
        ["boat", "ferry"].map(|of| format!("people:\n- Al\n- name: Bob\n  of: {of}"));
    let sides = [&base, &ours, "people:\n- Al\n- Cy"];
    let out = merged(sides, "Bob", &removed("{name: Bob, of: ferry}"));
    assert_eq!(out.unwrap(), "people:\n- Al\n- Cy");
    assert_eq!(
        merged(sides, "Bob", &removed("{name: Bob, of: quay}")),
        None
    );
}

#[test]
fn an_item_of_a_set_that_was_put_back_stays() {
    let sides = ["people: [Al, Bob]", "people: [Al]", "people: [Al, Bob]"];
    let out = merged(sides, "Bob", &Ruling::PutBack);
    assert_eq!(out.unwrap(), "people: [Al, Bob]");
    let sides = [
        "people: [Al, Bob]",
        "people: [Al, Cy]",
        "people: [Al, Bob, Di]",
    ];
    let out = merged(sides, "Bob", &Ruling::PutBack);
    assert_eq!(out.unwrap(), "people: [Al, Bob, Cy, Di]");
    // What nobody put back goes.
    let out = merged(sides, "Eve", &Ruling::PutBack);
    assert_eq!(out.unwrap(), "people: [Al, Cy, Di]");
}

#[test]
fn an_item_of_a_list_in_order_is_dropped_as_the_bases_had_it() {
    let sides = [
        "locations: [moor]",
        "locations: [moor, quay]",
        "locations: [fen, moor]",
    ];
    let out = merged(sides, "quay", &removed("quay"));
    assert_eq!(out.unwrap(), "locations: [fen, moor]");
    // The other side has nothing else that is new.
    let sides = [
        "locations: [moor]",
        "locations: [moor, quay]",
        "locations: [moor]",
    ];
    let out = merged(sides, "quay", &removed("quay"));
    assert_eq!(out.unwrap(), "locations: [moor]");
    // Edited since, it is for a person to say.
    assert_eq!(merged(sides, "quay", &removed("quay by night")), None);
}

#[test]
fn an_edited_item_of_a_list_in_order_is_for_a_person_to_say_whatever_one_base_had() {
    let sides = [
        "locations: [moor, low quay]",
        "locations: [moor, high quay]",
        "locations: [moor]",
    ];
    assert_eq!(merged(sides, "high quay", &removed("high quay")), None);
}

#[test]
fn a_keyed_item_is_dropped_as_the_bases_had_it() {
    let ours = "poems:\n- title: Fog\n  form: ode\n- title: Quay\n  form: ode";
    let sides = [
        "poems:\n- title: Fog\n  form: ode",
        ours,
        "poems:\n- title: Fog\n  form: elegy",
    ];
    let out = merged(sides, "Quay", &removed("{title: Quay, form: ode}"));
    assert_eq!(out.unwrap(), "poems:\n- title: Fog\n  form: elegy");
    let sides = [
        "poems:\n- title: Fog\n  form: ode",
        ours,
        "poems:\n- title: Fog\n  form: ode",
    ];
    let out = merged(sides, "Quay", &removed("{title: Quay, form: ode}"));
    assert_eq!(out.unwrap(), "poems:\n- title: Fog\n  form: ode");
    assert_eq!(
        merged(sides, "Quay", &removed("{title: Quay, form: elegy}")),
        None
    );
    // Where the merge of the bases has it, that counts: unchanged since, it goes.
    let base = ours;
    let ours = format!("{base}\n- title: Rain\n  form: ode");
    let sides = [base, &ours, "poems:\n- title: Fog\n  form: elegy"];
    let out = merged(sides, "Quay", &removed("{title: Quay, form: elegy}"));
    let wanted = "poems:\n- title: Fog\n  form: elegy\n- title: Rain\n  form: ode";
    assert_eq!(out.unwrap(), wanted);
}
