//! Three-way merging of lists whose order means something.

use std::hash::Hash;
use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::ThreeWay;

/// A stretch of three lists, by index into each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chunk {
    /// The same items on all three; ranges of equal length.
    Same(ThreeWay<Range<usize>>),
    /// At least one side differs from the base here.
    Changed(ThreeWay<Range<usize>>),
}

/// Cuts three lists into stretches where all agree and stretches where a side
/// changed something: the classic diff3 over items instead of lines.
#[must_use]
pub fn sequence<K: Hash + Ord>(sides: ThreeWay<&[K]>) -> Vec<Chunk> {
    let ours = matches(sides.base, sides.ours);
    let theirs = matches(sides.base, sides.theirs);
    let mut chunks = Vec::new();
    let (mut b, mut o, mut t) = (0, 0, 0);
    loop {
        // The next base item that both sides still have.
        let next = (b..sides.base.len()).find_map(|i| Some((i, ours[i]?, theirs[i]?)));
        let (nb, no, nt) = next.unwrap_or((sides.base.len(), sides.ours.len(), sides.theirs.len()));
        if nb > b || no > o || nt > t {
            chunks.push(Chunk::Changed(ThreeWay::new(b..nb, o..no, t..nt)));
        }
        if next.is_none() {
            return chunks;
        }
        let mut n = 1;
        while nb + n < sides.base.len()
            && ours[nb + n] == Some(no + n)
            && theirs[nb + n] == Some(nt + n)
        {
            n += 1;
        }
        chunks.push(Chunk::Same(ThreeWay::new(
            nb..nb + n,
            no..no + n,
            nt..nt + n,
        )));
        (b, o, t) = (nb + n, no + n, nt + n);
    }
}

/// For each item of `base` the index of its match in `side`.
fn matches<K: Hash + Ord>(base: &[K], side: &[K]) -> Vec<Option<usize>> {
    let mut found = vec![None; base.len()];
    for op in capture_diff_slices(Algorithm::Myers, base, side) {
        if let DiffOp::Equal {
            old_index,
            new_index,
            len,
        } = op
        {
            for i in 0..len {
                found[old_index + i] = Some(new_index + i);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_where_the_sides_differ() {
        let chunks = sequence(ThreeWay::new(&[1, 2, 3][..], &[1, 9, 2, 3], &[1, 2]));
        assert_eq!(
            chunks,
            [
                Chunk::Same(ThreeWay::new(0..1, 0..1, 0..1)),
                Chunk::Changed(ThreeWay::new(1..1, 1..2, 1..1)),
                Chunk::Same(ThreeWay::new(1..2, 2..3, 1..2)),
                Chunk::Changed(ThreeWay::new(2..3, 3..4, 2..2)),
            ]
        );
    }

    #[test]
    fn what_all_have_is_one_stretch_and_what_both_removed_is_a_change() {
        let same = [1, 2, 3];
        assert_eq!(
            sequence(ThreeWay::new(&same[..], &same, &same)),
            [Chunk::Same(ThreeWay::new(0..3, 0..3, 0..3))]
        );
        assert_eq!(
            sequence(ThreeWay::new(&same[..], &[1, 3], &[1, 3])),
            [
                Chunk::Same(ThreeWay::new(0..1, 0..1, 0..1)),
                Chunk::Changed(ThreeWay::new(1..2, 1..1, 1..1)),
                Chunk::Same(ThreeWay::new(2..3, 1..2, 1..2)),
            ]
        );
    }
}
