//! Objects as values: ids, blobs, and what changed between two versions.

use std::fmt;
use std::str::FromStr;

use sha1::{Digest, Sha1};

/// The id of a git object, shown as 40 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub(super) git2::Oid);

impl ObjectId {
    /// The id that git gives to a file of these bytes.
    ///
    /// libgit2 would also look, at six times the cost, whether they were made to have the
    /// id of another file. Such files git does not take in, so no object here is one.
    #[must_use]
    pub fn of_file(bytes: &[u8]) -> Option<Self> {
        let mut sha = Sha1::new();
        sha.update(format!("blob {}\0", bytes.len()));
        sha.update(bytes);
        git2::Oid::from_bytes(&sha.finalize()).ok().map(Self)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The error for a text that is not an object id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no object id: expected 40 hex digits")]
pub struct NotAnId(String);

impl FromStr for ObjectId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let whole = text.len() == 40;
        git2::Oid::from_str(text)
            .ok()
            .filter(|_| whole)
            .map(Self)
            .ok_or_else(|| NotAnId(text.to_owned()))
    }
}

/// The modes of entries in trees and in the index.
pub(super) mod mode {
    pub const FILE: u32 = 0o100_644;
    pub const EXECUTABLE: u32 = 0o100_755;
    pub const LINK: u32 = 0o120_000;
    pub const FOLDER: u32 = 0o040_000;
    /// Another repository's commit.
    pub const SUBMODULE: u32 = 0o160_000;
    /// The kind of every file, whatever its permissions.
    pub const ANY_FILE: u32 = 0o100_000;

    /// A mode without permissions.
    pub const fn kind(mode: u32) -> u32 {
        mode & 0o170_000
    }

    /// Whether it is a folder's.
    pub const fn is_folder(mode: u32) -> bool {
        kind(mode) == FOLDER
    }
}

/// The content of a path in a tree or in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blob {
    pub id: ObjectId,
    pub kind: BlobKind,
}

/// The kind of a blob: a file's content or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobKind {
    File,
    /// A symbolic link: the content is a path, not an entry's text.
    Symlink,
    /// A submodule's commit.
    Other,
}

impl BlobKind {
    pub(super) const fn of_mode(mode: u32) -> Self {
        match mode::kind(mode) {
            mode::ANY_FILE => Self::File,
            mode::LINK => Self::Symlink,
            _ => Self::Other,
        }
    }
}

impl Blob {
    /// Its id if it is a file's content.
    #[must_use]
    pub fn file(self) -> Option<ObjectId> {
        (self.kind == BlobKind::File).then_some(self.id)
    }
}

/// A path that differs between two versions; never the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// From the top of the work tree, with `/`.
    pub path: String,
    /// `None` if the path was not there.
    pub old: Option<Blob>,
    /// `None` if the path is gone.
    pub new: Option<Blob>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_id_that_git_gives_it() {
        for bytes in [
            b"" as &[u8],
            b"---\ndate: 2024-11-01\n---\n",
            b"\0\xff\r\n",
            &[7; 5000],
        ] {
            let by_git = git2::Oid::hash_object(git2::ObjectType::Blob, bytes).unwrap();
            assert_eq!(ObjectId::of_file(bytes), Some(ObjectId(by_git)));
        }
    }
}
