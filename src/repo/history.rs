//! Commits: HEAD, and the content of a commit.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::rc::Rc;

use super::objects::{named, object_id};
use super::{Blob, BlobKind, ObjectId, Repo, RepoError};

/// The mode of a path in a tree, and its object.
type InTree = (u32, git2::Oid);

impl Repo {
    /// The commit that HEAD is at, on a branch or detached; `None` before the
    /// first commit.
    ///
    /// # Errors
    /// HEAD cannot be read.
    pub fn head(&self) -> Result<Option<ObjectId>, RepoError> {
        match self.git.head() {
            Ok(head) => {
                let head = head.target().map(ObjectId);
                head.map(|id| self.parsed(id.0).map(|_| id)).transpose()
            }
            Err(e) if e.code() == git2::ErrorCode::UnbornBranch => Ok(None),
            Err(e) => Err(RepoError::git("read HEAD")(e)),
        }
    }

    /// The commit that a name means; `None` if it means none, or something that is no commit.
    ///
    /// # Errors
    /// The commit is here and cannot be read.
    pub fn commit_named(&self, name: &str) -> Result<Option<ObjectId>, RepoError> {
        // The usual forms without libgit2, which cannot read each commit.
        let base = name.trim_end_matches('^');
        let id = git2::Oid::from_str(base).ok().filter(|_| base.len() == 40);
        let id = id.or_else(|| self.git.refname_to_id(base).ok());
        if let Some(mut id) = id.or_else(|| self.with_start(base)) {
            for _ in base.len()..name.len() {
                match self.parsed(id)?.parents.first() {
                    Some(parent) => id = *parent,
                    None => return Ok(None),
                }
            }
            match self.parsed(id) {
                Ok(_) => return Ok(Some(ObjectId(id))),
                Err(RepoError::Object { source, .. })
                    if source.code() == git2::ErrorCode::NotFound =>
                {
                    return Ok(None);
                }
                // A tag, perhaps.
                Err(_) => self.check_loose(id)?,
            }
        }
        let Ok(object) = self.git.revparse_single(name) else {
            return Ok(None);
        };
        if matches!(
            object.kind(),
            Some(git2::ObjectType::Tree | git2::ObjectType::Blob)
        ) {
            return Ok(None);
        }
        let commit = object
            .peel_to_commit()
            .map_err(RepoError::git("read a commit"))?;
        Ok(Some(ObjectId(commit.id())))
    }

    /// The object whose id begins with these digits, if it is one alone.
    fn with_start(&self, digits: &str) -> Option<git2::Oid> {
        let start = git2::Oid::from_str(digits).ok()?;
        let objects = self.git.odb().ok()?;
        objects.exists_prefix(start, digits.len()).ok()
    }

    /// The commit with this id, which git names.
    ///
    /// # Errors
    /// It is no id, or the commit is missing or damaged here.
    pub(super) fn commit_with(&self, id: &str) -> Result<ObjectId, RepoError> {
        let id = git2::Oid::from_str(id).map_err(RepoError::git("read a commit's id"))?;
        self.parsed(id)?;
        Ok(ObjectId(id))
    }

    /// The previous HEAD: the parent of a new commit, or the commit that an amended one
    /// replaces. It is taken from the newest line of HEAD's reflog, not from the line
    /// before, which may be of a commit that was killed before HEAD moved. Without a
    /// reflog it is HEAD's parent.
    ///
    /// # Errors
    /// HEAD or its parent cannot be read.
    pub fn head_before(&self) -> Result<Option<ObjectId>, RepoError> {
        let head = self.head()?.map(|h| h.0);
        if let Ok(log) = self.git.reflog("HEAD")
            && let Some(newest) = log.get(0).filter(|l| Some(l.id_new()) == head)
        {
            let old = newest.id_old();
            return Ok((!old.is_zero()).then_some(ObjectId(old)));
        }
        self.commit_named("HEAD^")
    }

    /// Whether `git commit` made HEAD on top of the previous HEAD: not an amended one, a
    /// merge, a pick or a revert. False without a reflog of HEAD.
    ///
    /// # Errors
    /// HEAD cannot be read.
    pub fn is_plain_commit(&self) -> Result<bool, RepoError> {
        Ok(self.before_it_was_made_by(b"commit: ")?.is_some())
    }

