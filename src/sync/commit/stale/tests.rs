//! What makes a copy stale.

use super::*;
use crate::journal::ItemKey;

fn facts_of(people: &[&str]) -> Facts {
    let items = people.iter().map(|p| (Table::People, ItemKey::new(p)));
    Facts {
        items: items.collect(),
        hash: String::new(),
    }
}

fn told(old: &str, new: &str) -> Vec<String> {
    let (had, has) = (facts_of(&["Al"]), facts_of(&["Al", "Bob"]));
    told_of((old, &had), (new, &has), (Table::People, "Bob"))
}

fn told_of(
    (old, had): (&str, &Facts),
    (new, has): (&str, &Facts),
    (table, item): (Table, &str),
) -> Vec<String> {
    let (old, new) = (old.as_bytes(), new.as_bytes());
    let back = [(table, ItemKey::new(item))].into();
    undone(&Rules::default(), (old, had), (new, has), &back)
}

#[test]
fn a_removal_alone_is_undone_by_a_person() {
    let old = "---\npeople: [Al]\nmood: calm\nupdated: 2024-11-02\n---\nx\n";
    let new = "---\npeople: [Al, Bob]\nmood: calm\nupdated: 2024-11-01\n---\nx\n";
    assert_eq!(told(old, new), [""; 0]);
}

#[test]
fn another_spelling_undoes_nothing() {
    let old = "---\npeople: [Al]\nmood: \"calm\"\ndate: '2024-11-01'\nrelated:\n- a\n\
        draft: true\nplace: !town Ulm\nweather: |\n  wet\n---\nx\ny\n\n";
    let new = "---\r\npeople: [Al, Bob]\r\nmood: calm\r\ndate: 2024-11-01\r\n\
        related: [a]\r\ndraft: True\r\nplace: Ulm\r\nweather: wet\r\ntheme:\r\n---\r\nx\r\ny";
    assert_eq!(told(old, new), [""; 0]);
}

#[test]
fn a_comment_is_lost_unless_it_was_commented_out() {
    let lost = |old: &'static str, new: &str| {
        lost_comments(&Rules::default(), old.as_bytes(), new.as_bytes())
    };
    let new = "---\npeople: [Al, 'Bob']\nupdated: 2024-11-01\n---\nx\n";
    let old = "---\npeople:\n  - Al # of the ferry\n  # - Bob?\nmood: calm # Al\n---\nx\n";
    assert_eq!(lost(old, new), ["# of the ferry"]);
    let old = "---\npeople: [Al] # Bob\nupdated: 2024-11-02 # by plugin\n---\nx # y\n";
    assert_eq!(lost(old, new), [""; 0]);
    let old = "---\nupdated: 2024-11-02 # by plugin\nword_count: 1 # counted\n\
        people: [Al] # Bob of the ferry\n---\nx\n";
    assert_eq!(lost(old, new), ["# Bob of the ferry"]);
}

#[test]
fn what_else_is_undone_is_named() {
    let old = "---\npeople: [Al]\nmood: good\ngear:\n  - lamp\n---\nx\ny\n";
    let new = "---\npeople: [Al, Bob]\nmood: calm\n---\nx\n";
    assert_eq!(told(old, new), ["gear", "mood", "the text"]);
    let old = "---\npeople: [Al]\nword_count: 1\n---\nx\n";
    let new = "---\npeople: [Al, Bob]\nword_count: 2\ngear: [lamp]\n---\nx y\n";
    assert_eq!(told(old, new), ["gear", "the text"]);
    let old = "---\npeople: [Al]\n---\n\nx\n";
    let new = "---\npeople: [Al, Bob]\n---\nx\n";
    assert_eq!(told(old, new), ["the text"]);
}

#[test]
fn values_of_any_kind_are_undone() {
    for (before, now) in [
        ("draft: true", "draft: false"),
        ("draft: true", ""),
        ("place: {town: Ulm}", "place: {town: Bonn}"),
        ("place: !at Ulm", "place: !at Bonn"),
        ("place: *here", "place: *there"),
        ("place: *here", ""),
    ] {
        let anchors = "one: &here 1\ntwo: &there 2";
        let old = format!("---\n{anchors}\npeople: [Al]\n{before}\n---\nx\n");
        let new = format!("---\n{anchors}\npeople: [Al, Bob]\n{now}\n---\nx\n");
        let name = before.split_once(':').unwrap().0;
        assert_eq!(told(&old, &new), [name], "{before} {now}");
    }
}

