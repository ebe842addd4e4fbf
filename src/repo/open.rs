//! Finding and opening a repository.

use std::cell::{OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;

use super::RepoError;
use super::attributes::Elsewhere;
use super::filters::Conversions;
use super::index_write::IndexRead;
use super::objects::Objects;
use super::parsed::Parsed;
use super::trees::Compared;

/// A repository with a work tree; for a linked work tree, that one.
pub struct Repo {
    pub(super) git: git2::Repository,
    workdir: PathBuf,
    /// The index that git is using: `GIT_INDEX_FILE` in a hook.
    pub(super) index_path: PathBuf,
    /// Whether the configuration that the environment gives counts (`git -c`), as for a
    /// hook or driver that git calls: true of each repository that is found by it
    /// ([`Repo::from_env`]), false where a person names a folder.
    pub(super) given_counts: bool,
    pub(super) caches: Caches,
}

/// What was read or worked out once, and is kept as long as the repository is open.
#[derive(Default)]
pub(super) struct Caches {
    pub objects: RefCell<Objects>,
    pub compared_last: RefCell<Option<Compared>>,
    /// Commits that were read.
    pub commits: RefCell<HashMap<git2::Oid, Rc<Parsed>>>,
    /// The folders that may hold loose objects, once they were asked for.
    pub object_folders: OnceCell<Vec<PathBuf>>,
    /// The index as it was read last.
    pub index_read: RefCell<Option<IndexRead>>,
    /// Folders of the work tree that are known not to be symbolic links, from its top.
    pub folders: RefCell<HashSet<PathBuf>>,
    /// Whether git converts line ends in a folder, as far as it was asked.
    pub converting: RefCell<HashMap<PathBuf, bool>>,
    /// Whether attributes are named for a folder that change more than line ends.
    pub others_named: RefCell<HashMap<PathBuf, bool>>,
    pub conversions: RefCell<Conversions>,
    /// The files of attributes outside the work tree, once they were asked for.
    pub attributes_elsewhere: OnceCell<Elsewhere>,
    /// `core.autocrlf` and `core.eol`, once they were asked for.
    pub core_line_ends: OnceCell<[Option<String>; 2]>,
    /// See [`Repo::ignores_spelling`]; each look would have libgit2 look at every file of
    /// configuration, twice.
    pub ignores_spelling: OnceCell<bool>,
}

impl Repo {
    /// The repository that `dir` is in. The environment does not count: a command that
    /// names a folder means that folder.
    ///
    /// # Errors
    /// No repository, a bare one, or one that cannot be opened.
    pub fn discover(dir: &Path) -> Result<Self, RepoError> {
        Self::of(around(dir), dir, None, false)
    }

    /// The repository of a folder given on the command line, or else the one that git
    /// uses here.
    ///
    /// # Errors
    /// No repository, a bare one, or one that cannot be opened.
    pub fn of_folder(dir: Option<&Path>) -> Result<Self, RepoError> {
        match dir {
            None if is_named() => {
                // A person's command is not part of a commit being made.
                let repo = Self::from_env()?.with_real_index();
                Ok(Self {
                    given_counts: false,
                    ..repo
                })
            }
            Some(dir) if !dir.is_dir() => Err(RepoError::NoFolder(dir.to_owned())),
            dir => Self::discover(dir.unwrap_or(Path::new("."))),
        }
    }

    /// The repository that git means: that of `GIT_DIR`, `GIT_WORK_TREE` and their like
    /// where they are set (in hooks of linked work trees), else the one around the current
    /// folder. Its index is that of `GIT_INDEX_FILE`, if set.
    ///
    /// # Errors
    /// No repository, a bare one, or one that cannot be opened.
    pub fn from_env() -> Result<Self, RepoError> {
        let here = env::current_dir().map_err(RepoError::io("."))?;
        let found = if is_named() {
            let opened = git2::Repository::open_from_env().or_else(|error| {
                // Git does not check the owner of a repository named by `GIT_DIR`, and takes
                // a relative GIT_WORK_TREE from here.
                let path = path_of(Command::new("git").args(["rev-parse", "--absolute-git-dir"]));
                path.map_or(Err(error), git2::Repository::open_bare)
            });
            opened.and_then(|git| {
                // libgit2 takes a relative GIT_WORK_TREE from the git directory,
                // and does not know that without one the current folder is meant.
                if let Some(top) = top_level() {
                    git.set_workdir(&top, false)?;
                }
                Ok(git)
            })
        } else {
            around(&here)
        };
        let index = env::var_os("GIT_INDEX_FILE").filter(|path| !path.is_empty());
        Self::of(found, &here, index.map(PathBuf::from), true)
    }

    fn of(
        found: Result<git2::Repository, git2::Error>,
        dir: &Path,
        index: Option<PathBuf>,
        given_counts: bool,
    ) -> Result<Self, RepoError> {
        // As git itself: a read checks zlib's sum, `git fsck` the hashes.
        git2::opts::strict_hash_verification(false);
        let git = found.map_err(|source| {
            RepoError::open(dir, source, |of| {
                let mut git = Command::new("git");
                git.args(["rev-parse", &format!("--show-{of}-format")]);
                path_of(git.current_dir(dir))?
                    .into_os_string()
                    .into_string()
                    .ok()
            })
        })?;
        let Some(workdir) = git.workdir().map(Path::to_owned) else {
            return Err(RepoError::Bare(git.path().to_owned()));
        };
        if let Some(key) = promisor(&git) {
            return Err(RepoError::partial(
                workdir.components().as_path(),
                format!("it is a partial clone ({key})"),
            ));
        }
        // Git takes it from the top of the work tree, wherever it is called.
        let index = index.map(|path| workdir.join(path));
        let index_path = index.unwrap_or_else(|| git.path().join("index"));
        Ok(Self {
            git,
            workdir,
            index_path,
            given_counts,
            caches: Caches::default(),
        })
    }

    /// The same repository with its own index, not that of `GIT_INDEX_FILE`.
    #[must_use]
    pub fn with_real_index(mut self) -> Self {
        self.index_path = self.git.path().join("index");
        self.caches.index_read = RefCell::default();
        self
    }

    /// Whether the index is the temporary one of `git commit FILE`. The real index is
    /// locked then, and keeps its entries for other paths.
    #[must_use]
    pub fn index_is_temporary(&self) -> bool {
        self.index_path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("next-index-"))
    }

    /// Whether what is staged stays staged if this commit is given up: git then drops the
    /// index that it made for `git commit -a` or `git commit FILE`.
    #[must_use]
    pub fn index_stays(&self) -> bool {
        self.index_path
            .file_name()
            .is_some_and(|name| name == "index")
    }

    /// The top of the work tree, absolute.
    #[must_use]
    pub fn workdir(&self) -> &Path {
        &self.workdir
    }

    /// The git directory, absolute: of the linked work tree, if it is one.
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        self.git.path()
    }

    /// Whether history is cut off (`git clone --depth`).
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        self.git.is_shallow()
    }

    /// The git directory that all linked work trees share.
    #[must_use]
    pub fn common_dir(&self) -> &Path {
        self.git.commondir()
    }
}

