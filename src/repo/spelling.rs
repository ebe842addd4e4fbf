//! Spellings of a path. A file system that ignores case, or the form of accents, leads
//! several of them to one file; git's index has one, and is searched by its bytes.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use unicode_normalization::UnicodeNormalization as _;

use super::object::mode;
use super::own_files::Tracked;
use super::{Finding, Repo, RepoError};
use crate::journal::Layout;
use crate::journal::layout::in_folder;
use crate::journal::settings::FILE;

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
        Self::looked_at(place).ok().flatten()
    }

    /// The same where the two are not one.
    ///
    /// # Errors
    /// It cannot be looked at.
    pub fn looked_at(place: &Path) -> Result<Option<Self>, RepoError> {
        match fs::symlink_metadata(place) {
            Ok(meta) => Ok(Some(Self {
                device: meta.dev(),
                inode: meta.ino(),
            })),
            Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                Ok(None)
            }
            Err(e) => Err(RepoError::io(place)(e)),
        }
    }
}

/// Whether two paths that lead to one file are spellings of one path, and not two names
/// that somebody gave to the file (hard links).
#[must_use]
pub fn are_spellings(place: &Path, path: &str, other: &str) -> bool {
    let names = fs::symlink_metadata(place).map_or(1, |meta| meta.nlink());
    // A file system may take more for alike than is known here.
    names <= 1 || is_alike(path, other)
}

/// The spelling of a path by which two are compared for a file system that ignores case
/// and the form of accents.
fn folded(path: &str) -> String {
    path.nfc().flat_map(char::to_lowercase).nfc().collect()
}

/// Whether such a file system may take two paths for one.
fn is_alike(a: &str, b: &str) -> bool {
    match a.is_ascii() && b.is_ascii() {
        true => a.eq_ignore_ascii_case(b),
        false => folded(a) == folded(b),
    }
}

/// The spellings of what is tracked in one folder, by the form in which such a file system
/// compares them.
pub(super) struct Spellings(HashMap<String, String>);

impl Spellings {
    /// Those of the tracked paths in `within`, which are below `folder`.
    pub(super) fn of(tracked: &Tracked, within: Range<usize>, folder: &str) -> Self {
        let parts = in_folder(folder, "x").matches('/').count() + 1;
        let mut found = HashMap::new();
        for at in within {
            if let Some(begin) = begin(tracked.path(at), parts) {
                let spelling = || begin.to_owned();
                found.entry(folded(begin)).or_insert_with(spelling);
            }
        }
        Self(found)
    }

    /// The spelling of what may be at a path, if it is not the path's own.
    fn other_than(&self, path: &str) -> Option<&String> {
        self.0.get(&folded(path)).filter(|other| *other != path)
    }
}

/// The first parts of a path.
fn begin(path: &[u8], parts: usize) -> Option<&str> {
    let path = std::str::from_utf8(path).ok()?;
    let end = path.match_indices('/').nth(parts - 1).map(|(at, _)| at);
    Some(&path[..end.unwrap_or(path.len())])
}

/// The other spelling that the first of the tracked paths at or below `wanted` has for it.
fn as_tracked<'p>(wanted: &str, mut paths: impl Iterator<Item = &'p [u8]>) -> Option<String> {
    let parts = wanted.matches('/').count() + 1;
    let is_other = |begin: &&str| *begin != wanted && is_alike(begin, wanted);
    let found = paths.find_map(|path| begin(path, parts).filter(is_other));
    found.map(str::to_owned)
}

/// A path as the folders on the way to it list their names; `None` if it is not there.
/// `listed` are the names in a folder, and `is_one` tells whether two paths lead to one
/// file.
fn as_listed(
    wanted: &str,
    listed: impl Fn(&str) -> Vec<String>,
    is_one: impl Fn(&str, &str) -> bool,
) -> Option<String> {
    let mut found = String::new();
    for part in wanted.split('/') {
        let names = listed(&found);
        let is_it = |name: &&String| is_one(&in_folder(&found, name), &in_folder(&found, part));
        let name = match names.iter().any(|name| name == part) {
            true => part,
            false => names.iter().find(is_it)?,
        };
        found = in_folder(&found, name);
    }
    Some(found)
}

/// A TOML string, in which accents are written by their numbers.
fn in_numbers(text: &str) -> String {
    let escaped = text.chars().map(|c| match c {
        ' '..='~' => c.to_string(),
        c => format!("\\u{:04X}", u32::from(c)),
    });
    format!("\"{}\"", escaped.collect::<String>())
}

