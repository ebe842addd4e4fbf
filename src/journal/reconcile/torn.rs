//! Text that went from one entry to another, and that a choice of one side in a conflict
//! would lose or have twice.

use std::collections::{BTreeMap, HashSet};

use super::output::{Pick, Piece, picked};
use crate::merge::ThreeWay;

/// The texts of a stretch; of two, the first is that of ours.
pub struct Texts {
    pub base: String,
    pub sides: [String; 2],
    /// In the result where that side is chosen.
    pub there: [String; 2],
}

impl Texts {
    pub fn of<'p>(sides: ThreeWay<String>, pieces: impl Iterator<Item = &'p Piece>) -> Self {
        let pieces: Vec<&Piece> = pieces.collect();
        let on = |pick| {
            let all = pieces.iter();
            all.map(|piece| picked(std::slice::from_ref(*piece), pick))
                .collect()
        };
        Self {
            base: sides.base,
            sides: [sides.ours, sides.theirs],
            there: [on(Pick::Ours), on(Pick::Theirs)],
        }
    }
}

/// How often a line stands in such texts, as a comment or not.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    pub base: usize,
    pub sides: [usize; 2],
    pub there: [usize; 2],
}

impl Counts {
    pub fn sum<'c>(all: impl Iterator<Item = &'c Self>) -> Self {
        all.fold(Self::default(), |sum, c| Self {
            base: sum.base + c.base,
            sides: [0, 1].map(|i| sum.sides[i] + c.sides[i]),
            there: [0, 1].map(|i| sum.there[i] + c.there[i]),
        })
    }

    const fn merged(&self) -> usize {
        (self.sides[0] + self.sides[1]).saturating_sub(self.base)
    }

    /// Whether so many are less than both that side and a merge of the two have.
    pub fn is_lost(&self, side: usize, there: usize) -> bool {
        there < self.sides[side].min(self.merged())
    }

    /// Whether so many are more than both that side and a merge of the two have.
    pub fn is_doubled(&self, side: usize, there: usize) -> bool {
        there > self.sides[side].max(self.merged())
    }
}

/// By the line, without the sign of a comment, the texts, by index, that have it. Only
/// lines that are a comment somewhere count: others may be written anew by the merge.
pub fn table<'t>(
    texts: impl Iterator<Item = &'t Texts> + Clone,
) -> BTreeMap<&'t str, BTreeMap<usize, Counts>> {
    let mut comments: HashSet<&str> = HashSet::new();
    for text in texts.clone() {
        for side in text.sides.iter().chain([&text.base]) {
            let all = side.lines().map(str::trim).filter(|l| l.starts_with('#'));
            comments.extend(all.map(bare));
        }
    }
    comments.remove("");
    let mut table: BTreeMap<&'t str, BTreeMap<usize, Counts>> = BTreeMap::new();
    for (spot, text) in texts.enumerate() {
        let mut count = |text: &'t str, of: &dyn Fn(&mut Counts) -> &mut usize| {
            for line in text.lines().map(bare).filter(|l| comments.contains(l)) {
                *of(table.entry(line).or_default().entry(spot).or_default()) += 1;
            }
        };
        count(&text.base, &|c| &mut c.base);
        for side in 0..2 {
            count(&text.sides[side], &|c| &mut c.sides[side]);
            count(&text.there[side], &|c| &mut c.there[side]);
        }
    }
    table
}

/// A line without the sign of a comment and the space around it.
pub fn bare(line: &str) -> &str {
    line.trim().trim_start_matches('#').trim_start()
}
