//! The ledger that goes into a commit.

use std::collections::{BTreeMap, BTreeSet};

use crate::journal::{EntryDate, Facts, Layout};
use crate::ledger::{self, Context, FileRef, Ledger, Lines, Parent, Source};
use crate::repo::{Blob, Change, ObjectId, Repo, RepoError, StagedFile};
use crate::sync::history;

use super::versions::{FileAt, Key, Versions, facts};

/// Read-only inputs for one pre-commit run.
pub(super) struct CommitContext<'a> {
    pub repo: &'a Repo,
    pub layout: &'a Layout,
    /// HEAD, then the commits that are merged; none before the first commit.
    pub parents: Vec<ObjectId>,
    /// The staged changes against each parent; against nothing in a first commit.
    pub changes: Vec<Vec<Change>>,
    /// Facts of the versions `check` has parsed; at most `MOST_FACTS` are cached.
    pub checked: BTreeMap<(Key, ObjectId), Facts>,
    pub machine: String,
    /// The place of the commit, from which the ids of its removals are made.
    pub place: String,
    /// RFC 3339 in UTC.
    pub now: &'a str,
    /// For each parent, the rows that its history tells and its ledger lacks.
    pub found: Vec<Ledger>,
    /// In a merge: the merge of the parents' sync states.
    pub merged: Ledger,
    /// The tip of the branch whose squash this commit is.
    pub squashing: Option<ObjectId>,
}

/// The ledger file of a year, before and after.
pub(super) struct YearToCommit {
    path: String,
    /// Whether the staged file is HEAD's.
    as_in_head: bool,
    /// The file as staged now.
    staged: Option<Vec<u8>>,
    /// The lines of `staged`, and the entries to which the ledgers below are limited;
    /// `None` if they have all rows.
    part: Option<(Lines, BTreeSet<EntryDate>)>,
    /// The rows of `staged`.
    edited: Ledger,
    /// The parents' ledgers, in their order, with the rows that their history tells.
    parents: Vec<Ledger>,
    /// The parent's ledger; in a merge, the merge of the parents' ledgers.
    pub recorded: Ledger,
    /// `recorded` with the rows that history tells besides.
    pub known: Ledger,
    /// `known` with a person's decisions and the rows of this commit.
    pub current: Ledger,
    /// The entries with changes told by history, and who made these.
    pub told: BTreeMap<EntryDate, BTreeSet<String>>,
}

