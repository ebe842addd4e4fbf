//! The index as bytes, if it is of the usual kind: version 2 or 3, nothing in conflict,
//! and only extensions known here. Any other kind is left to git.
//!
//! This takes a fraction of the time in which git starts and reads it. A written index
//! equals the old one byte for byte, apart from the staged paths.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fs::Metadata;
use std::ops::Range;
use std::os::unix::fs::MetadataExt;

use sha1::{Digest, Sha1};

use super::cache_tree::CacheTree;
use super::object::mode;
use super::objects::RawId;

/// Sizes in bytes: file header, object id (also the trailing checksum), entry up to its
/// path.
const HEADER: usize = 12;
pub(super) const ID: usize = size_of::<RawId>();
const FIXED: usize = 62;

/// The places of the mode and the id in an entry.
const MODE: Range<usize> = 24..28;
const OBJECT: Range<usize> = 40..60;

/// Flags of an entry: assume unchanged, more flags follow, and the length of its path,
/// whose maximum stands for any longer path.
const ASSUME_UNCHANGED: u16 = 0x8000;
const EXTENDED: u16 = 0x4000;
const STAGE: u16 = 0x3000;
const LENGTH: u16 = 0x0fff;
/// Extended flag: skip-worktree (sparse checkout).
const SKIP_WORKTREE: u16 = 0x4000;

/// A file of the index.
pub(super) struct IndexFile {
    bytes: Vec<u8>,
    version: u32,
    /// The start of each entry, and the end of the last.
    starts: Vec<usize>,
    pub(super) folders: Option<CacheTree>,
    /// The extensions that are kept unchanged.
    kept: Vec<Range<usize>>,
    /// Whether an extension must be updated when paths are staged, which is left to git.
    follows: bool,
}

/// An entry of the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct IndexEntry<'a> {
    pub path: &'a [u8],
    pub mode: u32,
    pub id: &'a RawId,
    /// Whether git compares the work tree's file in the usual way.
    plain: bool,
}

