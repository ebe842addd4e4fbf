//! Which commits are above others: walks, common ancestors.
//!
//! The order and the results are libgit2's, which a test holds them to. It is not asked
//! itself, since it ends a walk at a commit whose author it cannot make out, and never
//! ends one that meets a damaged loose object (see `loose`, `parsed`).

use std::collections::{BinaryHeap, HashMap, HashSet, VecDeque};

use super::{Repo, RepoError};

/// How many more hidden commits are looked at once only hidden ones are left: a clock that
/// was wrong may have put a commit of interest behind them.
const SLOP: u8 = 5;

/// What is known of a commit while common ancestors are looked for.
mod mark {
    pub const ONE: u8 = 1;
    pub const OTHER: u8 = 2;
    /// Below a common ancestor.
    pub const STALE: u8 = 4;
}

impl Repo {
    /// The commits above `hidden` that `tips` have, parents first.
    ///
    /// # Errors
    /// An object of history is missing or damaged.
    pub(super) fn above(
        &self,
        tips: &[git2::Oid],
        hidden: &[git2::Oid],
    ) -> Result<Vec<git2::Oid>, RepoError> {
        let mut walk = Walk {
            repo: self,
            hidden: HashSet::new(),
            read: HashSet::new(),
        };
        walk.hidden.extend(hidden);
        // What was named last is looked at first.
        let mut seen = HashSet::new();
        let mut list = VecDeque::new();
        for id in hidden.iter().rev().chain(tips.iter().rev()) {
            walk.parents(*id)?;
            if walk.hidden.contains(id) {
                walk.hide_below(*id)?;
            }
            if seen.insert(*id) {
                list.push_back(*id);
            }
        }
        let mut found = walk.limited(list, seen)?;
        // Some were found to be hidden after they were met.
        found.retain(|id| !walk.hidden.contains(id));
        let mut sorted = self.topologically(&found)?;
        sorted.reverse();
        Ok(sorted)
    }

    /// The commits from `tips` down to those of `ends`, parents first, and the `ends` that
    /// were met. A commit below an end counts as well, if it is met on another way.
    ///
    /// # Errors
    /// An object of history is missing or damaged.
    pub(super) fn down_to(
        &self,
        tips: &[git2::Oid],
        ends: &HashSet<git2::Oid>,
    ) -> Result<(Vec<git2::Oid>, HashSet<git2::Oid>), RepoError> {
        let (mut found, mut met, mut seen) = (Vec::new(), HashSet::new(), HashSet::new());
        // Each with how many of its parents were looked at.
        let mut open: Vec<(git2::Oid, usize)> = Vec::new();
        for tip in tips {
            let mut next = Some(*tip);
            loop {
                if let Some(id) = next.take() {
                    if ends.contains(&id) {
                        met.insert(id);
                    } else if seen.insert(id) {
                        open.push((id, 0));
                    }
                }
                let Some((id, looked_at)) = open.last_mut() else {
                    break;
                };
                next = self.parsed(*id)?.parents.get(*looked_at).copied();
                *looked_at += 1;
                if next.is_none() {
                    found.push(*id);
                    open.pop();
                }
            }
        }
        Ok((found, met))
    }

    /// Children before parents, else in the order of `list`, the first parent last.
    fn topologically(&self, list: &[git2::Oid]) -> Result<Vec<git2::Oid>, RepoError> {
        let mut children: HashMap<git2::Oid, usize> = list.iter().map(|id| (*id, 0)).collect();
        for id in list {
            for parent in &self.parsed(*id)?.parents {
                children.entry(*parent).and_modify(|n| *n += 1);
            }
        }
        let tips = list.iter().rev().copied();
        let mut next: Vec<git2::Oid> = tips.filter(|id| children[id] == 0).collect();
        let mut sorted = Vec::with_capacity(list.len());
        while let Some(id) = next.pop() {
            sorted.push(id);
            for parent in &self.parsed(id)?.parents {
                if let Some(left) = children.get_mut(parent) {
                    *left -= 1;
                    if *left == 0 {
                        next.push(*parent);
                    }
                }
            }
        }
        Ok(sorted)
    }

    /// The best common ancestors of two commits, the newest first.
    ///
    /// # Errors
    /// An object of history is missing or damaged.
    pub(super) fn best_common(
        &self,
        one: git2::Oid,
        other: git2::Oid,
    ) -> Result<Vec<git2::Oid>, RepoError> {
        if one == other {
            return Ok(vec![one]);
        }
        let (marks, found) = self.paint(one, &[other])?;
        let is_stale = |id: &git2::Oid| marks[id] & mark::STALE != 0;
        let mut best: Vec<_> = found.into_iter().filter(|id| !is_stale(id)).collect();
        best.reverse();
        best = self.newest_first(best)?;
        if best.len() > 1 {
            let all = best.clone();
            for id in all {
                let rest: Vec<_> = best.iter().copied().filter(|b| *b != id).collect();
                if rest.is_empty() {
                    break;
                }
                // An ancestor of one of the others is not best.
                if self.paint(id, &rest)?.0[&id] & mark::OTHER != 0 {
                    best = rest;
                }
            }
        }
        Ok(best)
    }

