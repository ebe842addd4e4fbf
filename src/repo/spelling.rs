//! Spellings of a path. A file system that ignores case, or the form of accents, leads
//! several of them to one file; git's index has one, and is searched by its bytes.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use unicode_normalization::UnicodeNormalization as _;

use super::{Repo, RepoError};

/// The mode of a symbolic link.
const LINK: u32 = 0o120_000;

/// A file or a folder itself, whichever of its paths leads there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId {
    device: u64,
    inode: u64,
}

impl FileId {
    /// What is at a path; a symbolic link is not followed. `None` if nothing is there, or
    /// it cannot be looked at.
    #[must_use]
    pub fn at(place: &Path) -> Option<Self> {
        let meta = fs::symlink_metadata(place).ok()?;
        Some(Self {
            device: meta.dev(),
            inode: meta.ino(),
        })
    }
}

/// The spelling of a path by which two are compared for a file system that ignores case
/// and the form of accents.
fn folded(path: &str) -> String {
    path.nfc().flat_map(char::to_lowercase).nfc().collect()
}

/// Whether such a file system may take two paths for one.
fn is_alike(a: &str, b: &str) -> bool {
    match a.is_ascii() && b.is_ascii() {
        true => a.eq_ignore_ascii_case(b),
        false => folded(a) == folded(b),
    }
}

impl Repo {
    /// The tracked path that a file system may take for this one: the path itself, one
    /// that differs in case or in the form of accents, or one that is the same file here.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn tracked_alike(&self, path: &str) -> Result<Option<String>, RepoError> {
        let index = self.index()?;
        if index.has(path) {
            return Ok(Some(path.to_owned()));
        }
        let place = self.workdir().join(path);
        let here = FileId::at(&place);
        let is_link = place.is_symlink();
        let is_it = |(tracked, mode): (Vec<u8>, u32)| {
            let tracked = String::from_utf8(tracked).ok()?;
            // Only what is of one kind is looked at.
            let may_be_here = here.is_some() && is_link == (mode == LINK);
            let is_here = || FileId::at(&self.workdir().join(&tracked)) == here;
            (is_alike(&tracked, path) || may_be_here && is_here()).then_some(tracked)
        };
        Ok(index.all().into_iter().find_map(is_it))
    }
}
