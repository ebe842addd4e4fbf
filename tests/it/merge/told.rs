//! What a merge says that it decided: for `palimpsest merge -v`, and for the list of
//! what is left to a person.

use palimpsest::journal::reconcile::{Decision, FileKind, Merged, Merger, Outcome};
use palimpsest::journal::rules::{Rule, Rules};
use palimpsest::merge::{ConflictStyle, ThreeWay};
use palimpsest::repo::GitLines;

use super::{merge, merge_as};

fn merged(base: &str, ours: &str, theirs: &str) -> Merged {
    let sides = ThreeWay::new(base, ours, theirs).map(|f| format!("---\n{f}---\nx\n"));
    merge(sides.as_ref().map(|t| t.as_bytes()))
}

/// Every field that is told of, by its dotted path.
fn told(merged: &Merged) -> Vec<(String, Decision)> {
    let fields = merged.report.fields.iter();
    fields.map(|f| (f.path.join("."), f.decision)).collect()
}

fn fields(told: &[(&str, Decision)]) -> Vec<(String, Decision)> {
    told.iter()
        .map(|(path, d)| ((*path).to_owned(), *d))
        .collect()
}

#[test]
fn each_field_is_told_once_with_the_side_that_it_is_of() {
    let out = merged(
        "a: 1\nb: 1\nc: 1\nd: 1\ntags:\n- fog\nmanuscript: {themes: [x], a: 1}\npeople: []\nsame: {\n}\n",
        "a: 2\nb: 1\nd: 2\ntags:\n- fog\n- sea\nmanuscript: {themes: [x], a: 1}\npeople: []\nsame: {\n}\n",
        "a: 1\nb: 2\nc: 1\nd: 3\ntags:\n- fog\n- quay # all\nmanuscript: {themes: [x], a: 2}\npeople: []\nsame: {\n}\n",
    );
    let wanted = fields(&[
        ("a", Decision::Ours),
        ("b", Decision::Theirs),
        ("d", Decision::Conflict),
        ("tags", Decision::Merged),
        ("manuscript", Decision::Theirs),
        ("c", Decision::Ours),
    ]);
    assert_eq!(told(&out), wanted);
}

/// An item of a list without names is told by its place in the base.
#[test]
fn an_item_of_a_sequence_is_told_by_its_place() {
    let out = merged(
        "locations:\n- quay\n- moor\n- fen\n",
        "locations:\n- moor\n- fen\n",
        "locations:\n- quay\n- moor\n- \"fen\"\n",
    );
    let wanted = fields(&[
        ("locations.2", Decision::Theirs),
        ("locations", Decision::Merged),
    ]);
    assert_eq!(told(&out), wanted);
}

/// A place that an item moved to is none for it to come back to.
#[test]
fn an_item_without_a_name_is_told_as_people_write_it() {
    let long = "of many words that go on and on and on";
    for (item, shown) in [
        ("{x: 1}", "{x: 1}"),
        ("[a, 'b', \"1\", ~]", "[a, b, 1, null]"),
        (
            "{x: [1.50, True], y: {z: }}",
            "{x: [1.50, True], y: {z: null}}",
        ),
        (
            &format!("{{x: a text {long}}}"),
            "{x: a text of many words that go on and …",
        ),
    ] {
        let out = merged(
            &format!("people:\n- {item}\n- Bob\n"),
            &format!("people:\n- {item} # mine\n- Bob\n"),
            "people:\n- Bob\n",
        );
        let wanted = fields(&[(&format!("people.{shown}"), Decision::Conflict)]);
        let mut told = told(&out);
        told.retain(|(_, decision)| *decision == Decision::Conflict);
        assert_eq!(told, wanted);
    }
}

/// Two of one kind have a number.
#[test]
fn an_item_without_a_name_is_told_by_its_value_and_number() {
    let item = "- {x: 1}\n";
    let out = merged(
        &format!("people:\n{item}{item}- Bob\n"),
        &format!("people:\n{item}- {{x: 1}} # mine\n- Bob\n"),
        &format!("people:\n{item}- Bob\n"),
    );
    assert!(
        told(&out)
            .iter()
            .all(|(path, _)| !path.contains("Map") && !path.contains("Typed")),
        "{:?}",
        told(&out)
    );
}

