//! Files of the setup that git does not have: no other machine gets them.

use super::pulled::FILES;
use crate::repo::{Finding, Repo, RepoError};

impl Repo {
    /// The finding, if files of the setup are there that git neither has nor was told to
    /// ignore, and another branch or machine would have them. Where a merge or the like waits,
    /// its commit is to take them in, as `init` says.
    ///
    /// # Errors
    /// The index or HEAD cannot be read, or git fails.
    pub fn untracked_setup(&self, journal: bool) -> Result<Option<Finding>, RepoError> {
        if self.waits_for().is_some() || !self.has_others()? {
            return Ok(None);
        }
        let mut paths = Vec::new();
        for path in self.not_in_git(journal)? {
            let is_there = self.inside(path)?.symlink_metadata().is_ok();
            if is_there && !self.is_ignored(path)? {
                paths.push(path);
            }
        }
        if paths.is_empty() {
            return Ok(None);
        }
        let add: Vec<String> = paths.iter().map(|path| self.pathspec(path)).collect();
        let them = if paths.len() > 1 { "them" } else { "it" };
        let what = format!(
            "{}: not in git, so that no other machine gets {them}, and a pull or a switch that \
             brings {them} stops",
            paths.join(", ")
        );
        let mend = format!(
            "git add {} && git commit -m 'Use Palimpsest'",
            add.join(" ")
        );
        Ok(Some(Finding::new(what, mend)))
    }

    /// A finding each for the files of the setup that git ignores, unless a pull or a branch
    /// brings them. What `.git/info/exclude` names is a choice for this clone alone.
    ///
    /// # Errors
    /// The index or a commit cannot be read, or git fails.
    pub fn ignored_setup(&self, journal: bool) -> Result<Vec<Finding>, RepoError> {
        let mut found = Vec::new();
        for path in self.not_in_git(journal)? {
            let is_chosen = |by: String| by.ends_with("info/exclude");
            if self.is_ignored(path)? && !self.ignored_by(path)?.is_some_and(is_chosen) {
                let word = self.from_here(path);
                found.push(Finding::new(
                    format!("{path}: ignored by git, so that no other machine gets it"),
                    format!(
                        "git add -f {word} and commit it, or take out the line that says so: \
                         git check-ignore -v {word}"
                    ),
                ));
            }
        }
        if !found.is_empty()
            && (self.setup_to_pull()?.is_some() || self.from_before_setup()?.is_some())
        {
            found.clear();
        }
        Ok(found)
    }

    /// The files of the setup that neither the index nor HEAD has: without a journal, the
    /// attributes alone are one.
    fn not_in_git(&self, journal: bool) -> Result<Vec<&'static str>, RepoError> {
        let index = self.index()?;
        let head = self.head()?;
        let unmerged = index.unmerged();
        let mut paths = Vec::new();
        for path in &FILES[..if journal { FILES.len() } else { 1 }] {
            let is_staged = index.staged(path).is_some() || unmerged.iter().any(|p| p == path);
            if !is_staged && self.blob_at(head, path)?.is_none() {
                paths.push(*path);
            }
        }
        Ok(paths)
    }
}
