//! Loose objects, also those that are cut short: by a full disk, by a copy that was broken
//! off.
//!
//! libgit2 inflates a loose object until it has the bytes that the object's header
//! promises; where the file ends before, it never ends. So a loose object is inflated
//! here, and libgit2 is asked only for what is not loose, or not as it should be. Packs
//! have sums and an index, and libgit2 ends with an error there.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use flate2::{Decompress, FlushDecompress, Status};

use super::{ObjectId, Repo, RepoError};

/// Alternates of alternates are followed this far, as git does.
const DEEPEST: usize = 5;

/// The longest beginning of an object: its kind, its size and a NUL.
const LONGEST_HEADER: usize = 32;

/// The most bytes that one byte of a zlib stream can stand for.
const MOST_FOR_A_BYTE: usize = 1_032;

/// What an object is, and what it holds.
pub(super) type Loose = (git2::ObjectType, Vec<u8>);

impl Repo {
    /// An object that is loose and whole. `None` if it is in a pack, missing, or in a form
    /// that libgit2 has to judge.
    ///
    /// # Errors
    /// [`RepoError::Object`] if it is loose and cut short, and git cannot read it either.
    pub(super) fn loose(&self, id: git2::Oid) -> Result<Option<Loose>, RepoError> {
        let name = id.to_string();
        let (start, rest) = name.split_at(2);
        let mut folders = self.object_folders().iter();
        let file = folders.find_map(|folder| fs::read(folder.join(start).join(rest)).ok());
        match file.map(|file| inflated(&file)) {
            Some(Some(object)) => Ok(Some(object)),
            Some(None) => self.check_loose(id).map(|()| None),
            // One that cannot be opened is libgit2's to report.
            None => Ok(None),
        }
    }

    /// Looks whether libgit2 may read an object. One that is not loose passes: it is in a
    /// pack, or missing.
    ///
    /// # Errors
    /// [`RepoError::Object`] if it is loose and cut short, and git cannot read it either.
    pub(super) fn check_loose(&self, id: git2::Oid) -> Result<(), RepoError> {
        if self.caches.objects.borrow().is_checked(id) {
            return Ok(());
        }
        let name = id.to_string();
        let (start, rest) = name.split_at(2);
        for folder in self.object_folders() {
            // One that cannot be opened is libgit2's to report.
            let Ok(bytes) = fs::read(folder.join(start).join(rest)) else {
                continue;
            };
            // Git looks into packs first, and one of them may have the object too.
            if inflated(&bytes).is_none() && self.run_git(&["cat-file", "-p", &name], b"").is_err()
            {
                return Err(RepoError::Object {
                    id: ObjectId(id),
                    source: git2::Error::from_str("the file of the object is damaged"),
                });
            }
        }
        self.caches.objects.borrow_mut().set_checked(id);
        Ok(())
    }

    /// The error for an object that cannot be read.
    pub(super) fn unreadable(&self, id: ObjectId) -> Option<RepoError> {
        if let Err(error) = self.check_loose(id.0) {
            return Some(error);
        }
        let read = self.git.odb().and_then(|odb| odb.read(id.0).map(|_| ()));
        read.err().map(|source| RepoError::Object { id, source })
    }

    /// The kind of an object, in git's word, if it can be read and is the one that its id
    /// says.
    #[must_use]
    pub fn sound_kind(&self, id: ObjectId) -> Option<&'static str> {
        self.check_loose(id.0).ok()?;
        let odb = self.git.odb().ok()?;
        let object = odb.read(id.0).ok()?;
        let is = git2::Oid::hash_object(object.kind(), object.data()).ok()?;
        (is == id.0).then(|| object.kind().str())
    }

    /// The file of a loose object, if it is one.
    #[must_use]
    pub fn object_file(&self, id: ObjectId) -> Option<PathBuf> {
        let name = id.to_string();
        let (start, rest) = name.split_at(2);
        let files = self.object_folders().iter();
        let mut files = files.map(|folder| folder.join(start).join(rest));
        files.find(|file| file.is_file())
    }

    /// The folders that may hold loose objects: the repository's own, and those it
    /// borrows from.
    fn object_folders(&self) -> &[PathBuf] {
        self.caches.object_folders.get_or_init(|| {
            let own = self.common_dir().join("objects");
            let named = env::var_os("GIT_OBJECT_DIRECTORY").map(PathBuf::from);
            let more = env::var_os("GIT_ALTERNATE_OBJECT_DIRECTORIES").unwrap_or_default();
            let mut folders: Vec<PathBuf> = named.into_iter().chain([own]).collect();
            folders.extend(env::split_paths(&more).filter(|p| !p.as_os_str().is_empty()));
            let mut level = folders.clone();
            for _ in 0..DEEPEST {
                level = level.iter().flat_map(|f| alternates(f)).collect();
                level.retain(|f| !folders.contains(f));
                folders.extend(level.iter().cloned());
            }
            folders
        })
    }
}

