//! The ledger of each year as HEAD and the work tree have it, read when needed.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::journal::{EntryDate, Layout};
use crate::ledger::{self, Ledger, Lines, short_sha256};
use crate::repo::{ObjectId, Repo, RepoError};
use crate::sync::history;

/// A year's ledger in its two versions, read entry by entry.
#[derive(Debug, Default)]
pub(super) struct Year {
    /// What is committed: what whoever edits the work tree knew.
    head: BTreeMap<EntryDate, Vec<u8>>,
    /// What counts: the work tree's file. `None` where it is as in HEAD, or absent.
    work: Option<BTreeMap<EntryDate, Vec<u8>>>,
    /// What history tells and no commit holds yet; it is in both.
    pub found: Ledger,
    /// A digest of each entry's rows in both versions.
    pub digests: BTreeMap<EntryDate, String>,
    /// The first line that is none of a ledger's, and how many there are.
    pub damaged: Option<(usize, usize)>,
}

impl Year {
    /// An entry's rows in HEAD's ledger, and in the one that counts.
    pub(super) fn rows_of(&self, entry: EntryDate) -> (Ledger, Ledger) {
        let rows = |lines: &BTreeMap<EntryDate, Vec<u8>>| {
            let text = lines.get(&entry).map_or(&[] as &[u8], Vec::as_slice);
            history::with(ledger::parse(text), self.found.of_entry(entry)).of_entry(entry)
        };
        let head = rows(&self.head);
        let now = self.work.as_ref().map_or_else(|| head.clone(), rows);
        (head, now)
    }

    /// A digest of each entry's lines in both versions, and of what history tells
    /// besides: that is pending until a commit holds it. The lines as they stand: to
    /// find those that changed none need be read.
    fn digests(&self) -> BTreeMap<EntryDate, String> {
        let work = self.work.as_ref().unwrap_or(&self.head);
        let told = self.found.entries();
        // Each once: mostly both ledgers have it.
        let entries: BTreeSet<EntryDate> = self.head.keys().chain(work.keys()).copied().collect();
        let none = Vec::new();
        let digest = |entry: EntryDate| {
            let before = self.head.get(&entry).unwrap_or(&none);
            let after = work.get(&entry).unwrap_or(&none);
            if before == after && !told.contains(&entry) {
                return short_sha256(before);
            }
            let mut text = before.clone();
            if before != after {
                text.push(0);
                text.extend(after);
            }
            if told.contains(&entry) {
                text.push(1);
                text.extend(ledger::format(&self.found.of_entry(entry)));
            }
            short_sha256(&text)
        };
        let all = entries.union(&told);
        all.map(|entry| (*entry, digest(*entry))).collect()
    }
}

/// The first line of a file that is none of a ledger's, and how many there are.
fn damaged(bytes: &[u8]) -> Option<(usize, usize)> {
    if Lines::of(bytes).is_some() {
        return None;
    }
    let corrupt = ledger::parse(bytes).corrupt;
    corrupt.first().map(|first| (first.line, corrupt.len()))
}

/// As many years as are kept at a time; who asks goes from year to year.
const MOST_YEARS: usize = 40;

/// The years that were read last.
pub(super) struct Ledgers<'a> {
    repo: &'a Repo,
    layout: &'a Layout,
    head: Option<ObjectId>,
    years: BTreeMap<i32, Rc<Year>>,
    found: Option<Ledger>,
}

impl<'a> Ledgers<'a> {
    pub(super) fn new(repo: &'a Repo, layout: &'a Layout, head: Option<ObjectId>) -> Self {
        Self {
            repo,
            layout,
            head,
            years: BTreeMap::new(),
            found: None,
        }
    }

    /// The years that history tells rows of.
    pub(super) fn years_told(&mut self) -> Result<BTreeSet<i32>, RepoError> {
        Ok(history::years_of(self.found()?))
    }

    fn found(&mut self) -> Result<&Ledger, RepoError> {
        let found = match (self.found.take(), self.head) {
            (Some(found), _) => found,
            (None, Some(head)) => history::rows_of(self.repo, self.layout, head)?,
            (None, None) => Ledger::default(),
        };
        Ok(self.found.insert(found))
    }

    pub(super) fn year(&mut self, year: i32) -> Result<Rc<Year>, RepoError> {
        if let Some(found) = self.years.get(&year) {
            return Ok(Rc::clone(found));
        }
        let path = self.layout.ledger_path(year);
        let head = match self.head {
            Some(head) => self.repo.read_at(head, &path)?,
            None => None,
        };
        let work = self.repo.read_work_file(&path)?;
        // Mostly the same bytes: read once.
        let work = work.filter(|bytes| Some(bytes) != head.as_ref());
        let committed = head.unwrap_or_default();
        let mut read = Year {
            head: ledger::text_by_entry(&committed),
            work: work.as_deref().map(ledger::text_by_entry),
            found: history::of_year(self.found()?, year),
            damaged: damaged(work.as_ref().unwrap_or(&committed)),
            ..Year::default()
        };
        read.digests = read.digests();
        let read = Rc::new(read);
        while self.years.len() >= MOST_YEARS {
            self.years.pop_first();
        }
        self.years.insert(year, Rc::clone(&read));
        Ok(read)
    }
}
