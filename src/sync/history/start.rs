//! Where a walk over history begins: at the marks that are met first on the ways down from
//! the tips. Before a mark, ledgers hold less than their history tells, so that a walk must
//! not need what is there.

use std::collections::{BTreeMap, BTreeSet};

use super::marks::Marks;
use crate::repo::{Commit, ObjectId, Repo, RepoError};

/// Limit on the depth of merge bases of merge bases.
pub(super) const DEEPEST: usize = 16;

/// The start of a walk.
pub(super) struct Start {
    /// The commits of the walk: parents before their children, and bases before the merges
    /// that ask for them.
    pub commits: Vec<Commit>,
    /// The marks that they stand on; none if all of history is walked.
    pub from: BTreeSet<ObjectId>,
    /// The merge bases that the walk asks for, if it begins at marks.
    pub bases: BTreeSet<ObjectId>,
}

impl Start {
    /// The commits down from `tips` to marks, but for those in `without`. Every parent of
    /// these commits, and every merge base of a merge among them or of the tips, is among
    /// them or is one of the marks.
    pub fn of(
        repo: &Repo,
        marks: &Marks<'_>,
        without: &BTreeSet<ObjectId>,
        tips: &[ObjectId],
    ) -> Result<Self, RepoError> {
        let mut ends = marks.all();
        ends.retain(|end| !without.contains(end));
        let mut tries = 0;
        loop {
            let (commits, from) = repo.commits_down_to(tips, &ends)?;
            let mut start = Self {
                commits,
                from,
                bases: BTreeSet::new(),
            };
            let Some(base) = start.find_bases(repo, tips)? else {
                return Ok(start);
            };
            let left = ends.len();
            ends.retain(|end| !(start.from.contains(end) && repo.is_in(base, *end)));
            // Some of the newest with them, more each time, so that a history without good
            // marks is not gone over for each of them.
            ends.drain(..tries.min(ends.len()));
            tries = 2 * tries + 1;
            if ends.len() == left {
                ends.clear();
            }
        }
    }

    /// Finds the bases, and puts them before their merges; returns one that is before the
    /// marks.
    fn find_bases(
        &mut self,
        repo: &Repo,
        tips: &[ObjectId],
    ) -> Result<Option<ObjectId>, RepoError> {
        if self.from.is_empty() {
            return Ok(None);
        }
        let inside: BTreeSet<ObjectId> = self.commits.iter().map(|c| c.id).collect();
        let merges = self.commits.iter();
        let merges = merges.map(|c| (Some(c.id), c.parents.as_slice()));
        let mut pairs = Vec::new();
        for (merge, sides) in merges.chain([(None, tips)]) {
            for (nth, one) in sides.iter().enumerate() {
                let others = sides[nth + 1..].iter();
                pairs.extend(others.map(|other| (merge, *one, *other, DEEPEST)));
            }
        }
        let mut asked: BTreeMap<ObjectId, BTreeSet<ObjectId>> = BTreeMap::new();
        while let Some((merge, one, other, deepest)) = pairs.pop() {
            let bases = repo.merge_bases(one, other)?;
            for base in &bases {
                if !inside.contains(base) && !self.from.contains(base) {
                    return Ok(Some(*base));
                }
                self.bases.insert(*base);
            }
            // Several bases are merged first, as git does.
            if let Some((first, others)) = bases.split_first().filter(|_| deepest > 0) {
                pairs.extend(
                    others
                        .iter()
                        .map(|other| (merge, *first, *other, deepest - 1)),
                );
            }
            if let Some(merge) = merge {
                asked.entry(merge).or_default().extend(bases);
            }
        }
        self.commits = with_bases_first(std::mem::take(&mut self.commits), &asked);
        Ok(None)
    }
}

/// The commits in an order in which each stands behind its parents and, if it is a merge,
/// behind the bases that it asks for: the way down to a base may lead through a mark.
fn with_bases_first(
    commits: Vec<Commit>,
    asked: &BTreeMap<ObjectId, BTreeSet<ObjectId>>,
) -> Vec<Commit> {
    let order: Vec<ObjectId> = commits.iter().map(|c| c.id).collect();
    let mut left: BTreeMap<ObjectId, Commit> = commits.into_iter().map(|c| (c.id, c)).collect();
    let mut sorted = Vec::with_capacity(order.len());
    for id in order {
        let mut waiting = vec![id];
        while let Some(at) = waiting.last().copied() {
            let parents = left.get(&at).into_iter().flat_map(|c| &c.parents);
            let first = parents.chain(asked.get(&at).into_iter().flatten());
            let first: Vec<ObjectId> = first.filter(|f| left.contains_key(f)).copied().collect();
            // All are ancestors of this commit, so that none waits for it.
            if first.is_empty() {
                sorted.extend(left.remove(&at));
                waiting.pop();
            }
            waiting.extend(first);
        }
    }
    sorted
}

#[cfg(test)]
mod tests {
    use super::super::marks::tests::{commits, rows};
    use super::*;
    use crate::journal::Layout;
    use crate::repo::tests::Scratch;

    fn start(repo: &Repo, without: &[ObjectId], tips: &[ObjectId]) -> [BTreeSet<ObjectId>; 2] {
        let marks = Marks::read(repo, &Layout::default());
        let without = without.iter().copied().collect();
        let start = Start::of(repo, &marks, &without, tips).unwrap();
        let mut seen = start.from.clone();
        for commit in &start.commits {
            assert!(commit.parents.iter().all(|parent| seen.contains(parent)));
            seen.insert(commit.id);
        }
        [start.commits.iter().map(|c| c.id).collect(), start.from]
    }

