//! Up to where history is known to be in the ledger: commits whose ledger holds
//! every row that their history tells. A note of this clone, to save time; without
//! it all of history is looked at once more, with the same outcome.

use std::collections::BTreeSet;

use crate::journal::Layout;
use crate::ledger::short_sha256;
use crate::repo::{Commit, ObjectId, Repo, RepoError};

const NOTE: &str = "history";
/// Branches that a person goes back and forth between.
const MOST: usize = 16;

pub(super) struct Marks<'a> {
    repo: &'a Repo,
    /// What the marks are about: other folders or another end of history, other rows.
    about: String,
    /// The newest first.
    commits: Vec<ObjectId>,
}

impl<'a> Marks<'a> {
    pub fn read(repo: &'a Repo, layout: &Layout) -> Self {
        let mut about = format!("4 {} {} {}", layout.journal, layout.wiki, layout.ledger);
        // What a shallow clone cuts off says nothing, until git fetches it.
        let cut_offs = repo.cut_offs();
        if !cut_offs.is_empty() {
            about = format!("{about} {}", short_sha256(cut_offs.as_bytes()));
        }
        let text = repo.noted(NOTE);
        let mut lines = text.lines();
        let commits = match lines.next() {
            Some(first) if first == about => lines.filter_map(|l| l.parse().ok()).collect(),
            _ => Vec::new(),
        };
        Self {
            repo,
            about,
            commits,
        }
    }

    pub fn has(&self, tip: ObjectId) -> bool {
        self.commits.contains(&tip)
    }

    /// The commits since a mark that all of `tips` stand on, and which mark comes next;
    /// all commits where there is none from the `nth` on. Every parent of theirs is
    /// among them or is the mark: in the commits before a mark less was recorded than
    /// their history tells, so that nothing can start from those.
    pub fn commits_since(
        &self,
        nth: usize,
        tips: &[ObjectId],
    ) -> Result<(Vec<Commit>, Option<usize>), RepoError> {
        let repo = self.repo;
        let mut ends: BTreeSet<ObjectId> = tips.iter().copied().collect();
        for (at, mark) in self.commits.iter().enumerate().skip(nth) {
            if !ends.iter().all(|end| repo.is_in(*mark, *end)) {
                continue;
            }
            let commits = repo.commits(tips, &[*mark])?;
            let inside: BTreeSet<ObjectId> = commits.iter().map(|c| c.id).chain([*mark]).collect();
            let parents = commits.iter().flat_map(|c| &c.parents).chain(tips);
            let outside: Vec<ObjectId> = parents.filter(|p| !inside.contains(p)).copied().collect();
            if outside.is_empty() {
                return Ok((commits, Some(at + 1)));
            }
            ends.extend(outside);
        }
        Ok((repo.commits(tips, &[])?, None))
    }

    pub fn add(mut self, tip: ObjectId) -> Result<(), RepoError> {
        self.commits.retain(|c| *c != tip);
        self.commits.insert(0, tip);
        self.commits.truncate(MOST);
        let lines = self.commits.iter().map(ToString::to_string);
        let lines: Vec<String> = std::iter::once(self.about).chain(lines).collect();
        self.repo.note(NOTE, &format!("{}\n", lines.join("\n")))
    }
}
