//! Files of the work tree. Nothing outside it is read or written: a symbolic link is
//! skipped and reported.

use std::ffi::OsString;
use std::fs::{self, DirEntry, Metadata};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};

use super::beside::{Access, write_atomically};
use super::own_files::is_repository;
use super::{Repo, RepoError};
use crate::journal::is_dot_git;
use crate::journal::layout::in_folder;

/// A file as `stat` has it: whether it changed can be told without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkFile {
    /// From the top of the work tree, with `/`.
    pub path: String,
    /// In bytes.
    pub size: u64,
    /// When it was modified, in nanoseconds since 1970.
    pub mtime_ns: i64,
    /// When the file system last saw it change, in the same form; programs cannot set
    /// this.
    pub ctime_ns: i64,
    pub ino: u64,
}

impl WorkFile {
    /// A file that may be there and cannot be looked at. Nothing is known of it, so that it
    /// counts as changed at each look.
    #[must_use]
    pub const fn unreadable(path: String) -> Self {
        Self {
            path,
            size: 0,
            mtime_ns: i64::MAX,
            ctime_ns: i64::MAX,
            ino: 0,
        }
    }
}

/// The result of a walk over a folder, sorted by path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkFiles {
    pub files: Vec<WorkFile>,
    pub skipped: Vec<Skipped>,
}

/// Something in a folder that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skipped {
    /// A symbolic link, to a file or a folder.
    Symlink(String),
    /// A name that is not UTF-8, shown as well as it can be.
    NotUtf8(String),
    /// A name that some file systems take for that of a backup, or of a file of SQLite's
    /// beside the database.
    Alike(String),
    /// A file or a folder that may not be read, with why; see [`RepoError::unreadable`].
    Unreadable { path: String, why: String },
}

impl Skipped {
    /// Its path, shown as well as possible if it is not UTF-8.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Symlink(path) | Self::NotUtf8(path) | Self::Alike(path) => path,
            Self::Unreadable { path, .. } => path,
        }
    }
}

impl std::fmt::Display for Skipped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Symlink(path) => write!(f, "{path}: skipped, a symbolic link"),
            Self::NotUtf8(path) => write!(f, "{path}: skipped, its name is not UTF-8"),
            Self::Unreadable { path, why } => write!(f, "{path}: skipped, {why}"),
            Self::Alike(path) => write!(
                f,
                "{path}: skipped, its name may be that of the backups or of the database's files; rename it"
            ),
        }
    }
}

impl Repo {
    /// All files below a folder, also ignored ones, with their stat; those of another
    /// repository below it are not among them. A folder that is not there has none.
    ///
    /// # Errors
    /// A folder cannot be read.
    pub fn work_files(&self, folder: &str) -> Result<WorkFiles, RepoError> {
        let mut found = WorkFiles::default();
        if self.link_on_the_way(folder)? {
            found.skipped.push(Skipped::Symlink(folder.to_owned()));
            return Ok(found);
        }
        walk(&self.inside(folder)?, folder, &mut found)?;
        found.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(found)
    }

    /// The stat of one file; `None` if there is no such file.
    ///
    /// # Errors
    /// It is a symbolic link, or cannot be looked at.
    pub fn work_file(&self, path: &str) -> Result<Option<WorkFile>, RepoError> {
        Ok(self
            .place_and_metadata(path)?
            .1
            .map(|meta| work_file(path.to_owned(), &meta)))
    }

