//! Commits from before the setup: an old tag, a step of `git bisect`, a branch that parted
//! earlier. What `init` would write there stands in the way of git back to the setup, which
//! has the same files.

use super::pulled::{FILES, is_set_up};
use super::{Plan, Step};
use crate::repo::history::Branch;
use crate::repo::{Finding, Repo, RepoError, shell_path};

impl Repo {
    /// The finding, if HEAD is from before the setup that a branch has, and the work tree
    /// lacks that as well. A pull that would bring it is
    /// [`setup_to_pull`](Self::setup_to_pull).
    ///
    /// # Errors
    /// A commit or the attributes cannot be read.
    pub fn from_before_setup(&self) -> Result<Option<Finding>, RepoError> {
        let Some(branch) = self.branch_with_setup()? else {
            return Ok(None);
        };
        let name = shell_path(&branch.name);
        let mend = match (self.is_bisecting(), self.is_on_branch(), branch.is_local) {
            (true, ..) => "git bisect reset, when you are done".to_owned(),
            (_, true, _) => format!("git merge {name}, to have it here too"),
            (_, _, true) => format!("git switch {name}, when you are done"),
            (..) => format!("git switch --detach {name}, when you are done"),
        };
        let what = format!(
            "HEAD is from before `palimpsest init`, which {} has: here git merges by itself",
            branch.name
        );
        Ok(Some(Finding::new(what, mend)))
    }

    /// Takes out of a plan the files that a branch has and HEAD is from before; see
    /// [`from_before_setup`](Self::from_before_setup). Returns whether there are any.
    ///
    /// # Errors
    /// A commit or the attributes cannot be read.
    pub fn leave_to_branch(&self, plan: &mut Plan) -> Result<bool, RepoError> {
        let is_file = |step: &Step| {
            matches!(step, Step::Lines { path, .. } | Step::File { path, .. }
                if FILES.contains(&path.as_str()))
        };
        if !plan.steps.iter().any(is_file) {
            return Ok(false);
        }
        let Some(Finding { what, mend }) = self.from_before_setup()? else {
            return Ok(false);
        };
        plan.steps.retain(|step| !is_file(step));
        plan.note(format!("{what}, and nothing is written; {mend}"));
        Ok(true)
    }

    /// A branch that was set up after it parted from HEAD, local ones first.
    fn branch_with_setup(&self) -> Result<Option<Branch>, RepoError> {
        let Some(head) = self.head()? else {
            return Ok(None);
        };
        if is_set_up(self, head)? || self.has_drivers_lines()? {
            return Ok(None);
        }
        for branch in self.branches() {
            if !is_set_up(self, branch.tip)? {
                continue;
            }
            let bases = self.merge_bases(head, branch.tip)?;
            let mut parted_before = !bases.is_empty();
            for base in bases {
                // Somebody took the setup out here since.
                parted_before &= !is_set_up(self, base)?;
            }
            if parted_before {
                return Ok(Some(branch));
            }
        }
        Ok(None)
    }
}
