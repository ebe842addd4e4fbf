//! How similar two items of a list are: by the lines of their scalars, each with the keys
//! above it; items of one line by their words.

use std::borrow::Cow;

use super::interner::{Interner, common};
use crate::journal::yaml::Value;
use crate::merge::Alike;

/// Limit on the words of a line; a longer one is compared as a whole, since a list may
/// hold many of them.
const MAX_WORDS: usize = 200;

/// The items of a list before and now.
pub struct Items<'v> {
    base: Vec<Item<'v>>,
    side: Vec<Item<'v>>,
}

struct Item<'v> {
    value: &'v Value,
    /// Its lines by number, sorted.
    lines: Vec<usize>,
    /// The words of its only line, by number, sorted.
    words: Vec<usize>,
}

impl<'v> Items<'v> {
    /// Takes two lists apart.
    pub fn new(base: &'v [Value], side: &'v [Value]) -> Self {
        let mut lines = Lines::default();
        let mut items = |list: &'v [Value]| list.iter().map(|v| lines.item(v)).collect();
        Self {
            base: items(base),
            side: items(side),
        }
    }

    fn common(&self, base: usize, side: usize) -> usize {
        common(&self.base[base].lines, &self.side[side].lines)
    }
}

/// The share that two sorted lists have in common, in thousandths.
fn share(a: &[usize], b: &[usize]) -> u32 {
    let share = 2000 * common(a, b) / (a.len() + b.len()).max(1);
    u32::try_from(share).unwrap_or(u32::MAX)
}

impl Alike for Items<'_> {
    fn share(&self, base: usize, side: usize) -> u32 {
        share(&self.base[base].lines, &self.side[side].lines)
    }

    /// Different lines have nothing in common, so that items of one line are compared by
    /// their words.
    fn near(&self, base: usize, side: usize) -> u32 {
        let (before, now) = (&self.base[base], &self.side[side]);
        if before.words.is_empty() || now.words.is_empty() {
            return self.share(base, side);
        }
        share(&before.words, &now.words)
    }

    /// A map or a list that shares nothing with the old one is a different item: keys
    /// added to the old one do not count as shared.
    fn in_place(&self, base: usize, side: usize) -> bool {
        match (bare(self.base[base].value), bare(self.side[side].value)) {
            (Value::Map(_), Value::Map(_)) | (Value::Seq(_), Value::Seq(_)) => {
                self.common(base, side) > 0
            }
            _ => true,
        }
    }
}

/// Items none of which counts as another one edited.
pub struct NoneAlike;

impl Alike for NoneAlike {
    fn share(&self, _: usize, _: usize) -> u32 {
        0
    }

    fn in_place(&self, _: usize, _: usize) -> bool {
        false
    }
}

fn bare(value: &Value) -> &Value {
    match value {
        Value::With(_, value) => bare(value),
        value => value,
    }
}

/// Lines, and the keys above them, each with the number of the key above it.
#[derive(Default)]
struct Lines<'v>(Interner<(usize, What, Cow<'v, str>)>);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    Key,
    Line,
    Word,
    Nothing,
}

impl<'v> Lines<'v> {
    fn of(&mut self, above: usize, what: What, text: impl Into<Cow<'v, str>>) -> usize {
        // 0 is the top.
        1 + self.0.number((above, what, text.into()))
    }