    /// The content of a file of the work tree; `None` if there is no such file.
    ///
    /// # Errors
    /// It is, or lies behind, a symbolic link, or cannot be read.
    pub fn read_work_file(&self, path: &str) -> Result<Option<Vec<u8>>, RepoError> {
        let (full, meta) = self.place_and_metadata(path)?;
        if meta.is_none() {
            return Ok(None);
        }
        match fs::read(&full) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(None),
            Err(e) => Err(RepoError::io(full)(e)),
        }
    }

    /// Writes a file of the work tree beside its place and renames it there, with
    /// the folders it needs; an existing file's permissions are kept.
    ///
    /// # Errors
    /// The place is, or lies behind, a symbolic link, or cannot be written.
    pub fn write_work_file(&self, path: &str, bytes: &[u8]) -> Result<(), RepoError> {
        let (full, meta) = self.place_and_metadata(path)?;
        write_atomically(
            &full,
            bytes,
            meta.map_or(Access::New, |m| Access::Kept(m.permissions())),
        )
    }

    /// The absolute path of an untracked file, such as the database. A symbolic link on
    /// the way is followed if it is this machine's own; a tracked link came with the
    /// repository and could lead anywhere.
    ///
    /// # Errors
    /// It is absolute or climbs out; a tracked link is, or lies, on the way.
    pub fn untracked_place(&self, path: &str) -> Result<PathBuf, RepoError> {
        let full = self.inside(path)?;
        if let Some(link) = self.first_link(path)?
            && let Some(tracked) = self.tracked_alike(&link)?
        {
            let pathspec = self.pathspec(&tracked);
            return Err(RepoError::TrackedLink {
                link: tracked,
                pathspec,
            });
        }
        Ok(full)
    }

    /// The absolute path of a path of the repository.
    ///
    /// # Errors
    /// It is absolute, climbs out or leads into a git directory.
    pub fn inside(&self, path: &str) -> Result<PathBuf, RepoError> {
        let plain = |c: Component<'_>| match c {
            Component::Normal(name) => !is_dot_git(&name.to_string_lossy()),
            Component::CurDir => true,
            _ => false,
        };
        if Path::new(path).components().all(plain) {
            Ok(self.workdir().join(path))
        } else {
            Err(self.outside(path.to_owned()))
        }
    }

    fn outside(&self, path: String) -> RepoError {
        let top = self.workdir().to_owned();
        RepoError::Outside { path, top }
    }

    /// The repository path of one that a person typed, relative to `from` or absolute;
    /// the file need not exist. On a file system that ignores case, or the form of accents,
    /// it comes as git has it.
    ///
    /// # Errors
    /// It is not inside the work tree.
    pub fn relative(&self, from: &Path, typed: &Path) -> Result<String, RepoError> {
        let outside = || self.outside(typed.display().to_string());
        let full = from.join(typed);
        // The folder may have been reached by a link (`/tmp` on macOS); the file must not be one.
        // What does not exist is below something that does.
        let real = |p: &Path| {
            let real = |above: &Path| {
                let found = fs::canonicalize(above).ok()?;
                Some(found.join(p.strip_prefix(above).ok()?))
            };
            p.ancestors().find_map(real).unwrap_or_else(|| p.to_owned())
        };
        let relative = match (full.parent(), full.file_name()) {
            (Some(parent), Some(name)) => real(parent).join(name),
            // It ends with `..`.
            _ => real(&full),
        };
        let relative = relative
            .strip_prefix(real(self.workdir()))
            .map_err(|_| outside())?;
        // A folder that does not exist keeps its `..`.
        if relative.components().any(|c| c == Component::ParentDir) {
            return Err(outside());
        }
        let relative = relative.to_str().ok_or_else(outside)?;
        Ok(self.as_git_has(relative))
    }

    /// Where a file is, and what it is if it is one.
    fn place_and_metadata(&self, path: &str) -> Result<(PathBuf, Option<Metadata>), RepoError> {
        let full = self.inside(path)?;
        // Mostly its folder was looked at already, and there is one look to be had.
        let folder = Path::new(path).parent().and_then(Path::to_str);
        let link = || RepoError::Symlink(path.to_owned());
        if self.link_on_the_way(folder.unwrap_or(path))? {
            return Err(link());
        }
        match fs::symlink_metadata(&full) {
            Ok(meta) if meta.is_symlink() => Err(link()),
            Ok(meta) => Ok((full, meta.is_file().then_some(meta))),
            Err(e) if is_absent(&e) => Ok((full, None)),
            Err(e) => Err(RepoError::io(full)(e)),
        }
    }

    /// Whether the path itself, or a folder on the way to it, is a symbolic link.
    fn link_on_the_way(&self, path: &str) -> Result<bool, RepoError> {
        Ok(self.first_link(path)?.is_some())
    }

    /// The first symbolic link on the way to a path, itself included. A folder is looked
    /// at once in a command.
    ///
    /// # Errors
    /// The path leaves the work tree, or cannot be looked at.
    pub fn first_link(&self, path: &str) -> Result<Option<String>, RepoError> {
        if self.caches.folders.borrow().contains(Path::new(path)) {
            return Ok(None);
        }
        let (mut walked, mut full) = (PathBuf::new(), self.workdir().to_owned());
        for part in Path::new(path).components() {
            walked.push(part);
            full.push(part);
            if self.caches.folders.borrow().contains(&walked) {
                continue;
            }
            match fs::symlink_metadata(&full) {
                Ok(meta) if meta.is_symlink() => {
                    return Ok(Some(walked.to_string_lossy().into_owned()));
                }
                Ok(meta) if meta.is_dir() => {
                    self.caches.folders.borrow_mut().insert(walked.clone());
                }
                Ok(_) => {}
                Err(e) if is_absent(&e) => return Ok(None),
                Err(e) => return Err(RepoError::io(full)(e)),
            }
        }
        Ok(None)
    }
}