impl Repo {
    /// The tracked path that a file system may take for this one: the path itself, one
    /// that differs in case or in the form of accents, or one that is the same file here.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn tracked_alike(&self, path: &str) -> Result<Option<String>, RepoError> {
        let mut found = self.all_tracked_alike(&[path])?;
        Ok(found.pop().flatten())
    }

    /// The same for each of several paths, in one walk over the index.
    ///
    /// # Errors
    /// The index cannot be read.
    pub fn all_tracked_alike(&self, paths: &[&str]) -> Result<Vec<Option<String>>, RepoError> {
        let index = self.index()?;
        let tracked = |path: &&str| index.has(path).then(|| (*path).to_owned());
        let mut found: Vec<Option<String>> = paths.iter().map(tracked).collect();
        if found.iter().all(Option::is_some) {
            return Ok(found);
        }
        let place = |path: &str| self.workdir().join(path);
        let here = |path: &&str| (FileId::at(&place(path)), place(path).is_symlink());
        let here: Vec<(Option<FileId>, bool)> = paths.iter().map(here).collect();
        for (tracked, mode, _) in index.all() {
            let Ok(tracked) = String::from_utf8(tracked) else {
                continue;
            };
            // Looked at only where it can be what is at a path: of one kind.
            let mut there = None;
            for ((path, (here, is_link)), found) in paths.iter().zip(&here).zip(&mut found) {
                let may_be_here = here.is_some() && *is_link == (mode == mode::LINK);
                let mut is_here = || {
                    may_be_here
                        && *there.get_or_insert_with(|| FileId::at(&place(&tracked))) == *here
                };
                if found.is_none() && (is_alike(&tracked, path) || is_here()) {
                    *found = Some(tracked.clone());
                }
            }
        }
        Ok(found)
    }

    /// A path as git has it: the path itself, unless the file system leads here from it to
    /// what git tracks in another spelling.
    pub(super) fn as_git_has(&self, path: &str) -> String {
        if !self.ignores_spelling() {
            return path.to_owned();
        }
        let path: String = match self.is_set("core.precomposeunicode") {
            true => path.nfc().collect(),
            false => path.to_owned(),
        };
        let tracked = self.tracked();
        let all = || 0..tracked.len();
        // What is new in a folder goes by the folder.
        let ends = path.match_indices('/').map(|(at, _)| at).rev();
        for end in std::iter::once(path.len()).chain(ends) {
            let (begin, rest) = path.split_at(end);
            if tracked.at(begin, all()).is_some() || !tracked.below(begin, all()).is_empty() {
                break;
            }
            if let Some(other) = self.other_spelling(&tracked, begin) {
                return other + rest;
            }
        }
        path
    }

    /// Spells paths as git has them, each once.
    pub fn spell_as_git_has(&self, paths: &mut BTreeSet<String>) {
        if self.ignores_spelling() {
            *paths = paths.iter().map(|path| self.as_git_has(path)).collect();
        }
    }

    /// The tracked spelling of a path that is not tracked as it is, if both are one here.
    fn other_spelling(&self, tracked: &Tracked, path: &str) -> Option<String> {
        let all = (0..tracked.len()).map(|at| tracked.path(at));
        let other = as_tracked(path, all)?;
        self.is_one_file(&other, path).then_some(other)
    }

    /// The same, of what is tracked in the path's own folder.
    pub(super) fn other_spelling_among(&self, there: &Spellings, path: &str) -> Option<String> {
        let other = there.other_than(path)?;
        self.is_one_file(other, path).then(|| other.clone())
    }

    fn is_one_file(&self, one: &str, other: &str) -> bool {
        let at = |path: &str| FileId::at(&self.workdir().join(path));
        at(one) == at(other)
    }

    /// A finding for each folder of the settings that git has in another spelling. Git's
    /// index and the settings are searched by their bytes: to a hook there would be no
    /// journal, and nothing would say so. Only where git found that the file system ignores
    /// case, or the form of accents, can that be.
    #[must_use]
    pub fn spelled_otherwise(&self, layout: &Layout) -> Vec<Finding> {
        if !self.ignores_spelling() {
            return Vec::new();
        }
        let tracked = self.tracked();
        let paths = || (0..tracked.len()).map(|at| tracked.path(at));
        let mut found = Vec::new();
        for (key, folder) in [
            ("journal", &layout.journal),
            ("wiki", &layout.wiki),
            ("ledger", &layout.ledger),
        ] {
            if folder == "." {
                continue;
            }
            let is_tracked = !tracked.below(folder, 0..tracked.len()).is_empty();
            let other = as_tracked(folder, paths()).or_else(|| {
                // The hooks stage the ledger as the settings spell it.
                let by_hand = !is_tracked && key != "ledger";
                by_hand.then(|| self.listed_as(folder)).flatten()
            });
            if let Some(other) = other.filter(|other| other != folder) {
                found.push(finding(key, folder, &other));
            }
        }
        found
    }

    /// A path of the work tree as git spells it.
    fn listed_as(&self, path: &str) -> Option<String> {
        let place = |path: &str| self.workdir().join(path);
        let names = |folder: &str| {
            let entries = fs::read_dir(place(folder)).into_iter().flatten().flatten();
            entries
                .filter_map(|e| e.file_name().into_string().ok())
                .collect()
        };
        let is_one = |a: &str, b: &str| {
            let one = FileId::at(&place(a));
            one.is_some() && one == FileId::at(&place(b))
        };
        let listed = as_listed(path, names, is_one)?;
        Some(match self.is_set("core.precomposeunicode") {
            true => listed.nfc().collect(),
            false => listed,
        })
    }

    /// Whether git found, when it made the repository, that the file system ignores case
    /// or the form of accents.
    pub(super) fn ignores_spelling(&self) -> bool {
        let asked = || self.is_set("core.ignorecase") || self.is_set("core.precomposeunicode");
        *self.caches.ignores_spelling.get_or_init(asked)
    }

    fn is_set(&self, key: &str) -> bool {
        let config = self.git.config();
        config
            .and_then(|config| config.get_bool(key))
            .unwrap_or(false)
    }
}

