//! The ledger of each year, in HEAD and in the work tree, read when needed.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::journal::{EntryDate, Layout};
use crate::ledger::{self, ByEntry, Ledger, Lines, changed_entries};
use crate::repo::{Blob, ObjectId, Repo, RepoError};
use crate::store::LedgerRow;
use crate::sync::history;
use crate::sync::leftovers::left_over;

/// A year's ledger in its two versions, read entry by entry.
#[derive(Debug)]
pub(super) struct YearRead {
    /// HEAD's ledger: the rows known when the work tree was edited.
    head: ByEntry,
    /// The ledger that counts, the work tree's; of a person's file, what a commit would hold
    /// of it. `None` if it equals HEAD's, or is absent.
    work: Option<ByEntry>,
    /// The rows that history tells and no commit holds yet; they apply to both.
    pub found: Ledger,
    /// The same versions in the form that the index stores.
    pub row: LedgerRow,
}

impl YearRead {
    fn counts(&self) -> &ByEntry {
        self.work.as_ref().unwrap_or(&self.head)
    }

    /// An entry's rows in HEAD's ledger and in the one that counts, each with those that
    /// history tells.
    pub(super) fn rows_of(&self, entry: EntryDate) -> (Ledger, Ledger) {
        let rows = |lines: &ByEntry| {
            let told = self.found.of_entry(entry);
            lines.rows_of(entry).with_told(told).of_entry(entry)
        };
        let head = rows(&self.head);
        let now = self.work.as_ref().map_or_else(|| head.clone(), rows);
        (head, now)
    }

    /// The number of the first damaged line, and how many there are.
    pub(super) fn damaged(&self) -> Option<(usize, usize)> {
        damaged(self.counts().text())
    }
}

/// The number of the first damaged line of a file, and how many there are.
fn damaged(bytes: &[u8]) -> Option<(usize, usize)> {
    if Lines::are_in(bytes) {
        return None;
    }
    let corrupt = ledger::parse(bytes).corrupt;
    corrupt.first().map(|first| (first.line, corrupt.len()))
}

/// Cache size. Callers go through the years in order.
const MOST_YEARS: usize = 40;

/// The years that were read last.
pub(super) struct Ledgers<'a> {
    repo: &'a Repo,
    layout: &'a Layout,
    head: Option<ObjectId>,
    years: BTreeMap<i32, Rc<YearRead>>,
    found: Option<Ledger>,
    /// By year, the last answer of [`Ledgers::changed_since`].
    changed: BTreeMap<i32, (LedgerRow, BTreeSet<EntryDate>)>,
}

impl<'a> Ledgers<'a> {
    pub(super) fn new(repo: &'a Repo, layout: &'a Layout, head: Option<ObjectId>) -> Self {
        Self {
            repo,
            layout,
            head,
            years: BTreeMap::new(),
            found: None,
            changed: BTreeMap::new(),
        }
    }

    /// The years that history tells rows of.
    pub(super) fn years_told(&mut self) -> Result<BTreeSet<i32>, RepoError> {
        Ok(self.found()?.years())
    }

    fn found(&mut self) -> Result<&Ledger, RepoError> {
        let found = match (self.found.take(), self.head) {
            (Some(found), _) => found,
            (None, Some(head)) => history::rows_of(self.repo, self.layout, head)?,
            (None, None) => Ledger::default(),
        };
        Ok(self.found.insert(found))
    }

