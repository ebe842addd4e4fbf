//! What is written and not committed yet: it stands as it was written until it is
//! committed, and then HEAD has it so, byte for byte.

use std::collections::BTreeSet;

use git2::Oid;

use super::world::{Outcome, World, fail};

/// What was done to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Draft {
    Written(Vec<u8>),
    Removed,
    /// Git put it together, out of what was written and something else.
    Merged,
}

/// Drafts that git puts aside, each with what HEAD had at its path.
pub type Aside = Vec<(String, Draft, Option<Oid>)>;

impl Draft {
    /// The bytes that must be there; `None` where nothing is known.
    fn wanted(&self) -> Option<Option<&[u8]>> {
        match self {
            Self::Written(bytes) => Some(Some(bytes)),
            Self::Removed => Some(None),
            Self::Merged => None,
        }
    }
}

impl World<'_> {
    fn blob(&self, at: usize, commit: Oid, path: &str) -> Option<Oid> {
        let commit = self.desks[at].repo.find_commit(commit).unwrap();
        let entry = commit.tree().unwrap().get_path(path.as_ref()).ok()?;
        Some(entry.id())
    }

    /// Each draft is in the work tree if `git status` names it, and else in HEAD.
    pub fn drafts_stand(&self, at: usize, named: &BTreeSet<String>) -> Outcome {
        for (path, draft) in &self.desks[at].dirty {
            if !named.contains(path) {
                self.is_in(at, self.head(at), path, draft)?;
                continue;
            }
            let found = std::fs::read(self.desks[at].machine.path(path)).ok();
            let differs = |wanted| wanted != found.as_deref();
            if draft.wanted().is_some_and(differs) {
                return differ("a draft is not what was written", path, draft, found);
            }
        }
        Ok(())
    }

    /// A commit has what was written.
    pub fn is_in(&self, at: usize, commit: Oid, path: &str, draft: &Draft) -> Outcome {
        let repo = &self.desks[at].repo;
        let blob = self.blob(at, commit, path);
        let found = blob.map(|id| repo.find_blob(id).unwrap().content().to_vec());
        let differs = |wanted| wanted != found.as_deref();
        match draft.wanted().is_some_and(differs) {
            true => differ("a commit is not what was written", path, draft, found),
            false => Ok(()),
        }
    }

    /// The drafts before git puts them aside; what comes back may be merged.
    pub fn put_aside(&mut self, at: usize) -> Aside {
        let head = self.head(at);
        let dirty = self.desks[at].dirty.clone();
        for draft in self.desks[at].dirty.values_mut() {
            *draft = Draft::Merged;
        }
        let aside = dirty.into_iter().map(|(path, draft)| {
            let there = self.blob(at, head, &path);
            (path, draft, there)
        });
        aside.collect()
    }

    /// With `--autostash`, the commit of a merge puts the drafts on top of what was settled.
    pub fn put_on_top(&mut self, at: usize, settled: &BTreeSet<String>) -> Outcome {
        if !self.desks[at].autostash {
            return Ok(());
        }
        let head = self.head(at);
        for path in settled {
            if let Some(draft) = self.desks[at].dirty.get(path) {
                self.is_in(at, head, path, draft)?;
                self.desks[at].dirty.insert(path.clone(), Draft::Merged);
            }
        }
        Ok(())
    }

    /// Drafts of what HEAD has as before are what they were.
    pub fn come_back(&mut self, at: usize, aside: Aside) {
        let head = self.head(at);
        for (path, draft, before) in aside {
            if self.blob(at, head, &path) == before {
                self.desks[at].dirty.insert(path, draft);
            }
        }
        self.desks[at].forget();
    }
}

fn differ(what: &str, path: &str, draft: &Draft, found: Option<Vec<u8>>) -> Outcome {
    let text = |bytes: Option<&[u8]>| match bytes {
        Some(bytes) => String::from_utf8_lossy(bytes).replace('\r', "\\r"),
        None => "(none)\n".to_owned(),
    };
    let wanted = text(draft.wanted().flatten());
    let found = text(found.as_deref());
    fail(
        what,
        format!("{path}\n--- written\n{wanted}--- found\n{found}"),
    )
}
