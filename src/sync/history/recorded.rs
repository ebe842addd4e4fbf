//! What `pre-commit` recorded of the commit that is being made. A commit that is just
//! what it saw holds all its rows: nothing of it needs to be looked for in history.

use std::fmt::Write;

use super::marks::Marks;
use crate::journal::{Layout, PathKind};
use crate::ledger::short_sha256;
use crate::repo::{Change, ObjectId, Repo, RepoError};

const NOTE: &str = "recorded";

/// Notes what the commit that is being made on `parent` will change, its ledger
/// included: all that `parent`'s history tells is in its ledger, and so is what this
/// commit changes. What is noted can be worked out again: a folder that cannot be
/// written costs time alone.
pub fn note_recorded(repo: &Repo, layout: &Layout, parent: ObjectId, changes: &[Change]) {
    let index = match repo.index_is_temporary() {
        true => "temporary",
        false => "real",
    };
    let sum = sum(layout, changes);
    let _ = repo.note(NOTE, &format!("{parent} {index} {sum}\n"));
}

/// Which index a commit came from, as far as `pre-commit` saw this very commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// The index that stands now.
    RealIndex,
    /// That of `git commit FILE`, which is gone; the real one has no row yet.
    TemporaryIndex,
}

/// Whether a commit is the one that `pre-commit` saw last.
///
/// # Errors
/// The commit cannot be read.
pub fn recorded(
    repo: &Repo,
    layout: &Layout,
    commit: ObjectId,
) -> Result<Option<Recorded>, RepoError> {
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
    let changes = repo.changes(Some(only), Some(commit), &places(layout))?;
    Ok((sum(layout, &changes) == noted).then_some(match index {
        "real" => Recorded::RealIndex,
        _ => Recorded::TemporaryIndex,
    }))
}

/// Whether a commit changes what history looks at: entries, notes or the ledger.
///
/// # Errors
/// The commit cannot be read.
pub fn concerns(repo: &Repo, layout: &Layout, commit: ObjectId) -> Result<bool, RepoError> {
    let parent = repo.commit(commit)?.parents.first().copied();
    let changes = repo.changes(parent, Some(commit), &places(layout))?;
    let mut paths = changes.iter().map(|change| layout.classify(&change.path));
    Ok(paths.any(|kind| kind != PathKind::Other))
}

/// Whether all that a commit's history tells is in its ledger, since that was so in
/// its parent and `pre-commit` saw the commit.
pub(super) fn holds_all(
    repo: &Repo,
    layout: &Layout,
    marks: &Marks,
    commit: ObjectId,
) -> Result<bool, RepoError> {
    let parents = repo.commit(commit)?.parents;
    let marked = matches!(parents[..], [parent] if marks.has(parent));
    Ok(marked && recorded(repo, layout, commit)?.is_some())
}

/// The folders that history looks at; everywhere if one of them is the top.
pub(super) fn places(layout: &Layout) -> Vec<&str> {
    let folders = [layout.journal.as_str(), &layout.wiki, &layout.ledger];
    match folders.contains(&".") {
        true => Vec::new(),
        false => folders.to_vec(),
    }
}

/// A sum over what entries, notes and ledgers become; other folders, other sums.
fn sum(layout: &Layout, changes: &[Change]) -> String {
    let mut text = format!("{} {} {}\n", layout.journal, layout.wiki, layout.ledger);
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
