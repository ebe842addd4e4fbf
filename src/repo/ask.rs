//! Questions about paths that are best left to git.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::rebase_step::REBASE_FOLDERS;
use super::work_tree::{UNFINISHED, UNFINISHED_ALL, UNFINISHED_FOLDER};
use super::{ObjectId, Repo, RepoError};
use crate::journal::layout::BESIDE_DATABASE;

impl Repo {
    /// The value of an attribute at a path; `None` if it is unspecified.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn attribute(
        &self,
        name: &str,
        path: impl AsRef<OsStr>,
    ) -> Result<Option<String>, RepoError> {
        let args = ["check-attr", "-z", name, "--"].map(OsStr::new);
        let out = self.run_git(&[args.as_slice(), &[path.as_ref()]].concat(), b"")?;
        let out = String::from_utf8_lossy(&out);
        let value = out.split('\0').nth(2).unwrap_or_default();
        Ok((value != "unspecified").then(|| value.to_owned()))
    }

    /// The values of an attribute at paths, one for each.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn attributes(&self, name: &str, paths: &[&str]) -> Result<Vec<Option<String>>, RepoError> {
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let input = paths
            .iter()
            .flat_map(|path| [path, "\0"])
            .collect::<String>();
        let out = self.run_git(&["check-attr", "-z", "--stdin", name], input.as_bytes())?;
        let out = String::from_utf8_lossy(&out);
        // Path, name and value of each, with a NUL at their ends.
        let values = out.split('\0').skip(2).step_by(3).map(str::to_owned);
        Ok(values.map(|v| (v != "unspecified").then_some(v)).collect())
    }

    /// Whether git, after its filters, would store these bytes of a file as this object.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn is_stored_as(&self, path: &str, bytes: &[u8], id: ObjectId) -> Result<bool, RepoError> {
        let path = format!("--path={path}");
        let out = self.run_git(&["hash-object", &path, "--stdin"], bytes)?;
        Ok(String::from_utf8_lossy(&out).trim_end() == id.to_string())
    }

    /// Whether the repository has a remote.
    #[must_use]
    pub fn has_remote(&self) -> bool {
        self.git.remotes().is_ok_and(|names| !names.is_empty())
    }

    /// The index's paths at or below a path, also those in conflict.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn staged_below(&self, path: &str) -> Result<Vec<String>, RepoError> {
        let args = ["--literal-pathspecs", "ls-files", "-z", "--", path];
        let out = self.run_git(&args, b"")?;
        let names = String::from_utf8_lossy(&out);
        let names = names.split('\0').filter(|name| !name.is_empty());
        Ok(names.map(str::to_owned).collect())
    }

    /// Whether git ignores a path.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn is_ignored(&self, path: &str) -> Result<bool, RepoError> {
        match self.run_git(&["check-ignore", "-q", "--", path], b"") {
            Ok(_) => Ok(true),
            Err(RepoError::Command { code: Some(1), .. }) => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// The file whose line has git ignore a path, as git names it: a `.gitignore` comes
    /// before `info/exclude`.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn ignored_by(&self, path: &str) -> Result<Option<String>, RepoError> {
        match self.run_git(
            &["check-ignore", "-v", "-z", "--stdin"],
            format!("{path}\0").as_bytes(),
        ) {
            Ok(out) => {
                let source = out.split(|&b| b == 0).next().unwrap_or_default();
                Ok(Some(String::from_utf8_lossy(source).into_owned()))
            }
            Err(RepoError::Command { code: Some(1), .. }) => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Leftovers of killed processes: git's locks and `.merge_file_*`, and our temporary
    /// files, at the top of the work tree, below `folders` and in the git directory.
    /// Files that git tracks are not leftovers.
    ///
    /// # Errors
    /// A folder cannot be listed.
    pub fn leftovers(&self, folders: &[&str]) -> Result<Vec<PathBuf>, RepoError> {
        let mut left = Vec::new();
        // Backups are unpacked in the git directory: a folder elsewhere is not ours.
        let file_of_ours = |name: &str, dir: bool| !dir && ours(name, dir);
        let of_work_tree =
            |name: &str, dir: bool| !dir && (ours(name, dir) || name.starts_with(".merge_file_"));
        let of_git = |name: &str, dir| ours(name, dir) || name.ends_with(".lock");
        list(self.workdir(), false, &of_work_tree, &mut left)?;
        for folder in folders {
            list(&self.inside(folder)?, true, &file_of_ours, &mut left)?;
        }
        list(self.git_dir(), false, &of_git, &mut left)?;
        for folder in REBASE_FOLDERS.iter().chain(&["sequencer"]) {
            list(&self.git_dir().join(folder), true, &of_git, &mut left)?;
        }
        // The notes of a linked work tree.
        let here = self.git_dir().join("palimpsest");
        list(&here, true, &of_git, &mut left)?;
        let common = self.common_dir();
        list(common, false, &of_git, &mut left)?;
        for folder in ["refs", "logs", "palimpsest", "hooks"] {
            list(&common.join(folder), true, &of_git, &mut left)?;
        }
        if let Some(hooks) = self.hooks_folder()? {
            list(&hooks, false, &file_of_ours, &mut left)?;
        }
        left.sort();
        left.dedup();
        let of_work_tree = |path: &Path| Some(path.strip_prefix(self.workdir()).ok()?.to_owned());
        if left.iter().any(|path| of_work_tree(path).is_some()) {
            let index = self.index()?;
            left.retain(|path| {
                let path = of_work_tree(path);
                !path.is_some_and(|path| path.to_str().is_some_and(|path| index.has(path)))
            });
        }
        Ok(left)
    }

    /// How many loose objects there are, and their size in KiB.
    ///
    /// # Errors
    /// Git cannot count them.
    pub fn loose_objects(&self) -> Result<(u64, u64), RepoError> {
        let out = self.run_git(&["count-objects", "-v"], b"")?;
        let out = String::from_utf8_lossy(&out);
        let number = |name: &str| {
            let value = out.lines().find_map(|l| l.strip_prefix(name));
            value.and_then(|v| v.trim().parse().ok()).unwrap_or(0)
        };
        Ok((number("count:"), number("size:")))
    }
}

/// Whether this program gives such a name to an unfinished file or folder: a person may
/// have made others with the same beginning.
fn ours(name: &str, is_folder: bool) -> bool {
    let begin = match is_folder {
        true => UNFINISHED_FOLDER,
        false => UNFINISHED,
    };
    if let Some(by_chance) = name.strip_prefix(begin).and_then(by_chance) {
        return by_chance.bytes().all(|b| b.is_ascii_alphanumeric());
    }
    let earlier = name.strip_prefix(UNFINISHED_ALL).filter(|_| !is_folder);
    earlier.and_then(by_chance).is_some_and(is_no_word)
}

/// The random letters and digits in a name: at its end, or before the suffix of a file
/// that SQLite keeps beside a database.
fn by_chance(rest: &str) -> Option<&str> {
    let (by_chance, rest) = rest.split_at_checked(6)?;
    (rest.is_empty() || BESIDE_DATABASE.contains(&rest)).then_some(by_chance)
}

/// Whether letters and digits are so mixed that no person would type them (`Drafts`,
/// `notes2` and `myConf` are words). This recognises most leftovers of earlier versions.
fn is_no_word(by_chance: &str) -> bool {
    let kind = |b: &u8| (b.is_ascii_digit(), b.is_ascii_uppercase());
    let bytes = by_chance.as_bytes();
    let changes = bytes
        .windows(2)
        .filter(|two| kind(&two[0]) != kind(&two[1]));
    bytes.iter().all(u8::is_ascii_alphanumeric) && changes.count() >= 3
}

/// Adds the files and folders in `folder` that `is_left` accepts by name and kind; with
/// `below`, those in its subfolders, too. A missing folder has none, nor has one that may not be
/// read.
fn list(
    folder: &Path,
    below: bool,
    is_left: &dyn Fn(&str, bool) -> bool,
    left: &mut Vec<PathBuf>,
) -> Result<(), RepoError> {
    let found = match fs::read_dir(folder) {
        Ok(found) => found,
        // One that may not be read is no reason to look into no other.
        Err(e)
            if matches!(
                e.kind(),
                ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::PermissionDenied
            ) =>
        {
            return Ok(());
        }
        Err(e) => return Err(RepoError::io(folder)(e)),
    };
    for entry in found.flatten() {
        let name = entry.file_name();
        let is_folder = entry.file_type().is_ok_and(|t| t.is_dir());
        if is_left(&name.to_string_lossy(), is_folder) {
            left.push(entry.path());
        } else if below && name != ".git" && is_folder {
            list(&entry.path(), below, is_left, left)?;
        }
    }
    Ok(())
}
