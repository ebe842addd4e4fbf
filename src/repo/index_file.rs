//! The index as bytes, if it is of the usual kind: version 2 or 3, nothing in conflict,
//! and only extensions known here. Any other kind is left to git.
//!
//! This takes a fraction of the time in which git starts and reads it. A written index
//! equals the old one byte for byte, apart from the staged paths.

mod put;

use std::cmp::Ordering;
use std::ops::Range;

pub(super) use put::{Put, With, stat_of};

use super::cache_tree::CacheTree;
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

    /// Whether the work tree leaves an entry's file out on purpose.
    pub(super) fn is_left_out(&self, at: usize) -> bool {
        let entry = &self.bytes[self.starts[at]..self.starts[at + 1]];
        flags_at(entry, 60) & EXTENDED != 0 && flags_at(entry, FIXED) & SKIP_WORKTREE != 0
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
