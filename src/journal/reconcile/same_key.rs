//! Which of several members with one key are the same on all sides: by what they say, or
//! else by what they have in common.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::identity::{MAX_COMPARED, MAX_PAIRS, NUMBERED};
use super::likeness::{Shape, Shapes};
use crate::journal::yaml::Value;
use crate::merge::ThreeWay;

/// One of several members with the same key.
pub struct Item<'k> {
    /// Its value, or the meaning of its own key.
    pub says: Value,
    /// The key that is the same in all of them.
    pub key: Option<&'k str>,
}

/// Names the members of one key: the first of base is named by the key alone, the others
/// by the key and a number.
pub fn names(id: &str, items: &ThreeWay<Vec<Item>>) -> Option<ThreeWay<Vec<String>>> {
    let mut ours = Matches::new(&items.base, &items.ours);
    let mut theirs = Matches::new(&items.base, &items.theirs);
    let pairs = ours.alike_on(&theirs);
    let edited = (ours.edited(), theirs.edited());
    for &(o, t) in &pairs {
        ours.paired[o] = true;
        theirs.paired[t] = true;
        // Both edited one item alike, or added the same.
        if edited.0[o] == edited.1[t] {
            ours.join(edited.0[o], o);
            theirs.join(edited.1[t], t);
        }
    }
    ours.join_edited(&edited.0);
    theirs.join_edited(&edited.1);
    if ours.unclear(&theirs) || theirs.unclear(&ours) {
        return None;
    }
    let name = |n: usize| match n {
        0 => id.to_owned(),
        n => format!("{id}{NUMBERED}{}", n + 1),
    };
    // New ones are numbered in the order of their values: the side does not matter.
    let added = [ours.added(), theirs.added()];
    let mut sorted: Vec<_> = added.iter().flat_map(|side| side.keys()).copied().collect();
    sorted.sort_unstable();
    sorted.dedup();
    let named = |side: &Matches, added: &BTreeMap<(&Value, usize), usize>| {
        let known = side.base_of.iter().map(|b| b.map(name).unwrap_or_default());
        let mut names: Vec<String> = known.collect();
        for (new, &at) in added {
            let rank = sorted.partition_point(|s| s < new);
            names[at] = name(items.base.len() + rank);
        }
        names
    };
    Some(ThreeWay::new(
        (0..items.base.len()).map(name).collect(),
        named(&ours, &added[0]),
        named(&theirs, &added[1]),
    ))
}

/// A side's members matched with those of base.
struct Matches<'i> {
    base: &'i [Item<'i>],
    own: &'i [Item<'i>],
    /// For each of the side's members, the member of base that it is.
    base_of: Vec<Option<usize>>,
    /// For each member of base, the side's member that it is now.
    own_of: Vec<Option<usize>>,
    /// The members of base that are unchanged.
    kept: Vec<bool>,
    /// The members of base matched only because another one stands in their place.
    replaced: Vec<bool>,
    /// The side's members that the other side has with the same value, and base does not
    /// have.
    paired: Vec<bool>,
}

