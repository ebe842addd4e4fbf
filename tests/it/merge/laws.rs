//! Laws of the merge, over generated documents in every style.

use std::cell::Cell;
use std::collections::BTreeSet;

use palimpsest::journal::Document;
use palimpsest::journal::reconcile::{FileKind, Outcome};
use palimpsest::journal::yaml::{Tree, Value};
use palimpsest::merge::{ConflictStyle, ThreeWay};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::merge;

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

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Layout {
    Flow,
    FlowLines,
    Block,
    Indentless,
}

/// A comment above the second item of a list in lines.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Line {
    number: u8,
    /// It stands in column 0, also where the list does not.
    outside: bool,
}

/// A field of the generated model.
#[derive(Debug, Clone, PartialEq)]
enum Field {
    List {
        items: Vec<usize>,
        layout: Layout,
        quoted: bool,
        comment: Option<u8>,
        line: Option<Line>,
    },
    Scalar {
        value: usize,
        quote: u8,
        comment: Option<u8>,
    },
    Map {
        pairs: Vec<(usize, usize)>,
        flow: bool,
    },
    Text {
        lines: Vec<usize>,
        folded: bool,
    },
}

#[derive(Clone, PartialEq)]
struct Model {
    /// Fields by key, in order.
    fields: Vec<(usize, Field)>,
    body: Vec<usize>,
}

impl std::fmt::Debug for Model {
    /// As the text that a failure can be tried with.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\n{}", self.write())
    }
}

const WORDS: [&str; 14] = [
    "Orla",
    "Bram Saltmarsh",
    "Ana-Lirio",
    "quay",
    "fog",
    "Zoë",
    "5",
    "the: colon",
    "a, b",
    "it's",
    "ferry steps",
    "no",
    "2031-05-04",
    "Moth",
];
const KEYS: [&str; 9] = [
    "people",
    "tags",
    "mood",
    "notes",
    "weather",
    "gear",
    "city",
    "title",
    "manuscript",
];

fn word(i: usize, quote: u8) -> String {
    let word = WORDS[i % WORDS.len()];
    let needs = word.contains([',', ':', '\'']);
    match quote {
        0 if !needs => word.to_owned(),
        1 => format!("'{}'", word.replace('\'', "''")),
        _ => format!("\"{word}\""),
    }
}

impl Field {
    fn write(&self, key: &str, out: &mut String) {
        let comment = |c: &Option<u8>| c.map(|c| format!(" # remark {c}")).unwrap_or_default();
        match self {
            Self::List {
                items,
                layout,
                quoted,
                comment: c,
                line,
            } => {
                let words: Vec<String> = items
                    .iter()
                    .map(|&i| word(i, if *quoted { 2 } else { 0 }))
                    .collect();
                match layout {
                    _ if items.is_empty() => *out += &format!("{key}: []{}\n", comment(c)),
                    Layout::Flow => {
                        *out += &format!("{key}: [{}]{}\n", words.join(", "), comment(c))
                    }
                    Layout::FlowLines => {
                        *out += &format!("{key}: [\n  {}\n]\n", words.join(",\n  "))
                    }
                    Layout::Block | Layout::Indentless => {
                        *out += &format!("{key}:\n");
                        let indent = if *layout == Layout::Block { "  " } else { "" };
                        for (i, w) in words.iter().enumerate() {
                            let remark = if i == 0 { comment(c) } else { String::new() };
                            if let (1, Some(Line { number, outside })) = (i, line) {
                                let indent = if *outside { "" } else { indent };
                                *out += &format!("{indent}# line {number}\n");
                            }
                            *out += &format!("{indent}- {w}{remark}\n");
                        }
                    }
                }
            }
            Self::Scalar {
                value,
                quote,
                comment: c,
            } => *out += &format!("{key}: {}{}\n", word(*value, *quote), comment(c)),
            Self::Map { pairs, flow } => {
                let pairs: Vec<String> = pairs
                    .iter()
                    .map(|(k, v)| format!("k{k}: {}", word(*v, 2)))
                    .collect();
                if *flow || pairs.is_empty() {
                    *out += &format!("{key}: {{{}}}\n", pairs.join(", "));
                } else {
                    *out += &format!("{key}:\n    {}\n", pairs.join("\n    "));
                }
            }
            Self::Text { lines, folded } => {
                *out += &format!("{key}: {}\n", if *folded { ">-" } else { "|" });
                for l in lines {
                    *out += &format!("  {}\n\n", WORDS[l % WORDS.len()]);
                }
                if lines.is_empty() {
                    *out += "  nothing\n";
                }
            }
        }
    }
}

impl Model {
    fn write(&self) -> String {
        let mut out = String::from("---\ndate: 2031-05-04\n");
        for (key, field) in &self.fields {
            field.write(KEYS[*key], &mut out);
        }
        out += "---\n";
        for line in &self.body {
            out += &format!("{}\n\n", WORDS[line % WORDS.len()]);
        }
        out
    }

    /// A field as it is written; nothing if it is not there.
    fn lines_of(&self, key: usize) -> String {
        let mut lines = String::new();
        for (_, field) in self.fields.iter().filter(|(k, _)| *k == key) {
            field.write(KEYS[key], &mut lines);
        }
        lines
    }

    fn items(&self, key: usize) -> Option<BTreeSet<usize>> {
        self.fields
            .iter()
            .find(|(k, _)| *k == key)
            .and_then(|(_, f)| match f {
                Field::List { items, .. } => Some(items.iter().copied().collect()),
                _ => None,
            })
    }
}

