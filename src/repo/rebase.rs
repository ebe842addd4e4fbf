//! What a rebase has done so far.

use std::collections::BTreeMap;

use super::{Commit, ObjectId, Repo, RepoError};

/// A commit's author and the author's time, which a rebase keeps.
type Author = (String, String);

/// Git's list of the commits that a rebase has made: the old and the new id, a line each.
const REWRITTEN: &str = "rebase-merge/rewritten-list";

/// Those that the next commit takes in (`fixup`, `squash`): the old ids alone.
const PENDING: &str = "rebase-merge/rewritten-pending";

impl Repo {
    /// Whether git waits for a commit that ends what it began: a merge, a pick, a revert, or a
    /// step of a rebase that stopped in conflict. Where a rebase stopped as it was told to
    /// (`edit`, `break`, `exec`), a commit is one like any other.
    #[must_use]
    pub fn waits_for_a_commit(&self) -> bool {
        let is_there = |name: &str| self.git_dir().join(name).exists();
        match self.waits_for() {
            Some("rebase") if is_there("rebase-merge") => {
                // Git writes `amend` for a `squash` or `fixup` in conflict, too.
                let is_told =
                    is_there("rebase-merge/amend") && !is_there("rebase-merge/current-fixups");
                let is_in_conflict = self.is_stopped() && !is_told;
                let heads = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD"];
                is_in_conflict || heads.into_iter().any(is_there)
            }
            waits_for => waits_for.is_some(),
        }
    }

    /// The commit that a branch is rebased onto, if all that the rebase has put there so far
    /// is of that branch, `pick` is of it, too, and its commits were made one on top of the
    /// other. `None` in any doubt, as where a person picks or merges something else there, by
    /// hand or by a step of the list.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn rebases_one_line_onto(&self, pick: ObjectId) -> Result<Option<ObjectId>, RepoError> {
        let (Some(onto), Some(branch)) = (self.rebased_onto()?, self.before_the_rebase()?) else {
            return Ok(None);
        };
        // Whoever is in front of a stopped step may pick anything. Git takes the file away at
        // the next step.
        let Some(head) = self.head()?.filter(|_| !self.is_stopped()) else {
            return Ok(None);
        };
        let Some(line) = self.line(branch, onto)? else {
            return Ok(None);
        };
        let Some(made) = self.line(head, onto)?.filter(|_| line.contains_key(&pick)) else {
            return Ok(None);
        };
        let mut from: BTreeMap<ObjectId, Vec<ObjectId>> = BTreeMap::new();
        for words in self.words_of(REWRITTEN) {
            let ids = words.iter().map(|id| self.commit_named(id));
            let ids: Vec<_> = ids.collect::<Result<_, _>>()?;
            if let [Some(old), Some(new)] = ids[..] {
                from.entry(new).or_default().push(old);
            }
        }
        for words in self.words_of(PENDING) {
            for id in words {
                from.entry(head)
                    .or_default()
                    .extend(self.commit_named(&id)?);
            }
        }
        // Git takes whatever stands there after a step that stopped for what became of it. A
        // commit that is amended or taken in keeps the first one's author and time.
        let is_of_branch = |(id, author): (&ObjectId, &Author)| {
            let olds = from.get(id).map_or(std::slice::from_ref(id), Vec::as_slice);
            let first = olds.first().and_then(|old| line.get(old));
            first == Some(author) && olds.iter().all(|old| line.contains_key(old))
        };
        Ok(made.iter().all(is_of_branch).then_some(onto))
    }

    /// The commits of `tip` that are not in `onto`; `None` if one of them is a merge.
    fn line(
        &self,
        tip: ObjectId,
        onto: ObjectId,
    ) -> Result<Option<BTreeMap<ObjectId, Author>>, RepoError> {
        let commits = self.commits(&[tip], &[onto])?;
        let is_line = commits.iter().all(|commit| commit.parents.len() <= 1);
        let author = |commit: Commit| (commit.id, (commit.by, commit.at));
        Ok(is_line.then(|| commits.into_iter().map(author).collect()))
    }
}
