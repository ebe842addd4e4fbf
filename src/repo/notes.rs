//! Notes in the git directory: what saves work, and what concerns this clone alone.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;

use super::beside::{Access, write_atomically};
use super::{ObjectId, Repo, RepoError};

/// The note with the mark of a work tree.
const MARK: &str = "work-tree";

impl Repo {
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

    /// What tells this work tree's index from one that was made elsewhere: 32 digits by
    /// chance, if they were drawn when git had these versions of the database. Those may
    /// have the digits before.
    #[must_use]
    pub fn work_tree_mark(&self, in_git: &BTreeSet<ObjectId>) -> Option<String> {
        let noted = self.noted_here(MARK);
        let mut words = noted.split_whitespace();
        let mark = words.next()?;
        let seen: BTreeSet<String> = words.map(str::to_owned).collect();
        let is_now = seen == in_git.iter().map(ToString::to_string).collect();
        is_now.then(|| mark.to_owned())
    }

    /// Draws the mark of this work tree, if there is none. Where nothing can be written,
    /// there is none.
    pub fn mark_work_tree(&self, in_git: &BTreeSet<ObjectId>) {
        use std::hash::{BuildHasher as _, RandomState};
        if self.work_tree_mark(in_git).is_none() {
            let [one, two] = [(); 2].map(|()| RandomState::new().hash_one(self.workdir()));
            let seen: String = in_git.iter().map(|id| format!(" {id}")).collect();
            let _ = self.note_here(MARK, &format!("{one:016x}{two:016x}{seen}"));
        }
    }

    fn note_path_here(&self, name: &str) -> PathBuf {
        self.git_dir().join("palimpsest").join(name)
    }

    fn note_path(&self, name: &str) -> PathBuf {
        self.common_dir().join("palimpsest").join(name)
    }
}
