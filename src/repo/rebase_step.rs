//! Which step a rebase is at, and the commits that it merges there.

use std::fs;

use super::merging::names_merged_heads;
use super::{Merging, ObjectId, Repo, RepoError};

/// Git's folders of an unfinished rebase, one for each of its methods.
pub(super) const REBASE_FOLDERS: [&str; 2] = ["rebase-merge", "rebase-apply"];

impl Repo {
    /// The commits of a rebase's current pick: the pick's parent, the branch so far and
    /// the pick itself. `None` outside a rebase, and in a merge within one.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn picking(&self) -> Result<Option<Merging>, RepoError> {
        match self.head()? {
            Some(ours) if !names_merged_heads() => self.pick(ours),
            _ => Ok(None),
        }
    }

    /// Whether git is in the middle of a rebase, also while it waits for a person.
    #[must_use]
    pub fn is_rebasing(&self) -> bool {
        let folders = REBASE_FOLDERS.iter();
        folders
            .map(|folder| self.git_dir().join(folder))
            .any(|folder| folder.exists())
    }

    /// The branch before the rebase that is ending; `None` where it is not git's own:
    /// other programs rebase in memory, and call the hook. `ORIG_HEAD` may be another
    /// commit, also in a rebase: `git reset`, which is used to split commits, sets it, too.
    ///
    /// # Errors
    /// Git fails to resolve the commit; see [`RepoError`].
    pub fn before_the_rebase(&self) -> Result<Option<ObjectId>, RepoError> {
        self.of_the_rebase("orig-head")
    }

    /// The commit that the branch is rebased onto.
    ///
    /// # Errors
    /// Git fails to resolve the commit; see [`RepoError`].
    pub fn rebased_onto(&self) -> Result<Option<ObjectId>, RepoError> {
        self.of_the_rebase("onto")
    }

    /// The commit that git's folder of the rebase has a file about.
    fn of_the_rebase(&self, name: &str) -> Result<Option<ObjectId>, RepoError> {
        let mut files = REBASE_FOLDERS.iter().map(|f| format!("{f}/{name}"));
        let file = files.find(|file| self.git_dir().join(file).exists());
        file.map_or(Ok(None), |file| self.commit_in(&file))
    }

    /// The current pick, whose commit is not made yet. A commit from elsewhere, put on the list
    /// of steps by hand, is none of the branch: it is picked as outside of a rebase.
    pub(super) fn pick(&self, ours: ObjectId) -> Result<Option<Merging>, RepoError> {
        let step = self.step_of_the_rebase();
        let Some(oid) = step.as_deref().and_then(picked) else {
            return Ok(None);
        };
        let Some(theirs) = self.commit_named(oid)? else {
            return Ok(None);
        };
        let branch = self.before_the_rebase()?;
        let is_of_branch = branch.is_none_or(|branch| self.is_in(theirs, branch));
        if !is_of_branch || self.is_picked(theirs) || self.is_in(theirs, ours) {
            return Ok(None);
        }
        let bases = self.commit_named(&format!("{oid}^"))?.into_iter().collect();
        Ok(Some(Merging {
            bases,
            ours,
            theirs,
            is_pick: true,
        }))
    }

    /// The commits of a merge that a rebase makes anew (`--rebase-merges`). Once it is made,
    /// skipped or aborted, the driver is called for something else, as an autostash: git has
    /// `MERGE_HEAD` as long as it merges.
    pub(super) fn merge_made_anew(&self, ours: ObjectId) -> Result<Option<Merging>, RepoError> {
        let step = self.step_of_the_rebase();
        let Some(label) = step.as_deref().and_then(merged) else {
            return Ok(None);
        };
        // Git looks among the labels of the rebase first.
        let theirs = match self.commit_named(&format!("refs/rewritten/{label}"))? {
            None => self.commit_named(label)?,
            rewritten => rewritten,
        };
        match theirs {
            Some(theirs) if self.commit_in("MERGE_HEAD")? == Some(theirs) => {
                self.merge_of(ours, theirs).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// The current step of a rebase. It is the last one that git wrote down: after `exec` or
    /// `break`, a person picks or merges.
    fn step_of_the_rebase(&self) -> Option<String> {
        let done = self.read_text("rebase-merge/done")?;
        let step = done.lines().rfind(|line| !line.trim_start().is_empty());
        step.map(str::to_owned)
    }

    /// Whether a rebase waits at a step that it could not end, or that a person amends.
    pub(super) fn is_stopped(&self) -> bool {
        self.git_dir().join("rebase-merge/stopped-sha").exists()
    }

    /// Whether a rebase has already picked this commit: it is in the list of rewritten
    /// commits, or git waits for a person to amend it (`edit`).
    fn is_picked(&self, commit: ObjectId) -> bool {
        let folder = self.git_dir().join("rebase-merge");
        let commit = commit.to_string();
        let lists = ["rewritten-list", "rewritten-pending"];
        let lists = lists.map(|list| fs::read_to_string(folder.join(list)).unwrap_or_default());
        lists
            .iter()
            .any(|list| list.lines().any(|line| line.starts_with(&commit)))
            || folder.join("amend").exists()
    }
}

/// The commit of a step such as `pick 1a2b3c4 # Subject`.
fn picked(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace();
    match words.next()? {
        "pick" | "p" | "reword" | "r" | "edit" | "e" | "squash" | "s" | "fixup" | "f" => {
            words.find(|w| !w.starts_with('-'))
        }
        _ => None,
    }
}

/// The label of a step such as `merge -C 1a2b3c4 side # Merge branch 'side'`; none if it
/// merges several, as an octopus, for which git asks no driver.
fn merged(line: &str) -> Option<&str> {
    let mut words = line.split_whitespace().take_while(|word| *word != "#");
    if !matches!(words.next()?, "merge" | "m") {
        return None;
    }
    let first = words.next()?;
    let label = match first {
        // The commit whose message it has.
        "-C" | "-c" => words.nth(1)?,
        _ => first,
    };
    words.next().is_none().then_some(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pick_of_a_rebase_is_named_by_its_step() {
        assert_eq!(picked("pick 1a2b3c4 # Subject"), Some("1a2b3c4"));
        assert_eq!(picked("fixup -C 1a2b3c4 # Subject"), Some("1a2b3c4"));
        assert_eq!(picked("exec make"), None);
        assert_eq!(picked(""), None);
    }

    #[test]
    fn the_merge_of_a_rebase_is_named_by_its_step() {
        assert_eq!(merged("merge -C 1a2b3c4 side # Merge"), Some("side"));
        assert_eq!(merged("m -c 1a2b3c4 side"), Some("side"));
        assert_eq!(merged("merge side # Merge"), Some("side"));
        assert_eq!(merged("merge -C 1a2b3c4 one two # Merge"), None);
        assert_eq!(merged("merge -C 1a2b3c4"), None);
        assert_eq!(merged("pick 1a2b3c4 # Merge"), None);
    }
}
