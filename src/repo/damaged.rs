//! What a power cut leaves of git's own files: an index or a branch that cannot be read.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use super::{Finding, ObjectId, Repo, RepoError, shell_path};

/// An index of no entries: a header and a sum.
const SHORTEST_INDEX: usize = 32;

impl Repo {
    /// HEAD's branch and git's index, as far as they cannot be read, each with what mends it.
    #[must_use]
    pub fn damaged(&self) -> Vec<Finding> {
        let both = [self.damaged_branch(), self.damaged_index()];
        both.into_iter().flatten().collect()
    }

    fn damaged_index(&self) -> Option<Finding> {
        let path = &self.index_path;
        let why = match (fs::read(path), self.index()) {
            (Err(error), _) if error.kind() == ErrorKind::NotFound => return None,
            (Err(error), _) => return RepoError::io(path)(error).denied(),
            // Of an empty file libgit2 says that it is not there.
            (Ok(bytes), _) if bytes.len() < SHORTEST_INDEX => "it is cut short".to_owned(),
            (Ok(_), Ok(_)) => return None,
            (Ok(_), Err(RepoError::Index { source, .. })) => source.message().to_owned(),
            (Ok(_), Err(error)) => error.on_one_line(),
        };
        let file = self.typed_file(path);
        let anew = match self.waits_for() {
            None => "git reset -q (the files stay as they are; what was staged is not any more)",
            // With both sides of each file that both changed.
            Some("merge") => {
                "git read-tree -m --aggressive $(git merge-base HEAD MERGE_HEAD) HEAD MERGE_HEAD \
                 (the files stay as they are), then palimpsest resolve, or git add what is settled"
            }
            Some(_) => {
                "git read-tree HEAD (the files stay as they are), then git add what git status \
                 names, and go on"
            }
        };
        Some(Finding::new(
            format!("{file}: git cannot read its index: {why}"),
            format!("rm {file} && {anew}"),
        ))
    }

    fn damaged_branch(&self) -> Option<Finding> {
        let error = self.head().err()?;
        // A damaged commit is another matter.
        if error.object().is_some() {
            return None;
        }
        let branch = self.branch_of_head()?;
        let path = self.common_dir().join(&branch);
        if let Err(error) = File::open(&path) {
            return RepoError::io(&path)(error).denied();
        }
        let file = self.typed_file(&path);
        let name = shell_path(&branch);
        let mend = match self.last_whole(&branch) {
            Some(id) => format!(
                "rm {file} && git update-ref {name} {id} (by its reflog the last commit there that \
                 is whole: git show {id})"
            ),
            None => format!(
                "git fsck --lost-found (it names commits), then rm {file} && git update-ref {name} \
                 COMMIT"
            ),
        };
        Some(Finding::new(
            format!("{file}: git cannot read the branch"),
            mend,
        ))
    }

    /// The commit to which HEAD can go back from one that is damaged.
    #[must_use]
    pub fn before_damaged_head(&self, id: ObjectId) -> Option<ObjectId> {
        let head = self.git.head().ok()?.target()?;
        let log = self.branch_of_head().unwrap_or_else(|| "HEAD".into());
        self.last_whole(&log).filter(|_| head == id.0)
    }

    /// The full name of the branch that HEAD is at.
    fn branch_of_head(&self) -> Option<String> {
        let head = self.git.find_reference("HEAD").ok()?;
        head.symbolic_target().ok().flatten().map(str::to_owned)
    }

    /// The newest commit in a reflog that can be read, with its tree. The log may be cut as
    /// well, so it is read line by line.
    fn last_whole(&self, log: &str) -> Option<ObjectId> {
        let folder = match log {
            "HEAD" => self.git_dir(),
            _ => self.common_dir(),
        };
        let text = fs::read(folder.join("logs").join(log)).ok()?;
        let text = String::from_utf8_lossy(&text);
        let ids = text.lines().rev().filter_map(|line| line.split(' ').nth(1));
        let is_whole = |id: &ObjectId| {
            let commit = self.parsed(id.0);
            commit.is_ok_and(|commit| self.sound_kind(ObjectId(commit.tree)).is_some())
        };
        ids.filter_map(|id| id.parse().ok()).find(is_whole)
    }

    /// A file of git's as it is typed here.
    #[must_use]
    pub fn typed_file(&self, path: &Path) -> String {
        match path.strip_prefix(self.workdir()) {
            Ok(from_top) => self.from_here(&from_top.to_string_lossy()),
            Err(_) => shell_path(&path.to_string_lossy()),
        }
    }
}