    /// HEAD before `git commit` made it of a merge that had stopped; `None` for an amended
    /// one and for a merge that git committed by itself, and without a reflog of HEAD.
    ///
    /// # Errors
    /// HEAD cannot be read.
    pub fn before_the_stopped_merge(&self) -> Result<Option<ObjectId>, RepoError> {
        self.before_it_was_made_by(b"commit (merge): ")
    }

    /// The commit before HEAD, if the reflog's newest line is HEAD's and says that this made
    /// it; all zeros if there was none.
    fn before_it_was_made_by(&self, command: &[u8]) -> Result<Option<ObjectId>, RepoError> {
        let head = self.head()?.map(|h| h.0);
        let Ok(log) = self.git.reflog("HEAD") else {
            return Ok(None);
        };
        let newest = log.get(0).filter(|line| Some(line.id_new()) == head);
        let is_by = |line: &git2::ReflogEntry<'_>| {
            let message = line.message_bytes();
            message.is_some_and(|message| message.starts_with(command))
        };
        let newest = newest.filter(is_by);
        Ok(newest.map(|line| ObjectId(line.id_old())))
    }

    /// The entry of a commit at a path; `None` if there is none, or no commit.
    ///
    /// # Errors
    /// The commit or a tree in it cannot be read.
    pub fn blob_at(
        &self,
        commit: impl Into<Option<ObjectId>>,
        path: &str,
    ) -> Result<Option<Blob>, RepoError> {
        let Some(commit) = commit.into() else {
            return Ok(None);
        };
        let found = self.in_tree(commit, path)?;
        Ok(found.map(|(mode, id)| Blob {
            id: ObjectId(id),
            kind: BlobKind::of_mode(mode),
        }))
    }

    pub(super) fn in_tree(
        &self,
        commit: ObjectId,
        path: &str,
    ) -> Result<Option<InTree>, RepoError> {
        let mut folder = self.tree_of(commit)?;
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            let bytes = self.tree_bytes(folder)?;
            let Some(entry) = named(folder, &bytes, name.as_bytes())? else {
                return Ok(None);
            };
            let id = object_id(entry.id);
            match (names.peek(), entry.is_folder()) {
                (Some(_), true) => folder = id,
                (Some(_), false) => return Ok(None),
                (None, _) => return Ok(Some((entry.mode, id))),
            }
        }
        Ok(None)
    }

    /// A blob's content.
    ///
    /// # Errors
    /// The blob is missing or damaged.
    pub fn read_blob(&self, id: ObjectId) -> Result<Vec<u8>, RepoError> {
        self.blob_bytes(id.0).map(|bytes| bytes.to_vec())
    }

    /// A blob's content, not copied: a second reader shares it.
    ///
    /// # Errors
    /// The blob is missing or damaged.
    pub fn shared_blob(&self, id: ObjectId) -> Result<Rc<[u8]>, RepoError> {
        self.blob_bytes(id.0)
    }

    /// As [`Repo::read_at`], not copied.
    ///
    /// # Errors
    /// The commit, a tree or the blob cannot be read.
    pub fn shared_at(&self, commit: ObjectId, path: &str) -> Result<Option<Rc<[u8]>>, RepoError> {
        let file = self.blob_at(commit, path)?.and_then(Blob::file);
        file.map(|id| self.shared_blob(id)).transpose()
    }

    /// The content of a commit's file at a path; `None` if there is no file (a symbolic
    /// link does not count), or no commit.
    ///
    /// # Errors
    /// The commit, a tree or the blob cannot be read.
    pub fn read_at(
        &self,
        commit: impl Into<Option<ObjectId>>,
        path: &str,
    ) -> Result<Option<Vec<u8>>, RepoError> {
        match self.blob_at(commit, path)?.and_then(Blob::file) {
            Some(id) => self.read_blob(id).map(Some),
            None => Ok(None),
        }
    }

    /// The files below a folder that commits of HEAD's history removed, the newest
    /// removal first: path and blob (hex) of the last version. A file may be listed
    /// several times, and may exist again. None before the first commit.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn removed_files(&self, below: &str) -> Result<Vec<(String, String)>, RepoError> {
        let out = self.raw_log(&["--diff-filter=D", "-z"], below)?;
        // `:100644 000000 BLOB ZEROS D`, NUL, the path, NUL.
        let mut parts = out.split('\0').map(str::trim_start);
        let mut files = Vec::new();
        while let Some(head) = parts.next() {
            if let Some(blob) = head.strip_prefix(':').and_then(|h| h.split(' ').nth(2))
                && let Some(path) = parts.next()
            {
                files.push((path.to_owned(), blob.to_owned()));
            }
        }
        Ok(files)
    }

    /// The path of a version of a file, in the newest commit of HEAD's history that added
    /// or replaced it. The version itself may be missing.
    #[must_use]
    pub fn path_in_history(&self, version: ObjectId) -> Option<String> {
        let object = format!("--find-object={version}");
        let log = ["log", "--no-show-signature", "--format=", "--name-only"];
        let how = ["--no-renames", "-z", "-1", &object, "HEAD"];
        let out = self.run_git(&[&log[..], &how].concat(), b"").ok()?;
        let path = out.split(|&b| b == 0).next()?;
        let path = String::from_utf8(path.to_vec()).ok()?;
        (!path.is_empty()).then_some(path)
    }

    /// Git's list of what the commits of HEAD's history changed below a folder, without
    /// the commits; empty before the first one.
    fn raw_log(&self, how: &[&str], below: &str) -> Result<String, RepoError> {
        if self.head()?.is_none() {
            return Ok(String::new());
        }
        let log = [
            "--literal-pathspecs",
            "log",
            // The output of `log.showSignature` would be in the way.
            "--no-show-signature",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            // Without it, git omits a side of a merge that the other made superfluous.
            "--full-history",
            "--format=",
        ];
        let args = [&log[..], how, &["HEAD", "--", below]].concat();
        let out = self.run_git(&args, b"")?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }

    /// All best common ancestors of two commits; none for unrelated histories.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn merge_bases(&self, a: ObjectId, b: ObjectId) -> Result<Vec<ObjectId>, RepoError> {
        let bases = self.best_common(a.0, b.0)?;
        Ok(bases.into_iter().map(ObjectId).collect())
    }

    /// The commits being merged into HEAD: none unless a merge waits for its commit.
    ///
    /// # Errors
    /// `MERGE_HEAD` or an object that it names cannot be read, or a line of it is no id.
    pub fn merge_heads(&self) -> Result<Vec<ObjectId>, RepoError> {
        let path = self.git_dir().join("MERGE_HEAD");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(e) => return Err(RepoError::io(path)(e)),
        };
        let head = |line: &str| {
            let line = line.trim();
            // Without it this would be a commit of one parent, which brings in and removes
            // all that the other one did. Git commits nothing there either.
            let id: ObjectId = line.parse().map_err(|_| {
                let what = format!(
                    "`{line}` is no commit's id; `git merge --abort` if nothing of the merge is \
                     needed, or write the id of the branch that was merged there, alone in its line"
                );
                RepoError::io(&path)(io::Error::other(what))
            })?;
            // Of an annotated tag that is merged, git names the tag and not its commit.
            Ok(self.commit_named(&id.to_string())?.unwrap_or(id))
        };
        text.lines().map(head).collect()
    }

    /// The tips of all branches, local and remote-tracking; `None` if they cannot be listed.
    #[must_use]
    pub fn branch_tips(&self) -> Option<BTreeSet<ObjectId>> {
        let mut tips = BTreeSet::new();
        for branch in self.git.branches(None).ok()? {
            let (branch, _) = branch.ok()?;
            // One without a commit names another (`origin/HEAD`) or a missing one.
            tips.extend(branch.get().target().map(ObjectId));
        }
        Some(tips)
    }

    /// Whether HEAD is at a branch, and not at a commit alone.
    #[must_use]
    pub fn is_on_branch(&self) -> bool {
        self.git
            .head_detached()
            .is_ok_and(|is_detached| !is_detached)
    }

    /// Whether `git bisect` has HEAD at one of its steps.
    pub(super) fn is_bisecting(&self) -> bool {
        self.git.state() == git2::RepositoryState::Bisect
    }

    /// The id of a commit's tree.
    pub(super) fn tree_of(&self, commit: ObjectId) -> Result<git2::Oid, RepoError> {
        self.parsed(commit.0).map(|c| c.tree)
    }
}
