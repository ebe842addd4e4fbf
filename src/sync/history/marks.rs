//! Up to where history is known to be in the ledger: commits whose ledger holds
//! every row that their history tells. A note of this clone, to save time; without
//! it all of history is looked at once more, with the same outcome.

use crate::journal::Layout;
use crate::repo::{ObjectId, Repo, RepoError};

const NOTE: &str = "history";
/// Branches that a person goes back and forth between.
const MOST: usize = 16;

pub(super) struct Marks {
    /// What the marks are about: other folders, other rows.
    about: String,
    /// The newest first.
    commits: Vec<ObjectId>,
}

impl Marks {
    pub fn read(repo: &Repo, layout: &Layout) -> Self {
        let about = format!("1 {} {}", layout.journal, layout.ledger);
        let text = repo.noted(NOTE);
        let mut lines = text.lines();
        let commits = match lines.next() {
            Some(first) if first == about => lines.filter_map(|l| l.parse().ok()).collect(),
            _ => Vec::new(),
        };
        Self { about, commits }
    }

    pub fn is_newest(&self, tip: ObjectId) -> bool {
        self.commits.first() == Some(&tip)
    }

    /// The newest mark that `tip` stands on.
    pub fn newest_in(&self, repo: &Repo, tip: ObjectId) -> Option<ObjectId> {
        self.commits.iter().copied().find(|c| repo.is_in(*c, tip))
    }

    pub fn add(mut self, repo: &Repo, tip: ObjectId) -> Result<(), RepoError> {
        self.commits.retain(|c| *c != tip);
        self.commits.insert(0, tip);
        self.commits.truncate(MOST);
        let lines = self.commits.iter().map(ToString::to_string);
        let lines: Vec<String> = std::iter::once(self.about).chain(lines).collect();
        repo.note(NOTE, &format!("{}\n", lines.join("\n")))
    }
}
