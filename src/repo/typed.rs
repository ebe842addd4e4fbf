//! The paths in commands that messages name, as they work where a person stands.

use std::fs;
use std::path::{Path, PathBuf};

use super::Repo;

impl Repo {
    /// A path of the repository for a git command that a message names (`add`,
    /// `checkout`, `commit`, `restore`, `rm`): short at the top of the work tree, and in
    /// a folder of it from the top, where git would look for it in that folder.
    #[must_use]
    pub fn pathspec(&self, path: &str) -> String {
        pathspec(path, self.up().is_none())
    }

    /// A path of the repository as other programs find it from where a person stands.
    #[must_use]
    pub fn from_here(&self, path: &str) -> String {
        match self.up() {
            None => shell_path(path),
            Some(up) => shell_path(&format!("{up}/{path}")),
        }
    }

    /// `git` for a command that takes its paths from the top alone.
    #[must_use]
    pub fn git_at_top(&self) -> String {
        match self.up() {
            None => "git".to_owned(),
            Some(up) => format!("git -C {up}"),
        }
    }

    /// The command that leads to the top, where the paths of the commands that a message
    /// names are; `None` where they work as they are, in the work tree.
    #[must_use]
    pub fn way_to_top(&self) -> Option<String> {
        let top = self.workdir().components().as_path().to_string_lossy();
        let is_elsewhere = self.standing().is_none();
        is_elsewhere.then(|| format!("cd {}", shell_path(&top)))
    }

    /// The way from where a person stands to the top: `../..`; `None` at the top itself,
    /// and outside of the work tree.
    fn up(&self) -> Option<String> {
        way_up(&self.standing()?)
    }

    /// The folder that a person stands in, from the top; `None` outside of the work tree.
    pub(super) fn standing(&self) -> Option<PathBuf> {
        // Git starts hooks at the top, and says so where it was called itself.
        if let Some(prefix) = std::env::var_os("GIT_PREFIX").filter(|p| !p.is_empty()) {
            return Some(prefix.into());
        }
        let top = fs::canonicalize(self.workdir()).ok()?;
        let here = fs::canonicalize(std::env::current_dir().ok()?).ok()?;
        here.strip_prefix(top).ok().map(Path::to_owned)
    }
}

fn way_up(folder: &Path) -> Option<String> {
    let up: Vec<&str> = folder.components().map(|_| "..").collect();
    (!up.is_empty()).then(|| up.join("/"))
}

fn pathspec(path: &str, at_top: bool) -> String {
    match at_top {
        true => shell_path(path),
        false => shell_path(&format!(":/{path}")),
    }
}

/// A path as a shell takes it.
#[must_use]
pub fn shell_path(path: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"/._-+,:@".contains(&b);
    if path.bytes().all(plain) {
        path.to_owned()
    } else {
        shell_word(path)
    }
}

/// Any text as one word of a POSIX shell, in quotes.
#[must_use]
pub fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_short_at_the_top_and_one_word_everywhere() {
        for (path, at_top, typed) in [
            ("data/ledger/2024.jsonl", true, "data/ledger/2024.jsonl"),
            ("data/ledger/2024.jsonl", false, ":/data/ledger/2024.jsonl"),
            ("my diary/é.md", true, "'my diary/é.md'"),
            ("my diary/it's.md", false, r"':/my diary/it'\''s.md'"),
        ] {
            assert_eq!(pathspec(path, at_top), typed);
        }
    }

    #[test]
    fn each_folder_is_a_step_up() {
        for (folder, up) in [("", None), ("a", Some("..")), ("a/b/", Some("../.."))] {
            assert_eq!(way_up(Path::new(folder)).as_deref(), up);
        }
    }
}