/// The beginning of all names of unfinished files and folders, also of earlier versions.
pub const UNFINISHED_ALL: &str = ".palimpsest-";
/// The beginning of the name of a file that is being written.
pub const UNFINISHED: &str = ".palimpsest-unfinished-";
/// The beginning of the name of a folder into which a backup is unpacked.
pub const UNFINISHED_FOLDER: &str = ".palimpsest-restore-";

/// Whether there is no such file: also where none can be, by the length of its name.
fn is_absent(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename
    )
}

fn walk(dir: &Path, prefix: &str, found: &mut WorkFiles) -> Result<(), RepoError> {
    for (name, entry) in entries_of(dir)? {
        let Some(name) = name.to_str() else {
            let shown = in_folder(prefix, &name.to_string_lossy());
            found.skipped.push(Skipped::NotUtf8(shown));
            continue;
        };
        if is_dot_git(name) {
            continue;
        }
        let path = in_folder(prefix, name);
        match kind_of(&entry, &path, &mut found.skipped)? {
            Some(EntryKind::Folder) if !is_repository(&entry.path().join(".git")) => {
                walk(&entry.path(), &path, found)?;
            }
            Some(EntryKind::File(file)) => found.files.push(file),
            _ => {}
        }
    }
    Ok(())
}

/// An entry of a folder.
pub(super) enum EntryKind {
    File(WorkFile),
    Folder,
}

/// The entries of a folder, by name; none if it does not exist.
pub(super) fn entries_of(dir: &Path) -> Result<Vec<(OsString, DirEntry)>, RepoError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if is_absent(&e) => return Ok(Vec::new()),
        Err(e) => return Err(RepoError::io(dir)(e)),
    };
    let name = |entry: DirEntry| (entry.file_name(), entry);
    let entries = entries.map(|entry| entry.map(name));
    let mut entries = entries
        .collect::<Result<Vec<_>, _>>()
        .map_err(RepoError::io(dir))?;
    // Short names, so that there is little left to sort among all paths.
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    Ok(entries)
}

/// The kind of a folder's entry, without following a link; `None` for a link, a missing
/// entry, or one that is neither (a pipe).
pub(super) fn kind_of(
    entry: &DirEntry,
    path: &str,
    skipped: &mut Vec<Skipped>,
) -> Result<Option<EntryKind>, RepoError> {
    let meta = match entry.metadata() {
        Ok(meta) => meta,
        Err(e) if is_absent(&e) => return Ok(None),
        Err(e) => return Err(RepoError::io(entry.path())(e)),
    };
    Ok(if meta.is_symlink() {
        skipped.push(Skipped::Symlink(path.to_owned()));
        None
    } else if meta.is_dir() {
        Some(EntryKind::Folder)
    } else if meta.is_file() {
        Some(EntryKind::File(work_file(path.to_owned(), &meta)))
    } else {
        None
    })
}

fn work_file(path: String, meta: &Metadata) -> WorkFile {
    let ns = |seconds: i64, rest| seconds.saturating_mul(1_000_000_000).saturating_add(rest);
    WorkFile {
        path,
        size: meta.size(),
        mtime_ns: ns(meta.mtime(), meta.mtime_nsec()),
        ctime_ns: ns(meta.ctime(), meta.ctime_nsec()),
        ino: meta.ino(),
    }
}
