//! Commits: where HEAD is, what a commit holds.

use std::fs;

use super::objects::{named, object_id};
use super::{Blob, BlobKind, ObjectId, Repo, RepoError};

impl Repo {
    /// The commit that HEAD is at, on a branch or detached; `None` before the
    /// first commit.
    ///
    /// # Errors
    /// HEAD cannot be read.
    pub fn head(&self) -> Result<Option<ObjectId>, RepoError> {
        match self.git.head() {
            Ok(head) => {
                let commit = head.peel_to_commit().map_err(RepoError::git("read HEAD"))?;
                Ok(Some(ObjectId(commit.id())))
            }
            Err(e) if e.code() == git2::ErrorCode::UnbornBranch => Ok(None),
            Err(e) => Err(RepoError::git("read HEAD")(e)),
        }
    }

    /// The commit that a name means, if there is one.
    ///
    /// # Errors
    /// The name leads to something that cannot be read.
    pub fn commit_named(&self, name: &str) -> Result<Option<ObjectId>, RepoError> {
        let Ok(object) = self.git.revparse_single(name) else {
            return Ok(None);
        };
        let commit = object
            .peel_to_commit()
            .map_err(RepoError::git("read a commit"))?;
        Ok(Some(ObjectId(commit.id())))
    }

    /// Where HEAD was before it came to be where it is: for a new commit its parent,
    /// for an amended one the commit that it replaces. The newest line of the log of
    /// HEAD says it, not the line before: that may tell of a commit that was
    /// killed before HEAD moved. Without the log, HEAD's parent.
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

    /// Whether HEAD is a commit that `git commit` made on top of what HEAD was: no
    /// amended one, no merge and nothing that was picked or reverted. False without a log
    /// of HEAD.
    ///
    /// # Errors
    /// HEAD cannot be read.
    pub fn is_plain_commit(&self) -> Result<bool, RepoError> {
        let head = self.head()?.map(|h| h.0);
        let Ok(log) = self.git.reflog("HEAD") else {
            return Ok(false);
        };
        let newest = log.get(0).filter(|l| Some(l.id_new()) == head);
        Ok(newest.is_some_and(|l| {
            l.message_bytes()
                .is_some_and(|m| m.starts_with(b"commit: "))
        }))
    }

    /// What a commit has at a path.
    ///
    /// # Errors
    /// The commit or a tree in it cannot be read.
    pub fn blob_at(&self, commit: ObjectId, path: &str) -> Result<Option<Blob>, RepoError> {
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
                (None, _) => {
                    return Ok(Some(Blob {
                        id: ObjectId(id),
                        kind: BlobKind::of_mode(entry.mode),
                    }));
                }
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

    /// The content of the file that a commit has at a path; `None` where there
    /// is no file (a symbolic link is none).
    ///
    /// # Errors
    /// The commit, a tree or the blob cannot be read.
    pub fn read_at(&self, commit: ObjectId, path: &str) -> Result<Option<Vec<u8>>, RepoError> {
        match self.blob_at(commit, path)?.and_then(Blob::file) {
            Some(id) => self.read_blob(id).map(Some),
            None => Ok(None),
        }
    }

    /// The files below a folder that commits of HEAD's history removed, the newest
    /// first: path and blob (hex) of the last version. A file may be there several
    /// times, and may be back. Before the first commit there are none.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn removed_files(&self, below: &str) -> Result<Vec<(String, String)>, RepoError> {
        if self.head()?.is_none() {
            return Ok(Vec::new());
        }
        let args = [
            "--literal-pathspecs",
            "log",
            // What `log.showSignature` prints stands in the way.
            "--no-show-signature",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            // Else git leaves out the side of a merge that the other made superfluous.
            "--full-history",
            "--diff-filter=D",
            "--format=",
            "-z",
            "HEAD",
            "--",
            below,
        ];
        let out = self.run_git(&args, b"")?;
        let out = String::from_utf8_lossy(&out);
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

    /// All best common ancestors of two commits; none for unrelated histories.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn merge_bases(&self, a: ObjectId, b: ObjectId) -> Result<Vec<ObjectId>, RepoError> {
        match self.git.merge_bases(a.0, b.0) {
            Ok(bases) => Ok(bases.iter().map(|id| ObjectId(*id)).collect()),
            Err(e) if e.code() == git2::ErrorCode::NotFound => Ok(Vec::new()),
            Err(e) => Err(RepoError::git("find the merge base")(e)),
        }
    }

    /// The commits being merged into HEAD: none unless a merge waits for its commit.
    ///
    /// # Errors
    /// `MERGE_HEAD` cannot be read.
    pub fn merge_heads(&self) -> Result<Vec<ObjectId>, RepoError> {
        let path = self.git_dir().join("MERGE_HEAD");
        match fs::read_to_string(&path) {
            Ok(text) => Ok(text.lines().filter_map(|l| l.trim().parse().ok()).collect()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(source) => Err(RepoError::Io { path, source }),
        }
    }

    /// The id of a commit's tree.
    pub(super) fn tree_of(&self, commit: ObjectId) -> Result<git2::Oid, RepoError> {
        self.git
            .find_commit(commit.0)
            .map(|c| c.tree_id())
            .map_err(|source| RepoError::Object { id: commit, source })
    }
}