/// The finding for a folder's spelling in the settings.
fn finding(key: &str, folder: &str, other: &str) -> Finding {
    let looks_alike = folder.nfc().eq(other.nfc());
    let (is, value) = match looks_alike {
        true => ("with accents of another form".to_owned(), in_numbers(other)),
        false => (format!("as {other}"), format!("\"{other}\"")),
    };
    Finding::new(
        format!(
            "{folder}: git has this folder {is}, so that commits neither check nor \
             record anything below it"
        ),
        format!("put `{key} = {value}` in [paths] of {FILE}, then palimpsest init"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tracked(wanted: &str, paths: &[&str]) -> Option<String> {
        as_tracked(wanted, paths.iter().map(|path| path.as_bytes()))
    }

    #[test]
    fn another_spelling_of_a_tracked_folder_is_found() {
        let other = |wanted, path| tracked(wanted, &["README.md", path]);
        for (wanted, path, found) in [
            ("journal/md", "Journal/md/2031/a.md", Some("Journal/md")),
            ("journal/md", "journal/MD/a.md", Some("journal/MD")),
            ("journal/md", "journal/md/a.md", None),
            ("journal/md", "Journal/mdx/a.md", None),
            ("journal/md", "Journal/notes.md", None),
            ("diary", "Diary", Some("Diary")),
            ("B\u{fc}cher", "Bu\u{308}cher/a.md", Some("Bu\u{308}cher")),
            ("b\u{fc}cher", "BU\u{308}CHER/a.md", Some("BU\u{308}CHER")),
        ] {
            assert_eq!(other(wanted, path).as_deref(), found, "{wanted} {path}");
        }
        // One is enough where both are there.
        let both = ["Wiki/entries/b.md", "wiki/entries/a.md"];
        assert_eq!(
            tracked("wiki/entries", &both).as_deref(),
            Some("Wiki/entries")
        );
    }

    #[test]
    fn a_path_is_spelled_as_its_folders_list_it() {
        let is_one = |a: &str, b: &str| is_alike(a, b);
        let names = |folder: &str| -> Vec<String> {
            let names: &[&str] = match folder {
                "" => &["README.md", "Journal", "wiki"],
                "Journal" => &["md"],
                "wiki" => &["Entries", "entries"],
                _ => &[],
            };
            names.iter().map(|name| (*name).to_owned()).collect()
        };
        for (wanted, found) in [
            ("journal/md", Some("Journal/md")),
            ("Journal/md", Some("Journal/md")),
            ("wiki/entries", Some("wiki/entries")),
            ("journal/md/2031", None),
            ("diary", None),
        ] {
            let listed = as_listed(wanted, names, is_one);
            assert_eq!(listed.as_deref(), found, "{wanted}");
        }
    }

    #[test]
    fn spellings_that_look_alike_are_told_by_numbers() {
        let Finding { mend, .. } = finding("journal", "Tagebu\u{308}cher", "Tageb\u{fc}cher");
        assert!(mend.contains("journal = \"Tageb\\u00FCcher\""), "{mend}");
        let Finding { what, mend } = finding("wiki", "wiki/entries", "Wiki/entries");
        assert!(what.contains("as Wiki/entries"), "{what}");
        assert!(mend.contains("wiki = \"Wiki/entries\""), "{mend}");
    }
}
