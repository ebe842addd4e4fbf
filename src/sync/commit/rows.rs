//! The rows of a commit's changes.

use std::collections::BTreeMap;

use crate::journal::{Facts, Layout};
use crate::ledger::{self, Context, FileRef, Ledger, Parent, Source};
use crate::repo::{Change, ObjectId, Repo, RepoError};
use crate::sync::history::{self, Places};

use super::year::YearToCommit;
use crate::sync::versions::{FileAt, Key, Versions, add_what_stood, facts};

/// Read-only inputs for one pre-commit run.
pub(super) struct CommitContext<'a> {
    pub repo: &'a Repo,
    pub layout: &'a Layout,
    /// Where commits have their entries; what is listed once is known for all.
    pub places: Places<'a>,
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
    /// In a merge of two: the commits at which they parted.
    pub bases: Vec<ObjectId>,
    /// The tip of the branch whose squash this commit is.
    pub squashing: Option<ObjectId>,
}

impl CommitContext<'_> {
    /// Whether the commit has nothing to commit.
    pub(super) fn changes_nothing(&self) -> bool {
        self.parents.len() == 1 && self.changes[0].is_empty()
    }

    /// The commit's change at a path, against its first parent.
    pub(super) fn staged(&self, path: &str) -> Option<&Change> {
        let changes = self.changes.first()?;
        let at = changes.binary_search_by(|c| c.path.as_str().cmp(path));
        at.ok().map(|at| &changes[at])
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
        let is_unreadable = versions.now.is_some() && now.is_none();
        if is_unreadable
            || versions.dropped_by_merge && history::is_known(&year.known, key, versions)
        {
            return Ok((Ledger::default(), None));
        }
        let mut before = Vec::new();
        for (commit, version) in self.parents.iter().zip(&versions.parents) {
            let (repo, layout) = (self.repo, self.layout);
            let facts = |v| history::facts_before(repo, layout, (*commit, v), key, now.as_ref());
            before.push(version.as_ref().map(facts).transpose()?);
        }
        add_what_stood(
            self.repo,
            &self.parents,
            (key, versions),
            now.as_ref(),
            &mut before,
        )?;
        let parents = versions.compared(&before, &year.parents);
        let squashed = self.squashed(key, now.as_ref(), year)?;
        let kept_by_hand = match resolved_by_hand {
            true => self.kept_by_hand(key, versions, &year.known)?,
            false => None,
        };
        // A text that a parent has as well, no person made here.
        let is_new = |now: &Facts| before.iter().flatten().all(|had| had.hash != now.hash);
        let resolved_by_hand = resolved_by_hand
            || now.as_ref().is_some_and(is_new)
                && self.is_edited_beside_the_merge(key, versions)?;
        let gone = versions.last();
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
                kept_by_hand: kept_by_hand.as_ref(),
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
        let mut rows = year.as_brought(self, rows)?;
        let removes = rows.tombstones.values().any(|row| row.state.is_active());
        if let (Some(tip), [head], Some(staged), true) =
            (self.squashing, &self.parents[..], &versions.now, removes)
        {
            let (repo, layout) = (self.repo, self.layout);
            let (sides, file) = ((*head, tip), (key.0, staged.blob));
            let again =
                history::removed_again_by_a_squash(repo, layout, sides, file, &year.known, &rows)?;
            rows.apply(again);
        }
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
