//! Paths for the commands in messages, so that they work in the user's current folder,
//! and for git's patterns.

use std::fs;
use std::path::{Path, PathBuf};

use super::Repo;

impl Repo {
    /// A path of the repository for a git command in a message (`add`, `checkout`,
    /// `commit`, `restore`, `rm`): as it is at the top of the work tree; with `:/` in a
    /// folder, where git would look for it in that folder. It names that file or folder
    /// alone.
    #[must_use]
    pub fn pathspec(&self, path: &str) -> String {
        pathspec(path, self.up().is_none())
    }

    /// A path of the repository relative to the current folder, for other programs.
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

    /// The command that goes to the top, which the commands in a message need; `None`
    /// inside the work tree, where they work as they are.
    #[must_use]
    pub fn way_to_top(&self) -> Option<String> {
        let top = self.workdir().components().as_path().to_string_lossy();
        let is_elsewhere = self.standing().is_none();
        is_elsewhere.then(|| format!("cd {}", shell_path(&top)))
    }

    /// The way from the current folder to the top: `../..`; `None` at the top itself, and
    /// outside the work tree.
    fn up(&self) -> Option<String> {
        way_up(&self.standing()?)
    }

    /// The user's current folder, from the top; `None` outside the work tree.
    pub(super) fn standing(&self) -> Option<PathBuf> {
        // Git starts hooks at the top, and names the folder where it was called.
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

/// A path of the repository as git's pathspec. Behind `:/` git reads further marks (`:/!x` is
/// all but `x`), and some characters are a pattern: such paths need the long form.
pub(super) fn pathspec(path: &str, at_top: bool) -> String {
    let begins_plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '/');
    let is_pattern = literal(path) != path;
    match (at_top, is_pattern) {
        (true, false) if !path.starts_with(':') => shell_path(path),
        (true, _) => shell_path(&format!(":(literal){path}")),
        (false, false) if path.starts_with(begins_plain) => shell_path(&format!(":/{path}")),
        (false, false) => shell_path(&format!(":(top){path}")),
        (false, true) => shell_path(&format!(":(top,literal){path}")),
    }
}

/// A path in the form that a shell and a command need: one that begins with `-` would be
/// taken for an option.
#[must_use]
pub fn shell_path(path: &str) -> String {
    if path.starts_with('-') {
        return shell_path(&format!("./{path}"));
    }
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

/// A path or name as a pattern that matches it alone: in attributes, in ignored paths and
/// in what git is asked.
pub(super) fn literal(path: &str) -> String {
    let mut pattern = String::with_capacity(path.len());
    for c in path.chars() {
        if "*?[\\".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
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
            ("-inbox/a.md", true, "./-inbox/a.md"),
            ("-inbox/a.md", false, "':(top)-inbox/a.md'"),
            (".hidden/a.md", false, ":/.hidden/a.md"),
            ("_posts/a.md", true, "_posts/a.md"),
            ("_posts/a.md", false, "':(top)_posts/a.md'"),
            ("!first/a.md", false, "':(top)!first/a.md'"),
            (":a.md", true, "':(literal):a.md'"),
            ("a [1].md", true, "':(literal)a [1].md'"),
            ("a*.md", false, "':(top,literal)a*.md'"),
            ("why?.md", false, "':(top,literal)why?.md'"),
            (r"a\b.md", false, r"':(top,literal)a\b.md'"),
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
