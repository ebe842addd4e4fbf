//! Attributes by which git stores other bytes of a file than the work tree has: where
//! they may be named, and what they are. libgit2 is quick to ask, and does not know every
//! file that git reads.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use git2::{AttrCheckFlags, AttrValue};

use super::command::COMMAND_CONFIGURATION;
use super::{Repo, RepoError};

/// The files of attributes outside the work tree.
#[derive(Debug)]
pub(super) struct Elsewhere {
    pub files: BTreeSet<PathBuf>,
    /// Whether libgit2 reads just those that git reads.
    known: bool,
}

/// A variable of the environment that is set to something.
fn set(name: &str) -> Option<PathBuf> {
    let value = env::var_os(name).filter(|value| !value.is_empty());
    value.map(PathBuf::from)
}

/// Whether a file of configuration may name a file of attributes, itself or by another
/// file that it includes.
fn may_name_attributes(text: &[u8]) -> bool {
    let text = text.to_ascii_lowercase();
    let has = |word: &str| text.windows(word.len()).any(|w| w == word.as_bytes());
    has("attributesfile") || has("include")
}

/// The folders that a git in one of these folders of `PATH` was built for: that of its
/// `bin`, or above the folder of its own commands, which is first where git runs a hook.
fn built_for(folder: &Path) -> Option<&Path> {
    let above = folder.parent()?;
    match folder.file_name()?.to_str()? {
        "bin" => Some(above),
        "git-core" => above.parent(),
        _ => None,
    }
}

/// The files of attributes in what `git var -l` prints: of the system and of the user.
/// Git before 2.42 prints the configuration alone.
fn printed(out: &str) -> Vec<PathBuf> {
    let mut named = [None; 3];
    let keys = [
        "GIT_ATTR_SYSTEM=",
        "GIT_ATTR_GLOBAL=",
        "core.attributesfile=",
    ];
    for line in out.lines() {
        for (value, key) in named.iter_mut().zip(keys) {
            // The last one counts.
            *value = line.strip_prefix(key).or(*value);
        }
    }
    let [system, user, configured] = named;
    let files = [system, user.or(configured)].into_iter().flatten();
    let files = files.filter(|file| !file.is_empty());
    let at_home = |file: &str| Some(set("HOME")?.join(file.strip_prefix("~/")?));
    files
        .map(|file| at_home(file).unwrap_or_else(|| file.into()))
        .collect()
}

impl Repo {
    /// The attributes files outside the work tree.
    pub(super) fn attributes_elsewhere(&self) -> &Elsewhere {
        self.caches.attributes_elsewhere.get_or_init(|| {
            let is_there = |file: &PathBuf| fs::metadata(file).is_ok_and(|meta| meta.len() > 0);
            let existing = |files: Vec<PathBuf>| -> BTreeSet<PathBuf> {
                files.into_iter().filter(is_there).collect()
            };
            let mut files = existing(self.attributes_of_libgit2());
            let mut known = true;
            if self.may_have_others() {
                // A git that cannot say it leaves them unknown.
                let read = self.run_git(&["var", "-l"], b"").ok();
                let read = read.map(|out| existing(printed(&String::from_utf8_lossy(&out))));
                known = read.as_ref() == Some(&files);
                // Git before 2.42 does not print all of them.
                files.extend(read.into_iter().flatten());
            }
            files.insert(self.common_dir().join("info/attributes"));
            Elsewhere { files, known }
        })
    }

    /// The attributes files of the system and of the user that libgit2 reads.
    pub(super) fn attributes_of_libgit2(&self) -> Vec<PathBuf> {
        let configured = self.git.config();
        let configured = configured.and_then(|config| config.get_path("core.attributesFile"));
        let usual = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")));
        let usual = || usual.map(|dir| dir.join("git/attributes"));
        let mut files = vec![PathBuf::from("/etc/gitattributes")];
        files.extend(configured.ok().or_else(usual));
        files
    }

