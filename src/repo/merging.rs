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

/// Git's folders of an unfinished rebase, one for each of its methods.
pub(super) const REBASE_FOLDERS: [&str; 2] = ["rebase-merge", "rebase-apply"];

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
fn names_merged_heads() -> bool {
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
    /// in a rebase from its list of done steps. `None` elsewhere (cherry-pick, revert,
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
        self.pick(ours)
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

    /// The commits of a rebase's current pick: the pick's parent, the branch so far and
    /// the pick itself. `None` outside a rebase, and in a merge within one.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn picking(&self) -> Result<Option<Merging>, RepoError> {
        match self.head()? {
            Some(ours) if !names_merged_heads() => self.pick(ours),
            _ => Ok(None),
        }
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

    /// Whether git is in the middle of a rebase, also while it waits for a person.
    #[must_use]
    pub fn is_rebasing(&self) -> bool {
        let folders = REBASE_FOLDERS.iter();
        folders
            .map(|folder| self.git_dir().join(folder))
            .any(|folder| folder.exists())
    }

    /// The branch before the rebase that is ending; `None` where it is not git's own:
    /// other programs rebase in memory, and call the hook. `ORIG_HEAD` may be another
    /// commit, also in a rebase: `git reset`, which is used to split commits, sets it, too.
    ///
    /// # Errors
    /// Git fails to resolve the commit; see [`RepoError`].
    pub fn before_the_rebase(&self) -> Result<Option<ObjectId>, RepoError> {
        self.of_the_rebase("orig-head")
    }

    /// The commit that the branch is rebased onto.
    ///
    /// # Errors
    /// Git fails to resolve the commit; see [`RepoError`].
    pub fn rebased_onto(&self) -> Result<Option<ObjectId>, RepoError> {
        self.of_the_rebase("onto")
    }

    /// The commit that git's folder of the rebase has a file about.
    fn of_the_rebase(&self, name: &str) -> Result<Option<ObjectId>, RepoError> {
        let mut files = REBASE_FOLDERS.iter().map(|f| format!("{f}/{name}"));
        let file = files.find(|file| self.git_dir().join(file).exists());
        file.map_or(Ok(None), |file| self.commit_in(&file))
    }

    /// The commit that one of git's own files names.
    fn commit_in(&self, file: &str) -> Result<Option<ObjectId>, RepoError> {
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

    fn pick(&self, ours: ObjectId) -> Result<Option<Merging>, RepoError> {
        let Some(done) = self.read_text("rebase-merge/done") else {
            return Ok(None);
        };
        // Only the last step is the current one: after `exec` or `break`, a person picks
        // or merges.
        let step = done.lines().rfind(|line| !line.trim_start().is_empty());
        let Some(oid) = step.and_then(picked) else {
            return Ok(None);
        };
        let Some(theirs) = self.commit_named(oid)? else {
            return Ok(None);
        };
        if self.is_picked(theirs) || self.is_in(theirs, ours) {
            return Ok(None);
        }
        let bases = self.commit_named(&format!("{oid}^"))?.into_iter().collect();
        Ok(Some(Merging {
            bases,
            ours,
            theirs,
            is_pick: true,
        }))
    }

    /// Whether a rebase waits at a step that it could not end, or that a person amends.
    pub(super) fn is_stopped(&self) -> bool {
        self.git_dir().join("rebase-merge/stopped-sha").exists()
    }

    /// The words of the lines in one of git's own files; none without the file.
    pub(super) fn words_of(&self, name: &str) -> Vec<Vec<String>> {
        let text = self.read_text(name).unwrap_or_default();
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
        text.lines().map(words).collect()
    }

    /// One of git's own files. Subjects in it need not be UTF-8.
    fn read_text(&self, name: &str) -> Option<String> {
        let bytes = fs::read(self.git_dir().join(name)).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Whether a rebase has already picked this commit: it is in the list of rewritten
    /// commits, or git waits for a person to amend it (`edit`).
    fn is_picked(&self, commit: ObjectId) -> bool {
        let folder = self.git_dir().join("rebase-merge");
        let commit = commit.to_string();
        let lists = ["rewritten-list", "rewritten-pending"];
        let lists = lists.map(|list| fs::read_to_string(folder.join(list)).unwrap_or_default());
        lists
            .iter()
            .any(|list| list.lines().any(|line| line.starts_with(&commit)))
            || folder.join("amend").exists()
    }
}

/// The commit of a step such as `pick 1a2b3c4 # Subject`.
fn picked(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    match words.next()? {
        "pick" | "p" | "reword" | "r" | "edit" | "e" | "squash" | "s" | "fixup" | "f" => {
            words.find(|w| !w.starts_with('-'))
        }
        _ => None,
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

    #[test]
    fn the_pick_of_a_rebase_is_named_by_its_step() {
        assert_eq!(picked("pick 1a2b3c4 # Subject"), Some("1a2b3c4"));
        assert_eq!(picked("fixup -C 1a2b3c4 # Subject"), Some("1a2b3c4"));
        assert_eq!(picked("exec make"), None);
        assert_eq!(picked(""), None);
    }
}
