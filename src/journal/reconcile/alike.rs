//! How similar two items of a list are: by the lines of their scalars, each with the keys
//! above it; items of one line by their words.

use std::borrow::Cow;
use std::collections::HashMap;

use super::likeness::common;
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
        let mut numbers = Numbers::default();
        let mut items = |list: &'v [Value]| list.iter().map(|v| numbers.item(v)).collect();
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

/// Numbers for lines and for the keys above them.
#[derive(Default)]
struct Numbers<'v>(HashMap<(usize, What, Cow<'v, str>), usize>);

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum What {
    Key,
    Line,
    Word,
    Nothing,
}

impl<'v> Numbers<'v> {
    fn of(&mut self, above: usize, what: What, text: impl Into<Cow<'v, str>>) -> usize {
        // 0 is the top.
        let next = self.0.len() + 1;
        *self.0.entry((above, what, text.into())).or_insert(next)
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
            Value::Text(text) | Value::Typed(text) if text.trim().lines().count() == 1 => {
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
            Value::Text(text) | Value::Typed(text) | Value::Alias(text) if !text.is_empty() => {
                let lines = text.lines().map(str::trim).filter(|l| !l.is_empty());
                out.extend(lines.map(|l| self.of(above, What::Line, l)));
            }
            _ => out.push(self.of(above, What::Nothing, "")),
        }
    }
}

fn text(key: &Value) -> Cow<'_, str> {
    match key {
        Value::Text(text) | Value::Typed(text) => text.into(),
        other => format!("{other:?}").into(),
    }
}
