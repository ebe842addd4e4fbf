//! A list that one side moved to another place while the other side edited it where it was:
//! what was removed stays removed, nothing is lost or stands twice, and the fields that have
//! nothing to do with it merge as ever.

use palimpsest::journal::reconcile::{FileKind, Outcome};
use palimpsest::journal::yaml::Tree;
use palimpsest::merge::{ConflictStyle, ThreeWay};

use super::{merge, merge_as};

/// A file with the list `tags` in this place; the other fields are as one side has them.
struct File<'t> {
    place: &'t str,
    items: &'t [&'t str],
    people: &'t str,
    beside: &'t str,
}

impl File<'_> {
    /// The text, with lists in brackets or on lines of their own.
    fn written(&self, brackets: bool, end: &str) -> String {
        let tags = |key: &str, indent: &str| match (brackets, self.place == "taken out") {
            (_, true) => String::new(),
            (true, _) => format!("{indent}{key}: [{}]\n", self.items.join(", ")),
            (false, _) if self.items.is_empty() => format!("{indent}{key}: []\n"),
            (false, _) => {
                let items = self.items.iter();
                let items = items.map(|item| format!("{indent}- {item} # on {item}\n"));
                format!(
                    "{indent}# above\n{indent}{key}:\n{}",
                    items.collect::<String>()
                )
            }
        };
        let within = |map: &str| format!("{map}:\n{}", tags("tags", "  "));
        let extra = format!("extra:\n  hero: true\n{}", self.beside);
        let (above, extra, below) = match self.place {
            "below" => (String::new(), extra, within("taxonomies")),
            "above" => (within("taxonomies"), extra, String::new()),
            "top" => (String::new(), extra, tags("tags", "")),
            "renamed" => (String::new(), extra + &tags("labels", "  "), String::new()),
            _ => (String::new(), extra + &tags("tags", "  "), String::new()),
        };
        let text = format!(
            "---\n{above}people: [{}]\n{extra}mood: calm\n{below}---\nBody.",
            self.people
        );
        text.replace('\n', end)
    }
}

const ITEMS: [&str; 4] = ["rain", "quay", "fog", "mole"];

/// What the other side made of the list, and a key that it put beside it.
const EDITS: [(&str, &[&str], &str); 7] = [
    ("", &["quay", "fog", "mole"], ""),
    ("", &["rain", "quay", "fog"], ""),
    ("", &["rain", "fog", "mole"], "  note: wet\n"),
    ("", &["rain", "quay", "fog", "mole", "weir"], ""),
    ("", &["rain", "quay", "weir", "mole"], "  note: wet\n"),
    ("", &[], ""),
    ("taken out", &[], ""),
];

/// How often each word stands in the values of a text.
fn count(text: &str, word: &str) -> usize {
    let values = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    let words = values.flat_map(|line| line.split([' ', ',', '[', ']', '-']));
    words.filter(|it| it.trim() == word).count()
}

/// The text with ours, or theirs, in each conflict.
fn chosen(text: &str, ours: bool) -> String {
    let mut side = None;
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        match line.get(..7) {
            Some("<<<<<<<") => side = Some(true),
            Some("=======") => side = Some(false),
            Some(">>>>>>>") => side = None,
            _ if side.is_none_or(|side| side == ours) => out.push_str(line),
            _ => {}
        }
    }
    out
}

fn can_be_read(text: &str) -> bool {
    let text = text.replace("\r\n", "\n");
    let front = text.split("---\n").nth(1).unwrap_or_default();
    Tree::parse(front).is_ok()
}

