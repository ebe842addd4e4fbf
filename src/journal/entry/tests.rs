//! Each spelling of each field.

mod errors;

use super::*;
use crate::journal::yaml::Tree;

fn date() -> EntryDate {
    EntryDate::from_iso("2031-05-04").unwrap()
}

fn read(fields: &str) -> Entry {
    let file = format!("---\ndate: 2031-05-04\n{fields}---\nWent to the quay.\n");
    Entry::read(date(), file.as_bytes()).unwrap()
}

fn error(file: &[u8]) -> String {
    Entry::read(date(), file).unwrap_err().to_string()
}

fn field_error(fields: &str) -> String {
    error(format!("---\ndate: 2031-05-04\n{fields}---\nx\n").as_bytes())
}

fn items(fields: &str) -> String {
    let facts = read(fields).facts();
    let shown = facts
        .items
        .iter()
        .map(|(t, k)| format!("{}={k}", &t.name()[6..]));
    shown.collect::<Vec<_>>().join("; ")
}

fn warnings(fields: &str) -> String {
    let shown: Vec<String> = read(fields)
        .warnings
        .iter()
        .map(ToString::to_string)
        .collect();
    shown.join("\n")
}

#[test]
fn the_smallest_entry() {
    let entry = read("");
    assert_eq!((entry.word_count, entry.reading_time), (4, 0.02));
    assert!(entry.facts().items.is_empty());
    assert_eq!(
        entry.facts().hash,
        super::super::digest::text_hash(b"date: 2031-05-04\n")
    );
    for head in [
        "\u{FEFF}---\ndate: '2031-05-04'",
        "---\r\ndate: \"2031-05-04\"\r",
    ] {
        assert!(Entry::read(date(), format!("{head}\n---\n").as_bytes()).is_ok());
    }
}

#[test]
fn every_spelling_of_a_list() {
    for (fields, expected) in [
        ("tags: [a, b]\n", "tags=a; tags=b"),
        ("tags:\n- a\n- b\n", "tags=a; tags=b"),
        ("tags:\n  - 'a'\n  - \"b\" # c\n", "tags=a; tags=b"),
        ("tags: a b\n", "tags=a b"),
        ("tags:\n", ""),
        ("tags: []\n", ""),
        ("tags: null\n", ""),
        ("tags: ''\nreferences: \"\"\npoems: ''\n", ""),
        ("tags: [a, a, ' a']\n", "tags=a"),
        ("tags: [2024, true]\n", "tags=2024; tags=true"),
        ("tags: [a,\n]\n", "tags=a"),
        ("events: Fair\n", "events=Fair"),
        (
            "city: Porto\ncities: [Porto, Lisbon]\n",
            "cities=Lisbon; cities=Porto",
        ),
        (
            "related_entries: [2030-11-02, \"2030-11-05\"]\n",
            "related=2030-11-02; related=2030-11-05",
        ),
        ("manuscript: {themes: [distance]}\n", "themes=distance"),
        ("manuscript: \"\"\n", ""),
        ("locations: Quay\n", "locations=Quay"),
        (
            "locations: [Quay, Gull Cafe]\n",
            "locations=Gull Cafe; locations=Quay",
        ),
        (
            "locations: {Porto: Quay, Lisbon: [Mill, Inn]}\n",
            "locations=Inn; locations=Mill; locations=Quay",
        ),
        (
            "city: &c Porto\nlocations: {*c : Quay}\n",
            "cities=Porto; locations=Quay",
        ),
    ] {
        assert_eq!(items(fields), expected, "{fields}");
    }
}

#[test]
fn every_spelling_of_people() {
    let fields = r#"people:
  - Orla
  - Orla Pennyfold
  - Ana-Lirio  # comment
  - Bram (Bram Saltmarsh)
  - "@Moth"
  - "@Pip (Ida)"
  - name: Orla
    full_name: Orla Reed
    alias: [Moth, "@Fly"]
"#;
    let entry = read(fields);
    let keys: Vec<&str> = entry.people.iter().map(|p| p.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "Orla",
            "Orla Pennyfold",
            "Ana Lirio",
            "Bram Saltmarsh",
            "@Moth",
            "Ida",
            "Orla Reed"
        ]
    );
    assert_eq!(entry.people[5].aliases, ["Pip"]);
    assert_eq!(entry.people[6].aliases, ["Fly", "Moth"]);
    assert_eq!(entry.people[6].name.as_deref(), Some("Orla"));
}