    fn of<const N: usize, const M: usize>(
        commits: [ObjectId; N],
        from: [ObjectId; M],
    ) -> [BTreeSet<ObjectId>; 2] {
        [commits.into_iter().collect(), from.into_iter().collect()]
    }

    fn mark(repo: &Repo, at: &[ObjectId]) {
        let mut marks = Marks::read(repo, &Layout::default());
        marks.add(at.to_vec()).unwrap();
    }

    /// A, B, C in a row, and M, which merges C with D, a child of A.
    #[test]
    fn a_walk_begins_at_the_first_marks_on_the_way_down() {
        let (scratch, [a, b, c, d, m]) = commits();
        let repo = scratch.repo();
        assert_eq!(start(&repo, &[], &[c]), of([a, b, c], []));
        mark(&repo, &[b]);
        assert_eq!(start(&repo, &[], &[c]), of([c], [b]));
        assert_eq!(start(&repo, &[b], &[c]), of([a, b, c], []));
        assert_eq!(start(&repo, &[], &[b]), of([], [b]));
        assert_eq!(start(&repo, &[], &[a]), of([a], []));
        // A is below the mark, and on the other way.
        assert_eq!(start(&repo, &[], &[m]), of([a, c, d, m], [b]));
        assert_eq!(start(&repo, &[], &[c, d]), of([a, c, d], [b]));
        mark(&repo, &[a]);
        assert_eq!(start(&repo, &[], &[m]), of([c, d, m], [a, b]));
        // Rows that are noted count as well.
        let marks = Marks::read(&repo, &Layout::default());
        marks.add_told(c, &rows()).unwrap();
        assert_eq!(start(&repo, &[], &[c]), of([], [c]));
        assert_eq!(start(&repo, &[c], &[c]), of([c], [b]));
    }

    /// The states and the removals at a base are those of its history.
    #[test]
    fn a_merge_base_is_never_before_the_marks() {
        let (scratch, [a, b, c, d, m]) = commits();
        let repo = scratch.repo();
        mark(&repo, &[c, d]);
        assert_eq!(start(&repo, &[], &[c, d]), of([a, b, c, d], []));
        assert_eq!(start(&repo, &[], &[m]), of([a, b, c, d, m], []));
        mark(&repo, &[a]);
        // Without the marks that hide it.
        assert_eq!(start(&repo, &[], &[m]), of([b, c, d, m], [a]));
    }

    /// The states at a base are asked for by the merge, and the base is no parent's parent
    /// within the walk: both ways from the merge end at marks.
    #[test]
    fn a_merge_base_comes_before_its_merge_where_marks_are_between() {
        let scratch = Scratch::new();
        let repo = scratch.repo();
        let commit = |branch: &str, from: &str| -> ObjectId {
            scratch.git(&["checkout", "-q", "-B", branch, from]);
            scratch.commit(branch, "x");
            scratch.git(&["rev-parse", "HEAD"]).parse().unwrap()
        };
        scratch.commit("begin", "x");
        scratch.git(&["branch", "begin"]);
        let begin: ObjectId = scratch.git(&["rev-parse", "HEAD"]).parse().unwrap();
        let base = commit("base", "begin");
        let (ours, theirs) = (commit("ours", "base"), commit("theirs", "base"));
        let other = commit("other", "base");
        let merged = |branch: &str, with: &str| -> ObjectId {
            scratch.git(&["checkout", "-q", branch]);
            scratch.git(&["merge", "-q", "--no-ff", "-m", "Merge", with]);
            scratch.git(&["rev-parse", "HEAD"]).parse().unwrap()
        };
        let merge = merged("ours", "theirs");
        let tip = merged("ours", "other");
        mark(&repo, &[begin]);
        mark(&repo, &[ours, theirs]);
        let marks = Marks::read(&repo, &Layout::default());
        let start = Start::of(&repo, &marks, &BTreeSet::new(), &[tip]).unwrap();
        let order: Vec<ObjectId> = start.commits.iter().map(|c| c.id).collect();
        assert_eq!(order, [base, merge, other, tip]);
        assert_eq!(start.from, [begin, ours, theirs].into());
    }

    /// Two machines that each have a commit of their own whenever they merge: no commit is
    /// below all that come later.
    #[test]
    fn machines_that_merge_each_other_in_turn_begin_at_a_merge_and_its_other_side() {
        let scratch = Scratch::new();
        scratch.commit("begin", "x");
        let repo = scratch.repo();
        let head = || -> ObjectId { scratch.git(&["rev-parse", "HEAD"]).parse().unwrap() };
        let begin = head();
        let commit_and_merge = |branch: &str, other: &str, n: usize| {
            scratch.git(&["checkout", "-q", branch]);
            scratch.commit(&format!("{branch}-{n}"), "x");
            let own = head();
            scratch.git(&["merge", "-q", "--no-ff", "-m", "Merge", other]);
            [own, head()]
        };
        scratch.git(&["branch", "ours", &begin.to_string()]);
        scratch.git(&["branch", "theirs", &begin.to_string()]);
        mark(&repo, &[begin]);
        let (mut ours, mut theirs) = (begin, begin);
        for n in 0..30 {
            let [own, there] = commit_and_merge("theirs", "ours", n);
            let before = [theirs, ours];
            theirs = there;
            let [mine, merge] = commit_and_merge("ours", "theirs", n);
            let from = match n {
                0 => of([own, there, mine, merge], [begin]),
                _ => of([own, there, mine, merge], before),
            };
            assert_eq!(start(&repo, &[], &[merge]), from, "{n}");
            ours = merge;
            mark(&repo, &[merge, theirs]);
        }
    }
}
