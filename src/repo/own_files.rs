//! The files of a folder that belong to this repository: not ignored by git, and not in
//! another repository below (a submodule, a linked work tree, or one of its own).
//!
//! Files in the index or HEAD are never ignored, so git is asked only for the others.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::path::Path;
use std::rc::Rc;

use super::index_file::IndexFile;
use super::object::mode;
use super::spelling::Spellings;
use super::work_tree::{EntryKind, WorkFile, WorkFiles, entries_of, kind_of};
use super::{ObjectId, Repo, RepoError, Skipped};
use crate::journal::is_dot_git;
use crate::journal::layout::{self, in_folder};

/// The entries of the index, sorted by path.
#[derive(Clone)]
pub(super) enum Tracked {
    Bytes(Rc<IndexFile>),
    /// For an index of another kind: path, mode, and whether the work tree leaves it out.
    Listed(Rc<Vec<(Vec<u8>, u32, bool)>>),
}

impl Tracked {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Bytes(index) => index.len(),
            Self::Listed(all) => all.len(),
        }
    }

    pub(super) fn path(&self, at: usize) -> &[u8] {
        match self {
            Self::Bytes(index) => index.path(at),
            Self::Listed(all) => &all[at].0,
        }
    }

    fn mode(&self, at: usize) -> u32 {
        match self {
            Self::Bytes(index) => index.entry(at).mode,
            Self::Listed(all) => all[at].1,
        }
    }

    /// Whether the work tree leaves the entry's file out on purpose.
    pub(super) fn is_left_out(&self, at: usize) -> bool {
        match self {
            Self::Bytes(index) => index.is_left_out(at),
            Self::Listed(all) => all[at].2,
        }
    }

    /// The number of the first entry in `within` whose path is not before `path`.
    fn from(&self, path: &[u8], within: Range<usize>) -> usize {
        let (mut low, mut high) = (within.start, within.end);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.path(middle) < path {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The entries below a folder.
    pub(super) fn below(&self, folder: &str, within: Range<usize>) -> Range<usize> {
        let first = self.from(format!("{folder}/").as_bytes(), within.clone());
        // `0` is the byte after the slash.
        first..self.from(format!("{folder}0").as_bytes(), first..within.end)
    }

    /// The same; all of them for the top of the work tree.
    pub(super) fn of_folder(&self, folder: &str, within: Range<usize>) -> Range<usize> {
        match folder {
            "." | "" => within,
            folder => self.below(folder, within),
        }
    }

    /// The mode at a path.
    pub(super) fn at(&self, path: &str, within: Range<usize>) -> Option<u32> {
        let at = self.from(path.as_bytes(), within.clone());
        (at < within.end && self.path(at) == path.as_bytes()).then(|| self.mode(at))
    }
}

/// A walk over folders, with the paths that git has yet to be asked about.
struct Walk<'r> {
    repo: &'r Repo,
    tracked: Tracked,
    head: Option<ObjectId>,
    /// Whether the file system leads to one file by several spellings of its path.
    ignores_spelling: bool,
    found: WorkFiles,
    /// Paths that may be ignored.
    unsure: Vec<(String, EntryKind)>,
    /// Whether a folder that may not be read is skipped.
    skips_unreadable: bool,
}

