//! Numbers in place of values, for what is compared many times.

use std::collections::HashMap;
use std::hash::Hash;

/// Gives equal values equal numbers, from 0 on as they come.
pub struct Interner<K>(HashMap<K, usize>);

impl<K> Default for Interner<K> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Eq + Hash> Interner<K> {
    /// The number of a value.
    pub fn number(&mut self, value: K) -> usize {
        let next = self.0.len();
        *self.0.entry(value).or_insert(next)
    }

    /// The numbers of these values, sorted.
    pub fn sorted(&mut self, values: impl IntoIterator<Item = K>) -> Vec<usize> {
        let mut all: Vec<usize> = values.into_iter().map(|value| self.number(value)).collect();
        all.sort_unstable();
        all
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
