//! The rows of which two ledger files differ. A walk over history asks for each commit, so
//! that all that both have is left unread.

use std::collections::BTreeSet;

use super::by_entry::in_one_alone;
use super::{Ledger, text};

/// The rows of the lines that only one of two ledger files has: most commits change a line
/// or two, and those may stand far apart.
#[must_use]
pub fn apart(before: &str, after: &str) -> (Ledger, Ledger) {
    let (before, after) = (before.as_bytes(), after.as_bytes());
    let same = alike_at_the_start(before, after);
    let start = before[..same].iter().rposition(|b| *b == b'\n');
    let start = start.map_or(0, |at| at + 1);
    let (before, after) = (&before[start..], &after[start..]);
    let same = alike_at_the_end(before, after);
    let middle = |bytes: &'_ [u8]| -> usize {
        let end = bytes.len() - same;
        let line = bytes[end..].iter().position(|b| *b == b'\n');
        line.map_or(bytes.len(), |at| end + at)
    };
    let lines = |bytes| -> Vec<&[u8]> { <[u8]>::split(bytes, |b: &u8| *b == b'\n').collect() };
    let (before, after) = (&before[..middle(before)], &after[..middle(after)]);
    let all = (lines(before), lines(after));
    let (was, is) = in_one_alone(all.0.clone(), all.1.clone());
    let rows = |own, other: &[&[u8]]| text::parse(&not_among(own, other).join(&b'\n'));
    (rows(was, &all.1), rows(is, &all.0))
}

/// Leaves out the lines that are among others. `own` are few as a rule, the others many.
fn not_among<'a>(mut own: Vec<&'a [u8]>, others: &[&[u8]]) -> Vec<&'a [u8]> {
    let some: BTreeSet<&[u8]> = own.iter().copied().collect();
    let both = others.iter().filter(|line| some.contains(*line));
    let both: BTreeSet<&[u8]> = both.copied().collect();
    own.retain(|line| !both.contains(line));
    own
}

/// How many bytes are compared at once.
const BLOCK: usize = 1024;

/// The length of what two texts begin with.
fn alike_at_the_start(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.chunks_exact(BLOCK).zip(b.chunks_exact(BLOCK));
    let blocks = BLOCK * blocks.take_while(|(a, b)| a == b).count();
    let rest = a[blocks..].iter().zip(&b[blocks..]);
    blocks + rest.take_while(|(a, b)| a == b).count()
}

/// The length of what two texts end with.
fn alike_at_the_end(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.rchunks_exact(BLOCK).zip(b.rchunks_exact(BLOCK));
    let blocks = BLOCK * blocks.take_while(|(a, b)| a == b).count();
    let rest = |of: &[u8]| of.len() - blocks;
    let rest = a[..rest(a)].iter().rev().zip(b[..rest(b)].iter().rev());
    blocks + rest.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lines_of_one_file_are_read() {
        let row = |item: &str, by: &str| {
            format!(
                r#"{{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people","item":"{item}","id":"{item}","state":"active","at":"2026-01-05T09:23:00Z","by":"{by}","source":"yaml"}}"#
            )
        };
        let file = |rows: &[(&str, &str)]| -> String {
            rows.iter().map(|(item, by)| row(item, by) + "\n").collect()
        };
        let before = file(&[("Al", "ann"), ("Bo", "ann"), ("Cy", "ann")]);
        let after = file(&[("Al", "bob"), ("Bo", "ann"), ("Di", "ann")]);
        let items = |ledger: &Ledger| -> Vec<String> {
            let keys = ledger.tombstones.keys();
            keys.map(|key| key.item.to_string()).collect()
        };
        let (old, new) = apart(&before, &after);
        assert_eq!(
            (items(&old), items(&new)),
            (
                vec!["Al".into(), "Cy".into()],
                vec!["Al".into(), "Di".into()]
            )
        );
        let (old, new) = apart(&before, &before);
        assert_eq!((items(&old), items(&new)), (vec![], vec![]));
    }

    #[test]
    fn lines_that_moved_or_stand_twice_are_in_both() {
        let line = |n: usize| format!("line {n}\n");
        let file = |all: &[usize]| -> String { all.iter().copied().map(line).collect() };
        let numbers = |ledger: &Ledger| -> Vec<usize> {
            let lines = ledger.corrupt.iter();
            let lines = lines.map(|c| String::from_utf8_lossy(&c.bytes).into_owned());
            lines.map(|line| line[5..].parse().unwrap()).collect()
        };
        for (before, after, was, is) in [
            (&[1, 2, 3, 4][..], &[1, 4, 2, 3][..], &[][..], &[][..]),
            (&[5, 2, 6], &[7, 2, 2, 8], &[5, 6], &[7, 8]),
            (&[5, 2, 3, 2, 6], &[7, 2, 3, 8], &[5, 6], &[7, 8]),
            (&[9, 8, 7], &[7, 8, 9], &[], &[]),
            (&[1, 5, 2, 6, 3], &[1, 7, 2, 8, 3], &[5, 6], &[7, 8]),
            (&[], &[2, 1], &[], &[2, 1]),
        ] {
            let (old, new) = apart(&file(before), &file(after));
            assert_eq!(numbers(&old), was, "{before:?} {after:?}");
            assert_eq!(numbers(&new), is, "{before:?} {after:?}");
        }
    }

    #[test]
    fn what_two_texts_have_at_both_ends_is_found_across_blocks() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 3 * BLOCK + 7] {
            let a = vec![b'x'; length];
            assert_eq!(alike_at_the_start(&a, &a), length);
            assert_eq!(alike_at_the_end(&a, &a), length);
            for at in [0, 1, length / 2, BLOCK - 1, BLOCK, length.saturating_sub(1)] {
                let mut b = a.clone();
                let Some(byte) = b.get_mut(at) else { continue };
                *byte = b'y';
                assert_eq!(alike_at_the_start(&a, &b), at, "{length} {at}");
                assert_eq!(alike_at_the_end(&a, &b), length - at - 1, "{length} {at}");
                let longer = [&b[..], b"zz"].concat();
                assert_eq!(alike_at_the_start(&a, &longer), at, "{length} {at}");
                let longer = [b"zz", &b[..]].concat();
                assert_eq!(
                    alike_at_the_end(&a, &longer),
                    length - at - 1,
                    "{length} {at}"
                );
            }
        }
    }
}