impl Repo {
    /// The files below a folder that belong to this repository or could be added to it,
    /// with their stat. A missing folder has none.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn own_files(&self, folder: &str) -> Result<WorkFiles, RepoError> {
        self.walk_own_files(folder, false)
    }

    /// The same, for a caller that can do without the files of a folder which may not be
    /// read: such a folder is among the skipped.
    ///
    /// # Errors
    /// A folder cannot be read for another reason.
    pub fn readable_own_files(&self, folder: &str) -> Result<WorkFiles, RepoError> {
        self.walk_own_files(folder, true)
    }

    fn walk_own_files(&self, folder: &str, skips_unreadable: bool) -> Result<WorkFiles, RepoError> {
        let mut walk = Walk {
            repo: self,
            tracked: self.tracked(),
            // Asked for folders alone that the index has lost: files are found without it.
            head: self.head().unwrap_or_default(),
            ignores_spelling: self.ignores_spelling(),
            found: WorkFiles::default(),
            unsure: Vec::new(),
            skips_unreadable,
        };
        match self.first_link(folder) {
            Ok(None) => {}
            Ok(Some(_)) => {
                walk.found.skipped.push(Skipped::Symlink(folder.to_owned()));
                return Ok(walk.found);
            }
            Err(error) => {
                walk.skip_unreadable(folder, error)?;
                return Ok(walk.found);
            }
        }
        let all = 0..walk.tracked.len();
        let below = walk.tracked.of_folder(folder, all);
        walk.folder(&self.inside(folder)?, folder, &below, true)?;
        // An ignored folder is not walked, so git is asked level by level.
        while !walk.unsure.is_empty() {
            let asked = std::mem::take(&mut walk.unsure);
            let ignored = walk.ignored(asked.iter().map(|(path, _)| path.as_str()))?;
            for (path, kind) in asked {
                match kind {
                    _ if ignored.contains(&path) && !walk.was_folder(&path) => {}
                    EntryKind::File(file) => walk.found.files.push(file),
                    EntryKind::Folder => {
                        walk.folder(&self.inside(&path)?, &path, &(0..0), false)?;
                    }
                }
            }
        }
        let files = &mut walk.found.files;
        files.sort_by(|a, b| a.path.cmp(&b.path));
        // Two names of one file that git has in another spelling.
        files.dedup_by(|a, b| a.path == b.path);
        Ok(walk.found)
    }

    /// The ones of `paths`, all below these folders, that do not belong to this
    /// repository.
    ///
    /// # Errors
    /// HEAD cannot be read.
    pub fn not_own(
        &self,
        paths: &BTreeSet<String>,
        folders: &[&str],
    ) -> Result<BTreeSet<String>, RepoError> {
        let head = self.head()?;
        // Most files are in HEAD, which is read anyway; the index is read for the others.
        let mut unsure: Vec<&String> = paths.iter().filter(|p| !self.has(head, p)).collect();
        let mut others = BTreeSet::new();
        if unsure.is_empty() {
            return Ok(others);
        }
        let tracked = self.tracked();
        let all = 0..tracked.len();
        unsure.retain(|path| tracked.at(path, all.clone()).is_none());
        unsure.retain(|path| {
            let above = path.match_indices('/').map(|(at, _)| &path[..at]);
            let mut below = above.filter(|a| folders.iter().any(|f| layout::below(a, f).is_some()));
            let is_other = below.any(|folder| {
                tracked.at(folder, all.clone()) == Some(mode::SUBMODULE)
                    || tracked.below(folder, all.clone()).is_empty()
                        && self
                            .inside(folder)
                            .is_ok_and(|f| is_repository(&f.join(".git")))
            });
            if is_other {
                others.insert((*path).clone());
            }
            !is_other
        });
        let ignored = self.ignored(unsure.iter().map(|p| p.as_str()))?;
        others.extend(ignored);
        Ok(others)
    }

    fn has(&self, head: Option<ObjectId>, path: &str) -> bool {
        matches!(self.blob_at(head, path), Ok(Some(_)))
    }

    /// The ignored ones of some untracked paths.
    ///
    /// # Errors
    /// Git fails: what it ignores is private perhaps, and must not get into the index.
    fn ignored<'p>(
        &self,
        paths: impl Iterator<Item = &'p str>,
    ) -> Result<BTreeSet<String>, RepoError> {
        self.ignored_by_how(paths, &[])
    }

    fn ignored_by_how<'p>(
        &self,
        paths: impl Iterator<Item = &'p str>,
        how: &[&str],
    ) -> Result<BTreeSet<String>, RepoError> {
        let input: String = paths.map(|path| format!("./{path}\0")).collect();
        if input.is_empty() {
            return Ok(BTreeSet::new());
        }
        // With `./` before it, git takes no path for a pattern.
        let args = ["--no-literal-pathspecs", "check-ignore", "-z", "--stdin"];
        let out = match self.run_git(&[&args, how].concat(), input.as_bytes()) {
            // None of them is.
            Err(RepoError::Command { code: Some(1), .. }) => Vec::new(),
            out => out?,
        };
        let out = String::from_utf8_lossy(&out);
        let names = out.split_terminator('\0');
        let names = names.map(|name| name.strip_prefix("./").unwrap_or(name));
        Ok(names.map(str::to_owned).collect())
    }
}

