//! The texts that ledgers recorded up to a commit, to see whether a commit's own ledger
//! has new ones. A walk asks for commit after commit, so each takes over its ancestor's
//! result.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{History, check_short_cut};
use crate::ledger::{self, ByEntry, Hash, Ledger};
use crate::repo::{Blob, ObjectId, RepoError};
use crate::sync::versions::Key;

/// The texts of entries and notes.
pub(super) type Texts = BTreeMap<Key, BTreeSet<Hash>>;

/// Cache size: the branches and years that a walk follows in turn.
const KEPT: usize = 8;

/// The texts recorded in a year up to a commit.
pub(super) struct TextsBefore {
    tip: ObjectId,
    year: i32,
    texts: Rc<Texts>,
}

/// A ledger file.
pub(super) struct LedgerText {
    pub text: Rc<str>,
    by_entry: OnceCell<ByEntry>,
    rows: OnceCell<Ledger>,
}

impl LedgerText {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let rows = match &text {
            Cow::Borrowed(_) => OnceCell::new(),
            // A line that is not UTF-8 is none, and must not become one.
            Cow::Owned(_) => OnceCell::from(ledger::parse(bytes)),
        };
        Self {
            text: text.into(),
            by_entry: OnceCell::new(),
            rows,
        }
    }

    /// All its rows.
    pub(super) fn rows(&self) -> &Ledger {
        self.rows
            .get_or_init(|| ledger::parse(self.text.as_bytes()))
    }

    /// Its lines, by entry: a walk asks for the rows of each entry that a commit changes,
    /// several times.
    pub(super) fn lines(&self) -> &ByEntry {
        let text = || Rc::clone(&self.text).into();
        self.by_entry.get_or_init(|| ByEntry::of(text()))
    }
}

impl History<'_> {
    /// The texts of a year's entries and notes in the ledgers of a commit and its
    /// ancestors.
    pub(super) fn recorded_before(&self, tip: ObjectId, year: i32) -> Result<Rc<Texts>, RepoError> {
        let texts = match self.before_below(tip, year) {
            Some(below) if below.tip == tip => below.texts,
            Some(below) => {
                let path = self.layout.ledger_path(year);
                let mut texts = below.texts;
                let newer = self.text(self.repo.blob_at(below.tip, &path)?)?;
                let since = self.repo.commits(&[tip], &[below.tip])?;
                let since = since.iter().rev().map(|commit| commit.id);
                self.add_recorded(Rc::make_mut(&mut texts), newer, since, &path)?;
                check_short_cut(&*texts, || self.recorded_up_to(tip, year));
                texts
            }
            None => Rc::new(self.recorded_up_to(tip, year)?),
        };
        let mut before = self.before.borrow_mut();
        if before.len() == KEPT {
            before.remove(0);
        }
        before.push(TextsBefore {
            tip,
            year,
            texts: Rc::clone(&texts),
        });
        Ok(texts)
    }

    /// Takes the cached result of the commit or of one of its ancestors.
    fn before_below(&self, tip: ObjectId, year: i32) -> Option<TextsBefore> {
        let mut before = self.before.borrow_mut();
        let at = |is: &dyn Fn(ObjectId) -> bool| {
            let is_it = |b: &TextsBefore| b.year == year && is(b.tip);
            before.iter().rposition(is_it)
        };
        let at = at(&|known| known == tip).or_else(|| at(&|known| self.repo.is_in(known, tip)))?;
        Some(before.remove(at))
    }

    fn recorded_up_to(&self, tip: ObjectId, year: i32) -> Result<Texts, RepoError> {
        let path = self.layout.ledger_path(year);
        let mut texts = Texts::new();
        let all = self.repo.commits_of(tip, &path)?;
        self.add_recorded(&mut texts, Rc::from(""), all, &path)?;
        Ok(texts)
    }

    /// Adds the texts in the ledgers of these commits, newest first. `newer` is a commit
    /// whose texts are already complete.
    fn add_recorded(
        &self,
        texts: &mut Texts,
        mut newer: Rc<str>,
        commits: impl IntoIterator<Item = ObjectId>,
        path: &str,
    ) -> Result<(), RepoError> {
        let mut blob: Option<Blob> = None;
        for commit in commits {
            let there = self.repo.blob_at(commit, path)?;
            if there == blob {
                continue;
            }
            blob = there;
            let text = self.text(there)?;
            let (_, rows) = ledger::apart(&newer, &text);
            for (key, state) in rows.sync {
                texts.entry(key).or_default().extend(state.hashes);
            }
            newer = text;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_not_utf8_is_no_row() {
        let row = |item: &[u8]| {
            let head = br#"{"v":1,"kind":"tombstone","entry":"2024-11-01","table":"entry_people","item":""#;
            let rest = br#"","id":"7fdd00f434dc4eb4","state":"active","at":"2026-11-28T18:26:53Z","by":"A","source":"yaml"}"#;
            [head, item, rest, b"\n"].concat()
        };
        for (text, rows, corrupt) in [(row(b"Bob"), 1, 0), (row(b"B\xffb"), 0, 1)] {
            let text = LedgerText::of(&text);
            let read = text.rows();
            assert_eq!((read.tombstones.len(), read.corrupt.len()), (rows, corrupt));
        }
    }
}
