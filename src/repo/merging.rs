//! What git is in the middle of, and the commits that it merges there.

use std::env;
use std::fs;
use std::path::Path;

use super::{ObjectId, Repo, RepoError};

/// The commits of the merge in progress.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merging {
    /// The best common ancestors; none for unrelated histories, several in a
    /// criss-cross.
    pub bases: Vec<ObjectId>,
    pub ours: ObjectId,
    pub theirs: ObjectId,
    /// Whether theirs is picked onto ours, as a rebase does.
    pub is_pick: bool,
}

impl Merging {
    /// The merge of the two bases of a criss-cross, which git makes first; `None` for any
    /// other number of bases.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn of_bases(&self, repo: &Repo) -> Result<Option<Self>, RepoError> {
        let [ours, theirs] = self.bases[..] else {
            return Ok(None);
        };
        repo.merge_of(ours, theirs).map(Some)
    }
}

/// The prefix of variables that `git merge` and `git pull` set for each merged head.
const GITHEAD: &str = "GITHEAD_";

/// The commit that `git merge` or `git pull`, which called the driver, merges into HEAD, if
/// it names one.
#[must_use]
pub fn merged_head() -> Option<String> {
    let mut heads = env::vars_os()
        .filter_map(|(name, _)| name.to_str()?.strip_prefix(GITHEAD).map(str::to_owned));
    let head = heads.next()?;
    heads.next().is_none().then_some(head)
}

/// Whether git names the merged heads, as under `git merge` and `git pull`.
pub(super) fn names_merged_heads() -> bool {
    env::vars_os().any(|(name, _)| name.to_str().is_some_and(|n| n.starts_with(GITHEAD)))
}

/// Whether git, which called the driver, merges for a look alone: `git merge-tree` and
/// `git log --remerge-diff` merge in memory, and nothing comes of it that a person could
/// settle. Whatever merges for good holds the index. In doubt it is such a merge.
#[must_use]
pub fn is_only_looked_at() -> bool {
    let holds_the_index = |repo: &Repo| {
        let mut lock = repo.index_path.clone().into_os_string();
        lock.push(".lock");
        Path::new(&lock).exists()
    };
    !names_merged_heads() && Repo::from_env().is_ok_and(|repo| !holds_the_index(&repo))
}

