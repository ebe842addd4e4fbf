//! The names that services which sync files, and git, give to the copies that they leave
//! beside a file: both sides of a conflict stay, the second under another name; and
//! `git mergetool` leaves what it merged.

use super::{Layout, PathKind};

/// Words of a name in brackets that tell of a conflict: Dropbox writes them in the
/// language of its user.
const CONFLICT: [&str; 3] = ["conflict", "konflikt", "conflit"];

/// What `git mergetool` puts between a name and the number of its process.
const MERGETOOL: [&str; 4] = ["_BACKUP_", "_BASE_", "_LOCAL_", "_REMOTE_"];

/// The longest number of a copy; a longer one is something else, such as a year.
const DIGITS: usize = 3;

/// The entry, note or ledger that a path's name says it is a copy of. Whether that file is
/// there is for the caller to see: `Chapter 2.md` need not be a copy.
#[must_use]
pub fn copied_from(layout: &Layout, path: &str) -> Option<String> {
    let is_ours = |path: &str| {
        let kind = layout.classify(path);
        !matches!(kind, PathKind::Other | PathKind::UndatedPage)
    };
    original_of(path).filter(|original| !is_ours(path) && is_ours(original))
}

/// Whether a path's name says that it is a copy of the database, or of a file that SQLite
/// keeps beside it.
#[must_use]
pub fn is_copied_database(layout: &Layout, path: &str) -> bool {
    let original = original_of(path);
    let ending = original
        .as_deref()
        .and_then(|of| of.strip_prefix(&layout.database));
    ending.is_some_and(|ending| ["", "-wal", "-shm", "-journal"].contains(&ending))
}

/// The path of the file that any path's name says it is a copy of.
fn original_of(path: &str) -> Option<String> {
    let (folder, name) = match path.rsplit_once('/') {
        Some((folder, name)) => (Some(folder), name),
        None => (None, path),
    };
    let name = original_name(name)?;
    Some(match folder {
        Some(folder) => format!("{folder}/{name}"),
        None => name,
    })
}

fn original_name(name: &str) -> Option<String> {
    // As git names a side's file that is in the way of a folder: `2024-11-01.md~HEAD`.
    if let Some((whole, _)) = name.split_once('~')
        && whole.contains('.')
    {
        return Some(whole.to_owned());
    }
    // And the file with its markers, once `git mergetool` has merged it.
    if let Some(whole) = name.strip_suffix(".orig")
        && whole.contains('.')
    {
        return Some(whole.to_owned());
    }
    let (stem, extension) = name.rsplit_once('.')?;
    let stem = original_stem(stem)?;
    (!stem.is_empty()).then(|| format!("{stem}.{extension}"))
}

fn original_stem(stem: &str) -> Option<&str> {
    // Syncthing, and Resilio.
    for mark in [".sync-conflict-", ".Conflict", "~"] {
        if let Some((before, _)) = stem.split_once(mark) {
            return Some(before);
        }
    }
    // Older and mobile clients of Nextcloud and ownCloud: `_conflict-20241102-101010`.
    if let Some((before, time)) = stem.split_once("_conflict-")
        && time.starts_with(|c: char| c.is_ascii_digit())
    {
        return Some(before);
    }
    for mark in MERGETOOL {
        if let Some((before, process)) = stem.rsplit_once(mark)
            && process.bytes().all(|b| b.is_ascii_digit())
        {
            return Some(before);
        }
    }
    // `(conflicted copy 2024-11-02)`, `(Ann's conflicted copy)`, `(1)`.
    if let Some(inside) = stem.strip_suffix(')')
        && let Some((before, inside)) = inside.split_once('(')
    {
        let said = inside.to_lowercase();
        let is_copy = is_number(&said) || CONFLICT.iter().any(|word| said.contains(word));
        return is_copy.then(|| without_copy(before.trim_end()).unwrap_or(before.trim_end()));
    }
    // `2024-11-01 2`, `2024-11-01 copy`, `2024-11-01 - Copy`, `2024-11-01 copy 2`.
    match stem.rsplit_once(' ') {
        Some((before, number)) if is_number(number) => Some(without_copy(before).unwrap_or(before)),
        _ => without_copy(stem),
    }
}

/// The part of a name before ` copy` or ` - Copy` at its end.
fn without_copy(stem: &str) -> Option<&str> {
    let (before, word) = stem.rsplit_once(' ')?;
    let before = before.strip_suffix(" -").unwrap_or(before);
    word.eq_ignore_ascii_case("copy").then_some(before)
}

fn is_number(text: &str) -> bool {
    (1..=DIGITS).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_copies_lead_to_the_file_beside_them() {
        for copy in [
            "2024-11-01.sync-conflict-20241102-101010-ABC.md",
            "2024-11-01 (conflicted copy).md",
            "2024-11-01 (Ann's conflicted copy 2024-11-02).md",
            "2024-11-01 (Ann's (laptop) conflicted copy).md",
            "2024-11-01 (In Konflikt stehende Kopie von Ann 2024-11-02).md",
            "2024-11-01 2.md",
            "2024-11-01 (1).md",
            "2024-11-01(1).md",
            "2024-11-01 copy.md",
            "2024-11-01 copy 2.md",
            "2024-11-01 - Copy.md",
            "2024-11-01 - Copy (2).md",
            "2024-11-01~HEAD.md",
            "2024-11-01.md~HEAD",
            "2024-11-01.Conflict.md",
            "2024-11-01_conflict-20260105-101010.md",
            "2024-11-01_BACKUP_4711.md",
            "2024-11-01_REMOTE_4711.md",
            "2024-11-01.md.orig",
        ] {
            let path = format!("journal/md/2024/{copy}");
            let original = Some("journal/md/2024/2024-11-01.md".to_owned());
            assert_eq!(original_of(&path), original, "{copy}");
        }
        assert_eq!(
            original_of("2024.sync-conflict-20241102-101010-ABC.jsonl").as_deref(),
            Some("2024.jsonl")
        );
    }

    #[test]
    fn other_names_are_no_copies() {
        for name in [
            "2024-11-01.md",
            "2024-11-01 Walk.md",
            "2024-11-01-walk.md",
            "2024-11-01 (at the quay).md",
            "2024-11-01 1999.md",
            "2024-11-01_LOCAL_walk.md",
            "index.md",
            "README",
            "~.md",
        ] {
            assert_eq!(original_of(name), None, "{name}");
        }
    }
}