#[test]
fn locations_keep_their_order_and_city() {
    let shown = |fields: &str| {
        let entry = read(fields);
        let locations = entry.locations.iter().map(|l| match &l.city {
            Some(city) => format!("{} in {city}", l.key),
            None => l.key.to_string(),
        });
        locations.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(
        shown("city: Porto\nlocations: [Quay, Inn]\n"),
        "Quay in Porto, Inn in Porto"
    );
    assert_eq!(shown("city: [A, B]\nlocations: [Quay, Inn]\n"), "Quay, Inn");
    assert_eq!(
        shown("locations: {B: Quay, A: [Inn]}\n"),
        "Quay in B, Inn in A"
    );
    assert_eq!(shown("locations:\n- B: [Quay]\n- Inn\n"), "Quay in B, Inn");
    assert_eq!(
        shown("city: &c [A, &b B]\nlocations:\n  *b : [Quay]\n"),
        "Quay in B"
    );
}

#[test]
fn every_spelling_of_dates() {
    let fields = r#"dates:
  - "~"
  - 2030-11-02
  - "2030-11-05 (letter from the clinic)"
  - "2030-11-09 (walk with @Ana-Lirio at #Ferry-Steps)"
  - {date: 2030-12-24, context: "choir, with @Orla", people: [Orla, Bo], locations: [Gull Cafe]}
"#;
    let entry = read(fields);
    assert!(entry.own_date_left_out);
    let shown: Vec<String> = entry
        .dates
        .iter()
        .map(|d| {
            let people: Vec<&str> = d.people.iter().map(|p| p.key.as_str()).collect();
            let places: Vec<&str> = d.locations.iter().map(ItemKey::as_str).collect();
            let context = d.context.as_deref().unwrap_or("-");
            format!("{} {context} {people:?} {places:?}", d.key)
        })
        .collect();
    assert_eq!(
        shown,
        [
            "2030-11-02 - [] []",
            "2030-11-05 letter from the clinic [] []",
            "2030-11-09 walk with @Ana-Lirio at #Ferry-Steps [\"Ana Lirio\"] [\"Ferry Steps\"]",
            "2030-12-24 choir, with @Orla [\"Orla\", \"Bo\"] [\"Gull Cafe\"]",
        ]
    );
    // A second spelling of a person there tells more.
    let fields = "dates: [{date: 2030-11-02, context: '@Orla', people: ['@Moth (Orla)']}]\n";
    let people = &read(fields).dates[0].people;
    assert_eq!(people.last().unwrap().aliases, ["Moth"]);
    assert_eq!(items("dates: {date: 2030-11-02}\n"), "dates=2030-11-02");
    assert!(read("dates:\n  - ~\n").own_date_left_out);
    assert_eq!(items("dates: [soon]\n"), "dates=soon");
    assert_eq!(
        warnings("dates: [soon]\n"),
        "3:9: `soon` is no date; expected one such as 2024-11-01"
    );
}

#[test]
fn references_poems_and_manuscript() {
    let fields = r#"references:
  - content: "Salt keeps what water cannot"
    mode: paraphrase
    speaker: Bram
    source: {title: The Salt Almanac, type: movie, isbn: 12}
    page: 3
  - description: a poster
poems:
  - title: Fog Study
    content: |
      one line
      two
    revision_date: 2031-05-04
manuscript: {status: draft, edited: false, themes: [distance], notes: keep the ferry, part: 2}
"#;
    let entry = read(fields);
    assert_eq!(entry.warnings, []);
    let first = &entry.references[0];
    assert_eq!(first.key.as_str(), "Salt keeps what water cannot");
    assert_eq!(
        (first.mode.as_str(), first.speaker.as_deref()),
        ("paraphrase", Some("Bram"))
    );
    let source = first.source.as_ref().unwrap();
    assert_eq!(
        (source.kind.as_deref(), source.other["isbn"].as_i64()),
        (Some("film"), Some(12))
    );
    assert_eq!(first.other["page"], 3);
    assert_eq!(
        (
            entry.references[1].key.as_str(),
            entry.references[1].mode.as_str()
        ),
        ("a poster", "direct")
    );
    assert_eq!(entry.poems[0].content.as_deref(), Some("one line\ntwo"));
    assert_eq!(entry.poems[0].revision_date.as_deref(), Some("2031-05-04"));
    let manuscript = entry.manuscript.unwrap();
    assert_eq!(
        (manuscript.status.as_deref(), manuscript.edited),
        (Some("draft"), Some(false))
    );
    assert_eq!(manuscript.other["part"], 2);
}

#[test]
fn anything_else_is_kept() {
    let entry = read("mood: {a: [1, x, ~], b: true}\nepigraph: &q \"Salt\"\nagain: *q\n");
    assert_eq!(
        entry.other["mood"].to_string(),
        r#"{"a":[1,"x",null],"b":true}"#
    );
    assert_eq!(entry.other["again"], "Salt");
    let keys = read(
        "a: &k mood\n? [x, 1]\n: deep\nb:\n  *k : calm\n  ~: [---, ...]\n*k : low\nrule: ---\n",
    );
    assert_eq!(
        serde_json::to_string(&keys.other).unwrap(),
        r#"{"a":"mood","[\"x\",1]":"deep","b":{"mood":"calm","~":["---","..."]},"mood":"low","rule":"---"}"#
    );
    assert_eq!(entry.epigraph.as_deref(), Some("Salt"));
    let empty = read("epigraph: ''\nnotes:\nepigraph_attribution: \"  \"\n");
    assert_eq!(
        (empty.epigraph, empty.notes, empty.epigraph_attribution),
        (None, None, None)
    );
}

#[test]
fn numbers_are_the_entrys_or_the_bodys() {
    let entry = read("word_count: 512\nreading_time: 2.1\n");
    assert_eq!((entry.word_count, entry.reading_time), (512, 2.1));
    let entry = read("word_count: many\n");
    assert_eq!((entry.word_count, entry.reading_time), (4, 0.02));
    assert_eq!(entry.other["word_count"], "many");
    assert_eq!(
        entry.warnings[0].to_string(),
        "3:13: `word_count` is no number of 0 or more; worked out instead"
    );
    assert_eq!(read("word_count: -1\n").warnings.len(), 1);
    for empty in ["", " ''", " {}"] {
        let entry = read(&format!("word_count:{empty}\nreading_time:{empty}\n"));
        assert_eq!((entry.warnings, entry.other.len()), (vec![], 0), "{empty}");
    }
}

#[test]
fn a_value_outside_a_list_is_a_warning_with_its_place() {
    let fields = "manuscript:\n  status: done\nreferences:\n  - content: x\n    mode: odd\n";
    let shown = warnings(fields);
    assert!(
        shown.starts_with("4:11: `status: done` is unknown; expected one of unspecified"),
        "{shown}"
    );
    assert!(shown.contains("\n7:11: `mode: odd` is unknown"), "{shown}");
    let entry = read(fields);
    assert_eq!(entry.manuscript.unwrap().status.as_deref(), Some("done"));
    for empty in ["", " {}", " {status: }", " {themes: []}"] {
        assert_eq!(read(&format!("manuscript:{empty}\n")).manuscript, None);
    }
}

#[test]
fn what_is_of_no_known_form_is_among_the_further_keys() {
    let fields = "manuscript: {status: [draft], edited: nearly, notes: {a: b}}\n\
                  references: [{content: x, speaker: [Bram], mode: {a: b}, source: [y]},\
                  {content: z, source: {title: T, author: [I]}}]\n\
                  poems: [{title: Fog, content: [a]}]\n";
    let entry = read(fields);
    let json = |map: &Map<String, Value>| serde_json::to_string(map).unwrap();
    assert_eq!(
        json(&entry.manuscript.unwrap().other),
        r#"{"status":["draft"],"edited":"nearly","notes":{"a":"b"}}"#
    );
    let [first, second] = entry.references.as_slice() else {
        panic!("{:?}", entry.references)
    };
    assert_eq!(
        json(&first.other),
        r#"{"speaker":["Bram"],"mode":{"a":"b"},"source":["y"]}"#
    );
    assert_eq!(
        json(&second.source.as_ref().unwrap().other),
        r#"{"author":["I"]}"#
    );
    assert_eq!(json(&entry.poems[0].other), r#"{"content":["a"]}"#);
    for (fields, warning) in [
        (
            "dates: [{date: 2030-11-02, context: {a: b}}]\n",
            "3:37: `context` is no text",
        ),
        (
            "people: [{name: [Orla], full_name: Orla Reed}]\n",
            "3:17: `name` is no text",
        ),
    ] {
        let shown = warnings(fields);
        assert!(shown.starts_with(warning), "{fields}: {shown}");
    }
}

#[test]
fn an_item_alone_has_the_key_that_the_entry_gives_it() {
    for (table, item) in [
        (Table::People, "Bram (Bram Saltmarsh)"),
        (Table::People, "'@Moth (Orla)'"),
        (Table::People, "{name: Orla, full_name: Orla Reed}"),
        (Table::Dates, "'2030-11-05 (a letter)'"),
        (Table::Dates, "{date: 2030-11-05}"),
        (Table::References, "{description: a poster, mode: visual}"),
        (Table::Poems, "{title: Fog, content: x}"),
        (Table::Tags, "'Jose\u{301} '"),
        (Table::Related, "20301105"),
        (Table::Locations, "Gull Cafe"),
    ] {
        let list = format!("[{item}]");
        let tree = Tree::parse(&list).unwrap();
        let node = &tree.root.as_ref().unwrap().items().unwrap()[0].node;
        let key = canonical(table, &tree, node).unwrap();
        let facts = read(&format!("{}: {list}\n", table.field())).facts();
        assert!(
            facts.items.contains(&(table, key)),
            "{item}: {:?}",
            facts.items
        );
    }
    let tree = Tree::parse("['~', '', [a]]").unwrap();
    for item in tree.root.as_ref().unwrap().items().unwrap() {
        assert_eq!(canonical(Table::Dates, &tree, &item.node), None);
    }
}

#[test]
fn fields_name_their_tables() {
    for table in Table::ALL {
        let at_the_top = Some(table).filter(|t| *t != Table::Themes);
        assert_eq!(Table::of_field(table.field()), at_the_top);
    }
    assert_eq!(Table::of_field("cities"), Some(Table::Cities));
    assert_eq!(Table::of_field("mood"), None);
}
