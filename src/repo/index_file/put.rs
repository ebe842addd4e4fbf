//! Changes of an index's bytes: staged contents, and the stat of files.

use std::borrow::Cow;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;

use sha1::{Digest, Sha1};

use super::{FIXED, HEADER, ID, IndexEntry, IndexFile, LENGTH, MODE, OBJECT, padded};
use crate::repo::cache_tree::CacheTree;
use crate::repo::object::mode;

/// A change to put into an index.
#[derive(Debug, Clone, Copy)]
pub(in crate::repo) enum Put<'a> {
    /// A file's new content, without a stat.
    Content(&'a str, git2::Oid),
    /// The stat of the work tree's file, which has the staged content.
    Stat(&'a str, git2::Oid, FileStat),
}

/// The stat of a file in an entry's form: times of change and modification, device and
/// inode, mode, owner and size.
pub(in crate::repo) type FileStat = [u8; OBJECT.start];

/// An index with changes put in.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::repo) enum With<'a> {
    /// Everything was staged before.
    Same,
    /// The new bytes in parts, most of them borrowed from the old index: joining them
    /// would take longer than writing them.
    Parts(Vec<Cow<'a, [u8]>>),
}

/// An entry that the index gets.
struct New<'p> {
    /// The number of the entry that it replaces or precedes.
    at: usize,
    replaces: bool,
    path: &'p str,
    bytes: Vec<u8>,
}

impl IndexFile {
    /// The index with these changes, as `git update-index` would make it; `None` if only
    /// git can tell.
    pub(in crate::repo) fn with(&self, put: &[Put<'_>]) -> Option<With<'_>> {
        if self.follows {
            return None;
        }
        let mut folders = self.folders.clone();
        let mut news = self.news(put, &mut folders)?;
        if news.is_empty() {
            return Some(With::Same);
        }
        news.sort_by_key(|new| (new.at, new.path));
        if news.windows(2).any(|two| two[0].path == two[1].path) {
            return None;
        }
        self.assembled(news, folders).map(With::Parts)
    }

    /// The entries that these changes make, and the folders without the trees of those
    /// that change; `None` if only git can tell.
    fn news<'p>(&self, put: &[Put<'p>], folders: &mut Option<CacheTree>) -> Option<Vec<New<'p>>> {
        let mut news = Vec::new();
        for &put in put {
            let (Put::Content(path, id) | Put::Stat(path, id, _)) = put;
            let at = self.place(path)?;
            let there = (at < self.len()).then(|| self.entry(at));
            let there = there.filter(|entry| entry.path == path.as_bytes());
            let is_it = |e: &IndexEntry<'_>| e.mode == mode::FILE && e.id == id.as_bytes();
            match (there, put) {
                (Some(entry), _) if !entry.plain => return None,
                (Some(entry), Put::Content(..)) if is_it(&entry) => {}
                // Another kind of entry is left to git.
                (Some(entry), Put::Content(..)) if entry.mode != mode::FILE => return None,
                (_, Put::Content(..)) => {
                    if let Some(folders) = folders {
                        folders.forget(path.as_bytes());
                    }
                    news.push(New {
                        at,
                        replaces: there.is_some(),
                        path,
                        bytes: entry_of(path.as_bytes(), id),
                    });
                }
                (Some(entry), Put::Stat(_, _, stat)) if is_it(&entry) => {
                    let mut bytes = self.bytes[self.starts[at]..self.starts[at + 1]].to_vec();
                    if bytes[..OBJECT.start] != stat {
                        bytes[..OBJECT.start].copy_from_slice(&stat);
                        news.push(New {
                            at,
                            replaces: true,
                            path,
                            bytes,
                        });
                    }
                }
                // Other content is staged.
                (_, Put::Stat(..)) => return None,
            }
        }
        Some(news)
    }

    /// The bytes of the index with these entries, sorted, and these folders; `None` if it
    /// would be too large.
    fn assembled(
        &self,
        news: Vec<New<'_>>,
        folders: Option<CacheTree>,
    ) -> Option<Vec<Cow<'_, [u8]>>> {
        let added = news.iter().filter(|new| !new.replaces).count();
        let mut header = b"DIRC".to_vec();
        header.extend_from_slice(&self.version.to_be_bytes());
        header.extend_from_slice(&u32::try_from(self.len() + added).ok()?.to_be_bytes());
        let mut parts: Vec<Cow<'_, [u8]>> = vec![header.into()];
        let mut copied = HEADER;
        for new in news {
            parts.push(self.bytes[copied..self.starts[new.at]].into());
            copied = self.starts[new.at + usize::from(new.replaces)];
            parts.push(new.bytes.into());
        }
        parts.push(self.bytes[copied..self.starts[self.len()]].into());
        if let Some(folders) = folders {
            let content = folders.to_bytes();
            let mut extension = b"TREE".to_vec();
            extension.extend_from_slice(&u32::try_from(content.len()).ok()?.to_be_bytes());
            extension.extend_from_slice(&content);
            parts.push(extension.into());
        }
        let kept = self.kept.iter().map(|kept| &self.bytes[kept.clone()]);
        parts.extend(kept.map(Cow::from));
        // If git is configured to leave the checksum out, it stays out.
        let before = &self.bytes[self.bytes.len() - ID..];
        parts.push(if before == [0; ID] {
            before.into()
        } else {
            let mut sum = Sha1::new();
            parts.iter().for_each(|part| sum.update(part));
            sum.finalize().to_vec().into()
        });
        Some(parts)
    }

    /// The position of a path's entry, existing or new. `None` if git would refuse the
    /// path, or might.
    fn place(&self, path: &str) -> Option<usize> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-+ ".contains(&b);
        let strange = |part: &str| part.is_empty() || part.starts_with('.');
        if path.len() >= usize::from(LENGTH)
            || !path.bytes().all(plain)
            || path.split('/').any(strange)
        {
            return None;
        }
        let all = 0..self.len();
        let is_there = |at: usize, path: &[u8]| at < self.len() && self.path(at) == path;
        // A file in place of a folder, or the other way round.
        let mut folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        if folders.any(|f| is_there(self.from(f.as_bytes(), all.clone()), f.as_bytes())) {
            return None;
        }
        let inside = format!("{path}/");
        let first = self.from(inside.as_bytes(), all.clone());
        if first < self.len() && self.path(first).starts_with(inside.as_bytes()) {
            return None;
        }
        Some(self.from(path.as_bytes(), all))
    }
}

