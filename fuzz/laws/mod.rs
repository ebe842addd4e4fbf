//! What must hold for generated inputs: for the fuzz targets and, bounded, for the
//! ordinary tests (`tests/it/merge/fuzz_seeds.rs`).
// Each target uses its own part.
#![allow(dead_code)]

pub mod documents;
pub mod ledger;
pub mod merge;
pub mod readers;

use documents::{Author, Choices};
use palimpsest::merge::ThreeWay;

/// Three versions of a frontmatter that the bytes choose.
pub fn history(bytes: &[u8]) -> ThreeWay<String> {
    let mut choices = Choices(bytes);
    let base = Author::new('b').document(&mut choices);
    let ours = Author::new('o').edit(&mut choices, &base);
    let theirs = Author::new('t').edit(&mut choices, &base);
    let texts = ThreeWay::new(base, ours, theirs).map(|fields| fields.concat());
    ThreeWay {
        ours: documents::toggled(&mut choices, texts.ours),
        theirs: documents::toggled(&mut choices, texts.theirs),
        base: texts.base,
    }
}

/// Cuts bytes into three texts of about one length, at line ends.
pub fn thirds(bytes: &[u8]) -> ThreeWay<&[u8]> {
    let cut = |from: usize, at: usize| {
        let line = bytes[at..].iter().position(|&b| b == b'\n');
        line.map_or(bytes.len(), |n| at + n + 1).max(from)
    };
    let first = cut(0, bytes.len() / 3);
    let second = cut(first, bytes.len() * 2 / 3);
    ThreeWay::new(&bytes[..first], &bytes[first..second], &bytes[second..])
}