/// A change to put into an index.
#[derive(Debug, Clone, Copy)]
pub(super) enum Put<'a> {
    /// A file's new content, without a stat.
    Content(&'a str, git2::Oid),
    /// The stat of the work tree's file, which has the staged content.
    Stat(&'a str, git2::Oid, FileStat),
}

/// The stat of a file in an entry's form: times of change and modification, device and
/// inode, mode, owner and size.
pub(super) type FileStat = [u8; OBJECT.start];

/// An index with changes put in.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum With<'a> {
    /// Everything was staged before.
    Same,
    /// The new bytes in parts, most of them borrowed from the old index: joining them
    /// would take longer than writing them.
    Parts(Vec<Cow<'a, [u8]>>),
}

impl IndexFile {
    /// Reads an index; `None` if it is damaged, or not of the usual kind.
    pub(super) fn parse(bytes: Vec<u8>) -> Option<Self> {
        let end = bytes.len().checked_sub(ID)?;
        let version = number(&bytes, 4)?;
        if bytes.get(..4)? != b"DIRC" || !matches!(version, 2 | 3) {
            return None;
        }
        let count = usize::try_from(number(&bytes, 8)?).ok()?;
        // An entry has a path of at least one byte: a count that the file cannot hold
        // must not reserve memory.
        if count > end / (FIXED + 2) {
            return None;
        }
        let mut starts = Vec::with_capacity(count + 1);
        let mut at = HEADER;
        for _ in 0..count {
            starts.push(at);
            at = after_entry(&bytes[..end], at, version)?;
        }
        starts.push(at);
        let mut file = Self {
            bytes,
            version,
            starts,
            folders: None,
            kept: Vec::new(),
            follows: false,
        };
        while at < end {
            at = file.extension(at, end)?;
        }
        let sorted = file.is_sorted();
        (at == end && sorted).then_some(file)
    }

    /// Whether each path is after the one before.
    fn is_sorted(&self) -> bool {
        // No path is empty.
        let mut before: &[u8] = b"";
        (0..self.len()).all(|number| {
            let path = self.path(number);
            std::mem::replace(&mut before, path) < path
        })
    }

    /// Notes the extension at a place; returns the place after it.
    fn extension(&mut self, at: usize, end: usize) -> Option<usize> {
        let length = usize::try_from(number(&self.bytes, at + 4)?).ok()?;
        let (from, to) = (at + 8, at.checked_add(8)?.checked_add(length)?);
        let content = self.bytes[..end].get(from..to)?;
        match &self.bytes[at..at + 4] {
            b"TREE" => self.folders = Some(CacheTree::parse(content)?),
            // Conflicts before they were resolved.
            b"REUC" => self.kept.push(at..to),
            // Offsets for a reader with threads; they may be missing.
            b"EOIE" | b"IEOT" => {}
            // Untracked files, and data of a file system monitor.
            b"UNTR" | b"FSMN" => self.follows = true,
            _ => return None,
        }
        Some(to)
    }

    pub(super) const fn len(&self) -> usize {
        self.starts.len() - 1
    }

    pub(super) fn path(&self, number: usize) -> &[u8] {
        let entry = &self.bytes[self.starts[number]..self.starts[number + 1]];
        let flags = flags_at(entry, 60);
        let path = &entry[FIXED + if flags & EXTENDED == 0 { 0 } else { 2 }..];
        match flags & LENGTH {
            LENGTH => &path[..path.iter().position(|&b| b == 0).unwrap_or(path.len())],
            length => &path[..usize::from(length)],
        }
    }

    pub(super) fn entry(&self, at: usize) -> IndexEntry<'_> {
        let entry = &self.bytes[self.starts[at]..self.starts[at + 1]];
        let flags = flags_at(entry, 60);
        let more = match flags & EXTENDED {
            0 => 0,
            _ => flags_at(entry, FIXED),
        };
        IndexEntry {
            path: self.path(at),
            mode: number(entry, MODE.start).unwrap_or_default(),
            // An entry is longer.
            id: entry[OBJECT].first_chunk().unwrap_or(&[0; ID]),
            plain: flags & ASSUME_UNCHANGED == 0 && more & SKIP_WORKTREE == 0,
        }
    }

    /// The number of the first entry in `within` whose path is not before `path`.
    pub(super) fn from(&self, path: &[u8], within: Range<usize>) -> usize {
        let (mut low, mut high) = (within.start, within.end);
        while low < high {
            let middle = usize::midpoint(low, high);
            match self.path(middle).cmp(path) {
                Ordering::Less => low = middle + 1,
                _ => high = middle,
            }
        }
        low
    }

    /// The number of the first entry after those below a folder. `folder` ends with a
    /// slash, and the first entry of `within` is below it.
    pub(super) fn after(&self, folder: &[u8], within: Range<usize>) -> usize {
        // `0` is the byte after the slash.
        let mut after = folder.to_vec();
        after.pop();
        after.push(b'/' + 1);
        self.from(&after, within)
    }

    /// The index with these changes, as `git update-index` would make it; `None` if only
    /// git can tell.
    pub(super) fn with(&self, put: &[Put<'_>]) -> Option<With<'_>> {
        if self.follows {
            return None;
        }
        // New entries, by the number of the entry that each replaces or precedes.
        let mut news: Vec<(usize, bool, &str, Vec<u8>)> = Vec::new();
        let mut folders = self.folders.clone();
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
                    if let Some(folders) = &mut folders {
                        folders.forget(path.as_bytes());
                    }
                    news.push((at, there.is_some(), path, entry_of(path.as_bytes(), id)));
                }
                (Some(entry), Put::Stat(_, _, stat)) if is_it(&entry) => {
                    let mut bytes = self.bytes[self.starts[at]..self.starts[at + 1]].to_vec();
                    if bytes[..OBJECT.start] != stat {
                        bytes[..OBJECT.start].copy_from_slice(&stat);
                        news.push((at, true, path, bytes));
                    }
                }
                // Other content is staged.
                (_, Put::Stat(..)) => return None,
            }
        }
        if news.is_empty() {
            return Some(With::Same);
        }
        news.sort_by_key(|new| (new.0, new.2));
        if news.windows(2).any(|two| two[0].2 == two[1].2) {
            return None;
        }
        let added = news.iter().filter(|new| !new.1).count();
        let mut header = b"DIRC".to_vec();
        header.extend_from_slice(&self.version.to_be_bytes());
        header.extend_from_slice(&u32::try_from(self.len() + added).ok()?.to_be_bytes());
        let mut parts: Vec<Cow<'_, [u8]>> = vec![header.into()];
        let mut copied = HEADER;
        for (at, replaces, _, entry) in news {
            parts.push(self.bytes[copied..self.starts[at]].into());
            copied = self.starts[at + usize::from(replaces)];
            parts.push(entry.into());
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
        Some(With::Parts(parts))
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
pub(super) fn stat_of(file: &Metadata) -> Option<FileStat> {
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

/// The start of the next entry; `None` if the one at `at` is damaged, in conflict, or
/// only announced (`git add -N`).
fn after_entry(bytes: &[u8], at: usize, version: u32) -> Option<usize> {
    let entry = bytes.get(at..)?;
    let flags = flags_at(entry.get(..FIXED)?, 60);
    let mut fixed = FIXED;
    if flags & EXTENDED != 0 {
        fixed += 2;
        let more = flags_at(entry.get(..fixed)?, FIXED);
        if version < 3 || more & !SKIP_WORKTREE != 0 {
            return None;
        }
    }
    let length = match flags & LENGTH {
        LENGTH => entry.get(fixed..)?.iter().position(|&b| b == 0)?,
        length => usize::from(length),
    };
    let end = fixed + length;
    let ends = length > 0 && *entry.get(end)? == 0 && flags & STAGE == 0;
    let after = at + padded(end);
    (ends && after <= bytes.len()).then_some(after)
}

/// The length of an entry with its padding: one to eight NULs, up to a multiple of eight
/// bytes.
const fn padded(length: usize) -> usize {
    (length + 8) & !7
}

fn flags_at(entry: &[u8], at: usize) -> u16 {
    u16::from_be_bytes([entry[at], entry[at + 1]])
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}
