//! A note of `pre-commit` on the commit being made. A commit that is exactly what the
//! hook saw holds all its rows, so that it needs no look at history.

use std::fmt::Write;

use super::marks::Marks;
use crate::journal::digest::short_sha256;
use crate::journal::{Layout, PathKind};
use crate::repo::{Change, ObjectId, Repo, RepoError};

const NOTE: &str = "recorded";

/// Notes the changes of the commit being made on `parent`, its ledger included. The
/// caller knows that `parent`'s ledger holds all rows that its history tells, and that
/// the commit's ledger will hold its own. The note can be worked out again: a folder that
/// cannot be written only costs time.
pub fn note_seen(repo: &Repo, layout: &Layout, parent: ObjectId, changes: &[Change]) {
    let index = match repo.index_is_temporary() {
        true => "temporary",
        false => "real",
    };
    let sum = sum(layout, changes);
    let _ = repo.note(NOTE, &format!("{parent} {index} {sum}\n"));
}

/// The index that a commit came from, if `pre-commit` saw this very commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// The index that stands now.
    RealIndex,
    /// The temporary one of `git commit FILE`; the real index lacks the rows still.
    TemporaryIndex,
}

/// Whether a commit is the one that `pre-commit` saw last.
///
/// # Errors
/// The commit cannot be read.
pub fn seen_by_pre_commit(
    repo: &Repo,
    layout: &Layout,
    commit: ObjectId,
) -> Result<Option<Seen>, RepoError> {
    let note = repo.noted(NOTE);
    let words: Vec<&str> = note.split_whitespace().collect();
    let [parent, index, noted] = words[..] else {
        return Ok(None);
    };
    let parents = repo.commit(commit)?.parents;
    let [only] = parents[..] else {
        return Ok(None);
    };
    if only.to_string() != parent {
        return Ok(None);
    }
    let changes = repo.changes(Some(only), Some(commit), &watched_folders(layout))?;
    Ok((sum(layout, &changes) == noted).then_some(match index {
        "real" => Seen::RealIndex,
        _ => Seen::TemporaryIndex,
    }))
}

/// Whether a commit changes entries, notes or the ledger.
///
/// # Errors
/// The commit cannot be read.
pub fn concerns(repo: &Repo, layout: &Layout, commit: ObjectId) -> Result<bool, RepoError> {
    let parent = repo.commit(commit)?.parents.first().copied();
    let changes = repo.changes(parent, Some(commit), &watched_folders(layout))?;
    let mut paths = changes.iter().map(|change| layout.classify(&change.path));
    Ok(paths.any(|kind| kind != PathKind::Other))
}

/// Whether a commit's ledger holds all rows that its history tells, since that is so for
/// its parent and `pre-commit` saw the commit.
pub(super) fn holds_all(
    repo: &Repo,
    layout: &Layout,
    marks: &Marks,
    commit: ObjectId,
) -> Result<bool, RepoError> {
    let parents = repo.commit(commit)?.parents;
    let marked = matches!(parents[..], [parent] if marks.has(parent));
    Ok(marked && seen_by_pre_commit(repo, layout, commit)?.is_some())
}

/// The folders that history looks at; everywhere if one of them is the top.
pub(in crate::sync) fn watched_folders(layout: &Layout) -> Vec<&str> {
    let folders = [layout.journal.as_str(), &layout.wiki, &layout.ledger];
    match folders.contains(&".") {
        true => Vec::new(),
        false => folders.to_vec(),
    }
}

/// A sum over the new versions of entries, notes and ledgers, and over the folders.
fn sum(layout: &Layout, changes: &[Change]) -> String {
    let mut text = format!("{}\n", layout.fingerprint());
    for change in changes {
        if layout.classify(&change.path) != PathKind::Other {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{} {:?}", change.path, change.new);
        }
    }
    short_sha256(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::{Blob, BlobKind};

    #[test]
    fn every_change_of_the_journal_counts_and_no_other() {
        let change = |path: &str, new: Option<&[u8]>| Change {
            path: path.to_owned(),
            old: None,
            new: new.map(|bytes| Blob {
                id: ObjectId::of_file(bytes).unwrap(),
                kind: BlobKind::File,
            }),
        };
        let layout = Layout::default();
        let sum = |changes: &[Change]| sum(&layout, changes);
        let (entry, note) = (
            "journal/md/2024/2024-11-01.md",
            "wiki/entries/2024/2024-11-01.md",
        );
        let ledger = "data/ledger/2024.jsonl";
        let all = [change(entry, Some(b"a")), change(ledger, Some(b"l"))];
        let others: [&[Change]; 5] = [
            &all[..1],
            &[change(entry, Some(b"b")), all[1].clone()],
            &[change(entry, None), all[1].clone()],
            &[all[0].clone(), change(ledger, Some(b"m"))],
            &[all[0].clone(), all[1].clone(), change(note, Some(b"n"))],
        ];
        for other in others {
            assert_ne!(sum(other), sum(&all), "{other:?}");
        }
        let beside = [all.to_vec(), vec![change("README.md", Some(b"x"))]].concat();
        assert_eq!(sum(&beside), sum(&all));
    }
}
