//! Trees and blobs as bytes. Trees and large blobs are cached: a command looks at the same
//! folders and ledgers several times, and inflating them takes time. Small blobs are
//! entries and notes, which are read once.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::object::mode;
use super::{ObjectId, Repo, RepoError};

/// Blobs up to this many bytes are not cached.
const SMALL: usize = 4096;

/// The size of the cache in bytes; above it, the cache is emptied.
const MOST: usize = 16 << 20;

/// The cache of objects.
#[derive(Default)]
pub(super) struct Objects {
    read: HashMap<git2::Oid, Rc<[u8]>>,
    bytes: usize,
    /// Objects that libgit2 may read; see `loose`.
    checked: HashSet<git2::Oid>,
}

impl Objects {
    pub(super) fn is_checked(&self, id: git2::Oid) -> bool {
        self.checked.contains(&id)
    }

    pub(super) fn set_checked(&mut self, id: git2::Oid) {
        self.checked.insert(id);
    }
}

/// A name in a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TreeEntry<'a> {
    pub mode: u32,
    pub name: &'a [u8],
    pub id: &'a RawId,
}

/// An object's id as it stands in a tree: for most entries that is enough.
pub(super) type RawId = [u8; 20];

pub(super) fn object_id(id: &RawId) -> git2::Oid {
    // The slice has the length of an id.
    git2::Oid::from_bytes(id).unwrap_or(git2::Oid::ZERO_SHA1)
}

impl TreeEntry<'_> {
    pub(super) const fn is_folder(&self) -> bool {
        mode::is_folder(self.mode)
    }
}

impl Repo {
    /// The bytes of a blob.
    ///
    /// # Errors
    /// [`RepoError::Object`] if it is missing, damaged, or not a blob.
    pub(super) fn blob_bytes(&self, id: git2::Oid) -> Result<Rc<[u8]>, RepoError> {
        self.object(id, git2::ObjectType::Blob)
    }

    /// The bytes of a tree; see [`entries`].
    ///
    /// # Errors
    /// [`RepoError::Object`] if it is missing, damaged, or not a tree.
    pub(super) fn tree_bytes(&self, id: git2::Oid) -> Result<Rc<[u8]>, RepoError> {
        self.object(id, git2::ObjectType::Tree)
    }

    /// The bytes of a commit.
    ///
    /// # Errors
    /// [`RepoError::Object`] if it is missing, damaged, or not a commit.
    pub(super) fn commit_bytes(&self, id: git2::Oid) -> Result<Rc<[u8]>, RepoError> {
        self.object(id, git2::ObjectType::Commit)
    }

    fn object(&self, id: git2::Oid, kind: git2::ObjectType) -> Result<Rc<[u8]>, RepoError> {
        if let Some(bytes) = self.caches.objects.borrow().read.get(&id) {
            return Ok(Rc::clone(bytes));
        }
        let wrap = |source| RepoError::Object {
            id: ObjectId(id),
            source,
        };
        let (found, bytes): (_, Rc<[u8]>) = match self.loose(id)? {
            Some((found, bytes)) => (found, bytes.into()),
            None => {
                let objects = self.git.odb().map_err(wrap)?;
                let object = objects.read(id).map_err(wrap)?;
                (object.kind(), object.data().into())
            }
        };
        if found != kind {
            let problem = format!("the object is no {}", kind.str());
            return Err(wrap(git2::Error::from_str(&problem)));
        }
        if kind == git2::ObjectType::Tree || bytes.len() > SMALL {
            let mut kept = self.caches.objects.borrow_mut();
            if kept.bytes + bytes.len() > MOST {
                kept.read.clear();
                kept.bytes = 0;
            }
            kept.bytes += bytes.len();
            kept.read.insert(id, Rc::clone(&bytes));
        }
        Ok(bytes)
    }
}

/// The entries of a tree, in git's order: each is a mode in octal digits, a space, a
/// name, a NUL and the 20 bytes of an id.
///
/// # Errors
/// The bytes are no tree.
pub(super) fn entries(tree: git2::Oid, bytes: &[u8]) -> Result<Vec<TreeEntry<'_>>, RepoError> {
    let mut rest = bytes;
    let mut found = Vec::with_capacity(bytes.len() / 32);
    while !rest.is_empty() {
        let (entry, after) = first(rest).ok_or_else(|| damaged(tree))?;
        found.push(entry);
        rest = after;
    }
    Ok(found)
}

/// The first entry with a name in a tree.
///
/// # Errors
/// The bytes are no tree.
pub(super) fn named<'a>(
    tree: git2::Oid,
    bytes: &'a [u8],
    name: &[u8],
) -> Result<Option<TreeEntry<'a>>, RepoError> {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (entry, after) = first(rest).ok_or_else(|| damaged(tree))?;
        if entry.name == name {
            return Ok(Some(entry));
        }
        rest = after;
    }
    Ok(None)
}

fn damaged(tree: git2::Oid) -> RepoError {
    RepoError::Object {
        id: ObjectId(tree),
        source: git2::Error::from_str("a damaged tree"),
    }
}

fn first(bytes: &[u8]) -> Option<(TreeEntry<'_>, &[u8])> {
    let (mut mode, mut rest) = (0_u32, bytes);
    loop {
        let (&digit, after) = rest.split_first()?;
        rest = after;
        match digit {
            b'0'..=b'7' => mode = mode.checked_mul(8)? + u32::from(digit - b'0'),
            b' ' => break,
            _ => return None,
        }
    }
    let end = rest.iter().position(|&b| b == 0)?;
    let (name, rest) = (&rest[..end], &rest[end + 1..]);
    let (id, rest) = rest.split_first_chunk()?;
    Some((TreeEntry { mode, name, id }, rest))
}

/// Git's order of a tree's entries: a folder sorts as if its name ended with a slash.
pub(super) fn order_of(a: &TreeEntry<'_>, b: &TreeEntry<'_>) -> Ordering {
    if a.name == b.name {
        return a.is_folder().cmp(&b.is_folder());
    }
    let slash = |e: &TreeEntry<'_>| if e.is_folder() { b"/" as &[u8] } else { b"" };
    a.name
        .iter()
        .chain(slash(a))
        .cmp(b.name.iter().chain(slash(b)))
}