/// An entry with an empty stat, which callers do not need.
fn entry_of(path: &[u8], id: git2::Oid) -> Vec<u8> {
    let mut entry = vec![0; padded(FIXED + path.len())];
    entry[MODE].copy_from_slice(&mode::FILE.to_be_bytes());
    entry[OBJECT].copy_from_slice(id.as_bytes());
    // `place` checked that the length fits into the flags.
    let length = u16::try_from(path.len()).unwrap_or(LENGTH);
    entry[60..FIXED].copy_from_slice(&length.to_be_bytes());
    entry[FIXED..FIXED + path.len()].copy_from_slice(path);
    entry
}

/// The stat of a file that is not executable, each part cut to an entry's 32 bits, as git
/// does; `None` if the file is too large for that.
pub(in crate::repo) fn stat_of(file: &Metadata) -> Option<FileStat> {
    // The fields of git's `fill_stat_data`, in the order of the index's format.
    let cut = |number: u64| number as u32;
    let signed = |number: i64| number as u32;
    let numbers = [
        signed(file.ctime()),
        signed(file.ctime_nsec()),
        signed(file.mtime()),
        signed(file.mtime_nsec()),
        cut(file.dev()),
        cut(file.ino()),
        mode::FILE,
        file.uid(),
        file.gid(),
        u32::try_from(file.size()).ok()?,
    ];
    let mut stat = [0; OBJECT.start];
    for (at, number) in numbers.into_iter().enumerate() {
        stat[at * 4..][..4].copy_from_slice(&number.to_be_bytes());
    }
    Some(stat)
}
