//! The ledger of a year in a commit: its versions, and the file to stage.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::journal::{EntryDate, Facts};
use crate::ledger::{self, Ledger, Lines, RowKey, Source, State};
use crate::repo::{Blob, ObjectId, Repo, RepoError, StagedFile};

use super::branch_alone;
use super::brought::{as_brought, of_branch};
use super::reverted::{self, Reverted};
use super::rows::CommitContext;
use crate::sync::history::ByTime;
use crate::sync::leftovers::left_over;
use crate::sync::versions::facts;

/// The bytes of a file, shared with who else read them.
type FileBytes = Rc<[u8]>;

/// A year's ledger, in the versions that count in a commit:
///
/// | version | its rows |
/// |---|---|
/// | `parents` | for each parent, those of its file, and those that its history tells |
/// | `recorded` | those of the parents' files, merged; in a first commit, of the staged file |
/// | `known` | those of `recorded`, and those that history tells |
/// | `edited` | those of the staged file, in which a person may have decided something |
/// | `current` | those of `known` with these decisions, and those of this commit |
///
/// For example, HEAD's file has a removal of Ann, and a phone without hooks removed Bob.
/// A person lets Ann in again, and takes Cat out of an entry. Then `recorded` has Ann's
/// removal alone, `known` Bob's too; in `edited` Ann's is restored; and `current` has
/// Ann's restored, Bob's and Cat's.
pub(super) struct YearToCommit {
    path: String,
    /// Whether the staged file is HEAD's.
    as_in_head: bool,
    /// The file as staged now.
    staged: Option<FileBytes>,
    /// The lines of `staged`, and the entries to which the versions are limited; `None`
    /// if they have all rows.
    part: Option<(Lines, BTreeSet<EntryDate>)>,
    edited: Ledger,
    /// In a revert that waits for this commit.
    reverted: Option<Reverted>,
    /// In the order of the commit's parents.
    pub parents: Vec<Ledger>,
    pub recorded: Ledger,
    pub known: Ledger,
    pub current: Ledger,
    /// Once they were asked for: the removals that the staged file brings, and, while git
    /// works with a temporary index, those that the real one does.
    brought: OnceCell<[Ledger; 2]>,
    /// The entries with changes told by history, and who made these.
    pub told: BTreeMap<EntryDate, BTreeSet<String>>,
}