    /// A year's ledger; the last few are cached.
    ///
    /// # Errors
    /// The ledger's file or its object cannot be read.
    pub(super) fn year(&mut self, year: i32) -> Result<Rc<YearRead>, RepoError> {
        if let Some(found) = self.years.get(&year) {
            return Ok(Rc::clone(found));
        }
        let path = self.layout.ledger_path(year);
        let blob = self.repo.blob_at(self.head, &path)?.and_then(Blob::file);
        let head = blob.map(|id| self.repo.shared_blob(id)).transpose()?;
        let work = self.repo.read_work_file(&path)?;
        // Mostly the same bytes: read once.
        let mut work = work.filter(|bytes| Some(bytes.as_slice()) != head.as_deref());
        if let Some(edited) = work.take() {
            work = self.to_commit(year, head.as_deref().unwrap_or_default(), edited)?;
        }
        let found = self.found()?.of_year(year);
        let told = ledger::format(&found);
        let read = Rc::new(YearRead {
            row: LedgerRow {
                head: blob.map(|id| id.to_string()).unwrap_or_default(),
                work: work.clone(),
                told: String::from_utf8_lossy(&told).into_owned(),
            },
            head: ByEntry::of(head.unwrap_or_default()),
            work: work.map(|bytes| ByEntry::of(bytes.into())),
            found,
        });
        while self.years.len() >= MOST_YEARS {
            self.years.pop_first();
        }
        self.years.insert(year, Rc::clone(&read));
        Ok(read)
    }

    /// What a commit would hold of a ledger that was `edited`; `None` if nothing but HEAD's.
    /// An older copy takes no removal away, and rows of a commit that came to nothing (or that
    /// `git reset` took back) remove nobody.
    ///
    /// In the middle of a merge, a pick or a squash the file has what that brings, and counts
    /// as it is but for rows of a commit that was given up there. Before the first commit all
    /// is new, and a damaged file is reported by its lines.
    fn to_commit(
        &self,
        year: i32,
        head: &[u8],
        edited: Vec<u8>,
    ) -> Result<Option<Vec<u8>>, RepoError> {
        let repo = self.repo;
        if self.head.is_none() || damaged(head).is_some() || damaged(&edited).is_some() {
            return Ok(Some(edited));
        }
        let (known, there) = (ledger::parse(head), ledger::parse(&edited));
        let mut left = left_over(repo, self.layout, self.head, (&known, &there))?;
        let squashing = repo.squashing()?;
        if repo.is_reverting() || repo.is_in_the_middle() || squashing.is_some() {
            if left.is_empty() {
                return Ok(Some(edited));
            }
            // On the commit where a branch began, its own removals have these ids.
            for tip in repo.merge_heads()?.into_iter().chain(squashing) {
                let brought = history::year_at(repo, self.layout, tip, year)?;
                let ids = brought.tombstones.into_keys().map(|key| key.id);
                for id in ids.chain(brought.deletions.into_keys().map(|(_, id)| id)) {
                    left.remove(&id);
                }
            }
            return Ok(Some(ledger::format(&there.without(&left))));
        }
        let wanted = ledger::decisions(&known, &there, &left);
        Ok((wanted != known).then(|| match wanted == there {
            true => edited,
            false => ledger::format(&wanted),
        }))
    }

    /// The entries of a year whose rows differ from those in the `known` versions of its
    /// ledger (for `None`, no ledger at all). `None` if HEAD's known file is not
    /// available any more.
    pub(super) fn changed_since(
        &mut self,
        year: i32,
        known: Option<&LedgerRow>,
    ) -> Result<Option<BTreeSet<EntryDate>>, RepoError> {
        let now = self.year(year)?;
        let none = LedgerRow::default();
        let known = known.unwrap_or(&none);
        if *known == now.row {
            return Ok(Some(BTreeSet::new()));
        }
        // A hook asks twice: once to look, and once to plan.
        if let Some((_, changed)) = self.changed.get(&year).filter(|(row, _)| row == known) {
            return Ok(Some(changed.clone()));
        }
        let then;
        let head: &[u8] = match known.head.as_str() {
            "" => &[],
            _ if known.head == now.row.head => now.head.text(),
            id => match id.parse().ok().map(|id| self.repo.shared_blob(id)) {
                Some(Ok(bytes)) => {
                    then = bytes;
                    &then
                }
                _ => return Ok(None),
            },
        };
        let mut changed = changed_entries(head, now.head.text());
        if known.work.is_some() || now.work.is_some() {
            let work = known.work.as_deref().unwrap_or(head);
            changed.extend(changed_entries(work, now.counts().text()));
        }
        changed.extend(changed_entries(
            known.told.as_bytes(),
            now.row.told.as_bytes(),
        ));
        self.changed.insert(year, (known.clone(), changed.clone()));
        Ok(Some(changed))
    }
}
