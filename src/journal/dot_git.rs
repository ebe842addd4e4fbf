//! The names that some file system takes for `.git`.

/// Whether a file system takes a name for `.git`, by git's own rules, which hold on every
/// machine: a repository made on one is cloned on the others. Case is ignored; NTFS drops
/// dots, spaces and whatever is behind a colon at the end, and has `git~1` as the short
/// name; HFS+ drops characters that are not seen.
#[must_use]
pub fn is_dot_git(name: &str) -> bool {
    is_on_ntfs(name) || is_on_hfs(name)
}

fn is_on_ntfs(name: &str) -> bool {
    let after = |begin: &str| {
        let is_so = |head: &str| head.eq_ignore_ascii_case(begin);
        let (head, rest) = name.split_at_checked(begin.len())?;
        is_so(head).then_some(rest)
    };
    let ends = |rest: &str| {
        let rest = rest.trim_start_matches(['.', ' ']);
        rest.is_empty() || rest.starts_with([':', '\\'])
    };
    after(".git").or_else(|| after("git~1")).is_some_and(ends)
}

fn is_on_hfs(name: &str) -> bool {
    let is_dropped = |c: &char| {
        matches!(c, '\u{200c}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{206a}'..='\u{206f}' | '\u{feff}')
    };
    let seen = name.chars().filter(|c| !is_dropped(c));
    seen.map(|c| c.to_ascii_lowercase()).eq(".git".chars())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_of_dot_git_is_known() {
        for name in [
            ".git",
            ".GIT",
            ".git.",
            ".Git . .",
            "git~1",
            "GIT~1",
            "git~1 ",
            "GIT~1.",
            ".git::$INDEX_ALLOCATION",
            ".git:x",
            ".git\\config",
            ".g\u{200c}it",
            "\u{feff}.giT\u{206f}",
            ".\u{202e}git",
        ] {
            assert!(is_dot_git(name), "{name:?}");
        }
    }

    #[test]
    fn other_names_are_not() {
        for name in [
            "",
            ".",
            "git",
            ".gitx",
            ".gitignore",
            "git~2",
            "git~10",
            "git~1x",
            "x.git",
            ".git\u{e9}",
            "gi\u{200c}t~1",
            " .git",
            ".g\u{200b}it",
            "\u{e9}git",
        ] {
            assert!(!is_dot_git(name), "{name:?}");
        }
    }
}