/// Whether the environment names a repository, or the work tree of the one around.
fn is_named() -> bool {
    ["GIT_DIR", "GIT_WORK_TREE"]
        .iter()
        .any(|name| env::var_os(name).is_some())
}

/// The repository around a folder.
fn around(dir: &Path) -> Result<git2::Repository, git2::Error> {
    // Not the git directory alone: what names it has a say in where the work tree is.
    let no_ceiling: [&OsStr; 0] = [];
    let across = git2::RepositoryOpenFlags::CROSS_FS;
    let git = match git2::Repository::open_ext(dir, across, no_ceiling) {
        Err(error) if error.code() == git2::ErrorCode::Owner => {
            let git = trusted_by_git(dir).ok_or(error)?;
            return match is_around(&git, dir) {
                true => git2::Repository::open_bare(git.path()),
                false => Ok(git),
            };
        }
        opened => opened?,
    };
    if is_around(&git, dir) {
        return git2::Repository::open_bare(git.path());
    }
    if let Some(top) = around_a_link(&git, dir) {
        git.set_workdir(&top, false)?;
    }
    Ok(git)
}

/// Whether the git directory is a folder around `dir` that is not named `.git`: a bare
/// repository, or a folder of its form in somebody's work tree. What is tracked can have
/// that form, and a configuration that names a work tree and programs for git to run; in
/// a folder named `.git` it cannot be, nor in `modules` or `worktrees` there, where git
/// keeps those of submodules. So such a one is as good as bare, whatever it says.
fn is_around(git: &git2::Repository, dir: &Path) -> bool {
    let (Ok(git), Ok(dir)) = (fs::canonicalize(git.path()), fs::canonicalize(dir)) else {
        return false;
    };
    dir.starts_with(&git) && !is_kept_by_git(&git)
}