#[test]
fn who_was_added_since_or_is_new_is_named_beside_who_is_back() {
    let people = |people: &[&str]| format!("---\npeople: [{}]\n---\nx\n", people.join(", "));
    let back = (Table::People, "Bob");
    for (before, now) in [
        (&["Al", "Cy"][..], &["Al", "Bob"][..]),
        (&["Al"], &["Al", "Bob", "Cy"]),
    ] {
        let (old, new) = (people(before), people(now));
        let told = told_of((&old, &facts_of(before)), (&new, &facts_of(now)), back);
        assert_eq!(told, ["people"], "{before:?} {now:?}");
    }
}

#[test]
fn an_item_that_is_back_concerns_its_own_field_alone() {
    let facts = |items: &[(Table, &str)]| Facts {
        items: items.iter().map(|(t, i)| (*t, ItemKey::new(i))).collect(),
        hash: String::new(),
    };
    let al = (Table::People, "Al");
    let back = (Table::Tags, "sea");
    let (had, has) = (facts(&[al]), facts(&[al, back]));
    let old = "---\npeople: [Al]\n---\nx\n";
    let new = "---\npeople: [Al]\ntags: [sea]\n---\nx\n";
    assert_eq!(told_of((old, &had), (new, &has), back), [""; 0]);
    let new = "---\npeople: [al]\ntags: [sea]\n---\nx\n";
    assert_eq!(told_of((old, &had), (new, &has), back), ["people"]);
    // Themes stand in a map.
    let back = (Table::Themes, "sea");
    let (had, has) = (facts(&[]), facts(&[back]));
    let old = "---\nmood: calm\n---\nx\n";
    let new = "---\nmood: calm\nmanuscript: {themes: [sea]}\n---\nx\n";
    assert_eq!(told_of((old, &had), (new, &has), back), [""; 0]);
}

#[test]
fn a_map_that_is_edited_beside_the_item_is_undone() {
    let had = facts_of(&["Al"]);
    let has = facts_of(&["Al", "Bob"]);
    let told = |old: &str, new: &str| {
        let page = |field: &str| format!("---\n{field}---\nx\n");
        let (old, new) = (page(old), page(new));
        told_of((&old, &had), (&new, &has), (Table::People, "Bob"))
    };
    let al = |alias: &str| format!("people:\n- {{name: Al, alias: {alias}}}\n");
    let back = |al: String| format!("{al}- Bob\n");
    assert_eq!(told(&al("Ally"), &back(al("Ally"))), [""; 0]);
    assert_eq!(told(&al("[Ally, Alf]"), &back(al("Ally"))), ["people"]);
    // A removal may leave an empty key out, or write a list of one.
    let now = "people:\n- {name: Al, alias: [Ally], role: }\n- Bob\n";
    assert_eq!(told(&al("Ally"), now), [""; 0]);
    assert_eq!(
        told("people: {Al: x}\n", "people: {Al: x, Bob: y}\n"),
        [""; 0]
    );
}

#[test]
fn another_key_of_the_map_with_the_item_is_undone() {
    let facts_of = |themes: &[&str]| Facts {
        items: themes
            .iter()
            .map(|t| (Table::Themes, ItemKey::new(t)))
            .collect(),
        hash: String::new(),
    };
    let (had, has) = (facts_of(&["quay"]), facts_of(&["quay", "ferry"]));
    let told = |old: &str, new: &str| {
        let page = |keys: &str| format!("---\nmanuscript: {{{keys}}}\n---\nx\n");
        let (old, new) = (page(old), page(new));
        told_of((&old, &had), (&new, &has), (Table::Themes, "ferry"))
    };
    let new = "status: draft, themes: [quay, ferry]";
    assert_eq!(told("themes: [quay], status: draft", new), [""; 0]);
    for old in [
        "themes: [quay], status: done",
        "themes: [quay]",
        "themes: [quay], status: draft, edited: true",
    ] {
        assert_eq!(told(old, new), ["manuscript"], "{old}");
    }
}
