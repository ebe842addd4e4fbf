//! The walk over history's commits, parents first.

use std::collections::{BTreeMap, BTreeSet};

use super::History;
use super::diff::Diff;
use super::marks::Marks;
use super::start::Start;
use super::states::States;
use super::told::Told;
use crate::journal::{EntryDate, Layout, settings};
use crate::ledger::Source;
use crate::repo::{Commit, ObjectId, Repo, RepoError};
use crate::sync::versions::FileAt;

impl<'a> History<'a> {
    /// Walks the commits since a mark. If they took back rows that only earlier commits
    /// can tell again, the walk begins at an earlier mark. An entry that left its usual path on
    /// the way, or came there, is looked for in all of the journal.
    pub(super) fn since(
        (repo, layout): (&'a Repo, &'a Layout),
        marks: &Marks<'_>,
        tips: &[ObjectId],
        only: Option<EntryDate>,
    ) -> Result<Self, RepoError> {
        let mut without = BTreeSet::new();
        let mut is_anywhere = false;
        loop {
            let start = Start::of(repo, marks, &without, tips)?;
            let mut history = Self::unwalked(repo, layout);
            if let Some(entry) = only {
                history.below = match is_anywhere {
                    true => history.places.anywhere(),
                    false => history.where_it_was(entry, tips, &start.commits)?,
                };
                history.limit_to(entry);
            }
            for mark in &start.from {
                history.begin_at(*mark, marks);
            }
            history.from = start.from;
            history.walk(tips, start.commits, &start.bases)?;
            if history.was_elsewhere {
                is_anywhere = true;
                continue;
            }
            let Some(commit) = history.needs_an_earlier_mark else {
                return Ok(history);
            };
            let mut below = history.from.clone();
            below.retain(|mark| repo.is_in(*mark, commit));
            without.extend(match below.is_empty() {
                true => history.from,
                false => below,
            });
        }
    }

    fn begin_at(&mut self, mark: ObjectId, marks: &Marks<'_>) {
        let Some(rows) = marks.told_at(mark) else {
            return;
        };
        let mut rows = rows.clone();
        let states = std::mem::take(&mut rows.sync);
        if !states.is_empty() {
            self.states.insert(mark, states);
        }
        let mut told = Told::default();
        told.add(rows);
        if !told.is_empty() {
            self.found.insert(mark, told);
        }
    }

    /// Where an entry was at the ends of these commits.
    fn where_it_was(
        &self,
        entry: EntryDate,
        tips: &[ObjectId],
        commits: &[Commit],
    ) -> Result<Vec<String>, RepoError> {
        let inside: BTreeSet<ObjectId> = commits.iter().map(|c| c.id).collect();
        let parents = commits.iter().flat_map(|c| &c.parents);
        let ends = parents.filter(|p| !inside.contains(p)).chain(tips);
        self.places.below(entry, ends.copied())
    }

    fn limit_to(&mut self, entry: EntryDate) {
        if !self.below.is_empty() {
            self.below.push(self.layout.ledger_path(entry.year()));
        }
        self.only = Some(entry);
    }

    fn walk(
        &mut self,
        tips: &[ObjectId],
        commits: Vec<Commit>,
        bases: &BTreeSet<ObjectId>,
    ) -> Result<(), RepoError> {
        let mut children: BTreeMap<ObjectId, usize> = BTreeMap::new();
        for parent in commits.iter().flat_map(|c| &c.parents).chain(tips) {
            *children.entry(*parent).or_default() += 1;
        }
        self.looked_at = commits.len();
        for commit in commits {
            // Before Palimpsest was set up there was nothing to record, and a first commit
            // removes nothing.
            let tells = !commit.parents.is_empty() && self.is_set_up(commit.id)?;
            let mut diffs = Vec::new();
            for parent in commit.parents.iter().filter(|_| tells) {
                diffs.push(self.diff(*parent, &commit)?);
            }
            if diffs.iter().any(|diff| self.leads_elsewhere(diff)) {
                self.was_elsewhere = true;
                return Ok(());
            }
            let rows = self.rows_told_by(&commit, &diffs)?;
            if !rows.is_empty() {
                self.found.insert(commit.id, rows);
            }
            // Above a mark that knew of a removal, a revert may take out settings and ledger.
            let from_a_mark = !self.from.is_empty();
            let ends = !tells && from_a_mark && self.ends_the_setup(&commit)?;
            if ends || from_a_mark && self.lacks_what_was_taken_back(&commit, &diffs)? {
                self.needs_an_earlier_mark = Some(commit.id);
                return Ok(());
            }
            if self.only.is_some() {
                continue;
            }
            let states = match (commit.parents.as_slice(), diffs.as_slice()) {
                ([parent], [diff]) => {
                    // A base may have its other child below a mark.
                    let before = match children.get(parent) {
                        Some(1) if !bases.contains(parent) => self.states.remove(parent),
                        _ => self.states.get(parent).cloned(),
                    };
                    self.states_after(&commit, *parent, diff, before.unwrap_or_default())?
                }
                (_, []) => States::new(),
                _ => self.states_of_merge(&commit)?,
            };
            if !states.is_empty() {
                self.states.insert(commit.id, states);
            }
        }
        Ok(())
    }

    /// Whether the only entry came or went where no other path was compared.
    fn leads_elsewhere(&self, diff: &Diff) -> bool {
        let Some(entry) = self.only else {
            return false;
        };
        let usual = self.layout.entry_path(entry);
        if self.below.first() != Some(&usual) {
            return false;
        }
        let is_there = |file: &Option<FileAt>| file.as_ref().is_some_and(|f| f.path == usual);
        let pair = diff.texts.get(&(entry, Source::Yaml));
        pair.is_some_and(|pair| is_there(&pair.old) != is_there(&pair.now))
    }

    fn rows_told_by(&self, commit: &Commit, diffs: &[Diff]) -> Result<Told, RepoError> {
        let mut told = Told::default();
        for parent in &commit.parents {
            told.join(&self.found(*parent));
        }
        if diffs.is_empty() {
            return Ok(told);
        }
        told.add(self.own(commit, diffs)?);
        told.add(self.undone_as_another(commit, diffs, &told)?);
        told.add(self.lost_alone(commit, diffs)?);
        if commit.parents.len() > 1 {
            self.add_of_merge(commit, &mut told)?;
        }
        Ok(told)
    }

    /// Whether a commit takes out all that told its parents that Palimpsest is set up.
    fn ends_the_setup(&self, commit: &Commit) -> Result<bool, RepoError> {
        for parent in &commit.parents {
            if self.is_set_up(*parent)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn is_set_up(&self, commit: ObjectId) -> Result<bool, RepoError> {
        for path in [settings::FILE, self.layout.ledger.as_str()] {
            if self.repo.blob_at(commit, path)?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