    fn newest_first(&self, ids: Vec<git2::Oid>) -> Result<Vec<git2::Oid>, RepoError> {
        let mut dated = Vec::new();
        for id in ids {
            dated.push((self.parsed(id)?.committed, id));
        }
        dated.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
        Ok(dated.into_iter().map(|(_, id)| id).collect())
    }

    /// Marks the ancestors of two sides, from the newest down, until all that is left is
    /// below common ancestors. Those come too, in the order in which they were met.
    fn paint(
        &self,
        one: git2::Oid,
        others: &[git2::Oid],
    ) -> Result<(HashMap<git2::Oid, u8>, Vec<git2::Oid>), RepoError> {
        let mut marks: HashMap<git2::Oid, u8> = HashMap::new();
        let mut queue = BinaryHeap::new();
        let mut found = Vec::new();
        let ends = others.iter().map(|id| (*id, mark::OTHER));
        for (id, side) in [(one, mark::ONE)].into_iter().chain(ends) {
            *marks.entry(id).or_default() |= side;
            queue.push((self.parsed(id)?.committed, id));
        }
        let both = mark::ONE | mark::OTHER;
        while queue.iter().any(|(_, id)| marks[id] & mark::STALE == 0) {
            let Some((_, id)) = queue.pop() else { break };
            let mut with = marks[&id];
            if with == both {
                if !found.contains(&id) {
                    found.push(id);
                }
                with |= mark::STALE;
            }
            for parent in &self.parsed(id)?.parents {
                let known = marks.entry(*parent).or_default();
                if *known & with != with {
                    *known |= with;
                    queue.push((self.parsed(*parent)?.committed, *parent));
                }
            }
        }
        Ok((marks, found))
    }
}

/// A walk from the newest commits down.
struct Walk<'a> {
    repo: &'a Repo,
    /// The commits that are known to be hidden.
    hidden: HashSet<git2::Oid>,
    /// The commits that were read.
    read: HashSet<git2::Oid>,
}

impl Walk<'_> {
    fn parents(&mut self, id: git2::Oid) -> Result<Vec<git2::Oid>, RepoError> {
        let parsed = self.repo.parsed(id)?;
        self.read.insert(id);
        Ok(parsed.parents.clone())
    }

    /// Hides the ancestors of a commit, as far as they were read.
    fn hide_below(&mut self, id: git2::Oid) -> Result<(), RepoError> {
        let mut next = vec![id];
        while let Some(id) = next.pop() {
            for parent in self.parents(id)? {
                if self.hidden.insert(parent) && self.read.contains(&parent) {
                    next.push(parent);
                }
            }
        }
        Ok(())
    }

    /// The commits that are not hidden, the newest first.
    fn limited(
        &mut self,
        list: VecDeque<git2::Oid>,
        mut seen: HashSet<git2::Oid>,
    ) -> Result<Vec<git2::Oid>, RepoError> {
        let mut list = self.dated(list)?;
        let mut found = Vec::new();
        let (mut slop, mut last) = (SLOP, i64::MAX);
        while let Some((time, id)) = list.pop_front() {
            let is_hidden = self.hidden.contains(&id);
            for parent in self.parents(id)? {
                let committed = self.repo.parsed(parent)?.committed;
                self.read.insert(parent);
                if is_hidden && self.hidden.insert(parent) {
                    self.hide_below(parent)?;
                }
                if !seen.insert(parent) {
                    continue;
                }
                // The list is in order but for what was named.
                let older = list.iter().position(|(time, _)| *time < committed);
                list.insert(older.unwrap_or(list.len()), (committed, parent));
            }
            if is_hidden {
                slop = match list.front() {
                    None => 0,
                    Some((first, _)) if last <= *first => SLOP,
                    _ if list
                        .iter()
                        .any(|(time, id)| !self.hidden.contains(id) || *time > last) =>
                    {
                        SLOP
                    }
                    _ => slop - 1,
                };
                if slop == 0 {
                    break;
                }
                continue;
            }
            last = time;
            found.push(id);
        }
        Ok(found)
    }

    fn dated(&self, ids: VecDeque<git2::Oid>) -> Result<VecDeque<(i64, git2::Oid)>, RepoError> {
        let dated = ids
            .into_iter()
            .map(|id| Ok((self.repo.parsed(id)?.committed, id)));
        dated.collect()
    }
}
