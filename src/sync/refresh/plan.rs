//! The dates to look at again: a pure comparison of the index's knowledge with the
//! present state.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::{EntryDate, Layout, PathKind};
use crate::store::{FileRow, Known, LedgerRow};

/// The present state.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    /// Stamps of the work tree's files by path; empty for a file that changed so recently
    /// that its stamp proves nothing. A file that the index knows and that is missing
    /// here is gone.
    pub files: BTreeMap<String, String>,
    /// Paths that differ between the HEAD of the index and HEAD now.
    pub head_changes: Vec<String>,
    /// Entries that may be others now though no file changed: their last version is, or
    /// git's index, a link or git's conversions say another thing of their files.
    pub again: BTreeSet<EntryDate>,
    /// The entries whose rows in the ledger differ from the index's.
    pub rows: BTreeSet<EntryDate>,
    /// The present ledgers of which the index knows another version.
    pub ledgers: BTreeMap<i32, LedgerRow>,
}

/// The work to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// The entries and notes to be read anew.
    pub dates: BTreeSet<EntryDate>,
    /// Files whose row is to be written, or removed if they are gone.
    pub files: BTreeSet<String>,
    /// Ledgers of which the index is to note a new version.
    pub ledgers: BTreeMap<i32, LedgerRow>,
}

/// Compares the two. With `force` every date is read anew.
pub(super) fn plan(layout: &Layout, known: &Known, seen: &Seen, force: bool) -> Plan {
    let mut plan = Plan::default();
    let paths = match force {
        true => known.files.keys().chain(seen.files.keys()).collect(),
        false => changed(&known.files, &seen.files),
    };
    for path in paths {
        plan.files.insert(path.clone());
        plan.dates.extend(date_of(layout, path));
    }
    plan.dates
        .extend(seen.head_changes.iter().filter_map(|p| date_of(layout, p)));
    plan.dates.extend(&seen.again);
    plan.dates.extend(&seen.rows);
    plan.ledgers.clone_from(&seen.ledgers);
    plan
}

/// The paths whose stamp differs from the known one or proves nothing, and those that
/// only one side has.
pub(super) fn changed<'a>(
    known: &'a BTreeMap<String, FileRow>,
    seen: &'a BTreeMap<String, String>,
) -> BTreeSet<&'a String> {
    let new = seen.iter().filter(|(path, stamp)| {
        stamp.is_empty() || known.get(*path).is_none_or(|row| row.stamp != **stamp)
    });
    let gone = known.keys().filter(|path| !seen.contains_key(*path));
    new.map(|(path, _)| path).chain(gone).collect()
}

/// The date of the entry or note at a path.
pub(super) fn date_of(layout: &Layout, path: &str) -> Option<EntryDate> {
    match layout.classify(path) {
        PathKind::Entry(date) | PathKind::Note(date) => Some(date),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "journal/md/2024/2024-11-01.md";
    const B: &str = "journal/md/2024/2024-11-02.md";
    const NOTE: &str = "wiki/entries/2024/2024-11-03.md";

    fn day(text: &str) -> EntryDate {
        text.parse().unwrap()
    }

    fn known(files: &[(&str, &str)]) -> Known {
        let row = |stamp: &str| FileRow {
            stamp: stamp.to_owned(),
            ..FileRow::default()
        };
        Known {
            files: files
                .iter()
                .map(|(p, s)| ((*p).to_owned(), row(s)))
                .collect(),
            ..Known::default()
        }
    }

    fn seen(files: &[(&str, &str)]) -> Seen {
        Seen {
            files: files
                .iter()
                .map(|(p, s)| ((*p).to_owned(), (*s).to_owned()))
                .collect(),
            ..Seen::default()
        }
    }

    fn dates(known: &Known, seen: &Seen, force: bool) -> String {
        let plan = plan(&Layout::default(), known, seen, force);
        plan.dates
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn what_changed_is_read_and_nothing_else() {
        let old = known(&[(A, "1"), (B, "2")]);
        for (files, expected) in [
            (&[(A, "1"), (B, "2")] as &[_], ""),
            (&[(A, "1"), (B, "3")], "2024-11-02"),
            (&[(A, "1")], "2024-11-02"),
            (&[(A, "1"), (B, "2"), (NOTE, "4")], "2024-11-03"),
            (&[(A, ""), (B, "2")], "2024-11-01"),
        ] {
            assert_eq!(dates(&old, &seen(files), false), expected);
        }
        assert_eq!(
            dates(&old, &seen(&[(A, "1"), (B, "2")]), true),
            "2024-11-01 2024-11-02"
        );
        // A file that is always read again is read again.
        let racy = known(&[(A, "")]);
        assert_eq!(dates(&racy, &seen(&[(A, "")]), false), "2024-11-01");
    }

    #[test]
    fn changes_of_head_and_of_the_ledger_count() {
        let old = known(&[(A, "1")]);
        let mut now = seen(&[(A, "1")]);
        now.head_changes = vec![A.to_owned(), "README.md".to_owned()];
        assert_eq!(dates(&old, &now, false), "2024-11-01");

        let mut now = seen(&[(A, "1")]);
        now.rows = [day("2024-11-02"), day("2024-11-03")].into();
        assert_eq!(dates(&old, &now, false), "2024-11-02 2024-11-03");
    }
}