/// Whether git itself makes a git directory at this path: as `.git`, or below it.
fn is_kept_by_git(git: &Path) -> bool {
    let mut parts = git.components().map(|part| part.as_os_str());
    while parts.by_ref().any(|part| part == ".git") {
        let next = parts.clone().next();
        if next.is_none_or(|next| next == "modules" || next == "worktrees") {
            return true;
        }
    }
    false
}

/// Another user's repository, if git trusts it: libgit2 does not read every form and
/// place of `safe.directory`. Git's answer replaces libgit2's check, which is skipped by
/// opening the git directory itself.
fn trusted_by_git(dir: &Path) -> Option<git2::Repository> {
    let ask = |which| {
        let mut git = Command::new("git");
        // Git trusts whatever these name.
        git.env_remove("GIT_DIR").env_remove("GIT_WORK_TREE");
        path_of(git.args(["rev-parse", which]).current_dir(dir))
    };
    let git = git2::Repository::open_bare(ask("--absolute-git-dir")?).ok()?;
    let top = ask("--show-toplevel")?;
    git.set_workdir(&top, false).ok()?;
    Some(git)
}

/// The top of the work tree where its `.git` is a symbolic link: libgit2 takes the
/// folder around what the link leads to, git the one around the link.
fn around_a_link(git: &git2::Repository, dir: &Path) -> Option<PathBuf> {
    let dir = env::current_dir().ok()?.join(dir);
    let has_git = |top: &&Path| top.join(".git").symlink_metadata().is_ok();
    let top = dir.ancestors().find(has_git)?;
    let link = top.join(".git");
    if !link.is_symlink() || fs::canonicalize(link).ok()? != fs::canonicalize(git.path()).ok()? {
        return None;
    }
    let is_elsewhere = git.config().ok()?.get_entry("core.worktree").is_ok();
    if is_elsewhere {
        return None;
    }
    fs::canonicalize(top).ok()
}

/// The configuration key that makes this a partial clone, if it is one: git fetches
/// missing objects one by one, libgit2 cannot.
fn promisor(git: &git2::Repository) -> Option<String> {
    let config = git.config().ok()?;
    let entries = config.entries(Some(r"^remote\..*\.promisor$")).ok()?;
    let mut found = None;
    // The last value of a key decides, so all are looked at.
    let _ = entries.for_each(|entry| {
        let name = entry.name().unwrap_or_default();
        if found.is_none() && config.get_bool(name).unwrap_or(false) {
            found = Some(name.to_owned());
        }
    });
    found
}

/// The top of the work tree according to git, in this environment.
fn top_level() -> Option<PathBuf> {
    path_of(Command::new("git").args(["rev-parse", "--show-toplevel"]))
}

/// The path that a git command prints, if it succeeds.
fn path_of(git: &mut Command) -> Option<PathBuf> {
    let output = git.stderr(Stdio::null()).output().ok()?;
    let path = output.stdout.strip_suffix(b"\n")?;
    if !output.status.success() {
        return None;
    }
    (!path.is_empty()).then(|| PathBuf::from(OsStr::from_bytes(path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_a_clone_is_not_kept_by_git_wherever_the_clone_is() {
        for (path, is_kept) in [
            ("/home/orla/journal/.git", true),
            ("/home/orla/journal/.git/modules/notes", true),
            ("/home/orla/.git/journal/.git", true),
            ("/home/orla/.git/journal/tracked", false),
            ("/home/orla/journal/tracked", false),
        ] {
            assert_eq!(is_kept_by_git(Path::new(path)), is_kept, "{path}");
        }
    }
}
