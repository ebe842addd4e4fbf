//! Archives of files: gzipped tar, written and read as a stream, so that memory does not
//! grow with the archive.
//!
//! Reading trusts nothing: it stops at a member that is not a plain file, or whose name
//! leads elsewhere.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Component, Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::RepoError;
use super::work_tree::UNFINISHED;
use crate::journal::is_dot_git;

/// A file in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// With `/` between its parts.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// The SHA-256 of its bytes, in hex.
    pub sha256: String,
}

/// An archive that is being written, under a temporary name.
pub struct ArchiveWriter {
    tar: tar::Builder<GzEncoder<BufWriter<NamedTempFile>>>,
    folder: PathBuf,
    /// The time of all members, in seconds since 1970.
    time: u64,
}

impl ArchiveWriter {
    /// Begins an archive in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn begin(folder: &Path, time: u64) -> Result<Self, RepoError> {
        let file = fs::create_dir_all(folder)
            .and_then(|()| {
                tempfile::Builder::new()
                    .prefix(UNFINISHED)
                    .tempfile_in(folder)
            })
            .map_err(RepoError::io(folder))?;
        let gzip = GzEncoder::new(BufWriter::new(file), Compression::default());
        Ok(Self {
            tar: tar::Builder::new(gzip),
            folder: folder.to_owned(),
            time,
        })
    }

    /// Adds a file of `size` bytes.
    ///
    /// # Errors
    /// `from` cannot be read or has another length, or the archive cannot be written.
    pub fn add(&mut self, path: &str, size: u64, from: impl Read) -> Result<Member, RepoError> {
        let mut header = tar::Header::new_gnu();
        header.set_size(size);
        header.set_mode(0o644);
        header.set_mtime(self.time);
        let mut from = Hashing::new(from);
        self.tar
            .append_data(&mut header, path, &mut from)
            .map_err(RepoError::io(self.folder.join(path)))?;
        let member = from.member(path.to_owned());
        if member.size == size {
            Ok(member)
        } else {
            let changed = io::Error::other("changed while it was read; try again");
            Err(RepoError::io(path)(changed))
        }
    }

    /// Ends the archive, flushes it and gives it its name; `false` if that name is taken.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finish(self, place: &Path) -> Result<bool, RepoError> {
        let end = || {
            let file = self.tar.into_inner()?.finish()?;
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.as_file().sync_all()?;
            match file.persist_noclobber(place) {
                Ok(_) => Ok(true),
                Err(e) if e.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
                Err(e) => Err(e.error),
            }
        };
        end().map_err(RepoError::io(place))
    }
}

/// The longest extension of a member's header, in bytes.
const LONGEST_EXTENSION: u64 = 64 << 10;

/// Reads an archive to its end, and writes its files below a folder if one is given.
///
/// # Errors
/// [`RepoError::Archive`], with the member, if it is not an archive, is damaged, or holds
/// anything but plain files with names that stay inside.
pub fn read_archive(archive: &Path, into: Option<&Path>) -> Result<Vec<Member>, RepoError> {
    let open = || {
        let file = File::open(archive).map_err(RepoError::io(archive))?;
        Ok::<_, RepoError>(tar::Archive::new(GzDecoder::new(BufReader::new(file))))
    };
    let damaged = |at: &str, what: String| RepoError::Archive {
        archive: archive.to_owned(),
        at: at.to_owned(),
        what,
    };
    let mut members: Vec<Member> = Vec::new();
    let mut names = BTreeSet::new();
    let last = |members: &[Member]| match members.last() {
        Some(member) => format!("after {}", member.path),
        None => "at its beginning".to_owned(),
    };
    let unreadable = |e: io::Error| format!("it cannot be read: {e}");
    // One that was just written is read once.
    if into.is_some() {
        check_headers(&mut open()?).map_err(|e| damaged("at one of its headers", unreadable(e)))?;
    }
    let mut tar = open()?;
    let entries = tar
        .entries()
        .map_err(|e| damaged(&last(&[]), unreadable(e)))?;
    for entry in entries {
        let entry = entry.map_err(|e| damaged(&last(&members), unreadable(e)))?;
        let raw = entry.path_bytes().into_owned();
        let shown = String::from_utf8_lossy(&raw).into_owned();
        let path = String::from_utf8(raw)
            .ok()
            .filter(|p| stays_inside(p))
            .ok_or_else(|| {
                damaged(
                    &shown,
                    "its name leads out of the archive's place; expected one that stays inside"
                        .into(),
                )
            })?;
        if entry.header().entry_type() != tar::EntryType::Regular {
            let what = "a link, folder or device; expected plain files alone";
            return Err(damaged(&path, what.into()));
        }
        if !names.insert(path.clone()) {
            return Err(damaged(&path, "it is there twice".into()));
        }
        let declared = entry.size();
        let mut from = Hashing::new(entry);
        match into {
            Some(folder) => copy(&mut from, &folder.join(&path), &path, &damaged)?,
            None => {
                io::copy(&mut from, &mut io::sink()).map_err(|e| damaged(&path, unreadable(e)))?;
            }
        }
        let member = from.member(path);
        if member.size != declared {
            return Err(damaged(&member.path, "it is cut off".into()));
        }
        members.push(member);
    }
    // The checksum of the whole stands after the last member.
    io::copy(&mut tar.into_inner(), &mut io::sink())
        .map_err(|e| damaged(&last(&members), unreadable(e)))?;
    Ok(members)
}