impl CommitContext<'_> {
    /// The commit's change at a path, against its first parent.
    fn staged(&self, path: &str) -> Option<&Change> {
        let changes = self.changes.first()?;
        let at = changes.binary_search_by(|c| c.path.as_str().cmp(path));
        at.ok().map(|at| &changes[at])
    }

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
        let Some(committed) = self.repo.read_at(*head, &path)? else {
            return Ok(None);
        };
        let Some(lines) = Lines::of(&committed) else {
            return Ok(None);
        };
        entries.extend(lines.open());
        let rows = lines.rows_of(&entries);
        Ok(Some(YearToCommit {
            path,
            as_in_head: true,
            part: Some((lines, entries)),
            edited: rows.clone(),
            parents: vec![rows.clone()],
            recorded: rows.clone(),
            known: rows.clone(),
            current: rows,
            staged: Some(committed),
            told: BTreeMap::new(),
        }))
    }

    fn year(&self, year: i32) -> Result<YearToCommit, RepoError> {
        let path = self.layout.ledger_path(year);
        let mut parents = Vec::new();
        let mut committed = None;
        for (at, commit) in self.parents.iter().enumerate() {
            let bytes = self.repo.read_at(*commit, &path)?;
            parents.push(bytes.as_deref().map(ledger::parse).unwrap_or_default());
            if at == 0 {
                committed = bytes;
            }
        }
        let change = self.staged(&path);
        let (staged, edited) = match change {
            Some(change) => {
                let id = change.new.and_then(Blob::file);
                let bytes = id.map(|id| self.repo.read_blob(id)).transpose()?;
                let rows = bytes.as_deref().map(ledger::parse);
                (bytes, rows)
            }
            // It is HEAD's, which was read already.
            None => {
                let rows = committed.is_some().then(|| parents[0].clone());
                (committed, rows)
            }
        };
        let base = match parents.as_slice() {
            [_, _] => self.merge_base(&path)?,
            _ => None,
        };
        // For an octopus or a criss-cross, the merge by git and the driver is what is
        // staged.
        let joined = |parents: &[Ledger]| match (parents, &base) {
            ([], _) => Ledger::default(),
            ([head], _) => head.clone(),
            ([head, other], Some(base)) => ledger::merge(base, head, other),
            _ => edited.clone().unwrap_or_default(),
        };
        let recorded = joined(&parents);
        let held = match self.tells_of(year) {
            true => parents.clone(),
            false => Vec::new(),
        };
        let mut told = Ledger::default();
        let merges = parents.len() > 1;
        for (parent, found) in parents.iter_mut().zip(&self.found) {
            let mut found = history::of_year(found, year);
            *parent = history::with(std::mem::take(parent), found.clone());
            if merges {
                found.sync.clear();
            }
            told = history::with(told, found);
        }
        // A row that a merge on one side lost was not reverted there.
        let mut known = joined(&parents);
        known.sync.clone_from(&recorded.sync);
        known = history::with(known, told);
        known = history::with(known, history::of_year(&self.merged, year));
        let mut current = match &edited {
            Some(edited) => {
                let places = self.repo.commit_places(self.parents.first().copied())?;
                ledger::decisions(&known, edited, &self.machine, &places)
            }
            None => known.clone(),
        };
        if !merges {
            // A decision may name a removal by its id before a rebase.
            current.apply(current.undone_since(&known));
        }
        let told = match held.is_empty() {
            true => BTreeMap::new(),
            false => {
                let held: Vec<&Ledger> = held.iter().chain([&recorded]).collect();
                ledger::news(&known, &held)
            }
        };
        Ok(YearToCommit {
            as_in_head: change.is_none(),
            path,
            staged,
            part: None,
            edited: edited.unwrap_or_default(),
            parents,
            recorded,
            known,
            current,
            told,
        })
    }

    /// Whether history tells rows of a year that the parents' ledgers lack.
    fn tells_of(&self, year: i32) -> bool {
        let mut all = self.found.iter().chain([&self.merged]);
        all.any(|told| history::years_of(told).contains(&year))
    }

    fn ledger_at(&self, commit: ObjectId, path: &str) -> Result<Ledger, RepoError> {
        let bytes = self.repo.read_at(commit, path)?;
        Ok(bytes.as_deref().map(ledger::parse).unwrap_or_default())
    }

    /// The ledger of the single merge base of two parents; `None` for several bases, or
    /// if history is cut off.
    fn merge_base(&self, path: &str) -> Result<Option<Ledger>, RepoError> {
        let bases = self.repo.parted(self.parents[0], self.parents[1])?;
        match bases.as_deref() {
            Some([]) => Ok(Some(Ledger::default())),
            Some([base]) => self.ledger_at(*base, path).map(Some),
            _ => Ok(None),
        }
    }

    /// Derives the rows of one entry's change and writes them into its year. Returns the
    /// rows and the entry's facts.
    pub fn derive(
        &self,
        key: Key,
        versions: &Versions,
        resolved_by_hand: bool,
        year: &mut YearToCommit,
    ) -> Result<(Ledger, Option<Facts>), RepoError> {
        let read = |v: &FileAt| self.repo.read_blob(v.blob);
        let now = match &versions.now {
            Some(version) => match self.checked.get(&(key, version.blob)) {
                Some(facts) => Some(facts.clone()),
                None => facts(key, &read(version)?).ok(),
            },
            None => None,
        };
        // An unreadable file tells nothing.
        let untold = versions.now.is_some() && now.is_none();
        if untold || versions.left_out && history::is_known(&year.known, key, versions) {
            return Ok((Ledger::default(), None));
        }
        let mut before = Vec::new();
        for (commit, version) in self.parents.iter().zip(&versions.parents) {
            let (repo, layout) = (self.repo, self.layout);
            let facts = |v| history::facts_before(repo, layout, (*commit, v), key, now.as_ref());
            before.push(version.as_ref().map(facts).transpose()?);
        }
        let parents: Vec<Parent<'_>> = before
            .iter()
            .zip(&year.parents)
            .filter(|(facts, _)| !versions.left_out || facts.is_some())
            .map(|(facts, rows)| Parent {
                facts: facts.as_ref(),
                rows,
            })
            .collect();
        let squashed = self.squashed(key, now.as_ref(), year)?;
        let gone = versions.parents.iter().flatten().next();
        let blob = gone.map(|v| v.blob.to_string()).unwrap_or_default();
        let rows = ledger::derive(
            &parents,
            now.as_ref(),
            &Context {
                entry: key.0,
                source: key.1,
                machine: &self.machine,
                place: &self.place,
                at: self.now,
                found_by: key.1.name(),
                current: &year.current,
                resolved_by_hand,
                removed: gone.map(|v| FileRef {
                    path: &v.path,
                    blob: &blob,
                }),
                squashed: squashed.as_ref().map(|(facts, rows)| Parent {
                    facts: Some(facts),
                    rows,
                }),
            },
        );
        year.current.apply(rows.clone());
        Ok((rows, now))
    }

    /// An entry's facts and known rows at the tip of a squash, if removed items stand in
    /// it.
    fn squashed(
        &self,
        (entry, source): Key,
        now: Option<&Facts>,
        year: &YearToCommit,
    ) -> Result<Option<(Facts, Ledger)>, RepoError> {
        let (Some(tip), Some(now), Source::Yaml) = (self.squashing, now, source) else {
            return Ok(None);
        };
        let mut removals = year.known.tombstones_of(entry);
        let stands =
            removals.any(|(key, row)| row.state.is_active() && now.items.contains(&key.to_item()));
        match stands {
            true => history::at_tip(self.repo, self.layout, tip, entry),
            false => Ok(None),
        }
    }
}

impl YearToCommit {
    /// The warning, if the staged file lacks lines that history has: they stay.
    pub fn older_copy(&self) -> Option<String> {
        let edited = &self.edited;
        let known = &self.recorded;
        let older = known.has_more_than(edited)
            || known.sync.iter().any(|(k, state)| {
                edited
                    .sync
                    .get(k)
                    .is_none_or(|there| there.counter < state.counter)
            });
        let path = &self.path;
        if older && self.staged.is_none() {
            return Some(format!(
                "{path}: deleted, and written again: the ledger keeps what it knows; to commit \
                 without it: git commit --no-verify"
            ));
        }
        older.then(|| {
            format!("{path}: what is staged is older than HEAD; nothing is taken out of the ledger")
        })
    }

    /// HEAD's own ledger; before the first commit an empty one.
    pub fn head(&self) -> &Ledger {
        self.parents.first().unwrap_or(&self.known)
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
        let work = repo.read_work_file(&self.path)?;
        if work.is_some() && work == self.staged {
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