impl Walk<'_> {
    /// Skips a folder for which there was an error, if that is asked for and it may not be
    /// read.
    fn skip_unreadable(&mut self, folder: &str, error: RepoError) -> Result<(), RepoError> {
        let why = error.unreadable().filter(|_| self.skips_unreadable);
        let why = why.ok_or(error)?;
        self.found.skipped.push(Skipped::Unreadable {
            path: folder.to_owned(),
            why,
        });
        Ok(())
    }

    /// The ignored ones of some paths. For a caller that can do without some files HEAD says
    /// what is tracked where git's index cannot be read.
    fn ignored<'p>(
        &self,
        paths: impl Iterator<Item = &'p str> + Clone,
    ) -> Result<BTreeSet<String>, RepoError> {
        let ignored = self.repo.ignored(paths.clone());
        if ignored.is_ok() || !self.skips_unreadable || self.repo.damaged().is_empty() {
            return ignored;
        }
        let mut ignored = self.repo.ignored_by_how(paths, &["--no-index"])?;
        ignored.retain(|path| !self.repo.has(self.head, path));
        Ok(ignored)
    }

    /// Whether HEAD has a folder of which the index has no files any more.
    fn was_folder(&self, path: &str) -> bool {
        let found = self.head.map(|head| self.repo.in_tree(head, path));
        matches!(found, Some(Ok(Some((mode, _)))) if mode::is_folder(mode))
    }

    /// Walks a folder; `below` are its entries in the index.
    fn folder(
        &mut self,
        dir: &Path,
        prefix: &str,
        below: &Range<usize>,
        is_outermost: bool,
    ) -> Result<(), RepoError> {
        let entries = match entries_of(dir) {
            Ok(entries) => entries,
            Err(error) => return self.skip_unreadable(prefix, error),
        };
        // The spelling that git has for a path of the work tree, if it is not that one.
        let there = OnceCell::new();
        let other_spelling = |walk: &Self, path: &str| {
            if !walk.ignores_spelling {
                return None;
            }
            let of = || Spellings::of(&walk.tracked, below.clone(), prefix);
            walk.repo.other_spelling_among(there.get_or_init(of), path)
        };
        let has_git = || entries.iter().any(|(name, _)| name == ".git");
        if !is_outermost && below.is_empty() && has_git() && is_repository(&dir.join(".git")) {
            return Ok(());
        }
        for (name, entry) in entries {
            let Some(name) = name.to_str() else {
                let shown = in_folder(prefix, &name.to_string_lossy());
                self.found.skipped.push(Skipped::NotUtf8(shown));
                continue;
            };
            if is_dot_git(name) {
                continue;
            }
            let path = in_folder(prefix, name);
            let kind = match kind_of(&entry, &path, &mut self.found.skipped) {
                Ok(Some(kind)) => kind,
                Ok(None) => continue,
                // The folder may be listed and not entered: nothing in it can be looked at.
                Err(error) => return self.skip_unreadable(prefix, error),
            };
            match kind {
                EntryKind::Folder => {
                    let inside = self.tracked.below(&path, below.clone());
                    if !inside.is_empty() {
                        self.folder(&entry.path(), &path, &inside, false)?;
                    } else if self.tracked.at(&path, below.clone()) == Some(mode::SUBMODULE) {
                        // Another repository.
                    } else if let Some(other) = other_spelling(self, &path) {
                        let inside = self.tracked.below(&other, below.clone());
                        self.folder(&entry.path(), &other, &inside, false)?;
                    } else {
                        self.unsure.push((path, EntryKind::Folder));
                    }
                }
                EntryKind::File(file) => {
                    let is_tracked = self.tracked.at(&path, below.clone()).is_some()
                        || self.repo.has(self.head, &path);
                    if is_tracked {
                        self.found.files.push(file);
                    } else if let Some(path) = other_spelling(self, &path) {
                        self.found.files.push(WorkFile { path, ..file });
                    } else {
                        self.unsure.push((path, EntryKind::File(file)));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Whether a path is the `.git` of a repository: a folder, or a file that names one.
pub(super) fn is_repository(git: &Path) -> bool {
    match fs::symlink_metadata(git) {
        Ok(meta) if meta.is_dir() => git.join("HEAD").exists(),
        Ok(meta) if meta.is_file() => fs::read(git).is_ok_and(|b| b.starts_with(b"gitdir:")),
        _ => false,
    }
}
