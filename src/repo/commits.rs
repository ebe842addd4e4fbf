//! A walk over commits, oldest first, and the state of git's own operations.

use std::fs;
use std::io;
use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat};

use super::work_tree::{Access, write_atomically};
use super::{ObjectId, Repo, RepoError};

/// A commit of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub id: ObjectId,
    /// Empty for a first commit, and where a shallow clone ends.
    pub parents: Vec<ObjectId>,
    /// A shallow clone ends here: this clone lacks the parents.
    pub is_cut_off: bool,
    /// The author's time, which a rebase keeps: RFC 3339 in UTC, to the second.
    pub at: String,
    /// The author's name.
    pub by: String,
}

impl Repo {
    /// The commits in the history of any of `tips` and of none of `hidden`, parents
    /// first.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn commits(
        &self,
        tips: &[ObjectId],
        hidden: &[ObjectId],
    ) -> Result<Vec<Commit>, RepoError> {
        let ids = |of: &[ObjectId]| of.iter().map(|id| id.0).collect::<Vec<_>>();
        let found = self.above(&ids(tips), &ids(hidden))?;
        found
            .into_iter()
            .map(|id| self.commit(ObjectId(id)))
            .collect()
    }

    /// One commit.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn commit(&self, id: ObjectId) -> Result<Commit, RepoError> {
        let commit = self.parsed(id.0)?;
        let parents: Vec<ObjectId> = commit.parents.iter().copied().map(ObjectId).collect();
        let whole = parents.iter().all(|p| self.parsed(p.0).is_ok());
        Ok(Commit {
            id,
            is_cut_off: !whole || parents.is_empty() && self.is_cut_off(id),
            parents: if whole { parents } else { Vec::new() },
            at: DateTime::from_timestamp(commit.written, 0)
                .map(|t| t.to_rfc3339_opts(SecondsFormat::Secs, true))
                .unwrap_or_default(),
            by: commit.by.clone(),
        })
    }

    /// The commits up to `tip` that changed a path, the newest first.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn commits_of(&self, tip: ObjectId, path: &str) -> Result<Vec<ObjectId>, RepoError> {
        let tip = tip.to_string();
        let args = ["rev-list", "--full-history", &tip, "--", path];
        let out = self.run_git(&args, b"")?;
        let lines = String::from_utf8_lossy(&out);
        Ok(lines.lines().filter_map(|l| l.parse().ok()).collect())
    }

    /// Whether `git revert` waits for its commit.
    #[must_use]
    pub fn is_reverting(&self) -> bool {
        self.git_dir().join("REVERT_HEAD").exists()
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

    /// Whether `commit` is `tip` or one of its ancestors; false for a missing commit.
    #[must_use]
    pub fn is_in(&self, commit: ObjectId, tip: ObjectId) -> bool {
        let common = self.best_common(tip.0, commit.0);
        common.is_ok_and(|common| common == [commit.0])
    }

    /// A note: text in the git directory that all work trees share, empty if there is
    /// none. Notes hold only what can be worked out again, or concerns this clone alone.
    #[must_use]
    pub fn noted(&self, name: &str) -> String {
        fs::read_to_string(self.note_path(name)).unwrap_or_default()
    }

    /// A note that cannot be worked out again; see [`noted`](Self::noted).
    ///
    /// # Errors
    /// It is there and cannot be read.
    pub fn noted_for_good(&self, name: &str) -> Result<String, RepoError> {
        let path = self.note_path(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            Err(e) => Err(RepoError::io(&path)(e)),
        }
    }

    /// Writes a note; see [`noted`](Self::noted).
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note(&self, name: &str, text: &str) -> Result<(), RepoError> {
        write_atomically(&self.note_path(name), text.as_bytes(), Access::New)
    }

    /// A note of this work tree alone, which goes with it; see [`noted`](Self::noted).
    #[must_use]
    pub fn noted_here(&self, name: &str) -> String {
        fs::read_to_string(self.note_path_here(name)).unwrap_or_default()
    }

    /// Writes a note of this work tree alone; see [`noted`](Self::noted).
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn note_here(&self, name: &str, text: &str) -> Result<(), RepoError> {
        write_atomically(&self.note_path_here(name), text.as_bytes(), Access::New)
    }

    fn note_path_here(&self, name: &str) -> PathBuf {
        self.git_dir().join("palimpsest").join(name)
    }

    fn note_path(&self, name: &str) -> PathBuf {
        self.common_dir().join("palimpsest").join(name)
    }
}
