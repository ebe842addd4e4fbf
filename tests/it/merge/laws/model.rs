//! Generated documents in every style, and edits of them.

use std::collections::BTreeSet;

use palimpsest::merge::ThreeWay;
use proptest::prelude::*;

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Layout {
    Flow,
    FlowLines,
    Block,
    Indentless,
}

/// A comment above the second item of a list in lines.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    number: u8,
    /// It stands in column 0, also where the list does not.
    outside: bool,
}

/// A field of the generated model.
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
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
pub struct Model {
    /// Fields by key, in order.
    pub fields: Vec<(usize, Field)>,
    body: Vec<usize>,
}

impl std::fmt::Debug for Model {
    /// As the text that a failure can be tried with.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "\n{}", self.write())
    }
}

pub const WORDS: [&str; 14] = [
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
pub const KEYS: [&str; 9] = [
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
    pub fn write(&self, key: &str, out: &mut String) {
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
    pub fn write(&self) -> String {
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
    pub fn lines_of(&self, key: usize) -> String {
        let mut lines = String::new();
        for (_, field) in self.fields.iter().filter(|(k, _)| *k == key) {
            field.write(KEYS[key], &mut lines);
        }
        lines
    }

    pub fn items(&self, key: usize) -> Option<BTreeSet<usize>> {
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

pub fn model() -> impl Strategy<Value = Model> {
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
pub enum Edit {
    Set(usize, Field),
    Remove(usize),
    AddItem(usize, usize),
    RemoveItem(usize, usize),
    Restyle(usize, Layout),
    Move(usize),
    Body(usize, usize),
}

pub fn edit() -> impl Strategy<Value = Edit> {
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

pub fn apply(mut model: Model, edits: &[Edit]) -> Model {
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
pub fn histories() -> impl Strategy<Value = ThreeWay<Model>> {
    (
        model(),
        prop::collection::vec(edit(), 0..5),
        prop::collection::vec(edit(), 0..5),
    )
        .prop_map(|(base, a, b)| {
            ThreeWay::new(base.clone(), apply(base.clone(), &a), apply(base, &b))
        })
}
