//! How similar two maps with the same key are, apart from that key: values are compared
//! as numbers, texts by their lines and lists by their items.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::journal::yaml::Value;

/// The numbers given to the values of all compared maps.
#[derive(Default)]
pub struct Numbers<'v> {
    values: HashMap<&'v Value, usize>,
    words: HashMap<&'v str, usize>,
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

impl<'v> Numbers<'v> {
    /// The shape of a map, without the key that names it; `None` if it is not a map.
    pub fn shape(&mut self, value: &'v Value, named_by: Option<&str>) -> Option<Shape> {
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
            let whole = self.value(value);
            fields.push((self.value(key), Field { whole, parts }));
        }
        fields.sort_unstable_by_key(|(key, _)| *key);
        Some(Shape { fields, size })
    }

    fn value(&mut self, value: &'v Value) -> usize {
        let next = self.values.len();
        *self.values.entry(value).or_insert(next)
    }

    fn parts(&mut self, value: &'v Value) -> Parts {
        let mut sorted = |words: &mut dyn Iterator<Item = &'v str>| {
            let number = |word| {
                let next = self.words.len();
                *self.words.entry(word).or_insert(next)
            };
            let mut all: Vec<usize> = words.map(number).collect();
            all.sort_unstable();
            all
        };
        match value {
            Value::Text(text) if text.trim_end().contains('\n') => {
                let lines = text.lines().map(str::trim);
                Parts::Lines(sorted(&mut lines.filter(|l| !l.is_empty())))
            }
            Value::Text(text) => Parts::Words(sorted(&mut text.split_whitespace())),
            Value::Seq(items) => {
                let mut all: Vec<usize> = items.iter().map(|item| self.value(item)).collect();
                all.sort_unstable();
                Parts::Items(all)
            }
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

/// How many numbers two sorted lists have in common.
pub fn common(a: &[usize], b: &[usize]) -> usize {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        common += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    common
}
