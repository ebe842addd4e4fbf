//! The changes that turn an entry's old rows into the new ones: a pure comparison.

use super::table::{Cell, Kind, Part, Rows};

/// A row to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change<'r, 'a> {
    Delete {
        key: &'r [Cell<'a>],
    },
    Insert {
        key: &'r [Cell<'a>],
        rest: &'r [Cell<'a>],
    },
    /// These columns of `rest` have new values.
    Update {
        key: &'r [Cell<'a>],
        columns: Vec<usize>,
        rest: &'r [Cell<'a>],
    },
}

/// Compares the rows of one part. The deletions of all tables come first, so that no row
/// is in the way of another.
pub(super) fn diff<'r, 'a>(
    old: &'r Rows<'a>,
    new: &'r Rows<'a>,
    part: Part,
) -> Vec<(Kind, Change<'r, 'a>)> {
    let (mut changes, mut written) = (Vec::new(), Vec::new());
    for kind in Kind::ALL.into_iter().filter(|k| k.part() == part) {
        let (mut old, mut new) = (old.of(kind).peekable(), new.of(kind).peekable());
        loop {
            // Both are in the order of their keys.
            let order = match (old.peek(), new.peek()) {
                (Some((before, _)), Some((now, _))) => before.cmp(now),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (None, None) => break,
            };
            let before = old.next_if(|_| order.is_le());
            let now = new.next_if(|_| order.is_ge());
            match (before, now) {
                (Some((_, before)), Some((key, rest))) => {
                    let columns = (0..rest.len()).filter(|c| before.get(*c) != rest.get(*c));
                    let columns: Vec<usize> = columns.collect();
                    if !columns.is_empty() {
                        written.push((kind, Change::Update { key, columns, rest }));
                    }
                }
                (Some((key, _)), None) => changes.push((kind, Change::Delete { key })),
                (None, Some((key, rest))) => written.push((kind, Change::Insert { key, rest })),
                (None, None) => break,
            }
        }
    }
    changes.extend(written);
    changes
}