    /// Whether git may read other files of attributes than libgit2, which knows neither
    /// the variables that name git's configuration nor what another git was built for.
    /// Git is not started for most, who have neither.
    fn may_have_others(&self) -> bool {
        let is_named_by = |variable: &str| {
            let text = set(variable).map(|file| fs::read(file).unwrap_or_default());
            text.is_some_and(|text| may_name_attributes(&text))
        };
        let is_given = || COMMAND_CONFIGURATION.iter().any(|name| set(name).is_some());
        let is_another = || {
            let folders = env::var_os("PATH").unwrap_or_default();
            let folders: Vec<PathBuf> = env::split_paths(&folders).collect();
            let git = folders
                .iter()
                .map(|folder| folder.join("git"))
                .find(|git| git.is_file());
            let real = git.as_ref().and_then(|git| fs::canonicalize(git).ok());
            let gits = [git, real].into_iter().flatten();
            let mut built_for = gits.filter_map(|git| Some(built_for(git.parent()?)?.to_owned()));
            built_for.any(|folder| {
                let has = |file: &str| folder.join("etc").join(file).exists();
                has("gitconfig") || has("gitattributes")
            })
        };
        is_named_by("GIT_CONFIG_GLOBAL")
            || is_named_by("GIT_CONFIG_SYSTEM")
            || self.given_counts && is_given()
            || is_another()
    }

    /// The values of attributes, `true` and `false` for set and unset ones. Git is
    /// started only if libgit2 cannot read the index's form, or lacks a file of them.
    pub(super) fn said_of<const N: usize>(
        &self,
        path: &str,
        names: [&str; N],
    ) -> Result<[Option<String>; N], RepoError> {
        if !self.attributes_elsewhere().known {
            return self.said_by_git(path, names);
        }
        let flags = AttrCheckFlags::FILE_THEN_INDEX;
        let mut values = [const { None }; N];
        for (value, name) in values.iter_mut().zip(names) {
            let Ok(said) = self.git.get_attr(Path::new(path), name, flags) else {
                return self.said_by_git(path, names);
            };
            *value = match AttrValue::from_string(said) {
                AttrValue::True => Some("true".into()),
                AttrValue::False => Some("false".into()),
                AttrValue::String(value) => Some(value.to_owned()),
                AttrValue::Bytes(_) | AttrValue::Unspecified => None,
            };
        }
        Ok(values)
    }

    fn said_by_git<const N: usize>(
        &self,
        path: &str,
        names: [&str; N],
    ) -> Result<[Option<String>; N], RepoError> {
        let args = [&["check-attr", "-z"], &names[..], &["--", path]].concat();
        let out = self.run_git(&args, b"")?;
        let out = String::from_utf8_lossy(&out);
        let mut said = out.split('\0').skip(2).step_by(3);
        Ok(names.map(|_| match said.next() {
            None | Some("unspecified" | "") => None,
            Some("set") => Some("true".into()),
            Some("unset") => Some("false".into()),
            Some(value) => Some(value.to_owned()),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_that_git_prints_are_those_of_the_system_and_of_the_user() {
        let paths = |out: &str| printed(out);
        let [system, user] = ["/opt/etc/gitattributes", "/home/u/a"].map(PathBuf::from);
        let new = "core.attributesfile=~/a\nGIT_EDITOR=vi\n\
                   GIT_ATTR_SYSTEM=/opt/etc/gitattributes\nGIT_ATTR_GLOBAL=/home/u/a\n";
        assert_eq!(paths(new), [system, user.clone()]);
        let old = "core.attributesfile=/x\ncore.attributesfile=/home/u/a\nGIT_PAGER=less\n";
        assert_eq!(paths(old), [user]);
        assert!(paths("GIT_ATTR_SYSTEM=\nuser.name=core.attributesfile=/x\n").is_empty());
    }

    #[test]
    fn a_git_was_built_for_the_folder_of_its_bin() {
        let of = |folder: &'static str| built_for(Path::new(folder)).and_then(Path::to_str);
        assert_eq!(of("/opt/homebrew/bin"), Some("/opt/homebrew"));
        assert_eq!(of("/usr/local/libexec/git-core"), Some("/usr/local"));
        assert_eq!(of("/usr/lib/git-core"), Some("/usr"));
        assert_eq!(of("/home/u/wrappers"), None);
    }
}
