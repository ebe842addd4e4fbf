//! Lists in order: what one person and another may do to a short list, all pairs.

use palimpsest::journal::reconcile::Outcome;
use palimpsest::journal::yaml::{Tree, Value};
use palimpsest::merge::{LineMerge, Markers, ThreeWay};
use palimpsest::repo::GitLines;

use super::merge;

/// An item: its words, one for each line.
type Item = Vec<String>;

/// How the list is written.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Style {
    Words,
    Brackets,
    Maps,
    Questions,
    Lists,
    Single,
}

const STYLES: [Style; 6] = [
    Style::Words,
    Style::Brackets,
    Style::Maps,
    Style::Questions,
    Style::Lists,
    Style::Single,
];

impl Style {
    fn words(self) -> usize {
        match self {
            Self::Words | Self::Brackets | Self::Single => 1,
            Self::Maps | Self::Questions | Self::Lists => 3,
        }
    }

    fn write(self, list: &[Item]) -> String {
        let keys = match self {
            Self::Maps => ["a", "b", "c"],
            _ => ["question", "more", "answer"],
        };
        let item = |item: &Item| match self {
            Self::Words => format!("  - {}\n", item[0]),
            Self::Single => format!("  - k: {}\n", item[0]),
            Self::Lists => format!("  - - {}\n    - {}\n    - {}\n", item[0], item[1], item[2]),
            _ => {
                let lines = item.iter().zip(keys).map(|(w, k)| format!("{k}: {w}\n"));
                format!("  - {}", lines.collect::<Vec<_>>().join("    "))
            }
        };
        let list = match self {
            Self::Brackets => {
                let items: Vec<_> = list.iter().map(|i| i[0].as_str()).collect();
                format!("locations: [{}]\n", items.join(", "))
            }
            _ if list.is_empty() => "walks: []\n".to_owned(),
            Self::Words => format!("locations:\n{}", list.iter().map(item).collect::<String>()),
            _ => format!("walks:\n{}", list.iter().map(item).collect::<String>()),
        };
        format!("---\n{list}---\nRain.\n")
    }
}

/// The items of a merged list, by their words.
fn read(text: &str) -> Vec<Item> {
    fn words(value: &Value, out: &mut Item) {
        match value {
            Value::Text(word) => out.push(word.clone()),
            Value::Seq(items) => items.iter().for_each(|v| words(v, out)),
            Value::Map(pairs) => pairs.iter().for_each(|(_, v)| words(v, out)),
            _ => {}
        }
    }
    let front = text
        .trim_start_matches("---\n")
        .split("---\n")
        .next()
        .unwrap();
    let tree = Tree::parse(front).unwrap();
    let Value::Map(pairs) = Value::of_tree(&tree, front) else {
        return Vec::new();
    };
    let Some((_, Value::Seq(items))) = pairs.into_iter().next() else {
        return Vec::new();
    };
    let item = |value: &Value| {
        let mut out = Vec::new();
        words(value, &mut out);
        out
    };
    items.iter().map(item).collect()
}

/// Everything that one edit may make of a list. The words that are new begin with the
/// side's letter, but for those that both sides may add.
fn edits(base: &[Item], side: &str, both: &str) -> Vec<Vec<Item>> {
    let words = base.first().map_or(1, Vec::len);
    let new = |by: &str| -> Item { (0..words).map(|w| format!("{by}new{w}")).collect() };
    let mut all = Vec::new();
    for at in 0..base.len() {
        for word in 0..words {
            let mut list = base.to_vec();
            list[at][word] = format!("{side}edit{at}{word}");
            all.push(list);
        }
        let mut list = base.to_vec();
        let item = list.remove(at);
        all.push(list.clone());
        for to in (0..=list.len()).filter(|to| *to != at) {
            let mut moved = list.clone();
            moved.insert(to, item.clone());
            all.push(moved);
        }
        let mut list = base.to_vec();
        list[at] = new(side);
        all.push(list);
    }
    for at in 0..=base.len() {
        for by in [side, both] {
            let mut list = base.to_vec();
            list.insert(at, new(by));
            all.push(list);
        }
    }
    all
}