impl CommitContext<'_> {
    /// Reads the ledgers of these years, with at least the rows of these entries.
    pub fn years(
        &self,
        years: BTreeSet<i32>,
        entries: &BTreeSet<EntryDate>,
    ) -> Result<BTreeMap<i32, YearToCommit>, RepoError> {
        let read = |year: i32| {
            let entries = entries.iter().filter(|entry| entry.year() == year);
            let part = self.part_of_year(year, entries.copied().collect())?;
            let all = part.map_or_else(|| self.year(year), Ok)?;
            Ok((year, all))
        };
        years.into_iter().map(read).collect()
    }

    /// A year of which the commit changes only some entries, so that the rest of the file
    /// can stay as it is: with the rows of these entries, and those that wait for a
    /// person.
    fn part_of_year(
        &self,
        year: i32,
        mut entries: BTreeSet<EntryDate>,
    ) -> Result<Option<YearToCommit>, RepoError> {
        let path = self.layout.ledger_path(year);
        let [head] = self.parents.as_slice() else {
            return Ok(None);
        };
        if self.tells_of(year) || self.staged(&path).is_some() {
            return Ok(None);
        }
        let Some(committed) = self.repo.shared_at(*head, &path)? else {
            return Ok(None);
        };
        let Some(lines) = Lines::of(&committed) else {
            return Ok(None);
        };
        entries.extend(lines.open());
        let rows = lines.rows_of(&entries);
        Ok(Some(YearToCommit {
            brought: OnceCell::new(),
            path,
            as_in_head: true,
            part: Some((lines, entries)),
            edited: rows.clone(),
            reverted: None,
            parents: vec![rows.clone()],
            recorded: rows.clone(),
            known: rows.clone(),
            current: rows,
            staged: Some(committed),
            told: BTreeMap::new(),
        }))
    }

    /// A year with all its rows.
    fn year(&self, year: i32) -> Result<YearToCommit, RepoError> {
        let path = self.layout.ledger_path(year);
        let (head, files) = self.committed(&path)?;
        let (staged, edited) = self.staged_file(&path, head, files.first())?;
        let base = match files.len() {
            2 => self.merge_base(&path)?,
            _ => None,
        };
        let merged = |parents: &[Ledger]| merged(parents, base.as_ref(), edited.as_ref());
        let recorded = merged(&files);

        let told: Vec<Ledger> = self.found.iter().map(|f| f.of_year(year)).collect();
        let both = files.iter().zip(&told);
        let both = both.map(|(file, told)| file.clone().with_told(told.clone()));
        let parents: Vec<Ledger> = both.collect();
        let mut told = told.into_iter().fold(Ledger::default(), Ledger::with_told);
        if parents.len() > 1 {
            told.sync.clear();
        }
        // A row that a merge on one side lost was not reverted there.
        let mut known = merged(&parents);
        known.sync.clone_from(&recorded.sync);
        known = known.with_told(told);
        known = known.with_told(self.merged.of_year(year));

        let reverted = Reverted::of(self.repo, &path)?;
        let mut current = self.decided(&known, edited.as_ref())?;
        if let (Some(reverted), Some(edited)) = (&reverted, &edited) {
            let stands = |key: &RowKey| self.stands(key);
            reverted.take_back(&known, edited, &mut current, stands)?;
        }
        let told = match self.tells_of(year) {
            true => ledger::news(&known, &files.iter().chain([&recorded]).collect::<Vec<_>>()),
            false => BTreeMap::new(),
        };
        Ok(YearToCommit {
            as_in_head: self.staged(&path).is_none(),
            brought: OnceCell::new(),
            path,
            staged,
            part: None,
            edited: edited.unwrap_or_default(),
            reverted,
            parents,
            recorded,
            known,
            current,
            told,
        })
    }

    /// Whether an item is in its entry, as staged or in HEAD: what the commit takes out of it
    /// gets a row of its own.
    fn stands(&self, key: &RowKey) -> Result<bool, RepoError> {
        let (repo, layout) = (self.repo, self.layout);
        let has_it = |facts: &Facts| facts.items.contains(&key.to_item());
        if super::staged_facts(repo, layout, key.entry)?.is_some_and(|facts| has_it(&facts)) {
            return Ok(true);
        }
        let Some(head) = self.parents.first() else {
            return Ok(false);
        };
        let Some(file) = self.places.file_of(*head, key.entry)? else {
            return Ok(false);
        };
        let facts = facts((key.entry, Source::Yaml), &repo.read_blob(file.blob)?);
        Ok(facts.is_ok_and(|facts| has_it(&facts)))
    }

    /// HEAD's file, and the rows of each parent's.
    fn committed(&self, path: &str) -> Result<(Option<FileBytes>, Vec<Ledger>), RepoError> {
        let parents = self.parents.iter();
        let files = parents.map(|commit| self.repo.shared_at(*commit, path));
        let files: Vec<_> = files.collect::<Result<_, _>>()?;
        let rows = files.iter().map(|file| rows_of(file.as_deref())).collect();
        Ok((files.into_iter().next().flatten(), rows))
    }

    /// The staged file and its rows, given HEAD's.
    fn staged_file(
        &self,
        path: &str,
        head: Option<FileBytes>,
        rows_of_head: Option<&Ledger>,
    ) -> Result<(Option<FileBytes>, Option<Ledger>), RepoError> {
        let Some(change) = self.staged(path) else {
            let rows = head.as_ref().and(rows_of_head).cloned();
            return Ok((head, rows));
        };
        let id = change.new.and_then(Blob::file);
        let bytes = id.map(|id| self.repo.shared_blob(id)).transpose()?;
        let rows = bytes.as_deref().map(ledger::parse);
        Ok((bytes, rows))
    }

    /// `known` with the decisions that a person put into the staged file.
    fn decided(&self, known: &Ledger, edited: Option<&Ledger>) -> Result<Ledger, RepoError> {
        let mut current = match edited {
            Some(edited) => {
                let head = self.parents.first().copied();
                let left = left_over(self.repo, self.layout, head, (known, edited))?;
                ledger::decisions(known, edited, &left)
            }
            None => known.clone(),
        };
        if self.parents.len() <= 1 {
            // A decision may name a removal by its id before a rebase.
            let by_time = ByTime::new(self.repo);
            let head = self.parents.first().copied();
            let is_told = |k: &_, row: &_| head.is_some_and(|head| by_time.tells(head, k, row));
            current.apply(current.undone_since(known, is_told));
            reverted::leave_out((self.repo, self.layout), known, &mut current)?;
        }
        if let ([head], Some(_)) = (&self.parents[..], self.squashing) {
            let (repo, layout) = (self.repo, self.layout);
            branch_alone::leave_out_deletions(repo, layout, *head, known, &mut current)?;
        }
        Ok(current)
    }

    /// Whether history tells rows of a year that the parents' ledgers lack.
    fn tells_of(&self, year: i32) -> bool {
        let mut all = self.found.iter().chain([&self.merged]);
        all.any(|told| told.years().contains(&year))
    }

    /// The ledger of the single merge base of two parents; `None` for several bases, or
    /// if history is cut off.
    fn merge_base(&self, path: &str) -> Result<Option<Ledger>, RepoError> {
        let bases = self.repo.parted(self.parents[0], self.parents[1])?;
        match bases.as_deref() {
            Some([]) => Ok(Some(Ledger::default())),
            Some([base]) => Ok(Some(rows_of(self.repo.read_at(*base, path)?.as_deref()))),
            _ => Ok(None),
        }
    }
}

/// The rows of a file; none if it does not exist.
pub(super) fn rows_of(file: Option<&[u8]>) -> Ledger {
    file.map(ledger::parse).unwrap_or_default()
}

