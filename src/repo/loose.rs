//! Loose objects that are cut short: by a full disk, by a copy that was broken off.
//!
//! libgit2 inflates a loose object until it has the bytes that the object's header
//! promises; where the file ends before, it never ends. So a loose object is inflated here
//! before libgit2 reads it for the first time. Packs have sums and an index, and libgit2
//! ends with an error there.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use flate2::{Decompress, FlushDecompress, Status};

use super::{ObjectId, Repo, RepoError};

/// Alternates of alternates are followed this far, as git does.
const DEEPEST: usize = 5;

impl Repo {
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
            if !is_whole(&bytes) && self.run_git(&["cat-file", "-p", &name], b"").is_err() {
                return Err(RepoError::Object {
                    id: ObjectId(id),
                    source: git2::Error::from_str("the file of the object is damaged"),
                });
            }
        }
        self.caches.objects.borrow_mut().set_checked(id);
        Ok(())
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

/// Whether a zlib stream is there to its end.
fn is_whole(stream: &[u8]) -> bool {
    inflates(stream).unwrap_or(false)
}

fn inflates(mut stream: &[u8]) -> io::Result<bool> {
    let mut inflate = Decompress::new(true);
    let mut out = [0; 8192];
    loop {
        let before = (inflate.total_in(), inflate.total_out());
        let status = inflate.decompress(stream, &mut out, FlushDecompress::None)?;
        let read = usize::try_from(inflate.total_in() - before.0).unwrap_or(usize::MAX);
        stream = stream.get(read..).unwrap_or_default();
        if status == Status::StreamEnd {
            return Ok(true);
        }
        if before == (inflate.total_in(), inflate.total_out()) {
            return Ok(false);
        }
    }
}
