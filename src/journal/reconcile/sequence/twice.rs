//! Items that both sides put somewhere, each at a place of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::Lists;
use crate::journal::yaml::Value;
use crate::merge::{Chunk, ThreeWay};

/// Where the two sides have an item that both added or moved.
#[derive(Clone, Copy)]
pub struct Twice {
    pub ours: usize,
    pub theirs: usize,
}

/// The items that each side added, or took from the place that base has them in, once and
/// at different places: they stand once, at the earlier one, unless a person has to decide
/// at one of the two.
pub fn put_twice<'m>(lists: &Lists<'m, '_>, chunks: &[Chunk]) -> BTreeMap<&'m Value, Twice> {
    let stretch = Stretches::of(lists, chunks);
    let places = &lists.places;
    let put = places.ours.iter().filter_map(|(value, ours)| {
        let t = Twice {
            ours: (*ours)?,
            theirs: (*places.theirs.get(value)?)?,
        };
        let at = stretch.of_item(&t);
        let elsewhere = match places.base.get(value) {
            None => true,
            Some(base) => !at.contains(&stretch.0.base[(*base)?]),
        };
        (elsewhere && at[0] != at[1]).then_some((*value, t))
    });
    let mut with = Lists {
        twice: put.collect(),
        gone: lists.gone.clone(),
        places: lists.places.clone(),
        ..*lists
    };
    let mut in_stretch: BTreeMap<usize, Vec<&Value>> = BTreeMap::new();
    for (value, t) in &with.twice {
        for at in stretch.of_item(t) {
            in_stretch.entry(at).or_default().push(value);
        }
    }
    // Where a person has to decide, an item stands as each side has it; that may leave
    // another place to a person, and so on.
    let mut look_at: BTreeSet<usize> = (0..chunks.len()).collect();
    while !look_at.is_empty() {
        let open = look_at.iter().filter(|&&n| match &chunks[n] {
            Chunk::Changed(at) => with.taken(at).is_none(),
            Chunk::Same(_) => false,
        });
        let values = open.filter_map(|n| in_stretch.get(n)).flatten();
        let values: Vec<&Value> = values.copied().collect();
        look_at.clear();
        for value in values {
            if let Some(t) = with.twice.remove(value) {
                look_at.extend(stretch.of_item(&t));
                let base = places.base.get(value).copied().flatten();
                look_at.extend(base.map(|at| stretch.0.base[at]));
            }
        }
    }
    with.twice
}

/// In which chunk each item of each list is.
struct Stretches(ThreeWay<Vec<usize>>);

impl Stretches {
    fn of(lists: &Lists, chunks: &[Chunk]) -> Self {
        let mut of = lists.members.map(|m| vec![0; m.len()]);
        for (n, chunk) in chunks.iter().enumerate() {
            let (Chunk::Same(at) | Chunk::Changed(at)) = chunk;
            of.base[at.base.clone()].fill(n);
            of.ours[at.ours.clone()].fill(n);
            of.theirs[at.theirs.clone()].fill(n);
        }
        Self(of)
    }

    fn of_item(&self, t: &Twice) -> [usize; 2] {
        [self.0.ours[t.ours], self.0.theirs[t.theirs]]
    }
}
