//! Which of many new values may be one that is gone from another place: by what they have
//! in common, so that those with nothing in common need not be compared.

use std::collections::{BTreeMap, HashMap};

use crate::journal::yaml::Value;

/// What a value is made of.
#[derive(PartialEq, Eq, Hash)]
enum Part<'v> {
    Item(&'v Value),
    Pair(&'v (Value, Value)),
    Whole(&'v Value),
}

/// Values by what they are made of, and how often each has it.
pub struct New<'v> {
    sizes: Vec<usize>,
    having: HashMap<Part<'v>, BTreeMap<usize, usize>>,
}

/// A new value that has something in common with one that is gone.
pub struct Alike {
    /// Its place among the new ones.
    pub at: usize,
    /// Whether it is equal, or a list or map that has half of the items of the longer one
    /// in common with the other.
    pub is_like: bool,
}

impl<'v> New<'v> {
    pub fn of(values: impl IntoIterator<Item = &'v Value>) -> Self {
        let mut sizes = Vec::new();
        let mut having: HashMap<_, BTreeMap<usize, usize>> = HashMap::new();
        for (at, value) in values.into_iter().enumerate() {
            let counts = counts(value);
            sizes.push(counts.values().sum());
            for (part, count) in counts {
                having.entry(part).or_default().insert(at, count);
            }
        }
        Self { sizes, having }
    }

    /// Those that have anything in common with a value, in their order.
    pub fn alike(&self, was: &Value) -> Vec<Alike> {
        let counts = counts(was);
        let size: usize = counts.values().sum();
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for (part, count) in &counts {
            for (at, there) in self.having.get(part).into_iter().flatten() {
                *shared.entry(*at).or_default() += count.min(there);
            }
        }
        let alike = shared.into_iter().map(|(at, shared)| Alike {
            at,
            is_like: 2 * shared >= size.max(self.sizes[at]),
        });
        alike.collect()
    }
}

/// What a value is made of, and how often it has that.
fn counts(value: &Value) -> HashMap<Part<'_>, usize> {
    let parts: Vec<Part> = match value {
        Value::Seq(items) => items.iter().map(Part::Item).collect(),
        Value::Map(pairs) => pairs.iter().map(Part::Pair).collect(),
        value => vec![Part::Whole(value)],
    };
    let mut counts = HashMap::new();
    for part in parts {
        *counts.entry(part).or_default() += 1;
    }
    counts
}

/// Whether a value says enough to be known again in another place: two fields that say
/// `true`, or are empty, have nothing to do with each other.
pub fn is_known_again(value: &Value) -> bool {
    match value {
        Value::Seq(items) => !items.is_empty(),
        Value::Map(pairs) => !pairs.is_empty(),
        Value::Text(text) => text.trim().contains(char::is_whitespace),
        _ => false,
    }
}

/// Whether a list or a map has all that it had, as it was.
pub fn has_all(was: &Value, now: &Value) -> bool {
    let now = counts(now);
    let has = |(part, count): (Part, usize)| now.get(&part).is_some_and(|now| *now >= count);
    counts(was).into_iter().all(has)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::yaml::Tree;

    fn value(text: &str) -> Value {
        Value::of_tree(&Tree::parse(text).unwrap(), text)
    }

    /// The new values that have anything in common with one, and whether they are like it.
    fn alike(was: &str, new: &[&str]) -> Vec<(usize, bool)> {
        let new: Vec<Value> = new.iter().map(|text| value(text)).collect();
        let alike = New::of(&new).alike(&value(was)).into_iter();
        alike.map(|it| (it.at, it.is_like)).collect()
    }

    #[test]
    fn half_of_the_longer_one_is_enough() {
        let lists = ["[c, d]", "[a, x, y, z]", "[b, a]", "[a, b, c, d]"];
        let found = [(1, false), (2, true), (3, true)];
        assert_eq!(alike("[a, b]", &lists), found);
        assert_eq!(
            alike("{a: 1, b: 2}", &["{a: 1, b: 3}", "{a: 2}"]),
            [(0, true)]
        );
        // What stands there more than once counts as often as both have it.
        assert_eq!(alike("[a, a, a, b]", &["[a, x, y, z]"]), [(0, false)]);
        assert_eq!(alike("[a, a, a, b]", &["[a, a, y, z]"]), [(0, true)]);
        // A text is known again as a whole, and is no list of one.
        let texts = ["low tide", "low quay", "[low tide]"];
        assert_eq!(alike("low tide", &texts), [(0, true)]);
    }

    #[test]
    fn a_list_has_all_that_it_had_in_whatever_order() {
        let has_all = |was: &str, now: &str| has_all(&value(was), &value(now));
        assert!(has_all("[a, b]", "[b, c, a]") && has_all("{a: 1}", "{b: 2, a: 1}"));
        assert!(!has_all("[a, a]", "[a, b]") && !has_all("{a: 1}", "{a: 2}"));
    }
}
