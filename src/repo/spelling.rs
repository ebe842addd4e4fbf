//! Spellings of a path. A file system that ignores case, or the form of accents, leads
//! several of them to one file.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

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
