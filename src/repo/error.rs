//! The errors of the git edge.

use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::Access;

use super::{Finding, ObjectId, shell_path};

/// An error of the git edge, with the path or object it is about.
#[derive(Debug, thiserror::Error)]
pub enum RepoError {
    #[error("{dir}: no git repository here or above; run `git init` first, or go to the journal's folder", dir = .0.display())]
    NoRepository(PathBuf),
    #[error("{dir}: no such folder", dir = .0.display())]
    NoFolder(PathBuf),
    #[error("{dir}: a bare repository, or a folder of its form, has no work tree; run this in a clone of it, or in one of its work trees (one that you put inside of it counts where `GIT_DIR` names the repository)", dir = .0.display())]
    Bare(PathBuf),
    #[error("{dir}: cannot open this repository: {source}", dir = dir.display())]
    Open { dir: PathBuf, source: git2::Error },
    #[error(
        "{path}: this repository is another user's; if you trust it: \
         `git config --global --add safe.directory {word}`", word = shell_path(path)
    )]
    Owner { path: String },
    /// A repository format that libgit2 does not know; git itself works there.
    #[error("{dir}: Palimpsest cannot read this repository: {what}; {mend}", dir = dir.display())]
    Unsupported {
        dir: PathBuf,
        what: String,
        mend: &'static str,
    },
    #[error("cannot read object {id}: {source}")]
    Object { id: ObjectId, source: git2::Error },
    #[error("cannot {what}: {source}")]
    Git {
        what: &'static str,
        source: git2::Error,
    },
    #[error("{path}: cannot read the index: {source}; `palimpsest doctor` says what mends it", path = path.display())]
    Index { path: PathBuf, source: git2::Error },
    #[error("{path}: {source}{}", after(mend.as_deref()), path = path.display())]
    Io {
        path: PathBuf,
        source: io::Error,
        /// What gives this user the permission that is missing, if that is all.
        mend: Option<String>,
    },
    #[error(
        "{0}: a symbolic link; expected a file of its own, so that nothing outside the repository is read or written"
    )]
    Symlink(String),
    #[error(
        "{link}: a symbolic link that git tracks, so that it could lead anywhere, and is not \
         followed; if you made it, `git rm --cached {pathspec}` and have git ignore it, else `git \
         rm {pathspec}`"
    )]
    TrackedLink { link: String, pathspec: String },
    #[error(
        "{name}: tracked by git and no database of Palimpsest's, so it is left as it is; \
         `git rm --cached {pathspec}`, or name another file in palimpsest.toml (`database` in [paths])"
    )]
    NoDatabase { name: String, pathspec: String },
    #[error(
        "{name}: tracked by git, and SQLite would take it for the database's journal, so the \
         database is not opened; `git rm {pathspec}`, or name another file in palimpsest.toml \
         (`database` in [paths])"
    )]
    BesideDatabase { name: String, pathspec: String },
    #[error(
        "{path}: {what} is locked by {holder} for more than {seconds} s; wait until it is \
         done, or end it, and run the command again", path = path.display()
    )]
    Locked {
        path: PathBuf,
        what: &'static str,
        holder: String,
        /// The time waited.
        seconds: u64,
    },
    #[error(
        "{path}: not a path inside the repository; expected one in {top}, and in no `.git`",
        top = top.display()
    )]
    Outside { path: String, top: PathBuf },
    #[error("{archive}: {at}: {what}; nothing was changed", archive = archive.display())]
    Archive {
        archive: PathBuf,
        /// The member, or another place in the archive.
        at: String,
        what: String,
    },
    /// A filter of somebody's, or an encoding; see gitattributes(5).
    #[error(
        "{path}: git cannot convert it: {reason}; mend the filter or the encoding that its \
         attributes name"
    )]
    Conversion { path: String, reason: String },
    #[error("cannot run git: {0}; expected it in PATH")]
    NoGit(io::Error),
    #[error("`git {command}` failed: {}", on_one_line(stderr))]
    Command {
        command: String,
        /// The exit code; `None` if a signal ended git.
        code: Option<i32>,
        stderr: String,
    },
}