#[test]
fn an_item_of_a_sequence_that_moved_here_and_went_there_goes() {
    let base = "locations:\n- quay\n- mole # low\n- fen\nmood: fair\n";
    let removed = "locations:\n- quay\n- fen\nmood: fair\n";
    for (moved, wanted) in [
        (
            "locations:\n- mole # low\n- quay\n- fen\nmood: grim\n",
            "locations:\n- quay\n- fen\nmood: grim\n",
        ),
        (
            "locations:\n- quay\n- fen\n- mole # low\nmood: grim\n",
            "locations:\n- quay\n- fen\nmood: grim\n",
        ),
        (
            "locations:\n- 'mole' # low\n- quay\n- fen\nmood: grim\n",
            "locations:\n- quay\n- fen\nmood: grim\n",
        ),
    ] {
        for (ours, theirs) in [(moved, removed), (removed, moved)] {
            let out = merged(base, ours, theirs);
            let text = String::from_utf8(out.bytes).unwrap();
            assert_eq!(text, format!("---\n{wanted}---\nx\n"));
        }
    }
    // Nor does what went on one side stand in the way of what went on the other.
    let out = merged(base, "locations:\n- mole # low\n- fen\n", removed);
    let text = String::from_utf8(out.bytes).unwrap();
    assert_eq!(text, "---\nlocations:\n- fen\n---\nx\n");
    // Edited on the way: more than a place is at stake.
    let edited = "locations:\n- quay\n- fen\n- mole # high\nmood: grim\n";
    assert!(merged(base, edited, removed).conflict);
    assert!(merged(base, removed, edited).conflict);
}

/// One side was there once more in the end, the other not in the beginning.
#[test]
fn an_item_of_a_sequence_that_one_side_wrote_at_another_place_stays_there() {
    let base = "locations:\n- slip\n- quay\n- mole\nmood: fair\n";
    let twice = "locations:\n- slip\n- quay\n- mole\n- slip\nmood: grim\n";
    let removed = "locations:\n- quay\n- mole\nmood: fair\n";
    let wanted = "---\nlocations:\n- quay\n- mole\n- slip\nmood: grim\n---\nx\n";
    for (ours, theirs) in [(twice, removed), (removed, twice)] {
        let out = merged(base, ours, theirs);
        assert_eq!(String::from_utf8(out.bytes).unwrap(), wanted);
    }
}

/// What is marked as a whole is told as a whole.
#[test]
fn a_conflict_inside_another_is_not_told_beside_it() {
    let out = merged(
        "poems:\n- title: A\n- title: B\n",
        "",
        "poems:\n- title: A # new\n- title: B\n",
    );
    assert_eq!(told(&out), fields(&[("poems", Decision::Conflict)]));
    let out = merged(
        "manuscript:\n  status: draft\n",
        "manuscript:\n  status: done\n",
        "manuscript: {}\n",
    );
    assert_eq!(told(&out), fields(&[("manuscript", Decision::Conflict)]));
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_in_the_file() {
    let front = "mood: calm\nBody.\ntags: [sea]\n";
    let line = |merged: &Merged| match &merged.outcome {
        Outcome::Git(reason) => reason
            .to_string()
            .split(", column")
            .next()
            .map(str::to_owned),
        Outcome::ByField => None,
    };
    let out = merged("", "a: 1\n", front);
    assert_eq!(line(&out).as_deref(), Some("theirs, line 3"));
    let sides = ThreeWay::new("", "a: 1\n", front).map(str::as_bytes);
    let out = merge_as(FileKind::Yaml, ConflictStyle::Merge, 7, sides);
    assert_eq!(line(&out).as_deref(), Some("theirs, line 2"));
}

/// Rules of `palimpsest.toml`, for fields whose shape says something else.
#[test]
fn a_rule_of_the_settings_counts_for_its_field() {
    let list = |rule: Rule, ours: &str, theirs: &str| {
        let mut rules = Rules::default();
        rules.insert("walks", rule);
        let lines = GitLines::new();
        let merger = Merger {
            kind: FileKind::Yaml,
            ..Merger::plain(&rules, &lines)
        };
        let sides = ["", ours, theirs].map(|items| format!("walks: {items}\n"));
        let [base, ours, theirs] = sides.each_ref().map(|t| t.as_bytes());
        let merged = merger.merge(ThreeWay::new(base, ours, theirs)).unwrap();
        (!merged.conflict).then(|| String::from_utf8(merged.bytes).unwrap())
    };
    let by = |keys: &[&str]| Rule::KeyedList(keys.iter().map(|&k| k.to_owned()).collect());
    let (ours, theirs) = ("[{id: 1, at: quay}]", "[{id: 1, at: moor}]");
    let both = "walks: [{id: 1, at: moor}, {id: 1, at: quay}]\n".to_owned();
    assert_eq!(list(by(&["at"]), ours, theirs), Some(both));
    assert_eq!(list(by(&["id"]), ours, theirs), None);
    // The keys are found by the shape, or the list is one in order.
    assert_eq!(list(by(&[]), ours, theirs), None);
    assert_eq!(
        list(by(&[]), "[quay, quay, moor]", "[quay, quay, fen]"),
        None
    );
    assert_eq!(list(Rule::Scalar, "[quay]", "[moor]"), None);
    assert_eq!(list(Rule::Sequence, "[quay]", "[moor]"), None);
    let both = Some("walks: [moor, quay]\n".to_owned());
    assert_eq!(list(Rule::Set, "[quay]", "[moor]"), both);
}