impl Repo {
    /// The commits being merged: under `git merge` and `git pull` from the environment,
    /// in a rebase (a pick, or a merge that it makes anew) from its list of done steps.
    /// `None` elsewhere (cherry-pick, revert,
    /// stash), since git does not say what it merges there. The same holds after a merge
    /// or pick, when git applies an autostash with that operation's environment and state
    /// still in place.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn merging(&self) -> Result<Option<Merging>, RepoError> {
        let Some(ours) = self.head()? else {
            return Ok(None);
        };
        let mut heads = env::vars_os()
            .filter_map(|(name, _)| name.to_str()?.strip_prefix(GITHEAD).map(str::to_owned));
        if let Some(oid) = heads.next() {
            if heads.next().is_some() {
                // An octopus calls no driver: this must be something unknown.
                return Ok(None);
            }
            let theirs = self.commit_with(&oid)?;
            let merge = self.merge_of(ours, theirs)?;
            return Ok(Some(merge).filter(|merge| !merge.bases.contains(&theirs)));
        }
        match self.pick(ours)? {
            None => self.merge_made_anew(ours),
            pick => Ok(pick),
        }
    }

    /// The merge that waits for its commit, under a driver that makes the conflict of this path
    /// anew (`git checkout -m -- FILE`), where git names no commits. Nothing else merges for
    /// good while a path is in conflict.
    ///
    /// # Errors
    /// `MERGE_HEAD`, the index or an object of history cannot be read; see [`RepoError`].
    pub fn merging_anew(&self, path: &str) -> Result<Option<Merging>, RepoError> {
        let waits = !names_merged_heads() && self.merge_heads()?.len() == 1;
        if !waits || is_only_looked_at() || !self.unmerged_stages()?.contains_key(path) {
            return Ok(None);
        }
        self.waiting_merge()
    }

    /// The tip of the branch that `git merge --squash` put on HEAD, until its commit is
    /// made.
    ///
    /// # Errors
    /// Git fails to resolve the commit; see [`RepoError`].
    pub fn squashing(&self) -> Result<Option<ObjectId>, RepoError> {
        let Some(message) = self.read_text("SQUASH_MSG") else {
            return Ok(None);
        };
        squashed(&message).map_or(Ok(None), |oid| self.commit_named(oid))
    }

    /// The commit whose pick waits for its commit.
    ///
    /// # Errors
    /// Git fails to resolve the commit; see [`RepoError`].
    pub fn waiting_pick(&self) -> Result<Option<ObjectId>, RepoError> {
        self.commit_in("CHERRY_PICK_HEAD")
    }

    /// The commit that one of git's own files names.
    pub(super) fn commit_in(&self, file: &str) -> Result<Option<ObjectId>, RepoError> {
        match self.read_text(file) {
            Some(oid) => self.commit_named(oid.trim()),
            None => Ok(None),
        }
    }

    /// The merge that waits for its commit, or another one that git is making.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn waiting_merge(&self) -> Result<Option<Merging>, RepoError> {
        match (self.head()?, self.merge_heads()?.as_slice()) {
            (Some(ours), [theirs]) => self.merge_of(ours, *theirs).map(Some),
            (_, []) => self.merging(),
            _ => Ok(None),
        }
    }

    /// The merge that HEAD is; `None` if it is an ordinary commit or an octopus.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn merge_at_head(&self) -> Result<Option<Merging>, RepoError> {
        let Some(ObjectId(head)) = self.head()? else {
            return Ok(None);
        };
        let commit = self.parsed(head)?;
        let parents: Vec<ObjectId> = commit.parents.iter().copied().map(ObjectId).collect();
        match parents.as_slice() {
            [ours, theirs] => self.merge_of(*ours, *theirs).map(Some),
            _ => Ok(None),
        }
    }

    /// The ordinary merge of two commits.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn merge_of(&self, ours: ObjectId, theirs: ObjectId) -> Result<Merging, RepoError> {
        Ok(Merging {
            bases: self.merge_bases(ours, theirs)?,
            ours,
            theirs,
            is_pick: false,
        })
    }

    /// Whether `git revert` waits for its commit.
    #[must_use]
    pub fn is_reverting(&self) -> bool {
        self.git_dir().join("REVERT_HEAD").exists()
    }

    /// The commit that `git revert` takes back, until that is committed; of several that it
    /// takes back at once, the last.
    ///
    /// # Errors
    /// Git fails to resolve the commit; see [`RepoError`].
    pub fn reverting(&self) -> Result<Option<ObjectId>, RepoError> {
        self.commit_in("REVERT_HEAD")
    }

    /// Whether git is in the middle of a merge, a rebase, a pick or a revert.
    #[must_use]
    pub fn is_in_the_middle(&self) -> bool {
        self.git.state() != git2::RepositoryState::Clean
    }

    /// Git's word for the operation that is waiting for its commit, if there is one: git
    /// then refuses to commit some files alone.
    #[must_use]
    pub fn waits_for(&self) -> Option<&'static str> {
        use git2::RepositoryState as State;
        match self.git.state() {
            State::Merge => Some("merge"),
            State::Revert | State::RevertSequence => Some("revert"),
            State::CherryPick | State::CherryPickSequence => Some("cherry-pick"),
            State::Rebase | State::RebaseInteractive | State::RebaseMerge => Some("rebase"),
            State::ApplyMailbox | State::ApplyMailboxOrRebase => Some("am"),
            State::Clean | State::Bisect => None,
        }
    }

    /// The words of the lines in one of git's own files; none without the file.
    pub(super) fn words_of(&self, name: &str) -> Vec<Vec<String>> {
        let text = self.read_text(name).unwrap_or_default();
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
        text.lines().map(words).collect()
    }

    /// One of git's own files. Subjects in it need not be UTF-8.
    pub(super) fn read_text(&self, name: &str) -> Option<String> {
        let bytes = fs::read(self.git_dir().join(name)).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// The newest of the commits that git lists for the message of a squash.
fn squashed(message: &str) -> Option<&str> {
    let list = message.strip_prefix("Squashed commit of the following:")?;
    list.lines().find_map(|line| line.strip_prefix("commit "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tip_of_a_squash_is_the_first_of_its_commits() {
        let list =
            "Squashed commit of the following:\n\ncommit 2b\nAuthor: Ann\n\n    Two\n\ncommit 1a\n";
        assert_eq!(squashed(list), Some("2b"));
        assert_eq!(
            squashed("# This is a combination of 2 commits.\ncommit 1a\n"),
            None
        );
    }
}
