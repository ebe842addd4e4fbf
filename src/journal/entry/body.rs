//! The counts of an entry's body.

use crate::journal::markdown::{Line, lines};

/// Words that an average reader reads in a minute.
pub const WORDS_A_MINUTE: u64 = 260;

/// The words of a body: runs of anything but white space, outside headings.
#[must_use]
pub fn words(body: &str) -> u64 {
    let counted = lines(body).filter(|l| !matches!(l.kind, Line::Heading(_)));
    counted.map(|l| words_of(l.text)).sum()
}

fn words_of(line: &str) -> u64 {
    if !line.is_ascii() {
        return line.split_whitespace().count() as u64;
    }
    // The same, byte by byte: where a word begins. Counted in bytes as long as one holds
    // the number, which a processor does for many at once.
    let is_space = |byte: u8| (byte == b' ') | (byte.wrapping_sub(b'\t') < 5);
    let bytes = line.as_bytes();
    let begins = |(before, byte): (&u8, &u8)| u8::from(is_space(*before) & !is_space(*byte));
    let words_in =
        |before: &[u8], bytes: &[u8]| -> u8 { before.iter().zip(bytes).map(begins).sum() };
    let Some((first, rest)) = bytes.split_first() else {
        return 0;
    };
    let parts = bytes.chunks(255).zip(rest.chunks(255));
    let later: u64 = parts
        .map(|(before, part)| u64::from(words_in(before, part)))
        .sum();
    u64::from(!is_space(*first)) + later
}

/// Minutes to read so many words, rounded to two decimals.
#[must_use]
pub fn reading_time(words: u64) -> f64 {
    // Rounded in whole hundredths; journals are far below 2^52 words.
    let hundredths = (words * 100 + WORDS_A_MINUTE / 2) / WORDS_A_MINUTE;
    hundredths as f64 / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_outside_headings() {
        assert_eq!(words("# A heading here\n\nWent to the quay.\n"), 4);
        assert_eq!(words("```\n# a comment in code\n```\n#tag stays\n"), 9);
        assert_eq!(words(""), 0);
    }

    #[test]
    fn every_white_space_ends_a_word() {
        for byte in 0..=127_u8 {
            for text in ["a?b", "?a", "a?", "?", "a??b?c"] {
                let line = text.replace('?', &char::from(byte).to_string());
                let expected = line.split_whitespace().count() as u64;
                assert_eq!(words_of(&line), expected, "{line:?}");
                let long = line.repeat(300);
                let expected = long.split_whitespace().count() as u64;
                assert_eq!(words_of(&long), expected, "{line:?} 300 times");
            }
        }
        assert_eq!(words_of("på\u{a0}kajen\u{3000}igen"), 3);
    }

    #[test]
    fn minutes_have_two_decimals() {
        for (words, minutes) in [(0, 0.0), (4, 0.02), (260, 1.0), (390, 1.5), (100, 0.38)] {
            assert!((reading_time(words) - minutes).abs() < 1e-9, "{words}");
        }
    }
}