#[test]
fn what_was_removed_from_a_moved_list_stays_removed_and_all_else_merges() {
    let base = |place| File {
        place,
        items: &ITEMS,
        people: "Al, Bo",
        beside: "",
    };
    let mut clean = 0;
    for place in ["below", "above", "top", "renamed"] {
        for (out, items, beside) in EDITS {
            for brackets in [false, true] {
                for end in ["\n", "\r\n"] {
                    let moved = File {
                        people: "Al, Bo, Cy",
                        ..base(place)
                    };
                    let edited = File {
                        place: out,
                        items,
                        people: "Al, Di, Bo",
                        beside,
                    };
                    let texts = [base(""), moved, edited].map(|file| file.written(brackets, end));
                    let [base, moved, edited] = texts.each_ref().map(String::as_bytes);
                    let sides = ThreeWay::new(base, moved, edited);
                    let (one, other) = (merge(sides), merge(sides.swapped()));
                    let text = String::from_utf8(one.bytes).unwrap();
                    let swapped = String::from_utf8(other.bytes).unwrap();
                    let about = format!("{texts:#?}\n{text}");
                    assert_eq!(one.conflict, other.conflict, "{about}");
                    for ours in [true, false] {
                        let picked = chosen(&text, ours);
                        assert_eq!(picked, chosen(&swapped, !ours), "{about}");
                        assert!(can_be_read(&picked), "{about}");
                        assert!(picked.contains("people: [Al, Di, Bo, Cy]"), "{about}");
                        for item in ITEMS.iter().chain(&["weir"]) {
                            let wanted = match one.conflict && ours {
                                true => &ITEMS[..],
                                false => items,
                            };
                            let is_there = wanted.contains(item);
                            assert_eq!(
                                count(&picked, item),
                                usize::from(is_there),
                                "{item} {about}"
                            );
                        }
                        let has_note = !beside.is_empty() && (!one.conflict || !ours);
                        assert_eq!(count(&picked, "note:"), usize::from(has_note), "{about}");
                    }
                    // As the base of another merge it has what was undecided as it was.
                    let base = merge_as(FileKind::Markdown, ConflictStyle::Merge, 9, sides);
                    let base = String::from_utf8(base.bytes).unwrap();
                    assert!(
                        can_be_read(&base) && !base.contains("<<<<"),
                        "{about}\n{base}"
                    );
                    for item in ITEMS {
                        let is_there = one.conflict || items.contains(&item);
                        assert_eq!(count(&base, item), usize::from(is_there), "{about}\n{base}");
                    }
                    clean += usize::from(!one.conflict);
                }
            }
        }
    }
    // Lines that git merges, where that is right.
    assert!(clean > 20, "{clean}");
}

/// 101 lists, each under its own key with these items, moved into one map by ours and
/// edited by theirs.
fn many(items: impl Fn(usize) -> String, edited: impl Fn(usize) -> String) -> ThreeWay<String> {
    let lists = |indent: &str, items: &dyn Fn(usize) -> String| -> String {
        let list = |at: usize| format!("{indent}list{at}: [{}]\n", items(at));
        (0..101).map(list).collect()
    };
    let file = |lists: String, mood: &str| format!("---\n{lists}mood: {mood}\n---\nBody.\n");
    ThreeWay::new(
        file(lists("", &items), "calm"),
        file(format!("all:\n{}", lists("  ", &items)), "calm"),
        file(lists("", &edited), "glad"),
    )
}

#[test]
fn an_item_removed_from_one_of_many_lists_that_moved_does_not_come_back() {
    let all = |at| format!("rain {at}, quay {at}, fog {at}");
    let texts = many(all, |at| match at {
        5 => "rain 5, fog 5".to_owned(),
        _ => all(at),
    });
    let merged = merge(texts.as_ref().map(String::as_bytes));
    let text = String::from_utf8(merged.bytes).unwrap();
    assert!(
        merged.conflict && merged.outcome == Outcome::ByField,
        "{text}"
    );
    for ours in [true, false] {
        let picked = chosen(&text, ours);
        assert!(picked.contains("mood: glad"), "{text}");
        assert_eq!(picked.contains("quay 5,"), ours, "{text}");
    }
}

#[test]
fn too_many_alike_lists_that_moved_are_left_to_git() {
    let texts = many(
        |at| format!("rain, fog, quay {at}"),
        |at| format!("rain, quay {at}"),
    );
    let merged = merge(texts.as_ref().map(String::as_bytes));
    let is_told =
        matches!(&merged.outcome, Outcome::Git(why) if why.to_string().contains("too many values"));
    assert!(merged.conflict && is_told, "{:?}", merged.outcome);
}