/// The advice for a repository of another object format: git cannot convert one.
const OTHER_FORMAT: &str = "git merges here as it does without Palimpsest; for a journal that uses \
                            it, make a new repository: `git init --object-format=sha1 FOLDER`";
/// The same where the branches are in a reftable as well, as in new repositories of git
/// 3.0.
const OTHER_FORMAT_AND_REFS: &str = "git merges here as it does without Palimpsest; for a journal that uses it, make a new \
     repository: `git init --object-format=sha1 --ref-format=files FOLDER`";

/// The advice for a partial clone.
const NOT_WHOLE: &str = "it has to hold all of its objects: clone it again without `--filter`";

/// What gives this user the permission to use a path that was denied, as far as the modes of
/// files and folders decide.
#[must_use]
pub fn permission_for(path: &Path, error: &io::Error) -> Option<String> {
    if error.kind() != io::ErrorKind::PermissionDenied {
        return None;
    }
    // In a folder that may not be entered, nothing can be looked at.
    let is_seen = |path: &&Path| path.symlink_metadata().is_ok();
    let at = path.ancestors().find(is_seen).unwrap_or(path);
    let (to_read, is_dir) = match at.is_dir() {
        true => (Access::READ_OK | Access::EXEC_OK, true),
        false => (Access::READ_OK, false),
    };
    let denies = |path: &Path, what| rustix::fs::access(path, what).is_err();
    // A file is written beside its place and renamed.
    let folder = if is_dir {
        at
    } else {
        at.parent().unwrap_or(at)
    };
    let is_read_only = |at: &&Path| denies(at, Access::WRITE_OK);
    let (at, mode) = match [folder, at].into_iter().find(is_read_only) {
        _ if denies(at, to_read) => (at, if is_dir { "u+rx" } else { "u+r" }),
        Some(at) => (at, "u+w"),
        // By the modes it could be used: the system has other rules as well.
        None => return Some(format!("let this user read and write {}", at.display())),
    };
    let at = shell_path(&at.to_string_lossy());
    Some(format!(
        "`chmod {mode} {at}`, or `chown` it if it is another user's"
    ))
}

/// The same for a file that is to be written, if its folder denies that.
#[must_use]
pub fn permission_to_write(path: &Path) -> Option<String> {
    let writes = Access::WRITE_OK | Access::EXEC_OK;
    let denied = rustix::fs::access(path.parent()?, writes).err()?;
    permission_for(path, &denied.into())
}

/// Advice as it stands behind a message; nothing without one.
#[must_use]
pub fn after(mend: Option<&str>) -> String {
    mend.map_or_else(String::new, |mend| format!("; {mend}"))
}

/// What git said, which may be several lines.
fn on_one_line(stderr: &str) -> String {
    let lines = stderr.lines().filter(|line| !line.trim().is_empty());
    lines.collect::<Vec<_>>().join("; ")
}

/// The folder that git compares with `safe.directory`: the top of the work tree around
/// `dir`, whichever of it, its `.git` and the git directory is the other user's and `named`
/// in libgit2's message. A bare repository is its own.
fn trusted_as(dir: &Path, named: PathBuf) -> PathBuf {
    let Ok(dir) = dir.canonicalize() else {
        return named;
    };
    let has_git = |top: &&Path| top.join(".git").symlink_metadata().is_ok();
    if dir.starts_with(&named) && !has_git(&named.as_path()) {
        return named;
    }
    let top = dir.ancestors().find(has_git).map(Path::to_owned);
    top.unwrap_or(named)
}

/// What is the matter with an object that cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble<'a> {
    Missing,
    Damaged(&'a str),
}

impl RepoError {
    /// The message without line ends, which a name in it may have.
    #[must_use]
    pub fn on_one_line(&self) -> String {
        self.to_string().replace('\n', " ")
    }

    /// Whether it is for a database that is not opened, for what git tracks.
    #[must_use]
    pub const fn refuses_database(&self) -> bool {
        matches!(self, Self::NoDatabase { .. } | Self::BesideDatabase { .. })
    }

