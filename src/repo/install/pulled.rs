//! The tracked files that a pull will bring, since another machine was set up and pushed.

use super::attributes::merges_by_field;
use super::files::{ATTRIBUTES, IGNORE};
use super::{Plan, Step};
use crate::journal::settings;
use crate::repo::stages::free_place;
use crate::repo::{Blob, Finding, ObjectId, Repo, RepoError};

pub(super) const FILES: [&str; 3] = [ATTRIBUTES, IGNORE, settings::FILE];

/// The files of the installation that a pull brings.
pub struct ToPull {
    pub paths: Vec<&'static str>,
    /// Whether git stops at one of them, which is in the way.
    pub stops: bool,
    pub finding: Finding,
}

impl ToPull {
    /// Whether the pull brings the attributes.
    #[must_use]
    pub fn has_attributes(&self) -> bool {
        self.paths.contains(&ATTRIBUTES)
    }

    /// Whether the pull brings the ignored paths.
    #[must_use]
    pub fn has_ignored(&self) -> bool {
        self.paths.contains(&IGNORE)
    }
}

/// A file that a pull brings.
struct Brought {
    path: &'static str,
    /// HEAD's version, if it has one.
    head: Option<ObjectId>,
    /// The version that the pull brings.
    upstream: ObjectId,
}

impl Repo {
    /// Takes out of a plan the files that a pull of the upstream branch brings, and notes
    /// those that are not in its way, as [`setup_to_pull`](Self::setup_to_pull) does the
    /// others: git would refuse to write over what `init` wrote. Where the two have diverged
    /// they stay, so that the drivers serve the merge. Returns whether there are any.
    ///
    /// # Errors
    /// A commit, the index or a file cannot be read.
    pub fn leave_to_pull(&self, plan: &mut Plan) -> Result<bool, RepoError> {
        let (mut left, planned) = (Vec::new(), plan.steps.len());
        for file in self.brought_by_pull()? {
            let before = plan.steps.len();
            plan.steps.retain(|step| {
                !matches!(step, Step::Lines { path, .. } | Step::File { path, .. }
                    if path == file.path)
            });
            if plan.steps.len() < before && !self.is_in_the_way(&file)? {
                left.push(file.path);
            }
        }
        if !left.is_empty() {
            plan.note(format!(
                "{}: left to `git pull`, which brings what another machine committed; pull, and \
                 run this again",
                left.join(", ")
            ));
        }
        Ok(plan.steps.len() < planned)
    }

    /// The files of the installation that a pull brings, if there are any, with the way to
    /// have them. Those that stand in its way go first: `init` wrote them before it, or they
    /// are a person's.
    ///
    /// # Errors
    /// A commit, the index or a file cannot be read.
    pub fn setup_to_pull(&self) -> Result<Option<ToPull>, RepoError> {
        let (mut in_the_way, mut others) = (Vec::new(), Vec::new());
        let (mut same, mut aside) = (Vec::new(), Vec::new());
        for file in self.brought_by_pull()? {
            let word = self.from_here(file.path);
            if !self.is_in_the_way(&file)? {
                others.push(file.path);
                continue;
            }
            in_the_way.push(file.path);
            if file.head.is_some() {
                let pathspec = self.pathspec(file.path);
                let before = self.before(file.path)?;
                aside.push(format!("cp {word} {before} && git restore {pathspec}"));
            } else if self.is_work_file(file.path, file.upstream)? {
                same.push(word);
            } else {
                let before = self.before(file.path)?;
                aside.push(format!("mv {word} {before}"));
            }
        }
        let rm = (!same.is_empty()).then(|| format!("rm {}", same.join(" ")));
        let steps = rm.into_iter().chain(aside);
        let steps = steps.chain(["git pull".to_owned(), "palimpsest init".to_owned()]);
        let mend = steps.collect::<Vec<_>>().join(" && ");
        let what = match (&in_the_way[..], &others[..]) {
            ([], []) => return Ok(None),
            ([], others) => format!("{}: another machine committed them", others.join(", ")),
            (paths, _) => format!(
                "{}: not committed here, and another machine committed them, so that git pull \
                 stops",
                paths.join(", ")
            ),
        };
        Ok(Some(ToPull {
            stops: !in_the_way.is_empty(),
            paths: [in_the_way, others].concat(),
            finding: Finding::new(what, mend),
        }))
    }

    /// A name for a copy of a file, for a command line: of no other text that was put aside.
    fn before(&self, path: &str) -> Result<String, RepoError> {
        let bytes = self.read_work_file(path)?.unwrap_or_default();
        let place = free_place(self.workdir(), &format!("{path}.before"), &bytes);
        let name = place.strip_prefix(self.workdir()).unwrap_or(&place);
        Ok(self.from_here(&name.to_string_lossy()))
    }

    /// Whether the work tree's file is none that git would write over.
    fn is_in_the_way(&self, file: &Brought) -> Result<bool, RepoError> {
        let is_there = self.inside(file.path)?.symlink_metadata().is_ok();
        Ok(match file.head {
            Some(head) => is_there && !self.is_work_file(file.path, head)?,
            None => is_there,
        })
    }

    fn is_work_file(&self, path: &str, id: ObjectId) -> Result<bool, RepoError> {
        let bytes = self.read_work_file(path)?.unwrap_or_default();
        self.is_stored_as(path, &bytes, id)
    }

    /// The files of the installation that the upstream branch has otherwise than HEAD, as
    /// far as it was fetched, if HEAD only has to be moved on to it and is of before the
    /// setup. Later changes of these files are a pull's like any other.
    fn brought_by_pull(&self) -> Result<Vec<Brought>, RepoError> {
        let mut found = Vec::new();
        // A branch without an upstream has none that could be read.
        let upstream = self.commit_named("@{upstream}").ok().flatten();
        let (Some(head), Some(upstream)) = (self.head()?, upstream) else {
            return Ok(found);
        };
        if head == upstream || !self.is_in(head, upstream) {
            return Ok(found);
        }
        if is_set_up(self, head)? || !is_set_up(self, upstream)? {
            return Ok(found);
        }
        let index = self.index()?;
        for path in FILES {
            let at = |commit| -> Result<Option<ObjectId>, RepoError> {
                Ok(self.blob_at(commit, path)?.and_then(Blob::file))
            };
            let (head, upstream) = (at(head)?, at(upstream)?);
            let is_staged = index.staged(path).and_then(Blob::file) != head;
            if let (Some(upstream), false) = (upstream, is_staged || head == upstream) {
                found.push(Brought {
                    path,
                    head,
                    upstream,
                });
            }
        }
        Ok(found)
    }
}

/// Whether the attributes of a commit name the driver.
///
/// # Errors
/// The commit cannot be read.
pub(super) fn is_set_up(repo: &Repo, commit: ObjectId) -> Result<bool, RepoError> {
    let lines = repo.read_at(commit, ATTRIBUTES)?;
    Ok(names_driver(&lines.unwrap_or_default()))
}

fn names_driver(attributes: &[u8]) -> bool {
    let lines = String::from_utf8_lossy(attributes);
    let mut words = lines.split_whitespace();
    words.any(|word| merges_by_field(word.strip_prefix("merge=")))
}

impl Repo {
    /// Whether the attributes of the work tree, or of the index where they are left out of
    /// it, name the driver.
    pub(super) fn has_drivers_lines(&self) -> Result<bool, RepoError> {
        let lines = self.read_tracked(ATTRIBUTES)?;
        Ok(names_driver(&lines.unwrap_or_default()))
    }
}