impl<'i> Matches<'i> {
    /// Matches the members whose value is unchanged.
    fn new(base: &'i [Item<'i>], own: &'i [Item<'i>]) -> Self {
        let mut matches = Self {
            base,
            own,
            base_of: vec![None; own.len()],
            own_of: vec![None; base.len()],
            kept: vec![false; base.len()],
            replaced: vec![false; base.len()],
            paired: vec![false; own.len()],
        };
        let mut left: HashMap<&Value, VecDeque<usize>> = HashMap::new();
        for (at, item) in base.iter().enumerate() {
            left.entry(&item.says).or_default().push_back(at);
        }
        for (at, item) in own.iter().enumerate() {
            let found = left.get_mut(&item.says).and_then(VecDeque::pop_front);
            matches.join(found, at);
            if let Some(b) = found {
                matches.kept[b] = true;
            }
        }
        matches
    }

    fn join(&mut self, base: Option<usize>, own: usize) {
        if let Some(b) = base {
            self.base_of[own] = Some(b);
            self.own_of[b] = Some(own);
        }
    }

    /// The side's members not matched with base so far, by their values; equal ones are
    /// told apart by a number.
    fn added(&self) -> BTreeMap<(&'i Value, usize), usize> {
        let mut counts: HashMap<&Value, usize> = HashMap::new();
        let new = self
            .own
            .iter()
            .enumerate()
            .filter(|(at, _)| self.base_of[*at].is_none());
        new.map(|(at, item)| {
            let n = counts.entry(&item.says).or_default();
            *n += 1;
            ((&item.says, *n), at)
        })
        .collect()
    }

    /// The members that both sides have with the same value and base does not have.
    fn alike_on(&self, other: &Self) -> Vec<(usize, usize)> {
        let theirs = other.added();
        let ours = self.added().into_iter();
        ours.filter_map(|(says, at)| Some((at, *theirs.get(&says)?)))
            .collect()
    }

    /// For each of the side's members, the member of base that it is an edit of: the two
    /// have more in common than in difference, and neither has as much in common with
    /// another one. If one of each is left, less will do.
    fn edited(&self) -> Vec<Option<usize>> {
        let mut found = vec![None; self.own.len()];
        let open = |of: &[Option<usize>]| -> Vec<usize> {
            (0..of.len()).filter(|&at| of[at].is_none()).collect()
        };
        let (base, own) = (open(&self.own_of), open(&self.base_of));
        if base.len() * own.len() > MAX_PAIRS {
            return found;
        }
        let mut all = Shapes::default();
        let mut shapes = |items: &'i [Item<'i>], open: &[usize]| -> HashMap<usize, Shape> {
            let shape = |&at: &usize| Some((at, all.of(&items[at].says, items[at].key)?));
            open.iter().filter_map(shape).collect()
        };
        let (olds, news) = (shapes(self.base, &base), shapes(self.own, &own));
        let size = |shapes: &HashMap<usize, Shape>| shapes.values().map(|s| s.size).sum::<usize>();
        if size(&olds) * news.len() + size(&news) * olds.len() > MAX_COMPARED {
            return found;
        }
        if let ([b], [o]) = (&base[..], &own[..]) {
            let both = olds.get(b).zip(news.get(o));
            found[*o] = both.and_then(|(old, new)| old.has_to_do_with(new).then_some(*b));
            return found;
        }
        let likeness = |b: usize, o: usize| olds.get(&b)?.likeness(news.get(&o)?);
        for &o in &own {
            let best = only_best(&base, |b| likeness(b, o));
            if let Some(b) = best
                && only_best(&own, |o| likeness(b, o)) == Some(o)
            {
                found[o] = Some(b);
            }
        }
        found
    }

    /// Matches the members that only this side edited, or put in the place of one of
    /// base.
    fn join_edited(&mut self, edited: &[Option<usize>]) {
        for (own, &base) in edited.iter().enumerate() {
            if !self.paired[own] && base.is_none_or(|b| self.own_of[b].is_none()) {
                self.join(base, own);
            }
        }
        let before = |at: usize| at.checked_sub(1);
        for own in 0..self.own.len() {
            if self.paired[own] || self.base_of[own].is_some() {
                continue;
            }
            // The base member after its neighbour's, if the other neighbour's follows
            // that.
            let base = match before(own) {
                None => Some(0),
                Some(above) => self.base_of[above].map(|b| b + 1),
            };
            let Some(base) = base.filter(|&b| b < self.base.len()) else {
                continue;
            };
            let below = |of: &[Option<usize>], at: usize, end: usize| match of.get(at + 1) {
                Some(of) => *of,
                None => Some(end),
            };
            if self.own_of[base].is_none()
                && below(&self.base_of, own, self.base.len()) == Some(base + 1)
                && below(&self.own_of, base, self.own.len()) == Some(own + 1)
            {
                self.join(Some(base), own);
                self.replaced[base] = true;
            }
        }
    }

    /// Whether base has a member that the other side changed or removed, and that may be
    /// a different one of this side's now.
    fn unclear(&self, other: &Self) -> bool {
        let mut own = self.base_of.iter().zip(&self.paired);
        let open = own.any(|(base, paired)| base.is_none() && !paired);
        (0..self.base.len()).any(|b| {
            let lacks = open && self.own_of[b].is_none();
            !other.kept[b] && (lacks || self.replaced[b])
        })
    }
}

/// The one of `of` with the highest score, if only one has it.
fn only_best<S: Ord>(of: &[usize], score: impl Fn(usize) -> Option<S>) -> Option<usize> {
    let mut scores: Vec<_> = of.iter().filter_map(|&at| Some((score(at)?, at))).collect();
    scores.sort_unstable();
    match &scores[..] {
        [.., (second, _), (first, _)] if second == first => None,
        [.., (_, at)] => Some(*at),
        [] => None,
    }
}
