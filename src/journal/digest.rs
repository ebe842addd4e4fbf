//! Short digests: of texts that git may check out with other line ends, and of any bytes.

use sha2::{Digest, Sha256};

use super::line_ends::without_cr;

/// The hash of a text that is not there: that of an empty one.
pub const NO_TEXT: &str = "e3b0c44298fc1c14";

/// The first 16 hex digits of the SHA-256 of a text. Line ends count as LF, so that a
/// checkout with `core.autocrlf` has the hash of the committed text.
#[must_use]
pub fn text_hash(bytes: &[u8]) -> String {
    match without_cr(bytes) {
        Some(bytes) => short_sha256(&bytes),
        None => short_sha256(bytes),
    }
}

/// The first 16 hex digits of the SHA-256 of `bytes`. Each line of a ledger has one made.
#[must_use]
pub fn short_sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let first = digest.iter().take(8);
    let number = first.fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    format!("{number:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_has_the_hash_of_an_empty_one() {
        assert_eq!(text_hash(b""), NO_TEXT);
        assert_eq!(short_sha256(b""), NO_TEXT);
    }

    #[test]
    fn a_hash_is_16_digits_and_does_not_see_line_ends() {
        // printf 'a\nb\n' | sha256sum
        assert_eq!(text_hash(b"a\nb\n"), "911169ddaaf146af");
        assert_eq!(text_hash(b"a\r\nb\r\n"), text_hash(b"a\nb\n"));
        assert_ne!(text_hash(b"a\rb\n"), text_hash(b"a\nb\n"));
    }
}
