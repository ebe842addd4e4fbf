//! Where a walk over history begins: at the marks that are met first on the ways down from
//! the tips. Before a mark, ledgers hold less than their history tells, so that a walk must
//! not need what is there.

use std::collections::BTreeSet;

use super::marks::Marks;
use crate::repo::{Commit, ObjectId, Repo, RepoError};

/// Limit on the depth of merge bases of merge bases.
pub(super) const DEEPEST: usize = 16;

/// The start of a walk.
pub(super) struct Start {
    /// The commits of the walk, parents first.
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

    /// Finds the bases; returns one that is before the marks.
    fn find_bases(
        &mut self,
        repo: &Repo,
        tips: &[ObjectId],
    ) -> Result<Option<ObjectId>, RepoError> {
        if self.from.is_empty() {
            return Ok(None);
        }
        let inside: BTreeSet<ObjectId> = self.commits.iter().map(|c| c.id).collect();
        let merges = self.commits.iter().map(|c| c.parents.as_slice());
        let mut pairs = Vec::new();
        for sides in merges.chain([tips]) {
            for (nth, one) in sides.iter().enumerate() {
                let others = sides[nth + 1..].iter();
                pairs.extend(others.map(|other| (*one, *other, DEEPEST)));
            }
        }
        while let Some((one, other, deepest)) = pairs.pop() {
            let bases = repo.merge_bases(one, other)?;
            for base in &bases {
                if !inside.contains(base) && !self.from.contains(base) {
                    return Ok(Some(*base));
                }
                self.bases.insert(*base);
            }
            // Several bases are merged first, as git does.
            if let Some((first, others)) = bases.split_first().filter(|_| deepest > 0) {
                pairs.extend(others.iter().map(|other| (*first, *other, deepest - 1)));
            }
        }
        Ok(None)
    }
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
