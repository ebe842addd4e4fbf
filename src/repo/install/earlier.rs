//! Commits from before the setup: an old tag, a step of `git bisect`, a branch that parted
//! earlier. What `init` would write there stands in the way of git back to the setup, which
//! has the same files.

use super::pulled::{FILES, is_set_up};
use super::{Plan, Step};
use crate::repo::{Finding, Repo, RepoError, shell_path};

/// Limit on the lines of HEAD's reflog that are read.
const MOST_MOVES: usize = 1_000;

/// A branch, as a command may name it.
struct Branch {
    name: String,
    is_local: bool,
    /// Whether it is the upstream or the default branch, and no work of a person's own.
    is_default: bool,
}

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
        let mend = if self.is_bisecting() {
            "git bisect reset, when you are done".to_owned()
        } else if self.is_on_branch() && branch.is_default {
            format!("git merge {name}, to have it here too")
        } else if !branch.is_local {
            format!("git switch --detach {name}, when you are done")
        } else if self.is_checked_out(&branch.name)? {
            format!("go on in the work tree that has {name}")
        } else {
            format!("git switch {name}, when you are done")
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
        plan.note(format!("{what}, and no tracked file is written; {mend}"));
        Ok(true)
    }

    /// A branch that was set up after it parted from HEAD. Only a few are looked at, and
    /// the history of one: a repository may have hundreds, most of them somebody's work.
    fn branch_with_setup(&self) -> Result<Option<Branch>, RepoError> {
        let Some(head) = self.head()? else {
            return Ok(None);
        };
        if is_set_up(self, head)? || self.has_drivers_lines()? {
            return Ok(None);
        }
        let earlier = self.branch_before();
        let earlier = earlier.map(|name| (format!("refs/heads/{name}"), false));
        let defaults = self.default_branches()?;
        let defaults = defaults.into_iter().map(|reference| (reference, true));
        // On a branch a merge is the way; away from all, the way back.
        let candidates: Vec<_> = match self.is_on_branch() {
            true => defaults.chain(earlier).collect(),
            false => earlier.into_iter().chain(defaults).collect(),
        };
        for (reference, is_default) in candidates {
            let Some(tip) = self.commit_named(&reference)? else {
                continue;
            };
            if !is_set_up(self, tip)? {
                continue;
            }
            let bases = self.merge_bases(head, tip)?;
            let mut parted_before = !bases.is_empty();
            for base in bases {
                // Somebody took the setup out here since.
                parted_before &= !is_set_up(self, base)?;
            }
            let local = reference.strip_prefix("refs/heads/");
            let name = local.or_else(|| reference.strip_prefix("refs/remotes/"));
            return Ok(parted_before.then(|| Branch {
                name: name.unwrap_or(&reference).to_owned(),
                is_local: local.is_some(),
                is_default,
            }));
        }
        Ok(None)
    }

    /// The branch that HEAD was at before, by its reflog. The steps of a bisection are
    /// commits, and are passed over.
    fn branch_before(&self) -> Option<String> {
        let log = self.git.reflog("HEAD").ok()?;
        let now = self.git.head().ok();
        let now = now.as_ref().and_then(|head| head.name().ok());
        log.iter().take(MOST_MOVES).find_map(|line| {
            let moved = line
                .message()
                .ok()??
                .strip_prefix("checkout: moving from ")?;
            let (from, _) = moved.rsplit_once(" to ")?;
            let reference = format!("refs/heads/{from}");
            let is_another = now != Some(reference.as_str());
            (is_another && self.git.refname_to_id(&reference).is_ok()).then(|| from.to_owned())
        })
    }

    /// The references of the upstream and of what may be the default branch, the likeliest
    /// first.
    fn default_branches(&self) -> Result<Vec<String>, RepoError> {
        let mut references = Vec::new();
        let head = self.git.head().ok();
        let head = head.as_ref().and_then(|head| head.name().ok());
        if let Some(upstream) = head.and_then(|name| self.git.branch_upstream_name(name).ok()) {
            references.extend(upstream.as_str().ok().map(str::to_owned));
        }
        let remote = self.git.find_reference("refs/remotes/origin/HEAD").ok();
        let remote = remote.as_ref().and_then(|r| r.symbolic_target().ok()?);
        if let Some(remote) = remote {
            let name = remote.strip_prefix("refs/remotes/origin/");
            references.extend(name.map(|name| format!("refs/heads/{name}")));
            references.push(remote.to_owned());
        }
        let named = self.config("init.defaultBranch")?;
        let names = named.into_iter().chain(["main".into(), "master".into()]);
        references.extend(names.map(|name| format!("refs/heads/{name}")));
        references.retain(|reference| Some(reference.as_str()) != head);
        Ok(references)
    }

    /// Whether others get HEAD's commits, or bring theirs: there is an upstream, or another
    /// branch that may be the default one.
    pub(super) fn has_others(&self) -> Result<bool, RepoError> {
        let others = self.default_branches()?;
        Ok(others
            .iter()
            .any(|name| self.git.refname_to_id(name).is_ok()))
    }

    /// Whether a work tree has a local branch checked out.
    fn is_checked_out(&self, name: &str) -> Result<bool, RepoError> {
        let reference = format!("refs/heads/{name}");
        let how = ["for-each-ref", "--format=%(worktreepath)", &reference];
        let out = self.run_git(&how, b"")?;
        Ok(!out.trim_ascii().is_empty())
    }
}