/// The merge of the parents' ledgers. For an octopus or a criss-cross, the merge by git
/// and the driver is what is staged. For a first commit, the staged ledger is all that is
/// known of before: it comes from a backup, or from the branch that this one leaves.
fn merged(parents: &[Ledger], base: Option<&Ledger>, edited: Option<&Ledger>) -> Ledger {
    match (parents, base) {
        ([head], _) => head.clone(),
        ([head, other], Some(base)) => ledger::merge(base, head, other),
        _ => edited.cloned().unwrap_or_default(),
    }
}

impl YearToCommit {
    /// The warning, if the staged file lacks lines that history has: they stay.
    pub fn older_copy(&self) -> Option<String> {
        let edited = &self.edited;
        let known = &self.recorded;
        let path = &self.path;
        // Git staged it, and a revert takes back rows of any kind.
        if self.reverted.is_some() {
            let stays = Reverted::stays(edited, &self.current);
            return (!stays.is_empty()).then(|| {
                format!(
                    "{path}: what was decided about {} stays, as it is not of the commit that \
                     was reverted last, or as the item is there; look: metadb tombstone list",
                    stays.into_iter().collect::<Vec<_>>().join(", ")
                )
            });
        }
        let older = known.has_more_than(edited)
            || known.sync.iter().any(|(k, state)| {
                edited
                    .sync
                    .get(k)
                    .is_none_or(|there| there.counter < state.counter)
            });
        if older && self.staged.is_none() {
            return Some(format!(
                "{path}: deleted, and written again: the ledger keeps what it knows; to commit \
                 without it: git commit --no-verify"
            ));
        }
        older.then(|| {
            format!(
                "{path}: what is staged is older than HEAD, or edited by hand; nothing is taken \
                 out of the ledger"
            )
        })
    }

    /// HEAD's own ledger; before the first commit the staged one.
    pub fn head(&self) -> &Ledger {
        self.parents.first().unwrap_or(&self.known)
    }

    /// See [`as_brought`].
    ///
    /// # Errors
    /// The real index, or its version of the ledger, cannot be read.
    pub fn as_brought(
        &self,
        context: &CommitContext<'_>,
        mut rows: Ledger,
    ) -> Result<Ledger, RepoError> {
        let mut removals = rows.tombstones.values().map(|row| &row.state);
        let mut deletions = rows.deletions.values().map(|row| &row.state);
        // A large index takes a while to read.
        if !removals.any(State::is_active) && !deletions.any(State::is_active) {
            return Ok(rows);
        }
        let [staged, beside] = match self.brought.get() {
            Some(known) => known,
            None => {
                let staged = context.not_left_over(&self.known, &self.edited)?;
                let here = (self.path.as_str(), self.staged.as_deref());
                let only = self.part.as_ref().map(|(_, entries)| entries);
                let beside = context.beside(here, &self.known, only)?;
                self.brought.get_or_init(|| [staged, beside])
            }
        };
        let of_tip = context
            .squashing
            .map(|tip| context.repo.read_at(tip, &self.path));
        // Where git has not all of the branch, they stay as they are derived.
        if let Some(Ok(text)) = of_tip {
            rows = of_branch(rows, &rows_of(text.as_deref()));
        }
        // Without git's note of a squash, what is staged says that they came from a branch.
        rows = of_branch(of_branch(rows, staged), beside);
        Ok(as_brought(rows, &self.known, &self.current, beside))
    }

    /// Whether staging only makes the file HEAD's again, also after a merge changed it:
    /// then the commit does not change it, and `post-commit` would not see it.
    pub fn is_heads(&self, repo: &Repo, parents: &[ObjectId]) -> Result<bool, RepoError> {
        let [head, ..] = parents else {
            return Ok(false);
        };
        if self.as_in_head {
            return Ok(self.edited == self.current);
        }
        let committed = repo.read_at(*head, &self.path)?;
        Ok(committed.is_some_and(|bytes| ledger::parse(&bytes) == self.current))
    }

    /// Updates the work tree's file, if it equals what was staged.
    pub fn follow(&self, repo: &Repo) -> Result<(), RepoError> {
        let _lock = repo.lock_ledger()?;
        let work = repo.read_work_file(&self.path)?;
        if work.is_some() && work.as_deref() == self.staged.as_deref() {
            repo.write_work_file(&self.path, &self.text())?;
        }
        Ok(())
    }

    /// The file's path, if the index lacks the file.
    pub fn deleted(&self) -> Option<&str> {
        self.staged.is_none().then_some(&self.path)
    }

    /// The file to stage, if it has to change.
    pub fn to_stage(&self) -> Option<StagedFile> {
        let same = match &self.staged {
            Some(_) => self.edited == self.current,
            None => self.current.is_empty(),
        };
        (!same).then(|| StagedFile {
            path: self.path.clone(),
            bytes: self.text(),
        })
    }

    /// The file with the rows of `current`.
    fn text(&self) -> Vec<u8> {
        match &self.part {
            Some((lines, entries)) => lines.with(entries, &self.current),
            None => ledger::format(&self.current),
        }
    }
}