    fn item(&mut self, value: &'v Value) -> Item<'v> {
        let mut lines = Vec::new();
        if let Value::Map(pairs) = bare(value)
            && let [(key, _)] = &pairs[..]
        {
            // The one key of a map names it.
            lines.push(self.of(0, What::Key, text(key)));
        }
        self.lines(value, 0, &mut lines);
        lines.sort_unstable();
        let mut words = self.words(value, 0);
        words.sort_unstable();
        Item {
            value,
            lines,
            words,
        }
    }

    /// The words of an item of one line; none for any other item, or for too long a line.
    fn words(&mut self, value: &'v Value, above: usize) -> Vec<usize> {
        match bare(value) {
            Value::Map(pairs) => match &pairs[..] {
                [(key, value)] => {
                    let key = self.of(above, What::Key, text(key));
                    self.words(value, key)
                }
                _ => Vec::new(),
            },
            Value::Typed(scalar) => {
                vec![self.of(above, What::Word, &*scalar.says)]
            }
            Value::Text(text) if text.trim().lines().count() == 1 => {
                let words = text.split_whitespace();
                if words.clone().nth(MAX_WORDS).is_some() {
                    return Vec::new();
                }
                words.map(|word| self.of(above, What::Word, word)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn lines(&mut self, value: &'v Value, above: usize, out: &mut Vec<usize>) {
        match bare(value) {
            Value::Map(pairs) if !pairs.is_empty() => {
                for (key, value) in pairs {
                    let key = self.of(above, What::Key, text(key));
                    self.lines(value, key, out);
                }
            }
            Value::Seq(items) if !items.is_empty() => {
                let key = self.of(above, What::Key, "-");
                for item in items {
                    self.lines(item, key, out);
                }
            }
            Value::Typed(scalar) => out.push(self.of(above, What::Line, &*scalar.says)),
            Value::Text(text) | Value::Alias(text) if !text.is_empty() => {
                let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
                out.extend(lines.map(|l| self.of(above, What::Line, l)));
            }
            _ => out.push(self.of(above, What::Nothing, "")),
        }
    }
}

fn text(key: &Value) -> Cow<'_, str> {
    match key {
        Value::Text(text) => text.into(),
        Value::Typed(scalar) => (&*scalar.says).into(),
        other => format!("{other:?}").into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::yaml::Tree;

    fn value(text: &str) -> Value {
        Value::of_tree(&Tree::parse(text).unwrap(), text)
    }

    /// How much two items share, by their lines, and between items that stayed.
    fn shares(before: &str, now: &str) -> (u32, u32) {
        let (before, now) = ([value(before)], [value(now)]);
        let items = Items::new(&before, &now);
        (items.share(0, 0), items.near(0, 0))
    }

    #[test]
    fn items_of_one_line_are_compared_by_their_words() {
        assert_eq!(shares("quay at low tide", "quay at high tide"), (0, 750));
        let of_a_key = shares("walk: quay at low tide", "walk: quay at high tide");
        assert_eq!(of_a_key, (500, 750));
        // Under another key it is another item.
        let (lines, words) = shares("walk: quay at low tide", "talk: quay at low tide");
        assert_eq!((lines, words), (0, 0));
        assert_eq!(shares("2 quays", "3 quays"), (0, 500));
        // Too long a line is one word.
        let long = |of: usize| format!("quay {}", "moor ".repeat(of));
        assert_eq!(shares(&long(199), &long(198)), (0, 997));
        assert_eq!(shares(&long(200), &long(198)), (0, 0));
    }

    #[test]
    fn items_of_several_lines_are_compared_by_them() {
        let text = |lines: &str| format!("|\n  {}\n", lines.replace(" / ", "\n  "));
        let of_texts = |before: &str, now: &str| shares(&text(before), &text(now));
        assert_eq!(of_texts("quay / moor", "quay / fens"), (500, 500));
        assert_eq!(of_texts("low quay / moor", "low / quay moor"), (0, 0));
        // One of them has one line.
        assert_eq!(of_texts("quay", "quay / moor"), (666, 666));
        assert_eq!(of_texts("quay / moor", "moor"), (666, 666));
    }

    #[test]
    fn a_line_counts_below_its_keys() {
        assert_eq!(shares("{a: x, b: y}", "{a: x, b: z}"), (500, 500));
        assert_eq!(shares("{a: x, b: y}", "{a: y, b: x}"), (0, 0));
        assert_eq!(shares("{a: x, b: y}", "x"), (0, 0));
        assert_eq!(shares("{a: [x, y], b: z}", "{a: [x], b: u}"), (400, 400));
        assert_eq!(shares("{a: [x], b: y}", "{a: x, b: y}"), (500, 500));
        // The one key of a map is a line, too.
        assert_eq!(shares("a: {b: x, c: y}", "a: {b: x, c: z}"), (666, 666));
        // So is what is empty.
        for empty in ["{}", "[]", "''", "~"] {
            let item = |b: &str| format!("{{a: {empty}, b: {b}}}");
            assert_eq!(shares(&item("x"), &item("y")), (500, 500), "{empty}");
        }
    }
}
