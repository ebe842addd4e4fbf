//! The index's own notes of its last refresh.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::EntryDate;
use crate::ledger::Source;
use crate::repo::ObjectId;
use crate::sync::versions::Key;

/// The state at the last refresh, as far as the index's rows do not tell it. It is stored
/// as `meta` values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Noted {
    /// HEAD; `None` before the first commit.
    pub head: Option<ObjectId>,
    /// The years with rows told by history.
    pub told: BTreeSet<i32>,
    /// Deleted entries with several deletions: HEAD's history decides which of them
    /// counts, even if no row changes.
    pub twice: BTreeSet<EntryDate>,
    /// Entries that can be read neither in the work tree nor in HEAD: HEAD's history decides
    /// what they say, even if no file changes.
    pub unreadable: BTreeSet<EntryDate>,
    /// The commits at which history is cut off; empty if nothing is behind them.
    pub cut_off: String,
    /// Entries whose last version, or the deletion that counts, may be behind `cut_off`.
    pub behind: BTreeSet<EntryDate>,
    /// The entries and notes that the work tree left out on purpose: git's index said it of
    /// their files.
    pub left_out: BTreeSet<Key>,
    /// Those that had a symbolic link in their place.
    pub linked: BTreeSet<Key>,
    /// The digest of git's conversions by which the files were read; empty if some were
    /// read by others.
    pub conversions: String,
    /// The folders that the index covers, and the mark of the work tree in which it was
    /// made. Rows that came from elsewhere may be anybody's.
    pub made_for: String,
}

impl Noted {
    /// Reads the notes from `meta` values; a missing one is empty.
    pub(super) fn read(meta: &BTreeMap<String, String>) -> Self {
        let value = |key: &str| meta.get(key).map_or("", String::as_str);
        let (cut_off, behind) = value("cut_off").split_once(' ').unwrap_or_default();
        Self {
            head: value("head").parse().ok(),
            told: split(value("told"), |year| year.parse().ok()),
            twice: split(value("deleted_twice"), EntryDate::from_iso),
            unreadable: split(value("unreadable"), EntryDate::from_iso),
            cut_off: cut_off.to_owned(),
            behind: split(behind, EntryDate::from_iso),
            left_out: split(value("left_out"), key),
            linked: split(value("linked"), key),
            conversions: value("conversions").to_owned(),
            made_for: value("places").to_owned(),
        }
    }

    /// The notes as `meta` values.
    pub(super) fn values(&self) -> [(&'static str, String); 9] {
        let cut_off = match self.cut_off.is_empty() || self.behind.is_empty() {
            true => String::new(),
            false => format!("{} {}", self.cut_off, listed(&self.behind)),
        };
        [
            ("head", self.head.map(|h| h.to_string()).unwrap_or_default()),
            ("told", listed(&self.told)),
            ("deleted_twice", listed(&self.twice)),
            ("unreadable", listed(&self.unreadable)),
            ("cut_off", cut_off),
            ("left_out", keys(&self.left_out)),
            ("linked", keys(&self.linked)),
            ("conversions", self.conversions.clone()),
            ("places", self.made_for.clone()),
        ]
    }
}

fn listed<T: ToString>(all: &BTreeSet<T>) -> String {
    let all: Vec<String> = all.iter().map(ToString::to_string).collect();
    all.join(" ")
}

fn keys(all: &BTreeSet<Key>) -> String {
    let word = |(date, source): &Key| format!("{date}:{}", source.name());
    let all: Vec<String> = all.iter().map(word).collect();
    all.join(" ")
}

fn key(word: &str) -> Option<Key> {
    let (date, source) = word.split_once(':')?;
    Some((EntryDate::from_iso(date)?, Source::from_name(source)?))
}

fn split<T: Ord>(text: &str, read: impl Fn(&str) -> Option<T>) -> BTreeSet<T> {
    text.split(' ').filter_map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(noted: &Noted) -> Noted {
        let values = noted.values();
        Noted::read(&values.map(|(key, value)| (key.to_owned(), value)).into())
    }

    #[test]
    fn notes_are_read_as_they_were_written() {
        let day = |text: &str| text.parse::<EntryDate>().unwrap();
        let noted = Noted {
            head: "0123456789012345678901234567890123456789".parse().ok(),
            told: [2023, 2024].into(),
            twice: [day("2024-11-01")].into(),
            unreadable: [day("2024-11-03")].into(),
            cut_off: "0123456789abcdef".to_owned(),
            behind: [day("2024-11-01"), day("2024-11-02")].into(),
            left_out: [
                (day("2019-11-01"), Source::Yaml),
                (day("2019-11-01"), Source::Wiki),
            ]
            .into(),
            linked: [(day("2024-11-04"), Source::Wiki)].into(),
            conversions: "0011223344556677".to_owned(),
            made_for: "journal/md\nmy wiki\ndata/ledger\n0123".to_owned(),
        };
        assert!(noted.head.is_some());
        assert_eq!(again(&noted), noted);
        assert_eq!(again(&Noted::default()), Noted::default());
        assert_eq!(Noted::read(&BTreeMap::new()), Noted::default());
        // A cut with nothing behind it is none.
        let whole = Noted {
            behind: BTreeSet::new(),
            ..noted
        };
        assert_eq!(again(&whole).cut_off, "");
    }
}
