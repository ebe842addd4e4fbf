//! Which units of a collection have to be one conflict.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::ops::RangeInclusive;

use super::mentions;
use super::torn::{Counts, bare, table};
use super::unit::Unit;

/// Units that are one conflict, by index.
pub struct Stretch {
    pub units: BTreeSet<usize>,
    pub place: Place,
}

/// Where a stretch stands in the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Where the first of its units stands.
    OfItsUnits,
    /// None of them stands there: above all others.
    First,
    /// Behind this unit.
    Behind(usize),
}

/// The units that have to be one conflict so that no choice loses a line, or an entry that is
/// a line in words.
pub fn stretches(units: &[Unit]) -> Vec<Stretch> {
    let texts = units.iter().map(|unit| &unit.texts);
    let table = table(texts);
    let in_words = mentions::table(units);
    let rows = || table.values().chain(&in_words);
    let mut lines = vec![Vec::new(); units.len()];
    for counts in rows() {
        for unit in counts.keys() {
            lines[*unit].push(counts);
        }
    }
    let mut all = Widening {
        units,
        lines,
        orders: Orders::of(units),
        sets: Vec::new(),
        of: vec![None; units.len()],
    };
    while {
        let before = all.of.iter().flatten().count();
        for counts in rows() {
            for side in 0..2 {
                if let Some(wider) = all.wider(counts, side) {
                    all.join(wider);
                }
            }
        }
        before < all.of.iter().flatten().count()
    } {}
    let of_units = |set: BTreeSet<usize>| Stretch {
        place: all.orders.place(units, &set),
        units: set,
    };
    let sets = all.sets.into_iter().filter(|set| !set.is_empty());
    let mut stretches: Vec<Stretch> = sets.map(of_units).collect();
    // At one place they stand as in the base, whichever side has them.
    let first = |stretch: &Stretch| stretch.units.iter().map(|i| units[*i].at.base).min();
    stretches.sort_by_cached_key(|stretch| (stretch.place, first(stretch)));
    stretches
}

struct Widening<'u, 'm, 'a> {
    units: &'u [Unit<'m, 'a>],
    /// By unit, its lines, with how often each stands anywhere.
    lines: Vec<Vec<&'u BTreeMap<usize, Counts>>>,
    orders: Orders,
    /// Those that were joined to another are empty.
    sets: Vec<BTreeSet<usize>>,
    /// By unit, its set.
    of: Vec<Option<usize>>,
}

