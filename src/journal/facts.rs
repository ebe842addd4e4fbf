//! The facts of one version of an entry that history compares.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::{ItemKey, Table};

/// The facts of a version by which removals, re-additions and concurrent edits are found.
/// Two versions are compared; nothing is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Every item of every association, by canonical name.
    pub items: BTreeSet<(Table, ItemKey)>,
    /// The first 16 hex digits of the SHA-256 of the frontmatter's bytes (between
    /// the fences), or of the note's text for a note page.
    pub hash: String,
}

/// The first 16 hex digits of the SHA-256 of a text. Line ends count as LF, so that a
/// checkout with `core.autocrlf` has the hash of the committed text.
#[must_use]
pub fn short_hash(bytes: &[u8]) -> String {
    let mut hasher = Sha256::new();
    let mut rest = bytes;
    // Most have none, which is quickly seen.
    let has_cr = bytes.contains(&b'\r');
    while has_cr && let Some(at) = rest.iter().position(|b| *b == b'\r') {
        hasher.update(&rest[..at]);
        // One that stands alone counts.
        if rest.get(at + 1) != Some(&b'\n') {
            hasher.update(b"\r");
        }
        rest = &rest[at + 1..];
    }
    hasher.update(rest);
    first_digits(&hasher.finalize())
}

/// The first 16 hex digits of a digest. Each line of a ledger has one made.
#[must_use]
pub fn first_digits(digest: &[u8]) -> String {
    let first = digest.iter().take(8);
    let number = first.fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    format!("{number:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_16_digits_and_does_not_see_line_ends() {
        // printf 'a\nb\n' | sha256sum
        assert_eq!(short_hash(b"a\nb\n"), "911169ddaaf146af");
        assert_eq!(short_hash(b"a\r\nb\r\n"), short_hash(b"a\nb\n"));
        assert_ne!(short_hash(b"a\rb\n"), short_hash(b"a\nb\n"));
    }
}
