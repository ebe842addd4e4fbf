//! The index: the content of the next commit.

use std::path::Path;

use super::object::mode;
use super::objects::object_id;
use super::{Blob, BlobKind, ObjectId, Repo, RepoError};

/// The index as it stood when it was read.
pub struct Index(git2::Index);

/// A file to be staged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedFile {
    /// From the top of the work tree, with `/`.
    pub path: String,
    pub bytes: Vec<u8>,
}

impl Repo {
    /// Reads the index that git is working with (see [`Repo::from_env`]).
    ///
    /// # Errors
    /// It cannot be read.
    pub fn index(&self) -> Result<Index, RepoError> {
        self.index_at(&self.index_path)
    }

    /// The same; an empty one where it cannot be read.
    ///
    /// # Errors
    /// As above, if memory lacks as well.
    pub fn index_or_none(&self) -> Result<Index, RepoError> {
        let none = |error| git2::Index::new().map(Index).map_err(|_| error);
        self.index().or_else(none)
    }

    /// Reads the real index while git is working with the temporary one of `git commit
    /// FILE`; `None` otherwise.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn index_beside(&self) -> Result<Option<Index>, RepoError> {
        let real = self.git_dir().join("index");
        let is_temporary = self.index_is_temporary() && real.exists();
        is_temporary.then(|| self.index_at(&real)).transpose()
    }

    fn index_at(&self, path: &Path) -> Result<Index, RepoError> {
        git2::Index::open(path)
            // libgit2 does not know a split or a sparse index; git does.
            .or_else(|source| self.index_as_listed(path).map_err(|_| source))
            .map(Index)
            .map_err(|source| RepoError::Index {
                path: path.to_owned(),
                source,
            })
    }

    /// Whether the index has a path, also in conflict.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn tracks(&self, path: &str) -> Result<bool, RepoError> {
        Ok(self.index()?.has(path))
    }

    /// What the index has at a path, also in conflict; nothing if it cannot be read.
    #[must_use]
    pub fn ids_in_index(&self, path: &str) -> Vec<ObjectId> {
        let Some(index) = self.index_file() else {
            return self
                .index()
                .map(|index| index.ids(path))
                .unwrap_or_default();
        };
        let at = index.from(path.as_bytes(), 0..index.len());
        let is_there = at < index.len() && index.path(at) == path.as_bytes();
        let id = is_there.then(|| ObjectId(object_id(index.entry(at).id)));
        id.into_iter().collect()
    }

    /// Whether there is a commit and no index yet, as after `git clone --no-checkout`.
    ///
    /// # Errors
    /// HEAD cannot be read.
    pub fn is_not_checked_out(&self) -> Result<bool, RepoError> {
        Ok(!self.index_path.exists() && self.head()?.is_some())
    }

    /// The index as git lists it, in memory, without the files' stat, which is not
    /// needed.
    fn index_as_listed(&self, path: &Path) -> Result<git2::Index, RepoError> {
        let unknown = |source| RepoError::Index {
            path: path.to_owned(),
            source,
        };
        let mut index = git2::Index::new().map_err(unknown)?;
        let how = ["ls-files", "--stage", "-t", "-z"];
        let listed = self.run_git_with(&how, b"", &[("GIT_INDEX_FILE", path.as_os_str())])?;
        for line in listed.split(|&b| b == 0) {
            if let Some(entry) = listed_entry(line) {
                index.add(&entry).map_err(unknown)?;
            }
        }
        Ok(index)
    }

    /// Stages these bytes under their paths, whatever the work tree holds there. Waits
    /// for another process that holds the index. Files left out of the work tree stay so.
    /// Returns the ids, in the same order.
    ///
    /// # Errors
    /// Git cannot write the blobs or the index.
    pub fn stage(&self, files: &[StagedFile]) -> Result<Vec<ObjectId>, RepoError> {
        let mut ids = Vec::new();
        if files.is_empty() {
            return Ok(ids);
        }
        let mut staged = Vec::new();
        let is_shared = self.is_shared();
        for file in files {
            let id = self.write_blob(&file.bytes, is_shared)?;
            staged.push((file.path.as_str(), id));
            ids.push(ObjectId(id));
        }
        if self.put_in_index(&staged) {
            return Ok(ids);
        }
        let index = self.index()?;
        // Unlike `--index-info`, this puts no file in the place of a folder.
        let mut args = vec!["--add".to_owned()];
        for (path, id) in staged {
            // A file may be executable, after it was copied from a stick, say.
            let there = index.0.get_path(path.as_ref(), 0).map(|entry| entry.mode);
            let mode = there
                .filter(|mode| *mode == mode::EXECUTABLE)
                .unwrap_or(mode::FILE);
            args.extend(["--cacheinfo".to_owned(), format!("{mode:o},{id},{path}")]);
        }
        let left_out = self.left_out(&index, files);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        self.update_index(&args, b"")?;
        if !left_out.is_empty() {
            // Git clears the mark of a left-out file when it is staged.
            self.update_index(&["--skip-worktree", "--stdin"], left_out.as_bytes())?;
        }
        Ok(ids)
    }

    /// Whether several users share the repository.
    fn is_shared(&self) -> bool {
        let config = self.git.config().and_then(|mut config| config.snapshot());
        config.is_ok_and(|c| c.get_entry("core.sharedRepository").is_ok())
    }

    /// Writes a blob. In a repository shared by several users, git writes it, with
    /// permissions that libgit2 does not know.
    fn write_blob(&self, bytes: &[u8], is_shared: bool) -> Result<git2::Oid, RepoError> {
        if !is_shared {
            return self.git.blob(bytes).map_err(RepoError::git("write a blob"));
        }
        let id = self.run_git(&["hash-object", "-w", "--stdin"], bytes)?;
        let id = String::from_utf8_lossy(&id);
        git2::Oid::from_str(id.trim()).map_err(RepoError::git("read the id of a new blob"))
    }

    /// The files among these that a sparse checkout leaves out, each ended by a NUL.
    fn left_out(&self, index: &Index, files: &[StagedFile]) -> String {
        let absent = |file: &&StagedFile| !self.workdir().join(&file.path).exists();
        let absent = files.iter().filter(absent);
        let left_out = absent.filter(|file| index.is_left_out(&file.path));
        left_out.map(|file| format!("{}\0", file.path)).collect()
    }

    /// Takes paths out of the index; the work tree keeps its files.
    ///
    /// # Errors
    /// Git cannot write the index.
    pub fn unstage(&self, paths: &[&str]) -> Result<(), RepoError> {
        let zero = "0".repeat(40);
        let lines: String = paths.iter().map(|p| format!("0 {zero} 0\t{p}\0")).collect();
        self.update_index(&["--index-info"], lines.as_bytes())
    }

    /// Runs `git update-index`, and waits for another process that holds the index.
    ///
    /// # Errors
    /// [`RepoError::Command`] if git fails.
    pub(super) fn update_index(&self, how: &[&str], lines: &[u8]) -> Result<(), RepoError> {
        self.write_index(&[&["update-index", "-z"], how].concat(), lines)
    }

    /// Runs a git command that writes the index, and waits for two seconds if another process
    /// holds it.
    ///
    /// # Errors
    /// [`RepoError::Command`] if git fails.
    pub(super) fn write_index(&self, args: &[&str], input: &[u8]) -> Result<(), RepoError> {
        const TRIES: u32 = 20;
        for _ in 1..TRIES {
            match self.run_git(args, input) {
                // The message is in the user's language, but holds the lock's name.
                Err(RepoError::Command { stderr, .. }) if stderr.contains(".lock") => {
                    std::thread::sleep(std::time::Duration::from_millis(100));
                }
                other => return other.map(|_| ()),
            }
        }
        self.run_git(args, input).map(|_| ())
    }
}

