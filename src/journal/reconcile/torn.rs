//! Text that went from one entry to another, and that a choice of one side in a conflict
//! would lose or have twice.

use std::collections::{BTreeMap, HashSet};

use super::collection::Part;
use super::output::{Pick, picked};
use crate::merge::ThreeWay;

/// Whether a choice of a side, in a list that is merged as `parts`, loses text that went
/// from one of its items to another, or has it twice.
pub fn is_torn(sides: ThreeWay<String>, parts: &[Part]) -> bool {
    let texts = [Texts::of(sides, parts)];
    let table = table(&texts);
    table.values().any(|by_spot| {
        let all = Counts::sum(by_spot.values());
        (0..2).any(|side| all.is_torn(side, all.there[side]))
    })
}

/// The texts of a stretch; of two, the first is that of ours.
pub struct Texts {
    pub base: String,
    pub sides: [String; 2],
    /// In the result where that side is chosen.
    pub there: [String; 2],
}

impl Texts {
    pub fn of<'p>(sides: ThreeWay<String>, parts: impl IntoIterator<Item = &'p Part>) -> Self {
        let parts: Vec<&Part> = parts.into_iter().collect();
        let on = |pick| {
            parts
                .iter()
                .map(|part| picked(&part.pieces, pick))
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

    /// Whether so many are less, or more, than both that side and a merge of the two have.
    pub fn is_torn(&self, side: usize, there: usize) -> bool {
        let merged = (self.sides[0] + self.sides[1]).saturating_sub(self.base);
        let chosen = self.sides[side];
        there < chosen.min(merged) || there > chosen.max(merged)
    }

    pub fn is_changed(&self) -> bool {
        self.sides != [self.base; 2]
    }
}

/// By the line, without the sign of a comment, the texts, by index, that have it. Only lines that are
/// a comment somewhere count: others may be written anew by the merge.
pub fn table<'t>(texts: &'t [Texts]) -> BTreeMap<&'t str, BTreeMap<usize, Counts>> {
    let mut comments: HashSet<&str> = HashSet::new();
    for text in texts {
        for side in text.sides.iter().chain([&text.base]) {
            let all = side.lines().map(str::trim).filter(|l| l.starts_with('#'));
            comments.extend(all.map(bare));
        }
    }
    comments.remove("");
    let mut table: BTreeMap<&'t str, BTreeMap<usize, Counts>> = BTreeMap::new();
    for (spot, text) in texts.iter().enumerate() {
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
fn bare(line: &str) -> &str {
    line.trim().trim_start_matches('#').trim_start()
}