impl Widening<'_, '_, '_> {
    /// The units to join so that a choice of this side does not lose a line, or have it
    /// twice where the lines above the next entry alone have it.
    fn wider(&self, counts: &BTreeMap<usize, Counts>, side: usize) -> Option<BTreeSet<usize>> {
        let all = Counts::sum(counts.values());
        // Of a line that stands more than once it cannot be told where it went.
        if all.base > 1 || all.sides.iter().any(|count| *count > 1) {
            return None;
        }
        let is_whole = |unit: &usize| self.of[*unit].is_some();
        let is_marked = |unit: &usize| is_whole(unit) || self.units[*unit].is_marked();
        let there = counts.iter().map(|(unit, c)| match is_whole(unit) {
            true => c.sides[side],
            false => c.there[side],
        });
        let there: usize = there.sum();
        if all.is_lost(side, there) {
            let mut at = counts.iter().filter(|(_, c)| c.sides[side] > 0);
            let (lost, _) = at.find(|(unit, _)| !is_whole(unit))?;
            // The other side may have it within the same unit, in another place.
            let there = || counts.iter().filter(|(_, c)| c.sides[1 - side] > 0);
            let elsewhere = there().find(|(unit, _)| *unit != lost);
            let (with, _) = elsewhere.or_else(|| there().next())?;
            if !is_marked(with) || !self.units[*lost].can_be_taken_in() {
                return None;
            }
            let both = self.closed(BTreeSet::from([*lost, *with]));
            return both.or_else(|| Some(BTreeSet::from([*lost])));
        }
        if !all.is_doubled(side, there) {
            return None;
        }
        let mut at = counts.iter().filter(|(_, c)| c.there[side] > c.sides[side]);
        let (lines, _) = at
            .find(|(unit, _)| !is_marked(unit) && self.units[**unit].is_lines_of_the_other(side))?;
        let had_it = |(unit, c): &(&usize, &Counts)| {
            *unit != lines && is_marked(unit) && c.base + c.sides[0] + c.sides[1] > 0
        };
        let (with, _) = counts.iter().find(had_it)?;
        let both = self.closed(BTreeSet::from([*lines, *with]))?;
        (self.says_again(*lines, side, &both) && !self.loses(&both)).then_some(both)
    }

    /// Whether all that the other side put into these lines is in the other units, as a
    /// comment or not. What went out of an entry beside them has to stay.
    fn says_again(&self, lines: usize, side: usize, units: &BTreeSet<usize>) -> bool {
        let others = units.iter().filter(|unit| **unit != lines);
        let texts = others.map(|unit| &self.units[*unit].texts);
        let texts = texts.flat_map(|texts| texts.sides.iter().chain([&texts.base]));
        let known: HashSet<&str> = texts.flat_map(|text| text.lines().map(bare)).collect();
        let texts = &self.units[lines].texts;
        let had: HashSet<&str> = texts.base.lines().map(bare).collect();
        let mut new = texts.sides[1 - side].lines().map(bare);
        new.all(|line| line.is_empty() || had.contains(line) || known.contains(line))
    }

    /// Whether a choice loses a line once these units are one conflict: that of an entry
    /// which merged without one may stand in the lines above the next.
    fn loses(&self, units: &BTreeSet<usize>) -> bool {
        let is_whole = |unit: &usize| self.of[*unit].is_some() || units.contains(unit);
        let lines = units.iter().flat_map(|unit| &self.lines[*unit]);
        lines.into_iter().any(|counts| {
            let all = Counts::sum(counts.values());
            (0..2).any(|side| {
                let there = counts.iter().map(|(unit, c)| match is_whole(unit) {
                    true => c.sides[side],
                    false => c.there[side],
                });
                all.is_lost(side, there.sum())
            })
        })
    }

    /// The units, and all in the result that stand between them on a side or there; `None`
    /// where something there merged without a conflict.
    fn closed(&self, units: BTreeSet<usize>) -> Option<BTreeSet<usize>> {
        let with_their_sets = |units: &mut BTreeSet<usize>| {
            let sets: BTreeSet<usize> = units.iter().filter_map(|i| self.of[*i]).collect();
            units.extend(sets.into_iter().flat_map(|set| &self.sets[set]));
        };
        let mut units = units;
        with_their_sets(&mut units);
        loop {
            let before = units.len();
            for order in &self.orders.all {
                let Some(within) = order.within(&units) else {
                    continue;
                };
                for i in &order.units[within] {
                    let unit = &self.units[*i];
                    if unit.is_gone() || units.contains(i) {
                        continue;
                    }
                    if !unit.can_be_taken_in() {
                        return None;
                    }
                    units.insert(*i);
                }
            }
            with_their_sets(&mut units);
            if units.len() == before {
                return Some(units);
            }
        }
    }

    fn join(&mut self, units: BTreeSet<usize>) {
        for i in &units {
            if let Some(set) = self.of[*i] {
                self.sets[set].clear();
            }
            self.of[*i] = Some(self.sets.len());
        }
        self.sets.push(units);
    }
}

/// The units in the order of ours, of theirs and of the result.
struct Orders {
    all: [Order; 3],
}

struct Order {
    units: Vec<usize>,
    /// By unit, its place in them.
    places: Vec<Option<usize>>,
}

impl Orders {
    fn of(units: &[Unit]) -> Self {
        let by = |place: &dyn Fn(usize) -> Option<usize>| {
            let all = 0..units.len();
            let mut all: Vec<usize> = all.filter(|i| place(*i).is_some()).collect();
            all.sort_by_key(|i| place(*i));
            let mut places = vec![None; units.len()];
            for (at, unit) in all.iter().enumerate() {
                places[*unit] = Some(at);
            }
            Order { units: all, places }
        };
        Self {
            all: [
                by(&|i| units[i].at.ours),
                by(&|i| units[i].at.theirs),
                by(&|i| (!units[i].is_gone()).then_some(i)),
            ],
        }
    }

    /// Units that are all gone stand in the result as on the side that has them.
    fn place(&self, units: &[Unit], set: &BTreeSet<usize>) -> Place {
        let [ours, theirs, result] = &self.all;
        if result.within(set).is_some() {
            return Place::OfItsUnits;
        }
        let side = match ours.within(set) {
            Some(_) => ours,
            None => theirs,
        };
        let first = side.within(set).map_or(0, |within| *within.start());
        let mut above = side.units[..first].iter().rev();
        let above = above.find(|i| !units[**i].is_gone());
        above.map_or(Place::First, |i| Place::Behind(*i))
    }
}

impl Order {
    /// From the first of the units to the last one.
    fn within(&self, units: &BTreeSet<usize>) -> Option<RangeInclusive<usize>> {
        let places = units.iter().filter_map(|i| self.places[*i]);
        let (first, last) = (places.clone().min()?, places.max()?);
        Some(first..=last)
    }
}