impl Index {
    /// The staged entry at a path; `None` if there is none, or if the path is unmerged.
    /// An empty path is the top of the work tree.
    #[must_use]
    pub fn staged(&self, path: &str) -> Option<Blob> {
        if path.is_empty() {
            return None;
        }
        let entry = self.0.get_path(path.as_ref(), 0)?;
        Some(Blob {
            id: ObjectId(entry.id),
            kind: BlobKind::of_mode(entry.mode),
        })
    }

    fn ids(&self, path: &str) -> Vec<ObjectId> {
        let stages = 0..=3;
        let entries = stages.filter_map(|stage| self.0.get_path(path.as_ref(), stage));
        entries.map(|entry| ObjectId(entry.id)).collect()
    }

    /// Whether a path is in the index, also in conflict.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        let stages = 0..=3;
        stages
            .into_iter()
            .any(|stage| self.0.get_path(path.as_ref(), stage).is_some())
    }

    /// Whether a path is left out of the work tree on purpose (sparse checkout).
    #[must_use]
    pub fn is_left_out(&self, path: &str) -> bool {
        let entry = self.0.get_path(path.as_ref(), 0);
        entry.is_some_and(|e| is_left_out(&e))
    }

    /// Every path that is left out of the work tree on purpose, and whether it is a file
    /// (or else a symbolic link).
    pub(super) fn all_left_out(&self) -> impl Iterator<Item = (Vec<u8>, bool)> {
        let left_out =
            |e: &git2::IndexEntry| is_left_out(e) && BlobKind::of_mode(e.mode) != BlobKind::Other;
        let found = self.0.iter().filter(left_out);
        found.map(|e| (e.path, BlobKind::of_mode(e.mode) == BlobKind::File))
    }

    /// Every path, also one in conflict, with its mode, and whether the work tree leaves it
    /// out on purpose; sorted.
    pub(super) fn all(&self) -> Vec<(Vec<u8>, u32, bool)> {
        let all = self.0.iter();
        all.map(|e| (is_left_out(&e), e))
            .map(|(is_left_out, e)| (e.path, e.mode, is_left_out))
            .collect()
    }

    /// The paths that are still in conflict, sorted.
    #[must_use]
    pub fn unmerged(&self) -> Vec<String> {
        let mut paths: Vec<String> = self
            .0
            .iter()
            .filter(|e| stage_of(e) != 0)
            .filter_map(|e| String::from_utf8(e.path).ok())
            .collect();
        paths.dedup();
        paths
    }
}

