//! How similar two maps with the same key are, apart from that key: values are compared
//! as numbers, texts by their lines and lists by their items.

use std::cmp::Reverse;

use super::interner::{Interner, common};
use crate::journal::yaml::Value;

/// The values of all compared maps, and the words of their texts.
#[derive(Default)]
pub struct Shapes<'v> {
    values: Interner<&'v Value>,
    words: Interner<&'v str>,
}

/// A map to compare.
pub struct Shape {
    /// By key.
    fields: Vec<(usize, Field)>,
    /// How much there is to compare.
    pub size: usize,
}

struct Field {
    whole: usize,
    parts: Parts,
}

/// Sorted.
enum Parts {
    Items(Vec<usize>),
    Lines(Vec<usize>),
    Words(Vec<usize>),
    None,
}

impl<'v> Shapes<'v> {
    /// The shape of a map, without the key that names it; `None` if it is not a map.
    pub fn of(&mut self, value: &'v Value, named_by: Option<&str>) -> Option<Shape> {
        let Value::Map(pairs) = value else {
            return None;
        };
        let mut fields = Vec::with_capacity(pairs.len());
        let mut size = 1;
        for (key, value) in pairs {
            if matches!(key, Value::Text(key) if Some(key.as_str()) == named_by) {
                continue;
            }
            let parts = self.parts(value);
            size += 1 + match &parts {
                Parts::Items(all) | Parts::Lines(all) | Parts::Words(all) => all.len(),
                Parts::None => 0,
            };
            let whole = self.values.number(value);
            fields.push((self.values.number(key), Field { whole, parts }));
        }
        fields.sort_unstable_by_key(|(key, _)| *key);
        Some(Shape { fields, size })
    }

    fn parts(&mut self, value: &'v Value) -> Parts {
        match value {
            Value::Text(text) if text.trim_end().contains('\n') => {
                let lines = text.lines().map(str::trim);
                Parts::Lines(self.words.sorted(lines.filter(|l| !l.is_empty())))
            }
            Value::Text(text) => Parts::Words(self.words.sorted(text.split_whitespace())),
            Value::Seq(items) => Parts::Items(self.values.sorted(items)),
            _ => Parts::None,
        }
    }
}

impl Shape {
    /// How much two maps have in common, if that is more than they differ in. Lists that
    /// share an item count as neither, since lists grow.
    pub fn likeness(&self, other: &Self) -> Option<(usize, Reverse<usize>)> {
        let (mut alike, mut different) = (0, 0);
        for (a, b) in self.shared(other) {
            match (&a.parts, &b.parts) {
                _ if a.is_alike(b) => alike += 1,
                (Parts::Items(a), Parts::Items(b)) if common(a, b) > 0 => {}
                _ => different += 1,
            }
        }
        (alike > different).then_some((alike, Reverse(different)))
    }

    /// Whether one may be the other after an edit, if no third one comes into question:
    /// they share a value, or most of a text.
    pub fn has_to_do_with(&self, other: &Self) -> bool {
        self.shared(other).any(|(a, b)| match (&a.parts, &b.parts) {
            _ if a.is_alike(b) => true,
            (Parts::Items(a), Parts::Items(b)) => common(a, b) > 0,
            (Parts::Words(a), Parts::Words(b)) => 2 * common(a, b) > a.len().min(b.len()),
            _ => false,
        })
    }

    /// The fields that both have.
    fn shared<'s>(&'s self, other: &'s Self) -> impl Iterator<Item = (&'s Field, &'s Field)> {
        let mut others = other.fields.iter().peekable();
        self.fields.iter().filter_map(move |(key, field)| {
            while others.next_if(|(other, _)| other < key).is_some() {}
            let (_, other) = others.next_if(|(other, _)| other == key)?;
            Some((field, other))
        })
    }
}

impl Field {
    /// Whether two fields are equal, or texts with half of their lines in common.
    fn is_alike(&self, other: &Self) -> bool {
        self.whole == other.whole
            || matches!((&self.parts, &other.parts), (Parts::Lines(a), Parts::Lines(b))
                if 4 * common(a, b) >= a.len() + b.len())
    }
}
