//! Objects as values: ids, blobs, and what changed between two versions.

use std::fmt;
use std::str::FromStr;

/// The id of a git object, shown as 40 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub(super) git2::Oid);

impl ObjectId {
    /// The id that git gives to a file of these bytes.
    #[must_use]
    pub fn of_file(bytes: &[u8]) -> Option<Self> {
        git2::Oid::hash_object(git2::ObjectType::Blob, bytes)
            .ok()
            .map(Self)
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

/// A text that is no object id.
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

/// What a path of a tree or of the index holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Blob {
    pub id: ObjectId,
    pub kind: BlobKind,
}

/// Whether a blob is a file's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BlobKind {
    File,
    /// The content is a path, and not to be taken for an entry's text.
    Symlink,
    /// A submodule's commit.
    Other,
}

impl BlobKind {
    pub(super) const fn of_mode(mode: u32) -> Self {
        match mode & 0o170_000 {
            0o100_000 => Self::File,
            0o120_000 => Self::Symlink,
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
