//! How much two items of a list are alike: by the lines of their scalars, each under
//! the keys that it stands behind.

use std::borrow::Cow;
use std::collections::HashMap;

use super::likeness::common;
use crate::journal::yaml::Value;
use crate::merge::Alike;

/// The items of a list before and now.
pub struct Items<'v> {
    base: Vec<Item<'v>>,
    side: Vec<Item<'v>>,
}

struct Item<'v> {
    value: &'v Value,
    /// Its lines by number, sorted.
    lines: Vec<usize>,
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

impl Alike for Items<'_> {
    fn share(&self, base: usize, side: usize) -> u32 {
        let all = self.base[base].lines.len() + self.side[side].lines.len();
        let share = 2000 * self.common(base, side) / all.max(1);
        u32::try_from(share).unwrap_or(u32::MAX)
    }

    /// A map or a list with nothing of the one before in it is another one, and keys
    /// added to that one are none of its own.
    fn in_place(&self, base: usize, side: usize) -> bool {
        match (bare(self.base[base].value), bare(self.side[side].value)) {
            (Value::Map(_), Value::Map(_)) | (Value::Seq(_), Value::Seq(_)) => {
                self.common(base, side) > 0
            }
            _ => true,
        }
    }
}

/// Items of which none is taken for another one edited.
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
        Item { value, lines }
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
