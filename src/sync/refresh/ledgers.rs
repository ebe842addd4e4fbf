//! The ledger of each year as HEAD and the work tree have it, read when needed.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::journal::{EntryDate, Layout};
use crate::ledger::{self, Ledger, short_sha256};
use crate::repo::{ObjectId, Repo, RepoError};
use crate::sync::history;

/// A year's ledger in its two versions.
#[derive(Debug, Default)]
pub(super) struct Year {
    /// What is committed: what whoever edits the work tree knew.
    pub head: Rc<Ledger>,
    /// What counts: the work tree's file, or HEAD's where there is none.
    pub now: Rc<Ledger>,
    /// What history tells and no commit holds yet; it is in both.
    pub found: Ledger,
    /// A digest of each entry's rows in both versions.
    pub digests: BTreeMap<EntryDate, String>,
}

/// A digest of each entry's lines in both versions, and of what history tells
/// besides: that is pending until a commit holds it. The lines as they stand: to find those that changed none need be read.
fn digests(head: &[u8], now: &[u8], found: &Ledger) -> BTreeMap<EntryDate, String> {
    let before = ledger::lines_by_entry(head);
    let after = match now == head {
        true => before.clone(),
        false => ledger::lines_by_entry(now),
    };
    let told = found.entries();
    // Each once: mostly both ledgers have it.
    let entries: BTreeSet<EntryDate> = before.keys().chain(after.keys()).copied().collect();
    let none = Vec::new();
    let digest = |entry: EntryDate| {
        let before = before.get(&entry).unwrap_or(&none);
        let after = after.get(&entry).unwrap_or(&none);
        let mut text = before.join(&b'\n');
        if before != after {
            text.push(0);
            text.extend(after.join(&b'\n'));
        }
        if told.contains(&entry) {
            text.push(1);
            text.extend(ledger::format(&found.of_entry(entry)));
        }
        short_sha256(&text)
    };
    entries
        .union(&told)
        .map(|entry| (*entry, digest(*entry)))
        .collect()
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
        let found = history::of_year(self.found()?, year);
        let committed = head.unwrap_or_default();
        let digests = digests(&committed, work.as_ref().unwrap_or(&committed), &found);
        let told = |bytes: &[u8]| Rc::new(history::with(ledger::parse(bytes), found.clone()));
        let head = told(&committed);
        let now = work.map_or_else(|| Rc::clone(&head), |bytes| told(&bytes));
        let read = Rc::new(Year {
            head,
            now,
            found,
            digests,
        });
        while self.years.len() >= MOST_YEARS {
            self.years.pop_first();
        }
        self.years.insert(year, Rc::clone(&read));
        Ok(read)
    }
}