/// An entry from a line such as `H 100644 ID 0<TAB>PATH`; `S` marks one left out of the
/// work tree.
fn listed_entry(line: &[u8]) -> Option<git2::IndexEntry> {
    let tab = line.iter().position(|&b| b == b'\t')?;
    let (about, path) = (std::str::from_utf8(&line[..tab]).ok()?, &line[tab + 1..]);
    let words: Vec<&str> = about.split(' ').collect();
    let [tag, mode, id, stage] = words[..] else {
        return None;
    };
    let skip = git2::IndexEntryExtendedFlag::SKIP_WORKTREE;
    let zero = git2::IndexTime::new(0, 0);
    Some(git2::IndexEntry {
        ctime: zero,
        mtime: zero,
        dev: 0,
        ino: 0,
        mode: u32::from_str_radix(mode, 8).ok()?,
        uid: 0,
        gid: 0,
        file_size: 0,
        id: git2::Oid::from_str(id).ok()?,
        flags: stage.parse::<u16>().ok()? << 12,
        flags_extended: if tag == "S" { skip.bits() } else { 0 },
        path: path.to_vec(),
    })
}

fn is_left_out(entry: &git2::IndexEntry) -> bool {
    let flags = git2::IndexEntryExtendedFlag::from_bits_truncate(entry.flags_extended);
    flags.is_skip_worktree()
}

const fn stage_of(entry: &git2::IndexEntry) -> u16 {
    (entry.flags >> 12) & 3
}