fn unique(mut items: Vec<usize>) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    items.retain(|i| seen.insert(*i));
    items
}

fn layout() -> impl Strategy<Value = Layout> {
    prop_oneof![
        Just(Layout::Flow),
        Just(Layout::FlowLines),
        Just(Layout::Block),
        Just(Layout::Indentless)
    ]
}

fn list() -> impl Strategy<Value = Field> {
    (
        prop::collection::vec(0..WORDS.len(), 0..5),
        layout(),
        any::<bool>(),
        prop::option::weighted(0.2, 0..3u8),
        prop::option::weighted(0.2, (0..2u8, any::<bool>())),
    )
        .prop_map(|(items, layout, quoted, comment, line)| Field::List {
            items: unique(items),
            layout,
            quoted,
            comment,
            line: line.map(|(number, outside)| Line { number, outside }),
        })
}

fn field(key: usize) -> BoxedStrategy<Field> {
    match KEYS[key] {
        "people" | "tags" | "gear" => list().boxed(),
        "weather" | "manuscript" => (
            prop::collection::vec((0..4usize, 0..WORDS.len()), 1..4),
            any::<bool>(),
        )
            .prop_map(|(mut pairs, flow)| {
                pairs.sort();
                pairs.dedup_by_key(|p| p.0);
                Field::Map { pairs, flow }
            })
            .boxed(),
        "notes" => (prop::collection::vec(0..WORDS.len(), 1..4), any::<bool>())
            .prop_map(|(lines, folded)| Field::Text { lines, folded })
            .boxed(),
        _ => (0..WORDS.len(), 0..3u8, prop::option::weighted(0.2, 0..3u8))
            .prop_map(|(value, quote, comment)| Field::Scalar {
                value,
                quote,
                comment,
            })
            .boxed(),
    }
}

fn model() -> impl Strategy<Value = Model> {
    let keys = prop::sample::subsequence((0..KEYS.len()).collect::<Vec<_>>(), 0..=KEYS.len())
        .prop_shuffle();
    let fields = keys.prop_flat_map(|keys| {
        keys.into_iter()
            .map(|k| field(k).prop_map(move |f| (k, f)))
            .collect::<Vec<_>>()
    });
    (fields, prop::collection::vec(0..WORDS.len(), 0..5))
        .prop_map(|(fields, body)| Model { fields, body })
}

/// One change that a person makes.
#[derive(Debug, Clone)]
enum Edit {
    Set(usize, Field),
    Remove(usize),
    AddItem(usize, usize),
    RemoveItem(usize, usize),
    Restyle(usize, Layout),
    Move(usize),
    Body(usize, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        2 => (0..KEYS.len()).prop_flat_map(|k| field(k).prop_map(move |f| Edit::Set(k, f))),
        1 => (0..KEYS.len()).prop_map(Edit::Remove),
        6 => (0..2usize, 0..WORDS.len()).prop_map(|(k, i)| Edit::AddItem(k, i)),
        3 => (0..2usize, 0..5usize).prop_map(|(k, i)| Edit::RemoveItem(k, i)),
        2 => (0..2usize, layout()).prop_map(|(k, layout)| Edit::Restyle(k, layout)),
        1 => (0..KEYS.len()).prop_map(Edit::Move),
        1 => (0..5usize, 0..WORDS.len()).prop_map(|(at, w)| Edit::Body(at, w)),
    ]
}

fn apply(mut model: Model, edits: &[Edit]) -> Model {
    for edit in edits {
        let at = |m: &Model, key: usize| m.fields.iter().position(|(k, _)| *k == key);
        match edit.clone() {
            Edit::Set(key, field) => match at(&model, key) {
                Some(i) => model.fields[i].1 = field,
                None => model.fields.push((key, field)),
            },
            Edit::Remove(key) => model.fields.retain(|(k, _)| *k != key),
            Edit::AddItem(key, item) => {
                if let Some(i) = at(&model, key)
                    && let Field::List { items, .. } = &mut model.fields[i].1
                    && !items.contains(&item)
                {
                    items.push(item);
                }
            }
            Edit::RemoveItem(key, nth) => {
                if let Some(i) = at(&model, key)
                    && let Field::List { items, .. } = &mut model.fields[i].1
                    && nth < items.len()
                {
                    items.remove(nth);
                }
            }
            Edit::Restyle(key, to) => {
                if let Some(i) = at(&model, key)
                    && let Field::List { layout, .. } = &mut model.fields[i].1
                {
                    *layout = to;
                }
            }
            Edit::Move(key) => {
                if let Some(i) = at(&model, key) {
                    let field = model.fields.remove(i);
                    model.fields.push(field);
                }
            }
            Edit::Body(line, word) => match model.body.get_mut(line) {
                Some(l) => *l = word,
                None => model.body.push(word),
            },
        }
    }
    model
}

/// A base and two sides that grew from it.
fn histories() -> impl Strategy<Value = ThreeWay<Model>> {
    (
        model(),
        prop::collection::vec(edit(), 0..5),
        prop::collection::vec(edit(), 0..5),
    )
        .prop_map(|(base, a, b)| {
            ThreeWay::new(base.clone(), apply(base.clone(), &a), apply(base, &b))
        })
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

/// A comment of a list's own may be on what the other side removed: that is the one reason
/// for a conflict in it.
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
            prop_assert!(has_comment || !conflicts(&merged).iter().any(is_of_it));
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