/// Checks that no long name, or other extension of a header, is longer than any path: the
/// whole of one is read into memory before its member is seen. Here the headers are taken as
/// they stand. What has a reader that obeys the extensions look for the next header elsewhere,
/// where anything may be, is refused too; no backup has it. What else is wrong is found when
/// the archive is read.
fn check_headers(tar: &mut tar::Archive<impl Read>) -> io::Result<()> {
    let refused = |what: String| Err(io::Error::new(io::ErrorKind::InvalidData, what));
    for entry in tar.entries()?.raw(true) {
        let Ok(mut entry) = entry else { break };
        let kind = entry.header().entry_type();
        if !kind.is_file() && entry.size() > LONGEST_EXTENSION {
            let long = format!("a name of {} bytes; expected a path", entry.size());
            return refused(long);
        }
        if kind.is_gnu_sparse() {
            return refused("a sparse file; expected plain files alone".into());
        }
        let Ok(extensions) = entry.pax_extensions() else {
            break;
        };
        let mut extensions = extensions.into_iter().flatten().flatten();
        if extensions.any(|extension| extension.key_bytes() == b"size") {
            return refused("a member with two sizes; expected one in its header alone".into());
        }
    }
    Ok(())
}

/// Copies a member to a new file; an error tells reading from writing.
fn copy(
    from: &mut impl Read,
    place: &Path,
    path: &str,
    damaged: &impl Fn(&str, String) -> RepoError,
) -> Result<(), RepoError> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder).map_err(RepoError::io(folder))?;
    }
    let mut file = BufWriter::new(File::create_new(place).map_err(RepoError::io(place))?);
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(n) => file.write_all(&buffer[..n]).map_err(RepoError::io(place))?,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(damaged(path, format!("it cannot be read: {e}"))),
        }
    }
    file.flush().map_err(RepoError::io(place))
}

/// Whether a path is relative, without `.` or `..`, and not in a git directory.
fn stays_inside(path: &str) -> bool {
    let plain = |part: Component<'_>| match part {
        Component::Normal(name) => !is_dot_git(&name.to_string_lossy()),
        _ => false,
    };
    !path.is_empty()
        && !path.contains('\0')
        && !path.ends_with('/')
        && Path::new(path).components().all(plain)
}

/// A reader that counts and hashes what goes through it.
struct Hashing<R> {
    from: R,
    size: u64,
    sha256: Sha256,
}

impl<R: Read> Hashing<R> {
    fn new(from: R) -> Self {
        Self {
            from,
            size: 0,
            sha256: Sha256::new(),
        }
    }

    fn member(self, path: String) -> Member {
        Member {
            path,
            size: self.size,
            sha256: hex(&self.sha256.finalize()),
        }
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.from.read(buffer)?;
        self.sha256.update(&buffer[..n]);
        self.size += n as u64;
        Ok(n)
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside() {
        for path in [
            "a",
            "a/b.md",
            "journal/md/2031/2031-05-04.md",
            "...",
            ".gitattributes",
        ] {
            assert!(stays_inside(path), "{path}");
        }
        for path in [
            "",
            "/a",
            "..",
            "a/../b",
            "./a",
            ".git/hooks/x",
            "a/.GIT/x",
            "a/",
        ] {
            assert!(!stays_inside(path), "{path}");
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("a.tar.gz");
        let write = || {
            let mut archive = ArchiveWriter::begin(folder.path(), 0).unwrap();
            let long = format!("{}/b.md", "folder".repeat(40));
            let members = [("a.md", "one"), (&long, "two")]
                .map(|(path, text)| archive.add(path, 3, text.as_bytes()).unwrap());
            (archive.finish(&place).unwrap(), members)
        };
        let (done, members) = write();
        assert!(done);
        assert_eq!(read_archive(&place, None).unwrap(), members);
        // printf one | sha256sum
        assert!(members[0].sha256.starts_with("7692c3ad3540bb80"));
        // A name that is taken stays whose it is.
        assert!(!write().0);
        let into = folder.path().join("into");
        read_archive(&place, Some(&into)).unwrap();
        assert_eq!(fs::read_to_string(into.join("a.md")).unwrap(), "one");
    }
}
