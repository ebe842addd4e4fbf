//! Numbers of things in messages.

/// `1 entry`, `2 entries`.
#[must_use]
pub fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// How many of `all` a list of at most `most` leaves out; `None` if it has all.
#[must_use]
pub fn left(all: usize, most: usize) -> Option<usize> {
    all.checked_sub(most).filter(|left| *left > 0)
}

/// How many things a list of at most `most` leaves out, counted: `1 entry`.
#[must_use]
pub fn more(all: usize, most: usize, one: &str, many: &str) -> Option<String> {
    left(all, most).map(|left| counted(left, one, many))
}