/// What is wrong with the clean merge of three lists.
fn wrong(lists: &ThreeWay<&[Item]>, merged: &[Item]) -> Option<String> {
    let all = |list: &[Item]| list.concat();
    let words = lists.map(all);
    let got = all(merged);
    let count = |list: &[String], word| list.iter().filter(|w| *w == word).count();
    for word in words.base.iter().chain(&words.ours).chain(&words.theirs) {
        let on = words.as_ref().map(|list| count(list, word));
        // Who edits an item that both added has made another one.
        let wanted = match on.base {
            0 if word.starts_with("both") => 1..=2,
            0 => 1..=1,
            _ => on.ours.min(on.theirs)..=on.ours.min(on.theirs),
        };
        if !wanted.contains(&count(&got, word)) {
            return Some(format!("{word} stands {} times", count(&got, word)));
        }
    }
    // Two items that both sides have in one order come out in it; and one that a side
    // alone turned round is so.
    let at = |list: &[Item], word| list.iter().position(|i| i.contains(word));
    for (x, y) in got.iter().flat_map(|x| got.iter().map(move |y| (x, y))) {
        let before = |list: &[Item]| Some(at(list, x)? < at(list, y)?);
        let sides = lists.map(before);
        let wanted = match (sides.ours, sides.theirs) {
            (Some(_), Some(_)) => ThreeWay::new(sides.base, sides.ours, sides.theirs).trivial(),
            (one, other) => Some(one.or(other)),
        };
        if let Some(Some(wanted)) = wanted
            && before(merged) != Some(wanted)
            // Two orders of one base: the item that moved is either.
            && sides.ours.is_some() == sides.theirs.is_some()
        {
            return Some(format!("{x} and {y} are in another order"));
        }
    }
    None
}

/// A removal against an edit of the same item.
fn contested(lists: &ThreeWay<&[Item]>) -> bool {
    lists.base.iter().any(|item| {
        let has = |list: &[Item]| list.iter().any(|i| i.iter().any(|w| item.contains(w)));
        has(lists.ours) != has(lists.theirs)
            && !(lists.ours.contains(item) || lists.theirs.contains(item))
    })
}

/// What became of many merges.
#[derive(Default)]
struct Found {
    count: usize,
    clean: usize,
    git_clean: usize,
    wrong: Vec<String>,
    /// Conflicts where git has none, and no item is removed here and edited there.
    worse: Vec<String>,
    /// Whether theirs has nothing of its own, and no item that it may have added.
    ours_alone: bool,
}

impl Found {
    fn ask(&mut self, style: Style, lists: ThreeWay<&[Item]>) {
        let texts = lists.map(|list| style.write(list));
        let bytes = texts.as_ref().map(|t| t.as_bytes());
        let merged = merge(bytes);
        let swapped = merge(bytes.swapped());
        let git = GitLines::new().merge(bytes, &Markers::default()).unwrap();
        let text = String::from_utf8(merged.bytes).unwrap();
        let shown = || format!("{style:?}\n{}{}{text}", texts.ours, texts.theirs);
        self.count += 1;
        self.clean += usize::from(!merged.conflict);
        self.git_clean += usize::from(!git.conflict);
        if merged.outcome != Outcome::ByField {
            self.wrong
                .push(format!("{:?}\n{}", merged.outcome, shown()));
        }
        let same = merged.conflict || swapped.bytes == text.as_bytes();
        if merged.conflict != swapped.conflict || !same {
            self.wrong.push(format!("the side matters\n{}", shown()));
        }
        if !merged.conflict {
            let merged = read(&text);
            let wrong = wrong(&lists, &merged);
            self.wrong
                .extend(wrong.map(|w| format!("{w}\n{}", shown())));
            if self.ours_alone && merged != lists.ours {
                self.wrong.push(format!("not as on ours\n{}", shown()));
            }
        } else if !git.conflict && !contested(&lists) {
            self.worse.push(shown());
        }
    }

    fn report(all: &[String]) -> String {
        format!("{}\n{}", all.len(), all[..all.len().min(12)].join("\n"))
    }
}

/// Three items in a style.
fn base(style: Style) -> Vec<Item> {
    let word = |i: usize, w: usize| format!("base{i}{w}");
    let item = |i: usize| (0..style.words()).map(|w| word(i, w)).collect();
    (0..3).map(item).collect()
}

/// One edit on each side: nothing is lost, nothing stands twice, the side does not
/// matter, and where git has no conflict there is none.
#[test]
fn any_two_edits_of_a_list_merge_at_least_as_git_merges_them() {
    for style in STYLES {
        let base = base(style);
        let mut found = Found::default();
        let (ours, theirs) = (edits(&base, "o", "both"), edits(&base, "t", "both"));
        // The other pairs are these with the sides swapped, which is asked as well.
        for (i, ours) in ours.iter().enumerate() {
            for theirs in &theirs[i..] {
                found.ask(style, ThreeWay::new(&base[..], ours, theirs));
            }
        }
        let (count, clean, git) = (found.count, found.clean, found.git_clean);
        println!("{style:?}: {clean} of {count} clean, with git {git}");
        assert!(found.wrong.is_empty(), "{}", Found::report(&found.wrong));
        assert!(found.worse.is_empty(), "{}", Found::report(&found.worse));
    }
}

