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
    pub head: Ledger,
    /// What counts: the work tree's file, or HEAD's where there is none.
    pub now: Ledger,
    /// What history tells and no commit holds yet; it is in both.
    pub found: Ledger,
}

impl Year {
    /// A digest of each entry's rows in both versions, and of those that no commit
    /// holds: they are pending until one does.
    pub(super) fn digests(&self) -> BTreeMap<EntryDate, String> {
        let keys = |ledger: &Ledger| {
            let tombstones = ledger.tombstones.keys().map(|k| k.entry);
            let deletions = ledger.deletions.keys().map(|k| k.0);
            let sync = ledger.sync.keys().map(|k| k.0);
            tombstones.chain(deletions).chain(sync).collect::<Vec<_>>()
        };
        let digest = |entry| {
            let (head, now) = (self.head.of_entry(entry), self.now.of_entry(entry));
            let before = ledger::format(&head);
            let after = if head == now {
                before.clone()
            } else {
                ledger::format(&now)
            };
            let pending = ledger::format(&self.found.of_entry(entry));
            short_sha256(&[before, after, pending].join(&0))
        };
        let entries = keys(&self.head).into_iter().chain(keys(&self.now));
        // Each once: mostly both ledgers have it.
        let entries: BTreeSet<EntryDate> = entries.collect();
        entries
            .into_iter()
            .map(|entry| (entry, digest(entry)))
            .collect()
    }
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
        let head = head.map(|bytes| ledger::parse(&bytes)).unwrap_or_default();
        let now = work.map_or_else(|| head.clone(), |bytes| ledger::parse(&bytes));
        let found = history::of_year(self.found()?, year);
        let read = Rc::new(Year {
            head: history::with(head, found.clone()),
            now: history::with(now, found.clone()),
            found,
        });
        while self.years.len() >= MOST_YEARS {
            self.years.pop_first();
        }
        self.years.insert(year, Rc::clone(&read));
        Ok(read)
    }
}
