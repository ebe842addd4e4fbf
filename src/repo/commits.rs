//! A walk over commits, parents first.

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat};

use super::{ObjectId, Repo, RepoError, Trouble};

/// A commit of a walk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    pub id: ObjectId,
    /// Empty for a first commit, and where a shallow clone ends.
    pub parents: Vec<ObjectId>,
    /// A shallow clone ends here: this clone lacks the parents.
    pub is_cut_off: bool,
    /// The author's time, which a rebase keeps: RFC 3339 in UTC, to the second.
    pub at: String,
    /// The author's name.
    pub by: String,
}

impl Repo {
    /// The commits in the history of any of `tips` and of none of `hidden`, parents
    /// first.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn commits(
        &self,
        tips: &[ObjectId],
        hidden: &[ObjectId],
    ) -> Result<Vec<Commit>, RepoError> {
        let ids = |of: &[ObjectId]| of.iter().map(|id| id.0).collect::<Vec<_>>();
        let found = self.above(&ids(tips), &ids(hidden))?;
        found
            .into_iter()
            .map(|id| self.commit(ObjectId(id)))
            .collect()
    }

    /// The commits from `tips` down to those of `ends`, parents first, and the `ends` that
    /// were met: each parent of these commits is among them, or one of those. What is below
    /// an end and is met on another way counts as well.
    ///
    /// # Errors
    /// An object of history is missing or damaged; see [`RepoError`].
    pub fn commits_down_to(
        &self,
        tips: &[ObjectId],
        ends: &[ObjectId],
    ) -> Result<(Vec<Commit>, BTreeSet<ObjectId>), RepoError> {
        let tips: Vec<_> = tips.iter().map(|id| id.0).collect();
        let ends = ends.iter().map(|id| id.0).collect();
        let (found, met) = self.down_to(&tips, &ends)?;
        let found = found.into_iter().map(|id| self.commit(ObjectId(id)));
        Ok((
            found.collect::<Result<_, _>>()?,
            met.into_iter().map(ObjectId).collect(),
        ))
    }

    /// One commit.
    ///
    /// # Errors
    /// It, or one of its parents, cannot be read; a parent may be missing.
    pub fn commit(&self, id: ObjectId) -> Result<Commit, RepoError> {
        let commit = self.parsed(id.0)?;
        let parents: Vec<ObjectId> = commit.parents.iter().copied().map(ObjectId).collect();
        let mut whole = true;
        for parent in &parents {
            whole &= self.has_commit(*parent)?;
        }
        Ok(Commit {
            id,
            is_cut_off: !whole || parents.is_empty() && self.is_cut_off(id),
            parents: if whole { parents } else { Vec::new() },
            at: DateTime::from_timestamp(commit.written, 0)
                .map(|t| t.to_rfc3339_opts(SecondsFormat::Secs, true))
                .unwrap_or_default(),
            by: commit.by.clone(),
        })
    }

    /// Whether a commit is here.
    ///
    /// # Errors
    /// It is here and cannot be read.
    pub fn has_commit(&self, id: ObjectId) -> Result<bool, RepoError> {
        match self.parsed(id.0) {
            Ok(_) => Ok(true),
            Err(e) if e.object() == Some((id, Trouble::Missing)) => Ok(false),
            Err(e) => Err(e),
        }
    }

    /// The commits up to `tip` that changed a path, the newest first.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn commits_of(&self, tip: ObjectId, path: &str) -> Result<Vec<ObjectId>, RepoError> {
        let tip = tip.to_string();
        let args = "--literal-pathspecs rev-list --full-history".split(' ');
        let args: Vec<&str> = args.chain([&*tip, "--", path]).collect();
        let out = self.walked(&args)?;
        let lines = String::from_utf8_lossy(&out);
        Ok(lines.lines().filter_map(|l| l.parse().ok()).collect())
    }

    /// The commits up to these tips that changed a path, or merged versions of it, each with
    /// those directly before it; a commit comes before its parents.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn lines_of(
        &self,
        tips: &[ObjectId],
        path: &str,
    ) -> Result<Vec<(ObjectId, Vec<ObjectId>)>, RepoError> {
        if tips.is_empty() {
            return Ok(Vec::new());
        }
        let tips: Vec<String> = tips.iter().map(ObjectId::to_string).collect();
        let args = "--literal-pathspecs rev-list --simplify-merges --topo-order --parents";
        let mut args: Vec<&str> = args.split(' ').collect();
        args.extend(tips.iter().map(String::as_str));
        args.extend(["--", path]);
        let out = self.walked(&args)?;
        let text = String::from_utf8_lossy(&out);
        let line = |line: &str| {
            let mut ids = line.split(' ').filter_map(|id| id.parse().ok());
            Some((ids.next()?, ids.collect()))
        };
        Ok(text.lines().filter_map(line).collect())
    }

    /// The paths among these of which a merge up to these tips has another version than each
    /// of its parents. History is walked once for all.
    ///
    /// # Errors
    /// Git fails; see [`RepoError`].
    pub fn merged_anew(
        &self,
        tips: &[ObjectId],
        paths: &[&str],
    ) -> Result<BTreeSet<String>, RepoError> {
        if tips.is_empty() || paths.is_empty() {
            return Ok(BTreeSet::new());
        }
        let tips: Vec<String> = tips.iter().map(ObjectId::to_string).collect();
        let args = ["rev-list", "--merges", "--full-history"];
        let args = args.into_iter().chain(tips.iter().map(String::as_str));
        let args: Vec<&str> = ["--literal-pathspecs"].into_iter().chain(args).collect();
        let asked = [args, vec!["--"], paths.to_vec()].concat();
        let merges = self.walked(&asked)?;
        let args = "diff-tree --stdin -r -c -z --name-only --no-commit-id --no-renames";
        let args: Vec<&str> = args.split(' ').collect();
        let changed = self.run_git(&args, &merges)?;
        let changed = changed.split(|&b| b == 0).map(<[u8]>::to_vec);
        let changed = changed.filter_map(|path| String::from_utf8(path).ok());
        Ok(changed.filter(|path| paths.contains(&&**path)).collect())
    }

    /// What git prints of a walk over history.
    ///
    /// # Errors
    /// [`RepoError::Object`] if it names an object that cannot be read, as our own walks do.
    fn walked(&self, args: &[&str]) -> Result<Vec<u8>, RepoError> {
        self.run_git(args, b"").map_err(|error| {
            let RepoError::Command { stderr, .. } = &error else {
                return error;
            };
            let words = stderr.split(|c: char| !c.is_ascii_alphanumeric());
            let mut ids = words.filter_map(|word| word.parse().ok());
            ids.find_map(|id| self.unreadable(id)).unwrap_or(error)
        })
    }

    /// Whether `commit` is `tip` or one of its ancestors; false where history cannot be read, as
    /// of a commit that is missing.
    #[must_use]
    pub fn is_in(&self, commit: ObjectId, tip: ObjectId) -> bool {
        let common = self.best_common(tip.0, commit.0);
        common.is_ok_and(|common| common == [commit.0])
    }
}