/// One edit that both sides made, as with a picked commit, and one more on a side: where
/// both edited one item, what comes out is that side's list.
#[test]
fn an_edit_that_both_sides_made_leaves_the_next_one_as_it_is() {
    for style in STYLES {
        let base = base(style);
        let mut found = Found::default();
        for both in edits(&base, "both", "both") {
            let (old, new) = (base.concat(), both.concat());
            let words = old.iter().zip(&new).filter(|(old, new)| old != new);
            let words: Vec<&String> = words.map(|(_, new)| new).collect();
            let one_edited = old.len() == new.len() && words.len() == 1;
            for more in edits(&both, "o", "obothagain") {
                if more == base {
                    continue;
                }
                let lists = ThreeWay::new(&base[..], &more[..], &both[..]);
                found.ours_alone = one_edited && more.concat().contains(words[0]);
                found.ask(style, lists);
            }
        }
        let (count, clean, git) = (found.count, found.clean, found.git_clean);
        println!("{style:?}: {clean} of {count} clean, with git {git}");
        assert!(found.wrong.is_empty(), "{}", Found::report(&found.wrong));
        assert!(found.worse.is_empty(), "{}", Found::report(&found.worse));
    }
}

/// Two edits on each side, some of all.
#[test]
fn many_edits_of_a_list_lose_nothing_and_double_nothing() {
    let few = 150;
    let wanted = std::env::var("PALIMPSEST_CASES").ok();
    let cases = wanted.and_then(|n| n.parse().ok()).unwrap_or(few);
    for style in STYLES {
        let base = base(style);
        let mut found = Found::default();
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let mut pick = |all: Vec<Vec<Item>>| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let at = usize::try_from(state >> 33).unwrap() % all.len();
            all.into_iter().nth(at).unwrap()
        };
        for _ in 0..cases {
            let mut twice = |side: &str| {
                let once = pick(edits(&base, side, "both"));
                pick(edits(&once, &format!("{side}again"), "bothagain"))
            };
            let (ours, theirs) = (twice("o"), twice("t"));
            found.ask(style, ThreeWay::new(&base[..], &ours, &theirs));
        }
        let (count, clean, git) = (found.count, found.clean, found.git_clean);
        let worse = Found::report(&found.worse);
        println!("{style:?}: {clean} of {count} clean, with git {git}; not with git's {worse}");
        assert!(found.wrong.is_empty(), "{}", Found::report(&found.wrong));
    }
}

/// Of equal items no side can say which one it kept: what both have stays, as often as
/// both have it, or a person decides. If each side edited some at their places, each has its
/// place.
#[test]
fn equal_items_that_both_sides_have_stay() {
    let mut lists = vec![String::new()];
    for length in 0..3 {
        let longer = lists.iter().filter(|l| l.len() == length);
        let longer: Vec<String> = longer
            .flat_map(|l| ["a", "b", "c"].map(|word| format!("{l}{word}")))
            .collect();
        lists.extend(longer);
    }
    let text = |list: &str| {
        let items: String = list.chars().map(|word| format!("- {word}\n")).collect();
        format!("---\nlocations:\n{items}---\n")
    };
    let count = |text: &str, word: char| text.matches(&format!("- {word}\n")).count();
    let at_its_place = |[base, ours, theirs]: [char; 3]| match (base == ours, base == theirs) {
        (true, _) => theirs,
        (_, true) => ours,
        _ if ours == theirs => ours,
        _ => '?',
    };
    let in_place = |base: &str, ours: &str, theirs: &str| -> String {
        let all = base.chars().zip(ours.chars()).zip(theirs.chars());
        let all = all.map(|((base, ours), theirs)| at_its_place([base, ours, theirs]));
        all.collect()
    };
    let (mut failures, mut conflicts) = (Vec::new(), 0);
    for base in ["aa", "aab", "aba", "abb"] {
        for (n, ours) in lists.iter().enumerate() {
            for theirs in &lists[n..] {
                let sides = ThreeWay::new(text(base), text(ours), text(theirs));
                let bytes = sides.as_ref().map(|t| t.as_bytes());
                let (merged, swapped) = (merge(bytes), merge(bytes.swapped()));
                let result = String::from_utf8_lossy(&merged.bytes).into_owned();
                let lost = "abc".chars().any(|word| {
                    let both = count(&sides.ours, word).min(count(&sides.theirs, word));
                    count(&result, word) < both
                });
                let as_many = [ours, theirs].iter().all(|side| side.len() == base.len());
                let lost = lost && !(as_many && result == text(&in_place(base, ours, theirs)));
                conflicts += usize::from(merged.conflict);
                let same = merged.conflict || merged.bytes == swapped.bytes;
                if lost || !same || merged.conflict != swapped.conflict {
                    failures.push(format!("{base} {ours} {theirs}: {result}"));
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{} failed:\n{}",
        failures.len(),
        failures[..failures.len().min(5)].join("\n")
    );
    // Of 3,280 pairs; a merge that left all to a person would lose nothing either.
    assert!(conflicts <= 1713, "{conflicts} conflicts");
}