/// The folders that an object folder's list of alternates names.
fn alternates(folder: &Path) -> Vec<PathBuf> {
    let list = fs::read_to_string(folder.join("info/alternates")).unwrap_or_default();
    let lines = list
        .lines()
        .filter(|l| !l.is_empty() && !l.starts_with('#'));
    lines.map(|line| folder.join(line)).collect()
}

/// The object in a loose object's file; `None` if it is not whole, or no object.
fn inflated(stream: &[u8]) -> Option<Loose> {
    let mut inflate = Decompress::new(true);
    let mut begin = [0; LONGEST_HEADER];
    let mut status = inflate
        .decompress(stream, &mut begin, FlushDecompress::None)
        .ok()?;
    let begin = &begin[..usize::try_from(inflate.total_out()).ok()?];
    let end = begin.iter().position(|&b| b == 0)?;
    let (kind, size) = std::str::from_utf8(&begin[..end]).ok()?.split_once(' ')?;
    let (kind, size) = (
        git2::ObjectType::from_str(kind)?,
        size.parse::<usize>().ok()?,
    );
    // A size that the file cannot hold must not reserve memory.
    if size / MOST_FOR_A_BYTE > stream.len() {
        return None;
    }
    // With room for more than there should be, the end of the stream is seen as such.
    let mut bytes = Vec::with_capacity(size + LONGEST_HEADER);
    bytes.extend_from_slice(&begin[end + 1..]);
    while status != Status::StreamEnd {
        let before = (inflate.total_in(), inflate.total_out());
        let rest = stream.get(usize::try_from(before.0).ok()?..)?;
        status = inflate
            .decompress_vec(rest, &mut bytes, FlushDecompress::None)
            .ok()?;
        if status != Status::StreamEnd && before == (inflate.total_in(), inflate.total_out()) {
            return None;
        }
    }
    (bytes.len() == size).then_some((kind, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::tests::Scratch;

    #[test]
    fn a_loose_object_is_what_git_stored() {
        let scratch = Scratch::new();
        let long: Vec<u8> = (0..200_000_u32)
            .flat_map(|n| n.wrapping_mul(n).to_be_bytes())
            .collect();
        for text in [&b""[..], b"a", &[b'x'; 100_000], &long] {
            fs::write(scratch.path().join("page"), text).unwrap();
            scratch.git(&["add", "page"]);
            scratch.git(&["commit", "-q", "--allow-empty", "-m", "page"]);
            let repo = scratch.repo();
            for name in ["HEAD", "HEAD^{tree}", "HEAD:page"] {
                let id = scratch.git(&["rev-parse", name]);
                let id = git2::Oid::from_str(&id).unwrap();
                let (kind, bytes) = repo.loose(id).unwrap().unwrap();
                let odb = repo.git.odb().unwrap();
                let object = odb.read(id).unwrap();
                assert_eq!(kind, object.kind(), "{name}");
                assert!(bytes == object.data(), "{name}");
            }
        }
    }

    #[test]
    fn what_is_no_whole_object_is_none() {
        use std::io::Write as _;
        let packed = |bytes: &[u8]| {
            let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Default::default());
            zlib.write_all(bytes).unwrap();
            zlib.finish().unwrap()
        };
        let whole = packed(b"blob 5\0abcde");
        assert_eq!(
            inflated(&whole),
            Some((git2::ObjectType::Blob, b"abcde".to_vec()))
        );
        for length in 0..whole.len() {
            assert_eq!(inflated(&whole[..length]), None, "{length}");
        }
        for other in [
            &b"blob 4\0abcde"[..],
            b"blob 6\0abcde",
            b"blob 18446744073709551615\0abcde",
            b"blob -5\0abcde",
            b"blob\0abcde",
            b"page 5\0abcde",
            b"blob 5abcde",
            b"",
        ] {
            assert_eq!(inflated(&packed(other)), None, "{other:?}");
        }
        assert_eq!(inflated(b"no zlib stream"), None);
    }
}