    /// Whether it is of what git has: an object, its index, a branch, or what it was asked.
    #[must_use]
    pub const fn is_of_git(&self) -> bool {
        matches!(
            self,
            Self::Object { .. } | Self::Index { .. } | Self::Git { .. } | Self::Command { .. }
        )
    }

    /// For a file or folder that may not be read: why, and what makes it readable.
    #[must_use]
    pub fn unreadable(&self) -> Option<String> {
        let Self::Io {
            source,
            mend: Some(mend),
            ..
        } = self
        else {
            return None;
        };
        Some(format!("it may not be read: {source}; {mend}"))
    }

    /// For a file or folder that may not be read or written: that, and what gives the
    /// permission.
    #[must_use]
    pub fn denied(&self) -> Option<Finding> {
        let Self::Io {
            path,
            source,
            mend: Some(mend),
        } = self
        else {
            return None;
        };
        Some(Finding::new(format!("{}: {source}", path.display()), mend))
    }

    /// The object that an error is about, and what is the matter with it.
    #[must_use]
    pub fn object(&self) -> Option<(ObjectId, Trouble<'_>)> {
        let Self::Object { id, source } = self else {
            return None;
        };
        let trouble = match source.code() {
            git2::ErrorCode::NotFound => Trouble::Missing,
            _ => Trouble::Damaged(source.message()),
        };
        Some((*id, trouble))
    }

    /// The error for a partial clone; `what` tells how it was recognised.
    pub(super) fn partial(dir: &Path, what: String) -> Self {
        Self::Unsupported {
            dir: dir.to_owned(),
            what,
            mend: NOT_WHOLE,
        }
    }

    /// The error for a repository that could not be opened. `format` asks git for the
    /// format of its `object`s or its `ref`s.
    pub(super) fn open(
        dir: &Path,
        source: git2::Error,
        format: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let dir = dir.to_owned();
        if source.code() == git2::ErrorCode::NotFound {
            return Self::NoRepository(dir);
        }
        let message = source.message();
        if source.code() == git2::ErrorCode::Owner {
            let path = message
                .split_once('\'')
                .and_then(|(_, rest)| rest.rsplit_once('\''));
            let path = path.map_or_else(|| dir.clone(), |(path, _)| path.into());
            let path = trusted_as(&dir, path).display().to_string();
            return Self::Owner { path };
        }
        let (what, mend) = if let Some(format) = message.strip_prefix("unknown object format ") {
            let what = format!("its object format is {format}, expected 'sha1'");
            (what, OTHER_FORMAT)
        } else if let Some(name) = message.strip_prefix("unsupported extension name ") {
            let is_refs = name.eq_ignore_ascii_case("extensions.refstorage");
            // libgit2 names what it comes to first, and that can be mended.
            let objects = is_refs.then(|| format("object")).flatten();
            if let Some(objects) = objects.filter(|format| format != "sha1") {
                return Self::Unsupported {
                    dir,
                    what: format!("its object format is '{objects}', expected 'sha1'"),
                    mend: OTHER_FORMAT_AND_REFS,
                };
            }
            let mend = match name.to_ascii_lowercase().as_str() {
                "extensions.refstorage" if format("ref").as_deref() == Some("files") => {
                    "its branches are files, as they have to be, so that it need not say so: \
                     `git config --unset extensions.refStorage`"
                }
                "extensions.refstorage" => {
                    "branches have to be files: `git refs migrate --ref-format=files`, or, where \
                     git refuses that for its reflogs, `git clone --ref-format=files`"
                }
                "extensions.partialclone" => NOT_WHOLE,
                _ => "git merges here as it does without Palimpsest",
            };
            (format!("it has {name}, which is not known"), mend)
        } else {
            return Self::Open { dir, source };
        };
        Self::Unsupported { dir, what, mend }
    }

    pub(crate) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| {
            let mend = permission_for(&path, &source);
            Self::Io { path, source, mend }
        }
    }

    pub(super) fn git(what: &'static str) -> impl FnOnce(git2::Error) -> Self {
        move |source| Self::Git { what, source }
    }
}
